"""The head above a part of a table -> which columns stand there, in which order and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from gongkai.model import Form, Label, LabelKind, Part
from gongkai.recognize import labelling, tokenizing
from gongkai.recognize.tables.stacks import FoundLabel, match_head

COUNTER = re.compile(r"(?:行|序|栏|列|编)[次号]|序|编码|代码|No\.?", re.IGNORECASE)
# Heads of columns that the form does not have and that hold no figures of it; squashed, without
# blanks and signs.
OF_OTHERS = re.compile(
    rf"(?:{COUNTER.pattern})"
    r"|(?:上一?年|去年|往年|前一?年|同期|上期)(?:度|同期|数|数量|数据|件数|情况)?"
    r"|(?:比|较|同比|环比).{0,4}(?:增减|增长|变化|上升|下降)?(?:率|量|数|额|幅度)?"
    r"|增[减幅长](?:率|量|数|额|幅度)?"
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


GridColumns = dict[str, int]  # column id -> grid column


@dataclass(frozen=True, slots=True)
class HeadTexts:
    """What stands in a head: its tokens, the labels found in them, in reading order, among these
    the columns' and those over several columns (法人或其他组织), and the texts that no label
    explains.
    """

    tokens: Sequence[tokenizing.Token]
    labels: Sequence[FoundLabel]
    columns: Sequence[FoundLabel]
    heads: Sequence[FoundLabel]
    unknown: Sequence[tokenizing.Token]

    @property
    def order(self) -> tuple[str, ...]:
        """The ids of the columns as they were read."""
        return tuple(item.label.id for item in self.columns)

    @property
    def column_tokens(self) -> list[tokenizing.Token]:
        return [item.token for item in self.columns]


def read_head(tokens: Sequence[tokenizing.Token], form: Form, part: Part) -> Head:
    """The head of ``part`` in ``tokens``, which end where its first row of figures begins: natural,
    company … total of 自然人 商业企业 … 总计.
    """
    texts = head_texts(tokens, form, part)
    order, at = placed_columns(texts, form, part)
    years = year_columns(texts)
    if years is None:
        order, at, years = (), {}, {}
    others = columns_apart(texts)
    unknown = texts.unknown
    ignored: frozenset[int] = frozenset()
    if at or years:
        unknown = without(others, texts.unknown)
        ignored = ignored_columns(others, texts, at, years)
    return Head(
        columns=order,
        grid=texts.columns[0].token.grid if texts.columns else 0,
        at=at,
        strangers=strangers_in(texts, unknown, at),
        widths={item.label.id: item.token.colspan for item in texts.columns},
        remarks=remarks_in(texts, unknown),
        ignored=ignored,
        counted=bool(matching(others, COUNTER)),
        plain=not stands_behind(texts),
        doubts=tuple(doubts_of(texts.labels)),
    )


def without(
    others: Sequence[tokenizing.Token], tokens: Sequence[tokenizing.Token]
) -> list[tokenizing.Token]:
    """The tokens that are none of some others."""
    left = []
    for token in tokens:
        if token not in others:
            left.append(token)
    return left


def head_texts(tokens: Sequence[tokenizing.Token], form: Form, part: Part) -> HeadTexts:
    own = {column.label.text: column.label for column in part.columns}
    wanted = list(own.values())
    for label in form.labels:
        if label.kind in ("head", "caption") and label.text not in own:
            wanted.append(label)
    found, unknown = match_head(tokens, wanted)
    labels = last_head(found)
    return HeadTexts(tokens, labels, of_kind(labels, "column"), of_kind(labels, "head"), unknown)


def of_kind(labels: Sequence[FoundLabel], kind: LabelKind) -> list[FoundLabel]:
    found = []
    for item in labels:
        if item.label.kind == kind:
            found.append(item)
    return found


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


def doubts_of(found: Sequence[FoundLabel]) -> Iterator[tuple[str, str]]:
    for item in found:
        if labelling.doubtful_note(item.token.text, item.label):
            yield item.label.id if item.label.kind == "column" else "", item.token.text


# --- texts that are no label of the form ----------------------------------------------------------


def columns_apart(texts: HeadTexts) -> list[tokenizing.Token]:
    """The heads of columns that the form does not have: 行次, 同比, 上年; not the label of a row
    栏次 1 2 3 below the head.
    """
    rows_of_numbers = set()
    for token in texts.tokens:
        if token.kind == "figure":
            rows_of_numbers.add(token.row)
    found = []
    for token in matching(texts.unknown, OF_OTHERS):
        if token.row not in rows_of_numbers:
            found.append(token)
    return found


def ignored_columns(
    others: Sequence[tokenizing.Token], texts: HeadTexts, at: GridColumns, years: GridColumns
) -> frozenset[int]:
    """The grid columns of 行次, 同比, 上年: beside those of the form, or under one of them beside
    本年.
    """
    found = set()
    for token in others:
        has_column = token.grid > 0 and token.spans
        if has_column:
            found.add(token.column)
    for item in texts.columns:
        own = years.get(item.label.id)
        if own is not None:
            found |= {*item.token.columns} - {own}
    return frozenset(found.difference(at.values()))


def stands_behind(texts: HeadTexts) -> bool:
    """Whether another text of the head follows the last column's: 本年处理决定数量 over 上年 and
    本年.
    """
    columns = set(map(id, texts.column_tokens))
    others = set(map(id, texts.unknown))
    follows = False
    for token in texts.tokens:
        if id(token) in columns:
            follows = False
        elif id(token) in others and not COUNTER.fullmatch(token.squash):
            follows = True
    return follows


def strangers_in(
    texts: HeadTexts, unknown: Sequence[tokenizing.Token], at: GridColumns
) -> dict[int, str]:
    """Grid column -> a text among the heads of columns that no label explains."""
    found = {}
    for token in unknown:
        if is_among(token, texts.labels) and is_beside(token, at):
            found[token.column] = token.text
    return found


def is_among(token: tokenizing.Token, labels: Sequence[FoundLabel]) -> bool:
    """Whether a text stands in the rows of the heads' labels: 2020年总计 beside 总计."""
    rows = []
    for item in labels:
        if item.token.grid == token.grid:
            rows.append(item.token.row)
    between = range(min(rows, default=0), max(rows, default=-1) + 1)
    return token.grid > 0 and token.row in between


def is_beside(token: tokenizing.Token, at: GridColumns) -> bool:
    """Whether a text may head a column of its own: none of the form's is below it, nor are all of
    them further right.
    """
    spots = at.values()
    is_over_one = not set(token.columns).isdisjoint(spots)
    return token.column >= min(spots, default=0) and not is_over_one


def remarks_in(texts: HeadTexts, unknown: Sequence[tokenizing.Token]) -> tuple[str, ...]:
    """The texts of a flattened head that no label explains, below its first line: 2020年总计."""
    if not texts.labels:
        return ()
    first = min(item.token.row for item in texts.labels)
    found = []
    for token in unknown:
        if not token.grid and token.row > first:
            found.append(token.text)
    return tuple(found)


# --- 本年 beside 上年 -----------------------------------------------------------------------------


def year_columns(texts: HeadTexts) -> GridColumns | None:
    """Column id -> the grid column of 本年, where 上年 stands beside it under one label; None where
    that is not told.

    自然人 over 本年 and 上年: the figures of 本年 are the report's. Over 2023年 and 2022年 neither
    is certain.
    """
    last = matching(texts.tokens, OF_LAST_YEAR)
    this = matching(texts.tokens, OF_THIS_YEAR)
    found: GridColumns = {}
    for item in texts.columns:
        if not tokens_under(item.token, last):
            continue
        own = tokens_under(item.token, this)
        if len(own) != 1:
            return None
        found[item.label.id] = own[0].column
    return found


def matching(
    tokens: Sequence[tokenizing.Token], pattern: re.Pattern[str]
) -> list[tokenizing.Token]:
    found = []
    for token in tokens:
        if pattern.fullmatch(token.squash):
            found.append(token)
    return found


def tokens_under(
    label: tokenizing.Token, tokens: Sequence[tokenizing.Token]
) -> list[tokenizing.Token]:
    """The cells that begin below a label, in its columns of the same grid: 本年 and 上年."""
    found: list[tokenizing.Token] = []
    if not label.grid:
        return found
    for token in tokens:
        is_below = token.grid == label.grid and token.row > label.row
        if is_below and token.column in label.columns:
            found.append(token)
    return found


# --- the order of the columns ---------------------------------------------------------------------


def placed_columns(texts: HeadTexts, form: Form, part: Part) -> tuple[tuple[str, ...], GridColumns]:
    """Ids from left to right, () where that is uncertain, and their grid columns where these agree
    with it.
    """
    at = geometry(texts.columns)
    by_grid = tuple(sorted(at, key=at.__getitem__))
    order = reading_order(texts, part)
    if order is None:
        order = by_grid if is_covered(texts, form) else ()
    if is_contradicted(texts):
        order = ()
    return order, at if by_grid == order else {}


def geometry(columns: Sequence[FoundLabel]) -> GridColumns:
    """Column id -> grid column where each label has columns of its own in one grid with spans; else
    empty: 自然人 in column 3, 商业企业 in 4; not where both stand over 4.
    """
    if not is_one_grid(columns):
        return {}
    taken: set[int] = set()
    for item in columns:
        is_wide = item.token.colspan > item.label.box.width
        if is_wide or not taken.isdisjoint(item.token.columns):
            return {}
        taken.update(item.token.columns)
    return {item.label.id: item.token.column for item in columns}


def is_one_grid(columns: Sequence[FoundLabel]) -> bool:
    """Whether all labels stand in one grid, which tells their spans."""
    grids = {item.token.grid if item.token.spans else 0 for item in columns}
    return len(grids) == 1 and 0 not in grids


def is_contradicted(texts: HeadTexts) -> bool:
    """Whether two labels stand over one column of a grid, and none over one between the labels of
    the last row.

    Where a span was only forgotten, the labels of the last row stand side by side; these have
    changed places.
    """
    if not share_columns(texts.columns):
        return False
    last = max(tokenizing.rows_of(texts.column_tokens))
    labels = columns_in(texts.column_tokens, last)
    blanks = columns_in(texts.tokens, last, "blank")
    return not blanks.isdisjoint(range(min(labels) + 1, max(labels)))


def columns_in(
    tokens: Sequence[tokenizing.Token], row: int, kind: tokenizing.TokenKind = "text"
) -> set[int]:
    """The columns in which cells of a kind stand in a row of a grid."""
    found = set()
    for token in tokens:
        if token.row == row and token.kind == kind:
            found.add(token.column)
    return found


def share_columns(columns: Sequence[FoundLabel]) -> bool:
    """Whether two labels begin in one column of a grid that tells spans."""
    spots = set()
    for item in columns:
        if not item.token.spans:
            return False
        spots.add(item.token.column)
    return len(spots) < len(columns)


def is_covered(texts: HeadTexts, form: Form) -> bool:
    """Whether the geometry of a head in another than the official order can be relied on.

    It can where all columns stand in one row, or where each label over several columns
    (法人或其他组织) covers just those that officially lie under it: a cell lost from a head of
    several rows moves all that follow it.
    """
    if len(tokenizing.rows_of(texts.column_tokens)) == 1:
        return True
    present = {item.label.text: item.token for item in texts.heads}
    official = {}
    for label in form.labels:
        if label.kind == "head":
            official[label.text] = label
    for text, label in official.items():
        wanted = columns_under(label, texts.columns)
        covered = covered_by(present.get(text), texts.columns)
        if wanted not in (set(), covered):
            return False
    return True


def columns_under(head: Label, columns: Sequence[FoundLabel]) -> set[str]:
    """The columns that lie under a label over several in the official form: 商业企业 to 其他 under
    法人或其他组织.
    """
    found = set()
    for item in columns:
        box = item.label.box
        is_between = head.box.left <= box.left <= head.box.right
        if is_between and head.box.top < box.top:
            found.add(item.label.id)
    return found


def covered_by(token: tokenizing.Token | None, columns: Sequence[FoundLabel]) -> set[str]:
    """The columns that begin under a label as the source has it."""
    spots = token.columns if token else ()
    found = set()
    for item in columns:
        if item.token.column in spots:
            found.add(item.label.id)
    return found


def reading_order(texts: HeadTexts, part: Part) -> tuple[str, ...] | None:
    """Ids from left to right if the labels were read in the order of the official head, row by row
    or flat.

    In a head of several rows 总计 is read before 商业企业; only the label above them
    (法人或其他组织) tells such a head from one in which 总计 really stands further left, so without
    it the flat order alone is accepted.
    """
    read = texts.order
    official = []
    for column in part.columns:
        if column.id in read:
            official.append(column.label)
    flat = tuple(label.id for label in official)
    if read == flat:
        return flat
    over = heads_beside(texts, part)
    if not over or len(read) != len(flat):
        return None
    is_official = is_row_by_row(texts, [*official, *over])
    return flat if is_official else None


def is_row_by_row(texts: HeadTexts, labels: Sequence[Label]) -> bool:
    """Whether labels were read in the official order: 自然人 法人或其他组织 总计 商业企业 …."""
    official = sorted(labels, key=attrgetter("box.top", "box.left"))
    wanted = [label.text for label in official]
    found = []
    for item in texts.labels:
        if item.label.text in wanted:
            found.append(item.label.text)
    return found == wanted


def heads_beside(texts: HeadTexts, part: Part) -> list[Label]:
    """The labels over several columns on a line of the form on which columns' labels stand too."""
    tops = {column.label.box.top for column in part.columns}
    found = []
    for item in texts.heads:
        if item.label.box.top in tops:
            found.append(item.label)
    return found
