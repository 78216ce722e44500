"""PDFs made to be slow, endless, huge or broken: a sentence, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from gongkai.model import Grid, UnreadableDocument
from gongkai.processes import MEGABYTE, Bounds
from gongkai.readers.pdf import pdf_blocks
from gongkai.readers.worker import read_apart
from helpers.blocks import read
from helpers.counts import counted, many
from helpers.growth import LINEAR, doubling
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

LIGHT = Bounds(memory=150 * MEGABYTE)


MADE: dict[str, Callable[[], bytes]] = {
    "forms that multiply": lambda: nested_forms(11),
    "forms in forms": lambda: nested_forms(30),
    "a form in itself": endless_form,
    "pages in themselves": endless_pages,
    "pages five thousand deep": lambda: deep_pages(5_000),
    "twenty million operators": lambda: operators(20_000_000),
    "a thousand pages": lambda: many_pages(1_000),
    "garbage": lambda: b"%PDF-1.7\n" + Random(1).randbytes(20_000),
    "nothing": lambda: b"%PDF-1.7\n",
    "no pages": lambda: assemble({1: "<< /Type /Catalog >>"}),
    "pages that are none": lambda: assemble({1: "<< /Type /Catalog /Pages 1 0 R >>"}),
    "contents that are missing": lambda: one_page(b"", page="/Contents 99 0 R"),
    "pages that are missing": lambda: many_pages(3).replace(b"/Count 3", b"/Count 4"),
    "contents that cannot be unpacked": lambda: one_page(
        b"", more={4: stream(b"x" * 100, "/Filter /FlateDecode")}
    ),
    "an unknown filter": lambda: one_page(b"", more={4: stream(b"1", "/Filter /Unknown")}),
}


HEAVY: dict[str, Callable[[], bytes]] = {
    "a gigabyte of blanks": lambda: flate_bomb(1_000),
    "a font of a billion characters": font_bomb,
}


SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in HEAVY]


@pytest.mark.parametrize("name", [*MADE, *SLOW])
def test_a_hostile_file_is_refused_in_a_sentence(name: str) -> None:
    content = (MADE | HEAVY)[name]()
    with pytest.raises(UnreadableDocument, match=r"^report：[^\n]*。$"):
        read(content)


def test_a_font_of_a_billion_characters_is_ended_while_it_grows() -> None:
    """In less memory than readers have, so that it is soon over."""
    with pytest.raises(UnreadableDocument, match="内存超过150MB"):
        read_apart("gongkai.readers.pdf:pdf_blocks", font_bomb(), LIGHT)


def drawing(lines: int) -> bytes:
    """So many lines across a page, and as many down."""
    places = [(n % 600, n % 800) for n in range(lines)]
    crossing = (f"{x} 0 m {x} 800 l S 0 {y} m 600 {y} l S\n" for x, y in places)
    return one_page("".join(crossing).encode())


def test_a_drawing_of_thousands_of_lines_is_no_table() -> None:
    """Nor does it take more for each line the more there are."""

    def refused(content: bytes) -> None:
        with pytest.raises(UnreadableDocument):
            pdf_blocks(content)

    assert doubling(refused, drawing, 300) < LINEAR


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.97])
def test_a_file_cut_off_is_never_read_in_part(share: float) -> None:
    content = pdf_of(typed_report("hongze-2024"), Style())
    with pytest.raises(UnreadableDocument, match=r"。$"):
        read(content[: int(share * len(content))])


@counted
def test_bytes_changed_at_random_never_change_a_figure() -> None:
    """Each page of the report is packed and sealed by a checksum; a page that is damaged is refused
    or missing.
    """
    report = typed_report("hongze-2024")
    content = pdf_of(report, Style())
    refused, count = 0, many(40)
    for seed in range(count):
        random = Random(seed)
        damaged = bytearray(content)
        for _ in range(random.randint(1, 4)):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        try:
            read_ = read_page(bytes(damaged))
        except UnreadableDocument:
            refused += 1
            continue
        assert misread(figures(report), read_) == []
    assert 0 < refused < count


def test_a_table_of_one_cell_or_one_column_stays_text() -> None:
    for page in (
        one_page(box([["note"]])),
        one_page(box([["note"], ["more"]]) + text(50, 600, "below")),
    ):
        assert not any(isinstance(block, Grid) for block in pdf_blocks(page))
