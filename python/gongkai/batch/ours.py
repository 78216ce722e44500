"""A file -> which record of ours it is, by what it holds: summary of a batch, journal, decisions;
"" for a document.

Records lie beside the documents that they are about, so that a folder or ``gongkai check out/*``
names them too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from gongkai.decisions.file import ENDING, KIND
from gongkai.model import Kind, WorkbookError
from gongkai.sources import LIMITS, detect
from gongkai.spreadsheets import Sheet, seen
from gongkai.store import is_store, older
from gongkai.system import open_plain
from gongkai.workbook import layout, lists
from gongkai.workbook.file import our_sheets

LOCK = "表格软件打开工作簿时的临时文件"
JOURNAL, DECISIONS = "批量导入的进度记录", "处理（确认、忽略）的记录"
TABLE, BOOK = "批量导入的汇总表", "批量导入的汇总工作簿"
HEADS = tuple(lists.SUMMARY_HEADS.values())[
    :5
]  # 机关,年度,标题,来源,文件: the first of every version
BETWEEN = re.compile("[,;\t]")
LISTS = {
    layout.BATCH: (layout.BATCH_TOP, layout.BATCH_COLUMNS["source"]),
    layout.SUMMARY: (layout.SUMMARY_TOP, 1),
}
# What ``check --write`` keeps of the workbook before: 年报（上一版）.xlsm, 年报（还原前2）.xlsm.
BEFORE, UNRESTORED = "上一版", "还原前"
COPY = re.compile(rf"(?P<stem>.+)（(?:{BEFORE}|{UNRESTORED}\d*)）(?P<suffix>\.\w+)")


def record_of(path: Path) -> str:
    """What a file is called in a sentence, if it is a record of ours, or what a spreadsheet program
    leaves beside an open workbook; "" for what may hold a report.
    """
    if path.name.startswith(("~$", ".~lock.")):
        return LOCK
    try:
        with open_plain(path) as file:
            content = file.read(LIMITS.size + 1)
    except (OSError, ValueError):
        return ""
    if content.startswith(older.OPENING) or is_store(content):
        return JOURNAL
    if path.name.endswith(ENDING) or holds_decisions(content):
        return DECISIONS
    if holds_summary_table(content):
        return TABLE
    return BOOK if is_summary_book(path, content) else ""


def holds_decisions(content: bytes) -> bool:
    if not content.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{"):
        return False
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("gongkai") == KIND


def holds_summary_table(content: bytes) -> bool:
    """Whether a text begins with the heads of the summary, however somebody saved it: GBK, tabs,
    quotes.
    """
    first = detect.decode(content[: detect.SNIFFED], "").partition("\n")[0]
    found = BETWEEN.split(first.replace('"', ""))
    return tuple(found[: len(HEADS)]) == HEADS


def is_summary_book(path: Path, content: bytes) -> bool:
    """Whether a workbook of ours has a line on 批量导入 or 汇总 and nothing in its tables, or these
    sheets alone.
    """
    kind = detect.kind_of(content)
    if not kind.is_ours:
        return False
    try:
        sheets = sheets_of(path, content, kind)
    except WorkbookError:  # whoever reads it says why
        return False
    found = {sheet.name: sheet for sheet in sheets}
    if not any(sheet.name in found for sheet in layout.table_sheets()):
        return bool(found)
    return not has_filled_table(found) and has_listed_line(found)


def has_filled_table(found: Mapping[str, Sheet]) -> bool:
    for table in layout.table_sheets():
        if table.name in found and is_filled(found[table.name], table.cells.values()):
            return True
    return False


def has_listed_line(found: Mapping[str, Sheet]) -> bool:
    for name, (top, column) in LISTS.items():
        if name in found and is_listed(found[name], top, column):
            return True
    return False


def sheets_of(path: Path, content: bytes, kind: Kind) -> list[Sheet]:
    names = [*LISTS, *(sheet.name for sheet in layout.table_sheets())]
    return our_sheets(path, content, kind, names)


def is_filled(sheet: Sheet, spots: Collection[tuple[int, int]]) -> bool:
    return any(seen.text_of(sheet.cells.get(spot)).strip() for spot in spots)


def is_listed(sheet: Sheet, top: int, column: int) -> bool:
    """Whether anything stands in a column from a row on."""
    for (row, at), value in sheet.cells.items():
        if row >= top and at == column and seen.text_of(value).strip():
            return True
    return False


def is_copy(name: str, names: Collection[str]) -> bool:
    """Whether a file is what ``check --write`` kept of another one of ``names``.

    By paths as well.
    """
    found = COPY.fullmatch(name)
    return found is not None and found["stem"] + found["suffix"] in names
