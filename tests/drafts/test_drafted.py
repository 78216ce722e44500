"""A drafted workbook stays true: formulas follow what is typed, whoever writes, and what is stale
is never read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from gongkai.drafts.start import begun, cells_of, started
from gongkai.drafts.writing import write_draft
from gongkai.model import Document, Edit, Value
from gongkai.pipeline import check, read_report
from gongkai.wording.unwritten import TO_REWRITE
from gongkai.workbook import layout, read_workbook
from gongkai.workbook.file import filled, read_formulas
from gongkai.workbook.live.sentences import sentence_in, sentence_text
from helpers.command import run_command
from helpers.counts import some
from helpers.engines import sheet_parts
from helpers.lanes import changed_by_office
from helpers.made import consistent, report_of
from helpers.office import recalculated
from helpers.pages import typed_report
from helpers.writers.sheets import rewritten

RUIAN = typed_report("ruian-2021-html")
VALID, MADE, REPEALED = (f"disclosure.normative.{name}" for name in ("valid", "made", "repealed"))
PROSE = layout.PROSE


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("draft") / "a.xlsx"
    return write_draft(begun(RUIAN), path).read_bytes()


@pytest.fixture
def path(content: bytes, tmp_path: Path) -> Path:
    target = tmp_path / "2022.xlsx"
    target.write_bytes(content)
    return target


def edit(cell: str, value: int | str | None) -> Edit:
    sheet = layout.sheet_of(cell.partition(".")[0], "2021")
    return Edit(sheet.name, *sheet.cells[cell], value)


def typed(path: Path, figures: Mapping[str, int | str | None] | Mapping[str, int]) -> Path:
    """As a clerk types, in a program that calculates."""
    path.write_bytes(filled(path, [edit(cell, value) for cell, value in figures.items()]))
    return path


def typed_blindly(path: Path, figures: Mapping[str, Value] | Mapping[str, int]) -> Path:
    """As openpyxl writes: without the result of any formula."""
    book = load_workbook(path)
    for cell, value in figures.items():
        sheet = layout.sheet_of(cell.partition(".")[0], "2021")
        book[sheet.name].cell(*sheet.cells[cell]).value = value
    book.save(path)
    return path


Typing = Callable[[Path, Mapping[str, int]], Path]


def stored(path: Path) -> str:
    """The prose as a program shows it that does not calculate."""
    page = load_workbook(path, data_only=True)[PROSE]
    return "\n".join(str(row[2].value) for row in page.iter_rows(min_row=layout.PROSE_TOP))


def assert_true(path: Path) -> None:
    """Each formula of ours in the prose shows what the tables hold."""
    report = read_report(path)
    cells = cells_of(report)
    formulas, shown = load_workbook(path)[PROSE], load_workbook(path, data_only=True)[PROSE]
    live = 0
    for row in formulas.iter_rows(min_row=layout.PROSE_TOP, min_col=3, max_col=3):
        sentence = sentence_in(str(row[0].value)) if row[0].data_type == "f" else None
        if sentence is not None:
            assert shown[row[0].coordinate].value == sentence_text(sentence, cells)
            live += 1
    assert live == 3


# --- as it is written -----------------------------------------------------------------------------


def test_it_is_read_as_it_was_drafted(path: Path) -> None:
    draft, report = begun(RUIAN), read_report(path)
    assert (report.title, report.agency, report.year) == (
        draft.report.title,
        draft.report.agency,
        draft.report.year,
    )
    assert (report.tables, report.sections) == (draft.report.tables, draft.report.sections)
    assert report.opening == draft.report.opening
    assert report.problems == ()
    assert {finding.rule for finding in check(report)} == {
        "coverage.blank",
        "plausibility.unwritten",
    }
    assert_true(path)


def test_nothing_has_to_be_calculated_on_opening(path: Path) -> None:
    """A preview, and Excel's protected view, show what is stored."""
    with ZipFile(path) as archive:
        assert b"fullCalcOnLoad" not in archive.read("xl/workbook.xml")
    page = load_workbook(path, data_only=True)["表二"]
    row, column = layout.sheet_of("disclosure", "2021").cells[VALID]
    assert not page.cell(row, column).value  # nobody knows yet what was made and repealed
    assert "上年结转" in stored(path)
    assert "None件" not in stored(path)


def test_a_formula_may_be_changed_in_its_cell(path: Path) -> None:
    """In a cell for texts, or behind an apostrophe, it would become one."""
    page = load_workbook(path)[PROSE]
    for row in page.iter_rows(min_row=layout.PROSE_TOP, min_col=3, max_col=3):
        is_formula = row[0].data_type == "f"
        if row[0].value is None:
            continue  # beside the heading of a section that is a table
        assert (row[0].number_format == "General") is is_formula
        assert row[0].quotePrefix is not is_formula
        assert row[0].alignment.wrap_text


def test_where_each_figure_comes_from_stands_beside_it_and_in_the_log(path: Path) -> None:
    book = load_workbook(path)
    assert book[layout.LOG].sheet_state == "visible"
    lines = [row for row in book[layout.LOG].iter_rows(min_row=4, values_only=True) if row[0]]
    assert lines[0][1] == "表三"
    assert lines[0][4:6] == ("（无数字）", 11)
    assert len(lines) == 9
    assert all("2021年报告" in line[6] for line in lines)
    told = [cell.comment.text for row in book["表三"].iter_rows() for cell in row if cell.comment]
    assert len(told) == 7
    assert all(text.startswith("gongkai：上年结转：") for text in told)


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm"])
def test_an_empty_one_is_read_again(suffix: str, tmp_path: Path) -> None:
    target = write_draft(started("青溪县教育局", 2023), tmp_path / f"a{suffix}")
    report = read_report(target)
    assert not report.is_evaluated
    assert TO_REWRITE in report.sections[5]
    assert load_workbook(target)[layout.LOG].sheet_state == "hidden"


# --- after figures were typed ---------------------------------------------------------------------


def test_prose_and_documents_in_force_follow_the_tables(path: Path) -> None:
    typed(path, {MADE: 9, REPEALED: 20, "applications.new.total": 457})
    report = read_report(path)
    assert report.value(VALID) == 377
    assert "457件" in report.sections[1]
    assert "377件" in report.sections[1]
    assert_true(path)
    typed(path, {"applications.new.total": None})
    assert "457件" not in read_report(path).sections[1]
    assert_true(path)


def test_a_blank_is_no_zero_of_documents_in_force(path: Path) -> None:
    """388 a year ago: only with what was made and what was repealed is it known how many are."""
    assert "388" not in read_report(path).sections[1]
    typed(path, {MADE: 9})
    assert read_report(path).value(VALID) is None
    typed(path, {REPEALED: 0})
    assert read_report(path).value(VALID) == 397
    assert "397件" in read_report(path).sections[1]
    assert_true(path)


def test_what_is_typed_over_a_formula_stays(path: Path) -> None:
    typed(path, {VALID: 400, MADE: 9})
    assert read_report(path).value(VALID) == 400
    assert "400件" in read_report(path).sections[1]


def test_a_text_in_the_place_of_a_figure_leaves_nothing_stale(path: Path) -> None:
    typed(path, {MADE: "九件"})
    assert "388" not in stored(path)
    report = read_report(path)
    assert report.value(VALID) is None
    assert [one.raw for one in report.problems]


def test_what_openpyxl_saved_is_read_right(path: Path) -> None:
    typed_blindly(path, {MADE: 9, REPEALED: 20, "applications.new.total": 457})
    report = read_report(path)
    assert report.value(VALID) == 377
    assert report.problems == ()
    assert "457件" in report.sections[1]
    assert "377件" in report.sections[1]
    assert "=" not in report.sections[1]


def stale(path: Path) -> Path:
    """As a program that is told to calculate by hand saves it: 制发 is 5 by now, and what was
    worked out of 9 still stands everywhere.
    """
    typed(path, {MADE: 9, REPEALED: 20})
    sheet = layout.sheet_of("disclosure", "2021")
    place = layout.address(sheet.cells[MADE])

    def change(content: bytes) -> bytes:
        changed = re.sub(rf'(<c r="{place}"[^>]*><v>)9<'.encode(), rb"\g<1>5<", content)
        assert changed != content
        return changed

    with ZipFile(path) as book:
        (part,) = [each for each, name in sheet_parts(book).items() if name == sheet.name]
    path.write_bytes(rewritten(path.read_bytes(), {part: change}))
    return path


def test_results_of_before_are_not_read(path: Path) -> None:
    stale(path)
    assert "377件" in stored(path)
    report = read_report(path)
    assert (report.value(MADE), report.value(VALID)) == (5, 373)
    assert "规范性文件5件" in report.sections[1]
    assert "373件" in report.sections[1]
    assert "377" not in report.sections[1]
    assert "已写入" in run_command("check", path, "--write").stdout
    assert "373件" in stored(path)
    assert_true(path)


def test_a_percentage_of_documents_in_force_stays_unread(path: Path) -> None:
    typed(path, {MADE: 9, REPEALED: 20})
    sheet = layout.sheet_of("disclosure", "2021")
    book = load_workbook(path)
    book[sheet.name].cell(*sheet.cells[VALID]).number_format = "0%"
    book.save(path)
    path.write_bytes(filled(path, [edit(MADE, 8)]))
    report = read_report(path)
    assert report.value(VALID) is None
    assert [one.raw for one in report.problems] == ["376（单元格为百分比格式）"]


def test_a_user_s_formula_without_a_result_is_to_be_filled_in(path: Path) -> None:
    """openpyxl wrote =SUM(D4:I4) in 总计: no figure, and no formula in the prose."""
    book = load_workbook(path)
    sheet = layout.sheet_of("applications", "2021")
    book[sheet.name].cell(*sheet.cells["applications.new.total"]).value = "=SUM(D4:I4)"
    book.save(path)
    report = read_report(path)
    assert report.value("applications.new.total") is None
    assert [one for one in report.problems if "公式没有计算结果" in one.reason]
    assert "申请〔待填〕件" in report.sections[1]
    assert "=" not in report.sections[1]


@pytest.mark.parametrize(
    ("command", "way"),
    [
        ("check {} --write", typed_blindly),
        ("fill-blanks {} --all", typed),
        ("adopt {} 1", typed_blindly),
    ],
)
def test_after_a_command_nothing_is_stale(command: str, way: Typing, path: Path) -> None:
    figures: dict[str, int] = {**consistent(Random(7), "2021"), MADE: 9, REPEALED: 20}
    total = "applications.handled.total"
    if "adopt" in command:
        figures[total] += 1
    way(path, figures)
    if "adopt" in command:
        run_command("check", path, "--write")
    done = run_command(*command.format(path).split())
    assert "已写入" in done.stdout, done
    report = read_report(path)
    assert report.value(VALID) == 377
    assert f"{figures['applications.new.total']}件" in report.sections[1]
    wanted = figures[total] - ("adopt" in command)
    assert report.value(total) == wanted
    assert f"{wanted}件" in report.sections[1]
    assert_true(path)
    assert [one for one in check(report) if one.rule.startswith("narrative")] == []


def test_a_formula_in_the_place_of_a_figure_is_not_adopted_over(path: Path) -> None:
    sheet = layout.sheet_of("disclosure", "2021")
    assert sheet.cells[VALID] in read_formulas(path, path.read_bytes())[sheet.name]


# --- texts of a page ------------------------------------------------------------------------------

HOSTILE = (
    '=HYPERLINK("http://x","y")',
    '青溪县"&A1&"教育局',
    "+1+1",
    "青溪县<教育>&局",
    "_x0041_县水利局",
    "青溪\u202e县\x07水利局",
    "{year}{applications.new.total}局",
)


@some("text", HOSTILE, 2)
def test_a_text_of_last_year_s_page_is_a_text(text: str, tmp_path: Path) -> None:
    last = replace(
        report_of(year=2021),
        agency=text,
        opening=f"如有疑问，请联系{text}。",
        document=Document(text, "", b"", "", url=text),
    )
    target = write_draft(begun(last), tmp_path / "a.xlsx")
    book = load_workbook(target)
    formulas = [cell for cell in book[PROSE]["C"] if cell.data_type == "f"]
    assert len(formulas) == 3
    assert all(sentence_in(cell.value) for cell in formulas)
    for name in (layout.COVER, layout.LOG):
        for row in book[name].iter_rows(max_col=7):
            for cell in row:
                assert cell.data_type != "f" or cell.column > 3 or name == layout.COVER
    assert read_workbook(target).sections == begun(last).report.sections


# --- real programs --------------------------------------------------------------------------------


@pytest.mark.slow
def test_libreoffice_shows_what_we_store(path: Path, tmp_path: Path) -> None:
    """Of drafts of many bodies (all wordings), their tables filled at random and left blank here
    and there, saved by a program that stores no results.
    """
    files: list[Path] = []
    for number in range(24):
        random = Random(number)
        draft = begun(replace(RUIAN, agency=f"瑞安市第{number}中心小学"))
        target = write_draft(draft, tmp_path / f"{number}.xlsx")
        figures: dict[str, Value] = {**consistent(random, "2021"), MADE: number, REPEALED: 3}
        for cell in random.sample(sorted(figures), 40):
            figures[cell] = None
        files.append(typed_blindly(target, figures))
    ours = [read_report(file) for file in files]
    for report, file in zip(ours, recalculated(files, tmp_path / "out"), strict=True):
        theirs = read_report(file)
        assert (theirs.tables, theirs.sections) == (report.tables, report.sections)
        assert theirs.opening == report.opening


@pytest.mark.slow
def test_a_row_that_was_inserted_is_taken_out_and_the_prose_follows(
    path: Path, tmp_path: Path
) -> None:
    """A spreadsheet program moves the references of a formula with the row, and so do we."""
    typed(path, {"applications.new.total": 457, "applications.granted.total": 12})
    before = read_report(path).sections
    steps: list[list[object]] = [["insert rows", "表三", 6]]
    [moved] = changed_by_office([path], [steps], tmp_path / "out")
    assert "表三!J8" in str(load_workbook(moved)[PROSE]["C7"].value)
    done = run_command("check", moved, "--write", "--yes")
    assert "已写入" in done.stdout
    assert read_report(moved).sections == before
    assert_true(moved)


def test_a_sentence_that_follows_the_figures_is_no_witness_after_an_adoption(path: Path) -> None:
    """正文 quotes 新收 by a formula: once that is mended, so is the sentence."""
    figures: dict[str, int] = {**consistent(Random(7), "2021"), MADE: 9, REPEALED: 20}
    figures["applications.new.total"] += 90
    typed(path, figures)
    run_command("check", path, "--write")
    done = run_command("adopt", path, "1")
    assert "没有错误" in done.stdout, done.stdout
    assert "正文" not in done.stdout


def test_undone_totals_leave_no_word_of_a_sentence_that_followed_them(path: Path) -> None:
    """A total that is taken back is blank in the sentence too."""
    figures: dict[str, int] = {**consistent(Random(7), "2021"), MADE: 9, REPEALED: 20}
    total = figures.pop("applications.new.total")
    typed(path, figures)
    assert "已写入" in run_command("totals", path).stdout
    assert f"{total}件" in read_report(path).sections[1]
    undone = run_command("totals", path, "--undo")
    assert "正文" not in undone.stdout, undone.stdout
    told = load_workbook(path)["校验结果"]["H4"].value
    assert "正文" not in str(told)
