"""Titles of other reports among the tables: a table that follows one may belong to that report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gongkai.bodies import may_be_one
from gongkai.figures import clean
from gongkai.recognize.cover import agency_of, body_in, is_title, line_above, tidy_title, year_of
from gongkai.recognize.tokens import Token


@dataclass(frozen=True, slots=True)
class Mixed:
    """Titles of other bodies' or years' reports: ``before`` the nearest one above the tables, "" where that is the
    report's own; ``within`` table id -> the one that stands between the first table and this one."""

    before: str
    within: dict[str, str]


def foreign_titles(
    tokens: Sequence[Token], starts: Mapping[str, int], links: Collection[str], agency: str, year: int | None
) -> Mixed:
    """``starts`` are the tokens at which the tables begin. Titles that are links belong to a menu or a list of pages,
    those behind all tables to what follows."""
    first, last = min(starts.values(), default=0), max(starts.values(), default=0)
    titles = {at: title for at in range(last) if (title := title_at(tokens, at)) and tokens[at].text not in links}
    foreign = {at for at, title in titles.items() if is_foreign(title, agency, year)}
    nearest = max((at for at in titles if at < first), default=-1)
    within = {}
    for table, start in starts.items():
        spots = [at for at in foreign if first < at < start]
        if spots:
            within[table] = titles[max(spots)]
    return Mixed(titles[nearest] if nearest in foreign else "", within)


def title_at(tokens: Sequence[Token], at: int) -> str:
    """The title that a token is, completed by the body's name on the line above; "" for any other token."""
    if "公开" not in tokens[at].text:
        return ""
    title = tidy_title(clean(tokens[at].text))
    if not is_title(title):
        return ""
    above = [clean(tokens[at - 1].text)] if at else []
    return title if body_in(title) else line_above(title, [*above, title]) + title


def is_foreign(title: str, agency: str, year: int | None) -> bool:
    named = year_of(title, "")
    return bool(year and named and named != year) or not may_be_one(agency_of(title, ()), agency)
