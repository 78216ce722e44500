"""Formulas that travel between Excel and Calc.

In Excel's files the functions are called GK_CHECK, which Calc does not know when it loads one; what
it saves is ORG.GONGKAI.FUNCTIONS.GKCHECK, which Excel does not know. So what is unknown is entered
again after loading, and renamed in the file after saving.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread
from zipfile import BadZipFile, ZipFile

import uno

from . import sheet_buttons
from .process import KEEPER
from .texts import TEXTS

MARK = "GK_"
EXCEL_SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xltm")
OURS = re.compile(rb"ORG\.GONGKAI\.FUNCTIONS\.(GK[A-Z]+)")
OPENED = ("OnLoad", "OnNew")
# A copy beside the document (storeToURL) is saved too: by a command, as a PDF, by mail.
SAVING = ("OnSave", "OnSaveAs", "OnCopyTo")
ENDED = tuple(event + end for event in SAVING for end in ("Done", "Failed"))
SAVED, CLOSED = ("OnSaveDone", "OnSaveAsDone"), "OnUnload"
TRIES, PAUSE = 20, 0.5  # after closing: until the program has let go of the file
LEFT = set()  # paths of files that the program still holds (Windows)


def happened(context, event, document):
    """A document was loaded, saved or closed."""
    if not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
        return
    if event in OPENED:
        loaded(context, document)
    if event in SAVING:
        sheet_buttons.name_macros(document)
    if event in (*OPENED, *ENDED):
        sheet_buttons.run_commands(document)
    path = path_of(document)
    if path is None:
        return
    if event in SAVED and not renamed(path):
        LEFT.add(path)
    elif event == CLOSED and path in LEFT:
        LEFT.discard(path)
        Thread(target=renamed_late, args=(path,), daemon=True).start()


def path_of(document):
    url = document.getURL()
    return Path(uno.fileUrlToSystemPath(url)) if url.startswith("file:") else None


# --- after loading --------------------------------------------------------------------------------


def loaded(context, document):
    unknown = unknown_cells(document)
    if not unknown:
        return
    with suppress(Exception):
        KEEPER.running(context)  # else each formula says why there is none
    with sheet_buttons.unnoticed(document):
        for cell in unknown:
            enter_again(cell)


def unknown_cells(document):
    found = []
    for name in document.Sheets.ElementNames:
        sheet = document.Sheets.getByName(name)
        search = sheet.createSearchDescriptor()
        search.setSearchString(MARK)
        areas = sheet.findAll(search)
        if areas is not None:
            found += cells_of(areas)
    return found


def cells_of(areas):
    cells = areas.getCells().createEnumeration()
    while cells.hasMoreElements():
        cell = cells.nextElement()
        if cell.getFormula().startswith(("=", "{=")) and MARK in cell.getFormula().upper():
            yield cell


def enter_again(cell):
    array = cell.getArrayFormula()
    if not array:
        cell.setFormula(cell.getFormula())
        return
    whole = cell.getSpreadsheet().createCursorByRange(cell)
    whole.collapseToCurrentArray()
    formula = array.strip("{}")
    whole.setArrayFormula("")
    whole.setArrayFormula(formula)


# --- after saving ---------------------------------------------------------------------------------


def renamed(path):
    """Whether the file has Excel's names now, or never had others."""
    if path.suffix.lower() not in EXCEL_SUFFIXES:
        return True
    aside = path.with_name(".{}.gongkai".format(path.name))  # noqa: UP032
    try:
        if not is_ours(path):
            return True
        stamp = path.stat()
        with ZipFile(path) as old, ZipFile(aside, "w") as new:
            for entry in old.infolist():
                content = old.read(entry)
                if is_xml(entry.filename):
                    content = OURS.sub(excel_name, content)
                new.writestr(entry, content)
        shutil.copymode(path, aside)
        # The program asks before it saves over a file that another one seems to have changed.
        os.utime(aside, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        os.replace(aside, path)
        return True
    except (OSError, BadZipFile):
        return False
    finally:
        with suppress(OSError):
            aside.unlink()


def is_ours(path):
    with ZipFile(path) as archive:
        return any(OURS.search(archive.read(name)) for name in archive.namelist() if is_xml(name))


def is_xml(name):
    return name.startswith("xl/") and name.endswith(".xml")


def excel_name(found):
    """GKCHECK -> GK_CHECK."""
    names = {method.upper(): name for name, method in TEXTS["functions"].items()}
    return names.get(found[1].decode(), found[0].decode()).encode()


def renamed_late(path):
    for _ in range(TRIES):
        if renamed(path):
            return
        time.sleep(PAUSE)
