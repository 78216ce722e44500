"""A store from anywhere: damaged, foreign, of a later version, or no file at all.

Each is told in a sentence, or read as it was: never a traceback, never another figure where SQLite
can know.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from gongkai.store import (
    NAME,
    StoredReport,
    StoreError,
    encoded,
    open_store,
    read_store,
    store_at,
    stored_records,
    stored_rows,
)
from gongkai.store.schema import KIND, VERSIONS
from helpers.counts import counted, many
from helpers.special import watched
from helpers.stores import held, kept, run_in, small_records

# What is printed when a question that was not read to its end is cleared away counts too.
pytestmark = pytest.mark.filterwarnings("error")
RECORDS = small_records()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kept(tmp_path, RECORDS)
    return tmp_path


def is_told(error: StoreError) -> bool:
    return str(error).endswith("。") and NAME in str(error)


def outcome_of(work: Callable[[], object]) -> object:
    """What it gives, or the sentence that it ends with."""
    try:
        return work()
    except StoreError as error:
        said = error
    assert is_told(said)
    return str(said)


def written(folder: Path) -> str:
    with open_store(folder) as store:
        store.keep(encoded(RECORDS[0]))
        store.commit()
    return ""


def refusals(folder: Path) -> list[object]:
    """What reading and writing a store end with; a store that is refused stays as it is."""
    before = (folder / NAME).read_bytes()
    said = [outcome_of(lambda: held(folder)), outcome_of(lambda: written(folder))]
    assert (folder / NAME).read_bytes() == before
    return said


def test_a_later_version(folder: Path) -> None:
    run_in(folder, f"PRAGMA user_version = {len(VERSIONS) + 1}")
    for said in refusals(folder):
        assert "较新版本" in str(said)


def test_a_version_below_all(folder: Path) -> None:
    run_in(folder, "PRAGMA user_version = -1")
    for said in refusals(folder):
        assert "较新版本" in str(said)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00", b"PK\x03\x04", b"x" * 5000])
def test_a_file_that_is_none_of_ours(content: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(content)
    assert store_at(tmp_path / NAME) is None
    assert store_at(tmp_path) == tmp_path / NAME  # whoever opens it says what it is
    if content:
        for said in refusals(tmp_path):
            assert "不是gongkai写的" in str(said)
        return
    assert isinstance(outcome_of(lambda: held(tmp_path)), list | str)
    assert kept(tmp_path, RECORDS) == RECORDS  # begun where a kill left nothing but a name


def test_another_programs_database(tmp_path: Path) -> None:
    run_in(tmp_path, "CREATE TABLE sources (id INTEGER PRIMARY KEY, source TEXT)")
    for said in refusals(tmp_path):
        assert "不是gongkai写的" in str(said)


def test_another_database_that_says_it_is_ours(tmp_path: Path) -> None:
    run_in(tmp_path, f"PRAGMA application_id = {KIND}", "CREATE TABLE sources (id, source)")
    for said in refusals(tmp_path):
        assert isinstance(said, str)
        assert said


TRIGGER = "CREATE TRIGGER mine AFTER INSERT ON sources BEGIN UPDATE figures SET value = 0; END"


@pytest.mark.parametrize("statement", [
    TRIGGER,
    "DROP TABLE findings",
    "DROP TABLE about",
    "DROP INDEX by_body",
    "ALTER TABLE results DROP COLUMN problems",
    "ALTER TABLE figures RENAME COLUMN raw TO text",
])  # fmt: skip
def test_what_is_not_as_we_made_it_is_not_written(statement: str, folder: Path) -> None:
    run_in(folder, statement)
    _, said = refusals(folder)
    assert "不是gongkai写的" in str(said)


@pytest.mark.parametrize("statement", [
    "DROP TABLE findings",
    "DROP TABLE cells",
    "DROP TABLE results",
    "UPDATE sources SET state = 'x'",
    "UPDATE sources SET message = x'ff'",
    "UPDATE sources SET source = x'ff' WHERE id = 1",
    "UPDATE results SET checked = '{'",
    "UPDATE results SET checked = '[1]'",
    "UPDATE results SET forms = 'x'",
    "UPDATE results SET problems = '1'",
    "UPDATE results SET decisions = '[]'",
    "UPDATE results SET decisions = '{\"a\": 1}'",
    "UPDATE results SET decisions = '{\"a\": [[], \"\"]}'",
    "UPDATE results SET file = '../a.xlsx'",
    "UPDATE results SET file = '..'",
    "UPDATE results SET errors = 'x'",
    "UPDATE findings SET facts = 'x'",
    "UPDATE findings SET facts = '" + "[" * 100_000 + "'",
    "UPDATE figures SET value = 'x'",
    "UPDATE figures SET value = 'NaN.'",
    "UPDATE figures SET value = '1.0E99999999'",
    "UPDATE figures SET value = 1.5",
    "UPDATE figures SET value = x'00'",
    "UPDATE figures SET value = '" + "9" * 10_000 + "'",
    "UPDATE figures SET implied = 1.5",
    "UPDATE figures SET implied = '1.5'",
    "UPDATE figures SET state = 9",
    "UPDATE figures SET state = -1",
    "UPDATE figures SET raw = x'00'",
    "UPDATE cells SET cell = x'00' WHERE id = 1",
])  # fmt: skip
def test_a_value_that_we_did_not_write(statement: str, folder: Path) -> None:
    """What is not of the kind that we write is told; what is, is somebody's own figure."""
    run_in(folder, statement)
    for work in READS:
        outcome_of(lambda work=work: work(folder))  # type: ignore[misc]
    said = outcome_of(lambda: held(folder))
    assert isinstance(said, str), said


def known(folder: Path) -> object:
    with read_store(folder) as store:
        if store is None:  # cut down to nothing
            return []
        found: list[object] = [store.kept(record.source) for record in RECORDS]
        return [*found, store.about("summary"), store.files(), store.has_grave(), store.count()]


def checks(folder: Path) -> object:
    with read_store(folder) as store:
        if store is None:  # cut down to nothing
            return []
        return list(store.checks())


READS: tuple[Callable[[Path], object], ...] = (
    held,
    known,
    checks,
    lambda folder: stored_rows(folder / NAME),
    lambda folder: list(stored_records(folder / NAME)),
)


@counted
def test_a_file_that_is_cut_short(folder: Path) -> None:
    whole = (folder / NAME).read_bytes()
    right = [work(folder) for work in READS]
    for number in range(many(40)):
        cut = whole[: len(whole) * number // many(40)]
        (folder / NAME).write_bytes(cut)
        for work, wanted in zip(READS, right, strict=True):
            said = outcome_of(lambda work=work: work(folder))  # type: ignore[misc]
            assert isinstance(said, str) or said in (wanted, []) or not cut


@counted
def test_a_byte_that_is_another(folder: Path) -> None:
    """A figure itself may be another where its very byte is: SQLite keeps no sums of its own. But
    then it is a record in which all else is as it was.
    """
    whole = (folder / NAME).read_bytes()
    dice = Random(1)
    for _ in range(many(40)):
        at, bit = dice.randrange(len(whole)), 1 << dice.randrange(8)
        (folder / NAME).write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        for work in READS:
            outcome_of(lambda work=work: work(folder))  # type: ignore[misc]
        said = outcome_of(lambda: held(folder))
        assert isinstance(said, str) or differences(said) <= 1, at
        before = (folder / NAME).read_bytes()
        if isinstance(outcome_of(lambda: written(folder)), str):
            assert len(before) > 0


def differences(found: object) -> int:
    """In how many values records differ from those that were kept."""
    assert isinstance(found, list)
    if len(found) != len(RECORDS):
        return 2
    count = 0
    for one, record in zip(found, RECORDS, strict=True):
        count += values_that_differ(one, record)
    return count


def values_that_differ(one: StoredReport, record: StoredReport) -> int:
    if len(one.figures) != len(record.figures):
        return 2
    pairs = zip(one.figures, record.figures, strict=True)
    figures = sum(a != b for a, b in pairs)
    texts = {**vars(one), "figures": (), "row": None}
    others = {**vars(record), "figures": (), "row": None}
    return max(figures, int(texts != others))


# --- what is no file ------------------------------------------------------------------------------


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    for work in (held, written):
        said = outcome_of(lambda work=work: work(tmp_path))  # type: ignore[misc]
        assert "这是一个文件夹" in str(said)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_pipe_in_its_place(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / NAME)
    with watched():
        for work in (held, written):
            said = outcome_of(lambda work=work: work(tmp_path))  # type: ignore[misc]
            assert "是管道，不是文件" in str(said)
    assert store_at(tmp_path / NAME) is None


def test_a_link_in_its_place(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / NAME).symlink_to(folder / NAME)
    assert held(other) == RECORDS
    assert kept(other, RECORDS[:1])
    assert (other / NAME).is_symlink()
    assert sorted(record.source for record in held(folder)) == sorted(
        record.source for record in RECORDS
    )


def test_a_link_that_leads_nowhere_or_to_a_file_of_others(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to(tmp_path / "a")
    (tmp_path / "a").write_text("mine")
    for said in refusals(tmp_path):
        assert "不是gongkai写的" in str(said)
    assert (tmp_path / "a").read_text() == "mine"


def test_nothing_of_a_strangers_schema_runs(folder: Path) -> None:
    """A view in the place of a table could read files by a function of an extension."""
    run_in(folder, "DROP TABLE written", "CREATE VIEW written AS SELECT load_extension('x') digest")
    with pytest.raises(StoreError, match="不是gongkai写的"), read_store(folder):
        pass
    with closing(sqlite3.connect(folder / NAME)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
