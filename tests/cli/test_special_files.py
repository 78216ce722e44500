"""A path that names a pipe, a device or a socket: every command says so at once, and nobody
waits.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from gongkai.model import GongkaiError
from helpers import DOCUMENTS
from helpers.command import run_command
from helpers.special import KINDS, watched

RUIAN = str(DOCUMENTS / "ruian-2021-text" / "source.txt")
BROKEN = str(DOCUMENTS / "broken-2022" / "source.html")
SENTENCE = re.compile(r".*[\u4e00-\u9fff].*。")

# Each command with every place where it opens a path that a user names: * is the path, OUT a new
# file or folder.
ONE_LINE = [
    "check *",
    "read *",
    "read * --json",
    "read --parts *",
    "fill * -o OUT",
    "fill RUIAN --template * -o OUT",
    "fill RUIAN --template * -o OUT --force",
    "fill RUIAN -o * --force",
    "adopt *",
    "adopt * 1",
    "dismiss * 1 --reason 理由",
    "confirm * 1",
    "dismiss BROKEN 1 --reason 理由 --with *",
    "dismiss BROKEN 1 --reason 理由 --levels *",
    "dismiss BROKEN 1 --reason 理由 --levels BROKEN --names *",
    "batch * -o OUT",
    "batch RUIAN -o *",
    "levels * BROKEN",
    "levels RUIAN *",
    "levels RUIAN BROKEN --names *",
    "levels RUIAN BROKEN -o *",
    "template -o *",
    "template -o * --force",
    "demo -o *",
]
# Where one of several cannot be read: its own line, and the others are read.
AMONG_OTHERS = [
    "check RUIAN *",
    "batch LIST -o OUT",
    "batch FOLDER -o OUT",
    "levels RUIAN LIST",
    "levels RUIAN FOLDER",
]


@pytest.fixture(autouse=True)
def nobody_waits() -> Iterator[None]:
    with watched():
        yield


@pytest.fixture(params=KINDS)
def special(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """The path of something that is no file, in a folder of its own, and the word for it."""
    make, word = KINDS[request.param]
    folder = tmp_path / "folder"
    folder.mkdir()
    return make(folder / "年报.html"), word


def ran(command: str, path: Path, tmp_path: Path) -> CompletedProcess[str]:
    names = tmp_path / "名单.txt"
    names.write_text(f"{RUIAN}\n{path}\n", encoding="utf-8")
    (path.parent / "瑞安.txt").write_bytes(Path(RUIAN).read_bytes())
    broken = tmp_path / "broken.html"
    broken.write_bytes(Path(BROKEN).read_bytes())
    words = {
        "*": path,
        "OUT": tmp_path / "out.xlsx",
        "RUIAN": RUIAN,
        "BROKEN": broken,
        "LIST": names,
        "FOLDER": path.parent,
    }
    return run_command(*(words.get(word, word) for word in command.split()))


@pytest.mark.parametrize("command", ONE_LINE)
def test_it_is_refused_in_one_sentence(
    command: str, special: tuple[Path, str], tmp_path: Path
) -> None:
    path, word = special
    before = os.lstat(path)
    run = ran(command, path, tmp_path)
    said = run.stderr.splitlines()
    assert (run.returncode, len(said)) == (2, 1), run.stderr
    assert SENTENCE.fullmatch(said[0])
    target = command.endswith(("-o *", "-o * --force"))
    assert (
        any(one in said[0] for one in ("不是普通文件", "不是文件夹", "文件名要以"))
        if target
        else word in said[0]
    )
    assert path.name in said[0]
    assert os.path.samestat(os.lstat(path), before)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", AMONG_OTHERS)
def test_the_others_are_read(command: str, special: tuple[Path, str], tmp_path: Path) -> None:
    path, word = special
    run = ran(command, path, tmp_path)
    assert run.returncode == 2
    assert word in run.stdout + run.stderr
    assert path.name in run.stdout + run.stderr
    assert "内部错误" not in run.stdout + run.stderr
    assert "瑞安" in run.stdout + run.stderr


def test_standard_input_stays(tmp_path: Path) -> None:
    assert run_command("check", "-", stdin=Path(RUIAN).read_bytes()).returncode == 0


def test_a_link_to_a_file_stays(tmp_path: Path) -> None:
    (tmp_path / "one.txt").symlink_to(RUIAN)
    (tmp_path / "two.txt").symlink_to(tmp_path / "one.txt")
    assert run_command("check", str(tmp_path / "two.txt")).returncode == 0
    (tmp_path / "list.txt").write_text("two.txt\n", encoding="utf-8")
    assert (
        run_command("batch", str(tmp_path / "list.txt"), "-o", str(tmp_path / "out")).returncode
        == 0
    )


def test_a_link_to_nothing_in_a_folder_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "瑞安.txt").symlink_to(RUIAN)
    (folder / "年报.html").symlink_to(tmp_path / "gone.html")
    run = run_command("batch", str(folder), "-o", str(tmp_path / "out"))
    assert run.returncode == 2
    assert "文件不存在" in run.stderr


@pytest.mark.parametrize("name", ["check", "read"])
def test_the_pipe_of_a_shell_is_sent_to_standard_input(name: str) -> None:
    """``gongkai check <(curl ...)`` names /dev/fd/63: whether anybody ever writes there, nothing
    tells.
    """
    reads, writes = os.pipe()
    try:
        os.write(writes, Path(RUIAN).read_bytes()[:1000])
        run = run_command(name, f"/dev/fd/{reads}")
    finally:
        os.close(reads)
        os.close(writes)
    assert run.returncode == 2
    assert "可用 - " in run.stderr


def test_a_decisions_file_is_no_pipe(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_bytes(Path(BROKEN).read_bytes())
    os.mkfifo(tmp_path / "a.处理.json")
    run = run_command("check", str(page))
    assert (run.returncode, "管道" in run.stderr) == (2, True)


def test_the_memory_of_a_batch_is_no_pipe(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "瑞安.txt").write_bytes(Path(RUIAN).read_bytes())
    os.mkfifo(folder / "gongkai-batch.sqlite")
    for words in (["batch", folder, "-o", tmp_path / "out"], ["levels", RUIAN, folder]):
        run = run_command(*words)
        assert (run.returncode, "管道" in run.stderr) == (2, True), run.stderr


def test_a_program_gets_an_error_of_ours(special: tuple[Path, str], tmp_path: Path) -> None:
    import gongkai
    from gongkai.workbook import read_workbook

    reads: list[Callable[[Path], object]] = [gongkai.read_report, read_workbook]
    for read in reads:
        with pytest.raises(GongkaiError, match=special[1]):
            read(special[0])
