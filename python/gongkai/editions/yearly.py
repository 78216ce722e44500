"""What ties the reports of one body for two years that follow each other, and what is compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from gongkai.editions import editions


@dataclass(frozen=True, slots=True)
class Link:
    """The figure in ``cell`` of a year is that in ``last`` of the year before, plus and minus figures of its own."""

    rule: str
    table: str
    cell: str
    last: str
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()


@cache
def links() -> tuple[Link, ...]:
    """Carried in = carried out of the year before; documents in force = those in force before + made - repealed.

    The second holds between reports in the layout of 2021 only: that of 2019 counts what is open to the public.
    """
    newest = list(editions().values())[-1]
    carried = [
        Link("years.carried", "applications", cell.id, cell.id.replace(".carried_in.", ".carried_out."))
        for cell in newest.forms["applications"].row_cells("carried_in")
    ]
    documents = [
        Link("years.documents", "disclosure", f"{row}.valid", f"{row}.valid", (f"{row}.made",), (f"{row}.repealed",))
        for row in ("disclosure.rules", "disclosure.normative")
    ]
    return (*carried, *documents)


@cache
def public_cells() -> tuple[str, ...]:
    """The documents of the layout of 2019 that stand in place of those in force, and cannot be compared with them."""
    older = next(iter(editions().values())).forms["disclosure"]
    return tuple(cell for cell in older.cells if cell.endswith(".public"))


@cache
def jump_cells() -> tuple[str, ...]:
    """Yearly counts and amounts that every edition words alike: those whose jump from one year to the next may tell a
    slip of the pen. Not what is carried over, for that is compared exactly."""
    newest = list(editions().values())[-1].forms
    decided = [cell for cell in newest["disclosure"].cells if cell.endswith((".decisions", ".amount"))]
    disputes = [cell for cell in newest["disputes"].cells if cell.endswith(".total")]
    return (*decided, "applications.new.total", "applications.handled.total", *disputes)


@cache
def yearly_cells() -> frozenset[str]:
    """All cells that a comparison over years reads."""
    linked = {cell for link in links() for cell in (link.cell, link.last, *link.plus, *link.minus)}
    return frozenset(linked.union(public_cells(), jump_cells()))
