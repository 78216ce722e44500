"""A text -> a refusal of what is no report by its size.

It is counted at the speed of a search, before any parser sees the text.
"""

from __future__ import annotations

import re

from gongkai.model import UnreadableDocument

MOST_LINES = 200_000  # a report has some thousands
LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
MANY_TAGS = 20_000  # with fewer, nesting is not searched for
MOST_TAGS = 500_000  # with more, it is no report
DEEPEST = 20_000  # open tags; the parser's time grows with the square of the depth
MOST_ATTRIBUTES = 1_000  # of one tag; the parser's time grows with the square of their number
# Characters: attributes are counted in larger pages, and where no tag ends for so long.
LARGE = 400_000
WINDOW = 10_000
HUGE = 4_000_000  # characters; in such a page those of all tags together

TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.IGNORECASE)
VOID = (
    "area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param",
    "source", "wbr",
)  # fmt: skip
# Those that end by themselves too.
NEVER_DEEP = frozenset((*VOID, "p", "li", "tr", "td", "th", "option", "dd", "dt"))
ATTRIBUTE = re.compile(
    r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>]*+))?+"""
)
WHOLE_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?:script|style)\b.*?(?:</(?:script|style)|\Z)|"
    rf"<[a-z][^\s/>]*+((?:{ATTRIBUTE.pattern})*+)",
    re.IGNORECASE | re.DOTALL,
)


def refuse_lines(text: str) -> None:
    """Raise UnreadableDocument for a text of too many lines, blank ones counted.

    Every line is a token to recognition: a file of a million line ends would keep it busy for
    minutes.
    """
    if len(text) > MOST_LINES and sum(map(text.count, LINE_ENDS)) - text.count("\r\n") > MOST_LINES:
        raise UnreadableDocument(f"超过{MOST_LINES}行，不是年度报告；请检查网址或文件是否正确。")


def refuse_tags(text: str) -> None:
    """Raise UnreadableDocument for a page with tags, attributes or nesting beyond all sense."""
    tags = text.count("<")
    if tags > MOST_TAGS:
        raise UnreadableDocument(
            f"网页的标签超过{MOST_TAGS}个，不是年度报告的网页；请检查网址或文件是否正确。"
        )
    if tags > MANY_TAGS and too_deep(text):
        raise UnreadableDocument(
            f"网页的标签嵌套超过{DEEPEST}层，不是正常的网页；"
            f"请在浏览器中打开后另存为网页，再导入该文件。"
        )
    is_worth_counting = len(text) > LARGE or has_long_stretch(text)
    if is_worth_counting and too_many_attributes(text):
        raise UnreadableDocument("网页标签的属性过多，不是正常的网页；请检查网址或文件是否正确。")


def has_long_stretch(text: str) -> bool:
    """Whether no tag ends for so long that one may have more attributes than any page needs."""
    starts = range(0, len(text) - WINDOW, WINDOW)
    return any(text.find(">", at, at + WINDOW) < 0 for at in starts)


def too_deep(text: str) -> bool:
    """Whether more tags are open at once than allowed; an end tag ends one of its name only."""
    depths: dict[str, int] = {}
    depth = 0
    for match in TAG.finditer(text):
        name = match[2].lower()
        if name in NEVER_DEEP:
            continue
        if not match[1]:
            depths[name] = depths.get(name, 0) + 1
            depth += 1
            if depth > DEEPEST:
                return True
        elif depths.get(name):
            depths[name] -= 1
            depth -= 1
    return False


def too_many_attributes(text: str) -> bool:
    """Whether a tag has too many attributes, or all tags of a huge page together have.

    Scripts, styles and comments are passed over. Each attribute takes two characters at least.
    """
    shortest = 0 if len(text) > HUGE else 2 * MOST_ATTRIBUTES
    total = 0
    for match in WHOLE_TAG.finditer(text):
        attributes = match[1] or ""
        if len(attributes) <= shortest:
            continue
        number = sum(1 for _ in ATTRIBUTE.finditer(attributes))
        total += number
        if number > MOST_ATTRIBUTES or total > MOST_TAGS:
            return True
    return False
