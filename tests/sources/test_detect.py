"""What a document is, found out once: formats, workbooks of ours, and how often an archive is
opened for it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gongkai.opc
from gongkai import check
from gongkai.decisions import WORDS
from gongkai.model import Document, Edit, Report
from gongkai.pipeline import read_report
from gongkai.readers import READERS, read_blocks
from gongkai.sources import load
from gongkai.sources.detect import (
    EXCEL,
    MARK,
    ODS,
    OLD_EXCEL,
    OLD_WORD,
    TEXT,
    WORD,
    identify,
    kind_of,
)
from gongkai.workbook import write_workbook
from gongkai.workbook.file import filled, template_path
from gongkai.workbook.fill import report_to_edits
from gongkai.workbook.layout import RESULT_COLUMNS, RESULTS, RESULTS_TOP
from helpers import DOCUMENTS
from helpers.made import report_of
from helpers.office import convert
from helpers.writers.sheets import rewritten

CUSTOM = "docProps/custom.xml"
REASON = "已向市局核实"


def source_of(case: str) -> Path:
    (source,) = (DOCUMENTS / case).glob("source.*")
    return source


@pytest.mark.parametrize(
    ("case", "found"),
    [
        ("xlsx-sheets-2023", EXCEL),
        ("xls-2021", OLD_EXCEL),
        ("et-2020", OLD_EXCEL),
        ("docx-wps-2023", WORD),
        ("doc-2021", OLD_WORD),
        ("ruian-2021-html", TEXT),
        ("ruian-2021-text", TEXT),
    ],
)
def test_a_document_knows_what_it_is(case: str, found: object) -> None:
    document = load(str(source_of(case)))
    assert document.kind is not None
    assert (document.kind.format, document.kind.is_ours) == (found, False)
    assert identify(document) is document.kind


def test_a_word_document_within_an_old_workbook_makes_no_document_of_it() -> None:
    """The name of a stream stands in it as in the .doc, though not at the top of the file."""
    content = source_of("xls-2021").read_bytes() + "WordDocument".encode("utf-16-le")
    assert kind_of(content).format is OLD_EXCEL


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    report = report_of({"applications.new.natural": 41})
    return write_workbook(report, check(report), tmp_path / "年报.xlsm")


def test_ours_is_known_by_its_mark_and_by_its_names(ours: Path) -> None:
    content = ours.read_bytes()
    without_mark = rewritten(content, {CUSTOM: lambda part: part.replace(MARK.encode(), b"other")})
    without_names = rewritten(content, {"xl/workbook.xml": nameless})
    neither = rewritten(without_mark, {"xl/workbook.xml": nameless})
    told = [kind_of(each).is_ours for each in (content, without_mark, without_names, neither)]
    assert told == [True, True, True, False]


def nameless(part: bytes) -> bytes:
    return re.sub(rb"<definedName .*?</definedName>", b"", part)


def test_an_import_opens_an_archive_once(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted where the bytes become an archive, whoever asks; the process that reads a stranger's
    is another one.
    """
    opened: list[int] = []
    real = gongkai.opc.ZipFile

    def counting(*given: object, **more: object) -> object:
        opened.append(1)
        return real(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(gongkai.opc, "ZipFile", counting)
    for source in (ours, source_of("xlsx-one-sheet-2022"), source_of("docx-official-2022")):
        opened.clear()
        report = read_report(source)
        check(report)
        assert len(opened) == 1, source.name


def test_every_format_that_is_read_has_a_reader() -> None:
    for found in (EXCEL, OLD_EXCEL, ODS, WORD, OLD_WORD):
        assert found in READERS


def test_a_document_without_a_kind_is_looked_at() -> None:
    content = source_of("xlsx-sheets-2023").read_bytes()
    assert read_blocks(Document("a", "", content, "")) == read_blocks(
        load(str(source_of("xlsx-sheets-2023")))
    )


@pytest.mark.slow
@pytest.mark.parametrize("marked", [True, False])
def test_ours_saved_in_another_format_is_still_ours(marked: bool, tmp_path: Path) -> None:
    """Body, year, figures and decisions; without the mark, too, which older templates have not."""
    report = report_of({"applications.new.natural": 41})
    content = filled(template_path(), decided(report))
    path = tmp_path / "ours.xlsm"
    change = {} if marked else {CUSTOM: lambda part: part.replace(MARK.encode(), b"other")}
    path.write_bytes(rewritten(content, change))
    expected = read_report(path)
    assert {decision.reason for decision in expected.decisions.values()} == {REASON}
    for kind in ("xls", "ods", "xlsx"):
        (saved,) = convert([path], kind, tmp_path / kind)
        assert kind_of(saved.read_bytes()).is_ours, kind
        found = read_report(saved)
        assert (found.agency, found.year, found.tables) == (
            expected.agency,
            expected.year,
            expected.tables,
        )
        assert found.decisions == expected.decisions, kind


def decided(report: Report) -> list[Edit]:
    """A report's workbook in which somebody confirmed the first finding."""
    edits = [edit for edit in report_to_edits(report, check(report)) if edit.value is not None]
    said = {"verdict": WORDS["confirmed"], "reason": REASON}
    return [
        *edits,
        *(Edit(RESULTS, RESULTS_TOP, RESULT_COLUMNS[name], text) for name, text in said.items()),
    ]
