"""The macros where there is no report, on a Mac, in the cells of a sheet; and their texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pyopenvba.interpreter import _preprocess
from pyopenvba.interpreter._objects import VBAObject, method
from pyopenvba.interpreter._values import EMPTY, MISSING, NOTHING, VBAArray, error

from gongkai import __version__
from gongkai.excel.functions import CATEGORY, FUNCTIONS
from gongkai.workbook.file import template_path
from helpers.excel.desk import (
    ADDIN,
    INFORMATION,
    NO,
    QUESTION,
    WARNING,
    YES,
    Control,
    Desk,
    Python,
    answers,
    open_desk,
    quiet,
)
from macros import macro_modules
from messages import MESSAGES
from wrappers import function_texts

MORNING = datetime(2026, 3, 2, 9)


@pytest.fixture
def desk() -> Desk:
    return open_desk(template_path())


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setitem(_preprocess.DEFAULT_CONSTANTS, "Mac", True)
    desk = open_desk(template_path())
    desk.freeze_clock(MORNING)
    return desk


@pytest.fixture
def addin() -> Desk:
    return open_desk(ADDIN, report=template_path())


@pytest.fixture
def installed(tmp_path: Path) -> Desk:
    """The add-in as it is installed, the template in a folder beside it, with a workbook that is no
    report.
    """
    (tmp_path / "gongkai").mkdir()
    (tmp_path / "gongkai" / "workbook_template.xlsm").write_bytes(template_path().read_bytes())
    desk = open_desk(copied(ADDIN, tmp_path))
    desk.add_workbook()
    return desk


def copied(path: Path, folder: Path) -> Path:
    (folder / path.name).write_bytes(path.read_bytes())
    return folder / path.name


# --- no report ------------------------------------------------------------------------------------


def test_not_a_report_and_a_new_one_is_wanted(installed: Desk) -> None:
    installed.python = answers(("done", "好了"))
    installed.answer_dialogs(YES)
    installed.press("check")
    assert installed.shown == [(MESSAGES["not_report"], QUESTION), ("好了", INFORMATION)]
    # A new workbook, not the template itself.
    assert (installed.workbook.name, installed.workbook.path) == ("workbook_template1", "")


def test_not_a_report_and_none_is_wanted(installed: Desk) -> None:
    before = installed.workbook
    installed.answer_dialogs(NO)
    installed.press("check")
    assert (installed.sent, installed.shown) == ([], [(MESSAGES["not_report"], QUESTION)])
    assert installed.workbook is before


def test_no_workbook(installed: Desk) -> None:
    installed.application.active_book = None
    installed.python = answers(("done", ""))
    installed.answer_dialogs(YES)
    installed.press("check")
    assert installed.shown == [(MESSAGES["no_workbook"], QUESTION)]
    assert installed.seen[0]["book"] == "workbook_template1"


def test_the_template_is_missing(tmp_path: Path) -> None:
    alone = open_desk(copied(ADDIN, tmp_path))
    alone.add_workbook()
    alone.answer_dialogs(YES)
    alone.press("check")
    assert alone.shown == [(MESSAGES["not_report"], QUESTION), (MESSAGES["no_template"], WARNING)]
    assert (alone.sent, quiet(alone)) == ([], True)


# --- diagnosis ------------------------------------------------------------------------------------


def test_the_diagnosis_without_a_report(installed: Desk, tmp_path: Path) -> None:
    installed.press("about")
    [(text, kind)] = installed.shown
    assert kind == INFORMATION
    for fact in (__version__, f"{tmp_path}/gongkai.xlam", "16.0　Windows", MESSAGES["not_loaded"]):
        assert fact in text
    assert text.endswith(MESSAGES["facts_only"])
    assert "{" not in text


@pytest.mark.parametrize(
    ("python", "key"), [(None, "no_xlwings"), (lambda desk: None, "no_python")]
)
def test_the_diagnosis_when_something_is_missing(
    python: Python | None, key: str, desk: Desk
) -> None:
    desk.python = python
    desk.press("about")
    [(text, kind)] = desk.shown
    assert text.startswith(MESSAGES[key])
    assert str(template_path()) in text
    assert (kind, quiet(desk)) == (WARNING, True)


# --- on a Mac -------------------------------------------------------------------------------------


def test_on_a_mac_python_comes_back_later(mac: Desk) -> None:
    """There Python runs beside Excel and reaches it only when no macro runs."""
    mac.python = lambda desk: None
    mac.press("batch")
    mac.run("GkContinue")
    assert mac.application.timers == ["'workbook_template.xlsm'!GkContinue"] * 2
    mac.answer("ask", "要继续吗？")
    mac.answer_dialogs(YES)
    mac.run("GkContinue")
    assert (len(mac.sent), mac.seen[1]["gk_answer"]) == (2, "yes")
    mac.answer("done", "好了")
    mac.run("GkContinue")
    assert mac.shown == [("要继续吗？", QUESTION), ("好了", INFORMATION)]
    assert quiet(mac)
    mac.run("GkContinue")  # a timer left over
    assert len(mac.sent) == 2


def test_on_a_mac_waiting_ends(mac: Desk) -> None:
    mac.python = lambda desk: None
    mac.press("check")
    mac.freeze_clock(MORNING + timedelta(minutes=6))
    mac.run("GkContinue")
    assert (mac.shown, quiet(mac)) == ([(MESSAGES["no_python"], WARNING)], True)


def test_on_a_mac_a_second_press_can_stop_the_first(mac: Desk) -> None:
    mac.python = lambda desk: None
    mac.press("batch")
    mac.answer_dialogs(YES)
    mac.press("batch")
    mac.run("GkContinue")
    assert (len(mac.sent), mac.shown, quiet(mac)) == (1, [(MESSAGES["busy"], QUESTION)], True)


def test_on_a_mac_a_dialog_takes_no_filter(mac: Desk) -> None:
    mac.python = lambda desk: None
    mac.application.chosen = ["/Users/a/b.html", "/Users/a/b.csv"]
    mac.press("import_file")
    mac.answer("save", "b.csv")
    mac.run("GkContinue")
    assert mac.application.asked == [("open", "", ""), ("save", "", "", "b.csv")]


# --- worksheet functions --------------------------------------------------------------------------


class Server(VBAObject):
    """The COM server of xlwings."""

    vba_type_name = "XLPython"

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.calls: list[tuple[object, ...]] = []

    @method
    def CallUDF(
        self, script: object, fname: object, args: object, this_workbook: object, caller: object
    ) -> object:
        assert isinstance(args, VBAArray)
        self.calls.append((script, fname, list(args.elements()), this_workbook, caller))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_a_function_goes_to_python_as_it_is(addin: Desk) -> None:
    for name, function in FUNCTIONS.items():
        addin.server = server = Server("✓")
        given: Sequence[object] = [f"a{number}" for number in range(len(function.arguments))]
        assert addin.run(name, *given) == "✓"
        [(module, called, args, book, caller)] = server.calls
        assert (module, called, book) == ("gongkai.excel.functions", name, addin.workbook)
        assert args == [*given, *[NOTHING] * function.caller]
        assert isinstance(caller, VBAObject)


def test_the_wrappers_are_the_functions_one_to_one() -> None:
    source = macro_modules()["GkFunctions"]
    pattern = r"^Public Function (\w+)\((.*)\) As Variant\n((?:    .*\n)*)End Function$"
    found = re.findall(pattern, source, re.MULTILINE)
    assert [name for name, _, _ in found] == list(FUNCTIONS)
    for name, arguments, body in found:
        function = FUNCTIONS[name]
        declared = re.findall(r"(Optional )?ByVal (\w+) As Variant", arguments)
        assert declared == [("Optional " * each.optional, each.name) for each in function.arguments]
        # A function that was given its cells is asked anew when they change, and only then.
        assert (
            re.findall("Application.Volatile(.*)", body)
            == [" IsMissing(table)"] * function.volatile
        )


def test_an_argument_left_out_stays_so(desk: Desk) -> None:
    desk.server = server = Server(EMPTY)
    desk.run("GK_CHECK")
    assert server.calls[0][2] == [MISSING, NOTHING]


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (None, MESSAGES["function_no_xlwings"]),
        (
            error(1, "Could not load xlwings64.dll"),
            MESSAGES["function_error"] + "Could not load xlwings64.dll",
        ),
        (
            Server(error(1000, "Traceback\nNo module named 'gongkai'")),
            MESSAGES["function_error"] + "No module named 'gongkai'",
        ),
    ],
)
def test_a_function_that_fails_says_so_in_its_cell(
    server: VBAObject | Exception, said: str, desk: Desk
) -> None:
    desk.server = server
    assert desk.run("GK_VERSION") == said


def test_outside_a_cell_a_function_says_so(desk: Desk) -> None:
    desk.server = server = Server("✓")
    desk.application.in_cell = False
    assert (desk.run("GK_VERSION"), server.calls) == (MESSAGES["function_cell"], [])


def test_on_a_mac_a_function_says_where_to_go(mac: Desk) -> None:
    assert mac.run("GK_VERSION") == MESSAGES["mac_functions"]


def test_the_function_wizard_knows_every_function(desk: Desk) -> None:
    desk.application.refuses_descriptions = True
    desk.run("GkOnLoad", Control())
    assert (desk.application.described, desk.shown) == ({}, [])
    desk.application.refuses_descriptions = False
    desk.workbook.saved = True
    for _ in range(2):
        desk.run("GkUrlText", Control(), "")
    assert desk.application.described == {
        f"'workbook_template.xlsm'!{function.name}": (
            function.description,
            CATEGORY,
            [argument.description for argument in function.arguments],
        )
        for function in FUNCTIONS.values()
    }
    assert desk.application.descriptions == len(FUNCTIONS)  # once, not at every look at the tab
    assert desk.workbook.saved  # no question on closing


def test_the_tab_of_a_workbook_gives_way_to_that_of_the_addin(desk: Desk) -> None:
    assert desk.callback("GkTabVisible") is True
    report = desk.workbook
    desk.open_workbook(ADDIN)
    desk.activate_workbook(report)
    assert desk.callback("GkTabVisible") is False


def test_the_box_keeps_its_address(desk: Desk) -> None:
    desk.type_url(" http://a ")
    assert desk.callback("GkUrlText") == "http://a"


# --- texts ----------------------------------------------------------------------------------------


def test_every_text_is_used_and_every_key_has_one() -> None:
    source = "\n".join(macro_modules().values())
    assert set(MESSAGES) - set(re.findall(r'"([a-z_]+)"', source)) == set()
    said = re.findall(r'Gk(?:Say\(|Fail )"([a-z_]+)"', source)
    assert set(said) <= set(MESSAGES) | set(function_texts())
    assert not set(MESSAGES) & set(function_texts())


def test_without_its_texts_a_macro_still_says_something(desk: Desk) -> None:
    desk.sheet("工具").sheet.vba_get("Range", ["B20:B80"]).vba_get("ClearContents")
    desk.press("check")
    assert desk.shown == [("gongkai: no_xlwings", WARNING)]
