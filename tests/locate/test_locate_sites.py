"""Pages as the usual systems of government sites build them around a report that stands
elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from gongkai import GongkaiError, Report, UnreadableDocument, check
from gongkai.bodies import may_be_one
from gongkai.links import address_of, leads_of
from gongkai.locate import read_source
from gongkai.model import Document
from gongkai.readers import read_blocks
from gongkai.sources import ACCESS, Access, Limits
from helpers.batches import BODY, page
from helpers.clock import fake_clock
from helpers.made import report_of
from helpers.pages import figures
from helpers.web.private import PUBLIC, Names, both, only_public, resolved
from helpers.web.server import Chunks, answer, serving
from helpers.web.shells import HTML, NO_TABLES, TITLE, WHOLE, answers, followed, refused, shell
from helpers.web.site import FETCHING, PATIENT
from helpers.writers.styles import render

NAMED = "2021年政府信息公开工作年度报告"
DOWN = (
    "/module/download/downfile.jsp?classid=0&showname=%E5%B9%B4%E6%8A%A5.pdf&filename=2401abc.pdf"
)
BROKEN = b"%PDF-1.4 broken"


def reasons(report: Report) -> list[str]:
    return [problem.reason for problem in report.problems]


# --- where the report is found --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (f"<a href='{DOWN}'>年报</a>", DOWN),
        (f"<a href='{DOWN}'><img src=/pdf.gif></a>", DOWN),
        (
            "<a href='/module/download/down.jsp?i_ID=12'>青溪县2021年年度报告</a>",
            "/module/download/down.jsp?i_ID=12",
        ),
        ("<a href='/attach/0/ab12'>2021年年报</a>", "/attach/0/ab12"),
        ("<a href='/attach/0/ab12'>附件：2021.docx</a>", "/attach/0/ab12"),
        ("<a href='./P020220128345.docx'>附件下载</a>", "/a/P020220128345.docx"),
        ("<a href='../up/2021.pdf#page=2'>年报</a>", "/up/2021.pdf"),
        (r"<a href='\up\2021.pdf'>年报</a>", "/up/2021.pdf"),
        ("<a href=' /up/年 报.pdf\n'>年报</a>", "/up/%E5%B9%B4%20%E6%8A%A5.pdf"),
        ("<a href='/up/%C4%EA%B1%A8.pdf'><img></a>", "/up/%C4%EA%B1%A8.pdf"),
        ("<a href='/pdfjs/web/viewer.html?file=/up/2021.pdf'>在线预览</a>", "/up/2021.pdf"),
        ("<a href='/pdfjs/web/viewer.html?file=../../up/2021.pdf'>在线预览</a>", "/up/2021.pdf"),
        ("<iframe src='/pdfjs/web/viewer.html?file=%2Fdown%3Fid%3D3'></iframe>", "/down?id=3"),
        ("<embed src='/up/2021.pdf'>", "/up/2021.pdf"),
        ("<object data='/up/2021.pdf'><p>不支持预览</p></object>", "/up/2021.pdf"),
        (
            "<object classid='clsid:1'><param name=src value=x><embed src='/up/2021.pdf'></object>",
            "/up/2021.pdf",
        ),
    ],
)
def test_templates(body: str, path: str) -> None:
    report, server = followed(body, {path: page()})
    assert (figures(report), server.requests) == (WHOLE, ["/a/1.html", path])
    assert report.document is not None
    assert report.document.provenance[0].endswith(f"{server.url(path)}。")


@pytest.mark.parametrize("markup", ["<iframe src='{}'></iframe>", "<a href='{}'>在线查看</a>"])
def test_viewers_of_another_host_are_not_asked_but_what_they_show(markup: str) -> None:
    viewer = "https://view.officeapps.live.com/op/view.aspx?src=https%3A%2F%2F{}%2F1.docx"
    for host, expected in (
        ("file.qingxi.gov.cn", ["https://file.qingxi.gov.cn/1.docx"]),
        ("b.example", []),
    ):
        content = shell(markup.format(viewer.format(host)))
        document = Document("", "", content, "", url="https://www.qingxi.gov.cn/1.html")
        assert [lead.source for lead in leads_of(read_blocks(document), document)] == expected


def test_what_only_a_script_opens_is_named() -> None:
    message, server = refused(
        "<a href='javascript:;' onclick=\"down('/1')\">2021年年报.pdf</a>", {}
    )
    assert "附件“2021年年报.pdf”" in message
    assert server.requests == ["/a/1.html"]


def test_another_form_where_the_most_exact_cannot_be_read() -> None:
    body = f"<a href='/1.docx'>{NAMED}.docx</a><a href='/1.pdf'>{NAMED}.pdf</a>"
    report, server = followed(body, {"/1.docx": b"PK\3\4 broken", "/1.pdf": page()})
    assert (figures(report), server.requests[1:]) == (WHOLE, ["/1.docx", "/1.pdf"])
    assert reasons(report) == []  # it was the same document


@pytest.mark.parametrize("text", ["", "下载", "<img src=icon.gif>"])
def test_attachments_of_one_text_are_not_one_document(text: str) -> None:
    body = f"<a href='/1.doc'>{text}</a><a href='/2.pdf'>{text}</a>"
    report, _ = followed(body, {"/1.doc": NO_TABLES.encode(), "/2.pdf": page()})
    assert figures(report) == WHOLE
    message, _ = refused(body, {"/1.doc": page(year=2020), "/2.pdf": page()})
    assert "内容不同" in message


def test_the_attachment_is_told_of_before_a_frame_that_is_gone() -> None:
    message, _ = refused(
        f"<iframe src='/count.html'></iframe><a href='/1.pdf'>{NAMED}.pdf</a>", {"/1.pdf": BROKEN}
    )
    assert f"其附件“{NAMED}.pdf”" in message


# --- what is never taken in silence ---------------------------------------------------------------


def test_an_attachment_of_another_body_is_a_problem() -> None:
    for body in ("南山县财政局", "青溪县财政局", "南山县人民政府"):
        report, _ = followed("<a href='/1.doc'>附件.doc</a>", {"/1.doc": page(body)})
        (problem,) = report.problems
        assert (problem.raw, BODY in problem.reason, body in problem.reason) == (TITLE, True, True)
        assert any(
            finding.severity != "note" and body in finding.message for finding in check(report)
        )
    for body in ("青溪县政府", "青溪县人民政府办公室", "江南省青溪县人民政府"):
        report, _ = followed("<a href='/1.doc'>附件.doc</a>", {"/1.doc": page(body)})
        assert report.problems == ()


def test_two_bodies_with_the_same_figures_are_two_reports() -> None:
    body = "<a href='/1.doc'>附件一.doc</a><a href='/2.doc'>附件二.doc</a>"
    message, _ = refused(body, {"/1.doc": page("青溪县财政局"), "/2.doc": page("青溪县教育局")})
    assert "内容不同" in message


def test_an_attachment_that_could_not_be_read_beside_one_that_could() -> None:
    body = (
        "<a href='/1.pdf'>附件一.pdf</a><a href='/2.doc'>附件二.doc</a><a href='/3.doc'>附件三."
        "doc</a>"
    )
    report, _ = followed(body, {"/1.pdf": BROKEN, "/2.doc": page(), "/3.doc": NO_TABLES.encode()})
    (problem,) = report.problems
    assert (figures(report), problem.raw, "已损坏" in problem.reason) == (WHOLE, "附件一.pdf", True)
    report, _ = followed(body, {"/2.doc": page(), "/3.doc": NO_TABLES.encode()})
    assert [problem.raw for problem in report.problems] == ["附件一.pdf"]


def partial(*rest: str) -> str:
    return render(report_of(without="applications")).partition("<body>")[2].partition("</body>")[
        0
    ] + "".join(rest)


@pytest.mark.parametrize(
    "other",
    [
        render(report_of({"disputes.review.upheld": 98})).encode(),
        page(year=2020),
        page("青溪县财政局"),
    ],
)
def test_tables_of_the_page_are_not_given_up_for_another_report(other: bytes) -> None:
    report, server = followed(partial("<a href='/1.doc'>附件.doc</a>"), {"/1.doc": other})
    assert list(report.tables) == ["disclosure", "disputes"]
    assert {cell: WHOLE[cell] for cell in figures(report)} == figures(report)
    assert [problem.raw for problem in report.problems if "没有采用" in problem.reason] == [
        server.url("/1.doc")
    ]


def test_tables_that_an_attachment_should_have_added() -> None:
    report, _ = followed(partial("<a href='/1.pdf'>全文.pdf</a>"), {"/1.pdf": BROKEN})
    assert any("附件“全文.pdf”" in reason and "已损坏" in reason for reason in reasons(report))
    report, _ = followed(partial("<a href='/1.doc'>说明.doc</a>"), {"/1.doc": NO_TABLES.encode()})
    assert reasons(report) == ["没有找到这张表"]


ONE = """
    瑞安市政府=瑞安市人民政府 瑞安市=瑞安市人民政府 瑞安市人民政府办公室=瑞安市 浙江=浙江省人民政府
    浙江省瑞安市=瑞安市人民政府 上海市浦东新区=浦东新区人民政府 青溪县人民=青溪县人民政府
    青溪县城关镇=城关镇人民政府 城关街道=城关街道办事处 青溪经开区管委会=青溪经济开发区管理委员会
    青溪县卫健局=青溪县卫生健康局 青溪县住建局=青溪县住房和城乡建设局 发改委=青溪县发展和改革局
    人社局=青溪县人力资源和社会保障局 文广旅体局=青溪县文化和广电旅游体育局 县财政局=青溪县财政局
    市场监管局=青溪市市场监督管理局 国家税务总局青溪县税务局=青溪县税务局 青溪县城市管理局=城管局
    政务服务办=青溪县政务服务管理办公室 我局=青溪县财政局 =青溪县财政局 市政府、区政府=青溪县
"""
TWO = """
    青溪县人民政府=青溪县财政局 青溪县=青溪县民政局 青溪县财政局=南山县财政局 财政局=教育局
    温州市=温州市瓯海区
    温州市=温州市乐清市 温州市财政局=温州市瓯海区财政局 城关镇=东山镇人民政府
    青溪市城市管理局=青溪市人民政府
    青溪县城关镇=青溪县人民政府 青溪县财政局=青溪县教育局
"""


@pytest.mark.parametrize(("pairs", "expected"), [(ONE, True), (TWO, False)])
def test_names_of_one_body(pairs: str, expected: bool) -> None:
    split = [pair.partition("=")[::2] for pair in pairs.split()]
    assert [(one, other) for one, other in split if may_be_one(one, other) != expected] == []
    assert [(one, other) for one, other in split if may_be_one(other, one) != expected] == []


# --- where nobody is led --------------------------------------------------------------------------

ONCE = replace(PATIENT, tries=1)


@pytest.fixture
def one_public(monkeypatch: pytest.MonkeyPatch) -> None:
    only_public(monkeypatch)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return resolved(monkeypatch)


@pytest.mark.usefixtures("one_public")
def test_a_page_cannot_name_a_private_site_its_own(names: Names) -> None:
    def paths(port: int) -> dict[str, list[object]]:
        base = f"<base href='http://inside.test:{port}/'>"
        return {
            "/1.html": [
                answer(
                    shell(f"{base}<a href='/secret'>年报.doc</a><iframe src='secret'></iframe>"),
                    HTML,
                )
            ],
            "/2.html": [
                answer(shell(f"<iframe src='http://2130706433:{port}/secret'></iframe>"), HTML)
            ],
            "/3.html": [answer(shell(f"<a href='//inside.test:{port}/secret'>年报.doc</a>"), HTML)],
        }

    with both(paths) as (private, public):  # type: ignore[arg-type]
        names["inside.test"] = [["127.0.0.1"]]
        for path in ("/1.html", "/2.html", "/3.html"):
            with pytest.raises(GongkaiError):
                read_source(f"http://{PUBLIC}:{public.port}{path}", ONCE)
        assert private.requests == []


@pytest.mark.usefixtures("one_public")
def test_a_page_whose_name_turns_private_before_its_attachment(names: Names) -> None:
    target = "<a href='http://site.test:{}/secret'>年报.doc</a>"
    with both(lambda port: {"/1.html": [answer(shell(target.format(port)), HTML)]}) as (
        private,
        public,
    ):
        names["site.test"] = [[PUBLIC], ["127.0.0.1"]]
        with pytest.raises(GongkaiError, match="内部网络"):
            read_source(f"http://site.test:{public.port}/1.html", ONCE)
        assert private.requests == []


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("//2130706433/1.doc", ""),
        ("//127.1/1.doc", ""),
        ("//0x7f.0.0.1/1.doc", ""),
        ("//localhost./1.doc", ""),
        ("//a.localhost/1.doc", ""),
        ("//[::ffff:10.0.0.1]/1.doc", ""),
        ("//[fe80::1%25eth0]/1.doc", ""),
        (r"\\b.gov.cn\1.doc", "http://b.gov.cn/1.doc"),
        (r"http:\\b.gov.cn\1.doc?a\b", "http://b.gov.cn/1.doc?a\\b"),
        (r"http://a.gov.cn\@b.gov.cn/1.doc", "http://a.gov.cn/@b.gov.cn/1.doc"),
        ("//8.8.8.8/1", "http://8.8.8.8/1"),
    ],
)
def test_addresses_as_browsers_read_them(target: str, address: str) -> None:
    assert address_of(target, "http://a.gov.cn/b/c.html") == address


# --- from the cache alone -------------------------------------------------------------------------


def test_a_page_and_its_attachment_without_the_network() -> None:
    body = "<iframe src='/none.html'></iframe><a href='/1.doc'>附件.doc</a>"
    with serving(answers(body, {"/1.doc": page()})) as server:
        url = server.url("/a/1.html")
        first = read_source(url, ONCE)
    again = read_source(url, ONCE, Access(offline=True))
    assert (figures(again), again.title, again.published) == (WHOLE, first.title, first.published)
    assert again.document is not None
    told = again.document.provenance
    assert (len([step for step in told if "取自本机缓存" in step]), len(told)) == (2, 3)
    with pytest.raises(GongkaiError, match="缓存"):
        read_source(f"{url}?2", ONCE, Access(offline=True))


@pytest.mark.parametrize("access", [ACCESS, Access(offline=True)])
def test_an_attachment_that_was_never_fetched(access: Access) -> None:
    with serving(answers("<a href='/1.doc'>附件.doc</a>", {})) as server:
        url = server.url("/a/1.html")
        with pytest.raises(GongkaiError):
            read_source(url, ONCE)
        asked = len(server.requests)
        with pytest.raises(GongkaiError) as caught:
            read_source(url, ONCE, access)
        assert (len(server.requests) == asked) == access.offline
    assert str(caught.value).startswith(
        f"{url}：页面中没有三张表，其附件“附件.doc”也没有读出报告："
    )


# --- slow, large and cut --------------------------------------------------------------------------


def attached(content: Chunks, limits: Limits = ONCE) -> str:
    others: Mapping[str, bytes] = {}
    with (
        serving(
            {**answers("<a href='/1.doc'>附件.doc</a>", others), "/1.doc": [content]}
        ) as server,
        pytest.raises((GongkaiError, UnreadableDocument)) as caught,
    ):
        read_source(server.url("/a/1.html"), limits)
    return str(caught.value)


def test_an_attachment_that_is_too_large_or_drips(monkeypatch: pytest.MonkeyPatch) -> None:
    message = attached(answer(b"x" * 2_000_000), replace(ONCE, size=1_000_000))
    assert "内容超过 1 MB" in message
    assert "网页" not in message.partition("也没有读出报告：")[2]
    clock = fake_clock(monkeypatch, *FETCHING)
    drip = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x", lambda: clock.move(2)] * 50]
    message = attached(drip, replace(ONCE, deadline=60))
    assert "60秒内没有读取完毕" in message


def test_an_attachment_cut_at_any_place_is_refused() -> None:
    sent = b"".join(answer(page()))
    for end in range(0, len(sent), len(sent) // 60):
        assert "附件" in attached([sent[:end]])


# --- sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            "<a href=/1.pdf>年报.pdf</a>",
            "服务器上已没有这个文件（状态 404）；请在浏览器中打开网页查看",
        ),
        (
            "<a href=/1.ofd>年报.ofd</a>",
            "附件“年报.ofd”中；请下载附件，用 OFD 阅读器打开后另存（或打印）为 PDF",
        ),
        ("<a href=/1.zip>年报.zip</a>", "附件“年报.zip”中；请下载附件并解压"),
        (
            "".join(f"<a href=/{n}.pdf>附件{n}.pdf</a>" for n in range(5)),
            "附件“附件0.pdf”等5个附件中；请下载附件",
        ),
    ],
)
def test_what_to_do_with_an_attachment(body: str, sentence: str) -> None:
    with serving(answers(body, {})) as server, pytest.raises(GongkaiError) as caught:
        read_source(server.url("/a/1.html"), ONCE)
    assert sentence in str(caught.value)
    assert str(caught.value).count("。") == 1


def test_the_advice_for_an_attachment_is_to_download_it() -> None:
    pages = {**answers("<a href=/1.pdf>年报.pdf</a>", {}), "/1.pdf": [answer(b"x", status="500 X")]}
    with (
        serving(pages) as server,
        pytest.raises(GongkaiError, match="打开网页并下载附件，再导入该文件。"),
    ):
        read_source(server.url("/a/1.html"), ONCE)


def test_a_report_in_pictures_beside_others_is_no_directory() -> None:
    others = "".join(
        f"<a href=/{year}.html>{BODY}{year}年政府信息公开工作年度报告</a>"
        for year in (2018, 2019, 2020)
    )
    message, _ = refused(f"<img src=1.jpg>{others}", {})
    assert "只有1张图片" in message
    message, _ = refused(f"<img src=1.jpg>{others}", {}, "政府信息公开年报")
    assert "这是目录页" in message


def test_a_page_of_scripts_alone_says_so() -> None:
    pages = {"/": [answer(b"<script>if(a)location='/x'</script>")]}
    with serving(pages) as server, pytest.raises(GongkaiError, match="由脚本载入"):
        read_source(server.url(), ONCE)
