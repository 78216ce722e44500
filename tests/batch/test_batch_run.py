"""Batches against a real server: what is imported, how politely, and what is left alone."""

from __future__ import annotations

import csv
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from gongkai.batch import batch_checks, run_batch, scheduler, summary
from gongkai.batch.fetching import MOST_AT_ONCE
from gongkai.batch.folders import PART, held_folder
from gongkai.batch.parsing import outcome_of, parse
from gongkai.batch.scheduler import SourceQueue
from gongkai.demo import pages as demo_pages
from gongkai.model import GongkaiError
from gongkai.pipeline import fill, read_report
from gongkai.sources import Limits
from gongkai.store import NAME, read_store
from gongkai.store.older import JOURNAL
from gongkai.workbook import layout
from gongkai.workbook.lists import read_batch, read_summary, summary_heads
from helpers.batches import (
    GARBAGE,
    LOGIN,
    as_older,
    bodies,
    figures_of,
    names_in,
    outcome,
    page,
    request_for,
    rows_of,
    run,
    served,
)
from helpers.clock import Clock, fake_clock
from helpers.waiting import PATIENCE, wait_until
from helpers.web.server import Chunks, Server, answer, redirect, serving
from helpers.web.site import FETCHING

SUMMARY = {"汇总.xlsx", "汇总.csv", NAME}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are sure to come: some are held for as long as others take."""
    patience = Limits(connect=PATIENCE, read=PATIENCE, deadline=4 * PATIENCE)
    monkeypatch.setattr("gongkai.batch.run.LIMITS", patience)


def sheets_of(path: Path) -> dict[str, dict[tuple[int, int], object]]:
    """The two sheets of a batch as another program reads them."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    found: dict[str, dict[tuple[int, int], object]] = {}
    for name in (layout.BATCH, layout.SUMMARY):
        cells = (cell for row in book[name].iter_rows() for cell in row)
        found[name] = {
            (cell.row, cell.column): cell.value for cell in cells if cell.value is not None
        }
    return found


# --- what comes of all kinds of pages -------------------------------------------------------------


def test_pages_of_every_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_clock(monkeypatch, *FETCHING)  # for the pauses before what failed is tried again
    answers = served(bodies(4))
    answers["/late.html"] = [answer(b"", status="500 E")] * 2 + [answer(page("迟到县人民政府"))]
    answers["/later.html"] = [answer(b"", status="503 E")] * 4 + [answer(page("更迟县人民政府"))]
    answers["/moved.html"] = [redirect("/1.html")]
    answers["/demo.html"] = [answer(demo_pages()["/2021-broken.html"])]
    bad = {
        "/login": answer(LOGIN),
        "/noise": answer(GARBAGE),
        "/empty": answer(b""),
        "/500": answer(b"", status="500 E"),
    }
    answers |= {path: [content] for path, content in bad.items()}
    saved = tmp_path / "saved.html"
    saved.write_bytes(page("存盘县人民政府"))
    with serving(answers) as server:
        good = [server.url(path) for path in answers if path not in bad] + [str(saved)]
        poor = [server.url(path) for path in (*bad, "/404")] + [
            str(tmp_path / "none.html"),
            "http://[::1",
            "",
        ]
        found = rows_of(run([*poor, *good], tmp_path / "out"))
        asked = [
            server.requests.count(path)
            for path in ("/404", "/login", "/late.html", "/later.html", "/500")
        ]
    assert {source for source, row in found.items() if row.state == "done"} == set(good)
    assert {source for source, row in found.items() if row.state == "failed"} == set(poor)
    assert all(
        row.message.endswith("。") and not row.message.startswith("http")
        for row in found.values()
        if not row.file
    )
    assert asked == [1, 1, 3, 5, 6]
    names = {row.file for row in found.values() if row.file}
    assert names_in(tmp_path / "out") == names | SUMMARY
    assert {"第1县人民政府2021年度报告.xlsx", "第1县人民政府2021年度报告（2）.xlsx"} <= names
    for source in good[:3]:
        assert figures_of(tmp_path / "out" / found[source].file)["applications.new.natural"] == 436


def test_the_summary_holds_what_the_workbooks_hold(tmp_path: Path) -> None:
    with serving(served(bodies(7))) as server:
        sources = [server.url(f"/{n}.html") for n in range(1, 9)]
        run(sources, tmp_path)
    sheets = sheets_of(tmp_path / "汇总.xlsx")
    listed, summed = read_batch(sheets[layout.BATCH]), read_summary(sheets[layout.SUMMARY])
    assert [row.source for row in listed] == sources
    assert [row.state for row in listed] == ["done"] * 7 + ["failed"]
    assert [row.agency for row in summed] == bodies(7)
    assert [row.errors for row in summed] == [0, 0, 1, 0, 0, 1, 0]
    assert sheets[layout.BATCH][layout.FOLDER_SPOT] == str(tmp_path)
    for row in summed:
        report = read_report(tmp_path / row.file)
        assert row.figures == {cell: report.value(cell) for cell in row.figures}
    with (tmp_path / "汇总.csv").open(encoding="utf-8-sig", newline="") as file:
        heads, *lines = csv.reader(file)
    assert heads == summary_heads()
    assert [(line[0], line[1], line[6]) for line in lines[:3]] == [
        (name, "2021", errors) for name, errors in zip(bodies(3), "001", strict=True)
    ]
    assert lines[0][heads.index("表三 一、本年新收政府信息公开申请数量")] == "455"
    assert set(batch_checks(tmp_path)) == set(sources[:7])


def test_the_summary_is_recent_while_the_batch_runs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(summary, "EVERY", 4)
    monkeypatch.setattr("gongkai.batch.run.MOST_PENDING", 1)
    with (
        serving(served(bodies(7))) as server,
        closing(run_batch(many(server, 7), tmp_path, pause=0)) as batch,
    ):
        for _ in range(4):
            assert not (tmp_path / "汇总.csv").exists()
            next(batch)
        assert len((tmp_path / "汇总.csv").read_text(encoding="utf-8-sig").splitlines()) == 4 + 1
        rows = read_batch(sheets_of(tmp_path / "汇总.xlsx")[layout.BATCH])
        assert [row.state for row in rows].count("new") == 7 - 4


def test_the_same_source_twice_is_one(tmp_path: Path) -> None:
    with serving(served(bodies(1))) as server:
        found = run([server.url("/1.html")] * 3, tmp_path)
        assert server.requests == ["/1.html"]
    assert len(found) == 1


# --- politeness -----------------------------------------------------------------------------------


def many(server: Server, count: int) -> list[str]:
    return [server.url(f"/{n}.html") for n in range(1, count + 1)]


class Hall:
    """Counts the answers under way at each of some servers, and holds them until the door opens.

    An answer is over before its last byte is sent: who has it all may ask for the next one at once.
    """

    def __init__(self) -> None:
        self.lock, self.door = threading.Lock(), threading.Event()
        self.here: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    def enter(self, name: str) -> None:
        with self.lock:
            self.here[name] += 1
            self.most[name] = max(self.most[name], self.here[name])
        self.door.wait(PATIENCE)

    def leave(self, name: str) -> None:
        with self.lock:
            self.here[name] -= 1

    def held(self) -> dict[str, int]:
        with self.lock:
            return dict(self.here)

    def answers(self, name: str, count: int) -> dict[str, list[Chunks]]:
        pages = {path: answers[0] for path, answers in served(bodies(count)).items()}
        enter, leave = partial(self.enter, name), partial(self.leave, name)
        return {path: [[enter, head, leave, body]] for path, (head, body) in pages.items()}


class Watched(threading.Condition):
    """Knows how many threads wait for a change, which only those do that may not ask a host now."""

    waiting = 0

    def wait(self, timeout: float | None = None) -> bool:
        Watched.waiting += 1
        try:
            return super().wait(timeout)
        finally:
            Watched.waiting -= 1


def run_in(hall: Hall, sources: list[str], folder: Path, per_host: int) -> dict[str, int]:
    """Run a batch; what the hall holds once each thread is in it or waits for its turn."""
    threads = min(MOST_AT_ONCE, len(sources))
    with ThreadPoolExecutor(1) as pool, pytest.MonkeyPatch.context() as patch:
        patch.setattr(scheduler, "Condition", Watched)
        batch = pool.submit(run, sources, folder, per_host=per_host)
        try:
            wait_until(
                lambda: sum(hall.held().values()) + Watched.waiting == threads,
                "each thread is there or waits",
            )
            held = hall.held()
        finally:
            hall.door.set()
        assert {one.row.state for one in batch.result().values()} == {"done"}
    return held


def test_two_at_a_time_and_hosts_side_by_side(tmp_path: Path) -> None:
    hall = Hall()
    with (
        serving(hall.answers("one", 5)) as one,
        serving(hall.answers("other", 5), host="127.0.0.2") as other,
    ):
        sources = many(one, 5) + [f"http://127.0.0.2:{other.port}/{n}.html" for n in range(1, 6)]
        assert run_in(hall, sources, tmp_path, per_host=2) == {"one": 2, "other": 2}
    assert hall.most == {"one": 2, "other": 2}


def test_one_host_on_two_ports_is_one_host(tmp_path: Path) -> None:
    hall = Hall()
    answers = hall.answers("host", 3)
    with serving(answers) as one, serving(answers) as other:
        assert run_in(hall, many(one, 3) + many(other, 3), tmp_path, per_host=1) == {"host": 1}
    assert hall.most == {"host": 1}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock for the scheduler, which is moved where they would wait for so many seconds."""
    found = fake_clock(monkeypatch, scheduler)

    class Moved(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            if timeout is None:
                return super().wait()
            found.move(timeout)
            return False

    monkeypatch.setattr(scheduler, "Condition", Moved)
    return found


def test_a_pause_between_the_turns_of_a_host(clock: Clock) -> None:
    pages = [f"http://{host}.cn/{n}" for host in "ab" for n in (1, 2, 3)]
    found = SourceQueue([*pages, "x.html", "y.html"], 2, 0.5)
    begun, taken = clock.now, []
    while (source := found.take()) is not None:
        taken.append((clock.now - begun, source))
        found.loaded(source)
        found.done()
    assert sorted(taken) == [
        *[(0.0, name) for name in ("http://a.cn/1", "http://b.cn/1", "x.html", "y.html")],
        *[(0.5, name) for name in ("http://a.cn/2", "http://b.cn/2")],
        *[(1.0, name) for name in ("http://a.cn/3", "http://b.cn/3")],
    ]


def test_a_pause_between_requests(tmp_path: Path, clock: Clock) -> None:
    begun = clock.now
    with serving(served(bodies(5))) as server:
        run(many(server, 5), tmp_path, per_host=2, pause=0.5)
    assert clock.now - begun == pytest.approx(4 * 0.5)


def test_a_slow_host_holds_nobody_up(tmp_path: Path) -> None:
    """It answers when all others are done."""
    hall = Hall()
    order = []
    with (
        serving(hall.answers("slow", 3)) as slow,
        serving(served(bodies(5)), host="127.0.0.2") as quick,
    ):
        sources = many(slow, 3) + [f"http://127.0.0.2:{quick.port}/{n}.html" for n in range(1, 6)]
        for one in run_batch(sources, tmp_path, per_host=1, pause=0):
            order.append(one.row.source)
            if len(order) == 5 or one.row.state != "done":
                hall.door.set()
    assert sorted(order[-3:]) == many(slow, 3)


def test_turns_serve_all_with_many_threads() -> None:
    sources = [f"http://{host}.cn/{n}" for n in range(30) for host in "abc"] + ["x.html"]
    found = SourceQueue(sources, 2, 0)
    taken: list[str] = []

    def work() -> None:
        while (source := found.take()) is not None:
            taken.append(source)
            found.loaded(source)
            if source.endswith("7"):
                found.put_back(source)
            found.done()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    again = [source for source in sources if source.endswith("7")]
    assert sorted(taken) == sorted([*sources, *again])
    assert found.take() is None


def test_no_turn_after_the_end() -> None:
    found = SourceQueue(["http://a.cn/1", "x.html"], 2, 0)
    assert found.take() is not None
    found.close()
    assert found.take() is None


# --- what a folder keeps --------------------------------------------------------------------------


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    answers = served(bodies(4))
    answers["/5.html"] = [answer(b"", status="404 N"), answer(page("第5县人民政府"))]
    with serving(answers) as server:
        first = run(many(server, 5), tmp_path)
        assert not any(one.skipped for one in first.values())
        (tmp_path / first[server.url("/2.html")].row.file).unlink()
        before = len(server.requests)
        second = run(many(server, 5), tmp_path)
        assert sorted(server.requests[before:]) == ["/2.html", "/5.html"]
    assert [one.skipped for one in second.values()].count(True) == 3
    assert {one.row.state for one in second.values()} == {"done"}
    assert {one.row.file for one in second.values()} == {
        f"{name}2021年度报告.xlsx" for name in bodies(5)
    }


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    kept = {"第1县人民政府2021年度报告.XLSM": b"mine", "汇总.csv": b"a,b", "notes.txt": b"!"}
    for name, content in kept.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "第2县人民政府2021年度报告.xlsx").mkdir()
    with serving(served(bodies(2))) as server:
        for _ in range(2):
            found = run(many(server, 2), tmp_path)
    assert {one.row.file for one in found.values()} == {
        f"第{n}县人民政府2021年度报告（2）.xlsx" for n in (1, 2)
    }
    assert {name: (tmp_path / name).read_bytes() for name in kept} == kept
    assert {"汇总（2）.xlsx", "汇总（2）.csv"} <= names_in(tmp_path)


def test_a_file_that_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    appeared = threading.Event()
    answers = served(bodies(3))
    answers["/2.html"] = [[partial(appeared.wait, PATIENCE), *answers["/2.html"][0]]]
    with serving(answers) as server:
        for _ in run_batch(many(server, 3), tmp_path, per_host=1, pause=0):
            (tmp_path / "第2县人民政府2021年度报告.xlsx").write_bytes(b"mine")
            appeared.set()
    assert (tmp_path / "第2县人民政府2021年度报告.xlsx").read_bytes() == b"mine"
    assert "第2县人民政府2021年度报告（2）.xlsx" in names_in(tmp_path)


def test_a_workbook_changed_since_counts_as_it_stands(tmp_path: Path) -> None:
    with serving(served(bodies(3))) as server:
        source = server.url("/3.html")
        path = tmp_path / run([source], tmp_path)[source].row.file
        assert run([source], tmp_path)[source].row.errors == 1
        report = read_report(server.url("/1.html"))
        fill(replace(report, agency="改正县人民政府"), [], path, overwrite=True)
        (again,) = run([source], tmp_path).values()
        assert (again.skipped, again.row.errors, again.row.agency) == (True, 0, "改正县人民政府")
        assert batch_checks(tmp_path)[source]["report"]["source"] == source
        assert "改正县人民政府" in (tmp_path / "汇总.csv").read_text(encoding="utf-8-sig")
        path.write_bytes(b"broken")
        (again,) = run([source], tmp_path).values()
        assert (again.row.state, path.name in again.row.message) == ("failed", True)
        assert path.read_bytes() == b"broken"
        assert server.requests.count("/3.html") == 1


def test_lists_one_after_another_are_summed_up_together(tmp_path: Path) -> None:
    with serving(served(bodies(3))) as server:
        run(many(server, 1), tmp_path)
        run([server.url("/2.html"), server.url("/9.html")], tmp_path)
        found = run([server.url("/3.html")], tmp_path)
    rows = read_batch(sheets_of(tmp_path / "汇总.xlsx")[layout.BATCH])
    assert [row.agency for row in rows] == ["第3县人民政府", "第1县人民政府", "第2县人民政府"]
    assert len(found) == 1


def test_one_run_at_a_time(tmp_path: Path) -> None:
    with held_folder(tmp_path), pytest.raises(GongkaiError, match="另一个批量导入正在使用"):
        run([], tmp_path)
    run([], tmp_path)


def test_stopping_early_keeps_what_is_done(tmp_path: Path) -> None:
    with serving(served(bodies(6))) as server:
        with closing(run_batch(many(server, 6), tmp_path, per_host=1, pause=0)) as batch:
            first = next(batch)
        assert first.row.state == "done"
        assert PART not in names_in(tmp_path)
        assert first.row.file in (names_in(tmp_path))
        again = run(many(server, 6), tmp_path)
    assert again[first.row.source].skipped
    assert {one.row.state for one in again.values()} == {"done"}


# --- damaged memories -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello\n", "不是gongkai写的"),
        (b"hello", "不是gongkai写的"),
        (b'{"a": 1}\n', "不是gongkai写的"),
        (b'{"gongkai": "batch", "version": 1, "summary": "../x"}\n', "不是gongkai写的"),
        (b'{"gongkai": "batch", "version": 2, "summary": "x"}\n', "另一版本"),
        (b'{"gongkai": "batch", "version": 1, "summary": "x"}\n{}\n', "第2行已损坏"),
        (b'{"gongkai": "batch", "version": 1, "summary": "x"}\n\0\0\n', "第2行已损坏"),
        (
            b'{"gongkai": "batch", "version": 1, "summary": "x"}\n' + b"[" * 100_000 + b"\n",
            "第2行已损坏",
        ),
    ],
)
def test_a_foreign_or_damaged_memory(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / JOURNAL).write_bytes(content)
    with pytest.raises(GongkaiError, match=said):
        run(["x.html"], tmp_path)
    assert (tmp_path / JOURNAL).read_bytes() == content
    assert names_in(tmp_path) == {JOURNAL, NAME}
    with read_store(tmp_path) as store:
        assert store is not None
        assert store.about("summary") == ""
        assert [*store.listed()] == []


def test_a_damaged_entry_is_said_with_its_line(tmp_path: Path) -> None:
    with serving(served(bodies(2))) as server:
        run(many(server, 2), tmp_path)
        journal = as_older(tmp_path)
        good = journal.read_text(encoding="utf-8")
        for right, wrong in (
            ('"year": 2021', '"year": "x"'),
            ('"figures": {', '"figures": {"a": [], '),
            ('"file": "', '"file": "../'),
        ):
            journal.write_text(good.replace(right, wrong, 1), encoding="utf-8")
            with pytest.raises(GongkaiError, match="第2行已损坏"):
                run(many(server, 2), tmp_path)
        journal.write_text(good, encoding="utf-8")
        found = run(many(server, 2), tmp_path)
    assert all(one.skipped for one in found.values())


@pytest.mark.parametrize("cut", [1, 19, 30])
def test_a_memory_cut_at_its_very_beginning_begins_anew(tmp_path: Path, cut: int) -> None:
    (tmp_path / JOURNAL).write_bytes(b'{"gongkai": "batch", "version": 1, "summary": "x"}'[:cut])
    with serving(served(bodies(1))) as server:
        run(many(server, 1), tmp_path)
    assert "汇总.xlsx" in names_in(tmp_path)


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / NAME).mkdir()
    for folder in ("file", "file/x", "taken", "x" * 300, "a\0b"):
        with pytest.raises(GongkaiError, match=r"。$"):
            run([], tmp_path / folder)
    assert (tmp_path / "file").read_text() == "mine"


# --- faults of our own ----------------------------------------------------------------------------


def test_an_unexpected_failure_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the process that reads says it: the failure is of that report alone."""
    place = tmp_path / "page.html"
    place.write_bytes(page("第2县人民政府"))
    monkeypatch.setattr("gongkai.pipeline.check", lambda report: 1 // 0)
    [one] = outcome_of(parse(request_for(str(place))))
    row = one.encoded.row
    assert row.state == "failed"
    assert "程序内部错误（ZeroDivisionError）" in row.message
    assert (one.name, one.book) == ("", b"")


def test_an_uninterrupted_run_is_the_same_twice(tmp_path: Path) -> None:
    with serving(served(bodies(3))) as server:
        for name in ("a", "b"):
            run(many(server, 4), tmp_path / name)
    assert outcome(tmp_path / "a") == outcome(tmp_path / "b")
