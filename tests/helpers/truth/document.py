"""A made document: a consistent report, its sheets, what faults did to them, and what may be
answered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from gongkai.model import Report, Value
from helpers.made import consistent, report_of
from helpers.pages import figures
from helpers.writers.pdfs import Style as PdfStyle
from helpers.writers.pdfs import pdf_of
from helpers.writers.sheets import Style as SheetStyle
from helpers.writers.sheets import report_book, workbook_bytes
from helpers.writers.styles import LAYOUTS, PASTED, Sheet, Spot, report_sheets, title_of
from helpers.writers.words import Manner, word_page

PAGES = ("plain", "word", "bare", "nested", "glued", "split", "small", "vertical", "paragraphs")
TEXTS = ("bars", "full_bars", "tabs", "lines", "trailing", *PASTED)
SLOW = ("docx", "xlsx", "pdf", "pdf-unruled")  # forms of which one in SELDOM documents is
SELDOM = 40
FORMS = (*PAGES, *TEXTS, *SLOW)
FIRST_MARK = 0xE000  # private characters that stand for markup until a page is written


@dataclass
class Made:
    """``answers``: cell -> the figures that a careful person could read there; ``blank``: cells
    that may be blank without a word; ``doubtful``: cells whose figure must not stand without a
    warning.
    """

    random: Random
    form: str
    report: Report
    sheets: dict[str, Sheet]
    answers: dict[str, set[Value]]
    blank: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    markup: list[str] = field(default_factory=list)
    changes: list[Callable[[str], str]] = field(default_factory=list)

    @property
    def is_page(self) -> bool:
        return self.form in PAGES

    @property
    def is_text(self) -> bool:
        return self.form in TEXTS

    def spots(self, table: str, kind: str = "figure") -> list[Spot]:
        return [spot for spot in self.sheets[table] if spot.kind == kind]

    def cells(self, table: str) -> list[str]:
        return [cell for cell in self.answers if cell.startswith(table)]

    def rewrite(self, table: str, spot: Spot, text: str) -> None:
        self.sheets[table] = [
            Spot(each.box, text, each.kind, each.id) if each is spot else each
            for each in self.sheets[table]
        ]

    def mark(self, markup: str) -> str:
        """A character that stands for some markup in a cell of a page."""
        self.markup.append(markup)
        return chr(FIRST_MARK + len(self.markup) - 1)

    def beside(self, table: str, line: str) -> None:
        """A line between a section's heading and its table."""
        title, between = title_of(table), "</p>\n<p>" if self.is_page else "\n\n"
        self.changes.insert(0, lambda page: page.replace(title, f"{title}{between}{line}", 1))

    def written(self) -> bytes:
        if self.form == "docx":
            return word_page(self.report, self.sheets, Manner())
        if self.form == "xlsx":
            return workbook_bytes(report_book(self.report, self.sheets, SheetStyle()))
        if self.form in SLOW:
            style = PdfStyle(
                width=842.0, height=595.0, rules="none" if self.form == "pdf-unruled" else "lines"
            )
            return pdf_of(self.report, style, self.sheets)
        page = (LAYOUTS | PASTED)[self.form](self.report, self.sheets)
        for change in self.changes:
            page = change(page)
        for number, markup in enumerate(self.markup):
            page = page.replace(chr(FIRST_MARK + number), markup)
        return page.encode()


def made(random: Random, forms: tuple[str, ...] = FORMS) -> Made:
    quick = [form for form in forms if form not in SLOW] or list(forms)
    slow = [form for form in forms if form in SLOW]
    form = random.choice(slow if slow and random.randrange(SELDOM) == 0 else quick)
    report = report_of(values(random))
    answers: dict[str, set[Value]] = {cell: {value} for cell, value in figures(report).items()}
    return Made(random, form, report, report_sheets(report), answers)


def values(random: Random) -> dict[str, Value]:
    """Figures whose sums hold; no two rows of 表二 and 表四 are alike, so that a shifted one is
    seen.
    """
    found: dict[str, Value] = dict(consistent(random, "2021", 60))
    for cell in figures(report_of()):
        if cell.startswith("disclosure"):
            found[cell] = random.choice((0, random.randint(1, 9), random.randint(10, 2000)))
    for block in ("review", "direct_litigation", "reviewed_litigation"):
        parts = {
            column: random.randint(0, 40) for column in ("upheld", "corrected", "other", "pending")
        }
        found |= {f"disputes.{block}.{column}": figure for column, figure in parts.items()}
        found[f"disputes.{block}.total"] = sum(parts.values())
    return found
