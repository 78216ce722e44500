"""Paths -> contents, read whole and put in place at once; the record of what we put where, as
JSON.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gongkai.model import GongkaiError
from gongkai.system import discard_file, move, system_reason


def current(path: Path) -> bytes | None:
    """What a file holds, None where there is none. GongkaiError for what cannot be read or is no
    file.
    """
    try:
        if not path.exists():
            return None
        if not path.is_file():  # a pipe would never be read to its end
            raise GongkaiError(f"{path}不是普通文件，没有改动任何东西；请把它改名或移走后再试。")
        return path.read_bytes()
    except OSError as error:
        raise GongkaiError(f"无法读取{path}：{system_reason(error)}；没有改动任何东西。") from error


def put(path: Path, content: bytes | None, *, aside: Path, executable: bool = False) -> None:
    """Let a file hold ``content``, or be away for None. It is written in the folder ``aside``
    first. Raises OSError.

    Excel opens whatever lies in its start folder, so a half-written file must not lie there. A link
    is followed.
    """
    place = path.resolve()
    if content is None:
        place.unlink(missing_ok=True)
        return
    temporary = aside.resolve() / f".gongkai-{secrets.token_hex(6)}.tmp"
    try:
        with temporary.open("xb") as file:
            file.write(content)
        if place.exists():
            shutil.copymode(place, temporary)
        if executable:
            temporary.chmod(0o755)
        move(temporary, place)
    finally:
        discard_file(temporary)


def missing_folders(paths: list[Path]) -> list[Path]:
    """The folders that have to be made for these files, outermost first."""
    missing: dict[Path, None] = {}
    for path in paths:
        missing.update((folder, None) for folder in reversed(path.parents) if not folder.exists())
    return list(missing)


def drop_empty(folders: list[Path]) -> None:
    """Take folders away that hold nothing, innermost first."""
    for folder in reversed(folders):
        with suppress(OSError):
            folder.rmdir()


# --- the record -----------------------------------------------------------------------------------
# JSON in the user's own state, of what was put where and of what was there before. It is written
# before the first file is: whatever happens then, it tells what may be ours. ``ours`` are the
# sha256 sums of all contents ever put there, so a file that reads otherwise is the user's.

FORMAT = 1


@dataclass(frozen=True)
class InstalledFile:
    """``backup``: sha256 of what was there before, "" if nothing was. ``values``: for the settings,
    what we set.
    """

    path: str
    ours: tuple[str, ...]
    backup: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class InstallRecord:
    """``folders`` were made by us, outermost first."""

    version: str = ""
    entries: tuple[InstalledFile, ...] = ()
    folders: tuple[str, ...] = ()

    def entry(self, path: Path) -> InstalledFile | None:
        return next((entry for entry in self.entries if entry.path == str(path)), None)


def record_path(state: Path) -> Path:
    return state / "addin.json"


def backup_path(state: Path, digest: str, name: str) -> Path:
    return state / "backups" / f"{digest[:16]}-{name}"


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_record(state: Path) -> InstallRecord | None:
    """None where there is none. GongkaiError for one that is damaged: guessing could lose what the
    user had.
    """
    path = record_path(state)
    content = current(path)
    if content is None:
        return None
    try:
        return parse_record(json.loads(content))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise GongkaiError(
            f"安装记录{path}已损坏，没有改动任何文件；请把它改名保存，再运行 gongkai addin "
            f"install。"
            f"原有文件的备份在{path.parent / 'backups'}。"
        ) from error


def parse_record(data: Any) -> InstallRecord:
    if data["format"] != FORMAT:
        raise ValueError(data["format"])
    entries = tuple(
        InstalledFile(
            text(entry["path"]), texts(entry["ours"]), text(entry["backup"]), texts(entry["values"])
        )
        for entry in data["entries"]
    )
    return InstallRecord(text(data["version"]), entries, texts(data["folders"]))


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def texts(values: Any) -> tuple[str, ...]:
    return tuple(text(value) for value in values)


def write_record(state: Path, record: InstallRecord | None) -> None:
    """None takes it away. Raises OSError."""
    path = record_path(state)
    if record is None:
        path.unlink(missing_ok=True)
        return
    data = {"format": FORMAT, **asdict(record)}
    state.mkdir(parents=True, exist_ok=True)
    put(path, json.dumps(data, ensure_ascii=False, indent=1).encode(), aside=state)
