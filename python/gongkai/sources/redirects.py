"""A page's bytes -> where the page itself sends its readers on, and whether it only asks for proof.

Only pages that hold no report are left. Inside ``noscript`` a page says what to do without scripts,
which is our case, but often enough that is a note on switching them on: there only short pages are
left. Of scripts only those are understood that do nothing but go to one address written out, on
pages that show nothing else.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin

LONGEST = 10  # seconds of delay; a page that waits longer reloads itself for news
AT_ONCE = 1
SHORT = 600  # characters without blanks; the three tables alone have a thousand
BARE = 60  # characters of a page that says nothing itself
LARGE = 500_000  # bytes; a page of that size is none that only sends its readers on
# The engine of regular expressions lets no other thread run, not even the one that watches the
# deadline: each pattern here takes linear time, the alternatives of PIECE because they run to the
# end of the page where they are not closed.
# in lower case: to ignore it takes longer
REFRESH = re.compile(rb"http-equiv\s{0,9}=\s{0,9}[\"']?\s{0,9}refresh")
PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea|title|template)\b[^>]*>.*?(?:</\1\s*>|\Z)|"
    r"<(/?[a-z][a-z0-9]*)([^>]*)>?",
    re.IGNORECASE | re.DOTALL,
)
ATTRIBUTE = re.compile(r"""(?<![a-z-])([a-z-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
CONTENT = re.compile(
    r"""\s*(\d{1,4})[\d.]*\s*[;,\s]\s*(?:url\s*=\s*)?(?:"([^"]*)"?|'([^']*)'?|(.*))""",
    re.IGNORECASE | re.DOTALL,
)
# a report in a file or frame, which even a short page may show before it sends its readers away
HOLDING = re.compile(
    r"<(?:i?frame|embed|object)\b|\.(?:pdf|docx?|wps|ofd|xlsx?|et|rtf|zip|rar)[\"'?\s>]",
    re.IGNORECASE,
)
# location = "/a.html", location.replace("/a.html"), and nothing added to the address
MOVE = re.compile(
    r"""(?<![\w.])(?:(?:window|self|top|parent|document)\s?\.\s?){0,2}"""
    r"""location(?:\s?\.\s?href)?\s{0,9}"""
    r"""(?:=|\.\s?(?:replace|assign)\s?\()\s{0,9}(["'])([^"'<>\s\\]{1,1000})\1(?!\s{0,9}\+)"""
)
REMARK = re.compile(r"""(?<![:"'])//[^\n]*|/\*[^*]*\*/""")
CHOICE = re.compile(r"\bif\b|\bcase\b|cookie|userAgent", re.IGNORECASE)
LONGEST_SCRIPT = 2_000  # characters; those of pages that build themselves are longer
META = re.compile(r"<meta\b[^>]*>?", re.IGNORECASE)
GONE = re.compile("页面不存在|网页不存在|没有找到|无法访问|已被删除|404")
# words of the tables, which a menu does not have, or that there is no report
WORTH_READING = re.compile(f"自然人|行政诉讼|结转|勾稽|{GONE.pattern}")
LEADING = re.compile(rb"<(?:a|img|i?frame|embed|object|form|link)\b", re.IGNORECASE)


class Sent(NamedTuple):
    """Seconds until the page sends its readers on, the address as written, whether in noscript."""

    delay: int
    target: str
    aside: bool


def refresh_target(content: bytes, url: str, header: str = "") -> str:
    """Where a page sends its readers, as an address without fragment; "" where we stay. ``header``
    is its Refresh.
    """
    if len(content) > LARGE or not (header or may_send_on(content)):
        return ""
    text = decoded(content)
    found, base = sent_by(text)
    found = found or sent(header) or sent_by_script(text)
    if found is None or found.delay > LONGEST or is_worth_reading(text, found):
        return ""
    target = absolute(found.target, base, url)
    is_itself = target == urldefrag(url)[0]
    if is_itself:
        return ""
    return target


def may_send_on(content: bytes) -> bool:
    """Whether a page has anything that may send its readers on, before it is taken apart."""
    if REFRESH.search(content.lower()):
        return True
    return b"location" in content and is_short(content)


def is_worth_reading(text: str, found: Sent) -> bool:
    """Whether a page shows a report, or that there is none, before it sends its readers on."""
    words = visible(text)
    if WORTH_READING.search(words):
        return True
    stays_a_while = found.aside or found.delay > AT_ONCE
    if not stays_a_while:
        return False
    return len(words) >= SHORT or HOLDING.search(META.sub("", text)) is not None


def absolute(target: str, base: str, url: str) -> str:
    """An address as a page at ``url`` writes it, without its fragment; "" where it is none."""
    try:
        found = urldefrag(urljoin(urljoin(url, base), target))[0]
    except ValueError:
        return ""
    if found.lower().startswith(("http://", "https://")):
        return found
    return ""


def sent_by(text: str) -> tuple[Sent | None, str]:
    """The first refresh of a page that names an address, and the page's base or ""."""
    base, found, aside = "", None, False
    for piece in PIECE.finditer(text):
        name = (piece[2] or "").lower()
        if name in ("noscript", "/noscript"):
            aside = name == "noscript"
        elif name == "base" and not base:
            base = attributes(piece[3]).get("href", "")
        elif name == "meta" and found is None:
            found = sent_by_meta(attributes(piece[3]), aside)
    return found, base


def sent_by_meta(given: dict[str, str], aside: bool) -> Sent | None:
    """<meta http-equiv="refresh" content="0; url=/art/2022/1.html">."""
    if given.get("http-equiv", "").strip().lower() != "refresh":
        return None
    return sent(given.get("content", ""), aside)


def sent_by_script(text: str) -> Sent | None:
    """Where the scripts of a page that shows nothing go at once or in a while.

    None where that depends on anything.
    """
    code = script_of(text)
    if len(code) > LONGEST_SCRIPT or CHOICE.search(code) or GONE.search(code):
        return None
    targets = {target for _, target in MOVE.findall(REMARK.sub("", code))}
    if len(targets) != 1 or len(visible(text)) >= BARE:
        return None
    return Sent(0, html.unescape(targets.pop()), True)


def script_of(text: str) -> str:
    """All scripts of a page, and what it does once it is loaded."""
    scripts = []
    for piece in PIECE.finditer(text):
        if (piece[1] or "").lower() == "script":
            scripts.append(piece[0])
        elif (piece[2] or "").lower() == "body":
            scripts.append(attributes(piece[3]).get("onload", ""))
    return "\n".join(scripts)


def attributes(text: str) -> dict[str, str]:
    """The first of each name counts, as in browsers."""
    found: dict[str, str] = {}
    for name, value in ATTRIBUTE.findall(text):
        plain = value
        if value[0] in "\"'":
            plain = value[1:-1]
        found.setdefault(name.lower(), html.unescape(plain))
    return found


def sent(content: str, aside: bool = False) -> Sent | None:
    """What ``5; url=/a.html`` says; None where it names no address."""
    found = CONTENT.match(content)
    if found is None:
        return None
    delay, *written = found.groups()
    target = "".join(filter(None, written)).strip()  # one of them at most is written
    if not target:
        return None
    return Sent(int(delay), target, aside)


def decoded(content: bytes) -> str:
    """Good enough for addresses and for counting.

    What the figures are read from is the readers' matter.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def visible(text: str) -> str:
    """The characters that a reader sees, without blanks."""
    words = "".join(texts_between_markup(text)).split()
    return "".join(words)


def texts_between_markup(text: str) -> Iterator[str]:
    place = 0
    for piece in PIECE.finditer(text):
        yield html.unescape(text[place : piece.start()])
        place = piece.end()
    yield html.unescape(text[place:])


def is_short(content: bytes) -> bool:
    """Whether a page is too short for a report: a gate, a note, or nothing."""
    if len(content) >= LARGE:
        return False
    length = 0
    for piece in texts_between_markup(decoded(content)):
        length += len("".join(piece.split()))
        if length >= SHORT:
            return False
    return True


def has_script(content: bytes) -> bool:
    return b"<script" in content.lower()


def only_proves(content: bytes) -> bool:
    """Whether a page shows nothing and leads nowhere but where its script goes once it has set a
    cookie.
    """
    sets_cookie = b"document.cookie" in content and has_script(content)
    if not sets_cookie or b"location" not in content:
        return False
    if LEADING.search(content) or len(content) >= LARGE:
        return False
    return len(visible(decoded(content))) < BARE
