"""Groups against the plain way: merge sets until none of them touches another."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.groups import grouped

ITEMS = st.integers(0, 12)
PAIRS = st.lists(st.tuples(ITEMS, ITEMS), max_size=20)


@given(PAIRS)
def test_groups_are_those_of_the_plain_way(pairs: list[tuple[int, int]]) -> None:
    sets = [{item} for item in range(13)]
    for one, other in pairs:
        touched = [each for each in sets if one in each or other in each]
        sets = [each for each in sets if each not in touched] + [set().union(*touched)]
    assert sorted(map(sorted, sets)) == sorted(map(sorted, grouped(range(13), pairs)))


def test_groups_keep_the_order_of_the_items() -> None:
    assert grouped([4, 3, 2, 1], [(1, 4), (2, 3)]) == [[4, 1], [3, 2]]


def test_a_pair_of_something_else_is_a_fault() -> None:
    with pytest.raises(KeyError):
        grouped([1], [(1, 2)])


def test_a_long_chain_is_no_matter() -> None:
    chain = list(range(50_000))
    assert grouped(chain, pairwise(chain)) == [chain]
