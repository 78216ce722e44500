"""No decision hides a finding that it was not meant for, whatever was done to a sheet or a file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gongkai
from gongkai import demo
from gongkai.checks.whole import check
from gongkai.cli import main
from gongkai.decisions import file, is_about, is_open, key_of, keys_of
from gongkai.decisions.file import MOST_BYTES, decisions_path
from gongkai.model import Decision, Finding, Report
from gongkai.system import lock_file
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.fill import (
    planned,
    report_to_edits,
    row_text,
)
from gongkai.workbook.reading import values_to_report
from helpers.batches import page as made_page
from helpers.clock import fake_clock
from helpers.command import disk_of, run_command
from helpers.counts import properties
from helpers.decided import (
    AT,
    WRONG,
    broken,
    decided,
    dismiss_all,
    errors_of,
    labelled,
    stderr_line,
)
from helpers.made import only, report_of

Sheets = dict[str, dict[tuple[int, int], object]]
TOP = layout.RESULTS_TOP
KEYS = {key_of(finding, report_of(WRONG)) for finding in check(report_of(WRONG))}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with two errors."""
    path = tmp_path / "报告.html"
    path.write_bytes(made_page(wrong=True))
    return path


def sheets(report: Report) -> Sheets:
    """What the sheets hold once a report was checked: its findings in the first two rows."""
    return labelled(planned(report_to_edits(report, check(report))))


def told_in(report: Report) -> str:
    return "".join(finding.message for finding in check(report) if finding.severity == "warning")


def all_open(report: Report) -> bool:
    return all(is_open(finding) for finding in check(report))


# --- a copied workbook ----------------------------------------------------------------------------


def copied(changes: Mapping[str, object], report: Report | None = None) -> Report:
    """The workbook of another report, of which somebody wrote over the cover alone: all figures are
    equal.
    """
    values = sheets(report or broken())
    values[layout.COVER] |= {layout.COVER_SPOTS[name]: value for name, value in changes.items()}
    return values_to_report(values)


@pytest.mark.parametrize(
    "changes", [{"agency": "白汀镇人民政府"}, {"year": 2022}, {"agency": None}, {"year": None}]
)
def test_a_copied_workbook_of_another_body_or_year_starts_anew(changes: dict[str, object]) -> None:
    report = copied(changes)
    assert all_open(report)
    assert "中有1条处理（确认、忽略）是对“青溪县人民政府”2021年的报告作的，没有采用" in told_in(
        report
    )
    again = values_to_report(sheets(report))
    assert (again.decisions, "没有采用" in told_in(again)) == ({}, False)


@pytest.mark.parametrize("changes", [{}, {"agency": "青溪县政府"}, {"title": "另一个标题"}])
def test_a_name_written_otherwise_is_the_same_body(changes: dict[str, object]) -> None:
    assert copied(changes).decisions == broken().decisions


def test_who_was_unknown_may_be_filled_in() -> None:
    unknown = replace(decided(report_of(WRONG), only_rule(), "dismissed"), agency="", year=None)
    assert (
        copied({"agency": "青溪县人民政府", "year": 2021}, unknown).decisions == unknown.decisions
    )


def only_rule() -> str:
    return next(finding.rule for finding in check(report_of(WRONG)))


def test_unknown_is_nobody_else() -> None:
    report = report_of()
    assert is_about(report, "青溪县政府", 2021)
    for agency, year in (("", 2021), ("青溪县政府", None), ("白汀镇政府", 2021), ("", None)):
        assert not is_about(report, agency, year)
        assert not is_about(replace(report, agency=agency, year=year), "青溪县人民政府", 2021)
    assert is_about(replace(report, agency="", year=None), "", None)


# --- rows that were moved, copied, written over ---------------------------------------------------


def after(change: Callable[[dict[tuple[int, int], object]], None]) -> Report:
    values = sheets(report_of(WRONG))
    values[layout.RESULTS][TOP, AT["verdict"]] = "忽略"
    change(values[layout.RESULTS])
    return values_to_report(values)


def test_a_word_goes_with_the_text_beside_it() -> None:
    def other_text(cells: dict[tuple[int, int], object]) -> None:
        cells[TOP, AT["message"]] = "表三 另一个问题"

    def no_text(cells: dict[tuple[int, int], object]) -> None:
        cells[TOP, AT["message"]] = None

    def edited_key(cells: dict[tuple[int, int], object]) -> None:
        """The second finding's key beside the first one's text."""
        own, other = (str(cells[row, AT["key"]]) for row in (TOP, TOP + 1))
        cells[TOP, AT["key"]] = other.partition("-")[0] + "-" + own.partition("-")[2]

    for change in (other_text, no_text, edited_key):
        report = after(change)
        assert all_open(report)
        assert "没有采用" in told_in(report)


def test_a_word_filled_down_with_all_that_is_hidden_beside_it() -> None:
    """It decides about the one finding whose text it stands beside, and the other rows are told."""

    def filled_down(cells: dict[tuple[int, int], object]) -> None:
        for column in range(AT["verdict"], AT["blank"] + 1):
            cells[TOP + 1, column] = cells.get((TOP, column))

    report = after(filled_down)
    assert [is_open(finding) for finding in check(report) if finding.severity == "error"] == [
        False,
        True,
    ]
    assert "没有采用" in told_in(report)


def test_a_row_copied_below_or_deleted() -> None:
    def doubled(cells: dict[tuple[int, int], object]) -> None:
        cells |= {(TOP + 9, column): cells.get((TOP, column)) for column in range(1, 19)}

    def deleted(cells: dict[tuple[int, int], object]) -> None:
        """The whole row of the sheet, of the other finding."""
        moved = {
            (row - (row > TOP + 1), at): value
            for (row, at), value in cells.items()
            if row != TOP + 1
        }
        cells.clear()
        cells |= moved

    for change in (doubled, deleted):
        report = after(change)
        assert [is_open(finding) for finding in check(report)] == [False, True]


def test_two_rows_of_one_finding_that_say_different_things() -> None:
    def doubled(cells: dict[tuple[int, int], object]) -> None:
        cells |= {(TOP + 9, column): cells.get((TOP, column)) for column in range(1, 19)}
        cells[TOP + 9, AT["verdict"]] = "确认"

    report = after(doubled)
    assert all_open(report)
    assert "处理“忽略、确认”不能识别" in told_in(report)


def test_two_findings_with_one_text_are_two() -> None:
    values = sheets(report_of(WRONG))
    cells = values[layout.RESULTS]
    from gongkai.workbook.decisions import digest_of

    for row in (TOP, TOP + 1):
        key = str(cells[row, AT["key"]]).partition("-")[0]
        cells |= {
            (row, AT["message"]): "同样的文字",
            (row, AT["key"]): f"{key}-{digest_of(key, '同样的文字')}",
        }
    cells[TOP, AT["verdict"]] = "忽略"
    assert [is_open(finding) for finding in check(values_to_report(values))] == [False, True]


@pytest.mark.parametrize("word", ['="忽略"', "=K5", "#REF!", "忽略\n确认", 1])
def test_a_formula_without_a_result_is_no_verdict(word: object) -> None:
    def written(cells: dict[tuple[int, int], object]) -> None:
        cells[TOP, AT["verdict"]] = word

    assert all_open(after(written))
    assert "不能识别，没有采用" in told_in(after(written))


@properties(40)
@given(st.data())
def test_whatever_is_done_to_the_rows_no_other_finding_is_dismissed(data: st.DataObject) -> None:
    """Cells of the list are copied about at random: what is dismissed has 忽略 beside its own
    text.
    """
    values = sheets(report_of(WRONG))
    cells = values[layout.RESULTS]
    cells[TOP, AT["verdict"]] = "忽略"
    spots = st.tuples(st.integers(TOP, TOP + 3), st.integers(1, 22))
    for _ in range(data.draw(st.integers(0, 12))):
        cells[data.draw(spots)] = cells.get(data.draw(spots))
    report = values_to_report(values)
    beside = {
        cells.get((row, AT["message"]))
        for row in range(TOP, TOP + 4)
        if cells.get((row, AT["verdict"])) == "忽略"
    }
    kept = {cells.get((row, layout.KEPT_COLUMNS["key"])) for row in range(TOP, TOP + 4)}
    for finding in check(report):
        assert is_open(finding) or row_text(finding) in beside or key_of(finding, report) in kept


@properties(60)
@given(st.text(max_size=200))
def test_any_message_is_known_again(text: str) -> None:
    """Also where a program drops characters that it cannot store."""
    from gongkai.wording import plain_text
    from gongkai.workbook.decisions import digest_of

    assert digest_of("a", plain_text(text)) == digest_of("a", text)


# --- keys -----------------------------------------------------------------------------------------


def test_prose_of_another_scope_is_another_finding() -> None:
    report = report_of()
    note = Finding("narrative.received", "note", "a", ("applications.new.total",), 1, 2)
    assert key_of(note, report) != key_of(replace(note, severity="warning"), report)


def test_what_section_six_says_is_a_figure_too() -> None:
    report = report_of()
    one, other = (
        Finding("plausibility.fees", "note", "", ("applications.new.total",), facts={"x": text})
        for text in ("3份", "30份")
    )
    assert key_of(one, report) != key_of(other, report)


# --- a file of decisions --------------------------------------------------------------------------

RECORD: dict[str, Any] = {
    "key": "0" * 12,
    "verdict": "dismissed",
    "reason": "",
    "agency": "",
    "year": None,
}


def written(path: Path, *records: Mapping[str, Any]) -> None:
    decisions_path(path).write_text(
        json.dumps({"gongkai": "rulings", "version": 1, "rulings": records}), "utf-8"
    )


@pytest.mark.parametrize(
    "content",
    [
        b'{"a":' * 200_000,
        b'{"gongkai": "rulings", "version": 1, "rulings": '
        + b"[" * 200_000
        + b"]" * 200_000
        + b"}",
        b"\x00" * 1000,
        b'{"gongkai": "rulings", "version": 1, "rulings": [null]}',
        b'{"gongkai": "rulings", "version": 1, "rulings": {"a": 1}}',
        b'{"gongkai": "rulings", "version": true, "rulings": [' + b"1" * 5000 + b"]}",
        json.dumps(
            {"gongkai": "rulings", "version": 1, "rulings": [RECORD | {"key": "x\x00"}]}
        ).encode(),
        json.dumps(
            {"gongkai": "rulings", "version": 1, "rulings": [RECORD | {"key": "0" * 13}]}
        ).encode(),
        json.dumps(
            {"gongkai": "rulings", "version": 1, "rulings": [RECORD | {"year": "2021"}]}
        ).encode(),
        json.dumps(
            {"gongkai": "rulings", "version": 1, "rulings": [RECORD | {"verdict": ["dismissed"]}]}
        ).encode(),
        json.dumps(
            {"gongkai": "rulings", "version": 1, "rulings": [RECORD | {"reason": None}]}
        ).encode(),
    ],
)
def test_hostile_content_is_told_and_stays(
    page: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    decisions_path(page).write_bytes(content)
    for words in (["check", str(page)], ["dismiss", str(page), "1", "--reason", "甲"]):
        assert main(words) == 2
        assert "报告.处理.json不是本工具能读的处理记录" in stderr_line(capsys)
    assert decisions_path(page).read_bytes() == content


def test_a_huge_one_is_told_at_once(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with decisions_path(page).open("wb") as file:
        file.truncate(200 * MOST_BYTES)
    assert main(["check", str(page)]) == 2
    assert "（超过10MB）" in stderr_line(capsys)
    folder = page.with_name("out")
    assert main(["batch", str(page), "-o", str(folder)]) == 2


def test_a_pipe_keeps_nobody_waiting(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(decisions_path(page))
    assert main(["check", str(page)]) == 2
    assert "不能读取（这是管道，不是普通文件）" in stderr_line(capsys)


@pytest.mark.parametrize(
    "change", [{"year": None}, {"year": 2022}, {"agency": ""}, {"agency": "南山县人民政府"}]
)
def test_records_of_another_report_mean_nothing(page: Path, change: dict[str, Any]) -> None:
    report = gongkai.read_report(page)
    records = [
        RECORD | {"key": key, "agency": report.agency, "year": report.year}
        for item in errors_of(page)
        for key in item["keys"]
    ]
    written(page, *records)
    assert main(["check", str(page)]) == 0
    written(page, *(record | change for record in records))
    assert main(["check", str(page)]) == 1


def test_thousands_of_other_keys_are_nothing(page: Path) -> None:
    report = gongkai.read_report(page)
    about = {"agency": report.agency, "year": report.year}
    written(page, *(RECORD | about | {"key": f"{number:012x}"} for number in range(2_000)))
    assert main(["check", str(page)]) == 1
    assert main(["fill", str(page), "-o", str(page.with_name("a.xlsm"))]) == 1
    assert len(read_workbook(page.with_name("a.xlsm")).decisions) == layout.KEPT_ROWS


REASONS = ("\x00", "\x1b[2J", "\ud800", "\u202e倒", "=1+1", "\r\n甲", "a" * 100_000)


def test_any_reason_is_shown_on_its_line(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each about a sum or a finding of its own: the demo's page has as many.

    Two sums are broken by one figure; that the prose has another is told once this is dismissed.
    """
    page.write_bytes(demo.pages()["/2021-broken.html"])
    report = gongkai.read_report(page)
    (cause,) = (finding for finding in gongkai.check(report) if len(finding.sums) == 2)
    dismissed = dict.fromkeys(keys_of(cause, report), Decision("dismissed", "甲"))
    found = gongkai.check(replace(report, decisions=dismissed))
    keys = [key for finding in found for key in keys_of(finding, report)]
    about = RECORD | {"agency": report.agency, "year": report.year}
    pairs = zip(keys, REASONS, strict=True)
    written(page, *(about | {"key": key, "reason": reason} for key, reason in pairs))
    capsys.readouterr()
    assert main(["check", str(page)]) == 0
    shown = capsys.readouterr().out
    lines = [line.strip() for line in shown.splitlines()]
    assert sum(re.match(r"\d+\. ○ 已忽略　", line) is not None for line in lines) == len(found)
    assert len(found) == len(REASONS) - 1
    assert not any(sign in shown for sign in ("\x00", "\x1b", "\u202e"))
    assert main(["check", str(page), "--json"]) == 0
    target = page.with_name("a.xlsm")
    assert main(["fill", str(page), "-o", str(target)]) == 0
    assert not any(is_open(finding) for finding in check(read_workbook(target)))


# --- what cannot be written -----------------------------------------------------------------------


def test_a_full_disk_loses_nothing(page: Path) -> None:
    dismiss_all(page)
    before = decisions_path(page).read_bytes()
    with disk_of(100):
        found = run_command("confirm", page, "1", "--reason", "长" * 400)
    assert (found.returncode, found.stdout) == (2, "")
    assert "无法写入报告.处理.json：磁盘空间不足。" in found.stderr
    assert decisions_path(page).read_bytes() == before
    assert {path.name for path in page.parent.iterdir()} == {"报告.html", "报告.处理.json"}


def test_another_that_writes_for_long(
    page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = fake_clock(monkeypatch, file)
    with page.open("rb", buffering=0) as held:
        lock_file(held)
        assert main(["confirm", str(page), "1"]) == 2
    assert "另一个程序正在写报告.处理.json，没有写入；请稍后再试。" in stderr_line(capsys)
    assert file.LONGEST_WAIT < sum(clock.slept) < file.LONGEST_WAIT + 1
    assert not decisions_path(page).exists()


def test_a_full_decisions_file_is_told(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(page, *[RECORD | {"key": f"{n:012x}", "reason": "长" * 500} for n in range(6_000)])
    before = decisions_path(page).stat().st_size
    assert before < MOST_BYTES * 2
    code = main(["confirm", str(page), "1"])
    assert code == 2
    assert "报告.处理.json" in stderr_line(capsys)
    assert decisions_path(page).stat().st_size == before


def test_what_stands_in_the_workbook_cannot_be_undone_beside_it(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both say the same, and the workbook's would stay."""
    dismiss_all(page)
    target = page.with_name("结果.xlsm")
    main(["fill", str(page), "-o", str(target)])
    decisions_path(page).rename(decisions_path(target))
    capsys.readouterr()
    assert main(["dismiss", str(target), "1", "--undo"]) == 2
    assert "以那里的为准" in stderr_line(capsys)


def test_adopt_knows_what_is_beside_a_workbook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_workbook(report_of(WRONG), check(report_of(WRONG)), tmp_path / "a.xlsm")
    assert main(["adopt", str(path)]) == 1
    assert main(["dismiss", str(path), *KEYS, "--reason", "甲"]) == 0
    capsys.readouterr()
    assert main(["adopt", str(path)]) == 0
    assert "○ 已忽略" in capsys.readouterr().out


def test_a_decision_is_the_same_wherever_it_stands() -> None:
    assert Decision("dismissed", "甲", kept=True) == Decision("dismissed", "甲")
    assert only(broken(), only_rule()).decision == Decision("dismissed", "已核实")
