"""What each formula of ``formulas`` shows, worked out from what stands in the cells: its twin in
Python.

CellValues hold what a spreadsheet knows of them: a number, a text, True or False, an error, None
for nothing. UNKNOWN stands for the result of somebody's own formula that is no longer true, and
goes into all that depends on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final, NamedTuple, TypeGuard, TypeVar

from gongkai import decisions, figures, spreadsheets, sums, wording
from gongkai.model import Figure, Relation, Value
from gongkai.sums.states import Judged, judge
from gongkai.workbook import layout
from gongkai.workbook.live import formulas, steps


class UnknownResult(Enum):
    """The one value of UNKNOWN."""

    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CellError:
    """#N/A."""

    text: str


UNKNOWN: Final = UnknownResult.UNKNOWN
CellValue = Figure | float | str | bool | CellError | UnknownResult | None
CellValues = Mapping[spreadsheets.Spot, CellValue]
Results = dict[spreadsheets.Spot, CellValue]
KnownResult = TypeVar("KnownResult", bound=CellValue)
SKIPS = ("", None)


def is_number(value: CellValue) -> TypeGuard[Figure | float]:
    return isinstance(value, int | Decimal | float) and not isinstance(value, bool)


def text_shown(value: CellValue) -> str:
    """A value beside & in a formula."""
    if value is None:
        return ""
    return figures.shown(value) if isinstance(value, int | Decimal) else str(value)


# --- a table --------------------------------------------------------------------------------------


def table_results(
    sheet: layout.TableSheet, cells: CellValues, own: Collection[spreadsheets.Spot] = ()
) -> Results:
    """``cells`` as they stand; ``own`` are those in which still stands what ``formulas`` says."""
    found: Results = {sheet.signs: formulas.KNOWN_SIGNS}
    for spot in sheet.cells.values():
        held = cells.get(spot)
        found[sheet.image(spot)] = "" if held is None else held
        found[sheet.text_flag(spot)] = text_flag(held)
    guards: list[CellValue] = []
    for spot, text in sheet.guarded:
        guards.append(guard(sheet, spot, text, cells.get(spot)))
        found[sheet.image(spot)] = guards[-1]
    found[sheet.first_moved] = first = first_moved(guards)
    found[sheet.is_moved] = moved = moved_text(first)
    found |= lane_results(sheet, cells, moved)
    for lane in sheet.lanes.values():
        twin, stands = found[sheet.image(lane.spot)], cells.get(lane.spot)
        if lane.spot in own:
            found[lane.spot] = stands = twin
        found[sheet.text_flag(lane.spot)] = is_changed(stands, twin)
    return found


def text_flag(held: CellValue) -> CellValue:
    """1 for what is neither a number nor nothing nor a sign: 十二, TRUE, #N/A."""
    if held is UNKNOWN:
        return UNKNOWN
    if isinstance(held, str):
        return int(figures.is_text(held))
    return int(isinstance(held, bool | CellError))


def guard(
    sheet: layout.TableSheet, spot: spreadsheets.Spot, label: str, held: CellValue
) -> CellValue:
    if isinstance(held, CellError | UnknownResult):
        return held
    if figures.without_blanks(text_shown(held)) == figures.without_blanks(label):
        return formulas.IN_PLACE
    return sheet.guard_number(spot)


def first_moved(guards: Sequence[CellValue]) -> int | UnknownResult:
    """The lowest number of a guard that tells one, 0 where all say ✓; -1 for #REF!."""
    if UNKNOWN in guards:
        return UNKNOWN
    told: list[int] = []
    for value in guards:
        if isinstance(value, CellError):
            return -1
        if is_number(value):
            told.append(int(value))
    return min(told, default=0)


def moved_text(first: int | UnknownResult) -> CellValue:
    """9 -> 第9行, 1004 -> D列, 0 -> nothing."""
    if first is UNKNOWN:
        return UNKNOWN
    if first == 0:
        return ""
    if first < 0:
        return formulas.SHAPE
    return layout.line_text(first)


class LaneJudging(NamedTuple):
    """What is known of the lanes of a table: ``signs`` by rule, 移 or 文, of those that are not
    judged; ``lost`` are those of which nothing can be said; all others are judged by ``values``.
    """

    signs: Mapping[str, str]
    lost: Set[str]
    judged: Judged
    values: Mapping[str, Value]


def lanes_judged(
    sheet: layout.TableSheet, held: Mapping[str, CellValue], moved: CellValue = ""
) -> LaneJudging:
    """The lanes of a table with these values in its cells; ``moved``: what is not in its place."""
    flags: dict[str, CellValue] = {}
    values: dict[str, Value] = {}
    for cell, value in held.items():
        flags[cell] = text_flag(value)
        values[cell] = figure_in(value)
    signs: dict[str, str] = {}
    lost: set[str] = set()
    judged: list[Relation] = []
    for rule, lane in sheet.lanes.items():
        # of a table whose lines were moved nobody asks what stands in its cells
        asked = [moved] if moved else [flags[cell] for cell in lane.relation.cells]
        if UNKNOWN in asked:
            lost.add(rule)
        elif moved:
            signs[rule] = layout.MOVED
        elif any(asked):
            signs[rule] = layout.TEXT
        else:
            judged.append(lane.relation)
    return LaneJudging(signs, lost, judge(judged, values), values)


def lane_results(sheet: layout.TableSheet, cells: CellValues, moved: CellValue) -> Results:
    """What the lanes show, and the steps by which they come to it."""
    held: dict[str, CellValue] = {}
    for cell, spot in sheet.cells.items():
        held[cell] = cells.get(spot)
    judging = lanes_judged(sheet, held, moved)
    told: Results = {**steps.step_results(sheet, judging.judged, judging.signs)}
    for rule, text in lane_texts(sheet, judging).items():
        told[sheet.image(sheet.lanes[rule].spot)] = text
    lost = lost_lanes(sheet, judging.lost)
    return told | dict.fromkeys(places_of(sheet, lost), UNKNOWN)


def lost_lanes(sheet: layout.TableSheet, lost: Set[str]) -> Set[str]:
    """With those of which nothing is known for it: the zeros of one relation tell of those of the
    next.
    """
    crossing = set(steps.crossing_lanes(sheet))
    if lost.isdisjoint(crossing):
        return lost
    return lost | crossing


def places_of(sheet: layout.TableSheet, rules: Collection[str]) -> Iterator[spreadsheets.Spot]:
    """The twins and steps of some lanes, and what counts them."""
    if rules and sheet.struck in formulas.formulas_of(sheet.name):
        yield sheet.struck
    for rule in rules:
        spot = sheet.lanes[rule].spot
        yield sheet.image(spot)
        for name in layout.STEPS:
            yield sheet.step(spot, name)


def shown_lanes(sheet: layout.TableSheet, held: Mapping[str, CellValue]) -> dict[str, CellValue]:
    """Rule -> what its lane shows, with these values in the cells of the table."""
    return lane_texts(sheet, lanes_judged(sheet, held))


def figure_in(value: CellValue) -> Value:
    if not is_number(value):
        return None
    return value if isinstance(value, int | Decimal) else Decimal(repr(value))


def lane_texts(sheet: layout.TableSheet, judging: LaneJudging) -> dict[str, CellValue]:
    """By rule: 移, 文, the difference, ✓, "" where nothing is filled in, else 缺."""
    found: dict[str, CellValue] = {}
    judged = judging.judged
    for rule, lane in sheet.lanes.items():
        verdict = judged.verdict(rule)
        if verdict == "broken":
            found[rule] = judged.gaps[rule]
        elif verdict == "holds":
            found[rule] = layout.HOLDS
        elif rule in judging.signs:
            found[rule] = judging.signs[rule]
        elif sums.stated_figures(lane.relation.cells, judging.values):
            found[rule] = layout.TO_FILL
        else:
            found[rule] = ""
    return found


def is_changed(stands: CellValue, twin: CellValue) -> CellValue:
    """Whether a lane shows something else than its relation gives: it was overtyped or cleared."""
    if UNKNOWN in (stands, twin):
        return UNKNOWN
    if isinstance(stands, CellError):
        return 1
    if stands is None:
        stands = ""
    is_same = stands == twin and is_number(stands) == is_number(twin)
    return int(not is_same)


# --- cover ----------------------------------------------------------------------------------------


def cover_results(
    cells: CellValues, tables: Mapping[str, Results], ignored: CellValue, others: CellValue
) -> Results:
    found: Results = {}
    counts: dict[str, dict[str, CellValue]] = {}
    for table, spot in layout.EDITION_SPOTS.items():
        sheet = chosen_sheet(table, cells.get(spot))
        counts[table] = counted(sheet, tables.get(sheet.name))
        for name, column in formulas.COUNTERS.items():
            found[spot[0], column] = counts[table][name]
        found[spot[0], formulas.STATE_COLUMN] = state_text(counts[table])
    found[layout.LIVE_SPOT] = live_text(counts, ignored, others)
    return found


def chosen_sheet(table: str, edition: CellValue) -> layout.TableSheet:
    """The sheet of the edition that the cover names, the newest one where it names none."""
    named = table, text_shown(edition)
    return layout.sheets_by_edition().get(named, layout.newest_sheet(table))


def counted(sheet: layout.TableSheet, found: Results | None) -> dict[str, CellValue]:
    """What the hidden columns of the cover count of a table.

    UNKNOWN for a sheet that is not as we write it.
    """
    if found is None:
        return dict.fromkeys(formulas.COUNTERS, UNKNOWN)
    lanes, cells = sheet.lane_spots, sheet.cells.values()
    twins = shown_at(found, map(sheet.image, lanes))
    mirrors = shown_at(found, map(sheet.image, cells))
    texts = shown_at(found, map(sheet.text_flag, cells))
    changed = shown_at(found, map(sheet.text_flag, lanes))
    assumed = shown_at(found, sheet.steps("assumed"))
    return {
        "relations": len(lanes),
        "broken": if_known(twins, numbers_in(twins)),
        "holding": if_known(twins, twins.count(layout.HOLDS)),
        "figures": if_known(mirrors, numbers_in(mirrors)),
        "texts": if_known(texts, sum_of(texts)),
        "moved": found[sheet.is_moved],
        "changed": if_known(changed, sum_of(changed)),
        "assumed": if_known(assumed, sum_of(assumed)),
    }


def shown_at(found: Results, spots: Iterable[spreadsheets.Spot]) -> list[CellValue]:
    return list(map(found.__getitem__, spots))


def if_known(values: Collection[CellValue], told: KnownResult) -> KnownResult | UnknownResult:
    """What was made of some values, unless one of them is UNKNOWN."""
    if UNKNOWN in values:
        return UNKNOWN
    return told


def numbers_in(values: Iterable[CellValue]) -> int:
    """How many of the values are numbers, as COUNT has it."""
    return sum(map(is_number, values))


def sum_of(values: Iterable[CellValue]) -> int:
    """The sum of those that are numbers, as SUM has it."""
    count = 0
    for value in values:
        if is_number(value):
            count += int(value)
    return count


def state_text(counts: Mapping[str, CellValue]) -> CellValue:
    if UNKNOWN in counts.values():
        return UNKNOWN
    if counts["moved"] != "":
        return f"{layout.MOVED} {counts['moved']}与官方表格不同，没有核对"
    changed = counts["changed"]
    return state_of_figures(counts) + (f"；{changed}格勾稽校验被改动" if changed else "")


def state_of_figures(counts: Mapping[str, CellValue]) -> str:
    """✗ 不符1项，文 2格是文本; ✓ 全部相符，其中3项含推定的0"""
    texts, broken = counts["texts"], counts["broken"]
    told = f"{layout.TEXT} {texts}格是文本" if texts else ""
    if not counts["figures"] and not texts:
        return formulas.NO_FIGURES
    if not counts["relations"]:
        return told or "没有规定勾稽关系"
    if broken:
        return f"✗ 不符{broken}项，{told}" if told else f"✗ 不符{broken}项"
    if told:
        return f"{told}，有关的项没有核对"
    return holding_text(counts) + also_assumed(counts["assumed"])


def holding_text(counts: Mapping[str, CellValue]) -> str:
    if counts["holding"] == counts["relations"]:
        return "✓ 全部相符"
    return f"相符{counts['holding']}项，其余数据不全"


def also_assumed(count: CellValue) -> str:
    """，其中39项含推定的0"""
    if is_number(count) and count:
        return f"，{wording.assumed_text(int(count))}"
    return ""


def live_text(
    counts: Mapping[str, Mapping[str, CellValue]], ignored: CellValue, others: CellValue
) -> CellValue:
    """✗ 勾稽关系共25项，不符2项（…）；“校验结果”中已忽略1处"""
    known: list[CellValue] = [ignored, others]
    told: list[str] = []
    total_of = dict.fromkeys(formulas.COUNTERS, 0)
    for table, one in counts.items():
        known += one.values()
        told.append(moved_table(table, one["moved"]))
        for name in formulas.COUNTERS:
            total_of[name] += sum_of([one[name]])
    told.append(live_count(total_of))
    if total_of["texts"]:
        told.append(f"；{layout.TEXT} {total_of['texts']}格是文本")
    if others:
        told.append(formulas.OTHER_ERRORS.format(others))
    if ignored:
        told.append(f"；“{layout.RESULTS}”中已忽略{ignored}处")
    return if_known(known, "".join(told))


def moved_table(table: str, moved: CellValue) -> str:
    """移 表三第9行；"""
    return f"{layout.MOVED} {layout.newest_sheet(table).form.number}{moved}；" if moved else ""


def live_count(counts: Mapping[str, int]) -> str:
    relations, broken, holding = counts["relations"], counts["broken"], counts["holding"]
    if not counts["figures"] and not counts["texts"]:
        return f"{formulas.NO_FIGURES}，未作任何校验"
    if not broken and not holding:
        return f"没有能核对的勾稽关系（共{relations}项，数据不全）"
    held = f"相符{holding}项{also_assumed(counts['assumed'])}"
    told = (
        f"勾稽关系共{relations}项，不符{broken}项（{held}，"
        f"数据不全{relations - broken - holding}项）"
    )
    return f"✗ {told}" if broken else told


# --- list of findings -----------------------------------------------------------------------------


def findings_results(cells: CellValues, tables: Mapping[str, Results]) -> Results:
    found: Results = {}
    columns = layout.RESULT_COLUMNS
    for row in layout.RESULT_LIST.lines:
        held: dict[str, CellValue] = {}
        for name, column in columns.items():
            held[name] = cells.get((row, column))
        text = held["link_text"]
        found[row, columns["place"]] = text_shown(text) if held["link"] in SKIPS else text
        found[row, columns["now"]] = now = now_result(held, tables)
        found[row, columns["state"]] = finding_state(held, now)
    return found


def now_result(held: Mapping[str, CellValue], tables: Mapping[str, Results]) -> CellValue:
    places = [value for value in (held["lane"], held["blank"]) if is_number(value)]
    place = int(max(places, default=0))
    sheet = layout.tables_by_name().get(text_shown(held["table"]))
    if not place or sheet is None:
        return ""
    results = tables.get(sheet.name)
    if results is None or results[sheet.is_moved] is UNKNOWN:
        return UNKNOWN
    if results[sheet.is_moved] != "":
        return layout.MOVED
    return results.get(sheet.image(divmod(place, layout.PLACE_ROW)), UNKNOWN)


def finding_state(held: Mapping[str, CellValue], now: CellValue) -> CellValue:
    if now is UNKNOWN:
        return UNKNOWN
    ignored = held["verdict"] == decisions.WORDS["dismissed"]
    if held["lane"] not in SKIPS:
        return lane_state(now, ignored and now == held["difference"])
    if held["blank"] not in SKIPS:
        return blank_state(now, ignored)
    return formulas.IGNORED if ignored else ""


def blank_state(now: CellValue, ignored: bool) -> str:
    if is_number(now):
        return "已填写"
    return formulas.IGNORED if ignored else "未填写"


def lane_state(now: CellValue, ignored: bool) -> str:
    if is_number(now):
        return formulas.IGNORED if ignored else "仍不符"
    if now in (layout.MOVED, layout.TEXT):
        return str(now)
    return "已相符" if now == layout.HOLDS else "待补全"


def ignored_in(cells: CellValues, found: Results) -> CellValue:
    """How many findings are dismissed; rows without a number are further sums of the one above."""
    at = layout.RESULT_COLUMNS
    states = []
    for row in layout.RESULT_LIST.lines:
        if is_number(cells.get((row, at["number"]))):
            states.append(found[row, at["state"]])
    return if_known(states, states.count(formulas.IGNORED))


def others_in(cells: CellValues, found: Results) -> CellValue:
    """How many errors of the list no lane shows, those left out that are dismissed."""
    at = layout.RESULT_COLUMNS
    states = []
    for row in layout.RESULT_LIST.lines:
        is_error = cells.get((row, at["severity"])) == layout.SIGNS["error"]
        if is_error and not is_number(cells.get((row, at["lane"]))):
            states.append(found[row, at["state"]])
    return if_known(states, len(states) - states.count(formulas.IGNORED))
