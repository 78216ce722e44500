"""The command as its users call it: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gongkai import cli
from gongkai.workbook.derived import blank
from helpers import DOCUMENTS
from helpers.command import PROCESS, disk_of, run_command

RUIAN_TITLE = "瑞安市人民政府2021年政府信息公开工作年度报告"
RUIAN = str(DOCUMENTS / "ruian-2021-text" / "source.txt")
BROKEN = str(DOCUMENTS / "broken-2022" / "source.html")
CHINESE_SENTENCE = re.compile(r"[\u4e00-\u9fff].*[。.]$")


def test_read_json_has_the_documented_shape() -> None:
    run = run_command("read", RUIAN, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    [found] = json.loads(run.stdout)
    assert list(found) == [
        *("title", "agency", "body", "year", "published", "evidence", "source", "provenance"),
        *("evaluated", "tables", "sections", "problems"),
    ]
    assert (found["agency"], found["year"], found["published"]) == (
        "瑞安市人民政府",
        2021,
        "2022-02-20",
    )
    tables = found["tables"]
    assert [len(row["values"]) for row in tables["disclosure"]["rows"]] == [3, 3, 1, 1, 1, 1]
    assert [len(row["values"]) for row in tables["applications"]["rows"]] == [7] * 25
    assert [row["values"] for row in tables["disputes"]["rows"]] == [
        [44, 9, 5, 5, 63],
        [8, 0, 1, 0, 9],
        [27, 0, 0, 8, 35],
    ]
    assert tables["disclosure"]["rows"][-1] == {
        "id": "fees",
        "label": "行政事业性收费",
        "values": [32367.144295],
        "raw": ["32367.144295"],
        "states": ["stated"],
        "implied": [None],
    }
    assert list(found["sections"]) == ["1", "5", "6"]


def test_check_of_a_clean_report() -> None:
    run = run_command("check", RUIAN, "--json")
    assert run.returncode == 0
    [found] = json.loads(run.stdout)
    assert list(found) == ["report", "evaluated", "checked", "assumed", "findings"]
    assert found["checked"] == 42
    assert [item for item in found["findings"] if item["severity"] == "error"] == []
    assert found["report"] == {
        "title": "瑞安市人民政府2021年政府信息公开工作年度报告",
        "agency": "瑞安市人民政府",
        "body": {
            "name": "瑞安市人民政府",
            "level": "county",
            "kind": "government",
            "department": "",
            "parent": "温州市",
            "code": "330381",
        },
        "year": 2021,
        "evidence": {
            "agency": {"value": "瑞安市人民政府", "source": RUIAN_TITLE, "certainty": "certain"},
            "year": {"value": "2021", "source": RUIAN_TITLE, "certainty": "certain"},
            "published": {
                "value": "2022-02-20",
                "source": "发布日期: 2022- 02- 20 14: 36 浏览次数: 来源: 瑞安市 字体:[ ]",
                "certainty": "certain",
            },
        },
        "source": RUIAN,
        "provenance": [],
    }


def test_check_of_a_broken_report_exits_1_and_says_where() -> None:
    run = run_command("check", BROKEN)
    assert run.returncode == 1
    assert "表四" in run.stdout
    assert "✗ 错误" in run.stdout
    assert run.stderr == ""


@pytest.mark.parametrize("mark", ["~$年报.txt", ".~年报.txt", ".~lock.年报.txt#", "~$其他.txt"])
def test_what_is_checked_of_a_file_that_is_open_is_what_was_saved(
    mark: str, tmp_path: Path
) -> None:
    place = tmp_path / "年报.txt"
    place.write_bytes(Path(RUIAN).read_bytes())
    (tmp_path / mark).write_bytes(b"")
    said = "年报.txt可能正在其他程序中打开，校验的是上次保存的内容；请保存后再校验。\n"
    for form in ([], ["--json"]):
        run = run_command("check", str(place), *form)
        assert (run.returncode, run.stderr) == (0, said * (mark != "~$其他.txt"))


def test_several_sources_give_a_list_and_the_gravest_code(tmp_path: Path) -> None:
    run = run_command("check", RUIAN, BROKEN, str(tmp_path / "missing.html"), "--json")
    assert run.returncode == 2
    found = json.loads(run.stdout)
    read = ["assumed", "checked", "evaluated", "findings", "report"]
    assert [sorted(item) for item in found] == [read] * 2 + [["error", "source"]]
    assert len(run.stderr.splitlines()) == 1
    assert CHINESE_SENTENCE.search(run.stderr.strip())


def test_standard_input() -> None:
    run = run_command("check", "-", stdin=Path(RUIAN).read_bytes())
    assert run.returncode == 0, run.stderr
    assert "42项" in run.stdout


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.html", b""),
        (
            "login.html",
            "<title>登录</title><form>用户名<input><input type=password></form>".encode(),
        ),
        ("prose.txt", "今天天气很好。".encode()),
        ("truncated.pdf", b"%PDF-1.7\n1 0 obj <<"),
        ("zip.xlsm", b"PK\x03\x04" + b"\0" * 50),
        ("fake.xlsm", b"PK\x03\x04" + b"\0" * 50 + b"xl/workbook.xml"),
        ("noise.bin", bytes(range(256)) * 40),
    ],
)
@pytest.mark.parametrize("command", ["read", "check", "fill"])
def test_bad_input_gets_one_chinese_sentence(
    tmp_path: Path, command: str, name: str, content: bytes
) -> None:
    source = tmp_path / name
    source.write_bytes(content)
    target = ["-o", tmp_path / "out.xlsm"] if command == "fill" else []
    run = run_command(command, source, *target)
    assert run.returncode == 2
    assert run.stdout == ""
    assert len(run.stderr.splitlines()) == 1
    assert CHINESE_SENTENCE.search(run.stderr.strip()), run.stderr
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["read"],
        ["fill", RUIAN],
        ["rules", "--edition", "1999"],
        ["check", RUIAN, "--x"],
    ],
)
def test_wrong_arguments_are_explained_in_chinese(arguments: list[str]) -> None:
    run = run_command(*arguments)
    assert run.returncode == 2
    assert run.stdout == ""
    assert len(run.stderr.splitlines()) == 1
    assert "查看用法" in run.stderr


def test_fill_then_check_then_refuse_to_overwrite(tmp_path: Path) -> None:
    target = tmp_path / "报告.xlsm"
    assert run_command("fill", BROKEN, "-o", str(target)).returncode == 1
    before = target.read_bytes()
    again = run_command("fill", RUIAN, "-o", str(target))
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert target.read_bytes() == before
    runs = [run_command("check", source, "--json") for source in (BROKEN, target)]
    checks = [json.loads(run.stdout)[0] for run in runs]
    assert [check["report"]["source"] for check in checks] == [BROKEN, str(target)]
    only_page = {"cause", "raws"}  # what the user typed into a workbook is not read a second time
    from_page, from_book = (
        [
            {key: f[key] for key in f.keys() - only_page}
            for f in check["findings"]
            if f["severity"] == "error"
        ]
        for check in checks
    )
    assert from_page == from_book
    assert run_command("fill", RUIAN, "-o", str(target), "--force").returncode == 0
    assert run_command("check", str(target)).returncode == 0


def test_template_is_the_blank_workbook(tmp_path: Path) -> None:
    target = tmp_path / "blank.xlsm"
    assert run_command("template", "-o", str(target)).returncode == 0
    assert target.read_bytes() == blank("report", ".xlsm")
    assert run_command("template", "--batch", "-o", str(tmp_path / "batch.XLSX")).returncode == 0
    assert (tmp_path / "batch.XLSX").read_bytes() == blank("batch", ".xlsx")
    assert run_command("template", "-o", str(target)).returncode == 2


def test_rules_lists_every_relation() -> None:
    assert len(json.loads(run_command("rules", "--json").stdout)) == 42
    assert len(json.loads(run_command("rules", "--edition", "2019", "--json").stdout)) == 40
    text = run_command("rules").stdout
    assert "applications.balance.natural" in text
    assert (
        "一、本年新收政府信息公开申请数量＋二、上年结转政府信息公开申请数量＝（七）总计＋四、"
        "结转下年度继续办理"
    ) in text


def test_demo_imports_by_url_and_shows_both_outcomes(tmp_path: Path) -> None:
    run = run_command("demo", "-o", str(tmp_path))
    assert run.returncode == 0, run.stderr
    # the published period lacks 年; its prose counts the documents of 市本级 alone
    assert "核对42项勾稽关系，没有错误，3处提示" in run.stdout
    assert "✗ 错误" in run.stdout
    assert len(list(tmp_path.glob("*.xlsx"))) == 2


def test_an_internal_error_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(options: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("gongkai.cli.rules.run_rules", fail)
    assert cli.main(["rules"]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_help_is_chinese() -> None:
    for arguments in ([], ["read"], ["check"], ["fill"], ["rules"], ["template"], ["demo"]):
        text = run_command(*arguments, "--help").stdout
        assert text.startswith("用法：")
        assert not re.search(r"\b(show|options|positional|arguments|usage)\b", text)


def test_odd_targets_are_refused_and_left_alone(tmp_path: Path) -> None:
    source = tmp_path / "report.txt"
    source.write_bytes(Path(RUIAN).read_bytes())
    pipe, link, kept = tmp_path / "pipe", tmp_path / "link.xlsm", tmp_path / "kept.xlsm"
    os.mkfifo(pipe)
    for target in (source, pipe, tmp_path, tmp_path / ("x" * 300), tmp_path / "none" / "a.xlsm"):
        run = run_command("fill", str(source), "-o", str(target), "--force")
        assert (run.returncode, len(run.stderr.splitlines())) == (2, 1)
        assert CHINESE_SENTENCE.search(run.stderr.strip()), run.stderr
        assert "内部错误" not in run.stderr
    assert source.read_bytes() == Path(RUIAN).read_bytes()
    assert pipe.is_fifo()
    kept.write_bytes(b"old")
    kept.chmod(0o640)
    link.symlink_to(kept)
    assert run_command("fill", str(source), "-o", str(link), "--force").returncode == 0
    assert link.is_symlink()
    assert kept.stat().st_mode & 0o777 == 0o640
    assert run_command("check", str(kept)).returncode == 0
    assert run_command("demo", "-o", str(source)).returncode == 2


def test_a_template_is_not_filled_in_place(tmp_path: Path) -> None:
    mine = tmp_path / "mine.xlsm"
    assert run_command("template", "-o", str(mine)).returncode == 0
    before = mine.read_bytes()
    run = run_command("fill", RUIAN, "--template", str(mine), "-o", str(mine), "--force")
    assert (run.returncode, run.stdout, run.stderr) == (
        2,
        "",
        "mine.xlsm就是所用的模板，没有写入；请另选文件名。\n",
    )
    assert mine.read_bytes() == before


@pytest.mark.parametrize("command", [("fill", RUIAN), ("template",), ("demo",)])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "没有给出文件名"),
        (f"{'x' * 300}.xlsx", "文件名太长"),
        ("kept/a.xlsx", "不是文件夹"),
        ("kept", "kept"),
    ],
)
def test_odd_outputs_get_one_sentence(
    command: tuple[str, ...], name: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "kept").write_text("mine")
    run = run_command(*command, "-o", str(tmp_path / name) if name else "")
    assert (run.returncode, run.stdout, len(run.stderr.splitlines())) == (2, "", 1)
    assert said in run.stderr
    assert CHINESE_SENTENCE.search(run.stderr.strip()), run.stderr
    assert "内部错误" not in run.stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("kept", "mine")]


# --- names that are unruly ------------------------------------------------------------------------


def test_unruly_names_stay_on_their_line(tmp_path: Path) -> None:
    plain = run_command("check", RUIAN).stdout.splitlines()
    folder = os.fsencode(tmp_path)
    name, book = folder + b"/\xff\n\x1b[1m.txt", folder + b"/\xff\r\n.xlsm"
    Path(os.fsdecode(name)).write_bytes(Path(RUIAN).read_bytes())
    check = run_command("check", name)
    assert (check.returncode, len(check.stdout.splitlines())) == (0, len(plain))
    assert "\x1b" not in check.stdout
    filled = run_command("fill", name, "-o", book)
    assert (filled.returncode, len(filled.stdout.splitlines())) == (0, len(plain) + 1)
    wrong = (
        ("check", book + b"x"),
        ("fill", name, "-o", book),
        ("template", "-o", book),
        ("rules", name),
    )
    for arguments in wrong:
        run = run_command(*arguments)
        assert (run.returncode, run.stdout, len(run.stderr.splitlines())) == (2, "", 1)
    found = run_command("check", name, "--json")
    assert (found.returncode, found.stderr) == (0, "")
    [checked] = json.loads(found.stdout)
    assert checked["checked"] == 42


def test_the_file_behind_standard_input_is_not_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.xlsx"  # whatever its name says
    page.write_bytes(Path(RUIAN).read_bytes())
    with page.open() as given:
        same = run_command("fill", "-", "-o", page, "--force", stdin=given)
    assert (same.returncode, "就是报告的来源" in same.stderr) == (2, True)
    assert page.read_bytes() == Path(RUIAN).read_bytes()
    with page.open() as given:
        other = run_command("fill", "-", "-o", f"{page}.xlsm", stdin=given)
    assert other.returncode == 0


# --- outputs that are unruly ----------------------------------------------------------------------

PRINTING = [
    ["rules"],
    ["rules", "--json"],
    ["read", RUIAN],
    ["check", BROKEN, "--json"],
    ["--help"],
    ["--version"],
]
# By default one of them in a process of its own, and all of them within this one.
OTHERS = [pytest.param(arguments, marks=pytest.mark.slow) for arguments in PRINTING[1:]]
BY_PROCESS = [PRINTING[0], *OTHERS]
CLOSED = "结果无法输出：标准输出已关闭，请改变输出的去向后再试。\n"
FULL = "结果无法输出：磁盘空间不足，请改变输出的去向后再试。\n"


def in_shell(line: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A line of a shell in which GONGKAI stands for the command with these arguments."""
    line = line.replace("GONGKAI", shlex.join([*PROCESS, *arguments]))
    return subprocess.run(["bash", "-c", line], capture_output=True, check=False, encoding="utf-8")


@pytest.mark.process
@pytest.mark.parametrize("arguments", BY_PROCESS)
def test_an_outcome_that_cannot_be_written_is_said(arguments: list[str], tmp_path: Path) -> None:
    closed = in_shell("GONGKAI >&-", *arguments)
    assert (closed.returncode, closed.stderr) == (2, CLOSED)
    # A limit on the size of files stands in for a full disk.
    output = shlex.quote(str(tmp_path / "out"))
    full = in_shell(f"ulimit -f 0; GONGKAI > {output}", *arguments)
    assert (full.returncode, full.stderr) == (2, FULL)


@pytest.mark.parametrize("arguments", PRINTING)
def test_whatever_prints_says_that_it_cannot(arguments: list[str], tmp_path: Path) -> None:
    closed = run_command(*arguments, stdout=None)
    assert (closed.returncode, closed.stderr) == (2, CLOSED)
    with (tmp_path / "out").open("w") as output, disk_of(0):
        full = run_command(*arguments, stdout=output)
    assert (full.returncode, full.stderr) == (2, FULL)


@pytest.mark.process
@pytest.mark.parametrize("arguments", BY_PROCESS)
def test_a_reader_that_stops_early_is_no_unreadable_source(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        process = subprocess.Popen([*PROCESS, *arguments], stdout=writer, stderr=subprocess.PIPE)
        _, errors = process.communicate()
    finally:
        os.close(writer)
    assert (process.returncode, errors) == (cli.READER_GONE, b"")


@pytest.mark.parametrize("arguments", PRINTING)
def test_whatever_prints_may_lose_its_reader(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as output:
        run = run_command(*arguments, stdout=output)
    assert (run.returncode, run.stderr) == (cli.READER_GONE, "")


@pytest.mark.process
def test_what_libraries_print_does_not_stand_in_the_output() -> None:
    """A library in C may print a line of its own, as the solver did that was once used."""
    code = (
        "import ctypes, os, sys\n"
        "from gongkai.cli import main\n"
        "code = main(['rules', '--json'])\n"
        "os.write(1, b'HighsMipSolverData')\n"
        "sys.exit(code)\n"
    )
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, check=True
    )
    assert len(json.loads(run.stdout.decode())) == 42


@pytest.mark.process
def test_errors_do_not_take_the_place_of_the_output() -> None:
    """What is opened first gets the number of the stream that the shell closed."""
    run = in_shell("GONGKAI 2>&-", "read", "missing.html", RUIAN, "--json")
    unread, report = json.loads(run.stdout)
    assert (run.returncode, sorted(unread), report["year"]) == (2, ["error", "source"], 2021)


def test_errors_never_go_to_standard_output() -> None:
    with open(os.devnull, "w") as nowhere:
        for messages in (None, nowhere):
            run = run_command("check", "missing.html", BROKEN, "--json", stderr=messages)
            unread, broken = json.loads(run.stdout)
            assert (run.returncode, sorted(unread)) == (2, ["error", "source"])
            assert sorted(broken) == ["assumed", "checked", "evaluated", "findings", "report"]
            assert run_command("nonsense", stderr=messages).stdout == ""


def test_an_output_without_chinese_letters_is_no_failure() -> None:
    for arguments in (["--help"], ["rules"], ["nonsense"]):
        run = run_command(*arguments, encoding="ascii")
        assert run.returncode == (2 if arguments == ["nonsense"] else 0)
        assert "?" in run.stdout + run.stderr
        assert "Traceback" not in run.stderr


@pytest.mark.parametrize("command", [["fill", RUIAN], ["fill", RUIAN, "--json"], ["template"]])
def test_a_file_that_was_written_is_named_where_the_output_fails(
    command: list[str], tmp_path: Path
) -> None:
    target = tmp_path / "a.xlsm"
    run = run_command(*command, "-o", target, stdout=None)
    assert run.returncode == 2
    assert re.fullmatch(r".*a\.xlsm已写入；但结果无法输出.*。\s*", run.stderr)
    assert target.exists()


@pytest.mark.process
def test_the_command_in_this_process_is_as_one_of_its_own(tmp_path: Path) -> None:
    """What stands in for nearly all processes of the suite: the same bytes, the same exit code."""
    name = os.fsencode(tmp_path) + b"/\xff\n\x1b[1m.txt"  # no text in any encoding
    Path(os.fsdecode(name)).write_bytes(Path(RUIAN).read_bytes())
    same_as_process(PROCESS, ["check", BROKEN, "missing.html", name])
    same_as_process(PROCESS, ["read", "-", "--json"], Path(BROKEN).read_bytes())
    same_as_process(PROCESS, ["check", RUIAN, "--x"])
    same_as_process([sys.executable, "-m", "gongkai"], ["rules"], encoding="ascii")


def same_as_process(
    process: list[str], arguments: list[str | bytes], stdin: bytes = b"", encoding: str = "utf-8"
) -> None:
    run = subprocess.run(
        [*process, *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    here = run_command(*arguments, stdin=stdin, encoding=encoding)
    streams = here.stdout.encode(encoding), here.stderr.encode(encoding)
    assert (run.returncode, run.stdout, run.stderr) == (here.returncode, *streams)
