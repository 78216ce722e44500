"""Errors of every kind planted in consistent reports: is it said which cells are wrong?

Run as ``python benchmarks/localize.py [TRIALS]``; prints a Markdown table. A trial counts as
``unique`` where the findings name the planted cells with their true figures and nothing else, as
``shown`` where these are among the alternatives, as ``wrong`` where something else is given as the
only answer. Beside it, on every hundredth trial, the plain way (``sums.plain``): every cell of a
broken sum tried in turn, with one weight for all cells; it takes the first smallest set. Trials
whose errors break no sum are drawn anew. All from one seed. Times are of the processor, ours of
``check_sums`` on the whole table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median
from time import process_time
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests")]

from gongkai.checks.sums import check_sums  # noqa: E402
from gongkai.editions import form  # noqa: E402
from gongkai.model import Entry, Finding, Table  # noqa: E402
from gongkai.sums import as_written, table_state  # noqa: E402
from gongkai.sums.flow import TooMany  # noqa: E402
from gongkai.sums.plain import plain_repairs  # noqa: E402
from gongkai.sums.statements import system_of  # noqa: E402

Figures = dict[str, int | None]
Planter = Callable[[Random, Figures], Figures | None]
TABLE = "applications"
COLUMNS = ("natural", "company", "research", "welfare", "legal", "other")
# Like the reports of counties: how often a cell of a column is not 0, and how large it then is at
# most.
FILLED = {"natural": (0.6, 300), "company": (0.25, 40)}
ELSEWHERE = (0.06, 12)
PLAIN_EVERY = 100
MOST_SOLVED = 3_000  # looks at the sums of one table by the plain way, some seconds
SEED = 20_211


# --- consistent reports ---------------------------------------------------------------------------


def consistent(random: Random, edition: str) -> Figures:
    rows = [row.id for row in form(edition, TABLE).rows]
    results = rows[rows.index("granted") : rows.index("handled")]
    found: Figures = {}
    for column in COLUMNS:
        drawn = {
            row: drawn_figure(random, column) for row in (*results, "carried_out", "carried_in")
        }
        handled = sum(drawn[row] for row in results)
        carried_in = min(drawn["carried_in"], handled + drawn["carried_out"])
        new = handled + drawn["carried_out"] - carried_in
        for row in rows:
            found[f"{TABLE}.{row}.{column}"] = (
                drawn | {"handled": handled, "carried_in": carried_in, "new": new}
            )[row]
    for row in rows:
        found[f"{TABLE}.{row}.total"] = sum(
            found[f"{TABLE}.{row}.{column}"] or 0 for column in COLUMNS
        )
    return {cell: found[cell] for cell in form(edition, TABLE).cells}


def drawn_figure(random: Random, column: str) -> int:
    share, largest = FILLED.get(column, ELSEWHERE)
    return int(largest ** random.random()) if random.random() < share else 0


def consistent_disputes(random: Random) -> Figures:
    found: Figures = {}
    for row in form("2021", "disputes").rows:
        cells = [cell.id for cell in form("2021", "disputes").row_cells(row.id)]
        figures = [int(90 ** random.random()) if random.random() < 0.6 else 0 for _ in cells[:-1]]
        found |= dict(zip(cells, [*figures, sum(figures)], strict=True))
    return found


# --- planted errors: figures -> the changed cells, None where the kind does not fit ---------------


def digit(random: Random, figures: Figures) -> Figures | None:
    """One digit of a figure becomes another."""
    cell = random.choice(list(figures))
    text = str(figures[cell])
    at = random.randrange(len(text))
    other = random.choice([each for each in "0123456789" if each != text[at]])
    return {cell: int(text[:at] + other + text[at + 1 :])}


def transposed(random: Random, figures: Figures) -> Figures | None:
    cell, text = long_figure(random, figures)
    at = random.randrange(len(text) - 1)
    return (
        {cell: int(text[:at] + text[at + 1] + text[at] + text[at + 2 :])}
        if text[at] != text[at + 1]
        else None
    )


def dropped(random: Random, figures: Figures) -> Figures | None:
    cell, text = long_figure(random, figures)
    at = random.randrange(len(text))
    return {cell: int(text[:at] + text[at + 1 :])}


def repeated(random: Random, figures: Figures) -> Figures | None:
    cell = random.choice([cell for cell, figure in figures.items() if figure])
    text = str(figures[cell])
    at = random.randrange(len(text))
    return {cell: int(text[: at + 1] + text[at:])}


def any_figure(random: Random, figures: Figures) -> Figures | None:
    return {random.choice(list(figures)): int(400 ** random.random()) - 1}


def long_figure(random: Random, figures: Figures) -> tuple[str, str]:
    cell = random.choice(
        [cell for cell, figure in figures.items() if figure is not None and figure > 9]
    )
    return cell, str(figures[cell])


def one_of_these(random: Random, figures: Figures) -> Figures | None:
    return random.choice((digit, transposed, dropped, repeated, any_figure))(random, figures)


def neighbours(figures: Figures, random: Random, down: bool) -> tuple[str, str]:
    cells = list(figures)
    apart = 7 if down else 1
    at = random.choice([at for at in range(len(cells) - apart) if down or at % 7 < 6])
    return cells[at], cells[at + apart]


def exchanged(random: Random, figures: Figures) -> Figures | None:
    one, other = neighbours(figures, random, random.random() < 0.3)
    return {one: figures[other], other: figures[one]}


def split(random: Random, figures: Figures) -> Figures | None:
    """134 | 0 becomes 13 | 4."""
    one, other = neighbours(figures, random, False)
    text = str(figures[one])
    if len(text) < 2 or figures[other] != 0:
        return None
    at = random.randrange(1, len(text))
    return {one: int(text[:at]), other: int(text[at:])}


def shifted(random: Random, figures: Figures) -> Figures | None:
    """A row's figures one cell on, 0 in the first; the last is lost."""
    cells, row = list(figures), random.randrange(len(figures) // 7)
    line = cells[7 * row : 7 * row + 7]
    if random.random() < 0.5:
        line.reverse()
    line = line[random.randrange(3) :]
    return {line[0]: 0} | {cell: figures[before] for before, cell in pairwise(line)}


def stale(count: int) -> Planter:
    """A part is corrected with all that follows from it but ``count`` of its totals."""

    def plant(random: Random, figures: Figures) -> Figures | None:
        cells = [cell for cell in figures if not cell.endswith("total")]
        row, column = random.choice(cells).split(".")[1:]
        if row in ("new", "carried_in", "carried_out", "handled"):
            return None
        by = random.randint(1, 30)
        totals = [f"{TABLE}.{row}.total", f"{TABLE}.handled.{column}", f"{TABLE}.handled.total"]
        follow = [f"{TABLE}.{row}.{column}", *totals, f"{TABLE}.new.{column}", f"{TABLE}.new.total"]
        for cell in follow:
            figures[cell] = (figures[cell] or 0) + by
        return {cell: (figures[cell] or 0) - by for cell in random.sample(totals, count)}

    return plant


def times(plant: Planter, count: int) -> Planter:
    def planted(random: Random, figures: Figures) -> Figures | None:
        changes: Figures = {}
        for _ in range(count):
            more = plant(random, figures)
            if more is None or more.keys() & changes.keys():
                return None
            changes |= more
        return changes

    return planted


def with_blanks(plant: Planter, blank: Callable[[Random, Figures], list[str]]) -> Planter:
    """Errors beside blanks, which are not among the cells to be named."""

    def planted(random: Random, figures: Figures) -> Figures | None:
        changes = plant(random, figures)
        return (
            None
            if changes is None
            else changes | dict.fromkeys(blank(random, {**figures, **changes}))
        )

    return planted


def some_cells(count: int) -> Callable[[Random, Figures], list[str]]:
    return lambda random, figures: random.sample(list(figures), count)


def total_column(_: Random, figures: Figures) -> list[str]:
    rows = ("new", "carried_in", "handled", "carried_out")
    return [cell for cell in figures if cell.endswith(".total") and cell.split(".")[1] not in rows]


def zeros(_: Random, figures: Figures) -> list[str]:
    return [cell for cell, figure in figures.items() if figure == 0]


KINDS: dict[str, Planter] = {
    "another digit, 1 cell": times(digit, 1),
    "another digit, 2 cells": times(digit, 2),
    "another digit, 3 cells": times(digit, 3),
    "digits transposed, 1 cell": times(transposed, 1),
    "digits transposed, 2 cells": times(transposed, 2),
    "digits transposed, 3 cells": times(transposed, 3),
    "digit dropped, 1 cell": times(dropped, 1),
    "digit dropped, 2 cells": times(dropped, 2),
    "digit dropped, 3 cells": times(dropped, 3),
    "any figure, 1 cell": times(any_figure, 1),
    "any figure, 2 cells": times(any_figure, 2),
    "any figure, 3 cells": times(any_figure, 3),
    "neighbours exchanged (2 cells)": exchanged,
    "digits split over 2 cells": split,
    "row shifted (up to 7 cells)": shifted,
    "a total not updated, 1 cell": stale(1),
    "totals not updated, 2 cells": stale(2),
    "totals not updated, 3 cells": stale(3),
    "exchanged and 1 cell (3 cells)": lambda random, figures: merged(
        exchanged(random, figures), one_of_these(random, figures)
    ),
    "a figure left blank, 1 error elsewhere": with_blanks(one_of_these, some_cells(1)),
    "5 cells left blank, 1 error elsewhere": with_blanks(one_of_these, some_cells(5)),
    "all zeros left blank, 1 error": with_blanks(one_of_these, zeros),
    "totals of results blank, 1 error": with_blanks(one_of_these, total_column),
    "totals of results blank, 2 errors": with_blanks(times(one_of_these, 2), total_column),
}


def merged(one: Figures | None, other: Figures | None) -> Figures | None:
    return None if one is None or other is None or one.keys() & other.keys() else one | other


# --- trials ---------------------------------------------------------------------------------------


class Trial(NamedTuple):
    """A table with errors: cell -> the true figure of each that states another one."""

    table: Table
    truth: Mapping[str, int | None]


def trials(kind: Planter, count: int, table: str = TABLE) -> Iterator[Trial]:
    random = Random(SEED)
    made = 0
    while made < count:
        edition = random.choice(("2019", "2021"))
        figures = consistent(random, edition) if table == TABLE else consistent_disputes(random)
        changes = kind(random, figures)
        if changes is None or any(figure is not None and figure < 0 for figure in changes.values()):
            continue
        truth = {
            cell: figures[cell]
            for cell, figure in changes.items()
            if figure is not None and figure != figures[cell]
        }
        stated = Table(
            form(edition, table),
            {cell: Entry(cell, figure) for cell, figure in (figures | changes).items()},
        )
        solution = table_state(stated).solution
        if truth and (solution.broken or solution.conflicts):
            made += 1
            yield Trial(stated, truth)


class Verdict(NamedTuple):
    """The truth is the only answer; it is among the alternatives; an answer given as the only one
    is not the truth.
    """

    unique: bool
    shown: bool
    wrong: bool


def judged(findings: list[Finding], truth: Mapping[str, int | None]) -> Verdict:
    named: dict[str, int] = {}
    unique = shown = True
    wrong = False
    for finding in findings:
        if finding.severity != "error":
            continue
        pairs = [
            {s.cell: s.proposed for s in each if s.stated is not None} for each in finding.suspects
        ]
        right = [each for each in pairs if each.items() <= truth.items()]
        shown &= bool(right)
        unique &= len(pairs) == 1
        wrong |= len(pairs) == 1 and not right
        named |= right[0] if right else {}
    return Verdict(unique and named == truth, shown and named == truth, wrong)


class Score(NamedTuple):
    verdicts: list[Verdict]
    seconds: list[float]

    def share(self, what: str) -> float:
        return sum(getattr(verdict, what) for verdict in self.verdicts) / len(self.verdicts)


def score_of_ours(tried: list[Trial]) -> Score:
    score = Score([], [])
    for trial in tried:
        start = process_time()
        findings = check_sums(trial.table)
        score.seconds.append(process_time() - start)
        score.verdicts.append(judged(findings, trial.truth))
    return score


# --- the plain way --------------------------------------------------------------------------------


def plain_answer(table: Table) -> dict[str, int]:
    """Cell -> figure of one smallest set of changes, by trying every cell of a broken sum."""
    system = system_of(table.form, as_written(table.values))
    try:
        repairs = plain_repairs(system, MOST_SOLVED)
    except TooMany:
        return {}
    return dict(repairs[0].figures)


def score_of_plain(tried: list[Trial]) -> Score:
    score = Score([], [])
    for trial in tried:
        start = process_time()
        right = plain_answer(trial.table) == trial.truth
        score.seconds.append(process_time() - start)
        score.verdicts.append(Verdict(right, right, not right))
    return score


# --- the table ------------------------------------------------------------------------------------


def line(name: str, tried: list[Trial]) -> str:
    ours, sample = score_of_ours(tried), tried[::PLAIN_EVERY]
    plain = score_of_plain(sample)
    times = sorted(ours.seconds)
    cells = [
        name,
        f"{ours.share('unique'):.1%}",
        f"{ours.share('shown'):.1%}",
        f"{ours.share('wrong'):.1%}",
        f"{median(times) * 1e3:.2f}",
        f"{times[int(0.99 * len(times))] * 1e3:.2f}",
        f"{plain.share('unique'):.0%}",
        f"{median(plain.seconds) * 1e3:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    print(f"{count} trials of each kind; the plain way on every {PLAIN_EVERY}th of them.\n")
    print(
        "| planted in 表三 | unique | shown | wrong | median ms | p99 ms "
        "| plain right | median ms |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, kind in KINDS.items():
        print(line(name, list(trials(kind, count))), flush=True)
    print(line("表四: another digit, 1 cell", list(trials(digit, count, "disputes"))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
