"""The extension in a real window on a virtual screen, by mouse and keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import gongkai
from extension import commands
from gongkai.workbook import layout
from gongkai.workbook.file import template_path
from helpers.extension import Desk, desk_in, readable_by_all
from helpers.screen import Screen, in_chinese, screen
from helpers.waiting import is_soon, wait_until
from messages import OFFICE_MESSAGES

pytestmark = pytest.mark.slow

PAGE = Path(gongkai.__file__).parent / "demo" / "ruian-2021.html"
FORM, BAR = "表三", "政府信息公开"
LABELS = {entry.tag: entry.label for entry in commands()}
TIPS = {entry.tag: f"{entry.label}：{entry.tip}" for entry in commands()}


@pytest.fixture(scope="module")
def shown() -> Iterator[Screen]:
    with screen() as found:
        yield found


@pytest.fixture(scope="module")
def desk(shown: Screen, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("screen")
    readable_by_all(folder)
    with desk_in(folder, shown.environ, in_chinese) as desk:
        yield desk


@pytest.fixture
def report(desk: Desk, tmp_path: Path) -> Iterator[str]:
    path = tmp_path / "report.xlsm"
    shutil.copyfile(template_path(), path)
    assert desk.load("report", str(path))
    yield "report"
    desk.close("report")


def click(desk: Desk, shown: Screen, place: list[int]) -> None:
    """Again where a click came while the window was still being drawn: a command that runs, or
    asks, lets none through.
    """

    def reacts() -> bool:
        shown.click(place)
        return is_soon(lambda: desk.shown() or not desk.is_free("report"))

    wait_until(reacts, "the command runs, or asks")


def press(desk: Desk, shown: Screen, tag: str) -> None:
    """The toolbar's button, by the mouse; pointed at until its tip is there, which tells that it is
    this button.
    """
    wait_until(lambda: desk.is_free("report"), "no command runs")
    place = desk.tool("report", LABELS[tag])
    shown.point((0, 0))
    shown.point(place)
    wait_until(lambda: desk.tip() == TIPS[tag], "the button's tip")
    click(desk, shown, place)


def answer(desk: Desk, shown: Screen, button: str) -> str:
    """The button of a dialog, by the mouse; what the dialog said."""
    wait_until(lambda: button in desk.shown(), f"a dialog with {button}")
    said = str(desk.shown()[1])
    before = desk.shown()

    def is_gone() -> bool:
        if desk.shown() == before:
            shown.click(desk.spot(button))
        return is_soon(lambda: desk.shown() != before)

    wait_until(is_gone, "the dialog is gone")
    return said


def test_the_toolbar_is_there(desk: Desk, report: str, shown: Screen) -> None:
    assert BAR in desk.bars(report)
    for tag in ("import_url", "check", "about"):
        place = desk.tool(report, LABELS[tag])
        shown.point((0, 0))
        shown.point(place)
        wait_until(lambda tag=tag: desk.tip() == TIPS[tag], "its tip")
        x, y = place
        around = shown.seen().crop((x - 8, y - 8, x + 8, y + 8))
        assert len(around.getcolors() or []) > 8  # a picture with soft edges


def test_a_file_is_imported_checked_and_undone(desk: Desk, report: str, shown: Screen) -> None:
    press(desk, shown, "import_file")
    wait_until(lambda: OFFICE_MESSAGES["choose_file"] in desk.shown(), "the dialog for files")
    shown.click(desk.field())
    shown.type(str(PAGE))
    wait_until(lambda: str(PAGE) in desk.shown(), "the path is typed")
    shown.key("Return")
    assert "42项勾稽关系" in answer(desk, shown, "确定")
    assert desk.cell(report, FORM, "D7")[0] == "134"
    desk.put(report, FORM, "D7", [[135]])
    press(desk, shown, "check")
    assert "不符" in answer(desk, shown, "确定")
    assert "疑应为134" in str(desk.rows(report, layout.RESULTS, "A4:J8"))
    for _ in range(3):  # the check, the figure, the import
        desk.undo(report)
    assert desk.steps(report) == []
    assert desk.cell(report, FORM, "D7")[0] == ""


def test_a_question_is_answered_by_the_mouse(desk: Desk, report: str, shown: Screen) -> None:
    desk.put(report, FORM, "D6:J6", [[1, 2, 0, 0, 0, 0, 3]])
    for said, blanks in (("否", ""), ("是", "0")):
        press(desk, shown, "fill_all_blanks")
        assert "填为0" in answer(desk, shown, said)
        if said == "是":
            answer(desk, shown, "确定")
        assert desk.cell(report, FORM, "D7")[0] == blanks


def test_a_button_on_the_sheet(desk: Desk, report: str, shown: Screen) -> None:
    desk.put(report, FORM, "D6:J6", [[1, 2, 0, 0, 0, 0, 3]])
    desk.show_sheet(report, layout.COVER)
    click(desk, shown, desk.sheet_button(report, layout.COVER, LABELS["check"]))
    assert answer(desk, shown, "确定").startswith("没有发现不符（核对1项勾稽关系）")
