"""Primitives of documents: which are open, open, add, save, close, select, status, undo steps.

A document's token is its RuntimeUID, which LibreOffice gives each document once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import uno
from com.sun.star.uno import Exception as OfficeError

from .things import Box, Refused, area_of, cells_of, settings

CALC = "com.sun.star.sheet.SpreadsheetDocument"
CELLS = "com.sun.star.sheet.SheetCellRange"
MACROS_AS_CONFIGURED = 8  # com.sun.star.document.MacroExecMode.USE_CONFIG
FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
    ".csv": "Text - txt - csv (StarCalc)",
    ".pdf": "calc_pdf_Export",
    ".html": "HTML (StarCalc)",
}


class Documents:
    """See the README of the package for what each primitive takes and answers."""

    PRIMITIVES: tuple[str, ...] = (
        "books", "open", "add", "activate", "save", "copy", "close", "status", "selection",
        "select", "begin", "end", "undo", "calculate",
    )  # fmt: skip

    def __init__(self, context: Any) -> None:
        self.context = context
        self.desktop = self.made("com.sun.star.frame.Desktop")
        self.known: dict[str, Any] = {}
        self.indicators: dict[str, Any] = {}
        self.steps: set[str] = set()  # documents in which a step to undo is begun

    def made(self, service: str) -> Any:
        return self.context.ServiceManager.createInstanceWithContext(service, self.context)

    def product(self, name: str) -> str:
        """A text of LibreOffice's own about itself: "ooName", "ooSetupVersionAboutBox"."""
        place = settings(nodepath="/org.openoffice.Setup/Product")
        provider = self.made("com.sun.star.configuration.ConfigurationProvider")
        view = "com.sun.star.configuration.ConfigurationAccess"
        return str(provider.createInstanceWithArguments(view, place).getByName(name))

    def version(self) -> str:
        return self.product("ooSetupVersionAboutBox")

    # --- documents ----------------------------------------------------------------------------

    def books(self) -> list[list[str]]:
        """[[token, path, title]] of all spreadsheets, the active one first."""
        self.known = {}
        found = []
        for document in self.spreadsheets():
            self.known[document.RuntimeUID] = document
            found.append(told(document))
        current = self.desktop.CurrentComponent
        active = current.RuntimeUID if current and current.supportsService(CALC) else ""
        return sorted(found, key=lambda book: book[0] != active)

    def spreadsheets(self) -> Iterator[Any]:
        every = self.desktop.Components.createEnumeration()
        while every.hasMoreElements():
            document = every.nextElement()
            if document.supportsService(CALC):
                yield document

    def document(self, token: str) -> Any:
        """Refused "closed" for a document that is none, or no longer."""
        if token not in self.known:
            self.books()
        if token not in self.known:
            raise Refused("closed", f"no document {token}")
        return self.known[token]

    def open(self, path: str, read_only: bool = False) -> list[str]:
        """[token, path, title] of a file, which is not loaded again where it is open."""
        if not os.path.isfile(path):
            raise Refused("file", f"no file {path}")
        url = uno.systemPathToFileUrl(os.path.abspath(path))
        for document in self.spreadsheets():
            if url == document.URL:
                return self.kept(document)
        how = settings(ReadOnly=read_only, MacroExecutionMode=MACROS_AS_CONFIGURED)
        document = self.desktop.loadComponentFromURL(url, "_blank", 0, how)
        if document is None or not document.supportsService(CALC):
            raise Refused("file", f"LibreOffice does not open {path}")
        return self.kept(document)

    def add(self) -> list[str]:
        """A new, empty document."""
        return self.kept(
            self.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, ())
        )

    def kept(self, document: Any) -> list[str]:
        self.known[document.RuntimeUID] = document
        return told(document)

    def activate(self, token: str) -> None:
        frame = self.document(token).CurrentController.Frame
        frame.activate()
        frame.ContainerWindow.toFront()

    def save(self, token: str, path: str | None = None) -> list[str]:
        """Under its name, or under another one from now on; [token, path, title]."""
        document = self.document(token)
        if path is None:
            if not document.hasLocation():
                raise Refused("file", "the document has no file yet")
            document.store()
        else:
            document.storeAsURL(place_of(path), filter_for(path))
        return told(document)

    def copy(self, token: str, path: str) -> None:
        """A file beside it (a .pdf as well); the document stays open under its name."""
        self.document(token).storeToURL(place_of(path), filter_for(path))

    def close(self, token: str) -> None:
        """Without saving."""
        document = self.document(token)
        self.known.pop(token, None)
        self.indicators.pop(token, None)
        document.setModified(False)
        document.close(True)

    def discard(self) -> None:
        """Nobody is asked whether to save: for the end of the program, no primitive."""
        with suppress(OfficeError):
            for document in self.spreadsheets():
                document.setModified(False)

    def calculate(self, token: str) -> None:
        self.document(token).calculateAll()

    # --- what a person sees and did -----------------------------------------------------------

    def status(self, token: str, text: str) -> None:
        """A text in the status bar, "" for LibreOffice's own."""
        frame = self.document(token).CurrentController.Frame
        if token in self.indicators:
            self.indicators.pop(token).end()
        if text:
            self.indicators[token] = frame.createStatusIndicator()
            self.indicators[token].start(text, 0)

    def selection(self, token: str) -> Box | None:
        """The cells that are selected, None where these are several areas or none."""
        document = self.document(token)
        selected = document.CurrentSelection
        if selected is None or not selected.supportsService(CELLS):
            return None
        return [selected.Spreadsheet.Name, *area_of(selected.RangeAddress)]

    def select(self, token: str, box: Box) -> None:
        """Of the active sheet only, as in Excel."""
        document = self.document(token)
        cells = cells_of(document, box)
        if document.CurrentController.ActiveSheet.Name != cells.Spreadsheet.Name:
            raise Refused("host", f"the sheet {box[0]} is not the active one")
        document.CurrentController.select(cells)

    def begin(self, token: str, title: str) -> None:
        """What follows up to ``end`` is one step to undo, of this title."""
        self.document(token).UndoManager.enterUndoContext(title)
        self.steps.add(token)

    def end(self, token: str) -> None:
        self.steps.discard(token)
        self.document(token).UndoManager.leaveUndoContext()

    def undo(self, token: str) -> bool:
        """Undo the last step; whether there was one."""
        manager = self.document(token).UndoManager
        if not manager.isUndoPossible():
            return False
        manager.undo()
        return True


def told(document: Any) -> list[str]:
    """[token, path, title]; a document without a file has no path."""
    path = uno.fileUrlToSystemPath(document.URL) if document.URL.startswith("file:") else ""
    return [document.RuntimeUID, path or document.URL, document.Title]


def place_of(path: str) -> str:
    """Refused in a folder that is not there, which LibreOffice would make."""
    if not os.path.isdir(os.path.dirname(path)):
        raise Refused("file", f"no folder {os.path.dirname(path)}")
    return str(uno.systemPathToFileUrl(path))


def filter_for(path: str) -> tuple[Any, ...]:
    """How a file of this ending is written. Refused for others."""
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in FILTERS:
        raise Refused("file", f"LibreOffice writes no {suffix or 'file without an ending'} here")
    return settings(FilterName=FILTERS[suffix], Overwrite=True)
