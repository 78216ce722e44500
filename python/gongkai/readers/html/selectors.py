"""A selector of a page's styles -> the elements that it chooses.

td .n > i is matched here, from its end upwards: the parser's time grows without end with the steps
of a selector.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

SIMPLE = re.compile(r"[A-Za-z]*[.#][A-Za-z_-][\w-]*", re.ASCII)  # span.n
STEP = re.compile(r"(\s*[>+~]\s*|\s+)(?![^(\[]*[)\]])")  # between td, .n and i in: td .n > i
# :is(td .n), which is left alone
INNER_STEPS = re.compile(r"\([^()]*[^\s(,][\s>+~]+[^\s),][^()]*\)")
FARTHEST = 100  # elements around or before one


def chosen(tree: LexborHTMLParser, selectors: Iterable[str]) -> Iterator[LexborNode]:
    """The elements of any of the selectors; the simple ones are asked for at once."""
    simple: list[str] = []
    others: list[list[LexborNode]] = []
    for name in selectors:
        if SIMPLE.fullmatch(name):
            simple.append(name)
        else:
            others.append(selected(tree, name))
    return chain(selected(tree, ",".join(simple)), *others)


def selected(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """The elements that a selector chooses, or several simple ones; none where the parser does not
    know it.
    """
    *outer, last = STEP.split(selector.strip())
    if not outer:
        return known_to_parser(tree, selector)
    sets: list[set[int]] = []
    for name in outer[::2]:
        sets.append({node.mem_id for node in selected(tree, name)})
    if not all(sets):
        return []
    joints = list(map(str.strip, outer[1::2]))
    steps_before = SelectorSteps(sets, joints)
    found: list[LexborNode] = []
    for node in selected(tree, last):
        if steps_before.leads_to(node, len(joints) - 1):
            found.append(node)
    return found


def known_to_parser(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    from selectolax.lexbor import SelectolaxError

    if not selector or INNER_STEPS.search(selector):
        return []
    try:
        return list(tree.css(selector))
    except SelectolaxError:
        return []


class SelectorSteps:
    """The steps of a selector before its last: ids of the elements of each, and the joint after it.

    Of td .n > i the elements of td and .n, a blank and >.
    """

    def __init__(self, sets: list[set[int]], joints: list[str]) -> None:
        self.sets, self.joints = sets, joints
        self.known: dict[tuple[int, int], bool] = {}

    def leads_to(self, node: LexborNode, at: int) -> bool:
        """Whether what is asked for up to step ``at`` stands around or before a node."""
        if at < 0:
            return True
        key = node.mem_id, at
        if key not in self.known:
            self.known[key] = self.leads_over_others(node, at)
        return self.known[key]

    def leads_over_others(self, node: LexborNode, at: int) -> bool:
        for other in neighbours(node, self.joints[at]):
            if other.mem_id in self.sets[at] and self.leads_to(other, at - 1):
                return True
        return False


def neighbours(node: LexborNode, joint: str) -> Iterator[LexborNode]:
    """The elements to which a joint leads: > the parent, + the one before, ~ those before, a blank
    all around.
    """
    next_of = NEXT_BY_JOINT[joint]
    farthest = 1 if joint in (">", "+") else FARTHEST
    other = next_of(node)
    while other is not None and farthest:
        yield other
        other = next_of(other)
        farthest -= 1


def around(node: LexborNode) -> LexborNode | None:
    return node.parent


def before(node: LexborNode) -> LexborNode | None:
    """The element before a node, texts passed over."""
    other = node.prev
    while other is not None and (other.tag or "-").startswith("-"):
        other = other.prev
    return other


NEXT_BY_JOINT: Mapping[str, Callable[[LexborNode], LexborNode | None]] = {
    ">": around,
    "": around,
    "+": before,
    "~": before,
}
