"""Many sources at the front door: reports in their order, failures as values, nothing stops."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gongkai
from gongkai.batch import run, scheduler
from gongkai.model import GongkaiError, Report
from gongkai.panels import records
from gongkai.panels.records import UnreadSource, panel, read_reports, records_of
from helpers import DOCUMENTS, ROOT
from helpers.families import family, saved, summed
from helpers.made import blank_report, report_of
from helpers.special import pipe
from helpers.web.server import answer, serving
from helpers.writers.parts import LAST_YEAR, OTHER_BODY, OWN, titled, written

RUIAN = DOCUMENTS / "ruian-2021-text" / "source.txt"
BROKEN = DOCUMENTS / "broken-2022" / "source.html"


def outcome(one: Report | UnreadSource) -> str:
    """Whose report it is, or which source failed."""
    return one.agency if isinstance(one, Report) else f"! {one.source}"


def test_reports_come_in_their_order_and_failures_among_them(tmp_path: Path) -> None:
    empty = tmp_path / "空.html"
    empty.write_text("<p>没有报告</p>", encoding="utf-8")
    given = [BROKEN, str(tmp_path / "无.html"), RUIAN.read_bytes(), empty, "ftp://a/b", b""]
    found = list(read_reports(given))
    assert [outcome(one) for one in found] == [
        "西汀县自然资源局",
        f"! {tmp_path / '无.html'}",
        "瑞安市人民政府",
        f"! {empty}",
        "! ftp://a/b",
        "! -",
    ]
    assert len(list(filter(None, found))) == 2, "a failure is false"
    failures = [one for one in found if isinstance(one, UnreadSource)]
    assert all(str(one.error).endswith("。") for one in failures)


def test_what_was_read_becomes_the_same_panel(tmp_path: Path) -> None:
    given = [BROKEN, tmp_path / "无.html", RUIAN]
    direct = panel(given).sources.drop(columns=["fetched_at", "finished"])
    by_reports = panel(read_reports(given)).sources.drop(columns=["fetched_at", "finished"])
    assert direct.equals(by_reports)


def test_one_source_is_a_list_of_one() -> None:
    for given in (RUIAN, str(RUIAN), RUIAN.read_bytes()):
        assert [outcome(one) for one in read_reports(given)] == ["瑞安市人民政府"]
    assert len(panel(RUIAN).records) == 1
    assert len(panel(report_of()).records) == 1


def test_sources_are_taken_as_they_are_asked_for() -> None:
    taken: list[Path] = []

    def sources() -> Iterator[Path]:
        for source in (RUIAN, BROKEN):
            taken.append(source)
            yield source

    reading = read_reports(sources())
    next(reading)
    assert taken == [RUIAN]


def test_a_folder_stands_for_its_documents(tmp_path: Path) -> None:
    names = [path.stem for path in saved(tmp_path / "a", family())]
    (tmp_path / "b").mkdir()
    found = [outcome(one) for one in read_reports([tmp_path / "a", tmp_path / "b"])]
    assert sorted(found) == sorted([*names, f"! {tmp_path / 'b'}"])


def test_all_reports_of_a_document_come(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    parts = [titled(OWN), titled(OTHER_BODY)]
    page.write_text(written("plain", parts, "2021年政府信息公开工作年度报告"), encoding="utf-8")
    found = [outcome(one) for one in read_reports(page)]
    assert sorted(found) == sorted([OWN.agency, OTHER_BODY.agency])
    names = panel(page).sources["source"]
    assert names.nunique() == 2
    assert sorted(panel(read_reports(page)).sources["source"]) == sorted(names)


def test_a_blank_form_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    [record] = records_of(blank_report("2021", 2022))
    assert (record.row.state, record.figures) == ("unread", ())
    assert "没有读出数字" in record.row.message


def test_a_place_that_is_named_twice_counts_once(tmp_path: Path) -> None:
    places = [RUIAN, str(RUIAN), RUIAN.parent, BROKEN]
    assert len(list(read_reports(places))) == 4
    assert panel(places).sources["source"].tolist() == [str(RUIAN), str(BROKEN)]
    list(gongkai.run_batch([RUIAN], tmp_path))
    assert len(panel([tmp_path, tmp_path, RUIAN]).records) == 1
    twice = [report_of(), report_of()]
    assert len(panel(twice).records) == 2, "reports are what their caller made of them"


@pytest.mark.parametrize("nothing", [None, float("nan")])
def test_an_empty_cell_of_a_column_of_addresses_stops_nothing(nothing: object) -> None:
    given: list[Any] = [nothing, RUIAN]
    assert [outcome(one) for one in read_reports(given)] == [f"! {nothing}", "瑞安市人民政府"]
    assert panel(given).sources["state"].tolist() == ["failed", "done"]


def test_a_pipe_stops_nothing(tmp_path: Path) -> None:
    path = pipe(tmp_path / "管道.html")
    assert [outcome(one) for one in read_reports([path, RUIAN])] == [f"! {path}", "瑞安市人民政府"]


def test_a_fault_of_our_own_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    read = records.importing.reports_in

    def failing(source: str, *rest: object) -> object:
        if source == str(BROKEN):
            raise RecursionError
        return read(source, *rest)

    monkeypatch.setattr(records.importing, "reports_in", failing)
    first, second = read_reports([BROKEN, RUIAN])
    assert isinstance(first, UnreadSource)
    assert "程序内部错误（RecursionError）" in str(first.error)
    assert isinstance(second, Report)

    def check(report: Report) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(records.pipeline, "check", check)
    [record] = records_of(RUIAN)
    assert "程序内部错误（ZeroDivisionError）" in record.row.message


def test_a_host_is_asked_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two requests to one host as far apart as in a batch; to another host at once."""
    made: list[float] = []
    taken: list[tuple[str, bool]] = []
    take = scheduler.SourceQueue.take
    start = scheduler.SourceQueue.__init__

    def noting(queue: scheduler.SourceQueue, sources: list[str], most: int, pause: float) -> None:
        made.append(pause)
        start(queue, sources, most, 0)

    def taking(queue: scheduler.SourceQueue) -> str | None:
        found = take(queue)
        taken.append((str(found), scheduler.host_of(str(found)) in queue.next_at))
        return found

    monkeypatch.setattr(scheduler.SourceQueue, "__init__", noting)
    monkeypatch.setattr(scheduler.SourceQueue, "take", taking)
    page = answer(BROKEN.read_bytes(), "Content-Type: text/html")
    with serving({"/a.html": [page], "/b.html": [page]}) as server:
        urls = [server.url("/a.html"), server.url("/b.html")]
        found = list(records_of([*urls, RUIAN]))
    assert made == [run.PAUSE]
    assert taken == [(urls[0], True), (urls[1], True), (str(RUIAN), False)]
    assert [record.url for record in found[:2]] == urls
    assert all(record.row.is_done for record in found)


def test_nothing_is_fetched_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    [found] = read_reports("http://example.invalid/a.html", offline=True)
    assert isinstance(found, UnreadSource)


def test_records_are_taken_as_they_are() -> None:
    [record] = records_of(report_of())
    assert list(records_of([record, report_of()])) == [record, record]


# --- reports against each other ---------------------------------------------------------------


def test_years_of_one_body() -> None:
    before, after = gongkai.compare_years([LAST_YEAR, OWN])
    assert "没有2019年的报告" in before.text
    assert {finding.rule for finding in after.findings} >= {"years.carried"}


def test_levels_of_a_government() -> None:
    reports = family()
    found = gongkai.compare_levels(summed(reports), reports)
    assert len(found.roll.members) == len(reports)
    assert [finding.rule for finding in found.findings if finding.severity != "note"] == []


def test_a_batch_by_the_front_door(tmp_path: Path) -> None:
    [done] = gongkai.run_batch([RUIAN], tmp_path / "out", offline=True)
    assert done.row.is_done
    assert (tmp_path / "out" / done.row.file).is_file()


# --- what is loaded ---------------------------------------------------------------------------


def test_pandas_is_loaded_where_a_frame_is_asked_for(tmp_path: Path) -> None:
    """Reading, checking and writing CSV and SQLite need none; a repr neither. What an old rapidfuzz
    loads is not ours.
    """
    code = f"""
import sys, gongkai, rapidfuzz.process
before = set(sys.modules)
found = gongkai.panel([{str(BROKEN)!r}])
found.save({str(tmp_path / "a.csv")!r})
found.save({str(tmp_path / "b.sqlite")!r})
repr(found), next(gongkai.read_reports({str(RUIAN)!r}))._repr_html_()
assert not {{"pandas", "pyarrow", "openpyxl"}} & set(sys.modules) - before
found.save({str(tmp_path / "c.parquet")!r})
assert "pyarrow" in sys.modules
len(found.figures)
assert "pandas" in sys.modules
"""
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(ROOT / "python")}
    )


def test_errors_are_of_the_front_door() -> None:
    [found] = gongkai.read_reports("无.html")
    assert isinstance(found, gongkai.UnreadSource)
    assert isinstance(found.error, GongkaiError)
