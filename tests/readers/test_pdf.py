"""PDFs: what a reader of the page sees is what is read, and nothing else ever becomes a figure."""

from __future__ import annotations

from itertools import pairwise

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from gongkai.figures import read_figure
from gongkai.model import Block, Grid, Link, Prose, UnreadableDocument
from gongkai.readers.blocks import PAINTED
from gongkai.readers.pdf import pdf_blocks
from helpers.blocks import prose
from helpers.counts import matrix
from helpers.pages import figures as figures_of
from helpers.pages import misread, read_page, typed_report, unlike
from helpers.writers.mutations import figure_spots, rewritten
from helpers.writers.pdfs import Desk, Style, pdf_of
from helpers.writers.raw_pdfs import HELVETICA, box, one_page, stream, text
from helpers.writers.styles import report_sheets


def grids(blocks: tuple[Block, ...]) -> list[Grid]:
    return [block for block in blocks if isinstance(block, Grid)]


def cells(content: bytes) -> list[list[str]]:
    """The texts of the only grid."""
    (grid,) = grids(pdf_blocks(content))
    return [[cell.text for cell in row] for row in grid.rows]


def second(extra: bytes, font: str = HELVETICA, before: bytes = b"", **parts: object) -> str:
    """The text of the cell at (150, 700) to (250, 720), in which ``extra`` paints; its neighbour
    holds an a.
    """
    table = before + box([["a", ""], ["b", "1"]])
    return cells(one_page(table + extra, font, **parts))[0][1]  # type: ignore[arg-type]


# --- what stands beside a figure, over it or nowhere ----------------------------------------------


@pytest.mark.parametrize(
    ("painted", "read"),
    [
        (text(160, 706, "12"), "12"),
        (text(160, 706, "12") + text(171.2, 710, "2", size=6), "12^2"),
        (text(160, 706, "12") + text(171.2, 704, "2", size=6), "12^2"),
        (b"BT /H 10 Tf 160 706 Td (12) Tj 3 Ts (2) Tj ET ", "12^2"),
        (text(160, 706, "1") + text(165.6, 706, "2"), "12"),
        (text(160, 706, "1") + text(168.5, 706, "2"), "1 2"),
        (text(160, 706, "12") + text(160.4, 706, "12"), "12"),
        (text(160, 706, "1122") + text(160.4, 706, "1122"), "1122"),
        (text(160, 706, "3") + text(160, 706, "8"), "\ufffd"),
        (b"BT /H 10 Tf 3 Tr 160 706 Td (12) Tj ET ", ""),
        (b"BT /H 10 Tf 7 Tr 160 706 Td (12) Tj ET ", ""),
        (b"1 1 1 rg " + text(160, 706, "12"), ""),
        (b"0 0 0 0 k " + text(160, 706, "12"), ""),
        (b"0.2 g 150 700 100 20 re f 1 g " + text(160, 706, "12"), "12"),
        (b"0.2 g 150 700 100 20 re f " + text(160, 706, "12"), ""),
        (text(160, 706, "12") + b"1 g 155 702 60 16 re f 0 g ", "\ufffd\ufffd"),
        (
            text(160, 706, "12") + b"1 g 155 702 60 16 re f 0 g " + text(160, 706, "34"),
            "\ufffd\ufffd",
        ),
        (b"q 0 0 10 10 re W n " + text(160, 706, "12") + b"Q ", ""),
        (b"q 150 700 100 20 re W n " + text(160, 706, "12") + b"Q ", "12"),
        (
            b"q 150 700 15.5 20 re W* n " + text(160, 706, "12") + b"Q " + text(180, 706, "7"),
            "1\ufffd 7",
        ),
        (text(160, 706, "12") + b"BT /H 20 Tf 0.7 0.7 -0.7 0.7 165 702 Tm (7) Tj ET ", "12"),
        (text(160, 706, "\\0551"), "-1"),
        (text(160, 706, "0") + text(190, 706, "5"), "0 5"),
    ],
)
def test_what_is_painted_in_a_cell(painted: bytes, read: str) -> None:
    assert second(painted) == read


def test_a_figure_wider_than_its_column_is_in_neither() -> None:
    rows = cells(one_page(box([["a", "", ""], ["b", "1", "2"]]) + text(236, 706, "123456")))
    assert all(read_figure(text).state == "unreadable" for text in rows[0][1:])


def test_a_text_too_tall_for_its_cell_is_in_neither() -> None:
    rows = cells(
        one_page(
            box([["a", "1", "2"], ["b", "3", "4"]]) + text(55, 696, "cd") + text(170, 696, "56")
        )
    )
    assert [row[0] for row in rows] == ["a", "\ufffd"]
    assert read_figure(rows[1][1]).state == "unreadable"
    assert [row[2] for row in rows] == ["2", "4"]


@matrix(rules=["lines", "rects", "none"], heads=[False, True], line=[5, 6, 9, 12, 18, 22, 25, 26])
def test_a_figure_that_a_page_break_cuts_is_never_half_of_it(
    rules: str, heads: bool, line: int
) -> None:
    report = typed_report("hongze-2024")
    sheets, truth = report_sheets(report), figures_of(report)
    for spot in [spot for spot in figure_spots(sheets["applications"]) if spot.box.top == line][
        ::2
    ]:
        sheets["applications"] = rewritten(sheets["applications"], spot, "12345678901")
        truth[spot.id] = 12345678901
    style = Style(rules=rules, breaks=(("applications", line),), heads=heads, inside=True)
    assert misread(truth, read_page(pdf_of(report, style, sheets))) == []
    whole = read_page(pdf_of(report, Style(rules=rules), sheets))
    assert misread(truth, whole) == []


def test_text_outside_the_page_or_its_crop_box_is_left_out() -> None:
    assert second(text(160, 706, "1") + text(160, 906, "2")) == "1"
    assert second(text(160, 706, "1") + text(160, 720.5, "2"), page="/CropBox [0 0 600 721]") == "1"


def test_a_layer_that_is_off() -> None:
    parts = {
        "resources": "/Properties << /L 10 0 R >>",
        "more": {10: "<< /Type /OCG /Name (x) >>"},
        "catalog": "/OCProperties << /OCGs [10 0 R] /D << /OFF [10 0 R] >> >>",
    }
    layer = b"/OC /L BDC " + text(160, 706, "12") + b"EMC "
    assert second(layer + text(180, 706, "3"), **parts) == "3"
    assert second(layer, **{**parts, "catalog": ""}) == "12"


def test_transparent_text_and_a_highlight_over_text() -> None:
    states = "/ExtGState << /T << /ca 0 >> /M << /BM /Multiply >> >>"
    assert second(b"q /T gs " + text(160, 706, "12") + b"Q ", resources=states) == ""
    marked = text(160, 706, "12") + b"q /M gs 1 1 0 rg 155 702 60 16 re f Q "
    assert second(marked, resources=states) == "12"


# --- characters that the file does not name -------------------------------------------------------


def composite(unicode_map: str) -> tuple[str, dict[int, bytes | str]]:
    """A font of two-byte codes with this ToUnicode map, or with none."""
    named = "/ToUnicode 10 0 R" if unicode_map else ""
    font = (
        f"<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+S /Encoding /Identity-H {named} "
        f"/DescendantFonts [<< /Type "
        "/Font /Subtype /CIDFontType2 /BaseFont /ABCDEF+S /DW 500 /CIDSystemInfo << /Registry "
        "(Adobe) /Ordering "
        "(Identity) /Supplement 0 >> /FontDescriptor << /Type /FontDescriptor /FontName /S "
        "/Flags 4 /Descent -200 "
        "/Ascent 800 /FontBBox [0 -200 1000 800] >> >>] >>"
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff> "
        "endcodespacerange "
        f"{unicode_map} endcmap"
    )
    return font, {10: stream(cmap.encode())}


@pytest.mark.parametrize(
    ("unicode_map", "read"),
    [
        ("2 beginbfchar <0014> <0031> <0015> <0032> endbfchar", "12"),
        ("", "\ufffd\ufffd"),
        ("1 beginbfchar <0014> <0031> endbfchar", "1\ufffd"),
        ("2 beginbfchar <0014> <0031> <0015> <e032> endbfchar", "1\ue032"),
        ("2 beginbfchar <0014> <0031> <0015> <200b> endbfchar", "1\ufffd"),
        ("2 beginbfchar <0014> <0031> <0015> <0000> endbfchar", "1\ufffd"),
        ("2 beginbfchar <0014> <00ad> <0015> <0032> endbfchar", "-2"),
    ],
)
def test_a_font_names_its_characters_or_they_are_unreadable(unicode_map: str, read: str) -> None:
    font, more = composite(unicode_map)
    found = second(b"BT /F 10 Tf 160 706 Td <00140015> Tj ET ", font, more=more)
    assert found == read
    assert read.isascii() or read_figure(found).state == "unreadable"


def test_an_embedded_subset_without_names_is_unreadable() -> None:
    font = (
        "<< /Type /Font /Subtype /TrueType /BaseFont /ABCDEF+S /FirstChar 49 /LastChar 50 "
        "/Widths [500 500] "
        "/FontDescriptor << /Type /FontDescriptor /FontName /ABCDEF+S /Flags 4 /FontFile2 10 0 R "
        ">> >>"
    )
    assert second(text(160, 706, "12", "F"), font, more={10: stream(b"")}) == "\ufffd\ufffd"


def test_a_figure_as_a_picture_or_as_a_shape_is_not_blank() -> None:
    shape = b"160 703 m 164 712 l 168 703 l 166 703 l 162 707 l h f "
    for painted in (shape, b"q 20 0 0 12 160 703 cm /I Do Q "):
        image = stream(
            b"\x00" * 3,
            (
                "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceRGB "
                "/BitsPerComponent 8"
            ),
        )
        page = one_page(
            box([["a", ""], ["b", "1"]]) + painted,
            resources="/XObject << /I 10 0 R >>",
            more={10: image},
        )
        pictures = [
            block for block in pdf_blocks(page) if isinstance(block, Link) and block.place.row
        ]
        assert [(link.place.row, link.place.column) for link in pictures] == [(1, 2)]


# --- tables ---------------------------------------------------------------------------------------


def spans(content: bytes) -> list[list[tuple[str, int, int, int]]]:
    (grid,) = grids(pdf_blocks(content))
    return [[tuple(cell) for cell in row] for row in grid.rows]  # type: ignore[misc]


def test_spans_come_from_the_lines() -> None:
    lines = (
        b"50 700 300 60 re S 50 720 m 150 720 l S 150 740 m 350 740 l S 150 700 m 150 760 l S "
        b"250 700 m 250 740 l S "
    )
    words = [
        (60, 745, "tall"),
        (160, 745, "wide"),
        (160, 715, "b"),
        (260, 715, "c"),
        (60, 705, "low"),
    ]
    page = one_page(lines + b"".join(text(*word) for word in words))
    assert spans(page) == [
        [("tall", 0, 2, 1), ("wide", 1, 1, 2)],
        [("b", 1, 2, 1), ("c", 2, 2, 1)],
        [("low", 0, 1, 1)],
    ]


def test_grids_are_numbered_and_stand_among_the_prose_with_their_page() -> None:
    report = typed_report("hongze-2024")
    *blocks, painted = pdf_blocks(pdf_of(report, Style(width=595.0, height=842.0)))
    assert isinstance(painted, Prose)
    assert (painted.heading, report.agency in painted.text) == (PAINTED, True)
    found = [block for block in blocks if isinstance(block, Grid)]
    assert [grid.place.table for grid in found] == list(range(1, len(found) + 1))
    lines = [block.place.line for block in blocks if not isinstance(block, Grid | Link)]
    assert all(before < after for before, after in pairwise(lines))
    assert all(block.place.page for block in blocks)


def test_a_table_sideways_on_its_page_is_read_upright() -> None:
    rows = [["a", "12"], ["b", "34"]]
    page = one_page(b"q 0 1 -1 0 800 0 cm " + box(rows) + b"Q ", page="/MediaBox [0 0 800 800]")
    assert cells(page) == rows
    assert cells(one_page(box(rows), page="/Rotate 90")) == rows


# --- whole documents ------------------------------------------------------------------------------


def test_lines_become_paragraphs_and_a_title_of_two_lines_is_one() -> None:
    report = typed_report("hongze-2024")
    content = pdf_of(report, Style(width=595.0, height=842.0, title_lines=2, running="某某年报"))
    assert read_page(content).title == report.title
    opening = f"本报告由{report.agency}编制，所列数据的统计期限自2024年1月1日起至2024年12月31日止。"
    lines = [line for _, text in prose(pdf_blocks(content)) for line in text.split("\n")]
    assert opening in lines
    assert not any("- 2 -" in line for line in lines)
    assert sum("某某年报" in line for line in lines) == 1


def encrypted(user: str) -> bytes:
    desk = Desk(Style(), canvas=None)
    desk.canvas = Canvas(
        desk.content,
        pagesize=(595, 842),
        encrypt=StandardEncryption(user, ownerPassword="o", canPrint=0, canCopy=0),
    )
    desk.canvas.setFont("Helvetica", 12)
    desk.canvas.drawString(60, 700, "page 12")
    desk.canvas.showPage()
    desk.canvas.save()
    return desk.content.getvalue()


def test_a_password_is_asked_for_but_not_where_only_printing_is_forbidden() -> None:
    with pytest.raises(UnreadableDocument, match="加了密码"):
        pdf_blocks(encrypted("secret"))
    assert [text for _, text in prose(pdf_blocks(encrypted("")))] == ["page 12"]


def scan(under: bytes) -> bytes:
    image = stream(
        b"\x00" * 3,
        (
            "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceRGB "
            "/BitsPerComponent 8"
        ),
    )
    content = under + b"q 600 0 0 800 0 0 cm /I Do Q "
    return one_page(content, resources="/XObject << /I 10 0 R >>", more={10: image})


def test_a_scan_says_so() -> None:
    with pytest.raises(UnreadableDocument, match=r"扫描件或图片.*。$"):
        pdf_blocks(scan(b""))
    guessed = b"3 Tr " + text(60, 700, "guessed text of a scanner program 12 34")
    with pytest.raises(UnreadableDocument, match=r"扫描件.*猜的.*。$"):
        pdf_blocks(scan(guessed))
    with pytest.raises(UnreadableDocument, match=r"转成图形.*。$"):
        pdf_blocks(one_page(b"160 703 m 164 712 l 168 703 l 166 703 l 162 707 l h f "))


def test_a_report_is_read_through_the_process_of_the_reader() -> None:
    report = typed_report("hongze-2024")
    read = read_page(pdf_of(report, Style()))
    assert unlike(figures_of(report), read) == []


@pytest.mark.parametrize("line", range(2, 5))
def test_a_break_under_a_head_never_joins_it_with_a_figure(line: int) -> None:
    report = typed_report("hongze-2024")
    read = read_page(pdf_of(report, Style(rules="rects", breaks=(("disputes", line),))))
    assert unlike(figures_of(report), read) == []


def note(kind: str, entries: str) -> dict[str, object]:
    rect = f"<< /Type /Annot /Subtype /{kind} /Rect [155 702 200 718] {entries} >>"
    return {"page": "/Annots [10 0 R]", "more": {10: rect}}


@pytest.mark.parametrize(
    ("painted", "kind", "entries", "read"),
    [
        ("", "FreeText", "/Contents (95)", "95"),
        ("", "Widget", "/FT /Tx /V (95)", "95"),
        ("", "Widget", "/FT /Tx /Parent << /V (95) >>", "95"),
        ("", "Widget", "/FT /Tx /V (95) /F 2", ""),
        ("", "Link", "/Contents (95)", ""),
        ("97", "FreeText", "/Contents (95)", "\ufffd97"),
        ("97", "Widget", "/FT /Tx /V ()", "97"),
    ],
)
def test_what_was_typed_onto_the_page(painted: str, kind: str, entries: str, read: str) -> None:
    assert second(text(160, 706, painted) if painted else b"", **note(kind, entries)) == read


def test_shells_of_other_documents_say_so() -> None:
    with pytest.raises(UnreadableDocument, match=r"文件包.*。$"):
        pdf_blocks(one_page(text(50, 700, "open with"), catalog="/Collection << >>"))
    with pytest.raises(UnreadableDocument, match=r"动态表单.*。$"):
        pdf_blocks(
            one_page(text(50, 700, "Please wait"), catalog="/AcroForm << /XFA (x) /Fields [] >>")
        )


def beside(x: float, rows: list[list[str]]) -> bytes:
    found = b""
    for row, texts in enumerate(rows):
        for column, words in enumerate(texts):
            at = x + 60 * column, 700 - 20 * row
            found += f"{at[0]} {at[1]} 60 20 re S\n".encode() + text(at[0] + 5, at[1] + 6, words)
    return found


def test_figures_in_a_table_beside_their_labels() -> None:
    left, right = [["name", "a"], ["x", "1"]], [["b", "c"], ["2", "3"]]
    whole = [one + other for one, other in zip(left, right, strict=True)]
    assert cells(one_page(beside(50, left) + beside(180, right))) == whole
    labelled = [["b", "c"], ["y", "3"]]
    assert len(grids(pdf_blocks(one_page(beside(50, left) + beside(180, labelled))))) == 2
    assert len(grids(pdf_blocks(one_page(beside(50, left) + beside(300, right))))) == 2
