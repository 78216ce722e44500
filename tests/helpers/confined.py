"""Code -> what comes of it in a process of its own that was confined, in each of Linux's ways."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import gongkai
from gongkai import confinement
from gongkai.confinement import Confinement, seccomp

# A kernel without Landlock, and a machine whose numbers nobody has written down.
WAYS = {
    "free": "",
    "whole": "",
    "filter": "confinement.landlock_version = lambda libc: -38",
    "landlock": "seccomp.MACHINES.clear()",
}
CONFINED = tuple(way for way in WAYS if way != "free")
CODE = """
import ctypes, errno, json, os, sys, threading
from pathlib import Path
from gongkai import confinement
from gongkai.confinement import seccomp

FOLDER, WRITABLE, WAY = Path(sys.argv[1]), tuple(map(Path, json.loads(sys.argv[2]))), sys.argv[3]
LIBC = ctypes.CDLL(None, use_errno=True)

def numbered(number, *arguments):
    words = [a if isinstance(a, bytes) else ctypes.c_long(a) for a in (number, *arguments)]
    LIBC.syscall.restype = ctypes.c_long
    answer = LIBC.syscall(*words)
    if answer < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return answer

def tried(attempts):
    found = {}
    for name, attempt in attempts.items():
        try:
            attempt()
            found[name] = "done"
        except OSError as error:
            found[name] = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return found

def confine():
    if WAY == "free":
        return confinement.Confinement()
    return confinement.confine(WRITABLE)

def told(value):
    print(json.dumps(value))

"""


def run_code(code: str, way: str, folder: Path, writable: tuple[Path, ...] = ()) -> Any:
    """What the last line of the code's output says, as JSON."""
    named = json.dumps([str(path) for path in writable])
    done = subprocess.run(
        [sys.executable, "-c", f"{CODE}{WAYS[way]}\n{code}", str(folder), named, way],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(gongkai.__file__).parents[1])},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@cache
def landlock_here() -> int:
    """The version of this kernel's Landlock, 0 without."""
    return max(0, confinement.landlock_version(confinement.c_library()))


def has_filter() -> bool:
    return os.uname().machine in seccomp.MACHINES


def expected(way: str) -> Confinement:
    """What this kernel can do in such a way: a tool that is missing is said to be."""
    filters = has_filter() and way in ("whole", "filter")
    lands = landlock_here() >= confinement.TRUNCATE_SINCE and way in ("whole", "landlock")
    return Confinement(network=filters, writing=filters or lands)


def flags(value: Confinement) -> tuple[bool, bool]:
    return value.network, value.writing
