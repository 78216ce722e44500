"""The ribbon's commands on a live LibreOffice: outcomes and cells equal those over Excel's double.

What LibreOffice does otherwise is told at ``aside``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path

import psutil
import pytest
import xlwings as xw
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

import xlwings_libreoffice
from gongkai import demo
from gongkai.checks import whole
from gongkai.excel import batching, commands
from gongkai.excel.commands import COMMANDS
from gongkai.spreadsheets import Spot
from gongkai.workbook import layout, write_workbook
from gongkai.workbook.layout import sheet_of
from helpers.excel.beside import (
    Beside,
    constants,
    differences,
    filled_beside,
    in_front,
    open_beside,
)
from helpers.made import report_of
from helpers.waiting import wait_until

MOST_TRIPS, MOST_OF_IMPORT = 38, 58
NATURAL = "applications.granted.natural"
PLACE = sheet_of("applications", "2021").cells
COVERED = PLACE["applications.granted.company"]
IMPORTS = ("import_url", "import_file")
# The only steps that move lines one by one, or go through many files.
UNBOUNDED = ("restore", "batch", "summary", "rules")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with demo.serve(demo.pages()) as address:
        yield address


@pytest.fixture
def page(tmp_path: Path) -> str:
    path = tmp_path / "2021.html"
    path.write_bytes(demo.pages()["/2021.html"])
    return str(path)


@pytest.fixture
def both(app: xw.App, tmp_path: Path) -> Iterator[Beside]:
    """The template with one figure that is wrong for certain."""
    found = filled_beside(app, tmp_path, report_of({NATURAL: 143}))
    yield found
    found.office.close()


def aside(sheet: str, spot: Spot) -> bool:
    """The log says when something was changed."""
    return sheet == layout.LOG and spot[1] == layout.LOG_COLUMNS["time"]


def within_bounds(both: Beside, name: str) -> None:
    if name not in UNBOUNDED:
        most = MOST_OF_IMPORT if name in IMPORTS else MOST_TRIPS
        assert both.trips.total() <= most, both.trips


def go(both: Beside, name: str, argument: str = "", answer: str = "") -> str:
    """Press in both; all cells are the same afterwards. The outcome: done, ask …"""
    result = both.press(name, argument, answer)
    within_bounds(both, name)
    assert differences(both, aside) == []
    return result.kind


def test_every_command(both: Beside, site: str, page: str) -> None:
    steps = [
        ("check", "", "", "done"),
        ("next_problem", "", "", "done"),
        ("adopt", "", "", "ask"),
        ("adopt", "", "no", "ask"),
        ("adopt", "", "yes", "done"),
        ("check", "", "", "done"),
        ("clear_marks", "", "", "done"),
        ("numbers", "", "", "done"),
        ("fill_blanks", "", "", "done"),
        ("fill_all_blanks", "", "", "done"),
        ("fill_signs", "", "", "done"),
        ("undo_blanks", "", "", "error"),
        ("fill_totals", "", "", "done"),
        ("undo_totals", "", "", "error"),
        ("restore", "", "", "done"),
        ("protect", "", "", "done"),
        ("check", "", "", "error"),
        ("protect", "", "", "done"),
        ("print_lanes", "", "", "done"),
        ("print_lanes", "", "", "done"),
        ("import_file", page, "", "ask"),
        ("import_file", page, "no", "ask"),
        ("import_file", page, "yes", "done"),
        ("import_url", f"{site}/2021.html", "", "done"),
        ("summary", "", "", "done"),
        ("export_csv", "", "", "save"),
        ("export_csv", "", "@/数字.csv", "done"),
        ("export_json", "", "@/报告.json", "done"),
        ("publish", "", "", "save"),
        ("publish", "", "@/发布.docx", "done"),
        ("compare", "", "", "error"),
        ("new_report", "", "", "save"),
        ("new_report", "", "@/下一年.xlsx", "done"),
        ("save_report", "", "", "save"),
        ("rules", "", "", "done"),
        ("manual", "", "", "done"),
        ("batch", "", "", "error"),
        ("allow_fetch", "", "", "done"),
    ]
    found = []
    for name, argument, answer, _ in steps:
        found.append((name, argument, answer, go(both, name, argument, answer)))
    assert found == steps
    left = set(COMMANDS) - {name for name, *_ in steps}
    assert left == {"about"}  # it names the program


def test_about_names_the_version(both: Beside) -> None:
    double, office = both.results("about")
    version = f"：{both.office.app.version}\n"
    assert office.text.replace(version, "：16.0\n") == double.text
    assert version in office.text


def test_files_are_the_same(both: Beside) -> None:
    for name, file in (("export_csv", "数字.csv"), ("export_json", "报告.json")):
        both.press(name, answer=f"@/{file}")
        double, office = (Path(book.fullname).with_name(file) for book in both.books)
        assert office.read_bytes() == double.read_bytes()


# --- questions ------------------------------------------------------------------------------------


def blanks(both: Beside) -> None:
    for name in ("applications.refused_secret.legal", "applications.refused_secret.other"):
        both.put("表三", PLACE[name], None)


def texts(both: Beside) -> None:
    both.put("表三", PLACE["applications.granted.company"], "'7")


def totals(both: Beside) -> None:
    both.put("表三", PLACE["applications.granted.total"], None)


def lanes(both: Beside) -> None:
    both.put("表三", sheet_of("applications", "2021").lanes["applications.across.granted"].spot, 1)


QUESTIONS: dict[str, tuple[Callable[[Beside], None], str]] = {
    "numbers": (texts, ""),
    "fill_blanks": (blanks, "undo_blanks"),
    "fill_all_blanks": (blanks, "undo_blanks"),
    "fill_signs": (blanks, "undo_blanks"),
    "fill_totals": (totals, "undo_totals"),
    "restore": (lanes, ""),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_answered(name: str, both: Beside) -> None:
    prepare, back = QUESTIONS[name]
    prepare(both)
    kinds = [go(both, name), go(both, name, answer="no"), go(both, name, answer="yes")]
    assert kinds == ["ask", "ask", "done"]
    if back:
        assert [go(both, back), go(both, back, answer="yes")] == ["ask", "done"]


@pytest.mark.parametrize("place", ["9:9", "1:1", "E:E"])
def test_lines_go_back_to_their_places(place: str, both: Beside) -> None:
    shift = "right" if place == "E:E" else "down"
    both.change(lambda book: book.sheets["表三"].range(place).insert(shift))
    assert both.press("restore").kind == "ask"
    result = both.press("restore", answer="yes")
    assert result.text.startswith("已还原。")
    assert [found for found in differences(both, aside) if "备份" not in str(found)] == []


# --- what a person did to the sheets --------------------------------------------------------------


@pytest.mark.parametrize("name", ["import_file", "check", "fill_blanks", "adopt", "summary"])
def test_a_protected_sheet_is_named(name: str, both: Beside, page: str) -> None:
    both.change(lambda book: book.sheets["表三"].api.Protect())
    result = both.press(name, page if name == "import_file" else "")
    assert (result.kind, "“表三”" in result.text) == ("error", True)
    assert differences(both, aside) == []


def test_figures_under_a_merged_cell_are_not_written(
    app: xw.App, tmp_path: Path, page: str
) -> None:
    both = open_beside(app, tmp_path)
    both.change(lambda book: book.sheets["表三"].range("D7:E7").merge())
    assert go(both, "import_file", page) == "error"
    both.office.close()


def test_hidden_rows_and_other_formats(both: Beside) -> None:
    """What nobody sees is no figure; a date is none either."""
    row, column = PLACE[NATURAL]
    both.change(
        lambda book: setattr(book.sheets["表三"].range((row, column)), "number_format", ";;;")
    )
    assert go(both, "check") == "done"
    both.change(lambda book: setattr(book.sheets["表三"].range("D8"), "number_format", "yyyy/m/d"))
    assert go(both, "check") == "done"


@pytest.mark.parametrize(
    "text", ["=1+1", "001", "1/2", "'x", "#N/A", "TRUE", "1e5", "\ta\nb", "𠮷"]
)
def test_a_text_stays_a_text(text: str, both: Beside) -> None:
    both.put(layout.PROSE, (layout.PROSE_LIST.lines[0], 3), f"'{text}")
    assert go(both, "check") == "done"


def test_two_documents(app: xw.App, both: Beside, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    other = filled_beside(app, tmp_path / "second", report_of())
    assert go(both, "check") == "done"
    assert go(other, "check") == "done"
    assert [book.name for book in app.books] == ["年报.xlsm", "年报.xlsm"]
    other.office.close()
    assert go(both, "check") == "done"


# --- files of other programs ----------------------------------------------------------------------


def struck(page: Worksheet) -> None:
    page.cell(*PLACE[NATURAL]).font = Font(strike=True)


def in_pieces(page: Worksheet) -> None:
    """134 of which 3 is struck, and a raised 1 behind 88."""
    out, raised = InlineFont(strike=True), InlineFont(vertAlign="superscript")
    page.cell(*PLACE[NATURAL]).value = CellRichText("1", TextBlock(out, "3"), "4")
    other = PLACE["applications.other_rest.natural"]
    page.cell(*other).value = CellRichText("88", TextBlock(raised, "1"))


def white(page: Worksheet) -> None:
    page.cell(*PLACE[NATURAL]).font = Font(color="FFFFFFFF")


def on_its_own_ground(page: Worksheet) -> None:
    cell = page.cell(*PLACE[NATURAL])
    cell.font, cell.fill = Font(color="FF003CC8"), PatternFill("solid", fgColor="FF003CC8")


def hidden(page: Worksheet) -> None:
    page.row_dimensions[PLACE[NATURAL][0]].hidden = True
    page.column_dimensions["H"].hidden = True


def under_a_merge(page: Worksheet) -> None:
    """A value that another cell covers: it stays in the file."""
    page.merged_cells.add("D7:E7")
    assert page.cell(*COVERED).value == 7


def a_date(page: Worksheet) -> None:
    page.cell(*PLACE[NATURAL]).number_format = "yyyy/m/d"


MADE = [struck, in_pieces, white, on_its_own_ground, hidden, under_a_merge, a_date]


@pytest.mark.parametrize("work", MADE, ids=lambda work: work.__name__)
def test_what_a_person_sees(work: Callable[[Worksheet], None], app: xw.App, tmp_path: Path) -> None:
    """Figures struck, raised, hidden or covered are told of alike."""
    path = tmp_path / "made.xlsm"
    report = report_of()
    write_workbook(report, whole.check(report), path)
    workbook = load_workbook(path, keep_vba=True, rich_text=True)
    work(workbook["表三"])
    workbook.save(path)
    both = open_beside(app, tmp_path, path)
    result = both.press("check")
    assert result.kind == "done"
    assert "核对42项" not in result.text  # as many as a sound report has
    assert both.trips.total() <= MOST_TRIPS + MOST_OF_IMPORT
    assert differences(both, aside_or_covered) == []
    both.office.close()


def aside_or_covered(sheet: str, spot: Spot) -> bool:
    """The double opens files by openpyxl, which drops what a merged cell covers; LibreOffice, as
    Excel, keeps it.
    """
    return aside(sheet, spot) or (sheet, spot) == ("表三", COVERED)


# --- many reports ---------------------------------------------------------------------------------


def test_a_batch_and_its_summary(
    app: xw.App, tmp_path: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "SLICE", inf)
    both = open_beside(app, tmp_path)
    source = layout.BATCH_COLUMNS["source"]
    both.put(layout.BATCH, (layout.BATCH_TOP, source), f"'{page}")
    both.put(layout.BATCH, (layout.BATCH_TOP + 1, source), f"'{tmp_path / '没有.html'}")
    for book in both.books:
        Path(book.fullname).with_name("报告").mkdir()
    assert both.press("batch").kind == "folder"
    for answer in ("@/报告", "yes"):  # one is no file, and is none when it is tried again
        result = both.press("batch", answer=answer)
        assert result.kind == "ask"
        assert result.text.startswith("已导入1份报告，失败1份（")
    double, office = (
        [path.name for path in sorted(Path(book.fullname).with_name("报告").iterdir())]
        for book in both.books
    )
    assert office == double
    assert both.press("summary").kind == "done"
    assert differences(both, of_a_batch) == []
    both.office.close()


def of_a_batch(sheet: str, spot: Spot) -> bool:
    """Each workbook has its reports in a folder of its own."""
    return sheet in (layout.BATCH, layout.SUMMARY)


def test_a_comparison(both: Beside, page: str) -> None:
    assert go(both, "compare", page) == "save"
    assert go(both, "compare", page, "@/对比.xlsx") == "done"


# --- in the middle of a command -------------------------------------------------------------------


class Meanwhile(dict[str, bytes]):
    """Pages; what is done while one is fetched."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(demo.pages())
        self.work = work

    def get(self, path: str, default: object = None) -> object:  # type: ignore[override]
        self.work()
        return super().get(path, default)


def pressed_meanwhile(book: xw.Book, work: Callable[[], object]) -> None:
    in_front(book)
    tool = book.sheets[layout.TOOL]
    with demo.serve(Meanwhile(work)) as address:
        tool.range(layout.TOOL_SPOTS["argument"]).value = f"'{address}/2021.html"
        tool.range(layout.TOOL_SPOTS["answer"]).value = "yes"
        commands.run("import_url")


def test_a_sheet_protected_meanwhile_leaves_all_as_it_was(app: xw.App, tmp_path: Path) -> None:
    """What was written before the refusal is put back."""
    both = open_beside(app, tmp_path)
    book = both.office
    token, before = book.impl.token, constants(book, both.pages)
    pressed_meanwhile(book, lambda: book.impl.ask("protect_sheet", token, layout.RESULTS, True))
    tool = book.sheets[layout.TOOL]
    assert tool.range(layout.TOOL_SPOTS["outcome"]).value == "error"
    assert constants(book, both.pages) == before
    book.close()


def test_a_document_closed_meanwhile(app: xw.App, both: Beside, tmp_path: Path) -> None:
    """The command ends without an answer; other documents are as they were."""
    (tmp_path / "other").mkdir()
    other = open_beside(app, tmp_path / "other").office
    pressed_meanwhile(other, lambda: app.impl.ask("close", other.impl.token))
    log = (tmp_path / "state" / "gongkai" / "gongkai.log").read_text(encoding="utf-8")
    assert "HostError" in log
    assert go(both, "check") == "done"


def test_a_program_killed_meanwhile(tmp_path: Path) -> None:
    app = xlwings_libreoffice.app()
    book = open_beside(app, tmp_path).office
    own = psutil.Process(app.pid)
    [program] = [one for one in own.children(recursive=True) if one.name() == "soffice.bin"]
    pressed_meanwhile(book, program.kill)
    wait_until(lambda: app.impl.office.is_ended, "the pipe has ended")
    app.quit()
