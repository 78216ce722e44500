"""What the tables and the cover show -> what the cover's guide shows: the twin of ``guide``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gongkai.spreadsheets import Spot
from gongkai.workbook import layout
from gongkai.workbook.live import formulas, guide
from gongkai.workbook.live.results import (
    UNKNOWN,
    CellValue,
    CellValues,
    Results,
    chosen_sheet,
    if_known,
    is_number,
    numbers_in,
    shown_at,
    sum_of,
)

NOT_CHOSEN: Mapping[str, CellValue] = dict.fromkeys(guide.COLUMNS, 0) | dict.fromkeys(
    guide.PLACES, ""
)


def guide_results(cells: CellValues, tables: Mapping[str, Results], cover: Results) -> Results:
    """``cells`` are those of the cover, ``cover`` what its other formulas show."""
    found: Results = {}
    told: list[Mapping[str, CellValue]] = []
    for posts in guide.signposts():
        edition = cells.get(layout.EDITION_SPOTS[posts.sheet.table])
        is_chosen = chosen_sheet(posts.sheet.table, edition) is posts.sheet
        told.append(found_on(posts, tables.get(posts.sheet.name)) if is_chosen else NOT_CHOSEN)
        found |= on_line(posts.line, told[-1])
    first: dict[str, CellValue] = {}
    for name in guide.PLACES:
        first[name] = first_text([one[name] for one in told])
    found |= on_line(guide.first_line(), first)
    every = sum_of(one["cells"] for one in told)
    return found | shown_results(counted_on(cover), every, first)


def on_line(line: int, told: Mapping[str, CellValue]) -> Results:
    found: Results = {}
    for name, value in told.items():
        found[line, guide.COLUMNS[name]] = value
    return found


def found_on(posts: guide.Signposts, results: Results | None) -> dict[str, CellValue]:
    """The first row with a blank and the first broken lanes of a sheet, by their numbers; UNKNOWN
    for a sheet that is not as we write it.
    """
    told: dict[str, CellValue] = dict.fromkeys(guide.COLUMNS, UNKNOWN)
    told["cells"] = len(posts.sheet.cells)
    if results is None:
        return told
    row = first_blank(posts.rows, results)
    beside = first_broken(posts.sheet, posts.beside, results)
    below = first_broken(posts.sheet, posts.below, results)
    told |= {"open": row, "beside": beside, "below": below}
    told["open_link"] = text_at(posts.row_links, row)
    told["open_name"] = text_at(posts.row_names, row)
    lanes, number = (posts.beside, beside) if beside else (posts.below, below)
    told["broken_link"] = text_at(posts.lane_links(lanes), number)
    told["broken_name"] = text_at(posts.lane_names(lanes), number)
    return told


def first_blank(rows: Sequence[Sequence[Spot]], results: Results) -> CellValue:
    for number, mirrors in enumerate(rows, 1):
        held = shown_at(results, mirrors)
        if UNKNOWN in held:
            return UNKNOWN
        if numbers_in(held) < len(mirrors):
            return number
    return 0


def first_broken(
    sheet: layout.TableSheet, lanes: Sequence[layout.Lane], results: Results
) -> CellValue:
    for number, lane in enumerate(lanes, 1):
        shown = results[sheet.image(lane.spot)]
        if shown is UNKNOWN:
            return UNKNOWN
        if is_number(shown):
            return number
    return 0


def text_at(texts: Sequence[str], number: CellValue) -> CellValue:
    """The text of this number, from 1 on; "" for 0."""
    if not isinstance(number, int):
        return UNKNOWN
    return texts[number - 1] if number else ""


def first_text(texts: Sequence[CellValue]) -> CellValue:
    for text in texts:
        if text != "":
            return text
    return ""


def counted_on(cover: Results) -> dict[str, CellValue]:
    """What the hidden columns count, over all tables; of ``moved`` how many tables are."""
    found: dict[str, CellValue] = {}
    for name, column in formulas.COUNTERS.items():
        values = [cover[row, column] for row in layout.rows_of(layout.EDITION_SPOTS.values())]
        count = sum(value != "" for value in values) if name == "moved" else sum_of(values)
        found[name] = if_known(values, count)
    return found


def shown_results(
    counts: Mapping[str, CellValue], every: int, first: Mapping[str, CellValue]
) -> Results:
    figures, broken = counts["figures"], counts["broken"]
    told: dict[str, CellValue] = dict.fromkeys(layout.GUIDE_SPOTS, UNKNOWN)
    if isinstance(figures, int):
        told["progress"] = guide.PROGRESS.format(figures, every)
        left = guide.OPEN.format(every - figures, first["open_name"])
        told["open"] = text_of_place(first["open_link"], left, guide.ALL_FILLED)
    wrong = guide.BROKEN.format(broken, first["broken_name"])
    sound = guide.NOTHING_BROKEN if figures else guide.NO_FIGURES_YET
    told["broken"] = if_known([figures], text_of_place(first["broken_link"], wrong, sound))
    told["next"] = if_known([*counts.values(), *first.values()], next_step(counts, first))
    found: Results = {}
    for name, value in told.items():
        found[layout.GUIDE_SPOTS[name]] = value
    return found


def text_of_place(link: CellValue, told: str, otherwise: str) -> CellValue:
    if link is UNKNOWN:
        return UNKNOWN
    return told if link else otherwise


def next_step(counts: Mapping[str, CellValue], first: Mapping[str, CellValue]) -> str:
    """What is to be done first: lines back in their places, texts, what does not agree, blanks."""
    if counts["moved"]:
        return guide.NEXT_RESTORE
    if counts["texts"]:
        return guide.NEXT_TEXTS
    if counts["broken"]:
        return guide.NEXT_RESULTS
    if first["open_link"]:
        return guide.NEXT_FILL.format(first["open_name"])
    return guide.NEXT_PROSE
