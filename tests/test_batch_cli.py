"""Room: tests. ``gongkai batch`` as its users call it: exit codes, output, confirmation, bar, interruption."""

from __future__ import annotations

import inspect
import io
import json
import os
import pty
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gongkai.batch import Imported, run_batch
from gongkai.cli import batch as cli_batch
from gongkai.cli.batch import Progress, fitting, width_of
from gongkai.cli.console import INTERRUPTED
from gongkai.workbook.rows import DONE, BatchRow
from helpers.batches import COMMAND, bodies, command, list_file, names_in, page, served
from helpers.web.server import answer, serving

SENTENCE = re.compile(r"[\u4e00-\u9fff].*[。）]$")
QUICK = ("--pause", "0")


def index_page(count: int) -> bytes:
    links = (f"<a href='/{n}.html'>{name}2021年政府信息公开年度报告</a>" for n, name in enumerate(bodies(count), 1))
    return f"<html><body>{''.join(links)}</body></html>".encode()


# --- outcome ------------------------------------------------------------------------------------------------------


def test_exit_codes_and_output(tmp_path: Path) -> None:
    with serving(served(bodies(3))) as server:
        sound = list_file(tmp_path / "sound.txt", [server.url("/1.html"), server.url("/2.html")])
        wrong = list_file(tmp_path / "wrong.txt", [server.url("/1.html"), server.url("/3.html")])
        poor = list_file(tmp_path / "poor.txt", [server.url("/3.html"), server.url("/4.html")])
        runs = [command(place, "-o", tmp_path / "out", *QUICK) for place in (sound, wrong, poor)]
    assert [run.returncode for run in runs] == [0, 1, 2]
    assert [run.stdout.splitlines()[0] for run in runs] == [
        "完成2份，跳过已完成的0份，失败0个；有勾稽错误的报告0份。",
        "完成1份，跳过已完成的1份，失败0个；有勾稽错误的报告1份。",
        "完成0份，跳过已完成的1份，失败1个；有勾稽错误的报告1份。",
    ]
    assert runs[0].stdout.splitlines()[1] == f"汇总：{tmp_path}/out/汇总.xlsm、{tmp_path}/out/汇总.csv"
    line = re.compile(r"\[\d/2\] 完成 http://\S+ (第\d县人民政府) 2021 错误0处 \1(?:2021)年度报告\.xlsm")
    assert [bool(line.fullmatch(text)) for text in runs[0].stderr.splitlines()] == [True, True]
    assert "失败" in runs[2].stderr
    assert "404" in runs[2].stderr


def test_a_report_with_an_unread_figure_is_not_passed_over(tmp_path: Path) -> None:
    unread = page().replace(b">143<", ">143（2020年）<".encode(), 1)
    assert unread != page()
    (tmp_path / "report.html").write_bytes(unread)
    place = list_file(tmp_path / "list.txt", [str(tmp_path / "report.html")])
    for _ in range(2):
        found = command(place, "-o", tmp_path / "out", *QUICK)
        assert "有内容没有读出或需核实的1份" in found.stdout.splitlines()[0]
        assert found.returncode == 0
    assert "错误0处，警告1处" in command(place, "-o", tmp_path / "other", *QUICK).stderr


def test_json_is_that_of_check(tmp_path: Path) -> None:
    with serving(served(bodies(3))) as server:
        sources = [server.url(f"/{n}.html") for n in (3, 9, 1)]
        place = list_file(tmp_path / "list.txt", sources)
        for _ in range(2):
            run = command(place, "-o", tmp_path / "out", "--json", *QUICK)
            found = json.loads(run.stdout)
            assert run.returncode == 2
            assert [sorted(item) for item in found] == [
                ["checked", "findings", "report", "workbook"],
                ["error", "source"],
                ["checked", "findings", "report", "workbook"],
            ]
            assert found[0]["report"]["source"] == sources[0]
            assert found[1]["source"] == sources[1]
            assert found[0]["workbook"] == str(tmp_path / "out" / "第3县人民政府2021年度报告.xlsm")
            assert [item["severity"] for item in found[0]["findings"]].count("error") == 2
        checked = subprocess.run([*COMMAND[:-1], "check", sources[0], "--json"], capture_output=True, check=False)
        assert json.loads(checked.stdout) == {key: found[0][key] for key in ("report", "checked", "findings")}


def test_help_is_chinese_and_says_the_real_defaults() -> None:
    text = command("--help").stdout
    assert text.startswith("用法：gongkai batch")
    assert not re.search(r"\b(show|options|positional|arguments|usage|default)\b", text)
    defaults = {name: item.default for name, item in inspect.signature(run_batch).parameters.items()}
    assert (defaults["per_host"], defaults["pause"]) == (cli_batch.PER_HOST, cli_batch.PAUSE) == (2, 1.0)
    assert "（默认 2，最多 8）" in text
    assert "（默认 1）" in text
    assert cli_batch.DONE == DONE


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["x.txt"],
        ["x.txt", "-o", ""],
        ["x.txt", "-o", "out", "--per-host", "0"],
        ["x.txt", "-o", "out", "--per-host", "二"],
        ["x.txt", "-o", "out", "--per-host", "99"],
        ["x.txt", "-o", "out", "--pause", "-1"],
        ["x.txt", "-o", "out", "--pause", "nan"],
        ["x.txt", "-o", "out"],
        ["", "-o", "out"],
        ["x\ty\x1b[1m", "-o", "out"],
    ],
)
def test_wrong_arguments_get_one_sentence(arguments: list[str], tmp_path: Path) -> None:
    run = subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        check=False,
        encoding="utf-8",
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
    )
    assert (run.returncode, run.stdout, len(run.stderr.splitlines())) == (2, "", 1)
    assert SENTENCE.search(run.stderr.strip()), run.stderr
    assert "内部错误" not in run.stderr
    assert list(tmp_path.iterdir()) == []


# --- a directory page ---------------------------------------------------------------------------------------------


def test_a_directory_is_listed_first_and_imported_with_yes(tmp_path: Path) -> None:
    with serving({**served(bodies(2)), "/": [answer(index_page(2))]}) as server:
        listed = command(server.url(), "-o", tmp_path / "out")
        assert (listed.returncode, listed.stderr.count("\n"), "--yes" in listed.stderr) == (2, 1, True)
        assert listed.stdout.splitlines() == [
            "# 第1县人民政府2021年政府信息公开年度报告",
            server.url("/1.html"),
            "# 第2县人民政府2021年政府信息公开年度报告",
            server.url("/2.html"),
        ]
        assert not (tmp_path / "out").exists()
        as_json = json.loads(command(server.url(), "-o", tmp_path / "out", "--json").stdout)
        assert as_json[0] == {
            "source": server.url("/1.html"),
            "title": "第1县人民政府2021年政府信息公开年度报告",
            "year": 2021,
        }
        yes = command(server.url(), "-o", tmp_path / "out", "--yes", *QUICK)
        assert (yes.returncode, yes.stdout[:5]) == (0, "完成2份，")
        saved = tmp_path / "名单.txt"
        saved.write_text(listed.stdout, encoding="utf-8")  # what was listed is a list
        again = command(saved, "-o", tmp_path / "out", *QUICK)
        assert "跳过已完成的2份" in again.stdout


def at_terminal(arguments: list[str], talk: Callable[[int, bytes], None]) -> tuple[int, str]:
    """The command with a terminal for input, output and errors; ``talk`` sees each piece of output."""
    terminal, inner = pty.openpty()
    command = [*COMMAND, *arguments]
    process = subprocess.Popen(command, stdin=inner, stdout=inner, stderr=inner, start_new_session=True)
    os.close(inner)
    seen = b""
    while data := read_some(terminal):
        seen += data
        talk(terminal, seen)
    os.close(terminal)
    return process.wait(), seen.decode()


def read_some(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the command has ended
        return b""


@pytest.mark.parametrize(("reply", "code"), [(b"y\n", 0), (b"\n", 2), (b"\x04", 2)])
def test_a_terminal_is_asked(tmp_path: Path, reply: bytes, code: int) -> None:
    answered: list[bytes] = []

    def talk(terminal: int, seen: bytes) -> None:
        if not answered and "输入 y".encode() in seen:
            answered.append(reply)
            os.write(terminal, reply)

    with serving({**served(bodies(2)), "/": [answer(index_page(2))]}) as server:
        got, seen = at_terminal([server.url(), "-o", str(tmp_path / "out"), *QUICK], talk)
    assert got == code
    assert "第2县人民政府2021年政府信息公开年度报告" in seen
    assert (tmp_path / "out").exists() == (code == 0)
    assert ("没有导入" in seen) == (code == 2)


def test_a_bar_at_a_terminal(tmp_path: Path) -> None:
    with serving(served(bodies(3)), gap=0.1) as server:
        place = list_file(tmp_path / "list.txt", [server.url(f"/{n}.html") for n in range(1, 5)])
        code, seen = at_terminal([str(place), "-o", str(tmp_path / "out"), *QUICK], lambda *_: None)
    assert code == 2
    assert re.search(r"\r\[#{20}\] 4/4 失败1 有错误1 \d+\.\d个/秒", seen)
    assert re.search(r"失败 http://\S+：服务器答复状态 404", seen)
    assert all(width_of(line) <= 80 for line in re.split(r"[\r\n]", seen) if line.startswith("["))


def test_a_sentence_never_takes_the_bar_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last source of a run may be one that failed."""
    seen = io.StringIO()
    monkeypatch.setattr("sys.stderr", seen)
    progress = Progress(1)
    progress.bar = True
    progress.step(Imported(BatchRow("x", "失败", message="坏。")))
    progress.end()
    assert seen.getvalue().splitlines()[-1].split("\r")[-1].startswith("[####################] 1/1")


def test_a_bar_never_breaks_a_line() -> None:
    assert fitting("[##]　完成\n\x1b[1m中文", 8) == "[##] 完"
    assert width_of("中a") == 3


# --- stopping -----------------------------------------------------------------------------------------------------


def test_interrupted_and_taken_up_again(tmp_path: Path) -> None:
    with serving(served(bodies(12)), gap=0.1) as server:
        place = list_file(tmp_path / "list.txt", [server.url(f"/{n}.html") for n in range(1, 13)])
        out = tmp_path / "out"
        process = subprocess.Popen(
            [*COMMAND, str(place), "-o", str(out), "--pause", "0.1"],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests run in the background ignore it
        )
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, errors = process.communicate(timeout=30)
        assert time.monotonic() - began < 10
        assert process.returncode == INTERRUPTED
        assert "已中止" in errors.decode().splitlines()[-1]
        assert b"Traceback" not in errors
        assert ".gongkai-part" not in names_in(out)
        assert (out / "汇总.csv").exists()
        again = command(place, "-o", out, *QUICK)
    assert again.returncode == 1
    assert re.match(r"完成\d+份，跳过已完成的[1-9]\d*份，失败0个；有勾稽错误的报告4份。", again.stdout)
    assert len([name for name in names_in(out) if name.endswith("报告.xlsm")]) == 12


def test_a_full_disk_stops_with_a_sentence_and_keeps_what_is_done(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk."""
    with serving(served(bodies(2))) as server:
        place = list_file(tmp_path / "list.txt", [server.url("/1.html"), server.url("/2.html")])
        arguments = shlex.join([*COMMAND, str(place), "-o", str(tmp_path / "out"), *QUICK])
        full = subprocess.run(["bash", "-c", f"ulimit -f 20; {arguments}"], capture_output=True, check=False)
        assert full.returncode == 2
        assert "磁盘空间不足" in full.stderr.decode().splitlines()[-1]
        assert "接着导入" in full.stderr.decode()
        assert b"Traceback" not in full.stderr
        assert [name for name in names_in(tmp_path / "out") if name.endswith((".xlsm", "part"))] == []
        assert command(place, "-o", tmp_path / "out", *QUICK).returncode == 0


def test_two_commands_at_once(tmp_path: Path) -> None:
    with serving(served(bodies(6)), gap=1.0) as server:
        place = list_file(tmp_path / "list.txt", [server.url(f"/{n}.html") for n in range(1, 7)])
        first = subprocess.Popen(
            [*COMMAND, str(place), "-o", str(tmp_path / "out")], stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert first.stderr is not None
        first.stderr.readline()
        second = command(place, "-o", tmp_path / "out")
        assert (second.returncode, "另一个批量导入" in second.stderr) == (2, True)
        first.communicate(timeout=60)
    assert first.returncode == 1


def test_a_summary_that_cannot_be_written_is_said_at_the_end(tmp_path: Path) -> None:
    source = tmp_path / "a.html"
    source.write_bytes(page())
    assert command(source, "-o", tmp_path / "out").returncode == 0
    (tmp_path / "out" / "汇总.xlsm").unlink()
    (tmp_path / "out" / "汇总.xlsm").mkdir()
    run = command(source, "-o", tmp_path / "out")
    assert (run.returncode, run.stdout[:4]) == (2, "完成0份")
    assert "汇总.xlsm是文件夹" in run.stderr


def test_an_output_that_nobody_reads(tmp_path: Path) -> None:
    source = tmp_path / "a.html"
    source.write_bytes(page())
    for redirection, said in ((">&-", "结果无法输出"), ("2>&-", "")):
        quoted = shlex.join([*COMMAND, str(source), "-o", str(tmp_path / "out")])
        run = subprocess.run(
            ["bash", "-c", f"{quoted} {redirection}"], capture_output=True, check=False, encoding="utf-8"
        )
        assert run.returncode == (2 if said else 0)
        assert said in run.stderr
        assert "Traceback" not in run.stderr
