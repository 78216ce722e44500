"""A section of a report -> its paragraphs; a paragraph -> what the figures in it are said to count.

Sentences without a figure are left out; the others are read clause by clause, each with the state
that the one before it has left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gongkai.checks.narrative import clause, words
from gongkai.checks.narrative.context import (
    NOBODY,
    ClauseState,
    Context,
    Paragraph,
    Said,
    Subject,
    Whose,
)
from gongkai.checks.narrative.tokens import ProseToken, tidied, tokens_of

SHORTEST_LINE = 20  # of a line that a page has cut; a shorter one may be a heading
ENDS = "。；;：:！!？?”)）"
NUMBERED = re.compile(r"[（(]?[\d一二三四五六七八九十]{1,3}[)）、.．]|[一二三四五六七八九十]是")
OPENING, CLOSING = "(（", ")）"
SENTENCE_ENDS = "。!?！？"
# Of a list in the paragraph above: 1.予以公开20件.
ITEM = re.compile(r"[（(]?\d{1,2}[)）、.．].{1,30}$")
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
    r"|(?:信息公开|依申请公开|公开申请)[^，。；]{0,12}(?:复议|(?<!投)诉|不服|引发|引起|产生|导致)"
    r"|答复后?引[发起]"
)
LONGEST_HEADING = 30  # characters: （二）依申请公开情况
DEEPEST = 8  # brackets in brackets


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a section, tidied; a page may have cut one into lines.

    A line that breaks off, …全年共收到政府信息公开, goes on in the next, 申请460件。
    """
    found: list[str] = []
    broken = False
    for line in map(tidied, text.split("\n")):
        if not line:
            continue
        if broken and not NUMBERED.match(line):
            found[-1] += line
        else:
            found.append(line)
        ended = line[-1] in ENDS
        broken = len(line) >= SHORTEST_LINE and not ended
    return found


def read_paragraph(
    text: str, context: Context, year: int | None, agency: str
) -> tuple[Sequence[Said], Context]:
    """What the figures of a tidied paragraph count, and what holds for the paragraph after it."""
    goes_on = not NUMBERED.match(text)
    about = is_about(text) or (context.about and goes_on)
    heading = is_heading(text)
    spans = [(0, len(text))] if heading else spans_to_read(text)
    if not spans:
        return (), Context(context.topic, about)
    paragraph = Paragraph(text, tokens_in(text, spans, agency), year, agency)
    said, state = read_clauses(paragraph, state_after(context, about, text))
    return said, context_after(state, context.topic, heading)


def is_about(text: str) -> bool:
    """Whether a paragraph says that it is about disclosure: （二）依申请公开情况."""
    return any(word in text for word in ABOUT)


def is_heading(text: str) -> bool:
    """（二）依申请公开情况: a short paragraph without a figure."""
    return len(text) <= LONGEST_HEADING and not FIGURE.search(text)


def state_after(context: Context, about: bool, text: str) -> ClauseState:
    """What earlier paragraphs mean for the first clause of this one.

    Behind a number, （三）, something new begins; 1.予以公开20件 is an item of a list, whose owner
    the paragraph above has named.
    """
    goes_on = not NUMBERED.match(text)
    owner = NOBODY
    if goes_on or ITEM.match(text):
        owner = context.owner
    subject = Subject(
        context.topic,
        about=about or context.topic == "applications",
        close=context.close and goes_on,
    )
    return ClauseState(subject, whose=Whose(owner, owner))


def context_after(state: ClauseState, topic: str, heading: bool) -> Context:
    """What a paragraph leaves behind; the topic only where it is a heading."""
    subject, owner = state.subject, state.whose.before
    if not heading:
        return Context(topic, subject.about, state.understood, owner)
    close = state.understood or subject.close
    if subject.name == "applications":
        close = True
    return Context(subject.name, subject.about, close, owner)


def spans_to_read(text: str) -> list[tuple[int, int]]:
    """Where the sentences stand that may say a figure, each with the one before it.

    So does a short opening that names the topic: 依申请公开情况。
    """
    sentences = [match.span() for match in SENTENCE.finditer(text)]
    found: list[tuple[int, int]] = []
    before = None
    for span in sentences:
        if not FIGURE.search(text, *span):
            before = span
            continue
        if before:
            found.append(before)
        found.append(span)
        before = None
    if not found:
        return []
    opening = sentences[0]
    if found[0] != opening and opening[1] <= LONGEST_HEADING:
        found.insert(0, opening)
    return found


def tokens_in(text: str, spans: Sequence[tuple[int, int]], agency: str) -> Sequence[ProseToken]:
    """The tokens of some sentences of a paragraph, in order."""
    start, end = spans[0][0], spans[-1][1]
    known = text[:start] + words.narrow(words.without_own_name(text[start:end], agency))
    found: list[ProseToken] = []
    for span in spans:
        found += tokens_of(known, *span)
    return found


# --- clauses --------------------------------------------------------------------------------------


def read_clauses(paragraph: Paragraph, state: ClauseState) -> tuple[Sequence[Said], ClauseState]:
    """What all clauses of a paragraph say, and the state after them.

    Behind a bracket the text goes on where it was before: 收到申请（上年结转3件）5件.
    """
    said: list[Said] = []
    outer: list[tuple[ClauseState, Sequence[ProseToken]]] = []
    before: Sequence[ProseToken] = ()
    until = 0
    for first, last, stop in clauses(paragraph.tokens):
        start = paragraph.tokens[first].start if first < last else -1
        if start >= until:
            until = end_of_sentence(paragraph.text, start)
            state = in_sentence(state, paragraph.text, start, until)
        step = clause.read_clause(clause.clause_of(paragraph, first, last, before), state)
        said += step.said
        state, before = step.state, ()
        if stop in OPENING and len(outer) < DEEPEST:
            outer.append((state, step.words))
            state = state._replace(rows=state.rows.in_brackets())
        elif stop in CLOSING and outer:
            state, before = outer.pop()
        elif stop in SENTENCE_ENDS:
            state = state.new_sentence()
    return said, state


def end_of_sentence(text: str, start: int) -> int:
    match = SENTENCE.match(text, start)
    return match.end() if match else len(text)


def in_sentence(state: ClauseState, text: str, start: int, end: int) -> ClauseState:
    """因政府信息公开引发行政复议11件: the state in a sentence that ties disputes to disclosure."""
    if state.subject.close or not CLOSE.search(text, start, end):
        return state
    return state._replace(subject=state.subject._replace(close=True))


def clauses(tokens: Sequence[ProseToken]) -> Iterator[tuple[int, int, str]]:
    """(first token, token after the last, the stop behind it or a blank) of every clause.

    收到申请：5件 is one clause, the colon does not part it.
    """
    first = 0
    for number, token in enumerate(tokens):
        if token.kind == "stop" and token.name not in ":：":
            yield first, number, token.name
            first = number + 1
    yield first, len(tokens), " "
