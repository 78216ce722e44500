"""The command ``gongkai`` in this process: arguments and standard input in; exit code, output and messages out.

A process of its own costs a start of half a second. Only what a shell, a signal or a closed stream does to the command
cannot be seen from inside: those tests are marked ``process`` and start ``PROCESS``.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Mapping
from unittest.mock import patch

from gongkai import cli

PROCESS = [sys.executable, "-X", "utf8", "-m", "gongkai"]


def run_command(
    *arguments: object, stdin: bytes = b"", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What ``gongkai`` with these arguments does, as ``subprocess.run`` with captured output would give it."""
    words = [str(argument) for argument in arguments]
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    output, messages = captured(), captured()
    streams = {"stdin": given, "stdout": output, "stderr": messages}
    with patch.multiple(sys, **streams), patch.dict("os.environ", environment or {}):
        code = exit_code(words)
    return subprocess.CompletedProcess(["gongkai", *words], code, written_to(output), written_to(messages))


def captured() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")


def written_to(stream: io.TextIOWrapper) -> str:
    stream.flush()
    content = stream.buffer
    assert isinstance(content, io.BytesIO)
    return content.getvalue().decode("utf-8")


def exit_code(words: list[str]) -> int:
    """argparse ends the process for --help and for words that it does not understand."""
    try:
        return cli.main(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
