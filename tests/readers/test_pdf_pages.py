"""PDFs whose pages are turned, moved, scaled, cropped, two on a sheet, in another order or
compiled.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import RectangleObject

from helpers import DOCUMENTS
from helpers.counts import matrix
from helpers.pages import figures, misread, read_page, typed, typed_figures

CASES = ("pdf-wps-2024", "pdf-libreoffice-2022", "pdf-unruled-2021")
Change = Callable[[PageObject, float, float], None]


def reader_of(case: str) -> PdfReader:
    return PdfReader(DOCUMENTS / case / "source.pdf")


def written(writer: PdfWriter) -> bytes:
    packed = io.BytesIO()
    writer.write(packed)
    return packed.getvalue()


def changed(case: str, change: Change) -> bytes:
    writer = PdfWriter()
    for page in reader_of(case).pages:
        copy = writer.add_page(page)
        change(copy, float(copy.mediabox.width), float(copy.mediabox.height))
    return written(writer)


def bounded(page: PageObject, *bounds: float) -> None:
    page.mediabox = page.cropbox = RectangleObject(bounds)


def quarter(page: PageObject, width: float, height: float) -> None:
    """Drawn turned and shown turned back, as landscape pages are."""
    page.add_transformation(Transformation().rotate(90).translate(height, 0))
    bounded(page, 0, 0, height, width)
    page.rotate(90)


def half(page: PageObject, width: float, height: float) -> None:
    page.add_transformation(Transformation().rotate(180).translate(width, height))
    page.rotate(180)


def sideways(page: PageObject, width: float, height: float) -> None:
    """Shown turned as it is: a reader turns the head."""
    page.rotate(270)


def offset(page: PageObject, width: float, height: float) -> None:
    page.add_transformation(Transformation().translate(300, -200))
    bounded(page, 300, -200, 300 + width, height - 200)


def cropped(page: PageObject, width: float, height: float) -> None:
    page.cropbox = RectangleObject((0, 0, 0.8 * width, height))


def scaled(page: PageObject, width: float, height: float) -> None:
    page.add_transformation(Transformation().scale(0.35, 0.35))
    bounded(page, 0, 0, 0.35 * width, 0.35 * height)


@matrix(case=CASES, change=[quarter, half, sideways, offset])
def test_turned_and_moved_pages_are_read_whole(case: str, change: Change) -> None:
    assert figures(read_page(changed(case, change))) == typed_figures(typed(case, "report.json"))


@matrix(case=CASES, change=[cropped, scaled])
def test_cropped_and_tiny_pages_lose_nothing_in_silence(case: str, change: Change) -> None:
    read = read_page(changed(case, change))
    assert misread(typed_figures(typed(case, "report.json")), read) == []
    assert read.problems or figures(read) == typed_figures(typed(case, "report.json"))


@pytest.mark.parametrize("case", CASES)
def test_two_pages_on_a_sheet_and_pages_in_reverse(case: str) -> None:
    pages = list(reader_of(case).pages)
    sheets, backward = PdfWriter(), PdfWriter()
    for at, page in enumerate(pages):
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        sheet = sheets.pages[-1] if at % 2 else sheets.add_blank_page(2 * width, height)
        sheet.merge_transformed_page(page, Transformation().translate(width * (at % 2), 0))
    for page in reversed(pages):
        backward.add_page(page)
    for writer in (sheets, backward):
        assert misread(typed_figures(typed(case, "report.json")), read_page(written(writer))) == []


def test_two_reports_in_one_file_are_never_mixed() -> None:
    first, second = "pdf-wps-2024", "pdf-libreoffice-2022"
    writer = PdfWriter()
    for case in (first, second):
        for page in reader_of(case).pages:
            writer.add_page(page)
    read = read_page(written(writer))
    assert misread(typed_figures(typed(first, "report.json")), read) == []
    assert read.problems
