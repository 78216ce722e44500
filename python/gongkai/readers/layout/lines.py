"""Characters with their places -> lines of text: blanks from the gaps, raised marks set apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from operator import attrgetter

from gongkai.readers.blocks import RAISED, settle
from gongkai.readers.layout import ink, visible

SAME_LINE = 0.4  # of the size, between the middles
# Of the size, from there on a blank is between two characters.
GAP = 0.2  # between digits or letters
GAP_MIXED = 0.45  # beside an ideograph
GAP_WIDE = 0.6  # between two ideographs
# Of the size, from there on a character is a mark beside the others.
SMALL, SHIFTED = 0.75, 0.25
LARGER = 1.05  # of the size of its line, from there on a character gives the line its size
SAME_RUN = 0.6  # of the size, between the feet of two characters
TOGETHER = (-0.5, 1.0)  # of the size, from the end of a character to the next one of its run
SAME_SIZE = 0.02  # of the size
BLANK = 0.3  # of the size, from there on a blank stands between them
FIRST_WIDE = "\u2e80"  # ideographs and full-width forms come from here on


@dataclass(slots=True)
class CharLine:
    """A line of characters from left to right."""

    chars: list[ink.Char]
    middle: float
    size: float

    @property
    def x0(self) -> float:
        return self.chars[0].x0

    @property
    def x1(self) -> float:
        return max(char.x1 for char in self.chars)

    @property
    def top(self) -> float:
        return min(char.top for char in self.chars)

    @property
    def bottom(self) -> float:
        return max(char.bottom for char in self.chars)

    @property
    def text(self) -> str:
        return line_text(self.chars)


def lines_of(chars: Sequence[ink.Char]) -> list[CharLine]:
    """Lines from top to bottom. All characters must run to the right: 规章 at a level of 80 and 2
    at 81 are one line, 行政许可 at 100 is another.
    """
    lines: list[CharLine] = []
    for char in sorted(chars, key=attrgetter("level")):
        line = nearest_line(lines[-3:], char)
        if line is None:
            lines.append(CharLine([char], char.level, char.size))
            continue
        line.chars.append(char)
        if char.size > line.size * LARGER:
            line.middle, line.size = char.level, char.size
    for line in lines:
        line.chars.sort(key=attrgetter("x0"))
    return sorted(lines, key=attrgetter("middle"))


def nearest_line(lines: Sequence[CharLine], char: ink.Char) -> CharLine | None:
    """The line to which a character belongs: a raised 2 stands nearer to its 12 than to the row
    above. None where it begins a line of its own.
    """
    found: CharLine | None = None
    least = inf
    for line in lines:
        apart = abs(line.middle - char.level)
        if apart < least and apart < SAME_LINE * max(line.size, char.size):
            found, least = line, apart
    return found


def gap_of(before: ink.Char, after: ink.Char) -> float:
    """Points that must lie between two characters for a blank to be there."""
    wide = (before.text >= FIRST_WIDE) + (after.text >= FIRST_WIDE)
    return (GAP, GAP_MIXED, GAP_WIDE)[wide] * max(min(before.size, after.size), 1.0)


def words_of(chars: Sequence[ink.Char]) -> list[list[ink.Char]]:
    """The characters of a line, cut where a blank is."""
    words: list[list[ink.Char]] = []
    for char in chars:
        if words and char.x0 - words[-1][-1].x1 <= gap_of(words[-1][-1], char):
            words[-1].append(char)
        else:
            words.append([char])
    return words


def line_text(chars: Sequence[ink.Char]) -> str:
    return " ".join(map(word_text, words_of(chars)))


def word_text(word: Sequence[ink.Char]) -> str:
    """The text of a word, with what stands smaller or higher beside the rest set apart as in
    ``marks``: 12 and a raised 2 -> 12^2.
    """
    main = max(word, key=attrgetter("size"))
    pieces: list[str] = []
    for char in word:
        if is_raised(char, main):
            pieces.append(f"\0{RAISED}({char.text}\0{RAISED})")
        else:
            pieces.append(char.text)
    text = "".join(pieces)
    if len(text) == len(pieces):
        return text  # without marks
    return settle(text.replace(f"\0{RAISED})\0{RAISED}(", ""))


def is_raised(char: ink.Char, main: ink.Char) -> bool:
    """Whether a character is a mark beside the largest one of its word."""
    is_shifted = abs(char.bottom - main.bottom) > SHIFTED * main.size
    is_small = char.size < SMALL * main.size
    return is_shifted or is_small


def text_of(chars: Sequence[ink.Char], width: float, height: float) -> str:
    """The text of a cell or another area: its lines, one each.

    Those that run in other directions stand after the others: 信息公开 upwards beside its rows.
    """
    texts: list[str] = []
    for turn in (0, 90, 270, 180):
        here: list[ink.Char] = []
        for char in chars:
            if char.turn == turn:
                here.append(turned_right(char, width, height))
        texts += [line.text for line in lines_of(here)]
    return "\n".join(texts)


def turned_right(char: ink.Char, width: float, height: float) -> ink.Char:
    """A character of a page as it stands once its line runs to the right."""
    if not char.turn:
        return char
    x0, top, x1, bottom = visible.turned(char.bounds, char.turn, width, height)
    return char._replace(x0=x0, top=top, x1=x1, bottom=bottom, turn=0)


# --- as it was painted ----------------------------------------------------------------------------


def runs_of(chars: Iterable[ink.Char]) -> list[str]:
    """The texts in the order in which they are painted, blank ones left out.

    Characters that follow each other in one line of the page are a run: a figure, or a line of a
    label.
    """
    runs: list[str] = []
    last: ink.Char | None = None
    for char in chars:
        if last is not None and goes_on(last, char):
            runs[-1] += blank_between(last, char) + char.text
        else:
            runs.append(char.text)
        last = char
    return list(filter(str.strip, runs))


def blank_between(last: ink.Char, char: ink.Char) -> str:
    if char.x0 - last.x1 > BLANK * char.size:
        return " "
    return ""


def goes_on(last: ink.Char, char: ink.Char) -> bool:
    """A raised 2 after 12 begins a run of its own: it must not make 122 of it."""
    if char.turn != last.turn:
        return False
    gap = (char.x0 - last.x1) / max(char.size, 1.0)
    is_beside = TOGETHER[0] < gap < TOGETHER[1]
    is_as_large = abs(char.size - last.size) <= SAME_SIZE * char.size
    is_level = abs(char.bottom - last.bottom) <= SAME_RUN * char.size
    return is_beside and is_as_large and is_level
