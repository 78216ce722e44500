"""Every real markup with typed truth: figures right, blank with a problem, silently wrong.

Run as ``python benchmarks/accuracy.py``; prints a Markdown table, and exits with 1 if a figure is
silently wrong or lost without a word. Beside it what a plain importer gets from the raw tables of
``pandas.read_html`` and pdfplumber: each row found by its label to the letter, the figures after it
taken in their order, as such importers do.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests")]

Rows = list[list[str]]
HTML = (".html", ".htm")


class Score(NamedTuple):
    """Figures of a case: as typed; blank or unread and said so; another figure; absent without a
    word.
    """

    right: int = 0
    named: int = 0
    wrong: int = 0
    lost: int = 0

    def __add__(self, other: tuple[object, ...]) -> Score:
        assert isinstance(other, Score)
        return Score(*(one + two for one, two in zip(tuple(self), tuple(other), strict=True)))


def scored(truth: Mapping[str, Any], got: Mapping[str, Any], named: Mapping[str, bool]) -> Score:
    """Score of the figures that a source shows; ``named`` tells of which blanks a problem speaks.

    A figure where the source shows none is wrong too.
    """
    counts = dict.fromkeys(Score._fields, 0)
    for cell, expected in truth.items():
        found = got.get(cell)
        if expected is None:
            counts["wrong"] += found is not None
        elif found == expected:
            counts["right"] += 1
        elif found is not None:
            counts["wrong"] += 1
        else:
            counts["named" if named.get(cell) else "lost"] += 1
    return Score(**counts)


# --- ours -----------------------------------------------------------------------------------------


def score_of_ours(source: Path, truth: Mapping[str, Any]) -> Score:
    import gongkai
    from helpers.pages import figures, named

    report = gongkai.read_report(source)
    return scored(truth, figures(report), {cell: named(report, cell) for cell in truth})


# --- a plain importer -----------------------------------------------------------------------------


def raw_tables(source: Path) -> Iterator[Rows] | None:
    """The tables that a library finds; None where neither of the two reads the format."""
    if source.suffix in HTML:
        return tables_of_pandas(source)
    return tables_of_pdfplumber(source) if source.suffix == ".pdf" else None


def tables_of_pandas(source: Path) -> Iterator[Rows]:
    import pandas

    with suppress(
        ValueError, UnicodeDecodeError
    ):  # a page without a table, or in another charset than it says
        for table in pandas.read_html(io.BytesIO(source.read_bytes()), flavor="lxml", header=None):
            yield [
                ["" if pandas.isna(cell) else str(cell) for cell in row]
                for row in table.itertuples(index=False)
            ]


def tables_of_pdfplumber(source: Path) -> Iterator[Rows]:
    import pdfplumber

    with pdfplumber.open(source) as document:
        for page in document.pages:
            for table in page.extract_tables():
                yield [[cell or "" for cell in row] for row in table]


def plain_figures(
    tables: Sequence[Rows], truth: Mapping[str, Any], layouts: Mapping[str, str]
) -> dict[str, Any]:
    """Cell -> figure by the labels of the rows and the order of the cells; the row of 表四 is the
    one of 15 figures.
    """
    from gongkai.editions import form
    from gongkai.recognize.tokenizing import squash

    found: dict[str, Any] = {}
    for rows in tables:
        for row in rows:
            words = [squash(text) for text in row]
            if len([text for text in row if number(text) is not None]) == len(row) == 15:
                found |= dict(
                    zip(
                        (cell for cell in truth if cell.startswith("disputes.")),
                        map(number, row),
                        strict=False,
                    )
                )
            for table, edition in layouts.items():
                for line in form(edition, table).rows if table != "disputes" else ():
                    label = squash(line.label.text)
                    if label in words:
                        last = len(words) - 1 - words[::-1].index(label)
                        cells = [cell.id for cell in form(edition, table).row_cells(line.id)]
                        figures = zip(cells, row[last + 1 :], strict=False)
                        found |= {
                            cell: value
                            for cell, text in figures
                            if (value := number(text)) is not None
                        }
    return found


def number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def score_of_plain(
    source: Path, truth: Mapping[str, Any], layouts: Mapping[str, str]
) -> Score | None:
    tables = raw_tables(source)
    return (
        None if tables is None else scored(truth, plain_figures(list(tables), truth, layouts), {})
    )


# --- the table ------------------------------------------------------------------------------------


def cases() -> Iterator[tuple[str, Path, Score, Score | None]]:
    from helpers import DOCUMENTS
    from helpers.pages import CASES, typed, typed_figures

    for case in CASES:
        (source,) = (DOCUMENTS / case).glob("source.*")
        facts = typed(case, "report.json")
        truth = typed_figures(facts)
        layouts = {table: content["edition"] for table, content in facts["tables"].items()}
        yield case, source, score_of_ours(source, truth), score_of_plain(source, truth, layouts)


def line(name: str, kind: str, ours: Score, plain: Score | None) -> str:
    beside = f"{plain.right} | {plain.lost} | {plain.wrong}" if plain else "— | — | —"
    return (
        f"| {name} | {kind} | {ours.right} | {ours.named} | {ours.wrong + ours.lost} | {beside} |"
    )


def main() -> int:
    print(
        "| case | form | right | blank, said | silently wrong | plain: right | missing | "
        "silently wrong |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    total, comparable, plain_total, count = Score(), Score(), Score(), 0
    for name, source, ours, plain in cases():
        print(line(name, source.suffix[1:], ours, plain), flush=True)
        total += ours
        count += 1
        if plain:
            comparable, plain_total = comparable + ours, plain_total + plain
    print(line("the pages and PDFs together", "", comparable, plain_total))
    print(line(f"all {count} cases", "", total, None))
    return 1 if total.wrong or total.lost else 0


if __name__ == "__main__":
    sys.exit(main())
