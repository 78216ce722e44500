"""A clause + what the text said before it -> the step at its end.

One pass, left to right: words are collected up to a figure, and change what the text is on; a
figure is explained by them (counting). What is not understood makes a reading uncertain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gongkai.checks.narrative import context, counting, spans
from gongkai.checks.narrative.tokens import ProseToken, has_name


def clause_of(
    paragraph: context.Paragraph, first: int, last: int, before: Sequence[ProseToken] = ()
) -> context.Clause:
    """A clause with its place in the text: from the stop before it to the one behind it."""
    tokens = paragraph.tokens
    start, end = 0, len(paragraph.text)
    if first > 0:
        start = tokens[first - 1].end
    if last < len(tokens):
        end = tokens[last].start
    return context.Clause(paragraph, first, last, start, end, before)


def read_clause(clause: context.Clause, before: context.ClauseState) -> context.ClauseStep:
    """The step at the end of a clause; one without a word that is known leaves all as it was."""
    state, words, at = read_words(clause, before.new_clause(), clause.first)
    step = context.ClauseStep(clause, state, at, clause.start, words)
    if clause.first == clause.last:
        return step
    while step.at < clause.last:
        step = read_figure(step)
    if not step.figures:
        step = without_figures(counting.denied(step))
    step = left_over(step)
    if step.state.times.compared:
        step = step.after(not_compared(step.state, before))
    return step


def read_figure(step: context.ClauseStep) -> context.ClauseStep:
    """After a figure with the words behind it that are its own, and all words up to the next.

    A share, 35%, counts nothing.
    """
    tokens = step.clause.paragraph.tokens
    token = tokens[step.at]
    if token.kind == "number":
        step = counting.explained(step, token)
    state, words, at = read_words(step.clause, step.state, step.at + 1)
    since = tokens[step.at].end
    return context.ClauseStep(
        step.clause, state, at, since, words, verb=step.verb, figures=True, said=step.said
    )


def without_figures(step: context.ClauseStep) -> context.ClauseStep:
    """推行容缺受理，受理申请3200件: words that nobody knows, where nothing says 信息公开."""
    subject = step.state.subject
    if subject.about or not spans.residue(step, step.words, step.clause.end):
        return step
    return step.after(step.state.on(subject._replace(astray=True)))


def left_over(step: context.ClauseStep) -> context.ClauseStep:
    """After words without a figure: their topic is that of the clauses after them."""
    word = last_thing(step.words)
    if word is None:
        return step
    state = step.state
    if word.kind == context.FOREIGN:
        return step.after(counting.strayed(state, step.words))
    _, about, close, doubt, astray, stem = state.subject
    if not step.figures:
        doubt = is_doubtful(step)
    return step.after(state.on(context.Subject(word.name, about, close, doubt, astray, stem)))


def last_thing(words: Sequence[ProseToken]) -> ProseToken | None:
    """The last topic or other thing; 通过网站公开 leaves the topic as it is."""
    for word in reversed(words):
        if word.kind not in ("topic", context.FOREIGN):
            continue
        if word.name == "place" and has_name(words, "publish"):
            continue
        return word
    return None


def is_doubtful(step: context.ClauseStep) -> bool:
    """涉及征地的申请，共35件: whether a topic without a figure is a part, or a mere 申请."""
    state, text = step.state, step.clause.paragraph.text
    if context.is_cut(step.words, state.among):
        return True
    return context.is_strange(text, step.words, step.words, state.subject.astray)


def not_compared(state: context.ClauseState, before: context.ClauseState) -> context.ClauseState:
    """收到5件，较2020年增加2件，办结3件: the year of a comparison ends with its clause."""
    return state._replace(times=state.times._replace(other_year=before.times.other_year))


# --- words ----------------------------------------------------------------------------------------
# A word changes what the text means for the figures behind it, in the way of its kind.


def read_words(
    clause: context.Clause, state: context.ClauseState, at: int
) -> tuple[context.ClauseState, Sequence[ProseToken], int]:
    """The state after the words up to the next figure, the words, and where the figure is.

    2021年全县收到申请5件: the year, the scope and what is counted, up to 5件.
    """
    tokens, last = clause.paragraph.tokens, clause.last
    words: list[ProseToken] = []
    while at < last and tokens[at].kind not in ("number", "percent"):
        token = tokens[at]
        way = WAYS.get(token.kind) or WAYS.get(token.name)
        if way:
            state, token = way(state, token, clause.paragraph)
        elif token.name == "process" and is_second_action(words, token):
            token = token._replace(kind="filler", name="light")
        words.append(token)
        at += 1
    return state, tuple(words), at


def is_second_action(words: Sequence[ProseToken], token: ProseToken) -> bool:
    """结转下年度办理: 办理 directly behind another action says nothing more."""
    return bool(words) and words[-1].kind == "action" and words[-1].end == token.start


def by_comparison(
    state: context.ClauseState, token: ProseToken, _: context.Paragraph
) -> tuple[context.ClauseState, ProseToken]:
    """同比增加5件."""
    return state._replace(times=state.times._replace(compared=True)), token


def by_sum(
    state: context.ClauseState, token: ProseToken, _: context.Paragraph
) -> tuple[context.ClauseState, ProseToken]:
    """累计收到5件, 截至目前收到5件."""
    return state._replace(times=state.times._replace(cumulative=True)), token


def by_part(
    state: context.ClauseState, token: ProseToken, _: context.Paragraph
) -> tuple[context.ClauseState, ProseToken]:
    """其中自然人5件."""
    return state._replace(among=True), token


def by_own_year(
    state: context.ClauseState, token: ProseToken, _: context.Paragraph
) -> tuple[context.ClauseState, ProseToken]:
    """去年收到5件，今年收到6件."""
    return state._replace(times=state.times._replace(own_year=True, other_year=False)), token


def by_own_name(
    state: context.ClauseState, token: ProseToken, _: context.Paragraph
) -> tuple[context.ClauseState, ProseToken]:
    """青溪县人民政府收到5件: the report's own body tells, unless the clause has named a scope."""
    if state.whose.scoped:
        return state, token
    return state._replace(whose=state.whose._replace(now=context.Owner(), scoped=True)), token


def by_scope(
    state: context.ClauseState, token: ProseToken, paragraph: context.Paragraph
) -> tuple[context.ClauseState, ProseToken]:
    """全县各级行政机关收到5件: the scope words of one clause hold together.

    In the name of the report's own body, 浙江省政府, a scope word is none.
    """
    if is_of_name(token, paragraph):
        return state, token._replace(kind="filler", name="plain")
    whose = state.whose
    scope = frozenset((token.name,))
    if whose.scoped:
        scope |= whose.now.scope
    whose = whose._replace(now=context.Owner(scope), named=True, scoped=True)
    return state._replace(whose=whose), token


def is_of_name(token: ProseToken, paragraph: context.Paragraph) -> bool:
    """Whether the name of the report's own body holds the token and the character before it."""
    if token.start == 0:
        return False
    return paragraph.text[token.start - 1 : token.end] in paragraph.agency


def by_carrying(
    state: context.ClauseState, token: ProseToken, paragraph: context.Paragraph
) -> tuple[context.ClauseState, ProseToken]:
    """2020年结转8件, 转2022年度12件 in a report for 2021; other years say nothing of 结转."""
    action = None
    if paragraph.year:
        action = CARRIED_BY.get((token.kind, int(token.name) - paragraph.year))
    if action is None:
        return by_date(state, token, paragraph)
    return state, token._replace(kind="action", name=action)


def by_date(
    state: context.ClauseState, token: ProseToken, paragraph: context.Paragraph
) -> tuple[context.ClauseState, ProseToken]:
    """2020年收到5件 is another year's in a report for 2021, 2021年收到6件 its own."""
    own = False
    if token.kind == "year":
        own = paragraph.year is None or int(token.name) == paragraph.year
    times = state.times
    times = times._replace(own_year=times.own_year or own, other_year=not own)
    return state._replace(times=times), token._replace(kind="filler", name="plain")


CARRIED_BY = {  # the kind of token, and how many years it is off
    ("carried", -1): "carry_in",
    ("carried", 0): "carry",
    ("carried", 1): "carry_out",
    ("carrying", -1): "carry_in",
    ("carrying", 0): "carry_in",
    ("carrying", 1): "carry_out",
}
Way = Callable[
    [context.ClauseState, ProseToken, context.Paragraph], tuple[context.ClauseState, ProseToken]
]
WAYS: dict[str, Way] = {  # by kind, or by name where the words of a kind differ
    "comparison": by_comparison,
    "cumulative": by_sum,
    "scope": by_scope,
    "own": by_own_name,
    "year": by_date,
    "carried": by_carrying,
    "carrying": by_carrying,
    "time": by_date,
    "own_year": by_own_year,
    "among": by_part,
}
