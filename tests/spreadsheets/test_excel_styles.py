"""Whatever report, typed into a workbook in whatever way and broken: read back right, or said
so.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from gongkai.model import Document, Report, UnreadableDocument
from gongkai.readers.excel import sheet_blocks
from gongkai.recognize import recognize
from gongkai.spreadsheets import formats, ods_looks
from helpers.counts import properties
from helpers.office import convert
from helpers.pages import figures, layouts, misread, typed_report, unlike
from helpers.strategies import reports
from helpers.writers.mutations import IN_ANY_TABLE, IN_TABLE_THREE
from helpers.writers.sheets import STYLES, Style, report_book, workbook_bytes
from helpers.writers.styles import FIGURES, LABELS, TABLES, Sheets, report_sheets


def read_book(report: Report, sheets: Sheets, style: Style) -> Report:
    content = workbook_bytes(report_book(report, sheets, style))
    return recognize(sheet_blocks(content), Document("book", "", content, ""))


@properties(64, HealthCheck.data_too_large)
@given(
    report=reports(),
    style=STYLES,
    labels=st.sampled_from(list(LABELS)),
    writing=st.sampled_from(list(FIGURES)),
)
def test_a_consistent_report_is_read_back_equal(
    report: Report, style: Style, labels: str, writing: str
) -> None:
    read = read_book(report, report_sheets(report, labels, writing), style)
    assert misread(figures(report), read) == []
    assert layouts(read) == layouts(report)
    assert (read.title, read.agency, read.year) == (report.title, report.agency, report.year)
    if style.merged or style.layout != "beside":
        assert unlike(figures(report), read) == []


@pytest.mark.parametrize("mutate", IN_ANY_TABLE + IN_TABLE_THREE)
@properties(32, HealthCheck.data_too_large)
@given(report=reports(), style=STYLES, data=st.data())
def test_a_broken_workbook_never_gives_a_wrong_figure(
    mutate, report: Report, style: Style, data: st.DataObject
) -> None:
    sheets = report_sheets(report)
    table = data.draw(st.sampled_from(TABLES)) if mutate in IN_ANY_TABLE else "applications"
    sheets[table], blank = mutate(sheets[table], data)
    present = {spot.id for spot in sheets[table]}
    blank += [
        cell for cell in report.tables[table].entries if cell not in present
    ]  # a cell not written is empty
    try:
        read = read_book(report, sheets, style)
    except UnreadableDocument:
        return
    assert misread(figures(report), read, blank) == []


@pytest.mark.slow
def test_every_style_in_the_old_format(tmp_path: Path) -> None:
    report = typed_report("blank-totals-2023")
    styles = [
        Style(layout, top, 2, gap, merged, numbers, wide, split)
        for layout, top, gap, merged, numbers, wide, split in [
            ("one", 1, 0, True, True, True, False),
            ("one", 5, 1, False, False, False, True),
            ("sheets", 3, 0, True, False, True, True),
            ("sheets", 1, 2, False, True, False, False),
            ("beside", 2, 0, True, True, True, False),
            ("beside", 1, 0, False, False, False, True),
        ]
    ]
    files = [tmp_path / f"{number}.xlsx" for number in range(len(styles))]
    for file, style in zip(files, styles, strict=True):
        file.write_bytes(workbook_bytes(report_book(report, report_sheets(report), style)))
    (tmp_path / "out").mkdir()
    for file, style in zip(convert(files, "xls", tmp_path / "out"), styles, strict=True):
        read = recognize(sheet_blocks(file.read_bytes()), Document(file.name, "", b"", ""))
        assert unlike(figures(report), read) == [], style


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ('"2021年"m"月"d"日"', formats.FIXED),
        ("\\2\\0\\2\\1-mm-dd", formats.FIXED),
        ('yyyy"年"m"月"d"日";@', formats.DATE),
        ("[$-804]yyyy-mm-dd", formats.DATE),
        ("[DBNum1]m月d日", formats.DATE),
    ],
)
def test_a_day_of_a_fixed_year_is_no_day(code: str, kind: str) -> None:
    """In .ods files too, where a day is no number."""
    assert formats.kind_of(code) == kind
    assert ods_looks.Look(code=code).of_days == (kind if kind == formats.FIXED else "")
