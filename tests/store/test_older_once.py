"""The journal of an earlier version is taken over once; later it is a file like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongkai.model import GongkaiError
from gongkai.store import NAME, open_store
from gongkai.store.older import JOURNAL, take_over
from helpers.batches import as_older, lines_in, outcome, page, run, write_older
from helpers.stores import held


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "1.html").write_bytes(page())
    run([str(tmp_path / "1.html"), str(tmp_path / "404.html")], tmp_path / "out")
    return tmp_path / "out"


def taken(folder: Path) -> list[str]:
    with open_store(folder) as store:
        take_over(store, folder)
        store.commit()
    return [record.source for record in held(folder)]


def test_a_second_run_takes_nothing(folder: Path) -> None:
    before = [record.source for record in held(folder)]
    journal = as_older(folder)
    assert taken(folder) == before
    lines = lines_in(journal)
    other = {**lines[1], "row": {**lines[1]["row"], "source": "other.html"}}
    content = journal.read_bytes()
    write_older(folder, [*lines, other])
    assert taken(folder) == before
    journal.write_bytes(b"damaged")
    assert taken(folder) == before
    journal.write_bytes(content)
    assert journal.read_bytes() == content


def test_a_journal_that_is_damaged_leaves_nothing(folder: Path) -> None:
    """All of it or nothing: a run after it is mended takes all."""
    before = [record.source for record in held(folder)]
    journal = as_older(folder)
    whole = lines_in(journal)
    journal.write_bytes(journal.read_bytes() + b"{}\n")
    with pytest.raises(GongkaiError, match="已损坏"), open_store(folder) as store:
        take_over(store, folder)
    assert held(folder) == []
    write_older(folder, whole)
    assert taken(folder) == before


def test_a_batch_goes_on_from_a_journal(folder: Path, tmp_path: Path) -> None:
    wanted = outcome(folder)
    as_older(folder)
    sources = [str(tmp_path / "1.html"), str(tmp_path / "404.html")]
    for _ in range(2):
        found = run(sources, folder)
        assert found[sources[0]].skipped
    assert outcome(folder)["csv"] == wanted["csv"]
    assert outcome(folder)["names"] == wanted["names"] | {JOURNAL}
    assert (folder / NAME).exists()
