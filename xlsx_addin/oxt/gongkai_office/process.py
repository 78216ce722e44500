"""gongkai's process: started in its own Python, kept warm, ended with LibreOffice; one a user's
program.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from threading import Lock, Thread

import uno

from .pipe import Ended, Late, Pipe
from .texts import sentence

PATIENCE = 15.0  # seconds for the start
REST = 60.0  # seconds in which a function does not try a failed start again
SETTINGS = "gongkai.json"  # in the user's profile, written by `gongkai addin install`
MODULE = "gongkai.excel.serving"
# Those of LibreOffice's own Python and libraries.
DROPPED = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")
NO_WINDOW = 0x08000000  # CREATE_NO_WINDOW of Windows


class NotRunning(Exception):
    """The process does not start; the text is for the user."""


class Gongkai:
    """``greeting``: what the process said of itself, {"version": …, "template": …}."""

    def __init__(self, command, environment):
        hidden = {"creationflags": NO_WINDOW} if os.name == "nt" else {}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=str(Path.home()),
            **hidden,
        )
        self.pipe = Pipe(self.process.stdout, self.process.stdin, refuse)
        Thread(target=self.pipe.serve, daemon=True).start()
        try:
            self.greeting = self.pipe.ask("hello", seconds=PATIENCE)
        except Exception:
            self.kill()
            raise

    def is_running(self):
        return self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()


def refuse(op, arguments, number):
    """gongkai asks in the course of a request alone."""
    raise ValueError(op)


class Keeper:
    """The one process, and why there is none."""

    def __init__(self):
        self.lock = Lock()
        self.gongkai = None
        self.failed = (0.0, "")  # until when the reason stands

    def running(self, context, patient=True):
        """The process, started where there is none. Raises NotRunning.

        ``patient``: try again even where it has just failed, as a person does who asks for it.
        """
        with self.lock:
            if self.gongkai is not None and self.gongkai.is_running():
                return self.gongkai
            self.gongkai = None
            until, reason = self.failed
            if not patient and time.monotonic() < until:
                raise NotRunning(reason)
            try:
                self.gongkai = started(context)
            except NotRunning as error:
                self.failed = (time.monotonic() + REST, str(error))
                raise
            return self.gongkai

    def end(self):
        with self.lock:
            if self.gongkai is not None:
                self.gongkai.kill()
                self.gongkai = None


KEEPER = Keeper()


def started(context):
    path = settings_path(context)
    try:
        python = json.loads(path.read_text(encoding="utf-8"))["python"]
    except (OSError, ValueError, KeyError, TypeError):
        raise NotRunning(sentence("no_settings", file=path)) from None
    environment = {name: value for name, value in os.environ.items() if name not in DROPPED}
    try:
        return Gongkai([python, "-P", "-m", MODULE], environment)
    except OSError as error:
        raise NotRunning(sentence("no_python_file", python=python, reason=error.strerror)) from None
    except Ended:
        raise NotRunning(sentence("no_gongkai", python=python)) from None
    except Late:
        raise NotRunning(sentence("slow_start", python=python)) from None


def settings_path(context):
    substitution = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.util.PathSubstitution", context
    )
    return Path(
        uno.fileUrlToSystemPath(substitution.getSubstituteVariableValue("$(user)")), SETTINGS
    )
