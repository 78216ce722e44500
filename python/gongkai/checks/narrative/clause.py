"""The tokens of a clause -> what its figures are said to count.

One pass, left to right. A figure is explained by the words of its own clause since the figure
before it (its span), by words that directly follow it, and by the topic that the text is on. What
is not understood makes a reading uncertain; an unknown word between a figure and its words, a
comparison, a share or another year take it out of account.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gongkai.checks.narrative.context import (
    FOREIGN,
    HEADS,
    ClauseState,
    Owner,
    Paragraph,
    Said,
    heads_in,
    is_cut,
    is_part,
    is_plain,
    is_sorting,
    is_strange,
    is_unit,
    joined_in,
)
from gongkai.checks.narrative.meaning import (
    DISPUTES,
    JUST_NEW,
    UNMISTAKABLE,
    Meaning,
    meant,
    subject_of,
)
from gongkai.checks.narrative.tokens import NONE, ProseToken
from gongkai.checks.narrative.words import facts

LIGHT = ("light", "joined", "each", "list")
IGNORED = "“”\"'‘’《》〈〉·-—_…．.、~*　:：|+"
WHOLE = ("new", "carried_in", "handled", "carried_out")
LONGEST_CLAUSE = 60  # characters on either side of a figure that are quoted


class Clause:
    """A clause being read: ``span`` holds the words since the last figure, ``since`` where they
    begin.

    ``before`` are the words before a bracket that ends where the clause begins.
    """

    def __init__(
        self,
        paragraph: Paragraph,
        first: int,
        last: int,
        state: ClauseState,
        before: Sequence[ProseToken] = (),
    ) -> None:
        self.paragraph, self.tokens, self.last, self.state = (
            paragraph,
            paragraph.tokens,
            last,
            state,
        )
        self.before = before
        self.first = self.at = first
        self.start = self.tokens[first - 1].end if first else 0
        self.end = self.tokens[last].start if last < len(self.tokens) else len(paragraph.text)
        self.span: list[ProseToken] = []
        self.since = self.start
        self.compared = self.scopes = False
        self.figures = 0
        self.verb: list[ProseToken] = []

    def read(self) -> Iterator[Said]:
        if self.at == self.last:
            return
        before = self.state.other_year
        while self.at < self.last:
            token = self.tokens[self.at]
            self.at += 1
            if token.kind in ("number", "percent"):
                self.figures += 1
                yield from self.figure(token) if token.kind == "number" else ()
                self.span, self.since = [], self.tokens[self.at - 1].end
            elif token.kind in ("year", "carried", "carrying", "time"):
                self.dated(token)
            else:
                self.word(token)
        if not self.figures:
            yield from self.zeros()
            self.state.astray = self.state.astray or self.is_alien()
        self.left_over()
        if self.compared:
            self.state.other_year = before

    # --- words ------------------------------------------------------------------------------------

    def word(self, token: ProseToken) -> None:
        if token.kind == "comparison":
            self.compared = True
        elif token.kind == "cumulative":
            self.state.cumulative = True
        elif token.kind == "scope":
            token = self.scoped(token)
        elif token.kind == "part" and token.name == "time":
            self.dated(token)
            return
        elif (token.kind, token.name) == ("filler", "own_year"):
            self.state.own_year, self.state.other_year = True, False
        elif (token.kind, token.name) == ("filler", "among"):
            self.state.among = True
        elif token.kind == "own" and not self.scopes:
            self.state.scope, self.state.unit, self.scopes = frozenset(), False, True
        if (
            token.name == "process"
            and self.span
            and self.span[-1].kind == "action"
            and self.span[-1].end == token.start
        ):
            token = token._replace(kind="filler", name="light")  # 结转下年度办理
        self.span.append(token)

    def scoped(self, token: ProseToken) -> ProseToken:
        """A scope word, those of one clause together; in the name of the report's own body it is
        none.
        """
        before = self.paragraph.text[max(token.start - 1, 0) : token.end]
        if len(before) > token.end - token.start and before in self.paragraph.agency:
            return token._replace(kind="filler", name="plain")
        named = self.state.scope if self.scopes else frozenset()
        self.state.scope, self.state.unit, self.scopes = named | {token.name}, False, True
        self.state.named = True
        return token

    def dated(self, token: ProseToken) -> None:
        """A year, a month, or a year with 结转: the year before has carried in what is carried to
        this one.
        """
        year = self.paragraph.year
        if token.kind in ("carried", "carrying") and year:
            apart = int(token.name) - year
            name = {
                -1: "carry_in",
                0: "carry_in" if token.kind == "carrying" else "carry",
                1: "carry_out",
            }.get(apart)
            if name:
                self.span.append(token._replace(kind="action", name=name))
                return
        own = token.kind == "year" and (year is None or int(token.name) == year)
        self.state.own_year, self.state.other_year = self.state.own_year or own, not own
        self.span.append(token._replace(kind="filler", name="plain"))

    def is_alien(self) -> bool:
        """推行容缺受理，受理申请3200件: words that nobody knows, where nothing says 信息公开."""
        return not self.state.about and bool(self.residue(self.span, self.end))

    def left_over(self) -> None:
        """The topic of words without a figure is that of the clauses after them."""
        if not self.span:
            return
        published = any(token.name == "publish" for token in self.span)
        named = [
            token
            for token in self.span
            if token.kind == "topic"
            or (token.kind == FOREIGN and not (published and token.name == "place"))
        ]
        if named and named[-1].kind == FOREIGN:
            self.stray(self.span)
        elif named:
            self.state.subject = named[-1].name
            if not self.figures:
                self.state.doubt = is_cut(self.span, self.state) or is_strange(
                    self.paragraph.text, named, self.span, self.state
                )

    def stray(self, words: Sequence[ProseToken]) -> None:
        """Something else is counted from here on; what is published is not what a mere 申请 may be
        for.
        """
        state = self.state
        if state.subject != FOREIGN:
            state.stem = state.subject if state.among else ""
        names = {word.name if word.kind == "action" else word.kind for word in words}
        state.subject, state.astray = (
            FOREIGN,
            state.astray or (FOREIGN in names and "publish" not in names),
        )

    # --- figures ----------------------------------------------------------------------------------

    def figure(self, token: ProseToken) -> Iterator[Said]:
        """What one figure, or a list of figures after 分别, counts."""
        if any(word[:2] == ("filler", "list") for word in self.span):
            yield from self.listing(token)
            return
        words = self.span
        if not heads_in(words):
            words = words + self.following(token)
        elif not any(word.kind == "topic" for word in words):
            carried = ("action",) if heads_in(words)[-1].name == "carry" else ()
            words = words + self.following(token, ("topic", FOREIGN, *carried))
        if not heads_in(words):
            words = self.pending() if self.follows_on(words) else self.with_subject(words)
        heads = heads_in(words)
        if heads and is_sorting(self.paragraph.text, heads, self.state):
            return
        acts = all(head.kind == "action" for head in heads)  # 建议提案答复198件
        if any(word.kind == FOREIGN and (acts or word.start > heads[-1].start) for word in words):
            self.stray(words)
        elif heads and not self.is_far(heads[-1], token, words):
            yield from self.count(words, [token])
        elif heads:
            yield from self.beyond(token)

    def beyond(self, token: ProseToken) -> Iterator[Said]:
        """A figure far from the words before it: explained by those behind it, or foreign."""
        words = self.following(token, HEADS)
        if words:
            yield from self.count(words, [token])
        elif not self.compared:
            self.stray(())

    def with_subject(self, words: list[ProseToken]) -> list[ProseToken]:
        """收到行政复议申请5件，其中涉及政府信息公开3件: the words after 其中 narrow what the text
        is on.
        """
        if self.state.among and self.state.subject in DISPUTES:
            return [
                word._replace(kind="topic", name=self.state.subject)
                if word.name == "about"
                else word
                for word in words
            ]
        return words

    def following(
        self, token: ProseToken, kinds: Sequence[str] = (*HEADS, FOREIGN)
    ) -> list[ProseToken]:
        """The words directly behind a figure, where no other figure stands behind them in the
        clause.
        """
        found: list[ProseToken] = []
        loose = False  # 12件按规定结转下年度: only what is carried out may stand behind other words
        end, at, taken = token.end, self.at, self.at
        while at < self.last and self.tokens[at].start == end:
            word = self.tokens[at]
            if word.kind == "number" or word.name == "joined":
                break
            loose = loose or word.name == "plain"
            if (
                word.kind in kinds
                and not (word.name == "process" and found)
                and not (loose and word.name != "carry_out")
            ):
                found.append(word)
                taken = at + 1
            elif word.name not in (*LIGHT, "process", "plain"):
                break
            end, at = word.end, at + 1
        if not found or (
            at < self.last and self.tokens[at].kind == "number" and self.tokens[at].start == end
        ):
            return []
        self.at = taken
        return found

    def follows_on(self, words: Sequence[ProseToken]) -> bool:
        """Whether a figure at the start of a clause, behind 共 or the like, belongs to the words
        before the comma.
        """
        light = bool(words or self.before) and all(word.name in LIGHT for word in words)
        return (
            light
            and self.since == self.start
            and not self.residue(words, self.tokens[self.at - 1].start)
        )

    def pending(self) -> list[ProseToken]:
        """The words of the clause before, or before the bracket, where it holds no figure."""
        if heads_in(self.before):
            return list(self.before)
        at = self.first - 2
        while at >= 0 and self.tokens[at].kind not in ("stop", "number", "percent"):
            at -= 1
        whole = at < 0 or self.tokens[at].kind == "stop"
        return list(self.tokens[at + 1 : max(self.first - 1, 0)]) if whole else []

    def is_far(self, head: ProseToken, token: ProseToken, words: Sequence[ProseToken]) -> bool:
        """Whether anything but light words stands between a figure and its words."""
        if head.start > token.start or head.end <= self.start:
            return False
        after = [word for word in words if head.end <= word.start < token.start]
        covered = sum(word.end - word.start for word in after if word.name in (*LIGHT, "own_year"))
        gap = self.paragraph.text[head.end : token.start]
        return covered < len(gap) - sum(letter in IGNORED for letter in gap if letter != "、")

    def listing(self, token: ProseToken) -> Iterator[Said]:
        """A、B分别为3件、5件: as many figures as words, or nothing is known of any."""
        figures = [token]
        while self.at < self.last and self.tokens[self.at].kind in ("number", "filler"):
            figures += [self.tokens[self.at]] if self.tokens[self.at].kind == "number" else []
            self.at += 1
        unit = next((figure.name for figure in reversed(figures) if figure.name), "")
        figures = [figure if figure.name else figure._replace(name=unit) for figure in figures]
        words = self.span if heads_in(self.span) else self.pending()
        yield from self.count(words, figures)

    def count(
        self, words: Sequence[ProseToken], figures: Sequence[ProseToken], residue: str | None = None
    ) -> Iterator[Said]:
        """The readings of figures that share their words; one figure for several words is their
        sum, or 均 each's.
        """
        state, named = self.state, heads_in(words)
        if not named:
            return
        heads = self.with_verb(named)
        each = len(figures) == 1 and any(word.name == "each" for word in words[-2:])
        joined = [False] * (len(heads) - len(named)) + joined_in(words)
        many = len(figures) if len(figures) > 1 else each
        subject = (
            state.stem
            if state.stem and state.subject == FOREIGN and heads[-1].kind == "outcome"
            else state.subject
        )
        meanings = meant(heads, joined, subject, state.rows, many)
        strange = is_strange(self.paragraph.text, heads, self.span, state)
        state.doubt = state.doubt or (
            not subject and not state.about and heads[-1].name in UNMISTAKABLE
        )
        state.subject = subject_of(heads, subject)
        if (
            not meanings
            or self.compared
            or is_part(self.paragraph.text, words, meanings[0], figures[-1].end, state)
        ):
            self.cut(words, meanings)
            return
        figures = list(figures) * (len(meanings) if each else 1)
        if len(figures) != len(meanings):
            return
        left = self.residue(words, figures[0].start) if residue is None else residue
        left = left or (self.paragraph.text[heads[-1].start : heads[-1].end] if strange else "")
        for meaning, figure in zip(meanings, figures, strict=True):
            if is_unit(figure.name, meaning.units):
                yield from self.said(meaning, figure, left, words)

    def with_verb(self, heads: list[ProseToken]) -> list[ProseToken]:
        """The heads of a span; one that goes on after 、 shares the verb before it
        (制发规章1件、规范性文件24件).
        """
        verbs = [head for head in heads if head.kind == "action"]
        if not verbs and heads[0].kind == "topic" and self.span and self.span[0].name == "joined":
            return [*self.verb, *heads]
        self.verb = verbs[-1:]
        return heads

    def said(
        self, meaning: Meaning, figure: ProseToken, left: str, words: Sequence[ProseToken]
    ) -> Iterator[Said]:
        state = self.state
        first = meaning.picks[0]
        if (
            meaning.sure
            and first[0].table == "applications"
            and all(pick.row in WHOLE for pick in first)
        ):
            state.tells(tuple(pick._replace(column="total") for pick in first))
        unit = state.unit or (bool(left) and left[-1] in facts()["unit"]["endings"])
        state.unit = unit
        state.first = state.first or Owner(state.scope, unit)
        sure = meaning.sure and not left and is_plain(meaning, words, state)
        if any(word.kind == "topic" for word in words) and words[0].name != "joined":
            state.doubt = bool(left)
        sure = sure and not state.doubt
        told = state.among and meaning.picks != JUST_NEW and first in state.seen
        if told and state.seen[first] >= sure:
            return
        state.seen[first] = sure
        state.about = state.about or (sure and first[0].table == "applications")
        state.said = state.said or (sure and first[0].table != "disclosure")
        state.close = state.close or state.said
        start, end = (
            max(self.start, figure.start - LONGEST_CLAUSE),
            min(self.end, figure.end + LONGEST_CLAUSE),
        )
        yield Said(
            meaning,
            figure.figure,
            figure.step,
            sure,
            state.scope,
            unit,
            start,
            end,
            not state.named,
        )

    def cut(self, words: Sequence[ProseToken], meanings: Sequence[Meaning]) -> None:
        """What a figure of a part leaves open for those after it; 环保领域 holds for all documents
        of a sentence.
        """
        if is_cut(words, self.state):
            self.state.doubt = True
            self.state.narrow = any(meaning.table == "disclosure" for meaning in meanings)

    def residue(self, words: Sequence[ProseToken], until: int) -> str:
        """What nobody knows of the text from the start of the span, the report's own body left
        out.
        """
        known = [word for word in words if self.since <= word.start < until]
        pieces, end = [], self.since
        for word in known:
            pieces.append(self.paragraph.text[end : word.start])
            end = word.end
        pieces.append(self.paragraph.text[end:until])
        stripped = [piece.strip(IGNORED) for piece in pieces]
        return "".join(
            piece
            for piece in stripped
            if piece and not (len(piece) > 1 and piece in self.paragraph.agency)
        )

    # --- none -------------------------------------------------------------------------------------

    def zeros(self) -> Iterator[Said]:
        """未收到…申请: a clause without figures that denies what it names."""
        denied = next(
            (number for number, word in enumerate(self.span) if word.kind == "negation"), None
        )
        if denied is None:
            return
        words = self.span[denied + 1 :]
        heads = heads_in(words)
        if (
            not heads
            or any(word.kind == FOREIGN for word in words)
            or self.is_far(heads[-1], self.ending(), words)
        ):
            return
        left = self.residue(self.span, self.end)
        zero = self.ending()._replace(name=NONE)
        if all(head.kind == "topic" for head in heads):
            words = [
                *words,
                *(
                    heads[-1]._replace(kind="action", name="receive")
                    for head in heads[-1:]
                    if head.name == "applications"
                ),
            ]
        several = len([word for word in heads if word.kind == heads[-1].kind]) > 1
        words = [*words, ProseToken("filler", "each", self.end, self.end)] if several else words
        yield from self.count(words, [zero], left)

    def ending(self) -> ProseToken:
        return ProseToken("number", "", self.end, self.end)
