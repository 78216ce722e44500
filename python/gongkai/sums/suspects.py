"""Broken sums -> which cells are likely wrong: the smallest sets that mend them (Fellegi-Holt).

The price of a change: one figure 2, one slip that changed several figures 3, a blank nothing. Of
the cheapest repairs those are left out that take chance where another is a slip of the pen; it is
said how many. Where there are more than a person would compare, none is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

from gongkai.model import (
    Alternative,
    Form,
    Relation,
    Suspect,
    Value,
)
from gongkai.sums.network import NetworkState, Replacement, network_of, state_of
from gongkai.sums.relations import Solution, possible, solve
from gongkai.sums.search import MOST_LISTED, Cluster, clusters_of

MOST_BLANKS = (
    3  # told with a repair what they are to be; of more the notes on blanks tell, once it is made
)


class Proposal(NamedTuple):
    """What would mend one broken relation or conflict, the likeliest first.

    ``ways``: how many, also where they are too many to be given; None where not even that is known.
    ``unlikely``: how many more there are that need as few changes.
    """

    alternatives: tuple[Alternative, ...]
    ways: int | None
    unlikely: int = 0


UNKNOWN = Proposal((), None)


def localize(form: Form, stated: Mapping[str, Value], solution: Solution) -> list[Proposal]:
    """A proposal for each broken relation and then for each conflict of the solution for what a
    table states.
    """
    questions = [(relation,) for relation in solution.broken] + list(solution.conflicts)
    network = network_of(form)
    if network is None:
        return [UNKNOWN for _ in questions]
    figures = {
        cell: value if isinstance(value, int) and value >= 0 else None
        for cell, value in stated.items()
    }
    asked = Question(state_of(network, dict.fromkeys(network.ends) | figures), stated)
    clusters = clusters_of(asked.state)
    return [proposal_for(asked, clusters, relations) for relations in questions]


class Question(NamedTuple):
    """The table that is asked about: its state, and what it states, also what can be no count."""

    state: NetworkState
    stated: Mapping[str, Value]


def proposal_for(
    asked: Question, clusters: Sequence[Cluster], relations: Sequence[Relation]
) -> Proposal:
    """The repairs of all clusters that have a part in the relations, combined.

    Where these would break the sum that is no node (（七）总计 across), those that put it right
    again go with them.
    """
    mine = [cluster for cluster in clusters if concerns(asked.state, cluster, relations)]
    found = combined(asked, mine, relations)
    surplus = asked.state.network.surplus
    if any(breaks(asked.stated, alternative, surplus) for alternative in found.alternatives):
        mine = [
            cluster
            for cluster in clusters
            if cluster in mine or concerns(asked.state, cluster, surplus)
        ]
        found = combined(asked, mine, (*relations, *surplus))
    return found


def combined(asked: Question, mine: Sequence[Cluster], relations: Sequence[Relation]) -> Proposal:
    if any(not cluster.alternatives for cluster in mine):
        return Proposal((), mine[0].count if len(mine) == 1 else None)
    count = prod(len(cluster.alternatives) for cluster in mine)
    if count > MOST_LISTED:
        return Proposal((), count)
    nodes = {node for cluster in mine for node in cluster.nodes} | nodes_of(asked.state, relations)
    nodes |= {node for cell in bad_cells(asked, relations) for node in asked.state.ends(cell)}
    found: list[Alternative] = []
    for chosen in product(*(cluster.alternatives for cluster in mine)):
        changes = [change for each in chosen for change in each]
        alternative = completed(asked, changes, nodes)
        if alternative is None or not mends(asked, alternative, relations):
            return UNKNOWN
        found.append(alternative)
    if not all(found):
        return UNKNOWN
    unlikely = prod(len(cluster.alternatives) + cluster.unlikely for cluster in mine) - count
    return Proposal(tuple(found), count, unlikely)


def concerns(state: NetworkState, cluster: Cluster, relations: Sequence[Relation]) -> bool:
    """Whether a cluster mends a node of the relations, or a cell of one that is no node."""
    nodes = nodes_of(state, relations)
    if nodes:
        return bool(cluster.nodes & nodes)
    cells = {cell for relation in relations for cell in relation.cells}
    return any(cell in cells for alternative in cluster.alternatives for cell, _ in alternative)


def nodes_of(state: NetworkState, relations: Iterable[Relation]) -> set[int]:
    numbers = state.network.numbers
    return {
        state.home[numbers[relation.rule]] for relation in relations if relation.rule in numbers
    }


def completed(
    asked: Question, changes: Sequence[Replacement], nodes: set[int]
) -> Alternative | None:
    """The changes with the blanks that they settle, in official order; None where a figure that can
    be no count stays.

    Such figures (negative, or with decimals) were taken for blanks.
    """
    proposed = dict(changes)
    touched = nodes | {node for cell in proposed for node in asked.state.ends(cell)}
    relations = [relation for node in touched for relation in asked.state.partial.get(node, ())]
    if relations:
        implied = solve(relations, {**asked.state.values, **proposed}).implied
        unfilled = [
            cell
            for relation in relations
            for cell in relation.cells
            if asked.state.values.get(cell) is None
        ]
        bad = {cell for cell in unfilled if is_bad(asked, cell)}
        if not bad <= implied.keys():
            return None
        blanks = {cell for cell in unfilled if implied.get(cell) and cell not in bad}
        told = bad | (blanks if len(blanks) <= MOST_BLANKS else set())
        proposed |= {cell: implied[cell] for cell in told}
    cells = sorted(proposed, key=lambda cell: asked.state.network.order[cell])
    return tuple(Suspect(cell, asked.stated.get(cell), proposed[cell]) for cell in cells)


def bad_cells(asked: Question, relations: Iterable[Relation]) -> Iterator[str]:
    """Cells of relations without a node of their own that state what can be no count."""
    for relation in relations:
        if relation in asked.state.network.surplus:
            yield from (cell for cell in relation.cells if is_bad(asked, cell))


def is_bad(asked: Question, cell: str) -> bool:
    return asked.stated.get(cell) is not None and asked.state.values.get(cell) is None


def mends(asked: Question, alternative: Alternative, relations: Sequence[Relation]) -> bool:
    """Whether the relations hold then, with some filling of the blanks: worked out anew, whatever
    led here.
    """
    touched = {
        each.rule: each
        for suspect in alternative
        for each in asked.state.network.relations[suspect.cell]
    }
    touched |= {each.rule: each for each in relations}
    return possible(touched.values(), changed(asked.stated, alternative))


def breaks(
    stated: Mapping[str, Value], alternative: Alternative, relations: Sequence[Relation]
) -> bool:
    """Whether one of the relations holds, or can, and would not then."""
    after = changed(stated, alternative)
    return any(possible([each], stated) and not possible([each], after) for each in relations)


def changed(stated: Mapping[str, Value], alternative: Alternative) -> dict[str, Value]:
    return {**stated, **{suspect.cell: suspect.proposed for suspect in alternative}}
