"""What is kept is what is read back: every record, every figure, and what processes say of both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gongkai.model import Report
from gongkai.store import (
    NAME,
    Encoded,
    StoredReport,
    checked,
    encoded,
    open_store,
    read_store,
    row_to_record,
    store_at,
    stored_digest,
    stored_records,
    stored_rows,
)
from gongkai.store.encoding import FIGURE_STATES
from gongkai.workbook.lists import BatchRow
from helpers.counts import properties
from helpers.decided import broken
from helpers.made import report_of
from helpers.stores import (
    HALVES,
    HOSTILE,
    ODD_SOURCES,
    disturbed,
    held,
    kept,
    line_of,
    record_of,
    small_records,
    tables_in,
)
from helpers.strategies import reports


def wire(found: Encoded) -> Encoded:
    """As another process says it."""
    return checked(json.loads(json.dumps(found)))


def kept_once(record: StoredReport) -> StoredReport:
    with TemporaryDirectory() as folder:
        [found] = kept(Path(folder), [record])
    return found


@given(reports(), st.integers(0, 2**32), st.sampled_from(ODD_SOURCES))
@properties(120)
def test_a_record_is_read_back(report: Report, seed: int, source: str) -> None:
    record = record_of(disturbed(report, Random(seed), HOSTILE), source)
    assert kept_once(record) == record
    found = encoded(record)
    assert as_lists(wire(found)) == as_lists(found)
    assert found.row == record.row


@given(reports(), st.integers(0, 2**32))
@properties(60)
def test_the_line_of_a_report_is_read_back(report: Report, seed: int) -> None:
    assume(disturbed(report, Random(seed), HOSTILE).is_evaluated)  # another is a failed one
    _, _, row = line_of(disturbed(report, Random(seed), HOSTILE), "a.html", "甲.xlsx")
    record = record_of(disturbed(report, Random(seed), HOSTILE), "a.html", "甲.xlsx")
    with TemporaryDirectory() as folder, open_store(Path(folder)) as store:
        store.keep(encoded(record, "digest"))
        known = store.kept("a.html")
        [listed] = store.listed()
    assert known is not None
    assert (known.row, known.file_sha256, listed) == (row, "digest", row)


@given(reports(), st.integers(0, 2**32))
@properties(40)
def test_halves_of_characters_are_told_as_lost(report: Report, seed: int) -> None:
    """Everything else is as it was."""
    found = kept_once(record_of(disturbed(report, Random(seed), HALVES)))
    whole = disturbed(report, Random(seed), [half.translate(LOST) for half in HALVES])
    wanted = record_of(whole)
    assert found.figures == wanted.figures
    assert found.row.title == wanted.row.title
    assert found.row.figures == wanted.row.figures
    json.dumps(found.check, ensure_ascii=False).encode()


LOST = dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)


def as_lists(found: Encoded) -> Any:
    return json.loads(json.dumps(found))


def test_decisions_and_dismissed_findings_are_kept() -> None:
    record = record_of(broken())
    found = kept_once(record)
    assert record.row.dismissed == 1
    assert found.row == record.row
    assert found == record


def test_sources_that_were_not_read_are_kept(tmp_path: Path) -> None:
    rows = [
        BatchRow(source, "failed", message=text, finished="2026-11-30 12:00")
        for source, text in zip(ODD_SOURCES, HOSTILE, strict=False)
    ]
    records = [row_to_record(row) for row in rows]
    assert kept(tmp_path, records) == records
    for record in records:
        assert wire(encoded(record)).row == record.row
        assert stored_digest(tmp_path / NAME, record.source) == ""


def test_all_ways_of_reading_agree(tmp_path: Path) -> None:
    records = small_records()
    assert kept(tmp_path, records) == records
    path = tmp_path / NAME
    assert store_at(tmp_path) == store_at(path) == path
    assert list(stored_records(path)) == records
    assert stored_rows(path) == [record.row for record in records if record.row.is_done]
    with read_store(tmp_path) as store:
        assert store is not None
        assert store.count() == len(records)
        assert {row.source: check for row, check in store.checks()} == {
            record.source: record.check for record in records if record.check
        }
        assert store.files() == ["青溪县人民政府2021年度报告.xlsx"]


def test_a_report_without_a_check_is_kept(tmp_path: Path) -> None:
    """As an earlier version's journal may have one."""
    row = BatchRow("1.html", "done", agency="青溪县人民政府", year=2021, file="a.xlsx")
    [found] = kept(tmp_path, [row_to_record(row)])
    assert (found.row, found.check, found.figures) == (row, None, ())
    with read_store(tmp_path) as store:
        assert store is not None
        assert list(store.checks()) == []


def test_states_have_the_numbers_of_the_table(tmp_path: Path) -> None:
    kept(tmp_path, [])
    [states] = tables_in(tmp_path, ["states"]).values()
    assert states == list(enumerate(FIGURE_STATES))


CHANGES: Sequence[StoredReport] = (
    record_of(report_of({"applications.granted.total": 1}), "1.html"),
    row_to_record(BatchRow("1.html", "failed", message="对方拒绝连接。", finished="2026-11-30")),
    record_of(broken(), "1.html"),
    record_of(report_of({}), "1.html"),
)
TABLES = ("results", "findings", "figures", "sources")


@pytest.mark.parametrize("before", CHANGES)
@pytest.mark.parametrize("after", CHANGES)
def test_a_later_result_replaces_all_of_an_earlier_one(
    before: StoredReport, after: StoredReport, tmp_path: Path
) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    other = record_of(report_of({}), "2.html")
    for folder, records in ((once, [after, other]), (twice, [before, other, after])):
        folder.mkdir()
        kept(folder, records)
    assert sorted(held(twice), key=str) == sorted(held(once), key=str)
    counts = {name: len(rows) for name, rows in tables_in(once, TABLES).items()}
    assert {name: len(rows) for name, rows in tables_in(twice, TABLES).items()} == counts
