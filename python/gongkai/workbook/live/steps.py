"""The relations of a table, step by step -> formulas on its sheet, and what each of them shows.

Round by round blanks are found that can be nothing but 0, as ``gongkai.sums.states.judge`` does it:
that is the twin of all formulas here, and names what each step is. A step of a lane stands as far
from its twin as those of all lanes do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from gongkai import figures, spreadsheets
from gongkai.model import Box, Figure, Relation
from gongkai.sums.states import ROUNDS, Judged
from gongkai.workbook import layout

NEAR = format(figures.TOLERANCE, "f")
ANY_NUMBER = '">-999999999999999"'  # as a criterion
ALONE, WITH_OTHERS = 1, 2  # in the step ``broken``
CONFLICTS: Mapping[str, int] = {"alone": ALONE, "with others": WITH_OTHERS}


def round_name(number: int) -> str:
    return f"round{number}"


# --- blanks and who else has a say about them -----------------------------------------------------


@dataclass(frozen=True)
class Run:
    """Cells side by side or one below the other, and the lanes of their other relations, in step
    with them.

    The six applicants of row 7 and the six lanes 自然人 … 其他 below the table: D7:I7 and D30:I30.
    """

    cells: tuple[spreadsheets.Spot, ...]
    lanes: tuple[tuple[spreadsheets.Spot, ...], ...]

    def fits(self, cell: spreadsheets.Spot, lanes: Sequence[spreadsheets.Spot]) -> bool:
        """Whether a cell with its lanes goes on as the run does."""
        if len(lanes) != len(self.lanes):
            return False
        way = way_between(self.cells[-1], cell)
        if way not in ((0, 1), (1, 0)):
            return False
        if len(self.cells) > 1 and way != way_between(self.cells[0], self.cells[1]):
            return False
        lasts = [run[-1] for run in self.lanes]
        return all(way_between(*pair) == way for pair in zip(lasts, lanes, strict=True))

    def with_cell(self, cell: spreadsheets.Spot, lanes: Sequence[spreadsheets.Spot]) -> Run:
        runs = tuple((*run, lane) for run, lane in zip(self.lanes, lanes, strict=True))
        return Run((*self.cells, cell), runs)


def way_between(one: spreadsheets.Spot, other: spreadsheets.Spot) -> spreadsheets.Spot:
    return other[0] - one[0], other[1] - one[1]


@cache
def runs_of(name: str, rule: str, is_whole: bool) -> tuple[Run, ...]:
    """The cells of one side of a relation on the sheet of this name."""
    sheet = layout.tables_by_name()[name]
    relation = sheet.lanes[rule].relation
    found: list[Run] = []
    for cell in relation.whole if is_whole else relation.parts:
        spot = sheet.cells[cell]
        lanes = [lane.spot for lane in sheet.lanes_of(cell) if lane.relation.rule != rule]
        if found and found[-1].fits(spot, lanes):
            found[-1] = found[-1].with_cell(spot, lanes)
        else:
            found.append(Run((spot,), tuple((lane,) for lane in lanes)))
    return tuple(found)


def sides_of(
    sheet: layout.TableSheet, relation: Relation
) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """The runs of the parts, and of the whole."""
    return runs_of(sheet.name, relation.rule, False), runs_of(sheet.name, relation.rule, True)


def crossing_lanes(sheet: layout.TableSheet) -> list[str]:
    """The rules whose cells take part in other relations too: all of 表三, none of 表四."""
    return [rule for rule, lane in sheet.lanes.items() if is_crossing(sheet, lane.relation)]


def is_crossing(sheet: layout.TableSheet, relation: Relation) -> bool:
    parts, whole = sides_of(sheet, relation)
    return any(run.lanes for run in (*parts, *whole))


def block(places: Iterable[spreadsheets.Spot]) -> str:
    """``X39:AC39``: a run as one range."""
    spots = list(places)
    return layout.range_of(Box(*spots[0], *spots[-1]))


def unknown(sheet: layout.TableSheet, runs: Sequence[Run], step: str) -> str:
    """How many blanks no lane with a 1 in ``step`` makes 0."""
    terms: list[str] = []
    for run in runs:
        cells = block(map(sheet.image, run.cells))
        open_lanes = [(places, "0") for places in step_blocks(sheet, run, step)]
        if open_lanes:
            terms.append(blanks_where(cells, open_lanes))
        else:
            terms.append(f"{len(run.cells)}-COUNT({cells})")
    return "+".join(terms)


def step_blocks(sheet: layout.TableSheet, run: Run, step: str) -> list[str]:
    """Where a step of the lanes beside a run stands, a range for each run of lanes."""
    return [block(sheet.step(lane, step) for lane in lanes) for lanes in run.lanes]


def doubtful(sheet: layout.TableSheet, runs: Sequence[Run]) -> str:
    """How many blanks stand in a relation that the zeros of others break.

    "" where no other relation has them.
    """
    terms: list[str] = []
    for run in runs:
        cells = block(map(sheet.image, run.cells))
        for places in step_blocks(sheet, run, "broken"):
            terms.append(blanks_where(cells, [(places, str(WITH_OTHERS))]))
    return "+".join(terms)


def blanks_where(cells: str, wanted: Sequence[tuple[str, str]]) -> str:
    """How many of the cells hold no number while the lanes beside them hold what is wanted: all
    such less the numbers.

    No array of truth values: not every program makes one of ISNUMBER over a range.
    """
    lanes = ",".join(f"{place},{value}" for place, value in wanted)
    return f"COUNTIFS({lanes})-COUNTIFS({cells},{ANY_NUMBER},{lanes})"


# --- formulas -------------------------------------------------------------------------------------


def step_formulas(sheet: layout.TableSheet) -> dict[spreadsheets.Spot, str]:
    found: dict[spreadsheets.Spot, str] = {}
    if crossing_lanes(sheet):
        found[sheet.struck] = struck_formula(sheet)
    for lane in sheet.lanes.values():
        for name, text in lane_steps(sheet, lane).items():
            found[sheet.step(lane.spot, name)] = text
    return found


def lane_steps(sheet: layout.TableSheet, lane: layout.Lane) -> dict[str, str]:
    relation = lane.relation
    steps = {"gap": gap_formula(sheet, relation)}
    steps[round_name(1)] = closing_formula(sheet, lane, *blank_counts(sheet, relation))
    for number in range(2, ROUNDS + 1):
        before = unknown_sides(sheet, relation, round_name(number - 1))
        steps[round_name(number)] = closing_formula(sheet, lane, *before)
    steps["broken"] = broken_formula(sheet, lane)
    steps["settling"] = settling_formula(sheet, lane)
    steps["assumed"] = assumed_formula(sheet, lane)
    return steps


def unknown_sides(sheet: layout.TableSheet, relation: Relation, step: str) -> tuple[str, str]:
    """``unknown`` of the parts, and of the whole."""
    parts, whole = sides_of(sheet, relation)
    return unknown(sheet, parts, step), unknown(sheet, whole, step)


def image_ranges(sheet: layout.TableSheet, cells: Iterable[str]) -> str:
    return layout.ranges_of(sheet.image(sheet.cells[cell]) for cell in cells)


def blank_counts(sheet: layout.TableSheet, relation: Relation) -> tuple[str, str]:
    """How many blanks the parts have, and the whole."""
    return blank_count(sheet, relation.parts), blank_count(sheet, relation.whole)


def blank_count(sheet: layout.TableSheet, cells: Sequence[str]) -> str:
    return f"{len(cells)}-COUNT({image_ranges(sheet, cells)})"


def gap_formula(sheet: layout.TableSheet, relation: Relation) -> str:
    """The stated parts less the stated whole, as ``figures.rounded`` has it.

    移 or 文 where nothing is judged.
    """
    parts, whole = image_ranges(sheet, relation.parts), image_ranges(sheet, relation.whole)
    texts = layout.ranges_of(sheet.text_flag(sheet.cells[cell]) for cell in relation.cells)
    gap = f"ROUND(SUM({parts})-SUM({whole}),{figures.PLACES})"
    near = f"IF(ROUND(ABS({gap}-ROUND({gap},0)),{figures.PLACES})<{NEAR},ROUND({gap},0),{gap})"
    moved = layout.address(sheet.is_moved)
    return f'=IF({moved}<>"","{layout.MOVED}",IF(SUM({texts})>0,"{layout.TEXT}",{near}))'


def gap_at(sheet: layout.TableSheet, lane: layout.Lane) -> str:
    return layout.address(sheet.step(lane.spot, "gap"))


START = "=IF(ISNUMBER("


def judged(sheet: layout.TableSheet, lane: layout.Lane, told: str, otherwise: str = "0") -> str:
    """``told`` where the relation has a difference, be it 0."""
    return f"{START}{gap_at(sheet, lane)}),{told},{otherwise})"


def closing_formula(sheet: layout.TableSheet, lane: layout.Lane, parts: str, whole: str) -> str:
    """1 where one side has no blank left that may be more than 0, and the sums are equal."""
    gap = gap_at(sheet, lane)
    return judged(sheet, lane, f"IF({gap}=0,IF({parts}=0,1,IF({whole}=0,1,0)),0)")


def broken_formula(sheet: layout.TableSheet, lane: layout.Lane) -> str:
    gap = gap_at(sheet, lane)
    alone = is_wrong(gap, *blank_counts(sheet, lane.relation))
    others = is_wrong(gap, *unknown_sides(sheet, lane.relation, round_name(ROUNDS)))
    return judged(sheet, lane, f"IF({alone},{ALONE},IF({others},{WITH_OTHERS},0))")


def is_wrong(gap: str, parts: str, whole: str) -> str:
    """``sums.states.is_broken``, by how many blanks the sides have."""
    return f"OR(AND({gap}>0,{whole}=0),AND({gap}<0,{parts}=0),{gap}<>ROUND({gap},0))"


def struck_formula(sheet: layout.TableSheet) -> str:
    """How many relations the zeros of others break."""
    counts: list[str] = []
    for each in layout.ranges_of(sheet.steps("broken")).split(","):
        counts.append(f"COUNTIF({each},{WITH_OTHERS})")
    return f"={'+'.join(counts)}"


def settling_formula(sheet: layout.TableSheet, lane: layout.Lane) -> str:
    first = layout.address(sheet.step(lane.spot, round_name(1)))
    last = layout.address(sheet.step(lane.spot, round_name(ROUNDS)))
    parts, whole = sides_of(sheet, lane.relation)
    doubt = "+".join(filter(None, (doubtful(sheet, parts), doubtful(sheet, whole))))
    if not doubt:
        return f"={first}"
    return f"=IF({layout.address(sheet.struck)}=0,{last},IF({doubt}=0,{first},0))"


def assumed_formula(sheet: layout.TableSheet, lane: layout.Lane) -> str:
    """1 for a relation that holds with blanks."""
    blanks = "+".join(blank_counts(sheet, lane.relation))
    return f'=IF({layout.address(sheet.image(lane.spot))}="{layout.HOLDS}",IF({blanks}>0,1,0),0)'


def lane_formula(sheet: layout.TableSheet, lane: layout.Lane) -> str:
    """移, 文, the signed difference, ✓, "" (nothing filled in) or 待填 (open), in this order."""
    gap, relation = gap_at(sheet, lane), lane.relation
    broken = layout.address(sheet.step(lane.spot, "broken"))
    settling = layout.address(sheet.step(lane.spot, "settling"))
    left = "+".join(unknown_sides(sheet, relation, "settling"))
    filled = f"COUNT({image_ranges(sheet, relation.parts)},{image_ranges(sheet, relation.whole)})"
    empty = f'IF({filled}=0,"","{layout.TO_FILL}")'
    holds = f'IF({settling}=1,"{layout.HOLDS}",IF({left}=0,"{layout.HOLDS}",{empty}))'
    return judged(sheet, lane, f"IF({broken}>0,{gap},IF({gap}=0,{holds},{empty}))", gap)


def is_lane_formula(text: str) -> bool:
    """Whether a formula is that of a lane with steps, wherever it was dragged to.

    Earlier versions had others, the last of them 缺 for 待填.
    """
    says_open = is_of_today(text) or f'"{layout.MISSING}"' in text
    return text.startswith(START) and f'"{layout.HOLDS}"' in text and says_open


def is_of_today(text: str) -> bool:
    return text.startswith(START) and f'"{layout.TO_FILL}"' in text


# --- what they show -------------------------------------------------------------------------------


def step_results(
    sheet: layout.TableSheet, told: Judged, signs: Mapping[str, str]
) -> dict[spreadsheets.Spot, Figure | str]:
    """What the steps show; ``signs``: rule -> 移 or 文, for the relations that are not judged."""
    found: dict[spreadsheets.Spot, Figure | str] = {}
    if crossing_lanes(sheet):
        found[sheet.struck] = sum(conflict == "with others" for conflict in told.broken.values())
    sets = {"settling": told.settling, "assumed": told.assumed}
    for number, closed in enumerate(told.closed, 1):
        sets[round_name(number)] = closed
    for rule, lane in sheet.lanes.items():
        found[sheet.step(lane.spot, "gap")] = told.gaps.get(rule, signs.get(rule, ""))
        found[sheet.step(lane.spot, "broken")] = CONFLICTS.get(told.broken.get(rule, ""), 0)
        for name, rules in sets.items():
            found[sheet.step(lane.spot, name)] = int(rule in rules)
    return found
