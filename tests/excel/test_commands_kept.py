"""What a person did to the live workbook is kept, and nothing goes to a wrong or a deaf cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlwings as xw

from gongkai import demo
from gongkai.checks.whole import check
from gongkai.excel.importing import import_file
from gongkai.excel.live_book import TABLES, apply_edits
from gongkai.excel.runner import Request
from gongkai.model import Report
from gongkai.workbook import layout
from gongkai.workbook.fill import report_to_edits
from helpers.counts import counted
from helpers.excel.engine import cell_of, excel_of, snapshot
from helpers.excel.entry import Cell, enter
from helpers.excel.live import (
    A_HANDFUL,
    failing_calls,
    most_calls,
    open_live,
    press,
    put,
    set_cell,
    value_at,
)
from helpers.made import older, report_of

Kept = dict[str, dict[tuple[int, int], tuple[object, str]]]
ROW = TABLES["表三"].cells["applications.new.natural"][0]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with demo.serve(demo.pages()) as address:
        yield address


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    return open_live(tmp_path)


def fill(book: xw.Book, report: Report) -> None:
    apply_edits(book, report_to_edits(report, check(report)))


def kept(book: xw.Book) -> Kept:
    return {name: cells for name, cells in snapshot(book).items() if name != layout.TOOL}


def mark(book: xw.Book, names: list[str]) -> None:
    for name in names:
        for spot in TABLES[name].marks.values():
            set_cell(book, name, spot, 3)


# --- number of calls ------------------------------------------------------------------------------


def blank(book: xw.Book) -> None:
    """As the template is."""


def over_older(book: xw.Book) -> None:
    fill(book, older())


def over_older_with_marks_and_changes(book: xw.Book) -> None:
    fill(book, older())
    mark(book, ["表四", "表二（2019）", "表三（2019）"])
    put(book, fingerprint="")


def over_figures_in_every_table(book: xw.Book) -> None:
    fill(book, report_of())
    for name, sheet in TABLES.items():
        for spot in sheet.cells.values():
            set_cell(book, name, spot, 7)
    mark(book, list(TABLES))


@pytest.mark.parametrize("path", ["2021.html", "2021-broken.html"])
@pytest.mark.parametrize(
    "before", [blank, over_older, over_older_with_marks_and_changes, over_figures_in_every_table]
)
def test_an_import_takes_no_call_per_cell_over_whatever_is_there(
    before: Callable[[xw.Book], None], path: str, book: xw.Book, site: str
) -> None:
    before(book)
    assert press(book, "import_url", f"{site}/{path}", answer="yes").kind == "done"
    assert most_calls(book) <= A_HANDFUL


def test_what_stands_between_the_figures_is_left_alone(book: xw.Book, site: str) -> None:
    """A remark and a formula that shows nothing, between blocks that would be one write without
    them.
    """
    set_cell(book, "表二", (6, 3), "备注")
    set_cell(book, "表二", (9, 3), None, '=""')
    set_cell(book, "表二", (5, 15), None, '=IF(1,"","")')
    labels = [(box.top, box.left) for sheet in TABLES.values() for _, box in sheet.labels]
    before = snapshot(book)["表二"]
    assert press(book, "import_url", f"{site}/2021.html").kind == "done"
    after = snapshot(book)["表二"]
    filled = set(TABLES["表二"].cells.values()) | set(TABLES["表二"].marks.values())
    assert {spot: cell for spot, cell in after.items() if spot not in filled} == before
    assert not any(
        cell_of(book, "表二", spot).prefix for spot in labels
    )  # no apostrophe in the formula bar


def test_an_official_label_is_a_text_without_an_apostrophe() -> None:
    for sheet in TABLES.values():
        for label, _ in sheet.labels:
            cell = Cell()
            enter(cell, label.text, {}, True)
            assert (cell.value, cell.formula) == (label.text, "")


# --- lines that were moved ------------------------------------------------------------------------


def insert_row(book: xw.Book, name: str, at: int) -> None:
    sheet = book.sheets[name].impl
    sheet.cells_ = {
        (row + (row >= at), column): cell for (row, column), cell in sheet.cells_.items()
    }
    sheet.anchors = {
        (row + (row >= at), column): (top + (top >= at), left)
        for (row, column), (top, left) in sheet.anchors.items()
    }


@pytest.mark.parametrize("filled", [False, True])
def test_no_import_beside_labels_that_were_moved(filled: bool, book: xw.Book, site: str) -> None:
    if filled:
        fill(book, report_of())
    insert_row(book, "表三", 12)
    before = kept(book)
    outcome = press(book, "import_url", f"{site}/2021.html", answer="yes")
    assert outcome.kind == "error"
    assert "“表三”的第12行与官方表格不同" in outcome.text
    assert kept(book) == before


def test_a_text_that_a_new_line_pushed_down_is_not_read_on(book: xw.Book, site: str) -> None:
    last = layout.PROSE_TOP + layout.PROSE_ROWS
    set_cell(book, layout.PROSE, (last, 3), "上一份报告的最后一段")
    assert press(book, "import_url", f"{site}/2021.html", answer="yes").kind == "done"
    assert value_at(book, layout.PROSE, (last, 3)) is None
    backup = next(cells for name, cells in snapshot(book).items() if name.startswith("备份"))
    assert "上一份报告的最后一段" in [value for value, _ in backup.values()]


# --- cells that take nothing ----------------------------------------------------------------------


def test_a_figure_in_a_covered_cell_is_not_lost_without_a_word(book: xw.Book, site: str) -> None:
    anchors = book.sheets["表三"].impl.anchors
    anchors[ROW, 4] = anchors[ROW, 5] = (ROW, 4)
    before = kept(book)
    outcome = press(book, "import_url", f"{site}/2021.html")
    assert outcome.kind == "error"
    assert f"'表三'!E{ROW}" in outcome.text
    assert "合并" in outcome.text
    assert kept(book) == before


def test_a_line_that_the_summary_cannot_hold_is_not_lost_without_a_word(book: xw.Book) -> None:
    fill(book, report_of())
    book.sheets[layout.SUMMARY].impl.deaf = {layout.SUMMARY_TOP}
    outcome = press(book, "summary")
    assert outcome.kind == "error"
    assert "筛选" in outcome.text


def test_a_row_that_the_list_cannot_hold_is_not_lost_without_a_word(
    book: xw.Book, site: str, tmp_path: Path
) -> None:
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, str(tmp_path))
    set_cell(book, layout.BATCH, (layout.BATCH_TOP, 1), f"{site}/2021.html")
    book.sheets[layout.BATCH].impl.deaf = {layout.BATCH_TOP}
    outcome = press(book, "batch")
    assert outcome.kind == "error"
    assert "筛选" in outcome.text


@pytest.mark.parametrize(("code", "shows"), [("@", "436"), ("yyyy/m/d", None), ("0%", 436.0)])
def test_a_figure_in_a_cell_of_any_format_counts_as_written(
    code: str, shows: object, book: xw.Book, site: str
) -> None:
    cell_of(book, "表三", (ROW, 4)).format = code
    assert press(book, "import_url", f"{site}/2021.html").kind == "done"
    if shows is not None:
        assert value_at(book, "表三", (ROW, 4)) == shows


# --- a workbook in a cloud ------------------------------------------------------------------------


def test_commands_work_on_a_workbook_of_which_only_an_address_is_known(
    book: xw.Book, tmp_path: Path, site: str
) -> None:
    """Excel names a workbook on OneDrive by its URL, and xlwings raises where it finds no copy of
    it.
    """
    page = tmp_path / "page.html"
    page.write_bytes(demo.pages()["/2021.html"])
    book.impl.in_cloud = True
    assert import_file(book, Request(str(page))).kind == "done"
    assert press(book, "summary").kind == "done"
    folder = tmp_path / "年报"
    folder.mkdir()
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, str(folder))
    set_cell(book, layout.BATCH, (layout.BATCH_TOP, 1), f"{site}/2021.html")
    outcome = press(book, "batch")
    assert (outcome.kind, "未能保存" in outcome.text) == ("done", False)
    assert book.impl.saved
    assert press(book, "save_report", answer=str(tmp_path / "另存.xlsm")).kind == "done"


# --- rollback -------------------------------------------------------------------------------------


def before_an_import(folder: Path) -> xw.Book:
    book = open_live(folder)
    over_figures_in_every_table(book)
    excel_of(book).results["=3+4"] = 7.0
    set_cell(book, "表二", (4, 2), 7.0, "=3+4")
    return book


@counted
def test_a_failure_at_any_call_puts_back_what_one_write_covered(tmp_path: Path) -> None:
    """Figures, marks and labels that go in one write come back each as it was, a user's formula
    among them.
    """
    page = tmp_path / "page.html"
    page.write_bytes(demo.pages()["/2021-broken.html"])
    whole = before_an_import(tmp_path)
    assert press(whole, "import_file", str(page), answer="yes").kind == "done"
    for number in failing_calls(whole):
        book = before_an_import(tmp_path)
        before = kept(book)
        excel_of(book).fail_at = number
        assert press(book, "import_file", str(page), answer="yes").kind in ("error", ""), number
        after = kept(book)
        assert [name for name in after if after[name] != before.get(name)] == [], number
        assert not any(
            cell_of(book, "表二", (box.top, box.left)).prefix for _, box in TABLES["表二"].labels
        )
