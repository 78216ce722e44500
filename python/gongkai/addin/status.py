"""Places and the record -> what is in place, what is not, how to mend it. Nothing is changed."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePath, PureWindowsPath

import gongkai
from gongkai.addin import components, files, installing
from gongkai.addin.places import Places, setting_of

MEND = "请关闭所有Excel窗口，运行 gongkai addin install"
FUNCTIONS_ONLY = "按钮可以用，工作表函数不能用"


@dataclass(frozen=True)
class Check:
    ok: bool
    text: str

    def line(self) -> str:
        return f"{'✓' if self.ok else '✗'} {self.text}"


def examine(places: Places) -> tuple[list[str], bool]:
    """The lines to show, and whether all is in place. Raises GongkaiError where the record cannot
    be read.
    """
    checks = list(checks_of(places))
    head = (
        f"gongkai {gongkai.__version__}，xlwings {version('xlwings')}，Python "
        f"{platform.python_version()}"
    )
    complete = all(check.ok for check in checks)
    end = "全部就绪。" if complete else "有缺漏，请按上面标✗的各行处理。"
    return [head, *(check.line() for check in checks), end], complete


def checks_of(places: Places) -> Iterator[Check]:
    if not places.excel.is_dir():
        yield Check(False, installing.NO_EXCEL_YET.format(path=places.excel))
    record = files.read_record(places.state) or files.InstallRecord()
    for component in components.packaged(places):
        yield check_component(component, record)
    yield check_interpreter(places)
    if places.platform == "win32":
        yield check_library(Path(places.python))


def check_component(component: components.Component, record: files.InstallRecord) -> Check:
    found = files.current(component.path)
    if found is None:
        return Check(False, f"{component.name}：缺少{component.path}；{MEND}。")
    if found == component.content:
        return Check(True, f"{component.name}：{component.path}")
    entry = record.entry(component.path)
    if entry and files.digest_of(found) in entry.ours:
        return Check(
            False, f"{component.name}：{component.path}是旧版（{record.version}）；{MEND}。"
        )
    return Check(
        False,
        f"{component.name}：{component.path}与本版不同，可能被改过；{MEND}，现有的文件会先备份。",
    )


def check_interpreter(places: Places) -> Check:
    """Whether the settings name a Python that is there, and this one."""
    value = setting_of(files.current(places.settings) or b"", places.key)
    if value is None:
        return Check(False, f"Python的位置：{places.settings}中没有{places.key}；{MEND}。")
    named = value.decode(places.encoding, "replace")
    if same_path(named, places.interpreter, places):
        return Check(True, f"Python的位置：{places.key} = {named}（正是运行本命令的Python）")
    if not Path(named).is_file():
        return Check(False, f"Python的位置：{places.key} = {named}，这个文件不存在；{MEND}。")
    return Check(
        False,
        (
            f"Python的位置：{places.key} = {named}，不是运行本命令的Python（{places.python}）；"
            f"{MEND}。"
        ),
    )


def same_path(one: str, other: str, places: Places) -> bool:
    kind = PureWindowsPath if places.platform == "win32" else PurePath
    return kind(one) == kind(other)


def check_library(python: Path) -> Check:
    """xlwings looks for its library beside the Python and one folder above; pip puts it elsewhere
    where it may not write there.
    """
    name = f"xlwings64-{version('xlwings')}.dll"
    found = next(
        (folder / name for folder in python.parents[:2] if (folder / name).is_file()), None
    )
    if found:
        return Check(True, f"函数所需的文件：{found}")
    return Check(
        False,
        f"函数所需的文件：{python.parent}中没有{name}，{FUNCTIONS_ONLY}；"
        "请从 python.org 安装Python（安装时选仅为本用户安装），再用它重新安装gongkai。",
    )
