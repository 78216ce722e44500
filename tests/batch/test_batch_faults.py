"""Each call that a batch, ``fill`` or a decision changes its folder by refused once: it ends with a
sentence or a row that says so, nothing half written has a final name, and run again undisturbed it
ends as one that never was disturbed.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from gongkai.batch import run_batch
from gongkai.batch.folders import PART
from gongkai.batch.names import digest
from gongkai.model import GongkaiError
from gongkai.store import NAME, StoreError, read_store
from helpers.batches import GARBAGE, bodies, command, names_in, outcome, page, run
from helpers.command import run_command
from helpers.counts import counted, part, some
from helpers.faults import Faults, refused
from helpers.made import report_of

SENTENCE = re.compile(r"[^\n]*[\u4e00-\u9fff][^\n]*。")
BOOKS = "SELECT file, file_sha256 FROM results WHERE file <> ''"
MOST_CALLS = 200  # none of these needs more


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two reports, one of them with an error, a file that is none, and one that is missing."""
    folder = tmp_path_factory.mktemp("pages")
    for number, name in enumerate(bodies(2)):
        (folder / f"{number}.html").write_bytes(page(name, wrong=number == 1))
    (folder / "broken.pdf").write_bytes(GARBAGE)
    return [str(folder / name) for name in ("0.html", "1.html", "broken.pdf", "missing.html")]


@pytest.fixture(scope="module")
def wanted(sources: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("undisturbed")
    run(sources, folder)
    return outcome(folder)


def calls_of(sources: list[str], folder: Path) -> list[str]:
    with refused(Faults(folder)) as faults:
        list(run_batch(sources, folder, pause=0))
    assert 20 < len(faults.seen) < MOST_CALLS
    return faults.seen


CASES = [("full", False), ("denied", False), ("full", True)]


@pytest.mark.slow
@counted
@some("case", CASES)
def test_every_call_of_a_batch(
    case: tuple[str, bool], sources: list[str], wanted: dict[str, object], tmp_path: Path
) -> None:
    """``stays``: a full disk is full for all that comes after, too."""
    kind, stays = case
    count = len(calls_of(sources, tmp_path / "all"))
    for at in part(range(1, count + 1)):
        folder = tmp_path / f"{at}"
        faults = Faults(folder, kind, at, stays)
        said = disturbed(sources, folder, faults)
        assert SENTENCE.fullmatch(said) or not said, (at, said)
        check_left(folder, f"{at} {faults.seen[at - 1 :][:3]}: {said}")
        run(sources, folder)
        assert outcome(folder) == wanted, at
        shutil.rmtree(folder)


def disturbed(sources: list[str], folder: Path, faults: Faults) -> str:
    """The sentence with which a batch ends, "" at its end. Rows that it gave are on the disk."""
    given = []
    said = ""
    with refused(faults):
        try:
            for one in run_batch(sources, folder, pause=0):
                given.append(one.row)
        except GongkaiError as error:
            said = str(error)
    assert [row for row in given if row not in rows_of(folder)] == [], faults.seen
    return said


def rows_of(folder: Path) -> list[object]:
    """The lines in a folder's store; none where it was not begun."""
    try:
        with read_store(folder) as store:
            return list(store.listed()) if store else []
    except StoreError:
        return []


def check_left(folder: Path, when: str) -> None:
    """Nothing half written has a final name; no workbook without a row; none done without its
    workbook, in its place or aside.
    """
    left = names_in(folder) if folder.exists() else set()
    aside = list((folder / PART).glob("*.xlsx")) if PART in left else []
    books = {name for name in left if name.endswith(".xlsx")}
    for name in books:
        with ZipFile(folder / name) as archive:
            assert archive.testzip() is None
    if "汇总.csv" in left:
        check_csv((folder / "汇总.csv").read_bytes())
    digests = {digest(path) for path in aside}
    named = set()
    for name, sha256 in results_of(folder):
        assert name in books or sha256 in digests, (name, when)
        named.add(name)
    assert books - named <= {"汇总.xlsx"}, when


def results_of(folder: Path) -> Iterator[tuple[str, str]]:
    """(name, digest) of each workbook that the store knows."""
    try:
        with read_store(folder) as store:
            if store:
                with store.asked():  # a store that was not begun has no tables
                    yield from store.rows_of(BOOKS)
    except StoreError:
        return


def check_csv(content: bytes) -> None:
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines.pop() == ""
    assert {line.count(",") for line in lines} == {lines[0].count(",")}


# --- one workbook, one decision -------------------------------------------------------------------


@counted
@pytest.mark.parametrize("kind", ["full", "denied"])
def test_every_call_of_fill(kind: str, tmp_path: Path) -> None:
    """The workbook that was there stays whole, or the new one is."""
    source, out = tmp_path / "1.html", tmp_path / "out"
    out.mkdir()
    source.write_bytes(page())
    book = out / "年报.xlsx"
    words = ("fill", source, "-o", book, "--force")
    book.write_bytes(b"old")
    with refused(Faults(out)) as faults:
        assert run_command(*words).returncode == 0
    whole = book.read_bytes()
    for at in part(range(1, len(faults.seen) + 1)):
        book.write_bytes(b"old")
        with refused(Faults(out, kind, at)):
            done = run_command(*words)
        check_told(done.returncode, done.stderr, at)
        assert book.read_bytes() == (whole if done.returncode == 0 else b"old"), at
        check_no_more(out, {"年报.xlsx"})


@counted
@pytest.mark.parametrize("kind", ["full", "denied"])
def test_every_call_of_a_decision(kind: str, tmp_path: Path) -> None:
    source, beside = tmp_path / "报告.html", tmp_path / "报告.处理.json"
    source.write_bytes(page(wrong=True))
    assert run_command("confirm", source, "1").returncode == 0
    before = beside.read_bytes()
    words = ("dismiss", source, "1", "--reason", "已核实")
    with refused(Faults(tmp_path)) as faults:
        assert run_command(*words).returncode == 0
    assert beside.read_bytes() != before
    for at in part(range(1, len(faults.seen) + 1)):
        beside.write_bytes(before)
        with refused(Faults(tmp_path, kind, at)):
            done = run_command(*words)
        check_told(done.returncode, done.stderr, at)
        assert (beside.read_bytes() == before) is (done.returncode != 0), at
        check_no_more(tmp_path, {"报告.html", "报告.处理.json"})


def check_told(code: int, said: str, at: int) -> None:
    """A command that failed says why, in one sentence and no traceback."""
    assert code in (0, 1, 2), (at, said)
    assert code == 0 or SENTENCE.fullmatch(said.strip()), (at, said)


def check_no_more(folder: Path, names: set[str]) -> None:
    """What could not be removed has a name that tells what it is; it goes before the next try."""
    for path in folder.iterdir():
        if path.name not in names:
            assert re.fullmatch(r"\.gongkai-[0-9a-f]{12}\.tmp", path.name)
            path.unlink()


# --- folders and pages that are not as they were --------------------------------------------------


def test_a_folder_that_cannot_be_written(sources: list[str], tmp_path: Path) -> None:
    """Whoever may do everything is refused too."""
    out = tmp_path / "out"
    out.mkdir()
    with refused(Faults(out, "denied", 1, stays=True)):
        done = command(*sources[:1], "-o", out)
    assert done.returncode == 2
    assert "无法写入文件夹" in done.stderr
    assert SENTENCE.fullmatch(done.stderr.strip())
    assert names_in(out) == set()


def test_a_store_that_cannot_be_written(sources: list[str], tmp_path: Path) -> None:
    run(sources, tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in names_in(tmp_path)}
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).mkdir()
    with pytest.raises(StoreError, match="文件夹"):
        run(sources, tmp_path)
    (tmp_path / NAME).rmdir()
    after = {name: (tmp_path / name).read_bytes() for name in names_in(tmp_path)}
    assert after == {name: content for name, content in before.items() if name != NAME}


def test_a_page_that_changed_between_two_runs(tmp_path: Path) -> None:
    """What was done is done; only a workbook that is gone is made anew, of the page as it is."""
    source = tmp_path / "1.html"
    source.write_bytes(page("第1县人民政府"))
    (first,) = run([str(source)], tmp_path / "out").values()
    source.write_bytes(page("第1县人民政府", wrong=True))
    (second,) = run([str(source)], tmp_path / "out").values()
    assert second.skipped
    assert second.row == first.row
    anew = command(source, "-o", tmp_path / "out", "--refresh")
    assert "以前已导入的1项没有重新取得" in anew.stderr
    (tmp_path / "out" / first.row.file).unlink()
    (third,) = run([str(source)], tmp_path / "out").values()
    assert (third.skipped, third.row.file) == (False, first.row.file)
    assert third.row.errors
    source.write_bytes(page("第2县人民政府"))
    (tmp_path / "out" / first.row.file).unlink()
    (fourth,) = run([str(source)], tmp_path / "out").values()
    assert fourth.row.agency == "第2县人民政府"
    assert len([one for one in rows_of(tmp_path / "out") if one]) == 1
    assert report_of({}).year == fourth.row.year
