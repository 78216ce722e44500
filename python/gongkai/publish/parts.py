"""The body of a document -> a .docx: styles after GB/T 9704-2012, fonts and their fallbacks, page
numbers, the mark of a draft; the archive, the same bytes each time.

A page has 22 lines of 28 characters of 16 pt in a type area of 156 x 225 mm. No part names a person
or a machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org"
W = f'xmlns:w="{OFFICE}/wordprocessingml/2006/main"'
R = f'xmlns:r="{OFFICE}/officeDocument/2006/relationships"'
VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
RELATIONS = f"{OFFICE}/officeDocument/2006/relationships"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"

# Twips. A4, 天头37 and 订口28 mm, the type area 156 x 225 mm; the page number ends 7 mm below it.
PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
TOP, LEFT, RIGHT, BOTTOM = 2098, 1587, 1474, 1984
HEADER, FOOTER = 851, 1304
TEXT_WIDTH = PAGE_WIDTH - LEFT - RIGHT
WIDE_MARGIN = 850  # on all sides of a page that lies across
WIDE_TEXT = PAGE_HEIGHT - 2 * WIDE_MARGIN
LINE = 580  # 29 pt: 22 lines in 225 mm
NUMBER_INDENT = 280  # one character of 14 pt in from the edge
MARK = "草稿"
# A face, its class in the font table, and what stands for it on a machine that has it not.
FONTS = (
    ("方正小标宋简体", "auto", "宋体"),
    ("仿宋_GB2312", "modern", "仿宋"),
    ("楷体_GB2312", "modern", "楷体"),
    ("黑体", "modern", "SimHei"),
    ("宋体", "auto", "SimSun"),
)
LEVEL = 6  # of compression: twice as fast as the best, hardly larger


def style(name: str, title: str, paragraph: str, face: str, size: int) -> str:
    """A paragraph style; ``size`` in half points."""
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{name}">'
        f'<w:name w:val="{title}"/><w:qFormat/><w:pPr>{paragraph}</w:pPr>'
        f'<w:rPr><w:rFonts w:hint="eastAsia" w:ascii="{face}" w:hAnsi="{face}"'
        f' w:eastAsia="{face}" w:cs="{face}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def built_in(style_xml: str) -> str:
    """A style that Word knows by its name: it shows it in its navigation."""
    return style_xml.replace(' w:customStyle="1"', "")


def spaced(line: int, rule: str = "exact", before: int = 0, after: int = 0) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="{rule}"/>'


FIRST_LINE = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
KEEP = "<w:keepNext/><w:keepLines/>"
OUTLINE = '<w:outlineLvl w:val="0"/>'
CENTER, RIGHT_SIDE = '<w:jc w:val="center"/>', '<w:jc w:val="right"/>'
STYLES = (
    built_in(style("Title", "Title", spaced(720, after=LINE) + CENTER, FONTS[0][0], 44)),
    built_in(
        style("Heading1", "heading 1", KEEP + spaced(LINE) + FIRST_LINE + OUTLINE, "黑体", 32)
    ),
    style("Body", "公文正文", spaced(LINE) + FIRST_LINE + '<w:jc w:val="both"/>', FONTS[1][0], 32),
    built_in(style("Closing", "Closing", KEEP + spaced(LINE) + RIGHT_SIDE, FONTS[1][0], 32)),
    style("AfterTable", "表后", spaced(240), FONTS[1][0], 16),
    built_in(style("Footer", "footer", spaced(280, "atLeast"), "宋体", 28)),
    built_in(style("Header", "header", spaced(240, "auto"), "宋体", 18)),
)


def styles_part() -> str:
    face = FONTS[1][0]
    return (
        f'{HEAD}<w:styles {W}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{face}"'
        f' w:hAnsi="{face}" w:eastAsia="{face}" w:cs="{face}"/><w:sz w:val="32"/>'
        f'<w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>'
        f"<w:pPrDefault/></w:docDefaults>"
        f'<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        f"<w:qFormat/></w:style>{''.join(STYLES)}</w:styles>"
    )


def font_part() -> str:
    """The fonts, each with another name by which a machine may have it; none is embedded."""
    fonts = []
    for name, family, other in FONTS:
        fonts.append(
            f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/>'
            f'<w:family w:val="{family}"/><w:pitch w:val="fixed"/></w:font>'
        )
    return f"{HEAD}<w:fonts {W}>{''.join(fonts)}</w:fonts>"


def settings_part() -> str:
    return (
        f'{HEAD}<w:settings {W}><w:zoom w:percent="100"/><w:evenAndOddHeaders/>'
        f'<w:characterSpacingControl w:val="compressPunctuation"/><w:compat>'
        f'<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/'
        f'word" w:val="15"/></w:compat></w:settings>'
    )


def footer_part(side: str) -> str:
    """— 5 — at the outer edge: right on odd pages, left on even ones."""
    number = (
        '<w:r><w:t xml:space="preserve">— </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> —</w:t></w:r>'
    )
    return (
        f'{HEAD}<w:ftr {W}><w:p><w:pPr><w:pStyle w:val="Footer"/>'
        f'<w:ind w:{side}="{NUMBER_INDENT}"/><w:jc w:val="{side}"/></w:pPr>{number}</w:p></w:ftr>'
    )


# --- the mark of a draft --------------------------------------------------------------------------


def mark_xml() -> str:
    """草稿 in large pale letters across the page, behind its text, as Word writes a watermark."""
    look = (
        "position:absolute;margin-left:0;margin-top:0;width:360pt;height:180pt;rotation:315;"
        "z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        "mso-position-vertical:center;mso-position-vertical-relative:margin"
    )
    return (
        f'<w:r><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136"'
        f' adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        f'<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        f'<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        f'<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        f'<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>'
        f'</v:shapetype><v:shape id="DraftMark" o:spid="_x0000_s2049" type="#_x0000_t136"'
        f' style="{look}" o:allowincell="f" fillcolor="silver" stroked="f">'
        f'<v:fill opacity=".5"/><v:textpath style="font-family:&quot;宋体&quot;;font-size:1pt"'
        f' string="{MARK}"/></v:shape></w:pict></w:r>'
    )


def header_part() -> str:
    return (
        f'{HEAD}<w:hdr {W} {VML}><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>{mark_xml()}'
        f"</w:p></w:hdr>"
    )


# --- the document and the archive -----------------------------------------------------------------

PAGE = (
    f'<w:pgSz w:w="{PAGE_WIDTH}" w:h="{PAGE_HEIGHT}"/><w:pgMar w:top="{TOP}" w:right="{RIGHT}"'
    f' w:bottom="{BOTTOM}" w:left="{LEFT}" w:header="{HEADER}" w:footer="{FOOTER}" w:gutter="0"/>'
)
WIDE_PAGE = (
    f'<w:pgSz w:w="{PAGE_HEIGHT}" w:h="{PAGE_WIDTH}" w:orient="landscape"/><w:pgMar'
    f' w:top="{WIDE_MARGIN}" w:right="{WIDE_MARGIN}" w:bottom="{WIDE_MARGIN}"'
    f' w:left="{WIDE_MARGIN}" w:header="450" w:footer="450" w:gutter="0"/>'
)


def document_part(body: str, wide: bool = False) -> str:
    """The main part; the references of the header of a draft are put in by ``package_of``. A
    ``wide`` page lies across.
    """
    return (
        f'{HEAD}<w:document {W} {R}><w:body>{body}<w:sectPr><w:footerReference w:type="default"'
        f' r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>'
        f"{WIDE_PAGE if wide else PAGE}</w:sectPr></w:body></w:document>"
    )


DRAFT_REFERENCES = (
    '<w:headerReference w:type="default" r:id="rId6"/>'
    '<w:headerReference w:type="even" r:id="rId7"/>'
)
# The parts of the main part: name, kind of relation; their numbers are rId1 and on.
NAMES = (
    ("styles", "styles"),
    ("settings", "settings"),
    ("fontTable", "fontTable"),
    ("footer1", "footer"),
    ("footer2", "footer"),
)
HEADERS = (("header1", "header"), ("header2", "header"))


def package_of(document: str, title: str, draft: bool) -> bytes:
    """The parts as an archive. ``title`` is the file's own; a draft has its mark in the headers."""
    parts = {
        "word/styles.xml": styles_part(),
        "word/settings.xml": settings_part(),
        "word/fontTable.xml": font_part(),
        "word/footer1.xml": footer_part("right"),
        "word/footer2.xml": footer_part("left"),
    }
    names: tuple[tuple[str, str], ...] = NAMES
    if draft:
        names = (*NAMES, *HEADERS)
        parts |= {"word/header1.xml": header_part(), "word/header2.xml": header_part()}
        before, opened, after = document.rpartition("<w:sectPr>")
        document = before + opened + DRAFT_REFERENCES + after
    first = {
        "[Content_Types].xml": types_part(names),
        "_rels/.rels": relations_part(
            ("officeDocument", "word/document.xml"), ("extended-properties", "docProps/app.xml")
        ).replace("</Relationships>", CORE_RELATION),
        "docProps/app.xml": APP,
        "docProps/core.xml": core_part(title),
        "word/document.xml": document,
        "word/_rels/document.xml.rels": relations_part(*map(target_of, names)),
    }
    return packed(first | parts)


def target_of(part: tuple[str, str]) -> tuple[str, str]:
    name, kind = part
    return kind, f"{name}.xml"


def types_part(names: tuple[tuple[str, str], ...]) -> str:
    found = [
        f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>',
        '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-'
        'package.core-properties+xml"/>',
        '<Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.extended-properties+xml"/>',
    ]
    for name, kind in names:
        found.append(f'<Override PartName="/word/{name}.xml" ContentType="{WORD}.{kind}+xml"/>')
    return (
        f'{HEAD}<Types xmlns="{OFFICE}/package/2006/content-types"><Default Extension="rels"'
        f' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{"".join(found)}</Types>'
    )


CORE_RELATION = (
    f'<Relationship Id="core" Type="{OFFICE}/package/2006/relationships/metadata/core-properties"'
    f' Target="docProps/core.xml"/></Relationships>'
)
APP = (
    f'{HEAD}<Properties xmlns="{OFFICE}/officeDocument/2006/extended-properties">'
    f"<Application>gongkai</Application></Properties>"
)


def core_part(title: str) -> str:
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{OFFICE}/package/2006/metadata/core-properties"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title>'
        f"</cp:coreProperties>"
    )


def relations_part(*targets: tuple[str, str]) -> str:
    """(kind, target) of each -> rId1, rId2 and on."""
    found = []
    for number, (kind, target) in enumerate(targets, 1):
        found.append(
            f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        )
    return (
        f'{HEAD}<Relationships xmlns="{OFFICE}/package/2006/relationships">{"".join(found)}'
        f"</Relationships>"
    )


def packed(parts: Mapping[str, str]) -> bytes:
    """The parts in their order, with the oldest time that an archive can hold."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(ZipInfo(name), text.encode(), ZIP_DEFLATED, LEVEL)
    return buffer.getvalue()
