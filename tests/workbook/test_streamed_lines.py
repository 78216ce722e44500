"""Lines of long lists: what is written of them row by row is what their edits would write."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from openpyxl import load_workbook
from test_rows import HOSTILE, ROWS

from gongkai.model import Edit, WorkbookError
from gongkai.opc import open_archive, package
from gongkai.workbook import cells, derived, file, layout, lists
from gongkai.workbook.live.stored import OpenFile
from gongkai.workbook.sheet import in_pieces
from helpers.batches import rows_of_two_years
from helpers.counts import properties
from helpers.office import recalculated

NAME = Path("汇总.xlsx")
NOTICE = Edit(layout.SUMMARY, 1, 3, "共有2份报告")
FOLDER = Edit(layout.BATCH, *layout.FOLDER_SPOT, "/年报")
UNWRITABLE = "a\x00b\x1b_x000D_\r\n\ud800 <&>\"' ]]> 长"
ROW = lists.BatchRow(
    "https://www.qingxi.gov.cn/1.html",
    "done",
    "青溪县人民政府",
    2021,
    errors=2,
    message="表三不平。" * 40,
    figures={
        "applications.new.total": 12,
        "applications.granted.total": 10**17,
        "disclosure.fees.amount": Decimal("0.1500"),
    },
)
LISTS: dict[str, list[lists.BatchRow]] = {
    "none": [],
    "nothing": [lists.BatchRow("")],
    "one": [ROW],
    "gaps": [ROW, lists.BatchRow(""), replace(ROW, year=None), lists.BatchRow("x", "failed")],
    "hostile": [replace(ROW, agency=text, title=text, message=text) for text in HOSTILE],
    "unwritable": [replace(ROW, source=UNWRITABLE, agency=UNWRITABLE, message=UNWRITABLE)],
    "years": [replace(ROW, year=2010 + n % 11, source=f"{n}") for n in range(40)],
    "beyond": [replace(ROW, figures={"applications.new.total": Decimal("12.50")}, year=-1)],
}


def lines_of(rows: Sequence[lists.BatchRow]) -> dict[str, cells.ListLines]:
    done = [lists.summary_line(row) for row in rows if row.is_done]
    return {
        layout.BATCH: cells.ListLines(layout.BATCH_TOP, list(map(lists.batch_line, rows))),
        layout.SUMMARY: cells.ListLines(layout.SUMMARY_TOP, done),
    }


def by_edits(rows: Sequence[lists.BatchRow], suffix: str = ".xlsx") -> bytes:
    edits = [*lists.batch_edits(rows), *lists.summary_edits(rows), NOTICE, FOLDER]
    return file.filled(NAME, edits, derived.blank("batch", suffix))


def by_lines(rows: Sequence[lists.BatchRow], suffix: str = ".xlsx") -> bytes:
    return file.filled(NAME, [NOTICE, FOLDER], derived.blank("batch", suffix), lines_of(rows))


def entries(content: bytes) -> list[tuple[object, ...]]:
    """The parts of a file, with all that a program may see of them."""
    found = []
    with ZipFile(BytesIO(content)) as archive:
        for info in archive.infolist():
            about = (info.date_time, info.compress_type, info.external_attr, info.create_system)
            found.append((info.filename, archive.read(info), info.flag_bits, *about))
    return found


# --- the same file --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", derived.SUFFIXES)
@pytest.mark.parametrize("rows", LISTS.values(), ids=LISTS)
def test_lines_make_the_file_that_their_edits_make(rows: list[lists.BatchRow], suffix: str) -> None:
    assert entries(by_lines(rows, suffix)) == entries(by_edits(rows, suffix))


@properties(40)
@given(rows=ROWS)
def test_any_lines_make_the_file_that_their_edits_make(rows: list[lists.BatchRow]) -> None:
    assert by_lines(rows) == by_edits(rows)


@pytest.mark.parametrize("rows", LISTS.values(), ids=LISTS)
def test_both_read_equal_cell_by_cell(rows: list[lists.BatchRow]) -> None:
    """By another library, and by our own reader."""
    one, other = (load_workbook(BytesIO(content)) for content in (by_lines(rows), by_edits(rows)))
    assert one.sheetnames == other.sheetnames
    for sheet, wanted in zip(one, other, strict=True):
        assert sheet.dimensions == wanted.dimensions
        for row, wanted_row in zip(sheet.iter_rows(), wanted.iter_rows(), strict=True):
            for cell, wanted_cell in zip(row, wanted_row, strict=True):
                assert cell.value == wanted_cell.value
                assert (cell.data_type, cell._style) == (wanted_cell.data_type, wanted_cell._style)
    kept = [row for row in rows if row.source]
    values = file.our_sheets(NAME, by_lines(rows), None, (layout.BATCH, layout.SUMMARY))
    listed = lists.read_batch(values[0].cells)
    assert [row.state for row in listed if row.source] == [row.state for row in kept]
    assert len(lists.read_summary(values[1].cells)) == sum(row.is_done for row in rows)


def test_no_formula_comes_in_with_a_text() -> None:
    before = OpenFile(open_archive(derived.blank("batch", ".xlsx")))
    after = OpenFile(open_archive(by_lines(LISTS["hostile"])))
    for name in before.parts:
        assert after.content(name).count(b"<f>") == before.content(name).count(b"<f>")


@pytest.mark.slow
def test_libreoffice_shows_both_alike(tmp_path: Path) -> None:
    names = ("gaps", "years", "hostile")
    paths = []
    for name in names:
        for kind, write in (("lines", by_lines), ("edits", by_edits)):
            paths.append(tmp_path / f"{name}-{kind}.xlsx")
            paths[-1].write_bytes(write(LISTS[name]))
    (tmp_path / "out").mkdir()
    saved = [load_workbook(path, data_only=True) for path in recalculated(paths, tmp_path / "out")]
    for one, other in zip(saved[::2], saved[1::2], strict=True):
        for sheet in (layout.BATCH, layout.SUMMARY):
            assert list(one[sheet].values) == list(other[sheet].values)
    assert saved[0][layout.SUMMARY].cell(layout.SUMMARY_TOP, 1).value == ROW.agency


# --- row by row -----------------------------------------------------------------------------------


def rows_held(root: object) -> int:
    return sum(1 for _ in root.iterfind("{*}sheetData/{*}row"))  # type: ignore[attr-defined]


def test_the_tree_never_holds_two_lines() -> None:
    book = OpenFile(open_archive(derived.blank("batch", ".xlsx")))
    root = book.root(layout.SUMMARY)
    before = rows_held(root)
    lines = lines_of(LISTS["years"])[layout.SUMMARY]
    held = []
    for piece in in_pieces(root, lines.edits(layout.SUMMARY), None):
        held.append(rows_held(root))
        assert piece.count(b"<row ") <= 1 or piece.count(b"<row ") == before
    assert max(held) == before + 1
    assert rows_held(root) == before


def peak(write: Callable[[Sequence[lists.BatchRow]], bytes], rows: int) -> int:
    """The most bytes of Python's own that are held at a time."""
    some = rows_of_two_years(rows)
    tracemalloc.start()
    write(some)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_lines_take_a_fraction_of_the_memory_of_their_edits() -> None:
    """Without the trees, which are not Python's own."""
    a_line = []
    for write in (by_lines, by_edits):
        write(LISTS["one"])  # what is kept for all files is there by then
        a_line.append((peak(write, 60) - peak(write, 20)) / 80)
    assert a_line[0] * 4 < a_line[1]


def test_a_file_is_packed_piece_by_piece() -> None:
    """Each piece is taken in before the next is made."""
    archive = open_archive(derived.blank("batch", ".xlsx"))
    part = OpenFile(archive).parts[layout.SUMMARY]
    written = package.package_bytes(archive, {part: iter([b"<a>", b"1", b"</a>"])})
    assert open_archive(written).read(part) == b"<a>1</a>"
    assert list(open_archive(written).parts) == list(archive.parts)


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_rows_declare_no_namespace_of_their_own(prefix: str) -> None:
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    declared = f"xmlns{prefix and ':x'}='{name}' xmlns:r='urn:r'"
    root = package.parsed(
        f"<{prefix}worksheet {declared}><{prefix}sheetData/></{prefix}worksheet>".encode()
    )
    text = b"".join(
        in_pieces(root, cells.ListLines(2, [[1, None, "甲"], [None]]).edits("汇总"), None)
    )
    row, cell = f"<{prefix}row r=", f"<{prefix}c r="
    assert text.decode().count("xmlns") == 2
    assert f'{row}"2">{cell}"A2">' in text.decode()
    assert text.decode().count(row) == 1
    package.parsed(text)


def test_a_workbook_without_the_sheet_is_refused() -> None:
    report = derived.blank("report", ".xlsx")
    with pytest.raises(
        WorkbookError, match=r"^汇总\.xlsx没有工作表“批量导入”，请使用gongkai的模板。$"
    ):
        file.filled(NAME, [], report, lines_of([ROW]))
    assert file.filled(NAME, [], report, lines_of([]))


def test_lines_over_rows_that_are_there_are_refused() -> None:
    once = by_lines([ROW])
    with pytest.raises(ValueError, match=str(layout.SUMMARY_TOP)):
        file.filled(NAME, [], once, {layout.SUMMARY: lines_of([ROW])[layout.SUMMARY]})


def test_what_formulas_of_others_show_is_no_longer_known(tmp_path: Path) -> None:
    """They may look at the lines, as at any cell that changed."""
    book = load_workbook(BytesIO(derived.blank("batch", ".xlsx")))
    for place, text in (("AE1", "=SUM(A15:B20)"), ("AF1", "=SUM(AE2:AE3)")):
        book[layout.SUMMARY][place] = text
    book.save(tmp_path / "own.xlsx")
    own = (tmp_path / "own.xlsx").read_bytes()
    one = file.filled(NAME, [], own, lines_of([ROW]))
    edits = [*lists.batch_edits([ROW]), *lists.summary_edits([ROW])]
    other = file.filled(NAME, edits, own)
    assert [entry[:2] for entry in entries(one)] == [entry[:2] for entry in entries(other)]
    values = load_workbook(BytesIO(one), data_only=True)[layout.SUMMARY]
    assert (values["AE1"].value, values["AF1"].value) == (None, None)
