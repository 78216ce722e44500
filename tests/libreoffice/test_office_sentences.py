"""What a person in LibreOffice is told names no other program, and no key or place of it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import gongkai
from extension import SOURCES, commands, texts
from gongkai.excel import live_book
from gongkai.excel.functions import FUNCTIONS
from messages import OFFICE_MESSAGES

PACKAGE = Path(gongkai.__file__).parent
# Rooms whose sentences are said in a terminal.
OF_A_TERMINAL = ("cli", "addin", "demo", "panels")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# The names of file formats are the same in every program.
FORMAT = re.compile(r"旧版 ?Excel ?工作簿|Excel ?(二进制)?工作簿|、Excel、文本|Word文档或Excel表格")
OF_EXCEL = re.compile(r"Excel|选项卡|功能区|Ctrl|Alt\+|Esc|启用编辑|受保护的视图|VBA|宏")
# A workbook with macros is one in every program.
MACROS = re.compile(r"不含宏|启用宏的工作簿|带宏|宏工作簿")


def is_of_excel(text: str) -> bool:
    """Not: 选择年报文件（网页、PDF、Word、Excel、文本）."""
    return bool(OF_EXCEL.search(MACROS.sub("", FORMAT.sub("", text))))


def sentences_in(path: Path) -> Iterator[str]:
    """The texts of a module that hold Chinese; docstrings are English."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    described = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            described.add(ast.get_docstring(node, clean=False))
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and CHINESE.search(text) and text not in described:
            yield text


def modules() -> list[Path]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] not in OF_A_TERMINAL:
            found.append(path)
    return found


def texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


def test_sentences_of_the_package() -> None:
    """All of them but what is told of Excel, where it is Excel."""
    own = {live_book.EXCEL.commands, live_book.EXCEL.recalculates, live_book.EXCEL.name}
    found = {}
    count = 0
    for path in modules():
        told = set(sentences_in(path))
        count += len(told)
        wrong = {text for text in told if is_of_excel(text)} - own
        if wrong:
            found[path.relative_to(PACKAGE).as_posix()] = wrong
    assert found == {}
    assert count > 1_000


def test_sentences_of_the_tables() -> None:
    found = []
    for path in sorted((PACKAGE / "wording").glob("*.toml")):
        found += texts_of(tomllib.loads(path.read_text(encoding="utf-8")))
    assert [text for text in found if is_of_excel(text)] == []
    assert len(found) > 300


def test_sentences_of_the_extension() -> None:
    found = [*OFFICE_MESSAGES.values(), texts().decode()]
    for entry in commands():
        found += [entry.label, entry.tip]
    for function in FUNCTIONS.values():
        found += [function.description, *(one.description for one in function.arguments)]
    for path in sorted(SOURCES.rglob("*.py")):
        found += sentences_in(path)
    assert [text for text in found if is_of_excel(text)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请重新打开Excel再试。", True),
        ("请先点“政府信息公开”选项卡的“校验”。", True),
        ("按 Ctrl+Alt+F9 重新计算", True),
        ("请点“启用编辑”", True),
        ("Excel工作簿，不含宏 (*.xlsx)", False),
        ("请用表格软件打开", False),
    ],
)
def test_what_is_of_excel(text: str, expected: bool) -> None:
    assert is_of_excel(text) == expected
