"""Annual reports on government information disclosure: read, check, put into a workbook.

>>> import gongkai
>>> report = gongkai.read_report("report.html")   # doctest: +SKIP
>>> for finding in gongkai.check(report):         # doctest: +SKIP
...     print(finding.message)
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gongkai.model import (
    SAYING,
    SHAPING,
    VERSION,
    FetchError,
    Finding,
    FindingLines,
    GongkaiError,
    Report,
    ReportShapes,
    UnreadableDocument,
    WorkbookError,
)

if TYPE_CHECKING:
    from gongkai.bodies import body, same_body
    from gongkai.panels import (
        UnreadSource,
        compare_levels,
        compare_years,
        panel,
        read_reports,
        run_batch,
    )
    from gongkai.pipeline import check, fill, read_report

__all__ = [
    "FetchError",
    "Finding",
    "GongkaiError",
    "Report",
    "UnreadSource",
    "UnreadableDocument",
    "WorkbookError",
    "body",
    "check",
    "compare_levels",
    "compare_years",
    "fill",
    "panel",
    "read_report",
    "read_reports",
    "run_batch",
    "same_body",
]
__version__ = VERSION

# What is loaded when it is first asked for (PEP 562): the command's --help needs none of it.
PLACES = {
    "UnreadSource": "gongkai.panels",
    "body": "gongkai.bodies",
    "check": "gongkai.pipeline",
    "compare_levels": "gongkai.panels",
    "compare_years": "gongkai.panels",
    "fill": "gongkai.pipeline",
    "panel": "gongkai.panels",
    "read_report": "gongkai.pipeline",
    "read_reports": "gongkai.panels",
    "run_batch": "gongkai.panels",
    "same_body": "gongkai.bodies",
}


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *PLACES])


def _late(module: str, name: str) -> Callable[..., Any]:
    """A function that is loaded when it is first called."""

    def call(given: object) -> Any:
        return getattr(import_module(module), name)(given)

    return call


def _said(finding: Finding) -> FindingLines:
    from gongkai.wording.findings import lines_of

    return lines_of(finding)


SHAPING.append(
    ReportShapes(
        frame=_late("gongkai.output", "report_to_frame"),
        table_frame=_late("gongkai.panels.frames", "table_to_frame"),
        html=_late("gongkai.panels.drawing", "report_to_html"),
        to_dict=_late("gongkai.panels.plain", "report_to_plain"),
        from_dict=_late("gongkai.panels.plain", "plain_to_report"),
    )
)
SAYING.append(_said)
