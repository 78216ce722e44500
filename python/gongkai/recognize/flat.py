"""Tokens of plain lines -> each label of the form a token of its own, its figures behind it.

What a PDF viewer copies has the labels of a head in one line, and a label that wrapped goes on
behind its figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby

from gongkai.editions import editions
from gongkai.recognize.labels import form_words, prefixes_of
from gongkai.recognize.tokens import LONGEST_LINE, Token, kind_of, squash

MOST_PIECES = 12  # of one label, set wide: 总 计
MOST_LINES = 6  # of one label, before and behind its figures
GLUED = re.compile(r"(?P<label>.*[^\d\s.,，])(?P<figure>\d[\d,]*(?:\.\d+)?)")


def flattened(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, those of lines outside grids taken apart and put in order."""
    return with_labels_first(list(taken_apart(tokens)))


@cache
def form_prefixes() -> frozenset[str]:
    """What a squashed label of any edition may begin with."""
    forms = [form for edition in editions().values() for form in edition.forms.values()]
    return frozenset().union(*(prefixes_of(form.labels) for form in forms))


@cache
def all_labels() -> str:
    """All squashed labels in one text: a piece of any of them stands in it."""
    return "\n".join(sorted(form_words()))


# --- several labels in one line -------------------------------------------------------------------


def taken_apart(tokens: Sequence[Token]) -> Iterator[Token]:
    """自然人 法人或其他组织 总计 as three tokens; （三）不予公开 1.属于国家秘密 before figures as
    two.
    """
    words, prefixes = form_words(), form_prefixes()
    begun = ""  # what the line before ended with, if a label may go on
    for at, token in enumerate(tokens):
        if token.grid or token.heading or token.kind != "text":
            begun = ""
            yield token
            continue
        if token.squash in words or len(token.text) > LONGEST_LINE:
            found = [token]
        else:
            beside = at + 1 < len(tokens) and tokens[at + 1].row == token.row
            found = list(pieces_of(token, begun, beside))
        begun = found[-1].squash if found[-1].squash in prefixes else ""
        yield from found


def pieces_of(token: Token, begun: str, beside: bool) -> Iterator[Token]:
    """The labels in a line, and what is left of it if that may be the beginning of one or figures
    stand ``beside``; the line as it is where that is not so.
    """
    texts, rest = words_in(token.text, begun)
    if not texts and beside:
        texts, rest = with_last_word(token.text)
    glued = GLUED.fullmatch(rest)
    if glued and squash(glued["label"]) in form_words():  # 行政许可24617
        yield from (piece_of(token, text) for text in (*texts, glued["label"], glued["figure"]))
    elif texts and (beside or may_go_on(rest)):
        yield from (piece_of(token, text) for text in (*texts, rest) if text)
    else:
        yield token


def may_go_on(rest: str) -> bool:
    """Whether nothing is left of a line, or what a label begins with."""
    word = squash(rest)
    return not word or word in form_prefixes()


def piece_of(token: Token, text: str) -> Token:
    kind = kind_of(text)
    return replace(token, text=text, kind=kind, squash=squash(text) if kind == "text" else "")


def words_in(line: str, begun: str) -> tuple[list[str], str]:
    """The labels with which a line begins, and the rest of it; the first one may end what the line
    before began.
    """
    pieces = line.split()
    found: list[str] = []
    at = 0
    while at < len(pieces):
        end = end_of_label(pieces, at, "" if found else begun)
        if not end:
            break
        found.append(" ".join(pieces[at:end]))
        at = end
    return found, " ".join(pieces[at:])


def with_last_word(line: str) -> tuple[list[str], str]:
    """三、本年办理结果 （一）予以公开: what stands before a label may be that of its group in other
    words.
    """
    pieces = line.split()
    for start in range(1, min(len(pieces), MOST_PIECES)):
        if squash("".join(pieces[start:])) in form_words():
            return [" ".join(pieces[:start])], " ".join(pieces[start:])
    return [], line


def end_of_label(pieces: Sequence[str], start: int, begun: str) -> int:
    """Behind the last of the most pieces that are one label: 总 计, or 服务机构 behind 法律; 0
    where none are.
    """
    for end in range(min(len(pieces), start + MOST_PIECES), start, -1):
        word = squash("".join(pieces[start:end]))
        if word in form_words() or (begun and begun + word in form_words()):
            return end
    return 0


# --- a label that goes on behind its figures ------------------------------------------------------


def with_labels_first(tokens: list[Token]) -> list[Token]:
    """一、本年新收政府信 · 4451 330 … · 息公开申请数量 -> the label, then its figures. Each line
    stays as it is unless the pieces before and behind the figures are a label to the letter.
    """
    if not any(map(goes_on_behind, tokens, tokens[1:])):
        return tokens
    groups = [list(group) for _, group in groupby(tokens, key=is_slot_of_line)]
    for at in range(1, len(groups) - 1):
        if not groups[at] or not is_slot_of_line(groups[at][0]):
            continue
        count = rest_of_label(groups[at - 1], groups[at + 1])
        groups[at - 1] += groups[at + 1][:count]
        del groups[at + 1][:count]
    return [token for group in groups for token in group]


def goes_on_behind(slot: Token, token: Token) -> bool:
    """Whether a piece of a label stands behind a figure, outside grids."""
    text = token.kind == "text" and not token.grid and slot.is_slot
    return text and token.squash in all_labels() and token.squash not in form_words()


def is_slot_of_line(token: Token) -> bool:
    return not token.grid and token.is_slot


def rest_of_label(before: Sequence[Token], behind: Sequence[Token]) -> int:
    """How many of the tokens behind a row's figures end the label that those before them begin."""
    for count in range(1, min(MOST_LINES, len(before)) + 1):
        start = before[-count:]
        begun = "".join(token.squash for token in start) if all_of_lines(start) else ""
        if begun in form_words():
            return 0
        found = pieces_to_end(begun, behind) if begun in form_prefixes() else 0
        if found:
            return found
    return 0


def pieces_to_end(word: str, behind: Sequence[Token]) -> int:
    """How many tokens make a label of what it begins with; 0 where none do."""
    for count, token in enumerate(behind[:MOST_LINES], 1):
        word += token.squash
        if token.grid or token.kind != "text" or word not in form_prefixes():
            return 0
        if word in form_words():
            return count
    return 0


def all_of_lines(tokens: Sequence[Token]) -> bool:
    return all(token.kind == "text" and not token.grid for token in tokens)
