"""A workbook of ours, as a person sees it -> what stands on its sheets beside the report: notes,
captions that somebody changed, headers, comments, struck words, results that nobody knows.

What is the template's own is told from it by the template itself, cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from gongkai import figures
from gongkai.spreadsheets import Sheet, Spot, seen
from gongkai.workbook import file, layout, reading

SheetsSeen = Mapping[str, reading.SheetValues]
# How texts of the template begin that were worded otherwise in earlier versions.
OURS_OF_OLD = ("✓ 相符", "表格按国务院办公厅规定的格式", "疑为此格填错")


def texts_beside(values: SheetsSeen) -> Iterator[tuple[str, str]]:
    """(place, text) of what somebody wrote outside the cells of the report: 注：… below a table,
    beside a text of 正文, on the cover, in the place of a caption, in a header, in a comment.

    (“表二”A16, 注：含部门。), (“表三”页眉页脚, 单位：百件), (“正文”C7批注, 此段待改)
    """
    for name, own in own_sheets().items():
        found = values.get(name, {})
        for spot in sorted(spots_beside(name, found)):
            text = seen.text_of(found[spot])
            if text.strip() and spot not in own.formulas and not is_own(text, own.cells.get(spot)):
                yield f"“{name}”{layout.address(spot)}", text
        for place, text in reading.texts_aside(found):
            yield f"“{name}”{place}", text


@cache
def own_sheets() -> Mapping[str, Sheet]:
    """The sheets of the template on which a report is written, by their names."""
    names = (layout.COVER, *layout.tables_by_name(), layout.PROSE)
    found: dict[str, Sheet] = {}
    for sheet in file.our_sheets(file.template_path(), None, None, names):
        found[sheet.name] = sheet
    return found


def spots_beside(name: str, found: reading.SheetValues) -> Iterator[Spot]:
    """Where neither a figure or text of the report stands nor what is ours in hidden columns."""
    table = layout.tables_by_name().get(name)
    if name == layout.COVER:
        yield from reading.notes_on_cover(found)
    elif table is None:
        yield from beside_prose(found)
    else:
        yield from beside_table(table, found)


def beside_table(table: layout.TableSheet, found: reading.SheetValues) -> Iterator[Spot]:
    """A label that is not in its place, and a table whose lines moved, is told by whoever reads
    it: there only what stands outside.
    """
    ours = {*table.cells.values(), *(spot for spot, _ in table.guarded)}
    box = table.printed_with_lanes
    top, left = (box.bottom, box.right) if reading.displaced(table, found) else (0, 0)
    for spot in found:
        row, column = spot
        is_ours = spot in ours or column in table.hidden_columns
        is_within = row <= top and column <= left
        if row > 0 and not is_ours and not is_within:
            yield spot


def beside_prose(found: reading.SheetValues) -> Iterator[Spot]:
    last = max(layout.PROSE_COLUMNS.values())
    for row, column in found:
        if 0 < row < layout.PROSE_TOP or (row > 0 and column > last):
            yield row, column


def is_own(text: str, own: object) -> bool:
    """Whether a text is the template's own in its place, or that of an earlier version."""
    wanted = seen.text_of(own)
    if figures.without_blanks(text) == figures.without_blanks(wanted):
        return True
    return bool(wanted) and (layout.is_label(text, wanted) or text.startswith(OURS_OF_OLD))


def struck_texts(values: SheetsSeen) -> Iterator[tuple[str, str]]:
    """(“正文”C9, 不) of what is struck or unseen in a text of which the rest is printed."""
    for name, found in values.items():
        for spot, text in sorted(seen.aside_in(found).dropped.items()):
            yield f"“{name}”{layout.address(spot)}", text


def uncertain_places(values: SheetsSeen) -> Iterator[str]:
    """“表三”D5 of a formula whose stored result is taken, for nobody can tell what it shows."""
    for name, found in values.items():
        for spot in sorted(seen.aside_in(found).uncertain):
            yield f"“{name}”{layout.address(spot)}"
