"""The system refuses one call: of all that change a folder (a file opened to be written, a write,
a rename, a link, a file removed, a folder made) and of all that ask SQLite, each by its number.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

CALLS = ("replace", "rename", "link", "unlink", "remove", "mkdir", "rmdir", "chmod", "fsync")
REFUSALS = {
    "full": (errno.ENOSPC, "database or disk is full", "SQLITE_FULL"),
    "denied": (errno.EACCES, "attempt to write a readonly database", "SQLITE_READONLY"),
}


class Faults:
    """Calls counted below a folder; the one with the number ``at`` is refused, or with ``stays``
    all from there on.
    """

    def __init__(self, root: Path, kind: str = "full", at: int = 0, stays: bool = False) -> None:
        self.root = os.path.realpath(root)
        self.code, self.text, self.name = REFUSALS[kind]
        self.at, self.stays = at, stays
        self.seen: list[str] = []
        self.lock = Lock()

    def is_refused(self, what: str) -> bool:
        with self.lock:
            self.seen.append(what)
            number = len(self.seen)
        return number == self.at or (self.stays and 0 < self.at < number)

    def is_below(self, path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        place = os.path.realpath(os.path.dirname(os.path.abspath(os.fsdecode(path))))
        return f"{place}/".startswith(f"{self.root}/")

    def meet(self, what: str) -> None:
        if self.is_refused(what):
            raise OSError(self.code, os.strerror(self.code))

    def ask(self, question: str) -> None:
        """The same again and again, as for each cell of a form, is one call."""
        what = f"sqlite {question[:40]}"
        if what not in self.seen[-2:] and self.is_refused(what):
            error = sqlite3.OperationalError(self.text)
            error.sqlite_errorname = self.name
            raise error


class CountedFile:
    """A file open to be written: of a write that is refused half is there."""

    def __init__(self, file: Any, faults: Faults) -> None:
        self.file, self.faults = file, faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def __enter__(self) -> CountedFile:
        return self

    def __exit__(self, *told: object) -> None:
        self.file.close()

    def write(self, content: Any) -> Any:
        try:
            self.faults.meet("write")
        except OSError:
            self.file.write(content[: len(content) // 2])
            self.file.flush()
            raise
        return self.file.write(content)


def opening(faults: Faults, real: Callable[..., Any]) -> Callable[..., Any]:
    def counted(path: Any, mode: str = "r", *others: Any, **named: Any) -> Any:
        if not set(mode) & set("wxa+") or not faults.is_below(path):
            return real(path, mode, *others, **named)
        faults.meet(f"open {os.path.basename(os.fsdecode(path))}")
        return CountedFile(real(path, mode, *others, **named), faults)

    return counted


def calling(faults: Faults, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*paths: Any, **named: Any) -> Any:
        if any(map(faults.is_below, paths)):
            faults.meet(f"{name} {os.path.basename(os.fsdecode(paths[0]))}")
        return real(*paths, **named)

    return counted


def connecting(faults: Faults, real: Callable[..., Any]) -> Callable[..., Any]:
    class Counted(sqlite3.Connection):
        def execute(self, question: str, *values: Any) -> Any:
            faults.ask(question)
            return super().execute(question, *values)

        def executemany(self, question: str, *values: Any) -> Any:
            faults.ask(question)
            return super().executemany(question, *values)

        def executescript(self, script: str) -> Any:
            faults.ask(script)
            return super().executescript(script)

    def counted(place: str, **named: Any) -> Any:
        if place == ":memory:":
            return real(place, **named)
        return real(place, factory=Counted, **named)

    return counted


@contextmanager
def refused(faults: Faults) -> Iterator[Faults]:
    """Calls are counted and refused within."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (io, builtins):
            patch.setattr(module, "open", opening(faults, io.open))
        for name in CALLS:
            patch.setattr(os, name, calling(faults, name, getattr(os, name)))
        patch.setattr(sqlite3, "connect", connecting(faults, sqlite3.connect))
        yield faults
