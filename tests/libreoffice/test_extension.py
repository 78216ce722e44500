"""The extension in a real LibreOffice: functions, commands, questions, what is stopped, killed."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

import gongkai
from buttons import BUTTONS, ON_SHEETS
from gongkai.excel.functions import FUNCTIONS
from gongkai.workbook import layout
from gongkai.workbook.file import template_path
from helpers.extension import Desk, desk_in, readable_by_all
from helpers.waiting import wait_until
from messages import OFFICE_MESSAGES

pytestmark = pytest.mark.slow

PAGE = Path(gongkai.__file__).parent / "demo" / "ruian-2021.html"
FORM = "表三"
FIGURES = [[1.0, 1, 1, 1, 1, 1, 6]] * 25
BLANK_LINE = [[1, 2, 0, 0, 0, 0, 4]]
LINE = "D6:J6"
LABEL = {"check": "校验本报告", "fill_all_blanks": "全部空白填0", "import_file": "导入文件"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("office")
    readable_by_all(folder)
    with desk_in(folder) as desk:
        yield desk


@pytest.fixture
def report(desk: Desk, tmp_path: Path) -> Iterator[str]:
    """The template, open."""
    path = tmp_path / "年报.xlsm"
    shutil.copyfile(template_path(), path)
    assert desk.load("report", str(path))
    yield "report"
    desk.close("report")


@pytest.fixture
def sheet(desk: Desk) -> Iterator[str]:
    """An ordinary spreadsheet with one table of figures."""
    desk.load("sheet", "")
    desk.put("sheet", "", "A1:G25", FIGURES)
    yield "sheet"
    desk.close("sheet")


def shown(desk: Desk, name: str, sheet: str, where: str, formula: str) -> str:
    desk.enter(name, sheet, where, formula)
    return str(desk.cell(name, sheet, where)[0])


def finished(desk: Desk, button: str = "OK") -> str:
    """What a command says at its end; its dialog is answered."""
    wait_until(lambda: button in desk.shown(), f"a dialog with {button}")
    texts = desk.dialog()
    desk.press(button)
    wait_until(lambda: not desk.shown(), "the dialog is gone")
    return str(texts[1])


# --- functions ------------------------------------------------------------------------------------


def test_functions_answer_as_in_excel(desk: Desk, sheet: str) -> None:
    assert shown(desk, sheet, "", "Q1", "=GK_VERSION()") == f"gongkai {gongkai.__version__}"
    assert shown(desk, sheet, "", "Q2", "=GK_CHECK(A1:G25)").startswith("✗ 7项不符")
    assert shown(desk, sheet, "", "Q3", '=GK_DIFF(A1:G25;"applications.sum.natural")') == "20"
    assert shown(desk, sheet, "", "Q4", "=GK_RULES(2021)") == "规则"
    assert shown(desk, sheet, "", "Q5", "=GK_CHECK(A1:C3)").startswith("! 区域是3行3列")
    assert "不能使用联网函数" in shown(desk, sheet, "", "Q6", '=GK_IMPORT("https://x.gov.cn/")')
    desk.enter_array(sheet, "", "T1:X3", "=GK_FINDINGS(A1:G25)")
    head, first, _ = desk.rows(sheet, "", "T1:X3")
    assert head[:2] == ["规则", "位置"]
    assert first[2:] == [1, 21, 20]


def test_arguments_are_described(desk: Desk) -> None:
    for name, function in FUNCTIONS.items():
        told, arguments = desk.function(name)
        assert told == function.description
        expected = [[one.name, one.description, one.optional] for one in function.arguments]
        assert arguments == expected


def test_a_change_is_followed(desk: Desk, sheet: str) -> None:
    desk.enter_all(sheet, "", "Z1:Z200", "=GK_CHECK(A1:G25)")
    before = desk.cell(sheet, "", "Z200")[0]
    desk.put(sheet, "", "G1", [[7]])
    after = desk.cell(sheet, "", "Z200")[0]
    assert before != after
    assert desk.rows(sheet, "", "Z1:Z200") == [[after]] * 200


def test_the_whole_workbook_is_checked_anew(desk: Desk, report: str) -> None:
    assert shown(desk, report, FORM, "AH1", "=GK_CHECK()").startswith("! 工作簿中还没有内容")
    desk.put(report, FORM, LINE, BLANK_LINE)
    wait_until(lambda: desk.cell(report, FORM, "AH1")[0].startswith("✗"), "the cell follows")


# --- commands -------------------------------------------------------------------------------------


def test_a_command_is_one_step(desk: Desk, report: str) -> None:
    desk.put(report, FORM, LINE, BLANK_LINE)
    before, results = desk.steps(report), desk.rows(report, layout.RESULTS, "A4:J8")
    desk.dispatch(report, "check")
    assert finished(desk).startswith("已核对1项勾稽关系：✗ 2项不符")
    assert desk.rows(report, layout.RESULTS, "A4:J8") != results
    assert desk.steps(report) == [LABEL["check"], *before]
    desk.undo(report)
    assert desk.rows(report, layout.RESULTS, "A4:J8") == results


@pytest.mark.parametrize("answer", ["Yes", "No"])
def test_a_question_is_answered(desk: Desk, report: str, answer: str) -> None:
    desk.put(report, FORM, LINE, BLANK_LINE)
    steps, figures = desk.steps(report), desk.rows(report, FORM, "D6:J30")
    desk.dispatch(report, "fill_all_blanks")
    assert "填为0" in finished(desk, answer)
    if answer == "Yes":
        assert finished(desk).startswith("已把184格空白填为0")
        assert desk.steps(report) == [LABEL["fill_all_blanks"], *steps]
        desk.undo(report)
    assert desk.rows(report, FORM, "D6:J30") == figures
    assert desk.steps(report) == steps


def test_a_file_is_imported_and_undone(desk: Desk, report: str) -> None:
    blank = desk.rows(report, FORM, "D6:J30")
    desk.dispatch(report, "import_file")
    assert desk.dialog()[0] == OFFICE_MESSAGES["choose_file"]
    desk.choose(str(PAGE))
    assert "项勾稽关系" in finished(desk)
    assert desk.cell(report, FORM, "D7")[0] == "134"
    assert desk.steps(report) == [LABEL["import_file"]]
    desk.undo(report)
    assert desk.rows(report, FORM, "D6:J30") == blank


def test_a_report_is_exported(desk: Desk, report: str, tmp_path: Path) -> None:
    desk.put(report, FORM, LINE, BLANK_LINE)
    desk.dispatch(report, "export_csv")
    assert desk.dialog()[0] == OFFICE_MESSAGES["save_as"]
    desk.choose(str(tmp_path / "数字.csv"))
    assert "数字.csv" in finished(desk)
    assert (tmp_path / "数字.csv").stat().st_size > 1000
    assert desk.steps(report) == ["Insert"]


def test_a_copy_holds_formulas_for_excel(desk: Desk, report: str, tmp_path: Path) -> None:
    desk.put(report, FORM, LINE, BLANK_LINE)
    desk.enter(report, FORM, "AH1", "=GK_CHECK(D6:J30)")
    desk.dispatch(report, "save_report")
    assert desk.dialog()[0] == OFFICE_MESSAGES["save_as"]
    desk.choose(str(tmp_path / "另存.xlsx"))
    assert "已另存为" in finished(desk)
    with ZipFile(tmp_path / "另存.xlsx") as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        content = b"".join(map(archive.read, sheets)).decode()
    assert "<f>GK_CHECK(D6:J30)</f>" in content or ">GK_CHECK(D6:J30)<" in content
    assert "GONGKAI" not in content


def test_another_workbook_gets_a_new_report(desk: Desk, sheet: str) -> None:
    desk.dispatch(sheet, "check")
    assert finished(desk, "No") == OFFICE_MESSAGES["not_report"]
    desk.dispatch(sheet, "check")
    assert finished(desk, "Yes") == OFFICE_MESSAGES["not_report"]
    desk.opened("new")
    assert "还没有内容" in finished(desk)
    assert layout.RESULTS in desk.sheets("new")
    desk.close("new")


def test_two_documents(desk: Desk, report: str, sheet: str) -> None:
    """What runs for one does nothing to the other."""
    desk.put(report, FORM, LINE, BLANK_LINE)
    other = desk.rows(sheet, "", "A1:Z30")
    desk.dispatch(report, "check")
    assert shown(desk, sheet, "", "Q2", "=GK_CHECK(A1:G25)").startswith("✗ 7项不符")
    finished(desk)
    desk.enter(sheet, "", "Q2", "")
    assert desk.rows(sheet, "", "A1:Z30") == other


# --- buttons on the sheets ------------------------------------------------------------------------


def test_a_button_on_a_sheet_runs_its_command(desk: Desk, report: str) -> None:
    desk.put(report, FORM, LINE, BLANK_LINE)
    desk.click(report, layout.COVER, LABEL["check"])
    assert finished(desk).startswith("已核对1项勾稽关系：✗ 2项不符")
    desk.click(report, layout.BATCH, "汇总")
    assert finished(desk)


def test_all_buttons_on_the_sheets_are_known(desk: Desk, report: str) -> None:
    for sheet, tags in ON_SHEETS.items():
        for (caption, _), tag in zip(BUTTONS[sheet], tags, strict=True):
            assert desk.runs(report, sheet, caption) == [f"org.gongkai:{tag}", []]


@pytest.mark.parametrize("suffix", ["xlsm", "ods"])
def test_what_is_saved_names_the_macros(
    desk: Desk, report: str, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"另存.{suffix}"
    desk.save_as(report, str(path))
    if suffix == "xlsm":
        with ZipFile(path) as archive:
            drawings = [name for name in archive.namelist() if "vmlDrawing" in name]
            content = b"".join(map(archive.read, drawings)).decode()
        assert "GkCheck<" in content, content
    else:
        with ZipFile(path) as archive:
            content = archive.read("content.xml").decode()
        assert "org.gongkai:" not in content
        assert "GkButtons.GkCheck" in content
    assert desk.runs(report, layout.COVER, LABEL["check"]) == ["org.gongkai:check", []]
    if suffix == "ods":  # of its own .xlsm LibreOffice 7.4 shows no buttons, extension or not
        desk.load("again", str(path))
        assert desk.runs("again", layout.COVER, LABEL["check"]) == ["org.gongkai:check", []]
        desk.close("again")


# --- stopped and killed ---------------------------------------------------------------------------


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/report.html"


def begin_waiting(desk: Desk, report: str, address: str) -> None:
    """An import from that server, until the window that says that it runs."""
    desk.dispatch(report, "import_url")
    assert OFFICE_MESSAGES["title"] in desk.dialog()[0]
    desk.fill_in(address)
    desk.press("OK")
    wait_until(lambda: OFFICE_MESSAGES["stop"] in desk.shown(), "the window with the button")


def test_a_command_is_stopped_by_its_button(desk: Desk, report: str, silent: str) -> None:
    begin_waiting(desk, report, silent)
    desk.press(OFFICE_MESSAGES["stop"])
    wait_until(lambda: OFFICE_MESSAGES["undone"] in desk.shown(), "what was done is undone")
    finished(desk)
    assert desk.steps(report) == []
    desk.put(report, FORM, LINE, BLANK_LINE)
    desk.dispatch(report, "check")  # by a new process
    assert finished(desk).startswith("已核对1项勾稽关系")


def test_a_second_command_asks_first(desk: Desk, report: str, silent: str) -> None:
    begin_waiting(desk, report, silent)
    desk.dispatch(report, "check")
    wait_until(lambda: OFFICE_MESSAGES["busy"] in desk.shown(), "the question")
    desk.press("Yes")
    wait_until(lambda: OFFICE_MESSAGES["undone"] in desk.shown(), "the first is stopped")
    finished(desk)
    assert desk.steps(report) == []


def test_a_killed_process_is_told_and_replaced(desk: Desk, report: str, silent: str) -> None:
    begin_waiting(desk, report, silent)
    desk.kill_gongkai()
    wait_until(lambda: OFFICE_MESSAGES["died"] in desk.shown(), "the sentence")
    finished(desk)
    assert desk.steps(report) == []
    assert shown(desk, report, FORM, "AH1", "=GK_VERSION()").startswith("gongkai")


# --- formulas that travel -------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["xlsx", "xlsm", "ods"])
def test_formulas_come_back(desk: Desk, sheet: str, tmp_path: Path, suffix: str) -> None:
    desk.enter(sheet, "", "Q2", "=GK_CHECK(A1:G25)")
    desk.enter_array(sheet, "", "T1:X3", "=GK_FINDINGS(A1:G25)")
    path = tmp_path / f"公式.{suffix}"
    desk.save_as(sheet, str(path))
    if suffix != "ods":
        with ZipFile(path) as archive:
            content = archive.read("xl/worksheets/sheet1.xml").decode()
        assert ">GK_CHECK(A1:G25)<" in content
        assert "GONGKAI" not in content
    desk.put(sheet, "", "A30", [[1]])
    desk.save(sheet)  # nobody is asked whether to overwrite
    desk.load("again", str(path))
    told, formula, error = desk.cell("again", "", "Q2")
    assert told.startswith("✗ 7项不符")
    assert (formula, error) == ("=ORG.GONGKAI.FUNCTIONS.GKCHECK(A1:G25)", 0)
    assert desk.rows("again", "", "T1:X3") == desk.rows(sheet, "", "T1:X3")
    desk.put("again", "", "G1", [[7]])
    assert desk.cell("again", "", "Q2")[0] != told
    desk.close("again")
