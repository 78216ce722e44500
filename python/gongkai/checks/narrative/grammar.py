"""Room: checks. The tokens of a paragraph -> what its figures are said to count.

One pass, left to right. A figure is explained by the words of its own clause since the figure before it (its span), by
words that directly follow it, and by the topic that the text is on. What is not understood makes a reading uncertain;
an unknown word between a figure and its words, a comparison, a share or another year take it out of account.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gongkai.checks.narrative.meaning import Meaning, meant, subject_of
from gongkai.checks.narrative.names import without_own_name
from gongkai.checks.narrative.state import Context, Said, State
from gongkai.checks.narrative.tokens import Token, tokens_of
from gongkai.checks.narrative.words import facts, narrow

HEADS = ("topic", "action", "outcome", "verdict", "applicant")
OPENING, CLOSING = "(（", ")）"
SENTENCE_ENDS = "。!?！？"
LIGHT = ("light", "joined", "each", "list")
IGNORED = "“”\"'‘’《》〈〉·-—_…．.、~*　:：|+"
FOREIGN = "foreign"
NUMBERED = re.compile(r"[（(]?[\d一二三四五六七八九十]{1,3}[)）、.．]|[一二三四五六七八九十]是")
# A number that is no year and no ordinal, a number in words, or a denial of what the tables count.
FIGURE = re.compile(
    r"[\d０-９]\s?(?!年|月|日|[\d０-９.．、）)])|[一二两三四五六七八九十百千][件宗起例份]"
    r"|[未无没零][^。]{0,40}?(?:申请|复议|诉|文件|规章|结转|纠)|为零"
)
SENTENCE = re.compile(r"[^。！？!?]+[。！？!?]?|[。！？!?]")
ABOUT = ("信息公开", "依申请", "公开申请")
LONGEST_HEADING = 30
LONGEST_CLAUSE = 60  # characters on either side of a figure that are quoted
DEEPEST = 8  # brackets in brackets
MOST_HEADS = 30  # words of one clause that are looked at, the last ones


def read_paragraph(text: str, context: Context, year: int | None, agency: str) -> tuple[list[Said], Context]:
    """What the figures of a tidied paragraph count, and what holds for the paragraph after it."""
    about = any(word in text for word in ABOUT) or (context.about and not NUMBERED.match(text))
    heading = len(text) <= LONGEST_HEADING and not FIGURE.search(text)
    spans = [(0, len(text))] if heading else spans_to_read(text)
    if not spans:
        return [], Context(context.topic, about)
    known = narrow(without_own_name(text, agency))
    reader = Reader(text, [token for span in spans for token in tokens_of(known, *span)], year, agency)
    state = State(context.topic, about or context.topic == "applications")
    said = list(reader.read(state))
    return said, Context(reader.subject if heading else context.topic, state.about)


def spans_to_read(text: str) -> list[tuple[int, int]]:
    """The sentences that may say a figure, each with the one before it, and a short opening that names the topic."""
    sentences = [match.span() for match in SENTENCE.finditer(text)]
    telling = [bool(FIGURE.search(text, *span)) for span in sentences]
    if not any(telling):
        return []
    wanted = [one or other for one, other in zip(telling, [*telling[1:], False], strict=True)]
    wanted[0] = wanted[0] or sentences[0][1] <= LONGEST_HEADING
    return [span for span, keep in zip(sentences, wanted, strict=True) if keep]


@dataclass
class Reader:
    """One pass over the tokens of a paragraph; ``subject`` is the topic at its end."""

    text: str
    tokens: Sequence[Token]
    year: int | None
    agency: str
    subject: str = ""

    def read(self, state: State) -> Iterator[Said]:
        outer: list[State] = []
        for first, last, stop in clauses(self.tokens):
            yield from Clause(self, first, last, state).read()
            if stop in OPENING and len(outer) < DEEPEST:
                outer.append(replace(state, seen=dict(state.seen)))
            elif stop in CLOSING and outer:
                state = outer.pop()
            elif stop in SENTENCE_ENDS:
                state = state.new_sentence()
        self.subject = state.subject


def clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """(first token, token after the last, the stop behind it or a blank) of every clause."""
    first = 0
    for number, token in enumerate(tokens):
        if token.kind == "stop" and token.name not in ":：":
            yield first, number, token.name
            first = number + 1
    yield first, len(tokens), " "


class Clause:
    """A clause being read: ``span`` holds the words since the last figure, ``since`` where they begin."""

    def __init__(self, reader: Reader, first: int, last: int, state: State) -> None:
        self.reader, self.tokens, self.last, self.state = reader, reader.tokens, last, state
        self.first = self.at = first
        self.start = self.tokens[first - 1].end if first else 0
        self.end = self.tokens[last].start if last < len(self.tokens) else len(reader.text)
        self.span: list[Token] = []
        self.since = self.start
        self.compared = self.scopes = False
        self.listed: list[Token] = []
        self.figures = 0
        self.verb: list[Token] = []

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
        self.left_over()
        if self.compared:
            self.state.other_year = before

    # --- words ----------------------------------------------------------------------------------------------------

    def word(self, token: Token) -> None:
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
        if (
            token.name == "process"
            and self.span
            and self.span[-1].kind == "action"
            and self.span[-1].end == token.start
        ):
            token = token._replace(kind="filler", name="light")  # 结转下年度办理
        self.span.append(token)

    def scoped(self, token: Token) -> Token:
        """A scope word, those of one clause together; in the name of the report's own body it is none."""
        before = self.reader.text[max(token.start - 1, 0) : token.end]
        if len(before) > token.end - token.start and before in self.reader.agency:
            return token._replace(kind="filler", name="plain")
        named = self.state.scope if self.scopes else frozenset()
        self.state.scope, self.state.unit, self.scopes = named | {token.name}, False, True
        return token

    def dated(self, token: Token) -> None:
        """A year, a month, or a year with 结转: the year before has carried in what is carried to this one."""
        year = self.reader.year
        if token.kind in ("carried", "carrying") and year:
            apart = int(token.name) - year
            name = {-1: "carry_in", 0: "carry_in" if token.kind == "carrying" else "carry", 1: "carry_out"}.get(apart)
            if name:
                self.span.append(token._replace(kind="action", name=name))
                return
        own = token.kind == "year" and (year is None or int(token.name) == year)
        self.state.own_year, self.state.other_year = self.state.own_year or own, not own
        self.span.append(token._replace(kind="filler", name="plain"))

    def left_over(self) -> None:
        """The topic of words without a figure is that of the clauses after them."""
        named = [token for token in self.span if token.kind in ("topic", FOREIGN)]
        if named:
            self.state.subject = FOREIGN if named[-1].kind == FOREIGN else named[-1].name

    # --- figures --------------------------------------------------------------------------------------------------

    def figure(self, token: Token) -> Iterator[Said]:
        """What one figure, or a list of figures after 分别, counts."""
        if any(word[:2] == ("filler", "list") for word in self.span):
            yield from self.listing(token)
            return
        words = self.span
        if not heads_in(words):
            words = words + self.following(token)
        elif not any(word.kind == "topic" for word in words):
            words = words + self.following(token, ("topic", FOREIGN))
        if not heads_in(words) and self.follows_on(words):
            words = self.pending()
        heads = heads_in(words)
        if any(word.kind == FOREIGN and (not heads or word.start > heads[-1].start) for word in words):
            self.state.subject = FOREIGN
        elif heads and not self.is_far(heads[-1], token, words):
            yield from self.count(words, [token])
        elif heads:
            yield from self.beyond(token)

    def beyond(self, token: Token) -> Iterator[Said]:
        """A figure far from the words before it: explained by those behind it, or foreign."""
        words = self.following(token, HEADS)
        if words:
            yield from self.count(words, [token])
        elif not self.compared:
            self.state.subject = FOREIGN

    def following(self, token: Token, kinds: Sequence[str] = (*HEADS, FOREIGN)) -> list[Token]:
        """The words directly behind a figure, where no other figure stands behind them in the clause."""
        found: list[Token] = []
        end, at, taken = token.end, self.at, self.at
        while at < self.last and self.tokens[at].start == end:
            word = self.tokens[at]
            if word.kind == "number" or word.name == "joined":
                break
            if word.kind in kinds and not (word.name == "process" and found):
                found.append(word)
                taken = at + 1
            elif word.name not in (*LIGHT, "process"):
                break
            end, at = word.end, at + 1
        if not found or (at < self.last and self.tokens[at].kind == "number" and self.tokens[at].start == end):
            return []
        self.at = taken
        return found

    def follows_on(self, words: Sequence[Token]) -> bool:
        """Whether a figure at the start of a clause, behind 共 or the like, belongs to the words before the comma."""
        light = bool(words) and all(word.name in LIGHT for word in words)
        return light and self.since == self.start and not self.residue(words, self.tokens[self.at - 1].start)

    def pending(self) -> list[Token]:
        """The words of the clause before, where it holds no figure."""
        at = self.first - 2
        while at >= 0 and self.tokens[at].kind not in ("stop", "number", "percent"):
            at -= 1
        whole = at < 0 or self.tokens[at].kind == "stop"
        return list(self.tokens[at + 1 : max(self.first - 1, 0)]) if whole else []

    def is_far(self, head: Token, token: Token, words: Sequence[Token]) -> bool:
        """Whether anything but light words stands between a figure and its words."""
        if head.start > token.start or head.end <= self.start:
            return False
        after = [word for word in words if head.end <= word.start < token.start]
        covered = sum(word.end - word.start for word in after if word.name in (*LIGHT, "own_year"))
        gap = self.reader.text[head.end : token.start]
        return covered < len(gap) - sum(letter in IGNORED for letter in gap if letter != "、")

    def listing(self, token: Token) -> Iterator[Said]:
        """A、B分别为3件、5件: as many figures as words, or nothing is known of any."""
        figures = [token]
        while self.at < self.last and self.tokens[self.at].kind in ("number", "filler"):
            figures += [self.tokens[self.at]] if self.tokens[self.at].kind == "number" else []
            self.at += 1
        unit = next((figure.name for figure in reversed(figures) if figure.name), "")
        figures = [figure if figure.name else figure._replace(name=unit) for figure in figures]
        words = self.span if heads_in(self.span) else self.pending()
        yield from self.count(words, figures)

    def count(self, words: Sequence[Token], figures: Sequence[Token], residue: str | None = None) -> Iterator[Said]:
        """The readings of figures that share their words; one figure for several words is their sum, or 均 each's."""
        state, named = self.state, heads_in(words)
        if not named:
            return
        heads = self.with_verb(named)
        each = len(figures) == 1 and any(word.name == "each" for word in words[-2:])
        joined = [False] * (len(heads) - len(named)) + joined_in(words)
        many = len(figures) if len(figures) > 1 else each
        meanings = meant(heads, joined, state.subject, state.row, many)
        state.subject = subject_of(heads, state.subject)
        if not meanings or self.compared or self.is_part(words, meanings[0]):
            return
        figures = list(figures) * (len(meanings) if each else 1)
        if len(figures) != len(meanings):
            return
        left = self.residue(words, figures[0].start) if residue is None else residue
        for meaning, figure in zip(meanings, figures, strict=True):
            if is_unit(figure.name, meaning.units):
                yield from self.said(meaning, figure, left, words)

    def with_verb(self, heads: list[Token]) -> list[Token]:
        """The heads of a span; one that goes on after 、 shares the verb before it (制发规章1件、规范性文件24件)."""
        verbs = [head for head in heads if head.kind == "action"]
        if not verbs and heads[0].kind == "topic" and self.span and self.span[0].name == "joined":
            return [*self.verb, *heads]
        self.verb = verbs[-1:]
        return heads

    def said(self, meaning: Meaning, figure: Token, left: str, words: Sequence[Token]) -> Iterator[Said]:
        state = self.state
        first = meaning.picks[0]
        if meaning.row:
            state.row = first
        unit = state.unit or left.endswith(tuple(facts()["unit"]["endings"]))
        state.unit = unit
        hedged = any(word.kind == "hedge" for word in words) or (state.cumulative and not state.own_year)
        sure = meaning.sure and not left and not hedged and (state.about or not meaning.needs_context)
        if any(word.kind == "topic" for word in words) and words[0].name != "joined":
            state.doubt = bool(left)
        sure = sure and not state.doubt
        if state.among and state.seen.get(first, not sure) >= sure and first in state.seen:
            return
        state.seen[first] = sure
        state.about = state.about or (sure and first[0].table == "applications")
        start, end = max(self.start, figure.start - LONGEST_CLAUSE), min(self.end, figure.end + LONGEST_CLAUSE)
        yield Said(meaning, figure.figure, figure.step, sure, state.scope, unit, start, end)

    def is_part(self, words: Sequence[Token], meaning: Meaning) -> bool:
        """Whether the figure counts a part only, or those of another time."""
        if self.state.other_year and not meaning.carried:
            return True
        return any(word.kind == "part" and (word.name != "channel" or meaning.needs_channel) for word in words)

    def residue(self, words: Sequence[Token], until: int) -> str:
        """What nobody knows of the text from the start of the span, the report's own body left out."""
        known = [word for word in words if self.since <= word.start < until]
        pieces, end = [], self.since
        for word in known:
            pieces.append(self.reader.text[end : word.start])
            end = word.end
        pieces.append(self.reader.text[end:until])
        stripped = [piece.strip(IGNORED) for piece in pieces]
        return "".join(piece for piece in stripped if piece and not (len(piece) > 1 and piece in self.reader.agency))

    # --- none -----------------------------------------------------------------------------------------------------

    def zeros(self) -> Iterator[Said]:
        """未收到…申请: a clause without figures that denies what it names."""
        denied = next((number for number, word in enumerate(self.span) if word.kind == "negation"), None)
        if denied is None:
            return
        words = self.span[denied + 1 :]
        heads = heads_in(words)
        if not heads or any(word.kind == FOREIGN for word in words) or self.is_far(heads[-1], self.ending(), words):
            return
        left = self.residue(self.span, self.end)
        zero = self.ending()._replace(name="件")
        several = len([word for word in heads if word.kind == heads[-1].kind]) > 1
        words = [*words, Token("filler", "each", self.end, self.end)] if several else words
        yield from self.count(words, [zero], left)

    def ending(self) -> Token:
        return Token("number", "", self.end, self.end)


def heads_in(words: Sequence[Token]) -> list[Token]:
    return [word for word in words if word.kind in HEADS][-MOST_HEADS:]


def joined_in(words: Sequence[Token]) -> list[bool]:
    """For each head but the first, whether nothing but 、 or 和 stands between it and the head before it."""
    found: list[bool] = []
    since: list[Token] | None = None
    for word in words:
        if word.kind in HEADS:
            if since is not None:
                found.append(bool(since) and all(each.name == "joined" for each in since))
            since = []
        elif since is not None and word.name != "light":
            since.append(word)
    return found[-MOST_HEADS + 1 :]


def is_unit(written: str, units: str) -> bool:
    return written == "元" if units == "元" else written in facts()["units"][units].split()
