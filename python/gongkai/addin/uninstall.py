"""Taking the add-in out again: everything as it was before, except what the user has changed since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gongkai.addin.files import current, drop_empty, put
from gongkai.addin.install import CLOSE_EXCEL, aside
from gongkai.addin.pieces import ADDIN
from gongkai.addin.places import Places
from gongkai.addin.record import Entry, Record, backup_path, digest_of, read_record, record_path, write_record
from gongkai.addin.settings import SAFE_KEY, SAFE_VALUE, line_of, seen, without_setting
from gongkai.model import GongkaiError
from gongkai.system import system_reason

KEPT = "安装以后有改动，没有删除；不需要时请自行删除"


@dataclass(frozen=True)
class Undo:
    """``content`` is what shall stand there, None for nothing; ``spent``: the backup is of no more use."""

    content: bytes | None
    line: str
    spent: bool = True


def uninstall(places: Places) -> Iterator[str]:
    """Put everything back, a line each. Raises GongkaiError where that fails; a second run goes on from there."""
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
                backup_of(entry, places).unlink(missing_ok=True)
        except OSError as error:
            raise GongkaiError(
                f"没有卸载完：处理{path}时出错，{system_reason(error)}。{CLOSE_EXCEL}，"
                "再运行一次 gongkai addin uninstall，会接着做完。"
            ) from error
        yield undo.line
    yield close_record(places, record)


def nothing_recorded(places: Places) -> str:
    addin = places.startup / ADDIN
    if addin.exists():
        return f"没有安装记录；{addin}不是由 gongkai addin install 放入的，没有删除，不需要时请自行删除。"
    return "没有安装记录，没有要卸载的东西。"


def close_record(places: Places, record: Record) -> str:
    """Remove the record and the folders that we made, as far as they are empty."""
    try:
        write_record(places.state, None)
    except OSError as error:
        raise GongkaiError(f"无法删除{record_path(places.state)}：{system_reason(error)}；请自行删除。") from error
    drop_empty([*(Path(folder) for folder in record.folders), places.state / "backups"])
    left = f"日志等个人数据留在{places.state}，不需要时可自行删除。" if places.state.exists() else ""
    return f"卸载完成。{left}程序本身用 pip uninstall gongkai 删除。"


def backup_of(entry: Entry, places: Places) -> Path:
    return backup_path(places.state, entry.backup, Path(entry.path).name)


# --- what becomes of a file ---------------------------------------------------------------------------------------


def undo_of(entry: Entry, places: Places) -> Undo:
    path, now = Path(entry.path), current(Path(entry.path))
    before = None
    if entry.backup:
        before = current(backup_of(entry, places))
        if before is None or digest_of(before) != entry.backup:
            return Undo(now, f"保留　　{path}（原有文件的备份不见了，没有改动）", spent=False)
    if now == before:
        return Undo(now, f"已是原样　{path}")
    if now is None or digest_of(now) in entry.ours:
        return Undo(before, f"已删除　{path}" if before is None else f"已恢复　{path}（原有的文件）")
    if entry.values:
        return undo_of_settings(entry, now, before, places)
    copy = f"；原有文件的备份在{backup_of(entry, places)}" if entry.backup else ""
    return Undo(now, f"保留　　{path}（{KEPT}{copy}）", spent=False)


def undo_of_settings(entry: Entry, now: bytes, before: bytes | None, places: Places) -> Undo:
    """The settings were changed since: only our lines go, or become what they were."""
    value = seen(now, places.key)
    if value is None:
        return Undo(now, f"保留　　{entry.path}（其中已没有{places.key}，没有改动）", spent=False)
    if value not in [text.encode(places.encoding) for text in entry.values]:
        shown = value.decode(places.encoding, "replace")
        return Undo(now, f"保留　　{entry.path}（{places.key}已另设为 {shown}，没有改动）", spent=False)
    content = without_setting(now, places.key, value, line_of(before or b"", places.key))
    if seen(before or b"", SAFE_KEY) is None:
        content = without_setting(content, SAFE_KEY, SAFE_VALUE, line_of(before or b"", SAFE_KEY))
    old = seen(before or b"", places.key)
    was = f"恢复为 {old.decode(places.encoding, 'replace')}" if old is not None else "已去掉"
    kept = None if before is None and not content.strip() else content
    return Undo(kept, f"已恢复　{entry.path}：{places.key}{was}（其他设置不变）")
