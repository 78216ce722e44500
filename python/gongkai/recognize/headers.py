"""The head above a part of a table -> which columns stand there, in which order and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gongkai.model import Form, Label, Part
from gongkai.recognize.labels import LONGEST_LABEL, alike_enough, bare
from gongkai.recognize.tokens import Token, squash

JOINED_LINES = 6


@dataclass(frozen=True, slots=True)
class Head:
    """``columns``: ids from left to right, () where their order is uncertain. ``at``: id -> grid column, or empty
    where the geometry contradicts the reading order. ``strangers``: grid column -> a head that no label explains.
    ``widths``: id -> grid columns that the label of a column covers, for all that were found; ``remarks``: texts of a
    flattened head that no label explains.
    """

    columns: tuple[str, ...]
    grid: int
    at: dict[str, int]
    strangers: dict[int, str]
    widths: dict[str, int]
    remarks: tuple[str, ...]


NO_HEAD = Head((), 0, {}, {}, {}, ())


@dataclass(frozen=True, slots=True)
class FoundLabel:
    label: Label
    token: Token


def read_head(tokens: Sequence[Token], form: Form, part: Part) -> Head:
    """The head of ``part`` in ``tokens``, which end where its first row of figures begins."""
    wanted = {column.label.text: column.label for column in part.columns}
    others = [label for label in form.labels if label.kind in ("head", "caption") and label.text not in wanted]
    found, unknown = match_head(tokens, [*wanted.values(), *others])
    found = last_head(found)
    columns = [item for item in found if item.label.kind == "column"]
    at = geometry(columns)
    order = reading_order(found, part)
    if order is None:
        order = tuple(sorted(at, key=at.__getitem__)) if is_covered(found, columns, form) else ()
    if is_contradicted(tokens, columns):
        order = ()
    if at and tuple(sorted(at, key=at.__getitem__)) != order:
        at = {}
    strangers = {token.column: token.text for token in unknown if is_stranger(token, found, at)}
    widths = {item.label.id: item.token.colspan for item in columns}
    first = min((item.token.row for item in found), default=0)
    remarks = tuple(token.text for token in unknown if not token.grid and token.row > first) if found else ()
    return Head(order, columns[0].token.grid if columns else 0, at, strangers, widths, remarks)


def is_stranger(token: Token, found: Sequence[FoundLabel], at: dict[str, int]) -> bool:
    """Whether a text that no label explains stands among the heads of columns: then it may be a column of its own."""
    rows = [item.token.row for item in found if item.token.grid == token.grid]
    if not token.grid or not rows or not min(rows) <= token.row <= max(rows):
        return False
    over = range(token.column, token.column + token.colspan)
    return token.column >= min(at.values(), default=0) and not any(column in over for column in at.values())


def match_head(tokens: Sequence[Token], labels: Sequence[Label]) -> tuple[list[FoundLabel], list[Token]]:
    """Labels of a head found in tokens, in reading order, and the texts that none of them explains."""
    exact = {squash(text): label for label in labels for text in (label.text, *label.aliases)}
    found: list[FoundLabel] = []
    unknown: list[Token] = []
    at = 0
    while at < len(tokens):
        if tokens[at].kind != "text":
            at += 1
            continue
        end, label = longest(tokens, at, exact)
        if label is None:
            label = likely(tokens[at], labels)
            end = at + 1
        if label is None:
            unknown.append(tokens[at])
        else:
            found.append(FoundLabel(label, tokens[at]))
        at = end
    return found, unknown


def longest(tokens: Sequence[Token], start: int, exact: dict[str, Label]) -> tuple[int, Label | None]:
    """The longest join of lines from ``start`` that is a label: (end, label), or (start + 1, None)."""
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
        ((ratio(token.squash, squash(label.text)) / 100, n) for n, label in enumerate(labels)), reverse=True
    )
    (score, number), rival = scores[0], scores[1][0] if len(scores) > 1 else 0.0
    label = labels[number]
    return label if alike_enough(score, label) and score - rival >= 0.15 and bare(token.text) else None


def last_head(found: Sequence[FoundLabel]) -> list[FoundLabel]:
    """What follows the last repetition: of a head printed twice only the one next to the figures counts."""
    kept: list[FoundLabel] = []
    seen: set[str] = set()
    for item in found:
        if item.label.kind == "column" and item.label.id in seen:
            kept, seen = [], set()
        kept.append(item)
        seen.add(item.label.id)
    return kept


def geometry(columns: Sequence[FoundLabel]) -> dict[str, int]:
    """Column id -> grid column where each label has columns of its own in one grid with spans; else empty."""
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
    """Whether two labels stand over one column of a grid, and none over one between the labels of the last row.

    Where a span was only forgotten, the labels of the last row stand side by side; these have changed places.
    """
    if len({item.token.column for item in columns}) == len(columns) or not all(item.token.spans for item in columns):
        return False
    last = columns and max(item.token.row for item in columns)
    labelled = [item.token.column for item in columns if item.token.row == last]
    blanks = [token.column for token in tokens if token.row == last and token.kind == "blank"]
    return any(min(labelled) < column < max(labelled) for column in blanks)


def is_covered(found: Sequence[FoundLabel], columns: Sequence[FoundLabel], form: Form) -> bool:
    """Whether the geometry of a head in another than the official order can be relied on.

    It can where all columns stand in one row, or where each label over several columns (法人或其他组织) covers just
    those that officially lie under it: a cell lost from a head of several rows moves all that follow it.
    """
    if len({item.token.row for item in columns}) == 1:
        return True
    over = {label.text: label.box for label in form.labels if label.kind == "head"}
    present = {item.label.text: item.token for item in found if item.label.kind == "head"}
    for text, box in over.items():
        under = {c.label.id for c in columns if box.top < c.label.box.top and box.left <= c.label.box.left <= box.right}
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
    """Ids from left to right if the labels were read in the order of the official head, row by row or flat.

    In a head of several rows 总计 is read before 商业企业; only the label above them (法人或其他组织) tells such
    a head from one in which 总计 really stands further left, so without it the flat order alone is accepted.
    """
    present = {item.label.id for item in found if item.label.kind == "column"}
    flat = tuple(column.id for column in part.columns if column.id in present)
    read = tuple(item.label.id for item in found if item.label.kind == "column")
    if read == flat:
        return flat
    tops = {column.label.box.top for column in part.columns}
    over = [item.label for item in found if item.label.kind == "head" and item.label.box.top in tops]
    if not over or len(read) != len(present):
        return None
    official = [column.label for column in part.columns if column.id in present] + over
    official.sort(key=lambda label: (label.box.top, label.box.left))
    kinds = {label.text for label in official}
    texts = [item.label.text for item in found if item.label.text in kinds]
    return flat if texts == [label.text for label in official] else None
