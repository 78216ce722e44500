"""Publication -> a page, or a fragment to be pasted into a site's editor.

Such editors drop classes, ids and style sheets, so that all looks stand at the elements. Sizes and
faces are those of GB/T 9704.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from gongkai.publish.content import (
    Publication,
    PublishedCell,
    PublishedSection,
    PublishedTable,
    alignment,
    part_heading,
)

DRAFT = "草稿，未发布"
FANGSONG = "font-family:仿宋_GB2312,仿宋,FangSong,STFangsong,serif"
KAITI = "font-family:楷体_GB2312,楷体,KaiTi,STKaiti,serif"
HEITI = "font-family:黑体,SimHei,STHeiti,sans-serif"
SONGTI = "font-family:宋体,SimSun,STSong,serif"
TITLE = (
    "margin:0 0 29pt;text-align:center;font-family:方正小标宋简体,宋体,SimSun,STSong,serif;"
    "font-size:22pt;line-height:36pt;font-weight:normal"
)
BODY = f"margin:0;text-indent:2em;{FANGSONG};font-size:16pt;line-height:29pt"
HEADING = f"margin:0;text-indent:2em;{HEITI};font-size:16pt;line-height:29pt;font-weight:normal"
CLOSING = f"margin:0 4em 0 0;text-align:right;{FANGSONG};font-size:16pt;line-height:29pt"
MARK = f"margin:0;text-align:center;{HEITI};font-size:22pt;line-height:36pt;color:#c00000"
TABLE = "width:100%;margin:6pt 0;border-collapse:collapse;border:1px solid #000000"
CELL = "border:1px solid #000000;padding:2pt 4pt;vertical-align:middle;font-weight:normal"
SIZES = {"disclosure": "12pt", "applications": "10pt", "disputes": "10pt"}
SCOPES = {"caption": "colgroup", "head": "col", "row": "row"}
SHADE = ";background-color:#c6d9f1"  # of the captions of 表二, as the blank form has them


def html_page(found: Publication) -> str:
    """A whole page, UTF-8."""
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(found.name)}</title>\n</head>\n"
        '<body style="margin:0 auto;padding:24pt;max-width:48em">\n'
        f"{html_fragment(found)}\n</body>\n</html>\n"
    )


def html_fragment(found: Publication) -> str:
    return "\n".join(elements(found))


def elements(found: Publication) -> Iterator[str]:
    if found.draft:
        yield draft_line()
    yield element("h1", TITLE, "<br>".join(map(escape, found.title)))
    yield paragraphs_html(found.opening)
    for section in found.sections:
        yield section_html(section)
    for line in found.closing:
        yield element("p", CLOSING, escape(line))
    if found.draft:
        yield draft_line()


def draft_line() -> str:
    return element("p", MARK, escape(DRAFT))


def element(name: str, style: str, inner: str, attributes: str = "") -> str:
    return f'<{name}{attributes} style="{style}">{inner}</{name}>'


def section_html(section: PublishedSection) -> str:
    parts = [element("h2", HEADING, escape(section.title)), paragraphs_html(section.paragraphs)]
    if section.table:
        parts.append(table_html(section.table))
    return "\n".join(filter(None, parts))


def paragraphs_html(paragraphs: tuple[str, ...]) -> str:
    return "\n".join(map(paragraph_html, paragraphs))


def paragraph_html(text: str) -> str:
    head = part_heading(text)
    inner = escape(text.removeprefix(head))
    if head:
        inner = element("span", KAITI, escape(head)) + inner
    return element("p", BODY, inner)


def table_html(table: PublishedTable) -> str:
    lines = []
    for row in table.rows:
        cells = []
        for cell in row:
            cells.append(cell_html(table.form.id, cell))
        lines.append(f"<tr>{''.join(cells)}</tr>")
    inner = "\n".join(lines)
    style = f"{TABLE};{SONGTI};font-size:{SIZES[table.form.id]}"
    return element("table", style, f"\n<tbody>\n{inner}\n</tbody>\n")


def cell_html(table: str, cell: PublishedCell) -> str:
    """<td> of a figure, <th> of a label, with the official merges."""
    name = "th" if cell.kind in SCOPES else "td"
    spans = f' scope="{SCOPES[cell.kind]}"' if cell.kind in SCOPES else ""
    if cell.box.width > 1:
        spans += f' colspan="{cell.box.width}"'
    if cell.box.height > 1:
        spans += f' rowspan="{cell.box.height}"'
    inner = escape(cell.text)
    if cell.note:
        inner += element("span", KAITI, escape(cell.note))
    shade = SHADE if cell.kind == "caption" else ""
    return element(name, f"{CELL};text-align:{alignment(table, cell)}{shade}", inner, spans)
