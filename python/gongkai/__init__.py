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
    SAYING,
    FetchError,
    Finding,
    FindingLines,
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


def _said(finding: Finding) -> FindingLines:
    from gongkai.wording.findings import lines_of

    return lines_of(finding)


FRAMING.append(_framed)
SAYING.append(_said)
