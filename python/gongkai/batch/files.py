"""Files of a batch's folder: known by their digest, moved without ever replacing another."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from gongkai.decisions.file import docket_bytes, docket_path
from gongkai.system import move


def digest(path: Path) -> str:
    return digest_of(path.read_bytes())


def digest_with_docket(path: Path) -> str:
    """The digest of a workbook and of what was decided beside it; without such a file the workbook's own."""
    return digest_of(path.read_bytes() + docket_bytes(docket_path(path)))


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def move_new(part: Path, target: Path) -> bool:
    """Give a finished file its name; False where something has it."""
    try:
        if sys.platform == "win32":
            move(part, target, os.rename)  # which on Windows replaces nothing
            return True
        os.link(part, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if os.path.lexists(target):
            return False
        part.rename(target)
        return True
    part.unlink()
    return True
