"""Who may fetch: this user, in this workbook, after saying so; and the file that remembers it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
import xlwings as xw

from gongkai.excel import fetching
from gongkai.excel.fetching import MOST_TOKENS, allow, allowed, read_tokens, tokens_file
from gongkai.model import WorkbookError
from gongkai.system import state_folder
from gongkai.workbook import copy_template, layout
from helpers.excel.engine import open_book

SPOT = layout.TOOL_SPOTS["token"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    return open_book(copy_template(tmp_path / "报告.xlsm"))


def token_in(book: xw.Book) -> object:
    return book.sheets[layout.TOOL].range(SPOT).value


def put_token(book: xw.Book, token: object) -> None:
    book.sheets[layout.TOOL].range(SPOT).value = token


def test_a_new_workbook_is_not_allowed(book: xw.Book) -> None:
    assert not allowed(book)
    assert not tokens_file().exists()


def test_allowed_once_and_for_all(book: xw.Book) -> None:
    allow(book)
    token = token_in(book)
    assert allowed(book)
    assert isinstance(token, str)
    assert len(token) == 32
    assert read_tokens(tokens_file()) == [token]
    allow(book)
    assert read_tokens(tokens_file()) == [token]


def test_a_token_of_digits_stays_text(book: xw.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching.secrets, "token_hex", lambda _: "12345678901234567890e10345678901")
    allow(book)
    assert allowed(book)


@pytest.mark.parametrize("token", ["'0123456789abcdef", "", None, 12.0, "'" + "x" * 5_000, True])
def test_a_stranger_s_token_allows_nothing(book: xw.Book, token: object) -> None:
    allow(book)
    mine = token_in(book)
    put_token(book, token)
    assert not allowed(book)
    put_token(book, f"'{mine}")
    assert allowed(book)


def test_a_copy_on_another_machine_asks_anew(
    book: xw.Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(book)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    assert not allowed(book)
    before = token_in(book)
    allow(book)
    assert allowed(book)
    assert token_in(book) != before


def test_two_workbooks_are_asked_about_each(book: xw.Book, tmp_path: Path) -> None:
    other = open_book(copy_template(tmp_path / "另一份.xlsm"))
    allow(book)
    assert not allowed(other)
    allow(other)
    assert allowed(book)
    assert allowed(other)


@pytest.mark.parametrize(
    "content",
    [
        *(
            b"",
            b"{",
            b"[]",
            b"null",
            b"\xff\xfe",
            b'{"tokens": 5}',
            b'{"tokens": {"a": 1}}',
            b'{"tokens": [[]]}',
        ),
        *(b"[" * 100_000, b'{"tokens": [1, null, true]}'),
    ],
    ids=range(10),
)
def test_a_damaged_file_allows_nothing_and_is_mended(book: xw.Book, content: bytes) -> None:
    allow(book)
    tokens_file().write_bytes(content)
    assert not allowed(book)
    allow(book)
    assert allowed(book)
    assert json.loads(tokens_file().read_text()) == {"tokens": [token_in(book)]}


def test_a_file_that_cannot_be_read_allows_nothing(book: xw.Book) -> None:
    allow(book)
    tokens_file().unlink()
    tokens_file().mkdir()
    assert not allowed(book)
    with pytest.raises(WorkbookError, match="不能记下您的许可"):
        allow(book)
    assert list(tokens_file().parent.iterdir()) == [tokens_file()]


def test_where_nothing_can_be_written_nothing_is_allowed(book: xw.Book, home: Path) -> None:
    (home / "state").write_text("a file in the folder's place")
    with pytest.raises(WorkbookError, match="重试"):
        allow(book)
    assert token_in(book) is None
    assert not allowed(book)


def test_the_oldest_tokens_are_forgotten(book: xw.Book) -> None:
    tokens_file().parent.mkdir(parents=True)
    tokens_file().write_text(json.dumps({"tokens": [str(number) for number in range(MOST_TOKENS)]}))
    allow(book)
    kept = read_tokens(tokens_file())
    assert len(kept) == MOST_TOKENS
    assert kept[0] == "1"
    assert kept[-1] == token_in(book)


def test_nobody_else_reads_the_tokens(book: xw.Book) -> None:
    allow(book)
    assert stat.S_IMODE(tokens_file().stat().st_mode) == 0o600
    assert os.listdir(tokens_file().parent) == ["allowed.json"]


def test_a_workbook_of_another_kind(book: xw.Book) -> None:
    book.sheets[layout.TOOL].delete()
    assert not allowed(book)
    with pytest.raises(WorkbookError, match="模板"):
        allow(book)


def test_the_file_stands_in_the_user_s_own_folder(home: Path) -> None:
    assert (
        tokens_file()
        == state_folder() / "allowed.json"
        == home / "state" / "gongkai" / "allowed.json"
    )
