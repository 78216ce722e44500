"""The command ``gongkai`` in this process: arguments and standard input in; exit code, output and
messages out.

A process of its own costs a start of half a second. Only what a shell, a signal or a closed stream
does to the command cannot be seen from inside: those tests are marked ``process`` and start
``PROCESS``.
"""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO
from unittest.mock import patch

from gongkai import cli

PROCESS = [sys.executable, "-X", "utf8", "-m", "gongkai"]


def run_command(
    *arguments: object,
    stdin: bytes | TextIO = b"",
    environment: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    **streams: TextIO | None,
) -> subprocess.CompletedProcess[str]:
    """What ``gongkai`` with these arguments does, as ``subprocess.run`` would give it.

    ``stdout`` and ``stderr`` may be other streams than those that are captured here; None is one
    that a shell closed.
    """
    words = [word_of(argument) for argument in arguments]
    given = stdin
    if isinstance(stdin, bytes):
        given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    found = {"stdin": given, "stdout": captured(encoding), "stderr": captured(encoding), **streams}
    with patch.multiple(sys, **found), patch.dict("os.environ", environment or {}):
        code = exit_code(words)
    output, messages = written_to(found["stdout"]), written_to(found["stderr"])
    return subprocess.CompletedProcess(["gongkai", *words], code, output, messages)


def word_of(argument: object) -> str:
    """As Python has it in ``sys.argv``, bytes that are no text too."""
    return os.fsdecode(argument) if isinstance(argument, bytes | os.PathLike) else str(argument)


def captured(encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")


def written_to(stream: TextIO | None) -> str:
    if not isinstance(stream, io.TextIOWrapper) or not isinstance(stream.buffer, io.BytesIO):
        return ""
    stream.flush()
    return stream.buffer.getvalue().decode(stream.encoding)


def exit_code(words: list[str]) -> int:
    """argparse ends the process for --help and for words that it does not understand."""
    try:
        return cli.main(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """No file of this process can grow beyond so many bytes: a disk that is full there."""
    _, most = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with patch.object(sys, "dont_write_bytecode", True):  # half a compiled module would stay
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
