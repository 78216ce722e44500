"""A paragraph -> its sentences and clauses, and what the figures in them are said to count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gongkai.checks.narrative.clause import Clause
from gongkai.checks.narrative.context import Context, Paragraph, Said, State
from gongkai.checks.narrative.names import without_own_name
from gongkai.checks.narrative.tokens import Token, tokens_of
from gongkai.checks.narrative.words import narrow

OPENING, CLOSING = "(（", ")）"
SENTENCE_ENDS = "。!?！？"
NUMBERED = re.compile(r"[（(]?[\d一二三四五六七八九十]{1,3}[)）、.．]|[一二三四五六七八九十]是")
ITEM = re.compile(r"[（(]?\d{1,2}[)）、.．].{1,30}$")  # of a list in the paragraph above: 1.予以公开20件
# A number that is no year and no ordinal, a number in words, or a denial of what the tables count.
FIGURE = re.compile(
    r"(?=[\d０-９一二两三四五六七八九十百千未无没零不为])(?:"  # most characters begin none of these
    r"[\d０-９]\s?(?!年|月|日|[\d０-９.．、）)])|[一二两三四五六七八九十百千][件宗起例份]"
    r"|(?:[未无没零]|不存在)[^。]{0,40}?(?:申请|复议|诉|文件|规章|结转|纠)|为零)"
)
SENTENCE = re.compile(r"[^。！？!?]+[。！？!?]?|[。！？!?]")
ABOUT = ("信息公开", "依申请", "公开申请", "部分公开", "无法提供", "不掌握")
# What ties a sentence on disputes to disclosure: a cause, or both side by side.
CLOSE = re.compile(
    r"(?:因|就|涉|关于|不服|针对)[^，。；、]{0,12}(?:信息公开|依申请|公开申请)(?!、|等)"
    r"|(?:信息公开|依申请公开|公开申请)[^，。；]{0,12}(?:复议|(?<!投)诉|不服|引发|引起|产生|导致)|答复后?引[发起]"
)
LONGEST_HEADING = 30
DEEPEST = 8  # brackets in brackets


def read_paragraph(text: str, context: Context, year: int | None, agency: str) -> tuple[list[Said], Context]:
    """What the figures of a tidied paragraph count, and what holds for the paragraph after it."""
    goes_on = not NUMBERED.match(text)
    about = any(word in text for word in ABOUT) or (context.about and goes_on)
    heading = len(text) <= LONGEST_HEADING and not FIGURE.search(text)
    spans = [(0, len(text))] if heading else spans_to_read(text)
    if not spans:
        return [], Context(context.topic, about)
    start, end = spans[0][0], spans[-1][1]
    known = text[:start] + narrow(without_own_name(text[start:end], agency))
    paragraph = Paragraph(text, [token for span in spans for token in tokens_of(known, *span)], year, agency)
    state = State(context.topic, about or context.topic == "applications")
    if goes_on or ITEM.match(text):
        state.said, state.owner = context.close and goes_on, context.owner
    said: list[Said] = []
    state = read_clauses(paragraph, state.new_sentence(), said)
    close = state.said or (heading and (state.close or state.subject == "applications"))
    return said, Context(state.subject if heading else context.topic, state.about, close, state.owner)


def spans_to_read(text: str) -> list[tuple[int, int]]:
    """The sentences that may say a figure, each with the one before it, and a short opening that names the topic."""
    sentences = [match.span() for match in SENTENCE.finditer(text)]
    telling = [bool(FIGURE.search(text, *span)) for span in sentences]
    if not any(telling):
        return []
    wanted = [one or other for one, other in zip(telling, [*telling[1:], False], strict=True)]
    wanted[0] = wanted[0] or sentences[0][1] <= LONGEST_HEADING
    return [span for span, keep in zip(sentences, wanted, strict=True) if keep]


def read_clauses(paragraph: Paragraph, state: State, said: list[Said]) -> State:
    """The state after all clauses of a paragraph; what they say is added to ``said``."""
    outer: list[tuple[State, list[Token]]] = []
    before: list[Token] = []  # the words before a bracket that a figure behind it may go on from
    until = 0
    for first, last, stop in clauses(paragraph.tokens):
        if first < last and paragraph.tokens[first].start >= until:
            until = start_sentence(paragraph, state, paragraph.tokens[first].start)
        clause = Clause(paragraph, first, last, state, before)
        said += clause.read()
        before = []
        if stop in OPENING and len(outer) < DEEPEST:
            outer.append((replace(state, seen=dict(state.seen)), clause.span))
            state.rows = (state.latest,) if state.latest else state.rows
        elif stop in CLOSING and outer:
            state, before = outer.pop()
        elif stop in SENTENCE_ENDS:
            state = state.new_sentence()
    return state


def start_sentence(paragraph: Paragraph, state: State, start: int) -> int:
    """Takes up what a sentence says of disclosure; where it ends."""
    match = SENTENCE.match(paragraph.text, start)
    end = match.end() if match else len(paragraph.text)
    state.close = state.close or bool(CLOSE.search(paragraph.text, start, end))
    return end


def clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """(first token, token after the last, the stop behind it or a blank) of every clause."""
    first = 0
    for number, token in enumerate(tokens):
        if token.kind == "stop" and token.name not in ":：":
            yield first, number, token.name
            first = number + 1
    yield first, len(tokens), " "
