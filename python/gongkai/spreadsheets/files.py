"""A file's bytes -> its sheets, by the reader of the format that they are in."""

from __future__ import annotations

from collections.abc import Mapping

from gongkai.opc import OLE2, Archive, open_archive
from gongkai.spreadsheets import IsWanted, Sheet, ods, xls, xlsx


def every_visible(name: str, visible: bool) -> bool:
    return visible


def read_sheets(
    content: bytes,
    wanted: IsWanted = every_visible,
    opened: Archive | None = None,
    lasts: Mapping[str, int] | None = None,
) -> list[Sheet]:
    """The wanted sheets of an .xlsx, .xlsm, .xls, .et or .ods, in the order of their tabs.

    ``opened`` is the archive that ``content`` is, if somebody opened it before; ``lasts`` are the
    last rows of some sheets, by name, below which an .xlsx need not be read. Raises BadArchive for
    an archive that cannot be read, UnreadableDocument for all else, in a sentence.
    """
    if content.startswith(OLE2):
        return xls.xls_sheets(content, wanted)
    archive = opened or open_archive(content)
    if "content.xml" in archive:
        return ods.ods_sheets(archive, wanted)
    return xlsx.xlsx_sheets(archive, wanted, lasts or {})
