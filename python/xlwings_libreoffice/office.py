"""A LibreOffice of one's own: where it is installed, and ``host/serve.py`` in its own Python."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

from xlwings_libreoffice.asking import HostError, over
from xlwings_libreoffice.pipe import Pipe, Refused

PROGRAMS = ("soffice", "libreoffice")
PLACES = {
    "win32": (
        r"{PROGRAMFILES}\LibreOffice\program\soffice.exe",
        r"{PROGRAMFILES(X86)}\LibreOffice\program\soffice.exe",
    ),
    "darwin": ("/Applications/LibreOffice.app/Contents/MacOS/soffice",),
    "linux": ("/usr/lib/libreoffice/program/soffice", "/opt/libreoffice/program/soffice"),
}
# Its own Python, beside the program or where a package of the system puts UNO.
PYTHONS = ("python.exe", "python", "../Resources/python", "../Frameworks/python")
SYSTEM_PYTHON = Path("/usr/bin/python3")
# Of the Python that runs this; LibreOffice's must not see them.
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
SERVE = Path(__file__).parent / "host" / "serve.py"
ENDING = 15  # seconds that LibreOffice has to end by itself
MISSING = "LibreOffice is not installed, or not where it is looked for; give its program's path"
NO_PYTHON = "LibreOffice's own Python is not there; on Debian install python3-uno"
RUNNING: WeakSet[Office] = WeakSet()


def find_program() -> str:
    """soffice on the path, else where its installer puts it. HostError "host" without one.

    One in the folder at hand could be anybody's.
    """
    for name in PROGRAMS:
        found = shutil.which(name)
        if found and Path(found).parent.resolve() != Path.cwd():
            return found
    for place in PLACES.get(sys.platform, ()):
        with suppress(KeyError):
            path = place.format_map(os.environ)
            if Path(path).is_file():
                return path
    raise HostError("host", MISSING)


def python_of(program: str) -> str:
    """The Python that has LibreOffice's ``uno``."""
    folder = Path(program).resolve().parent
    for name in PYTHONS:
        path = folder / name
        if path.is_file():
            return str(path)
    if SYSTEM_PYTHON.is_file():
        return str(SYSTEM_PYTHON)
    raise HostError("host", NO_PYTHON)


class Office:
    """A LibreOffice that was started here; ends with ``quit``, with this process, or with its
    pipe.
    """

    def __init__(self, program: str | None = None, visible: bool = False) -> None:
        self.program = program or find_program()
        environ = {name: text for name, text in os.environ.items() if name not in FOREIGN}
        command = [python_of(self.program), str(SERVE), self.program]
        command += ["visible"] if visible else []
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.pipe = Pipe(self.process.stdout, self.process.stdin, refuse)
        threading.Thread(target=self.pipe.serve, daemon=True).start()
        self.ask = over(self.pipe)
        self.is_for_books = False  # ends with the last of its workbooks
        RUNNING.add(self)

    @property
    def is_ended(self) -> bool:
        return self.pipe.is_ended or self.process.poll() is not None

    def quit(self) -> None:
        """Documents are closed without being saved."""
        with suppress(OSError, ValueError):
            self.pipe.sink.close()
        try:
            self.process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        RUNNING.discard(self)


def refuse(op: str, arguments: Sequence[Any], number: int) -> Any:
    """This host asks nothing of its own."""
    raise Refused("host", f"nothing answers {op}")


@atexit.register
def quit_all() -> None:
    for office in tuple(RUNNING):
        office.quit()
