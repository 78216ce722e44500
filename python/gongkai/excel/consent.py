"""Whether this user has allowed this workbook's functions to fetch pages.

The workbook holds a random token, this user's own state the tokens that this user gave. So neither a stranger's
workbook, whatever token it holds, nor a copy on somebody else's machine fetches anything before its user is asked.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from pathlib import Path

import xlwings

from gongkai.model import WorkbookError
from gongkai.system import state_folder, system_reason
from gongkai.workbook import layout

MOST_TOKENS = 500  # workbooks; the one allowed longest ago is asked about again
NOT_OURS = "这个工作簿不是用本插件的模板建立的，不能使用联网函数；请在由模板建立的工作簿中使用。"


def allowed(book: xlwings.Book) -> bool:
    """Never raises: what cannot be read allows nothing."""
    token = token_of(book)
    return bool(token) and token in read_tokens(tokens_file())


def allow(book: xlwings.Book) -> None:
    """Let this workbook's functions fetch for this user. Raises WorkbookError; then nothing is allowed."""
    if layout.TOOL not in book.sheet_names:
        raise WorkbookError(NOT_OURS)
    if allowed(book):
        return
    token = secrets.token_hex(16)
    path = tokens_file()
    try:
        write_tokens(path, [*read_tokens(path), token][-MOST_TOKENS:])
    except OSError as error:
        raise WorkbookError(
            f"不能记下您的许可（{system_reason(error)}）；请检查文件夹 {path.parent} 后重试。"
        ) from error
    # The apostrophe keeps it text: 12e4 would become a number.
    book.sheets[layout.TOOL].range(layout.TOOL_SPOTS["token"]).value = f"'{token}"


def token_of(book: xlwings.Book) -> str:
    """The workbook's token, "" where it has none."""
    if layout.TOOL not in book.sheet_names:
        return ""
    value = book.sheets[layout.TOOL].range(layout.TOOL_SPOTS["token"]).value
    return value.strip() if isinstance(value, str) else ""


def tokens_file() -> Path:
    return state_folder() / "allowed.json"


def read_tokens(path: Path) -> list[str]:
    """Oldest first; none where the file is missing, damaged or not to be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    tokens = found.get("tokens") if isinstance(found, dict) else None
    return [token for token in tokens if isinstance(token, str)] if isinstance(tokens, list) else []


def write_tokens(path: Path, tokens: list[str]) -> None:
    """All or nothing: a crash in between leaves the file as it was. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"tokens": tokens}, file)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
