"""A real LibreOffice with the extension installed as a user installs it, and its user's hands."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import gongkai
from gongkai.addin.libreoffice import Office, install, unopkg_of
from gongkai.readers.libreoffice import find_program
from helpers import ROOT

DRIVER = ROOT / "tests" / "tools" / "office_desk.py"
NOBODY = 65534  # where this runs as root: unopkg refuses root
SETPRIV = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


def readable_by_all(folder: Path) -> None:
    """Another user installs into it."""
    for path in (folder, *folder.parents):
        if path == Path(gettempdir()):
            break
        path.chmod(0o755)


def office_in(folder: Path) -> Office:
    """A profile of its own, and this tree's gongkai for a Python."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    unopkg = unopkg_of(find_program())
    if os.geteuid() == 0:
        unopkg = (*SETPRIV, *unopkg)
        for path in (folder, profile, profile / "user"):
            os.chown(path, NOBODY, NOBODY)
    return Office(unopkg, profile, str(made_python(folder)))


def made_python(folder: Path) -> Path:
    """This Python with this tree's package, as installed; it tells who it is."""
    path, package = folder / "python", Path(gongkai.__file__).parents[1]
    path.write_text(
        "#!/bin/sh\n"
        f"echo $$ > {shlex.quote(str(folder / 'pid'))}\n"
        f'PYTHONPATH={shlex.quote(str(package))} exec {shlex.quote(sys.executable)} "$@"\n'
    )
    path.chmod(0o755)
    return path


class Desk:
    """What office_desk.py can do, by the names of its methods: ``desk.cell("a", "表三", "D6")``."""

    def __init__(self, office: Office, screen: Mapping[str, str]) -> None:
        self.folder = office.profile.parent
        environ = {**os.environ, **screen, "XDG_STATE_HOME": str(self.folder / "state")}
        self.process = subprocess.Popen(
            ["/usr/bin/python3", str(DRIVER), str(office.profile)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environ,
        )

    def __getattr__(self, name: str) -> Any:
        def ask(*arguments: Any) -> Any:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.write(json.dumps([name, *arguments]).encode() + b"\n")
            self.process.stdin.flush()
            kind, value = json.loads(self.process.stdout.readline())
            assert kind == "ok", f"{name}: {value}"
            return value

        return ask

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    # --- gongkai's process ------------------------------------------------------------------------

    def pid(self) -> int:
        return int((self.folder / "pid").read_text())

    def kill_gongkai(self) -> None:
        os.kill(self.pid(), signal.SIGKILL)


@contextmanager
def desk_in(
    folder: Path, screen: Mapping[str, str] = {}, prepare: Callable[[Path], None] | None = None
) -> Iterator[Desk]:
    """``screen``: what a program has to know of it; none where windows are drawn in memory.
    ``prepare`` is given the profile before it is used.
    """
    office = office_in(folder)
    if prepare is not None:
        prepare(office.profile)
    install(office)
    desk = Desk(office, screen)
    try:
        yield desk
    finally:
        desk.end()
