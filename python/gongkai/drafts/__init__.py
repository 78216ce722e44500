"""A body's report of last year -> the workbook of the next one, begun: what is known stands in it,
what is to be written is said.

start: last year's report -> Draft; sentences: wordings.toml -> paragraphs whose figures are live;
writing: Draft -> a workbook of ours.
"""

from gongkai.drafts.start import Carried, Draft, begun, started
from gongkai.drafts.writing import draft_lines, refuse_undraftable, write_draft

__all__ = [
    "Carried",
    "Draft",
    "begun",
    "draft_lines",
    "refuse_undraftable",
    "started",
    "write_draft",
]
