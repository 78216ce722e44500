"""From one version to the next: what is read stays the same, or nothing is changed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gongkai.store import NAME, StoreError, encoded, open_store, schema
from gongkai.store.schema import FIRST
from helpers.made import report_of
from helpers.stores import held, kept, record_of, small_records

# Written by version 1 from helpers.stores.small_records; never made anew.
OLD = Path(__file__).with_name("v1.sqlite")
SECOND = "ALTER TABLE results ADD COLUMN more TEXT NOT NULL DEFAULT ''; CREATE TABLE other (a);"
NEWER = record_of(report_of({}), "5.html")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(OLD, tmp_path / NAME)
    return tmp_path


def version_of(folder: Path) -> int:
    with closing(sqlite3.connect(folder / NAME)) as connection:
        [version] = connection.execute("PRAGMA user_version").fetchone()
        return int(version)


def untimed(folder: Path) -> list[object]:
    """Without the version of gongkai that read them."""
    return [(one.row, one.figures, one.check, one.editions, one.problems) for one in held(folder)]


def test_the_first_version_is_read(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    today = tmp_path_factory.mktemp("today")
    kept(today, small_records())
    assert untimed(folder) == untimed(today)


def test_a_store_goes_up_and_reads_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = held(folder)
    monkeypatch.setattr(schema, "VERSIONS", (FIRST, SECOND))
    assert held(folder) == before  # a reader changes nothing
    assert version_of(folder) == 1
    with open_store(folder):
        assert held(folder) == before
    assert (version_of(folder), held(folder)) == (2, before)
    assert kept(folder, [NEWER]) == [*before, NEWER]


def test_a_new_store_has_the_newest_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "VERSIONS", (FIRST, SECOND))
    assert kept(tmp_path, [NEWER]) == [NEWER]
    assert version_of(tmp_path) == 2
    monkeypatch.setattr(schema, "VERSIONS", (FIRST,))
    with pytest.raises(StoreError, match="较新版本"):
        held(tmp_path)


@pytest.mark.parametrize("broken", [
    f"{SECOND} INSERT INTO nowhere VALUES (1);",
    f"{SECOND} CREATE TABLE (;",
    "UPDATE results SET checked = ''; DELETE FROM figures; SELECT no_such_function();",
])  # fmt: skip
def test_a_step_that_fails_changes_nothing(
    broken: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held(folder)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "VERSIONS", (FIRST, SECOND, broken))
        with pytest.raises(StoreError) as told, open_store(folder):
            pass
    assert str(told.value).endswith("。")
    assert version_of(folder) == 2  # the step before it is whole
    monkeypatch.setattr(schema, "VERSIONS", (FIRST, SECOND))
    assert held(folder) == before


def test_a_first_step_that_fails_leaves_the_first_version(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held(folder)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "VERSIONS", (FIRST, f"{SECOND} DELETE FROM figures; SELECT x;"))
        with pytest.raises(StoreError), open_store(folder):
            pass
    assert (version_of(folder), held(folder)) == (1, before)
    with open_store(folder) as store:
        store.keep(encoded(NEWER))
        store.commit()
    assert held(folder) == [*before, NEWER]
