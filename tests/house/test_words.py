"""One word a notion in all that the product says, as docs/words.md has it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from helpers import ROOT

PACKAGE = ROOT / "python" / "gongkai"
TABLE = re.compile(r"^\| [^|]+ \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
# These read what others wrote, in the others' words.
READING = ("recognize", "readers", "bodies", "links", "checks/narrative", "checks/plausibility.py")
OFFICIAL = "版式文件"  # what the standard of OFD calls such a file
FORMER = re.compile(r"\s*former\w* =")


def words() -> list[tuple[str, str]]:
    """(the word, one that is never said for it)."""
    found = []
    for said, never in TABLE.findall((ROOT / "docs" / "words.md").read_text(encoding="utf-8"))[1:]:
        if not said.startswith("-"):
            found += [(said, word) for word in never.strip().split("、")]
    return found


def spoken_files() -> Iterator[Path]:
    for folder in (PACKAGE, ROOT / "xlsx_addin"):
        for path in sorted(folder.rglob("*.py")):
            if not path.relative_to(folder).as_posix().startswith(READING):
                yield path


def texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of the strings of a module, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            told.add(id(node.value))
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target).startswith("FORMER"):
            told |= set(map(id, ast.walk(node)))
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in told:
            yield node.lineno, node.value


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not FORMER.match(line):
            yield number, line


@cache
def all_texts() -> tuple[tuple[str, str], ...]:
    return tuple(texts_everywhere())


def texts_everywhere() -> Iterator[tuple[str, str]]:
    for path in spoken_files():
        for line, text in texts_of(path):
            yield f"{path.relative_to(ROOT)}:{line}", text
    plain = [
        *sorted(PACKAGE.rglob("*.toml")),
        *sorted((ROOT / "xlsx_addin" / "vba").iterdir()),
        *sorted((ROOT / "xlsx_addin" / "ribbon").glob("*.xml")),
        ROOT / "docs" / "manual.zh.md",
        ROOT / "docs" / "rules.zh.md",
        ROOT / "README.zh.md",
    ]
    for path in plain:
        if not path.is_relative_to(PACKAGE / "checks" / "narrative"):
            for line, text in lines_of(path):
                yield f"{path.relative_to(ROOT)}:{line}", text


@pytest.mark.parametrize(("word", "never"), words())
def test_one_word_a_notion(word: str, never: str) -> None:
    assert [
        f"{place}: {text}" for place, text in all_texts() if never in text.replace(OFFICIAL, "")
    ] == [], word


def test_the_texts_are_found() -> None:
    texts = [text for _, text in all_texts()]
    assert len(words()) >= 12
    assert sum("核对" in text for text in texts) > 100
