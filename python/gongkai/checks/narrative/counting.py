"""A step of a clause + a figure, or a denial -> the step after it, with what it is said to count.

A figure is explained by the words of its own clause since the figure before it, by words that
directly follow it, and by the topic that the text is on. An unknown word between a figure and its
words, a comparison, a share or another year take it out of account.
"""

from __future__ import annotations

from collections.abc import Sequence

from gongkai.checks.narrative import context, spans, tokens
from gongkai.checks.narrative.meaning import (
    JUST_NEW,
    UNMISTAKABLE,
    Meaning,
    Phrase,
    Pick,
    Picks,
    meant,
    subject_of,
)
from gongkai.checks.narrative.words import facts

WHOLE = ("new", "carried_in", "handled", "carried_out")
LONGEST_CLAUSE = 60  # characters on either side of a figure that are quoted


def explained(step: context.ClauseStep, token: tokens.ProseToken) -> context.ClauseStep:
    """After one figure, or a list of figures behind 分别.

    In 收到申请457件 457 is of 收到申请; in 予以公开、不予公开分别为5件、3件 each of its own word.
    """
    if tokens.has_name(step.words, "list"):
        return listed(step, token)
    words, at = spans.words_of(step, token)
    if at != step.at:
        step = step._replace(at=at)
    heads = context.heads_in(words)
    step = step.after(sorting(step, heads))
    if step.state.sorting and context.is_sort(step.clause.paragraph.text, heads):
        return step
    if counts_thing(words, heads):
        return step.after(strayed(step.state, words))
    if not heads:
        return step
    if spans.is_far(step.clause, heads[-1], token.start, words):
        return by_words_behind(step, token)
    return count(step, words, [token], spans.residue(step, words, token.start))


def sorting(step: context.ClauseStep, heads: Sequence[tokens.ProseToken]) -> context.ClauseState:
    """主动公开126件、依申请公开85件、不予公开175件: from the first on documents are sorted."""
    if not heads or step.state.sorting:
        return step.state
    last = heads[-1]
    if step.clause.paragraph.text[last.start : last.end] != context.SORTED:
        return step.state
    return step.state._replace(sorting=True)


def counts_thing(words: Sequence[tokens.ProseToken], heads: Sequence[tokens.ProseToken]) -> bool:
    """建议提案答复198件, 收到申请后发布信息5条: whether another thing is counted.

    It is the last that is named, or nothing but actions stands beside it.
    """
    things = tokens.of_kind(words, context.FOREIGN)
    if not things:
        return False
    if len(tokens.of_kind(heads, "action")) == len(heads):
        return True
    return things[-1].start > heads[-1].start


def by_words_behind(step: context.ClauseStep, token: tokens.ProseToken) -> context.ClauseStep:
    """A figure far from the words before it: 对收到的申请召开会议研究，5件予以公开.

    Without words behind it another thing is counted: 收到申请后召开会议5次.
    """
    words, at = spans.following(step.clause, token, step.at, context.HEADS)
    if words:
        step = step._replace(at=at)
        return count(step, words, [token], spans.residue(step, words, token.start))
    if step.state.times.compared:
        return step
    return step.after(strayed(step.state, ()))


def strayed(state: context.ClauseState, words: Sequence[tokens.ProseToken]) -> context.ClauseState:
    """After another thing was counted: all that follows is of it, until a topic is named."""
    name, about, close, doubt, astray, stem = state.subject
    if name != context.FOREIGN:
        stem = name if state.among else ""
    astray = astray or leads_astray(words)
    return state.on(context.Subject(context.FOREIGN, about, close, doubt, astray, stem))


def leads_astray(words: Sequence[tokens.ProseToken]) -> bool:
    """Whether a mere 申请 may be for what is counted: 受理投诉35件, not 公开信息35条."""
    return tokens.has_kind(words, context.FOREIGN) and not tokens.has_name(words, "publish")


def listed(step: context.ClauseStep, token: tokens.ProseToken) -> context.ClauseStep:
    """A、B分别为3件、5件: as many figures as words, or nothing is known of any."""
    figures, at = spans.figures_from(step, token)
    step = step._replace(at=at)
    words = step.words
    if not context.heads_in(words):
        words = spans.pending(step.clause)
    if not context.heads_in(words):
        return step
    return count(step, words, figures, spans.residue(step, words, token.start))


# --- none -----------------------------------------------------------------------------------------


def denied(step: context.ClauseStep) -> context.ClauseStep:
    """未收到…申请: after a clause without figures that denies what it names."""
    words = words_denied(step.words)
    heads = context.heads_in(words)
    end = step.clause.end
    if not heads:
        return step
    if tokens.has_kind(words, context.FOREIGN):  # 未收到对政策的申请
        return step
    if spans.is_far(step.clause, heads[-1], end, words):
        return step
    zero = tokens.ProseToken("number", tokens.NONE, end, end)
    left = spans.residue(step, step.words, end)
    return count(step, as_said_of(words, heads, zero), [zero], left)


def words_denied(words: Sequence[tokens.ProseToken]) -> Sequence[tokens.ProseToken]:
    """Those behind the first denial: 申请 in 全年无申请."""
    for number, word in enumerate(words):
        if word.kind == "negation":
            return words[number + 1 :]
    return ()


def as_said_of(
    words: Sequence[tokens.ProseToken], heads: Sequence[tokens.ProseToken], zero: tokens.ProseToken
) -> Sequence[tokens.ProseToken]:
    """The words as they would stand before a zero: 无申请 is 收到申请0件.

    无行政复议、行政诉讼 is none of each.
    """
    last = heads[-1]
    if last.name == "applications" and len(tokens.of_kind(heads, "topic")) == len(heads):
        words = [*words, last._replace(kind="action", name="receive")]
    if len(tokens.of_kind(heads, last.kind)) > 1:
        words = [*words, zero._replace(kind="filler", name="each")]
    return words


# --- what it counts -------------------------------------------------------------------------------


def count(
    step: context.ClauseStep,
    words: Sequence[tokens.ProseToken],
    figures: Sequence[tokens.ProseToken],
    left: str,
) -> context.ClauseStep:
    """After figures that share their words; ``left`` is what nobody knows of these.

    One figure for several words is their sum, 予以公开、不予公开共7件, or behind 均 that of each:
    予以公开、不予公开均为3件.
    """
    heads = with_verb(step, context.heads_in(words))
    phrase = phrase_of(step.state, heads, context.joined_in(words))
    each = len(figures) == 1 and tokens.has_name(words[-2:], "each")
    meanings = meant(phrase, each or len(figures) > 1)
    state = on_subject(step.state, phrase)
    step = step._replace(state=state, verb=tokens.of_kind(heads, "action")[-1:])
    if not meanings or is_partial(step, words, meanings[0], figures[-1].end):
        return step.after(cut(state, words, meanings))
    if each:
        figures = list(figures) * len(meanings)
    if len(figures) != len(meanings):
        return step
    left = left or strange_word(step, heads)
    for meaning, figure in zip(meanings, figures, strict=True):
        step = told(step, meaning, figure, left, words)
    return step


def with_verb(
    step: context.ClauseStep, heads: Sequence[tokens.ProseToken]
) -> Sequence[tokens.ProseToken]:
    """制发规章1件、规范性文件24件: words that go on behind 、 share the verb before it."""
    if tokens.has_kind(heads, "action"):
        return heads
    if heads[0].kind != "topic":
        return heads
    if tokens.has_name(step.words[:1], "joined"):
        return [*step.verb, *heads]
    return heads


def strange_word(step: context.ClauseStep, heads: Sequence[tokens.ProseToken]) -> str:
    """接待35人，受理申请12件: 申请 is as good as unknown, it may be for something else."""
    text = step.clause.paragraph.text
    if not context.is_strange(text, heads, step.words, step.state.subject.astray):
        return ""
    return text[heads[-1].start : heads[-1].end]


def phrase_of(
    state: context.ClauseState, heads: Sequence[tokens.ProseToken], joined: Sequence[bool]
) -> Phrase:
    """The words with the topic that they are on.

    其中涉及征地50件，予以公开5件: an outcome behind a split by unknown things is of what was split.
    """
    topic, stem = state.subject.name, state.subject.stem
    if topic == context.FOREIGN and heads[-1].kind == "outcome":
        topic = stem or topic
    shared = len(heads) - 1 - len(joined)  # a verb before 、
    return Phrase(heads, [False] * shared + list(joined), topic, state.rows.choices)


def on_subject(state: context.ClauseState, phrase: Phrase) -> context.ClauseState:
    """After the words of a figure; 结转下年度5件 where 申请 was never named leaves a doubt."""
    _, about, close, doubt, astray, stem = state.subject
    unnamed = not phrase.subject and not about
    if unnamed and phrase.heads[-1].name in UNMISTAKABLE:
        doubt = True
    name = subject_of(phrase.heads, phrase.subject)
    return state.on(context.Subject(name, about, close, doubt, astray, stem))


def is_partial(
    step: context.ClauseStep, words: Sequence[tokens.ProseToken], meaning: Meaning, end: int
) -> bool:
    """同比增长5件, 网上申请5件, 去年收到申请5件."""
    times = step.state.times
    if times.compared:
        return True
    return context.is_part(step.clause.paragraph.text, words, meaning, end, times.other_year)


def cut(
    state: context.ClauseState, words: Sequence[tokens.ProseToken], meanings: Sequence[Meaning]
) -> context.ClauseState:
    """What a figure of a part leaves open: 环保领域 holds for all documents of a sentence."""
    if not context.is_cut(words, state.among):
        return state
    narrow = any(meaning.table == "disclosure" for meaning in meanings)
    return state._replace(subject=state.subject._replace(doubt=True), narrow=narrow)


# --- a figure that is understood ------------------------------------------------------------------


def told(
    step: context.ClauseStep,
    meaning: Meaning,
    figure: tokens.ProseToken,
    left: str,
    words: Sequence[tokens.ProseToken],
) -> context.ClauseStep:
    """After a figure of which the meaning is known; ``left`` is what nobody knows of its words.

    收到申请455件 is sure; of 热心答复申请5件 热心 is left, and the figure is told with a doubt.
    """
    if not context.is_unit(figure.name, meaning.units):
        return step
    state = step.state
    subject = with_doubt(state.subject, words, left)
    sure = meaning.sure and not left and not subject.doubt
    sure = sure and context.is_plain(meaning, words, state)
    rows = with_row(state.rows, meaning)
    whose = owned(state.whose, left)
    if is_repeated(state, meaning.picks, sure):
        return step.after(state._replace(subject=subject, rows=rows, whose=whose))
    about = sure and meaning.table == "applications"
    understood = state.understood or (sure and meaning.table != "disclosure")
    state = context.ClauseState(
        on_disclosure(subject, about, understood),
        rows,
        whose,
        state.times,
        among=state.among,
        sorting=state.sorting,
        narrow=state.narrow,
        understood=understood,
        seen={**state.seen, meaning.picks[0]: sure},
    )
    said = said_of(step.clause, meaning, figure, sure, whose)
    return step._replace(state=state, said=(*step.said, said))


def with_doubt(
    subject: context.Subject, words: Sequence[tokens.ProseToken], left: str
) -> context.Subject:
    """热心答复申请5件: a topic with words that nobody knows is in doubt for all that follows."""
    if not tokens.has_kind(words, "topic") or words[0].name == "joined":
        return subject
    name, about, close, _, astray, stem = subject
    return context.Subject(name, about, close, bool(left), astray, stem)


def with_row(rows: context.SplitRows, meaning: Meaning) -> context.SplitRows:
    """收到455件，其中自然人440件: a figure of whole rows of 表三 is what a split may be of."""
    if not meaning.sure:
        return rows
    row: list[Pick] = []
    for pick in meaning.picks[0]:
        if pick.row not in WHOLE:
            return rows
        row.append(pick._replace(column="total"))
    return rows.told(tuple(row))


def owned(whose: context.Whose, left: str) -> context.Whose:
    """市公安局收到35件: the last of the unknown words is the end of a body's name."""
    now = whose.now
    if left and left[-1] in facts()["unit"]["endings"]:
        now = context.Owner(now.scope, unit=True)
    return context.Whose(whose.before, now, whose.first or now, whose.named, whose.scoped)


def is_repeated(state: context.ClauseState, picks: tuple[Picks, ...], sure: bool) -> bool:
    """办结451件，其中办结网上申请…: the part of what was told before, as surely, is told again."""
    if not state.among:
        return False
    if picks == JUST_NEW:  # 收到463件，其中新收455件
        return False
    if picks[0] not in state.seen:
        return False
    return state.seen[picks[0]] >= sure


def on_disclosure(subject: context.Subject, about: bool, understood: bool) -> context.Subject:
    """收到申请455件: a sure figure of 表三 or 表四 makes the text speak of disclosure."""
    return context.Subject(
        subject.name,
        subject.about or about,
        subject.close or understood,
        subject.doubt,
        subject.astray,
        subject.stem,
    )


def said_of(
    clause: context.Clause,
    meaning: Meaning,
    figure: tokens.ProseToken,
    sure: bool,
    whose: context.Whose,
) -> context.Said:
    """The figure with what of its clause is quoted."""
    return context.Said(
        meaning,
        figure.figure,
        figure.step,
        sure,
        whose.now.scope,
        whose.now.unit,
        start=max(clause.start, figure.start - LONGEST_CLAUSE),
        end=min(clause.end, figure.end + LONGEST_CLAUSE),
        kept=not whose.named,
    )
