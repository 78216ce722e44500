"""words.toml + the labels of the editions -> the lexicon of the prose.

Prose comes in as text; what names the report's own body is blotted out of it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from gongkai import editions, figures
from gongkai.model import Form, Label

# A full-width comma parts clauses, the narrow one may part thousands.
NARROW = {chr(code): letter for code, letter in figures.WIDTHS.items() if chr(code) != "，"}
WIDE = re.compile(f"[{re.escape(''.join(NARROW))}]")
NAMED = ("topic", "action", "outcome", "verdict", "applicant", "foreign", "part", "filler")
NAMELESS = ("comparison", "negation", "cumulative", "hedge")
NUMBERING = re.compile(r"^(?:[(（].{1,2}[)）]|[一二三四]、|\d+\.)(?:本年)?")
APPLICATIONS = re.compile(r"(?<=.)(?:政府信息公开)?申请(?:数量)?$")  # a topic of its own
REMARK = re.compile(r"(?<=.)[(（][^()（）]*[)）]$")
COLUMNS = {"applications": "applicant", "disputes": "verdict"}
ROWS_AS_ACTIONS = {"new": "new", "carried_in": "carry_in", "carried_out": "carry_out"}
TOO_PLAIN = ("其他", "总计", "合计")


class Word(NamedTuple):
    """``kind`` is the part of speech (topic, action, outcome, scope, ...), ``name`` which of it."""

    kind: str
    name: str


def narrow(text: str) -> str:
    """The same text with narrow digits, letters and brackets, character for character.

    （２）收到５件 is (2)收到5件. Several times as fast as str.translate, as few letters are wide.
    """
    return WIDE.sub(narrow_letter, text)


def narrow_letter(match: re.Match[str]) -> str:
    return NARROW[match[0]]


@cache
def facts() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


@cache
def lexicon() -> Mapping[str, Word]:
    """Every word: 收到 is the action receive.

    Those of words.toml go before the labels, whose plain wording may mean more than one thing.
    """
    found: dict[str, Word] = {}
    for text, word in own_words():
        found[narrow(text)] = word
    for edition in editions.all_editions().values():
        for form in edition.forms.values():
            for text, word in label_words(form):
                found.setdefault(narrow(text), word)
    return found


# --- the words of words.toml ----------------------------------------------------------------------


def own_words() -> Iterator[tuple[str, Word]]:
    yield from named_words()
    yield from nameless_words()
    yield from composed_words()
    yield from scope_words()


def named_words() -> Iterator[tuple[str, Word]]:
    """收到 = the action receive: the words of a part of speech, each under its name."""
    for kind in NAMED:
        for name, words in facts()[kind].items():
            for text in words:
                yield text, Word(kind, name)


def nameless_words() -> Iterator[tuple[str, Word]]:
    """同比 = a comparison: which of them it is does not matter."""
    for kind in NAMELESS:
        for text in facts()[kind]["words"]:
            yield text, Word(kind, "")


def composed_words() -> Iterator[tuple[str, Word]]:
    """结转 + 至 + 下 + 年度 = the action carry_out: one of each list of parts."""
    for made in facts()["composed"]:
        word = Word(made["kind"], made["name"])
        for parts in product(*made["parts"]):
            yield "".join(parts), word


def scope_words() -> Iterator[tuple[str, Word]]:
    """全县 = the scope area: whose figures are told."""
    for name, scope in facts()["scope"].items():
        for text in scope["words"]:
            yield text, Word("scope", name)


# --- the labels of the official form --------------------------------------------------------------


def label_words(form: Form) -> Iterator[tuple[str, Word]]:
    """The labels of a form as words: （一）予以公开 of 表三 gives 予以公开, the outcome granted."""
    for label in form.labels:
        way = LABEL_WORDS.get(label.kind)
        word = way(form, label) if way else None
        if word is None:
            continue
        for text in spoken(label):
            if word.kind == "action":
                text = APPLICATIONS.sub("", text)  # 新收政府信息公开申请数量 -> 新收
            if text not in TOO_PLAIN:
                yield text, word


def column_word(form: Form, label: Label) -> Word | None:
    """Columns are applicants in 表三 (自然人) and verdicts in 表四 (结果维持)."""
    if form.id not in COLUMNS:
        return None
    return Word(COLUMNS[form.id], label.id)


def row_word(form: Form, label: Label) -> Word:
    """Rows are topics in 表二 (规章), outcomes or actions in 表三 (予以公开, 新收)."""
    if form.id != "applications":
        return Word("topic", label.id)
    if label.id in ROWS_AS_ACTIONS:
        return Word("action", ROWS_AS_ACTIONS[label.id])
    return Word("outcome", label.id)


def group_word(form: Form, label: Label) -> Word | None:
    """Groups are outcomes in 表三 (（三）不予公开), topics in 表四 (行政复议)."""
    if label.id == "results":  # 三、本年度办理结果 is over all of them
        return None
    if form.id == "applications":
        return Word("outcome", label.id)
    return Word("topic", label.id)


LABEL_WORDS: dict[str, Callable[[Form, Label], Word | None]] = {  # by the kind of label
    "column": column_word,
    "row": row_word,
    "group": group_word,
}


def spoken(label: Label) -> set[str]:
    """A label as prose writes it: （二）部分公开（区分处理的，只计这一情形） is 部分公开."""
    found: set[str] = set()
    for text in (label.text, *label.aliases):
        found.add(REMARK.sub("", NUMBERING.sub("", text)))
    return found


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
    """A text without each end of a name, as far to the left as it goes on.

    全年青溪县公安局收到 of 浙江省青溪县公安局 is 全年, seven blots, 收到.
    """
    pieces, done, tail = [], 0, name[-2:]
    at = text.find(tail)
    while at >= 0:
        end = at + len(tail)
        start = end - length_of_end(text[max(done, end - len(name)) : end], name)
        if tells_body(text[start:end], name):
            pieces += [text[done:start], OWN * (end - start)]
            done = end
        at = text.find(tail, at + 1)
    return "".join([*pieces, text[done:]])


def length_of_end(text: str, name: str) -> int:
    """How much of the end of a name a text ends with: 3 of 青溪县公安局 in 本区公安局."""
    length = 2
    while length < len(text) and text[-length - 1] == name[-length - 1]:
        length += 1
    return length


def tells_body(written: str, name: str) -> bool:
    """Whether this end of its name tells a body; 人民政府 is too short, 县人民政府 a scope."""
    if written in lexicon():
        return False
    return len(written) >= SHORTEST or written == name
