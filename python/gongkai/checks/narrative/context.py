"""What the text has said so far, as values handed on; and what leaves a figure's meaning open.

A paragraph leaves a Context behind, a clause a ClauseState; a ClauseStep is how far one is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from gongkai.checks.narrative.meaning import CARRIED, Meaning, Picks
from gongkai.checks.narrative.tokens import NONE, ProseToken, has_kind, has_name, names_of, of_kind
from gongkai.checks.narrative.words import facts
from gongkai.model import Figure

HEADS = ("topic", "action", "outcome", "verdict", "applicant")
FOREIGN = "foreign"


class Said(NamedTuple):
    """A figure and what it is said to count.

    ``start`` and ``end`` are those of its clause in the paragraph. ``scope`` holds the classes of
    the scope words for it, ``unit`` tells that another body is named as its owner; ``kept`` that
    its sentence has no such words, and those of the sentence before hold on.
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
    """Whose figures are told: the classes of the scope words, and whether another body is named."""

    scope: frozenset[str] = frozenset()
    unit: bool = False


NOBODY = Owner()


class Context(NamedTuple):
    """What earlier paragraphs leave behind.

    ``topic`` is that of the heading above, a short paragraph without figures; ``about`` tells that
    they are about the disclosure of information; ``close`` is as in Subject, ``owner`` is
    ``Whose.before``.
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


class Clause(NamedTuple):
    """The tokens ``first`` to ``last`` (not included) of a paragraph: what stands between stops.

    ``start`` and ``end`` are its place in the text, ``before`` the words before a bracket that ends
    where it begins: 收到申请（详见表三）5件.
    """

    paragraph: Paragraph
    first: int
    last: int
    start: int
    end: int
    before: Sequence[ProseToken] = ()


# --- what a clause hands to the next --------------------------------------------------------------


class Subject(NamedTuple):
    """What the text is on, and how well that is understood.

    ``name`` is a topic, or FOREIGN; ``stem`` what the text was on before a split by unknown things.
    ``about`` tells that it is about disclosure, ``close`` that the sentence, or the one before,
    speaks of it, so that 行政复议 is one about it. ``doubt`` tells that the subject was not named
    in words that are all understood, ``astray`` that something else was counted.
    """

    name: str = ""
    about: bool = False
    close: bool = False
    doubt: bool = False
    astray: bool = False
    stem: str = ""


class SplitRows(NamedTuple):
    """The rows of 表三 that a split by applicants may be of, ``latest`` the one spoken of last.

    ``begun`` tells that the sentence has spoken of a row.
    """

    choices: tuple[Picks, ...] = ()
    latest: Picks = ()
    begun: bool = False

    def told(self, picks: Picks) -> SplitRows:
        """After a figure of a row.

        收到455件，上年结转8件，其中自然人440件 is a split of all that came in, or of what was new.
        """
        choices: tuple[Picks, ...] = (picks,)
        if self.begun and picks in CARRIED:
            choices = (*self.choices, picks)
        elif self.begun:
            choices = (picks, *self.choices)
        return SplitRows(tuple(dict.fromkeys(choices)), picks, True)

    def in_brackets(self) -> SplitRows:
        """收到455件，办结451件（其中自然人440件）: in brackets the row before them is split."""
        return self._replace(choices=(self.latest,)) if self.latest else self


class Whose(NamedTuple):
    """Whose figures the sentence tells ``now``, told ``first``, and the one ``before`` told first.

    ``named`` tells that the sentence has words of its own for that, ``scoped`` that the clause has.
    """

    before: Owner = NOBODY
    now: Owner = NOBODY
    first: Owner | None = None
    named: bool = False
    scoped: bool = False


class Times(NamedTuple):
    """Of which year the figures of the sentence are; ``compared`` holds for the clause alone."""

    own_year: bool = False
    other_year: bool = False
    cumulative: bool = False
    compared: bool = False


NOTHING: Mapping[Picks, bool] = MappingProxyType({})


class ClauseState(NamedTuple):
    """What the text so far means for the next figure: of ``times`` on, for the sentence only.

    ``among`` tells that a part is told (其中), ``sorting`` that documents are sorted by 主动公开,
    依申请公开 and 不予公开, ``narrow`` that documents are those of one field, ``understood`` that a
    figure was. ``seen`` are the quantities told, and whether each was sure.
    """

    subject: Subject = Subject()
    rows: SplitRows = SplitRows()
    whose: Whose = Whose()
    times: Times = Times()
    among: bool = False
    sorting: bool = False
    narrow: bool = False
    understood: bool = False
    seen: Mapping[Picks, bool] = NOTHING

    def on(self, subject: Subject) -> ClauseState:
        if subject == self.subject:
            return self
        return self._replace(subject=subject)

    def new_clause(self) -> ClauseState:
        if not self.times.compared and not self.whose.scoped:
            return self
        return self._replace(
            times=self.times._replace(compared=False),
            whose=self.whose._replace(scoped=False),
        )

    def new_sentence(self) -> ClauseState:
        """What holds on: the topic, the rows of 表三, and whose figures were told first."""
        name, about, _, doubt, astray, stem = self.subject
        owner = self.whose.first or self.whose.before
        return ClauseState(
            Subject(name, about, self.understood, doubt, astray and not about, stem),
            SplitRows(self.rows.choices, self.rows.latest),
            Whose(owner, owner),
        )


class ClauseStep(NamedTuple):
    """How far a clause is read: up to the figure ``at``, or to the last word that belongs to it.

    ``words`` are those since the last figure, ``since`` is where they begin in the text; ``verb``
    is the one that words behind 、 share; ``figures`` tells that the clause has any, and ``said``
    holds what is understood of them.
    """

    clause: Clause
    state: ClauseState
    at: int
    since: int
    words: Sequence[ProseToken] = ()
    verb: Sequence[ProseToken] = ()
    figures: bool = False
    said: tuple[Said, ...] = ()

    def after(self, state: ClauseState) -> ClauseStep:
        if state is self.state:
            return self
        return self._replace(state=state)


# --- words that name a quantity -------------------------------------------------------------------

MOST_HEADS = 30  # words of one clause that are looked at, the last ones


def heads_in(words: Sequence[ProseToken]) -> list[ProseToken]:
    """The words that name what is counted: of 全年共收到申请 收到 and 申请."""
    found: list[ProseToken] = []
    for word in words:
        if word.kind in HEADS:
            found.append(word)
    return found[-MOST_HEADS:]


def joined_in(words: Sequence[ProseToken]) -> list[bool]:
    """For each head but the first, whether nothing but 、 or 和 ties it to the one before it.

    予以公开、部分公开的 is [True], 收到申请 is [False].
    """
    found: list[bool] = []
    between: list[str] | None = None  # the names of the words since the last head
    for word in words:
        if word.kind in HEADS:
            if between is not None:
                found.append(set(between) == {"joined"})
            between = []
        elif between is not None and word.name != "light":
            between.append(word.name)
    return found[-MOST_HEADS + 1 :]


def is_unit(written: str, units: str) -> bool:
    return written == NONE or written in counted_in(units)


@cache
def counted_in(units: str) -> frozenset[str]:
    return frozenset(("元",) if units == "元" else facts()["units"][units].split())


# --- doubts ---------------------------------------------------------------------------------------
# What leaves open whether a figure counts what its words say: parts, other things, other years.

MERE = ("申请", "申请件", "申请事项")
SORTED = "主动公开"
SORTS = {SORTED, "依申请公开", "依申请", "不予公开"}
CUTTING = {  # the parts that what follows may be of, by whether they are told as such (其中)
    True: ("kind",),
    False: ("kind", "channel", "time"),
}
LOOKED_AHEAD = 60  # characters behind a figure
NARROWED = re.compile(r"[^。]{0,25}?其中[^。，,；;]{0,12}(?:信息公开|依申请)")
ACCEPTED = re.compile(r"[，,、（(][^。，,；;]{0,6}受理")


def is_strange(
    text: str, heads: Sequence[ProseToken], words: Sequence[ProseToken], astray: bool
) -> bool:
    """Whether a mere 申请 comes after other things: 政务服务事项申请, or 接待35人，受理申请12件."""
    topics = of_kind(heads, "topic")
    if not topics:
        return False
    for topic in topics:
        if text[topic.start : topic.end] not in MERE:
            return False
    return astray or names_thing(words, topics[-1].start)


def names_thing(words: Sequence[ProseToken], until: int) -> bool:
    """Whether another thing is named before a place in the text; 网站 and the like are none."""
    return any(word.name == "things" and word.start < until for word in words)


def is_sort(text: str, heads: Sequence[ProseToken]) -> bool:
    """主动公开126件、依申请公开85件: how documents are sorted, not what was applied for."""
    texts = {text[head.start : head.end] for head in heads}
    return bool(texts) and texts <= SORTS


def is_part(
    text: str, words: Sequence[ProseToken], meaning: Meaning, end: int, other_year: bool
) -> bool:
    """Whether a figure that ends there counts less or more than its words, or another time.

    去年收到申请5件 is another year's, 网上申请5件 a part.
    """
    if other_year and not meaning.carried:
        return True
    if meaning.table == "disputes" and is_narrowed(text, words, end):
        return True
    parts = names_of(of_kind(words, "part"))
    if not meaning.needs_channel:  # 网上公开规范性文件5件
        parts.discard("channel")
    return bool(parts)


def is_narrowed(text: str, words: Sequence[ProseToken], end: int) -> bool:
    """行政复议申请5件，其中涉及政府信息公开3件: the first figure counts others as well."""
    own = text[words[0].start : end]
    ahead = text[end : end + LOOKED_AHEAD]
    if "收" in own and ACCEPTED.match(ahead):  # 收到复议申请5件，受理3件
        return True
    if "信息公开" in own:
        return False
    return NARROWED.match(ahead) is not None


def is_cut(words: Sequence[ProseToken], among: bool) -> bool:
    """涉及征地的申请35件: what follows may speak of these only."""
    cutting = CUTTING[among]
    part = False
    for word in words:
        if word.name in cutting:
            part = True
        elif part and word.kind == "topic":
            return True
    return False


def is_plain(meaning: Meaning, words: Sequence[ProseToken], state: ClauseState) -> bool:
    """Whether nothing in these words leaves open what they count.

    按期办结5件 may be all or those in time, 截至目前收到5件 those of several years.
    """
    if has_kind(words, "hedge"):
        return False
    if state.times.cumulative and not state.times.own_year:
        return False
    if meaning.table == "disclosure" and state.narrow:
        return False
    if not is_on_disclosure(meaning, state.subject):
        return False
    return not is_narrower(words, meaning)


def is_on_disclosure(meaning: Meaning, subject: Subject) -> bool:
    """Whether it is disclosure that a figure is on: 行政复议5件 alone does not say so."""
    if not meaning.needs_context:
        return True
    if meaning.table == "disputes":
        return subject.close
    return subject.about


def is_narrower(words: Sequence[ProseToken], meaning: Meaning) -> bool:
    """Whether perhaps only those are counted that are said to be so.

    因信息不存在无法提供6件, 制定政务公开相关规范性文件2件.
    """
    heads = heads_in(words)
    last = words.index(heads[-1])
    if heads[-1].kind == "outcome":
        before = words[:last]
        return has_kind(before, "negation") or has_kind(before, FOREIGN)
    if meaning.rule != "narrative.documents":
        return False
    first = words.index(heads[0])
    return has_name(words[first:last], "plain")
