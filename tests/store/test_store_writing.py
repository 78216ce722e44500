"""One writer and readers beside it: what is committed is there, whole, and nothing else."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gongkai.store import NAME, StoreError, encoded, open_store, read_store, schema
from gongkai.store.schema import BESIDE
from helpers.batches import names_in
from helpers.made import report_of
from helpers.stores import held, kept, record_of, run_in, small_records

FIRST, SECOND = (record_of(report_of({}), f"{number}.html") for number in (1, 2))


def sources_in(folder: Path) -> list[str]:
    return [record.source for record in held(folder)]


def test_only_what_is_committed_is_there(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.keep(encoded(FIRST))
        assert store.pending == 1
        assert sources_in(tmp_path) == []
        store.commit()
        assert (store.pending, sources_in(tmp_path)) == (0, ["1.html"])
        store.keep(encoded(SECOND))
    assert sources_in(tmp_path) == ["1.html"]


def test_what_is_given_up_is_gone(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.keep(encoded(FIRST))
        store.give_up()
        assert (store.pending, store.cells) == (0, {})
        store.keep(encoded(SECOND))
        store.commit()
    assert held(tmp_path) == [SECOND]


def test_a_failure_within_takes_back_all_that_is_not_committed(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.keep(encoded(FIRST))
        store.commit()
        store.keep(encoded(SECOND))
        wrong = encoded(replace(SECOND, check={**(SECOND.check or {})}))
        with pytest.raises(StoreError):
            store.keep(wrong._replace(findings=[(1, None, None, None, None, None)]))
        assert store.pending == 0
        store.keep(encoded(SECOND))
        store.commit()
    assert held(tmp_path) == [FIRST, SECOND]


def test_a_reader_keeps_what_it_began_to_read(tmp_path: Path) -> None:
    kept(tmp_path, [FIRST])
    with open_store(tmp_path) as store, read_store(tmp_path) as beside:
        assert beside is not None
        begun = beside.records()
        assert next(begun) == FIRST
        store.keep(encoded(SECOND))
        store.commit()
        assert list(begun) == []
        assert beside.count() == 2


def test_a_store_is_one_plain_file_once_it_is_closed(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.keep(encoded(FIRST))
        store.commit()
        assert f"{NAME}-wal" in names_in(tmp_path)
    assert names_in(tmp_path) == {NAME}
    shutil.copy(tmp_path / NAME, tmp_path / "copy.sqlite")
    assert (tmp_path / NAME).read_bytes()[18:20] == b"\x01\x01"  # no WAL: readable without writing


READING = (
    "import os, sys\nfrom pathlib import Path\nfrom gongkai.store import stored_rows\n"
    "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
    "assert not os.access(Path(sys.argv[1]).parent, os.W_OK)\n"
    "print(len(stored_rows(Path(sys.argv[1]))))"
)


@pytest.mark.skipif(sys.platform == "win32", reason="a folder there has no such permission")
def test_a_store_is_read_where_nothing_can_be_written(tmp_path: Path) -> None:
    kept(tmp_path, [FIRST, SECOND])
    with closing(sqlite3.connect(tmp_path / NAME)) as connection:
        content = connection.serialize()
    place = Path("/tmp") / f"gongkai-test-{os.urandom(6).hex()}"  # tmp_path is closed to others
    place.mkdir()
    try:
        (place / NAME).write_bytes(content)
        place.chmod(0o555)
        said = subprocess.run(
            [sys.executable, "-c", READING, str(place / NAME)],
            capture_output=True, check=False, text=True,
        )  # fmt: skip
    finally:
        place.chmod(0o755)
        shutil.rmtree(place)
    assert (said.stdout, said.stderr) == ("2\n", "")


def test_a_reader_at_the_end_leaves_the_store_readable(tmp_path: Path) -> None:
    """Then WAL stays until the next run."""
    with open_store(tmp_path) as store:
        store.keep(encoded(FIRST))
        store.commit()
        held_open = schema.open_to_read(tmp_path / NAME)
        held_open.execute("BEGIN")
        held_open.execute("SELECT * FROM sources").fetchone()
        store.connection.execute("PRAGMA busy_timeout = 50")
    assert held(tmp_path) == [FIRST]
    held_open.close()
    kept(tmp_path, [SECOND])
    assert names_in(tmp_path) == {NAME}


def test_a_second_writer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "PATIENCE", 0.05)
    with open_store(tmp_path) as store:
        store.keep(encoded(FIRST))
        with pytest.raises(StoreError, match="另一个程序"), open_store(tmp_path) as other:
            other.keep(encoded(SECOND))
        store.commit()
    assert held(tmp_path) == [FIRST]


def test_what_a_kill_left_beside_is_taken_up(tmp_path: Path) -> None:
    """A store amid its work, as it is on the disk at that moment."""
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    with open_store(there) as store:
        store.keep(encoded(FIRST))
        store.commit()
        store.keep(encoded(SECOND))
        for end in ("", *BESIDE):
            if (there / f"{NAME}{end}").exists():
                shutil.copy(there / f"{NAME}{end}", here / f"{NAME}{end}")
    assert held(here) == [FIRST]
    assert kept(here, [SECOND]) == [FIRST, SECOND]


def test_views_and_indexes_of_a_users_own_stay(tmp_path: Path) -> None:
    records = small_records()
    kept(tmp_path, records[:2])
    run_in(
        tmp_path,
        "CREATE VIEW mine AS SELECT agency, year FROM results",
        "CREATE INDEX of_mine ON sources (host)",
        "CREATE TABLE notes (text)",
        "INSERT INTO notes VALUES ('甲')",
    )
    assert kept(tmp_path, records) == records
    with closing(sqlite3.connect(tmp_path / NAME)) as connection:
        assert len(list(connection.execute("SELECT * FROM mine"))) == 2
        assert list(connection.execute("SELECT text FROM notes")) == [("甲",)]
