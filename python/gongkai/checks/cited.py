"""Room: checks. What the prose says of a suspected cell: the proposal that it bears out comes first, with its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from gongkai.checks.wording import clipped, label_of
from gongkai.figures import shown
from gongkai.model import Figure, Finding, Form, Suspect


class Said(NamedTuple):
    """A figure that the prose gives for a single cell: ``place`` is 第一节第2段, ``clause`` its words."""

    figure: Figure
    place: str
    clause: str


def with_prose(form: Form, finding: Finding, said: Mapping[str, Said]) -> Finding:
    """A finding whose proposals agree with the prose nowhere stays as it is. The cause stays too: prose and table may
    have been written by different hands, so prose tells which figure was meant, not which was read."""
    borne = [choice for choice in finding.suspects if agrees(choice, said)]
    if not borne:
        return finding
    others = [choice for choice in finding.suspects if choice not in borne]
    cells = dict.fromkeys(suspect.cell for choice in borne for suspect in choice if suspect.cell in said)
    told = "；".join(cited(form, cell, said[cell]) for cell in cells)
    return replace(finding, message=f"{finding.message}{told}。", suspects=(*borne, *others))


def agrees(choice: Sequence[Suspect], said: Mapping[str, Said]) -> bool:
    """Whether the prose gives some figure of a proposal and contradicts none."""
    same = [said[suspect.cell].figure == suspect.proposed for suspect in choice if suspect.cell in said]
    return any(same) and all(same)


def cited(form: Form, cell: str, said: Said) -> str:
    return f"{said.place}“{clipped(said.clause)}”，{label_of(form.cells[cell])}也是{shown(said.figure)}"
