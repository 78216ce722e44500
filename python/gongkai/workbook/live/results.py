"""What each formula of ``formulas`` shows, worked out from what stands in the cells: its twin in
Python.

CellValues hold what a spreadsheet knows of them: a number, a text, True or False, an error, None
for nothing. UNKNOWN stands for the result of somebody's own formula that is no longer true, and
goes into all that depends on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final, TypeGuard

from gongkai.decisions import WORDS
from gongkai.figures import is_text, shown, without_blanks
from gongkai.model import Figure, Relation, Value
from gongkai.spreadsheets import Spot, letters
from gongkai.sums import stated_figures
from gongkai.sums.states import Judged, judge
from gongkai.wording import assumed_text
from gongkai.workbook import layout
from gongkai.workbook.layout import TableSheet
from gongkai.workbook.live.formulas import (
    COLUMN_GUARD,
    COUNTERS,
    IGNORED,
    IN_PLACE,
    KNOWN_SIGNS,
    NO_FIGURES,
    OTHER_ERRORS,
    SHAPE,
    STATE_COLUMN,
    formulas_of,
)
from gongkai.workbook.live.steps import crossing_lanes, step_results


class UnknownResult(Enum):
    """The one value of UNKNOWN."""

    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CellError:
    """#N/A."""

    text: str


UNKNOWN: Final = UnknownResult.UNKNOWN
CellValue = Figure | float | str | bool | CellError | UnknownResult | None
CellValues = Mapping[Spot, CellValue]
Results = dict[Spot, CellValue]
SKIPS = ("", None)


def is_number(value: CellValue) -> TypeGuard[Figure | float]:
    return isinstance(value, int | Decimal | float) and not isinstance(value, bool)


def text_shown(value: CellValue) -> str:
    """A value beside & in a formula."""
    if value is None:
        return ""
    return shown(value) if isinstance(value, int | Decimal) else str(value)


# --- a table --------------------------------------------------------------------------------------


def table_results(sheet: TableSheet, cells: CellValues, own: Collection[Spot] = ()) -> Results:
    """``cells`` as they stand; ``own`` are those in which still stands what ``formulas`` says."""
    found: Results = {sheet.signs: KNOWN_SIGNS}
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
    found |= lane_results(sheet, found, moved)
    for lane in sheet.lanes.values():
        twin, stands = found[sheet.image(lane.spot)], cells.get(lane.spot)
        if lane.spot in own:
            found[lane.spot] = stands = twin
        found[sheet.text_flag(lane.spot)] = is_changed(stands, twin)
    return found


def text_flag(held: CellValue) -> CellValue:
    if held is UNKNOWN:
        return UNKNOWN
    if isinstance(held, str):
        return int(is_text(held))
    return int(held is not None and not is_number(held))


def guard(sheet: TableSheet, spot: Spot, label: str, held: CellValue) -> CellValue:
    if isinstance(held, CellError | UnknownResult):
        return held
    if without_blanks(text_shown(held)) == without_blanks(label):
        return IN_PLACE
    return COLUMN_GUARD + spot[1] if sheet.is_column_label(spot) else spot[0]


def first_moved(guards: Sequence[CellValue]) -> int | UnknownResult:
    """The lowest number of a guard that tells one, 0 where all say ✓; -1 for #REF!."""
    first = 0
    is_damaged = False
    for value in guards:
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(value, CellError):
            is_damaged = True
        elif is_number(value):
            first = min(first or int(value), int(value))
    return -1 if is_damaged else first


def moved_text(first: int | UnknownResult) -> CellValue:
    """9 -> 第9行, 1004 -> D列, 0 -> nothing."""
    if first is UNKNOWN:
        return UNKNOWN
    if first == 0:
        return ""
    if first < 0:
        return SHAPE
    return f"第{first}行" if first < COLUMN_GUARD else f"{letters(first - COLUMN_GUARD)}列"


def lane_results(sheet: TableSheet, found: Results, moved: CellValue) -> Results:
    """What the lanes show, and the steps by which they come to it."""
    flags: dict[str, CellValue] = {}
    values: dict[str, Value] = {}
    for cell, spot in sheet.cells.items():
        flags[cell] = found[sheet.text_flag(spot)]
        values[cell] = figure_in(found[sheet.image(spot)])
    signs = signs_of(sheet, flags, moved)
    known = {rule: sign for rule, sign in signs.items() if isinstance(sign, str)}
    judging = judge(judged_relations(sheet, signs), values)
    told: Results = {**step_results(sheet, judging, known)}
    for rule, text in lane_texts(sheet, known, judging, values).items():
        told[sheet.image(sheet.lanes[rule].spot)] = text
    lost = lost_lanes(sheet, signs)
    return told | dict.fromkeys(places_of(sheet, lost), UNKNOWN)


def lost_lanes(sheet: TableSheet, signs: Mapping[str, CellValue]) -> set[str]:
    """The lanes of which nothing is known: the zeros of one relation tell of those of the next."""
    lost = {rule for rule, sign in signs.items() if sign is UNKNOWN}
    crossing = set(crossing_lanes(sheet))
    return lost | crossing if lost & crossing else lost


def places_of(sheet: TableSheet, rules: Collection[str]) -> Iterator[Spot]:
    """The twins and steps of some lanes, and what counts them."""
    if rules and sheet.struck in formulas_of(sheet.name):
        yield sheet.struck
    for rule in rules:
        spot = sheet.lanes[rule].spot
        yield sheet.image(spot)
        for name in layout.STEPS:
            yield sheet.step(spot, name)


def shown_lanes(sheet: TableSheet, held: Mapping[str, CellValue]) -> dict[str, CellValue]:
    """Rule -> what its lane shows, with these values in the cells of the table."""
    flags: dict[str, CellValue] = {}
    values: dict[str, Value] = {}
    for cell, value in held.items():
        flags[cell] = text_flag(value)
        values[cell] = figure_in(value)
    signs = signs_of(sheet, flags, "")
    known = {rule: str(sign) for rule, sign in signs.items()}
    return lane_texts(sheet, known, judge(judged_relations(sheet, signs), values), values)


def signs_of(
    sheet: TableSheet, flags: Mapping[str, CellValue], moved: CellValue
) -> dict[str, CellValue]:
    """移 or 文, by rule, for the relations that are not judged; UNKNOWN where that is not known."""
    if moved is UNKNOWN:
        return dict.fromkeys(sheet.lanes, UNKNOWN)
    if moved != "":
        return dict.fromkeys(sheet.lanes, layout.MOVED)
    found: dict[str, CellValue] = {}
    for rule, lane in sheet.lanes.items():
        held = [flags[cell] for cell in lane.relation.cells]
        if UNKNOWN in held:
            found[rule] = UNKNOWN
        elif any(held):
            found[rule] = layout.TEXT
    return found


def judged_relations(sheet: TableSheet, signs: Collection[str]) -> list[Relation]:
    return [lane.relation for rule, lane in sheet.lanes.items() if rule not in signs]


def figure_in(value: CellValue) -> Value:
    if not is_number(value):
        return None
    return value if isinstance(value, int | Decimal) else Decimal(repr(value))


def lane_texts(
    sheet: TableSheet, signs: Mapping[str, str], judging: Judged, values: Mapping[str, Value]
) -> dict[str, CellValue]:
    """By rule: 移, 文, the difference, ✓, "" where nothing is filled in, else 缺."""
    found: dict[str, CellValue] = {}
    for rule, lane in sheet.lanes.items():
        verdict = "" if rule not in judging.gaps else judging.verdict(rule)
        if verdict == "broken":
            found[rule] = judging.gaps[rule]
        elif verdict == "holds":
            found[rule] = layout.HOLDS
        elif signs.get(rule):
            found[rule] = signs[rule]
        else:
            filled = stated_figures(lane.relation.cells, values)
            found[rule] = layout.MISSING if filled else ""
    return found


def is_changed(stands: CellValue, twin: CellValue) -> CellValue:
    """Whether a lane shows something else than its relation gives: it was overtyped or cleared."""
    if UNKNOWN in (stands, twin):
        return UNKNOWN
    if isinstance(stands, CellError):
        return 1
    shown_there = "" if stands is None else stands
    is_same = shown_there == twin and is_number(shown_there) == is_number(twin)
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
        for name, column in COUNTERS.items():
            found[spot[0], column] = counts[table][name]
        found[spot[0], STATE_COLUMN] = state_text(counts[table])
    found[layout.LIVE_SPOT] = live_text(counts, ignored, others)
    return found


def chosen_sheet(table: str, edition: CellValue) -> TableSheet:
    """The sheet of the edition that the cover names, the newest one where it names none."""
    named = text_shown(edition)
    for sheet in layout.table_sheets():
        if sheet.table == table and sheet.editions[0] == named:
            return sheet
    return layout.newest_sheet(table)


def counted(sheet: TableSheet, found: Results | None) -> dict[str, CellValue]:
    """What the hidden columns of the cover count of a table.

    UNKNOWN for a sheet that is not as we write it.
    """
    if found is None:
        return dict.fromkeys(COUNTERS, UNKNOWN)
    lanes, cells = sheet.lane_spots, sheet.cells.values()
    twins = [found[sheet.image(spot)] for spot in lanes]
    return {
        "relations": len(lanes),
        "broken": numbers_in(twins),
        "holding": UNKNOWN if UNKNOWN in twins else twins.count(layout.HOLDS),
        "figures": numbers_in([found[sheet.image(spot)] for spot in cells]),
        "texts": sum_of(found[sheet.text_flag(spot)] for spot in cells),
        "moved": found[sheet.is_moved],
        "changed": sum_of(found[sheet.text_flag(spot)] for spot in lanes),
        "assumed": sum_of(found[sheet.step(spot, "assumed")] for spot in lanes),
    }


def numbers_in(values: Sequence[CellValue]) -> CellValue:
    """How many of the values are numbers, as COUNT has it."""
    if UNKNOWN in values:
        return UNKNOWN
    return sum(map(is_number, values))


def count_in(values: Iterable[CellValue]) -> int:
    count = 0
    for value in values:
        if is_number(value):
            count += int(value)
    return count


def sum_of(values: Iterable[CellValue]) -> CellValue:
    found = list(values)
    return UNKNOWN if UNKNOWN in found else count_in(found)


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
        return NO_FIGURES
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
    return f"，{assumed_text(int(count))}" if is_number(count) and count else ""


def live_text(
    counts: Mapping[str, Mapping[str, CellValue]], ignored: CellValue, others: CellValue
) -> CellValue:
    """✗ 勾稽关系共25项，不符2项（…）；“校验结果”中已忽略1处"""
    if not is_number(ignored) or not is_number(others):
        return UNKNOWN
    if any(UNKNOWN in one.values() for one in counts.values()):
        return UNKNOWN
    told = [moved_table(table, one["moved"]) for table, one in counts.items()]
    total_of = {name: count_in(one[name] for one in counts.values()) for name in COUNTERS}
    told.append(live_count(total_of))
    if total_of["texts"]:
        told.append(f"；{layout.TEXT} {total_of['texts']}格是文本")
    return "".join([*told, others_told(others), ignored_told(ignored)])


def others_told(count: Figure | float) -> str:
    """；写入时另有2处错误，见“校验结果”"""
    return OTHER_ERRORS.format(count) if count else ""


def ignored_told(count: Figure | float) -> str:
    return f"；“{layout.RESULTS}”中已忽略{count}处" if count else ""


def moved_table(table: str, moved: CellValue) -> str:
    """移 表三第9行；"""
    return f"{layout.MOVED} {layout.newest_sheet(table).form.number}{moved}；" if moved else ""


def live_count(counts: Mapping[str, int]) -> str:
    relations, broken, holding = counts["relations"], counts["broken"], counts["holding"]
    if not counts["figures"] and not counts["texts"]:
        return f"{NO_FIGURES}，什么也没有校验"
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
        held = {name: cells.get((row, column)) for name, column in columns.items()}
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
    ignored = held["verdict"] == WORDS["dismissed"]
    if held["lane"] not in SKIPS:
        return lane_state(now, ignored and now == held["difference"])
    if held["blank"] not in SKIPS:
        return blank_state(now, ignored)
    return IGNORED if ignored else ""


def blank_state(now: CellValue, ignored: bool) -> str:
    if is_number(now):
        return "已填写"
    return IGNORED if ignored else "未填写"


def lane_state(now: CellValue, ignored: bool) -> str:
    if is_number(now):
        return IGNORED if ignored else "仍不符"
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
    return UNKNOWN if UNKNOWN in states else states.count(IGNORED)


def others_in(cells: CellValues, found: Results) -> CellValue:
    """How many errors of the list no lane shows, those left out that are dismissed."""
    at = layout.RESULT_COLUMNS
    count = 0
    for row in layout.RESULT_LIST.lines:
        state = found[row, at["state"]]
        is_error = cells.get((row, at["severity"])) == layout.SIGNS["error"]
        if is_error and not is_number(cells.get((row, at["lane"]))):
            if state is UNKNOWN:
                return UNKNOWN
            count += state != IGNORED
    return count
