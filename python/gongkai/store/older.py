"""The journal that an earlier version kept beside its workbooks -> results, taken over once.

A line of JSON for each finished source, ``gongkai-batch.jsonl``; of a source the last one counts. A
last line that a kill cut short is none. The journal stays as it is: only a damaged or foreign one
is refused, before anything is changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import NoneType
from typing import Any, NamedTuple

from gongkai import decisions, figures, system
from gongkai.model import Decision, GongkaiError, Value
from gongkai.store import encoding, records, schema, writing
from gongkai.workbook import derived, lists

JOURNAL = "gongkai-batch.jsonl"
OPENING = b'{"gongkai": "batch"'  # how the first line begins
VERSION = 1
BOOK = "book"  # in the first line: the ending of the summary's workbook
OLDER_BOOK = ".xlsm"  # of a folder whose first line does not say it
WRITTEN = "written"  # the one field of a line with the summary's digests
# They stand beside the row: the first versions had them not.
DECIDED = ("decisions", "dismissed")
NOT_KEPT = {"years", *DECIDED}
FIELDS = frozenset(lists.BatchRow.__dataclass_fields__) - NOT_KEPT
LATER: Mapping[str, Any] = {"doubts": "", "implied": {}}  # which the first versions had not either
TEXTS = FIELDS - {"figures", "implied", *lists.COUNTS}
TAKEN = "journal"  # the fact of a store that it was taken over


class JournalEntry(NamedTuple):
    """A finished source: its row, the digest of its workbook as written ("" without one), and
    ``check --json``.
    """

    row: lists.BatchRow
    sha256: str
    check: Mapping[str, Any] | None


class OldJournal(NamedTuple):
    """The summary's stem and the ending of its workbook; the newest entry of each source; the
    digests of every summary.
    """

    summary: str
    book: str
    entries: dict[str, JournalEntry]
    written: set[str]


def take_over(store: writing.StoreWriter, folder: Path) -> None:
    """What an older journal in a folder says, into the store; once. Raises GongkaiError."""
    path = folder / JOURNAL
    if store.about(TAKEN) or not path.is_file():
        return
    found = read_journal(path)
    for entry in found.entries.values():
        record = records.StoredReport(
            entry.row, version="", figures=figures_of(entry.row), check=entry.check
        )
        store.keep(with_file(encoding.encoded(record), entry))
    store.say("summary", found.summary)
    store.say(BOOK, found.book)
    store.say(TAKEN, JOURNAL)
    store.add_written(found.written)


def with_file(found: encoding.Encoded, entry: JournalEntry) -> encoding.Encoded:
    return found.saved_as(entry.row.file, entry.sha256) if entry.row.file else found


def figures_of(row: lists.BatchRow) -> tuple[records.StoredFigure, ...]:
    """It kept the figures of the summary and those that years are compared by."""
    found: list[records.StoredFigure] = []
    for cell, value in row.figures.items():
        found.append(records.StoredFigure(cell, value, figures.shown(value), "", "stated", None))
    for cell, implied in row.implied.items():
        if cell not in row.figures:
            found.append(records.StoredFigure(cell, None, "", "", "implied", implied))
    return tuple(found)


# --- reading --------------------------------------------------------------------------------------


def read_journal(path: Path) -> OldJournal:
    """Raises GongkaiError for what cannot be read, is damaged or not ours."""
    try:
        content = system.read_plain(path)
    except OSError as error:
        raise GongkaiError(f"无法读取{path}：{system.system_reason(error)}。") from error
    lines = content[: content.rfind(b"\n") + 1].splitlines()
    if not lines and content and not OPENING.startswith(content[: len(OPENING)]):
        raise schema.foreign(path)
    if not lines:
        return OldJournal("", "", {}, set())
    found = known_head(path, read_json(lines[0]))
    for number, line in enumerate(lines[1:], 2):
        if not take_line(found, read_json(line)):
            raise GongkaiError(
                f"{path}第{number}行已损坏，没有改动任何文件；请删去这一行后再运行，或用 -o "
                f"另选一个文件夹。"
            )
    return found


def known_head(path: Path, head: dict[str, Any] | None) -> OldJournal:
    """The first line, {"gongkai": "batch", "version": 1, "summary": "汇总", "book": ".xlsx"}.
    GongkaiError for any other.
    """
    if head is None or head.get("gongkai") != "batch":
        raise schema.foreign(path)
    if head.get("version") != VERSION:
        raise GongkaiError(
            f"{path}由另一版本的gongkai写成，本版本不能接着导入；请升级gongkai，或用 -o "
            f"另选文件夹。"
        )
    summary, book = head.get("summary"), head.get(BOOK, OLDER_BOOK)
    if (
        not isinstance(summary, str)
        or not encoding.is_name(summary)
        or book not in derived.SUFFIXES
    ):
        raise schema.foreign(path)
    return OldJournal(summary, book, {}, set())


def take_line(journal: OldJournal, said: Mapping[str, Any] | None) -> bool:
    """Take in what a line says; False for one that is none of ours."""
    digests = digests_of(said)
    if digests:
        journal.written.update(digests)
        return True
    entry = dict_to_entry(said)
    if entry is None:
        return False
    journal.entries[entry.row.source] = entry
    return True


def digests_of(line: Mapping[str, Any] | None) -> list[str]:
    """The summary's digests, [] for a line of any other kind."""
    if line is None or set(line) != {WRITTEN}:
        return []
    found = line[WRITTEN]
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        return []
    return found


def read_json(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


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
    decided: dict[str, Decision] = {}
    for key, (verdict, reason) in found.get("rulings", {}).items():
        if verdict not in decisions.WORDS:
            raise ValueError(verdict)
        decided[key] = Decision(verdict, str(reason))
    dismissed = found.get("dismissed")
    return {
        "decisions": decided,
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
    return (
        has_maps and lists.state_of_text(row["state"]) is not None and encoding.is_name(row["file"])
    )


def dict_to_value(value: object) -> Value:
    if value is None or type(value) is int:
        return value
    if isinstance(value, str):
        return Decimal(value)
    raise TypeError(value)
