"""VBA sources -> the project in a workbook file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from pyopenvba.cfb import CFB  # type: ignore[import-untyped]
from pyopenvba.excel import ExcelFile  # type: ignore[import-untyped]
from pyopenvba.vba import (  # type: ignore[import-untyped]
    compress,
    parse_vba_project,
    serialize_dir_stream,
)

from gongkai.excel.commands import COMMANDS
from messages import SAVE_FILTERS
from packages import Parts, packed, unpacked
from wrappers import functions_module

SOURCES = Path(__file__).with_name("vba")
GENERATED = "GkFunctions"
PROJECT_PART = "xl/vbaProject.bin"
# [MS-OVBA] 2.3.4.1 as in its example 3.1.1: 0x61CC, version 0xFFFF, 0x00, 0x0001, and no cache
# behind them.
OF_NO_VERSION = bytes.fromhex("CC61 FFFF 00 0100")
NO_COOKIE = 0xFFFF
MACRO = """Public Sub {name}()
    GkStart "{tag}", ""
End Sub
"""
# What a button's macro was called first stays: buttons in workbooks of then call it.
OLDER_NAMES: Mapping[str, str] = {"batch": "GkBatchImport"}
CALLBACKS = re.compile(r"\bGk(OnLoad|Action|UrlChanged|UrlText)\b")


def of_addin(text: str) -> str:
    """Macros or ribbon with the add-in's own names for callbacks.

    Of two open files with a callback of one name Excel may run that of the active one, older macros
    perhaps, which knows nothing of what was typed into the add-in's box.
    """
    return CALLBACKS.sub(r"GkAddin\1", text)


def addin_modules() -> dict[str, str]:
    return {name: of_addin(source) for name, source in macro_modules().items()}


def macro_modules() -> dict[str, str]:
    """Name -> source of all modules. ASCII: VBA would make question marks of anything else without
    a word.
    """
    modules: dict[str, str] = {}
    for path in sorted(SOURCES.glob("*.bas")):
        source = path.read_text(encoding="ascii")
        source = source.replace("{macros}", macros()).replace("{tasks}", tasks())
        modules[path.stem] = source.replace("{saving}", saving())
    generated = functions_module()
    generated.encode("ascii")
    return {**modules, GENERATED: generated}


def macros() -> str:
    """A macro without arguments for each command."""
    return "\n".join(MACRO.format(name=macro_name(tag), tag=tag) for tag in COMMANDS)


def macro_name(tag: str) -> str:
    """next_problem -> GkNextProblem."""
    words = [word.capitalize() for word in tag.split("_")]
    return OLDER_NAMES.get(tag) or "".join(["Gk", *words])


def tasks() -> str:
    """The commands that the macros know, a blank before and behind each."""
    return f" {' '.join(COMMANDS)} "


def saving() -> str:
    """What a save dialog offers, by the suffix of the suggested name."""
    suffixes: dict[str, list[str]] = {}
    for suffix, key in SAVE_FILTERS.items():
        suffixes.setdefault(key, []).append(f'"{suffix}"')
    cases = []
    for key, named in suffixes.items():
        cases.append(f'        Case {", ".join(named)}: key = "{key}"')
    return "\n".join(cases)


def with_macros(parts: Parts, modules: Mapping[str, str]) -> Parts:
    """The file with a VBA project: the modules, and an empty one for the workbook and each sheet by
    its code name.
    """
    with TemporaryDirectory() as folder:
        # A project is only ever given to a file of this name; the type of the content stays what it
        # is.
        path = Path(folder) / "book.xlsm"
        path.write_bytes(packed(parts))
        with ExcelFile(path) as file:
            project = file.add_vba_project()
            for name, source in modules.items():
                project.add_module(name, "\r\n".join(source.splitlines()) + "\r\n")
            file.save()
        done = unpacked(path.read_bytes())
    return {**done, PROJECT_PART: without_caches(done[PROJECT_PART])}


def without_caches(content: bytes) -> bytes:
    """The project as its sources alone, which every version of Office compiles anew.

    pyOpenVBA says version 0x00B5, that of Excel today, before a cache of zeros: CC 61 B5 00 00 00
    00 ... An Excel of that very version may take the zeros for compiled macros. ThisWorkbook has
    1,008 bytes that Office once compiled before its source, as the template of pyOpenVBA had them.
    """
    file = CFB.from_bytes(content)
    project = parse_vba_project(file)
    project.project_cookie = NO_COOKIE
    for module in project.modules:
        stream = file.get_stream_in_storage("VBA", module.stream_name)
        file.write_stream_in_storage("VBA", module.stream_name, stream[module.text_offset :])
        module.text_offset, module.cookie = 0, NO_COOKIE
    file.write_stream_in_storage("VBA", "dir", compress(serialize_dir_stream(project)))
    file.write_stream_in_storage("VBA", "_VBA_PROJECT", OF_NO_VERSION)
    file.drop_streams_in_storage("VBA", lambda name: name.startswith("__SRP_"))
    return bytes(file.to_bytes())
