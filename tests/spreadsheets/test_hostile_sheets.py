"""Hostile workbooks of ours, read in the main process: refused in a sentence before anything large
is made.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gongkai.model import GongkaiError, WorkbookError
from gongkai.opc.package import MOST_RELATIONS
from gongkai.pipeline import read_report
from gongkai.sources.detect import ODS, kind_of
from gongkai.spreadsheets.xlsx import MOST_RUNS, MOST_STRINGS
from gongkai.spreadsheets.xlsx_looks import MOST_AREAS, MOST_STYLES
from helpers import DOCUMENTS
from helpers.counts import some
from helpers.writers.dressed import filled_bytes
from helpers.writers.sheets import rewritten

SHEET, STYLES, STRINGS = "xl/worksheets/sheet3.xml", "xl/styles.xml", "xl/sharedStrings.xml"
RELATIONS, BOOK = "xl/_rels/workbook.xml.rels", "xl/workbook.xml"
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
Change = Callable[[bytes], bytes]


def before(end: bytes, more: bytes) -> Change:
    """More of something before the end of its list."""
    return lambda part: part.replace(end, more + end, 1)


def text_of(runs: int) -> Change:
    cell = (
        b'<row r="9"><c r="A9" t="inlineStr"><is>' + b"<r><t>1</t></r>" * runs + b"</is></c></row>"
    )
    return before(b"</sheetData>", cell)


def condition_on(areas: int) -> Change:
    rule = b'<cfRule type="expression" dxfId="0"/>'
    block = b'<conditionalFormatting sqref="%b">%b</conditionalFormatting>' % (b"A1 " * areas, rule)
    return lambda part: part.replace(b"</sheetData>", b"</sheetData>" + block, 1)


DENSE: dict[str, tuple[str, Change]] = {
    "tags": (SHEET, before(b"</sheetData>", b"<row/>" * 2_100_000)),
    "cell styles": (STYLES, before(b"</cellXfs>", b"<xf/>" * MOST_STYLES)),
    "fonts": (STYLES, before(b"</fonts>", b"<font/>" * MOST_STYLES)),
    "conditional looks": (STYLES, before(b"</dxfs>", b"<dxf/>" * MOST_STYLES)),
    "relations": (RELATIONS, before(b"</Relationships>", b"<Relationship/>" * MOST_RELATIONS)),
    "texts": (STRINGS, lambda part: b"<sst %b>%b</sst>" % (MAIN, b"<si/>" * (MOST_STRINGS + 1))),
    "pieces": (SHEET, text_of(MOST_RUNS + 1)),
    "areas": (SHEET, condition_on(MOST_AREAS + 1)),
    "sheets": (BOOK, before(b"</sheets>", b"<sheet/>" * 200)),
    "merged": (SHEET, before(b"</mergeCells>", b'<mergeCell ref="A1:B2"/>' * 20_001)),
}


@some("name", DENSE)
def test_a_dense_part_is_refused(name: str, tmp_path: Path) -> None:
    part, change = DENSE[name]
    content = rewritten(with_texts(filled_bytes()), {part: change})
    path = tmp_path / "a.xlsm"
    path.write_bytes(content)
    with pytest.raises(WorkbookError, match=r"过大|不像是年度报告"):
        read_report(path)


def with_texts(content: bytes) -> bytes:
    """The relation to a list of texts, which our own files have not."""
    arrow = b'<Relationship Id="texts" Type="http://a/sharedStrings" Target="sharedStrings.xml"/>'
    return rewritten(
        content,
        {RELATIONS: before(b"</Relationships>", arrow), STRINGS: lambda part: part or b"<sst/>"},
    )


def test_an_ods_whose_formats_lead_in_circles_is_read(tmp_path: Path) -> None:
    source = DOCUMENTS / "ods-2023" / "source.ods"
    maps = b'<style:map style:condition="value()&gt;=0" style:apply-style-name="N1"/>' * 300
    style = b'<number:number-style style:name="N1">' + maps + b"</number:number-style>"
    path = tmp_path / "a.ods"
    path.write_bytes(
        rewritten(
            source.read_bytes(), {"content.xml": before(b"</office:automatic-styles>", style)}
        )
    )
    assert read_report(path).tables == read_report(source).tables


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_damaged_ods_is_called_so(share: float, tmp_path: Path) -> None:
    content = (DOCUMENTS / "ods-2023" / "source.ods").read_bytes()
    path = tmp_path / "a.ods"
    path.write_bytes(content[: int(len(content) * share)])
    assert kind_of(path.read_bytes()).format is ODS
    with pytest.raises(GongkaiError, match="损坏"):
        read_report(path)


def test_a_part_that_cannot_be_read_is_no_crash() -> None:
    """One byte of the packed mimetype flipped: what the file is, nobody can tell."""
    content = bytearray((DOCUMENTS / "ods-2023" / "source.ods").read_bytes())
    at = content.index(b"application/vnd.oasis")
    content[at] ^= 0xFF
    assert kind_of(bytes(content)).format is not ODS


@pytest.mark.parametrize("text", [b"1_000", "٤٣٦".encode(), b"0x10", b"1e9999", b"nan", b"--1"])
def test_only_what_files_write_is_a_number(text: bytes, tmp_path: Path) -> None:
    """Decimal would take the first two."""
    path = tmp_path / "a.xlsm"
    content = filled_bytes()

    def put(part: bytes) -> bytes:
        start = part.index(b'r="D7"')
        head, tail = part[:start], part[start:]
        return head + tail.replace(b"<v>134</v>", b"<v>" + text + b"</v>", 1)

    path.write_bytes(rewritten(content, {SHEET: put}))
    report = read_report(path)
    assert report.value("applications.granted.natural") is None
    assert any(problem.row == "granted" for problem in report.problems)
