"""A user's own template: what stands in it is kept, what is put in is text, whatever it says."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from docx import Document
from docx.enum.section import WD_SECTION
from lxml import etree

from gongkai.model import Report, WorkbookError
from gongkai.pipeline import read_report
from gongkai.publish import Asked, publish_report
from gongkai.publish.content import publication_of
from gongkai.publish.page_template import page_of_template
from gongkai.publish.template import docx_of_template
from helpers import TESTS
from helpers.made import older
from helpers.published import HEADINGS, plain_report

VALIDATOR = TESTS / "tools" / "node_modules" / ".bin" / "ooxml-validator"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TITLE = "{{机关}}{{ 年度 }}年政府信息公开工作年度报告"


def template(change: Callable[[Document], None] = lambda document: None) -> bytes:
    """One that somebody made in Word, by python-docx: letterhead, headings, fields, a remark."""
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{{机关}}文件"
    document.add_paragraph(TITLE)
    document.add_paragraph("{{引言}}")
    for field, heading in HEADINGS.items():
        document.add_paragraph(heading)
        paragraph = document.add_paragraph()
        for letter in f"{{{{ {field} }}}}":  # a run for each letter, as Word often parts them
            run = paragraph.add_run(letter)
            run.italic = True
    document.add_paragraph("{{发布日期}}印发，联系电话0577-12345678")
    change(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def page_template(extra: str = "") -> str:
    sections = "".join(f"<h2>{text}</h2>{{{{{field}}}}}" for field, text in HEADINGS.items())
    return (
        f'<html><head><title>{{{{标题}}}}</title></head><body class="own"><h1>{{{{标题}}}}</h1>'
        f"<p>我局自己的抬头</p>{{{{ 引言 }}}}{sections}{extra}</body></html>"
    )


def published(
    content: bytes | str, tmp_path: Path, *, report: Report | None = None, draft: bool = False
) -> Path:
    suffix = ".docx" if isinstance(content, bytes) else ".html"
    own, target = tmp_path / f"模板{suffix}", tmp_path / f"发布稿{suffix}"
    own.write_bytes(content if isinstance(content, bytes) else content.encode())
    count = publish_report(report or plain_report(), [], target, Asked(draft, template=own))
    assert count in (198, 200)
    return target


def refused(content: bytes | str, tmp_path: Path, report: Report | None = None) -> str:
    with pytest.raises(WorkbookError) as caught:
        published(content, tmp_path, report=report)
    assert not list(tmp_path.glob("发布稿*"))
    return str(caught.value)


# --- Word -----------------------------------------------------------------------------------------


def test_a_template_is_filled_and_kept(tmp_path: Path) -> None:
    target = published(template(), tmp_path)
    document = Document(target)
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[0] == "青溪县人民政府2021年政府信息公开工作年度报告"
    assert "2022年1月20日印发，联系电话0577-12345678" in texts
    assert document.sections[0].header.paragraphs[0].text == "青溪县人民政府文件"
    at = texts.index("一、总体情况")
    assert texts[at + 1 : at + 3] == ["（一）主动公开。全年公开123条。", "运转正常。"]
    assert all(document.paragraphs[at + 1 + line].runs[0].italic for line in (0, 1))
    assert len(document.tables) == 3
    assert "{{" not in "".join(texts)
    again = read_report(target)
    assert (again.year, again.value("applications.granted.natural")) == (2021, 134)


def test_the_older_layout_fits_too(tmp_path: Path) -> None:
    report = replace(older(), sections=plain_report().sections)
    assert read_report(published(template(), tmp_path, report=report)).year == 2020


def test_a_value_is_never_a_field_nor_markup(tmp_path: Path) -> None:
    text = "{{ 表三 }}{{机关}}</w:t><w:instrText>INCLUDETEXT</w:instrText>&amp;{% raw %}"
    report = replace(plain_report(), sections={1: text, 5: text, 6: text})
    target = published(template(), tmp_path, report=report)
    texts = [paragraph.text for paragraph in Document(target).paragraphs]
    assert texts.count(text) == 3
    with ZipFile(target) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    assert not list(root.iter(f"{W}instrText"))
    assert len(list(root.iter(f"{W}tbl"))) == 3
    page = published(page_template(), tmp_path, report=report).read_text(encoding="utf-8")
    assert page.count("<table") == 3
    assert page.count("{{ 表三 }}{{机关}}&lt;/w:t&gt;") == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda it: it.add_paragraph("{{电话}}"),
            "“{{电话}}”无法识别，没有写入；可用的字段有标题",
        ),
        (lambda it: it.add_paragraph("见{{表三}}"), "字段“{{表三}}”应单独成段"),
        (lambda it: it.add_paragraph("{{一}}{{五}}"), "应单独成段"),
        (lambda it: it.add_paragraph("{{机关}}" * 501), "超过500个"),
        (
            lambda it: it.add_paragraph("{{机关}}：{{机关"),
            "自己的文字中有“{{”，将原样出现在发布稿中",
        ),
        (lambda it: it.add_paragraph("机关}}"), "自己的文字中有“}}”"),
        (lambda it: it.add_paragraph("｛｛机关｝｝"), "请把字段写成“{{机关}}”的形式"),
        (lambda it: it.add_paragraph("电话：〔待填：电话〕"), "自己的文字中有“〔待填〕”"),
        (lambda it: it.add_paragraph("〔待改写〕本局"), "自己的文字中有“〔待改写〕”"),
        (lambda it: drop(it, "{{ 表四 }}"), "没有字段“{{表四}}”"),
        (lambda it: drop(it, "{{ 五 }}"), "没有字段“{{五}}”"),
        (lambda it: drop(it, TITLE), "请检查模板中这一处前后的文字和表格"),
        (lambda it: it.add_paragraph("六、其他需要报告的事项"), "“{{六}}”没有排在"),
        (lambda it: it.add_paragraph("七、附注"), ""),
    ],
)
def test_a_template_that_cannot_be_used_is_told(
    change: Callable[[Document], None], said: str, tmp_path: Path
) -> None:
    if said:
        assert said in refused(template(change), tmp_path)
    else:
        published(template(change), tmp_path)


def drop(document: Document, text: str) -> None:
    (node,) = [one for one in document.paragraphs if one.text == text]
    node._p.getparent().remove(node._p)


@pytest.mark.parametrize("content", [b"PK", b"", b"<html>", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_document_is_told(content: bytes, tmp_path: Path) -> None:
    assert "不是可以使用的Word文档" in refused(content, tmp_path)


def test_a_table_in_a_cell_leaves_a_sound_cell() -> None:
    """A cell of Word ends in a paragraph."""

    def change(document: Document) -> None:
        drop(document, "{{ 表四 }}")
        document.add_table(1, 1).cell(0, 0).text = "{{表四}}"

    found = publication_of(plain_report())
    content = docx_of_template(template(change), "模板.docx", found)
    with ZipFile(io.BytesIO(content)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    for cell in root.iter(f"{W}tc"):
        assert cell[-1].tag == f"{W}p"


def landscape(document: Document) -> None:
    document.add_section(WD_SECTION.NEW_PAGE).first_page_header.is_linked_to_previous = False


@pytest.mark.slow
@pytest.mark.parametrize("change", [lambda document: None, landscape])
@pytest.mark.parametrize("draft", [False, True])
def test_a_filled_template_is_valid(
    change: Callable[[Document], None], draft: bool, tmp_path: Path
) -> None:
    target = published(template(change), tmp_path, draft=draft)
    done = subprocess.run([VALIDATOR, target], capture_output=True, text=True)
    assert json.loads(done.stdout)["errors"] == []


@pytest.mark.parametrize("change", [lambda document: None, landscape])
def test_a_draft_has_its_mark_in_every_header(
    change: Callable[[Document], None], tmp_path: Path
) -> None:
    target = published(template(change), tmp_path, draft=True)
    with ZipFile(target) as archive:
        headers = [name for name in archive.namelist() if "header" in name or "draft" in name]
        texts = [archive.read(name).decode() for name in headers if not name.endswith(".rels")]
        root = etree.fromstring(archive.read("word/document.xml"))
    assert len(texts) >= 2
    assert all(text.count('string="草稿"') == 1 for text in texts)
    first = next(root.iter(f"{W}sectPr"))
    kinds = [node.get(f"{W}type") for node in first.findall(f"{W}headerReference")]
    assert sorted(kinds) == ["default", "even", "first"]


@pytest.mark.slow
def test_a_pdf_of_a_template_has_the_figures(tmp_path: Path) -> None:
    own, target = tmp_path / "模板.docx", tmp_path / "a.pdf"
    own.write_bytes(template())
    assert publish_report(plain_report(), [], target, Asked(template=own)) == 200


# --- pages ----------------------------------------------------------------------------------------


def test_a_page_is_filled_and_kept(tmp_path: Path) -> None:
    target = published(page_template("{% if 发布日期 %}<p>{{发布日期}}</p>{% endif %}"), tmp_path)
    text = target.read_text(encoding="utf-8")
    assert '<body class="own"><h1>青溪县人民政府2021年政府信息公开工作年度报告</h1>' in text
    assert "<p>2022年1月20日</p></body>" in text
    assert text.count("<table") == 3


def test_a_draft_page_says_so_above_and_below(tmp_path: Path) -> None:
    text = published(page_template(), tmp_path, draft=True).read_text(encoding="utf-8")
    assert text.index("草稿，未发布") < text.index("<h1>")
    assert text.rindex("草稿，未发布") > text.rindex("</table>")
    assert text.count("草稿，未发布") == 2


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("{{ 电话 }}", "字段“{{电话}}”无法识别"),
        ("{{", "第1行写法不对"),
        ("机关}}", "自己的文字中有“}}”"),
        ("<p>｛｛<b>机关</b>｝｝</p>", "自己的文字中有“｛｛”"),
        ("<p>〔待填<b>〕</b></p>", "自己的文字中有“〔待填〕”"),
        ("<a title={{机关}}>本站</a>", "把字段放在了标签、网址、样式或脚本里"),
        ('<a href="{{ 标题 }}">本站</a>', "把字段放在了标签、网址、样式或脚本里"),
        ("<script>var body = '{{机关}}';</script>", "把字段放在了标签、网址、样式或脚本里"),
        ("<script>var text = `{{一}}`;</script>", "把字段放在了标签、网址、样式或脚本里"),
        ("<!-- {{六}} -->", "把字段放在了标签、网址、样式或脚本里"),
        ('<iframe srcdoc="{{五}}"></iframe>', "把字段放在了标签、网址、样式或脚本里"),
        ("<!-- {{机关}} -->", "把字段放在了标签、网址、样式或脚本里"),
        ("{% include '/etc/passwd' %}", "有一处不能计算或引用"),
        ("{% import 'os' as os %}", "有一处不能计算或引用"),
        ("{{ 标题.__class__.__mro__ }}", "用了不允许的写法"),
        ("{{ 标题.format.__globals__ }}", "用了不允许的写法"),
        ("{{ cycler.__init__.__globals__.os }}", "用了不允许的写法"),
        ("{{ 标题.x.y }}", "用了不存在的内容"),
        ("{{ 1 / 0 }}", "有一处不能计算或引用"),
        ("{{ 'x' * 10 ** 10 }}", "展开后过大或循环过多"),
        ("{% for a in range(99999) %}" + "x" * 90 + "{% endfor %}", "展开后过大或循环过多"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "展开后过大或循环过多"),
    ],
)
def test_a_hostile_template_ends_in_a_sentence(extra: str, said: str, tmp_path: Path) -> None:
    assert said in refused(page_template(extra), tmp_path)


@pytest.mark.parametrize(
    ("extra", "text"),
    [
        ("<{{机关}}>", "b onclick=alert(1)"),
        ("{{机关|safe}}", "<script>alert(1)</script>"),
        ("{% autoescape false %}{{ 标题 }}{% endautoescape %}", "<img src=x onerror=alert(1)>"),
    ],
)
def test_a_text_becomes_no_markup_though_the_template_lets_it(extra: str, text: str) -> None:
    found = replace(publication_of(plain_report()), agency=text, title=(text,))
    with pytest.raises(WorkbookError, match="把字段放在了标签"):
        page_of_template(page_template(extra).encode(), "模板.html", found)


@pytest.mark.slow
@pytest.mark.parametrize(
    "extra",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='a' * 100000) %}"
        "{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    ],
)
def test_an_endless_template_is_stopped(extra: str, tmp_path: Path) -> None:
    assert "展开后过大或循环过多，已停止" in refused(page_template(extra), tmp_path)


def test_a_page_says_in_which_encoding_it_is(tmp_path: Path) -> None:
    """Without a word on it a browser on a Chinese Windows takes it for GBK; what says GBK and is
    none is refused.
    """
    declared = page_template().replace("<head>", "<head><meta charset='UTF-8'>")
    assert not published(declared, tmp_path).read_bytes().startswith(b"\xef\xbb\xbf")
    (tmp_path / "发布稿.html").unlink()
    assert published(page_template(), tmp_path).read_bytes().startswith(b"\xef\xbb\xbf")
    (tmp_path / "发布稿.html").unlink()
    assert "写的编码不是UTF-8" in refused(declared.replace("UTF-8", "gbk"), tmp_path)


def test_a_page_without_a_table_or_in_another_encoding_is_told(tmp_path: Path) -> None:
    assert "没有字段“{{表三}}”" in refused(page_template().replace("{{表三}}", ""), tmp_path)
    with pytest.raises(WorkbookError, match="不是UTF-8编码的网页"):
        page_of_template("标题".encode("gbk"), "模板.html", publication_of(plain_report()))


def test_a_template_that_hides_a_figure_is_seen(tmp_path: Path) -> None:
    hiding = page_template().replace("{{表三}}", "{{表三|replace('134','143')}}")
    assert "应为134，读出143" in refused(hiding, tmp_path)
