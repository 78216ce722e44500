"""VBA sources -> the project in a workbook file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from pyopenvba.excel import ExcelFile  # type: ignore[import-untyped]

from packages import Parts, packed, unpacked
from wrappers import functions_module

SOURCES = Path(__file__).with_name("vba")
GENERATED = "GkFunctions"
CALLBACKS = re.compile(r"\bGk(OnLoad|Action|UrlChanged|UrlText)\b")


def of_addin(text: str) -> str:
    """Macros or ribbon with the add-in's own names for callbacks.

    Of two open files with a callback of one name Excel may run that of the active one, older macros perhaps, which
    knows nothing of what was typed into the add-in's box.
    """
    return CALLBACKS.sub(r"GkAddin\1", text)


def addin_modules() -> dict[str, str]:
    return {name: of_addin(source) for name, source in macro_modules().items()}


def macro_modules() -> dict[str, str]:
    """Name -> source of all modules. ASCII: VBA would make question marks of anything else without a word."""
    modules = {path.stem: path.read_text(encoding="ascii") for path in sorted(SOURCES.glob("*.bas"))}
    generated = functions_module()
    generated.encode("ascii")
    return {**modules, GENERATED: generated}


def with_macros(parts: Parts, modules: Mapping[str, str]) -> Parts:
    """The file with a VBA project: the modules, and an empty one for the workbook and each sheet by its code name."""
    with TemporaryDirectory() as folder:
        # A project is only ever given to a file of this name; the type of the content stays what it is.
        path = Path(folder) / "book.xlsm"
        path.write_bytes(packed(parts))
        with ExcelFile(path) as file:
            project = file.add_vba_project()
            for name, source in modules.items():
                project.add_module(name, "\r\n".join(source.splitlines()) + "\r\n")
            file.save()
        return unpacked(path.read_bytes())
