"""A body's report of last year -> the workbook of the next one, begun: what is known stands in it,
what is to be written is said.

start: last year's report -> ReportDraft; sentences: wording/drafts.toml -> paragraphs whose figures
are live; writing: ReportDraft -> a workbook of ours, and what is said of it. ledger: a body's
register of applications (台账) -> 表三, each figure with its rows; register: its heads and a
blank one.
"""
