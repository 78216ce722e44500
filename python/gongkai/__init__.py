"""Annual reports on government information disclosure: read, check, put into a workbook.

>>> import gongkai
>>> report = gongkai.read_report("report.html")   # doctest: +SKIP
>>> for finding in gongkai.check(report):         # doctest: +SKIP
...     print(finding.message)
"""

from gongkai.model import FetchError, Finding, GongkaiError, Report, UnreadableDocument, WorkbookError
from gongkai.pipeline import check, fill, read_report

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
