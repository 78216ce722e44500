"""Reports and annexes in one document: the one that is named is read, no table of another is taken
for its own.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gongkai.checks.whole import check
from gongkai.model import Box, Document, Report, UnreadableDocument
from gongkai.readers import read_blocks
from gongkai.readers.word import word_blocks
from gongkai.recognize import recognize
from gongkai.wording.prose import signed
from helpers import DOCUMENTS
from helpers.counts import matrix
from helpers.made import report_of
from helpers.pages import figures, misread, read_page
from helpers.writers.parts import (
    LAST_YEAR,
    OTHER_BODY,
    OWN,
    PAGES,
    TABLES,
    WRITERS,
    Part,
    captioned,
    titled,
    written,
)
from helpers.writers.styles import (
    Sheet,
    Spot,
    cut_sheet,
    render,
    report_sheets,
    report_title,
    title_of,
)
from helpers.writers.words import deleted, docx, inserted, paragraph, run

TRUTH = figures(OWN)
CAPTIONS = (
    "（附：上一年度）",
    "2020年数据",
    "2020年度数据对比",
    "附件2：2020年收到和处理政府信息公开申请情况表",
    "上年同期数据",
    "去年情况如下",
    "附：近两年数据对比表",
    "样表",
    "三、2020年收到和处理政府信息公开申请情况",
)
HARMLESS = (
    "2021年收到和处理政府信息公开申请情况表",
    "2021年度",
    "单位：件",
    "（续表）",
    "附件：政府信息公开情况统计表",
    "（一）2021年总体情况",
    "填报单位：青溪县人民政府办公室",
    "发布日期：2022-01-20",
    "2022年1月20日",
    "上一篇：青溪县人民政府2020年政府信息公开工作年度报告解读",
    "青溪县收到和处理政府信息公开申请情况",
    "2021年，共收到政府信息公开申请455件，较2020年增长5%，具体如下：",
    "与2020年度报告口径一致",
    "详见下表：",
    "截至2021年12月31日",
    "2021年1月1日至2021年12月31日",
    "2021年1-12月",
    "点击查看大图",
)


def parts_told(report: Report) -> list[str]:
    return [finding.severity for finding in check(report) if finding.rule == "coverage.parts"]


@matrix(layout=sorted(WRITERS), order=["own first", "own last"], other=["year", "body"])
def test_of_two_reports_that_of_the_title_is_read(layout: str, order: str, other: str) -> None:
    parts = [titled(OWN), titled(LAST_YEAR if other == "year" else OTHER_BODY)]
    if order == "own last":
        parts.reverse()
    read = read_page(written(layout, parts, f"{report_title(OWN)}-政府信息公开"))
    if layout not in PAGES and other == "body" and order == "own last":
        assert figures(read) == figures(OTHER_BODY)  # the first title of a text is its own
    else:
        assert figures(read) == TRUTH
    assert parts_told(read) == ["note" if layout in PAGES else "warning"]


@matrix(layout=sorted(WRITERS), title=["县人民政府门户网站", "政府信息公开年报", ""])
def test_without_a_title_of_its_own_the_latest_year_is_read_and_said(
    layout: str, title: str
) -> None:
    read = read_page(written(layout, [titled(LAST_YEAR), titled(OWN)], title))
    assert (figures(read), read.year) == (TRUTH, 2021)
    [finding] = [finding for finding in check(read) if finding.rule == "coverage.parts"]
    assert finding.severity == "warning"
    assert "最近的年度" in finding.message


@matrix(layout=sorted(WRITERS), caption=CAPTIONS)
def test_tables_below_a_caption_of_another_year_are_not_its_own(layout: str, caption: str) -> None:
    own, last = report_sheets(OWN), report_sheets(LAST_YEAR)
    lines = [report_title(OWN)]
    for table in TABLES:
        lines += [title_of(table), own[table]]  # type: ignore[list-item]
        if table == "applications":
            lines += [caption, last[table]]  # type: ignore[list-item]
    read = read_page(written(layout, [Part(tuple(lines))], report_title(OWN)))
    assert figures(read) == TRUTH


@matrix(layout=sorted(WRITERS), caption=CAPTIONS)
def test_where_the_own_table_is_lost_no_other_is_taken(layout: str, caption: str) -> None:
    parts = [titled(OWN, "disclosure", "disputes"), captioned(LAST_YEAR, caption, "applications")]
    read = read_page(written(layout, parts, report_title(OWN)))
    assert misread(TRUTH, read) == []
    assert read.value("applications.granted.natural") is None
    assert any(finding.rule == "coverage.table" for finding in check(read))


VAGUE = [
    *("附件", "（二）附表2", "附：街道办事处", "全市汇总数", "本级"),
    *("瑞安市教育局", "温州市2021年情况", "下表为市教育局数据", "苍南县人民政府"),
    *("2021年上半年数据", "1-6月", "累计数", "近三年合计", "预计数", "明年计划", "占比"),
    *("２０２０年", "二〇二〇年度", "20年度"),
    *("瑞安市教育局收到和处理政府信息公开申请情况", "平阳县人民政府政府信息公开申请情况表"),
    *("飞云街道收到和处理政府信息公开申请情况（表）", "各部门收到和处理政府信息公开申请情况"),
]


@matrix(layout=sorted(WRITERS), caption=VAGUE)
def test_the_only_table_below_a_vague_caption_is_told(layout: str, caption: str) -> None:
    """It may be the report's own, where a report has its tables in an annex, or a copy where that
    is lost.
    """
    other = report_sheets(LAST_YEAR)
    lines: list[object] = [report_title(OWN)]
    for table in TABLES:
        lines += [
            title_of(table),
            *([caption, other[table]] if table == "applications" else [other[table]]),
        ]
    read = read_page(written(layout, [sections(*lines)], report_title(OWN)))
    blank = not any(
        value is not None
        for cell, value in figures(read).items()
        if cell.startswith("applications")
    )
    assert blank or doubted(read) == ["applications"]


FOREIGN_LABELS = [
    ("本年收费金额（单位：万元）", "上年收费金额（单位：万元）"),
    ("本年收费金额（单位：万元）", "2020年收费金额（单位：万元）"),
    ("本年制发件数", "累计制发件数"),
    ("现行有效件数", "失效件数"),
    ("现行有效件数", "2020年现行有效件数"),
    ("行政许可", "非行政许可"),
    ("行政许可", "行政许可（教育局）"),
    ("行政处罚", "行政处罚（罚款万元）"),
    ("一、本年新收政府信息公开申请数量", "一、上年新收政府信息公开申请数量"),
    ("一、本年新收政府信息公开申请数量", "一、2020年新收政府信息公开申请数量"),
    ("二、上年结转政府信息公开申请数量", "二、本年结转政府信息公开申请数量"),
    ("三、本年度办理结果", "三、2020年度办理结果"),
    ("（一）予以公开", "（一）不予以公开"),
    ("商业企业", "非商业企业"),
    ("四、结转下年度继续办理", "四、上年结转继续办理"),
]


@matrix(layout=["plain", "nested", "bars"], labels=FOREIGN_LABELS)
def test_a_label_that_says_another_thing_is_never_taken_in_silence(
    layout: str, labels: tuple[str, str]
) -> None:
    page = render(report_of(), layout)
    assert labels[0] in page
    read = read_page(page.replace(*labels))
    loud = [finding for finding in check(read) if finding.severity != "note"]
    assert loud, labels
    assert misread(figures(report_of()), read) == []


@pytest.mark.parametrize(
    ("label", "slip"),
    [
        ("（一）予以公开", "（一）予已公开"),
        ("二、上年结转政府信息公开申请数量", "二、上一年度结转政府信息公开申请数量"),
        ("现行有效件数", "现行有郊件数"),
        ("商业企业", "商业企业（家）"),
        ("3.要求提供公开出版物", "（五）不予处理 3.要求提供公开出版物"),
    ],
)
def test_a_label_with_a_slip_of_the_pen_is_the_label(label: str, slip: str) -> None:
    page = render(report_of(), "plain")
    assert label in page
    read = read_page(page.replace(label, slip))
    assert figures(read) == figures(report_of())
    assert doubted(read) == []


@pytest.mark.parametrize(
    "place",
    ["<td>{}</td>", "</table><p>{}</p>", "<tr><td colspan=10>注：以上为{}</td></tr></table>"],
)
def test_what_stands_in_or_below_a_table_is_told(place: str) -> None:
    page = render(report_of(), "plain")
    at = page.index("四、政府信息公开行政复议")
    corner = page.index("（本列数据的勾稽关系为")
    text = place.format("2020年数据")
    if place.startswith("<td"):
        page = page[:corner] + "2020年数据" + page[page.index("<", corner) :]
    else:
        end = page.rindex("</table>", 0, at)
        page = page[:end] + text + page[end + len("</table>") :]
    read = read_page(page)
    assert figures(read) == figures(report_of())
    assert doubted(read) == ["applications"]


@pytest.mark.parametrize("layout", sorted(WRITERS))
def test_disputes_without_figures_and_a_copy_below_a_vague_caption_are_told(layout: str) -> None:
    own, last = report_sheets(OWN), report_sheets(LAST_YEAR)
    empty = [replace(spot, text="/") if spot.kind == "figure" else spot for spot in own["disputes"]]
    lines: list[object] = [report_title(OWN)]
    for table in TABLES:
        lines += [
            title_of(table),
            *([empty, "附件", last[table]] if table == "disputes" else [own[table]]),
        ]
    read = read_page(written(layout, [sections(*lines)], report_title(OWN)))
    assert misread(TRUTH, read) == [] or doubted(read) == ["disputes"]


@pytest.mark.parametrize("layout", sorted(WRITERS))
def test_a_table_outside_its_section_is_told(layout: str) -> None:
    sheets = report_sheets(OWN)
    lines: list[object] = [report_title(OWN), title_of("disclosure"), sheets["disclosure"]]
    lines += [
        title_of("applications"),
        title_of("disputes"),
        sheets["disputes"],
        sheets["applications"],
    ]
    read = read_page(written(layout, [sections(*lines)], report_title(OWN)))
    assert misread(TRUTH, read) == []
    assert "applications" in doubted(read)


def doubted(report: Report) -> list[str]:
    """The tables of which it is told that they may be those of others."""
    return [problem.table for problem in report.problems if "不一定是本报告的" in problem.reason]


@matrix(layout=sorted(WRITERS), line=HARMLESS)
def test_a_harmless_line_above_a_table_changes_nothing(layout: str, line: str) -> None:
    own = report_sheets(OWN)
    lines = [report_title(OWN)]
    for table in TABLES:
        lines += [title_of(table), line, own[table]]  # type: ignore[list-item]
    read = read_page(written(layout, [Part(tuple(lines))], report_title(OWN)))
    assert figures(read) == TRUTH
    assert parts_told(read) == []
    assert doubted(read) == []


def small_sheet(rows: list[list[str]]) -> Sheet:
    """A table of texts that is none of the form's."""
    spots = []
    for top, texts in enumerate(rows, 1):
        for left, text in enumerate(texts, 1):
            spots.append(Spot(Box(top, left, top, left), text, "label", ""))
    return spots


COMPARED = (
    [["项目", "2020年", "2021年"], ["许可", "900", "1200"], ["处罚", "300", "340"]],
    [["年度", "新收", "办结"], ["2020年度", "455", "450"], ["2021年度", "25", "36"]],
    [["近两年对比", "2021年", "2020年", "增减"], ["许可", "900", "1200", "-300"]],
    [["项目", "2019年", "2020年", "2021年"], *[[f"第{n}项", "1", "2", "3"] for n in range(9)]],
)
NOT_COMPARED = (
    [["项目", "2020年"], ["许可", "900"], ["处罚", "300"]],
    [["项目", "2020年数量", "2020年占比"], ["许可", "900", "3"]],
)


@matrix(layout=PAGES, rows=(*COMPARED, *NOT_COMPARED), below=(True, False), table=TABLES)
def test_a_small_table_of_two_years_beside_a_table(
    layout: str, rows: list[list[str]], below: bool, table: str
) -> None:
    """It compares, and is no copy of another year; one of another year alone may be."""
    lines: list[object] = [report_title(OWN)]
    for name, sheet in report_sheets(OWN).items():
        around = [sheet, small_sheet(rows)] if name == table else [sheet]
        lines += [title_of(name), *(around if below else around[::-1])]
    read = read_page(written(layout, [sections(*lines)], report_title(OWN)))
    if rows in COMPARED:
        assert figures(read) == TRUTH
        assert doubted(read) == []
        assert parts_told(read) == []
    else:
        assert misread(TRUTH, read) == []
        assert doubted(read) == [table] * below


OF_FORM = (
    [["指标", "2020年", "2021年"], ["行政许可", "1100", "1300"], ["行政处罚", "300", "340"]],
    [["年份", "行政许可", "收费（万元）"], ["2020", "1100", "50"], ["2021", "1300", "99"]],
    [["年份", "新收", "办结"], ["2020年", "20", "30"], ["2021年", "26", "35"]],
    [
        ["指标", "2020年", "2021年"],
        *[[text, "3", "4"] for text in ("行政许可", "行政处罚", "行政强制", "规章", "规范性文件")],
    ],
)


@matrix(
    layout=PAGES,
    rows=OF_FORM,
    caption=("", "下表为两年对比。", "近两年数据对比", "2021年与2020年比较表", "近两年情况"),
    below=(True, False),
    table=TABLES,
)
def test_a_comparison_beside_a_table_is_named_with_its_caption(
    layout: str, rows: list[list[str]], caption: str, below: bool, table: str
) -> None:
    """It is neither printed nor compared, and the section's own table is read all the same; one
    with most labels of a table is named as another part of the document.
    """
    lines: list[object] = [report_title(OWN)]
    for name, sheet in report_sheets(OWN).items():
        added = [small_sheet(rows)] if name == table else []
        added = [caption, *added] if added and caption else added
        lines += [title_of(name), *([sheet, *added] if below else [*added, sheet])]
    lines += ["五、存在的主要问题及改进情况", "公开的意识需要加强。"]
    read = read_page(written(layout, [sections(*lines)], report_title(OWN)))
    assert figures(read) == TRUTH
    assert doubted(read) == []
    named = [text for text in (caption, f"表格（{'、'.join(rows[0])}）") if text]
    if len(read.parts) > 1:
        assert (read.parts[1].title, parts_told(read)) == (caption, ["note"])
        assert rows is OF_FORM[-1]
    else:
        assert sorted(read.left_out) == sorted(named)
    assert read.sections[5] == "公开的意识需要加强。"


@matrix(
    layout=PAGES,
    rows=(*OF_FORM[:3], [["单位", "收到"], ["教育局", "3"], ["民政局", "4"]]),
    caption=("各部门情况", "2020年数据", "示例", "其他情况", "政务新媒体发布情况如下。"),
    table=TABLES,
)
def test_a_small_table_of_any_kind_below_a_table_is_named(
    layout: str, rows: list[list[str]], caption: str, table: str
) -> None:
    lines: list[object] = [report_title(OWN)]
    for name, sheet in report_sheets(OWN).items():
        added = [caption, small_sheet(rows)] if name == table else []
        lines += [title_of(name), sheet, *added]
    lines += ["五、存在的主要问题及改进情况", "公开的意识需要加强。"]
    read = read_page(written(layout, [sections(*lines)], report_title(OWN)))
    assert misread(TRUTH, read) == []
    assert read.left_out == (caption, f"表格（{'、'.join([*rows[0], *rows[1]][:3])}）")


@pytest.mark.parametrize(
    "text",
    ["单位：件", "三、本年度办理结果（续）", "四、政府信息公开行政复议、行政诉讼情况", "表三"],
)
def test_a_line_of_the_form_in_a_grid_of_its_own_is_not_named(text: str) -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    third = page.rindex("<h2", 0, page.index("三、收到和处理"))
    grid = "<table border><tr><td>{}</td><td></td></tr></table>"
    assert read_page(page[:third] + grid.format(text) + page[third:]).left_out == ()
    named = read_page(page[:third] + grid.format("数据含派出所。") + page[third:])
    assert named.left_out == ("表格（数据含派出所。）",)


def test_what_follows_a_comparison_in_the_last_section_is_its_text() -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    rows = (
        "<tr><td>项目</td><td>2020年</td><td>2021年</td></tr><tr><td>收费</td><td>1</td><td>2</td>"
    )
    added = f"<p>下表为两年对比。</p><table border>{rows}</tr></table><p>另有提案34件。</p>"
    after = read_page(page.replace("</article>", f"{added}</article>"))
    assert after.sections[6].split("\n")[-2:] == ["下表为两年对比。", "另有提案34件。"]
    assert after.left_out == ("表格（项目、2020年、2021年）",)


@pytest.mark.parametrize("layout", sorted(WRITERS))
def test_a_copy_that_nothing_tells_apart_leaves_the_table_blank(layout: str) -> None:
    sheets = report_sheets(LAST_YEAR)
    parts = [
        titled(OWN, "disclosure", "applications"),
        Part((sheets["applications"],)),
        titled(OWN, "disputes"),
    ]
    read = read_page(written(layout, parts, report_title(OWN)))
    assert misread(TRUTH, read) == []
    assert read.value("applications.granted.natural") is None


@pytest.mark.parametrize("layout", sorted(WRITERS))
def test_the_same_report_twice_is_read(layout: str) -> None:
    read = read_page(written(layout, [titled(OWN), titled(OWN)], report_title(OWN)))
    assert figures(read) == TRUTH


@pytest.mark.parametrize("layout", sorted(WRITERS))
def test_two_reports_of_one_title_and_other_figures_are_blank(layout: str) -> None:
    other = report_of({"applications.granted.natural": 135, "applications.granted.total": 144})
    read = read_page(written(layout, [titled(OWN), titled(other)], report_title(OWN)))
    assert read.value("applications.granted.natural") is None
    assert parts_told(read) == ["warning"]


@matrix(layout=sorted(WRITERS), number=[1, 2, 3])
def test_a_part_is_read_by_its_number(layout: str, number: int) -> None:
    parts = [titled(OWN), titled(LAST_YEAR), captioned(OTHER_BODY, "样表", "applications")]
    page = written(layout, parts, report_title(OWN))
    document = read_page(page).document
    assert document is not None
    read = recognize(read_blocks(document), document, number)
    assert read.value("applications.granted.natural") == (134, 402, 670)[number - 1]
    assert (read.part, read.year) == (number, (2021, 2020, None)[number - 1])
    assert len(read.parts) == 3
    with pytest.raises(UnreadableDocument, match="没有第4份"):
        recognize(read_blocks(document), document, 4)


def sections(*lines: object) -> Part:
    return Part(tuple(lines))  # type: ignore[arg-type]


@pytest.mark.parametrize("layout", sorted(WRITERS))
def test_each_section_followed_by_last_years(layout: str) -> None:
    """三, 表三 of this year, 2020年度, 三 again, 表三 of last year, 四 …: every part gets its own
    tables.
    """
    own, last = report_sheets(OWN), report_sheets(LAST_YEAR)
    lines: list[object] = [report_title(OWN), title_of("disclosure"), own["disclosure"]]
    for table in ("applications", "disputes"):
        lines += [title_of(table), own[table], "2020年度", title_of(table), last[table]]
    page = written(layout, [sections(*lines)], report_title(OWN))
    read = read_page(page)
    assert misread(TRUTH, read) == []
    assert figures(read) == TRUTH
    assert read.document is not None
    second = recognize(read_blocks(read.document), read.document, 2)
    assert second.value("applications.granted.natural") == 402


@matrix(caption=["附表", "参考", "本级", "", "2021年数据"], lost=["picture", "labels", "cells"])
def test_an_own_table_that_cannot_be_read_casts_doubt_on_a_copy(caption: str, lost: str) -> None:
    """Whatever stands above the copy: the section holds another table."""
    own, last = report_sheets(OWN), report_sheets(LAST_YEAR)
    broken = {
        "picture": lambda spot: "",
        "labels": lambda spot: spot.text if spot.kind == "figure" else "项目"[: len(spot.text)],
        "cells": lambda spot: f"{spot.text}（上年3）" if spot.kind == "figure" else spot.text,
    }[lost]
    sheet = [replace(spot, text=broken(spot)) for spot in own["applications"]]
    lines: list[object] = [
        report_title(OWN),
        title_of("disclosure"),
        own["disclosure"],
        title_of("applications"),
    ]
    lines += [sheet, caption, last["applications"], title_of("disputes"), own["disputes"]]
    page = written("plain", [sections(*[line for line in lines if line])], report_title(OWN))
    if lost == "picture":
        page = page.replace("<td></td>", '<td><img src="x.png"></td>', 60)
    read = read_page(page)
    assert misread(TRUTH, read) == []
    assert read.value("applications.granted.natural") is None


def test_lines_that_lead_to_other_reports_are_no_titles() -> None:
    page = written(
        "lines", [Part(("下一篇：青溪县人民政府2022年政府信息公开工作年度报告",)), titled(OWN)]
    )
    read = read_page(page)
    assert (read.year, read.agency, figures(read)) == (2021, "青溪县人民政府", TRUTH)


@pytest.mark.parametrize("layout", ["plain", "word", "bars"])
@pytest.mark.parametrize("other", [False, True])
def test_a_summary_of_a_few_rows_that_says_otherwise_is_told(layout: str, other: bool) -> None:
    report = LAST_YEAR if other else OWN
    few = cut_sheet(report_sheets(report)["applications"], 1, 9)
    own = report_sheets(OWN)
    lines: list[object] = [report_title(OWN)]
    for table in TABLES:
        lines += [title_of(table), own[table]]
        if table == "applications":
            lines += ["办理情况摘要", few]
    read = read_page(written(layout, [sections(*lines)], report_title(OWN)))
    assert misread(TRUTH, read) == []
    assert any("另有几行" in problem.reason for problem in read.problems) == other


@pytest.mark.parametrize("line", ["附件：1.统计表.xls", "信息来源：政务公开办", "打印本页"])
def test_only_the_last_section_ends_at_the_foot_of_the_page(line: str) -> None:
    """附件：… within section one is the report's own; so are a second one, and the tables."""
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    at = page.rindex("<p", 0, page.rindex("主动公开政府信息情况"))
    added = f"<p>{line}</p><p>培训4次，受理投诉3件。</p><p>{line}</p><p>另有2件。</p>"
    before, after = read_page(page), read_page(page[:at] + added + page[at:])
    lines = [line, "培训4次，受理投诉3件。", line, "另有2件。", *before.sections[1].split("\n")]
    assert after.sections[1].split("\n") == lines
    assert {5: after.sections[5], 6: after.sections[6]} == {
        5: before.sections[5],
        6: before.sections[6],
    }
    assert figures(after) == figures(before)


def test_the_signature_below_the_annexes_is_the_reports() -> None:
    """附件：1.统计表.xls above 瑞安市人民政府 and its day; what the site writes below is not."""
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    lines = ("附件：1.统计表.xls", "2.清单.docx", "瑞安市人民政府", "2022年2月9日", "浏览次数：12")
    added = "".join(f"<p>{line}</p>" for line in lines)
    before, after = read_page(page), read_page(page.replace("</article>", f"{added}</article>"))
    assert after.sections[6].split("\n") == [before.sections[6], "瑞安市人民政府", "2022年2月9日"]
    assert signed(after).day == "2022年2月9日"


@pytest.mark.parametrize(
    "lines", [("瑞安市人民政府办公室", "二〇二二年二月九日"), ("瑞安市人民政府2022.2.9",)]
)
def test_so_is_one_in_other_words(lines: tuple[str, ...]) -> None:
    """One notion of a signature, below annexes and at the end of section six."""
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    added = "".join(f"<p>{line}</p>" for line in ("附件：1.统计表.xls", *lines))
    after = read_page(page.replace("</article>", f"{added}</article>"))
    assert after.sections[6].split("\n")[1:] == list(lines)
    assert signed(after).otherwise
    assert after.left_out == ("附件：1.统计表.xls",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "三、收到和处理政府信息公开申请情况",
            "三、收到和处理政府信息公开申请情况（上半年，不含街道）",
        ),
        ("三、收到和处理政府信息公开申请情况", "三、上半年收到和处理政府信息公开申请情况"),
        ("一、总体情况", "一、总体情况（上半年）"),
        ("二、主动公开政府信息情况", "二、主动公开政府信息情况（件：百）"),
    ],
)
def test_a_heading_that_says_more_than_the_official_one_is_named(old: str, new: str) -> None:
    """The official one is printed."""
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    assert page.count(old) == 1
    after = read_page(page.replace(old, new))
    assert after.left_out == (new,)
    assert figures(after) == figures(read_page(page))


@pytest.mark.parametrize("more", ["（单位：件）", "：", "。"])
def test_a_unit_or_a_stop_behind_a_heading_says_nothing(more: str) -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    title = "二、主动公开政府信息情况"
    assert read_page(page.replace(title, title + more)).left_out == ()


@pytest.mark.parametrize(
    ("caption", "is_told"),
    [
        ("表三 收到和处理政府信息公开申请情况（上半年）", True),
        ("收到和处理政府信息公开申请情况表（不含街道）", True),
        ("表三（不含街道）", True),
        ("表三", False),
        ("表三（单位：件）", False),
        ("收到和处理政府信息公开申请情况表", False),
    ],
)
def test_a_caption_that_says_more_is_named(caption: str, is_told: bool) -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    table = page.index("<table", page.index("三、收到和处理"))
    after = read_page(f"{page[:table]}<p>{caption}</p>{page[table:]}")
    assert after.left_out == ((caption,) if is_told else ())


def test_what_neither_prose_nor_table_holds_is_named() -> None:
    """A note below 表二, a table within section one; the form's own tables are none of it."""
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    assert read_page(page).left_out == ()
    third = page.rindex("<h2", 0, page.index("三、收到和处理"))
    noted = page[:third] + "<p>注：规章不含镇街</p><p>数据截至12月。</p>" + page[third:]
    second = noted.rindex("<h2", 0, noted.index("二、主动公开政府信息情况"))
    rows = "<tr><td>乡镇</td><td>件数</td></tr><tr><td>安阳</td><td>3</td></tr>"
    both = f"{noted[:second]}<table border>{rows}</table>{noted[second:]}"
    after = read_page(both)
    assert after.left_out == ("表格（乡镇、件数、安阳）", "注：规章不含镇街", "数据截至12月。")
    assert figures(after) == figures(read_page(page))


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("<p>诉讼44件</p>", "诉讼44件"),
        ("<p>全年共收到申请四百五十五件</p>", "全年共收到申请四百五十五件"),
        ("<p>（单位：件；含乡镇）</p>", "（单位：件；含乡镇）"),
        ("<p>单位：件</p>", ""),
    ],
)
def test_every_line_beside_a_table_is_named(added: str, told: str) -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    third = page.rindex("<h2", 0, page.index("三、收到和处理"))
    assert read_page(page[:third] + added + page[third:]).left_out == ((told,) if told else ())


def test_a_note_in_a_row_of_a_table_is_named() -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    end = page.rindex("</tbody>", 0, page.index("四、"))
    row = "<tr><td colspan=10>注：办理结果含补正12件。</td></tr>"
    after = read_page(page[:end] + row + page[end:])
    assert after.left_out == ("注：办理结果含补正12件。",)
    assert figures(after) == figures(read_page(page))


def test_what_stands_below_the_annexes_is_named() -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    lines = ("附件：统计表", "1.清单.docx", "另有提案34件均已办结。", "打印本页", "点击：12次。")
    added = "".join(f"<p>{line}</p>" for line in lines)
    after = read_page(page.replace("</article>", f"{added}</article>"))
    assert after.left_out == lines[:3]


def test_what_is_struck_on_a_page_or_hidden_in_a_document_is_named() -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    struck = page.replace("</article>", "<p><del>划掉8件</del>正常<s>7件</s>。</p></article>")
    assert read_page(struck).left_out == ("划掉8件", "7件")
    body = "".join(
        (
            paragraph(run("隐藏9件", "<w:vanish/>") + run("划掉8件", "<w:strike/>") + run("正常")),
            paragraph(deleted("删30件") + inserted(run("插3件"))),
        )
    )
    of_page = Document("a.html", "", page.encode(), "")
    found = recognize((*read_blocks(of_page), *word_blocks(docx(body))), of_page)
    assert found.left_out == ("隐藏9件", "划掉8件")
    assert found.revised == ("删30件", "插3件")


BY_CLASS = "<style>.no{display:none}</style>"


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("<p style='display:none'>其中许可9件。</p>", ("其中许可9件。",)),
        ("<p hidden>不含乡镇街道</p>", ("不含乡镇街道",)),
        ("<div style='display:none'><p>其中许可9件。</p></div>", ("其中许可9件。",)),
        ("<p>公开12件<span style='display:none'>，其中许可9件</span>。</p>", ("，其中许可9件",)),
        ("<p style='display:none'>许可9件。</p>" * 2, ("许可9件。",)),
        ("<table><tr><td><p>甲。</p><p style='display:none'>许可9件。</p></table>", ("许可9件。",)),
        ("<p style='visibility:hidden'>许可9件。</p>", ("许可9件。",)),
        (f"{BY_CLASS}<p class=no>许可9件。</p>", ("许可9件。",)),
        ("<p style='display:none'></p><p style='display:none'>1</p>", ()),
        ("<div><div style='display:none'>扫码阅读全文</div></div>", ()),
        ("<div style='display:none'><a><img src=a.png></a>微信扫码</div>", ()),
        ("<div style='display:none'><script>var a='许可9件'</script></div>", ()),
        ("<p style='display:none'>分享到微信</p>", ()),
    ],
)
def test_what_a_page_hides_within_its_sections_is_named(added: str, told: tuple[str, ...]) -> None:
    """In section five, before the last; the report is read as without it."""
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    sixth = page.rindex("<h2", 0, page.index("六、其他需要报告"))
    after = read_page(page[:sixth] + added + page[sixth:])
    assert after.left_out == told
    assert figures(after) == figures(read_page(page))
    assert "9" not in after.sections[5].split("\n")[-1]


@pytest.mark.parametrize(
    "added",
    ["<p>首页</p><p {}>许可9件。</p>", "<ul><li {}>要闻9条：</ul>", "<div {}>弹窗9：</div>"],
)
def test_what_a_site_hides_around_a_report_is_not(added: str) -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    part = added.format("style='display:none'")
    below = f"</article><footer><p>版权所有：瑞安市人民政府</p>{part}</footer>"
    assert read_page(page.replace("<article", f"{part}<article")).left_out == ()
    assert read_page(page.replace("</article>", below)).left_out == ()


@pytest.mark.parametrize(
    "line",
    [
        *("版权所有：瑞安市人民政府", "瑞安市人民政府 版权所有", "Copyright © 2022 瑞安市人民政府"),
        *("©2022 瑞安市人民政府", "主办：瑞安市人民政府办公室", "承办单位：瑞安市大数据局"),
        *("维护单位：瑞安市大数据局", "技术支持：某某公司", "网站标识码：3303810003"),
        *("政府网站标识码：3303810003", "浙ICP备05012345号-1", "备案号：浙ICP备05012345号"),
        *("备案序号：浙ICP备05012345号", "浙公网安备 33038102330001号", "您是第12345位访问者"),
        *(
            "总访问量：12345",
            "网站声明 | 联系我们",
            "隐私声明",
            "友情链接",
            "建议使用IE8.0以上浏览器",
        ),
        *(
            "我要纠错",
            "本站支持IPv6",
            "Powered by CMS",
            "网站维护电话：0577-65812345",
            "编辑：张三",
        ),
    ],
)
def test_what_a_site_writes_below_a_report_is_no_part_of_it(line: str) -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    own = read_page(page).sections
    below = f"<p>{line}</p><p>地址：万松东路154号</p></article>"
    assert read_page(page.replace("</article>", below)).sections == own


@pytest.mark.parametrize(
    "line",
    [
        *("联系电话：0577-65812345", "地址：瑞安市安阳街道万松东路154号", "主办政务公开培训2次。"),
        *("技术支持到位，无故障。", "版权所有者申请3件，均已答复。", "备案审查规范性文件12件。"),
        *("编辑公报12期。", "访问量120万次。", "党政机关合署办公。", "网站群建设：完成。"),
        *("建议使用说明3条。", "管理：制度健全；运行平稳。", "传真：0577-65812345"),
    ],
)
def test_what_a_report_ends_with_is_a_part_of_it(line: str) -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    read = read_page(page.replace("</article>", f"<p>{line}</p></article>"))
    assert read.sections[6].endswith(line)


def test_a_tab_that_a_script_will_show_is_read() -> None:
    """All of the report below a rule that hides it until somebody clicks."""
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    hidden = page.replace("<article", f"{BY_CLASS}<article class=no")
    assert figures(read_page(hidden)) == figures(read_page(page))
    assert read_page(hidden).sections == read_page(page).sections


def test_what_a_page_hides_below_a_table_is_named() -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    third = page.rindex("<h2", 0, page.index("三、收到和处理"))
    added = "<p style='display:none'>单位：百件</p>"
    assert read_page(page[:third] + added + page[third:]).left_out == ("单位：百件",)
    signed = page.replace("</article>", "<p style='display:none'>另有提案34件。</p></article>")
    assert read_page(signed).left_out == ("另有提案34件。",)


@pytest.mark.parametrize("style", ["color:#fff", "color:white", "position:absolute;left:-999px"])
def test_digits_that_nobody_sees_are_no_part_of_a_number(style: str) -> None:
    """3<white>9</white>01条 is no 3901."""
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    at = page.index("公开事项的要求")
    after = read_page(f"{page[:at]}公开3<span style='{style}'>9</span>01条。{page[at:]}")
    assert "公开3^9^01条。" in after.sections[5]


@pytest.mark.parametrize("line", ["填表说明：单位为件", "（含各乡镇、各部门）", "注：单位为件"])
def test_a_remark_above_a_table_is_no_caption_of_others(line: str) -> None:
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    at = page.index("<table", page.index("三、收到和处理"))
    after = read_page(f"{page[:at]}<p>{line}</p>{page[at:]}")
    assert figures(after) == figures(read_page(page))
    assert after.left_out == (line,)


@pytest.mark.parametrize(
    "line",
    [
        "注：各街道合计",
        "说明：下属单位情况表",
        "说明：上年数据",
        "备注：2020年数据",
        "填表说明：示例",
        "说明：同比数据",
        "注：样表",
        "说明：其中：瑞安市财政局",
        "（含样表）",
    ],
)
@pytest.mark.parametrize("own", ["", "broken", "after"])
def test_a_remark_may_say_that_a_table_is_others(line: str, own: str) -> None:
    """Alone on the page, or beside an own table with a fault in it: no figure of it is taken."""
    page = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
    begin = page.index("<table", page.index("三、收到和处理"))
    end = page.index("</table>", begin) + len("</table>")
    table = page[begin:end]
    other = f"<p>{line}</p>" + re.sub(
        r"<td>(\d+)</td>", lambda cell: f"<td>{int(cell[1]) + 1}</td>", table
    )
    broken = table.replace("<td>134</td>", "<td>139</td>", 1)
    parts = {"": other, "broken": broken + other, "after": other + broken}
    after = figures(read_page(page[:begin] + parts[own] + page[end:]))
    allowed = figures(read_page(page[:begin] + broken + page[end:]))
    assert {after[cell] for cell in after if after[cell] != allowed[cell]} <= {None}
