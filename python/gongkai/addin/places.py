"""Where Excel, xlwings and this program keep what belongs to the add-in, on Windows and on a Mac."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gongkai.model import GongkaiError
from gongkai.system import state_folder

NO_EXCEL = (
    "这台电脑的系统上没有Excel，没有安装任何东西；加载项只能装在Windows或苹果电脑上。"
    "在这里可以用 gongkai check、gongkai fill、gongkai batch 核对和生成工作簿，"
    "工作簿用LibreOffice打开，勾稽校验公式照样计算。"
)
STORE = (
    "正在运行的Python来自微软商店，它写入的文件Excel看不到，没有安装任何东西。"
    "请从 python.org 下载安装Python，再用它安装gongkai并运行 gongkai addin install。"
)
UNNAMED = "不知道正在运行的Python在哪里，没有安装任何东西；请重新安装Python和gongkai后再试。"
UNREADABLE_PATH = (
    "Python所在的路径（{path}）含有Excel读不了的字符，没有安装任何东西；"
    "请把Python装到不含特殊字符的文件夹（如 {example}），再用它安装gongkai。"
)
# A program from the Store writes to a private copy of AppData, and so does a virtual environment made from it.
FROM_STORE = re.compile(r"[\\/]WindowsApps[\\/]PythonSoftwareFoundation", re.IGNORECASE)
MAC_STARTUP = "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"


@dataclass(frozen=True)
class Places:
    """One user's machine.

    ``excel`` is there once Excel has run. What lies in ``startup`` is opened whenever Excel starts; what lies in a
    folder in it is not. ``interpreter`` is what the settings shall name: ``python``, or on a Mac a ``launcher`` for it.
    """

    platform: str
    python: str
    interpreter: str
    key: str
    encoding: str
    newline: str
    excel: Path
    startup: Path
    settings: Path
    state: Path
    scripts: Path | None = None
    launcher: Path | None = None


def here() -> Places:
    """This machine and the Python that runs this. Raises GongkaiError where there can be no add-in."""
    return places(sys.platform, Path.home(), os.environ, sys.executable or "", sys.base_prefix)


def places(
    platform: str, home: Path, environ: Mapping[str, str], python: str, base: str = "", encoding: str = "mbcs"
) -> Places:
    """``base`` is the folder of the Python that a virtual environment was made from; ``encoding`` that of the system's
    code page, in which VBA reads a file on Windows."""
    if platform not in ("win32", "darwin"):
        raise GongkaiError(NO_EXCEL)
    if not python:
        raise GongkaiError(UNNAMED)
    if platform == "darwin":
        return mac_places(home, python)
    if FROM_STORE.search(python) or FROM_STORE.search(base):
        raise GongkaiError(STORE)
    return windows_places(home, environ, console_python(python), encoding)


def windows_places(home: Path, environ: Mapping[str, str], python: str, encoding: str) -> Places:
    try:
        python.encode(encoding)
    except UnicodeEncodeError as error:
        raise GongkaiError(UNREADABLE_PATH.format(path=python, example=r"C:\Python")) from error
    excel = Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "Microsoft" / "Excel"
    return Places(
        platform="win32",
        python=python,
        interpreter=python,
        key="INTERPRETER_WIN",
        encoding=encoding,
        newline="\r\n",
        excel=excel,
        startup=excel / "XLSTART",
        settings=Path(environ.get("USERPROFILE") or home) / ".xlwings" / "xlwings.conf",
        state=state_folder("win32", home, environ),
    )


def console_python(python: str) -> str:
    """pythonw.exe has no standard error, through which xlwings learns what went wrong."""
    return re.sub(r"(?i)pythonw(?=[^\\/]*$)", "python", python)


def mac_places(home: Path, python: str) -> Places:
    """xlwings' script puts the interpreter into a shell command as it is, and VBA reads no more than ASCII for certain:
    a path that would not come through that gets a launcher with one that does."""
    launcher = None if is_plain(python) else home / ".gongkai" / "python"
    if launcher and not is_plain(str(launcher)):
        raise GongkaiError(UNREADABLE_PATH.format(path=python, example="/opt/python"))
    container = home / "Library" / "Containers" / "com.microsoft.Excel" / "Data"
    return Places(
        platform="darwin",
        python=python,
        interpreter=str(launcher or python),
        key="INTERPRETER_MAC",
        encoding="ascii",
        newline="\n",
        excel=container,
        startup=home / MAC_STARTUP,
        settings=container / "xlwings.conf",
        state=state_folder("darwin", home, {}),
        scripts=home / "Library" / "Application Scripts" / "com.microsoft.Excel",
        launcher=launcher,
    )


def is_plain(path: str) -> bool:
    """ASCII, and nothing that a shell would take for anything else."""
    return shlex.quote(path) == path
