"""This version of the program -> the components that the add-in puts in place, with their
contents.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import gongkai
from gongkai.addin.files import current
from gongkai.addin.places import SAFE_KEY, SAFE_VALUE, WIDE, Places, setting_of, with_setting
from gongkai.model import GongkaiError
from gongkai.workbook.file import TEMPLATE, template_path

ADDIN = "gongkai.xlam"
XLWINGS = "xlwings.xlam"


@dataclass(frozen=True)
class Component:
    """``name`` says what the file is. ``value``: for the settings, what they name."""

    path: Path
    content: bytes
    name: str
    value: str = ""
    executable: bool = False


def components(places: Places) -> list[Component]:
    """Everything that belongs on this machine. Raises GongkaiError where a part of the program is
    missing.
    """
    return [*packaged(places), settings_component(places)]


def packaged(places: Places) -> Iterator[Component]:
    start, xlwings = places.startup, f"xlwings {version('xlwings')} "
    yield Component(
        start / ADDIN, packaged_file(ADDIN).read_bytes(), f"gongkai {gongkai.__version__} 加载项"
    )
    yield Component(start / XLWINGS, xlwings_part(f"addin/{XLWINGS}"), f"{xlwings}加载项")
    yield Component(start / "gongkai" / TEMPLATE, template_path().read_bytes(), "工作簿模板")
    if places.scripts:
        script = f"xlwings-{version('xlwings')}.applescript"
        yield Component(places.scripts / script, xlwings_part(script), f"{xlwings}脚本")
    if places.launcher:
        command = f'#!/bin/sh\nexec {shlex.quote(places.python)} "$@"\n'
        yield Component(places.launcher, command.encode(), "Python的启动脚本", executable=True)


def settings_component(places: Places) -> Component:
    """The settings as they stand, with the lines that are ours."""
    content = current(places.settings) or b""
    if content.startswith(WIDE):
        raise GongkaiError(
            f"{places.settings}是用“Unicode”编码保存的，xlwings无法读取，没有安装任何东西；"
            "请用记事本打开，另存为时编码选“ANSI”，再试一次。"
        )
    value = places.interpreter.encode(places.encoding)
    changed = with_setting(content, places.key, value, places.newline)
    if setting_of(content, SAFE_KEY) is None:
        changed = with_setting(changed, SAFE_KEY, SAFE_VALUE, places.newline)
    return Component(places.settings, changed, "xlwings的设置", value=places.interpreter)


def packaged_file(name: str) -> Path:
    """An add-in beside an installed package, else the one in a checkout."""
    package = Path(gongkai.__file__).resolve().parent
    for path in (package / name, package.parents[1] / "xlsx_addin" / name):
        if path.is_file():
            return path
    raise GongkaiError(f"找不到加载项{name}，请重新安装gongkai。")


def xlwings_part(name: str) -> bytes:
    """A file of the xlwings package, which is not imported for that: it takes a second."""
    found = find_spec("xlwings")
    for folder in (found.submodule_search_locations or []) if found else []:
        path = Path(folder, name)
        if path.is_file():
            return path.read_bytes()
    raise GongkaiError(
        f"xlwings不完整，缺少{name}；请运行 pip install --force-reinstall xlwings 后再试。"
    )
