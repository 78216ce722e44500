"""Imports stand at the top: what may be loaded later is listed here, and what is loaded so exists.

A start pays for every module at the top, so what is loaded on demand has its figure: milliseconds
of the processor, of a start of 500 (``gongkai check`` on a page) or 900 (the first GK_CHECK).
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from argparse import _SubParsersAction
from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path

import pytest

import gongkai
from gongkai.cli import COMMANDS
from gongkai.cli.parser import CHECK_WRITE, build_parser
from gongkai.system import function_at
from helpers import ROOT

FOLDER = Path(gongkai.__file__).parent
TREES = {
    path.relative_to(FOLDER).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.rglob("*.py"))
}
# What a function may import, and what it would cost at the top.
HEAVY = {
    "brotli": "no page is fetched offline (tests/sources/test_cache.py)",
    "ctypes": "2 ms; a process that is confined alone needs it",
    "dask": "an extra: it may not be installed",
    "distributed": "the same, and half a second",
    "httpx": "60 ms",
    "jinja2": "an extra: it may not be installed",
    "lxml": "20 ms; worksheet functions work without (tests/excel/test_functions.py)",
    "markupsafe": "the same",
    "olefile": "15 ms",
    "openpyxl": "170 ms",
    "pandas": "220 ms",
    "psutil": "20 ms",
    "pyarrow": "an extra: it may not be installed",
    "rapidfuzz": "18 ms",
    "selectolax": "14 ms",
    "ssl": "18 ms",
    "urllib.request": "30 ms: it loads ssl",
    "xlrd": "28 ms",
}
# Who may have such a library at the top: what runs in a process of its own, or inside Excel.
AT_THE_TOP = {"pdfminer": ("readers/pdf/", "rereading/pdf.py"), "xlwings": ("excel/",)}
FRONT_DOOR = "__init__.py"
# Where a function is named by a text, ``module:function``, and loaded when it is called.
TABLES = {
    "cli/__init__.py": "one command loads its own module",
    "readers/__init__.py": "readers run in a process of their own",
    "readers/worker.py": "the same for old workbooks of ours",
    "rereading/__init__.py": "the same for the second reading",
    "batch/fetching.py": "the same for the documents of a batch",
    "batch/summary.py": "and for the summary of a long list",
    "publish/page_template.py": "templates of others run in a process of their own",
    "readers/blocks.py": "plain text is rare and its readers take 20 ms",
    "readers/html/__init__.py": "so is a page without a table",
    "links/leads.py": "so is one that lists reports",
    "recognize/__init__.py": "so is a page without a report",
    "spreadsheets/files.py": "so is an .ods or .xls",
    "sources/__init__.py": "a file on disk is not fetched",
    "cli/rechecking.py": "an .ods is written by a LibreOffice, which xlwings drives",
    "excel/functions.py": "a range is checked without the workbook and the web",
    "excel/commands.py": "the ribbon checks without drafts, publish and compare",
}
FUNCTION = re.compile(r"gongkai(?:\.\w+)+:\w+")
LIGHT = {"cli", "cli.console", "cli.parser", "figures", "model", "system", "wording"}


def imports_in(node: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, module) of each import in a tree."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import):
            yield from ((inner.lineno, alias.name) for alias in inner.names)
        elif isinstance(inner, ast.ImportFrom):
            yield inner.lineno, "." * inner.level + (inner.module or "")


def functions_in(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def late_imports(tree: ast.AST) -> list[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    for function in functions_in(tree):
        found.update(imports_in(function))
    return sorted(found)


def is_of(module: str, libraries: Collection[str]) -> bool:
    """``urllib.request`` and ``lxml.etree`` are of such libraries; ``urllib.parse`` is of none."""
    parts = module.split(".")
    starts = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return any(start in libraries for start in starts)


def test_functions_import_heavy_libraries_alone() -> None:
    wrong = []
    for place, tree in TREES.items():
        for line, module in late_imports(tree):
            if place != FRONT_DOOR and not is_of(module, HEAVY):
                wrong.append(f"{place}:{line} {module}")
    assert wrong == []


def test_a_late_import_is_seen() -> None:
    source = "class A:\n    def f(self):\n        if self:\n            from gongkai import model\n"
    assert late_imports(ast.parse(source)) == [(4, "gongkai")]
    assert late_imports(ast.parse("def f():\n    from . import model")) == [(2, ".")]
    assert late_imports(ast.parse("if True:\n    import gongkai.model")) == []


def test_every_heavy_library_is_one() -> None:
    found = {module for tree in TREES.values() for _, module in late_imports(tree)}
    assert [name for name in HEAVY if not any(is_of(module, {name}) for module in found)] == []


def top_imports(tree: ast.Module) -> Iterator[str]:
    """Modules imported when a module is loaded, but for types alone."""
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from (module for _, module in imports_in(node))


def test_heavy_libraries_are_loaded_on_demand() -> None:
    wrong = []
    for place, tree in TREES.items():
        for module in top_imports(tree):
            library = module.split(".")[0]
            if is_of(module, HEAVY) or not place.startswith(AT_THE_TOP.get(library, ("",))):
                wrong.append(f"{place} {module}")
    assert wrong == []


# --- no module imports one that imports it ----------------------------------------------------


def module_of(place: str) -> str:
    return "gongkai." + place.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


MODULES = {module_of(place): tree for place, tree in TREES.items() if place != FRONT_DOOR}


def modules_imported(tree: ast.Module) -> Iterator[str]:
    """Those of ours: ``from gongkai.workbook import layout`` is gongkai.workbook.layout."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gongkai"):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else str(node.module)


def test_no_module_imports_one_that_imports_it() -> None:
    graph = {module: set(modules_imported(tree)) for module, tree in MODULES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


# --- what is loaded on demand -----------------------------------------------------------------


def named_in(tree: ast.AST) -> list[str]:
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [text for text in texts if isinstance(text, str) and FUNCTION.fullmatch(text)]


def test_functions_are_named_in_tables_alone() -> None:
    assert {place for place, tree in TREES.items() if named_in(tree)} == set(TABLES)


@pytest.mark.parametrize("place", TABLES)
def test_every_named_function_exists(place: str) -> None:
    assert all(callable(function_at(name)) for name in named_in(TREES[place]))


def test_every_command_has_its_entry() -> None:
    actions = build_parser()._actions
    (commands,) = (action for action in actions if isinstance(action, _SubParsersAction))
    assert COMMANDS.keys() == {*commands.choices, CHECK_WRITE}


def test_the_write_of_check_is_a_command_of_its_own() -> None:
    parse = build_parser().parse_args
    assert parse(["check", "a.xlsx"]).command == "check"
    assert parse(["check", "a.xlsx", "--write"]).command == CHECK_WRITE


def modules_after(code: str) -> set[str]:
    """The modules that a program has loaded when it ends."""
    told = f"import sys\n{code}\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", told],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(FOLDER.parent)},
        check=True,
    )
    return set(run.stdout.splitlines()[-1].split())


def loaded_by(code: str) -> set[str]:
    """The modules of ours among them: cli.parser."""
    found = set()
    for name in modules_after(code):
        if name.startswith("gongkai."):
            found.add(name.removeprefix("gongkai."))
    return found


def test_help_loads_no_room_that_works() -> None:
    code = "from gongkai.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    assert loaded_by(code) == LIGHT
    assert modules_after(code).isdisjoint((*HEAVY, *AT_THE_TOP))


def test_a_page_is_checked_without_the_readers_of_others() -> None:
    page = FOLDER / "demo" / "ruian-2021.html"
    loaded = loaded_by(f"from gongkai.cli import main; main(['check', {str(page)!r}])")
    assert "readers.html" in loaded
    others = ("readers.text", "readers.typeset", "readers.layout", "readers.pdf", "readers.word")
    assert loaded.isdisjoint((*others, "rereading.pdf", "cli.adopting", "cli.writing"))
    rare = ("readers.html.hidden", "recognize.refusals", "sources.web", "spreadsheets.ods")
    assert loaded.isdisjoint(rare)


def test_a_range_is_checked_without_what_reads_prose() -> None:
    code = "from gongkai.excel.functions import GK_CHECK; GK_CHECK([[0] * 7] * 25)"
    loaded = loaded_by(code)
    assert "checks.coverage" in loaded
    assert loaded.isdisjoint({"pipeline", "checks.whole", "checks.narrative", "readers.layout"})
    assert loaded.isdisjoint({"excel.live_book", "excel.fetching", "readers.html", "sources.web"})


def modules_named(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(package, module) of ``from gongkai.workbook import layout``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if f"{node.module}.{alias.name}" in MODULES:
                    yield node.module, alias.name


def test_a_module_is_not_hidden_by_a_name_of_its_room() -> None:
    """Where a room has a function called like one of its modules, which of both is imported depends
    on what was loaded before.
    """
    pairs = {pair for tree in TREES.values() for pair in modules_named(tree)}
    assert ("gongkai.workbook", "layout") in pairs
    hidden = []
    for package, name in sorted(pairs):
        module = import_module(f"{package}.{name}")
        if getattr(import_module(package), name) is not module:
            hidden.append(f"{package}.{name}")
    assert hidden == []


def names_taken(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, name) of all that a file takes from us by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "gongkai":
            for alias in node.names:
                yield str(node.module), alias.name


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.py")), ids=attrgetter("name"))
def test_a_benchmark_takes_what_exists(path: Path) -> None:
    """No test runs them: one that had lost a name was found by its next reader."""
    missing = []
    for module, name in names_taken(ast.parse(path.read_text(encoding="utf-8"))):
        held = import_module(module)
        if not hasattr(held, name) and find_spec(f"{module}.{name}") is None:
            missing.append(f"{module}.{name}")
    assert missing == []
