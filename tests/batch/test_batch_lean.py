"""How much memory the summary of a long list takes, and that it says what that of a short one says:
reports are compared body by body, and lines are written in place of edits.
"""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from gongkai.batch import across_lines, with_years
from gongkai.batch.names import digest, digest_of
from gongkai.batch.summary import ACROSS, compare_all, compared, told_rows, write_both
from gongkai.compare.years import LongComparison
from gongkai.figures import shown
from gongkai.model import Edit
from gongkai.store import StoredReport, StoreWriter, encoded, open_store
from gongkai.store.records import StoredFigure
from gongkai.workbook import derived, file, layout
from gongkai.workbook.lists import BatchRow, batch_edits, summary_edits
from helpers.batches import rows_of_two_years

MOST_A_REPORT = 50  # bytes of Python's own at a time; some 1,600 where all figures are held packed
OUT = "applications.carried_out.natural"


def filled_store(folder: Path, rows: Sequence[BatchRow]) -> Path:
    folder.mkdir(exist_ok=True)
    with open_store(folder) as store:
        for row in rows:
            store.keep(encoded(record_of(row)))
        store.say("summary", "汇总")
        store.say("book", ".xlsx")
        store.commit()
    return folder


def record_of(row: BatchRow) -> StoredReport:
    kept: list[StoredFigure] = []
    for cell, value in row.figures.items():
        kept.append(StoredFigure(cell, value, shown(value), "", "stated", None))
    return StoredReport(row, figures=tuple(kept))


def compared_rows(store: StoreWriter, folder: Path) -> list[BatchRow]:
    with closing(LongComparison()) as across:
        compare_all(store, folder, across)
        return list(told_rows(store, folder, across.told()))


def mixed_rows() -> list[BatchRow]:
    """Two years of some bodies, of which one goes on otherwise; a doubled report, one without a
    name, and one that failed.
    """
    rows = rows_of_two_years(7)
    rows[0] = replace(rows[0], figures={**rows[0].figures, OUT: 5})
    double = replace(rows[3], source="x.html", figures={OUT: 9})
    nameless = BatchRow("y.html", "done", figures={OUT: Decimal("0.5")})
    return [*rows, double, nameless, BatchRow("z.html", "failed", message="文件不存在。")]


# --- the two files --------------------------------------------------------------------------------


def test_a_store_is_told_what_its_rows_are(tmp_path: Path) -> None:
    rows = mixed_rows()
    with open_store(filled_store(tmp_path, rows)) as store:
        told = {row.source: row.years for row in compared_rows(store, tmp_path)}
        assert told == {row.source: row.years for row in with_years(rows) if row.is_done}
        assert list(across_lines(compared(rows))) == json.loads(store.about(ACROSS))


def test_the_workbook_is_that_of_its_edits(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.mkdir()
    with open_store(filled_store(tmp_path, mixed_rows())) as store:
        rows = compared_rows(store, tmp_path)
        write_both(store, tmp_path, part, print)
    edits = [*batch_edits(rows), *summary_edits(rows)]
    edits.append(Edit(layout.BATCH, *layout.FOLDER_SPOT, str(tmp_path.resolve())))
    wanted = file.filled(Path("汇总.xlsx"), edits, derived.blank("batch", ".xlsx"))
    assert (tmp_path / "汇总.xlsx").read_bytes() == wanted
    assert list(part.iterdir()) == []


# --- memory ---------------------------------------------------------------------------------------


def peak(work: Callable[[], object]) -> int:
    """The most bytes of Python's own that a piece of work holds at a time."""
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def walk(store: StoreWriter, folder: Path) -> None:
    with closing(LongComparison()) as across:
        compare_all(store, folder, across)
        for _ in told_rows(store, folder, across.told()):
            pass


def test_a_report_more_takes_little(tmp_path: Path) -> None:
    peaks = []
    for number in (250, 750):
        folder = filled_store(tmp_path / f"{number}", rows_of_two_years(number))
        with open_store(folder) as store:
            walk(store, folder)  # what is kept of names is there by then
            peaks.append(peak(lambda: walk(store, folder)))  # noqa: B023
    assert (peaks[1] - peaks[0]) / 1_000 < MOST_A_REPORT


def test_the_digest_of_a_long_file_takes_little(tmp_path: Path) -> None:
    (tmp_path / "汇总.csv").write_bytes(content := bytes(range(256)) * 50_000)
    assert digest(tmp_path / "汇总.csv") == digest_of(content)
    assert peak(lambda: digest(tmp_path / "汇总.csv")) < len(content) / 4
