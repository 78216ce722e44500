"""A user's own template that prints a report otherwise than it is: out of order, twice, unseen."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.shared import Pt, RGBColor
from docx.text.run import Run

from gongkai.model import Report, WorkbookError
from gongkai.publish import Asked, publish_report, template_lines, unsigned_day
from gongkai.workbook import write_workbook
from helpers.command import run_command
from helpers.published import HEADINGS, plain_report

FIELDS = ("引言", "一", "表二", "表三", "表四", "五", "六")
TITLE = "{{机关}}{{年度}}年政府信息公开工作年度报告"
STYLED = "模板另有样式、脚本或可折叠的部分，没有核对显示效果；请在浏览器中打开发布稿，逐页看一遍。"
BOTH_WAYS = (
    '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t>{{引言}}</w:t></w:r></w:p>'
    "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>{{引言}}</w:t></w:r>"
    "</w:p></w:txbxContent></mc:Fallback></mc:AlternateContent>"
)


def word(
    *fields: str, look: Callable[[Document, Run], None] | None = None, of: str = "五"
) -> bytes:
    """A template of Word with ``fields`` under the headings of the form; ``look`` changes the run
    of one of them.
    """
    document = Document()
    document.add_paragraph(TITLE)
    headings = iter(HEADINGS.values())
    for field in fields or FIELDS:
        if field != "引言":
            document.add_paragraph(next(headings, "附："))
        run = document.add_paragraph().add_run(f"{{{{{field}}}}}")
        if look and field == of:
            look(document, run)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def page(*fields: str, head: str = "", around: str = "{}", of: str = "五", end: str = "") -> str:
    """The same as a page; ``around`` is what stands around one of the fields."""
    headings = iter(HEADINGS.values())
    parts = []
    for field in fields or FIELDS:
        if field != "引言":
            parts.append(f"<h2>{next(headings, '附：')}</h2>")
        written = f"{{{{{field}}}}}"
        parts.append(around.replace("{}", written) if field == of else written)
    body = "".join(parts)
    return f"<html><head>{head}</head><body><h1>{TITLE}</h1>{body}{end}</body></html>"


def published(content: bytes | str, folder: Path, report: Report | None = None) -> Path:
    suffix = ".docx" if isinstance(content, bytes) else ".html"
    own, target = folder / f"模板{suffix}", folder / f"发布稿{suffix}"
    own.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert publish_report(report or plain_report(), [], target, Asked(template=own)) == 200
    return target


def refused(content: bytes | str, folder: Path) -> str:
    with pytest.raises(WorkbookError) as caught:
        published(content, folder)
    assert not list(folder.glob("发布稿*"))
    return str(caught.value)


# --- the order of tables --------------------------------------------------------------------------


@pytest.mark.parametrize("made", [word, page])
@pytest.mark.parametrize(
    ("fields", "first", "second"),
    [
        (("引言", "一", "表三", "表二", "表四", "五", "六"), "表三", "表二"),
        (("引言", "一", "表二", "表四", "表三", "五", "六"), "表四", "表三"),
        (("引言", "一", "表四", "表二", "表三", "五", "六"), "表四", "表三"),
    ],
)
def test_tables_in_another_order_are_refused(
    made: Callable[..., bytes | str],
    fields: tuple[str, ...],
    first: str,
    second: str,
    tmp_path: Path,
) -> None:
    said = refused(made(*fields), tmp_path)
    assert f"字段“{{{{{first}}}}}”排在“{{{{{second}}}}}”之前。" in said
    assert said.endswith("请在模板中把这两个字段移到各自的标题下。")


@pytest.mark.parametrize("made", [word, page])
@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        (("引言", "一", "表二", "表三", "表四", "六", "五"), "{{五}}"),
        (("引言", "五", "表二", "表三", "表四", "一", "六"), "{{一}}"),
        (("引言", "表二", "一", "表三", "表四", "五", "六"), "{{一}}"),
    ],
)
def test_a_field_under_the_title_of_another_section_is_refused(
    made: Callable[..., bytes | str], fields: tuple[str, ...], wrong: str, tmp_path: Path
) -> None:
    assert f"字段“{wrong}”没有排在" in refused(made(*fields), tmp_path)


@pytest.mark.parametrize("title", ["二、", "五、"])
def test_a_template_without_one_of_the_titles_is_refused(title: str, tmp_path: Path) -> None:
    [heading] = [heading for heading in HEADINGS.values() if heading.startswith(title)]
    assert "没有排在" in refused(page().replace(f"<h2>{heading}</h2>", ""), tmp_path)


def told_of(content: bytes | str, folder: Path, agency: str = "青溪县人民政府") -> str:
    own = folder / ("a.docx" if isinstance(content, bytes) else "a.html")
    own.write_bytes(content if isinstance(content, bytes) else content.encode())
    return "".join(template_lines(own, agency))


def test_figures_of_the_template_itself_are_told(tmp_path: Path) -> None:
    """They may be last year's: a sentence, a day, a table; before what has none."""
    end = "<p>主办</p><p>新收申请88件。</p><table border><tr><td>甲</td><td>17</td></tr></table>"
    told = told_of(page(end=end), tmp_path)
    assert "模板自带的文字有4处，照原样印出：“新收申请88件。”、“17”、“主办”、“甲”；" in told
    assert told_of(word(), tmp_path) == told_of(page(), tmp_path) == ""
    titled = page(head="<title>瑞安市2021年年报</title>", end="<p>二〇二二年一月印发</p>")
    assert "“瑞安市2021年年报”、“二〇二二年一月印发”" in told_of(titled, tmp_path)


@pytest.mark.parametrize(
    "own",
    ["本报告由平阳县民政局编制。", "上表以百件计。", "全年无人申请，同比下降两成", "平阳县民政局"],
)
def test_a_text_of_the_template_itself_is_told(own: str, tmp_path: Path) -> None:
    """Another body before all others, what stands among the fields before what stands behind."""
    within = page(around=f"<p>{own}</p>{{}}", end="<p>第88号</p><p>主办单位</p>")
    told = told_of(within, tmp_path)
    shown = ("“第88号”", f"“{own}”") if "平阳" not in own else (f"“{own}”", "“第88号”")
    assert f"照原样印出：{shown[0]}、{shown[1]}、“主办单位”；请确认与报告一致" in told
    document = Document(io.BytesIO(word()))
    document.paragraphs[-1].insert_paragraph_before(own)
    document.save(tmp_path / "b.docx")
    assert f"照原样印出：“{own}”；" in told_of((tmp_path / "b.docx").read_bytes(), tmp_path)
    literal = page(around="{}<p>{{ '平阳县民政局' }}</p>")
    assert "平阳县民政局" in told_of(literal, tmp_path)


def test_a_row_of_the_template_that_is_named_as_one_of_the_form_is_refused(tmp_path: Path) -> None:
    row = "<table><tr><td>行政许可</td><td>〇</td></tr></table>"
    for around in (f"{row}{{}}", f"{{}}{row}"):
        assert "模板自带的表格中有“行政许可”，与表二中的一行同名" in refused(
            page(around=around, of="表二"), tmp_path
        )
    document = Document(io.BytesIO(word()))
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "行政许可", "〇"
    document.save(tmp_path / "b.docx")
    assert "与表二中的一行同名" in refused((tmp_path / "b.docx").read_bytes(), tmp_path)
    published(page(end="<table><tr><td>联系人</td><td>〇</td></tr></table>"), tmp_path)


def test_figures_of_headers_and_footers_are_told(tmp_path: Path) -> None:
    document = Document(io.BytesIO(word()))
    section = document.sections[0]
    section.header.paragraphs[0].text = "瑞安市2021年年报"
    section.footer.paragraphs[0].text = "{{发布日期}}　共印45份"
    section.footer.add_paragraph("共印45份")
    document.save(tmp_path / "a.docx")
    assert "“瑞安市2021年年报”、“共印45份”；" in template_lines(tmp_path / "a.docx")[0]


@pytest.mark.parametrize("made", [word, page])
def test_a_template_without_the_introduction_is_refused(
    made: Callable[..., bytes | str], tmp_path: Path
) -> None:
    assert "没有字段“{{引言}}”" in refused(made(*FIELDS[1:]), tmp_path)


@pytest.mark.parametrize("made", [word, page])
def test_tables_in_their_order_are_not_refused(
    made: Callable[..., bytes | str], tmp_path: Path
) -> None:
    published(made(), tmp_path)


# --- what is printed twice ------------------------------------------------------------------------


@pytest.mark.parametrize("made", [word, page])
@pytest.mark.parametrize("field", ["引言", "一", "表二", "五"])
def test_a_field_of_its_own_paragraph_stands_once(
    made: Callable[..., bytes | str], field: str, tmp_path: Path
) -> None:
    said = refused(made(*FIELDS, field), tmp_path)
    assert f"字段“{{{{{field}}}}}”会印出不止一次，没有写入；请只保留一处。" in said


@pytest.mark.parametrize(
    "around",
    [
        "{% for one in range(2) %}{}{% endfor %}",
        "{}{% if 年度 == '2021' %}<p>{}</p>{% endif %}",
        "{}{{五|striptags}}",
        "{}<textarea>{}</textarea>",
        '{}<div style="display:none">{}</div>',
        "{% macro m(text) %}{{text}}{{text}}{% endmacro %}{{m(五)}}",
        "{% set text = 五 %}{{text}}{}",
    ],
)
def test_what_a_page_prints_is_counted(around: str, tmp_path: Path) -> None:
    assert "字段“{{五}}”会印出不止一次" in refused(page(around=around), tmp_path)


@pytest.mark.parametrize("made", [word, page])
def test_the_same_text_of_two_sections_is_not_printed_twice(
    made: Callable[..., bytes | str], tmp_path: Path
) -> None:
    sections = {1: "无。", 5: "无。\n无。", 6: "无。"}
    published(made(), tmp_path, replace(plain_report(), sections=sections))


def test_a_field_written_in_one_of_two_branches_is_printed_once(tmp_path: Path) -> None:
    published(page(around="{% if 发布日期 %}{}{% else %}{}{% endif %}"), tmp_path)


def test_a_text_box_that_is_kept_for_older_programs_too_is_no_second_place(tmp_path: Path) -> None:
    def boxed(document: Document, run: Run) -> None:
        run._r.clear_content()
        run._r.append(parse_xml(BOTH_WAYS))

    published(word(look=boxed, of="引言"), tmp_path)


# --- what nobody can read, in Word ----------------------------------------------------------------


def hidden(document: Document, run: Run) -> None:
    run.font.hidden = True


def struck(document: Document, run: Run) -> None:
    run.font.strike = True


def white(document: Document, run: Run) -> None:
    run.font.color.rgb = RGBColor(255, 255, 255)


def nearly_white(document: Document, run: Run) -> None:
    run.font.color.rgb = RGBColor(253, 254, 250)


def tiny(document: Document, run: Run) -> None:
    run.font.size = Pt(1)


def white_by_style(document: Document, run: Run) -> None:
    style = document.styles.add_style("白", WD_STYLE_TYPE.PARAGRAPH)
    style.font.color.rgb = RGBColor(255, 255, 255)
    run._parent.style = style


def white_by_style_of_run(document: Document, run: Run) -> None:
    style = document.styles.add_style("白字", WD_STYLE_TYPE.CHARACTER)
    style.font.color.rgb = RGBColor(255, 255, 255)
    run.style = style


def white_by_theme(document: Document, run: Run) -> None:
    white(document, run)
    run._r.rPr.find(f"{W}color").set(f"{W}themeColor", "background1")


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LOOKS = [
    hidden,
    struck,
    white,
    nearly_white,
    tiny,
    white_by_style,
    white_by_style_of_run,
    white_by_theme,
]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("field", ["引言", "五"])
def test_a_field_that_nobody_can_read_is_refused(
    look: Callable[[Document, Run], None], field: str, tmp_path: Path
) -> None:
    said = refused(word(look=look, of=field), tmp_path)
    assert f"字段“{{{{{field}}}}}”是隐藏、带删除线、白色或极小的字，印出后不能阅读" in said
    assert said.endswith("请改为正常显示的文字。")


def shaded(document: Document, run: Run) -> None:
    white(document, run)
    shade = '<w:shd xmlns:w="{}" w:val="clear" w:fill="1F3864"/>'.format(W.strip("{}"))
    run._parent._p.get_or_add_pPr().append(parse_xml(shade))


def grey(document: Document, run: Run) -> None:
    run.font.color.rgb = RGBColor(64, 64, 64)


def small(document: Document, run: Run) -> None:
    run.font.size = Pt(6)


@pytest.mark.parametrize("look", [shaded, grey, small])
def test_a_field_that_can_be_read_is_not_refused(
    look: Callable[[Document, Run], None], tmp_path: Path
) -> None:
    published(word(look=look), tmp_path)


def test_a_table_has_its_own_looks_whatever_its_field_has(tmp_path: Path) -> None:
    published(word(look=white, of="表三"), tmp_path)


# --- what nobody sees on a page -------------------------------------------------------------------

UNSEEN = [
    ("五", "", '<div style="color:#fff">{}</div>'),
    ("五", "", '<div style="color:#FFFFFE">{}</div>'),
    ("五", "", "<div style='font-size:0'>{}</div>"),
    ("五", "", '<div style="visibility:hidden">{}</div>'),
    ("五", "", '<div style="color:transparent">{}</div>'),
    ("五", "", "<font color=white>{}</font>"),
    ("五", "", '<div style="display:none">{}</div>'),
    ("五", "", '<div style="color:#fff"><div style="color:inherit">{}</div></div>'),
    ("表二", "", '<div style="color:#fff">{}</div>'),
    ("表二", "<style>td{color:#fff}</style>", "{}"),
    ("五", "<style>body{color:#fff}</style>", "{}"),
    ("五", "<style>.q{display:none}</style>", '<div class="q">{}</div>'),
    ("五", "<style>#q > div{visibility:hidden}</style>", "<div id=q><div>{}</div></div>"),
    ("五", "<style>.q{opacity:0}.p{opacity:1}</style>", '<div class="q">{}</div>'),
    ("五", "<style>@media screen{.q{font-size:0}}</style>", '<div class="q">{}</div>'),
    ("引言", "<style>.q{color:white}</style>", '<div class="q">{}</div>'),
    ("五", "", '<div style="height:0;overflow:hidden">{}</div>'),
    ("五", "", '<div style="max-height:1px;overflow:hidden">{}</div>'),
    ("表二", "", '<div style="width:0;overflow-x:hidden">{}</div>'),
    ("五", "", '<div style="background:#000;color:#010101">{}</div>'),
    ("五", "", '<div style="background-color:black"><div style="color:#111">{}</div></div>'),
    ("五", "", '<div style="filter:opacity(0)">{}</div>'),
    ("五", "", '<div style="content-visibility:hidden">{}</div>'),
    ("五", "", '<div style="position:relative;top:-5000px">{}</div>'),
]


@pytest.mark.parametrize(("field", "head", "around"), UNSEEN)
def test_a_field_that_a_page_hides_is_refused(
    field: str, head: str, around: str, tmp_path: Path
) -> None:
    said = refused(page(head=head, around=around, of=field), tmp_path)
    if "body" in head:
        field = "引言"
    assert f"字段“{{{{{field}}}}}”是隐藏、带删除线、白色或极小的字，印出后不能阅读" in said


SEEN = [
    ("", '<div style="color:#333;font-size:14pt">{}</div>'),
    ("", '<div style="background:#036;color:#fff">{}</div>'),
    ("", '<body bgcolor="#003366"><div style="color:#fff">{}</div>'),
    ("", '<div style="color:#fff"><div style="color:#000">{}</div></div>'),
    ("<style>a:hover{color:#fff}.q::before{display:none}</style>", '<div class="q">{}</div>'),
    ("<style>@media print{.q{display:none}}</style>", '<div class="q">{}</div>'),
    ("<style>.menu{display:none}</style>", '<div class="q">{}</div>'),
    ("<style>.q{display:none}div.q{display:block}</style>", '<div class="q">{}</div>'),
    ("<style>.q{color:#fff}</style>", '<div class="q" style="color:#000">{}</div>'),
    ("<style>body{background:#036}.q{color:#fff}</style>", '<div class="q">{}</div>'),
    ("<style>.q{color:#fff}p{color:#000}</style>", '<div class="q">{}</div>'),
    ("<style>.q{display:none}</style><script></script>", '<div class="q">{}</div>'),
]


@pytest.mark.parametrize(("head", "around"), SEEN)
def test_what_is_seen_or_cannot_be_judged_is_not_refused(
    head: str, around: str, tmp_path: Path
) -> None:
    published(page(head=head, around=around), tmp_path)


@pytest.mark.slow
def test_a_large_style_sheet_is_no_endless_template(tmp_path: Path) -> None:
    rules = []
    for number in range(1_500):
        rules.append(f".a{number} .b,p .c{number}{{color:#fff}}.d{number}{{display:none}}")
    published(page(head=f"<style>{''.join(rules)}</style>"), tmp_path)


# --- what is said of styles -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "lines"),
    [
        ("a.html", "<html><style>td{color:#333}</style>", [STYLED]),
        ("a.html", '<html><LINK href="a.css" rel="stylesheet">', [STYLED]),
        ("a.html", '<link rel="icon" href="a.ico"><p style="color:#333">', []),
    ],
)
def test_styles_of_a_template_are_told(
    name: str, content: str, lines: list[str], tmp_path: Path
) -> None:
    headed = f"{content}<p>{'<p>'.join(HEADINGS.values())}"
    (tmp_path / name).write_text(headed, encoding="utf-8")
    assert template_lines(tmp_path / name) == lines
    assert template_lines(None) == []


def test_titles_that_a_template_lacks_are_told(tmp_path: Path) -> None:
    """No field brings them: {{一}} is the text of 一、总体情况."""
    titles = "<p>".join(list(HEADINGS.values())[1:])
    (tmp_path / "a.html").write_text(f"<p>{titles}</p>{{{{一}}}}", encoding="utf-8")
    [line] = template_lines(tmp_path / "a.html")
    assert line == "请核对：模板中没有这些标题，发布稿中也没有：“一、总体情况”。"


@pytest.mark.parametrize(
    ("field", "is_told"),
    [
        ("", True),
        ("{{机关}}发布日期", True),
        ("{{发布日期}}", False),
        ("{{ 发布日期 }}印发", False),
        ("{% if 发布日期 %}{{发布日期}}{% endif %}", False),
    ],
)
def test_a_day_for_which_a_template_has_no_place_is_told(
    field: str, is_told: bool, tmp_path: Path
) -> None:
    own = tmp_path / "a.html"
    headed = "<p>".join(f"{text}<p>{{{{{name}}}}}" for name, text in HEADINGS.items())
    own.write_text(f"<p>{{{{标题}}}}<p>{headed}<p>{field}", encoding="utf-8")
    report = replace(plain_report(), published="2022-01-20")
    line = "请核对：模板中没有字段“{{发布日期}}”，发布稿中没有印出发布日期2022年1月20日。"
    told = template_lines(own, report.agency, unsigned_day(report))
    assert (line in told) == is_told
    for sections in (report.sections, {**report.sections, 6: "无。\n办公室\n2022.1.20"}):
        without = replace(report, sections=sections, published="")
        assert line not in template_lines(own, report.agency, unsigned_day(without))


def test_the_command_tells_a_day_that_is_lost(tmp_path: Path) -> None:
    report = replace(plain_report(), published="2022-01-20")
    write_workbook(report, [], tmp_path / "a.xlsx")
    (tmp_path / "b.html").write_text(page(), encoding="utf-8")
    asked = ["--template", str(tmp_path / "b.html"), "-o", str(tmp_path / "c.html")]
    run = run_command("publish", str(tmp_path / "a.xlsx"), *asked)
    assert run.returncode == 0
    assert "没有印出发布日期2022年1月20日" in run.stdout


@pytest.mark.parametrize(
    ("style", "told"),
    [
        ("direction:rtl;unicode-bidi:plaintext", ["direction:rtl", "unicode-bidi:plaintext"]),
        ("margin:0;unicode-bidi:bidi-override", ["unicode-bidi:bidi-override"]),
        ("margin-left:2px;writing-mode:vertical-rl", ["writing-mode:vertical-rl"]),
        ("position:relative;top:-300px", ["top:-300px"]),
        ("mask:linear-gradient(#0000,#0000)", ["mask:linear-gradient(#0000,#0000)"]),
        ("font-size:2px;line-height:0", ["font-size:2px", "line-height:0"]),
        ("color:{{年度}}", ["color:{{年度}}"]),
        (
            "font:16pt 仿宋;color:#333;border:1px solid;margin:0 auto;width:800px;max-width:90%;"
            "padding:5px;text-align:center;line-height:1.5;background:#fff;overflow:auto",
            [],
        ),
    ],
)
def test_a_style_around_a_field_that_is_not_known_is_told(
    style: str, told: list[str], tmp_path: Path
) -> None:
    lines = told_of(page(around=f'<div style="{style}">{{}}</div>'), tmp_path)
    quoted = "、".join(f"“{one}”" for one in told)
    assert (f"字段外面的样式{quoted}可能使内容看不见或变样" in lines) if told else lines == ""
    beside = page(end=f'<div style="{style}"></div>')
    assert told_of(beside, tmp_path) == ""


def test_the_command_tells_of_styles(tmp_path: Path) -> None:
    write_workbook(plain_report(), [], tmp_path / "a.xlsx")
    own = tmp_path / "模板.html"
    own.write_text(page(head='<link rel="stylesheet" href="site.css">'), encoding="utf-8")
    command = ["publish", str(tmp_path / "a.xlsx"), "-o", str(tmp_path / "b.html")]
    done = run_command(*command, "--template", str(own))
    assert STYLED in done.stdout.splitlines()
    own.write_text(page(), encoding="utf-8")
    assert STYLED not in run_command(*command, "--template", str(own), "--force").stdout


@pytest.mark.parametrize("look", LOOKS)
def test_a_field_of_one_line_that_nobody_can_read_is_refused(
    look: Callable[[Document, Run], None], tmp_path: Path
) -> None:
    """The name of the body within a line: 主办单位：{{机关}}."""
    document = Document(io.BytesIO(word()))
    run = document.add_paragraph("主办单位：").add_run("{{机关}}")
    look(document, run)
    buffer = io.BytesIO()
    document.save(buffer)
    said = refused(buffer.getvalue(), tmp_path)
    assert "字段“{{机关}}”是隐藏、带删除线、白色或极小的字，印出后不能阅读" in said
