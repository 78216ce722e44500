"""A file's bytes -> its sheets, by the reader of the format that they are in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gongkai.opc import OLE2, Archive, open_archive
from gongkai.spreadsheets import Area, IsWanted, Sheet
from gongkai.system import function_at

# The readers of the other formats are loaded where a file is in one.
XLSX = "gongkai.spreadsheets.xlsx:xlsx_sheets"
XLS = "gongkai.spreadsheets.xls:xls_sheets"
ODS = "gongkai.spreadsheets.ods:ods_sheets"


def every_visible(name: str, visible: bool) -> bool:
    return visible


def every_one(name: str, visible: bool) -> bool:
    return True


def read_sheets(
    content: bytes,
    wanted: IsWanted = every_visible,
    opened: Archive | None = None,
    unread: Mapping[str, Area] | None = None,
) -> list[Sheet]:
    """The wanted sheets of an .xlsx, .xlsm, .xls, .et or .ods, in the order of their tabs.

    ``opened`` is the archive that ``content`` is, if somebody opened it before; ``unread`` are
    areas of some sheets, by name, that an .xlsx need not be read in, nor to the right of them.
    Raises BadArchive for an archive that cannot be read, UnreadableDocument for all else, in a
    sentence.
    """
    if content.startswith(OLE2):
        return apt(XLS, content, wanted)
    archive = opened or open_archive(content)
    if "content.xml" in archive:
        return apt(ODS, archive, wanted)
    return apt(XLSX, archive, wanted, unread or {})


def apt(reader: str, *arguments: Any) -> list[Sheet]:
    read: Callable[..., list[Sheet]] = function_at(reader)
    return read(*arguments)
