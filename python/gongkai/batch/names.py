"""A report -> a file name that every system takes and no other file has; files known by digest."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from gongkai import system, wording
from gongkai.decisions.file import decisions_bytes, decisions_path
from gongkai.model import Report
from gongkai.workbook.derived import SUFFIXES

SUFFIX = ".xlsx"  # of a new workbook; one of an earlier version keeps its .xlsm
LONGEST_READ = 1_000  # characters of a hostile text that are looked at
LONGEST_STEM, MOST_STEM_BYTES = 80, 200  # leaves room for a number and the suffix within 255 bytes
MOST_NAME_BYTES = 248  # of a stem with 2021年度报告（机关、年度待核）.xlsx behind it
LONGEST_PATH = 218  # characters of a path that Excel opens; Windows itself may stop at 259
LONGEST_FOLDER = 180  # characters; below it a file's name has room within a path of 259
PIECE = 1 << 20  # bytes of a file at a time
# What Windows refuses, and what means something to xlwings (=) or to the command line that it runs
# (% ^ &).
FORBIDDEN = re.compile(r'[<>:"/\\|?*=%^&]')


def report_file_name(report: Report) -> str:
    """``瑞安市人民政府2021年度报告.xlsx``.

    Without a body's name its title, and ``（机关待核）`` behind what is not certain. Safe on
    Windows, Mac and Linux.
    """
    told = wording.doubts_text(wording.doubted_facts(report))
    name = stem_of(report)
    if told:
        name += f"（{told}）"
    name += SUFFIX
    return f"_{name}" if system.DEVICE.match(name) else name


def stem_of(report: Report) -> str:
    agency = safe_text(report.agency)
    year = f"{report.year}" if report.year else ""
    if agency:
        return f"{agency}{year}年度报告"
    return safe_text(report.title) or f"未识别机关{year}年度报告"


def fitting_name(report: Report, folder: Path, platform: str = sys.platform) -> str:
    """``report_file_name``, on Windows cut so that its path in ``folder`` can be opened, with a
    number too.
    """
    return fitted_name(report_file_name(report), folder, platform)


def fitted_name(name: str, folder: Path, platform: str = sys.platform) -> str:
    """A workbook's name, on Windows cut as ``fitting_name`` does."""
    if platform != "win32":
        return name
    room = LONGEST_PATH - len(os.path.abspath(folder)) - len(f"/（999）{SUFFIX}")
    return name.removesuffix(SUFFIX)[: max(room, 1)].rstrip(" .") + SUFFIX


def is_too_deep(folder: Path, platform: str = sys.platform) -> bool:
    """Whether a folder's path leaves no room for the names of workbooks."""
    return platform == "win32" and len(os.path.abspath(folder)) > LONGEST_FOLDER


def is_ours(name: str) -> bool:
    """Whether a name may be one of ``report_file_name``: it leads nowhere, is no device's, and any
    disk takes it.
    """
    stem = name.removesuffix(SUFFIX)
    is_safe = not FORBIDDEN.search(name) and not system.DEVICE.match(name)
    is_plain = name != stem == wording.one_line(stem) and not stem.startswith((".", "-", "~"))
    return is_safe and is_plain and len(name.encode()) <= MOST_NAME_BYTES


def safe_text(text: str) -> str:
    """A text as part of a file name, letters of any script kept; "" where nothing is left."""
    whole = wording.HALVES.sub("", text[:LONGEST_READ])
    line = FORBIDDEN.sub("_", wording.one_line(unicodedata.normalize("NFC", whole))).lstrip(" .-~")
    return line[:LONGEST_STEM].encode()[:MOST_STEM_BYTES].decode(errors="ignore").rstrip(" .")


def numbered(name: str, number: int) -> str:
    """The name for the second, third... report that would have it: ``…（2）.xlsx``."""
    return name if number == 1 else f"{name.removesuffix(SUFFIX)}（{number}）{SUFFIX}"


def name_key(name: str) -> str:
    """The same for all names that some file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def book_key(name: str) -> str:
    """``name_key``, the same for a workbook with macros and without: ``a.xlsx`` never comes to
    stand beside ``a.xlsm``, of which nobody could tell which one is edited.
    """
    key = name_key(name)
    for suffix in SUFFIXES:
        if key.endswith(suffix):
            return key.removesuffix(suffix) + SUFFIX
    return key


class FileNames:
    """The names in a folder that are taken, by files in it or by reports still to be written."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.keys = {book_key(name) for name in taken}

    def claim(self, name: str) -> str:
        """The first form of a name that is free; it is taken from now on."""
        number = 1
        while book_key(numbered(name, number)) in self.keys:
            number += 1
        self.keys.add(book_key(numbered(name, number)))
        return numbered(name, number)


# --- files of the folder --------------------------------------------------------------------------
# Known by their digest, and moved without ever replacing another.


def digest(path: Path) -> str:
    """The sha256 of a file, which is not held as a whole: 汇总.csv has 0.4 KB a report."""
    found = hashlib.sha256()
    with system.open_plain(path) as file:
        while piece := file.read(PIECE):
            found.update(piece)
    return found.hexdigest()


def digest_with_decisions(path: Path) -> str:
    """The digest of a workbook and of what was decided beside it.

    Without such a file the workbook's own.
    """
    return digest_of(system.read_plain(path) + decisions_bytes(decisions_path(path)))


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def move_new(part: Path, target: Path) -> bool:
    """Give a finished file its name; False where something has it."""
    try:
        if sys.platform == "win32":
            system.move(part, target, os.rename)  # which on Windows replaces nothing
            return True
        os.link(part, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if os.path.lexists(target):
            return False
        part.rename(target)
        return True
    part.unlink()
    return True


def still_there(path: Path) -> Path | None:
    """A report's workbook, also where somebody saved it with the other suffix: 年报.xlsm that is
    年报.xlsx by now.
    """
    for other in (path, *(path.with_suffix(suffix) for suffix in SUFFIXES)):
        if other.is_file():
            return other
    return None


def twin_of(path: Path) -> Path | None:
    """What stands beside a workbook under its name with the other suffix."""
    for suffix in SUFFIXES:
        other = path.with_suffix(suffix)
        if suffix != path.suffix and other.is_file():
            return other
    return None
