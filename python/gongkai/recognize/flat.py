"""Tokens of plain lines -> each label of the form a token of its own, its figures behind it.

What a PDF viewer copies has the labels of a head in one line, and a label that wrapped goes on
behind its figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain, groupby

from gongkai.recognize import labelling, tokenizing

MOST_PIECES = 12  # of one label, set wide: 总 计
MOST_LINES = 6  # of one label, before and behind its figures
GLUED = re.compile(r"(.*[^\d\s.,，])(\d[\d,]*(?:\.\d+)?)")


def flattened(tokens: Sequence[tokenizing.Token]) -> list[tokenizing.Token]:
    """The tokens, those of lines outside grids taken apart and put in order."""
    return with_labels_first(list(taken_apart(tokens)))


@cache
def form_prefixes() -> frozenset[str]:
    """What a squashed label of any edition may begin with."""
    return labelling.prefixes_of(labelling.all_labels())


@cache
def label_texts() -> str:
    """All squashed labels in one text: a piece of any of them stands in it."""
    return "\n".join(sorted(labelling.form_words()))


def is_text_of_line(token: tokenizing.Token) -> bool:
    return token.kind == "text" and not token.grid


def is_slot_of_line(token: tokenizing.Token) -> bool:
    return not token.grid and token.is_slot


# --- several labels in one line -------------------------------------------------------------------


def taken_apart(tokens: Sequence[tokenizing.Token]) -> Iterator[tokenizing.Token]:
    """自然人 法人或其他组织 总计 as three tokens; （三）不予公开 1.属于国家秘密 before figures as
    two.
    """
    begun = ""  # what the line before ended with
    for at, token in enumerate(tokens, 1):
        if token.heading or not is_text_of_line(token):
            begun = ""
            yield token
            continue
        beside = at < len(tokens) and tokens[at].row == token.row
        found = pieces_of(token, begun, beside)
        begun = found[-1].squash
        yield from found


def pieces_of(token: tokenizing.Token, begun: str, beside: bool) -> list[tokenizing.Token]:
    """The labels in a line, and what is left of it if that may be the beginning of one or figures
    stand ``beside``; the line as it is where that is not so. 行政许可24617 are a label and a
    figure.
    """
    is_whole = token.squash in labelling.form_words()
    if is_whole or len(token.text) > tokenizing.LONGEST_LINE:
        return [token]
    texts, rest = words_in(token.text, begun)
    if not texts and beside:
        texts, rest = with_last_word(token.text)
    glued = glued_in(rest)
    if glued:
        return list(pieces(token, (*texts, *glued)))
    if texts and (beside or may_go_on(rest)):
        return list(pieces(token, filter(None, (*texts, rest))))
    return [token]


def glued_in(text: str) -> tuple[str, ...]:
    """A label and the figure that stands right behind it; 行政许可24617 -> 行政许可, 24617."""
    match = GLUED.fullmatch(text)
    if match is None:
        return ()
    is_label = tokenizing.squash(match[1]) in labelling.form_words()
    return match.groups() if is_label else ()


def may_go_on(rest: str) -> bool:
    """Whether nothing is left of a line, or what a label begins with."""
    word = tokenizing.squash(rest)
    return not word or word in form_prefixes()


def pieces(token: tokenizing.Token, texts: Iterable[str]) -> Iterator[tokenizing.Token]:
    for text in texts:
        _, kind, word = tokenizing.piece_of(text)
        yield replace(token, text=text, kind=kind, squash=word)


def words_in(line: str, begun: str) -> tuple[list[str], str]:
    """The labels with which a line begins, and the rest of it; the first one may end what the line
    before began.
    """
    parts = line.split()
    found: list[str] = []
    at = 0
    while at < len(parts):
        end = end_of_label(parts, at, begun)
        if not end:
            break
        found.append(" ".join(parts[at:end]))
        at, begun = end, ""
    return found, " ".join(parts[at:])


def with_last_word(line: str) -> tuple[list[str], str]:
    """三、本年办理结果 （一）予以公开: what stands before a label may be that of its group in other
    words.
    """
    parts = line.split()
    for start in range(1, min(len(parts), MOST_PIECES)):
        if tokenizing.squash("".join(parts[start:])) in labelling.form_words():
            return [" ".join(parts[:start])], " ".join(parts[start:])
    return [], line


def end_of_label(parts: Sequence[str], start: int, begun: str) -> int:
    """Behind the last of the most pieces that are one label: 总 计, or 服务机构 behind 法律; 0
    where none are.
    """
    for end in range(min(len(parts), start + MOST_PIECES), start, -1):
        word = tokenizing.squash("".join(parts[start:end]))
        if word in labelling.form_words() or begun + word in labelling.form_words():
            return end
    return 0


# --- a label that goes on behind its figures ------------------------------------------------------


def with_labels_first(tokens: list[tokenizing.Token]) -> list[tokenizing.Token]:
    """一、本年新收政府信 · 4451 330 … · 息公开申请数量 -> the label, then its figures. Each line
    stays as it is unless the pieces before and behind the figures are a label to the letter.
    """
    if not any(map(goes_on_behind, tokens, tokens[1:])):
        return tokens
    groups = [list(group) for _, group in groupby(tokens, key=is_slot_of_line)]
    for before, slots, behind in zip(groups, groups[1:], groups[2:], strict=False):
        if slots and is_slot_of_line(slots[0]):
            count = rest_of_label(before, behind)
            before += behind[:count]
            del behind[:count]
    return list(chain.from_iterable(groups))


def goes_on_behind(slot: tokenizing.Token, token: tokenizing.Token) -> bool:
    """Whether a piece of a label stands behind a figure, outside grids."""
    if not slot.is_slot or not is_text_of_line(token):
        return False
    is_whole = token.squash in labelling.form_words()
    return token.squash in label_texts() and not is_whole


def rest_of_label(before: Sequence[tokenizing.Token], behind: Sequence[tokenizing.Token]) -> int:
    """How many of the tokens behind a row's figures end the label that those before them begin: 1
    for 息公开申请数量 behind 一、本年新收政府信.
    """
    begun = ""
    for token in reversed(before[-MOST_LINES:]):
        begun = token.squash + begun
        if not is_text_of_line(token) or begun in labelling.form_words():
            return 0
        if begun in form_prefixes():
            count = pieces_to_end(begun, behind)
            if count:
                return count
    return 0


def pieces_to_end(word: str, behind: Sequence[tokenizing.Token]) -> int:
    """How many tokens make a label of what it begins with; 0 where none do."""
    for count, token in enumerate(behind[:MOST_LINES], 1):
        word += token.squash
        if not is_text_of_line(token) or word not in form_prefixes():
            return 0
        if word in labelling.form_words():
            return count
    return 0
