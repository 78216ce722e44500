"""What tires a reader: decisions and comprehensions a line, long functions of many ways, imports.

Counted as radon does: decisions are the complexity of every function and method, each once; lines
are its source lines (sloc) of whole files. The figures only get better: who makes one smaller
writes it here.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from radon.complexity import cc_visit
from radon.raw import analyze

import gongkai

FOLDER = Path(gongkai.__file__).parent
# A package of its own beside ours, held to the same; it imports nothing of ours.
ENGINE = FOLDER.with_name("xlwings_libreoffice")
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
MOST_DECISIONS = 0.375  # a line
MOST_COMPREHENSIONS = 2.1  # a hundred lines
MOST_IMPORTS = 3.8  # of ours, a module
MOST_COMPLEX = 10  # a function
WIDEST = 100


class Counted(NamedTuple):
    lines: int
    decisions: int
    comprehensions: int
    imports: int
    complex: tuple[str, ...]
    wide: tuple[str, ...]


@cache
def counted(folder: Path = FOLDER) -> tuple[Counted, ...]:
    return tuple(counted_in(path) for path in sorted(folder.rglob("*.py")))


def counted_in(path: Path) -> Counted:
    source = path.read_text(encoding="utf-8")
    place = path.relative_to(FOLDER.parent).as_posix()
    functions = [block for block in cc_visit(source) if type(block).__name__ == "Function"]
    nodes = list(ast.walk(ast.parse(source)))
    return Counted(
        analyze(source).sloc,
        sum(function.complexity for function in functions),
        sum(isinstance(node, COMPREHENSIONS) for node in nodes),
        sum(map(is_of_ours, nodes)),
        tuple(f"{place} {one.name}" for one in functions if one.complexity > MOST_COMPLEX),
        tuple(f"{place}: {line}" for line in source.splitlines() if len(line) > WIDEST),
    )


def is_of_ours(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.level > 0 or (node.module or "").startswith("gongkai")
    if isinstance(node, ast.Import):
        return any(alias.name.startswith("gongkai") for alias in node.names)
    return False


def total_of(name: str, folder: Path = FOLDER) -> int:
    return sum(getattr(one, name) for one in counted(folder))


@pytest.mark.parametrize("folder", [FOLDER, ENGINE])
def test_decisions_a_line(folder: Path) -> None:
    assert total_of("decisions", folder) <= MOST_DECISIONS * total_of("lines", folder)


@pytest.mark.parametrize("folder", [FOLDER, ENGINE])
def test_comprehensions_a_hundred_lines(folder: Path) -> None:
    most = MOST_COMPREHENSIONS * total_of("lines", folder)
    assert 100 * total_of("comprehensions", folder) <= most


def test_imports_a_module() -> None:
    assert total_of("imports") <= MOST_IMPORTS * len(counted())


@pytest.mark.parametrize("folder", [FOLDER, ENGINE])
def test_no_function_has_more_than_ten_ways(folder: Path) -> None:
    assert [name for one in counted(folder) for name in one.complex] == []


@pytest.mark.parametrize("folder", [FOLDER, ENGINE])
def test_no_line_is_wider_than_a_hundred_characters(folder: Path) -> None:
    assert [line for one in counted(folder) for line in one.wide] == []
