"""What each button sends to Python, and what the user sees, whatever comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyopenvba.interpreter._values import error

from gongkai.workbook import copy_template
from gongkai.workbook.file import template_path
from helpers.excel.desk import (
    ADDIN,
    INFORMATION,
    NO,
    QUESTION,
    WARNING,
    YES,
    Desk,
    Python,
    answers,
    open_desk,
    quiet,
)
from helpers.excel.ribbon import BUTTON_MACROS, TAGS
from messages import MESSAGES

SOURCE = "import gongkai.excel.commands as c; c.run('{}')"
HOSTILE = (
    "=cmd|'/c calc'!A0",
    "+1+1",
    "@SUM(1)",
    "http://a/\"');import os;os.system('x')#",
    "'http://a",
    "http://a/%PATH%/100%25",
    "http://a/😀",
    "12e4",
    "http://a/" + "字" * 31_000,
    "{version}&|<>^",
    "http://a\x07\x1bb",
)
BOTH_FILES = pytest.mark.parametrize("file", ["desk", "addin"])


@pytest.fixture
def desk() -> Desk:
    return open_desk(template_path())


@pytest.fixture
def addin() -> Desk:
    """The add-in, with a report of the user's in front."""
    return open_desk(ADDIN, report=template_path())


# --- every button ---------------------------------------------------------------------------------


WITH_FILE = ("import_file", "compare")  # a file is chosen first


@BOTH_FILES
def test_a_button_of_the_ribbon_sends_its_command(
    file: str, request: pytest.FixtureRequest
) -> None:
    desk: Desk = request.getfixturevalue(file)
    blank = dict.fromkeys(("gk_argument", "gk_answer", "gk_outcome", "gk_text"), "")
    for tag in TAGS:
        desk.python = answers(("done", tag))
        desk.application.chosen = ["/a.html"]
        desk.press(tag)
        assert desk.sent[-1] == SOURCE.format(tag)
        path = {"gk_argument": "/a.html"} if tag in WITH_FILE else {}
        assert desk.seen[-1] == blank | path | {"book": "workbook_template.xlsm"}
        assert desk.shown[-1] == (tag, INFORMATION)
        assert quiet(desk)
    assert len(desk.sent) == len(desk.shown) == len(TAGS)


@pytest.mark.parametrize("batch", [False, True])
def test_the_ribbon_of_the_addin_works_where_there_are_no_macros(
    batch: bool, tmp_path: Path
) -> None:
    desk = open_desk(ADDIN, report=copy_template(tmp_path / "a.xlsx", batch=batch))
    for tag in TAGS:
        desk.python = answers(("done", tag))
        desk.application.chosen = ["/a.html"]
        desk.press(tag)
        assert (desk.sent[-1], desk.seen[-1]["book"]) == (SOURCE.format(tag), "a.xlsx")
        assert desk.shown[-1] == (tag, INFORMATION)


def test_a_macro_sends_its_command(desk: Desk) -> None:
    for macro, tag in BUTTON_MACROS.items():
        desk.python = answers(("done", ""))
        desk.application.chosen = ["/a.html"]
        desk.run(macro)
        assert desk.sent[-1] == SOURCE.format(tag)
        assert desk.seen[-1]["gk_argument"] == ("/a.html" if tag in WITH_FILE else "")
    assert (len(desk.sent), desk.shown) == (len(BUTTON_MACROS), [])


def test_the_address_goes_with_its_command_alone(desk: Desk) -> None:
    desk.python = lambda desk: desk.answer("done")
    desk.type_url("  http://a/b ")
    for tag in ("import_url", "check"):
        desk.press(tag)
    desk.run("GkImportUrl")
    assert [seen["gk_argument"] for seen in desk.seen] == ["http://a/b", "", ""]


@BOTH_FILES
def test_whatever_is_typed_stays_text(file: str, request: pytest.FixtureRequest) -> None:
    desk: Desk = request.getfixturevalue(file)
    desk.python = lambda desk: desk.answer("done")
    for text in HOSTILE:
        desk.type_url(text)
        desk.press("import_url")
        assert desk.sent[-1] == SOURCE.format("import_url")
        assert desk.seen[-1]["gk_argument"] == text
        assert desk.named("gk_argument").vba_get("HasFormula") is False
    assert (len(desk.sent), desk.shown) == (len(HOSTILE), [])


def test_more_than_a_cell_holds_is_refused(desk: Desk) -> None:
    desk.python = answers()
    desk.type_url("a" * 40_000)
    desk.press("import_url")
    assert (desk.sent, desk.shown) == ([], [(MESSAGES["too_long"], WARNING)])


def test_no_other_tag_reaches_python(desk: Desk) -> None:
    desk.python = answers()
    for tag in ("", " ", "no_such", "x');import os;('", "check rules", "Check"):
        desk.press(tag)
    assert (desk.sent, desk.shown) == ([], [])


def unsafe_key(desk: Desk) -> None:
    desk.workbook.vba_get("Worksheets", ["xlwings.conf"]).vba_get("Range", ["A2"]).vba_set(
        "Value", "INTERPRETER_WIN"
    )


def unsafe_value(desk: Desk) -> None:
    desk.workbook.vba_get("Worksheets", ["xlwings.conf"]).vba_get("Range", ["B1"]).vba_set(
        "Value", "true"
    )


def embedded_code(desk: Desk) -> None:
    desk.workbook.vba_get("Worksheets", [1]).vba_set("Name", "gongkai.py")


@pytest.mark.parametrize("change", [unsafe_key, unsafe_value, embedded_code])
def test_a_workbook_that_would_choose_the_program_runs_none(
    change: Callable[[Desk], None], desk: Desk
) -> None:
    """xlwings takes its settings from the active workbook: a stranger's starts the stranger's
    Python without macros.
    """
    change(desk)
    desk.python = answers()
    desk.press("check")
    assert (desk.sent, desk.shown) == ([], [(MESSAGES["unsafe"], WARNING)])
    assert desk.run("GK_VERSION") == MESSAGES["unsafe"]


def test_settings_beside_the_workbook_run_nothing_either(tmp_path: Path) -> None:
    report = tmp_path / "report.xlsm"
    report.write_bytes(template_path().read_bytes())
    desk = open_desk(report)
    desk.python = answers(("done", "好了"))
    desk.press("check")
    (tmp_path / "xlwings.conf").write_text('"INTERPRETER_WIN","evil.exe"')
    desk.press("check")
    assert desk.shown == [("好了", INFORMATION), (MESSAGES["unsafe"], WARNING)]
    assert desk.run("GK_VERSION") == MESSAGES["unsafe"]


def test_a_name_that_python_cannot_find_is_said_first(desk: Desk) -> None:
    """xlwings takes what stands before the = for the name of the workbook."""
    desk.python = answers()
    desk.workbook.name = "a=b.xlsm"
    desk.press("check")
    assert (desk.sent, desk.shown) == ([], [(MESSAGES["odd_name"], WARNING)])


def test_desks_share_nothing(desk: Desk) -> None:
    """Each has a copy of the file, which is read once (helpers/excel/desk.py)."""
    desks = (desk, open_desk(template_path()))
    cells = [each.sheet("表三").sheet.vba_get("Range", ["A1"]) for each in desks]
    before = cells[0].vba_get("Value")
    cells[1].vba_set("Value", "改了")
    assert [cell.vba_get("Value") for cell in cells] == [before, "改了"]
    assert desk.workbook.name == template_path().name


# --- every outcome --------------------------------------------------------------------------------


def test_done_without_a_word(desk: Desk) -> None:
    desk.python = answers(("done", ""))
    desk.press("check")
    assert (desk.shown, quiet(desk)) == ([], True)


def test_an_error_is_shown_as_one(desk: Desk) -> None:
    desk.python = answers(("error", "✗ 没有网址。✓"))
    desk.press("import_url")
    assert desk.shown == [("× 没有网址。√", WARNING)]  # a message box has no ✗
    assert quiet(desk)


@pytest.mark.parametrize(("answer", "runs"), [(YES, 2), (NO, 1)])
def test_a_question(answer: int, runs: int, desk: Desk) -> None:
    desk.python = answers(("ask", "要继续吗？"), ("done", "好了"))
    desk.type_url("http://a")
    desk.answer_dialogs(answer)
    desk.press("import_url")
    assert desk.shown == [("要继续吗？", QUESTION), ("好了", INFORMATION)][:runs]
    said = [(seen["gk_argument"], seen["gk_answer"]) for seen in desk.seen]
    assert said == [("http://a", ""), ("http://a", "yes")][:runs]
    assert all(seen["gk_outcome"] == seen["gk_text"] == "" for seen in desk.seen)
    assert quiet(desk)


def test_more_runs_on_and_says_how_far(desk: Desk) -> None:
    said: list[object] = []
    outcomes = [("more", "第1份"), ("more", ""), ("done", "3份")]

    def python(desk: Desk) -> None:
        said.append(desk.application.status_bar)
        desk.answer(*outcomes[len(said) - 1])

    desk.python = python
    desk.press("batch")
    assert said == [MESSAGES["running"], "第1份", "第1份"]
    assert (desk.shown, quiet(desk)) == ([("3份", INFORMATION)], True)


@pytest.mark.parametrize("path", ["C:\\报告\\a.csv", ""])
def test_a_file_to_write(path: str, desk: Desk) -> None:
    filters = {
        "a.csv": "save_csv",
        "b.JSON": "save_json",
        "c.d.xlsm": "save_workbook",
        "e.xlsx": "save_workbook",
        "d": "save_any",
    }
    for name, key in filters.items():
        desk.python = answers(("save", name), ("done", ""))
        desk.application.chosen = [path]
        desk.press("export_csv")
        assert desk.application.asked[-1] == ("save", MESSAGES["save_as"], MESSAGES[key], name)
    assert [seen["gk_answer"] for seen in desk.seen] == (["", path] if path else [""]) * len(
        filters
    )
    assert (desk.shown, quiet(desk)) == ([], True)


@pytest.mark.parametrize("path", ["C:\\报告", ""])
def test_a_folder(path: str, desk: Desk) -> None:
    desk.python = answers(("folder", "保存到哪里？"), ("done", ""))
    desk.application.chosen = [path]
    desk.press("batch")
    assert desk.application.asked == [("folder", "保存到哪里？")]
    assert [seen["gk_answer"] for seen in desk.seen] == (["", path] if path else [""])
    assert (desk.shown, quiet(desk)) == ([], True)


@pytest.mark.parametrize("path", ["/Users/a/报告", ""])
def test_a_folder_without_a_picker(path: str, desk: Desk) -> None:
    desk.python = answers(("folder", "保存到哪里？"), ("done", ""))
    desk.application.has_picker, desk.application.chosen = False, [path]
    desk.press("batch")
    assert desk.application.asked == [("input", MESSAGES["title"], "保存到哪里？")]
    assert [seen["gk_answer"] for seen in desk.seen] == (["", path] if path else [""])


def test_a_file_to_read_and_none(desk: Desk) -> None:
    desk.python = answers(("done", ""))
    desk.application.chosen = ["", "C:\\=1+1.html"]
    desk.press("import_file")
    assert desk.sent == []
    desk.press("import_file")
    assert desk.seen[0]["gk_argument"] == "C:\\=1+1.html"
    assert (
        desk.application.asked == [("open", MESSAGES["choose_file"], MESSAGES["file_filter"])] * 2
    )
    assert (desk.shown, quiet(desk)) == ([], True)


# --- every failure --------------------------------------------------------------------------------


def raising(failure: Exception) -> Python:
    def python(desk: Desk) -> None:
        raise failure

    return python


def test_python_did_not_run(desk: Desk) -> None:
    desk.python = lambda desk: None
    desk.press("check")
    assert (desk.shown, quiet(desk)) == ([(MESSAGES["no_python"], WARNING)], True)


@pytest.mark.parametrize(("by_user", "key"), [(True, "no_xlwings"), (False, "automation")])
def test_the_addin_of_xlwings_is_missing(by_user: bool, key: str, desk: Desk) -> None:
    desk.application.user_control = by_user
    desk.press("check")
    assert (desk.sent, desk.shown, quiet(desk)) == ([], [(MESSAGES[key], WARNING)], True)


def test_an_error_in_xlwings_shows_no_traceback(desk: Desk) -> None:
    desk.python = raising(
        error(1000, "Traceback (most recent call last):\r\n  File x\r\nImportError: no gongkai\r\n")
    )
    desk.press("check")
    assert desk.shown == [(MESSAGES["python_error"] + "ImportError: no gongkai", WARNING)]
    assert quiet(desk)


def test_an_error_of_excel_while_xlwings_is_there(desk: Desk, tmp_path: Path) -> None:
    desk.python = raising(error(1004, "无法设置类Range的Value属性"))
    there = tmp_path / "xlwings.xlam"
    there.write_bytes(ADDIN.read_bytes())
    report = desk.workbook
    desk.open_workbook(there)
    desk.activate_workbook(report)
    desk.press("check")
    assert desk.shown == [(MESSAGES["python_error"] + "无法设置类Range的Value属性", WARNING)]


def test_esc_stops_between_two_steps(desk: Desk) -> None:
    keys: list[int] = []

    def python(desk: Desk) -> None:
        keys.append(desk.application.cancel_key)
        if len(keys) == 2:
            raise error(18, "用户中断")
        desk.answer("more")

    desk.python = python
    desk.press("batch")
    assert keys == [2, 2]  # Esc is an error for us to handle
    assert (desk.shown, quiet(desk)) == ([(MESSAGES["stopped"], INFORMATION)], True)
    desk.python = answers(("done", ""))
    desk.press("batch")
    assert len(desk.sent) == 3


@pytest.mark.parametrize(("answer", "runs"), [(YES, 1), (NO, 2)])
def test_another_button_while_a_command_runs(answer: int, runs: int, desk: Desk) -> None:
    outcomes = [("more", ""), ("done", "好了")]

    def python(desk: Desk) -> None:
        desk.answer(*outcomes[len(desk.sent) - 1])
        if len(desk.sent) == 1:
            desk.press("check")

    desk.python = python
    desk.answer_dialogs(answer)
    desk.press("batch")
    assert desk.sent == [SOURCE.format("batch")] * runs
    assert desk.shown == [(MESSAGES["busy"], QUESTION), ("好了", INFORMATION)][:runs]
    assert quiet(desk)


def test_a_workbook_that_takes_nothing(desk: Desk) -> None:
    desk.python = answers()
    desk.sheet("工具").sheet.vba_get("Protect")
    desk.press("check")
    assert (desk.sent, desk.shown) == ([], [(MESSAGES["protected"], WARNING)])
    assert quiet(desk)


def test_the_users_other_workbook_comes_to_the_front_meanwhile(addin: Desk) -> None:
    report = addin.workbook
    other = addin.add_workbook()
    addin.activate_workbook(report)
    outcomes = [("more", ""), ("done", "")]

    def python(desk: Desk) -> None:
        desk.answer(*outcomes[len(desk.sent) - 1])
        desk.activate_workbook(other)

    addin.python = python
    addin.press("batch")
    assert [seen["book"] for seen in addin.seen] == [report.name] * 2
