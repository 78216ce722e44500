"""The stated sums (勾稽关系) of a table, some figures blank -> what they imply, and what is likely
wrong.

states: what is stated, implied, open, and which relations hold. relations: what is broken,
impossible, implied. suspects: the cells that are likely wrong, by network (the relations as a
graph), repairs (of a few nodes) and search (of the whole table).
"""

from gongkai.sums.relations import (
    Solution,
    difference,
    possible,
    solve,
    stated_and_computed,
    stated_figures,
    total,
)
from gongkai.sums.states import CellState, TableState, Verdict, table_state, with_lost
from gongkai.sums.suspects import Proposal, localize

__all__ = [
    "CellState",
    "Proposal",
    "Solution",
    "TableState",
    "Verdict",
    "difference",
    "localize",
    "possible",
    "solve",
    "stated_and_computed",
    "stated_figures",
    "table_state",
    "total",
    "with_lost",
]
