"""What is taken out of the template: a report's workbook and a batch's, with macros and without."""

from __future__ import annotations

import posixpath
import re
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree
from openpyxl import load_workbook

from gongkai.editions import all_editions
from gongkai.model import WorkbookError
from gongkai.pipeline import check, fill
from gongkai.sources.detect import kind_of
from gongkai.workbook import copy_template, layout, read_workbook, write_workbook
from gongkai.workbook.derived import blank, fitted
from gongkai.workbook.file import read_file, template_path
from helpers.command import run_command
from helpers.excel.desk import as_workbook, open_desk
from helpers.made import converted_report, report_of
from packages import WORKBOOK, unpacked

WRONG = {"applications.granted.total": 1}
BATCH_SHEETS = (layout.BATCH, layout.SUMMARY)
REPORT_SHEETS = tuple(name for name in layout.sheet_names() if name not in BATCH_SHEETS)
SHEETS = {"report": REPORT_SHEETS, "batch": (*BATCH_SHEETS, layout.TOOL, layout.SETTINGS)}
EACH = pytest.mark.parametrize(
    ("kind", "suffix"), [(kind, suffix) for kind in SHEETS for suffix in (".xlsx", ".xlsm")]
)
BOTH = pytest.mark.parametrize("suffix", [".xlsx", ".xlsm", ".XLSX"])
PLAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
NOT_OF_MACROS = ("vbaproject", "customui", "fmlamacro", "macroenabled", "gkcheck")


def arrows(parts: dict[str, bytes]) -> dict[str, list[str]]:
    """Part -> the parts to which it points."""
    found = {}
    for name, content in parts.items():
        if name.endswith(".rels"):
            folder = posixpath.dirname(posixpath.dirname(name))
            targets = [node.get("Target", "") for node in etree.fromstring(content)]
            found[name] = [
                posixpath.normpath(posixpath.join("/", folder, one)).lstrip("/") for one in targets
            ]
    return found


def assert_whole(parts: dict[str, bytes]) -> None:
    """Every part is pointed to and declared, and nothing else is."""
    pointed = {target for targets in arrows(parts).values() for target in targets}
    held = {name for name in parts if not name.endswith(".rels") and name != "[Content_Types].xml"}
    assert pointed == held
    types = etree.fromstring(parts["[Content_Types].xml"])
    overridden = {node.get("PartName", "").lstrip("/") for node in types if node.get("PartName")}
    assert overridden <= held
    endings = {node.get("Extension") for node in types if node.get("Extension")}
    assert endings <= {name.rpartition(".")[2] for name in parts}
    assert {name for name in held if name.rpartition(".")[2] not in endings} <= overridden


@EACH
def test_what_is_in_it(kind: str, suffix: str) -> None:
    content = blank(kind, suffix)  # type: ignore[arg-type]
    parts = unpacked(content)
    assert_whole(parts)
    workbook = etree.fromstring(parts["xl/workbook.xml"])
    tabs = [
        (node.get("name"), node.get("state")) for node in workbook.iterfind("{*}sheets/{*}sheet")
    ]
    assert tuple(name for name, _ in tabs) == SHEETS[kind]
    assert tabs[0][1] == "visible"
    assert (WORKBOOK in parts["[Content_Types].xml"]) is (suffix == ".xlsm")
    assert (PLAIN in parts["[Content_Types].xml"]) is (suffix == ".xlsx")
    whole = b"".join([name.encode() for name in parts] + [*parts.values()])
    told = [word for word in NOT_OF_MACROS if word.encode() in whole.lower()]
    assert (told == []) is (suffix == ".xlsx")
    if suffix == ".xlsx":
        assert b"gk_say_" not in whole
    assert kind_of(content).is_ours


@EACH
def test_names_belong_to_sheets_that_are_there(kind: str, suffix: str) -> None:
    workbook = etree.fromstring(unpacked(blank(kind, suffix))["xl/workbook.xml"])  # type: ignore[arg-type]
    names = SHEETS[kind]
    for node in workbook.iterfind("{*}definedNames/{*}definedName"):
        sheet = re.split("[!]", node.text or "")[0].strip("'")
        assert sheet in names, node.get("name")
        local = node.get("localSheetId")
        assert local is None or names[int(local)] == sheet
    assert {"gk_outcome", "gk_fingerprint"} <= {
        node.get("name") for node in workbook.iter("{*}definedName")
    }


@EACH
def test_every_other_part_is_the_templates_own(kind: str, suffix: str) -> None:
    parts, whole = unpacked(blank(kind, suffix)), unpacked(template_path().read_bytes())  # type: ignore[arg-type]
    assert parts.keys() <= whole.keys()
    changed = {name for name, content in parts.items() if content != whole[name]}
    allowed = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
    if suffix == ".xlsm":
        allowed.add("xl/vbaProject.bin")
    else:  # without buttons and texts of macros
        allowed |= {"_rels/.rels", "xl/worksheets/sheet12.xml"}
        allowed.add("xl/worksheets/sheet1.xml" if kind == "report" else "xl/worksheets/sheet10.xml")
    assert changed == allowed


@pytest.mark.parametrize("kind", SHEETS)
def test_the_macros_know_no_sheet_that_is_gone(kind: str, tmp_path: Path) -> None:
    """Excel's editor would list a module for each: ghosts that nobody can delete."""
    path = tmp_path / "a.xlsm"
    path.write_bytes(blank(kind, ".xlsm"))  # type: ignore[arg-type]
    from pyopenvba.excel import ExcelFile

    with ExcelFile(path) as file:
        modules = set(file.vba_modules())
    codes = {sheet.sheet_properties.codeName for sheet in load_workbook(path).worksheets}
    with ExcelFile(template_path()) as file:
        of_all = set(file.vba_modules())
    documents = {
        sheet.sheet_properties.codeName for sheet in load_workbook(template_path()).worksheets
    }
    assert modules == of_all - (documents - codes)
    assert open_desk(path).run("GK_ADDIN_VERSION")


# --- written and read back ------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    "report", [report_of(WRONG), converted_report()], ids=["wrong", "converted"]
)
def test_a_report_reads_back(report: object, suffix: str, tmp_path: Path) -> None:
    target = write_workbook(report, check(report), tmp_path / f"年报{suffix}")  # type: ignore[arg-type]
    assert_whole(unpacked(target.read_bytes()))
    again = read_workbook(target)
    figures = {entry.cell: entry.value for entry in again.entries()}
    assert figures == {entry.cell: entry.value for entry in report.entries()}  # type: ignore[attr-defined]
    assert len(figures) == sum(len(form.cells) for form in all_editions()["2021"].forms.values())
    book = load_workbook(target)
    assert tuple(book.sheetnames) == REPORT_SHEETS
    assert book["表三"]["K7"].value.startswith("=IF(")
    assert len(book["表三"].conditional_formatting) > 0
    assert "applications.granted.total" in book["表三"].defined_names


def test_both_hold_the_same_but_for_the_macros(tmp_path: Path) -> None:
    report = report_of(WRONG)
    plain, macros = (
        write_workbook(report, check(report), tmp_path / f"a{suffix}")
        for suffix in (".xlsx", ".xlsm")
    )
    values = [
        {name: cells for name, cells in read_file(path).items() if name != layout.TOOL}
        for path in (plain, macros)
    ]
    assert values[0] == values[1]
    sheets = [
        {n: p for n, p in unpacked(path.read_bytes()).items() if "/sheet" in n}
        for path in (plain, macros)
    ]
    same = [name for name in sheets[0] if sheets[0][name] == sheets[1][name]]
    assert sorted(set(sheets[0]) - set(same)) == [
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet12.xml",
    ]


def test_comments_stand_in_a_workbook_without_buttons(tmp_path: Path) -> None:
    report = converted_report()
    target = write_workbook(report, check(report), tmp_path / "a.xlsx")
    said = [
        cell.comment.text
        for sheet in load_workbook(target)
        for row in sheet
        for cell in row
        if cell.comment
    ]
    assert said


@pytest.mark.parametrize("name", ["a", "a.docx", "a.pdf", "a.xls", "a.csv", "a.xlsx.bak", ".xlsx"])
def test_another_ending_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(WorkbookError) as told:
        write_workbook(report_of(), [], tmp_path / name)
    assert str(told.value) == f"文件名要以.xlsx、.xlsm或.ods结尾（所给的是{name}），没有写入。"
    with pytest.raises(WorkbookError, match=r"文件名要以\.xlsx或\.xlsm结尾"):
        copy_template(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


# --- a template of one's own ----------------------------------------------------------------------


def own_template(folder: Path, suffix: str) -> Path:
    """The template with a sheet of the user's own."""
    book = load_workbook(template_path(), keep_vba=suffix == ".xlsm")
    book.create_sheet("我的")["A1"] = "备注"
    path = folder / f"我的模板{suffix}"
    book.save(path)
    return path


def test_macros_are_left_out_of_a_template_of_ones_own(tmp_path: Path) -> None:
    target = fill(report_of(), [], tmp_path / "a.xlsx", template=own_template(tmp_path, ".xlsm"))
    parts = unpacked(target.read_bytes())
    assert_whole(parts)
    assert PLAIN in parts["[Content_Types].xml"]
    assert "我的" in load_workbook(target).sheetnames
    assert layout.BATCH in load_workbook(target).sheetnames  # what is the user's own stays
    assert not [name for name in parts if "vba" in name.lower()]
    assert read_workbook(target).value("applications.new.natural") == 436


def test_a_template_without_macros_makes_no_xlsm(tmp_path: Path) -> None:
    mine = own_template(tmp_path, ".xlsx")
    with pytest.raises(
        WorkbookError, match=r"我的模板.xlsx不含宏，不能存成.xlsm；请把文件名改为.xlsx"
    ):
        fill(report_of(), [], tmp_path / "a.xlsm", template=mine)
    assert not (tmp_path / "a.xlsm").exists()
    target = fill(report_of(), [], tmp_path / "a.xlsx", template=mine)
    assert PLAIN in unpacked(target.read_bytes())["[Content_Types].xml"]


# --- as Excel saves it ----------------------------------------------------------------------------
# Excel writes a button of the form of 2007 three times over: in the VML, as a control and as a
# shape that is hidden (ECMA-376 part 4, [MS-OE376]); made here by hand, for nothing here is Excel.

CONTROLS = """<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">\
<mc:Choice Requires="x14"><controls><mc:AlternateContent><mc:Choice Requires="x14">\
<control shapeId="1025" r:id="rId9" name="Button 1" \
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">\
<controlPr defaultSize="0" print="0" autoFill="0" autoPict="0" macro="[0]!GkCheck"><anchor/>\
</controlPr></control>\
</mc:Choice></mc:AlternateContent></controls></mc:Choice></mc:AlternateContent>"""
SHAPES = """<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing">\
<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">\
<mc:Choice Requires="a14">\
<xdr:twoCellAnchor><xdr:sp macro="" textlink=""><xdr:nvSpPr>\
<xdr:cNvPr id="1025" name="Button 1" hidden="1"/>\
</xdr:nvSpPr></xdr:sp></xdr:twoCellAnchor></mc:Choice></mc:AlternateContent>\
<xdr:twoCellAnchor><xdr:sp macro="[0]!Mine" textlink=""><xdr:nvSpPr>\
<xdr:cNvPr id="2" name="图"/></xdr:nvSpPr>\
</xdr:sp></xdr:twoCellAnchor></xdr:wsDr>"""
RELATION = (
    '<Relationship Id="{}" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" '
    'Target="{}"/></Relationships>'
)


def as_excel_saves_it(folder: Path) -> bytes:
    shutil.copy(template_path(), folder / "a.xlsm")
    parts = unpacked((folder / "a.xlsm").read_bytes())
    drawing = (
        '<drawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        'r:id="rId8"/>'
    )
    sheet, rels = "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"
    text = parts[sheet].decode().replace("<legacyDrawing", f"{drawing}<legacyDrawing")
    parts[sheet] = text.replace("</worksheet>", f"{CONTROLS}</worksheet>").encode()
    for key, kind, target in (
        ("rId8", "drawing", "../drawings/d.xml"),
        ("rId9", "ctrlProp", "../ctrlProps/c.xml"),
    ):
        listed = (
            parts[rels].decode().replace("</Relationships>", RELATION.format(key, kind, target))
        )
        parts[rels] = listed.encode()
    parts |= {"xl/drawings/d.xml": SHAPES.encode(), "xl/ctrlProps/c.xml": b"<formControlPr/>"}
    with ZipFile(folder / "b.xlsm", "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return (folder / "b.xlsm").read_bytes()


def test_buttons_as_excel_saves_them_go_too(tmp_path: Path) -> None:
    parts = unpacked(fitted(tmp_path, ".xlsx", as_excel_saves_it(tmp_path)))
    assert_whole(parts)
    sheet, shapes = parts["xl/worksheets/sheet1.xml"], parts["xl/drawings/d.xml"]
    assert b"legacyDrawing" not in sheet
    assert b"control" not in sheet
    assert b"AlternateContent" not in sheet
    assert "xl/ctrlProps/c.xml" not in parts
    assert b"Button 1" not in shapes
    assert "图".encode() in shapes
    assert b"Mine" not in shapes


def test_one_without_macros_stays_as_it_is(tmp_path: Path) -> None:
    content = blank("report", ".xlsx")
    assert fitted(tmp_path, ".xlsx", content) == content


def test_a_batch_workbook_holds_no_report(tmp_path: Path) -> None:
    path = copy_template(tmp_path / "批量.xlsx", batch=True)
    with pytest.raises(
        WorkbookError,
        match=r"批量\.xlsx是批量导入的工作簿，其中没有报告；请选择各份年报自己的工作簿。",
    ):
        read_workbook(path)


def test_openpyxl_opens_each(tmp_path: Path) -> None:
    for kind in SHEETS:
        for suffix in (".xlsx", ".xlsm"):
            path = tmp_path / f"{kind}{suffix}"
            path.write_bytes(blank(kind, suffix))  # type: ignore[arg-type]
            assert tuple(load_workbook(as_workbook(path)).sheetnames) == SHEETS[kind]


# --- what somebody renamed ------------------------------------------------------------------------


def main_type(path: Path) -> str:
    with ZipFile(path) as archive:
        return archive.read("[Content_Types].xml").decode()


@pytest.mark.parametrize("command", [("check", "--write"), ("fill-blanks", "--all"), ("adopt",)])
def test_what_is_written_is_what_the_name_says(command: tuple[str, ...], tmp_path: Path) -> None:
    """报告.xlsm that somebody renamed to .xlsx, and the other way round."""
    wrong = report_of({**WRONG, "disclosure.fees.amount": None})
    made = write_workbook(wrong, check(wrong), tmp_path / "a.xlsm")
    renamed = made.rename(tmp_path / "a.xlsx")
    numbers = ["1"] if command[0] == "adopt" else []
    assert run_command(*command, renamed, *numbers).returncode in (0, 1)
    assert "macroEnabled" not in main_type(renamed)
    with ZipFile(renamed) as archive:
        assert not [
            name
            for name in archive.namelist()
            if "vba" in name.lower() or "customui" in name.lower()
        ]
    other = write_workbook(wrong, check(wrong), tmp_path / "b.xlsx").rename(tmp_path / "b.xlsm")
    assert run_command(*command, other, *numbers).returncode in (0, 1)
    assert "macroEnabled" in main_type(other)


def test_a_workbook_under_the_name_of_something_else_is_not_written(tmp_path: Path) -> None:
    path = write_workbook(report_of(), [], tmp_path / "a.xlsx").rename(tmp_path / "a.html")
    before = path.read_bytes()
    run = run_command("check", "--write", path)
    assert run.returncode == 2
    assert "文件名要以.xlsx或.xlsm结尾（所给的是a.html），没有写入。" in run.stderr
    assert path.read_bytes() == before


def test_a_link_is_judged_by_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "稿.docx").write_text("我的")
    (tmp_path / "a.xlsx").symlink_to(tmp_path / "稿.docx")
    with pytest.raises(WorkbookError, match=r"所给的是稿\.docx"):
        fill(report_of(), [], tmp_path / "a.xlsx", overwrite=True)
    assert (tmp_path / "稿.docx").read_text() == "我的"
    (tmp_path / "圈.docx").symlink_to(tmp_path / "圈.docx")
    with pytest.raises(WorkbookError):
        fill(report_of(), [], tmp_path / "圈.docx", overwrite=True)
    (tmp_path / "圈.xlsx").symlink_to(tmp_path / "圈.xlsx")
    with pytest.raises(WorkbookError):
        fill(report_of(), [], tmp_path / "圈.xlsx", overwrite=True)
