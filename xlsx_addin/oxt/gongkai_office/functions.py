"""A formula of Calc's -> its value, asked of gongkai's process while the cell waits."""

from __future__ import annotations

from threading import Thread

import unohelper
from com.sun.star.sheet import ResultEvent, XVolatileResult
from com.sun.star.util import XModifyListener

from .documents import host_of, token_of
from .process import KEEPER, NotRunning
from .texts import TEXTS, sentence
from .window import on_main

LONGEST = 60.0  # seconds; a page is read in 15
MOST_CELLS = 5000  # as gongkai.excel.arrays: of more, what is blank at the end goes


def value_of(context, name, document, arguments):
    """What the cell shows: a number, a text, or rows of them."""
    try:
        gongkai = KEEPER.running(context, patient=False)
        given = [plain(argument) for argument in arguments]
        while given and given[-1] is None:
            given.pop()
        value = gongkai.pipe.ask(
            "function", name, given, token_of(document), answer=host_of(context), seconds=LONGEST
        )
    except NotRunning as error:
        value = str(error)
    except Exception as error:  # Calc would show #VALUE! and say nothing of why
        value = sentence("function_error") + (str(error) or type(error).__name__)
    return in_rows(value) if name in TEXTS["in_rows"] else as_cell(value)


def plain(argument):
    """A number, a text, None, or rows of them: a range without the blanks at its end."""
    if not isinstance(argument, tuple):
        return argument
    rows = [[known(value) for value in row] for row in argument]
    if sum(map(len, rows)) <= MOST_CELLS:
        return rows
    width = max(map(width_of, rows))
    if not width:
        return [[None]]
    height = max(number for number, row in enumerate(rows, 1) if width_of(row))
    return [row[:width] for row in rows[:height]]


def width_of(row):
    """Up to the last value: 2 of [None, 134, None]."""
    for width in range(len(row), 0, -1):
        if row[width - 1] is not None:
            return width
    return 0


def known(value):
    """An empty cell comes as nothing or as an empty text."""
    return value if isinstance(value, (int, float, str)) and value != "" else None


def in_rows(value):
    rows = value if isinstance(value, list) else [[value]]
    return tuple(tuple(map(as_cell, row)) for row in rows)


def as_cell(value):
    if isinstance(value, list):  # one cell of rows
        value = value[0][0]
    if isinstance(value, (int, float)):
        return float(value)
    return "" if value is None else value


# --- a value that depends on the whole workbook -----------------------------------------------


class WholeBook(unohelper.Base, XVolatileResult, XModifyListener):
    """GK_CHECK() alone: Calc asks once; whenever the document changes, the listeners are told.

    Calc lets go of it while it takes the document apart, which must not be touched then.
    """

    def __init__(self, context, document):
        self.context, self.document = context, document
        self.token = token_of(document)
        self.listeners = []
        self.value = value_of(context, "GK_CHECK", document, [])
        self.is_due = False
        document.addModifyListener(self)

    def addResultListener(self, listener):
        self.listeners.append(listener)
        listener.modified(ResultEvent(self, self.value))

    def removeResultListener(self, listener):
        if listener in self.listeners:
            self.listeners.remove(listener)
        if not self.listeners:
            RESULTS.pop(self.token, None)

    def modified(self, event):
        if self.listeners and not self.is_due:
            self.is_due = True
            Thread(target=self.renew, daemon=True).start()

    def renew(self):
        """After the change, not within it: cells are read again."""
        try:
            on_main(self.context, self.ask_again)
        except Exception:
            self.is_due = False

    def ask_again(self):
        self.is_due = False
        if not self.listeners:
            return
        value = value_of(self.context, "GK_CHECK", self.document, [])
        if value != self.value:
            self.value = value
            for listener in list(self.listeners):
                listener.modified(ResultEvent(self, value))

    def disposing(self, source):
        self.listeners = []
        RESULTS.pop(self.token, None)


RESULTS = {}  # by document


def whole_book(context, document):
    token = token_of(document)
    if token not in RESULTS:
        RESULTS[token] = WholeBook(context, document)
    return RESULTS[token]
