"""The text of a script -> the values that it writes down: JSON, and objects as JavaScript has them.

The source of a page -> its scripts and other elements, as they are written there.

Nothing is run. ``{title: 'A', rows: [[1, 2]]}`` is a dict; what is no literal (a call, a variable)
is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

DEEPEST = 60  # brackets within brackets
EFFORT = 6  # times the length of the text; a hostile one is given up
BLANK = re.compile(r"(?:\s|//[^\n]*)+")
STRING = re.compile(
    r'"([^"\\\n]*(?:\\.[^"\\\n]*)*)"|\'([^\'\\\n]*(?:\\.[^\'\\\n]*)*)\'|`([^`\\]*(?:\\.[^`\\]*)*)`',
    re.DOTALL,
)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
WORD = re.compile(r"[A-Za-z_$][\w$]*")
WORDS: dict[str, Json] = {"true": True, "false": False, "null": None, "undefined": None}
ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|(\r?\n)|(.))", re.DOTALL
)
LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "v": "\v"}
OPENERS = re.compile(r"[\[{\"'`]|//[^\n]*|/\*")
SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
FILLED_IN = re.compile(r"\$\{[^{}]*\}")
OPERAND = re.compile(r"[^+;,()\[\]{}\"'`\n]*(?:\([^()\"'`\n]*\))?[^+;,()\[\]{}\"'`\n]*")
GIVEN = re.compile(r"(\w+)[\"']?\s*[=:]\s*$")
NEAR = 60  # characters
OPENING = re.compile(
    r"<(script|textarea|noscript|template|xmp|datastore|record)\b([^<>]*)>", re.IGNORECASE
)
UNKNOWN = "\ufffd"  # what only running the script would tell


class NoValue(Exception):
    """What stands here is no literal."""


def values_in(text: str) -> Iterator[Json]:
    """The objects, lists and strings that a script writes down, as ``named_values`` finds them."""
    return (value for _, value in named_values(text))


def named_values(text: str) -> Iterator[tuple[str, Json]]:
    """The objects, lists and strings that a script writes down, the outermost ones, in order, each
    with the name that it is given (var demo = {…}), "" for none; not those in comments.

    What cannot be read to its end is given as far as it could be: {title: 'A', show: function ()
    {…}} is {title: A}.
    """
    reader = ValueReader(text)
    at = 0
    while (found := OPENERS.search(text, at)) is not None and reader.effort > 0:
        start, at = found.start(), found.end()
        if found[0].startswith("//"):
            continue
        if found[0] == "/*":
            at = reader.behind_comment(start)
            continue
        try:
            value, end = reader.value(start, 0)
        except NoValue:
            at = max(at, reader.reached)  # up to there stand only brackets without a value
            continue
        at = max(end, at)
        yield with_name(value, text[max(0, start - NEAR) : start].rstrip())


def with_name(value: Json, before: str) -> tuple[str, Json]:
    """(name, value) by what stands before a value: demo in var demo = {…}, rows in "rows": […]."""
    name = GIVEN.search(before)
    if isinstance(value, str) and before.endswith("+"):  # n + '82'
        value = f"{UNKNOWN}{value}"
    return name[1] if name else "", value


class ValueReader:
    """``effort`` is what may still be spent, in characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.effort = EFFORT * len(text) + 1_000
        self.reached = 0
        self.commented = len(text)  # from here on no comment ends

    def value(self, at: int, depth: int) -> tuple[Json, int]:
        """The value that begins at a place, and where it ends. Raises NoValue."""
        at = self.skipped(at)
        sign = self.text[at : at + 1]
        self.effort -= 1
        self.reached = at
        if depth > DEEPEST or self.effort <= 0:
            raise NoValue
        if sign == "{":
            return self.mapping(at + 1, depth + 1)
        if sign == "[":
            return self.row(at + 1, depth + 1)
        if sign in ('"', "'", "`"):
            return self.joined(at)
        return self.plain(at)

    def joined(self, at: int) -> tuple[str, int]:
        """A string, with those put behind it: 'a' + 'b' is ab, 'a' + n + 'b' is a, something
        unknown, and b.
        """
        value, at = self.string(at)
        pieces = [value]
        while self.text[(after := self.skipped(at)) : after + 1] == "+":
            at = self.skipped(after + 1)
            if self.text[at : at + 1] in ('"', "'", "`"):
                value, at = self.string(at)
                pieces.append(value)
            else:
                at = self.behind_operand(at)
                pieces.append(UNKNOWN)
        return "".join(pieces), at

    def behind_operand(self, at: int) -> int:
        operand = OPERAND.match(self.text, at)
        return operand.end() if operand else at

    def skipped(self, at: int) -> int:
        """Behind blanks and comments."""
        while True:
            found = BLANK.match(self.text, at)
            at = found.end() if found else at
            if not self.text.startswith("/*", at):
                return at
            at = self.behind_comment(at)

    def behind_comment(self, at: int) -> int:
        """Behind a comment; one that is never closed is none."""
        end = self.text.find("*/", at + 2) if at < self.commented else -1
        if end < 0:
            self.commented = min(self.commented, at)
        return end + 2 if end >= 0 else at + 2

    def mapping(self, at: int, depth: int) -> tuple[Json, int]:
        found: dict[str, Json] = {}
        try:
            while (at := self.skipped(at)) < len(self.text) and self.text[at] != "}":
                key, behind = self.key(at)
                found[key], at = self.value(behind, depth)
                at = self.after_comma(at, "}")
            return found, at + 1
        except NoValue:
            return self.as_far(found, at)

    def row(self, at: int, depth: int) -> tuple[Json, int]:
        found: list[Json] = []
        try:
            while (at := self.skipped(at)) < len(self.text) and self.text[at] != "]":
                value, at = self.value(at, depth)
                found.append(value)
                at = self.after_comma(at, "]")
            return found, at + 1
        except NoValue:
            return self.as_far(found, at)

    def as_far(self, found: Json, at: int) -> tuple[Json, int]:
        """What was read of a value that could not be read to its end.

        Raises NoValue where that is nothing.
        """
        if not found or self.effort <= 0:
            raise NoValue
        return found, at

    def after_comma(self, at: int, end: str) -> int:
        at = self.skipped(at)
        if self.text[at : at + 1] == ",":
            return at + 1
        if self.text[at : at + 1] != end:
            raise NoValue
        return at

    def key(self, at: int) -> tuple[str, int]:
        found = WORD.match(self.text, at) or NUMBER.match(self.text, at)
        if found:
            name, at = found[0], found.end()
        else:
            name, at = self.string(at)
        at = self.skipped(at)
        if self.text[at : at + 1] != ":":
            raise NoValue
        return name, at + 1

    def string(self, at: int) -> tuple[str, int]:
        found = STRING.match(self.text, at)
        if found is None:
            self.effort -= len(self.text) - at  # looked through for its end
            raise NoValue
        self.effort -= found.end() - at
        body = next(group for group in found.groups() if group is not None)
        filled = FILLED_IN.sub(UNKNOWN, body) if found[0][0] == "`" else body
        return unescaped(filled), found.end()

    def plain(self, at: int) -> tuple[Json, int]:
        """A number, or true, false, null; None for a variable's name."""
        number = NUMBER.match(self.text, at)
        if number:
            self.effort -= number.end() - at
            whole = number[0].lstrip("-").isdigit() and len(number[0]) < 16
            return (int(number[0]) if whole else number[0]), number.end()
        word = WORD.match(self.text, at)
        if word is None:
            raise NoValue
        return WORDS.get(word[0]), word.end()


def unescaped(body: str) -> str:
    r"""``\u4fe1\/`` as a person reads it."""
    if "\\" not in body:
        return body
    text = ESCAPE.sub(one_letter, body)
    return SURROGATES.sub(
        lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text
    )


def one_letter(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        if number < 0x110000:
            return chr(number)
        return ""
    if match[4]:  # a line of the script that goes on
        return ""
    return LETTERS.get(match[5], match[5])


# --- elements -------------------------------------------------------------------------------------


class Element(NamedTuple):
    """A script, textarea or the like: its name, its attributes and content as written, where it
    stands.
    """

    name: str
    attributes: str
    content: str
    start: int
    end: int


def elements(text: str, *names: str) -> Iterator[Element]:
    """The elements of these names, outermost, in order.

    One that is never closed ends with nothing.
    """
    lower = text.lower()
    sought = set(names)
    at = 0
    while (tag := OPENING.search(text, at)) is not None:
        at = tag.end()
        name = tag[1].lower()
        if name not in sought:
            continue
        end = lower.find(f"</{name}", at)
        if end < 0:
            sought.discard(name)
            continue
        yield Element(name, tag[2], text[at:end], tag.start(), end)
        at = end


def without(text: str, *names: str) -> str:
    """The text without such elements."""
    pieces, at = [], 0
    for element in elements(text, *names):
        pieces.append(text[at : element.start])
        at = element.end
    return " ".join((*pieces, text[at:]))
