"""What a paragraph has said so far -> what a figure in it counts, and what leaves that open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from gongkai.checks.narrative.meaning import CARRIED, Meaning, Picks
from gongkai.checks.narrative.tokens import NONE, ProseToken
from gongkai.checks.narrative.words import facts
from gongkai.model import Figure


class Said(NamedTuple):
    """A figure and what it is said to count; ``start`` and ``end`` are those of its clause in the
    paragraph.

    ``scope`` holds the classes of the scope words for it, ``unit`` tells that another body is named
    as its owner; ``kept`` that its sentence has no such words, and those of the sentence before
    hold on.
    """

    meaning: Meaning
    figure: Figure
    step: Figure
    sure: bool
    scope: frozenset[str]
    unit: bool
    start: int
    end: int
    kept: bool


class Owner(NamedTuple):
    """Whose figures are told: the classes of the scope words for them, and whether another body is
    named.
    """

    scope: frozenset[str] = frozenset()
    unit: bool = False


NOBODY = Owner()


class Context(NamedTuple):
    """What earlier paragraphs leave behind: the topic of the heading above, a short paragraph
    without figures, and whether they are ``about`` the disclosure of information; ``close`` and
    ``owner`` as in ClauseState.
    """

    topic: str = ""
    about: bool = False
    close: bool = False
    owner: Owner = NOBODY


class Paragraph(NamedTuple):
    """A tidied paragraph, its tokens, and the year and the body of its report."""

    text: str
    tokens: Sequence[ProseToken]
    year: int | None
    agency: str


@dataclass
class ClauseState:
    """What the text so far means for the next figure: the fields down to ``owner`` hold for the
    paragraph, the rest for a sentence.

    ``close`` tells that the sentence, or the one before, speaks of disclosure, so that 行政复议 is
    one about it. ``rows`` are those of 表三 that a split by applicants may be of, ``latest`` the
    one spoken of last. ``doubt`` tells that the subject was not named in words that are all
    understood, ``owner`` whose figures the sentence before told of first, ``named`` that this one
    has words of its own for that, ``first`` whose its own first figure is. ``sorting`` tells that
    documents are sorted by 主动公开, 依申请公开 and 不予公开, ``astray`` that something else was
    counted, ``narrow`` that documents are those of one field, ``split`` that a row has been spoken
    of, ``said`` that a figure was understood, and ``stem`` what the text was on before a split by
    unknown things.
    """

    subject: str = ""
    about: bool = False
    close: bool = False
    rows: tuple[Picks, ...] = ()
    latest: Picks = ()
    doubt: bool = False
    owner: Owner = NOBODY
    scope: frozenset[str] = frozenset()
    unit: bool = False
    named: bool = False
    first: Owner | None = None
    other_year: bool = False
    own_year: bool = False
    cumulative: bool = False
    among: bool = False
    sorting: bool = False
    astray: bool = False
    narrow: bool = False
    split: bool = False
    said: bool = False
    stem: str = ""
    seen: dict[Picks, bool] = field(default_factory=dict)

    def new_sentence(self) -> ClauseState:
        owner = self.first or self.owner
        return ClauseState(
            self.subject,
            self.about,
            self.said,
            self.rows,
            self.latest,
            self.doubt,
            owner,
            *owner,
            stem=self.stem,
            astray=self.astray and not self.about,
        )

    def tells(self, picks: Picks) -> None:
        """A row of 表三 has been spoken of: what a split that follows may be of."""
        if self.split and picks in CARRIED:
            self.rows = tuple(dict.fromkeys((*self.rows, picks)))
        else:
            self.rows = tuple(dict.fromkeys((picks, *self.rows))) if self.split else (picks,)
        self.split, self.latest = True, picks


# --- doubts ---------------------------------------------------------------------------------------
# What leaves open whether a figure counts what its words say: parts, other things, other years.

HEADS = ("topic", "action", "outcome", "verdict", "applicant")
FOREIGN = "foreign"
MERE = ("申请", "申请件", "申请事项")
SORTS = {"主动公开", "依申请公开", "依申请", "不予公开"}
LOOKED_AHEAD = 60  # characters behind a figure
NARROWED = re.compile(r"[^。]{0,25}?其中[^。，,；;]{0,12}(?:信息公开|依申请)")
ACCEPTED = re.compile(r"[，,、（(][^。，,；;]{0,6}受理")
MOST_HEADS = 30  # words of one clause that are looked at, the last ones


def heads_in(words: Sequence[ProseToken]) -> list[ProseToken]:
    return [word for word in words if word.kind in HEADS][-MOST_HEADS:]


def joined_in(words: Sequence[ProseToken]) -> list[bool]:
    """For each head but the first, whether nothing but 、 or 和 stands between it and the head
    before it.
    """
    found: list[bool] = []
    since: list[ProseToken] | None = None
    for word in words:
        if word.kind in HEADS:
            if since is not None:
                found.append(bool(since) and all(each.name == "joined" for each in since))
            since = []
        elif since is not None and word.name != "light":
            since.append(word)
    return found[-MOST_HEADS + 1 :]


def is_unit(written: str, units: str) -> bool:
    return written == NONE or written in counted_in(units)


@cache
def counted_in(units: str) -> frozenset[str]:
    return frozenset(("元",) if units == "元" else facts()["units"][units].split())


def is_strange(
    text: str, heads: Sequence[ProseToken], span: Sequence[ProseToken], state: ClauseState
) -> bool:
    """Whether a mere 申请 comes after other things: 政务服务事项申请, or 接待35人，受理申请12件."""
    topics = [head for head in heads if head.kind == "topic"]
    if not topics or any(text[head.start : head.end] not in MERE for head in topics):
        return False
    return state.astray or any(
        word.kind == FOREIGN and word.name != "place" and word.start < topics[-1].start
        for word in span
    )


def is_sorting(text: str, heads: Sequence[ProseToken], state: ClauseState) -> bool:
    """主动公开126件、依申请公开85件、不予公开175件: how documents are sorted, not what was applied
    for.
    """
    texts = [text[head.start : head.end] for head in heads]
    if texts[-1] == "主动公开":
        state.sorting = True
    return state.sorting and set(texts) <= SORTS


def is_part(
    text: str, words: Sequence[ProseToken], meaning: Meaning, end: int, state: ClauseState
) -> bool:
    """Whether a figure that ends there counts a part only, those of another time, or more than
    those on disclosure.
    """
    if state.other_year and not meaning.carried:
        return True
    if meaning.table == "disputes" and is_narrowed(text, words, end):
        return True
    return any(
        word.kind == "part" and (word.name != "channel" or meaning.needs_channel) for word in words
    )


def is_narrowed(text: str, words: Sequence[ProseToken], end: int) -> bool:
    """行政复议申请5件，其中涉及政府信息公开3件: the first figure counts others as well."""
    own = text[min(word.start for word in words) : end]
    if "收" in own and ACCEPTED.match(text, end, end + LOOKED_AHEAD):
        return True
    return "信息公开" not in own and bool(NARROWED.match(text, end, end + LOOKED_AHEAD))


def is_cut(words: Sequence[ProseToken], state: ClauseState) -> bool:
    """涉及征地的申请35件: what follows may speak of these only."""
    parts = [
        word for word in words if word.kind == "part" and (word.name == "kind" or not state.among)
    ]
    return (
        any(word.kind == "topic" and word.start > parts[0].start for word in words)
        if parts
        else False
    )


def is_plain(meaning: Meaning, words: Sequence[ProseToken], state: ClauseState) -> bool:
    """Whether nothing in these words leaves open what they count."""
    if any(word.kind == "hedge" for word in words) or (state.cumulative and not state.own_year):
        return False
    if is_narrower(words, meaning) or (meaning.table == "disclosure" and state.narrow):
        return False
    return not meaning.needs_context or (
        state.close if meaning.table == "disputes" else state.about
    )


def is_narrower(words: Sequence[ProseToken], meaning: Meaning) -> bool:
    """因信息不存在无法提供6件, 制定政务公开相关规范性文件2件: perhaps only those that are said to
    be so.
    """
    heads = heads_in(words)
    before = [word for word in words if word.start < heads[-1].start]
    if heads[-1].kind == "outcome":
        return any(word.kind in ("negation", FOREIGN) for word in before)
    documents = meaning.rule == "narrative.documents"
    return documents and any(
        word.name == "plain" and word.start > heads[0].start for word in before
    )
