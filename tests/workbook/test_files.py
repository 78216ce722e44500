"""The workbook as a file: what is written where, and what other programs and people made of it."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import load_workbook

from gongkai.checks.whole import check
from gongkai.model import Edit, UnreadableDocument, Value, WorkbookError
from gongkai.pipeline import fill, read_report
from gongkai.spreadsheets.formats import kind_of
from gongkai.workbook import copy_template, layout, read_workbook, write_workbook
from gongkai.workbook.file import fill_file, template_path
from gongkai.workbook.layout import sheet_of
from helpers.made import (
    report_of,
    saying,
)
from helpers.office import recalculated

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    '="quoted" & A1',
    "]]> <c><f>1+1</f></c> &amp; & <",
    "emoji 😀 and 𠮷野",
    "line\none\ttab",
    "_x0041_ and _x000D_",
    "  spaces around  ",
    "<!DOCTYPE x>",
)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "filled.xlsm"


def parts_of(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def rewrite(
    source: Path, target: Path, changes: Mapping[str, Callable[[bytes], bytes]], **more: bytes
) -> Path:
    """A workbook with some parts changed by functions; ``more`` are no parts of it yet."""
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in (parts_of(source) | more).items():
            archive.writestr(name, changes.get(name, bytes)(content))
    return target


def part_of(sheet: str) -> str:
    return f"xl/worksheets/sheet{layout.sheet_names().index(sheet) + 1}.xml"


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str, target: Path) -> None:
    report = replace(report_of(), title=text, agency=text, sections={1: text})
    findings = [saying(text, "note")]
    again = read_workbook(write_workbook(report, findings, target))
    assert (again.title, again.agency, again.sections) == (text, text, {1: text})
    made = copy_template(target.with_stem("blank"))
    before, after = (
        sum(part.count(b"<f>") for part in parts_of(path).values()) for path in (made, target)
    )
    assert before == after
    book = load_workbook(target, read_only=True)  # in a fifth of the time
    title, message = book[layout.COVER]["C5"], book[layout.RESULTS]["H4"]
    assert (title.data_type, title.number_format) == ("s", "@")
    assert book._cell_styles[title._style_id].quotePrefix
    assert message.data_type == "s"


def test_text_that_a_cell_cannot_hold(target: Path) -> None:
    report = replace(
        report_of(), title="2021年" + "题" * 40_000, agency="甲\x00\x1b\x85\ud800乙\r\n丙\ufffe"
    )
    again = read_workbook(write_workbook(report, [], target))
    assert again.agency == "甲  \n\ufffd乙\n丙"
    assert len(again.title) == 32_767
    assert again.title.endswith("题……")
    emoji = write_workbook(
        replace(report, title="2021年" + "😀" * 20_000), [], target, overwrite=True
    )
    assert len(read_workbook(emoji).title.encode("utf-16-le")) <= 32_767 * 2


def test_other_parts_stay_byte_for_byte(target: Path) -> None:
    write_workbook(report_of(), [], target)
    before, after = parts_of(copy_template(target.with_stem("blank"))), parts_of(target)
    assert list(before) == list(after)
    different = {name for name in before if before[name] != after[name]}
    assert different <= {part_of(sheet) for sheet in layout.sheet_names()} | {"xl/workbook.xml"}
    assert part_of("表三（2019）") not in different


def test_what_a_user_added_to_the_template_survives(target: Path, tmp_path: Path) -> None:
    image, drawing = (
        b"\x89PNG not really",
        b"<xdr:wsDr xmlns:xdr='urn:x'><xdr:txBody>ours</xdr:txBody></xdr:wsDr>",
    )
    link = b"<drawing xmlns:r='urn:r' r:id='rId1'/></worksheet>"
    mine = rewrite(
        template_path(),
        tmp_path / "mine.xlsm",
        {part_of("表三"): lambda part: part.replace(b"</worksheet>", link)},
        **{
            "xl/media/image1.png": image,
            "xl/drawings/drawing1.xml": drawing,
            "customUI/customUI14.xml": b"<x/>",
        },
    )
    write_workbook(report_of(), [], target, template=mine)
    after = parts_of(target)
    assert list(after) == list(parts_of(mine))
    assert after["xl/media/image1.png"] == image
    assert after["xl/drawings/drawing1.xml"] == drawing
    assert b"<drawing " in after[part_of("表三")]


def test_an_existing_file_is_kept(target: Path) -> None:
    target.write_text("mine")
    with pytest.raises(WorkbookError, match="已存在"):
        write_workbook(report_of(), [], target)
    assert target.read_text() == "mine"
    write_workbook(report_of(), [], target, overwrite=True)
    assert read_workbook(target) == report_of()


def test_a_full_disk_leaves_the_old_file_and_nothing_else(target: Path) -> None:
    target.write_text("old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(WorkbookError, match=r"无法写入filled\.xlsm"):
            write_workbook(report_of(), [], target, overwrite=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert target.read_text() == "old"
    assert [path.name for path in target.parent.iterdir()] == ["filled.xlsm"]


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="不存在"):
        write_workbook(report_of(), [], tmp_path / "none" / "a.xlsm")
    (tmp_path / "夹.xlsx").mkdir()
    with pytest.raises(WorkbookError, match="是文件夹"):
        write_workbook(report_of(), [], tmp_path / "夹.xlsx", overwrite=True)


def test_only_a_plain_file_is_replaced(target: Path, tmp_path: Path) -> None:
    os.mkfifo(target)
    (tmp_path / "link.xlsm").symlink_to(target)
    for place, said in ((target, "不是普通文件"), (tmp_path / "link.xlsm", "不是普通文件")):
        with pytest.raises(WorkbookError, match=said):
            write_workbook(report_of(), [], place, overwrite=True)
        with pytest.raises(WorkbookError, match=said):
            copy_template(place, overwrite=True)
    assert target.is_fifo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["filled.xlsm", "link.xlsm"]


def test_a_link_is_written_through_and_rights_are_kept(target: Path, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    real, link, loose = (
        tmp_path / "deep" / "real.xlsm",
        tmp_path / "link.xlsm",
        tmp_path / "loose.xlsm",
    )
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    loose.symlink_to(tmp_path / "deep" / "new.xlsm")
    for place in (link, loose):
        write_workbook(report_of(), [], place, overwrite=True)
        assert place.is_symlink()
        assert read_workbook(place.resolve()) == report_of()
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["new.xlsm", "real.xlsm"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x" * 300 + ".xlsx", "文件名太长"),
        ("file/a.xlsm", "不是文件夹"),
        ("a\0b.xlsx", "文件名无效"),
    ],
)
def test_a_name_that_cannot_be_written_is_said(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(WorkbookError, match=said):
        write_workbook(report_of(), [], tmp_path / name)


def test_neither_source_nor_template_is_written_over(target: Path, tmp_path: Path) -> None:
    write_workbook(report_of(), [], target)
    report, link, mine = read_report(target), tmp_path / "link.xlsm", tmp_path / "mine.xlsm"
    link.symlink_to(target)
    mine.write_bytes(template_path().read_bytes())
    for place, said in ((target, "报告的来源"), (link, "报告的来源"), (mine, "所用的模板")):
        before = place.read_bytes()
        with pytest.raises(WorkbookError, match=said):
            fill(report, [], place, overwrite=True, template=mine)
        assert place.read_bytes() == before
    link.unlink()
    link.symlink_to(template_path())
    with pytest.raises(WorkbookError, match="所用的模板"):
        fill(report, [], link)


def stale_results_go(saved: Path, target: Path) -> None:
    """``saved`` was calculated, as its K5 shows."""
    assert load_workbook(saved, data_only=True, read_only=True)["表三"]["K5"].value == "✓"
    target = target.with_suffix(saved.suffix)  # LibreOffice keeps no macros
    write_workbook(report_of({"applications.new.total": 1}), [], target, template=saved)
    assert load_workbook(target, data_only=True, read_only=True)["表三"]["K5"].value not in (
        "✓",
        None,
    )
    assert b"fullCalcOnLoad" not in parts_of(target)["xl/workbook.xml"]


def test_a_stale_result_is_not_shown(target: Path, tmp_path: Path) -> None:
    shown = {part_of("表三"): lambda part: with_result(part, "K5", "✓")}
    filled = write_workbook(report_of(), [], tmp_path / "report.xlsm")
    stale_results_go(rewrite(filled, tmp_path / "saved.xlsm", shown), target)


@pytest.mark.slow
def test_a_stale_result_of_another_program_is_not_shown(target: Path, tmp_path: Path) -> None:
    [saved] = recalculated([write_workbook(report_of(), [], target)], tmp_path)
    stale_results_go(saved, tmp_path / "again.xlsm")


def test_a_formula_that_gives_way_leaves_the_list_of_formulas(target: Path, tmp_path: Path) -> None:
    chain = b'<calcChain xmlns="urn:x"><c r="D5" i="3"/><c r="K5"/><c r="D6"/></calcChain>'
    relation = (
        b'<Relationship Id="rIdC" Type="urn:x/calcChain" Target="calcChain.xml"/></Relationships>'
    )
    mine = rewrite(
        template_path(),
        tmp_path / "mine.xlsm",
        {
            part_of("表三"): lambda part: with_cell(part, "D5", b"<f>1+1</f><v>2</v>"),
            "xl/_rels/workbook.xml.rels": lambda part: part.replace(b"</Relationships>", relation),
        },
        **{"xl/calcChain.xml": chain},
    )
    write_workbook(report_of(), [], target, template=mine)
    assert b'r="D5"' not in parts_of(target)["xl/calcChain.xml"]
    assert b'<c r="K5" i="3"/>' in parts_of(target)["xl/calcChain.xml"]


def with_cell(part: bytes, place: str, content: bytes, kind: bytes = b"n") -> bytes:
    """A sheet's XML with something put into an empty cell of it."""
    start = part.index(f'<c r="{place}"'.encode())
    end = part.index(b"/>", start)
    return part[:end] + b' t="' + kind + b'">' + content + b"</c>" + part[end + 2 :]


def with_result(part: bytes, place: str, text: str) -> bytes:
    """A sheet's XML with what a formula gave, as a program leaves it that has calculated."""
    cell = re.search(rf'<c r="{place}"[^>]*>.*?</c>'.encode(), part)
    assert cell is not None
    style = re.search(rb' s="\d+"', cell[0])
    formula = re.search(rb"<f.*?</f>", cell[0])
    assert style is not None
    assert formula is not None
    head = f'<c r="{place}" t="str"'.encode() + style[0]
    return part.replace(cell[0], head + b">" + formula[0] + f"<v>{text}</v></c>".encode())


# --- reading what other programs and people wrote -------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind", "value", "reason"),
    [
        (b"<f>1+1</f><v>2</v>", b"n", 2, ""),
        (b"<f>1+1</f>", b"n", None, "公式没有计算结果"),
        (b"<f>1/0</f><v>#DIV/0!</v>", b"e", None, "不是可以确定的数"),
        (b"<v>1.1000000000000001</v>", b"n", Decimal("1.1"), ""),
        (b"<v>1E3</v>", b"n", 1000, ""),
        (b"<v>1</v>", b"b", None, "不是可以确定的数"),
        (b"<is><r><t>1</t></r><r><t>2</t></r><rPh><t>9</t></rPh></is>", b"inlineStr", 12, ""),
        (b"<is><t>1,234</t></is>", b"inlineStr", 1234, ""),
        (b"<is><t> / </t></is>", b"inlineStr", None, ""),
        (b"<v>99</v>", b"s", None, "不是可以确定的数"),
        (b"<f>A1</f><v></v>", b"str", None, ""),
    ],
)
def test_cells_of_other_programs(
    content: bytes, kind: bytes, value: Value, reason: str, target: Path, tmp_path: Path
) -> None:
    changes = {part_of("表三"): lambda part: with_cell(part, "D5", content, kind)}
    read = read_workbook(rewrite(template_path(), target, changes))
    assert read.value("applications.new.natural") == value
    assert [problem.row for problem in read.problems] == (["new"] if reason else [])
    assert all(reason in problem.reason for problem in read.problems)


FORMS: tuple[tuple[str, int | Decimal, str], ...] = (
    ("yyyy-mm-dd", 44625, "2022-03-05"),
    ("mm-dd-yy", 44625, "2022-03-05"),  # the built-in format 14
    ("[$-804]aaaa", 44625, "2022-03-05"),
    ("[h]:mm", Decimal("0.0625"), "0.0625（单元格为时长格式）"),
    ('m"月"d"日"', 0, "0（单元格为日期或时间格式）"),
    ("0%", Decimal("0.12"), "0.12（单元格为百分比格式）"),
    ("0.00%", 12, "12（单元格为百分比格式）"),
    ("0!.0,", 251000, "251000（单元格为按千位缩小显示的格式）"),
    ("0" * 256, 1, "1（单元格为无法识别的格式）"),
)


def test_a_number_shown_as_something_else_is_no_figure(target: Path) -> None:
    """Each form in a cell of its own of one workbook: openpyxl takes long to read and save it."""
    spots = sheet_of("disclosure", "2021").cells
    changed = dict(zip(reversed(spots), FORMS, strict=False))
    assert len(changed) == len(FORMS)
    book = load_workbook(write_workbook(report_of(), [], target), keep_vba=True)
    for cell_id, (form, value, _) in changed.items():
        cell = book["表二"].cell(*spots[cell_id])
        cell.value, cell.number_format = value, form
    book.save(target)
    report = read_workbook(target)
    told = {f"{each.table}.{each.row}.{each.column}": each.raw for each in report.problems}
    assert told == {cell_id: raw for cell_id, (_, _, raw) in changed.items()}
    assert len(report.problems) == len(FORMS)
    assert all(problem.raw in problem.reason for problem in report.problems)
    blank = {cell_id for cell_id in spots if report.value(cell_id) is None}
    assert blank == set(changed)
    assert "coverage.cell" in {finding.rule for finding in check(report)}
    assert report.tables["applications"] == report_of().tables["applications"]


@pytest.mark.parametrize(
    "code",
    [
        "General",
        "G/通用格式",
        "0",
        "0.00",
        "#,##0",
        "#,##0.00;[Red]-#,##0.00",
        "[Magenta]0;[White]-0",
        '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ',
        "[DBNum1][$-804]General",
    ],
)
def test_a_plain_format_leaves_a_figure(code: str) -> None:
    assert kind_of(code) == ""


def test_a_line_inserted_by_hand_is_never_read_by_position(target: Path) -> None:
    report = report_of()
    book = load_workbook(write_workbook(report, [], target), keep_vba=True)
    book["表三"].insert_rows(20)
    book.save(target)
    again = read_workbook(target)
    for entry in again.entries():
        wanted = None if entry.cell.startswith("applications.") else report.value(entry.cell)
        assert entry.value == wanted
    (told,) = again.problems
    assert told.reason.startswith("“表三”的第20行与官方表格不同：B20应为“（五）不予处理”，现为空白")


def test_figures_on_the_sheet_of_the_other_layout_are_reported(target: Path) -> None:
    write_workbook(report_of(), [], target)
    fill_file(target, target, [Edit("表三（2019）", 5, 4, 7)], overwrite=True)
    again = read_workbook(target)
    assert again.tables == report_of().tables
    assert [(problem.table, problem.raw) for problem in again.problems] == [
        ("applications", "表三（2019）")
    ]


@pytest.mark.parametrize(
    ("spot", "value", "said"),
    [
        ("year", "去年", "年度"),
        ("year", 20211, "年度"),
        ("published", 44612, "发布日期"),
        ("published", "2022-13-01", "发布日期"),
    ],
)
def test_a_cover_that_cannot_be_read(spot: str, value: int | str, said: str, target: Path) -> None:
    write_workbook(report_of(), [], target)
    fill_file(
        target, target, [Edit(layout.COVER, *layout.COVER_SPOTS[spot], value)], overwrite=True
    )
    again = read_workbook(target)
    assert getattr(again, spot) in (None, "")
    assert [said in problem.reason for problem in again.problems] == [True]


def test_the_template_reads_as_a_blank_report() -> None:
    blank = read_workbook(template_path())
    assert {table.edition for table in blank.tables.values()} == {"2021"}
    assert {entry.value for entry in blank.entries()} == {None}
    assert blank.problems == ()


def bomb(path: Path) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"")
        archive.writestr("xl/workbook.xml", bytes(140 * 1024 * 1024))


def entities(path: Path) -> None:
    declared = b'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/hostname">]><worksheet'
    rewrite(
        template_path(),
        path,
        {part_of("表三"): lambda part: part.replace(b"<worksheet", declared, 1)},
    )


def torn(path: Path) -> None:
    """A few bytes in the midst of a packed part are others."""
    content = bytearray(template_path().read_bytes())
    with ZipFile(template_path()) as file:
        at = file.getinfo(part_of("表三")).header_offset + 200
    content[at : at + 9] = bytes(255 - byte for byte in content[at : at + 9])
    path.write_bytes(content)


def others(path: Path) -> None:
    renamed = {"xl/workbook.xml": lambda part: part.replace("表三".encode(), "别的".encode())}
    rewrite(template_path(), path, renamed)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "不存在"),
    "folder": (lambda path: path.mkdir(), "文件夹"),
    "empty": (lambda path: path.write_bytes(b""), "不是工作簿"),
    "page": (lambda path: path.write_bytes(b"<html>"), "不是工作簿"),
    "old": (
        lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        "损坏",
    ),
    "sealed": (
        lambda path: path.write_bytes(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
        ),
        "密码",
    ),
    "cut": (lambda path: path.write_bytes(template_path().read_bytes()[:20_000]), "不完整或已损坏"),
    "torn": (torn, "损坏"),
    "zip": (
        lambda path: rewrite(template_path(), path, {"_rels/.rels": lambda part: b"<x/>"}),
        "不是工作簿",
    ),
    "xml": (
        lambda path: rewrite(template_path(), path, {part_of("正文"): lambda part: part[:-9]}),
        "已损坏",
    ),
    "bomb": (bomb, "过大"),
    "entities": (entities, "不安全的内容"),
    "other": (others, "不是本工具的工作簿"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_workbook_of_ours_is_said(case: str, target: Path) -> None:
    make, said = BROKEN[case]
    make(target)
    with pytest.raises(WorkbookError, match=said):
        read_workbook(target)


def test_our_workbook_has_one_part(target: Path) -> None:
    write_workbook(report_of(), [], target)
    report = read_report(target)
    assert [(part.title, part.agency, part.year) for part in report.parts] == [
        (report.title, report.agency, report.year)
    ]
    assert read_report(target, part=1).parts == report.parts
    with pytest.raises(UnreadableDocument, match="没有第2份"):
        read_report(target, part=2)
