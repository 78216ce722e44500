"""What a paragraph has said so far, and what a figure in it is found to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gongkai.checks.narrative.meaning import CARRIED, Meaning, Picks
from gongkai.checks.narrative.tokens import Token
from gongkai.model import Figure


class Said(NamedTuple):
    """A figure and what it is said to count; ``start`` and ``end`` are those of its clause in the paragraph.

    ``scope`` holds the classes of the scope words for it, ``unit`` tells that another body is named as its owner;
    ``kept`` that its sentence has no such words, and those of the sentence before hold on.
    """

    meaning: Meaning
    figure: Figure
    step: Figure
    sure: bool
    scope: frozenset[str]
    unit: bool
    start: int
    end: int
    kept: bool


class Owner(NamedTuple):
    """Whose figures are told: the classes of the scope words for them, and whether another body is named."""

    scope: frozenset[str] = frozenset()
    unit: bool = False


NOBODY = Owner()


class Context(NamedTuple):
    """What earlier paragraphs leave behind: the topic of the heading above, a short paragraph without figures, and
    whether they are ``about`` the disclosure of information; ``close`` and ``owner`` as in State.
    """

    topic: str = ""
    about: bool = False
    close: bool = False
    owner: Owner = NOBODY


class Paragraph(NamedTuple):
    """A tidied paragraph, its tokens, and the year and the body of its report."""

    text: str
    tokens: Sequence[Token]
    year: int | None
    agency: str


@dataclass
class State:
    """What the text so far means for the next figure: the fields down to ``owner`` hold for the paragraph, the rest for
    a sentence.

    ``close`` tells that the sentence, or the one before, speaks of disclosure, so that 行政复议 is one about it.
    ``rows`` are those of 表三 that a split by applicants may be of, ``latest`` the one spoken of last. ``doubt`` tells
    that the subject was not named in words that are all understood, ``owner`` whose figures the sentence before told of
    first, ``named`` that this one has words of its own for that, ``first`` whose its own first figure is.
    ``sorting`` tells that documents are sorted by 主动公开, 依申请公开 and 不予公开, ``astray`` that something else was
    counted, ``narrow`` that documents are those of one field, ``split`` that a row has been spoken of, ``said`` that a
    figure was understood, and ``stem`` what the text was on before a split by unknown things.
    """

    subject: str = ""
    about: bool = False
    close: bool = False
    rows: tuple[Picks, ...] = ()
    latest: Picks = ()
    doubt: bool = False
    owner: Owner = NOBODY
    scope: frozenset[str] = frozenset()
    unit: bool = False
    named: bool = False
    first: Owner | None = None
    other_year: bool = False
    own_year: bool = False
    cumulative: bool = False
    among: bool = False
    sorting: bool = False
    astray: bool = False
    narrow: bool = False
    split: bool = False
    said: bool = False
    stem: str = ""
    seen: dict[Picks, bool] = field(default_factory=dict)

    def new_sentence(self) -> State:
        owner = self.first or self.owner
        return State(
            self.subject,
            self.about,
            self.said,
            self.rows,
            self.latest,
            self.doubt,
            owner,
            *owner,
            stem=self.stem,
            astray=self.astray and not self.about,
        )

    def tells(self, picks: Picks) -> None:
        """A row of 表三 has been spoken of: what a split that follows may be of."""
        if self.split and picks in CARRIED:
            self.rows = tuple(dict.fromkeys((*self.rows, picks)))
        else:
            self.rows = tuple(dict.fromkeys((picks, *self.rows))) if self.split else (picks,)
        self.split, self.latest = True, picks
