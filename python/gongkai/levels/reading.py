"""Sources -> children with their reports, or with the sentence why there is none; one after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from gongkai.batch.importing import read_report_in
from gongkai.batch.listing import is_web
from gongkai.batch.run import PAUSE
from gongkai.batch.scheduler import Turns
from gongkai.compare.children import Child
from gongkai.model import GongkaiError, Report
from gongkai.sources import ACCESS, LIMITS, Access


def read_children(
    sources: Sequence[str], access: Access = ACCESS, step: Callable[[str], None] = lambda source: None
) -> list[Child]:
    """A child for each source, in their order. Between two requests to a host there is a pause, as in a batch.

    ``step`` is told each source before it is read. Raises nothing: what cannot be read is a child with an error.
    """
    turns = Turns(sources, 1, 0 if access.offline else PAUSE)
    found = {}
    while (source := turns.take()) is not None:
        step(source)
        found[source] = read_child(source, access)
        turns.loaded(source)
        turns.done()
    return [found[source] for source in sources]


def slim(report: Report) -> Report:
    """Without the bytes of its document: hundreds of them would fill the memory."""
    return replace(report, document=replace(report.document, content=b"")) if report.document else report


def read_child(source: str, access: Access) -> Child:
    name = source if is_web(source) else os.path.basename(source)
    try:
        return Child(name, source, slim(read_report_in(source, LIMITS, access)))
    except GongkaiError as error:
        return Child(name, source, error=str(error).removeprefix(f"{source}："))
    except Exception as error:
        if os.environ.get("GONGKAI_DEBUG"):
            raise
        return Child(name, source, error=f"程序内部错误（{type(error).__name__}）；请把来源发给开发者。")
