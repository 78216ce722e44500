"""The forms -> what the cover's guide looks through, and its formulas: how much is filled in, what
is blank, what does not agree, what is next, each a link to its place.

``guided`` says in Python what they show; both go through the same ``Signposts``. A link leads to a
name of the workbook, for an address fails where columns are counted by numbers (R7C4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from gongkai.spreadsheets import Spot, letters
from gongkai.wording.phrases import short_column, short_row
from gongkai.workbook import layout

# Hidden columns of the cover, a line for each table's sheet from the line of the first table on.
COLUMNS: Mapping[str, int] = {
    "cells": 16,
    "open": 17,
    "open_link": 18,
    "open_name": 19,
    "beside": 20,
    "below": 21,
    "broken_link": 22,
    "broken_name": 23,
}
FIRST_LINE = min(layout.rows_of(layout.EDITION_SPOTS.values()))
PLACES = ("open_link", "open_name", "broken_link", "broken_name")  # of the first table that has one

PROGRESS = "已填{}/{}格"
ALL_FILLED = "✓ 没有待填的格"
OPEN = "待填{}格，从{}填起"
NO_FIGURES_YET = "填数以后即核对勾稽关系"
NOTHING_BROKEN = "✓ 没有不符的勾稽关系"
BROKEN = "不符{}项，先看{}"
NEXT_RESTORE = "下一步：点“还原表格”，恢复官方行列"
NEXT_TEXTS = "下一步：点“文本转数字”，或改填数字"
NEXT_RESULTS = "下一步：点“校验本报告”，逐条核对"
NEXT_FILL = "下一步：从{}填起，没有的填0"
NEXT_PROSE = "下一步：写好正文，再点“校验本报告”"
SENTENCES = (
    PROGRESS,
    ALL_FILLED,
    OPEN,
    NO_FIGURES_YET,
    NOTHING_BROKEN,
    BROKEN,
    NEXT_RESTORE,
    NEXT_TEXTS,
    NEXT_RESULTS,
    NEXT_FILL,
    NEXT_PROSE,
)
SAID = re.compile("|".join(re.escape(text).replace(r"\{\}", ".*") for text in SENTENCES))


def notes_in(cells: Mapping[Spot, object]) -> set[Spot]:
    """The guide's places in which a person wrote something: 问过王科长. What the guide itself says,
    pasted as a value over its formula, is none: 已填199/200格.
    """
    found: set[Spot] = set()
    for spot in layout.GUIDE_SPOTS.values():
        text = str(cells.get(spot) or "")
        if text and SAID.fullmatch(text) is None:
            found.add(spot)
    return found


@dataclass(frozen=True)
class Signposts:
    """What is looked through on one table's sheet, in the official order: the mirrors of each row's
    figures, and the lanes, those beside the table first; with the names to which links lead, and
    what the places are called.

    Row 4 of 表三: X36 to AD36, goto.applications.new.natural, 表三“新收”. ``line`` is the line of
    the cover on which what was found stands.
    """

    sheet: layout.TableSheet
    line: int
    rows: tuple[tuple[Spot, ...], ...]
    row_links: tuple[str, ...]
    row_names: tuple[str, ...]
    beside: tuple[layout.Lane, ...]
    below: tuple[layout.Lane, ...]

    @property
    def lanes(self) -> tuple[layout.Lane, ...]:
        return (*self.beside, *self.below)

    def lane_links(self, lanes: Sequence[layout.Lane]) -> list[str]:
        """goto.applications.granted.total: the cell that a broken relation marks."""
        return [self.sheet.link(lane.relation.marked) for lane in lanes]

    def lane_names(self, lanes: Sequence[layout.Lane]) -> list[str]:
        """表三“予以公开”（总计）."""
        form = self.sheet.form
        found: list[str] = []
        for lane in lanes:
            cell = form.cells[lane.relation.marked]
            found.append(f"{form.number}“{short_row(cell.row)}”（{short_column(cell.column)}）")
        return found


@cache
def signposts() -> tuple[Signposts, ...]:
    """Those of all sheets, table by table, each in its newest form first."""
    found: list[Signposts] = []
    for table in layout.EDITION_SPOTS:
        for sheet in layout.table_sheets():
            if sheet.table == table:
                found.append(signposts_of(sheet, FIRST_LINE + len(found)))
    return tuple(found)


def signposts_of(sheet: layout.TableSheet, line: int) -> Signposts:
    rows: list[tuple[Spot, ...]] = []
    links: list[str] = []
    names: list[str] = []
    for row in sheet.form.rows:
        cells = [cell.id for cell in sheet.form.row_cells(row.id)]
        rows.append(tuple(sheet.image(sheet.cells[cell]) for cell in cells))
        links.append(sheet.link(cells[0]))
        names.append(f"{sheet.form.number}“{short_row(row)}”")
    below = [lane for lane in sheet.lanes.values() if not lane.beside]
    return Signposts(
        sheet, line, tuple(rows), tuple(links), tuple(names), sheet.lanes_beside, tuple(below)
    )


def other_editions(sheet: layout.TableSheet) -> list[str]:
    """The editions whose choice on the cover shows another sheet of this table."""
    found: list[str] = []
    for other in layout.table_sheets():
        if other.table == sheet.table and other is not layout.newest_sheet(sheet.table):
            found += other.editions
    return found


# --- formulas -------------------------------------------------------------------------------------


def guide_formulas(counters: Mapping[str, int]) -> dict[Spot, str]:
    """Place on the cover -> formula; ``counters`` are its hidden columns that count each table."""
    found: dict[Spot, str] = {}
    for posts in signposts():
        for name, told in sheet_formulas(posts).items():
            found[posts.line, COLUMNS[name]] = f"={told}"
    for name in PLACES:
        found[first_line(), COLUMNS[name]] = f"={first_of(name)}"
    for name, told in shown_formulas(counters).items():
        found[layout.GUIDE_SPOTS[name]] = f"={told}"
    return found


def first_line() -> int:
    """The line of the cover on which the first place of all tables stands."""
    return FIRST_LINE + len(signposts())


def sheet_formulas(posts: Signposts) -> dict[str, str]:
    """What is looked for on one sheet: 0 and "" where the cover names another edition."""
    sheet = posts.sheet
    blank: list[str] = []
    for mirrors in posts.rows:
        blank.append(f"COUNT({layout.ranges_of(mirrors, sheet.name)})<{len(mirrors)}")
    at = {name: f"{letters(column)}{posts.line}" for name, column in COLUMNS.items()}
    links = [posts.lane_links(lanes) for lanes in (posts.beside, posts.below)]
    names = [posts.lane_names(lanes) for lanes in (posts.beside, posts.below)]
    found = {
        "cells": str(len(sheet.cells)),
        "open": first_true(blank),
        "beside": first_true(broken_tests(sheet, posts.beside)),
        "below": first_true(broken_tests(sheet, posts.below)),
    }
    for name, told in found.items():
        found[name] = when_chosen(sheet, told)
    return found | {
        "open_link": chosen(at["open"], posts.row_links),
        "open_name": chosen(at["open"], posts.row_names),
        "broken_link": chosen(at["beside"], links[0], chosen(at["below"], links[1])),
        "broken_name": chosen(at["beside"], names[0], chosen(at["below"], names[1])),
    }


def broken_tests(sheet: layout.TableSheet, lanes: Sequence[layout.Lane]) -> list[str]:
    return [f"ISNUMBER({layout.address(sheet.image(lane.spot), sheet.name)})" for lane in lanes]


def when_chosen(sheet: layout.TableSheet, told: str) -> str:
    """``told``, or 0 where the cover names an edition with another sheet for this table."""
    others = other_editions(sheet)
    if not others or told == "0":
        return told
    cell = f"$C${layout.EDITION_SPOTS[sheet.table][0]}"
    if sheet is layout.newest_sheet(sheet.table):
        for edition in others:
            told = f'IF({cell}&""="{edition}",0,{told})'
        return told
    return f'IF({cell}&""="{sheet.editions[0]}",{told},0)'


def first_true(tests: Sequence[str]) -> str:
    """IF(a,1,IF(b,2,0)): which of some conditions is the first that holds."""
    told = "0"
    for number, test in reversed(list(enumerate(tests, 1))):
        told = f"IF({test},{number},{told})"
    return told


def chosen(number: str, texts: Sequence[str], otherwise: str = '""') -> str:
    """IF(Q12>0,"goto.applications."&CHOOSE(Q12,"new","granted")&".natural",""): what all texts
    begin and end with is written once.
    """
    if not texts:
        return otherwise
    if len(texts) == 1:
        return f'IF({number}>0,"{texts[0]}",{otherwise})'
    start = common_start(texts)
    rests = [text[len(start) :] for text in texts]
    end = common_start([rest[::-1] for rest in rests])[::-1]
    middles = ",".join(f'"{rest.removesuffix(end)}"' for rest in rests)
    return f'IF({number}>0,"{start}"&CHOOSE({number},{middles})&"{end}",{otherwise})'


def common_start(texts: Sequence[str]) -> str:
    """goto.disputes.review.total, goto.disputes.direct_litigation.total -> goto.disputes."""
    first, last = min(texts), max(texts)
    length = 0
    while length < min(len(first), len(last)) and first[length] == last[length]:
        length += 1
    return first[:length]


def first_of(name: str) -> str:
    """What stands on the first line of a table that found a place."""
    column = letters(COLUMNS[name])
    told = '""'
    for posts in reversed(signposts()):
        told = f'IF({column}{posts.line}<>"",{column}{posts.line},{told})'
    return told


def shown_formulas(counters: Mapping[str, int]) -> dict[str, str]:
    """What the guide shows: progress, what is blank, what does not agree, what is next."""
    lines = layout.rows_of(layout.EDITION_SPOTS.values())
    areas: dict[str, str] = {}
    for name, column in counters.items():
        areas[name] = f"{letters(column)}{lines[0]}:{letters(column)}{lines[-1]}"
    figures, texts, broken = (f"SUM({areas[name]})" for name in ("figures", "texts", "broken"))
    cells = letters(COLUMNS["cells"])
    every = f"SUM({cells}{FIRST_LINE}:{cells}{first_line() - 1})"
    at = {name: f"{letters(COLUMNS[name])}{first_line()}" for name in PLACES}
    fill = linked(at["open_link"], joined(NEXT_FILL, at["open_name"]))
    told = f'IF({at["open_link"]}<>"",{fill},HYPERLINK("#{layout.PROSE_NAME}","{NEXT_PROSE}"))'
    told = f'IF({broken}>0,HYPERLINK("#{layout.RESULTS_NAME}","{NEXT_RESULTS}"),{told})'
    told = f'IF({texts}>0,"{NEXT_TEXTS}",{told})'
    left = linked(at["open_link"], joined(OPEN, f"({every}-{figures})", at["open_name"]))
    wrong = linked(at["broken_link"], joined(BROKEN, broken, at["broken_name"]))
    sound = f'IF({figures}=0,"{NO_FIGURES_YET}","{NOTHING_BROKEN}")'
    return {
        "progress": joined(PROGRESS, figures, every),
        "open": f'IF({at["open_link"]}="","{ALL_FILLED}",{left})',
        "broken": f'IF({at["broken_link"]}="",{sound},{wrong})',
        "next": f'IF(COUNTIF({areas["moved"]},"?*")>0,"{NEXT_RESTORE}",{told})',
    }


def linked(link: str, text: str) -> str:
    return f'HYPERLINK("#"&{link},{text})'


def joined(sentence: str, *parts: str) -> str:
    """已填{}/{}格 -> "已填"&a&"/"&b&"格"."""
    texts = sentence.split("{}")
    told = f'"{texts[0]}"'
    for part, text in zip(parts, texts[1:], strict=True):
        told += f'&{part}&"{text}"'
    return told
