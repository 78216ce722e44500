"""Files as they are and as they shall be: read whole, put in place at once."""

from __future__ import annotations

import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from gongkai.model import GongkaiError
from gongkai.system import discard_file, move, system_reason


def current(path: Path) -> bytes | None:
    """What a file holds, None where there is none. GongkaiError for what cannot be read or is no file."""
    try:
        if not path.exists():
            return None
        if not path.is_file():  # a pipe would never be read to its end
            raise GongkaiError(f"{path}不是普通文件，没有改动任何东西；请把它改名或移走后再试。")
        return path.read_bytes()
    except OSError as error:
        raise GongkaiError(f"无法读取{path}：{system_reason(error)}；没有改动任何东西。") from error


def put(path: Path, content: bytes | None, *, aside: Path, executable: bool = False) -> None:
    """Let a file hold ``content``, or be away for None. It is written in the folder ``aside`` first. Raises OSError.

    Excel opens whatever lies in its start folder, so a half-written file must not lie there. A link is followed.
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
