"""The reports of a folder compared over years, by the figures in their lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gongkai.compare.bodies import Yearly
from gongkai.compare.years import Outcome, compare_years
from gongkai.decisions import is_open
from gongkai.workbook.lists import DONE, BatchRow, clipped

MOST_LISTED = 20  # reports that differ, on the terminal; the summary has all


def compared(rows: Sequence[BatchRow]) -> list[Outcome]:
    """The outcome of each report among the lines, in their order.

    A line that an earlier version wrote has the totals only; the outcome says how much of it was compared.
    """
    done = [row for row in rows if row.state == DONE]
    return compare_years([Yearly(row.agency, row.year, row.source, row.figures, row.rulings) for row in done])


def with_years(rows: Sequence[BatchRow]) -> list[BatchRow]:
    """The lines, those of reports with what came of comparing them."""
    outcomes = iter(compared(rows))
    return [replace(row, years=clipped(next(outcomes).text)) if row.state == DONE else row for row in rows]


def across_lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """For people: how many reports continue the year before, and the differences of the first that do not."""
    differing = sorted(filter(lambda outcome: outcome.differs, outcomes), key=body_and_year)
    others = [outcome for outcome in outcomes if not outcome.differs]
    dismissed = sum(not is_open(finding) for outcome in outcomes for finding in outcome.findings)
    counts = {
        "与上一年相符": sum(outcome.follows for outcome in others),
        "与上一年不符": len(differing),
        "不符处都已忽略的": sum(outcome.compared > 0 and not outcome.follows for outcome in others),
        "另有提示": sum(any(map(is_open, outcome.findings)) for outcome in others),
    }
    if not any(counts.values()) and not dismissed:
        return
    told = [f"{text}{count}份" for text, count in counts.items() if count]
    told += [f"已忽略的问题{dismissed}处"] if dismissed else []
    yield f"跨年核对：{'，'.join(told)}（逐份见“汇总”的跨年核对一栏）。"
    for outcome in differing[:MOST_LISTED]:
        yield f"  {outcome.report.agency} {outcome.report.year}年：{outcome.text}"
    if len(differing) > MOST_LISTED:
        yield f"  ……另有{len(differing) - MOST_LISTED}份，见“汇总”。"


def body_and_year(outcome: Outcome) -> tuple[str, int]:
    return outcome.report.agency, outcome.report.year or 0
