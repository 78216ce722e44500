"""xlwings' own code for worksheet functions on Windows, run off Windows: stands in for pywin32
alone.

Run as a process of its own (``python windows_udfs.py < calls.json``): it takes a list of [function,
arguments] and prints what xlwings' decorators noted of the functions, the VBA that xlwings would
generate for them, and what ``xlwings.udfs.call_udf`` returns for each call. Its caller is a cell in
a workbook with one sheet, named 数据.
"""

from __future__ import annotations

# with pandas and tempfile: imported as what they are here, before the platform changes
import asyncio
import ctypes
import io
import json
import sys
import tempfile
import types
from types import SimpleNamespace
from typing import Any

import pandas

BEFORE = (asyncio, pandas, tempfile)
MODULES = (
    *(
        "pythoncom",
        "pywintypes",
        "win32api",
        "win32con",
        "win32event",
        "win32gui",
        "win32process",
        "win32timezone",
    ),
    *(
        "win32com",
        "win32com.client",
        "win32com.server",
        "win32com.server.dispatcher",
        "win32com.server.policy",
    ),
    "win32com.server.util",
)


class Anything:
    """Answers to every name and call with another of its kind."""

    def __init__(self, *arguments: object, **options: object) -> None:
        pass

    def __call__(self, *arguments: object, **options: object) -> Anything:
        return Anything()

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("_"):
            raise AttributeError(name)
        return Anything()


class Module(types.ModuleType):
    """A module whose errors are exceptions, whose capital names are classes, and whose other names
    are anything.
    """

    __file__ = "pywin32"
    __path__: list[str] = []  # noqa: RUF012

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        base = Exception if name.endswith("error") else Anything
        made = type(name, (base,), {}) if base is Exception or name[0].isupper() else Anything()
        setattr(self, name, made)
        return made


def import_as_on_windows() -> None:
    for name in MODULES:
        sys.modules[name] = Module(name)
    sys.modules["pythoncom"].TypeIIDs = {None: object}
    sys.modules["pythoncom"].IID_IDispatch = None
    ctypes.windll = ctypes.oledll = Anything()
    ctypes.PyDLL = Anything
    platform, sys.platform = sys.platform, "win32"
    import xlwings

    sys.platform = platform
    assert xlwings.has_pywin32


class Collection(list[Any]):
    """A COM collection."""

    @property
    def Count(self) -> int:
        return len(self)


def caller() -> SimpleNamespace:
    book = SimpleNamespace(Worksheets=Collection())
    sheet = SimpleNamespace(Name="数据", Parent=book)
    book.Worksheets.append(sheet)
    one = SimpleNamespace(Count=1)
    return SimpleNamespace(Worksheet=sheet, CLSID="", Row=1, Column=1, Rows=one, Columns=one)


def noted(module: types.ModuleType) -> dict[str, Any]:
    """Function -> its category, help, and arguments as (name, default where there is one, help)."""
    found = {}
    for name in module.FUNCTIONS:
        about = getattr(module, name).__xlfunc__
        arguments = [
            [each["name"], each.get("optional", "-"), each["doc"]] for each in about["args"]
        ]
        found[name] = [about["category"], about["ret"]["doc"], about["volatile"], arguments]
    return found


def main() -> None:
    import_as_on_windows()
    from xlwings import udfs

    from gongkai.excel import functions

    code = io.StringIO()
    udfs.generate_vba_wrapper(
        functions.__name__, functions, code, SimpleNamespace(Name="gongkai.xlam")
    )
    calls = json.load(sys.stdin)
    answers = [
        udfs.call_udf(functions.__name__, name, tuple(given), None, caller())
        for name, given in calls
    ]
    json.dump({"noted": noted(functions), "vba": code.getvalue(), "answers": answers}, sys.stdout)


if __name__ == "__main__":
    main()
