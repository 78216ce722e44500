"""Pages that hold tables cut, doubled or foreign, and pages that hold no report at all."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

import pytest

from gongkai.checks.whole import check
from gongkai.editions import all_editions
from gongkai.model import Box, UnreadableDocument
from helpers import DOCUMENTS
from helpers.counts import counted, matrix, part
from helpers.pages import figures, misread, read_page, typed, typed_figures, typed_report, unlike
from helpers.ruian import RUIAN, TRUTH, line_of, read_with, spot_of
from helpers.strategies import changed
from helpers.writers.mutations import figure_spots
from helpers.writers.styles import (
    LAYOUTS,
    Sheet,
    cut_sheet,
    html_page,
    lines_text,
    render,
    report_sheets,
    table_html,
    text_page,
)

# --- tables cut, doubled, foreign -----------------------------------------------------------------


def applications_page(html: str) -> str:
    """The page around a table three of our own making."""
    sheets = report_sheets(RUIAN)
    tables = {table: table_html(sheet) for table, sheet in sheets.items()}
    return html_page(RUIAN, tables | {"applications": html})


@matrix(
    cut=[6, 9, 15, 16, 20, 26],
    between=["", "<p>- 3 -</p>", "<p>3</p>", "<p>2021年年度报告</p>", "<h3>续表</h3>"],
)
def test_table_three_cut_in_two(cut: int, between: str) -> None:
    sheet = report_sheets(RUIAN)["applications"]
    page = applications_page(
        table_html(cut_sheet(sheet, 1, cut)) + between + table_html(cut_sheet(sheet, cut + 1, 28))
    )
    assert unlike(TRUTH, read_page(page)) == []


@matrix(
    footer=["- 3 -", "3", "第3页 共8页", "瑞安市人民政府2021年政府信息公开工作年度报告"],
    after=["new", "refused_secret", "unprocessed_repeat", "handled"],
)
def test_a_page_number_inside_flat_text(footer: str, after: str) -> None:
    """A page ends inside table three of a text with one cell a line: its footer stands between two
    rows.
    """
    sheets = report_sheets(RUIAN)
    tables = {table: lines_text(sheet) for table, sheet in sheets.items()}
    sheet = sheets["applications"]
    line = line_of(sheet, after)
    upper, lower = ([s for s in sheet if s.box.top <= line], [s for s in sheet if s.box.top > line])
    tables["applications"] = lines_text(upper) + f"{footer}\n\n" + lines_text(lower)
    assert misread(TRUTH, read_page(text_page(RUIAN, tables))) == []


@pytest.mark.parametrize("after", ["applications.new.legal", "applications.refused_secret.natural"])
def test_a_page_number_inside_a_row_of_flat_text(after: str) -> None:
    sheets = report_sheets(RUIAN)
    tables = {table: lines_text(sheet) for table, sheet in sheets.items()}
    at = sheets["applications"].index(spot_of(sheets["applications"], after)) + 1
    sheet = sheets["applications"]
    tables["applications"] = lines_text(sheet[:at]) + "3\n\n" + lines_text(sheet[at:])
    assert misread(TRUTH, read_page(text_page(RUIAN, tables))) == []


def test_the_same_tables_twice_for_mobiles() -> None:
    tables = {table: table_html(sheet) for table, sheet in report_sheets(RUIAN).items()}
    page = html_page(RUIAN, tables, '<div class="pc">{0}</div><div class="mobile">{0}</div>')
    read = read_page(page)
    assert misread(TRUTH, read) == []
    assert unlike(TRUTH, read) == [] or read.problems


def test_two_copies_that_differ() -> None:
    """Which copy is right nobody can say: the cell must not pass in silence."""
    cell = "applications.granted.natural"
    pages = [
        html_page(
            report, {table: table_html(sheet) for table, sheet in report_sheets(report).items()}
        )
        for report in (RUIAN, changed(RUIAN, cell, 135))
    ]
    try:
        read = read_page("".join(pages))
    except UnreadableDocument:
        return
    assert misread(TRUTH | {cell: read.value(cell)}, read) == []
    assert any(problem.table in ("applications", "") for problem in read.problems)


@matrix(
    layout=["plain", "bars", "lines", "paragraphs"],
    second=["hongze-2024", "edition-2019-of-2020", "word-2022"],
)
def test_two_reports_on_one_page(layout: str, second: str) -> None:
    """One of them whole, or a refusal, but never a mixture."""
    other = typed_report(second)
    try:
        read = read_page(render(RUIAN, layout) + "\n\n" + render(other, layout))
    except UnreadableDocument:
        return
    assert misread(TRUTH, read) == [] or misread(figures(other), read) == []
    assert [finding.rule for finding in check(read) if finding.rule == "coverage.parts"] == [
        "coverage.parts"
    ]


def small_table(title: str, *rows: str) -> str:
    """A table below its title; cells are parted by blanks."""
    body = "".join(
        "<tr>" + "".join(f"<td>{text}</td>" for text in row.split()) + "</tr>" for row in rows
    )
    return f"<p>{title}</p><table>{body}</table>"


MONTHLY = small_table(
    "2021年12月依申请公开月报",
    "单位 自然人 法人或其他组织 总计",
    "（一）予以公开 11 3 14",
    "（二）部分公开 2 1 3",
    "（七）总计 13 4 17",
)
PERMITS = small_table(
    "行政执法统计",
    "信息内容 上年数量 本年数量",
    "行政许可 901 877",
    "行政处罚 33 31",
    "行政强制 5 4",
)
COURT = small_table(
    "行政案件统计", "项目 结果维持 结果纠正 总计", "行政复议 301 22 323", "行政诉讼 120 9 129"
)
FOREIGN = pytest.mark.parametrize("foreign", [MONTHLY, PERMITS, COURT])


@matrix(
    layout=["plain", "word", "bare", "glued", "paragraphs"],
    before=[True, False],
    foreign=[MONTHLY, PERMITS, COURT],
)
def test_a_foreign_table_with_similar_labels_beside_a_report(
    layout: str, before: bool, foreign: str
) -> None:
    page = render(RUIAN, layout)
    page = (
        page.replace("<body>", "<body>" + foreign)
        if before
        else page.replace("</body>", foreign + "</body>")
    )
    assert misread(TRUTH, read_page(page)) == []


@FOREIGN
def test_a_foreign_table_alone_is_no_report(foreign: str) -> None:
    with pytest.raises(UnreadableDocument):
        read_page(f"<html><head><title>统计数据</title></head><body>{foreign}</body></html>")


def test_table_four_standing_upright() -> None:
    """Labels down the side, one figure a row: right, or blank with a problem."""
    sheets = report_sheets(RUIAN)
    tables = {table: table_html(sheet) for table, sheet in sheets.items()}
    names = {
        "review": "行政复议",
        "direct_litigation": "未经复议直接起诉",
        "reviewed_litigation": "复议后起诉",
    }
    rows = []
    for spot in figure_spots(sheets["disputes"]):
        _, row, column = spot.id.split(".")
        label = spot_of(sheets["disputes"], column, "column").text
        rows.append(f"<tr><td>{names[row]}</td><td>{label}</td><td>{spot.text}</td></tr>")
    tables["disputes"] = f"<table>{''.join(rows)}</table>"
    assert misread(TRUTH, read_page(html_page(RUIAN, tables))) == []


def test_table_three_lying_on_its_side() -> None:
    """Rows and columns exchanged."""

    def flipped(sheet: Sheet) -> Sheet:
        turned = [
            replace(spot, box=Box(spot.box.left, spot.box.top, spot.box.right, spot.box.bottom))
            for spot in sheet
        ]
        return sorted(turned, key=lambda spot: (spot.box.top, spot.box.left))

    for layout in ("plain", "full_bars", "bars", "lines"):
        assert misread(TRUTH, read_with(layout, "applications", flipped)) == []


@matrix(layout=LAYOUTS, share=[0.35, 0.5, 0.6, 0.7, 0.8, 0.9])
def test_a_page_cut_short(layout: str, share: float) -> None:
    """The connection broke: what had arrived is right, the rest is blank and said so, or the page
    is refused.
    """
    page = render(RUIAN, layout)
    end = int(len(page) * share)
    # Cut between cells: a figure that lost its last digits can not be told from a shorter one.
    while page[end - 1].isdigit() or page[end].isdigit():
        end -= 1
    try:
        read = read_page(page[:end])
    except UnreadableDocument:
        return
    assert misread(TRUTH, read) == []


# --- pages that are no report ---------------------------------------------------------------------


def html(body: str, title: str = "瑞安市人民政府2021年政府信息公开工作年度报告") -> str:
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title></head><body>{body}</body></html>'
    )


def every_label(figure: str) -> str:
    labels = [label.text for form in all_editions()["2021"].forms.values() for label in form.labels]
    return "".join(f"<p>{label}{figure}。</p>" for label in labels)


LINKS = "".join(
    f'<li><a href="{y}.html">瑞安市人民政府{y}年政府信息公开工作年度报告</a> {y + 1}-02-20</li>'
    for y in range(2014, 2024)
)
OTHER_PAGES = {
    "index": (html(f"<h1>信息公开年报</h1><ul>{LINKS}</ul>", "信息公开年报"), ()),
    "login": (
        html(
            '<form>用户名<input name="u">密码<input type="password" name="p"></form>',
            "统一身份认证",
        ),
        ("登录",),
    ),
    "login text": (html('<p>请先登录后再访问</p><form><input type="password"></form>'), ("登录",)),
    "attachment": (
        html('<h1>年度报告</h1><p>附件：<a href="P0202202.pdf">2021年年度报告.pdf</a></p>'),
        (".pdf",),
    ),
    "word file": (
        html('<p>详见附件</p><a href="/f/2021nb.docx">瑞安市2021年年报</a>'),
        ("瑞安市2021年年报",),
    ),
    "picture": (
        html('<h1>2021年年度报告（图片版）</h1><p><img src="1.jpg"><img src="2.jpg"></p>'),
        ("图片",),
    ),
    "frame": (html('<iframe src="/upload/nb2021.html"></iframe>'), ("nb2021.html",)),
    "not found": (html("<h1>404</h1><p>您访问的页面不存在或已删除</p>", "404"), ()),
    "empty body": (html(""), ()),
    "prose": (
        html("<h1>年度报告</h1><p>2021年收到申请455件，予以公开143件，行政复议63件。</p>"),
        (),
    ),
    "prose with all labels": (html(every_label("按规定填报")), ()),
    "waf": (html("<p>正在验证您的浏览器，请稍候 5 秒</p>", "安全验证"), ()),
    "news": (
        html(
            "<h1>我市召开政务公开推进会</h1><p>会议通报2021年收到和处理政府信息公开申请情况，"
            "共455件。</p>"
        ),
        (),
    ),
}


@pytest.mark.parametrize("name", OTHER_PAGES)
def test_a_page_without_a_report_is_refused(name: str) -> None:
    page, words = OTHER_PAGES[name]
    with pytest.raises(UnreadableDocument) as refused:
        read_page(page)
    message = str(refused.value)
    assert all(word in message for word in words), message
    assert "\n" not in message
    assert any("\u4e00" <= char <= "\u9fff" for char in message)


def test_the_circular_with_the_empty_form_is_no_report() -> None:
    """The form itself, as the circular prints it: nothing filled in, so nothing may come out."""
    sheets = report_sheets(RUIAN).values()
    forms = [
        [replace(spot, text="") if spot.kind == "figure" else spot for spot in sheet]
        for sheet in sheets
    ]
    page = html(
        "<h1>关于印发年度报告格式的通知</h1>" + "".join(table_html(sheet) for sheet in forms),
        "通知",
    )
    try:
        read = read_page(page)
    except UnreadableDocument:
        return
    assert set(figures(read).values()) <= {None}


def test_prose_that_states_a_figure_beside_each_label() -> None:
    """Sentences are not cells, even when each ends in a figure."""
    try:
        read = read_page(html(every_label("共12件")))
    except UnreadableDocument:
        return
    assert set(figures(read).values()) <= {None}


def test_a_report_of_the_list_of_2014_is_not_forced_into_a_table() -> None:
    rows = [
        ("一、主动公开情况", "", ""),
        ("主动公开政府信息数", "条", "25376"),
        ("三、依申请公开情况", "", ""),
    ]
    rows += [
        ("（一）收到申请数", "件", "455"),
        ("1.当面申请数", "件", "12"),
        ("（三）申请答复数", "件", "450"),
    ]
    rows += [
        ("四、行政复议数量", "件", "63"),
        ("（一）维持具体行政行为数", "件", "44"),
        ("五、行政诉讼数量", "件", "44"),
    ]
    body = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows)
    table = f"<table><tr><td>指标</td><td>单位</td><td>统计数</td></tr>{body}</table>"
    try:
        read = read_page(html(table, "瑞安市人民政府2017年政府信息公开工作年度报告"))
    except UnreadableDocument:
        return
    assert set(figures(read).values()) <= {None}


def test_rows_of_a_flattened_table_whose_head_is_missing() -> None:
    """Found by fuzzing: without any column a row had no last cell to look at."""
    rows = (
        "1.信访举报投诉类申请",
        "3",
        "2.重复申请",
        "1",
        "3.要求提供公开出版物",
        "0",
        "4.无正当理由大量反复申请",
    )
    slip = ("<br/>/p>", "<p><br/></p>")
    last = ("5.要求行政机关确认或重新出具已获取信息", "0", "（六）其他处理")
    page = "".join(f"<p>{text}</p><p><br/></p>" for text in rows).removesuffix(
        "<br/></p>"
    ) + "".join(slip)
    page += (
        "".join(f"<p>{text}</p><p><br/></p>" for text in last).removesuffix("<p><br/></p>")
        + "<p>0</p>"
    )
    with pytest.raises(UnreadableDocument, match="没有找到"):
        read_page(page)


@counted
@pytest.mark.parametrize("case", ["ruian-2021-html", "wrong-spans-2023"])
def test_a_page_that_breaks_off_gives_no_half_of_a_figure(case: str) -> None:
    """As a server sends it that names no length and dies: of 450 it sent 45."""
    (source,) = (DOCUMENTS / case).glob("source.*")
    content, truth = source.read_bytes(), typed_figures(typed(case, "report.json"))
    for match in part(list(re.finditer(rb">\s*\d\d+", content))):
        with suppress(UnreadableDocument):
            assert misread(truth, read_page(content[: match.end() - 1])) == []
