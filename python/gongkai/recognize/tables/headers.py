"""The head above a part of a table -> which columns stand there, in which order and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from gongkai.model import Form, Label, Part
from gongkai.recognize.labels import LONGEST_LABEL, bare, doubtful_note, words_without_note
from gongkai.recognize.tokens import Token, squash
from gongkai.recognize.typos import alike_enough

JOINED_LINES = 6
COUNTER = re.compile(r"(?:行|序|栏|列|编)[次号]|序|编码|代码|No\.?", re.IGNORECASE)
# Heads of columns that the form does not have and that hold no figures of it; squashed, without
# blanks and signs.
OF_OTHERS = re.compile(
    rf"(?:{COUNTER.pattern})"
    r"|(?:上一?年|去年|往年|前一?年|同期|上期)(?:度|同期|数|数量|数据|件数|情况)?"
    r"|(?:比|较|同比|环比).{0,4}(?:增减|增长|变化|上升|下降)?(?:率|量|数|额|幅度)?|"
    r"增[减幅长](?:率|量|数|额|幅度)?"
    r"|(?:计量)?单位|占比|比[例重]|百分比|小计|备注|说明|注",
    re.IGNORECASE,
)
OF_LAST_YEAR = re.compile(
    r"(?:上一?年|去年|往年|前一?年|同期|上期).{0,4}|20\d\d年?度?.{0,4}|同比.{0,4}|增[减长].{0,3}"
)
OF_THIS_YEAR = re.compile(r"(?:本年?|今年|当年|本期|本年度)(?:度|数|数量|数据|件数|情况)?")


@dataclass(frozen=True, slots=True)
class Head:
    """``columns``: ids from left to right, () where their order is uncertain. ``at``: id -> grid
    column, or empty where the geometry contradicts the reading order. ``strangers``: grid column ->
    a head that no label explains. ``widths``: id -> grid columns that the label of a column covers,
    for all that were found; ``remarks``: texts of a flattened head that no label explains.
    ``ignored``: grid columns of 行次, 同比 and the like; ``counted`` tells that one of them numbers
    the rows. ``units``: texts above the part that state a unit. ``plain``: no further text stands
    between the heads and the figures. ``doubts``: column id ("" for a label over several) and the
    text of a label whose note may make another thing of it.
    """

    columns: tuple[str, ...]
    grid: int
    at: dict[str, int]
    strangers: dict[int, str]
    widths: dict[str, int]
    remarks: tuple[str, ...]
    ignored: frozenset[int] = frozenset()
    counted: bool = False
    units: tuple[tuple[str, str], ...] = ()
    plain: bool = True
    doubts: tuple[tuple[str, str], ...] = ()


NO_HEAD = Head((), 0, {}, {}, {}, ())


@dataclass(frozen=True, slots=True)
class FoundLabel:
    label: Label
    token: Token


def read_head(tokens: Sequence[Token], form: Form, part: Part) -> Head:
    """The head of ``part`` in ``tokens``, which end where its first row of figures begins."""
    wanted = {column.label.text: column.label for column in part.columns}
    others = [
        label
        for label in form.labels
        if label.kind in ("head", "caption") and label.text not in wanted
    ]
    found, unknown = match_head(tokens, [*wanted.values(), *others])
    found = last_head(found)
    columns = [item for item in found if item.label.kind == "column"]
    order, at = placed_columns(tokens, found, columns, form, part)
    years = year_columns(columns, tokens)
    if years is None:
        order, at, years = (), {}, {}
    all_unknown = list(unknown)
    apart = [
        token
        for token in unknown
        if OF_OTHERS.fullmatch(token.squash) and heads_column(token, tokens)
    ]
    if at or years:
        unknown = [token for token in unknown if token not in apart]
    strangers = {token.column: token.text for token in unknown if is_stranger(token, found, at)}
    first = min((item.token.row for item in found), default=0)
    return Head(
        order,
        columns[0].token.grid if columns else 0,
        at,
        strangers,
        {item.label.id: item.token.colspan for item in columns},
        tuple(token.text for token in unknown if not token.grid and token.row > first)
        if found
        else (),
        columns_of_others(apart, at, columns, years) if at or years else frozenset(),
        any(COUNTER.fullmatch(token.squash) for token in apart),
        plain=not stands_behind(tokens, columns, all_unknown),
        doubts=tuple(doubts_of(found)),
    )


def doubts_of(found: Sequence[FoundLabel]) -> Iterator[tuple[str, str]]:
    for item in found:
        if doubtful_note(item.token.text, item.label):
            yield item.label.id if item.label.kind == "column" else "", item.token.text


def stands_behind(
    tokens: Sequence[Token], columns: Sequence[FoundLabel], unknown: Sequence[Token]
) -> bool:
    """Whether another text of the head follows the last column's: 本年处理决定数量 over 上年 and
    本年.
    """
    others = {id(token) for token in unknown if not COUNTER.fullmatch(token.squash)}
    spots = {id(token): at for at, token in enumerate(tokens)}
    last = max((spots.get(id(item.token), -1) for item in columns), default=-1)
    return any(at > last for name, at in spots.items() if name in others)


def heads_column(token: Token, tokens: Sequence[Token]) -> bool:
    """Whether 栏次 is the head of a column: no number stands beside it, as in a row 栏次 1 2 3
    below the head.
    """
    return not any(other.row == token.row and other.kind == "figure" for other in tokens)


def placed_columns(
    tokens: Sequence[Token],
    found: Sequence[FoundLabel],
    columns: Sequence[FoundLabel],
    form: Form,
    part: Part,
) -> tuple[tuple[str, ...], dict[str, int]]:
    """Ids from left to right, () where that is uncertain, and their grid columns where these agree
    with it.
    """
    at = geometry(columns)
    order = reading_order(found, part)
    if order is None:
        order = tuple(sorted(at, key=at.__getitem__)) if is_covered(found, columns, form) else ()
    if is_contradicted(tokens, columns):
        order = ()
    return order, at if tuple(sorted(at, key=at.__getitem__)) == order else {}


def columns_of_others(
    others: Sequence[Token],
    at: dict[str, int],
    columns: Sequence[FoundLabel],
    years: dict[str, int],
) -> frozenset[int]:
    """The grid columns of 行次, 同比, 上年: beside those of the form, or under one of them beside
    本年.
    """
    found = {token.column for token in others if token.grid and token.spans}
    for item in columns:
        if item.label.id in years:
            found |= set(range(item.token.column, item.token.column + item.token.colspan)) - {
                years[item.label.id]
            }
    return frozenset(found - set(at.values()))


def year_columns(columns: Sequence[FoundLabel], tokens: Sequence[Token]) -> dict[str, int] | None:
    """Column id -> the grid column of 本年, where 上年 stands beside it under one label; None where
    that is not told.

    自然人 over 本年 and 上年: the figures of 本年 are the report's. Over 2023年 and 2022年 neither
    is certain.
    """
    found = {}
    for item in columns:
        over = range(item.token.column, item.token.column + item.token.colspan)
        below = [
            token
            for token in tokens
            if token.grid == item.token.grid
            and token.grid
            and token.row > item.token.row
            and token.column in over
        ]
        if not any(OF_LAST_YEAR.fullmatch(token.squash) for token in below):
            continue
        own = [token.column for token in below if OF_THIS_YEAR.fullmatch(token.squash)]
        if len(own) != 1:
            return None
        found[item.label.id] = own[0]
    return found


def is_stranger(token: Token, found: Sequence[FoundLabel], at: dict[str, int]) -> bool:
    """Whether a text that no label explains stands among the heads of columns: then it may be a
    column of its own.
    """
    rows = [item.token.row for item in found if item.token.grid == token.grid]
    if not token.grid or not rows or not min(rows) <= token.row <= max(rows):
        return False
    over = range(token.column, token.column + token.colspan)
    return token.column >= min(at.values(), default=0) and not any(
        column in over for column in at.values()
    )


def match_head(
    tokens: Sequence[Token], labels: Sequence[Label]
) -> tuple[list[FoundLabel], list[Token]]:
    """Labels of a head found in tokens, in reading order, and the texts that none of them
    explains.
    """
    exact = {squash(text): label for label in labels for text in (label.text, *label.aliases)}
    tokens, _ = stacked(tokens, exact)
    found: list[FoundLabel] = []
    unknown: list[Token] = []
    at = 0
    while at < len(tokens):
        if tokens[at].kind != "text":
            at += 1
            continue
        end, label = longest(tokens, at, exact)
        if label is None:
            label = without_note(tokens[at], exact) or likely(tokens[at], labels)
            end = at + 1
        if label is None:
            unknown.append(tokens[at])
        else:
            found.append(FoundLabel(label, tokens[at]))
        at = end
    return found, unknown


def without_note(token: Token, exact: Mapping[str, Label]) -> Label | None:
    """自然人（含港澳台居民） as 自然人."""
    return next((exact[word] for word in words_without_note(token.text) if word in exact), None)


# --- labels in several cells ----------------------------------------------------------------------

TALLEST_STACK = 6  # cells of one label: one for each character


def stacked(tokens: Sequence[Token], exact: Mapping[str, Label]) -> tuple[list[Token], list[int]]:
    """The cells of a head, those below each other that are one label as one cell: 商业 over 企业,
    其 over 他.

    It is as wide as the widest of them, and stands where the first does; the numbers tell where
    each stood.
    """
    begun = beginnings(frozenset(exact))
    if not any(token.squash in begun and is_begun(token, begun) for token in tokens):
        return list(tokens), list(range(len(tokens)))
    below = cells_below(tokens)
    kept = list(tokens)
    gone: set[int] = set()
    for at, token in enumerate(tokens):
        if (
            id(token) in gone
            or not is_begun(token, begun)
            or is_whole_label(token, below.get(id(token)), exact)
        ):
            continue
        pile = label_pile(token, below, exact)
        if pile:
            kept[at] = as_one(pile)
            gone.update(id(piece) for piece in pile[1:])
    left = [at for at, token in enumerate(kept) if id(token) not in gone]
    return [kept[at] for at in left], left


@lru_cache(maxsize=64)
def beginnings(words: frozenset[str]) -> frozenset[str]:
    """What a squashed label may begin with, the whole of none but those that begin another: 商,
    商业, 其.
    """
    return frozenset(word[:size] for word in words for size in range(1, len(word)))


def is_begun(token: Token, begun: frozenset[str]) -> bool:
    return token.squash in begun and token.grid > 0 and token.spans


def is_whole_label(token: Token, below: Token | None, exact: Mapping[str, Label]) -> bool:
    """其他 over a figure; not 其他 over 结果, which is no label by itself."""
    longer = (
        below is not None and below.squash not in exact and token.squash + below.squash in exact
    )
    return token.squash in exact and not longer


def cells_below(tokens: Sequence[Token]) -> dict[int, Token]:
    """id of a cell with text -> the next cell with text that begins in the same column of the same
    grid.
    """
    last: dict[tuple[int, int], Token] = {}
    found: dict[int, Token] = {}
    for token in tokens:
        if token.grid and token.spans and token.kind == "text":
            spot = token.grid, token.column
            if spot in last:
                found[id(last[spot])] = token
            last[spot] = token
    return found


def label_pile(token: Token, below: dict[int, Token], exact: Mapping[str, Label]) -> list[Token]:
    """The fewest cells from one downwards whose texts together are a label; [] where none are."""
    pile = [token]
    while len(pile) < TALLEST_STACK and id(pile[-1]) in below:
        pile.append(below[id(pile[-1])])
        if without_note(as_one(pile), exact) or "".join(piece.squash for piece in pile) in exact:
            return pile
    return []


def as_one(pile: Sequence[Token]) -> Token:
    text = "".join(piece.text for piece in pile)
    word = "".join(piece.squash for piece in pile)
    return replace(pile[0], text=text, squash=word, colspan=max(piece.colspan for piece in pile))


def longest(
    tokens: Sequence[Token], start: int, exact: Mapping[str, Label]
) -> tuple[int, Label | None]:
    """The longest join of lines from ``start`` that is a label: (end, label), or (start + 1,
    None).
    """
    reach = 1 if tokens[start].grid else JOINED_LINES
    word, best = "", (start + 1, None)
    found: tuple[int, Label | None] = best
    for end in range(start + 1, min(start + reach, len(tokens)) + 1):
        if tokens[end - 1].kind != "text":
            break
        word += tokens[end - 1].squash
        if word in exact:
            found = (end, exact[word])
    return found


def likely(token: Token, labels: Sequence[Label]) -> Label | None:
    """The one label that a text with typos is like; None where two are about as like or none is."""
    if len(token.squash) > LONGEST_LABEL:
        return None
    from rapidfuzz.fuzz import ratio

    scores = sorted(
        ((ratio(token.squash, squash(label.text)) / 100, n) for n, label in enumerate(labels)),
        reverse=True,
    )
    (score, number), rival = scores[0], scores[1][0] if len(scores) > 1 else 0.0
    label = labels[number]
    return (
        label
        if alike_enough(token.squash, score, label) and score - rival >= 0.15 and bare(token.text)
        else None
    )


def last_head(found: Sequence[FoundLabel]) -> list[FoundLabel]:
    """What follows the last repetition: of a head printed twice only the one next to the figures
    counts.
    """
    kept: list[FoundLabel] = []
    seen: set[str] = set()
    for item in found:
        if item.label.kind == "column" and item.label.id in seen:
            kept, seen = [], set()
        kept.append(item)
        seen.add(item.label.id)
    return kept


def geometry(columns: Sequence[FoundLabel]) -> dict[str, int]:
    """Column id -> grid column where each label has columns of its own in one grid with spans; else
    empty.
    """
    grids = {item.token.grid for item in columns}
    if len(grids) != 1 or not all(item.token.grid and item.token.spans for item in columns):
        return {}
    taken: set[int] = set()
    for item in columns:
        spots = set(range(item.token.column, item.token.column + item.token.colspan))
        if taken & spots or item.token.colspan > item.label.box.width:
            return {}
        taken |= spots
    return {item.label.id: item.token.column for item in columns}


def is_contradicted(tokens: Sequence[Token], columns: Sequence[FoundLabel]) -> bool:
    """Whether two labels stand over one column of a grid, and none over one between the labels of
    the last row.

    Where a span was only forgotten, the labels of the last row stand side by side; these have
    changed places.
    """
    if len({item.token.column for item in columns}) == len(columns) or not all(
        item.token.spans for item in columns
    ):
        return False
    last = columns and max(item.token.row for item in columns)
    labelled = [item.token.column for item in columns if item.token.row == last]
    blanks = [token.column for token in tokens if token.row == last and token.kind == "blank"]
    return any(min(labelled) < column < max(labelled) for column in blanks)


def is_covered(found: Sequence[FoundLabel], columns: Sequence[FoundLabel], form: Form) -> bool:
    """Whether the geometry of a head in another than the official order can be relied on.

    It can where all columns stand in one row, or where each label over several columns
    (法人或其他组织) covers just those that officially lie under it: a cell lost from a head of
    several rows moves all that follow it.
    """
    if len({item.token.row for item in columns}) == 1:
        return True
    over = {label.text: label.box for label in form.labels if label.kind == "head"}
    present = {item.label.text: item.token for item in found if item.label.kind == "head"}
    for text, box in over.items():
        under = {
            c.label.id
            for c in columns
            if box.top < c.label.box.top and box.left <= c.label.box.left <= box.right
        }
        if not under:
            continue
        token = present.get(text)
        if token is None:
            return False
        reach = range(token.column, token.column + token.colspan)
        if {item.label.id for item in columns if item.token.column in reach} != under:
            return False
    return True


def reading_order(found: Sequence[FoundLabel], part: Part) -> tuple[str, ...] | None:
    """Ids from left to right if the labels were read in the order of the official head, row by row
    or flat.

    In a head of several rows 总计 is read before 商业企业; only the label above them
    (法人或其他组织) tells such a head from one in which 总计 really stands further left, so without
    it the flat order alone is accepted.
    """
    present = {item.label.id for item in found if item.label.kind == "column"}
    flat = tuple(column.id for column in part.columns if column.id in present)
    read = tuple(item.label.id for item in found if item.label.kind == "column")
    if read == flat:
        return flat
    tops = {column.label.box.top for column in part.columns}
    over = [
        item.label for item in found if item.label.kind == "head" and item.label.box.top in tops
    ]
    if not over or len(read) != len(present):
        return None
    official = [column.label for column in part.columns if column.id in present] + over
    official.sort(key=lambda label: (label.box.top, label.box.left))
    kinds = {label.text for label in official}
    texts = [item.label.text for item in found if item.label.text in kinds]
    return flat if texts == [label.text for label in official] else None
