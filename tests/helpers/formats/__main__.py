"""``python -m helpers.formats``, in ``tests``, writes the texts anew; see the package."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from helpers.formats import BEFORE, DATA, FORMATS, made, made_of_before
from helpers.formats.before import write_before
from helpers.formats.transcript import place

# A name of no machine: the summary of a batch says where it was written.
NEUTRAL = Path("/tmp/gongkai-formats")


def main(names: Sequence[str]) -> None:
    """Names of formats, none for all of them; or ``before``."""
    if "before" in names:
        make_before()
        return
    for name in names or FORMATS:
        with TemporaryDirectory() as folder:
            save(name, made(name, Path(folder)))


def make_before() -> None:
    NEUTRAL.mkdir()
    try:
        with place(NEUTRAL):
            write_before()
        shutil.rmtree(NEUTRAL / ".own", ignore_errors=True)
        shutil.rmtree(BEFORE, ignore_errors=True)
        shutil.copytree(NEUTRAL, BEFORE)
    finally:
        shutil.rmtree(NEUTRAL)
    with TemporaryDirectory() as copy:
        save("before/said.txt", made_of_before(Path(copy)))


def save(name: str, text: str) -> None:
    (DATA / name).write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main(sys.argv[1:])
