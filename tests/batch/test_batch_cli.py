"""``gongkai batch`` as its users call it: exit codes, output, confirmation, bar, interruption."""

from __future__ import annotations

import inspect
import io
import json
import os
import pty
import re
import signal
import subprocess
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gongkai.batch import Imported, run_batch
from gongkai.cli.batch import Progress, fitting, width_of
from gongkai.cli.console import INTERRUPTED
from gongkai.cli.parser import PAUSE, PER_HOST
from gongkai.workbook.lists import BatchRow
from helpers.batches import COMMAND, bodies, command, list_file, names_in, page, served
from helpers.command import disk_of, run_command
from helpers.waiting import PATIENCE
from helpers.web.server import answer, serving

SENTENCE = re.compile(r"[\u4e00-\u9fff].*[。）]$")
QUICK = ("--pause", "0")


def index_page(count: int) -> bytes:
    links = (
        f"<a href='/{n}.html'>{name}2021年政府信息公开年度报告</a>"
        for n, name in enumerate(bodies(count), 1)
    )
    return f"<html><body>{''.join(links)}</body></html>".encode()


# --- outcome --------------------------------------------------------------------------------------


def test_exit_codes_and_output(tmp_path: Path) -> None:
    with serving(served(bodies(3))) as server:
        sound = list_file(tmp_path / "sound.txt", [server.url("/1.html"), server.url("/2.html")])
        wrong = list_file(tmp_path / "wrong.txt", [server.url("/1.html"), server.url("/3.html")])
        poor = list_file(tmp_path / "poor.txt", [server.url("/3.html"), server.url("/4.html")])
        runs = [command(place, "-o", tmp_path / "out", *QUICK) for place in (sound, wrong, poor)]
    assert [run.returncode for run in runs] == [0, 1, 2]
    assert [run.stdout.splitlines()[0] for run in runs] == [
        "完成2份，跳过已完成的0份，失败0份；有勾稽错误的报告0份。",
        "完成1份，跳过已完成的1份，失败0份；有勾稽错误的报告1份。",
        "完成0份，跳过已完成的1份，失败1份；有勾稽错误的报告1份。",
    ]
    assert (
        runs[0].stdout.splitlines()[1] == f"汇总：{tmp_path}/out/汇总.xlsx、{tmp_path}/out/汇总.csv"
    )
    line = re.compile(
        r"\[\d/2\] 完成 http://\S+ (第\d县人民政府) 2021 错误0处 \1(?:2021)年度报告\.xlsx"
    )
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
                ["assumed", "checked", "evaluated", "findings", "report", "workbook"],
                ["error", "source"],
                ["assumed", "checked", "evaluated", "findings", "report", "workbook"],
            ]
            assert found[0]["report"]["source"] == sources[0]
            assert found[1]["source"] == sources[1]
            assert found[0]["workbook"] == str(tmp_path / "out" / "第3县人民政府2021年度报告.xlsx")
            (error,) = (item for item in found[0]["findings"] if item["severity"] == "error")
            assert len(error["sums"]) == 2
        checked = run_command("check", sources[0], "--json")
        shared = ("report", "evaluated", "checked", "assumed", "findings")
        assert json.loads(checked.stdout) == [{key: found[0][key] for key in shared}]


def test_help_is_chinese_and_says_the_real_defaults() -> None:
    text = command("--help").stdout
    assert text.startswith("用法：gongkai batch")
    assert not re.search(r"\b(show|options|positional|arguments|usage|default)\b", text)
    defaults = {
        name: item.default for name, item in inspect.signature(run_batch).parameters.items()
    }
    assert (defaults["per_host"], defaults["pause"]) == (PER_HOST, PAUSE) == (2, 1.0)
    assert "（默认 2，最多 8）" in text
    assert "（默认 1）" in text


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
def test_wrong_arguments_get_one_sentence(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = command(*arguments)
    assert (run.returncode, run.stdout, len(run.stderr.splitlines())) == (2, "", 1)
    assert SENTENCE.search(run.stderr.strip()), run.stderr
    assert "内部错误" not in run.stderr
    assert list(tmp_path.iterdir()) == []


# --- a directory page -----------------------------------------------------------------------------


def test_a_directory_is_listed_first_and_imported_with_yes(tmp_path: Path) -> None:
    with serving({**served(bodies(2)), "/": [answer(index_page(2))]}) as server:
        listed = command(server.url(), "-o", tmp_path / "out")
        assert (listed.returncode, listed.stderr.count("\n"), "--yes" in listed.stderr) == (
            2,
            1,
            True,
        )
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


# --- a terminal -----------------------------------------------------------------------------------

QUESTION = "输入 y".encode()
COLUMNS = 80


class Terminal:
    """A terminal of 80 columns: ``inner`` is the command's side, ``seen`` what it shows.

    Whoever sits at it types ``reply`` once it is asked.
    """

    def __init__(self, reply: bytes) -> None:
        self.reply, self.seen = reply, b""
        self.outer, self.inner = pty.openpty()
        termios.tcsetwinsize(self.inner, (24, COLUMNS))
        self.user = threading.Thread(target=self.watch)

    def watch(self) -> None:
        while data := read_some(self.outer):
            self.seen += data
            if self.reply and QUESTION in self.seen:
                os.write(self.outer, self.reply)
                self.reply = b""

    def end(self) -> str:
        """What was shown; the command's side must be closed."""
        self.user.join()
        os.close(self.outer)
        return self.seen.decode()


def read_some(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the command has ended
        return b""


def at_terminal(reply: bytes, start: Callable[[int], int]) -> tuple[int, str]:
    """The exit code of what ``start`` runs at a terminal's inner side, and what was shown."""
    terminal = Terminal(reply)
    terminal.user.start()
    try:
        code = start(terminal.inner)
    finally:
        os.close(terminal.inner)
        seen = terminal.end()
    return code, seen


def run_at(inner: int, *arguments: object) -> int:
    with (
        open(inner, encoding="utf-8", closefd=False) as stdin,
        open(inner, "w", encoding="utf-8", closefd=False) as output,
    ):
        run = run_command("batch", *arguments, stdin=stdin, stdout=output, stderr=output)
    return run.returncode


@pytest.mark.parametrize(("reply", "code"), [(b"y\n", 0), (b"\n", 2), (b"\x04", 2)])
def test_a_terminal_is_asked(tmp_path: Path, reply: bytes, code: int) -> None:
    with serving({**served(bodies(2)), "/": [answer(index_page(2))]}) as server:
        arguments = server.url(), "-o", tmp_path / "out", *QUICK
        got, seen = at_terminal(reply, lambda inner: run_at(inner, *arguments))
    assert got == code
    assert "第2县人民政府2021年政府信息公开年度报告" in seen
    assert (tmp_path / "out").exists() == (code == 0)
    assert ("没有导入" in seen) == (code == 2)


@pytest.mark.process
def test_a_question_and_a_bar_at_a_terminal(tmp_path: Path) -> None:
    """A directory whose fourth link leads nowhere."""
    variables = dict(os.environ)
    variables.pop("COLUMNS", None)  # it would go before the terminal's own width

    def start(inner: int) -> int:
        run = subprocess.run(
            [*COMMAND, server.url(), "-o", str(tmp_path / "out"), *QUICK],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            check=False,
            start_new_session=True,
            env=variables,
        )
        return run.returncode

    with serving({**served(bodies(3)), "/": [answer(index_page(4))]}) as server:
        code, seen = at_terminal(b"y\n", start)
    assert code == 2
    assert "第4县人民政府2021年政府信息公开年度报告" in seen
    assert re.search(r"\r\[#{20}\] 4/4 失败1 有错误1 \d+\.\d个/秒", seen)
    assert re.search(r"失败 http://\S+：服务器答复状态 404", seen)
    pictures = [line for line in re.split(r"[\r\n]", seen) if line.startswith("[")]
    assert max(map(width_of, pictures)) <= COLUMNS


def test_a_sentence_never_takes_the_bar_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last source of a run may be one that failed."""
    seen = io.StringIO()
    monkeypatch.setattr("sys.stderr", seen)
    progress = Progress(["x"])
    progress.bar = True
    progress.step(Imported(BatchRow("x", "failed", message="坏。")))
    progress.end()
    assert seen.getvalue().splitlines()[-1].split("\r")[-1].startswith("[####################] 1/1")


def test_a_bar_never_breaks_a_line() -> None:
    assert fitting("[##]　完成\n\x1b[1m中文", 8) == "[##] 完"
    assert width_of("中a") == 3


# --- stopping -------------------------------------------------------------------------------------


Running = tuple["subprocess.Popen[bytes]", threading.Event]


@contextmanager
def in_the_midst_of_three(place: Path, out: Path) -> Iterator[Running]:
    """A batch in a process that has imported the first of three pages, the last one with errors.

    It waits for the others until the event is set.
    """
    resumed = threading.Event()
    pages = served(bodies(3))
    for late in ("/2.html", "/3.html"):
        pages[late] = [[resumed.wait, *chunks] for chunks in pages[late]]
    with serving(pages) as server:
        list_file(place, [server.url(path) for path in pages])
        process = subprocess.Popen(
            [*COMMAND, str(place), "-o", str(out), *QUICK],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(
                signal.SIGINT, signal.SIG_DFL
            ),  # tests run in the background ignore it
        )
        try:
            assert process.stderr is not None
            assert "[1/" in process.stderr.readline().decode()
            yield process, resumed
        finally:
            resumed.set()
            process.kill()
            process.communicate()


@pytest.mark.process
def test_interrupted_and_taken_up_again(tmp_path: Path) -> None:
    place, out = tmp_path / "list.txt", tmp_path / "out"
    with in_the_midst_of_three(place, out) as (process, resumed):
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)  # before anything is answered
        assert process.returncode == INTERRUPTED
        assert "已中止" in errors.decode().splitlines()[-1]
        assert b"Traceback" not in errors
        assert ".gongkai-part" not in names_in(out)
        assert (out / "汇总.csv").exists()
        resumed.set()
        again = command(place, "-o", out, *QUICK)
    assert again.returncode == 1
    assert again.stdout.startswith("完成2份，跳过已完成的1份，失败0份；有勾稽错误的报告1份。")
    assert len([name for name in names_in(out) if name.endswith("报告.xlsx")]) == 3


@pytest.mark.process
def test_two_commands_at_once(tmp_path: Path) -> None:
    place, out = tmp_path / "list.txt", tmp_path / "out"
    with in_the_midst_of_three(place, out) as (first, resumed):
        second = command(place, "-o", out, *QUICK)
        assert (second.returncode, "另一个批量导入" in second.stderr) == (2, True)
        resumed.set()
        first.communicate(timeout=PATIENCE)
    assert first.returncode == 1


def test_a_full_disk_stops_with_a_sentence_and_keeps_what_is_done(tmp_path: Path) -> None:
    with serving(served(bodies(2))) as server:
        place = list_file(tmp_path / "list.txt", [server.url("/1.html"), server.url("/2.html")])
        with disk_of(20_000):
            full = command(place, "-o", tmp_path / "out", *QUICK)
        assert full.returncode == 2
        assert "磁盘空间不足" in full.stderr.splitlines()[-1]
        assert "接着导入" in full.stderr
        assert [
            name for name in names_in(tmp_path / "out") if name.endswith((".xlsx", "part"))
        ] == []
        assert command(place, "-o", tmp_path / "out", *QUICK).returncode == 0


def test_a_summary_that_cannot_be_written_is_said_at_the_end(tmp_path: Path) -> None:
    source = tmp_path / "a.html"
    source.write_bytes(page())
    assert command(source, "-o", tmp_path / "out").returncode == 0
    (tmp_path / "out" / "汇总.xlsx").unlink()
    (tmp_path / "out" / "汇总.xlsx").mkdir()
    run = command(source, "-o", tmp_path / "out")
    assert (run.returncode, run.stdout[:4]) == (2, "完成0份")
    assert "汇总.xlsx是文件夹" in run.stderr


def test_an_output_that_nobody_reads(tmp_path: Path) -> None:
    source = tmp_path / "a.html"
    source.write_bytes(page())
    unheard = run_command("batch", source, "-o", tmp_path / "out", stdout=None)
    assert (unheard.returncode, "结果无法输出" in unheard.stderr) == (2, True)
    silent = run_command("batch", source, "-o", tmp_path / "out", stderr=None)
    assert (silent.returncode, silent.stdout[:4]) == (0, "完成0份")
