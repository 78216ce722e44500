"""The sheets' own formulas: what real engines compute is what Python says, and what is stored in
the file.

Stored results are never trusted: each engine gets a copy in which they are false
(helpers/engines.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pandas
import pytest
from lxml import etree
from openpyxl import load_workbook

from gongkai.cli import main
from gongkai.figures import is_text, rounded
from gongkai.model import Edit, Report
from gongkai.pipeline import check
from gongkai.spreadsheets import Spot
from gongkai.workbook import layout, write_workbook
from gongkai.workbook.file import fill_file, template_path
from gongkai.workbook.live.formulas import formulas_of, same_formula, sheets_with_formulas
from gongkai.workbook.live.results import CellValue, cover_results, table_results
from helpers.counts import (
    many,
    some,
)
from helpers.engines import calculated
from helpers.lanes import (
    SHEETS,
    SIGNS,
    TEXTS,
    changed_by_office,
    disagreements,
    random_changes,
    random_workbook,
    verdict_on,
)
from helpers.made import report_of

TABLES_IN_ONE = len(SHEETS)
IN_TEST = 14  # workbooks with three tables each
IN_FULL = 100


def random_files(folder: Path, seeds: Sequence[int]) -> list[Path]:
    return [random_workbook(seed, folder) for seed in seeds]


def differing(engine: str, files: Sequence[Path]) -> list[str]:
    found = calculated(engine, files)
    pairs = zip(files, found, strict=True)
    return [
        f"{file.name}: {text}"
        for file, sheets in pairs
        for text in disagreements(file, sheets, verdict_on(file))
    ]


# --- what engines compute -------------------------------------------------------------------------


@pytest.mark.slow
def test_random_tables_have_all_that_a_lane_can_show(tmp_path: Path) -> None:
    lanes = [
        shown
        for file in random_files(tmp_path, range(IN_TEST))
        for shown in verdict_on(file).lanes.values()
    ]
    assert {shown if isinstance(shown, str) else float for shown in lanes} == {
        "",
        "✓",
        "待填",
        "文",
        float,
    }


@some("engine", ["betteroffice", "libreoffice"])
def test_lanes_show_what_python_says(engine: str, tmp_path: Path) -> None:
    assert IN_TEST * TABLES_IN_ONE >= 40
    assert differing(engine, random_files(tmp_path, range(IN_TEST))) == []


@pytest.mark.engines
@pytest.mark.parametrize("engine", ["betteroffice", "libreoffice", "hyperformula", "onlyoffice"])
def test_lanes_of_three_hundred_tables_show_what_python_says(engine: str, tmp_path: Path) -> None:
    assert IN_FULL * TABLES_IN_ONE >= 300
    assert differing(engine, random_files(tmp_path, range(IN_FULL))) == []


def changed_files(folder: Path, seeds: Sequence[int]) -> list[Path]:
    """Random tables after cells were dragged, lines inserted, deleted and sorted, lanes
    overtyped.
    """
    changes = [random_changes(seed) for seed in seeds]
    return changed_by_office(random_files(folder, seeds), changes, folder / "changed")


@pytest.mark.slow
def test_lanes_after_a_careless_hand_show_what_python_says(tmp_path: Path) -> None:
    files = changed_files(tmp_path, range(many(100)))
    assert any(verdict_on(file).moved for file in files)
    assert differing("betteroffice", files) == []


@pytest.mark.engines
@pytest.mark.parametrize("engine", ["libreoffice", "hyperformula", "onlyoffice"])
def test_lanes_after_a_careless_hand_in_all_engines(engine: str, tmp_path: Path) -> None:
    assert differing(engine, changed_files(tmp_path, range(60))) == []


# --- what is stored -------------------------------------------------------------------------------


def stored_cells(path: Path) -> Iterator[tuple[str, Spot, object]]:
    """Every formula of a file, with what is stored beside it."""
    formulas, values = load_workbook(path), load_workbook(path, data_only=True)
    for page in formulas:
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    yield (
                        page.title,
                        (cell.row, cell.column),
                        values[page.title].cell(cell.row, cell.column).value,
                    )


def stale(engine: str, files: Sequence[Path]) -> list[str]:
    """Where a hard recalculation shows something else than the file stores."""
    wrong = []
    for file, sheets in zip(files, calculated(engine, files), strict=True):
        for name, spot, stored in stored_cells(file):
            shown = sheets[name].get(spot, "")
            if not alike(stored, shown):
                wrong.append(
                    f"{file.name} {name} {layout.address(spot)}: {stored!r} stored, {shown!r} "
                    f"computed"
                )
    return wrong


def alike(stored: object, shown: object) -> bool:
    if isinstance(stored, int | float) and isinstance(shown, int | float):
        return abs(stored - shown) < 1e-12
    return (stored or "") == shown


def without_results(path: Path) -> list[str]:
    """Formulas beside which nothing is stored, not even an empty text."""
    missing = []
    with ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                cells = etree.fromstring(archive.read(name)).iter("{*}c")
                bare = [
                    cell
                    for cell in cells
                    if cell.find("{*}f") is not None and cell.find("{*}v") is None
                ]
                missing += [f"{name} {cell.get('r')}" for cell in bare]
    return missing


def test_every_formula_carries_its_result(tmp_path: Path) -> None:
    files = [template_path(), *random_files(tmp_path, range(many(9) // 2))]
    for file in files:
        assert without_results(file) == []
        with ZipFile(file) as archive:
            assert b"fullCalcOnLoad" not in archive.read("xl/workbook.xml")
            assert b"<Application>gongkai</Application>" in archive.read("docProps/app.xml")
    assert stale("betteroffice", files) == []


def test_a_false_result_is_found(tmp_path: Path) -> None:
    file = write_workbook(report_of(), [], tmp_path / "sound.xlsm")
    false = tmp_path / "false.xlsm"
    with ZipFile(file) as source, ZipFile(false, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if b"COUNTIF" in content and b"sheetData" in content and name.endswith("sheet1.xml"):
                content = content.replace("<v>✓ 全部相符".encode(), "<v>✗ 全部相符".encode(), 1)
            target.writestr(name, content)
    assert false.read_bytes() != file.read_bytes()
    assert len(stale("betteroffice", [false])) == 1


@pytest.mark.slow
def test_every_formula_carries_its_result_in_libreoffice(tmp_path: Path) -> None:
    assert stale("libreoffice", random_files(tmp_path, range(9))) == []


def with_summary(folder: Path) -> Path:
    """Reports of nine years and one without, so that the block above the list has all its lines."""
    top, heads = layout.SUMMARY_TOP, {"year": 2, "source": 4}
    from gongkai.workbook.lists import SUMMARY_HEADS, summary_cells

    figures = [cell for cell in summary_cells() if cell.startswith("applications.")]
    first = len(SUMMARY_HEADS) + 1
    edits = []
    for row in range(12):
        year = None if row == 5 else 2015 + row % 9
        edits += [Edit(layout.SUMMARY, top + row, heads["year"], year)]
        edits += [Edit(layout.SUMMARY, top + row, heads["source"], f"{row}.html")]
        places = enumerate(summary_cells(), first)
        edits += [
            Edit(layout.SUMMARY, top + row, at, row + at % 7)
            for at, cell in places
            if cell in figures
        ]
    return fill_file(template_path(), folder / "summary.xlsm", edits)


def test_the_summary_s_block_carries_its_results(tmp_path: Path) -> None:
    file = with_summary(tmp_path)
    assert without_results(file) == []
    assert stale("betteroffice", [file]) == []


COMMANDS: Mapping[str, Sequence[str]] = {
    "check": ("check", "{}", "--write", "--yes"),
    "adopt": ("adopt", "{}", "1"),
    "adopt other": ("adopt", "{}", "2=1"),
    "numbers": ("numbers", "{}"),
    "refill": ("fill", "{}", "--template", "{}", "-o", "{}.xlsm", "--force"),
    "dismiss": ("dismiss", "{}", "1", "--reason", "已核对"),
}


@pytest.mark.parametrize("seed", range(many(32) // 2))
def test_after_any_commands_a_hard_recalculation_changes_nothing(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    file = random_workbook(seed, tmp_path)
    fill_file(file, file, [Edit(layout.COVER, *layout.COVER_SPOTS["year"], 2021)], overwrite=True)
    for _ in range(3):
        command = COMMANDS[random.choice(list(COMMANDS))]
        main([word.format(file) for word in command])
        if command[0] == "fill":
            Path(f"{file}.xlsm").replace(file)
        cell = random.choice(list(SHEETS[0].cells.values()))
        if random.random() < 0.3:  # a person types, in a program that calculates
            fill_file(
                file, file, [Edit(SHEETS[0].name, *cell, random.randint(0, 9))], overwrite=True
            )
    assert without_results(file) == []
    assert stale("betteroffice", [file]) == []


def test_who_does_not_calculate_sees_the_verdict(tmp_path: Path) -> None:
    broken = report_of({"applications.new.total": 1})
    path = write_workbook(broken, check(broken), tmp_path / "a.xlsm")
    cover = pandas.read_excel(path, sheet_name=layout.COVER, header=None)
    told = [
        text for text in cover.to_numpy().ravel() if isinstance(text, str) and "勾稽关系共" in text
    ]
    assert told == ["✗ 勾稽关系共42项，不符2项（相符40项，数据不全0项）"]


# --- formulas of others ---------------------------------------------------------------------------


def with_formulas(path: Path, formulas: Mapping[tuple[str, str], str]) -> Path:
    """A person's formulas in a workbook, calculated by a program: (sheet, place) -> formula; on
    我的 too.
    """
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    book = etree.fromstring(parts["xl/workbook.xml"])
    sheets = book.find("{*}sheets")
    number = len(sheets) + 1
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main_ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    node = etree.SubElement(sheets, f"{{{main_ns}}}sheet", name="我的", sheetId=str(90))
    node.set(f"{{{relation}}}id", "rIdMine")
    cells = "".join(
        f'<row r="{place[1:]}"><c r="{place}"><f>{formula}</f><v>777</v></c></row>'
        for (sheet, place), formula in formulas.items()
        if sheet == "我的"
    )
    parts[f"xl/worksheets/sheet{number + 90}.xml"] = (
        f'<worksheet xmlns="{main_ns}"><sheetData>{cells}</sheetData></worksheet>'.encode()
    )
    rels = parts["xl/_rels/workbook.xml.rels"]
    added = (
        f'<Relationship Id="rIdMine" Type="{relation}/worksheet" '
        f'Target="worksheets/sheet{number + 90}.xml"/>'
    )
    parts["xl/_rels/workbook.xml.rels"] = rels.replace(
        b"</Relationships>", added.encode() + b"</Relationships>"
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    override = (
        f'<Override PartName="/xl/worksheets/sheet{number + 90}.xml" ContentType="{kind}"/></Types>'
    )
    types = parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = types.replace(b"</Types>", override.encode())
    parts["xl/workbook.xml"] = etree.tostring(book)
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def mine(path: Path, place: str) -> object:
    return load_workbook(path, data_only=True)["我的"][place].value


def asks_for_calculation(path: Path) -> bool:
    with ZipFile(path) as archive:
        return b'fullCalcOnLoad="1"' in archive.read("xl/workbook.xml")


FOREIGN = {
    ("我的", "A1"): "1+1",
    ("我的", "A2"): "'表三'!D7*2",
    ("我的", "A3"): "A2+1",
    ("我的", "A4"): "'封面'!C15",
    ("我的", "A5"): "SUM('表四'!A5:E5)",
    ("我的", "A6"): 'INDIRECT("A1")',
    ("我的", "A7"): "A1+1",
}


def test_a_result_of_others_goes_once_it_may_be_stale(tmp_path: Path) -> None:
    """And only then: figures of 表三 change, none of 表四."""
    path = with_formulas(write_workbook(report_of(), [], tmp_path / "a.xlsm"), FOREIGN)
    fill_file(path, path, [Edit("表三", 7, 4, 9)], overwrite=True)
    held = {place: mine(path, place) for _, place in FOREIGN}
    assert held == {"A1": 777, "A2": None, "A3": None, "A4": None, "A5": 777, "A6": None, "A7": 777}
    assert asks_for_calculation(path)


def test_results_of_others_stay_where_nothing_changed(tmp_path: Path) -> None:
    path = with_formulas(write_workbook(report_of(), [], tmp_path / "a.xlsm"), FOREIGN)
    fill_file(path, path, [Edit("表三", 7, 4, 134)], overwrite=True)
    assert {mine(path, place) for _, place in FOREIGN} == {777}
    assert not asks_for_calculation(path)


def test_what_looks_at_a_formula_of_others_goes_with_it(tmp_path: Path) -> None:
    """A total that a clerk's formula makes: after a change nobody knows it until somebody
    calculates.
    """
    path = write_workbook(report_of(), [], tmp_path / "a.xlsm")
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name, part in parts.items() if b'r="J7"' in part and b'r="K7"' in part)
    before = parts[name]
    cell = before[before.index(b'<c r="J7"') :]
    cell = cell[: cell.index(b"</c>") + 4]
    total = cell.replace(b"<v>", b"<f>SUM(D7:I7)</f><v>")
    with ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content.replace(cell, total) if part == name else content)
    fill_file(path, path, [Edit("表三", 7, 4, 9)], overwrite=True)
    shown = load_workbook(path, data_only=True)["表三"]
    assert [shown[place].value for place in ("J7", "K7", "K8")] == [
        None,
        None,
        None,
    ]  # a 0 of one tells of the next
    assert load_workbook(path, data_only=True)["表四"]["E6"].value == "✓"
    assert load_workbook(path, data_only=True)[layout.COVER].cell(*layout.LIVE_SPOT).value is None
    assert asks_for_calculation(path)
    assert any("J7的公式没有计算结果" in problem.reason for problem in read(path).problems)


def read(path: Path) -> Report:
    from gongkai.workbook import read_workbook

    return read_workbook(path)


# --- twins ----------------------------------------------------------------------------------------


def test_a_text_is_what_formulas_take_for_one() -> None:
    assert [is_text(sign) for sign in (*SIGNS, "", " ", "　", "\u00a0")] == [False] * (
        len(SIGNS) + 4
    )
    assert [is_text(text) for text in (*TEXTS, "/\u200b", "- -", "|")] == [True] * (len(TEXTS) + 3)


@pytest.mark.parametrize(
    ("gap", "shown"),
    [
        ("0.0000009", "0"),
        ("0.00000094", "0"),
        ("0.000001", "0.000001"),
        ("-0.1", "-0.1"),
        ("3.0000002", "3"),
        ("2.999999", "2.999999"),
    ],
)
def test_one_tolerance(gap: str, shown: str) -> None:
    assert rounded(Decimal(gap)) == Decimal(shown)


def test_a_difference_below_the_tolerance_holds_for_sheet_and_python(tmp_path: Path) -> None:
    for tail, holds in (("0.0000009", True), ("0.000002", False)):
        report = report_of({"disputes.review.upheld": Decimal(10) + Decimal(tail)})
        broken = [found.rule for found in check(report) if found.rule == "disputes.total.review"]
        assert (broken == []) is holds
        path = write_workbook(report, [], tmp_path / "a.xlsm", overwrite=True)
        lane = (
            load_workbook(path, data_only=True)["表四"]
            .cell(*SHEETS[1].lanes["disputes.total.review"].spot)
            .value
        )
        assert (lane == "✓") is holds


def test_formulas_are_known_in_the_writing_of_other_programs() -> None:
    assert same_formula("=表三!K7*1E-06", "='表三'!K7*0.000001")
    assert not same_formula("=SUM(A1:A2)", "=SUM(A1:A3)")
    for name in sheets_with_formulas():
        texts = list(formulas_of(name).values())
        assert all(same_formula(text, text) for text in texts)


def test_unknown_goes_into_all_that_depends_on_it() -> None:
    from gongkai.workbook.live.results import UNKNOWN

    sheet = SHEETS[1]
    cells: dict[Spot, CellValue] = dict(sheet.guarded)
    cells |= dict.fromkeys(sheet.cells.values(), 0) | {
        sheet.cells["disputes.review.total"]: UNKNOWN
    }
    found = table_results(sheet, cells, [lane.spot for lane in sheet.lanes.values()])
    shown = {rule: found[lane.spot] for rule, lane in sheet.lanes.items()}
    assert shown.pop("disputes.total.review") is UNKNOWN
    assert set(shown.values()) == {"✓"}
    cover = cover_results({}, {sheet.name: found}, 0, 0)
    assert cover[layout.LIVE_SPOT] is UNKNOWN


def test_a_table_whose_lines_were_moved_says_so_whatever_is_unknown_in_it() -> None:
    """Nobody asks what stands in its cells: 移 in every lane."""
    from gongkai.workbook.live.results import UNKNOWN

    sheet = layout.newest_sheet("disputes")
    found = table_results(sheet, {sheet.cells["disputes.review.total"]: UNKNOWN})
    lanes = [sheet.image(spot) for spot in sheet.lane_spots]
    assert {found[spot] for spot in lanes} == {layout.MOVED}


def test_a_text_figure_is_seen_by_sheet_cover_and_python(tmp_path: Path) -> None:
    """The case of an audit: 5 stored as text beside a total that is too small by it."""
    path = write_workbook(report_of(), [], tmp_path / "a.xlsm")
    fill_file(path, path, [Edit("表三", 8, 5, "5")], overwrite=True)
    shown = load_workbook(path, data_only=True)
    assert [shown["表三"][place].value for place in ("K8", "E31", "K7")] == ["文", "文", "✓"]
    assert shown[layout.COVER]["D12"].value == "文 1格是文本，有关的项没有核对"
    assert "；文 1格是文本" in shown[layout.COVER].cell(*layout.LIVE_SPOT).value
    assert "coverage.text" in {found.rule for found in check(read(path))}


def test_a_protected_sheet_is_named_and_nothing_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_workbook(report_of({"applications.new.total": 1}), [], tmp_path / "a.xlsm")
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name, part in parts.items() if b'r="K29"' in part)
    with ZipFile(path, "w") as archive:
        for part, content in parts.items():
            changed = content.replace(
                b"</sheetData>", b'</sheetData><sheetProtection sheet="1"/>', 1
            )
            archive.writestr(part, changed if part == name else content)
    before, other = path.read_bytes(), str(tmp_path / "b.xlsm")
    for words in (
        ["check", "{}", "--write"],
        ["adopt", "{}", "1"],
        ["fill", "{}", "--template", "{}", "-o", other],
    ):
        assert main([word.format(path) for word in words]) == 2
        assert "工作表“表三”设有保护，没有改动；请先取消保护" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsm"]
