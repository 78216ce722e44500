"""Finished sources -> one JSON line each in the folder, safe against a kill; and back.

A line is on the disk before the report's workbook gets its name. So a workbook in the folder that
no line names is none of ours, and a line whose workbook is missing is a report to be imported
again. The summary's digests stand in lines of their own, so that one that reads otherwise is known
to be the user's. The file is only ever appended to; a last line cut short by a kill is taken off.
It is also the lock: one run at a time, freed by the system.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from io import FileIO
from pathlib import Path
from types import NoneType
from typing import Any

from gongkai.batch.names import SUFFIX, book_key
from gongkai.decisions import WORDS
from gongkai.model import Decision, GongkaiError, Value
from gongkai.system import BUSY, lock_file, read_plain, system_reason
from gongkai.workbook import derived, lists

NAME = "gongkai-batch.jsonl"
VERSION = 1
OPENING = b'{"gongkai": "batch"'  # how the first line begins
SUMMARY = "汇总"
BOOK = "book"  # in the first line: the ending of the summary's workbook
OLDER_BOOK = ".xlsm"  # of a folder whose first line does not say it: an earlier version began it
WRITTEN = "written"  # the one field of a line with the summary's digests
ACROSS = "years"  # depends on the other reports, so it is found anew and not remembered
# They stand beside the row: a journal of an earlier version has them not.
DECIDED = ("decisions", "dismissed")
FIELDS = frozenset(field.name for field in fields(lists.BatchRow)) - {ACROSS, *DECIDED}
# Fields that a journal of an earlier version has not.
LATER: Mapping[str, Any] = {"doubts": "", "implied": {}}
TEXTS = FIELDS - {"figures", "implied", *lists.COUNTS}


@dataclass(frozen=True)
class JournalEntry:
    """A finished source: its row, the digest of its workbook as written ("" without one), and
    ``check --json``.
    """

    row: lists.BatchRow
    sha256: str = ""
    check: Mapping[str, Any] | None = None


@dataclass
class Memory:
    """What a journal says: its first line, the newest entry of each source, the digests of every
    summary it wrote.
    """

    head: dict[str, Any]
    entries: dict[str, JournalEntry]
    written: set[str]


@dataclass
class Journal:
    """An open journal: the newest entry of each source (without its check), the names of the
    summary's workbook and CSV, and the digests of all that were ever written.
    """

    folder: Path
    file: FileIO
    entries: dict[str, JournalEntry]
    summary: tuple[str, str]
    written: set[str]

    def add(self, entry: JournalEntry) -> None:
        """Append an entry.

        It is on the disk when this returns. Raises GongkaiError, and then nothing was added.
        """
        write_line(self.file, entry_to_dict(entry))
        self.entries[entry.row.source] = JournalEntry(entry.row, entry.sha256)

    def add_written(self, digests: Iterable[str]) -> None:
        """Remember summaries about to be written.

        Raises GongkaiError, and then nothing was added.
        """
        new = sorted(set(digests) - self.written)
        if new:
            write_line(self.file, {WRITTEN: new})
            self.written.update(new)


@contextmanager
def open_journal(folder: Path) -> Iterator[Journal]:
    """The journal of a folder, begun if there is none, for one run at a time.

    Raises GongkaiError where the folder cannot be written, another run uses it, or the file is
    damaged or not ours; nothing in it is changed then.
    """
    path = folder / NAME
    with opened(path) as file:
        lock(file, folder)
        file.seek(0)
        content = file.read()
        whole = whole_lines(content)
        if not whole and not OPENING.startswith(content[: len(OPENING)]):
            raise foreign(path)
        found = parse(path, whole, checks=False)
        if len(whole) < len(content):
            file.truncate(len(whole))
        if not found.head:
            found.head = new_head(folder)
            write_line(file, found.head)
        del content, whole
        yield Journal(folder, file, found.entries, summary_names(found.head), found.written)


def opened(path: Path) -> FileIO:
    """Unbuffered: what a full disk refused must not be written later, on closing."""
    try:
        if path.exists() and not path.is_file():
            raise foreign(path)
        return path.open("a+b", buffering=0)
    except OSError as error:
        reason = system_reason(error)
        raise GongkaiError(
            f"无法写入文件夹{path.parent}：{reason}；请用 -o 另选一个文件夹。"
        ) from error


def whole_lines(content: bytes) -> bytes:
    """Without a last line that a kill cut short."""
    return content[: content.rfind(b"\n") + 1]


def new_head(folder: Path) -> dict[str, Any]:
    return {
        "gongkai": "batch",
        "version": VERSION,
        "summary": free_summary(folder),
        BOOK: SUFFIX,
    }


def lock(file: FileIO, folder: Path) -> None:
    """Hold the file for this process alone.

    Where the file system knows no locks the run goes on without.
    """
    try:
        lock_file(file)
    except OSError as error:
        if error.errno in BUSY:
            raise GongkaiError(
                f"另一个批量导入正在使用文件夹{folder}；请等它结束后再运行，或用 -o "
                f"另选一个文件夹。"
            ) from error


def free_summary(folder: Path) -> str:
    """The stem of the summary's files, such that none that was there before is ever replaced."""
    taken = {book_key(name) for name in os.listdir(folder)}
    number = 1
    while taken & {book_key(f"{numbered_stem(number)}{ending}") for ending in (SUFFIX, ".csv")}:
        number += 1
    return numbered_stem(number)


def numbered_stem(number: int) -> str:
    return SUMMARY if number == 1 else f"{SUMMARY}（{number}）"


def changed_stem(stem: str) -> str:
    """How the name of a summary begins that somebody has changed and that was kept therefore."""
    return f"{stem}-改动"


def summary_names(head: Mapping[str, Any]) -> tuple[str, str]:
    """The summary's workbook and CSV, by a journal's first line."""
    return f"{head['summary']}{head.get(BOOK, OLDER_BOOK)}", f"{head['summary']}.csv"


def write_line(file: FileIO, value: Mapping[str, Any]) -> None:
    end = file.seek(0, os.SEEK_END)
    left = json.dumps(value).encode() + b"\n"
    try:
        while left:
            left = left[file.write(left) or 0 :]
        os.fsync(file.fileno())
    except OSError as error:
        with suppress(OSError):
            file.truncate(end)
        raise GongkaiError(f"无法写入{NAME}：{system_reason(error)}。") from error


# --- reading --------------------------------------------------------------------------------------


def read_journal(folder: Path) -> tuple[dict[str, Any], dict[str, JournalEntry]]:
    """Head and newest entry of each source with its check, whoever is writing.

    Both empty without a journal.
    """
    path = folder / NAME
    try:
        content = read_plain(path)
    except FileNotFoundError:
        return {}, {}
    except OSError as error:
        raise GongkaiError(f"无法读取{path}：{system_reason(error)}。") from error
    found = parse(path, whole_lines(content))
    return found.head, found.entries


def parse(path: Path, content: bytes, *, checks: bool = True) -> Memory:
    """Whole lines -> what they say, with or without the checks.

    GongkaiError for what is damaged or not ours.
    """
    found = Memory({}, {}, set())
    for number, line in enumerate(content.splitlines(), 1):
        said = read_json(line)
        if number == 1:
            found.head = known_head(path, said)
        elif not take_line(found, said, checks=checks):
            raise GongkaiError(
                f"{path}第{number}行已损坏，没有改动任何文件；请删去这一行后再运行，或用 -o "
                f"另选一个文件夹。"
            )
    return found


def known_head(path: Path, head: dict[str, Any] | None) -> dict[str, Any]:
    """The first line, {"gongkai": "batch", "version": 1, "summary": "汇总", "book": ".xlsx"}.
    GongkaiError for any other.
    """
    if head is None or head.get("gongkai") != "batch":
        raise foreign(path)
    if head.get("version") != VERSION:
        raise GongkaiError(
            f"{path}由另一版本的gongkai写成，本版本不能接着导入；请升级gongkai，或用 -o "
            f"另选文件夹。"
        )
    summary = head.get("summary")
    if not isinstance(summary, str) or not is_name(summary) or not is_book(head):
        raise foreign(path)
    return head


def take_line(memory: Memory, said: Mapping[str, Any] | None, *, checks: bool) -> bool:
    """Take in what a line says; False for one that is none of ours."""
    digests = digests_of(said)
    if digests:
        memory.written.update(digests)
        return True
    entry = dict_to_entry(said)
    if entry is None:
        return False
    memory.entries[entry.row.source] = entry if checks else replace(entry, check=None)
    return True


def is_book(head: Mapping[str, Any]) -> bool:
    return head.get(BOOK, OLDER_BOOK) in derived.SUFFIXES


def digests_of(line: Mapping[str, Any] | None) -> list[str]:
    """The summary's digests, [] for a line of any other kind."""
    if line is None or set(line) != {WRITTEN}:
        return []
    found = line[WRITTEN]
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        return []
    return found


def foreign(path: Path) -> GongkaiError:
    return GongkaiError(
        f"{path}不是gongkai写的，没有改动；请把它移到别处，或用 -o 另选一个文件夹。"
    )


def read_json(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


# --- entries as JSON ------------------------------------------------------------------------------


def entry_to_dict(entry: JournalEntry) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, value in asdict(entry.row).items():
        if name in FIELDS:
            row[name] = value
    row["state"] = entry.row.state_text
    for cell, value in row["figures"].items():
        if isinstance(value, Decimal):
            row["figures"][cell] = str(value)
    return {
        "row": row,
        "sha256": entry.sha256,
        "check": entry.check,
        "decided": decided_to_dict(entry.row),
    }


def decided_to_dict(row: lists.BatchRow) -> dict[str, Any]:
    rulings: dict[str, list[str]] = {}
    for key, decision in row.decisions.items():
        if decision.verdict:
            rulings[key] = [decision.verdict, decision.reason]
    return {"dismissed": row.dismissed, "rulings": rulings}


def dict_to_entry(found: Mapping[str, Any] | None) -> JournalEntry | None:
    """None for anything that is no entry of ours."""
    if found is None:
        return None
    sha256, check = found.get("sha256"), found.get("check")
    if not isinstance(sha256, str) or not isinstance(check, dict | None):
        return None
    try:
        row = dict_to_row(found.get("row"), found.get("decided", {}))
    except (InvalidOperation, TypeError, ValueError, AttributeError):
        return None
    return JournalEntry(row, sha256, check)


def dict_to_row(stored: Any, decided: Any) -> lists.BatchRow:
    """Raises TypeError, ValueError, AttributeError or InvalidOperation for anything that is none of
    ours.
    """
    row = {**LATER, **stored}
    if set(row) != FIELDS or not is_row(row):
        raise ValueError(stored)
    row["state"] = lists.state_of_text(row["state"])
    row["figures"] = {cell: dict_to_value(value) for cell, value in row["figures"].items()}
    row["implied"] = {cell: int(value) for cell, value in row["implied"].items()}
    return lists.BatchRow(**row, **dict_to_decided(decided))


def dict_to_decided(found: Any) -> dict[str, Any]:
    """Raises TypeError, ValueError or AttributeError for anything that is none of ours."""
    decisions: dict[str, Decision] = {}
    for key, (verdict, reason) in found.get("rulings", {}).items():
        if verdict not in WORDS:
            raise ValueError(verdict)
        decisions[key] = Decision(verdict, str(reason))
    dismissed = found.get("dismissed")
    return {
        "decisions": decisions,
        "dismissed": None if dismissed is None else int(dismissed),
    }


def is_row(row: Mapping[str, Any]) -> bool:
    """Whether every field is of its kind, and the file's name leads nowhere else."""
    for name in TEXTS:
        if not isinstance(row[name], str):
            return False
    for name in FIELDS.intersection(lists.COUNTS):
        if type(row[name]) not in (int, NoneType):
            return False
    has_maps = isinstance(row["figures"], dict) and isinstance(row["implied"], dict)
    return has_maps and lists.state_of_text(row["state"]) is not None and is_name(row["file"])


def is_name(text: str) -> bool:
    return text == Path(text).name and text != ".." and "\\" not in text


def dict_to_value(value: object) -> Value:
    if value is None or type(value) is int:
        return value
    if isinstance(value, str):
        return Decimal(value)
    raise TypeError(value)
