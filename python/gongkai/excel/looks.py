"""What the open program says of the looks of figures and texts -> a Sheet, as a file's reader gives
it.

A question is asked of all of them on a sheet at once: the program answers with one value where they
agree, and with none where they differ; only there the range is halved. So a sound sheet takes one
call a question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import islice
from typing import Any

import xlwings as xw

from gongkai.excel.blocks import Cells, Rectangle, edits_to_blocks
from gongkai.spreadsheets import Area, Sheet, Spot, formats, seen
from gongkai.workbook import layout
from gongkai.workbook.cells import edits_on

# Question -> where Windows keeps the answer, and where a Mac does.
QUESTIONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "superscript": (("Font", "Superscript"), ("font_object", "superscript")),
    "subscript": (("Font", "Subscript"), ("font_object", "subscript")),
    "struck": (("Font", "Strikethrough"), ("font_object", "strikethrough")),
    "color": (("Font", "Color"), ("font_object", "color")),
    "size": (("Font", "Size"), ("font_object", "font_size")),
    "ground": (("Interior", "Color"), ("interior_object", "color")),
    "merged": (("MergeCells",), ("merge_cells",)),
    "row": (("EntireRow", "Hidden"), ("entire_row", "hidden")),
    "column": (("EntireColumn", "Hidden"), ("entire_column", "hidden")),
}
WHOLE = ("superscript", "subscript", "struck", "color", "row", "column")
OF_PIECES = ("superscript", "subscript", "struck", "color")
BLACK = "000000"
MOST_PIECES = 40  # of one text that look otherwise than the one before
Answers = Mapping[Spot, object]


class Untold(Exception):
    """The program does not say how cells look."""


def sheet_seen(live: xw.Sheet, name: str, cells: Cells, asked: Collection[Spot]) -> Sheet:
    """A sheet of a report as its program shows it: the looks of the cells that are ``asked`` for.
    Raises Untold.
    """
    reported = sorted(asked)
    figures = [spot for spot in reported if spot in cells]
    if not figures:
        return Sheet(name, cells=cells)
    blocks = blocks_of(name, reported)
    told: dict[str, Answers] = {}
    for question in WHOLE:
        told[question] = answers(live, blocks, question, figures)
    told["ground"] = grounds(live, blocks, told["color"])
    found = dict(cells)
    kinds = format_kinds(live, blocks, cells, figures) | letter_kinds(told, figures)
    for spot in texts_in_pieces(live, blocks, cells, told):
        found[spot], kinds[spot] = text_in_pieces(live, spot, cells, told)
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    for spot in figures:
        if told["row"][spot] is True:
            hidden_rows.add(spot[0])
        if told["column"][spot] is True:
            hidden_columns.add(spot[1])
    return Sheet(
        name=name,
        visible=bool(live.visible),
        cells=found,
        kinds=kinds,
        hidden_rows=hidden_rows,
        hidden_columns=hidden_columns,
        merged=list(merged_areas(live, merged_figures(live, name, figures))),
    )


def blocks_of(name: str, spots: Iterable[Spot]) -> list[Rectangle]:
    """The fewest rectangles that cover some cells of a sheet and no other."""
    return edits_to_blocks(edits_on(name, dict.fromkeys(spots)))


def texts_in_pieces(
    live: xw.Sheet, blocks: Sequence[Rectangle], cells: Cells, told: Mapping[str, Answers]
) -> Iterator[Spot]:
    """The texts of which parts look otherwise.

    Only they are asked for sizes, for a number has one.
    """
    texts: list[Spot] = []
    for spot in told["struck"]:
        if isinstance(cells[spot], str):
            texts.append(spot)
    if not texts:
        return
    sizes = answers(live, blocks, "size", texts)
    for spot in texts:
        looks = [told[question][spot] for question in OF_PIECES]
        if None in (sizes[spot], *looks):
            yield spot


# --- questions ------------------------------------------------------------------------------------


def answers(
    live: xw.Sheet, blocks: Sequence[Rectangle], question: str, spots: Collection[Spot]
) -> Answers:
    """Spot -> the answer.

    None for a cell that is no one thing itself, as a text of which a part is struck.
    """
    areas: list[Area] = []
    for block in blocks:
        first, last = block.corners
        areas.append((*first, *last))
    together = all_of(live, areas)
    value = told_of(together, question) if together is not None else None
    if value is not None:
        return dict.fromkeys(spots, value)
    found: dict[Spot, object] = {}
    for area in areas:
        found |= answers_in(live, area, question, spots)
    return found


def answers_in(live: xw.Sheet, area: Area, question: str, spots: Collection[Spot]) -> Answers:
    inside = [spot for spot in spots if is_in(spot, area)]
    if not inside:
        return {}
    first, last = area[:2], area[2:]
    value = told_of(live.range(first, last).api, question)
    if value is not None or first == last:
        return dict.fromkeys(inside, value)
    one, other = halves(area)
    return {**answers_in(live, one, question, spots), **answers_in(live, other, question, spots)}


def is_in(spot: Spot, area: Area) -> bool:
    top, left, bottom, right = area
    return top <= spot[0] <= bottom and left <= spot[1] <= right


def halves(area: Area) -> tuple[Area, Area]:
    """B4:D5 -> B4:D4 and B5:D5.

    Rows first, for what is hidden or struck is a row of a form as a rule.
    """
    top, left, bottom, right = area
    if bottom > top:
        middle = (top + bottom) // 2
        return (top, left, middle, right), (middle + 1, left, bottom, right)
    middle = (left + right) // 2
    return (top, left, bottom, middle), (top, middle + 1, bottom, right)


def all_of(live: xw.Sheet, areas: Sequence[Area]) -> Any:
    """The program's own object for several areas at once.

    None where it has none, as on a Mac: xlwings would take the first cell of B4:D5,B8 there.
    """
    if len(areas) == 1:
        return None
    try:
        return live.api.Range(",".join(map(address_of, areas)))
    except (AttributeError, NotImplementedError):
        return None


def address_of(area: Area) -> str:
    first, last = layout.address(area[:2]), layout.address(area[2:])
    return first if first == last else f"{first}:{last}"


def told_of(found: Any, question: str) -> object:
    """What the program's object says: a truth, a size, a colour (RRGGBB).

    None where cells differ. Raises Untold.
    """
    value = answer_of(found, question)
    if question in ("color", "ground"):
        return color_in(value)
    return value if isinstance(value, bool | int | float) else None


def answer_of(found: Any, question: str) -> object:
    """As the program says it.

    Raises Untold where it has no such property; a Mac says so by an error of its own.
    """
    windows, mac = QUESTIONS[question]
    try:
        return reduce(getattr, windows, found)
    except NotImplementedError as error:
        raise Untold(question) from error
    except AttributeError:
        pass
    try:
        return reduce(getattr, mac, found).get()
    except Exception as error:
        if is_of_a_mac(error):
            raise Untold(question) from error
        raise


def is_of_a_mac(error: Exception) -> bool:
    """Whether an error says that a Mac's program has no such property."""
    module = type(error).__module__.partition(".")[0]
    return isinstance(error, AttributeError) or module in ("appscript", "aem")


def color_in(value: object) -> str | None:
    """Windows says a colour as a number, blue first (0xC83C00 is 003CC8), a Mac as red, green and
    blue.
    """
    if isinstance(value, int | float) and 0 <= value <= 0xFFFFFF:
        blue, green, red = int(value).to_bytes(3, "big")
        return f"{red:02X}{green:02X}{blue:02X}"
    if isinstance(value, list | tuple) and len(value) == 3:
        red, green, blue = map(int, value)
        return f"{red & 0xFF:02X}{green & 0xFF:02X}{blue & 0xFF:02X}"
    return None


# --- looks ----------------------------------------------------------------------------------------


def grounds(live: xw.Sheet, blocks: Sequence[Rectangle], colors: Answers) -> Answers:
    """The colours behind letters.

    Of black ones nobody asks: that is one question less for nearly every sheet.
    """
    found: dict[Spot, object] = dict.fromkeys(colors, "")
    others: list[Spot] = []
    for spot, color in colors.items():
        if color != BLACK:
            others.append(spot)
    if others:
        found |= answers(live, blocks, "ground", others)
    return found


def letter_kinds(told: Mapping[str, Answers], figures: Collection[Spot]) -> dict[Spot, str]:
    found: dict[Spot, str] = {}
    for spot in figures:
        kind = letters_at(told, spot).kind
        if kind:
            found[spot] = kind
    return found


def letters_at(told: Mapping[str, Answers], spot: Spot) -> seen.Piece:
    """How the letters of a cell look as a whole."""
    raised = told["superscript"][spot] is True or told["subscript"][spot] is True
    letters = seen.Piece("", raised, told["struck"][spot] is True, word_of(told["color"][spot]))
    return letters.on(word_of(told["ground"][spot]))


def word_of(color: object) -> str:
    return color if isinstance(color, str) else ""


def text_in_pieces(
    live: xw.Sheet, spot: Spot, cells: Cells, told: Mapping[str, Answers]
) -> tuple[str, str]:
    """(text, kind) of a cell parts of which look otherwise.

    Where the program does not say which, no part is taken.
    """
    cell, text = live.range(spot), seen.text_of(cells[spot])
    try:
        pieces = list(islice(pieces_in(cell, text, 0, len(text)), MOST_PIECES + 1))
    except Untold:
        return text, formats.MIXED
    if len(pieces) > MOST_PIECES:
        return text, formats.MIXED
    return seen.settled(pieces, seen.Piece(""), word_of(told["ground"][spot]))


def pieces_in(cell: xw.Range, text: str, start: int, end: int) -> Iterator[seen.Piece]:
    """134 of which 34 is struck -> 1, 3, 4: halves, until what is asked looks like one thing."""
    try:
        letters = cell.characters[start:end].api
    except Exception as error:  # broken on some Macs, where xlwings says what AppleScript says
        raise Untold("characters") from error
    looks = [told_of(letters, question) for question in (*OF_PIECES, "size")]
    if None in looks and end - start > 1:
        middle = (start + end) // 2
        yield from pieces_in(cell, text, start, middle)
        yield from pieces_in(cell, text, middle, end)
    else:
        yield piece_of(text[start:end], looks)


def piece_of(text: str, looks: Sequence[object]) -> seen.Piece:
    above, below, struck, color, size = looks
    piece = seen.Piece(text, above is True or below is True, struck is True, word_of(color))
    return piece._replace(size=float(size)) if isinstance(size, int | float) else piece


def merged_figures(live: xw.Sheet, name: str, figures: Collection[Spot]) -> Answers:
    """Whether figures stand in merged cells, or under them.

    Those aside that the official form merges itself; texts have no other one beside them.
    """
    sheet = layout.tables_by_name().get(name)
    if sheet is None:
        return {}
    single: list[Spot] = []
    held: list[Spot] = []
    for cell, spot in sheet.cells.items():
        box = sheet.form.cells[cell].box
        if box.width * box.height == 1:
            single.append(spot)
            if spot in figures:
                held.append(spot)
    return answers(live, blocks_of(sheet.name, single), "merged", held)


def merged_areas(live: xw.Sheet, merged: Answers) -> Iterator[Area]:
    for spot, is_merged in merged.items():
        if is_merged is not False:
            area = live.range(spot).merge_area
            last = area.last_cell
            yield area.row, area.column, last.row, last.column


# --- number formats -------------------------------------------------------------------------------


def format_kinds(
    live: xw.Sheet, blocks: Sequence[Rectangle], cells: Cells, figures: Collection[Spot]
) -> dict[Spot, str]:
    """Kinds of the formats of cells.

    A block has one format as a rule: one call for each, and one for each odd cell.
    """
    kinds: dict[Spot, str] = {}
    for block in blocks:
        inside = [spot for spot, _ in block.cells() if spot in figures]
        if not inside:
            continue
        code = live.range(*block.corners).number_format
        if is_plain(code):
            kinds |= {spot: formats.rounding_of(str(code)) for spot in inside}
            continue
        for spot in inside:
            kinds[spot] = kind_shown(live.range(spot).number_format, cells[spot])
    return kinds


def kind_shown(code: object, value: object) -> str:
    """What a format makes of a number or a text."""
    if not isinstance(code, str):
        return formats.STRANGE
    return (
        formats.kind_in_cell(code)
        if formats.as_figure(value) is not None
        else formats.kind_of_text(code)
    )


def is_plain(code: object) -> bool:
    return (
        isinstance(code, str) and formats.kind_of(code) == "" and formats.kind_of_text(code) == ""
    )


def format_kind(cells: xw.Range) -> str:
    """What the format makes of a number, "" for the number itself.

    STRANGE where the cells have several formats.
    """
    code = cells.number_format
    return formats.kind_of(code) if isinstance(code, str) else formats.STRANGE
