"""The report's own body where prose names it, in full or in part; other words stand in such names."""

from __future__ import annotations

import re

from gongkai.checks.narrative.words import lexicon

OWN = "\ue000"  # stands for a character of the body's name; no page holds it
ENDINGS = re.compile(r"(?:人民政府|政府|办事处|管理委员会|管委会|办公室|办公厅)$")
SHORTEST = 4  # characters of a name that tell it from another body's


def without_own_name(text: str, agency: str) -> str:
    """A text of the same length in which the names of the report's own body are blotted out."""
    text = text.replace(OWN, " ")
    for name in dict.fromkeys((agency, ENDINGS.sub("", agency))):
        if len(name) >= SHORTEST - 1:
            text = blotted(text, name)
    return text


def blotted(text: str, name: str) -> str:
    """Each end of the name in a text, as far to the left as it goes on, unless that much is a word of its own."""
    pieces, done, tail = [], 0, name[-2:]
    at = text.find(tail)
    while at >= 0:
        length = 2
        while length < min(len(name), at + 2 - done) and text[at + 1 - length] == name[-length - 1]:
            length += 1
        start, end = at + 2 - length, at + 2
        if (length == len(name) or length >= SHORTEST) and text[start:end] not in lexicon():
            pieces += [text[done:start], OWN * length]
            done = end
        at = text.find(tail, at + 1)
    return "".join([*pieces, text[done:]])
