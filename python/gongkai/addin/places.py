"""The system and its environment -> where Excel and xlwings keep what is ours; xlwings' settings
file.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
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
    "正在运行的Python来自微软商店，Excel无法读取它写入的文件，没有安装任何东西。"
    "请从 python.org 下载安装Python，再用它安装gongkai并运行 gongkai addin install。"
)
UNNAMED = "无法确定正在运行的Python的位置，没有安装任何东西；请重新安装Python和gongkai后再试。"
UNREADABLE_PATH = (
    "Python所在的路径（{path}）含有Excel无法读取的字符，没有安装任何东西；"
    "请把Python装到不含特殊字符的文件夹（如 {example}），再用它安装gongkai。"
)
# A program from the Store writes to a private copy of AppData, and so does a virtual environment
# made from it.
FROM_STORE = re.compile(r"[\\/]WindowsApps[\\/]PythonSoftwareFoundation", re.IGNORECASE)
MAC_STARTUP = (
    "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"
)


@dataclass(frozen=True)
class Places:
    """One user's machine.

    ``excel`` is there once Excel has run. What lies in ``startup`` is opened whenever Excel starts;
    what lies in a folder in it is not. ``interpreter`` is what the settings shall name: ``python``,
    or on a Mac a ``launcher`` for it.
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
    """This machine and the Python that runs this. Raises GongkaiError where there can be no
    add-in.
    """
    return places(sys.platform, Path.home(), os.environ, sys.executable or "", sys.base_prefix)


def places(  # noqa: PLR0913
    platform: str,
    home: Path,
    environ: Mapping[str, str],
    python: str,
    base: str = "",
    encoding: str = "mbcs",
) -> Places:
    """``base`` is the folder of the Python that a virtual environment was made from; ``encoding``
    that of the system's code page, in which VBA reads a file on Windows.
    """
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
    """xlwings' script puts the interpreter into a shell command as it is, and VBA reads no more
    than ASCII for certain: a path that would not come through that gets a launcher with one that
    does.
    """
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


# --- the settings of xlwings ----------------------------------------------------------------------
# One line ``"KEY","value"`` each; all other lines stay byte for byte. Two programs read them:
# xlwings' Python, line by line, and xlwings' VBA, which takes values in pairs whatever the lines:
# a comment without a comma takes the next key for its value. What counts here is what the VBA sees.

# One value as VBA's Input # takes it: in quotation marks or up to a comma; a comma or the line's
# end closes it.
VALUE = re.compile(rb'[ \t]*(?:"([^"]*)"?[ \t]*|([^,\r\n]*))(?:,|\r\n|\r|\n|$)')
# Unless the user has decided on it: Python would run what lies beside any workbook that uses one of
# our functions.
SAFE_KEY, SAFE_VALUE = "ADD_WORKBOOK_TO_PYTHONPATH", b"false"
WIDE = (b"\xff\xfe", b"\xfe\xff")


def setting_of(content: bytes, key: str) -> bytes | None:
    """The value that xlwings' VBA is sure to find for a key, else None.

    Whether it takes a blank line for an empty value is not documented: it has to find the same
    either way.
    """
    values = list(values_of(content))
    found = {
        value_for(key, values),
        value_for(key, [value for value in values if value is not None]),
    }
    return found.pop() if len(found) == 1 else None


def values_of(content: bytes) -> Iterator[bytes | None]:
    """All values in order; None for a blank line."""
    at, fresh = 0, True
    while at < len(content):
        match = VALUE.match(content, at)
        assert match is not None  # every text begins with a value, be it empty
        value = match[1] if match[1] is not None else match[2].strip()
        ends = not match[0].endswith(b",")
        yield None if fresh and ends and match[1] is None and not value else value
        at, fresh = match.end(), ends


def value_for(key: str, values: list[bytes | None]) -> bytes | None:
    pairs = zip(values[::2], values[1::2], strict=False)
    return next(
        (
            value
            for name, value in pairs
            if name is not None and name.lower() == key.lower().encode()
        ),
        None,
    )


def setting_line(key: str, value: bytes) -> bytes:
    return b'"%s","%s"' % (key.encode(), value)


def line_of(content: bytes, key: str) -> bytes | None:
    """The line that sets a key, without its end."""
    return next(
        (line.rstrip(b"\r\n") for line in content.splitlines(keepends=True) if sets(line, key)),
        None,
    )


def sets(line: bytes, key: str) -> bool:
    return (
        re.match(rb'[ \t]*"?%s"?[ \t]*,' % re.escape(key.encode()), line, re.IGNORECASE) is not None
    )


def with_setting(content: bytes, key: str, value: bytes, newline: str) -> bytes:
    """The same settings with ``key`` set: in its place, or on top, where no odd line can hide
    it.
    """
    line = setting_line(key, value)
    old = line_of(content, key)
    changed = content if old is None else with_line(content, old, line)
    if setting_of(changed, key) == value:
        return changed
    return line + newline.encode() + content


def without_setting(content: bytes, key: str, value: bytes, before: bytes | None) -> bytes:
    """The same settings with our line for ``key`` as it was: the line ``before``, or none."""
    line = setting_line(key, value)
    if before is None or before in (
        text.rstrip(b"\r\n") for text in content.splitlines(keepends=True)
    ):
        return with_line(content, line, None)
    return with_line(content, line, before)


def with_line(content: bytes, old: bytes, new: bytes | None) -> bytes:
    """The first line that reads ``old`` replaced, its end kept, or dropped with its end."""
    lines = content.splitlines(keepends=True)
    for number, line in enumerate(lines):
        text = line.rstrip(b"\r\n")
        if text == old:
            lines[number] = b"" if new is None else new + line[len(text) :]
            break
    return b"".join(lines)
