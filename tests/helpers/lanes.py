"""Random tables as a person may leave them, and what Python says that each lane must show.

A workbook holds three tables with lanes: 表三 and 表四 of 2021, 表三 of 2019. What is done to them
afterwards (a cell dragged, a row inserted, a lane overtyped) LibreOffice does, as its users do.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

from openpyxl import load_workbook

from gongkai.figures import is_text
from gongkai.model import Edit, Figure, Relation, Report, Value
from gongkai.spreadsheets import Spot
from gongkai.spreadsheets.seen import HIDDEN_SHEET
from gongkai.sums import difference, possible, total
from gongkai.sums.states import ROUNDS
from gongkai.workbook import layout
from gongkai.workbook.file import fill_file, read_file, template_path
from gongkai.workbook.layout import TableSheet
from gongkai.workbook.live.steps import is_lane_formula
from gongkai.workbook.reading import values_to_report
from helpers import HELPERS, TESTS

NEAR = Decimal("0.000001")
PATIENCE = 900  # seconds; ends a hang, says nothing of speed
SHEETS = [sheet for sheet in layout.table_sheets() if sheet.lanes]
EDITION_OF = {sheet.name: sheet.editions[-1] for sheet in SHEETS}
SIGNS = ("/", "-", "－", "——", "无", "*", " / ", "\\")
TEXTS = ("12", " 12", "1２", "见附表", "12件", "?", "0", "１３", "/0", "TRUE", "——1", "3\n4")
Kind = Callable[[Random, Value], object]
Changes = list[list[object]]


def kept(random: Random, value: Value) -> object:
    return value


def luck(chance: float, other: Callable[[Random, Value], object]) -> Kind:
    """``other`` in some of the cells."""
    return lambda random, value: other(random, value) if random.random() < chance else value


def off(random: Random, value: Value) -> object:
    return max(0, int(value or 0) + random.choice((-2, -1, 1, 2, 10)))


def decimal(random: Random, value: Value) -> object:
    tail = random.choice(("0.1", "0.25", "0.0000004", "0.000001", "0.0000011", "12.5", "0.3"))
    return (value or 0) + Decimal(tail)


def sign(random: Random, value: Value) -> object:
    return random.choice(SIGNS)


def text(random: Random, value: Value) -> object:
    return random.choice(TEXTS)


def anything(random: Random, value: Value) -> object:
    return random.choice((off, decimal, sign, text, kept, nothing))(random, value)


def nothing(random: Random, value: Value) -> object:
    return None


KINDS: Mapping[str, Kind] = {
    "sound": kept,
    "broken": luck(0.03, off),
    "blank": luck(0.3, nothing),
    "zeros blank": lambda random, value: value or None,
    "signs": luck(0.2, sign),
    "few texts": luck(0.03, text),
    "decimals": luck(0.05, decimal),
    "sparse": luck(0.9, nothing),
    "anything": luck(0.3, anything),
}


def random_edits(seed: int) -> list[Edit]:
    """The figures of three tables, each of a kind of its own."""
    random = Random(seed)
    edits = []
    for number, sheet in enumerate(SHEETS):
        kind = KINDS[list(KINDS)[(seed + 4 * number) % len(KINDS)]]
        for cell, value in sound_figures(sheet, random).items():
            held = kind(random, value)
            edits.append(Edit(sheet.name, *sheet.cells[cell], held))  # type: ignore[arg-type]
    return edits


def sound_figures(sheet: TableSheet, random: Random) -> dict[str, int]:
    """Figures that satisfy every relation: parts at random, each whole what its parts give."""
    values = {cell: random.choice((0, 0, 0, 1, 2, 7, 134)) for cell in sheet.cells}
    relations = [lane.relation for lane in sheet.lanes.values()]
    for _ in range(4):  # a whole may be a part of another relation
        for relation in relations:
            known = sum(values[cell] for cell in relation.parts)
            *others, last = relation.whole
            values[last] = known - sum(values[cell] for cell in others)
        settle_balance(relations, values)
    return values


def settle_balance(relations: Sequence[Relation], values: dict[str, int]) -> None:
    """What is carried out may not be below zero: then more was received."""
    for relation in relations:
        last, first = relation.whole[-1], relation.parts[0]
        if values[last] < 0:
            values[first] += -values[last]
            values[last] = 0


def random_workbook(seed: int, folder: Path) -> Path:
    return fill_file(template_path(), folder / f"{seed}.xlsm", random_edits(seed))


# --- what Python says -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What a lane shows (a float for a difference), by sheet and relation; where a line was
    moved.
    """

    lanes: Mapping[tuple[str, str], object]
    moved: frozenset[str]


def verdict_on(path: Path) -> Verdict:
    """Read as every command reads it, each table as if the cover named its edition."""
    values = {name: seen(cells) for name, cells in read_file(path).items()}
    lanes: dict[tuple[str, str], object] = {}
    moved = set()
    for sheet in SHEETS:
        spot = layout.EDITION_SPOTS[sheet.table]
        named = {**values, layout.COVER: {**values[layout.COVER], spot: EDITION_OF[sheet.name]}}
        report = values_to_report(named)
        if any(
            one.table == sheet.table and "与官方表格不同" in one.reason for one in report.problems
        ):
            moved.add(sheet.name)
        shown = (
            dict.fromkeys(sheet.lanes, layout.MOVED)
            if sheet.name in moved
            else lanes_of(sheet, report)
        )
        for rule, value in shown.items():
            lanes[sheet.name, rule] = float(value) if isinstance(value, int | Decimal) else value
    return Verdict(lanes, frozenset(moved))


def seen(cells: Mapping[Spot, object]) -> dict[Spot, object]:
    """As if the sheet were shown: figures of a hidden one are not taken."""
    return {spot: value for spot, value in cells.items() if spot != HIDDEN_SHEET}


def lanes_of(sheet: TableSheet, report: Report) -> dict[str, object]:
    """By plain steps of its own: not by those of the formulas, nor by ``sums.states``."""
    entries = report.tables[sheet.table].entries
    texts = {
        cell
        for cell, e in entries.items()
        if is_text(e.raw) and (e.value is None or e.read_by == "text")
    }
    values = {cell: entry.value for cell, entry in entries.items()}
    relations = {rule: lane.relation for rule, lane in sheet.lanes.items()}
    judged = {rule: one for rule, one in relations.items() if texts.isdisjoint(one.cells)}
    shown: dict[str, object] = dict.fromkeys(relations, layout.TEXT)
    return shown | verdicts_of(judged, values)


def verdicts_of(
    relations: Mapping[str, Relation], values: Mapping[str, Value]
) -> dict[str, object]:
    zeros: set[str] = set()
    first: set[str] = set()
    for turn in range(ROUNDS):
        closing = {rule for rule, one in relations.items() if leaves_zeros(one, values, zeros)}
        first = first if turn else closing
        zeros = {cell for rule in closing for cell in relations[rule].cells if values[cell] is None}
    struck = {
        cell
        for one in relations.values()
        if possible([one], values) and not possible([one], {**values, **dict.fromkeys(zeros, 0)})
        for cell in one.cells
        if values[cell] is None
    }
    if struck:
        kept = [relations[rule] for rule in first if struck.isdisjoint(relations[rule].cells)]
        believed = {cell for one in kept for cell in one.cells if values[cell] is None}
    else:
        believed = zeros
    return {rule: shown_for(one, values, zeros, believed) for rule, one in relations.items()}


def leaves_zeros(relation: Relation, values: Mapping[str, Value], zeros: set[str]) -> bool:
    """Whether one side is full, zeros put in, and both sides give the same sum."""
    full = [
        all(values[c] is not None or c in zeros for c in side)
        for side in (relation.parts, relation.whole)
    ]
    return any(full) and abs(gap_of(relation, values)) < NEAR


def gap_of(relation: Relation, values: Mapping[str, Value]) -> Figure:
    sides = [[values[cell] or 0 for cell in side] for side in (relation.parts, relation.whole)]
    return difference(total(sides[0]), total(sides[1]))


def shown_for(
    relation: Relation, values: Mapping[str, Value], zeros: set[str], believed: set[str]
) -> object:
    if not possible([relation], {**values, **dict.fromkeys(zeros & set(relation.cells), 0)}):
        gap = round(gap_of(relation, values), 7)
        return round(gap) if abs(gap - round(gap)) < NEAR else gap
    known = [cell for cell in relation.cells if values[cell] is not None]
    if all(cell in believed for cell in relation.cells if values[cell] is None):
        return layout.HOLDS
    return layout.TO_FILL if known else ""


def disagreements(
    path: Path, found: Mapping[str, Mapping[Spot, object]], verdict: Verdict
) -> list[str]:
    """Where lanes or their twins show something else than Python says.

    Of a table with a line moved every lane is looked at where it stands now.
    """
    wrong = []
    for sheet in SHEETS:
        if sheet.name in verdict.moved:
            shown = {found[sheet.name].get(spot) for spot in lanes_in(path, sheet.name)}
            wrong += [] if shown == {layout.MOVED} else [f"{sheet.name}: {shown}, a line was moved"]
            continue
        for rule, lane in sheet.lanes.items():
            wanted = verdict.lanes[sheet.name, rule]
            shown = found[sheet.name].get(sheet.image(lane.spot), "")
            if not same(shown, wanted):
                wrong.append(f"{sheet.name} {rule}: {shown!r}, Python {wanted!r}")
    return wrong


def lanes_in(path: Path, sheet: str) -> list[Spot]:
    """Where formulas of lanes stand."""
    cells = (cell for row in load_workbook(path)[sheet].iter_rows() for cell in row)
    return [(cell.row, cell.column) for cell in cells if is_lane_formula(str(cell.value))]


def same(shown: object, wanted: object) -> bool:
    if isinstance(shown, float | int) and isinstance(wanted, float):
        return abs(shown - wanted) < 1e-9
    return shown == wanted


# --- what is done to a workbook afterwards --------------------------------------------------------


def random_changes(seed: int) -> Changes:
    """A few steps of a careless hand on one of the sheets, as office_changes.py takes them."""
    random = Random(seed)
    sheet = random.choice(SHEETS)
    size = sheet.size
    figures = list(sheet.cells.values())
    lane = random.choice(list(sheet.lanes.values())).spot
    row, column = random.randint(2, size.bottom), random.randint(1, size.right)
    steps: list[list[object]] = [
        ["move", sheet.name, *random.choice(figures), *random.choice(figures)],
        ["copy", sheet.name, *random.choice(figures), *random.choice(figures)],
        ["insert rows", sheet.name, row],
        ["remove rows", sheet.name, row],
        ["insert columns", sheet.name, column],
        ["remove columns", sheet.name, column],
        ["type", sheet.name, *lane, random.choice(("✓", "", 0, "待填"))],
        ["type", sheet.name, *random.choice(figures), random.choice((5, 0, "12", "/"))],
        ["sort", sheet.name, 9, 3, 16, 10, random.choice((3, 10))],
        ["move", sheet.name, *lane, lane[0], lane[1] + 2],
        ["insert rows", sheet.name, 1],
        ["insert columns", sheet.name, 1],
    ]
    if sheet.table != "applications":
        steps = [step for step in steps if step[0] != "sort"]
    return [random.choice(steps) for _ in range(random.choice((1, 1, 2)))]


def changed_by_office(
    files: Sequence[Path], changes: Sequence[Changes], folder: Path
) -> list[Path]:
    """The workbooks after the steps, saved by LibreOffice as .xlsx."""
    folder.mkdir(exist_ok=True)
    targets = [folder / f"{file.stem}.xlsx" for file in files]
    jobs = [
        {"file": str(file), "target": str(target), "steps": steps}
        for file, target, steps in zip(files, targets, changes, strict=True)
    ]
    subprocess.run(
        ["/usr/bin/python3", str(TESTS / "tools" / "office_changes.py")],
        input=json.dumps(jobs),
        text=True,
        check=True,
        timeout=PATIENCE,
        env={"PYTHONPATH": str(HELPERS), "PATH": "/usr/bin:/bin:/usr/local/bin"},
    )
    return targets
