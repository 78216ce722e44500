"""What a page holds out of sight -> the HTML of it: a textarea, an inner page, data of a script, a
list for its CMS.

A page whose own text is no report may carry the report so. Nothing is run and nothing is fetched.
What is text in the source stays text: titles and days are escaped before they stand in a page
again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from typing import TypeGuard

from gongkai.editions import ABOUT_REPORTS
from gongkai.readers.html.scripts import Json, elements, named_values, values_in, without
from gongkai.sources.detect import DATA

REPORT_WORDS = (
    "规范性文件",
    "行政许可",
    "行政处罚",
    "予以公开",
    "属于国家秘密",
    "结转下年度",
    "结果维持",
)
FEWEST_WORDS = 3  # of REPORT_WORDS in a text that holds a report
HOLDERS = ("textarea", "noscript", "template", "xmp")
DEEPEST = 4  # pages within pages, JSON within JSON
LONGEST_CELL = 400  # characters
LONGEST_OF_HEAD = 100  # characters of a title, a day or a source
LONGEST = 8_000_000  # characters of a page that is looked into
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
ATTRIBUTE = re.compile(r"\s[\w:.-]+\s*=\s*(?:\"([^\"]{400,})\"|'([^']{400,})')")
TAG = re.compile(r"<[a-zA-Z!/][^<>]*>")
NOT_SHOWN = re.compile(
    r"\s(?:style\s*=\s*(?:\"[^\"]*display\s*:\s*none[^\"]*\"|'[^']*display\s*:\s*none[^']*')|"
    r"hidden(?=[\s>]))",
    re.IGNORECASE,
)
ESCAPED_TAG = re.compile(
    r"&(?:amp;)*(?:lt|#60|#x3c);\s*/?(?:p|table|tr|td|div|span)\b", re.IGNORECASE
)
TITLE_KEY = re.compile(
    r"(?:\w*(?:title|subject|headline)|(?:doc|file|art|article|news|info)?_?name|bt|wjmc)",
    re.IGNORECASE,
)
DATE_KEY = re.compile(
    r"\w*(?:pub|release|issue|create|show|fb|cw)\w*(?:date|time|rq|sj)|date|time|fbrq|fbsj",
    re.IGNORECASE,
)
SOURCE_KEY = re.compile(
    r"\w*(?:source|origin|publisher|organ|orgname|dept\w*|unit\w*|fbjg|ly)", re.IGNORECASE
)
HEAD_KEY = re.compile(
    "|".join(key.pattern for key in (TITLE_KEY, DATE_KEY, SOURCE_KEY)), re.IGNORECASE
)
ADDRESS_KEY = re.compile(r"\w*(?:url|link|href|path)", re.IGNORECASE)
# What is not, or no longer, the page's text: an article beside it, an older version, an example.
OTHERS_KEY = re.compile(
    r"\w*(?:history|prev|last|old|next|draft|demo|sample|example|mock|related|recommend|"
    r"template|deleted|backup)\w*",
    re.IGNORECASE,
)
STATUS_KEY = re.compile(r"\w*(?:status|state)\w*", re.IGNORECASE)
LONGEST_STATUS = 20  # characters
OUT_OF_FORCE = re.compile(r"作废|草稿|撤回|撤稿|已删除|draft|deleted|revoked", re.IGNORECASE)
DATE = re.compile(r"\s*(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})")
INNER_PAGE = re.compile(
    r"<iframe\b([^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*)*?)"
    r"\bsrcdoc\s*=\s*(?:\"([^\"]*)\"|'([^']*)')([^<>]*)>",
    re.IGNORECASE,
)
UNSEEN_FRAME = re.compile(r"display\s*:\s*none|\shidden(?=[\s=]|$)", re.IGNORECASE)
TEMPLATE_TYPE = re.compile(r"type\s*=\s*[\"']?text/(?!javascript)", re.IGNORECASE)
CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
CALLS = re.compile(
    r"(?:fetch|axios(?:\.\w+)?|\$\.(?:get|post|getJSON|ajax)|\.open|\.load|request(?:\.\w+)?|"
    r"http(?:\.\w+)?)\s*\(\s*(?:[\"'](?:get|post)[\"']\s*,)?[^()'\"`]{0,60}[\"'`]([^\"'`\s]{3,300})"
    r"|\burl\s*[:=]\s*[\"'`]([^\"'`\s]{3,300})",
    re.IGNORECASE,
)
NO_DATA = re.compile(
    r"\.(?:js|css|png|jpe?g|gif|ico|svg|woff2?)(?:$|\?)|^(?:get|post|put)$", re.IGNORECASE
)


def holds_report(text: str) -> bool:
    return sum(word in text for word in REPORT_WORDS) >= FEWEST_WORDS


def holds_all(text: str) -> bool:
    """Whether the words of 表二 and of 表三 stand in it: no table of a report is one by itself."""
    return "行政处罚" in text and "予以公开" in text


def hidden_html(text: str, depth: int = 0) -> str:
    """The HTML of what a page holds out of sight and may be a report; "" for nothing of the
    kind.
    """
    if depth > DEEPEST or len(text) > LONGEST:
        return ""
    found: dict[str, None] = {}
    for fragment in fragments(text):
        page = innermost(fragment, depth)
        if holds_report(page):
            found[page] = None
    return "\n".join(found) or all_shown(text)


def innermost(fragment: str, depth: int) -> str:
    """A fragment, or what it holds out of sight itself where it shows no report."""
    if holds_report(visible_text(fragment)):
        return fragment
    return hidden_html(fragment, depth + 1) or fragment


def all_shown(text: str) -> str:
    """The page with its hidden parts (<div style="display:none">) shown, if a report stands there;
    else "".
    """
    shown = NOT_SHOWN.sub(" ", text)
    if shown != text and holds_report(visible_text(shown)):
        return shown
    return ""


def fragments(text: str) -> Iterator[str]:
    """Each piece of HTML or text that a page holds in a place where no browser shows it as part of
    the page.
    """
    for script in elements(text, "script"):
        yield from script_fragments(script.attributes, script.content)
    rest = COMMENT.sub(" ", without(text, "script"))
    for holder in elements(rest, *HOLDERS):
        yield opened(holder.content)
    for double, single in ATTRIBUTE.findall(without(rest, *HOLDERS)):
        yield opened(unescape(double or single))


def script_fragments(attributes: str, script: str) -> Iterator[str]:
    """A template as it is; of any other script the reports in its values."""
    if TEMPLATE_TYPE.search(attributes):
        yield opened(script)
    elif holds_report(plain_letters(script)):
        for name, value in named_values(script):
            if not OTHERS_KEY.fullmatch(name):
                yield from reports_in(value)


def plain_letters(script: str) -> str:
    r"""The script with its ``\u4fe1`` as letters: only to look for words."""
    return re.sub(r"\\{1,4}u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), script)


def opened(content: str) -> str:
    """HTML that was escaped, once or twice: until a tag shows; text as it is."""
    for _ in range(DEEPEST):
        if TAG.search(content) or not ESCAPED_TAG.search(content):
            break
        content = unescape(content)
    return content


def visible_text(text: str) -> str:
    """A page's text roughly, without what stands in scripts, textareas and attributes."""
    return TAG.sub(" ", without(COMMENT.sub(" ", text), "script", *HOLDERS))


# --- values of scripts and answers ----------------------------------------------------------------


def data_html(text: str) -> str:
    """The HTML of the reports in an answer of an interface, JSON or a call with it; else of its
    list of links.
    """
    if not DATA.match(text) or len(text) > LONGEST:
        return ""
    values = list(values_in(text))
    return "\n".join(pages_in(values)) or "\n".join(links_of_all(values))


def pages_in(values: Iterable[Json]) -> Iterator[str]:
    for value in values:
        yield from filter(holds_report, reports_in(value))


def reports_in(value: Json, depth: int = 0) -> Iterator[str]:
    """The pages of the reports in a value, each with the title, day and source that stand beside
    its text.
    """
    if depth > DEEPEST * 4 or not holds_report(text_in(value)):
        return
    if isinstance(value, str):
        yield from string_reports(value, depth)
        return
    whole = parts_with_report(value)
    if not whole:
        yield head_of(value) + rendered(value)
        return
    found: list[str] = []
    for part in whole:
        found += reports_in(part, depth + 1)
    if len(found) == 1:
        found = [head_of(value) + found[0]]
    yield from found


def parts_with_report(value: Json) -> list[Json]:
    """The parts that hold a report of their own; none of a table, and none where a report's tables
    stand in several of them.
    """
    if is_rows(value):
        return []
    is_here = holds_report
    if holds_all(text_in(value)):
        is_here = holds_all
    return [part for part in parts_of(value) if is_here(text_in(part))]


def parts_of(value: Json) -> list[Json]:
    """What a value holds of its own: without its title, and without articles beside it, drafts and
    older versions.
    """
    if isinstance(value, list):
        return value
    found: list[Json] = []
    if not isinstance(value, dict) or is_out_of_force(value):
        return found
    for key, part in value.items():
        is_of_others = OTHERS_KEY.fullmatch(key) is not None
        if not is_of_others and not is_of_head(key):
            found.append(part)
    return found


def is_out_of_force(value: dict[str, Json]) -> bool:
    return any(tells_out_of_force(key, part) for key, part in value.items())


def tells_out_of_force(key: str, part: Json) -> bool:
    """{"status": "作废"}, {"deleted": true}."""
    if part is True:
        return OUT_OF_FORCE.search(key) is not None
    if not isinstance(part, str) or len(part) >= LONGEST_STATUS:
        return False
    is_status = STATUS_KEY.fullmatch(key) is not None
    return is_status and OUT_OF_FORCE.search(part) is not None


def string_reports(text: str, depth: int) -> Iterator[str]:
    """The reports of JSON within a string; the string itself where it holds none."""
    pages: list[str] = []
    for value in values_in(text) if DATA.match(text) else ():
        pages += reports_in(value, depth + 1)
    yield from pages or [rendered(opened(text))]


def is_rows(value: Json) -> TypeGuard[list[Json]]:
    """[["规章", 0, 0, 0], …], or [{"项目": "规章", "制发": 0}, …]: a table."""
    if not isinstance(value, list) or len(value) < 2:
        return False
    return all(map(is_row, value))


def is_row(value: Json) -> bool:
    cells = cells_of(value)
    return bool(cells) and all(map(is_cell, cells))


def is_cell(value: Json) -> bool:
    """Whether a value may be a cell of a table: no list, and no article."""
    if isinstance(value, str):
        return len(value) <= LONGEST_CELL
    return not isinstance(value, (list, dict))


def cells_of(row: Json) -> list[Json]:
    if isinstance(row, dict):
        return list(row.values())
    if isinstance(row, list):
        return row
    return []


def text_in(value: Json) -> str:
    """All strings of a value; \\u in a string that is JSON itself read as letters."""
    if isinstance(value, str):
        if "\\u" in value:
            return plain_letters(value)
        return value
    texts = []
    for part in parts_of(value):
        if isinstance(part, (str, list, dict)):
            texts.append(text_in(part))
    return "\n".join(texts)


def rendered(value: Json) -> str:
    """A value as HTML: its tables and texts in their order.

    Text without any tag keeps its lines.
    """
    if isinstance(value, str):
        if TAG.search(value):
            return value
        return preformatted(value)
    if is_rows(value):
        return preformatted("\n".join(map(bar_line, named_rows(value))))
    if isinstance(value, dict):
        value = [part for key, part in value.items() if not is_of_head(key)]
    if not isinstance(value, list):
        return ""
    return "\n".join(map(rendered, value))


def preformatted(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def named_rows(rows: list[Json]) -> list[Json]:
    """The rows, those of objects below a row of their keys."""
    first = rows[0]
    if isinstance(first, dict):
        return [list(first), *rows]
    return rows


def bar_line(row: Json) -> str:
    """规章 | 2 | 0 | 11 |: nothing is known of merged cells."""
    texts = []
    for cell in cells_of(row):
        text = "" if cell is None else str(cell)
        words = text.replace("|", " ").split()
        texts.append(" ".join(words))
    return " | ".join(texts) + " |"


def is_of_head(key: str) -> bool:
    return key != "name" and HEAD_KEY.fullmatch(key) is not None


def head_of(value: Json) -> str:
    """<h1>title</h1> and the lines of day and source, by the keys of an object."""
    if not isinstance(value, dict):
        return ""
    title = named(value, TITLE_KEY)
    day = DATE.match(named(value, DATE_KEY))
    source = named(value, SOURCE_KEY)
    lines = []
    if title:
        lines.append(f"<h1>{escape(title)}</h1>")
    if day:
        lines.append(f"<p>发布日期：{day[1]}-{day[2]}-{day[3]}</p>")
    if source:
        lines.append(f"<p>来源：{escape(source)}</p>")
    return "\n".join(lines)


def named(value: dict[str, Json], key: re.Pattern[str]) -> str:
    """The first short string under such a key."""
    for name, text in value.items():
        if isinstance(text, str) and key.fullmatch(name) and is_short_text(text):
            return text.strip()
    return ""


def is_short_text(text: str) -> bool:
    return 0 < len(text.strip()) <= LONGEST_OF_HEAD and not TAG.search(text)


# --- lists ----------------------------------------------------------------------------------------


def listed_html(text: str) -> str:
    """The links that a page's scripts hold: written out (document.write), or as objects with title
    and address.
    """
    found: list[str] = []
    for script in elements(text[:LONGEST], "script"):
        if ABOUT_REPORTS.search(plain_letters(script.content)):
            found += links_of_all(values_in(script.content))
    return "\n".join(found)


def links_in(value: Json, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        if "<a " in value and ABOUT_REPORTS.search(value):
            yield value
    elif isinstance(value, list):
        yield from links_of_all(value, depth + 1)
    elif isinstance(value, dict):
        link = link_of(value)
        if link:
            yield link
        else:
            yield from links_of_all(list(value.values()), depth + 1)


def link_of(value: dict[str, Json]) -> str:
    """{"title": "2021年政府信息公开工作年度报告", "url": "/art/1.html"} as HTML; "" for others."""
    title, address = named(value, TITLE_KEY), named(value, ADDRESS_KEY)
    if address and ABOUT_REPORTS.search(title):
        return f'<p><a href="{escape(address)}">{escape(title)}</a></p>'
    return ""


def links_of_all(values: Iterable[Json], depth: int = 0) -> Iterator[str]:
    if depth <= DEEPEST * 2:
        for value in values:
            yield from links_in(value, depth)


def with_all_inside(text: str) -> str:
    """A page with what it holds in scripts and frames where a browser shows it."""
    return with_inner_pages(with_records(text))


def with_inner_pages(text: str, depth: int = DEEPEST) -> str:
    """A page with the pages that it writes out for its frames, <iframe srcdoc="…">, where they
    stand: a browser shows them.
    """
    if not depth:
        return text
    pieces, at = [], 0
    for frame in INNER_PAGE.finditer(text):
        if UNSEEN_FRAME.search(frame[1] + frame[4]):
            continue
        inner = with_inner_pages(unescape(frame[2] or frame[3] or ""), depth - 1)
        pieces += [text[at : frame.start()], f"<div>{inner}</div>"]
        at = frame.end()
    return "".join((*pieces, text[at:]))


def with_records(text: str) -> str:
    """A page with the records of its CMS's list where their script stands: <script
    type="text/xml"><datastore>….
    """
    pieces, at = [], 0
    for script in elements(text, "script"):
        shown = records_shown(script.content)
        if shown:
            pieces += [text[at : script.start], shown]
            at = script.end
    return "".join((*pieces, text[at:]))


def records_shown(script: str) -> str:
    store = next(elements(script, "datastore"), None)
    if store is None:
        return ""
    records = [CDATA.sub("", record.content) for record in elements(store.content, "record")]
    content = "\n".join(records)
    if content.lstrip().lower().startswith(("<tr", "<td")):
        return f"<table>{content}</table>"
    if content.strip():
        return f"<div>{content}</div>"
    return ""


def data_addresses(text: str) -> list[str]:
    """Where a page's scripts take its content from, as they write it: /api/article/123."""
    found: dict[str, None] = {}
    for script in elements(text[:LONGEST], "script"):
        for first, second in CALLS.findall(script.content):
            address = first or second
            if not NO_DATA.search(address):
                found[address] = None
    return list(found)
