"""What a path names, told before anything is opened: files and links to them, devices by their
names on Windows.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gongkai.system import NotPlainFile, is_device_name, open_plain, read_plain, system_reason
from helpers.special import KINDS, watched


@pytest.mark.parametrize(
    "path",
    [
        *(
            "NUL",
            "nul",
            "CON",
            "COM1",
            "com9",
            "LPT3",
            "AUX",
            "PRN",
            "CONIN$",
            "COM¹",
            "COM1:",
            "NUL.html",
        ),
        *(
            "C:\\年报\\nul.html",
            "年报/COM1.2021.txt",
            "..\\con",
            "a\\prn .txt",
            "\\\\.\\COM12",
            "\\\\.\\pipe\\年报",
        ),
        "\\\\.\\NUL",
    ],
)
def test_names_of_devices_on_windows(path: str, tmp_path: Path) -> None:
    assert is_device_name(path)
    with pytest.raises(NotPlainFile):
        open_plain(Path(path), "win32")


@pytest.mark.parametrize(
    "path",
    [
        "年报.html",
        "CONSOLE.txt",
        "COM1年报.txt",
        "C:\\COM1\\年报.html",
        "\\\\server\\share\\a.pdf",
        "COM10",
        "",
        "nul年",
    ],
)
def test_names_of_files_on_windows(path: str) -> None:
    assert not is_device_name(path)


def test_elsewhere_these_are_names_of_files(tmp_path: Path) -> None:
    (tmp_path / "COM1").write_bytes(b"a")
    assert read_plain(tmp_path / "COM1") == b"a"


def test_a_file_and_links_to_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a" * 100_000)
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "second").symlink_to(tmp_path / "link")
    for name in ("file", "link", "second"):
        assert read_plain(tmp_path / name) == b"a" * 100_000


def test_folders_and_what_is_not_there_are_told_by_the_system(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for name, kind in (("", IsADirectoryError), ("none", FileNotFoundError), ("loop", OSError)):
        with pytest.raises(kind) as caught:
            open_plain(tmp_path / name)
        assert not isinstance(caught.value, NotPlainFile)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_else_is_opened(tmp_path: Path, kind: str) -> None:
    make, word = KINDS[kind]
    path = make(tmp_path / "a")
    with watched(), pytest.raises(NotPlainFile) as caught:
        open_plain(path)
    assert system_reason(caught.value) == f"这是{word}，不是普通文件"


@pytest.mark.parametrize("kind", ["pipe", "linked pipe", "zero", "null"])
def test_what_takes_the_place_of_a_file_is_not_waited_for(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"a")
    file, path = (tmp_path / "file").stat(), KINDS[kind][0](tmp_path / "a")
    kept = os.open(
        path, os.O_RDWR | os.O_NONBLOCK
    )  # with both ends here nobody waits, whatever the code does
    opened = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(Path, "stat", lambda path: file)
    try:
        with pytest.raises(NotPlainFile):
            open_plain(path)
        assert len(os.listdir("/proc/self/fd")) == opened
    finally:
        os.close(kept)
