"""Annual reports on government information disclosure: read, check, put into a workbook.

>>> import gongkai
>>> report = gongkai.read_report("report.html")   # doctest: +SKIP
>>> for finding in gongkai.check(report):         # doctest: +SKIP
...     print(finding.message)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongkai.bodies import body, same_body
from gongkai.model import (
    FRAMING,
    FetchError,
    Finding,
    GongkaiError,
    Report,
    UnreadableDocument,
    WorkbookError,
)
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
    "body",
    "check",
    "fill",
    "read_report",
    "same_body",
]
__version__ = "0.1.0"


def _framed(report: Report) -> pandas.DataFrame:
    from gongkai.output import report_to_frame

    return report_to_frame(report)


FRAMING.append(_framed)
