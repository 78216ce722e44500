"""Whoever counts says the same of a report with blanks: the command, the sheet, functions, JSON and
tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from openpyxl import load_workbook

from gongkai.batch.importing import import_report
from gongkai.checks import assumed, checked
from gongkai.checks.whole import check
from gongkai.excel.conclusions import conclusion
from gongkai.model import Report, Value
from gongkai.output import COLUMNS, check_to_dict, finding_lines, report_to_dict
from gongkai.sums import table_state
from gongkai.workbook import layout, read_workbook, write_workbook
from helpers.command import run_command
from helpers.counts import counted, many
from helpers.engines import calculated
from helpers.made import consistent, report_of

SIGNS = ("/", "-", "无", "—")
LIVE = re.compile(r"不符(\d+)项（相符(\d+)项(?:，其中(\d+)项含推定的0)?，数据不全(\d+)项）")


def random_report(seed: int) -> Report:
    """Sound, zeros left blank or signs; two figures wrong in two of three, two left out in one of
    four.
    """
    random = Random(seed)
    values: dict[str, Value] = dict(consistent(random, "2021"))
    raws: dict[str, str] = {}
    stated = sorted(cell for cell, value in values.items() if value)
    if seed % 3:
        values |= {
            cell: int(values[cell] or 0) + random.choice((1, 2, 10))
            for cell in random.sample(stated, 2)
        }
    for cell in [cell for cell, value in values.items() if value == 0]:
        values[cell] = None if random.random() < 0.9 else 0
        if values[cell] is None and random.random() < 0.1:
            raws[cell] = random.choice(SIGNS)
    if seed % 4 == 3:
        values |= dict.fromkeys(random.sample(stated, 2))
    return report_of(values, raws=raws)


def counts_in(text: str) -> tuple[int, int, int]:
    """(relations decided, held with zeros, open) as the cover's sentence has it."""
    found = LIVE.search(text)
    assert found, text
    broken, holding, zeros, rest = (int(number or 0) for number in found.groups())
    return broken + holding, zeros, rest


def told_by(report: Report) -> tuple[int, int, int]:
    count = checked(report)
    return count, assumed(report), 42 - count


@counted
@pytest.mark.parametrize("seed", range(many(96)))
def test_all_count_alike(seed: int, tmp_path: Path) -> None:
    report = random_report(seed)
    findings = check(report)
    path = write_workbook(report, findings, tmp_path / "a.xlsm")
    wanted = told_by(report)
    cover = load_workbook(path, data_only=True)[layout.COVER]
    assert counts_in(cover.cell(*layout.LIVE_SPOT).value) == wanted
    again = read_workbook(path)
    assert told_by(again) == wanted
    found = check_to_dict(again, check(again))
    assert (found["checked"], found["assumed"]) == wanted[:2]
    assert f"核对{wanted[0]}项" in "\n".join(finding_lines(again, check(again)))
    sentence = conclusion(list(again.tables.values()), check(again))
    undecided = re.search(r"(\d+)项因空白不能核对", sentence)
    assert int(undecided[1] if undecided else 0) == wanted[2]
    assert_states_alike(again)


def assert_states_alike(report: Report) -> None:
    frame = report.to_frame()
    listed = report_to_dict(report)["tables"]
    for name, table in report.tables.items():
        states = dict(table_state(table).cells)
        own = frame[frame["table"] == name]
        assert dict(zip(own["cell"], own["state"], strict=True)) == states
        assert [state for row in listed[name]["rows"] for state in row["states"]] == list(
            states.values()
        )
        assert own[own["state"] != "stated"]["value"].isna().all()


def test_a_spreadsheet_program_counts_alike(tmp_path: Path) -> None:
    reports = [random_report(seed) for seed in range(6)]
    files = [
        write_workbook(one, check(one), tmp_path / f"{at}.xlsm") for at, one in enumerate(reports)
    ]
    for report, sheets in zip(reports, calculated("betteroffice", files), strict=True):
        assert counts_in(str(sheets[layout.COVER][layout.LIVE_SPOT])) == told_by(report)


def test_what_the_command_says_is_what_its_file_shows(tmp_path: Path) -> None:
    path = write_workbook(random_report(0), check(random_report(0)), tmp_path / "a.xlsm")
    run = run_command("check", path)
    count, zeros, rest = told_by(read_workbook(path))
    assert rest == 0
    assert f"核对{count}项勾稽关系，其中{zeros}项含推定的0，没有错误" in run.stdout
    assert "格空白，按勾稽关系均为0\n" in run.stdout
    (row,) = import_report(str(path), tmp_path)
    assert row.errors == 0
    copy = load_workbook(tmp_path / row.file, data_only=True)[layout.COVER]
    assert counts_in(copy.cell(*layout.LIVE_SPOT).value) == (count, zeros, rest)


def test_no_implied_figure_is_written_as_a_value(tmp_path: Path) -> None:
    report = random_report(0)
    blank = {cell for table in report.tables.values() for cell in table_state(table).figures}
    assert len(blank) > 50
    read = read_workbook(write_workbook(report, check(report), tmp_path / "a.xlsm"))
    assert all(read.value(cell) is None for cell in blank)
    frame = report.to_frame().set_index("cell")
    assert list(COLUMNS[-2:]) == ["state", "implied"]
    own = frame.loc[sorted(blank)]
    assert own["value"].isna().all()
    assert own["count"].isna().all()
    assert set(own["exact"]) == {""}
    assert set(own["implied"]) == {0}


def test_blank_relations_do_not_make_a_report_sound() -> None:
    """Nothing but the 总计 of two rows: nothing is decided, and nothing is ✓."""
    values: Mapping[str, Value] = dict.fromkeys(consistent(Random(1), "2021"))
    report = report_of({**values, "applications.new.total": 5})
    others = {name: table for name, table in report.tables.items() if name == "applications"}
    assert checked(replace(report, tables=others)) == 0
