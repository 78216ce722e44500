"""The suite itself: no test looks at a clock, every helper is told of, few tests start the
command.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from helpers import HELPERS, TESTS

CLOCKS = {
    "time",
    "monotonic",
    "monotonic_ns",
    "perf_counter",
    "perf_counter_ns",
    "process_time",
    "thread_time",
    "time_ns",
}
MOST_PROCESSES = 10
TREES = {
    path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(TESTS.rglob("test_*.py"))
}


def clocks_in(tree: ast.AST) -> Iterator[str]:
    """``time.monotonic()`` and ``from time import monotonic``; ``time.sleep`` is no clock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"time as {name.asname}" for name in node.names if is_renamed_clock(name))
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (name.name for name in node.names if name.name != "sleep")
        elif is_look(node):
            yield ast.unparse(node)


def is_renamed_clock(name: ast.alias) -> bool:
    return name.name == "time" and name.asname is not None


def is_look(node: ast.AST) -> bool:
    """``time.monotonic``, called or handed on."""
    if not isinstance(node, ast.Attribute):
        return False
    return ast.unparse(node.value) == "time" and node.attr in CLOCKS


def test_no_test_looks_at_a_clock() -> None:
    found = {path.name: sorted(clocks_in(tree)) for path, tree in TREES.items()}
    assert {name: clocks for name, clocks in found.items() if clocks} == {}


def test_a_clock_is_seen() -> None:
    assert list(clocks_in(ast.parse("import time\nassert time.monotonic() < 3"))) == [
        "time.monotonic"
    ]
    assert list(clocks_in(ast.parse("from time import perf_counter, sleep"))) == ["perf_counter"]
    assert list(clocks_in(ast.parse("import time as t\nassert t.time() < 3"))) == ["time as t"]
    assert list(clocks_in(ast.parse("import time\ntime.sleep(1)"))) == []


def marked(tree: ast.AST, marker: str) -> list[str]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    decorated = [(node.name, map(ast.unparse, node.decorator_list)) for node in functions]
    return [name for name, decorators in decorated if f"pytest.mark.{marker}" in decorators]


def test_few_tests_start_the_command() -> None:
    found = [name for tree in TREES.values() for name in marked(tree, "process")]
    assert 0 < len(found) <= MOST_PROCESSES


def test_the_readme_tells_of_every_helper() -> None:
    told = (HELPERS / "README.md").read_text(encoding="utf-8")
    modules = [path.stem for path in sorted(HELPERS.rglob("*.py")) if path.stem != "__init__"]
    assert [name for name in modules if f"\n| `{name}` |" not in told] == []
    assert told.count("\n| `") == len(modules)
