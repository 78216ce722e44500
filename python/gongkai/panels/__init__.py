"""Many reports -> tables for research: frames of pandas, and files that R, Stata and SQL read.

``records_of(what)`` turns sources, reports and records into records (``store.records``);
``write_panel(records, target, PanelChoice(...))`` writes them into a file by its suffix, one of
``SUFFIXES``, taking each record once and holding none; ``panel(what)`` gives frames.
``codebook.codebook_lines()`` has a line for every cell of all editions, with its short name.

``read_reports`` is ``read_report`` for many sources, ``run_batch`` puts them into a folder of
workbooks; ``compare_years`` and ``compare_levels`` hold reports against each other. The rooms batch
and levels have the names that these might have had: whoever imports a room sets the package's name.
"""

from gongkai.panels.records import (
    UnreadSource,
    compare_levels,
    compare_years,
    panel,
    read_reports,
    records_of,
    run_batch,
)
from gongkai.panels.sinks import SUFFIXES, PanelChoice, write_panel

__all__ = [
    "SUFFIXES",
    "PanelChoice",
    "UnreadSource",
    "compare_levels",
    "compare_years",
    "panel",
    "read_reports",
    "records_of",
    "run_batch",
    "write_panel",
]
