"""What holds no report is named: each kind of the table, what to do, and what is not of that
kind.
"""

from __future__ import annotations

import pytest

from gongkai.model import NoReport
from gongkai.recognize.refusals import KINDS
from helpers.pages import figures, read_page
from helpers.ruian import RUIAN, TRUTH
from helpers.writers.styles import render

MENU = '<a href="/">首页</a><a href="/zwgk/">政务公开</a><a href="/login">登录</a>'


def page(title: str, body: str, menu: str = MENU) -> str:
    head = f'<meta charset="utf-8"><title>{title}_政府信息公开年报_青溪县人民政府</title>'
    return (
        f"<!DOCTYPE html><html><head>{head}</head><body>{menu}<h1>{title}</h1>{body}<p>主办："
        f"青溪县</p></body></html>"
    )


OLD = (
    "<table><tr><td>指 标</td><td>单位</td><td>统计数</td></tr><tr><td>一、"
    "主动公开情况</td><td>——</td><td></td></tr>"
)
REPORT = "青溪县{}2023年政府信息公开工作年度报告"
LONG = "<p>" + "贯彻落实各项工作部署。" * 120 + "</p>"

# kind -> pages of that kind, each with what its sentence must say
EXAMPLES: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "answer": [
        ('{"code":401,"msg":"未登录","data":null}', ("401", "未登录", "浏览器")),
        (
            '{"code":200,"data":{"title":"青溪县2023年政府信息公开工作年度报告","content":""}}',
            ("空", "浏览器"),
        ),
        (
            '{"data":{"title":"x","content":"","fileUrl":"/u/年报.pdf"}}',
            ("附件", "年报.pdf", "下载"),
        ),
    ],
    "login": [
        (
            (
                "<title>统一身份认证平台</title><h2>用户登录</h2><form>用户名<input><input "
                "type=password></form>"
            ),
            ("登录", "另存为"),
        ),
        ("<html><title>登录 - 协同办公</title><p>请使用APP扫码登录</p></html>", ("登录",)),
        ("<html><p>登录状态已失效，正在跳转到登录页面</p></html>", ("登录",)),
    ],
    "verification": [
        ("<html><p>请拖动滑块完成安全验证</p></html>", ("验证", "浏览器")),
        (
            "<script>document.cookie='a=1';location.href=location.pathname</script>",
            ("验证", "另存为"),
        ),
        ("<script>$_ts=window['$_ts'];$_ts.nsd=1;</script>", ("验证",)),
    ],
    "error page": [
        ("<html><title>404 Not Found</title><h1>404</h1></html>", ("404", "检查网址")),
        (page("提示信息", "<p>该文章不存在或已被删除！</p>"), ("不存在", "已删除")),
        ("<html><h1>502 Bad Gateway</h1></html>", ("502", "稍后")),
        ("<html><p>系统维护中，请稍后访问</p></html>", ("维护",)),
    ],
    "feed": [
        ("<?xml version='1.0'?><rss><channel><title>年报</title></channel></rss>", ("RSS", "网址"))
    ],
    "old form": [
        (page("青溪县2015年政府信息公开工作年度报告", OLD), ("2015年", "旧格式", "2019年及以后")),
        (page("青溪县2010年政府信息公开年度报告", LONG), ("2010年", "旧格式")),
        ("政府信息公开情况统计表\n指  标\n单位\n统计数\n一、主动公开情况\n", ("旧格式",)),
    ],
    "university": [
        (page("中山大学2021—2022学年信息公开年度报告", LONG), ("高等学校", "没有三张表")),
        (page("青溪水务有限公司2023年信息公开年度报告", LONG), ("公共企事业单位",)),
    ],
    "circular": [
        (page("关于做好2023年政府信息公开工作年度报告编制工作的通知", LONG), ("通知", "某一机关")),
        (page("政府信息公开工作年度报告格式", LONG + "<p>国务院办公厅印发</p>"), ("格式",)),
    ],
    "other report": [
        (
            page("青溪县2023年法治政府建设年度报告", LONG),
            ("法治政府建设", "不是政府信息公开工作年度报告"),
        ),
        (page("青溪县2023年部门决算", LONG), ("决算",)),
        (page("青溪县2024年政务公开工作要点", LONG), ("工作要点",)),
    ],
    "attachment": [
        (
            page(REPORT.format("教育局"), "<a href='javascript:x()'>年报.pdf</a>"),
            ("附件“年报.pdf”", "下载"),
        ),
        (
            page(REPORT.format("教育局"), "<div onclick=\"down('7','年报.zip')\">点击下载</div>"),
            ("年报.zip", "解压"),
        ),
        (page(REPORT.format("教育局"), "<p onclick='d(1)'>年报.ofd</p>"), ("OFD 阅读器", "PDF")),
    ],
    "index": [
        (
            page("政府信息公开年报", "".join(f"<a href=/{y}.html>{y}年</a>" for y in (2021, 2022))),
            ("2个", "/2021.html"),
        ),
        (
            page(
                "年报",
                "".join(f"<a href=/{y}.html>青溪县{y}年政府信息公开年报</a>" for y in (2021, 2022)),
            ),
            ("2个",),
        ),
    ],
    "pictures": [
        (
            page(REPORT.format("教育局"), "<img src=1.jpg><img src=2.jpg><img src=/logo.png>"),
            ("2张图片", "文字版"),
        ),
        (
            page(
                REPORT.format("教育局"),
                "<img data-original=1.jpg src=load.gif><img data-original=2.jpg src=load.gif>",
            ),
            ("2张",),
        ),
    ],
    "frame": [
        (
            page("信息公开", "<iframe src='http://other.example/1.html'></iframe>"),
            ("内嵌网页", "other.example"),
        )
    ],
    "content by script": [
        (
            page("信息公开", "<script>fetch('/api/article/123').then(show)</script>"),
            ("脚本", "/api/article/123", "另存为"),
        ),
        (page("信息公开", "<script>x.open('GET','./c.json',true)</script>"), ("脚本", "./c.json")),
        (
            "<title>信息公开</title><div id=app></div><script src=/app.js></script>",
            ("脚本", "浏览器"),
        ),
    ],
}
CASES = [(kind, text, said) for kind, examples in EXAMPLES.items() for text, said in examples]


def refused(text: str) -> str:
    with pytest.raises(NoReport) as told:
        read_page(text)
    return str(told.value)


def test_every_kind_has_examples() -> None:
    assert list(EXAMPLES) == [kind.kind for kind in KINDS]


@pytest.mark.parametrize(("kind", "text", "said"), CASES)
def test_what_it_is_and_what_to_do(kind: str, text: str, said: tuple[str, ...]) -> None:
    sentence = refused(text)
    assert [word for word in said if word not in sentence] == []
    assert "请" in sentence or "本工具" in sentence
    assert sentence.endswith("。")


@pytest.mark.parametrize(("kind", "text", "said"), CASES)
def test_a_report_beside_it_is_read(kind: str, text: str, said: tuple[str, ...]) -> None:
    """What speaks of logging in, of an error or of another year in the frame of a report's page is
    no refusal.
    """
    if text.startswith(("{", "<?xml", "政府")):
        return
    body = render(RUIAN).partition("<body>")[2].partition("</body>")[0]
    read = read_page(text.replace("<h1", f"{body}<h1", 1) if "<h1" in text else f"{text}{body}")
    assert {
        cell: value for cell, value in figures(read).items() if value not in (None, TRUTH[cell])
    } == {}


@pytest.mark.parametrize(
    ("title", "never"),
    [
        ("青溪县教育局2023年政府信息公开工作年度报告", "高等学校"),
        ("青溪县统计局2023年政府信息公开工作年度报告", "统计公报"),
        ("青溪县信访局2023年政府信息公开工作年度报告", "登录页面"),
        ("青溪县2019年政府信息公开工作年度报告", "旧格式"),
    ],
)
def test_a_report_without_tables_is_not_called_otherwise(title: str, never: str) -> None:
    sentence = refused(page(title, LONG))
    assert never not in sentence
    assert "没有找到" in sentence


def test_an_empty_text_is_called_empty() -> None:
    assert "内容是空的" in refused("<html><body></body></html>")
