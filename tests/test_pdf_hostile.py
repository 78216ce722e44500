"""Room: tests. PDFs made to be slow, endless, huge or broken are refused in a sentence, fast and in bounded memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

import pytest

from gongkai.model import UnreadableDocument
from helpers.blocks import read
from helpers.pages import figures, misread, read_page, typed_report
from helpers.writers.pdfs import Style, pdf_of
from helpers.writers.raw_pdfs import (
    assemble,
    box,
    deep_pages,
    endless_form,
    endless_pages,
    flate_bomb,
    font_bomb,
    many_pages,
    nested_forms,
    one_page,
    operators,
    stream,
    text,
)

LONGEST = 12.0  # seconds, on a machine with other work to do; the reader's process is ended after 9


def wide_drawing() -> bytes:
    lines = (f"{n % 600} 0 m {n % 600} 800 l S 0 {n % 800} m 600 {n % 800} l S\n" for n in range(9_000))
    return one_page("".join(lines).encode())


MADE: dict[str, Callable[[], bytes]] = {
    "forms that multiply": lambda: nested_forms(11),
    "forms in forms": lambda: nested_forms(30),
    "a form in itself": endless_form,
    "pages in themselves": endless_pages,
    "pages five thousand deep": lambda: deep_pages(5_000),
    "twenty million operators": lambda: operators(20_000_000),
    "a gigabyte of blanks": lambda: flate_bomb(1_000),
    "a font of a billion characters": font_bomb,
    "a thousand pages": lambda: many_pages(1_000),
    "garbage": lambda: b"%PDF-1.7\n" + Random(1).randbytes(20_000),
    "nothing": lambda: b"%PDF-1.7\n",
    "no pages": lambda: assemble({1: "<< /Type /Catalog >>"}),
    "pages that are none": lambda: assemble({1: "<< /Type /Catalog /Pages 1 0 R >>"}),
    "contents that are missing": lambda: one_page(b"", page="/Contents 99 0 R"),
    "pages that are missing": lambda: many_pages(3).replace(b"/Count 3", b"/Count 4"),
    "contents that cannot be unpacked": lambda: one_page(b"", more={4: stream(b"x" * 100, "/Filter /FlateDecode")}),
    "an unknown filter": lambda: one_page(b"", more={4: stream(b"1", "/Filter /Unknown")}),
}


@pytest.mark.parametrize("name", MADE)
def test_a_hostile_file_is_refused_in_a_sentence(name: str) -> None:
    content = MADE[name]()
    start = time.monotonic()
    with pytest.raises(UnreadableDocument, match=r"^report：[^\n]*。$"):
        read(content)
    assert time.monotonic() - start < LONGEST


def test_a_drawing_of_thousands_of_lines_is_no_table() -> None:
    start = time.monotonic()
    with pytest.raises(UnreadableDocument):
        read(wide_drawing())
    assert time.monotonic() - start < LONGEST


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.97])
def test_a_file_cut_off_is_never_read_in_part(share: float) -> None:
    content = pdf_of(typed_report("hongze-2024"), Style())
    with pytest.raises(UnreadableDocument, match=r"。$"):
        read(content[: int(share * len(content))])


def test_bytes_changed_at_random_never_change_a_figure() -> None:
    """Each page of the report is packed and sealed by a checksum; a page that is damaged is refused or missing."""
    report = typed_report("hongze-2024")
    content = pdf_of(report, Style())
    random = Random(2024)
    refused = 0
    for _ in range(40):
        damaged = bytearray(content)
        for _ in range(random.randint(1, 4)):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        try:
            read_ = read_page(bytes(damaged))
        except UnreadableDocument:
            refused += 1
            continue
        assert misread(figures(report), read_) == []
    assert 0 < refused < 40


def test_a_table_of_one_cell_or_one_column_stays_text() -> None:
    from gongkai.model import Grid
    from gongkai.readers.pdf import pdf_blocks

    for page in (one_page(box([["note"]])), one_page(box([["note"], ["more"]]) + text(50, 600, "below"))):
        assert not any(isinstance(block, Grid) for block in pdf_blocks(page))
