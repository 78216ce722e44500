"""The clerk's day: last year's page, figures typed, prose rewritten, checked, published; typed into
the file, and in LibreOffice, which calculates and saves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from gongkai.cli import main
from gongkai.model import Edit, Report
from gongkai.pipeline import read_report
from gongkai.workbook import layout, read_workbook
from gongkai.workbook.file import filled
from helpers import DOCUMENTS
from helpers.lanes import changed_by_office

LAST = DOCUMENTS / "ruian-2021-html" / "source.html"
COLUMNS = ("natural", "company", "research", "welfare", "legal", "other", "total")
# Made figures for 2022; carried in are those of the page of 2021.
ROWS = {
    "new": (100, 5, 0, 0, 0, 0, 105),
    "carried_in": (11, 1, 0, 0, 1, 0, 13),
    "granted": (90, 6, 0, 0, 1, 0, 97),
    "partly_granted": (15, 0, 0, 0, 0, 0, 15),
    "handled": (105, 6, 0, 0, 1, 0, 112),
    "carried_out": (6, 0, 0, 0, 0, 0, 6),
}
OTHERS = {
    "disclosure.normative.made": 12,
    "disclosure.normative.repealed": 2,
    "disclosure.permits.decisions": 300,
    "disputes.review.upheld": 4,
    "disputes.review.total": 4,
}
REWRITTEN = ("起草好的一段已经改写。", "统计期限自2022年1月1日起至2022年12月31日止。")


def figures() -> dict[str, int]:
    found = dict(OTHERS)
    for row, values in ROWS.items():
        for column, value in zip(COLUMNS, values, strict=True):
            found[f"applications.{row}.{column}"] = value
    return found


def typed(report: Report) -> Iterator[Edit]:
    """What the clerk types: every figure that was not begun, 0 where there is none; documents in
    force follow.
    """
    known = figures()
    for table in report.tables.values():
        sheet = layout.sheet_of(table.id, table.edition)
        for cell, (row, column) in sheet.cells.items():
            if table.values[cell] is None and not cell.endswith(".valid"):
                yield Edit(sheet.name, row, column, known.get(cell, 0))


def rewritten(report: Report) -> Iterator[Edit]:
    """What the clerk makes of each paragraph that was begun."""
    column = layout.PROSE_COLUMNS["text"]
    count = len(report.opening.split("\n"))
    for text in report.sections.values():
        count += len(text.split("\n"))
    for row in range(layout.PROSE_TOP, layout.PROSE_TOP + count):
        yield Edit(layout.PROSE, row, column, REWRITTEN[row == layout.PROSE_TOP])


def type_in_the_file(book: Path, edits: Sequence[Edit]) -> None:
    book.write_bytes(filled(book, list(edits)))


def type_in_libreoffice(book: Path, edits: Sequence[Edit]) -> None:
    steps = [["type", edit.sheet, edit.row, edit.column, edit.value] for edit in edits]
    (saved,) = changed_by_office([book], [steps], book.parent / "saved")
    saved.replace(book)


@pytest.mark.parametrize(
    "type_in", [type_in_the_file, pytest.param(type_in_libreoffice, marks=pytest.mark.slow)]
)
def test_from_last_years_page_to_the_published_document(
    type_in: Callable[[Path, Sequence[Edit]], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Three commands and what is typed between them."""
    book, document = tmp_path / "2022年报.xlsx", tmp_path / "2022年报.docx"
    assert main(["new", "--from", str(LAST), "-o", str(book)]) == 0
    begun = read_workbook(book)
    type_in(book, list(typed(begun)))
    live = read_workbook(book)
    assert live.value("disclosure.normative.valid") == 388 + 12 - 2
    assert "105件" in live.sections[1]
    assert main(["publish", str(book), "-o", str(document)]) == 2
    assert "还有〔待改写〕" in capsys.readouterr().err
    assert not document.exists()
    type_in(book, list(rewritten(begun)))
    assert main(["check", str(book), "--write"]) == 0
    assert "42项勾稽关系" in capsys.readouterr().out
    assert main(["publish", str(book), "-o", str(document)]) == 0
    assert "发布稿与工作簿逐格一致，200格" in capsys.readouterr().out
    published, report = read_report(document), read_workbook(book)
    assert published.tables == report.tables
    for cell, value in figures().items():
        assert published.value(cell) == value
    assert (published.agency, published.year) == ("瑞安市人民政府", 2022)
    assert REWRITTEN[1] in published.opening
