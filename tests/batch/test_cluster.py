"""A batch on a cluster of dask: the same results as on one machine, whatever happens to a worker.

Scheduler and workers are real processes on loopback.
"""

from __future__ import annotations

import json
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from gongkai.batch import cluster, run_batch
from gongkai.batch.cluster import Gate, outcome_in
from gongkai.batch.parsing import parse
from gongkai.model import VERSION, GongkaiError, UnreadableDocument
from helpers import TESTS
from helpers.batches import (
    bodies,
    command,
    list_file,
    outcome,
    page,
    request_for,
    rows_in,
    run,
    served,
)
from helpers.clusters import (
    FAULTY,
    HURT,
    KILLING,
    OTHER,
    WITHOUT,
    DaskCluster,
    children_of,
    dask_cluster,
    killed_at_work,
    run_on,
)
from helpers.waiting import wait_until
from helpers.web.server import serving

DOCUMENTS = ("*.html", "*.docx", "*.xlsx", "*.txt", "*.doc")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with dask_cluster(tmp_path_factory.mktemp("cluster")) as found:
        yield found


def pages_in(folder: Path, count: int) -> list[str]:
    folder.mkdir()
    sources = []
    for number, name in enumerate(bodies(count)):
        place = folder / f"{number}.html"
        place.write_bytes(page(name, wrong=number % 3 == 0))
        sources.append(str(place))
    return sources


def documents_in(folder: Path) -> list[str]:
    """Those of the corpus that are no PDF, some with what is beside them."""
    found = []
    for pattern in DOCUMENTS:
        for path in sorted((TESTS / "documents").glob(f"*/source{pattern[1:]}")):
            place = folder / f"{path.parent.name}{path.suffix}"
            shutil.copy(path, place)
            found.append(str(place))
    return found


# --- the same as on one machine -------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_as_on_one_machine(two: DaskCluster, tmp_path: Path) -> None:
    """Files of all kinds, a decision beside one, pages of a site, what is not there."""
    names = [f"第{number}乡人民政府" for number in range(1, 21)]
    with serving(served(names)) as server:
        web = [server.url(f"/{number}.html") for number in range(1, 22)]  # the last is not there
        files = pages_in(tmp_path / "pages", 16)
        files += documents_in(tmp_path / "pages")
        (tmp_path / "pages" / "1.处理.json").write_bytes(b"")
        sources = [*web, *files, str(tmp_path / "pages" / "none.html")]
        assert len(sources) >= 60
        # No workbooks: several have one body and year, so that their names go by who is first.
        told = run_on(two.address, sources, tmp_path / "cluster", "none")
        run_on("", sources, tmp_path / "here", "none")
    found = outcome(tmp_path / "cluster")
    assert found == outcome(tmp_path / "here")
    states = [row.state for row in found["rows"].values()]
    assert (states.count("failed"), states.count("done") >= 50) == (3, True)
    assert len(told) == len(set(told))
    assert set(sources) <= set(told)


@pytest.mark.slow
def test_the_command_on_a_cluster(two: DaskCluster, tmp_path: Path) -> None:
    place = list_file(tmp_path / "list.txt", pages_in(tmp_path / "pages", 3))
    for skipped in (0, 3):
        found = command(place, "-o", tmp_path / "out", "--scheduler", two.address)
        assert found.returncode == 1
        assert f"完成{3 - skipped}份，跳过已完成的{skipped}份，失败0份" in found.stdout
        assert "distributed" not in found.stderr


@pytest.mark.slow
def test_a_worker_that_joins_later_gets_its_share(tmp_path: Path) -> None:
    with (
        dask_cluster(tmp_path / "cluster", 1) as found,
        cluster.connected(found.address, 400) as reader,
    ):
        assert reader.threads() == 2 * cluster.MOST
        found.start_worker()
        wait_until(lambda: reader.threads() == 4 * cluster.MOST, "both have two chunks")


def test_a_scheduler_is_left_as_it_was_found(two: DaskCluster) -> None:
    def failures() -> int:
        return int(client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.allowed_failures))

    with Client(two.address, set_as_default=False) as client:
        before = failures()
        with cluster.connected(two.address, 1), cluster.connected(two.address, 1):
            assert (before, failures()) == (3, 0)
        assert failures() == before


# --- workers that die -----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    sources = pages_in(tmp_path / "pages", 60)
    with dask_cluster(tmp_path / "cluster") as found, ThreadPoolExecutor(1) as pool:
        batch = pool.submit(run_on, found.address, sources, tmp_path / "out")
        killed_at_work(found.workers[0])
        told = batch.result()
    assert sorted(told) == sorted(sources)
    run(sources, tmp_path / "here")
    assert outcome(tmp_path / "out") == outcome(tmp_path / "here")


@pytest.mark.slow
def test_a_page_that_kills_fails_alone(tmp_path: Path) -> None:
    """Its own process, or the worker: then chunks are split down to it, and nobody is blamed for
    what was at work beside it. So does one on which the program itself fails.
    """
    sources = pages_in(tmp_path / "pages", 28)
    hurting = {"dies": b"", "kills": KILLING, "fails": FAULTY, "kills-2": KILLING}
    for name, more in hurting.items():
        place = tmp_path / "pages" / f"{name}.html"
        place.write_bytes(page() + b"<!-- " + more + b" -->")
        sources.insert(len(sources) // 2, str(place))
    with dask_cluster(tmp_path / "cluster", preload=HURT, nanny=True) as found:
        told = run_on(found.address, sources, tmp_path / "out")
    assert sorted(told) == sorted(sources)
    rows = rows_in(tmp_path / "out")
    failed = {Path(row.source).stem: row.message for row in rows.values() if row.state != "done"}
    assert failed.keys() == hurting.keys()
    assert "解析程序意外退出" in failed["dies"]
    assert "工作进程意外退出" in failed["kills"]
    assert failed["kills"] == failed["kills-2"]
    assert "RecursionError" in failed["fails"]
    assert len(rows) == len(sources)


@pytest.mark.slow
def test_without_workers_a_batch_stops_and_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "LONGEST_ALONE", 3.0)
    sources = pages_in(tmp_path / "pages", 60)
    with dask_cluster(tmp_path / "cluster", 1) as found:
        batch = run_batch(sources, tmp_path / "out", cluster_at=found.address)
        told = [next(batch).row.source]
        found.workers[0].kill()
        with pytest.raises(GongkaiError, match=r"没有可用的工作进程.*已完成的都已保存.*。$"):
            told += [one.row.source for one in batch]
    assert 0 < len(told) < len(sources)
    again = run(sources, tmp_path / "out")
    assert {source for source, one in again.items() if one.skipped} >= set(told)
    run(sources, tmp_path / "here")
    assert outcome(tmp_path / "out") == outcome(tmp_path / "here")


@pytest.mark.slow
def test_a_scheduler_that_ends_stops_the_batch(tmp_path: Path) -> None:
    place = list_file(tmp_path / "list.txt", pages_in(tmp_path / "pages", 60))
    with dask_cluster(tmp_path / "cluster", 1) as found, ThreadPoolExecutor(1) as pool:
        words = (place, "-o", tmp_path / "out", "--scheduler", found.address)
        batch = pool.submit(command, *words)
        wait_until(lambda: children_of(found.workers[0]), "the worker has begun to read")
        found.processes[0].kill()
        said = batch.result()
    assert said.returncode == 2
    assert "与调度器" in said.stderr.splitlines()[-1]
    assert all(one.row.is_done for one in run(place.read_text().split(), tmp_path / "out").values())


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.slow
def test_other_versions_are_refused(tmp_path: Path) -> None:
    """A worker of another version, also one that comes later, and a scheduler's; one without."""
    sources = pages_in(tmp_path / "pages", 40)
    place = list_file(tmp_path / "list.txt", sources)
    out = tmp_path / "out"
    with dask_cluster(tmp_path / "late", 1) as found, ThreadPoolExecutor(1) as pool:
        batch = pool.submit(command, place, "-o", out, "--scheduler", found.address)
        killed_at_work(found.workers[0])
        found.start_worker(OTHER)
        said = batch.result()
        assert said.returncode == 2
        assert f"0.0.9，本机的是{VERSION}" in said.stderr.splitlines()[-1]
        refused(found, place, tmp_path / "none", "工作进程tcp://127.0.0.1:\\d+的gongkai是0.0.9")
        found.start_worker(WITHOUT)
        found.workers[-2].kill()
        found.wait_for(1)
        refused(found, place, tmp_path / "none", "工作进程.*没有安装gongkai")
    for preload, why in ((OTHER, "的gongkai是0.0.9"), (WITHOUT, "没有安装gongkai")):
        with dask_cluster(tmp_path / why, 1, scheduler=preload) as other:
            refused(other, place, tmp_path / "none", f"调度器{other.address}{why}")
    assert all(one.row.is_done for one in run(sources, out).values())


def refused(found: DaskCluster, place: Path, out: Path, why: str) -> None:
    with pytest.raises(GongkaiError, match=f"{why}.*。$"):
        list(run_batch(place.read_text().split(), out, cluster_at=found.address))
    assert not out.exists()


@pytest.mark.parametrize("address", [
    "http://127.0.0.1:8786", "127.0.0.1:8786", "tcp://", "tcp://a", "tcp://a:b", "tcp://a:1/b", "x",
    "tcp://127.0.0.1:8786\n",
])  # fmt: skip
def test_an_address_that_is_none(address: str, tmp_path: Path) -> None:
    place = list_file(tmp_path / "list.txt", pages_in(tmp_path / "pages", 1))
    said = command(place, "-o", tmp_path / "out", "--scheduler", address)
    assert (said.returncode, said.stdout, len(said.stderr.splitlines())) == (2, "", 1)
    assert "tcp://主机:端口" in said.stderr
    assert not (tmp_path / "out").exists()


def test_nobody_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes a connection and never says a word, then nothing at all."""
    monkeypatch.setattr(cluster, "LONGEST_CONNECT", 0.5)
    place = list_file(tmp_path / "list.txt", pages_in(tmp_path / "pages", 1))
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        nobody(place, tmp_path / "out", address)
    nobody(place, tmp_path / "out", address)


def nobody(place: Path, out: Path, address: str) -> None:
    said = command(place, "-o", out, "--scheduler", address)
    assert (said.returncode, said.stdout, len(said.stderr.splitlines())) == (2, "", 1)
    assert f"无法连接调度器{address}" in said.stderr
    assert not out.exists()


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    place = list_file(tmp_path / "list.txt", pages_in(tmp_path / "pages", 1))
    said = command(place, "-o", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:8786")
    assert (said.returncode, said.stdout, len(said.stderr.splitlines())) == (2, "", 1)
    assert "pip install gongkai[cluster]" in said.stderr
    assert not (tmp_path / "out").exists()


# --- what a worker answers ------------------------------------------------------------------------


def test_an_answer_is_looked_at(tmp_path: Path) -> None:
    [source] = pages_in(tmp_path / "pages", 1)
    made = parse(request_for(source))
    [found] = outcome_in(["made", made])  # type: ignore[misc]
    assert found.encoded.row.state == "done"
    with pytest.raises(UnreadableDocument, match="文件太大。"):
        outcome_in(["refused", "文件太大。"])
    lies: list[Any] = [
        None, 5, [], ["made"], ["made", made, 1], ["made", b""], ["made", 5], ["other", made],
        ["refused", 5], ["refused", b"x"], ["refused", "\ud800"], {"made": made},
        ["made", json.dumps({"found": []}).encode()],
    ]  # fmt: skip
    for lie in lies:
        with pytest.raises(UnreadableDocument, match="意外退出"):
            outcome_in(lie)


def test_a_suspect_is_alone() -> None:
    """It waits for those inside, and those that come wait for it."""
    gate, steps = Gate(), []

    def suspect() -> None:
        with gate.alone():
            steps.append("alone")

    def later() -> None:
        with gate.among_others():
            steps.append("later")

    with gate.among_others():
        threads = [threading.Thread(target=suspect)]
        threads[0].start()
        wait_until(lambda: gate.is_closed, "the suspect has come")
        threads.append(threading.Thread(target=later))
        threads[1].start()
        steps.append("inside")
    for thread in threads:
        thread.join()
    assert steps == ["inside", "alone", "later"]
