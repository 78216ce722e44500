"""Nothing read is a result of its own: never clean, never a wrong report, on every surface and in
every format.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import xlwings as xw

import gongkai
from gongkai import UnreadableDocument
from gongkai.compare.levels import compare
from gongkai.excel import fetching
from gongkai.excel.functions import GK_CHECK, GK_FINDINGS, GK_IMPORT, GK_SUSPECT, GK_VALUE
from gongkai.model import Report
from gongkai.workbook import copy_template, layout, write_workbook
from helpers.command import run_command
from helpers.emptied import (
    AS_WRITTEN,
    BLANK,
    BRACKETS,
    DRAWN,
    FORMATS,
    LETTER,
    PICTURE,
    SIGNS,
    ZEROS,
    Change,
    changed_sheets,
    one_figure,
    page_of,
    saved_as,
    saved_page,
    with_cells,
    workbook_without_figures,
)
from helpers.excel.live import fill_live, open_live, press, set_cell, value_at
from helpers.excel.ranges import figures, printed
from helpers.families import PARENT, child, report, saved, summed
from helpers.made import blank_report, report_of
from helpers.writers.styles import LAYOUTS

NOTHING = "没有读出数字"
CLEAN = ("没有错误", "✓", "没有不符", "全部相符", "没有发现")
EVERY_FORMAT = pytest.mark.parametrize("kind", FORMATS)


def is_clean(text: str) -> bool:
    return any(word in text for word in CLEAN)


def refused(*arguments: object) -> str:
    """The one sentence with which a command says that nothing was read; it says so nowhere else."""
    found = run_command(*arguments)
    assert found.returncode == 2, found
    assert not is_clean(found.stdout + found.stderr), found
    assert found.stderr.count("\n") == 1, found
    assert found.stderr.count(NOTHING) == 1, found
    return found.stderr


# --- formats --------------------------------------------------------------------------------------


@EVERY_FORMAT
def test_a_blank_form_is_called_so(kind: str, tmp_path: Path) -> None:
    source = saved_as(tmp_path, kind, changed_sheets(BLANK))
    assert "空白表格" in refused("check", source)


@EVERY_FORMAT
def test_signs_alone_are_no_figures(kind: str, tmp_path: Path) -> None:
    assert "“/”" in refused("check", saved_as(tmp_path, kind, changed_sheets(SIGNS)))


@EVERY_FORMAT
def test_figures_in_brackets_are_none(kind: str, tmp_path: Path) -> None:
    assert "空白表格，" not in refused("check", saved_as(tmp_path, kind, changed_sheets(BRACKETS)))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("text", ["", "—", "暂无", "□", "十二", "12②"])
def test_the_reason_is_true_in_every_markup(layout: str, text: str, tmp_path: Path) -> None:
    """Only a form whose cells are truly empty is called a blank one."""
    source = tmp_path / "report"
    source.write_bytes(page_of(changed_sheets(lambda spot: text), layout))
    told = refused("check", source)
    assert ("空白表格" in told) == (text == "")
    assert text in told


@EVERY_FORMAT
def test_zeros_everywhere_are_figures(kind: str, tmp_path: Path) -> None:
    found = run_command("check", saved_as(tmp_path, kind, changed_sheets(ZEROS)))
    assert (found.returncode, found.stderr) == (0, ""), found
    assert "42项" in found.stdout


@EVERY_FORMAT
@pytest.mark.parametrize(
    "cell", ["applications.new.natural", "disclosure.rules.made", "disputes.review.upheld"]
)
def test_one_figure_is_evaluated_and_no_relation_is(kind: str, cell: str, tmp_path: Path) -> None:
    """A lone figure may have lost its column, or its table: then it is not read, and the form is
    not called blank.
    """
    found = run_command("check", saved_as(tmp_path, kind, changed_sheets(one_figure(cell))))
    assert not is_clean(found.stdout), found
    if found.returncode == 2:
        assert kind in ("txt", "lines.txt", "full.txt", "xlsx")
        assert "“7”" in found.stderr
        assert "空白表格" not in found.stderr


@pytest.mark.parametrize(("cell", "reason"), [(PICTURE, "图片"), (DRAWN + LETTER, "空白表格")])
def test_figures_that_no_text_holds(cell: str, reason: str, tmp_path: Path) -> None:
    source = tmp_path / "report.html"
    source.write_text(with_cells(cell), encoding="utf-8")
    assert reason in refused("check", source)


def test_several_parts_of_which_none_is_certain(tmp_path: Path) -> None:
    """Each of two parts has all tables; the sentence says how to choose."""
    bodies = []
    for agency in ("青溪县教育局", "青溪县民政局"):
        page = saved_page(
            tmp_path, AS_WRITTEN, report=replace(report_of(), agency=agency)
        ).read_text()
        bodies.append(page.partition("<body>")[2].partition("</body>")[0].replace("2021年", ""))
    source = tmp_path / "two.html"
    source.write_text(f"<html><body>{''.join(bodies)}</body></html>", encoding="utf-8")
    assert "--part" in refused("check", source)
    assert run_command("check", source, "--part", "2").returncode == 0


@pytest.mark.parametrize("table", ["disclosure", "disputes"])
@EVERY_FORMAT
def test_a_table_alone(kind: str, table: str, tmp_path: Path) -> None:
    made = changed_sheets(AS_WRITTEN)
    found = run_command("check", saved_as(tmp_path, kind, {table: made[table]}))
    assert found.returncode == 1, found  # two tables are missing
    assert not is_clean(found.stdout), found
    if table == "disclosure":
        assert "没有能核对的勾稽关系" in found.stdout
    else:
        assert "核对3项勾稽关系" in found.stdout


def test_table_two_alone_among_blank_ones_is_not_called_clean(tmp_path: Path) -> None:
    source = saved_page(
        tmp_path, lambda spot: spot.text if spot.id.startswith("disclosure") else ""
    )
    found = run_command("check", source)
    assert found.returncode == 0, found
    assert "没有能核对的勾稽关系" in found.stdout
    assert not is_clean(found.stdout), found


# --- one report on the command line ---------------------------------------------------------------


def test_check_as_json(tmp_path: Path) -> None:
    source = saved_page(tmp_path, BLANK)
    found = run_command("check", source, "--json")
    assert found.returncode == 2
    [told] = json.loads(found.stdout)
    assert (told["evaluated"], told["checked"]) == (False, 0)
    assert NOTHING in told["error"]
    assert told["report"]["agency"]
    assert [finding["rule"] for finding in told["findings"]] == ["coverage.figures"]
    [sound] = json.loads(run_command("check", saved_page(tmp_path, ZEROS), "--json").stdout)
    assert (sound["evaluated"], sound["checked"], "error" in sound) == (True, 42, False)


def test_read_shows_what_there_is_and_says_so(tmp_path: Path) -> None:
    source = saved_page(tmp_path, SIGNS)
    refused("read", source)
    shown = run_command("read", source)
    assert "表" in shown.stdout or "政府信息公开" in shown.stdout
    [told] = json.loads(run_command("read", source, "--json").stdout)
    assert told["evaluated"] is False
    assert told["tables"]


def test_read_parts_reads_no_figures(tmp_path: Path) -> None:
    assert run_command("read", saved_page(tmp_path, BLANK), "--parts").returncode == 0


def test_fill_writes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out.xlsm"
    refused("fill", saved_page(tmp_path, BLANK), "-o", target)
    assert not target.exists()


def test_fill_keeps_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "out.xlsm"
    write_workbook(report_of(), [], target)
    before = target.read_bytes()
    refused("fill", saved_page(tmp_path, BLANK), "-o", target, "--force")
    assert target.read_bytes() == before


def test_the_front_door(tmp_path: Path) -> None:
    found = gongkai.read_report(saved_page(tmp_path, BLANK))
    assert not found.is_evaluated
    assert [(one.rule, one.severity) for one in gongkai.check(found)] == [
        ("coverage.figures", "error")
    ]
    with pytest.raises(UnreadableDocument, match=NOTHING):
        gongkai.fill(found, gongkai.check(found), tmp_path / "out.xlsm")
    frame = found.to_frame()
    assert len(frame) > 100
    assert frame["value"].isna().all()


def test_workbooks_of_ours_say_the_same(tmp_path: Path) -> None:
    blank = copy_template(tmp_path / "空白.xlsm")
    for source in (blank, workbook_without_figures(tmp_path)):
        for command in (
            ["check"],
            ["read"],
            ["adopt"],
            ["adopt", "{}", "1"],
            ["dismiss", "{}", "1", "--reason", "x"],
        ):
            words = [str(source) if word == "{}" else word for word in command]
            told = refused(*words, *([source] if "{}" not in command else []))
            assert "都是空的" in told, told


def test_a_decision_on_nothing_is_refused(tmp_path: Path) -> None:
    source = saved_page(tmp_path, BLANK)
    refused("dismiss", source, "1", "--reason", "已核实")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html"]


# --- several reports ------------------------------------------------------------------------------


def test_years_are_never_compared_with_nothing(tmp_path: Path) -> None:
    old = saved_page(tmp_path, BLANK, "2020.html", report_of(year=2020))
    new = saved_page(tmp_path, AS_WRITTEN, "2021.html", report_of(year=2021))
    found = run_command("check", old, new)
    assert found.returncode == 2
    across = found.stdout.partition("跨年核对")[2]
    assert across.count(f"{NOTHING}，没有核对") >= 2, across
    assert "相符" not in across.replace("全部相符", ""), across
    assert "没有2020年的报告" not in across, across
    last = saved_page(tmp_path, BLANK, "2022.html", report_of(year=2022))
    later = run_command("check", new, last)
    assert later.returncode == 2
    assert NOTHING in later.stdout.partition("跨年核对")[2]


def test_a_blank_copy_of_a_year_does_not_spoil_it(tmp_path: Path) -> None:
    blank = saved_page(tmp_path, BLANK, "blank.html", report_of(year=2020))
    carried = {"applications.carried_out.natural": 8, "applications.carried_out.total": 8}
    old = saved_page(tmp_path, AS_WRITTEN, "2020.html", report_of(carried, year=2020))
    new = saved_page(tmp_path, AS_WRITTEN, "2021.html", report_of(year=2021))
    found = run_command("check", old, new, blank)
    assert "与2020年相符" in found.stdout
    assert "数字不同" not in found.stdout


def test_a_child_without_figures_is_named(tmp_path: Path) -> None:
    one, other = report("青溪县教育局"), report("青溪县民政局")
    parent = summed([one, other])
    saved(tmp_path, [parent])
    source = next(tmp_path.glob("*.html"))
    (tmp_path / "下级").mkdir()
    saved(tmp_path / "下级", [one])
    saved_page(tmp_path / "下级", BLANK, "民政局.html", replace(other, year=2021))
    found = run_command("levels", source, tmp_path / "下级")
    assert found.returncode == 2, found
    assert "青溪县民政局" in found.stdout
    assert NOTHING in found.stdout
    assert not is_clean(found.stdout)
    told = json.loads(run_command("levels", source, tmp_path / "下级", "--json").stdout)
    [blank] = [one for one in told["children"] if one["status"] != "counted"]
    assert (blank["agency"], blank["status"]) == ("青溪县民政局", "no_figures")
    assert NOTHING in blank["error"]
    assert {line["status"] for line in told["cells"]} <= {"uncertain", "exceeds"}
    names = tmp_path / "names.txt"
    names.write_text("青溪县教育局\n青溪县民政局\n", encoding="utf-8")
    listed = run_command("levels", source, tmp_path / "下级", "--names", names)
    assert "没有它的报告" not in listed.stdout, listed.stdout


def test_a_blank_copy_of_a_child_does_not_spoil_the_sum() -> None:
    one, other = report("青溪县教育局"), report("青溪县民政局")
    blank = replace(blank_report("2021", 2021), agency="青溪县民政局")
    found = compare(summed([one, other]), [child(one), child(other), child(blank, "blank")])
    assert found.counts()["equal"] == len(found.lines)
    assert any("没有" in left.reason for left in found.roll.left_out)


def test_a_parent_without_figures(tmp_path: Path) -> None:
    source = saved_page(tmp_path, BLANK, "parent.html", replace(report(PARENT), year=2021))
    (tmp_path / "下级").mkdir()
    saved(tmp_path / "下级", [report("青溪县教育局")])
    refused("levels", source, tmp_path / "下级")


def test_a_batch(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    saved_page(tmp_path / "pages", BLANK, "blank.html")
    saved_page(tmp_path / "pages", AS_WRITTEN, "sound.html", report_of(year=2022))
    out = tmp_path / "out"
    for _ in range(2):  # tried again, and no workbook the second time either
        found = run_command("batch", tmp_path / "pages", "-o", out)
        assert found.returncode == 2, found
        [line] = [line for line in found.stderr.splitlines() if "blank.html" in line]
        assert "未读出数字" in line
        assert "空白表格" in line
        assert sorted(path.suffix for path in out.glob("*.xlsx")) == [
            ".xlsx",
            ".xlsx",
        ]  # the sound one, the summary
        assert "未读出数字1份" in found.stdout
    told = json.loads(run_command("batch", tmp_path / "pages", "-o", out, "--json").stdout)
    [blank] = [one for one in told if "error" in one]
    assert blank["evaluated"] is False
    assert NOTHING in blank["error"]
    saved_page(tmp_path / "pages", ZEROS, "blank.html")
    assert run_command("batch", tmp_path / "pages", "-o", out).returncode in (0, 1)


def test_a_batch_whose_workbook_somebody_emptied(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    saved_page(tmp_path / "pages", ZEROS, "sound.html")
    out = tmp_path / "out"
    assert run_command("batch", tmp_path / "pages", "-o", out).returncode == 0
    [made] = [path for path in out.glob("*.xlsx") if not path.name.startswith("汇总")]
    made.write_bytes(workbook_without_figures(tmp_path).read_bytes())
    found = run_command("batch", tmp_path / "pages", "-o", out)
    assert found.returncode == 2
    assert "未读出数字" in found.stderr
    assert made.exists()


# --- Excel ----------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def emptied_book(folder: Path) -> xw.Book:
    """An open workbook with a cover and no figure."""
    book = open_live(folder)
    set_cell(book, layout.COVER, layout.COVER_SPOTS["agency"], "青溪县人民政府")
    return book


def test_no_flag_is_not_all_well_where_nothing_was_checked(tmp_path: Path) -> None:
    book = open_live(tmp_path)
    blank = {
        entry.cell: None
        for entry in report_of().entries()
        if not entry.cell.startswith("disclosure")
    }
    fill_live(book, report_of(blank))
    for name in ("check", "next_problem"):
        result = press(book, name)
        assert result.kind == "done"
        assert "没有能核对的勾稽关系" in result.text
        assert not is_clean(result.text)


@pytest.mark.parametrize("name", ["check", "next_problem", "adopt", "summary"])
def test_commands_on_a_workbook_without_figures(name: str, tmp_path: Path) -> None:
    result = press(emptied_book(tmp_path), name)
    assert result.kind == "error", result
    assert NOTHING in result.text
    assert not is_clean(result.text)


def test_a_check_takes_away_what_earlier_ones_said(tmp_path: Path) -> None:
    book = open_live(tmp_path)
    fill_live(book, report_of({"applications.granted.total": 1}))
    for sheet in layout.table_sheets():
        for spot in sheet.cells.values():
            set_cell(book, sheet.name, spot, None)
    assert press(book, "check").kind == "error"
    first = value_at(book, layout.RESULTS, (layout.RESULTS_TOP, layout.RESULT_COLUMNS["message"]))
    assert NOTHING in str(first)
    assert value_at(book, layout.COVER, layout.COUNT_SPOTS["error"]) == 1


def test_an_import_of_nothing_changes_nothing(tmp_path: Path) -> None:
    book = open_live(tmp_path)
    fill_live(book, report_of())
    spot = layout.newest_sheet("applications").cells["applications.new.natural"]
    before = value_at(book, "表三", spot)
    result = press(book, "import_file", str(saved_page(tmp_path, BLANK)), "yes")
    assert result.kind == "error"
    assert NOTHING in result.text
    assert value_at(book, "表三", spot) == before


def test_a_batch_in_excel(tmp_path: Path) -> None:
    book, folder = open_live(tmp_path), tmp_path / "年报"
    folder.mkdir()
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, str(folder))
    spot = (layout.BATCH_TOP, layout.BATCH_COLUMNS["source"])
    set_cell(book, layout.BATCH, spot, str(saved_page(tmp_path, BLANK)))
    result = press(book, "batch")
    assert value_at(book, layout.BATCH, (spot[0], layout.BATCH_COLUMNS["state"])) == "未读出数字"
    assert NOTHING in str(value_at(book, layout.BATCH, (spot[0], layout.BATCH_COLUMNS["message"])))
    assert result.kind == "ask"
    assert "重试" in result.text
    assert "未读出数字1份" in result.text
    assert list(folder.iterdir()) == []
    saved_page(tmp_path, ZEROS)
    press(book, "batch", answer="yes")
    assert value_at(book, layout.BATCH, (spot[0], layout.BATCH_COLUMNS["state"])) == "完成"


def test_a_folder_with_an_emptied_workbook_in_the_summary(tmp_path: Path) -> None:
    book, folder = open_live(tmp_path), tmp_path / "年报"
    folder.mkdir()
    workbook_without_figures(folder)
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, str(folder))
    result = press(book, "summary")
    assert NOTHING in result.text
    assert "0份" in result.text


def blanks(table: str) -> list[list[object]]:
    return printed(blank_report("2021", 2021), table)


@pytest.mark.parametrize("table", ["disclosure", "applications", "disputes"])
@pytest.mark.parametrize("function", [GK_CHECK, GK_FINDINGS, GK_SUSPECT])
def test_functions_on_a_blank_range(function: object, table: str) -> None:
    told = function(blanks(table))  # type: ignore[operator]
    assert str(told).startswith(f"! {NOTHING}")


@pytest.mark.parametrize("function", [GK_CHECK, GK_FINDINGS, GK_SUSPECT])
def test_functions_on_signs(function: object) -> None:
    told = function(figures(report_of(), "applications", lambda value: "/"))  # type: ignore[operator]
    assert str(told).startswith(f"! {NOTHING}：格中填的都是“/”")


def test_functions_where_no_relation_can_be_evaluated() -> None:
    rows = blanks("applications")
    last = rows[-1]
    last[-1] = 7.0
    assert str(GK_CHECK(rows)).startswith("!")
    assert not is_clean(str(GK_SUSPECT(rows)))
    assert not is_clean(str(GK_FINDINGS(rows)))


def test_gk_check_on_the_whole_workbook(tmp_path: Path) -> None:
    book = emptied_book(tmp_path)
    told = GK_CHECK(None, book.sheets[0].range("A1"))
    assert told.startswith("! ")
    assert NOTHING in told


@pytest.mark.parametrize(("change", "expected"), [(BLANK, "空白表格"), (SIGNS, "“/”")])
def test_functions_of_the_web(
    change: Change, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = saved_page(tmp_path, change)
    found = gongkai.read_report(source)

    def read_source(url: str, limits: object) -> Report:
        return found

    monkeypatch.setattr("gongkai.locate.read_source", read_source)
    monkeypatch.setattr(fetching, "SESSION", fetching.Session())
    monkeypatch.setattr(fetching, "allowed", lambda book: True)
    caller = open_live(tmp_path).sheets[0].range("A1")
    url = "https://x.cn/1"
    for told in (
        GK_VALUE(url, "一、本年新收政府信息公开申请数量", None, caller),
        GK_IMPORT(url, caller),
    ):
        assert str(told).startswith("! ")
        assert expected in str(told)
