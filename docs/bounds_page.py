"""The bounds in the modules of gongkai -> docs/bounds.md; ``--check`` compares.

A bound is a number with a superlative's name: MOST_STEPS, LONGEST_CELL. It stands in the room that
it bounds, with a comment that says of what it is the most, and why; the page only gathers them.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import gongkai
from made_page import kept

PACKAGE = Path(gongkai.__file__).parent
PAGE = Path(__file__).resolve().parent / "bounds.md"
SUPERLATIVE = re.compile(
    "(?:MOST|LEAST|FEWEST|LARGEST|SMALLEST|LONGEST|SHORTEST|WIDEST|FARTHEST|DEEPEST|TALLEST|HIGHEST)"
    "(?:_|$)"
)
NUMBERS = (ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Tuple, ast.expr_context)
INTRO = """# Bounds

Beyond these numbers the program stops, cuts or refuses, so that a hostile or broken input costs
bounded time and memory, and so that a text counts as what its length allows. Each stands in the
module that it bounds.

*Made by `make rules` from the comments in the code; change it there.*
"""


class Bound(NamedTuple):
    """``MOST_CHARS = 150_000  # of a page`` of readers/layout/ink.py.

    ``WIDEST, TALLEST = 64, 200`` is one.
    """

    module: str
    name: str
    value: str
    comment: str


def main(arguments: list[str]) -> int:
    return kept(PAGE, render(), arguments, "make rules")


def render() -> str:
    lines = [INTRO.rstrip()]
    room = ""
    for bound in bounds():
        own = bound.module.partition("/")[0].removesuffix(".py")
        if own != room:
            lines += ["", f"## {own}", "", "| module | bound | value | |", "|---|---|---|---|"]
            room = own
        comment = bound.comment.replace("|", "\\|")
        lines.append(f"| {bound.module} | {bound.name} | {bound.value} | {comment} |")
    return "\n".join(lines) + "\n"


def bounds() -> Iterator[Bound]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from bounds_in(path)


def bounds_in(path: Path) -> Iterator[Bound]:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and is_bound(node):
            name = ast.unparse(node.targets[0]).strip("()")
            value = ast.get_source_segment(source, node.value) or ""
            module = path.relative_to(PACKAGE).as_posix()
            yield Bound(module, name, value, comment_at(lines, node))


def is_bound(node: ast.Assign) -> bool:
    names = [each.id for each in ast.walk(node.targets[0]) if isinstance(each, ast.Name)]
    return any(map(SUPERLATIVE.match, names)) and is_number(node.value)


def is_number(value: ast.expr) -> bool:
    """Whether numbers and signs alone stand there: 24 * 1024 * 1024."""
    for node in ast.walk(value):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                return False
        elif not isinstance(node, NUMBERS):
            return False
    return True


def comment_at(lines: list[str], node: ast.Assign) -> str:
    """What stands behind a bound, in brackets or not, else the comment above it."""
    for line in lines[node.lineno - 1 : node.end_lineno]:
        _, mark, comment = line.partition("  # ")
        if mark:
            return comment.strip()
    above: list[str] = []
    at = node.lineno - 2
    while at >= 0 and lines[at].startswith("# "):
        above.insert(0, lines[at].removeprefix("# "))
        at -= 1
    return " ".join(above)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
