"""``make truth N=20000 SEED=1``: documents with faults in pairs, and what became of their cells."""

from __future__ import annotations

import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import combinations
from pathlib import Path

from helpers.truth.judge import OUTCOMES, Outcome, Trial, shrunk, trial

FAILED: tuple[Outcome, ...] = ("SILENT", "blank, untold")
Line = tuple[
    int, list[str], list[str], dict[Outcome, int]
]  # number, kinds, names, cells by outcome


def line_of(seed: str, number: int) -> Line:
    found = trial(seed, number)
    kinds, names = [fault.kind for fault in found.faults], [fault.name for fault in found.faults]
    return number, kinds, names, {outcome: len(cells) for outcome, cells in found.cells.items()}


def main(count: int, seed: str, folder: Path) -> int:
    lines: list[Line] = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        lines += pool.map(partial(line_of, seed), range(count), chunksize=50)
    print(f"{count} documents, seed {seed}\n")
    by_fault = [
        (f"{kind}: {name}", line[3])
        for line in lines
        for kind, name in zip(line[1], line[2], strict=True)
    ]
    print_table("fault", by_fault)
    pairs = [
        (" + ".join(sorted(pair)), line[3]) for line in lines for pair in combinations(line[1], 2)
    ]
    print_table("pair of kinds", pairs)
    print_table("all", [("all", line[3]) for line in lines])
    failed = [line[0] for line in lines if any(line[3][outcome] for outcome in FAILED)]
    for number in failed:
        tell(shrunk(seed, number), folder)
    return 1 if failed else 0


def print_table(head: str, rows: Iterable[tuple[str, dict[Outcome, int]]]) -> None:
    counts: dict[str, Counter[Outcome]] = defaultdict(Counter)
    documents: Counter[str] = Counter()
    for name, cells in rows:
        counts[name].update(cells)
        documents[name] += 1
    print(f"| {head} | documents | {' | '.join(OUTCOMES)} |\n|---|---:|{'---:|' * len(OUTCOMES)}")
    for name in sorted(counts):
        print(
            f"| {name} | {documents[name]} | "
            f"{' | '.join(str(counts[name][outcome]) for outcome in OUTCOMES)} |"
        )
    print()


def tell(found: Trial, folder: Path) -> None:
    """A document that fails, with as few faults as fail: kept, and named with the cells."""
    folder.mkdir(parents=True, exist_ok=True)
    suffix = {"docx": "docx", "xlsx": "xlsx", "pdf": "pdf", "pdf-unruled": "pdf"}.get(
        found.case.form, "txt"
    )
    path = folder / f"{found.number}.{'html' if found.case.is_page else suffix}"
    path.write_bytes(found.case.written())
    for outcome in FAILED:
        if found.cells[outcome]:
            print(
                f"{path}: {found.case.form}: {found.name}: {outcome}: "
                f"{' '.join(found.cells[outcome][:5])}"
            )


def arguments(words: Sequence[str]) -> tuple[int, str, Path]:
    return int(words[0]), words[1], Path(words[2])


if __name__ == "__main__":
    sys.exit(main(*arguments(sys.argv[1:])))
