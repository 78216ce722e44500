"""A page -> its blocks, with what its stylesheets elsewhere say of the classes that its reader
doubts.

Most pages need none: only a class that few figures of a table bear and of which the page itself
says nothing asks for them, since it may hide what it covers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gongkai import readers, wording
from gongkai.links import address_of, addresses
from gongkai.model import Block, Document, FetchError, Link, UnreadableDocument
from gongkai.readers.html.css import named_in, screen_rules
from gongkai.recognize.cover.titles import links_of
from gongkai.sources import Access, Limits, detect, load

MOST_SHEETS = 2  # of a page that are fetched
MOST_BYTES = 2_000_000  # of one
MOST_RULES = 500  # of all, those that name a class that a figure bears
PATIENCE = 15  # seconds for one
NOT_HAD = "网页的样式表没有取到，不能确定网页上是否显示下列样式的数字，请对照网页核对：{}。"
CLASS = re.compile(r"(?:^|；)([^：]*)：")


def with_styles(
    document: Document, limits: Limits, access: Access
) -> tuple[Document, tuple[Block, ...]]:
    """The blocks of a document, and the document with what its stylesheets say of the classes in
    doubt; where those cannot be had its provenance names the figures. Raises UnreadableDocument.
    """
    blocks = readers.read_blocks(document)
    asked = stylesheets(blocks)
    if not asked or document.styles:
        return document, blocks
    names = set(CLASS.findall(asked[0].text))
    targets = list(dict.fromkeys(link.target for link in asked))
    sheets = [sheet_at(target, document, limits, access) for target in targets[:MOST_SHEETS]]
    styles = rules_on(names, sheets)
    if len(targets) <= MOST_SHEETS and all(map(is_whole, sheets)):
        styles += unruled(names)
    dressed = replace(document, styles=styles)
    blocks = readers.read_blocks(dressed)
    left = stylesheets(blocks)
    if left:
        told = NOT_HAD.format(wording.clipped(left[0].text))
        dressed = replace(dressed, provenance=(*dressed.provenance, told))
    return dressed, blocks


def is_whole(sheet: str | None) -> bool:
    """Whether a stylesheet was had, and draws in no other."""
    return sheet is not None and "@import" not in sheet


def unruled(names: set[str]) -> str:
    """Empty rules: what no stylesheet names looks like all else."""
    return "".join(f".{name}{{}}" for name in sorted(names))


def stylesheets(blocks: Iterable[Block]) -> list[Link]:
    return list(links_of(blocks, "stylesheet"))


def sheet_at(target: str, page: Document, limits: Limits, access: Access) -> str | None:
    """The text of a stylesheet on the page's own host, or in its folder; None where it cannot be
    had.
    """
    base = page.url or page.origin
    source = address_of(target, base)
    if not source or addresses.host_of(source) != addresses.host_of(base):
        return None
    few = replace(
        limits, size=min(limits.size, MOST_BYTES), deadline=min(limits.deadline, PATIENCE), tries=1
    )
    try:
        sheet = load(source, few, access, page.url)
        return detect.decode(sheet.content, sheet.charset)
    except (FetchError, UnreadableDocument):
        return None


def rules_on(names: set[str], sheets: Sequence[str | None]) -> str:
    """The rules that name one of the classes: all else is of no interest, and a stylesheet may be
    long.
    """
    found = []
    for sheet in filter(None, sheets):
        for selectors, body in screen_rules(sheet):
            if not names.isdisjoint(named_in(selectors)):
                found.append(f"{selectors}{{{body}}}")
    return "\n".join(found[:MOST_RULES])
