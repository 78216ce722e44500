"""PDFs built byte by byte: what no program would write, or only a hostile one."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

HELVETICA = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def stream(content: bytes, entries: str = "", flate: bool = False) -> bytes:
    packed = zlib.compress(content, 9) if flate else content
    filters = " /Filter /FlateDecode" if flate else ""
    return (
        f"<< /Length {len(packed)}{filters} {entries} >>\nstream\n".encode()
        + packed
        + b"\nendstream"
    )


def assemble(objects: Mapping[int, bytes | str], root: int = 1, trailer: str = "") -> bytes:
    """Objects by number -> a file with a sound cross-reference table."""
    found = bytearray(b"%PDF-1.7\n")
    offsets = {}
    for number, content in objects.items():
        offsets[number] = len(found)
        body = content.encode("latin-1") if isinstance(content, str) else content
        found += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(found)
    found += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        found += f"{number} 1\n{offset:010d} 00000 n \n".encode()
    found += (
        f"trailer\n<< /Size {max(objects) + 1} /Root {root} 0 R {trailer} "
        f">>\nstartxref\n{start}\n%%EOF\n"
    ).encode()
    return bytes(found)


def one_page(
    content: bytes,
    font: str = HELVETICA,
    resources: str = "",
    more: Mapping[int, bytes | str] | None = None,
    page: str = "",
    catalog: str = "",
) -> bytes:
    """A page of 600 x 800 points with this content; its fonts are /F (``font``) and /H
    (Helvetica).
    """
    objects: dict[int, bytes | str] = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        f"/Resources << /Font << /F 5 0 R /H 6 0 R >> {resources} >> {page} >>",
        4: stream(content),
        5: font,
        6: HELVETICA,
    }
    return assemble({**objects, **(more or {})})


def text(x: float, y: float, words: str, font: str = "H", size: float = 10) -> bytes:
    return f"BT /{font} {size} Tf {x} {y} Td ({words}) Tj ET\n".encode("latin-1")


def box(cells: Sequence[Sequence[str]], font: str = "H") -> bytes:
    """A ruled table at the top left, 100 points a column and 20 a row, with the texts of its
    cells.
    """
    found = b""
    for row, texts in enumerate(cells):
        for column, words in enumerate(texts):
            x, y = 50 + 100 * column, 700 - 20 * row
            found += f"{x} {y} 100 20 re S\n".encode() + (
                text(x + 5, y + 6, words, font) if words else b""
            )
    return found


def many_pages(count: int) -> bytes:
    kids = " ".join(f"{number} 0 R" for number in range(10, 10 + count))
    objects: dict[int, bytes | str] = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        4: stream(text(50, 700, "page")),
        6: HELVETICA,
    }
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << "
        "/Font << /H 6 0 R >> >> >>"
    )
    return assemble(objects | dict.fromkeys(range(10, 10 + count), page))


# --- hostile --------------------------------------------------------------------------------------


def nested_forms(depth: int) -> bytes:
    """Each form paints the next one ten times."""
    forms: dict[int, bytes | str] = {}
    for number in range(10, 10 + depth):
        entries = (
            "/Type /XObject /Subtype /Form /BBox [0 0 600 800] "
            f"/Resources << /XObject << /X {number + 1} 0 R >> /Font << /H 6 0 R >> >>"
        )
        forms[number] = stream(
            b"/X Do " * 10 if number < 9 + depth else text(50, 700, "1"), entries
        )
    return one_page(b"/X Do " * 10, resources="/XObject << /X 10 0 R >>", more=forms)


def endless_form() -> bytes:
    entries = (
        "/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /X 10 0 R "
        ">> >>"
    )
    return one_page(
        b"/X Do", resources="/XObject << /X 10 0 R >>", more={10: stream(b"/X Do /X Do", entries)}
    )


def endless_pages() -> bytes:
    return assemble(
        {
            1: "<< /Type /Catalog /Pages 2 0 R >>",
            2: "<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 9 >>",
            3: "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 9 >>",
        }
    )


def deep_pages(depth: int) -> bytes:
    objects: dict[int, bytes | str] = {1: "<< /Type /Catalog /Pages 2 0 R >>"}
    objects |= {
        number: f"<< /Type /Pages /Kids [{number + 1} 0 R] /Count 1 >>"
        for number in range(2, depth)
    }
    return assemble(objects)


def operators(count: int) -> bytes:
    """A content stream of so many rectangles, a thousandth of that in the file."""
    return one_page(b"", more={4: stream(b"1 1 1 1 re f " * count, flate=True)})


def flate_bomb(megabytes: int) -> bytes:
    return one_page(b"", more={4: stream(b" " * (megabytes << 20), flate=True)})


def font_bomb() -> bytes:
    """A ToUnicode map of huge ranges."""
    ranges = "\n".join(
        f"<{start:08x}> <{start + 0xFFFFFF:08x}> <4e00>" for start in range(0, 1 << 31, 1 << 25)
    )
    cmap = (
        f"/CIDInit /ProcSet findresource begin begincmap\n64 "
        f"beginbfrange\n{ranges}\nendbfrange\nendcmap"
    ).encode()
    font = (
        "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 10 0 R "
        "/DescendantFonts "
        "[<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /CIDSystemInfo << /Registry (Adobe) "
        "/Ordering (Identity) "
        "/Supplement 0 >> /FontDescriptor << /Type /FontDescriptor /FontName /A /Flags 4 >> >>] >>"
    )
    return one_page(b"BT /F 10 Tf 50 700 Td <00310032> Tj ET", font, more={10: stream(cmap)})
