"""A report and its findings -> a workbook that mirrors the official tables, and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gongkai.model import Finding, Kind, Report, WorkbookError

__all__ = ["copy_template", "read_ours", "read_workbook", "write_workbook"]


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
    from gongkai.workbook.file import fill_file, refuse_unfit, template_path
    from gongkai.workbook.fill import report_to_edits

    edits = report_to_edits(report, findings)
    if template is None:  # it is blank: emptying its cells, nine edits of ten, changes nothing
        edits = [edit for edit in edits if edit.value is not None]
    else:
        refuse_unfit(template)
    return fill_file(template or template_path(), target, edits, overwrite=overwrite)


def read_workbook(path: Path, content: bytes | None = None, kind: Kind | None = None) -> Report:
    """The report that a workbook of ours shows, as edited by whichever program. Raises WorkbookError.

    ``content`` is what the file holds and ``kind`` what that is, where it is known; the path then only names it.
    """
    from gongkai.workbook.file import read_file
    from gongkai.workbook.layout import report_names
    from gongkai.workbook.values import values_to_report

    return values_to_report(read_file(path, content, kind, report_names()))


def read_ours(path: Path) -> Report | None:
    """The report that the workbook at ``path`` shows; None where there is no file, or one that is no workbook of ours.

    WorkbookError where it is ours and cannot be read: what was decided in it would be lost with it.
    """
    try:
        content = path.read_bytes() if path.is_file() else b""  # a pipe would be waited for
    except (OSError, ValueError):
        return None  # whoever writes there says what is wrong
    from gongkai.sources.detect import kind_of

    kind = kind_of(content)
    if not kind.is_ours:
        return None
    try:
        return read_workbook(path, content, kind)
    except WorkbookError as error:
        why = str(error).rstrip("。")
        raise WorkbookError(f"{why}；其中的处理（确认、忽略）读不出来，所以没有覆盖它，请先把它移走再试。") from error


def copy_template(target: Path, *, overwrite: bool = False) -> Path:
    """Write the blank workbook to ``target``, which is returned. Raises WorkbookError as ``write_workbook`` does."""
    from gongkai.system import refuse_existing, write_whole
    from gongkai.workbook.file import template_path

    refuse_existing(target, overwrite)
    write_whole(target, template_path().read_bytes(), overwrite)
    return target
