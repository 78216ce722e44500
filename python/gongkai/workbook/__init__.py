"""A report and its findings -> a workbook that mirrors the official tables, and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gongkai.model import Finding, Report, WorkbookError

__all__ = ["copy_template", "is_ours", "read_ours", "read_workbook", "write_workbook"]


def write_workbook(
    report: Report,
    findings: Sequence[Finding],
    target: Path,
    *,
    overwrite: bool = False,
    template: Path | None = None,
) -> Path:
    """Fill ``template`` (the official one if None) and write it to ``target``, which is returned.

    WorkbookError where ``target`` exists and ``overwrite`` is False, or cannot be written; what was there stays.
    """
    from gongkai.workbook.file import fill_file, refuse_older, template_path
    from gongkai.workbook.fill import report_to_edits

    edits = report_to_edits(report, findings)
    if template is None:  # it is blank: emptying its cells, nine edits of ten, changes nothing
        edits = [edit for edit in edits if edit.value is not None]
    else:
        refuse_older(template)
    return fill_file(template or template_path(), target, edits, overwrite=overwrite)


def read_workbook(path: Path, content: bytes | None = None) -> Report:
    """The report that a workbook of ours shows, as edited by whichever program. Raises WorkbookError.

    ``content`` is what the file holds where that is known; the path then only names it.
    """
    from gongkai.workbook.file import read_file
    from gongkai.workbook.values import values_to_report

    return values_to_report(read_file(path, content))


def read_ours(path: Path) -> Report | None:
    """The report that the workbook at ``path`` shows; None where there is no file, or one that is no workbook of ours.

    WorkbookError where it is ours and cannot be read: what was decided in it would be lost with it.
    """
    try:
        content = path.read_bytes() if path.is_file() else b""  # a pipe would be waited for
    except (OSError, ValueError):
        return None  # whoever writes there says what is wrong
    if not is_ours(content):
        return None
    try:
        return read_workbook(path, content)
    except WorkbookError as error:
        why = str(error).rstrip("。")
        raise WorkbookError(f"{why}；其中的处理（确认、忽略）读不出来，所以没有覆盖它，请先把它移走再试。") from error


def is_ours(content: bytes) -> bool:
    """Whether a file was made from our template, even if somebody then broke it."""
    if not content.startswith(b"PK"):  # a page need not pay for what reads workbooks
        return False
    from gongkai.workbook.file import is_ours as is_ours_file

    return is_ours_file(content)


def copy_template(target: Path, *, overwrite: bool = False) -> Path:
    """Write the blank workbook to ``target``, which is returned. Raises WorkbookError as ``write_workbook`` does."""
    from gongkai.system import refuse_existing, write_whole
    from gongkai.workbook.file import template_path

    refuse_existing(target, overwrite)
    write_whole(target, template_path().read_bytes(), overwrite)
    return target
