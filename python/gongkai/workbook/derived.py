"""A workbook's file -> the same without macros, or without some of its sheets; all else as it was.

The template holds everything. A report's workbook is taken out of it (without list and summary),
and a batch's (without a report), each as .xlsm and, without macros and the buttons that call them,
.xlsx.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gongkai.model import WorkbookError
from gongkai.opc import Archive, comments, open_archive, package, part_name
from gongkai.system import refuse_suffix
from gongkai.workbook import file, layout

if TYPE_CHECKING:
    from lxml.etree import _Element

Purpose = Literal["report", "batch"]

DROPPED: Mapping[Purpose, tuple[str, ...]] = {
    "report": (layout.BATCH, layout.SUMMARY),
    "batch": (*layout.report_names(), layout.LOG),
}
SUFFIXES = (".xlsx", ".xlsm")  # what a workbook of ours is written as
PLAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
OF_MACROS = ("vbaProject", "extensibility")  # kinds of relations; the second is a ribbon
PARTS_OF_MACROS = ("customui/", "xl/vbaproject")
SAYING = "gk_say_"  # begins the name of a text of the macros
# A button in a VML drawing. Excel's VML need not be well-formed XML, so it is taken as text.
SHAPE = re.compile(rb"\s*<v:shape\b(?:(?!</v:shape>).)*</v:shape>", re.DOTALL)
CALLS = b"<x:FmlaMacro>"
WRAPPERS = ("Choice", "AlternateContent", "controls")
MACRO = re.compile(rb'\bmacro="[^"]+"')


def blank(purpose: Purpose, suffix: str) -> bytes:
    """The official workbook without a report: ``suffix`` .xlsx or .xlsm."""
    return taken_out(file.template_path(), purpose, suffix)


@cache
def taken_out(template: Path, purpose: Purpose, suffix: str) -> bytes:
    """``blank``, made once in a process: a batch writes hundreds."""
    draft = Draft(open_archive(template.read_bytes()))
    draft.drop_sheets(DROPPED[purpose])
    if suffix == ".xlsm":
        draft.contents[package.related(draft.archive, draft.main, "vbaProject")] = macros_of(
            purpose
        )
    else:
        draft.drop_sayings()
        draft.drop_macros()
    return draft.content()


def macros_of(purpose: Purpose) -> bytes:
    """The template's macros, with a module for each sheet that is there and for no other.

    Excel's editor shows a module without its sheet, and nobody can delete it. Made by
    xlsx_addin/build.py.
    """
    return files("gongkai.workbook").joinpath(f"macros/{purpose}.bin").read_bytes()


def fitted(path: Path, suffix: str, content: bytes | None = None) -> bytes:
    """A workbook such that it may bear a suffix: for .xlsx without its macros. WorkbookError.

    All of its sheets stay. ``content`` is what the file holds, if known.
    """
    content = file.content_of(path) if content is None else content
    with file.refused(path.name):
        draft = Draft(file.opened(path, content))
        if suffix == ".xlsm" and not package.related(draft.archive, draft.main, "vbaProject"):
            raise WorkbookError(f"{path.name}不含宏，不能存成.xlsm；请把文件名改为.xlsx。")
    return as_named(path.with_suffix(suffix), content)


def as_named(path: Path, content: bytes) -> bytes:
    """What is to be written into a workbook, as its name says: one that somebody renamed to .xlsx
    loses its macros.

    WorkbookError for a name that is no workbook's.
    """
    suffix = refuse_suffix(path, SUFFIXES)
    wanted = MACROS if suffix == ".xlsm" else PLAIN
    with file.refused(path.name):
        draft = Draft(file.opened(path, content))
        if draft.kind == wanted:
            return content
        if suffix == ".xlsx":
            draft.drop_macros()
        else:
            draft.declare(MACROS)
        return draft.content()


def without_sheets(content: bytes, names: Collection[str]) -> bytes:
    """A workbook without some of its sheets and what belongs to them alone."""
    draft = Draft(open_archive(content))
    draft.drop_sheets(names)
    return draft.content()


class Draft:
    """A package under change: the parts that change, as XML (``roots``) and as bytes
    (``contents``), and some that are left out (``gone``).
    """

    def __init__(self, archive: Archive) -> None:
        self.archive, self.main = archive, package.main_part(archive)
        self.types = package.actual_name(archive, comments.TYPES_PART)
        self.roots: dict[str, _Element] = {}
        self.contents: dict[str, bytes] = {}
        self.gone: set[str] = set()

    def root(self, part: str) -> _Element:
        """The XML of a part that changes."""
        if part not in self.roots:
            self.roots[part] = package.read_xml(self.archive, part, keeping=True)
        return self.roots[part]

    def text(self, part: str) -> bytes:
        """The bytes of a part, which need be no XML."""
        return self.contents.get(part) or self.archive.read(part, package.MOST_XML)

    def drop_arrows(self, part: str, is_gone: Callable[[_Element], bool]) -> None:
        """Let a part (or the package, "") point no longer to some others."""
        listing = package.listing_of(self.archive, part)
        if listing not in self.archive:
            return
        root = self.root(listing)
        for arrow in list(root):
            if is_gone(arrow):
                root.remove(arrow)

    def content(self) -> bytes:
        """The package, without the parts to which nothing leads any more."""
        before = reached(self.archive)  # of which nothing can be read any more once it was written
        changed = package.parts_bytes(self.roots) | self.contents
        archive = open_archive(package.package_bytes(self.archive, changed))
        gone = (before - reached(archive)) | self.gone
        types = package.read_xml(archive, self.types, keeping=True)
        drop_types(types, gone, archive.parts.keys() - gone)
        dropped: list[str] = []
        for name in archive.parts.keys() & gone:
            dropped.append(archive.parts[name].filename)
        return package.package_bytes(archive, {self.types: package.part_bytes(types)}, dropped)

    @property
    def kind(self) -> str:
        """What kind of workbook it says it is."""
        for node in package.read_xml(self.archive, self.types):
            if self.is_main(node):
                return node.get("ContentType", "")
        return ""

    def is_main(self, node: _Element) -> bool:
        return part_name(node.get("PartName", "")) == part_name(self.main)

    # sheets

    def drop_sheets(self, names: Collection[str]) -> None:
        """Take sheets out, and with them the names that are theirs; sheets behind them move up."""
        workbook = self.root(self.main)
        numbers: dict[int, int] = {}
        gone: list[_Element] = []
        for number, tab in enumerate(workbook.findall("{*}sheets/{*}sheet")):
            if tab.get("name") in names:
                gone.append(tab)
            else:
                numbers[number] = len(numbers)
        keys = keys_of(gone)
        self.drop_arrows(self.main, lambda arrow: arrow.get("Id") in keys)
        for tab in gone:
            package.take_out(tab)
        renumber_names(workbook, numbers, names)
        for view in workbook.iterfind("{*}bookViews/{*}workbookView"):
            for name in ("activeTab", "firstSheet"):
                view.set(name, str(numbers.get(package.whole(view.get(name)), 0)))

    # macros

    def drop_macros(self) -> None:
        """Take out macros, ribbon and buttons, and say that there are none."""
        # openpyxl keeps them without an arrow to them.
        self.gone = {name for name in self.archive.parts if name.startswith(PARTS_OF_MACROS)}
        for part in ("", self.main):
            self.drop_arrows(part, is_of_macros)
        for tab in package.tabs_of(self.archive, package.read_xml(self.archive, self.main)):
            if tab.part in self.archive:
                self.drop_buttons(tab.part)
        self.declare(PLAIN)

    def declare(self, kind: str) -> None:
        """Say what kind of workbook it is."""
        for node in self.root(self.types):
            if self.is_main(node):
                node.set("ContentType", kind)

    def drop_buttons(self, sheet: str) -> None:
        """Whatever on a sheet calls a macro when it is clicked."""
        pointed = package.relations(self.archive, sheet)
        has_controls = False
        drawings: list[str] = []
        for key, relation in pointed.items():
            has_controls |= relation.kind == "ctrlProp"
            if relation.target not in self.archive:
                continue
            if relation.kind == "vmlDrawing":
                self.drop_shapes(sheet, key, relation.target)
            elif relation.kind == "drawing":
                drawings.append(relation.target)
        numbers = self.drop_controls(sheet) if has_controls else set()
        for part in drawings:
            self.drop_anchors(part, numbers)

    def drop_shapes(self, sheet: str, key: str, part: str) -> None:
        """The buttons of a VML drawing, and the drawing where it has nothing else."""
        text = self.text(part)
        kept = SHAPE.sub(lambda found: b"" if CALLS in found[0] else found[0], text)
        if kept == text:
            return
        self.contents[part] = kept
        if SHAPE.search(kept) is None:
            self.drop_arrows(sheet, lambda arrow: arrow.get("Id") == key)
            for node in self.root(sheet).findall("{*}legacyDrawing"):
                package.take_out(node)

    def drop_controls(self, sheet: str) -> set[str]:
        """What Excel 2010 and later write about buttons besides; their numbers."""
        calling: list[_Element] = []
        numbers: set[str] = set()
        for node in self.root(sheet).iter("{*}control"):
            if any(prop.get("macro") for prop in node):
                calling.append(node)
                numbers.add(node.get("shapeId", ""))
        keys = keys_of(calling)
        for node in calling:
            remove_wrapped(node)
        self.drop_arrows(sheet, lambda arrow: arrow.get("Id") in keys)
        return numbers

    def drop_anchors(self, part: str, numbers: Collection[str]) -> None:
        """The hidden shapes of buttons; of other shapes only the call."""
        if numbers:
            for shape in list(self.root(part).iter("{*}cNvPr")):
                if shape.get("id") in numbers:
                    remove_wrapped(anchor_of(shape))
        text = package.part_bytes(self.roots[part]) if part in self.roots else self.text(part)
        if MACRO.search(text):
            self.roots.pop(part, None)
            self.contents[part] = MACRO.sub(b'macro=""', text)

    def drop_sayings(self) -> None:
        """The texts of the macros on the sheet that they share with commands: of the template
        alone.
        """
        for node in self.root(self.main).findall("{*}definedNames/{*}definedName"):
            if node.get("name", "").startswith(SAYING):
                package.take_out(node)
        parts: dict[str, str] = {}
        for tab in package.tabs_of(self.archive, package.read_xml(self.archive, self.main)):
            parts[tab.name] = tab.part
        sheet = self.root(parts[layout.TOOL])
        for row in list(sheet.iter("{*}row")):
            if package.whole(row.get("r")) >= layout.TOOL_SAYINGS:
                package.take_out(row)
        last, _ = max(layout.TOOL_SPOTS.values())
        for node in sheet.findall("{*}dimension"):
            node.set("ref", f"A1:{layout.address((last, 2))}")


def anchor_of(shape: _Element) -> _Element:
    """The xdr:twoCellAnchor around a shape; the shape itself where there is none."""
    for node in shape.iterancestors():
        if package.local(node).endswith("Anchor"):
            return node
    return shape


def keys_of(nodes: Iterable[_Element]) -> set[str]:
    """The relations that nodes name: r:id="rId3"."""
    found: set[str] = set()
    for node in nodes:
        for name, value in node.items():
            if str(name).endswith(package.ID):
                found.add(str(value))
    return found


def is_of_macros(arrow: _Element) -> bool:
    return arrow.get("Type", "").rpartition("/")[2] in OF_MACROS


def renumber_names(workbook: _Element, numbers: Mapping[int, int], gone: Collection[str]) -> None:
    """Names of one sheet count sheets by their places; those of a sheet that is gone go with it."""
    for node in workbook.findall("{*}definedNames/{*}definedName"):
        own = node.get("localSheetId")
        is_left = own is None or package.whole(own) in numbers
        if not is_left or leads_to(node.text or "", gone):
            package.take_out(node)
        elif own is not None:
            node.set("localSheetId", str(numbers[package.whole(own)]))


def leads_to(formula: str, sheets: Iterable[str]) -> bool:
    """'汇总'!$A$1 leads to 汇总."""
    return any(formula.startswith((f"'{name}'!", f"{name}!")) for name in sheets)


def remove_wrapped(node: _Element) -> None:
    """Remove a node, and what was there for it alone: <mc:AlternateContent><mc:Choice>…"""
    parent = node.getparent()
    if parent is None:
        return
    parent.remove(node)
    name = package.local(parent)
    is_empty = not len(parent) and name in WRAPPERS
    is_choice_gone = name == "AlternateContent" and parent.find("{*}Choice") is None
    if is_empty or is_choice_gone:
        remove_wrapped(parent)


def reached(archive: Archive) -> set[str]:
    """The parts to which the package leads, and the lists of relations that hold any."""
    held: set[str] = set()
    left = [""]
    while left:
        part = left.pop()
        held.add(part_name(part))
        pointed = package.relations(archive, part).values()
        if pointed:
            held.add(part_name(package.listing_of(archive, part)))
        for one in pointed:
            if not one.outside and part_name(one.target) not in held:
                left.append(one.target)
    return held


def drop_types(types: _Element, gone: Collection[str], held: Collection[str]) -> None:
    """Take out of the list of types the parts that are gone, and the endings that only they had."""
    endings = endings_of(gone) - endings_of(held)
    for node in list(types):
        is_gone = part_name(node.get("PartName", "")) in gone
        if is_gone or node.get("Extension", "").lower() in endings:
            types.remove(node)


def endings_of(names: Iterable[str]) -> set[str]:
    """xl/vbaProject.bin -> bin."""
    found: set[str] = set()
    for name in names:
        found.add(name.rpartition(".")[2])
    return found
