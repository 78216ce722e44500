"""``gongkai dismiss`` and ``confirm``: the file beside a report, and who reads it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import gongkai
from gongkai.cli import main
from gongkai.decisions import file, is_open
from gongkai.decisions.file import decisions_path
from gongkai.model import Decision, Edit, WorkbookError
from gongkai.workbook import layout, read_workbook
from gongkai.workbook.file import fill_file
from gongkai.workbook.lists import read_summary
from helpers.batches import BODY, command, names_in, run, sheets_in
from helpers.batches import page as made_page
from helpers.decided import dismiss_all, errors_of, stderr_line
from helpers.made import rules_of, saying
from helpers.waiting import PATIENCE

AT = layout.RESULT_COLUMNS


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with two errors."""
    path = tmp_path / "报告.html"
    path.write_bytes(made_page(wrong=True))
    return path


def test_dismiss_check_undo(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(page)]) == 1
    first = capsys.readouterr().out
    count = len(errors_of(page))
    assert re.search(r"^  1\. ✗ 错误　", first, re.MULTILINE)
    numbers = [str(number) for number in range(1, count + 1)]
    assert main(["dismiss", str(page), *numbers, "--reason", "=已核实\n第二行"]) == 0
    told = capsys.readouterr().out
    assert told.count("○ 已忽略　") == count
    assert "（理由：=已核实 第二行）" in told
    assert "报告.处理.json" in told
    for _ in range(2):
        assert main(["check", str(page)]) == 0
        shown = capsys.readouterr().out
        assert "，没有其他错误，" in shown
        assert f"，另有{count}处已忽略：" in shown
    assert main(["check", str(page), "--json"]) == 0
    [checked] = json.loads(capsys.readouterr().out)
    found = checked["findings"]
    decision = {"verdict": "dismissed", "reason": "=已核实\n第二行"}
    assert [item["ruling"] for item in found if item["severity"] == "error"] == [decision] * count
    assert main(["dismiss", str(page), found[0]["key"], "--undo"]) == 0
    assert main(["check", str(page)]) == 1
    assert main(["confirm", str(page), "1"]) == 0
    capsys.readouterr()
    assert main(["check", str(page)]) == 1
    assert "（已确认）" in capsys.readouterr().out


def test_numbers_in_wide_digits(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dismiss", str(page), "１", "--reason", "已核实"]) == 0
    assert capsys.readouterr().out.startswith("1. ○ 已忽略")


def test_the_file_can_be_read_by_people(page: Path) -> None:
    dismiss_all(page)
    text = decisions_path(page).read_text(encoding="utf-8")
    found = json.loads(text)
    assert (found["gongkai"], found["version"]) == ("rulings", 1)
    first = found["rulings"][0]
    assert list(first) == ["key", "verdict", "reason", "rule", "message", "agency", "year", "at"]
    assert "已向填报单位核实" in text
    assert BODY in text


def test_only_a_figure_brings_a_finding_back(page: Path) -> None:
    dismiss_all(page)
    content = page.read_text(encoding="utf-8")
    page.write_text(content.replace("<table", "<!-- x --><table"), encoding="utf-8")
    assert page.read_text(encoding="utf-8") != content
    assert main(["check", str(page)]) == 0
    item = errors_of(page)[0]
    finding = gongkai.check(gongkai.read_report(page))[0]
    assert finding.cells
    report = gongkai.read_report(page)
    cell = finding.cells[0]
    table = report.tables[cell.partition(".")[0]]
    entry = replace(table.entries[cell], value=(table.entries[cell].value or 0) + 1000)
    tables = {**report.tables, table.id: replace(table, entries={**table.entries, cell: entry})}
    changed = replace(report, tables=tables)
    assert any(is_open(one) and item["rule"] in rules_of(one) for one in gongkai.check(changed))


def test_the_file_of_another_report_means_nothing(page: Path) -> None:
    dismiss_all(page)
    page.write_bytes(made_page("泰顺县人民政府", wrong=True))
    assert main(["check", str(page)]) == 1
    dismiss_all(page)
    assert (
        len(
            {
                record["agency"]
                for record in json.loads(decisions_path(page).read_bytes())["rulings"]
            }
        )
        == 2
    )


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"\xff\xfe", b'{"a": 1}', b"[" * 100_000,
        b'{"gongkai": "rulings", "version": 2, "rulings": []}',
        b'{"gongkai": "rulings", "version": 1, "rulings": [{"key": "a"}]}',
        b'{"gongkai": "rulings", "version": 1, "rulings": '
        b'[{"key": "a", "verdict": "yes", "reason": "", "agency": "", "year": null}]}',
    ],
)  # fmt: skip
def test_a_damaged_file_is_told_and_stays(
    page: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    beside = decisions_path(page)
    beside.write_bytes(content)
    target = str(page.with_name("b.xlsm"))
    for words in (
        ["check"],
        ["dismiss", "1", "--reason", "甲"],
        ["confirm", "1"],
        ["fill", "-o", target],
    ):
        assert main([words[0], str(page), *words[1:]]) == 2
        assert "报告.处理.json" in stderr_line(capsys)
        assert beside.read_bytes() == content
    assert not Path(target).exists()


def test_a_folder_under_its_name_is_told(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decisions_path(page).mkdir()
    assert main(["check", str(page)]) == 2
    assert "报告.处理.json不能读取" in stderr_line(capsys)


def test_notepad_may_save_it(page: Path) -> None:
    dismiss_all(page)
    beside = decisions_path(page)
    beside.write_bytes(b"\xef\xbb\xbf" + beside.read_bytes().replace(b"\n", b"\r\n"))
    assert main(["check", str(page)]) == 0


@pytest.mark.parametrize(
    "words",
    [
        ["dismiss", "{page}", "1"],
        ["dismiss", "{page}", "1", "--reason", "  "],
        ["dismiss", "{page}", "1", "--reason", "长" * 501],
        ["dismiss", "{page}", "1", "--reason", "甲", "--undo"],
        ["dismiss", "{page}", "999", "--reason", "甲"],
        ["dismiss", "{page}", "0", "--reason", "甲"],
        ["dismiss", "{page}", "1", "第一条", "--reason", "甲"],
        ["confirm", "{page}", "0123456789ab"],
        ["confirm", "{page}", "1", "--undo"],
        ["confirm", "https://example.cn/a.html", "1"],
        ["confirm", "-", "1"],
        ["confirm", "{page}x", "1"],
        ["confirm", "{page}"],
    ],
)
def test_what_cannot_be_done_is_told(
    page: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    try:
        code = main([word.replace("{page}", str(page)) for word in words])
    except SystemExit as stop:
        code = int(str(stop.code))
    assert code == 2
    stderr_line(capsys)
    assert not decisions_path(page).exists()


def test_fill_takes_them_along_and_the_workbook_goes_before(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dismiss_all(page)
    target = page.with_name("结果.xlsm")
    assert main(["fill", str(page), "-o", str(target)]) == 0
    assert main(["check", str(target)]) == 0
    rows = range(layout.RESULTS_TOP, layout.RESULTS_TOP + len(errors_of(target)))
    first = max(rows)  # the dismissed ones stand last
    report = read_workbook(target)
    assert {decision.reason for decision in report.decisions.values()} == {"已向填报单位核实"}
    capsys.readouterr()
    for words in (["confirm", "1"], ["dismiss", "1", "--undo"]):
        assert main([words[0], str(target), *words[1:]]) == 2
        assert "以那里的为准" in stderr_line(capsys)
    edits = [
        Edit(layout.RESULTS, row, AT[name], None)
        for row in range(layout.RESULTS_TOP, first + 50)
        for name in ("verdict", "reason")
    ]
    fill_file(target, target, edits, overwrite=True)
    assert main(["check", str(target)]) == 1
    dismiss_all(target)
    assert names_in(page.parent) >= {"结果.xlsm", "结果.处理.json", "报告.处理.json"}
    assert main(["check", str(target)]) == 0


def test_force_keeps_what_stands_in_the_workbook(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = page.with_name("结果.xlsm")
    dismiss_all(page)
    main(["fill", str(page), "-o", str(target)])
    decisions_path(page).unlink()
    assert main(["check", str(page)]) == 1
    capsys.readouterr()
    assert main(["fill", str(page), "-o", str(target), "--force"]) == 0
    assert "处已忽略" in capsys.readouterr().out
    assert main(["check", str(target)]) == 0
    other = page.with_name("别处.html")
    other.write_bytes(made_page(wrong=True, year=2023))
    capsys.readouterr()
    main(["fill", str(other), "-o", str(target), "--force"])
    assert "对另一份报告作的，没有沿用" in capsys.readouterr().err


WRITER = (
    "import sys; from pathlib import Path; import gongkai; from gongkai.decisions import file\n"
    "from gongkai.model import Decision, Finding\n"
    f"file.LONGEST_WAIT = {PATIENCE}\n"
    "report = gongkai.read_report(sys.argv[1])\n"
    "print('ready', flush=True)\n"
    "sys.stdin.readline()\n"
    "for number in range(25):\n"
    "    finding = Finding('coverage.unplaced', 'note', facts={'reason': f'b {number}'})\n"
    "    found = {f'b{number:011x}': finding}\n"
    "    file.save_decisions(report, Path(sys.argv[1]), found, Decision('dismissed', '甲'))\n"
)


def test_two_processes_lose_nothing(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This one and another, which begin together and both write 25 times."""
    report = gongkai.read_report(page)
    assert report.decisions == {}
    monkeypatch.setattr(file, "LONGEST_WAIT", PATIENCE)
    command = [sys.executable, "-X", "utf8", "-c", WRITER, str(page)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        print(file=other.stdin, flush=True)
        for number in range(25):
            found = {f"a{number:011x}": saying(f"a {number}", "note")}
            file.save_decisions(report, page, found, Decision("dismissed", "甲"))
    assert other.returncode == 0
    records = json.loads(decisions_path(page).read_bytes())["rulings"]
    assert len(records) == 50
    assert names_in(page.parent) == {"报告.html", "报告.处理.json"}


def test_a_batch_reads_what_is_beside_its_workbooks(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "结果"
    first = run([str(page)], folder)[str(page)]
    assert (first.row.errors or 0) > 0
    book = folder / first.row.file
    dismiss_all(book)
    again = run([str(page)], folder)[str(page)]
    assert (again.skipped, again.row.errors, again.row.dismissed) == (True, 0, first.row.errors)
    rows = read_summary(sheets_in(folder / "汇总.xlsx")[layout.SUMMARY])
    assert [row.dismissed for row in rows] == [first.row.errors]
    told = command(page, "-o", folder)
    assert (told.returncode, f"，已忽略的问题{first.row.errors}处。" in told.stdout) == (0, True)
    assert "处已忽略" in again.row.message
    assert run([str(page)], folder)[str(page)].row == again.row
    decisions_path(book).write_text("{", encoding="utf-8")
    failed = run([str(page)], folder)[str(page)].row
    assert (failed.state, "处理.json" in failed.message) == ("failed", True)
    decisions_path(book).unlink()
    assert run([str(page)], folder)[str(page)].row.errors == first.row.errors
    assert "处理" not in command(page, "-o", folder, "--json").stderr


def test_a_batch_takes_along_what_is_beside_its_source(page: Path, tmp_path: Path) -> None:
    dismiss_all(page)
    row = run([str(page)], tmp_path / "结果")[str(page)].row
    assert row.errors == 0
    assert read_workbook(tmp_path / "结果" / row.file).decisions


def test_the_error_is_one_of_ours() -> None:
    from gongkai.decisions.file import DecisionsError

    assert issubclass(DecisionsError, WorkbookError)
