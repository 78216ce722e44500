"""Components -> the add-in in place, planned first, then done whole or not at all; and out
again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import gongkai
from gongkai.addin.components import ADDIN, Component, components
from gongkai.addin.files import (
    InstalledFile,
    InstallRecord,
    backup_path,
    current,
    digest_of,
    drop_empty,
    missing_folders,
    put,
    read_record,
    record_path,
    write_record,
)
from gongkai.addin.places import SAFE_KEY, SAFE_VALUE, Places, line_of, setting_of, without_setting
from gongkai.model import GongkaiError
from gongkai.system import system_reason

NO_EXCEL_YET = (
    "没有找到Excel的个人文件夹（{path}），没有安装任何东西。请先打开一次Excel再关闭，然后再试；"
    "WPS表格不能使用这个加载项。"
)
RESTART = "安装完成。请关闭所有Excel窗口后重新打开，功能区上会出现“政府信息公开”选项卡。"
CLOSE_EXCEL = "请先关闭所有Excel窗口"
MAC_PRIVACY = "；如果系统询问是否允许“终端”访问其他App的数据，请选“允许”"


@dataclass(frozen=True)
class Step:
    """``before`` is what stands there now. ``entry`` is what the record shall say of it."""

    component: Component
    before: bytes | None
    entry: InstalledFile
    changed: bool  # the user changed it since we wrote it


def install(places: Places) -> list[str]:
    """Put everything in place and say what was done. Raises GongkaiError, then all is as it was
    before.
    """
    if not places.excel.is_dir():
        raise GongkaiError(NO_EXCEL_YET.format(path=places.excel))
    old = read_record(places.state) or InstallRecord()
    steps = [planned(component, old, places) for component in components(places)]
    carry_out(places, steps, new_record(places, steps, old))
    return [*(line_for(step, places) for step in steps), RESTART]


def new_record(places: Places, steps: list[Step], old: InstallRecord) -> InstallRecord:
    """What an older version put in places of its own stays recorded."""
    entries = []
    written = [record_path(places.state)]
    for step in steps:
        entries.append(step.entry)
        written.append(step.component.path)
    here = {entry.path for entry in entries}
    for entry in old.entries:
        if entry.path not in here:
            entries.append(entry)
    folders = dict.fromkeys([*old.folders, *map(str, missing_folders(written))])
    return InstallRecord(gongkai.__version__, tuple(entries), tuple(folders))


def planned(component: Component, record: InstallRecord, places: Places) -> Step:
    before = current(component.path)
    entry = record.entry(component.path)
    if entry is None:
        backup = "" if before is None else digest_of(before)
        entry, known = InstalledFile(str(component.path), (), backup), True
    else:
        known = before is None or is_known(before, entry, places)
    values = (*entry.values, component.value) if component.value else ()
    # Settings with other lines of the user's in them are never taken away as a whole.
    whole = (
        not component.value or before is None or digest_of(before) in (*entry.ours, entry.backup)
    )
    ours = dict.fromkeys([*entry.ours, *[digest_of(component.content)] * whole])
    return Step(
        component,
        before,
        replace(entry, ours=tuple(ours), values=tuple(dict.fromkeys(values))),
        not known,
    )


def is_known(content: bytes, entry: InstalledFile, places: Places) -> bool:
    """Whether nothing would be lost with it: we wrote it, or it is in the backup; of the settings
    our line counts.
    """
    if digest_of(content) in (*entry.ours, entry.backup):
        return True
    value = setting_of(content, places.key)
    return bool(entry.values) and value in [None, *encoded_values(entry, places)]


# --- doing it -------------------------------------------------------------------------------------


def carry_out(places: Places, steps: list[Step], record: InstallRecord) -> None:
    """Backups first, then the record, then the files; on any failure everything back."""
    backups: list[tuple[Path, bytes]] = []
    written = [record_path(places.state)]
    for step in steps:
        backups += backup_of(step, places)
        written.append(step.component.path)
    fresh = [path for path, _ in backups if not path.exists()]
    at = record_path(places.state)
    recorded = current(at)
    made = missing_folders([*fresh, *written])
    try:
        for at, content in backups:
            at.parent.mkdir(parents=True, exist_ok=True)
            if at in fresh:
                put(at, content, aside=at.parent)
        at = record_path(places.state)
        write_record(places.state, record)
        for step in steps:
            at = step.component.path
            at.parent.mkdir(parents=True, exist_ok=True)
            put_component(step, step.component.content, places)
    except BaseException as error:
        left = roll_back(places, steps, recorded, fresh)
        drop_empty(made)
        if isinstance(error, OSError):
            raise GongkaiError(failure(error, at, left, places)) from error
        raise


def backup_of(step: Step, places: Places) -> list[tuple[Path, bytes]]:
    """Where a copy of what stands there goes, if one is needed."""
    if step.before is None:
        return []
    digest = digest_of(step.before)
    if step.changed or digest == step.entry.backup:
        return [(backup_path(places.state, digest, step.component.path.name), step.before)]
    return []


def put_component(step: Step, content: bytes | None, places: Places) -> None:
    path = step.component.path
    if current(path) != content:
        put(path, content, aside=aside(path, places), executable=step.component.executable)


def aside(path: Path, places: Places) -> Path:
    """Where a file is written before it is put in place: its own folder, unless Excel would open
    what lies there.
    """
    folder = path.resolve().parent
    return folder.parent if folder == places.startup.resolve() else folder


def roll_back(
    places: Places, steps: list[Step], recorded: bytes | None, fresh: list[Path]
) -> list[Path]:
    """Undo what was done; the files where that failed. For those the new record and the backups
    stay.
    """
    left = []
    for step in reversed(steps):
        try:
            put_component(step, step.before, places)
        except (OSError, GongkaiError):
            left.append(step.component.path)
    if left:
        return left
    record = record_path(places.state)
    try:
        if current(record) != recorded:
            put(record, recorded, aside=places.state)
        for path in fresh:
            path.unlink(missing_ok=True)
    except (OSError, GongkaiError):
        left.append(record)
    return left


def failure(error: OSError, path: Path, left: list[Path], places: Places) -> str:
    mend = ""
    if isinstance(error, PermissionError):
        mend = f"。{CLOSE_EXCEL}{MAC_PRIVACY if places.platform == 'darwin' else ''}"
    state = "已经恢复原状"
    if left:
        state = (
            f"未能全部恢复原状（{'、'.join(map(str, left))}），请运行 gongkai addin uninstall 恢复"
        )
    return (
        f"没有安装：写入{path}时出错，{system_reason(error)}{mend}。{state}，之后可以再运行一次 "
        f"gongkai addin install。"
    )


# --- saying it ------------------------------------------------------------------------------------


def line_for(step: Step, places: Places) -> str:
    component = step.component
    if step.before == component.content:
        return f"已是最新　{component.path}（{component.name}）"
    kept = ""
    if step.before is not None and (step.changed or digest_of(step.before) == step.entry.backup):
        kept = (
            f"；原有的文件已备份到 "
            f"{backup_path(places.state, digest_of(step.before), component.path.name)}"
        )
    if not component.value:
        return f"已放入　{component.path}（{component.name}{kept}）"
    value = setting_of(step.before or b"", places.key)
    was = f"；原值 {value.decode(places.encoding, 'replace')}" if value is not None else ""
    safe = f"，{SAFE_KEY} = false" if setting_of(step.before or b"", SAFE_KEY) is None else ""
    return (
        f"已设置　{component.path}：{places.key} = {component.value}{safe}（其他设置不变{was}"
        f"{kept}）"
    )


# --- uninstalling ---------------------------------------------------------------------------------
# Everything becomes as it was before, except what the user has changed since.

KEPT = "安装以后有改动，没有删除；不需要时请自行删除"


@dataclass(frozen=True)
class Undo:
    """``content`` is what shall stand there, None for nothing; ``spent``: the backup is of no more
    use.
    """

    content: bytes | None
    line: str
    spent: bool = True


def uninstall(places: Places) -> Iterator[str]:
    """Put everything back, a line each. Raises GongkaiError where that fails; a second run goes on
    from there.
    """
    record = read_record(places.state)
    if record is None:
        yield nothing_recorded(places)
        return
    while record.entries:
        entry = record.entries[0]
        path = Path(entry.path)
        undo = undo_of(entry, places)
        try:
            if current(path) != undo.content:
                put(path, undo.content, aside=aside(path, places))
            record = replace(record, entries=record.entries[1:])
            write_record(places.state, record)
            if undo.spent and entry.backup:
                kept_copy(entry, places).unlink(missing_ok=True)
        except OSError as error:
            raise GongkaiError(
                f"卸载未完成：处理{path}时出错，{system_reason(error)}。{CLOSE_EXCEL}，"
                "再运行一次 gongkai addin uninstall，将继续卸载。"
            ) from error
        yield undo.line
    yield close_record(places, record)


def nothing_recorded(places: Places) -> str:
    addin = places.startup / ADDIN
    if addin.exists():
        return (
            f"没有安装记录；{addin}不是由 gongkai addin install 放入的，没有删除，"
            f"不需要时请自行删除。"
        )
    return "没有安装记录，没有要卸载的东西。"


def close_record(places: Places, record: InstallRecord) -> str:
    """Remove the record and the folders that we made, as far as they are empty."""
    try:
        write_record(places.state, None)
    except OSError as error:
        raise GongkaiError(
            f"无法删除{record_path(places.state)}：{system_reason(error)}；请自行删除。"
        ) from error
    drop_empty([*(Path(folder) for folder in record.folders), places.state / "backups"])
    left = (
        f"日志等个人数据留在{places.state}，不需要时可自行删除。" if places.state.exists() else ""
    )
    return f"卸载完成。{left}程序本身用 pip uninstall gongkai 删除。"


def kept_copy(entry: InstalledFile, places: Places) -> Path:
    return backup_path(places.state, entry.backup, Path(entry.path).name)


# --- what becomes of a file -----------------------------------------------------------------------


def undo_of(entry: InstalledFile, places: Places) -> Undo:
    path, now = Path(entry.path), current(Path(entry.path))
    before = None
    if entry.backup:
        before = current(kept_copy(entry, places))
        if before is None or digest_of(before) != entry.backup:
            return Undo(
                now, f"保留　　{path}（原有文件的备份已丢失或被改动，没有改动）", spent=False
            )
    if now == before:
        return Undo(now, f"已是原样　{path}")
    if now is None or digest_of(now) in entry.ours:
        return Undo(
            before, f"已删除　{path}" if before is None else f"已恢复　{path}（原有的文件）"
        )
    if entry.values:
        return undo_of_settings(entry, now, before, places)
    copy = f"；原有文件的备份在{kept_copy(entry, places)}" if entry.backup else ""
    return Undo(now, f"保留　　{path}（{KEPT}{copy}）", spent=False)


def undo_of_settings(
    entry: InstalledFile, now: bytes, before: bytes | None, places: Places
) -> Undo:
    """The settings were changed since: only our lines go, or become what they were."""
    value = setting_of(now, places.key)
    if value is None:
        return Undo(now, f"保留　　{entry.path}（其中已没有{places.key}，没有改动）", spent=False)
    shown = value.decode(places.encoding, "replace")
    if value not in encoded_values(entry, places):
        told = f"保留　　{entry.path}（{places.key}已另设为 {shown}，没有改动）"
        return Undo(now, told, spent=False)
    first = before or b""
    content = without_setting(now, places.key, value, line_of(first, places.key))
    if setting_of(first, SAFE_KEY) is None:
        content = without_setting(content, SAFE_KEY, SAFE_VALUE, line_of(first, SAFE_KEY))
    is_empty = before is None and not content.strip()
    told = f"已恢复　{entry.path}：{places.key}{former_setting(first, places)}（其他设置不变）"
    return Undo(None if is_empty else content, told)


def encoded_values(entry: InstalledFile, places: Places) -> list[bytes]:
    """What we have set it to, as it stands in the file."""
    return [text.encode(places.encoding) for text in entry.values]


def former_setting(before: bytes, places: Places) -> str:
    """恢复为 C:\\Python\\python.exe, or 已去掉 where there was none."""
    old = setting_of(before, places.key)
    return "已去掉" if old is None else f"恢复为 {old.decode(places.encoding, 'replace')}"
