"""Word documents in plain XML: a report's tables in every way that Word, WPS and converters write
them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from hypothesis import strategies as st

from gongkai.model import Report
from helpers.writers.styles import TABLES, Sheet, Sheets, Spot, page_parts, runs

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    f'xmlns:w="{W}" xmlns:r="{OFFICE}" xmlns:mc="http://schemas.openxmlformats.'
    f'org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.'
    'main+xml"/></Types>'
)
AUTHOR = 'w:id="1" w:author="审核" w:date="2024-01-10T09:00:00Z"'


# --- packages -------------------------------------------------------------------------------------


def relationships(kinds: Mapping[str, str]) -> str:
    """Id:kind -> target, as a part's list of relationships; a target with :// lies outside."""
    nodes = ""
    for name, target in kinds.items():
        key, _, kind = name.partition(":")
        mode = ' TargetMode="External"' if "://" in target else ""
        nodes += (
            f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{escape(target)}"{mode}/>'
        )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.'
        f'org/package/2006/relationships">{nodes}</Relationships>'
    )


def docx(
    body: str, styles: str = "", numbering: str = "", links: Mapping[str, str] | None = None
) -> bytes:
    """A document of the given body, styles and lists; ``links`` are further relationships
    (``id:kind`` -> target).
    """
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relationships({"r1:officeDocument": "word/document.xml"}),
        "word/document.xml": (
            f"<w:document {SPACES}><w:body>{body}<w:sectPr/></w:body></w:document>"
        ),
        "word/styles.xml": f"<w:styles {SPACES}>{styles}</w:styles>",
        "word/numbering.xml": f"<w:numbering {SPACES}>{numbering}</w:numbering>",
    }
    known = {"s:styles": "styles.xml", "n:numbering": "numbering.xml"}
    parts["word/_rels/document.xml.rels"] = relationships(known | dict(links or {}))
    return packed(parts)


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """The parts as an archive, the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


# --- texts ----------------------------------------------------------------------------------------


def run(text: str, properties: str = "") -> str:
    set_off = ' xml:space="preserve"' if text != text.strip() else ""
    said = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f"<w:r>{said}<w:t{set_off}>{escape(text)}</w:t></w:r>"


def paragraph(content: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>"


def deleted(text: str) -> str:
    return f"<w:del {AUTHOR}><w:r><w:delText>{escape(text)}</w:delText></w:r></w:del>"


def inserted(content: str) -> str:
    return f"<w:ins {AUTHOR}>{content}</w:ins>"


def split(text: str) -> str:
    font = '<w:rFonts w:hint="eastAsia"/><w:sz w:val="20"/>'
    return "".join(run(piece, font) + '<w:proofErr w:type="spellEnd"/>' for piece in runs(text))


def tracked(text: str) -> str:
    """Half of it was there, half was added; what was there before is deleted or moved away."""
    half = len(text) // 2
    moved = f"<w:moveFrom {AUTHOR}><w:r><w:t>7</w:t></w:r></w:moveFrom>"
    return deleted("88") + run(text[:half]) + inserted(run(text[half:])) + moved


def hidden(text: str) -> str:
    return (
        run("99", "<w:vanish/>")
        + run(text)
        + run("5", '<w:rStyle w:val="Unseen"/>')
        + run("6", "<w:strike/>")
    )


def in_field(text: str) -> str:
    """The result of a field that sums up."""
    step = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    code = '<w:r><w:instrText xml:space="preserve"> =SUM(ABOVE) \\# "0" </w:instrText></w:r>'
    return step("begin") + code + step("separate") + run(text) + step("end")


def in_control(text: str) -> str:
    return f"<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{run(text)}</w:sdtContent></w:sdt>"


def tagged(text: str) -> str:
    return (
        f'<w:smartTag w:element="x"><w:customXml w:element="y">{run(text)}</w:customXml></w:smart'
        f"Tag>"
    )


TEXTS: dict[str, Callable[[str], str]] = {
    "plain": run,
    "split": split,
    "tracked": tracked,
    "hidden": hidden,
    "field": in_field,
    "control": in_control,
    "tagged": tagged,
}
UNSEEN = (
    '<w:style w:type="character" w:styleId="Base"><w:name w:val="base"/><w:rPr><w:vanish/></w:rPr'
    "></w:style>"
    '<w:style w:type="character" w:styleId="White"><w:name w:val="white"/><w:rPr><w:color '
    'w:val="FFFFFF"/></w:rPr>'
    '</w:style><w:style w:type="character" w:styleId="Pale"><w:name w:val="pale"/><w:basedOn '
    'w:val="White"/></w:style>'
    '<w:style w:type="character" w:styleId="Tiny"><w:name w:val="tiny"/><w:rPr><w:sz '
    'w:val="10"/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Unseen"><w:name w:val="unseen"/><w:basedOn '
    'w:val="Base"/></w:style>'
)
STYLES = (
    UNSEEN
    + (
        '<w:style w:type="character" w:styleId="Up"><w:rPr><w:vertAlign '
        'w:val="superscript"/></w:rPr></w:style>'
    )
    + '<w:style w:type="paragraph" w:styleId="Note"><w:rPr><w:vanish/></w:rPr></w:style>'
    + '<w:style w:type="paragraph" w:styleId="Seen"><w:basedOn w:val="Note"/>'
    + '<w:rPr><w:vanish w:val="0"/></w:rPr></w:style>'
    + '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    + '<w:style w:type="paragraph" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>'
)


# --- tables ---------------------------------------------------------------------------------------


def cell(content: str, properties: str = "", width: int = 1) -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{900 * width}" w:type="dxa"/>{properties}</w:tcPr>{content}</'
        f"w:tc>"
    )


def texted(text: str, properties: str = "") -> str:
    return cell(paragraph(run(text)), properties)


def row(cells: str, properties: str = "") -> str:
    return f'<w:tr><w:trPr>{properties}<w:jc w:val="center"/></w:trPr>{cells}</w:tr>'


def table(rows: str, columns: int = 0) -> str:
    grid = '<w:gridCol w:w="900"/>' * columns
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def rows_of(*rows: list[str]) -> str:
    """A table of plain texts."""
    return table(
        "".join(row("".join(cell(paragraph(run(text))) for text in texts)) for texts in rows)
    )


def spans(width: int, seam: str = "") -> str:
    return (f'<w:gridSpan w:val="{width}"/>' if width > 1 else "") + seam


def right(spot: Spot, line: int, content: str) -> str:
    """Merged cells as Word writes them."""
    width = spot.box.width
    if spot.box.height == 1:
        return cell(content, spans(width), width)
    if spot.box.top == line:
        return cell(content, spans(width, '<w:vMerge w:val="restart"/>'), width)
    return cell(paragraph(""), spans(width, "<w:vMerge/>"), width)


def unmerged(spot: Spot, line: int, content: str) -> str:
    """Cells that look merged for want of lines between them."""
    return cell(
        content if spot.box.top == line else paragraph(""), spans(spot.box.width), spot.box.width
    )


def legacy(spot: Spot, line: int, content: str) -> str:
    """Merged in the way of older converters: each cell is there and says that it continues the one
    before.
    """
    seam = (
        ""
        if spot.box.height == 1
        else '<w:vMerge w:val="restart"/>'
        if spot.box.top == line
        else "<w:vMerge/>"
    )
    begins = '<w:hMerge w:val="restart"/>' if spot.box.width > 1 else ""
    first = cell(content if spot.box.top == line else paragraph(""), begins + seam)
    more = cell(paragraph(""), f'<w:hMerge w:val="continue"/>{seam}')
    return first + more * (spot.box.width - 1)


def repeated(spot: Spot, line: int, content: str) -> str:
    """The text of a merged cell stands in each of its pieces, as some converters leave it."""
    written = right(spot, line, content)
    return (
        written.replace("<w:p><w:pPr></w:pPr></w:p>", content) if spot.box.top < line else written
    )


MERGES = {"right": right, "unmerged": unmerged, "legacy": legacy, "repeated": repeated}
WRAPS = {
    "none": "{}",
    "control": "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>",
    "custom": '<w:customXml w:element="x">{}</w:customXml>',
}
GONE = row(cell(paragraph(run("4"))) * 3, f"<w:del {AUTHOR}/>")
LOST = cell(paragraph(run("3")), f"<w:cellDel {AUTHOR}/>")


@dataclass(frozen=True)
class Manner:
    """How a document is written: its merged cells, texts, what stands around cells and rows, where
    its tables are.
    """

    merged: str = "right"
    text: str = "plain"
    around: str = "none"
    place: str = "body"
    strict: bool = False
    changed: bool = False


def table_of(sheet: Sheet, manner: Manner) -> str:
    """A sheet as a table. Figures are written in the manner's way, labels plainly, each line as a
    paragraph.
    """
    wrap, merged = WRAPS[manner.around].format, MERGES[manner.merged]
    rows = ""
    for line in range(1, max(spot.box.bottom for spot in sheet) + 1):
        here = sorted(
            (s for s in sheet if s.box.top <= line <= s.box.bottom), key=lambda spot: spot.box.left
        )
        cells = "".join(wrap(merged(spot, line, content(spot, manner))) for spot in here)
        rows += wrap(row(cells + LOST * manner.changed)) + GONE * (manner.changed and line % 3 == 0)
    return table(rows, max(spot.box.right for spot in sheet))


def content(spot: Spot, manner: Manner) -> str:
    if spot.kind == "figure" and spot.text:
        return paragraph(TEXTS[manner.text](spot.text))
    return "".join(paragraph(run(line)) for line in spot.text.split("\n"))


def boxed(content: str) -> str:
    """A text box as Word writes it, once for itself and once for programs that don't know its
    kind.
    """
    inner = f"<w:txbxContent>{content}</w:txbxContent>"
    new = (
        f"<w:drawing><wp:anchor><wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp></wp:anchor></w:dr"
        f"awing>"
    )
    old = f"<w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict>"
    choice = f'<mc:Choice Requires="wps">{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback>'
    return paragraph(f"<w:r><mc:AlternateContent>{choice}</mc:AlternateContent></w:r>")


PLACES: dict[str, Callable[[str], str]] = {
    "body": lambda content: content,
    "nested": lambda content: table(row(cell(content + paragraph("")) + cell(paragraph("")))),
    "box": boxed,
    "control": lambda content: f"<w:sdt><w:sdtContent>{content}</w:sdtContent></w:sdt>",
}
MANNERS = st.builds(
    Manner,
    merged=st.sampled_from(list(MERGES)),
    text=st.sampled_from(list(TEXTS)),
    around=st.sampled_from(list(WRAPS)),
    place=st.sampled_from(list(PLACES)),
    strict=st.booleans(),
    changed=st.booleans(),
)


def word_page(report: Report, sheets: Sheets, manner: Manner) -> bytes:
    tables = {
        name: PLACES[manner.place](table_of(sheets[name], manner))
        for name in TABLES
        if name in sheets
    }
    parts = page_parts(report, tables)
    body = "".join(part if part.startswith("<") else paragraph(run(part)) for part in parts if part)
    made = docx(body, UNSEEN)
    return strict(made) if manner.strict else made


def strict(content: bytes) -> bytes:
    """The same document in the strict namespaces."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return packed({name: part.replace(W.encode(), STRICT.encode()) for name, part in parts.items()})
