"""The import rule of the house: upward and sideways imports fail, hidden ones too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import gongkai
from helpers import ROOT

FOLDER = Path(gongkai.__file__).parent
FRONT_DOOR = "front door"
DEVELOPING = ROOT / "docs" / "developing.md"
ROOMS = re.compile(r"^```rooms\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FUNCTION = re.compile(r"(gongkai(?:\.\w+)+):\w+")  # in a table of what is loaded on demand


def levels_in(page: str) -> list[list[str]]:
    """The block of rooms of docs/developing.md, lowest level first; rooms of one line never import
    each other.

    ``wording · bodies · opc names of cells in sentences`` -> [..., ["wording", "bodies", "opc"],
    ...]
    """
    [block] = ROOMS.findall(page)
    return [re.split(" {2,}", line)[0].split(" · ") for line in block.splitlines()]


LEVELS = levels_in(DEVELOPING.read_text(encoding="utf-8"))


def module_name(path: Path) -> str:
    parts = ["gongkai", *path.relative_to(FOLDER).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(FOLDER.rglob("*.py"))}


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else FRONT_DOOR


def level_of(room: str) -> int:
    return next(number for number, rooms in enumerate(LEVELS) if room in rooms)


def imported(tree: ast.AST, module: str, is_package: bool) -> Iterator[str]:
    """Names of all modules that a module imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            above = parts[: len(parts) - node.level + is_package] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = ast.unparse(node.func).rpartition(".")[2]
            if name in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.args[0].value
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = FUNCTION.fullmatch(node.value)
            if named:
                yield named[1]


def rooms_imported(source: str, module: str, is_package: bool = False) -> set[str]:
    rooms = set()
    for name in imported(ast.parse(source), module, is_package):
        if name.split(".")[0] != "gongkai":
            continue
        rooms.add(room_of(name if name in MODULES else name.rpartition(".")[0]))
    return rooms - {room_of(module)}


def wrong_way(room: str, rooms: set[str]) -> set[str]:
    return {other for other in rooms if level_of(other) >= level_of(room)}


def test_imports_go_down() -> None:
    wrong = {}
    for module, path in MODULES.items():
        rooms = rooms_imported(path.read_text(encoding="utf-8"), module, path.name == "__init__.py")
        wrong[module] = wrong_way(room_of(module), rooms)
    assert {module: rooms for module, rooms in wrong.items() if rooms} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import gongkai.checks",
        "from gongkai import checks",
        "from gongkai.checks import check",
        "from ..checks import check",
        "def late():\n    from gongkai.checks.sums import check_sums",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import gongkai.checks.sums",
        "import importlib\nimportlib.import_module('gongkai.checks')",
        "__import__('gongkai.checks')",
        "TABLE = {'a': 'gongkai.checks.sums:check_sums'}",
    ],
)
def test_a_sideways_import_is_seen(source: str) -> None:
    assert wrong_way("recognize", rooms_imported(source, "gongkai.recognize.labelling")) == {
        "checks"
    }


def test_an_upward_import_is_seen() -> None:
    assert wrong_way(
        "editions", rooms_imported("from gongkai import check", "gongkai.editions")
    ) == {FRONT_DOOR}
    assert wrong_way(
        "figures", rooms_imported("import gongkai.sums.relations", "gongkai.figures")
    ) == {"sums"}
    assert (
        wrong_way(
            "sums", rooms_imported("from gongkai.model import Relation", "gongkai.sums.relations")
        )
        == set()
    )
