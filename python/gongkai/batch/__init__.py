"""Many sources -> a folder with a workbook for each report, and a summary of all.

For the command line: ``plan(argument, folder)`` says what is to be imported, ``run_batch(sources,
folder)`` does it and yields an ``Imported`` (``.row``, ``.skipped``) as soon as a source is
finished; a folder remembers what is done.

For the live workbook, whose sheet is its own memory: ``import_report(source, folder)`` imports one
source and returns the rows that take its place in the list. The first is the source's own, in the
state done, failed, unread or directory; after a directory come its links, one row each in the state
proposed (source, year, title, message = title). It never raises GongkaiError, never overwrites a
file, and may run beside another process. ``report_file_name(report)`` is a name that every system
takes, ``candidates(blocks, base)`` the links of a page that look like annual reports.
"""

from gongkai.batch.importing import import_report
from gongkai.batch.listing import Plan, plan
from gongkai.batch.names import report_file_name
from gongkai.batch.run import (
    Imported,
    batch_across,
    batch_checks,
    batch_rows,
    batch_years,
    has_grave,
    run_batch,
    summary_files,
)
from gongkai.batch.summary import across_lines, with_years
from gongkai.links import Candidate, candidates

__all__ = [
    "Candidate",
    "Imported",
    "Plan",
    "across_lines",
    "batch_across",
    "batch_checks",
    "batch_rows",
    "batch_years",
    "candidates",
    "has_grave",
    "import_report",
    "plan",
    "report_file_name",
    "run_batch",
    "summary_files",
    "with_years",
]
