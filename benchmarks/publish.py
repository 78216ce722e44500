"""A report published: what each form of it takes, and what reading it back takes besides.

Run as ``python benchmarks/publish.py``; prints a Markdown table of processor time, medians of
rounds. A .docx may take 100 ms, a page 5. Reading a .docx back happens in a process of its own,
whose time is not in the figure.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests")]

from gongkai.publish.content import publication_of  # noqa: E402
from gongkai.publish.docx import docx_bytes  # noqa: E402
from gongkai.publish.html import html_page  # noqa: E402
from gongkai.publish.readback import OURS, checked_count  # noqa: E402
from helpers.made import report_of  # noqa: E402

ROUNDS = 15
LONG = "本机关全年主动公开政府信息1234条，答复申请455件。\n" * 40


def milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def main() -> int:
    texts = {1: LONG, 5: LONG, 6: LONG}
    report = replace(report_of(), title="", sections=texts)
    found = publication_of(report)
    page, document = html_page(found).encode(), docx_bytes(found)
    tasks: dict[str, Callable[[], object]] = {
        ".docx": lambda: docx_bytes(publication_of(report)),
        ".html": lambda: html_page(publication_of(report)),
        ".docx, read back": lambda: checked_count(report, found, "a.docx", document, OURS),
        ".html, read back": lambda: checked_count(report, found, "a.html", page, OURS),
    }
    print("| what | ms of processor time |")
    print("|---|---:|")
    for name, work in tasks.items():
        work()  # libraries are loaded by the first one
        print(f"| {name} | {median(milliseconds(work) for _ in range(ROUNDS)):.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
