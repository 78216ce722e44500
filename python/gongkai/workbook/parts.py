"""Parts of a workbook beside its sheets -> the same after a write: which sheets are shown, whether
all has to be calculated on opening, who wrote it last, and the list of formulas that Excel keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gongkai.opc import Archive, comments, package
from gongkai.spreadsheets import Spot
from gongkai.workbook import layout
from gongkai.workbook.live.stored import PROGRAM, OpenFile

if TYPE_CHECKING:
    from lxml.etree import _Element

CALCULATOR = 191_029  # the version of formulas of every Excel since 2019
BEFORE_CALC = ("definedNames", "externalReferences", "functionGroups", "sheets")


def deselect(root: _Element) -> bool:
    """A sheet about to be hidden must not stay selected: typing would go into it as well."""
    views = root.findall("{*}sheetViews/{*}sheetView")
    return sum(package.drop(view, "tabSelected") for view in views) > 0


def patch_workbook(workbook: _Element, shown: Mapping[str, bool], complete: bool) -> bool:
    """Show and hide sheets, ask for a full calculation on opening unless all results are told
    (``complete``); whether that changed anything.
    """
    changed = False
    tabs = workbook.findall("{*}sheets/{*}sheet")
    for tab in tabs:
        changed |= show_tab(tab, shown)
    for view in workbook.iterfind("{*}bookViews/{*}workbookView"):
        active = package.whole(view.get("activeTab"))
        if active < len(tabs) and not shown.get(tabs[active].get("name", ""), True):
            view.set("activeTab", "0")
            changed = True
    return set_calculation(workbook, complete) or changed


def show_tab(tab: _Element, shown: Mapping[str, bool]) -> bool:
    """Show or hide a sheet if anything is said of it; whether it was otherwise before."""
    is_visible = tab.get("state", "visible") == "visible"
    wanted = shown.get(tab.get("name", ""), is_visible)
    if wanted == is_visible:
        return False
    if wanted:
        package.drop(tab, "state")
    else:
        tab.set("state", "hidden")
    return True


def set_calculation(workbook: _Element, complete: bool) -> bool:
    """A workbook that asks for a calculation, or seems to come from an older Excel, asks for saving
    when closed.
    """
    from lxml import etree

    settings = workbook.find("{*}calcPr")
    if settings is None:
        settings = etree.Element(workbook.tag[: -len("workbook")] + "calcPr")
        package.insert_after(workbook, settings, BEFORE_CALC)
    stood = dict(settings.items())
    settings.set("calcId", str(max(package.whole(settings.get("calcId")), CALCULATOR)))
    if complete:
        package.drop(settings, "fullCalcOnLoad")
    else:
        settings.set("fullCalcOnLoad", "1")
    return dict(settings.items()) != stood


def patch_author(archive: Archive) -> dict[str, bytes]:
    """Who wrote the file last.

    Of one that Excel wrote LibreOffice shows the stored results and calculates nothing.
    """
    part = package.related(archive, "", "extended-properties")
    if not part:
        return {}
    root = package.read_xml(archive, part, keeping=True)
    application = root.find("{*}Application")
    if application is None or application.text == PROGRAM:
        return {}
    application.text = PROGRAM
    for version in root.findall("{*}AppVersion"):
        root.remove(version)
    return {part: package.part_bytes(root)}


def patch_chain(book: OpenFile, overwritten: Mapping[str, set[Spot]]) -> dict[str, bytes]:
    """Take overwritten formulas off the list of formulas that Excel keeps.

    It calls a file with others damaged.
    """
    chain = package.related(book.archive, book.main, "calcChain")
    gone = listed_formulas(book, overwritten)
    if not gone or not chain:
        return {}
    root = package.read_xml(book.archive, chain, keeping=True)
    sheet = ""
    for node in list(root):
        # A sheet's number stands only where it differs from the entry before, so every entry gets
        # its own.
        sheet = node.get("i", sheet)
        node.set("i", sheet)
        if (sheet, node.get("r", "")) in gone:
            root.remove(node)
    return {chain: package.part_bytes(root)}


def listed_formulas(book: OpenFile, overwritten: Mapping[str, set[Spot]]) -> set[tuple[str, str]]:
    """(number of a sheet, address), as Excel's list of formulas names them."""
    found: set[tuple[str, str]] = set()
    for tab in book.workbook.iterfind("{*}sheets/{*}sheet"):
        for place in overwritten.get(tab.get("name", ""), ()):
            found.add((tab.get("sheetId", ""), layout.address(place)))
    return found


def without_chain(book: OpenFile) -> tuple[list[str], dict[str, bytes]]:
    """(parts to leave out, part -> content) without the list of formulas that Excel keeps, and
    makes anew where there is none: it calls a file damaged whose list names a cell without one.
    """
    chain = package.related(book.archive, book.main, "calcChain")
    if not chain:
        return [], {}
    listing = package.listing_of(book.archive, book.main)
    arrows = package.read_xml(book.archive, listing, keeping=True)
    for node in list(arrows):
        if node.get("Type", "").endswith("/calcChain"):
            arrows.remove(node)
    types = package.read_xml(book.archive, comments.TYPES_PART, keeping=True)
    for node in list(types):
        if node.get("PartName", "").lstrip("/").lower() == chain.lower():
            types.remove(node)
    return [chain], {
        listing: package.part_bytes(arrows),
        comments.TYPES_PART: package.part_bytes(types),
    }
