"""What a path may name besides files: pipes, devices and sockets; whoever opens one so that it may
wait is told so.

A test of such a path must not hang where the code is wrong: while ``watched`` is on, opening one
without O_NONBLOCK raises instead of waiting.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

WATCHING: list[bool] = []


class WouldWait(AssertionError):
    """Something was opened for reading that may never give anything."""


def hook(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook of Python, which cannot be taken away again: it looks only while it is
    wanted.
    """
    if WATCHING and event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        path, _, flags = arguments
        waits = not (isinstance(flags, int) and flags & os.O_NONBLOCK)
        if waits and path != os.devnull and is_special(path):
            raise WouldWait(f"{path!r} was opened, which may wait")


def is_special(path: str | bytes | os.PathLike[str]) -> bool:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


sys.addaudithook(hook)


@contextmanager
def watched() -> Iterator[None]:
    WATCHING.append(True)
    try:
        yield
    finally:
        WATCHING.pop()


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def linked_pipe(path: Path) -> Path:
    """A link to a pipe, as /dev/fd/63 of a shell's <(...) is one."""
    path.symlink_to(pipe(path.with_name(f"{path.name}.pipe")))
    return path


def socket(path: Path) -> Path:
    os.mknod(path, stat.S_IFSOCK | 0o600)
    return path


def device(name: str) -> Callable[[Path], Path]:
    """A link to a device of this machine, under any name."""

    def linked(path: Path) -> Path:
        path.symlink_to(name)
        return path

    return linked


# Kind -> what makes one at a path, and the word that a sentence has for it.
KINDS: Mapping[str, tuple[Callable[[Path], Path], str]] = {
    "pipe": (pipe, "管道"),
    "linked pipe": (linked_pipe, "管道"),
    "socket": (socket, "套接字"),
    "zero": (device("/dev/zero"), "设备"),
    "null": (device("/dev/null"), "设备"),
    "terminal": (device("/dev/tty"), "设备"),
}
