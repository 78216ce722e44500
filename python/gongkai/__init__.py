"""Annual reports on government information disclosure: read, check, put into a workbook.

>>> import gongkai
>>> report = gongkai.read_report("report.html")   # doctest: +SKIP
>>> for finding in gongkai.check(report):         # doctest: +SKIP
...     print(finding.message)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongkai.model import FetchError, Finding, GongkaiError, Report, UnreadableDocument, WorkbookError
from gongkai.pipeline import check, fill, read_report

if TYPE_CHECKING:
    import pandas

__all__ = [
    "FetchError",
    "Finding",
    "GongkaiError",
    "Report",
    "UnreadableDocument",
    "WorkbookError",
    "check",
    "fill",
    "read_report",
]
__version__ = "0.1.0"


def to_frame(report: Report) -> pandas.DataFrame:
    """A pandas table with one row per figure, in official order: cell, table, edition, row, column, labels, unit,
    value (object: int, Decimal or None, so that it stays exact), raw, page, line."""
    from gongkai.output import report_to_frame

    return report_to_frame(report)


Report.to_frame = to_frame
