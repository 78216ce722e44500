"""A page that is made of other things -> its file; with ``--check`` the two are compared."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path


def kept(path: Path, page: str, arguments: Sequence[str], command: str) -> int:
    """Write the page, or tell with ``--check`` whether the file is what ``command`` makes: 0 or
    1.
    """
    if list(arguments) != ["--check"]:
        path.write_text(page, encoding="utf-8", newline="\n")
        return 0
    if path.is_file() and path.read_text(encoding="utf-8") == page:
        return 0
    print(f"{path.name} is not what {command} makes; run it", file=sys.stderr)
    return 1
