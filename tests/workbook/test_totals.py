"""填总计, the button and the command: which totals, what the log keeps, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from openpyxl import load_workbook

from gongkai.editions import all_editions, form
from gongkai.model import Entry, Report, Table, Value
from gongkai.pipeline import check
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.layout import sheet_of
from gongkai.workbook.totals import agreed_totals, sums_of, totals_filling
from helpers.command import run_command
from helpers.counts import counted, many
from helpers.excel.live import fill_live, open_live, press, shown_report
from helpers.made import consistent, report_of, sound_values

SPOTS = sheet_of("applications", "2021").cells
HANDLED, RECEIVED = "applications.handled.total", "applications.new.total"
WHOLES = sorted(
    {relation.whole[0] for relation in all_editions()["2021"].relations if len(relation.whole) == 1}
)
KIND = "填总计：各项之和"


def blanked(*cells: str, **changed: Value) -> Report:
    values: Mapping[str, Value] = {**sound_values(), **dict.fromkeys(cells)}
    return report_of({**values, **changed})


def saved(report: Report, folder: Path) -> Path:
    return write_workbook(report, check(report), folder / "年报.xlsm")


def reasons(path: Path) -> list[object]:
    page = load_workbook(path)[layout.LOG]
    column = layout.LOG_COLUMNS["reason"]
    told = [page.cell(row, column).value for row in range(layout.LOG_TOP, 100)]
    return [reason for reason in told if reason]


def test_all_totals_follow_from_their_parts(tmp_path: Path) -> None:
    """25 rows, six columns of （七）总计 and the three blocks of 表四."""
    assert len(WHOLES) == 25 + 6 + 3
    path = saved(blanked(*WHOLES), tmp_path)
    run = run_command("totals", path)
    assert run.returncode == 0
    assert run.stdout.startswith("已填34格总计，记在“修改记录”表。")
    assert "没有填的" not in run.stdout
    report, sound = read_workbook(path), sound_values()
    assert {cell: report.value(cell) for cell in sound} == sound
    assert reasons(path) == [KIND] * 34


def test_undone_and_undone_only_once(tmp_path: Path) -> None:
    path = saved(blanked(HANDLED, RECEIVED), tmp_path)
    before = read_workbook(path)
    run_command("totals", path)
    assert "已撤销上次的“填总计”，2格恢复原样" in run_command("totals", path, "--undo").stdout
    assert read_workbook(path).tables == before.tables
    run = run_command("totals", path, "--undo")
    assert (run.returncode, run.stderr) == (
        2,
        "没有可以撤销的“填总计”：没有填过，或填的数后来改动过。\n",
    )


def test_zeros_and_totals_are_undone_apart(tmp_path: Path) -> None:
    law = "applications.refused_law.natural"
    path = saved(blanked(HANDLED, law), tmp_path)
    run_command("fill-blanks", path, "--all")
    run_command("totals", path)
    assert read_workbook(path).value(HANDLED) == sound_values()[HANDLED]
    run_command("fill-blanks", path, "--undo")
    assert read_workbook(path).value(law) is None
    assert read_workbook(path).value(HANDLED) == sound_values()[HANDLED]


def test_a_total_that_is_stated_stays(tmp_path: Path) -> None:
    report = blanked(HANDLED, **{RECEIVED: 9})
    path = saved(report, tmp_path)
    run = run_command("totals", path)
    assert run.stdout.startswith("已填1格总计")
    assert read_workbook(path).value(RECEIVED) == 9
    assert run.returncode == 1
    assert "新收" in run.stdout


def test_a_blank_part_leaves_the_total_open(tmp_path: Path) -> None:
    path = saved(blanked(RECEIVED, "applications.new.legal"), tmp_path)
    run = run_command("totals", path)
    assert run.stdout.endswith("没有可以填的总计。没有填的：1格的分项没有填全。\n")
    assert read_workbook(path).value(RECEIVED) is None


def test_a_total_on_which_two_sums_differ_is_told(tmp_path: Path) -> None:
    """（七）总计·总计 is the sum of its row and that of its column."""
    wrong = {"applications.handled.natural": 3}
    path = saved(blanked(HANDLED, **wrong), tmp_path)
    run = run_command("totals", path)
    assert "没有填的：1格横向与纵向之和不等。" in run.stdout
    assert read_workbook(path).value(HANDLED) is None


def test_signs_and_formulas_stay(tmp_path: Path) -> None:
    report = report_of({**sound_values(), HANDLED: None, RECEIVED: None}, raws={RECEIVED: "/"})
    spots = {SPOTS[HANDLED]}
    found = totals_filling(report, {"表三": spots})
    assert (found.changes, found.left["signs"], found.left["formulas"]) == ((), 1, 1)


def test_the_button_asks_and_fills_and_undoes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    book = open_live(tmp_path)
    fill_live(book, blanked(HANDLED, RECEIVED))
    asked = press(book, "fill_totals")
    assert (asked.kind, asked.text) == (
        "ask",
        "把'表三'!J4、'表三'!J28空白的总计填为各项之和？改动会记在“修改记录”表，可以撤销。".replace(
            "J4", layout.address(SPOTS[RECEIVED])
        ).replace("J28", layout.address(SPOTS[HANDLED])),
    )
    assert shown_report(book).value(HANDLED) is None
    done = press(book, "fill_totals", answer="yes")
    assert done.text.startswith("已填2格总计")
    assert shown_report(book).value(HANDLED) == sound_values()[HANDLED]
    assert press(book, "undo_totals").kind == "ask"
    assert press(book, "undo_totals", answer="yes").text.startswith("已撤销上次的“填总计”，2格")
    assert shown_report(book).value(HANDLED) is None


@counted
@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_whatever_is_blank_what_is_filled_is_the_sum_of_its_parts(edition: str) -> None:
    """Blanks at random in sound tables: every total that is filled is the one that stood there."""
    for seed in range(many(60)):
        random = Random(seed)
        values = consistent(random, edition)
        blanks = {cell for cell in values if random.random() < 0.15}
        held = {**values, **dict.fromkeys(blanks)}
        entries = {cell: Entry(cell, value, "") for cell, value in held.items()}
        table = Table(form(edition, "applications"), entries)
        sums = sums_of(table)
        wholes = {relation.whole[0] for relation in sums} & blanks
        figures, divided = agreed_totals(sums, table.values, wholes)
        assert not divided
        assert figures == {cell: values[cell] for cell in figures}
        after = {**table.values, **figures}
        for relation in sums:
            if after[relation.whole[0]] is None:
                assert None in [after[cell] for cell in relation.parts]
