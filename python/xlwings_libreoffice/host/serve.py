"""Run by LibreOffice's own Python: a soffice of its own, and its primitives over standard input.

    python serve.py PROGRAM [visible]

Starts PROGRAM (soffice) with a new profile, prints one JSON line for each request line, and ends
both with the end of the input.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import uno
from com.sun.star.connection import NoConnectException
from com.sun.star.uno import Exception as OfficeError

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from host import Host

PATIENCE = 120  # seconds until soffice answers
ENDING = 10  # seconds until it is killed
SOCKETS = "/tmp"  # where LibreOffice keeps its pipes on Linux and Mac; killed, it leaves them
QUIET = ("--norestore", "--nologo", "--nodefault", "--nofirststartwizard")


class Office:
    """A soffice with a profile and a pipe of its own."""

    def __init__(self, program: str, visible: bool) -> None:
        self.profile = Path(tempfile.mkdtemp(prefix="xlwings-libreoffice-"))
        self.is_over = False
        self.pipe = f"xlwings{os.getpid()}x{time.monotonic_ns()}"
        command = [program, f"-env:UserInstallation={(self.profile / 'profile').as_uri()}", *QUIET]
        command += [f"--accept=pipe,name={self.pipe};urp;"]
        command += [] if visible else ["--headless"]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(self.profile)},
        )

    def connected(self) -> Any:
        """The component context, once soffice answers."""
        local = uno.getComponentContext()
        services = local.ServiceManager
        resolver = services.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        address = f"uno:pipe,name={self.pipe};urp;StarOffice.ComponentContext"
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return resolver.resolve(address)
            except NoConnectException:
                if time.monotonic() > end or self.process.poll() not in (None, 0):
                    raise
                time.sleep(0.05)

    def end(self, desktop: Any = None) -> None:
        """Terminated, or else killed with all that it started; its profile goes with it."""
        if self.is_over:
            return
        self.is_over = True
        try:
            if desktop is not None:
                desktop.terminate()
                self.process.wait(ENDING)
        except (OfficeError, subprocess.TimeoutExpired):
            pass
        self.kill()
        shutil.rmtree(str(self.profile), ignore_errors=True)
        for left in Path(SOCKETS).glob(f"OSL_PIPE_*_{self.pipe}"):
            left.unlink(missing_ok=True)

    def kill(self) -> None:
        if os.name == "nt":
            command = ["taskkill", "/F", "/T", "/PID", str(self.process.pid)]
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def requests(lines: queue.Queue[str | None], office: Office) -> None:
    """Standard input into a queue, None at its end; what is still asked then is waited for a while,
    and ended.
    """
    for line in sys.stdin:
        lines.put(line)
    lines.put(None)
    time.sleep(ENDING * 2)
    office.kill()
    os._exit(1)


def watch(lines: queue.Queue[str | None], office: Office) -> None:
    """Nobody is left to be asked when soffice was killed; one that hands over to another process
    ends with 0.
    """
    if office.process.wait() != 0:
        lines.put(None)


def serve(office: Office) -> None:
    lines: queue.Queue[str | None] = queue.Queue()
    for work in (requests, watch):
        threading.Thread(target=work, args=(lines, office), daemon=True).start()
    host = Host(office.connected())
    while True:
        line = lines.get()
        if line is None:
            break
        asked = json.loads(line)
        answer = {"id": asked["id"], **host.answer(asked["op"], asked["args"])}
        print(json.dumps(answer), flush=True)
    host.discard()
    office.end(host.desktop)


def main(arguments: list[str]) -> int:
    office = Office(arguments[0], "visible" in arguments[1:])
    try:
        serve(office)
    finally:
        office.end()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
