"""The built files as packages: what the validator of the Open XML SDK does not see."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from lxml import etree
from openpyxl import load_workbook
from pyopenvba.excel import ExcelFile

from build import RIBBON, build_addin, same
from buttons import BUTTONS
from gongkai.workbook import copy_template, layout, write_workbook
from gongkai.workbook.file import template_path
from helpers import ROOT
from helpers.excel.desk import ADDIN, as_workbook
from helpers.excel.ribbon import BUTTON_MACROS
from helpers.made import report_of
from helpers.office import recalculated
from macros import addin_modules, macro_modules
from packages import OFFICE_NS, TYPES, Parts, ordered_names, packed, sheet_parts, unpacked

BUILD = ROOT / "xlsx_addin" / "build.py"
FILES = {"template": template_path(), "addin": ADDIN}
MAIN_TYPES = {
    "template": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "addin": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
}
VBA_KIND = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
RIBBON_KIND = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
TITLES = "_xlnm.Print_Titles"
EACH = pytest.mark.parametrize("file", FILES)


@cache
def parts_of(file: str) -> Parts:
    return unpacked(FILES[file].read_bytes())


@cache
def vba_of(file: str) -> tuple[dict[str, str], set[str]]:
    """The macros by module, and the names of the type libraries that they refer to."""
    with ExcelFile(FILES[file]) as book:
        return book.vba_modules(), {reference.name for reference in book.references()}


def related(parts: Parts) -> list[tuple[str, str, str, str]]:
    """(part or "", id, kind, target part) of every relationship."""
    found = []
    for name in parts:
        if not name.endswith(".rels"):
            continue
        folder, source = posixpath.split(name)
        base = posixpath.dirname(folder)
        for node in etree.fromstring(parts[name]):
            assert node.get("TargetMode") != "External"
            target = posixpath.normpath(posixpath.join("/", base, node.get("Target"))).lstrip("/")
            owner = posixpath.join(base, source.removesuffix(".rels"))
            found.append((owner, node.get("Id"), node.get("Type"), target))
    return found


# --- parts, types, relationships ------------------------------------------------------------------


@EACH
def test_every_part_has_a_type_and_is_pointed_to_once(file: str) -> None:
    parts = parts_of(file)
    assert next(iter(parts)) == TYPES
    types = etree.fromstring(parts[TYPES])
    defaults = {node.get("Extension"): node.get("ContentType") for node in types.iter("{*}Default")}
    given = {node.get("PartName"): node.get("ContentType") for node in types.iter("{*}Override")}
    assert len(types) == len(defaults) + len(given)
    assert given["/xl/workbook.xml"] == MAIN_TYPES[file]
    assert defaults["bin"] == "application/vnd.ms-office.vbaProject"
    assert not {name.removeprefix("/") for name in given} - set(parts)
    relationships = related(parts)
    for owner, key, kind, target in relationships:
        assert target in parts, (owner, key, kind)
        assert owner == "" or owner in parts
    assert len({(owner, key) for owner, key, _, _ in relationships}) == len(relationships)
    pointed = [target for _, _, _, target in relationships]
    assert sorted(pointed) == sorted(
        name for name in parts if name != TYPES and not name.endswith(".rels")
    )


@EACH
def test_macros_and_ribbon_hang_where_office_looks_for_them(file: str) -> None:
    found = {(owner, kind): target for owner, _, kind, target in related(parts_of(file))}
    assert found["xl/workbook.xml", VBA_KIND] == "xl/vbaProject.bin"
    assert found["", RIBBON_KIND] == "customUI/customUI14.xml"


@EACH
def test_code_names_are_those_of_the_document_modules(file: str) -> None:
    parts = parts_of(file)
    named = re.findall(rb'<workbookPr[^>]* codeName="(\w+)"', parts["xl/workbook.xml"])
    for part in sheet_parts(parts).values():
        named += re.findall(rb'<sheetPr codeName="(\w+)"', parts[part])
    modules, _ = vba_of(file)
    assert sorted(name.decode() for name in named) == sorted(set(modules) - set(macro_modules()))
    assert len(named) == len(sheet_parts(parts)) + 1


@EACH
def test_the_macros_are_the_sources_and_plain(file: str) -> None:
    modules, _ = vba_of(file)
    for name, source in {"template": macro_modules, "addin": addin_modules}[file]().items():
        assert modules[name].splitlines() == source.splitlines()
        assert source.isascii()
        assert "Option Explicit" in source
    for name in set(modules) - set(macro_modules()):
        assert all(line.startswith("Attribute ") for line in modules[name].splitlines())
    everything = "\n".join(modules.values())
    assert not re.search(r"(?i)\bSub (workbook_|worksheet_|auto)", everything)
    assert not re.search(r"(?i)\b(declare|createobject|shell|environ|kill)\b", everything)


@EACH
def test_the_project_knows_the_types_of_the_ribbon(file: str) -> None:
    assert vba_of(file)[1] == {"stdole", "Office"}


def test_the_ribbon_is_the_source_and_only_a_workbooks_tab_gives_way() -> None:
    source = RIBBON.read_bytes()
    assert parts_of("template")["customUI/customUI14.xml"] == source
    addin = parts_of("addin")["customUI/customUI14.xml"]
    assert b"getVisible" not in addin
    # Of two open files with a callback of one name Excel may run the wrong one.
    calls = re.compile(rb'(?:onLoad|onAction|onChange|get\w+)="(\w+)"')
    assert not set(calls.findall(addin)) & set(calls.findall(source))
    for name in set(calls.findall(addin)):
        assert f"Sub {name.decode()}(" in addin_modules()["GkRibbon"]
    assert len(etree.fromstring(addin).findall(".//{*}button")) == len(
        etree.fromstring(source).findall(".//{*}button")
    )


def test_the_addin_says_what_the_template_says() -> None:
    template, addin = load_workbook(FILES["template"]), load_workbook(as_workbook(ADDIN))
    assert template[layout.TOOL].sheet_state == addin[layout.TOOL].sheet_state == "hidden"
    rows = [[cell.value for row in book[layout.TOOL] for cell in row] for book in (template, addin)]
    assert rows[0] == rows[1]
    named = {
        name: found.attr_text
        for name, found in template.defined_names.items()
        if name.startswith("gk_")
    }
    assert named == {name: found.attr_text for name, found in addin.defined_names.items()}
    assert set(layout.TOOL_SPOTS) == {name[3:] for name in named if not name.startswith("gk_say_")}


def test_python_looks_for_nothing_beside_the_workbook() -> None:
    page = load_workbook(FILES["template"])["xlwings.conf"]
    assert page.sheet_state == "hidden"
    assert [tuple(cell.value for cell in row) for row in page] == [
        ("ADD_WORKBOOK_TO_PYTHONPATH", "false")
    ]


@EACH
def test_nothing_of_the_machine_that_built_it(file: str) -> None:
    parts = parts_of(file)
    assert set(re.findall(rb"<dc:creator[^>]*>([^<]*)", parts["docProps/core.xml"])) == {b"gongkai"}
    assert b"lastModifiedBy" not in parts["docProps/core.xml"]
    assert not re.search(rb"[/\\](root|home|tmp|work|Users)[/\\]", b"".join(parts.values()))


def test_the_addin_is_what_its_sources_give() -> None:
    """The template: test_template.py."""
    assert same(ADDIN, build_addin())


@pytest.mark.slow
def test_two_builds_in_two_processes_are_the_same_bytes() -> None:
    script = (
        "import runpy, hashlib; b = runpy.run_path({!r}); "
        "print(*(hashlib.sha256(b[name]()).hexdigest() for name in ('build_template', "
        "'build_addin')))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", script.format(str(BUILD))],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


# --- what openpyxl writes otherwise than Excel ---------------------------------------------------


def test_titles_are_columns_before_rows() -> None:
    root = etree.fromstring(parts_of("template")["xl/workbook.xml"])
    titles = [node.text for node in root.iter("{*}definedName") if node.get("name") == TITLES]
    assert "'汇总'!$A:$B,'汇总'!$13:$14" in titles
    assert [title for title in titles if "," in title] == titles[-1:]
    summary = load_workbook(FILES["template"])[layout.SUMMARY]
    assert (summary.print_title_cols, summary.print_title_rows) == ("$A:$B", "$13:$14")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("'a, ''b'' 1'!$1:$2,'a, ''b'' 1'!$A:$C", "'a, ''b'' 1'!$A:$C,'a, ''b'' 1'!$1:$2"),
        ("S1!$A:$B,S1!$1:$1", "S1!$A:$B,S1!$1:$1"),
        ("S1!$3:$3", "S1!$3:$3"),
    ],
)
def test_titles_of_any_sheet(before: str, after: str) -> None:
    name = f'<definedName name="{TITLES}">{before}</definedName>'
    done = etree.fromstring(ordered_names(f"<w><definedNames>{name}</definedNames></w>".encode()))
    assert done.findtext("definedNames/definedName") == after


@EACH
def test_the_file_says_who_made_it_and_does_not_order_a_calculation(file: str) -> None:
    said = etree.fromstring(parts_of(file)["docProps/app.xml"])
    assert [node.tag.rpartition("}")[2] for node in said] == ["Application"]
    assert said[0].text == "gongkai"
    [settings] = etree.fromstring(parts_of(file)["xl/workbook.xml"]).iterfind("{*}calcPr")
    assert dict(settings.attrib) == {"calcId": "191029"}


@pytest.mark.slow
def test_libreoffice_does_not_believe_a_stored_result(tmp_path: Path) -> None:
    parts = parts_of("template")
    part = sheet_parts(parts)["表三"]
    root = etree.fromstring(parts[part])
    [cell] = [cell for cell in root.iter("{*}c") if cell.get("r") == "K5"]
    stored_result = cell.find("{*}v")
    assert stored_result is not None
    stored_result.text = "old"
    stored = tmp_path / "stored.xlsm"
    stored.write_bytes(packed({**parts, part: etree.tostring(root)}))
    books = [stored, *recalculated([stored], tmp_path)]
    results = [load_workbook(book, data_only=True)["表三"]["K5"].value for book in books]
    assert results[0] == "old" != results[1]


# --- buttons on the sheets ------------------------------------------------------------------------


@pytest.mark.parametrize("sheet", BUTTONS)
def test_the_buttons_of_a_sheet(sheet: str) -> None:
    parts = parts_of("template")
    part = sheet_parts(parts)[sheet]
    [drawing] = [
        target
        for owner, _, kind, target in related(parts)
        if owner == part and kind.endswith("/vmlDrawing")
    ]
    [key] = [key for owner, key, _, target in related(parts) if (owner, target) == (part, drawing)]
    [node] = etree.fromstring(parts[part]).findall("{*}legacyDrawing")
    assert node.get(f"{{{OFFICE_NS}}}id") == key
    root = etree.fromstring(parts[drawing])
    shapes = root.findall("{*}shape")
    data = [shape.find("{*}ClientData") for shape in shapes]
    assert [each.get("ObjectType") for each in data] == ["Button"] * len(BUTTONS[sheet])
    macros = [each.findtext("{*}FmlaMacro") for each in data]
    assert macros == [f"[0]!{macro}" for _, macro in BUTTONS[sheet]]
    assert {macro.removeprefix("[0]!") for macro in macros} <= set(BUTTON_MACROS)
    assert [shape.findtext(".//font") for shape in shapes] == [
        caption for caption, _ in BUTTONS[sheet]
    ]
    assert {each.findtext("{*}PrintObject") for each in data} == {"False"}
    area = layout.BUTTON_AREAS[sheet]
    spans = [[int(number) for number in each.findtext("{*}Anchor").split(",")] for each in data]
    for left, start, top, _, right, end, bottom, _ in spans:
        assert area.left - 1 <= left <= right < area.right
        assert area.top - 1 <= top <= bottom < area.bottom
        assert (left, start) < (right, end)
    assert len({tuple(span[:4]) for span in spans}) == len(spans)


def test_shapes_have_numbers_of_their_own_drawing() -> None:
    parts = parts_of("template")
    drawings = [
        etree.fromstring(content) for name, content in parts.items() if name.endswith(".vml")
    ]
    numbers = [
        (
            root.find(".//{*}idmap").get("data"),
            int(shape.get("id").removeprefix("_x0000_s")) // 1024,
        )
        for root in drawings
        for shape in root.findall("{*}shape")
    ]
    assert all(int(data) == thousand for data, thousand in numbers)
    ids = [shape.get("id") for root in drawings for shape in root.findall("{*}shape")]
    assert len(set(ids)) == len(ids) == sum(map(len, BUTTONS.values()))


def test_the_cells_under_the_buttons_are_free() -> None:
    book = load_workbook(FILES["template"])
    for sheet, area in layout.BUTTON_AREAS.items():
        for row in book[sheet].iter_rows(area.top, area.bottom, area.left, area.right):
            assert {cell.value for cell in row} == {None}


# --- a filled file --------------------------------------------------------------------------------


def test_a_filled_file_keeps_every_other_part_byte_for_byte(tmp_path: Path) -> None:
    before = unpacked(copy_template(tmp_path / "blank.xlsm").read_bytes())
    after = unpacked(write_workbook(report_of(), [], tmp_path / "filled.xlsm").read_bytes())
    assert list(after) == list(before)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {*sheet_parts(before).values(), "xl/workbook.xml"}
    assert changed
