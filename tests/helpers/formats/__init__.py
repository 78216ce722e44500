"""Everything that gongkai prints or writes on a disk, as texts: what a redesign may not change.

``FORMATS`` maps the name of a file in ``tests/formats`` to the function that makes its text with
the code at hand, in an empty folder that is the current one. The folder's path, ports and times
are replaced, so a text is the same in any folder at any time. Only what others rely on is called:
the command, ``import gongkai``, and what the macros of users' workbooks name
(``gongkai.excel.commands``, ``gongkai.excel.functions``); inner modules may move without a word.

A format that changes on purpose is written anew, and the diff is read. In ``tests``:

    python -m helpers.formats                 writes the texts of all formats
    python -m helpers.formats help.txt ...    writes those of some

What stands in ``tests/formats/before`` was written by the version before the redesign, for its
successors to read, and stays as it is. ``python -m helpers.formats before``, with PYTHONPATH at
that version's code, made it, and ``said.txt``, which is what that version says about it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from difflib import unified_diff
from pathlib import Path

from helpers import TESTS
from helpers.formats import callers, printed, written
from helpers.formats.before import said_of_before
from helpers.formats.transcript import place, settled

DATA = TESTS / "formats"
BEFORE = DATA / "before"
FORMATS: Mapping[str, Callable[[], str]] = {
    "help.txt": printed.help_text,
    "rules.txt": printed.rules_text,
    "documents.txt": printed.documents_text,
    "checks.txt": printed.checks_text,
    "errors.txt": printed.errors_text,
    "workbook.txt": written.workbook_text,
    "adopt.txt": written.adopt_text,
    "decisions.txt": written.decisions_text,
    "batch.txt": written.batch_text,
    "levels.txt": written.levels_text,
    "cache.txt": written.cache_text,
    "demo.txt": written.demo_text,
    "packaged.txt": callers.packaged_text,
    "front_door.txt": callers.front_door_text,
    "addin.txt": callers.addin_text,
    "excel.txt": callers.excel_text,
}


def made(name: str, folder: Path) -> str:
    """The text of one format, made in ``folder``, which is empty."""
    with place(folder):
        return settled(FORMATS[name](), folder)


def kept(name: str) -> str:
    """The text as it was when it was last written, line ends and all."""
    return (DATA / name).read_bytes().decode("utf-8")


def changes(name: str, text: str) -> str:
    """The lines in which a text is another than the one that was written, "" for the same."""
    old, new = (one.splitlines(keepends=True) for one in (kept(name), text))
    return "".join(unified_diff(old, new, f"{name} as it was", f"{name} as it is", n=0))


def made_of_before(folder: Path) -> str:
    """What is said of a copy of ``tests/formats/before`` in ``folder``."""
    shutil.copytree(BEFORE, folder, dirs_exist_ok=True)
    with place(folder):
        return settled(said_of_before(), folder)
