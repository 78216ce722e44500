"""Things and pairs of them that belong together -> the groups that they make (union-find).

The only one in the house: rulings that touch, names of one body, relations that share a cell.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)


def only(items: Collection[Item]) -> Item | None:
    """The one thing that there is, None where there are none or several: 2021 of {2021}."""
    return next(iter(items)) if len(items) == 1 else None


def grouped(items: Iterable[Item], pairs: Iterable[tuple[Item, Item]]) -> list[list[Item]]:
    """Each group in the order of ``items``, the groups by their first: 1 2 3 4 and (2, 4) ->
    [1] [2, 4] [3]. Items of ``pairs`` that are not among ``items`` are a KeyError.
    """
    above = {item: item for item in items}
    for one, other in pairs:
        above[top_of(above, one)] = top_of(above, other)
    found: dict[Item, list[Item]] = {}
    for item in above:
        found.setdefault(top_of(above, item), []).append(item)
    return list(found.values())


def top_of(above: dict[Item, Item], item: Item) -> Item:
    """The item that stands for a group; the way to it is halved, or long chains would be slow."""
    while above[item] != item:
        above[item] = above[above[item]]
        item = above[item]
    return item
