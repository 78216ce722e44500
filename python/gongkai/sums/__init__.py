"""The stated sums (勾稽关系) of a table, some figures blank -> what they imply, and what is likely
wrong.

statements: what each source says of cells, as one system. relations: what is broken, impossible,
implied. states: what is stated, implied, open, and which relations hold. suspects: the statements
that are likely wrong, by network (the relations as a graph), flow (what can carry away what is over
at its nodes), repairs (how likely a slip is) and search (of the whole table).
"""

from gongkai.sums.relations import (
    Solution,
    difference,
    possible,
    relations_in,
    solve,
    stated_and_computed,
    stated_figures,
    total,
)
from gongkai.sums.search import MOST_LISTED
from gongkai.sums.statements import as_written, solved
from gongkai.sums.states import (
    CellState,
    TableState,
    Verdict,
    implied_in,
    is_unread,
    table_state,
    with_lost,
)
from gongkai.sums.suspects import Proposal, figures_after, localize, suspected_cells

__all__ = [
    "MOST_LISTED",
    "CellState",
    "Proposal",
    "Solution",
    "TableState",
    "Verdict",
    "as_written",
    "difference",
    "figures_after",
    "implied_in",
    "is_unread",
    "localize",
    "possible",
    "relations_in",
    "solve",
    "solved",
    "stated_and_computed",
    "stated_figures",
    "suspected_cells",
    "table_state",
    "total",
    "with_lost",
]
