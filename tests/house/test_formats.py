"""What is printed and written on a disk is what it was, and what stands there is read as it was.

The texts in ``tests/formats`` were made by the version before the redesign; ``helpers.formats``
says how they are made, and how those of a format that changes on purpose are written anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.formats import BEFORE, DATA, FORMATS, changes, kept, made, made_of_before
from helpers.formats.printed import check_line, documents

DOCUMENTS_TEXT = "documents.txt"  # a line for each document, for LibreOffice is slow with some
OFFICE = (".doc", ".wps", ".rtf")
LINES = {line.partition(" ")[0]: line for line in kept(DOCUMENTS_TEXT).splitlines()}
SLOW = [source for source in documents() if source.suffix in OFFICE]
SOURCES = [
    pytest.param(source, id=source.parent.name, marks=[pytest.mark.slow] if source in SLOW else [])
    for source in documents()
]


@pytest.mark.parametrize("name", [name for name in FORMATS if name != DOCUMENTS_TEXT])
def test_what_is_printed_and_written_is_what_it_was(name: str, tmp_path: Path) -> None:
    changed = changes(name, made(name, tmp_path))
    assert not changed, changed


@pytest.mark.parametrize("source", SOURCES)
def test_a_document_is_checked_as_it_was(source: Path) -> None:
    assert check_line(source) == LINES[source.parent.name]


def test_what_an_earlier_version_wrote_is_read_as_it_was(tmp_path: Path) -> None:
    """A report decided about, a batch to be resumed with its workbook, a page in the cache."""
    changed = changes("before/said.txt", made_of_before(tmp_path))
    assert not changed, changed


def test_every_text_is_compared() -> None:
    assert {path.name for path in DATA.iterdir()} == {*FORMATS, BEFORE.name}
    assert len(LINES) == len(SOURCES)
