"""One LibreOffice for the tests of a module; each opens workbooks of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import xlwings as xw

import xlwings_libreoffice


@pytest.fixture(scope="module")
def app() -> Iterator[xw.App]:
    found = xlwings_libreoffice.app()
    yield found
    found.quit()


@pytest.fixture
def book(app: xw.App) -> Iterator[xw.Book]:
    """A new workbook."""
    found = app.books.add()
    yield found
    found.close()


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
