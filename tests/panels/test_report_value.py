"""A report as a value: one figure by its id, a dict and back, what a notebook shows of it."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from decimal import Decimal

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

import gongkai
from gongkai.model import (
    Decision,
    Document,
    EditionError,
    Entry,
    Evidence,
    GongkaiError,
    Heading,
    Place,
    Problem,
    Report,
    Segment,
    Table,
)
from gongkai.pipeline import check, read_report
from helpers import DOCUMENTS
from helpers.counts import properties
from helpers.made import blank_report, report_of
from helpers.pages import CASES, typed_report
from helpers.strategies import reports

FEES, NEW = "disclosure.fees.amount", "applications.new.natural"
HOSTILE = '<script>alert("1")</script>&\x00\ud800\u202e\n=cmd'
BROKEN = DOCUMENTS / "broken-2022" / "source.html"
# The rich repr of a notebook may not be larger than what a person scrolls through.
LARGEST = 80_000
ATTRIBUTES = {"style", "title", "colspan", "rowspan"}
NOTHING = [blank_report("2019", 2020), Report("题", "某局", None, "", {})]


# --- one figure -------------------------------------------------------------------------------


def test_a_figure_by_its_id() -> None:
    report = report_of({NEW: None})
    assert report["applications.new.total"] == 455
    assert report[NEW] is None
    assert "applications.new.total" in report
    assert NEW in report
    assert list(report) == [entry.cell for entry in report.entries()]


@pytest.mark.parametrize("cell", ["applications.new.totl", "applications.new", "表三"])
def test_a_name_mistyped_is_no_blank(cell: str) -> None:
    with pytest.raises(KeyError, match=cell):
        report_of()[cell]
    assert cell not in report_of()
    assert report_of().value(cell) is None


def test_a_report_is_true_whatever_it_holds() -> None:
    assert Report("题", "某局", None, "", {})


def test_every_field_of_a_report_crosses() -> None:
    """A field that a report is given later must not be lost on its way through JSON."""
    whole = replace(report_of(), left_out=("注：甲",), revised=("删去8件",), opening="乙", part=1)
    again = Report.from_dict(json.loads(json.dumps(whole.to_dict())))
    for field in fields(Report):
        assert getattr(again, field.name) == getattr(whole, field.name), field.name
    assert set(whole.to_dict()) == {"gongkai", *(field.name for field in fields(Report))}


# --- how it prints ----------------------------------------------------------------------------


def test_it_prints_on_one_line() -> None:
    report = typed_report("ruian-2021-text")
    assert repr(report) == "<Report '瑞安市人民政府' 2021 表二、表三、表四 200个数字>"
    assert repr(report.tables["disputes"]) == "<Table 表四 2021年版 15个数字>"
    empty = Report("题", HOSTILE, None, "", {})
    assert repr(empty).splitlines() == [repr(empty)]
    assert repr(empty).isprintable()
    assert "没有表格 0个数字" in repr(empty)


# --- the official layout ----------------------------------------------------------------------


def test_a_table_in_the_official_layout() -> None:
    report = typed_report("ruian-2021-text")
    frame = report.tables["applications"].to_frame()
    assert frame.shape == (25, 7)
    assert list(frame.columns) == [
        "自然人",
        "商业企业",
        "科研机构",
        "社会公益组织",
        "法律服务机构",
        "其他",
        "总计",
    ]
    assert frame.loc["一、本年新收政府信息公开申请数量", "总计"] == 455
    assert frame.index.is_unique
    assert set(map(str, frame.dtypes)) == {"Int64"}
    disclosure = report.tables["disclosure"].to_frame()
    assert disclosure.loc["行政事业性收费", "本年收费金额（单位：万元）"] == 32367.144295
    assert pandas.isna(disclosure.loc["规章", "本年处理决定数量"])
    assert disclosure.loc["行政许可", "本年处理决定数量"] == report["disclosure.permits.decisions"]
    assert report.tables["disputes"].to_frame().shape == (3, 5)


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_every_line_of_a_form_has_its_own_label(edition: str) -> None:
    for table in blank_report(edition, 2020).tables.values():
        frame = table.to_frame()
        assert frame.index.is_unique
        assert len(frame) == len(table.form.rows)


@properties(40)
@given(reports())
def test_every_figure_stands_in_the_layout_once(report: Report) -> None:
    for table in report.tables.values():
        frame = table.to_frame()
        stated = [float(value) for value in table.values.values() if value is not None]
        laid_out = frame.astype("float64").to_numpy().ravel()
        assert sorted(laid_out[~pandas.isna(laid_out)]) == sorted(stated)


# --- a dict and back --------------------------------------------------------------------------


def whole_of(report: Report) -> dict[str, object]:
    """All fields, those that do not count when reports are compared among them."""
    found = {field.name: getattr(report, field.name) for field in fields(report)}
    found["tables"] = {name: entries_of(table) for name, table in report.tables.items()}
    return found


def entries_of(table: Table) -> object:
    entries = []
    for entry in table.entries.values():
        entries.append([getattr(entry, field.name) for field in fields(entry)])
    return table.form, table.edition, entries


def there_and_back(report: Report) -> Report:
    return Report.from_dict(json.loads(json.dumps(report.to_dict())))


TEXTS = st.one_of(st.text(max_size=20), st.just(HOSTILE))


@st.composite
def full_reports(draw: st.DrawFn) -> Report:
    """Reports with something in every field."""
    report = draw(reports())
    tables = {}
    for name, table in report.tables.items():
        entries = dict(table.entries)
        for cell in draw(st.lists(st.sampled_from(sorted(entries)), max_size=4)):
            place = Place(*draw(st.tuples(*[st.integers(0, 9)] * 5)))
            value = draw(st.sampled_from([None, 0, 2**60, Decimal("0.5"), Decimal("1.234567")]))
            entries[cell] = Entry(cell, value, draw(TEXTS), place, "元", draw(TEXTS), "lost")
        tables[name] = Table(table.form, entries)
    return replace(
        report,
        tables=tables,
        sections={1: draw(TEXTS), 5: draw(TEXTS)},
        problems=(Problem("applications", "new", "natural", draw(TEXTS), "不能识别。"),),
        document=Document("a.html", "text/html", b"", "0" * 64, "2022-01-20", "", "", ("经过。",)),
        headings=(Heading(1, draw(TEXTS)),),
        opening=draw(TEXTS),
        parts=(Segment("report", draw(TEXTS), "某局", 2021),),
        part=1,
        chosen_by="title",
        decisions={"0" * 12: Decision("dismissed", draw(TEXTS), kept=True)},
        evidence={"agency": Evidence("某局", draw(TEXTS), "likely")},
        left_out=(draw(TEXTS),),
    )


@properties(80)
@given(full_reports())
def test_a_report_comes_back_as_it_was(report: Report) -> None:
    again = there_and_back(report)
    assert whole_of(again) == whole_of(report)
    assert again == report


@pytest.mark.parametrize("case", CASES)
def test_so_does_every_typed_one(case: str) -> None:
    report = typed_report(case)
    assert whole_of(there_and_back(report)) == whole_of(report)


def test_a_report_that_was_read_comes_back_without_its_document() -> None:
    report = read_report(BROKEN)
    again = there_and_back(report)
    assert report.document is not None
    bare = replace(report.document, content=b"", kind=None)
    assert whole_of(again) == whole_of(replace(report, document=bare))
    assert [one.rule for one in check(again)] == [one.rule for one in check(report)]
    assert there_and_back(again) == again


@pytest.mark.parametrize(
    "change",
    [
        {"tables": {"applications": {"edition": "2021", "entries": {}}}},
        {"tables": 3},
        {"sections": {"a": ""}},
        {"problems": [{"table": ""}]},
        {"evidence": None},
        {"document": {"origin": "a"}},
        {"title": 3},
        {"year": "2021"},
    ],
)
def test_anything_else_is_refused(change: dict[str, object]) -> None:
    told = report_of().to_dict()
    with pytest.raises(GongkaiError, match="to_dict"):
        Report.from_dict({**told, **change})
    with pytest.raises(GongkaiError, match="没有'title'"):
        Report.from_dict({})


def test_so_is_a_form_of_a_later_version() -> None:
    told = report_of().to_dict()
    told["tables"]["disputes"]["edition"] = "2031"
    with pytest.raises(GongkaiError):
        Report.from_dict(told)
    assert issubclass(EditionError, GongkaiError)


# --- what a notebook shows --------------------------------------------------------------------


def test_the_tables_are_drawn_with_what_is_wrong() -> None:
    page = read_report(BROKEN)._repr_html_()
    assert len(page) < LARGEST
    tree = html.fromstring(page)
    captions = [caption.text_content() for caption in tree.iter("caption")]
    assert captions == ["表二", "表三", "表四"]
    cells = list(tree.iter("td"))
    assert len(cells) == 200
    marked = [cell.text_content() for cell in cells if "background" in cell.get("style", "")]
    assert 0 < len(marked) < 40
    assert "✗ 错误" in page
    results = next(one for one in tree.iter("th") if one.text_content() == "三、本年度办理结果")
    assert (results.get("rowspan"), results.get("colspan")) == ("22", "1")


def test_a_sound_report_has_no_mark() -> None:
    page = report_of()._repr_html_()
    assert not [
        cell for cell in html.fromstring(page).iter("td") if "background" in cell.get("style", "")
    ]


def test_texts_of_a_page_are_data() -> None:
    report = replace(
        report_of({NEW: None}, raws={NEW: HOSTILE}),
        agency=HOSTILE,
        title=HOSTILE,
        document=Document(HOSTILE, "", b"", ""),
        problems=(Problem("applications", "new", "natural", HOSTILE, HOSTILE),),
    )
    page = report._repr_html_()
    tree = html.fromstring(page)
    assert list(tree.iter("script")) == []
    assert "\x00" not in page
    assert "\u202e" not in page
    page.encode()
    titles = [cell.get("title") for cell in tree.iter("td") if cell.get("title")]
    assert len(titles) == 1 + page.count('title="0"')
    assert {name for one in tree.iter() for name in one.attrib} <= ATTRIBUTES


@pytest.mark.parametrize("report", NOTHING, ids=["blank", "none"])
def test_a_report_without_figures_says_why(report: Report) -> None:
    assert "没有读出数字" in report._repr_html_()


def test_the_front_door_reads_bytes() -> None:
    content = BROKEN.read_bytes()
    report = gongkai.read_report(content)
    assert report == read_report(BROKEN)
    assert report.document is not None
    assert report.document.origin == "-"
    with pytest.raises(gongkai.FetchError):
        gongkai.read_report(b"")
