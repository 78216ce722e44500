"""A blank workbook that is known is filled in as one that is read: byte for byte the same file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from gongkai import pipeline, read_report
from gongkai.model import Edit
from gongkai.workbook import layout
from gongkai.workbook.derived import blank
from gongkai.workbook.file import filled, filled_blank, template_path
from gongkai.workbook.fill import report_to_edits
from gongkai.workbook.live import stored
from helpers import DOCUMENTS
from helpers.counts import some

SOURCES = sorted(DOCUMENTS.glob("*/source.*"))


def edits_of(source: str) -> list[Edit]:
    report = read_report(source)
    return report_to_edits(report, pipeline.check(report))


@some("source", map(str, SOURCES))
def test_a_known_blank_workbook_is_filled_in_as_one_that_is_read(source: str) -> None:
    edits = edits_of(source)
    told = [edit for edit in edits if edit.value is not None]
    for suffix in (".xlsx", ".xlsm"):
        content = blank("report", suffix)
        expected = filled(template_path(), told, content)
        assert filled_blank(content, told) == expected
        assert filled_blank(content, edits) == expected  # what empties a blank cell changes nothing


def test_a_report_leaves_nothing_behind_for_the_next() -> None:
    """Also where several are written at once."""
    content = blank("report", ".xlsx")
    wanted = [edits_of(str(source)) for source in SOURCES[:4]]
    alone = [filled(template_path(), edits, content) for edits in wanted]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(filled_blank, [content] * 12, wanted * 3))
    assert together == alone * 3


@pytest.mark.parametrize("value", ["文字", 7, " 7 ", "=1+1", None])
def test_a_value_in_place_of_a_formula_is_known(value: str | int | None) -> None:
    """Where a lane's formula stood there stands a value: what counts the lanes sees that."""
    sheet = layout.sheet_of("applications", "2021")
    spot = sheet.image(next(iter(sheet.lanes.values())).spot)
    edits = [
        Edit(layout.COVER, *layout.EDITION_SPOTS["applications"], 2021),
        Edit(sheet.name, *spot, value),
        Edit(sheet.name, *next(iter(sheet.cells.values())), 5),
    ]
    content = blank("report", ".xlsx")
    expected = filled(template_path(), edits, content)
    assert filled_blank(content, edits) == expected


def test_what_is_known_of_a_blank_sheet_is_what_is_read() -> None:
    known = stored.BlankCopy(stored.blank_file(blank("report", ".xlsx")))
    read = stored.OpenFile(known.archive)
    for name in layout.sheet_names():
        one, other = known.sheet(name), read.sheet(name)
        if one is None or other is None:
            assert one is other
            continue
        assert one.cells == other.cells
        assert one.ours.keys() == other.ours.keys()
        assert {spot: text for spot, (text, _) in one.foreign.items()} == {
            spot: text for spot, (text, _) in other.foreign.items()
        }
        for spot, cell in one.ours.items():
            assert cell.attrib == other.ours[spot].attrib
            assert one.shown[spot] == stored.stored_result(other.ours[spot])
