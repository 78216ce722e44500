"""The worksheet functions as VBA: wrappers, and what the function wizard says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

from gongkai.excel.functions import CATEGORY, FUNCTIONS, Function

ROOT = Path(__file__).resolve().parents[1]
LONGEST_TEXT = 255  # characters that Excel takes of a description
HEAD = """Attribute VB_Name = "GkFunctions"
Option Explicit

' Made by xlsx_addin/build.py from gongkai.excel.functions: do not edit.

Public Const GK_FUNCTIONS As String = "{functions}"

Public Function GK_ADDIN_VERSION() As String
    GK_ADDIN_VERSION = "{version}"
End Function
"""


def functions_module() -> str:
    """The source of GkFunctions: a wrapper for each function, and their names with the number of
    their arguments.
    """
    listed = " ".join(
        f"{function.name}:{len(function.arguments)}" for function in FUNCTIONS.values()
    )
    head = HEAD.format(functions=listed, version=version())
    return "\n".join([head, *(wrapper(function) for function in FUNCTIONS.values())])


def wrapper(function: Function) -> str:
    declared = ", ".join(
        f"{'Optional ' if argument.optional else ''}ByVal {argument.name} As Variant"
        for argument in function.arguments
    )
    # xlwings puts the calling cell in place of the argument of that name.
    passed = ", ".join(
        [*(argument.name for argument in function.arguments), *["Nothing"] * function.caller]
    )
    lines = [
        f"Public Function {function.name}({declared}) As Variant",
        *volatile(function),
        f'    {function.name} = GkCall("{function.name}", Array({passed}))',
        "End Function",
        "",
    ]
    return "\n".join(lines)


def volatile(function: Function) -> Iterator[str]:
    """A function that reads the whole workbook has to be asked anew; one that was given its cells
    has not.
    """
    if function.volatile:
        optional = next(
            (
                f" IsMissing({argument.name})"
                for argument in function.arguments
                if argument.optional
            ),
            "",
        )
        yield f"    Application.Volatile{optional}"


def function_texts() -> dict[str, str]:
    """What the macros say to the function wizard: gk_check, and gk_check_1 for its first
    argument.
    """
    texts = dict(described())
    long = [key for key, text in texts.items() if len(text) > LONGEST_TEXT]
    if long:
        raise ValueError(f"longer than the {LONGEST_TEXT} characters that Excel takes: {long}")
    return texts


def described() -> Iterator[tuple[str, str]]:
    yield "category", CATEGORY
    for function in FUNCTIONS.values():
        yield function.name.lower(), function.description
        for number, argument in enumerate(function.arguments, 1):
            yield f"{function.name.lower()}_{number}", argument.description


def version() -> str:
    """The version of the sources: an installed gongkai may be another one."""
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    found = setup["metadata"]["version"]
    if not re.fullmatch(r"[\w.+-]+", found):
        raise ValueError(f"setup.cfg: odd version {found!r}")
    return found
