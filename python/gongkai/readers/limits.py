"""A text -> a refusal of what is no report by its size, before any parser sees it."""

from __future__ import annotations

import re

from gongkai.model import UnreadableDocument

# Counted at the speed of a search, before any parser sees the text.

MOST_LINES = 200_000  # a report has some thousands
LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
MANY_TAGS, MOST_TAGS = (
    20_000,
    500_000,
)  # with fewer, nesting is not searched for; with more, it is no report
DEEPEST = 20_000  # open tags; the parser's time grows with the square of the depth
MOST_ATTRIBUTES = 1_000  # of one tag; the parser's time grows with the square of their number
LARGE, WINDOW = (
    400_000,
    10_000,
)  # characters; in larger pages, and where no tag ends for so long, they are counted
HUGE = 4_000_000  # characters; in such a page those of all tags together

TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.IGNORECASE)
VOID = (
    "area",
    "base",
    "br",
    "col",
    "embed",
    "frame",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "param",
    "source",
    "wbr",
)
NEVER_DEEP = frozenset(
    (*VOID, "p", "li", "tr", "td", "th", "option", "dd", "dt")
)  # those that end by themselves too
ATTRIBUTE = re.compile(
    r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>]*+))?+"""
)
WHOLE_TAG = re.compile(
    (
        rf"<!--.*?(?:-->|\Z)|<(?:script|style)\b.*?(?:</(?:script|style)|\Z)|"
        rf"<[a-z][^\s/>]*+((?:{ATTRIBUTE.pattern})*+)"
    ),
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
            f"网页的标签嵌套超过{DEEPEST}层，不是正常的网页；请在浏览器中打开后另存为网页，"
            f"再导入该文件。"
        )
    endless = any(
        text.find(">", at, at + WINDOW) < 0 for at in range(0, len(text) - WINDOW, WINDOW)
    )
    if (endless or len(text) > LARGE) and too_many_attributes(text):
        raise UnreadableDocument("网页标签的属性过多，不是正常的网页；请检查网址或文件是否正确。")


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
    """Whether a tag outside scripts, styles and comments has too many attributes, or all tags of a
    huge page have.
    """
    every = len(text) > HUGE
    total = 0
    for match in WHOLE_TAG.finditer(text):
        if match[1] and (every or len(match[1]) > 2 * MOST_ATTRIBUTES):
            number = sum(1 for _ in ATTRIBUTE.finditer(match[1]))
            total += number
            if number > MOST_ATTRIBUTES or total > MOST_TAGS:
                return True
    return False
