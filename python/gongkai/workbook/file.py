"""Edits -> a workbook file, and a workbook file -> its values. All other parts stay byte for byte."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gongkai.model import Edit, WorkbookError
from gongkai.opc import BadArchive, open_archive
from gongkai.opc.comments import Comment, NewParts, has_comments, patch_comments
from gongkai.opc.package import (
    MOST_XML,
    Package,
    drop,
    local,
    package_bytes,
    parse_part,
    part_bytes,
    read_package,
    relationships,
    sheet_parts,
    whole,
    workbook_part,
)
from gongkai.spreadsheets import Spot
from gongkai.spreadsheets.values import formula_spots, odd_styles, shared_strings, sheet_values
from gongkai.system import refuse_existing, write_whole
from gongkai.workbook import layout
from gongkai.workbook.cells import cell_text, comments_of, kept_edits
from gongkai.workbook.decisions import refuse_older_results
from gongkai.workbook.fill import shown_sheets
from gongkai.workbook.layout import TableSheet
from gongkai.workbook.sheet import fit_rows, patch_sheet

if TYPE_CHECKING:
    from lxml.etree import _Element

TEMPLATE = "workbook_template.xlsm"
PART = b"xl/workbook.xml"
OUR_NAME = re.compile(rb"""<(?:\w+:)?definedName\b[^>]*\sname=["'](?:disclosure|applications|disputes)\.\w+\.\w+["']""")
BEFORE_CALC = ("definedNames", "externalReferences", "functionGroups", "sheets")


def template_path() -> Path:
    """The template beside an installed package, else the one at the top of a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package, package.parents[1]):
        if (folder / TEMPLATE).is_file():
            return folder / TEMPLATE
    raise WorkbookError(f"找不到模板{TEMPLATE}，请重新安装gongkai。")


# --- writing --------------------------------------------------------------------------------------


def fill_file(template: Path, target: Path, edits: Sequence[Edit], *, overwrite: bool = False) -> Path:
    """Write a copy of ``template`` with the edits to ``target``; ``template`` may be a workbook already filled.

    Only sheets with edits and xl/workbook.xml change (and the list of formulas, where an edit replaces one).
    WorkbookError where ``target`` exists and ``overwrite`` is False, or anything fails; what was there stays.
    """
    refuse_existing(target, overwrite)
    write_whole(target, filled(template, edits), overwrite)
    return target


def refuse_older(template: Path) -> None:
    """WorkbookError for a template of one's own, or a workbook, whose list of findings has other columns."""
    package = read_package(template)
    part = sheet_parts(package, parse_part(package, workbook_part(package))).get(layout.RESULTS)
    if part:
        values = sheet_values(parse_part(package, part), read_strings(package), read_styles(package))
        refuse_older_results(values, template.name)


def filled(template: Path, edits: Sequence[Edit], content: bytes | None = None) -> bytes:
    """The workbook that ``template`` and the edits make; ``content`` is what it holds, if known. WorkbookError."""
    package = read_package(template, content)
    return package_bytes(package, patch_package(package, edits))


def patch_package(package: Package, edits: Sequence[Edit]) -> dict[str, bytes]:
    """Part -> new content, for the parts that the edits change."""
    part = workbook_part(package)
    workbook = parse_part(package, part)
    sheets = sheet_parts(package, workbook)
    shown = shown_sheets(edits)
    tables = {sheet.name: sheet for sheet in layout.table_sheets()}
    parts = NewParts(package)
    changed: dict[str, bytes] = {}
    overwritten: dict[str, set[Spot]] = {}
    for name, wanted in by_sheet(edits).items():
        if name not in sheets:
            if name == layout.TOOL:  # a template from before the macros; nothing but they reads this sheet
                continue
            raise WorkbookError(f"{package.name}没有工作表“{name}”，请使用gongkai的模板。")
        root = parse_part(package, sheets[name])
        before = comments_before(package, sheets[name], root, tables[name]) if name in tables else {}
        touched, overwritten[name] = patch_sheet(root, wanted)
        if name in layout.WRAPPED:
            fit_rows(root, wanted, layout.WRAPPED[name])
        if not shown.get(name, True):
            touched = deselect(root) or touched
        if name in tables:
            comments = cell_comments(comments_of(tables[name], wanted), before)
            touched = patch_comments(parts, sheets[name], root, comments) or touched
        if touched:
            changed[sheets[name]] = part_bytes(root)
    if patch_workbook(workbook, shown):
        changed[part] = part_bytes(workbook)
    return changed | parts.changed | patch_chain(package, workbook, overwritten)


def comments_before(package: Package, part: str, root: _Element, sheet: TableSheet) -> dict[Spot, str]:
    """What we said on the cells of a sheet, by what it keeps; {} for one without comments."""
    if not has_comments(package, part):
        return {}
    values = sheet_values(root, read_strings(package), read_styles(package))
    return comments_of(sheet, kept_edits(sheet, values))


def cell_comments(wanted: Mapping[Spot, str], before: Mapping[Spot, str]) -> list[Comment]:
    return [
        Comment(layout.address(spot), *spot, cell_text(text), cell_text(before.get(spot, "")))
        for spot, text in wanted.items()
    ]


def by_sheet(edits: Sequence[Edit]) -> dict[str, list[Edit]]:
    sheets: dict[str, list[Edit]] = {}
    for edit in edits:
        sheets.setdefault(edit.sheet, []).append(edit)
    return sheets


def deselect(root: _Element) -> bool:
    """A sheet about to be hidden must not stay selected: typing would go into it as well."""
    views = root.findall("{*}sheetViews/{*}sheetView")
    return sum(drop(view, "tabSelected") for view in views) > 0


def patch_workbook(workbook: _Element, shown: Mapping[str, bool]) -> bool:
    """Show and hide sheets and ask for a full calculation on opening; whether that changed anything."""
    changed = False
    tabs = workbook.findall("{*}sheets/{*}sheet")
    for tab in tabs:
        state = tab.get("state", "visible")
        wanted = shown.get(tab.get("name", ""), state == "visible")
        if wanted != (state == "visible"):
            changed = True
            if wanted:
                drop(tab, "state")
            else:
                tab.set("state", "hidden")
    for view in workbook.iterfind("{*}bookViews/{*}workbookView"):
        active = whole(view.get("activeTab"))
        if active < len(tabs) and not shown.get(tabs[active].get("name", ""), True):
            view.set("activeTab", "0")
            changed = True
    return ask_for_calculation(workbook) or changed


def ask_for_calculation(workbook: _Element) -> bool:
    from lxml import etree

    settings = workbook.find("{*}calcPr")
    if settings is None:
        settings = etree.Element(workbook.tag[: -len("workbook")] + "calcPr")
        before = next(node for name in BEFORE_CALC for node in workbook if local(node) == name)
        before.addnext(settings)
    if settings.get("fullCalcOnLoad") in ("1", "true"):
        return False
    settings.set("fullCalcOnLoad", "1")
    return True


def patch_chain(package: Package, workbook: _Element, overwritten: Mapping[str, set[Spot]]) -> dict[str, bytes]:
    """Take overwritten formulas off the list of formulas that Excel keeps; it calls a file with others damaged."""
    chains = [target for _, kind, target in relationships(package, workbook_part(package)) if kind == "calcChain"]
    gone = {
        (tab.get("sheetId", ""), layout.address(place))
        for tab in workbook.iterfind("{*}sheets/{*}sheet")
        for place in overwritten.get(tab.get("name", ""), ())
    }
    if not gone or not chains:
        return {}
    root = parse_part(package, chains[0])
    sheet = ""
    for node in list(root):
        # A sheet's number stands only where it differs from the entry before, so every entry gets its own.
        sheet = node.get("i", sheet)
        node.set("i", sheet)
        if (sheet, node.get("r", "")) in gone:
            root.remove(node)
    return {chains[0]: part_bytes(root)}


# --- reading --------------------------------------------------------------------------------------


def is_ours(content: bytes) -> bool:
    """Whether a file is a workbook whose cells have our names: they survive renamed, deleted and hidden sheets, and
    every program that saves it."""
    if not content.startswith(b"PK") or PART not in content:
        return False
    try:
        archive = open_archive(content)
        return PART.decode() in archive and OUR_NAME.search(archive.read(PART.decode(), MOST_XML)) is not None
    except BadArchive:
        return False


def read_file(path: Path, content: bytes | None = None) -> dict[str, dict[Spot, object]]:
    """A workbook of ours -> sheet name -> (row, column) -> value, for all our sheets that it has.

    Values are int, Decimal or text; saved by whichever program. WorkbookError for anything that is no such workbook.
    """
    package = read_package(path, content)
    workbook = parse_part(package, workbook_part(package))
    sheets = sheet_parts(package, workbook)
    visible = {layout.newest_sheet(table).name for table in layout.EDITION_SPOTS} | {layout.COVER}
    missing = [name for name in layout.sheet_names() if name in visible and name not in sheets]
    if missing:
        raise WorkbookError(f"{path.name}没有工作表“{missing[0]}”，不是gongkai的工作簿；请选择由gongkai生成的文件。")
    strings, odd = read_strings(package), read_styles(package)
    names = [name for name in layout.sheet_names() if name in sheets]
    return {name: sheet_values(parse_part(package, sheets[name]), strings, odd) for name in names}


def read_formulas(path: Path, content: bytes) -> dict[str, set[Spot]]:
    """Sheet of a table -> where a formula stands or puts its result."""
    package = read_package(path, content)
    sheets = sheet_parts(package, parse_part(package, workbook_part(package)))
    names = [sheet.name for sheet in layout.table_sheets() if sheet.name in sheets]
    return {name: formula_spots(parse_part(package, sheets[name])) for name in names}


def read_strings(package: Package) -> list[str]:
    part = related_part(package, "sharedStrings")
    return shared_strings(parse_part(package, part)) if part in package.parts else []


def read_styles(package: Package) -> dict[str, str]:
    part = related_part(package, "styles")
    return odd_styles(parse_part(package, part)) if part in package.parts else {}


def related_part(package: Package, wanted: str) -> str:
    """The part that the workbook names for a kind of content, "" if none."""
    found = (target for _, kind, target in relationships(package, workbook_part(package)) if kind == wanted)
    return next(found, "")
