"""Open documents and their names on the pipe; gongkai's primitives done on them."""

from __future__ import annotations

from pathlib import Path

from . import formulas
from .pipe import Refused

OUTCOME = "gk_outcome"  # a name that every workbook of the template's has
HOSTS = []


def token_of(document):
    return document.RuntimeUID


def is_report(document):
    return document.supportsService("com.sun.star.sheet.SpreadsheetDocument") and (
        document.NamedRanges.hasByName(OUTCOME)
    )


def host_of(context):
    """What answers gongkai's primitives, for the main thread."""

    def answer(op, arguments, number):
        if not HOSTS:
            from .host import Host

            HOSTS.append(Host(context))
        told = HOSTS[0].answer(op, arguments)
        if "error" in told:
            raise Refused(told["error"]["kind"], told["error"]["text"])
        if op == "copy":  # of a document that is saved an event tells
            formulas.renamed(Path(arguments[1]))
        return told["ok"]

    return answer
