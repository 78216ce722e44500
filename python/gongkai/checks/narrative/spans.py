"""A step of a clause + a figure -> the words that belong to it; what of the text nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gongkai.checks.narrative import context, meaning
from gongkai.checks.narrative.tokens import ProseToken, has_kind, names_of

LIGHT = frozenset(("light", "joined", "each", "list"))
LIGHT_BEFORE = LIGHT | {"own_year"}  # between its words and a figure
LIGHT_BEHIND = LIGHT | {"process", "plain"}  # between a figure and its words
IGNORED = "“”\"'‘’《》〈〉·-—_…．.、~*　:：|+"
SIGNS = frozenset(IGNORED) - {"、"}
ENDING_BEFORE = ("stop", "number", "percent")
BEHIND = (*context.HEADS, context.FOREIGN)


def words_of(step: context.ClauseStep, token: ProseToken) -> tuple[Sequence[ProseToken], int]:
    """The words that a figure belongs to, and the last token that is read with it.

    收到申请5件: those before it. 5件予以公开, 收到5件申请: those behind it as well.
    收到申请，共5件: those of the clause before.
    """
    words = step.words
    behind, at = following(step.clause, token, step.at, kinds_behind(words))
    words = (*words, *behind)
    if context.heads_in(words):
        return words, at
    if follows_on(step, words, token.start):
        return pending(step.clause), at
    return with_subject(words, step.state), at


def kinds_behind(words: Sequence[ProseToken]) -> Sequence[str]:
    """The kinds of words that may stand behind a figure, by those before it.

    5件予以公开: any. 收到5件申请: a topic. 结转5件至下年度: an action as well. 收到申请5件: none.
    """
    heads = context.heads_in(words)
    if not heads:
        return BEHIND
    if has_kind(words, "topic"):
        return ()
    if heads[-1].name == "carry":
        return ("topic", context.FOREIGN, "action")
    return ("topic", context.FOREIGN)


def following(
    clause: context.Clause, token: ProseToken, at: int, kinds: Sequence[str]
) -> tuple[Sequence[ProseToken], int]:
    """The words of some kinds directly behind a figure, and the last token that is read with it.

    5件予以公开: 予以公开. None in 5件予以公开3件: the words are those of the next figure. In
    12件按规定结转下年度 only what is carried out may stand behind other words.
    """
    found: list[ProseToken] = []
    loose, taken = False, at
    for number, word in enumerate(adjacent(clause, at + 1, token.end), at + 1):
        if word.kind == "number":
            return (), at
        if word.name == "joined":
            break
        loose = loose or word.name == "plain"
        if word.kind in kinds and may_stand_behind(word, loose, not found):
            found.append(word)
            taken = number
        elif word.name not in LIGHT_BEHIND:
            break
    return tuple(found), taken


def adjacent(clause: context.Clause, at: int, end: int) -> Iterator[ProseToken]:
    """The tokens of a clause from one on that follow one another without a gap."""
    tokens = clause.paragraph.tokens
    while at < clause.last:
        token = tokens[at]
        if token.start != end:
            return
        yield token
        end, at = token.end, at + 1


def may_stand_behind(word: ProseToken, loose: bool, first: bool) -> bool:
    """5件结转下年度办理: 办理 says nothing more; behind 按规定 it must be what is carried out."""
    if loose:
        return word.name == "carry_out"
    return first or word.name != "process"


def follows_on(step: context.ClauseStep, words: Sequence[ProseToken], until: int) -> bool:
    """收到申请，共5件: whether a figure that begins a clause is of the words before the comma."""
    clause = step.clause
    if step.since != clause.start:
        return False
    if not words and not clause.before:
        return False
    if not names_of(words) <= LIGHT:
        return False
    return not residue(step, words, until)


def pending(clause: context.Clause) -> Sequence[ProseToken]:
    """The words of the clause before, where it holds no figure; or those before the bracket.

    收到申请，共5件: 收到申请. 收到申请（详见表三）5件: the same.
    """
    if context.heads_in(clause.before):
        return clause.before
    tokens, at = clause.paragraph.tokens, clause.first - 2
    while at >= 0 and tokens[at].kind not in ENDING_BEFORE:
        at -= 1
    if at >= 0 and tokens[at].kind != "stop":
        return ()
    return tokens[at + 1 : max(clause.first - 1, 0)]


def with_subject(words: Sequence[ProseToken], state: context.ClauseState) -> Sequence[ProseToken]:
    """收到行政复议申请5件，其中涉及政府信息公开3件: the words after 其中 narrow the topic."""
    subject = state.subject.name
    if not state.among or subject not in meaning.DISPUTES:
        return words
    found: list[ProseToken] = []
    for word in words:
        if word.name == "about":
            word = word._replace(kind="topic", name=subject)
        found.append(word)
    return found


# --- lists ----------------------------------------------------------------------------------------


def figures_from(step: context.ClauseStep, token: ProseToken) -> tuple[list[ProseToken], int]:
    """The figures of a list, each with its unit or that of the last, and the last token of it.

    分别为3、5件 is 3件 and 5件.
    """
    tokens, at = step.clause.paragraph.tokens, step.at + 1
    figures, unit = [token], token.name
    while at < step.clause.last and tokens[at].kind in ("number", "filler"):
        if tokens[at].kind == "number":
            figures.append(tokens[at])
            unit = tokens[at].name or unit
        at += 1
    found: list[ProseToken] = []
    for figure in figures:
        if not figure.name:
            figure = figure._replace(name=unit)
        found.append(figure)
    return found, at - 1


# --- what nobody knows ----------------------------------------------------------------------------


def is_far(
    clause: context.Clause, head: ProseToken, start: int, words: Sequence[ProseToken]
) -> bool:
    """Whether anything but light words stands between a figure and its words.

    收到申请共5件 is near, 收到申请后召开会议5次 far. 、 must be explained, quotation marks not.
    """
    if head.start > start:  # 5件予以公开
        return False
    if head.end <= clause.start:  # 收到申请，共5件
        return False
    gap = clause.paragraph.text[head.end : start]
    unexplained = sum(letter not in SIGNS for letter in gap)
    for word in words:
        between = head.end <= word.start < start
        if between and word.name in LIGHT_BEFORE:
            unexplained -= word.end - word.start
    return unexplained > 0


def residue(step: context.ClauseStep, words: Sequence[ProseToken], until: int) -> str:
    """What nobody knows of the text since the last figure: of 扎实推进收到申请5件 扎实推进."""
    text, agency = step.clause.paragraph.text, step.clause.paragraph.agency
    end, left = step.since, ""
    for word in words:
        if step.since <= word.start < until:
            left += unknown(text[end : word.start], agency)
            end = word.end
    return left + unknown(text[end:until], agency)


def unknown(piece: str, agency: str) -> str:
    """A piece of text without signs; nothing where it is of the name of the report's own body."""
    piece = piece.strip(IGNORED)
    if len(piece) > 1 and piece in agency:
        return ""
    return piece
