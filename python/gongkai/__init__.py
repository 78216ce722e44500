"""Annual reports on government information disclosure: read, check, put into a workbook.

>>> import gongkai
>>> report = gongkai.read_report("report.html")   # doctest: +SKIP
>>> for finding in gongkai.check(report):         # doctest: +SKIP
...     print(finding.message)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gongkai.model import (
    FRAMING,
    SAYING,
    VERSION,
    FetchError,
    Finding,
    FindingLines,
    GongkaiError,
    Report,
    UnreadableDocument,
    WorkbookError,
)

if TYPE_CHECKING:
    import pandas

    from gongkai.bodies import body, same_body
    from gongkai.pipeline import check, fill, read_report

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
__version__ = VERSION

# What is loaded when it is first asked for (PEP 562): the command's --help needs none of it.
PLACES = {
    "body": "gongkai.bodies",
    "check": "gongkai.pipeline",
    "fill": "gongkai.pipeline",
    "read_report": "gongkai.pipeline",
    "same_body": "gongkai.bodies",
}


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *PLACES])


def _framed(report: Report) -> pandas.DataFrame:
    from gongkai.output import report_to_frame

    return report_to_frame(report)


def _said(finding: Finding) -> FindingLines:
    from gongkai.wording.findings import lines_of

    return lines_of(finding)


FRAMING.append(_framed)
SAYING.append(_said)
