"""Characters with their places -> lines of text: blanks from the gaps, raised marks set apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gongkai.readers.blocks import RAISED, settle
from gongkai.readers.layout.ink import Char
from gongkai.readers.layout.visible import turned

SAME_LINE = 0.4  # of the size, between the middles
GAP, GAP_MIXED, GAP_WIDE = (
    0.2,
    0.45,
    0.6,
)  # of the size: between digits or letters; beside an ideograph; between two
SMALL, SHIFTED = 0.75, 0.25  # of the size: from there on a character is a mark beside the others
SAME_RUN = 0.6  # of the size, between the feet of two characters
TOGETHER = (-0.5, 1.0)  # of the size, from the end of a character to the next one of its run
SAME_SIZE = 0.02  # of the size
BLANK = 0.3  # of the size, from there on a blank stands between them
FIRST_WIDE = "\u2e80"  # ideographs and full-width forms come from here on


@dataclass(slots=True)
class CharLine:
    """A line of characters from left to right."""

    chars: list[Char]
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


def lines_of(chars: Sequence[Char]) -> list[CharLine]:
    """Lines from top to bottom. All characters must run to the right."""
    lines: list[CharLine] = []
    for char in sorted(chars, key=lambda char: (char.top + char.bottom) / 2):
        middle = (char.top + char.bottom) / 2
        near = [
            line
            for line in lines[-3:]
            if abs(line.middle - middle) < SAME_LINE * max(line.size, char.size)
        ]
        if not near:
            lines.append(CharLine([char], middle, char.size))
            continue
        line = min(near, key=lambda line: abs(line.middle - middle))
        line.chars.append(char)
        if char.size > line.size * 1.05:
            line.middle, line.size = middle, char.size
    for line in lines:
        line.chars.sort(key=lambda char: char.x0)
    return sorted(lines, key=lambda line: line.middle)


def gap_of(before: Char, after: Char) -> float:
    """Points that must lie between two characters for a blank to be there."""
    wide = (before.text >= FIRST_WIDE) + (after.text >= FIRST_WIDE)
    return (GAP, GAP_MIXED, GAP_WIDE)[wide] * max(min(before.size, after.size), 1.0)


def words_of(chars: Sequence[Char]) -> list[list[Char]]:
    """The characters of a line, cut where a blank is."""
    words: list[list[Char]] = []
    for char in chars:
        if words and char.x0 - words[-1][-1].x1 <= gap_of(words[-1][-1], char):
            words[-1].append(char)
        else:
            words.append([char])
    return words


def line_text(chars: Sequence[Char]) -> str:
    return " ".join(word_text(word) for word in words_of(chars))


def word_text(word: Sequence[Char]) -> str:
    """The text of a word, with what stands smaller or higher beside the rest set apart as in
    ``marks``.
    """
    main = max(word, key=lambda char: char.size)
    pieces = []
    for char in word:
        shifted = (
            abs(char.bottom - main.bottom) > SHIFTED * main.size or char.size < SMALL * main.size
        )
        pieces.append(
            f"\0{RAISED}({char.text}\0{RAISED})"
            if shifted and main.size - char.size >= 0
            else char.text
        )
    if len(pieces) == sum(map(len, pieces)):
        return "".join(pieces)
    return settle("".join(pieces).replace(f"\0{RAISED})\0{RAISED}(", ""))


def text_of(chars: Sequence[Char], width: float, height: float) -> str:
    """The text of a cell or another area: its lines, one each; those that run in other directions
    after the others.
    """
    texts = []
    for turn in (0, 90, 270, 180):
        here = [char for char in chars if char.turn == turn]
        if turn and here:
            moved = [
                turned((char.x0, char.top, char.x1, char.bottom), turn, width, height)
                for char in here
            ]
            here = [
                char._replace(x0=box[0], top=box[1], x1=box[2], bottom=box[3], turn=0)
                for char, box in zip(here, moved, strict=True)
            ]
        texts += [line.text for line in lines_of(here)]
    return "\n".join(texts)


# --- as it was painted ----------------------------------------------------------------------------


def runs_of(chars: Iterable[Char]) -> list[str]:
    """The texts in the order in which they are painted, blank ones left out.

    Characters that follow each other in one line of the page are a run: a figure, or a line of a
    label.
    """
    runs: list[str] = []
    run, last = "", None
    for char in chars:
        if last is not None and not goes_on(last, char):
            runs.append(run)
            run = ""
        elif last is not None and char.x0 - last.x1 > BLANK * char.size:
            run += " "
        run, last = run + char.text, char
    return [run for run in (*runs, run) if run.strip()]


def goes_on(last: Char, char: Char) -> bool:
    """A raised 2 after 12 begins a run of its own: it must not make 122 of it."""
    gap = (char.x0 - last.x1) / max(char.size, 1.0)
    alike = abs(char.size - last.size) <= SAME_SIZE * char.size
    level = abs(char.bottom - last.bottom) <= SAME_RUN * char.size
    return alike and level and char.turn == last.turn and TOGETHER[0] < gap < TOGETHER[1]
