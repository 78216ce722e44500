"""The set of ``gongkai conformance``, read by us and by a plain importer: right, blank, wrong.

Run as ``python benchmarks/conformance.py``; prints the Markdown table of README.md, and exits with
1 if we read a figure wrong without a warning. The plain importer is that of accuracy.py: the raw
tables of ``pandas.read_html``, for web pages alone.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gongkai
from accuracy import plain_figures, raw_tables
from gongkai.demo import EXPECTED, write_conformance
from gongkai.model import GongkaiError
from helpers.truth.judge import is_told

LAYOUTS = dict.fromkeys(("disclosure", "applications", "disputes"), "2021")
OUTCOMES = ("right", "blank, told", "blank, untold", "wrong, told", "silently wrong")
Document = dict[str, Any]


def outcome(
    document: Document, cell: str, value: object, blank_told: bool, wrong_told: bool
) -> str:
    if value is None:
        return "blank, told" if blank_told or cell in document["blank"] else "blank, untold"
    doubtful = cell in document["doubtful"] and not wrong_told
    if not doubtful and any(float(str(value)) == answer for answer in document["answers"][cell]):
        return "right"
    return "wrong, told" if wrong_told else "silently wrong"


def ours(path: Path, document: Document) -> Counter[str]:
    try:
        report = gongkai.read_report(path)
    except GongkaiError:
        return Counter({"blank, told": len(document["answers"])})
    findings = gongkai.check(report)
    found = []
    for cell in document["answers"]:
        told = [is_told(report, findings, cell, notes=notes) for notes in (True, False)]
        found.append(outcome(document, cell, report.value(cell), told[0], told[1]))
    return Counter(found)


def plain(path: Path, document: Document) -> Counter[str]:
    """It says nothing of what it does not read."""
    tables = raw_tables(path)
    got = plain_figures(list(tables), document["answers"], LAYOUTS) if tables is not None else {}
    return Counter(
        outcome(document, cell, got.get(cell), False, False) for cell in document["answers"]
    )


def line(name: str, count: int, cells: Counter[str]) -> str:
    return f"| {name} | {count} | {' | '.join(f'{cells[each]:,}' for each in OUTCOMES)} |"


def main() -> int:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_conformance(folder, overwrite=False)
        documents: list[Document] = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))[
            "documents"
        ]
        pages = [document for document in documents if document["file"].endswith(".html")]
        mine = sum((ours(folder / each["file"], each) for each in documents), Counter())
        on_pages = sum((ours(folder / each["file"], each) for each in pages), Counter())
        theirs = sum((plain(folder / each["file"], each) for each in pages), Counter())
    print(f"| importer | documents | {' | '.join(OUTCOMES)} |\n|---|---:|{'---:|' * len(OUTCOMES)}")
    print(line("gongkai, all forms", len(documents), mine))
    print(line("gongkai, web pages", len(pages), on_pages))
    print(line("`pandas.read_html` and labels, web pages", len(pages), theirs))
    return 1 if mine["silently wrong"] or mine["blank, untold"] else 0


if __name__ == "__main__":
    sys.exit(main())
