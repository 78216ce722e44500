"""Names and sizes: one class name, one module; few files, none of a line or two without a
reason.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import gongkai

FOLDER = Path(gongkai.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))
# Files: 170 before the sheets had formulas of their own, 193 before functions were taken apart, 230
# before the clerk's day: messages, guide and totals, drafts, register, publish, compare, 256 before
# the store and the panel, 285 before the extension for LibreOffice.
MOST_FILES = 286
MOST_IN_A_FOLDER = 12
FEWEST_LINES = 80
LARGE_FOLDERS = {
    "cli": "a file for each group of commands",
    "excel": "a file for each group of commands, and those of the worksheet functions",
    "workbook": "one workbook, and a file for each thing that a command does to it",
    "workbook/live": "a file for each kind of formula and its twin, and what puts them in place",
}
SHORT_FILES = {
    "wording/rules.py": "rules.toml as values",
    "groups.py": "the one union-find, called from rooms that know nothing of each other",
    "__main__.py": "python -m gongkai",
    "cli/rules.py": "one command, which reads no report",
    "excel/commands.py": "workbooks in use name this module",
    "rereading/pdf.py": "one format; pdfminer is loaded with it, in a process of its own",
    "store/drives.py": "what the systems say of drives, which no other module asks",
    "spreadsheets/files.py": "it knows all formats, and each of them stands on the front",
    "workbook/layout/ranges.py": "what formulas and names call cells, for all who write some",
}


def place(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


def named_by(node: ast.stmt) -> list[str]:
    """The classes and types that a statement names: ``class Line``, ``Line = tuple[int, int]``."""
    if isinstance(node, ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return [name for name in names if is_type_name(name)]


def is_type_name(name: str) -> bool:
    """``SheetValues``; not ``MOST_FILES``, not ``values``."""
    return name[0].isupper() and not name.isupper()


def type_names(source: str) -> Iterator[str]:
    for node in ast.parse(source).body:
        yield from named_by(node)


def doubled(sources: dict[str, str]) -> dict[str, list[str]]:
    modules = defaultdict(list)
    for module, source in sources.items():
        for name in type_names(source):
            modules[name].append(module)
    return {name: found for name, found in modules.items() if len(found) > 1}


def test_a_class_name_stands_in_one_module() -> None:
    assert doubled({place(path): path.read_text(encoding="utf-8") for path in FILES}) == {}


def test_a_name_in_two_modules_is_seen() -> None:
    sources = {
        "a": "class Line: pass",
        "b": "Line = tuple[int, int]",
        "c": "LINE = 1\nline: int = 2",
    }
    assert doubled(sources) == {"Line": ["a", "b"]}
    assert doubled({"a": "Line: type = int", "b": "class Line(int): ..."}) == {"Line": ["a", "b"]}


def test_there_are_few_files() -> None:
    assert len(FILES) <= MOST_FILES
    sizes = Counter(path.parent for path in FILES)
    large = {place(folder) for folder, size in sizes.items() if size > MOST_IN_A_FOLDER}
    assert large == set(LARGE_FOLDERS)


def test_short_files_have_a_reason() -> None:
    """Fronts (``__init__.py``) aside."""
    lengths = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    short = {name for name, length in lengths.items() if length < FEWEST_LINES}
    assert {name for name in short if not name.endswith("__init__.py")} == set(SHORT_FILES)
