"""The smallest sets of cells whose change mends a table, by integer programming (HiGHS in scipy).

For what is beyond matching what is over at two nodes: errors that cancel each other at a node, blanks that cannot be
negative. The solver works in floating point; what it proposes is worked out again exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import thread_time
from typing import Any

from gongkai.checks.localize.state import Change, State, TooMany, needs
from gongkai.relations import solve

MOST_SETS = 30
MOST_NODES = 24  # where something is over; beyond that the table is not one with a slip or two
FARTHEST = 10**6  # of larger changes the solver loses the small ones: it takes a millionth for nothing


@dataclass
class Program:
    """Columns: the change of each stated cell, whether it is changed, the figure of each blank."""

    state: State
    cells: list[str]
    blanks: list[str]
    cuts: list[tuple[list[int], int]] = field(default_factory=list)

    @property
    def width(self) -> int:
        return 2 * len(self.cells) + len(self.blanks)


def smallest_sets(state: State, at_most: int | None) -> list[tuple[Change, ...]]:
    """All smallest repairs; none where they need more than ``at_most`` cells. Raises TooMany."""
    started = thread_time()
    import scipy.optimize  # type: ignore[import-untyped]  # noqa: F401  # loading it takes none of the time

    state.deadline += thread_time() - started
    if len(state.need) > MOST_NODES or farthest(state) > FARTHEST:
        raise TooMany
    cells = [cell for cell in state.network.ends if state.values.get(cell) is not None]
    blanks = [cell for cell in state.network.ends if state.values.get(cell) is None]
    program = Program(state, cells, blanks)
    if at_most is not None:
        program.cuts.append((list(range(len(cells))), at_most))
    found: list[tuple[Change, ...]] = []
    while (chosen := solved(program)) is not None:
        found.append(exact_changes(state, [cells[number] for number in chosen]))
        if len(found) > MOST_SETS:
            raise TooMany
        if len(found) == 1:
            program.cuts.append((list(range(len(cells))), len(chosen)))
        program.cuts.append((chosen, len(chosen) - 1))
    return found


def exact_changes(state: State, cells: Sequence[str]) -> tuple[Change, ...]:
    """The figures that the cells must have. Raises TooMany where that is left open, or the solver was mistaken."""
    relations = [relation for relation in state.network.nodes if relation]
    solution = solve(relations, {**state.values, **dict.fromkeys(cells)})
    if solution.broken or solution.conflicts or not set(cells) <= solution.implied.keys():
        raise TooMany
    return tuple((cell, solution.implied[cell]) for cell in cells)


def solved(program: Program) -> list[int] | None:
    """The numbers of the cells of a smallest repair that no cut forbids; None where there is none."""
    import numpy as np
    from scipy.optimize import Bounds, milp

    left = program.state.time_left()
    count, blanks = len(program.cells), len(program.blanks)
    state, far = program.state, farthest(program.state)
    lowest = [-state.figure(cell) for cell in program.cells] + [0] * (count + blanks)
    highest = [far] * count + [1] * count + [far] * blanks
    result = milp(
        np.array([0] * count + [1] * count + [0] * blanks),
        # With whole figures stated, a network's corners are whole: only the choice of cells has to be.
        integrality=np.array([0] * count + [1] * count + [0] * blanks),
        bounds=Bounds(lowest, highest),
        constraints=constraints(program, far),
        options={"time_limit": left},
    )
    if result.status == 2:
        return None
    if result.status != 0:
        raise TooMany
    chosen = [number for number in range(count) if abs(result.x[number]) > 0.5]
    if len(chosen) != round(result.fun):
        raise TooMany
    return chosen


def farthest(state: State) -> int:
    """No cell changes by more, and no blank holds more: it is all carried from where it is over to where it lacks."""
    return max(1, sum(over for over in unjoined(state).values() if over > 0))


def constraints(program: Program, far: int) -> Any:
    """Every node in balance; a cell that is not marked as changed stays; the cuts."""
    import numpy as np
    from scipy.optimize import LinearConstraint
    from scipy.sparse import lil_array  # type: ignore[import-untyped]

    count = len(program.cells)
    columns = {cell: number for number, cell in enumerate(program.cells)}
    columns |= {cell: 2 * count + number for number, cell in enumerate(program.blanks)}
    nodes = len(program.state.network.nodes)
    covers = incident(program)
    matrix = lil_array((nodes + 2 * count + len(program.cuts) + len(covers), program.width))
    low, high = np.zeros(matrix.shape[0]), np.zeros(matrix.shape[0])
    for cell, (up, down) in program.state.network.ends.items():
        matrix[up, columns[cell]], matrix[down, columns[cell]] = 1, -1
    for node, over in unjoined(program.state).items():
        low[node] = high[node] = -over
    for number, cell in enumerate(program.cells):
        up, down = nodes + 2 * number, nodes + 2 * number + 1
        matrix[up, number], matrix[up, count + number] = 1, -far
        matrix[down, number], matrix[down, count + number] = 1, program.state.figure(cell)
        low[up], high[down] = -np.inf, np.inf
    limits: list[tuple[list[int], float, float]] = [(chosen, -np.inf, most) for chosen, most in program.cuts]
    limits += [(chosen, 1.0, np.inf) for chosen in covers]
    for number, (chosen, least, most) in enumerate(limits, nodes + 2 * count):
        matrix[number, [count + each for each in chosen]] = 1
        low[number], high[number] = least, most
    return LinearConstraint(matrix.tocsr(), low, high)


def incident(program: Program) -> list[list[int]]:
    """For each node that needs mending the cells of which one must change; the solver would find out, but slowly."""
    state = program.state
    return [[number for number, cell in enumerate(program.cells) if node in state.ends(cell)] for node in state.need]


def unjoined(state: State) -> dict[int, int]:
    """What is over at each node of the network itself."""
    return needs(state.network, state.values, range(len(state.network.nodes)))
