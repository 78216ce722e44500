"""Lines -> the terminal, each whole or the exit code says so; argparse in Chinese."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO
from unicodedata import east_asian_width

from gongkai import system, wording
from gongkai.model import GongkaiError

CLEAN, ERRORS, UNREADABLE = 0, 1, 2
INTERRUPTED, READER_GONE = (
    130,
    141,
)  # as a shell reports them: stopped by the user; nobody reads the output any more


def set_streams(encoding: str | None = None) -> None:
    """What an output cannot show becomes a question mark, never a traceback; JSON is UTF-8
    everywhere.
    """
    for stream, code in ((sys.stdout, encoding), (sys.stderr, None)):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=code, errors="replace")


def keep_apart() -> None:
    """Let what libraries in C print go nowhere: one line of a solver's, at its end, broke JSON.

    Python's own output goes on by another descriptor. Nothing is done where standard output is not
    the process's own.
    """
    stream = sys.__stdout__
    if stream is None or sys.stdout is not stream or stream.fileno() != 1:
        return
    stream.flush()
    # stays open: where standard error is closed it takes that place
    nowhere = os.open(os.devnull, os.O_WRONLY)
    encoding, errors = stream.encoding, stream.errors
    own = open(os.dup(1), "w", encoding=encoding, errors=errors, buffering=1)  # noqa: SIM115
    os.dup2(nowhere, 1)
    sys.stdout = own


def put(text: str) -> None:
    """Print to standard output and see that it arrives: an outcome that nobody gets must not pass
    for a clean run.

    GongkaiError where it cannot be written, BrokenPipeError where nobody reads on (``| head -1``).
    """
    if sys.stdout is None:
        raise GongkaiError("结果无法输出：标准输出已关闭，请改变输出的去向后再试。")
    try:
        print(text, flush=True)
    except OSError as error:
        discard(sys.stdout)
        if isinstance(error, BrokenPipeError):
            raise
        raise GongkaiError(
            f"结果无法输出：{system.system_reason(error)}，请改变输出的去向后再试。"
        ) from error


def show(lines: Iterable[str]) -> None:
    """Each on a line of its own, whatever the name of a file or a text of a page in it holds."""
    for line in lines:
        put(wording.plain(line).replace("\n", " ").replace("\t", " "))


@contextmanager
def written(target: Path) -> Iterator[None]:
    """Around the output of a command that has written a file: where the output fails, the file is
    there none the less, and the sentence says so.
    """
    try:
        yield
    except GongkaiError as error:
        raise GongkaiError(f"{target}已写入；但{error}") from error


def tell(sentence: str) -> None:
    """One line on standard error; where that is closed or full, the exit code has to do."""
    if sys.stderr is None:  # print would take standard output instead
        return
    try:
        print(wording.one_line(sentence), file=sys.stderr, flush=True)
    except OSError:
        discard(sys.stderr)


def discard(stream: TextIO) -> None:
    """Let a failed stream lead nowhere: on its way out the interpreter writes again what is left,
    and fails again.
    """
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(sentence: str) -> int:
    tell(sentence)
    return UNREADABLE


def complain_of(error: GongkaiError) -> int:
    """A failure in one line; after that of a directory page the links that it lists."""
    complain(str(error))
    for line in getattr(error, "__notes__", ()):
        tell(line)
    return UNREADABLE


# --- the width of a text --------------------------------------------------------------------------


def width_of(text: str) -> int:
    """Columns of a terminal."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def fitting(text: str, columns: int) -> str:
    text = wording.one_line(text)
    while width_of(text) > columns:
        text = text[:-1]
    return text


def reading_of(options: argparse.Namespace) -> dict[str, Any]:
    """How pages are got, and which part of a source is read."""
    return {**access_of(options), "part": options.part}


def access_of(options: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(options, name) for name in ("offline", "refresh", "insecure")}
