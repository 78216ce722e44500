"""One LibreOffice for the tests of a module; each opens workbooks of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import Path

import pytest
import xlwings as xw

import xlwings_libreoffice
from gongkai.excel import importing


class Then(datetime):
    """One time for both programs, which are asked one after the other: 备份2026-11-24 09.30."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Then:
        return cls(2026, 11, 24, 9, 30, tzinfo=tz)


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
    monkeypatch.setattr(importing, "datetime", Then)
