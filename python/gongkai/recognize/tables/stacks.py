"""The tokens of a head + the labels that may stand there -> which is which, in reading order.

A label may stand in several lines or cells, one below the other: 商业 over 企业, 其 over 他.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from gongkai.model import Label
from gongkai.recognize import labelling, tokenizing, typos

JOINED_LINES = 6
TALLEST_STACK = 6  # cells of one label: one for each character
CLEAR = 0.15  # by which a text with typos is more like its label than like any other


@dataclass(frozen=True, slots=True)
class FoundLabel:
    label: Label
    token: tokenizing.Token


def match_head(
    tokens: Sequence[tokenizing.Token], labels: Sequence[Label]
) -> tuple[list[FoundLabel], list[tokenizing.Token]]:
    """Labels of a head found in tokens, in reading order, and the texts that none of them explains:
    自然人, 商业企业, and 2020年总计.
    """
    exact = labelling.names_of(labels)
    tokens, _ = stacked(tokens, exact)
    found: list[FoundLabel] = []
    unknown: list[tokenizing.Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind != "text":
            at += 1
            continue
        at, label = longest(tokens, at, exact)
        label = label or without_note(token, exact) or likely(token, labels)
        if label is None:
            unknown.append(token)
        else:
            found.append(FoundLabel(label, token))
    return found, unknown


def longest(
    tokens: Sequence[tokenizing.Token], start: int, exact: Mapping[str, Label]
) -> tuple[int, Label | None]:
    """The longest join of lines from ``start`` that is a label: (end, label), or (start + 1,
    None). 法律服务 over 机构 ends two lines further down.
    """
    reach = 1 if tokens[start].grid else JOINED_LINES
    word = ""
    found: tuple[int, Label | None] = (start + 1, None)
    for end, token in enumerate(tokens[start : start + reach], start + 1):
        if token.kind != "text":
            break
        word += token.squash
        if word in exact:
            found = (end, exact[word])
    return found


def without_note(token: tokenizing.Token, exact: Mapping[str, Label]) -> Label | None:
    """自然人（含港澳台居民） as 自然人."""
    for word in labelling.words_without_note(token.text):
        if word in exact:
            return exact[word]
    return None


def likely(token: tokenizing.Token, labels: Sequence[Label]) -> Label | None:
    """The one label that a text with typos is like; None where two are about as like or none is.
    自然入 is 自然人.
    """
    if len(token.squash) > labelling.LONGEST_LABEL:
        return None
    from rapidfuzz.fuzz import ratio

    scores = []
    for number, label in enumerate(labels):
        scores.append((ratio(token.squash, tokenizing.squash(label.text)) / 100, number))
    scores.sort(reverse=True)
    best, number = scores[0]
    rival = scores[1][0] if len(scores) > 1 else 0.0
    is_clear = best - rival >= CLEAR and labelling.bare(token.text) != ""
    if is_clear and typos.alike_enough(token.squash, best, labels[number]):
        return labels[number]
    return None


# --- labels in several cells ----------------------------------------------------------------------


def stacked(
    tokens: Sequence[tokenizing.Token], exact: Mapping[str, Label]
) -> tuple[list[tokenizing.Token], list[int]]:
    """The cells of a head, those below each other that are one label as one cell: 商业 over 企业,
    其 over 他.

    It is as wide as the widest of them, and stands where the first does; the numbers tell where
    each stood.
    """
    begun = beginnings(frozenset(exact))
    if begun.isdisjoint([token.squash for token in tokens]):
        return list(tokens), list(range(len(tokens)))
    below = cells_below(tokens)
    gone: set[int] = set()
    kept: list[tokenizing.Token] = []
    spots: list[int] = []
    for at, token in enumerate(tokens):
        if id(token) in gone:
            continue
        pile = label_pile(token, below, exact) if token.squash in begun else []
        if pile:
            gone.update(map(id, pile))
            token = joined_cells(pile)
        kept.append(token)
        spots.append(at)
    return kept, spots


@lru_cache(maxsize=64)
def beginnings(words: frozenset[str]) -> frozenset[str]:
    """What a squashed label may begin with, the whole of none but those that begin another: 商,
    商业, 其.
    """
    found: set[str] = set()
    for word in words:
        found.update(word[:size] for size in range(1, len(word)))
    return frozenset(found)


def cells_below(tokens: Sequence[tokenizing.Token]) -> dict[int, tokenizing.Token]:
    """id of a cell with text -> the next cell with text that begins in the same column of the same
    grid: 企业 below 商业.
    """
    last: dict[tuple[int, int], tokenizing.Token] = {}
    found: dict[int, tokenizing.Token] = {}
    for token in tokens:
        if token.grid and token.spans and token.kind == "text":
            spot = token.grid, token.column
            if spot in last:
                found[id(last[spot])] = token
            last[spot] = token
    return found


def label_pile(
    token: tokenizing.Token, below: dict[int, tokenizing.Token], exact: Mapping[str, Label]
) -> list[tokenizing.Token]:
    """The fewest cells from one downwards whose texts together are a label; [] where none are, or
    the first is one: 商业, 企业.
    """
    if is_whole_label(token, below.get(id(token)), exact):
        return []
    pile = [token]
    while len(pile) < TALLEST_STACK and id(pile[-1]) in below:
        pile.append(below[id(pile[-1])])
        whole = joined_cells(pile)
        is_label = whole.squash in exact or without_note(whole, exact)
        if is_label:
            return pile
    return []


def is_whole_label(
    token: tokenizing.Token, below: tokenizing.Token | None, exact: Mapping[str, Label]
) -> bool:
    """其他 over a figure; not 其他 over 结果, which is no label by itself."""
    if token.squash not in exact:
        return False
    if below is None or below.squash in exact:
        return True
    both = token.squash + below.squash
    return both not in exact


def joined_cells(pile: Sequence[tokenizing.Token]) -> tokenizing.Token:
    text = "".join(tokenizing.texts_of(pile))
    word = tokenizing.word_of(pile)
    width = max(piece.colspan for piece in pile)
    return replace(pile[0], text=text, squash=word, colspan=width)
