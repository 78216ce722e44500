"""words.toml + the labels of the editions -> the lexicon of the prose; the body's own name blotted
out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from gongkai.editions import editions
from gongkai.figures import WIDTHS
from gongkai.model import Form, Label

# A full-width comma parts clauses, the narrow one may part thousands.
NARROW = {code: letter for code, letter in WIDTHS.items() if chr(code) != "，"}
NUMBERING = re.compile(r"^(?:[(（].{1,2}[)）]|[一二三四]、|\d+\.)(?:本年)?")
APPLICATIONS = re.compile(r"(?<=.)(?:政府信息公开)?申请(?:数量)?$")  # a topic of its own
REMARK = re.compile(r"(?<=.)[(（][^()（）]*[)）]$")
ROWS_AS_ACTIONS = {"new": "new", "carried_in": "carry_in", "carried_out": "carry_out"}
TOO_PLAIN = ("其他", "总计", "合计")


class Word(NamedTuple):
    """``kind`` is the part of speech (topic, action, outcome, scope, ...), ``name`` which one of
    it.
    """

    kind: str
    name: str


def narrow(text: str) -> str:
    """The same text with narrow digits, letters and brackets, character for character."""
    return text.translate(NARROW)


@cache
def facts() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


@cache
def lexicon() -> Mapping[str, Word]:
    """Every word; those of words.toml go before the labels, whose plain wording may mean more than
    one thing.
    """
    found = {narrow(text): word for text, word in own_words()}
    for edition in editions().values():
        for form in edition.forms.values():
            for text, word in label_words(form):
                found.setdefault(narrow(text), word)
    return found


def own_words() -> Iterator[tuple[str, Word]]:
    for kind in ("topic", "action", "outcome", "verdict", "applicant", "foreign", "part", "filler"):
        for name, words in facts()[kind].items():
            yield from ((text, Word(kind, name)) for text in words)
    for kind in ("comparison", "negation", "cumulative", "hedge"):
        yield from ((text, Word(kind, "")) for text in facts()[kind]["words"])
    for made in facts()["composed"]:
        yield from (
            ("".join(parts), Word(made["kind"], made["name"])) for parts in product(*made["parts"])
        )
    for name, scope in facts()["scope"].items():
        yield from ((text, Word("scope", name)) for text in scope["words"])


# --- the labels of the official form --------------------------------------------------------------


def label_words(form: Form) -> Iterator[tuple[str, Word]]:
    """The rows of 表二 and 表四 are topics, those of 表三 outcomes; columns are applicants and
    verdicts.
    """
    columns = {"applications": "applicant", "disputes": "verdict"}.get(form.id)
    for label in form.labels:
        word = None
        if label.kind == "column":
            word = Word(columns, label.id) if columns else None
        elif label.kind == "row":
            word = row_word(form, label)
        elif label.kind == "group" and label.id != "results":
            word = Word("outcome" if form.id == "applications" else "topic", label.id)
        if word:
            texts = spoken(label)
            if word.kind == "action":
                texts = {APPLICATIONS.sub("", text) for text in texts}
            yield from ((text, word) for text in texts if text not in TOO_PLAIN)


def row_word(form: Form, label: Label) -> Word:
    if form.id != "applications":
        return Word("topic", label.id)
    action = ROWS_AS_ACTIONS.get(label.id)
    return Word("action", action) if action else Word("outcome", label.id)


def spoken(label: Label) -> set[str]:
    """A label without its number and its remark, as prose writes it."""
    return {REMARK.sub("", NUMBERING.sub("", text)) for text in (label.text, *label.aliases)}


# --- finding words --------------------------------------------------------------------------------


@cache
def lengths() -> Mapping[str, tuple[int, ...]]:
    """First character -> how long the words are that it begins, the longest first.

    A look at each is as fast as one pattern of all words, which takes 30 ms to compile.
    """
    found: dict[str, set[int]] = {}
    for word in lexicon():
        found.setdefault(word[0], set()).add(len(word))
    return {first: tuple(sorted(sizes, reverse=True)) for first, sizes in found.items()}


# --- the body's own name --------------------------------------------------------------------------
# Blotted out where prose names it, in full or in part: other words stand in such names.

OWN = "\ue000"  # stands for a character of the body's name; no page holds it
ENDINGS = re.compile(r"(?:人民政府|政府|办事处|管理委员会|管委会|办公室|办公厅)$")
SHORTEST = 4  # characters of a name that tell it from another body's


def without_own_name(text: str, agency: str) -> str:
    """A text of the same length in which the names of the report's own body are blotted out."""
    text = text.replace(OWN, " ")
    for name in dict.fromkeys((agency, ENDINGS.sub("", agency))):
        if len(name) >= SHORTEST - 1:
            text = blotted(text, name)
    return text


def blotted(text: str, name: str) -> str:
    """Each end of the name in a text, as far to the left as it goes on, unless that much is a word
    of its own.
    """
    pieces, done, tail = [], 0, name[-2:]
    at = text.find(tail)
    while at >= 0:
        length = 2
        while length < min(len(name), at + 2 - done) and text[at + 1 - length] == name[-length - 1]:
            length += 1
        start, end = at + 2 - length, at + 2
        if (length == len(name) or length >= SHORTEST) and text[start:end] not in lexicon():
            pieces += [text[done:start], OWN * length]
            done = end
        at = text.find(tail, at + 1)
    return "".join([*pieces, text[done:]])
