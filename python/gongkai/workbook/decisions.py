"""The columns 处理 and 理由 <-> decisions, each beside its finding again.

What was decided about a finding that is not shown at the moment is kept in hidden columns of the
same sheet, with the body and year that all of it is about: a workbook is copied and filled in anew
for another. A row's hidden cell holds the finding's key and a digest of key and message: where
somebody sorts the columns that he sees, what he decided is found again by the message that it went
with, and what goes with no message is not taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import NamedTuple

from gongkai.decisions import WORDS, is_about, squeezed
from gongkai.model import Decision, Edit, Report, WorkbookError
from gongkai.spreadsheets import Spot, seen
from gongkai.wording import plain
from gongkai.workbook import layout

VERDICTS = dict(zip(WORDS.values(), WORDS, strict=True))
VERDICTS |= {f"已{word}": verdict for word, verdict in VERDICTS.items()}
OLDER_HEAD = "现状"  # where the proposals stand now

ABOUT = "年："  # between the year and the body's name
MOST_DIGESTED = 2_000  # characters
BETWEEN = "+"  # the keys of one finding
MOST_KEYS = 2_000  # a cell holds 32,767 characters


class ResultRow(NamedTuple):
    """A row of the results: the key and digest of the finding written into it, the message that
    stands there now.
    """

    key: str
    digest: str
    message: str
    word: str
    reason: str


def decisions_in(values: Mapping[Spot, object]) -> dict[str, Decision]:
    """Key -> what stands in a row of the sheet 校验结果, then what is kept out of sight. None of an
    older template's.

    What is written in a row without a finding, or with another text than the finding's, stands
    under the key "". Of two rows of one finding that say different things neither is taken.
    """
    if not has_columns(values):
        return {}
    found = decisions_shown(values)
    for key, decision in decisions_kept(values):
        found.setdefault(key, decision)
    return found


def decisions_shown(values: Mapping[Spot, object]) -> dict[str, Decision]:
    """What stands in the rows that people see."""
    rows = list(rows_in(values).values())
    found: dict[str, Decision] = {}
    for row in rows:
        decision = decision_of(row.word, row.reason)
        keys = keys_in(row, rows) if row.word or row.reason else ()
        for key in keys:
            found[key] = agreed(found.get(key, decision), decision)
        if row.word and not keys:
            found[""] = Decision("", row.reason, row.word)
    return found


def decisions_kept(values: Mapping[Spot, object]) -> Iterator[tuple[str, Decision]]:
    """What was decided about findings that no row shows, from the hidden columns."""
    for at in range(layout.RESULTS_TOP, layout.RESULTS_TOP + layout.KEPT_ROWS):
        key, word, reason = (text(values, at, column) for column in layout.KEPT_COLUMNS.values())
        if key:
            yield key, replace(decision_of(word, reason), kept=True)


def about_in(values: Mapping[Spot, object]) -> tuple[str, int | None] | None:
    """The body and year of the report that was last checked here; None where nothing says so."""
    year, sign, agency = text(values, *layout.ABOUT_SPOT).partition(ABOUT)
    if not sign:
        return None
    return agency, int(year) if year.isdecimal() else None


def is_about_another(values: Mapping[Spot, object], report: Report) -> bool:
    """Whether what stands here was decided about another report than the one that the workbook
    shows now.

    Who was unknown may since have been filled in.
    """
    agency, year = about_in(values) or ("", None)
    if year is None:
        year = report.year
    return not is_about(report, agency or report.agency, year)


def has_columns(values: Mapping[Spot, object]) -> bool:
    head = layout.RESULTS_TOP - 1
    for name, title in layout.DECISION_HEADS.items():
        if text(values, head, layout.RESULT_COLUMNS[name]) != title:
            return False
    return True


def refuse_older_results(values: Mapping[Spot, object], name: str) -> None:
    """WorkbookError for a sheet 校验结果 without proposals: they would take the place of its
    formulas and links.
    """
    if text(values, layout.RESULTS_TOP - 1, layout.RESULT_COLUMNS["proposal"]) == OLDER_HEAD:
        raise WorkbookError(
            f"{name}由旧版本生成，“{layout.RESULTS}”没有“建议”等栏，没有写入；"
            "请从新的模板新建一个工作簿，再把原来的报告或工作簿导入其中。"
        )


def text(values: Mapping[Spot, object], row: int, column: int) -> str:
    return seen.text_of(values.get((row, column))).strip()


def rows_in(values: Mapping[Spot, object]) -> dict[int, ResultRow]:
    """Every row of the sheet 校验结果 by its number."""
    found: dict[int, ResultRow] = {}
    for at in range(layout.RESULTS_TOP, layout.RESULTS_TOP + layout.RESULTS_ROWS):
        found[at] = row_in(values, at)
    return found


def row_in(values: Mapping[Spot, object], at: int) -> ResultRow:
    columns = layout.RESULT_COLUMNS
    key, _, digest = text(values, at, columns["key"]).partition("-")
    message = text(values, at, columns["message"])
    word = text(values, at, columns["verdict"])
    return ResultRow(key, digest, message, word, text(values, at, columns["reason"]))


def agreed(one: Decision, other: Decision) -> Decision:
    if one.verdict == other.verdict:
        return one
    words = filter(None, (words_of(one)[0], words_of(other)[0]))
    return Decision("", one.reason, "、".join(words))


def keys_in(row: ResultRow, rows: Sequence[ResultRow]) -> tuple[str, ...]:
    """The keys of the finding whose message a row holds, sorted rows too; none of another text."""
    if not row.message:
        return ()
    for one in (row, *rows):
        if one.key and one.digest == digest_of(one.key, row.message):
            return tuple(one.key.split(BETWEEN))
    return ()


def keys_written(cell: str) -> tuple[str, ...]:
    """The keys in a row's hidden cell: ``0f3c…+91ab…-5e77…``."""
    return tuple(cell.partition("-")[0].split(BETWEEN))


def shown_keys(values: Mapping[Spot, object]) -> dict[int, tuple[str, ...]]:
    """Row of the sheet 校验结果 -> the keys of the finding that it shows."""
    rows = rows_in(values)
    every = list(rows.values())
    shown = {}
    for at, row in rows.items():
        if row.message:
            shown[at] = keys_in(row, every)
    return shown


def digest_of(key: str, message: str) -> str:
    """A key edited by hand has another. Only of what every program gives back as it was written."""
    text = squeezed(plain(message)).replace("\ufffd", "")
    told = "".join(filter(str.isprintable, text))[:MOST_DIGESTED]
    return sha256(f"{key}{told}".encode("utf-8", "replace")).hexdigest()[:8]


def decision_of(word: str, reason: str) -> Decision:
    """忽略, 已忽略 -> dismissed; any other word is kept as it stands."""
    verdict = VERDICTS.get(squeezed(word))
    if verdict is None:
        return Decision("", reason, word)
    return Decision(verdict, reason)  # type: ignore[arg-type]


# --- written --------------------------------------------------------------------------------------


def decision_cells(
    keys: Sequence[str], message: str, decided: Decision | None
) -> dict[str, str | None]:
    """The cells of a finding's row: 处理, 理由, and the hidden keys."""
    word, reason = words_of(decided) if decided else (None, None)
    key = BETWEEN.join(keys[:MOST_KEYS])
    return {"verdict": word, "reason": reason, "key": f"{key}-{digest_of(key, message)}"}


def about_edits(agency: str, year: int | None) -> Iterator[Edit]:
    """As wide as what is kept below, so that Excel is given both at once."""
    row, first = layout.ABOUT_SPOT
    told = f"{year or ''}{ABOUT}{agency}" if year or agency else None
    for column in layout.KEPT_COLUMNS.values():
        yield Edit(layout.RESULTS, row, column, told if column == first else None)


def words_of(decision: Decision) -> tuple[str | None, str | None]:
    return WORDS.get(decision.verdict, decision.word) or None, decision.reason or None


def kept_edits(decisions: Mapping[str, Decision], shown: Collection[str]) -> Iterator[Edit]:
    """What was decided about findings that no row shows, in hidden columns; where they are too
    many, the oldest go.
    """
    hidden: list[tuple[str | None, ...]] = []
    for key, decision in decisions.items():
        if key and key not in shown:
            hidden.append((key, *words_of(decision)))
    empty = (None,) * len(layout.KEPT_COLUMNS)
    hidden += [empty] * (layout.KEPT_ROWS - len(hidden))
    for place, values in enumerate(hidden[: layout.KEPT_ROWS]):
        for column, value in zip(layout.KEPT_COLUMNS.values(), values, strict=True):
            yield Edit(layout.RESULTS, layout.RESULTS_TOP + place, column, value)
