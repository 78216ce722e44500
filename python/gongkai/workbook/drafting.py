"""A workbook of ours + formulas and comments -> the same with them: a report begun from last
year's.

The texts of a fill are never formulas, so those of a draft come in by themselves, each over the
text or figure that it shows already; Excel and WPS let a user change one in its cell only where
that is no cell for texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING

from gongkai.opc import open_archive
from gongkai.opc.comments import Comment, NewParts, patch_comments
from gongkai.opc.package import package_bytes, parts_bytes, read_xml, related, whole
from gongkai.spreadsheets import Spot
from gongkai.wording import cell_text
from gongkai.workbook import layout
from gongkai.workbook.live.fittings import CellsOf, put_formulas
from gongkai.workbook.live.foreign import SheetSpot
from gongkai.workbook.live.stored import OpenFile, renew
from gongkai.workbook.parts import patch_workbook, without_chain

if TYPE_CHECKING:
    from lxml.etree import _Element

GENERAL = "0"  # the number of the format that takes whatever is typed


def with_formulas(
    content: bytes, formulas: Mapping[SheetSpot, str], comments: Mapping[SheetSpot, str]
) -> bytes:
    """``formulas`` begin with =; what they show is stored with them. Raises BadArchive."""
    book = OpenFile(open_archive(content))
    parts = NewParts(book.archive)
    for name in sheets_named([*formulas, *comments]):
        root = book.root(name)
        put_formulas(root, dict(on_sheet(formulas, name)))
        patch_comments(parts, book.parts[name], root, list(said_on(comments, name)))
        book.touched.add(name)
    changed = general_cells(book, formulas)
    complete = renew(book, formulas)
    roots = {book.main: book.workbook}
    for name in book.touched:
        roots[book.parts[name]] = book.roots[name]
    patch_workbook(book.workbook, {}, complete)
    dropped, without = without_chain(book)
    changed |= parts.changed | without | parts_bytes(roots)
    return package_bytes(book.archive, changed, dropped)


def sheets_named(places: list[SheetSpot]) -> list[str]:
    """Each sheet once, in the order of the workbook's."""
    named = {name for name, _ in places}
    return list(filter(named.__contains__, layout.sheet_names()))


def on_sheet(texts: Mapping[SheetSpot, str], wanted: str) -> Iterator[tuple[Spot, str]]:
    for (name, spot), text in texts.items():
        if name == wanted:
            yield spot, text


def said_on(comments: Mapping[SheetSpot, str], name: str) -> Iterator[Comment]:
    for spot, text in on_sheet(comments, name):
        yield Comment(layout.address(spot), *spot, cell_text(text), "")


# --- looks ----------------------------------------------------------------------------------------


def general_cells(book: OpenFile, formulas: Mapping[SheetSpot, str]) -> dict[str, bytes]:
    """Part -> content, once the cells of these formulas take what is typed for what it is.

    The column of the prose is one for texts: a formula that is changed there would become a text.
    """
    part = related(book.archive, book.main, "styles")
    if not part:
        return {}
    styles = read_xml(book.archive, part, keeping=True)
    looks = styles.find("{*}cellXfs")
    if looks is None:
        return {}
    made: dict[str, str] = {}
    for name in sheets_named(list(formulas)):
        cells = CellsOf(book.root(name))
        for spot, _ in on_sheet(formulas, name):
            cell = cells.cell(spot)
            cell.set("s", general_look(looks, cell.get("s", "0"), made))
    return parts_bytes({part: styles})


def general_look(looks: _Element, number: str, made: dict[str, str]) -> str:
    """The number of a look that is another one but for its format; ``made`` are those that are
    there already.
    """
    if number not in made:
        look = deepcopy(looks[whole(number)])
        look.set("numFmtId", GENERAL)
        look.set("quotePrefix", "0")
        looks.append(look)
        looks.set("count", str(len(looks)))
        made[number] = str(len(looks) - 1)
    return made[number]
