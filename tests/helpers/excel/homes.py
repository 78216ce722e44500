"""Fake homes of both kinds, for the add-in to be put in: a Chinese Windows and a Mac."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

from gongkai.addin.places import Places, places

# The first line has no comma, as a comment that somebody wrote; keys count in either case.
OLD_SETTINGS = (
    '\'注释 a comment\r\n"PYTHONPATH","D:\\报表"\r\n"interpreter_win","C:\\旧 Python\\python.'
    'exe"\r\n'
).encode("gbk")
Tree = dict[str, bytes | str | None]


def tree(folder: Path) -> Tree:
    """Path -> content of each file, target of each link, None of each folder."""
    found: Tree = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found[name] = (
            os.readlink(path)
            if path.is_symlink()
            else path.read_bytes()
            if path.is_file()
            else None
        )
    return found


def windows(home: Path, python: Path | None = None) -> Places:
    """As on a Chinese Windows: settings in its code page, roaming folder away from the home."""
    (home / "Roaming" / "Microsoft" / "Excel").mkdir(parents=True, exist_ok=True)
    environ = {"APPDATA": str(home / "Roaming"), "USERPROFILE": str(home / "用户 张三")}
    return places("win32", home, environ, str(python or made_python(home)), encoding="gbk")


def mac(home: Path, python: Path | None = None) -> Places:
    (home / "Library" / "Containers" / "com.microsoft.Excel" / "Data").mkdir(
        parents=True, exist_ok=True
    )
    return places("darwin", home, {}, str(python or made_python(home)))


def made_python(home: Path, name: str = "python.exe") -> Path:
    """A file that stands for an interpreter, with the library that xlwings brings for Windows
    beside it.
    """
    folder = home / "Python 312"
    folder.mkdir(exist_ok=True)
    (folder / f"xlwings64-{version('xlwings')}.dll").touch()
    (folder / name).touch()
    return folder / name


def made_home(folder: Path, chinese: bool) -> Path:
    """A home whose name has a space and Chinese characters where the system allows that."""
    home = folder / ("家 目录" if chinese else "home")
    home.mkdir()
    return home


def home_of(machine: Places) -> Path:
    return next(folder for folder in machine.excel.parents if folder.name in ("家 目录", "home"))


def settings_of(machine: Places) -> bytes:
    """The lines that install writes."""
    lines = ['"ADD_WORKBOOK_TO_PYTHONPATH","false"', f'"{machine.key}","{machine.interpreter}"', ""]
    return machine.newline.join(lines).encode(machine.encoding)
