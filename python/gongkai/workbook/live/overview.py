"""The figures behind the charts of the summary: live sums by year, as a block above its list.

Only functions that Excel 2010, WPS and LibreOffice share, and no array formulas. Hidden rows count
too, so a filter over the list changes nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import chain, count
from typing import Any

from gongkai.spreadsheets import Spot, formats, letters
from gongkai.workbook import layout, lists
from gongkai.workbook.cells import RowValues

YEARS, YEARS_TOP = 8, 3
BLOCK_LEFT = len(lists.SUMMARY_HEADS) + 1  # right of the charts
OUTCOME = re.compile(r"（[一二三四五六]）([^（]+)")


@dataclass(frozen=True)
class YearBlock:
    """Where the block's figures stand. ``counts`` and ``shares`` by outcome: the column of each."""

    cells: Mapping[Spot, str]
    counts: Mapping[str, int]
    shares: Mapping[str, int]
    helper: int
    rest_row: int
    total_row: int


@cache
def outcomes() -> dict[str, tuple[str, ...]]:
    """The six outcomes of an application -> the cells of the summary that count them, in any
    edition.
    """
    found: dict[str, tuple[str, ...]] = {}
    for column in lists.summary_columns():
        match = OUTCOME.match(column.group.partition(" ")[2] or column.head)
        if match and column.cell.startswith("applications."):
            found[match[1]] = (*found.get(match[1], ()), column.cell)
    return found


@cache
def block_cells() -> YearBlock:
    """Columns A and B hold years and applications received; the rest stands right of the charts."""
    rest, total = YEARS_TOP + YEARS, YEARS_TOP + YEARS + 1
    counts: dict[str, int] = {}
    shares: dict[str, int] = {}
    number = len(outcomes())
    for place, name in enumerate(outcomes()):
        counts[name] = BLOCK_LEFT + 2 + place
        shares[name] = BLOCK_LEFT + 3 + number + place
    helper = BLOCK_LEFT + 3 + 2 * number
    kinds = {YEARS_TOP - 1: "head", rest: "rest", total: "total"}
    cells: dict[Spot, str] = {}
    for row in range(YEARS_TOP - 1, total + 1):
        kind = kinds.get(row, "year")
        for column, text in line_cells(kind, row, counts, shares).items():
            cells[row, column] = text
    cells[YEARS_TOP - 1, helper] = "年度（新到旧）"
    for row in range(YEARS_TOP, rest):
        cells[row, helper] = newest_years(row, letters(helper))
        cells[row, 1] = oldest_first(row, letters(helper))
    return YearBlock(cells, counts, shares, helper, rest, total)


def line_cells(
    kind: str, row: int, counts: Mapping[str, int], shares: Mapping[str, int]
) -> dict[int, str]:
    """Column -> text or formula of one line of the block, without its year."""
    if kind == "head":
        return head_cells(counts, shares)
    cells = {
        2: amount(kind, row, 2, ["applications.new.total"]),
        BLOCK_LEFT + 1: amount(kind, row, BLOCK_LEFT + 1, []),
    }
    for name, column in counts.items():
        cells[column] = amount(kind, row, column, outcomes()[name])
    sum_column = max(counts.values()) + 1
    first, last = letters(min(counts.values())), letters(sum_column - 1)
    total = f"${letters(sum_column)}{row}"
    cells[sum_column] = when_year(kind, row, f"SUM({first}{row}:{last}{row})")
    for name, column in shares.items():
        share = f'IF({total}=0,"",{letters(counts[name])}{row}/{total})'
        cells[column] = when_year(kind, row, share)
    title = {"rest": "其余年度及未注明", "total": "合计"}
    return cells | {1: title.get(kind, ""), BLOCK_LEFT: f'=$A{row}&""'}


def head_cells(counts: Mapping[str, int], shares: Mapping[str, int]) -> dict[int, str]:
    heads = {2: "新收申请", BLOCK_LEFT + 1: "报告数"}
    for name, column in counts.items():
        heads[column] = name
    heads |= {1: "年度", BLOCK_LEFT: "年度", max(counts.values()) + 1: "合计"}
    for name, column in shares.items():
        heads[column] = f"{name}占比"
    return heads


def when_year(kind: str, row: int, formula: str) -> str:
    return f'=IF($A{row}="","",{formula})' if kind == "year" else f"={formula}"


def amount(kind: str, row: int, column: int, figures: Sequence[str]) -> str:
    """The sum of some figures over the reports of a line's year.

    Without figures, the number of these reports.
    """
    if kind == "rest":
        name, last = letters(column), YEARS_TOP + YEARS
        return f"={name}{last + 1}-SUM({name}{YEARS_TOP}:{name}{last - 1})"
    if kind == "total":
        ranges = ",".join(map(column_range, figures))
        return f"=SUM({ranges})" if figures else f"=COUNTA({column_range('source')})"
    years = column_range("year")
    if not figures:
        return when_year(kind, row, f"COUNTIF({years},$A{row})")
    parts: list[str] = []
    for name in figures:
        parts.append(f"SUMIF({years},$A{row},{column_range(name)})")
    return when_year(kind, row, "+".join(parts))


def column_range(name: str) -> str:
    """``$B$15:$B$5014``: the column of a leading field or of a figure, down to the last row of the
    list.
    """
    column = letters([*lists.SUMMARY_HEADS, *lists.summary_cells()].index(name) + 1)
    return (
        f"${column}${layout.SUMMARY_TOP}:${column}${layout.SUMMARY_TOP + layout.SUMMARY_ROWS - 1}"
    )


def newest_years(row: int, helper: str) -> str:
    """Each year of the list once, the newest first."""
    years, above = column_range("year"), f"{helper}{row - 1}"
    if row == YEARS_TOP:
        return f'=IF(COUNT({years})=0,"",MAX({years}))'
    older = f'COUNTIF({years},"<"&{above})=0'
    return f'=IF({above}="","",IF({older},"",LARGE({years},COUNTIF({years},">="&{above})+1)))'


def oldest_first(row: int, helper: str) -> str:
    place = row - YEARS_TOP + 1
    found = f"${helper}${YEARS_TOP}:${helper}${YEARS_TOP + YEARS - 1}"
    return f'=IF({place}>COUNT({found}),"",SMALL({found},{place}))'


# --- what the formulas show -----------------------------------------------------------------------


def block_results(cells: Mapping[Spot, object], below: Iterable[RowValues] = ()) -> dict[Spot, Any]:
    """Place -> what the block's formulas show over the list as it stands, and over the lines that
    are about to be written ``below``.

    Nothing is told where a year or a figure is no plain number: to a spreadsheet a text 2021 is the
    number in one function and not in the next.
    """
    lines = summary_lines(chain(lines_held(cells), lines_told(below)))
    if lines is None:
        return {}
    block = block_cells()
    found: dict[Spot, Any] = {}
    sources = 0
    of_year: dict[int, list[SummaryLine]] = {}
    for line in lines:
        sources += line.source
        if line.year is not None:
            of_year.setdefault(line.year, []).append(line)
    years = sorted(of_year, reverse=True)[:YEARS]
    blank: list[Any] = [""] * (YEARS - len(years))
    for row, newest, year in zip(
        count(YEARS_TOP), years + blank, years[::-1] + blank, strict=False
    ):
        found |= {(row, block.helper): newest, (row, 1): year}
        found |= line_results(block, row, str(year), of_year.get(year, []))
    found |= line_results(block, block.total_row, "合计", lines)
    found[block.total_row, BLOCK_LEFT + 1] = sources
    found |= rest_results(block, found)
    for spot in list(found):
        if not block.cells.get(spot, "").startswith("="):
            del found[spot]
    return found


@dataclass(frozen=True)
class SummaryLine:
    """A line of the list: its year, and the figures of the outcomes and of what was received."""

    year: int | None
    source: bool
    figures: Mapping[str, int | float]


def counted_cells() -> set[str]:
    found = {"applications.new.total"}
    for cells in outcomes().values():
        found.update(cells)
    return found


def lines_held(cells: Mapping[Spot, object]) -> Iterator[dict[str, object]]:
    """The lines of the list, each with what it holds by the names of columns and figures."""
    columns = dict(zip(line_names(), count(1), strict=False))
    for row in layout.rows_of(cells):
        if row not in layout.SUMMARY_LIST.lines:
            continue
        held: dict[str, object] = {}
        for name, column in columns.items():
            held[name] = cells.get((row, column))
        yield held


def lines_told(lines: Iterable[RowValues]) -> Iterator[dict[str, object]]:
    """The same of lines that are about to be written: what is read of them once they are."""
    names = line_names()
    for line in lines:
        held: dict[str, object] = {}
        for name, value in zip(names, line, strict=True):
            held[name] = formats.as_figure(value) if isinstance(value, Decimal) else value
        yield held


def line_names() -> tuple[str, ...]:
    return (*lists.SUMMARY_HEADS, *lists.summary_cells())


def summary_lines(held_lines: Iterable[Mapping[str, object]]) -> list[SummaryLine] | None:
    lines: list[SummaryLine] = []
    for held in held_lines:
        line = summary_line(held)
        if line is None:
            return None
        lines.append(line)
    return lines


def summary_line(held: Mapping[str, object]) -> SummaryLine | None:
    year = held["year"]
    if year is not None and type(year) is not int:
        return None
    figures: dict[str, int | float] = {}
    for name in counted_cells():
        figure = counted_figure(held[name])
        if figure is None:
            return None
        figures[name] = figure
    return SummaryLine(year, held["source"] is not None, figures)


def counted_figure(value: object) -> int | float | None:
    """A figure as SUM counts it, a text as nothing.

    None for what no sum can be told with, such as #N/A.
    """
    if isinstance(value, bool | str) or value is None:
        return 0
    if isinstance(value, int):
        return value
    return float(value) if isinstance(value, float | Decimal) else None


def line_results(
    block: YearBlock, row: int, title: str, lines: Sequence[SummaryLine]
) -> dict[Spot, Any]:
    """A line of the block: of one year, of all, or of none ("")."""
    sums: dict[int, int | float] = {2: sum_of(lines, ("applications.new.total",))}
    for name, column in block.counts.items():
        sums[column] = sum_of(lines, outcomes()[name])
    sums[BLOCK_LEFT + 1] = len(lines)
    sums[sum_column(block)] = sum_of_outcomes(block, sums)
    told: dict[int, Any] = sums | shares_of(block, sums)
    if not title:
        told = dict.fromkeys(told, "")
    told[BLOCK_LEFT] = title
    return on_row(row, told)


def on_row(row: int, told: Mapping[int, Any]) -> dict[Spot, Any]:
    """What the columns of a row show, by its places."""
    found: dict[Spot, Any] = {}
    for column, value in told.items():
        found[row, column] = value
    return found


def sum_of(lines: Sequence[SummaryLine], cells: Sequence[str]) -> int | float:
    amounts: list[int | float] = []
    for line in lines:
        amounts.append(sum(map(line.figures.__getitem__, cells)))
    return sum(amounts)


def sum_of_outcomes(block: YearBlock, sums: Mapping[int, int | float]) -> int | float:
    return sum(map(sums.__getitem__, block.counts.values()))


def sum_column(block: YearBlock) -> int:
    return max(block.counts.values()) + 1


def shares_of(block: YearBlock, sums: Mapping[int, int | float]) -> dict[int, float | str]:
    whole = sums[sum_column(block)]
    shares: dict[int, float | str] = {}
    for name, column in block.shares.items():
        shares[column] = sums[block.counts[name]] / whole if whole else ""
    return shares


def rest_results(block: YearBlock, found: Mapping[Spot, Any]) -> dict[Spot, Any]:
    """The line of all other years: the whole less the years above."""
    row = block.rest_row
    sums: dict[int, int | float] = {}
    for column in (2, BLOCK_LEFT + 1, *block.counts.values()):
        above = 0
        for line in range(YEARS_TOP, YEARS_TOP + YEARS):
            above += found[line, column] or 0
        sums[column] = found[block.total_row, column] - above
    sums[sum_column(block)] = sum_of_outcomes(block, sums)
    told: dict[int, Any] = sums | shares_of(block, sums)
    return on_row(row, told | {BLOCK_LEFT: str(block.cells[row, 1])})
