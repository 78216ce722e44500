"""The host's side of the protocol: a primitive's name and arguments -> its answer, over UNO.

Python 3.8, the standard library and ``uno`` alone: it runs in LibreOffice's own Python, in a
process of its own (``serve.py``) or in the program itself (an extension).
"""

from __future__ import annotations

from typing import Any

from com.sun.star.container import NoSuchElementException
from com.sun.star.io import IOException
from com.sun.star.lang import DisposedException
from com.sun.star.uno import Exception as OfficeError

from .cells import Cells
from .documents import Documents
from .lines import Lines
from .looks import Looks
from .sheets import Sheets
from .things import Refused

PROTOCOL = 1
OF_PROGRAM = ("hello", "books", "open", "add")  # their first argument is no token
KINDS = (
    (DisposedException, "closed"),
    (NoSuchElementException, "missing"),
    (IOException, "file"),
)


class Host(Documents, Sheets, Cells, Lines, Looks):
    """The open spreadsheets of a LibreOffice. Each public method is one primitive.

    ``context`` is LibreOffice's component context. Nothing here may be called from two threads.
    """

    def hello(self) -> dict[str, Any]:
        """Which program answers: ``{"program": "LibreOffice", "version": "7.4.7.2", ...}``."""
        return {"program": self.product("ooName"), "version": self.version(), "protocol": PROTOCOL}

    def answer(self, op: str, args: list[Any]) -> dict[str, Any]:
        """``{"ok": value}`` or ``{"error": {"kind": ..., "text": ...}}``; raises nothing.

        answer("used", ["1", "Sheet1"]) -> {"ok": [1, 1, 30, 10]}
        """
        if op not in PRIMITIVES:
            return failed("host", f"no primitive {op}")
        try:
            return {"ok": getattr(self, op)(*args)}
        except Exception as error:
            kind, text = kind_of(error), text_of(error)
            is_gone = kind == "host" and op not in OF_PROGRAM and not self.is_open(args[:1])
            return failed("closed" if is_gone else kind, text)

    def is_open(self, tokens: list[Any]) -> bool:
        """Whether a document is still there: what is closed says all kinds of things."""
        try:
            self.books()
        except Exception:
            return False
        return all(token in self.known for token in tokens)


def kind_of(error: Exception) -> str:
    """What an exception of LibreOffice's is called here."""
    if isinstance(error, Refused):
        return error.kind
    for known, kind in KINDS:
        if isinstance(error, known):
            return kind
    return "host"


def text_of(error: Exception) -> str:
    """Its own words; its name before what only a developer understands."""
    if isinstance(error, Refused):
        return error.text
    text = error.Message if isinstance(error, OfficeError) else str(error)
    return text if kind_of(error) != "host" else f"{type(error).__name__}: {text}"


def failed(kind: str, text: str) -> dict[str, Any]:
    return {"error": {"kind": kind, "text": text or kind}}


def primitives() -> frozenset[str]:
    """The names that may be asked for."""
    names = {"hello"}
    for part in (Documents, Sheets, Cells, Lines, Looks):
        names.update(part.PRIMITIVES)
    return frozenset(names)


PRIMITIVES = primitives()
