"""The prose of a report -> claims: which figure it gives for which quantity of the tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from gongkai.checks.narrative.clause import Clause
from gongkai.checks.narrative.context import ClauseState, Context, Paragraph, Said
from gongkai.checks.narrative.meaning import Quantity, layouts_of, quantity_of
from gongkai.checks.narrative.tokens import ProseToken, tidied, tokens_of
from gongkai.checks.narrative.words import facts, narrow, without_own_name
from gongkai.model import Figure, Report
from gongkai.sums import difference, stated_figures, total

SECTIONS = (1, 6)
LONGEST_SECTION = 50_000  # characters; a report's own sections have a few thousand
LEAST_TELLING = 10  # smaller figures agree by chance
SHORTEST_LINE = 20  # of a line that a page has cut; a shorter one may be a heading
ENDS = "。；;：:！!？?”)）"
NUMBERED = re.compile(r"[（(]?[\d一二三四五六七八九十]{1,3}[)）、.．]|[一二三四五六七八九十]是")
Scope = Literal["same", "other", "unknown"]


class Claim(NamedTuple):
    """A figure that prose gives for a quantity; ``figure`` counts, or is in 万元, and is rounded to
    ``step``.

    ``scope`` tells whether it speaks of what the tables count: "same" only where all words of the
    clause are understood. ``share`` is the part of a body that the prose names, no more than the
    whole. ``section`` and ``paragraph`` (from 1, blank lines left out) say where ``clause`` stands.
    """

    quantity: Quantity
    figure: Figure
    scope: Scope
    clause: str
    section: int
    paragraph: int
    rule: str = ""
    step: Figure = 1
    share: bool = False


def claims(report: Report) -> tuple[Claim, ...]:
    """What the prose of sections one and six says about the figures of the tables, in the order of
    the text.
    """
    found: list[Claim] = []
    layouts = layouts_of(report)
    for section in SECTIONS:
        context, borne = Context(), Borne(report)
        for number, line in enumerate(paragraphs(text_read(report, section)), 1):
            said, context = read_paragraph(line, context, report.year, report.agency)
            for each in said:
                quantity = quantity_of(each.meaning.picks, layouts)
                if quantity:
                    claim = claim_of(each, quantity, line, section, number, report.agency)
                    found.append(borne.out(claim, each))
    return tuple(found)


class Borne:
    """Scope words whose own figures the tables bear out: 全县…455件 above a table of 455 is what
    the table counts.

    What goes on from such a sentence without words of its own then speaks of the same scope.
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        self.words: dict[frozenset[str], bool] = {}

    def out(self, claim: Claim, said: Said) -> Claim:
        """The claim with the scope that its sentence has from those before it."""
        if claim.scope != "unknown" or not said.sure:
            return claim
        if said.kept:
            return claim._replace(scope="same") if self.words.get(said.scope) else claim
        readings = [
            table_figure(cells, self.report)
            for cells in (claim.quantity.cells, *claim.quantity.others)
        ]
        agrees = any(
            figure is not None and alike(figure, claim.figure, claim.step) for figure in readings
        )
        if claim.figure >= LEAST_TELLING or not agrees:
            self.words[said.scope] = self.words.get(said.scope, True) and agrees
        return claim


def text_read(report: Report, section: int) -> str:
    """A section, one beyond all measure up to the end of a sentence: its time grows with its
    length.
    """
    text = report.sections.get(section, "")
    if len(text) <= LONGEST_SECTION:
        return text
    end = text.rfind("。", 0, LONGEST_SECTION)
    return text[: (end if end >= 0 else text.rfind("\n", 0, LONGEST_SECTION)) + 1]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a section, tidied: a line that breaks off in a sentence goes on in the
    next.
    """
    found: list[str] = []
    broken = False
    for line in filter(None, map(tidied, text.split("\n"))):
        if broken and not NUMBERED.match(line):
            found[-1] += line
        else:
            found.append(line)
        broken = len(line) >= SHORTEST_LINE and line[-1] not in ENDS
    return found


def claim_of(
    said: Said, quantity: Quantity, line: str, section: int, paragraph: int, agency: str
) -> Claim:
    scope: Scope = "other" if said.unit else scope_of(said.scope, agency)
    if scope == "same" and not said.sure:
        scope = "unknown"
    clause = line[said.start : said.end]
    return Claim(
        quantity,
        said.figure,
        scope,
        clause,
        section,
        paragraph,
        said.meaning.rule,
        said.step,
        said.unit,
    )


def scope_of(words: Iterable[str], agency: str) -> Scope:
    """What classes of scope words mean together in the report of this body; none of them is its own
    scope.
    """
    kind = kind_of(agency)
    found = {facts()["scope"][word].get(kind, "same") if kind else "unknown" for word in words}
    return "other" if "other" in found else "unknown" if "unknown" in found else "same"


def kind_of(agency: str) -> str:
    """government, office, town or department; "" where the body is not known."""
    name = agency.rstrip("）)")
    if name.endswith(("办公室", "办公厅", "政府办")):
        return "office"
    if name.endswith(
        ("镇", "乡", "镇人民政府", "乡人民政府", "镇政府", "乡政府", "街道", "街道办事处", "街道办")
    ):
        return "town"
    if name.endswith(("政府", "市", "县", "区", "州", "省", "旗", "管委会", "管理委员会")):
        return "government"
    return "department" if name else ""


# --- sentences and clauses ------------------------------------------------------------------------
# A paragraph -> what the figures in it are said to count, sentence by sentence.

OPENING, CLOSING = "(（", ")）"
SENTENCE_ENDS = "。!?！？"
ITEM = re.compile(
    r"[（(]?\d{1,2}[)）、.．].{1,30}$"
)  # of a list in the paragraph above: 1.予以公开20件
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
LONGEST_HEADING = 30
DEEPEST = 8  # brackets in brackets


def read_paragraph(
    text: str, context: Context, year: int | None, agency: str
) -> tuple[list[Said], Context]:
    """What the figures of a tidied paragraph count, and what holds for the paragraph after it."""
    goes_on = not NUMBERED.match(text)
    about = any(word in text for word in ABOUT) or (context.about and goes_on)
    heading = len(text) <= LONGEST_HEADING and not FIGURE.search(text)
    spans = [(0, len(text))] if heading else spans_to_read(text)
    if not spans:
        return [], Context(context.topic, about)
    start, end = spans[0][0], spans[-1][1]
    known = text[:start] + narrow(without_own_name(text[start:end], agency))
    paragraph = Paragraph(
        text, [token for span in spans for token in tokens_of(known, *span)], year, agency
    )
    state = ClauseState(context.topic, about or context.topic == "applications")
    if goes_on or ITEM.match(text):
        state.said, state.owner = context.close and goes_on, context.owner
    said: list[Said] = []
    state = read_clauses(paragraph, state.new_sentence(), said)
    close = state.said or (heading and (state.close or state.subject == "applications"))
    return said, Context(
        state.subject if heading else context.topic, state.about, close, state.owner
    )


def spans_to_read(text: str) -> list[tuple[int, int]]:
    """The sentences that may say a figure, each with the one before it, and a short opening that
    names the topic.
    """
    sentences = [match.span() for match in SENTENCE.finditer(text)]
    telling = [bool(FIGURE.search(text, *span)) for span in sentences]
    if not any(telling):
        return []
    wanted = [one or other for one, other in zip(telling, [*telling[1:], False], strict=True)]
    wanted[0] = wanted[0] or sentences[0][1] <= LONGEST_HEADING
    return [span for span, keep in zip(sentences, wanted, strict=True) if keep]


def read_clauses(paragraph: Paragraph, state: ClauseState, said: list[Said]) -> ClauseState:
    """The state after all clauses of a paragraph; what they say is added to ``said``."""
    outer: list[tuple[ClauseState, list[ProseToken]]] = []
    before: list[
        ProseToken
    ] = []  # the words before a bracket that a figure behind it may go on from
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


def start_sentence(paragraph: Paragraph, state: ClauseState, start: int) -> int:
    """Takes up what a sentence says of disclosure; where it ends."""
    match = SENTENCE.match(paragraph.text, start)
    end = match.end() if match else len(paragraph.text)
    state.close = state.close or bool(CLOSE.search(paragraph.text, start, end))
    return end


def clauses(tokens: Sequence[ProseToken]) -> Iterator[tuple[int, int, str]]:
    """(first token, token after the last, the stop behind it or a blank) of every clause."""
    first = 0
    for number, token in enumerate(tokens):
        if token.kind == "stop" and token.name not in ":：":
            yield first, number, token.name
            first = number + 1
    yield first, len(tokens), " "


# --- figures of the tables ------------------------------------------------------------------------


def table_figure(cells: tuple[str, ...], report: Report) -> Figure | None:
    """The sum over cells; None where any of them is blank, or there are none."""
    figures = stated_figures(cells, {cell: report.value(cell) for cell in cells})
    return total(figures) if cells and len(figures) == len(cells) else None


def alike(figure: Figure, written: Figure, step: Figure) -> bool:
    """Equal, or equal once rounded or cut off as the prose writes it."""
    apart = size(difference(written, figure))
    return apart == 0 or (step != 1 and apart < step)


def size(apart: Figure) -> Figure:
    return max(apart, -apart)
