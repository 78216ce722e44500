"""drafts.toml + a body and a year -> the paragraphs of a report that is begun, figures live.

Superiors score reports that are alike (雷同). So which wording of a sentence stands in a report
follows from the body's code and name, for each sentence apart, and moves on by one every year:
neither two bodies of a county nor two years of a body are given the same text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from gongkai.bodies import body, normal
from gongkai.model import Report, table_id
from gongkai.wording import one_line, unwritten
from gongkai.workbook.layout import sheet_of
from gongkai.workbook.live.sentences import LiveText, Shown

FEWEST_WORDINGS = 6  # of each sentence
FIELD = re.compile(r"\{([a-z_]+(?:\.[a-z_]+\.[a-z_]+)?)\}")  # {year}, {applications.new.total}


@dataclass(frozen=True)
class DraftParagraph:
    """A paragraph of a section, 0 for the opening; ``is_live`` where it tells figures."""

    section: int
    sentence: LiveText

    @property
    def is_live(self) -> bool:
        return any(isinstance(piece, Shown) for piece in self.sentence)


@cache
def facts() -> Mapping[str, Any]:
    return tomllib.loads(unwritten.drafted())


def wordings_for(agency: str) -> Mapping[str, Sequence[str]]:
    """The wordings of each sentence that a body's report has: a government's has one more."""
    found: dict[str, Sequence[str]] = dict(facts()["wordings"])
    if body(agency).kind == "government":
        found |= facts()["government"]
    return found


def paragraphs_for(report: Report, contact: str = "") -> list[DraftParagraph]:
    """What a report is begun with, for its body and year; ``contact`` is the sentence of last
    year's opening that says whom to ask, "" for none.
    """
    found: list[DraftParagraph] = []
    for part in facts()["part"]:
        if contact and part["sentences"] == ["contact"]:
            found.append(DraftParagraph(part["section"], (one_line(contact),)))
        else:
            found.append(paragraph_for(part, report))
    return found


def paragraph_for(part: Mapping[str, Any], report: Report) -> DraftParagraph:
    """（一）主动公开。〔待改写〕围绕…: the mark stands behind the head, before what is to be
    changed.
    """
    texts = [part["head"], unwritten.TO_REWRITE]
    wordings = wordings_for(report.agency)
    for kind in part["sentences"]:
        if kind in wordings:
            texts.append(wordings[kind][chosen(kind, len(wordings[kind]), report)])
    return DraftParagraph(part["section"], sentence_of("".join(texts), report))


def chosen(kind: str, count: int, report: Report) -> int:
    """The number of a wording: the same for a body and year on every machine."""
    told = body(report.agency, report.year)
    seed = "\n".join((told.code, normal(report.agency, report.year), kind))
    first = int.from_bytes(sha256(seed.encode()).digest()[:8])
    return (first + (report.year or 0)) % count


# --- from a wording to pieces ---------------------------------------------------------------------


def sentence_of(wording: str, report: Report) -> LiveText:
    """本年新收{applications.new.total}件 -> 本年新收, the cell, 件; neighbouring texts are one."""
    pieces: list[str | Shown] = []
    for piece in pieces_of(wording, report):
        if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
            pieces[-1] += piece
        elif piece:
            pieces.append(piece)
    return tuple(pieces)


def pieces_of(wording: str, report: Report) -> Iterator[str | Shown]:
    texts = {"year": str(report.year), "agency": one_line(report.agency)}
    done = 0
    for match in FIELD.finditer(wording):
        yield wording[done : match.start()]
        name = match[1]
        yield texts[name] if name in texts else cell_shown(name, report)
        done = match.end()
    yield wording[done:]


def cell_shown(cell: str, report: Report) -> Shown:
    """Where a figure of a report stands in its workbook."""
    table = report.tables[table_id(cell)]
    sheet = sheet_of(table.id, table.edition)
    return Shown(sheet.name, sheet.cells[cell])
