"""A StoredReport <-> the values of its rows in the database.

Texts come from pages, and a store may come from anywhere: what is read back is taken for ours only
where it has the kind that we write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from gongkai import bodies, decisions, editions, figures, output, wording
from gongkai.model import Decision, Value
from gongkai.store.records import StoredFigure, StoredReport
from gongkai.workbook.lists import STATES, BatchRow, RowState, summary_cells

FIGURE_STATES: tuple[output.FigureState, ...] = (
    "stated",
    "open",
    "implied",
    "converted",
    "picture",
)
FIGURE_STATE_OF = dict(enumerate(FIGURE_STATES))
BIGGEST = 1 << 63  # numbers below it are numbers to SQLite
AMOUNT = re.compile(r"-?\d+\.\d+")  # 12.5; Decimal would take 1.0E99999999 too
# What a BatchRow and a StoredReport have under the names of columns.
SOURCE_COLUMNS = ("state", "message", "finished", "url", "sha256", "fetched_at", "version")
RESULT_COLUMNS = (
    "agency", "code", "level", "year", "title", "published", "editions", "forms", "doubts",
    "errors", "warnings", "notes", "dismissed", "is_grave", "file", "file_sha256", "decisions",
    "checked", "problems",
)  # fmt: skip
FINDING_COLUMNS = ("number", "rule", "severity", "key", "is_open", "facts")
ROW_TEXTS = ("agency", "title", "editions", "doubts", "file")
ROW_COUNTS = ("year", "errors", "warnings", "notes", "dismissed")
LINE_COLUMNS = (*ROW_TEXTS, *ROW_COUNTS, "state", "message", "finished", "decisions", "forms")
COUNTED = (*ROW_COUNTS, "is_grave")  # all other columns are texts
CLIPPED = ("agency", "title", "editions", "doubts", "message")  # which lists show
ColumnValues = dict[str, Any]


class Encoded(NamedTuple):
    """What came of a source, as it stands in the rows of the database. ``results`` is None of a
    source that was not read; of a finding the values are those of FINDING_COLUMNS, of a figure its
    cell, value, state, raw, unit and implied.
    """

    source: str
    sources: ColumnValues
    results: ColumnValues | None
    findings: Sequence[Sequence[Any]]
    figures: Sequence[Sequence[Any]]

    @property
    def row(self) -> BatchRow:
        """Raises TypeError, ValueError or LookupError for what we did not write."""
        nothing = dict.fromkeys(RESULT_COLUMNS)
        columns = {"source": self.source, **self.sources, **(self.results or nothing)}
        return row_of(columns, self.figures)

    def saved_as(self, file: str, digest: str) -> Encoded:
        """With the name and the digest of its workbook."""
        results = {**(self.results or {}), "file": file, "file_sha256": digest}
        return self._replace(results=results)


def encoded(record: StoredReport, file_sha256: str = "") -> Encoded:
    if record.check is None and not record.figures and not record.row.is_done:
        return Encoded(record.source, source_columns(record), None, (), ())
    findings = []
    for number, fact in enumerate(record.findings, 1):
        findings.append(finding_values(number, fact))
    figures = [(figure.cell, *figure_values(figure)) for figure in record.figures]
    results = result_columns(record, file_sha256)
    return Encoded(record.source, source_columns(record), results, findings, figures)


def checked(written: Sequence[Any]) -> Encoded:
    """What another process says, as rows. Raises TypeError, ValueError, LookupError or
    AttributeError for what ``encoded`` does not make.
    """
    found = Encoded(*written)
    refuse_other_columns(found.sources, SOURCE_COLUMNS)
    if found.results is not None:
        refuse_other_columns(found.results, RESULT_COLUMNS)
        refuse_other_json(found.results)
    for number, values in enumerate(found.findings, 1):
        refuse_other_finding(number, values)
    for figure in found.figures:
        if not is_plain(figure):
            refuse_other_values(figure)
    is_done = found.row.is_done  # made of every value that lists show
    if is_done is not (found.results is not None):
        raise ValueError(found.source)
    forms = found.results["forms"] if found.results else "{}"
    cells = [figure[0] for figure in found.figures]
    if set(cells) != cells_of(forms) or len(cells) != len(set(cells)):
        raise ValueError(forms)
    return found


def refuse_other_columns(columns: ColumnValues, names: Sequence[str]) -> None:
    """Raises ValueError where they are not these, each a text or a count as the table wants it."""
    if set(columns) != set(names):
        raise ValueError(columns)
    refuse_other_values(columns.values())
    for name, value in columns.items():
        is_right = value is None or isinstance(value, int)
        if is_right is not (name in COUNTED) or (value is None and name == "is_grave"):
            raise ValueError(name)
    for name in CLIPPED:
        if len(columns.get(name, "")) > wording.MOST_UNITS:
            raise ValueError(name)


def refuse_other_values(values: Iterable[Any]) -> None:
    """Raises ValueError for what a database does not take."""
    for value in values:
        is_number = isinstance(value, int) and -BIGGEST <= value < BIGGEST
        is_text = isinstance(value, str) and not wording.HALVES.search(value)
        if not is_number and not is_text and value is not None:
            raise ValueError(value)


def is_plain(figure: Sequence[Any]) -> bool:
    """Whether a figure is a count and nothing is to be said of it, as nearly all are:
    [applications.new.natural, 134, None, None, None, None].
    """
    cell, value, state, raw, unit, implied = figure
    is_alone = state is raw is unit is implied is None
    return is_alone and type(value) is int and type(cell) is str and -BIGGEST <= value < BIGGEST


def json_in(text: str) -> Any:
    """Raises ValueError where the text is not as we write JSON: halves of characters hide in
    escapes.
    """
    found = json.loads(text)
    if as_json(found) != text:
        raise ValueError(text)
    return found


def refuse_other_json(results: ColumnValues) -> None:
    """What is kept as JSON and asked for by name later."""
    for name in ("forms", "decisions"):
        json_in(results[name])
    check = json_in(results["checked"])
    if not isinstance(check["report"], dict) or "findings" in check:
        raise ValueError(check)
    for problem in json_in(results["problems"]):
        refuse_other_values(problem.values())


def refuse_other_finding(number: int, values: Sequence[Any]) -> None:
    """Raises ValueError where the columns are not what its JSON says, which panels show."""
    refuse_other_values(values)
    fact = json_in(values[-1])
    is_known = fact["severity"] in decisions.RANKS
    if not is_known or list(values[:-1]) != list(finding_values(number, fact)[:-1]):
        raise ValueError(values)
    texts = [fact["rule"], fact["message"], fact["cause"] or "", *fact["lines"], *fact["cells"]]
    numbers = [fact["stated"], fact["computed"], fact["difference"]]
    for alternative in fact["suspects"]:
        for suspect in alternative:
            texts.append(suspect["cell"])
            numbers += [suspect["stated"], suspect["proposed"]]
    for text in texts:
        text_in(text)
    for figure in numbers:
        if not isinstance(figure, float):
            value_in(figure)


# --- to the database ------------------------------------------------------------------------------


def source_columns(record: StoredReport) -> ColumnValues:
    row = record.row
    return {
        "state": row.state,
        "message": clean(row.message),
        "finished": row.finished,
        "url": clean(record.url),
        "sha256": record.sha256,
        "fetched_at": record.fetched_at,
        "version": record.version,
    }


def result_columns(record: StoredReport, file_sha256: str) -> ColumnValues:
    """Of a report that was read."""
    row, check = record.row, dict(record.check or {})
    findings = check.pop("findings", [])
    found: ColumnValues = {name: clean(getattr(row, name)) for name in ROW_TEXTS}
    found |= {name: getattr(row, name) for name in ROW_COUNTS}
    return found | {
        "code": row.code,
        "level": bodies.body(row.agency, row.year).level,
        "published": record.published,
        "forms": as_json(record.editions or {}),
        "is_grave": any(map(is_grave_fact, findings)),
        "file_sha256": file_sha256,
        "decisions": as_json(decided_to_dict(row)),
        "checked": as_json(check) if record.check is not None else "",
        "problems": as_json(record.problems),
    }


def decided_to_dict(row: BatchRow) -> dict[str, list[str]]:
    """key -> [dismissed, 已核实]."""
    decided: dict[str, list[str]] = {}
    for key, decision in row.decisions.items():
        if decision.verdict:
            decided[key] = [decision.verdict, decision.reason]
    return decided


def is_grave_fact(fact: Mapping[str, Any]) -> bool:
    """``is_grave`` of a finding as JSON."""
    is_bad = fact.get("severity") == "error" or fact.get("cause") == "reading"
    return is_bad and is_open_fact(fact)


def is_open_fact(fact: Mapping[str, Any]) -> bool:
    return (fact.get("ruling") or {}).get("verdict") != "dismissed"


def finding_values(number: int, fact: Mapping[str, Any]) -> tuple[object, ...]:
    """In the order of FINDING_COLUMNS."""
    told = as_json(fact)
    return number, fact["rule"], fact["severity"], fact["key"], is_open_fact(fact), told


def figure_values(figure: StoredFigure) -> tuple[object, ...]:
    """value, state, raw, unit, implied; NULL for what follows from the value: 134 is stated, and
    its raw text is 134.
    """
    value = held(figure.value)
    usual = "open" if value is None else "stated"
    state = None if figure.state == usual else FIGURE_STATES.index(figure.state)
    raw = None if figure.raw == figures.shown(figure.value) else clean(figure.raw)
    return value, state, raw, clean(figure.unit) or None, held(figure.implied)


def held(value: Value) -> int | str | None:
    """A count as a number, an amount and a count beyond 64 bits as a text: ``12.5``."""
    if isinstance(value, Decimal):
        return figures.shown(value)
    if value is None or -BIGGEST <= value < BIGGEST:
        return value
    return str(value)


def as_json(value: object) -> str:
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def clean(text: str) -> str:
    """Without halves of characters, which no database takes."""
    return text if text.isascii() else wording.HALVES.sub("\ufffd", text)


# --- and back -------------------------------------------------------------------------------------
# All raise TypeError, ValueError, KeyError or AttributeError for what is none of ours.


def row_of(columns: Mapping[str, Any], found: Iterable[Sequence[Any]]) -> BatchRow:
    """The line of a source, ``columns`` those of both tables, with the figures that lists show and
    that years are compared by; of each its cell, value, state, raw, unit and implied.
    """
    told: dict[str, Any] = {}
    for name in ROW_TEXTS:
        told[name] = text_in(columns[name] or "")
    for name in ROW_COUNTS:
        told[name] = count_in(columns[name])
    is_lost = columns["forms"] is None and columns["state"] == "done"
    if is_lost or not is_name(told["file"]):
        raise ValueError(columns["source"])
    listed, implied = listed_figures(found)
    return BatchRow(
        text_in(columns["source"]),
        state_in(columns["state"]),
        message=text_in(columns["message"]),
        finished=text_in(columns["finished"]),
        figures=listed,
        implied=implied,
        decisions=decisions_in(columns["decisions"] or "{}"),
        **told,
    )


def named_row(columns: Mapping[str, Any]) -> BatchRow:
    """Of the line of a report its source, body, year and workbook."""
    file = text_in(columns["file"])
    if not is_name(file):
        raise ValueError(columns["source"])
    return BatchRow(
        text_in(columns["source"]),
        "done",
        text_in(columns["agency"]),
        count_in(columns["year"]),
        file=file,
    )


def listed_figures(found: Iterable[Sequence[Any]]) -> tuple[dict[str, Value], dict[str, int]]:
    """The figures that lists show or that years are compared by, as ``lists.figures_listed`` has
    them, and the blanks of the latter that have one figure.
    """
    known: dict[str, Value] = {}
    implied: dict[str, int] = {}
    for values in found:
        if is_plain(values):  # most are, and nobody asks more of them
            known[values[0]] = values[1]
            continue
        figure = figure_of(values)
        if figure.value is not None:
            known[figure.cell] = figure.value
        if figure.implied is not None and figure.cell in editions.yearly_cells():
            implied[figure.cell] = figure.implied
    listed: dict[str, Value] = {}
    for cell in listed_cells():
        if cell in known:
            listed[cell] = known[cell]
    return listed, implied


@cache
def listed_cells() -> tuple[str, ...]:
    return (*summary_cells(), *sorted(editions.yearly_cells()))


def refuse_other_cells(cells: Sequence[str], forms: str | None) -> None:
    """Raises ValueError where figures are not those of all cells of the forms; an earlier version's
    report has only some, and no forms.
    """
    wanted = cells_of(forms or "{}")
    if wanted and (len(cells) != len(wanted) or not wanted.issuperset(cells)):
        raise ValueError(forms)


@lru_cache(maxsize=64)
def cells_of(forms: str) -> frozenset[str]:
    """{"disclosure": "2021"} -> the cells of these tables; none where a form is not known yet."""
    found: set[str] = set()
    for table, edition in json.loads(forms).items():
        if edition not in editions.all_editions():
            return frozenset()
        found.update(editions.all_editions()[edition].forms[table].cells)
    return frozenset(found)


def figure_of(values: Sequence[Any]) -> StoredFigure:
    """cell, value, state, raw, unit, implied -> the figure."""
    if is_plain(values):
        return StoredFigure(values[0], values[1], str(values[1]), "", "stated", None)
    cell, written, state, raw, unit, implied = values
    value = value_in(written)
    usual: output.FigureState = "open" if value is None else "stated"
    return StoredFigure(
        text_in(cell),
        value,
        figures.shown(value) if raw is None else text_in(raw),
        text_in(unit or ""),
        usual if state is None else FIGURE_STATE_OF[state],
        count_in(implied),
    )


def value_in(written: object) -> Value:
    if written is None or type(written) is int:
        return written
    text = text_in(written)
    return Decimal(text) if AMOUNT.fullmatch(text) else int(text)


def count_in(written: object) -> int | None:
    value = value_in(written)
    if isinstance(value, Decimal):
        raise TypeError(written)
    return value


def text_in(written: object) -> str:
    if not isinstance(written, str):
        raise TypeError(written)
    return written


def state_in(written: object) -> RowState:
    if written not in STATES:
        raise ValueError(written)
    return written


def decisions_in(written: str) -> dict[str, Decision]:
    decided: dict[str, Decision] = {}
    for key, (verdict, reason) in json.loads(written).items():
        if verdict not in decisions.WORDS:
            raise ValueError(verdict)
        decided[key] = Decision(verdict, text_in(reason))
    return decided


def is_name(text: str) -> bool:
    """Whether a workbook's name leads into no other folder."""
    return text == Path(text).name and text != ".." and "\\" not in text
