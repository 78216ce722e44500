"""A report and its findings -> a workbook that mirrors the official tables, and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gongkai.model import Finding, Kind, Report, UnreadableDocument, WorkbookError
from gongkai.readers.libreoffice import ODS_MISSING, ODS_SAVE, converted, find_program
from gongkai.sources.detect import kind_of
from gongkai.system import refuse_existing, refuse_suffix, write_whole
from gongkai.workbook.derived import SUFFIXES, blank, fitted
from gongkai.workbook.file import filled, filled_blank, read_file, refuse_unfit
from gongkai.workbook.fill import report_to_edits
from gongkai.workbook.layout import report_names
from gongkai.workbook.reading import values_to_report

__all__ = ["copy_template", "read_ours", "read_workbook", "write_workbook"]

ODS = ".ods"
WRITTEN = (".xlsx", ".xlsm", ODS)  # what a report's workbook is written as


def write_workbook(
    report: Report,
    findings: Sequence[Finding],
    target: Path,
    *,
    overwrite: bool = False,
    template: Path | None = None,
) -> Path:
    """Fill ``template`` (the official one if None) and write it to ``target``, which is returned.

    The suffix of ``target`` says what is written: .xlsx without macros, .xlsm with them, .ods by
    LibreOffice. WorkbookError for any other, where ``target`` exists and ``overwrite`` is False, or
    cannot be written; what was there stays.
    """
    suffix = refuse_unwritable(target)
    refuse_existing(target, overwrite)
    held = ".xlsx" if suffix == ODS else suffix
    content = workbook_bytes(report, findings, held, template)
    write_whole(target, to_ods(content) if suffix == ODS else content, overwrite)
    return target


def workbook_bytes(
    report: Report, findings: Sequence[Finding], held: str, template: Path | None = None
) -> bytes:
    """The workbook, an .xlsx or .xlsm as ``held`` says. Raises as ``write_workbook``."""
    edits = report_to_edits(report, findings)
    if template is None:  # it is blank: emptying its cells, nine edits of ten, changes nothing
        edits = [edit for edit in edits if edit.value is not None]
        return filled_blank(blank("report", held), edits)
    refuse_unfit(template)
    return filled(template, edits, fitted(template, held))


def refuse_unwritable(target: Path) -> str:
    """The suffix that a report's workbook is to have.

    WorkbookError for one that no workbook is written with, and for .ods where there is no
    LibreOffice.
    """
    suffix = refuse_suffix(target, WRITTEN)
    if suffix == ODS and find_program() is None:
        raise WorkbookError(ODS_MISSING)
    return suffix


def to_ods(content: bytes) -> bytes:
    """An .xlsx of ours as LibreOffice saves it in .ods.

    WorkbookError where there is none, or it fails.
    """
    try:
        return converted(content, "xlsx", "ods", missing=ODS_MISSING, save=ODS_SAVE)
    except UnreadableDocument as error:
        raise WorkbookError(str(error)) from error


def read_workbook(path: Path, content: bytes | None = None, kind: Kind | None = None) -> Report:
    """The report that a workbook of ours shows, as edited by whichever program.

    Raises WorkbookError.

    ``content`` is what the file holds and ``kind`` what that is, where it is known; the path then
    only names it.
    """
    return values_to_report(read_file(path, content, kind, report_names()))


def read_ours(path: Path) -> Report | None:
    """The report that the workbook at ``path`` shows.

    None where there is no file, or one that is no workbook of ours.

    WorkbookError where it is ours and cannot be read: what was decided in it would be lost with it.
    """
    try:
        content = path.read_bytes() if path.is_file() else b""  # a pipe would be waited for
    except (OSError, ValueError):
        return None  # whoever writes there says what is wrong
    kind = kind_of(content)
    if not kind.is_ours:
        return None
    try:
        return read_workbook(path, content, kind)
    except WorkbookError as error:
        why = str(error).rstrip("。")
        raise WorkbookError(
            f"{why}；其中的处理（确认、忽略）无法读取，因而没有覆盖它，请先把它移走再试。"
        ) from error


def copy_template(target: Path, *, batch: bool = False, overwrite: bool = False) -> Path:
    """Write a blank workbook to ``target``, which is returned: for a report, or for a ``batch``,
    its list and summary.

    Raises WorkbookError as ``write_workbook`` does; .ods is none of its suffixes.
    """
    suffix = refuse_suffix(target, SUFFIXES)
    refuse_existing(target, overwrite)
    write_whole(target, blank("batch" if batch else "report", suffix), overwrite)
    return target
