"""Statements that no filling satisfies -> which of them are likely wrong: the cheapest sets that
mend the sums (Fellegi-Holt).

The price of a change: one figure 2, one slip that changed several figures 3, a blank nothing, what
another source says as much as its statement costs. Of the cheapest repairs those are left out that
take chance where another is a slip of the pen; it is said how many. Where there are more than a
person would compare, none is given, only the cells that all of them change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, product
from typing import NamedTuple

from gongkai.model import Alternative, Bound, Form, Relation, Statement, Suspect, Value
from gongkai.sums import flow, plain, search
from gongkai.sums.network import NetworkState, Replacement, network_of, state_of
from gongkai.sums.relations import possible
from gongkai.sums.statements import System, counts_of, solution_of, system_of

MOST_BLANKS = (
    3  # told with a repair what they are to be; of more the notes on blanks tell, once it is made
)


class Proposal(NamedTuple):
    """What would mend one broken relation or conflict, the likeliest first.

    ``ways``: how many, also where they are too many to be given; None where not even that is known.
    ``unlikely``: how many more there are that need as few changes. ``certain``: the cells that all
    of these change, with the least and the most that they should be. ``disbelieved``: for each
    alternative the statements, other than cells as written, that it takes for wrong.
    """

    alternatives: tuple[Alternative, ...]
    ways: int | None
    unlikely: int = 0
    certain: tuple[Bound, ...] = ()
    disbelieved: tuple[tuple[Statement, ...], ...] = ()


UNKNOWN = Proposal((), None)


def localize(form: Form, statements: Iterable[Statement]) -> list[Proposal]:
    """A proposal for each broken relation and then for each conflict of what ``solved`` says."""
    system = system_of(form, statements)
    questions = solution_of(system).wrong
    if not questions:
        return []
    network = network_of(form, system.further)
    if network is None:
        return [told(system, plain_proposal(system))] * len(questions)
    values = counts_of(network.ends, system.values)
    asked = Question(state_of(network, values, system.prices), system)
    clusters = search.clusters_of(asked.state)
    found = []
    for relations in questions:
        found.append(told(system, proposal_for(asked, clusters, relations)))
    return found


class Question(NamedTuple):
    """What is asked about: its state, and what is stated, also what can be no count."""

    state: NetworkState
    system: System

    @property
    def stated(self) -> Mapping[str, Value]:
        return self.system.values


def told(system: System, proposal: Proposal) -> Proposal:
    """The cells of the form as suspects, those of statements as what is not believed.

    总计5 above 维持3 ＋ 纠正1, and 4 by the prose: 总计 is to be 4, and nothing is disbelieved.
    """
    if not system.statements:
        return proposal
    suspects: list[Alternative] = []
    disbelieved = []
    for alternative in proposal.alternatives:
        cells, said = [], []
        for suspect in alternative:
            if suspect.cell in system.statements:
                said.append(system.statements[suspect.cell])
            else:
                cells.append(suspect)
        suspects.append(tuple(cells))
        disbelieved.append(tuple(said))
    certain: list[Bound] = []
    for bound in proposal.certain:
        if bound.cell not in system.statements:
            certain.append(bound)
    return proposal._replace(
        alternatives=tuple(suspects), certain=tuple(certain), disbelieved=tuple(disbelieved)
    )


def plain_proposal(system: System) -> Proposal:
    """For all relations together where these and the statements make no network.

    总计5 above 维持3 ＋ 纠正1 ＋ 其他0 ＋ 尚未审结0: one of the five figures is 1 off.
    """
    try:
        repairs = plain.plain_repairs(system)
    except flow.TooMany:
        return UNKNOWN
    found: list[Alternative] = []
    for repair in repairs:
        suspects: list[Suspect] = []
        for cell, to in repair.figures:
            suspects.append(Suspect(cell, system.values[cell], to))
        if suspects:
            found.append(tuple(suspects))
    if len(found) < len(repairs) or len(found) > search.MOST_LISTED:
        return Proposal((), len(repairs))
    return Proposal(tuple(found), len(found))


def proposal_for(
    asked: Question, clusters: Sequence[search.Cluster], relations: Sequence[Relation]
) -> Proposal:
    """The repairs of all clusters that have a part in the relations, combined.

    Where these would break the sum that is no node (（七）总计 across), those that put it right
    again go with them.
    """
    mine, also = [], []
    surplus = asked.state.network.surplus
    for cluster in clusters:
        if concerns(asked.state, cluster, relations):
            mine.append(cluster)
            also.append(cluster)
        elif concerns(asked.state, cluster, surplus):
            also.append(cluster)
    found = combined(asked, mine, relations)
    for alternative in found.alternatives:
        if breaks(asked.stated, alternative, surplus):
            return combined(asked, also, (*relations, *surplus))
    return found


def concerns(state: NetworkState, cluster: search.Cluster, relations: Sequence[Relation]) -> bool:
    """Whether a cluster mends a node of the relations, or a cell of one that is no node."""
    nodes = nodes_of(state, relations)
    if nodes:
        return bool(cluster.nodes & nodes)
    cells: set[str] = set()
    for relation in relations:
        cells.update(relation.cells)
    return any(not cells.isdisjoint(dict(changes)) for changes in cluster.alternatives)


def nodes_of(state: NetworkState, relations: Iterable[Relation]) -> set[int]:
    numbers = state.network.numbers
    nodes: set[int] = set()
    for relation in relations:
        for node in numbers.get(relation.rule, ()):
            nodes.add(state.home[node])
    return nodes


def suspected_cells(suspects: Iterable[Iterable[Suspect]]) -> list[str]:
    """The cells that some alternatives change."""
    cells: list[str] = []
    for suspect in chain.from_iterable(suspects):
        cells.append(suspect.cell)
    return cells


def combined(
    asked: Question, mine: Sequence[search.Cluster], relations: Sequence[Relation]
) -> Proposal:
    """The choices of all clusters together: two for 总计89 above 维持139, which are the repairs of
    that row; of more than a person would compare only what is certain.
    """
    certain = bounds_of(asked, mine)
    count = all_ways = 1
    for cluster in mine:
        count *= len(cluster.alternatives)
        all_ways *= len(cluster.alternatives) + cluster.unlikely
    if count == 0:
        ways = mine[0].count if len(mine) == 1 else None
        return Proposal((), ways, certain=certain)
    if count > search.MOST_LISTED:
        return Proposal((), count, certain=certain)
    found = alternatives_of(asked, mine, relations)
    if not found:
        return UNKNOWN
    return Proposal(tuple(found), count, all_ways - count, certain)


def bounds_of(asked: Question, mine: Iterable[search.Cluster]) -> tuple[Bound, ...]:
    found = []
    for cluster in mine:
        for cell, least, most in cluster.certain:
            found.append(Bound(cell, asked.stated.get(cell), least, most))
    return tuple(found)


def alternatives_of(
    asked: Question, mine: Sequence[search.Cluster], relations: Sequence[Relation]
) -> list[Alternative]:
    """Each choice of one way for each cluster; none where one of them does not mend, whatever led
    to it.

    总计89 above 维持139 and a blank 其他: 维持 is to be 89, or 总计 139.
    """
    nodes = nodes_of(asked.state, relations)
    choices = []
    for cluster in mine:
        nodes |= cluster.nodes
        choices.append(cluster.alternatives)
    for cell in bad_cells(asked, relations):
        nodes.update(asked.state.ends(cell))
    found: list[Alternative] = []
    for chosen in product(*choices):
        changes = tuple(chain.from_iterable(chosen))
        alternative = completed(asked, changes, nodes)
        if not alternative or not mends(asked, alternative, relations):
            return []
        found.append(alternative)
    return found


# --- the blanks that a repair settles -------------------------------------------------------------


def completed(
    asked: Question, changes: Sequence[Replacement], nodes: set[int]
) -> Alternative | None:
    """The changes with the blanks that they settle, in official order; None where a figure that can
    be no count stays.

    Such figures (negative, or with decimals) were taken for blanks. 维持3 ＋ 纠正1 ＋ 其他-2 under
    总计5: 其他 is to be 1.
    """
    proposed = dict(changes)
    state = asked.state
    touched = set(nodes)
    for cell in proposed:
        touched.update(state.ends(cell))
    unfilled = blanks_at(state, touched)
    if unfilled:
        bad = {cell for cell in unfilled if is_bad(asked, cell)}
        settled = settled_by(state, changes, unfilled, bad)
        if not bad <= settled.keys():
            return None
        blanks = settled.keys() - bad
        for cell in bad | blanks if len(blanks) <= MOST_BLANKS else bad:
            proposed[cell] = settled[cell]
    found = []
    for cell in sorted(proposed, key=state.network.order.__getitem__):
        found.append(Suspect(cell, asked.stated.get(cell), proposed[cell]))
    return tuple(found)


def blanks_at(state: NetworkState, nodes: Collection[int]) -> list[str]:
    """The blanks that join nodes to one of these."""
    found: list[str] = []
    for cell in state.flow.now:
        if state.ends(cell)[0] in nodes:
            found.append(cell)
    return found


def settled_by(
    state: NetworkState, changes: Sequence[Replacement], blanks: Iterable[str], bad: Collection[str]
) -> dict[str, int]:
    """The blanks to which the changes leave one figure, other than 0 or in the place of a bad
    one.
    """
    after = state.changed(changes)
    found = {}
    for cell in blanks:
        figure = after.flow.now[cell]
        if (figure or cell in bad) and after.flow.is_fixed(cell, after.network.ends[cell]):
            found[cell] = figure
    return found


def bad_cells(asked: Question, relations: Iterable[Relation]) -> Iterator[str]:
    """Cells of relations without a node of their own that state what can be no count."""
    for relation in relations:
        if relation in asked.state.network.surplus:
            yield from filter(partial(is_bad, asked), relation.cells)


def is_bad(asked: Question, cell: str) -> bool:
    return asked.stated.get(cell) is not None and asked.state.values.get(cell) is None


# --- what a repair does to the sums ---------------------------------------------------------------


def mends(asked: Question, alternative: Alternative, relations: Sequence[Relation]) -> bool:
    """Whether the relations hold then, with some filling of the blanks: worked out anew, whatever
    led here.
    """
    touched = {}
    for suspect in alternative:
        for relation in asked.state.network.relations[suspect.cell]:
            touched[relation.rule] = relation
    for relation in relations:
        touched[relation.rule] = relation
    return possible(touched.values(), figures_after(asked.stated, alternative))


def breaks(
    stated: Mapping[str, Value], alternative: Alternative, relations: Sequence[Relation]
) -> bool:
    """Whether one of the relations holds, or can, and would not then."""
    after = figures_after(stated, alternative)
    for relation in relations:
        if possible([relation], stated) and not possible([relation], after):
            return True
    return False


def figures_after(stated: Mapping[str, Value], alternative: Alternative) -> dict[str, Value]:
    """What the cells hold once a repair is made."""
    after = dict(stated)
    for suspect in alternative:
        after[suspect.cell] = suspect.proposed
    return after
