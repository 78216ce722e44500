"""Excel's commands on a path that names a pipe, a device or a socket: a sentence, and Excel does
not hang.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import xlwings as xw

from gongkai.workbook import layout
from helpers.excel.live import open_live, press, set_cell, value_at
from helpers.special import KINDS, watched


@pytest.fixture(autouse=True)
def nobody_waits() -> Iterator[None]:
    with watched():
        yield


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> xw.Book:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return open_live(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_import_file(book: xw.Book, tmp_path: Path, kind: str) -> None:
    make, word = KINDS[kind]
    outcome = press(book, "import_file", str(make(tmp_path / "年报.html")))
    assert outcome.kind == "error"
    assert word in outcome.text


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_of_the_batch_and_a_workbook_of_the_summary(
    book: xw.Book, tmp_path: Path, kind: str
) -> None:
    make, word = KINDS[kind]
    folder = tmp_path / "folder"
    folder.mkdir()
    path = make(folder / "年报.xlsm")
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, str(folder))
    set_cell(book, layout.BATCH, (layout.BATCH_TOP, layout.BATCH_COLUMNS["source"]), str(path))
    press(book, "batch")
    assert value_at(book, layout.BATCH, (layout.BATCH_TOP, layout.BATCH_COLUMNS["state"])) == "失败"
    assert word in str(
        value_at(book, layout.BATCH, (layout.BATCH_TOP, layout.BATCH_COLUMNS["message"]))
    )
