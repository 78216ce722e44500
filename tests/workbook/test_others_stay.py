"""What a user has put into a workbook of ours stays, whatever we write: formulas, formats, names,
comments, notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet
from test_live import asks_for_calculation, stale, without_results

from gongkai.cli import main
from gongkai.model import Edit
from gongkai.pipeline import check
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.file import fill_file, template_path
from gongkai.workbook.live.foreign import looked_at, moved_formula, stale_formulas
from gongkai.workbook.live.formulas import formulas_of
from gongkai.workbook.live.overview import block_cells
from helpers.counts import some
from helpers.lanes import changed_by_office
from helpers.made import report_of

THREE = "表三"
FORMULAS = {
    (THREE, "M10"): "=IF(ISERROR(J7/J8),0,J7/J8)",
    (THREE, "M11"): '=IF(INDEX(A1:J29,7,4)="","",INDEX(A1:J29,7,4))',
    (THREE, "D7"): "=IF(ISERROR(我的!A1),0,我的!A1)",
    (THREE, "D70"): "=SUM(D7:D9)",
    ("我的", "A2"): "=表三!D8*1",
    ("我的", "A3"): "=SUM(表三!D8:E9)",
    ("我的", "A4"): "=A2+1",
    (layout.SUMMARY, "BZ3"): "=表三!D8",
    ("表二", "H3"): "=表三!D8",
}


def with_things(path: Path) -> Path:
    """A filled workbook into which somebody has put things of his own, saved by openpyxl."""
    write_workbook(
        report_of(), check(report_of()), path, template=template_path()
    )  # with 汇总, as of old
    book = load_workbook(path)
    mine = book.create_sheet("我的")
    mine["A1"] = 134
    for (sheet, place), formula in FORMULAS.items():
        book[sheet][place] = formula
    page = book[THREE]
    page["M8"], page["A80"] = "备注", "注：下面是我的"
    page["D12"].comment = Comment("问过", "我")
    page.conditional_formatting.add(
        "N5:N9", FormulaRule(["$N$7>5"], fill=PatternFill(bgColor="FF00FF00"))
    )
    page.conditional_formatting.add(
        "N5:N9", FormulaRule(["LOG10(D8)>2"], fill=PatternFill(bgColor="FF00FF00"))
    )
    choice = DataValidation(type="list", formula1='"甲,乙"')
    choice.add("N10")
    page.add_data_validation(choice)
    page.column_dimensions["BM"].width = 44
    book.defined_names["applications.mine"] = DefinedName(
        "applications.mine", attr_text="我的!$A$1"
    )
    copy = book.copy_worksheet(page)
    copy.defined_names["applications.granted.natural"] = DefinedName(
        "applications.granted.natural", attr_text="'表三 Copy'!$D$7"
    )
    target = path.with_suffix(".xlsx")
    book.save(target)
    return target


def things_in(path: Path) -> Mapping[str, object]:
    book = load_workbook(path)
    page = book[THREE]
    rules = [
        (str(block.sqref), rule.formula[0])
        for block in page.conditional_formatting
        for rule in block.rules
    ]
    return {
        "formulas": {place: book[place[0]][place[1]].value for place in FORMULAS},
        "notes": [page["M8"].value, page["A80"].value, comments(page)],
        "rules": [rule for rule in rules if rule[0] == "N5:N9"],
        "choices": [
            str(each.sqref) for each in page.data_validations.dataValidation if each.type == "list"
        ],
        "width": page.column_dimensions["BM"].width,
        "names": [book.defined_names["applications.mine"].attr_text],
        "local": book["表三 Copy"].defined_names["applications.granted.natural"].attr_text,
        "sheets": book.sheetnames,
    }


def comments(page: Worksheet) -> list[tuple[str, str]]:
    return [
        (cell.coordinate, cell.comment.text)
        for row in page.iter_rows()
        for cell in row
        if cell.comment
    ]


@some("command", ["check {} --write", "fill {} --template {} -o {}.xlsx"])
def test_things_of_others_stay(command: str, tmp_path: Path) -> None:
    path = with_things(tmp_path / "a.xlsm")
    before = things_in(path)
    main(command.format(*[path] * 3).split())
    written = Path(f"{path}.xlsx") if "fill" in command else path
    after = dict(things_in(written))
    if "fill" in command:  # it fills in D7
        formulas = dict(before["formulas"])  # type: ignore[call-overload]
        assert after["formulas"] == formulas | {(THREE, "D7"): after["formulas"][THREE, "D7"]}  # type: ignore[index]
    else:
        assert after == before
    assert asks_for_calculation(written)  # nobody has calculated the formulas of others
    assert load_workbook(written, data_only=True)["表四"]["E6"].value == "✓"


def calculated_by_office(path: Path, steps: list[list[object]]) -> Path:
    [found] = changed_by_office([path], [steps], path.parent / "out")
    return found


@pytest.fixture(scope="module")
def inserted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("others")
    steps: list[list[object]] = [["insert rows", THREE, 8], ["type", THREE, 8, 13, "行外的备注"]]
    return calculated_by_office(with_things(folder / "a.xlsm"), steps)


@pytest.mark.slow
def test_after_a_line_is_put_back_formulas_look_at_the_same_cells(
    inserted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(inserted.read_bytes())
    assert load_workbook(path)["我的"]["A2"].value == f"={THREE}!D9*1"
    assert main(["check", str(path), "--write"]) == 2
    said = capsys.readouterr().err
    assert "删去多余的行列，连同其中M8的内容" in said
    assert "这些表中的1个公式换成它们现在的值" in said
    assert main(["check", str(path), "--write", "--yes"]) in (0, 1)
    assert path.with_name("b（还原前）.xlsx").read_bytes() == inserted.read_bytes()
    book = load_workbook(path)
    assert [book["我的"][place].value for place in ("A2", "A3", "A4")] == [
        "=表三!D8*1",
        "=SUM(表三!D8:E9)",
        "=A2+1",
    ]
    assert book[THREE]["D7"].value == 134
    assert comments(book[THREE]) == [("D12", "问过")]
    assert book[THREE]["M8"].value == "备注"
    assert book[THREE]["A80"].value == "注：下面是我的"
    assert asks_for_calculation(path)
    shown = load_workbook(path, data_only=True)["我的"]
    assert [shown[place].value for place in ("A1", "A2")] == [134, None]
    assert without_results_of_ours(path) == []


def without_results_of_ours(path: Path) -> list[str]:
    """Formulas without a result on sheets that hold ours alone."""
    return [
        place
        for place in without_results(path)
        if place.startswith(("xl/worksheets/sheet1.", "sheet4."))
    ]


@pytest.mark.slow
def test_a_second_restoring_keeps_the_first_copy(inserted: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    for _ in range(2):
        path.write_bytes(inserted.read_bytes())
        main(["check", str(path), "--write", "--yes"])
        main(["check", str(path), "--write"])
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "b.xlsx",
        "b（上一版）.xlsx",
        "b（还原前2）.xlsx",
        "b（还原前）.xlsx",
    ]


@pytest.mark.slow
def test_the_list_of_formulas_goes_with_a_restoring(inserted: Path, tmp_path: Path) -> None:
    """Excel calls a file damaged in whose list stands a cell without a formula."""
    path = tmp_path / "b.xlsx"
    chain = b'<calcChain xmlns="urn:x"><c r="K8" i="4"/></calcChain>'
    arrow = (
        b'<Relationship Id="rIdC" Type="urn:x/calcChain" Target="calcChain.xml"/></Relationships>'
    )
    with ZipFile(inserted) as source, ZipFile(path, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(
                name,
                part.replace(b"</Relationships>", arrow) if "workbook.xml.rels" in name else part,
            )
        target.writestr("xl/calcChain.xml", chain)
    main(["check", str(path), "--write", "--yes"])
    with ZipFile(path) as archive:
        assert "xl/calcChain.xml" not in archive.namelist()
        assert b"calcChain" not in archive.read("xl/_rels/workbook.xml.rels")


@pytest.mark.slow
def test_results_of_others_on_any_sheet_go_once_stale(tmp_path: Path) -> None:
    path = calculated_by_office(with_things(tmp_path / "a.xlsm"), [])
    fill_file(path, path, [Edit(THREE, 8, 4, 999)], overwrite=True)
    shown = load_workbook(path, data_only=True)
    assert [shown[layout.SUMMARY]["BZ3"].value, shown["表二"]["H3"].value] == [None, None]
    assert asks_for_calculation(path)
    assert shown[THREE]["D7"].value == 134


def test_what_openpyxl_saved_is_computed_anew(tmp_path: Path) -> None:
    """It writes <v></v> beside every formula."""
    path = write_workbook(report_of(), [], tmp_path / "a.xlsm")
    book = load_workbook(path)
    book.save(tmp_path / "b.xlsx")
    main(["check", str(tmp_path / "b.xlsx"), "--write"])
    assert without_results(tmp_path / "b.xlsx") == []
    assert stale("betteroffice", [tmp_path / "b.xlsx"]) == []
    assert not asks_for_calculation(tmp_path / "b.xlsx")


def test_an_array_s_cells_are_stale_together() -> None:
    foreign = {
        ("我的", (1, 1)): ("=表三!D7:D9*2", {(1, 1), (2, 1), (3, 1)}),
        ("我的", (1, 3)): ("=A3+1", {(1, 3)}),
        ("我的", (1, 4)): ("=A4+1", {(1, 4)}),
    }
    stale_places = stale_formulas(foreign, [(THREE, (8, 4))])
    assert stale_places == {("我的", (1, 1)), ("我的", (1, 3))}
    assert ArrayFormula("A1:A3").ref == "A1:A3"


def test_a_chain_of_formulas_takes_no_time_of_its_own_power() -> None:
    """2,000 running sums: each round looks at what is new alone."""
    foreign = {("我的", (row, 1)): (f"=A{row - 1}+表三!D7", {(row, 1)}) for row in range(2, 2_000)}
    assert len(stale_formulas(foreign, [(THREE, (7, 4))])) == len(foreign)


@pytest.mark.parametrize(
    ("formula", "areas"),
    [
        ("=D7*2", [THREE]),
        ("='表四'!A5+SUM(D7:D9)", ["表四", THREE]),
        ('=IF(D7>1,"表四!A1","")', [THREE]),
        ("=1+1", []),
        ('=INDIRECT("D7")', None),
        ("=GK_CHECK()", None),
        ("=SUM(D7:INDEX(D:D,9))", None),
        ("=SUMIF(A:A,1,B1)", None),
        ("=mine", None),
        ("=[1]Sheet1!A1", None),
        ("=D7 +", [THREE]),
        ('="', None),
    ],
)
def test_what_a_formula_looks_at(formula: str, areas: list[str] | None) -> None:
    found = looked_at(THREE, formula)
    assert (None if found is None else [name for name, _ in found]) == areas


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("=D9*2", "=D8*2"),
        ("=$D$9+SUM(D9:E12)", "=$D$8+SUM(D8:E11)"),
        ("=SUM(D:D)+'表四'!D9", "=SUM(D:D)+'表四'!D9"),
        ("='表三'!D9", "='表三'!D8"),
        ("=D7", "=D7"),
        ("=D8", None),
    ],
)
def test_a_formula_after_an_inserted_row_is_taken_out(formula: str, wanted: str | None) -> None:
    def place(spot: tuple[int, int]) -> tuple[int, int] | None:
        return None if spot[0] == 8 else (spot[0] - (spot[0] > 8), spot[1])

    assert moved_formula(THREE, formula, THREE, place) == wanted


def test_a_workbook_without_a_sheet_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_workbook(report_of(), [], tmp_path / "a.xlsm")
    book = load_workbook(path)
    del book[layout.RESULTS]
    book.save(tmp_path / "b.xlsx")
    assert main(["check", str(tmp_path / "b.xlsx"), "--write"]) == 2
    assert f"没有工作表“{layout.RESULTS}”" in capsys.readouterr().err


def test_a_control_in_a_text_stops_nobody(tmp_path: Path) -> None:
    path = write_workbook(report_of(), [], tmp_path / "a.xlsm")
    book = load_workbook(path)
    book[THREE]["D7"] = "12_x000B_3"
    book.save(tmp_path / "b.xlsx")
    main(["check", str(tmp_path / "b.xlsx"), "--write"])
    assert without_results(tmp_path / "b.xlsx") == []
    assert read_workbook(tmp_path / "b.xlsx").value("applications.granted.natural") is None


def test_a_damaged_record_of_decisions_is_found_before_writing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_workbook(report_of({"applications.new.total": 1}), [], tmp_path / "a.xlsm")
    path.with_name("a.处理.json").write_text("{", encoding="utf-8")
    before = path.read_bytes()
    assert main(["check", str(path), "--write"]) == 2
    assert path.read_bytes() == before
    assert "处理记录" in capsys.readouterr().err


def test_an_edition_as_text_counts_as_its_number(tmp_path: Path) -> None:
    path = write_workbook(report_of(), [], tmp_path / "a.xlsm")
    fill_file(
        path,
        path,
        [Edit(layout.COVER, *layout.EDITION_SPOTS["applications"], "2019")],
        overwrite=True,
    )
    assert load_workbook(path, data_only=True)[layout.COVER]["D12"].value == "没有可以计算的数字"
    assert stale("betteroffice", [path]) == []


def test_the_examples_of_the_pages_are_true() -> None:
    """workbook.layout tells where 表三 keeps what."""
    sheet = layout.newest_sheet("applications")
    assert sheet.last_line == 32
    assert [layout.address(sheet.image(spot)) for spot in ((7, 4), (7, 2), (7, 11))] == [
        "X39",
        "V39",
        "AE39",
    ]
    assert len(formulas_of(layout.SUMMARY)) == sum(
        text.startswith("=") for text in block_cells().cells.values()
    )
