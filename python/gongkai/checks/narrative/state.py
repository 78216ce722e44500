"""Room: checks. What a paragraph has said so far, and what a figure in it is found to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from gongkai.checks.narrative.meaning import Meaning, Picks
from gongkai.model import Figure


class Said(NamedTuple):
    """A figure and what it is said to count; ``start`` and ``end`` are those of its clause in the paragraph.

    ``scope`` holds the classes of the scope words for it, ``unit`` tells that another body is named as its owner.
    """

    meaning: Meaning
    figure: Figure
    step: Figure
    sure: bool
    scope: frozenset[str]
    unit: bool
    start: int
    end: int


class Context(NamedTuple):
    """What earlier paragraphs leave behind: the topic of the heading above, a short paragraph without figures, and
    whether they are ``about`` the disclosure of information, so that 行政复议 is one about it.
    """

    topic: str = ""
    about: bool = False


@dataclass
class State:
    """What the text so far means for the next figure: the first four fields hold for the paragraph, the rest for a
    sentence. ``doubt`` tells that the subject was not named in words that are all understood.
    """

    subject: str = ""
    about: bool = False
    row: Picks = ()
    doubt: bool = False
    other_year: bool = False
    own_year: bool = False
    cumulative: bool = False
    scope: frozenset[str] = frozenset()
    unit: bool = False
    among: bool = False
    seen: dict[Picks, bool] = field(default_factory=dict)

    def new_sentence(self) -> State:
        return State(self.subject, self.about, self.row, self.doubt)
