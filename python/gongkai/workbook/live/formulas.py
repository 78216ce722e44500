"""The relations as formulas of a spreadsheet, and what cover and list of findings show of them.

Only functions that Excel 2010, WPS and LibreOffice share; no INDIRECT and no OFFSET, which are
computed anew with every change. What each formula shows stands once more in ``results``; a test
holds both against real programs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from gongkai import decisions, figures, spreadsheets, wording
from gongkai.workbook import layout
from gongkai.workbook.live import guide, overview, steps

Formulas = Mapping[spreadsheets.Spot, str]

IN_PLACE = "✓"  # a guard whose label stands where it belongs
KNOWN_SIGNS = f"||{'|'.join(figures.PLAIN_SIGNS)}|"  # nothing is one of them
SHAPE = "行列"  # what is not in its place where no label tells it
IMAGE = "校验格"
IGNORED = "已忽略"  # in 现状: dismissed, and the difference is still the one that was dismissed
NO_FIGURES = "没有可以计算的数字"
FORMER_ERRORS = "；写入时另有"
OTHER_ERRORS = f"；最近一次校验另有{{}}处错误，见“{layout.RESULTS}”"
# Hidden columns of the cover, a line for each table.
COUNTERS: Mapping[str, int] = {
    "relations": 8,
    "broken": 9,
    "holding": 10,
    "figures": 11,
    "texts": 12,
    "moved": 13,
    "changed": 14,
    "assumed": 15,
}
# All hidden columns of the cover, the first and the last.
HIDDEN_COLUMNS = min(COUNTERS.values()), max(guide.COLUMNS.values())
STATE_COLUMN = 4  # what the cover says of each table


def sheets_with_formulas() -> tuple[str, ...]:
    return (layout.COVER, *layout.tables_by_name(), layout.RESULTS, layout.SUMMARY)


@cache
def formulas_of(name: str) -> Formulas:
    """Place -> formula, of a sheet; {} for one that has none of ours."""
    table = layout.tables_by_name().get(name)
    if table is not None:
        return table_formulas(table)
    if name == layout.COVER:
        return cover_formulas()
    if name == layout.RESULTS:
        return results_formulas()
    if name == layout.SUMMARY:
        return summary_formulas()
    return {}


def summary_formulas() -> dict[spreadsheets.Spot, str]:
    """Those of the block on the summary, which has labels too."""
    found: dict[spreadsheets.Spot, str] = {}
    for spot, text in overview.block_cells().cells.items():
        if text.startswith("="):
            found[spot] = text
    return found


# --- the same in another writing ------------------------------------------------------------------

QUOTES = re.compile(r"'([^'!]+)'!")
NUMBER = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?(?:E[+-]?\d+)?(?![\w.(:!])", re.IGNORECASE)


def same_formula(text: str, wanted: str) -> bool:
    """表三!X7 is '表三'!X7, and 1E-06 is 0.000001."""
    return text == wanted or plain_formula(text) == plain_wanted(wanted)


def plain_formula(text: str) -> str:
    unquoted = QUOTES.sub(r"\1!", text)
    return NUMBER.sub(lambda found: repr(float(found[0])), unquoted)


plain_wanted = cache(plain_formula)


# --- a table --------------------------------------------------------------------------------------


def table_formulas(sheet: layout.TableSheet) -> Formulas:
    """The lanes, and the image of the table: mirrors, guards, twins.

    Behind it what is a text, and the steps.
    """
    found: dict[spreadsheets.Spot, str] = {}
    for spot in sheet.cells.values():
        found[sheet.image(spot)] = mirror_formula(sheet, spot)
    found[sheet.signs] = f'="{KNOWN_SIGNS}"'
    for spot in sheet.cells.values():
        found[sheet.text_flag(spot)] = text_formula(sheet, spot)
    for spot, text in sheet.guarded:
        found[sheet.image(spot)] = guard_formula(sheet, spot, text)
    found |= {sheet.first_moved: first_formula(sheet), sheet.is_moved: moved_formula(sheet)}
    found |= steps.step_formulas(sheet)
    for lane in sheet.lanes.values():
        formula = steps.lane_formula(sheet, lane)
        shown, twin = lane_at(sheet, lane.spot), layout.address(sheet.image(lane.spot))
        found |= {lane.spot: formula, sheet.image(lane.spot): formula}
        found[sheet.text_flag(lane.spot)] = changed_formula(shown, twin)
    return found


def block_of(sheet: layout.TableSheet) -> str:
    """``$A$1:$J$29``: a table without its lanes, which look at its image."""
    size = sheet.size
    return f"$A$1:${spreadsheets.letters(size.right)}${size.bottom}"


def cell_at(sheet: layout.TableSheet, place: spreadsheets.Spot) -> str:
    """What stands in a place, whatever was dragged there or away: D7 is the fourth of the seventh
    line.
    """
    return f"INDEX({block_of(sheet)},{place[0]},{place[1]})"


def lane_at(sheet: layout.TableSheet, place: spreadsheets.Spot) -> str:
    """What stands in a lane's place; a reference would go with a lane that is dragged away."""
    right = spreadsheets.letters(sheet.size.right + 1)
    return f"INDEX($A$1:${right}${sheet.last_line},{place[0]},{place[1]})"


def mirror_formula(sheet: layout.TableSheet, place: spreadsheets.Spot) -> str:
    """INDEX alone makes 0 of a blank."""
    here = cell_at(sheet, place)
    return f'=IF({here}="","",{here})'


def text_formula(sheet: layout.TableSheet, place: spreadsheets.Spot) -> str:
    """1 for what is neither a number nor nothing nor a sign.

    TRUE and #N/A are none (``figures.is_text``).
    """
    mirror = layout.address(sheet.image(place))
    plain = f"TRIM({replaced(mirror, figures.BLANKS.strip(' '), ' ')})"
    sign = f'ISNUMBER(FIND("|"&SUBSTITUTE({plain},"|","　")&"|",{address_of(sheet.signs)}))'
    return (
        f"=IF(ISLOGICAL({mirror}),1,IF(ISNUMBER({mirror}),0,IF(ISTEXT({mirror}),IF({sign},0,1),1)))"
    )


def replaced(text: str, letters_out: str, other: str) -> str:
    """SUBSTITUTE around SUBSTITUTE; a control as CHAR(10), for none may stand in a formula."""
    for letter in letters_out:
        written = f"CHAR({ord(letter)})"
        if letter.isprintable() or letter in "\u3000\u00a0":
            written = f'"{letter}"'
        text = f'SUBSTITUTE({text},{written},"{other}")'
    return text


def guard_formula(sheet: layout.TableSheet, place: spreadsheets.Spot, label: str) -> str:
    """✓, or the number of the line whose label another text, or none, has taken the place of."""
    below = place in dict(sheet.guards_below)
    here = layout.address(place) if below else cell_at(sheet, place)
    same = f'EXACT({replaced(here, figures.BLANKS, "")},"{figures.without_blanks(label)}")'
    if below:
        same = f"AND(ROW({here})={place[0]},{same})"
    return f'=IF({same},"{IN_PLACE}",{sheet.guard_number(place)})'


def changed_formula(lane: str, twin: str) -> str:
    """1 for a lane that shows something else than its twin: it was overtyped or cleared.

    One with the same constant in it is told by Python alone until it differs: Excel 2010 knows no
    ISFORMULA.
    """
    return f"=IF(ISERROR({lane}),1,IF({lane}={twin},0,1))"


def first_formula(sheet: layout.TableSheet) -> str:
    """The first guard whose label is not in its place, 0 where all are.

    -1 where guards are gone or damaged.
    """
    guards = layout.ranges_of(sheet.image(spot) for spot, _ in sheet.guarded)
    lost = f"OR(ISERROR(SUM({guards})),COUNTA({guards})<{len(sheet.guarded)})"
    return f"=IF({lost},-1,IF(COUNT({guards})=0,0,MIN({guards})))"


def moved_formula(sheet: layout.TableSheet) -> str:
    """第9行, D列 or 行列: what of a table is not in its place; "" where all is."""
    block, first = block_of(sheet), address_of(sheet.first_moved)
    rows, columns = sheet.size.bottom, sheet.size.right
    lost = f"ISERROR({first}+ROWS({block})+ROW($A$1))"
    column = f'CHAR(64+{first}-{layout.COLUMN_GUARD})&"列"'
    named = f'IF({first}<{layout.COLUMN_GUARD},"第"&{first}&"行",{column})'
    shape = f"ROW($A$1)<>1,COLUMN($A$1)<>1,ROWS({block})<>{rows},COLUMNS({block})<>{columns}"
    image = unless_apart(sheet, '""')
    told = f'IF({first}>0,{named},IF(OR({first}<0,{shape}),"{SHAPE}",{image}))'
    return f'=IF({lost},"{SHAPE}",{told})'


def unless_apart(sheet: layout.TableSheet, told: str, name: str = "") -> str:
    """``told``, or 校验格 where the mirrors hold other figures than the table: values were pasted
    over formulas.

    The cover asks once more, under the sheet's ``name``: a whole sheet may have been pasted so.
    """
    block = f"'{name}'!{block_of(sheet)}" if name else block_of(sheet)
    mirrors = layout.ranges_of(map(sheet.image, sheet.cells.values()), name)
    apart = f"OR(COUNT({block})<>COUNT({mirrors}),ABS(SUM({block})-SUM({mirrors}))>={steps.NEAR})"
    return f'IF(ISERROR(SUM({block})+SUM({mirrors})),{told},IF({apart},"{IMAGE}",{told}))'


def address_of(place: spreadsheets.Spot) -> str:
    """``$U$33``."""
    return f"${spreadsheets.letters(place[1])}${place[0]}"


# --- cover ----------------------------------------------------------------------------------------


def cover_formulas() -> dict[spreadsheets.Spot, str]:
    found: dict[spreadsheets.Spot, str] = {}
    for table, (row, _) in layout.EDITION_SPOTS.items():
        for name, column in COUNTERS.items():
            found[row, column] = f"={by_edition(table, COUNTED[name])}"
        found[row, STATE_COLUMN] = state_formula(row)
    found[layout.LIVE_SPOT] = live_formula()
    return found | guide.guide_formulas(COUNTERS)


def by_edition(table: str, told: Callable[[layout.TableSheet], str]) -> str:
    """What is told of the sheet of the edition that the cover names for a table.

    Of the newest by default.
    """
    newest = layout.newest_sheet(table)
    formula = told(newest)
    cell = f"$C${layout.EDITION_SPOTS[table][0]}"
    for sheet in layout.table_sheets():
        if sheet.table == table and sheet is not newest:
            formula = f'IF({cell}&""="{sheet.editions[0]}",{told(sheet)},{formula})'
    return formula


def twins(sheet: layout.TableSheet) -> str:
    return layout.ranges_of(map(sheet.image, sheet.lane_spots), sheet.name)


def count_of_lanes(sheet: layout.TableSheet, shown: str) -> str:
    ranges = twins(sheet).split(",") if sheet.lanes else []
    return "+".join(f'COUNTIF({each},"{shown}")' for each in ranges) or "0"


COUNTED: Mapping[str, Callable[[layout.TableSheet], str]] = {
    "relations": lambda sheet: str(len(sheet.lanes)),
    "broken": lambda sheet: f"COUNT({twins(sheet)})" if sheet.lanes else "0",
    "holding": lambda sheet: count_of_lanes(sheet, layout.HOLDS),
    "figures": lambda sheet: (
        f"COUNT({layout.ranges_of(map(sheet.image, sheet.cells.values()), sheet.name)})"
    ),
    "texts": lambda sheet: (
        f"SUM({layout.ranges_of(map(sheet.text_flag, sheet.cells.values()), sheet.name)})"
    ),
    "moved": lambda sheet: unless_apart(
        sheet, f'{layout.address(sheet.is_moved, sheet.name)}&""', sheet.name
    ),
    "changed": lambda sheet: f"SUM({changed_lanes(sheet)})" if sheet.lanes else "0",
    "assumed": lambda sheet: f"SUM({assumed_lanes(sheet)})" if sheet.lanes else "0",
}


def changed_lanes(sheet: layout.TableSheet) -> str:
    return layout.ranges_of(map(sheet.text_flag, sheet.lane_spots), sheet.name)


def assumed_lanes(sheet: layout.TableSheet) -> str:
    return layout.ranges_of(sheet.steps("assumed"), sheet.name)


def assumed_formula(count: str) -> str:
    """``wording.assumed_text``: ，其中39项含推定的0, "" where nothing was assumed."""
    start, end = wording.assumed_text(1).split("1")
    return f'IF({count}>0,"，{start}"&{count}&"{end}","")'


def is_cover_formula(text: str) -> bool:
    """Whether a formula of the cover tells of implied zeros; those of earlier versions do not."""
    return wording.assumed_text(1).partition("1")[2] in text


def is_former_cover(text: str) -> bool:
    """Whether a formula is that of the cover's line 现在 as the version before had it."""
    return FORMER_ERRORS in text


def state_formula(row: int) -> str:
    """What the cover says of one table: 移 before 文 before ✓."""
    at = cells_of_row(COUNTERS, row)
    texts, broken, holding, relations = at["texts"], at["broken"], at["holding"], at["relations"]
    assumed = assumed_formula(at["assumed"])
    also = f'IF({texts}>0,"，{layout.TEXT} "&{texts}&"格是文本","")'
    told = f'IF({holding}={relations},"✓ 全部相符","相符"&{holding}&"项，其余数据不全")&{assumed}'
    told = f'IF({texts}>0,"{layout.TEXT} "&{texts}&"格是文本，有关的项没有核对",{told})'
    told = f'IF({broken}>0,"✗ 不符"&{broken}&"项"&{also},{told})'
    without = f'IF({texts}>0,"{layout.TEXT} "&{texts}&"格是文本","没有规定勾稽关系")'
    told = f"IF({relations}=0,{without},{told})"
    told = f'IF({at["figures"]}+{texts}=0,"{NO_FIGURES}",{told})'
    changed = f'IF({at["changed"]}>0,"；"&{at["changed"]}&"格勾稽校验被改动","")'
    moved = f'"{layout.MOVED} "&{at["moved"]}&"与官方表格不同，没有核对"'
    return f'=IF({at["moved"]}<>"",{moved},{told}&{changed})'


def cells_of_row(columns: Mapping[str, int], row: int) -> dict[str, str]:
    """The cells of a row by the names of their columns: texts -> L12."""
    found: dict[str, str] = {}
    for name, column in columns.items():
        found[name] = f"{spreadsheets.letters(column)}{row}"
    return found


def live_formula() -> str:
    """What the cover says of the whole report as it stands now."""
    rows = layout.rows_of(layout.EDITION_SPOTS.values())
    total: dict[str, str] = {}
    for name, column in COUNTERS.items():
        total[name] = (
            f"SUM({spreadsheets.letters(column)}{rows[0]}:{spreadsheets.letters(column)}{rows[-1]})"
        )
    relations, broken = total["relations"], total["broken"]
    holding, texts = total["holding"], total["texts"]
    told = (
        f'IF({broken}>0,"✗ ","")&"勾稽关系共"&{relations}&"项，不符"&{broken}&"项"'
        f'&"（相符"&{holding}&"项"&{assumed_formula(total["assumed"])}'
        f'&"，数据不全"&({relations}-{broken}-{holding})&"项）"'
    )
    told = (
        f'IF({broken}+{holding}=0,"没有能核对的勾稽关系（共"&{relations}&"项，数据不全）",{told})'
    )
    told = f'IF({total["figures"]}+{texts}=0,"{NO_FIGURES}，未作任何校验",{told})'
    also = f'IF({texts}>0,"；{layout.TEXT} "&{texts}&"格是文本","")'
    return f"={moved_tables()}&{told}&{also}&{others_line()}&{ignored_line()}"


def moved_tables() -> str:
    """移 表三第9行；, "" where every table is in order."""
    told: list[str] = []
    for table, (row, _) in layout.EDITION_SPOTS.items():
        cell = f"{spreadsheets.letters(COUNTERS['moved'])}{row}"
        number = layout.newest_sheet(table).form.number
        told.append(f'IF({cell}<>"","{layout.MOVED} {number}"&{cell}&"；","")')
    return "&".join(told)


def others_line() -> str:
    """What Python found and no lane shows, such as sums that cannot hold together:
    ；最近一次校验另有2处错误.
    """
    severity, lane, state = map(result_area, ("severity", "lane", "state"))
    errors = f'{severity},"{layout.SIGNS["error"]}",{state},"<>{IGNORED}"'
    count = f"COUNTIFS({errors})-COUNTIFS({errors},{lane},{steps.ANY_NUMBER})"
    start, end = OTHER_ERRORS.split("{}")
    return f'IF({count}>0,"{start}"&{count}&"{end}","")'


def result_area(name: str) -> str:
    """'校验结果'!$M$4:$M$103: a column of the list of findings."""
    column, top = spreadsheets.letters(layout.RESULT_COLUMNS[name]), layout.RESULTS_TOP
    return f"'{layout.RESULTS}'!${column}${top}:${column}${top + layout.RESULTS_ROWS - 1}"


def ignored_line() -> str:
    """What of the list of findings is dismissed, as text of a formula; "" where nothing is."""
    count = f'COUNTIFS({result_area("state")},"{IGNORED}",{result_area("number")},">0")'
    return f'IF({count}>0,"；“{layout.RESULTS}”中已忽略"&{count}&"处","")'


# --- list of findings -----------------------------------------------------------------------------


def results_formulas() -> dict[spreadsheets.Spot, str]:
    columns = layout.RESULT_COLUMNS
    found: dict[spreadsheets.Spot, str] = {}
    for row in layout.RESULT_LIST.lines:
        at = cells_of_row(columns, row)
        found[row, columns["place"]] = place_formula(at)
        found[row, columns["now"]] = now_formula(at)
        found[row, columns["state"]] = state_of_finding(at)
    return found


def place_formula(at: Mapping[str, str]) -> str:
    link, text = at["link"], at["link_text"]
    return f'=IF({link}="",{text}&"",HYPERLINK("#"&{link},{text}))'


def now_formula(at: Mapping[str, str]) -> str:
    """What the lane or the cell of a finding shows now, read in the image of its table."""
    place = f"MAX({at['lane']},{at['blank']})"
    told = '""'
    for sheet in reversed(layout.table_sheets()):
        box = sheet.image_box
        area = (
            f"'{sheet.name}'!{address_of((box.top, box.left))}:"
            f"{address_of((box.bottom, box.right))}"
        )
        row, column = f"INT({place}/{layout.PLACE_ROW})", f"MOD({place},{layout.PLACE_ROW})"
        here = f'IF(INDEX({area},1,1)<>"","{layout.MOVED}",INDEX({area},{row},{column}))'
        told = f'IF({at["table"]}="{sheet.name}",{here},{told})'
    return f'=IF({place}=0,"",{told})'


def state_of_finding(at: Mapping[str, str]) -> str:
    now, gap = at["now"], at["difference"]
    ignored = f'{at["verdict"]}="{decisions.WORDS["dismissed"]}"'
    signs = f'IF(OR({now}="{layout.MOVED}",{now}="{layout.TEXT}"),{now},"待补全")'
    settled = f'IF({now}="{layout.HOLDS}","已相符",{signs})'
    of_lane = f'IF(ISNUMBER({now}),IF(AND({ignored},{now}={gap}),"{IGNORED}","仍不符"),{settled})'
    of_blank = f'IF(ISNUMBER({now}),"已填写",IF({ignored},"{IGNORED}","未填写"))'
    other = f'IF({ignored},"{IGNORED}","")'
    return f'=IF({at["lane"]}<>"",{of_lane},IF({at["blank"]}<>"",{of_blank},{other}))'
