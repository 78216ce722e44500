"""Worksheet functions in a workbook: the workbook's own report, and reports from a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import xlwings as xw
from xlwings import conversion

from gongkai import check, read_report
from gongkai.excel import fetching
from gongkai.excel.arrays import Bounded
from gongkai.excel.fetching import KEPT, NOT_ALLOWED, Session, allow
from gongkai.excel.functions import GK_CHECK, GK_FINDINGS, GK_IMPORT, GK_VALUE
from gongkai.excel.live_book import EXCEL
from gongkai.model import Report
from gongkai.workbook import copy_template, layout, write_workbook
from helpers import DOCUMENTS
from helpers.clock import Clock, fake_clock
from helpers.excel.engine import open_book
from helpers.made import report_of
from helpers.ruian import RUIAN
from helpers.waiting import PATIENCE, wait_until
from helpers.web.server import SILENCE, Server, answer, redirect, serving
from helpers.web.site import PATIENT

PAGE = (DOCUMENTS / "ruian-2021-html" / "source.html").read_bytes()
OLD_PAGE = (DOCUMENTS / "edition-2019-of-2020" / "source.html").read_bytes()
GAPS_PAGE = (DOCUMENTS / "written-forms-2022" / "source.html").read_bytes()
ONCE = replace(PATIENT, size=500_000, tries=1)
LONGEST = fetching.LONGEST
HOSTILE = b"<title>=cmd|' /C calc'!A0</title>"


@pytest.fixture(autouse=True)
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """For each test its own, with all the time of a busy machine; nothing is allowed yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(fetching, "LONGEST", PATIENCE)
    fresh = Session(ONCE)
    monkeypatch.setattr(fetching, "SESSION", fresh)
    return fresh


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return fake_clock(monkeypatch, fetching)


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    return open_book(copy_template(tmp_path / "空白.xlsm"))


@pytest.fixture
def cell(book: xw.Book) -> xw.Range:
    """The cell that calls, in a workbook whose functions may fetch."""
    allow(book)
    return book.sheets[layout.COVER].range("Z1")


@pytest.fixture
def server() -> Iterator[Server]:
    answers = {
        "/a": [answer(PAGE)],
        "/old": [answer(OLD_PAGE)],
        "/gaps": [answer(GAPS_PAGE)],
        "/moved": [redirect("/a")],
        "/none": [answer(b"<html><p>nothing here</p></html>")],
        "/hostile": [answer(HOSTILE)],
        "/passing": [answer(b"", status="404 Gone"), answer(PAGE)],
        "/large": [answer(PAGE + b" " * 600_000)],
    }
    with serving(answers) as running:
        yield running


# --- the workbook's own report --------------------------------------------------------------------


def filled(report: Report, path: Path) -> xw.Range:
    write_workbook(report, check(report), path)
    return open_book(path).sheets[layout.COVER].range("Z1")


def test_the_report_in_the_caller_s_workbook(tmp_path: Path) -> None:
    assert GK_CHECK(None, filled(report_of(), tmp_path / "a.xlsm")) == "✓ 42项勾稽关系全部相符"
    wrong = report_of({"applications.granted.natural": 135, "disputes.review.total": 9})
    answered = GK_CHECK(None, filled(wrong, tmp_path / "b.xlsm"))
    assert answered == (
        "✗ 3项不符：表三 予以公开（自然人）填135，疑应为134；"
        "表四有误，2种改法：①行政复议（维持）10→8；②行政复议（总计）9→11"
    )


def test_blanks_in_the_caller_s_workbook(tmp_path: Path) -> None:
    blank = report_of({"applications.granted.natural": None})
    assert GK_CHECK(None, filled(blank, tmp_path / "a.xlsm")) == "! 40项相符，2项因空白不能核对"


def test_a_table_that_is_missing_is_an_error(tmp_path: Path) -> None:
    assert GK_CHECK(None, filled(report_of(without="disputes"), tmp_path / "a.xlsm")).startswith(
        "✗ 1处错误：缺少表四（四、"
    )


def test_changes_are_seen_at_once(tmp_path: Path) -> None:
    caller = filled(report_of(), tmp_path / "a.xlsm")
    sheet = next(sheet for sheet in layout.table_sheets() if sheet.table == "applications")
    figure = caller.sheet.book.sheets[sheet.name].range(sheet.cells["applications.granted.natural"])
    figure.value = 135
    assert GK_CHECK(None, caller).startswith("✗ 2项不符：")
    figure.value = "x"
    assert GK_CHECK(None, caller).startswith("! 40项相符，1处疑问，2项因空白不能核对：")
    figure.value = 134
    assert GK_CHECK(None, caller) == "✓ 42项勾稽关系全部相符"


def test_a_workbook_without_a_report(book: xw.Book) -> None:
    assert GK_CHECK(None, book.sheets[layout.COVER].range("Z1")).startswith("! 工作簿中还没有内容")
    for sheet in layout.table_sheets():
        book.sheets[sheet.name].delete()
    assert GK_CHECK(None, book.sheets[layout.COVER].range("Z1")).startswith(
        "! 当前工作簿没有工作表"
    )
    assert GK_CHECK() == "! 无法确定公式所在的工作簿；请在单元格中使用这个函数。"


def test_the_sheet_s_own_range(tmp_path: Path) -> None:
    """As xlwings reads an argument that is a range; whole columns only as far as the sheet is
    used.
    """
    book = filled(report_of(), tmp_path / "a.xlsm").sheet.book
    options = {"convert": Bounded, "ndim": 2, "err_to_str": True}
    sheet = book.sheets["表三"]
    for address in ("D5:J29", "A2:J29", "A1:J1048576"):
        rows = conversion.read(sheet.range(address), None, options)
        assert len(rows) < 300, address  # with what is hidden below the table
        assert GK_CHECK(rows) == "✓ 39项勾稽关系全部相符（表三，2021年格式）", address
    assert len(conversion.read(sheet.range("A2:XFD29"), None, options)[0]) < 100
    assert GK_CHECK(conversion.read(book.sheets["表四"].range("A1:O5"), None, options)).startswith(
        "✓ 3项"
    )
    assert GK_CHECK(conversion.read(sheet.range("ZZ5000:ZZ5001"), None, options)).startswith(
        "! 区域中没有数字"
    )
    assert GK_CHECK(conversion.read(sheet.range("ZZ1:ZZ1048576"), None, options)).startswith(
        "! 区域中没有数字"
    )


# --- permission -----------------------------------------------------------------------------------


def test_nothing_is_fetched_before_the_user_allows_it(book: xw.Book, server: Server) -> None:
    caller = book.sheets[layout.COVER].range("Z1")
    assert GK_VALUE(server.url("/a"), "granted", None, caller) == "! " + NOT_ALLOWED.format(
        EXCEL.commands, EXCEL.recalculates
    )
    assert GK_IMPORT(server.url("/a"), caller) == "! " + NOT_ALLOWED.format(
        EXCEL.commands, EXCEL.recalculates
    )
    assert server.requests == []
    allow(book)
    assert GK_VALUE(server.url("/a"), "granted", None, caller) == RUIAN.value(
        "applications.granted.total"
    )


def test_nothing_is_fetched_for_a_workbook_of_another_kind(book: xw.Book, server: Server) -> None:
    allow(book)
    book.sheets[layout.TOOL].delete()
    answered = GK_IMPORT(server.url("/a"), book.sheets[layout.COVER].range("Z1"))
    assert "模板" in answered
    assert GK_IMPORT(server.url("/a")) == "! 无法确定公式所在的工作簿；请在单元格中使用这个函数。"
    assert server.requests == []


@pytest.mark.parametrize(
    "url",
    [
        *(
            None,
            "",
            5,
            2021.0,
            "file:///etc/passwd",
            "/etc/passwd",
            "C:\\a.html",
            "-",
            "ftp://example.gov.cn/",
        ),
        *(
            "www.example.gov.cn",
            "javascript:alert(1)",
            "http:",
            "http://",
            "http://[::1",
            "=HYPERLINK(1)",
            " ",
        ),
        "http://example.gov.cn/" + "a" * 5_000,
    ],
)
def test_addresses_that_are_none(url: object, cell: xw.Range) -> None:
    answered = GK_IMPORT(url, cell)
    assert answered.startswith("! ")
    assert "http://" in answered
    assert len(answered) < 200


# --- one figure -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "applicant", "wanted"),
    [
        ("applications.granted.total", None, "applications.granted.total"),
        ("applications.granted.natural", None, "applications.granted.natural"),
        (" Applications.Granted.Natural ", "自然人", "applications.granted.natural"),
        ("（一）予以公开", None, "applications.granted.total"),
        ("(一) 予以公开", "自然人", "applications.granted.natural"),
        ("予以公开", "总 计", "applications.granted.total"),
        ("granted", "natural", "applications.granted.natural"),
        ("（二）部分公开", "商业企业", "applications.partly_granted.company"),
        ("1.属于国家秘密", None, "applications.refused_secret.total"),
        ("属于国家秘密", None, "applications.refused_secret.total"),
        ("（七）总计", None, "applications.handled.total"),
        ("总计", "合计", "applications.handled.total"),
        ("结转下年度", None, "applications.carried_out.total"),
        ("行政复议", "结果维持", "disputes.review.upheld"),
        ("行政复议", None, "disputes.review.total"),
        ("规章", "现行有效件数", "disclosure.rules.valid"),
        ("行政事业性收费", None, "disclosure.fees.amount"),
        ("行政许可", "本年处理决定数量", "disclosure.permits.decisions"),
    ],
)
def test_a_figure_by_its_names(
    figure: str, applicant: str | None, wanted: str, cell: xw.Range, server: Server
) -> None:
    assert GK_VALUE(server.url("/a"), figure, applicant, cell) == pytest.approx(
        float(RUIAN.value(wanted) or 0)
    )


@pytest.mark.parametrize(
    ("figure", "applicant", "told"),
    [
        ("规章", None, "请写明列名：本年制发件数、本年废止件数、现行有效件数"),
        ("规章", "总计", "没有“总计”这一列：本年制发件数"),
        ("（三）不予公开", None, "请写明一行：（三）不予公开 1.属于国家秘密"),
        ("不予公开", "自然人", "请写明一行"),
        ("三、本年度办理结果", None, "请写明一行：（一）予以公开"),
        ("国家秘密", None, "没有“国家秘密”这一行，请写全行名：（三）不予公开 1.属于国家秘密"),
        ("予以公开", "法人", "没有“法人”这一列：自然人、商业企业"),
        ("applications.granted.total", "自然人", "编号 applications.granted.total 已写明了列"),
        ("applications.granted.nobody", None, "没有“applications.granted.nobody”这一行"),
        ("", None, "没有“”这一行"),
        (None, None, "没有“”这一行"),
        (12.0, None, "没有“12”这一行"),
        ("=1+1", "+2", "没有“=1+1”这一行"),
        ("x" * 5_000, None, "没有“"),
    ],
)
def test_a_figure_that_is_not_named_clearly(
    figure: object, applicant: str | None, told: str, cell: xw.Range, server: Server
) -> None:
    answered = GK_VALUE(server.url("/a"), figure, applicant, cell)
    assert answered.startswith("! ")
    assert told in answered
    assert len(answered) < 300


def test_blanks_signs_and_texts_are_told_apart(cell: xw.Range, server: Server) -> None:
    report = read_report(str(DOCUMENTS / "written-forms-2022" / "source.html"))
    told = set()
    for entry in report.entries():
        found = GK_VALUE(server.url("/gaps"), entry.cell, None, cell)
        if entry.value is not None:
            assert found == pytest.approx(float(entry.value))
        else:
            assert isinstance(found, str)
            told.add(found)
    assert len(server.requests) == 1
    assert "/" in told or "（空）" in told


# --- a whole report -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/a", "/old", "/moved"])
def test_the_tables_spill_as_the_form_prints_them(
    path: str, cell: xw.Range, server: Server
) -> None:
    rows = GK_IMPORT(server.url(path), cell)
    report = read_report(server.url(path))
    assert {len(row) for row in rows} == {15}
    titles = [row[0] for row in rows if str(row[0]).startswith("表")]
    assert [title[:2] for title in titles] == ["表二", "表三", "表四"]
    count = sum(len(t.form.relations) for t in report.tables.values())
    assert GK_CHECK(rows).startswith(f"✓ {count}项勾稽关系全部相符（表二、表三、表四，")
    assert GK_CHECK(
        [[value if value != "" else None for value in row] for row in rows]
    ) == GK_CHECK(rows)
    errors = [finding.rule for finding in check(report) if finding.severity == "error"]
    assert errors == [row[0] for row in GK_FINDINGS(rows) if row[0] in errors]


def test_what_was_not_read_is_told(cell: xw.Range, server: Server) -> None:
    report = read_report(server.url("/gaps"))
    rows = GK_IMPORT(server.url("/gaps"), cell)
    assert any("没有读出" in str(row[0]) for row in rows) == bool(report.problems)
    assert not GK_CHECK(rows).startswith("✓")


def test_pages_without_a_report(cell: xw.Range, server: Server) -> None:
    for path in ("/none", "/hostile", "/missing", "/large"):
        answered = GK_IMPORT(server.url(path), cell)
        assert answered.startswith("! ")
        assert "Traceback" not in answered


# --- how often and how long -----------------------------------------------------------------------


def test_a_page_is_fetched_once_a_session(cell: xw.Range, server: Server) -> None:
    for row in ("granted", "new", "handled"):
        GK_VALUE(server.url("/a"), row, None, cell)
    GK_IMPORT(f"  {server.url('/a')} ", cell)
    assert server.requests == ["/a"]


def test_the_session_forgets_the_pages_used_longest_ago(
    session: Session, cell: xw.Range, server: Server
) -> None:
    first = server.url("/a")
    GK_VALUE(first, "new", None, cell)
    for number in range(KEPT - 1):
        session.reports[f"http://example.gov.cn/{number}"] = RUIAN
    GK_VALUE(first, "new", None, cell)
    GK_VALUE(server.url("/old"), "new", None, cell)
    assert len(session.reports) == KEPT
    assert first in session.reports
    assert "http://example.gov.cn/0" not in session.reports
    assert all(
        not report.document.content for report in session.reports.values() if report.document
    )


def test_a_failure_stands_for_a_while(cell: xw.Range, server: Server, clock: Clock) -> None:
    first = GK_VALUE(server.url("/passing"), "new", None, cell)
    assert first.startswith("! ")
    clock.move(fetching.PAUSE - 1)
    assert GK_VALUE(server.url("/passing"), "granted", None, cell) == first
    assert server.requests == ["/passing"]
    assert GK_VALUE(server.url("/a"), "new", None, cell) == 455  # another page of the same host
    clock.move(2)
    assert GK_VALUE(server.url("/passing"), "new", None, cell) == 455


def test_a_host_that_does_not_answer_is_asked_once(cell: xw.Range, session: Session) -> None:
    session.limits = replace(ONCE, read=0.1)
    begun = [b"HTTP/1.1 200 OK\r\n", SILENCE]
    with serving({path: [begun] for path in ("/a", "/b", "/c")}) as silent:
        answers = {
            GK_VALUE(silent.url(path), "new", None, cell) for path in ("/a", "/b", "/c", "/a")
        }
        wait_until(lambda: silent.requests, "the server has been asked")
    assert len(answers) == 1
    assert silent.requests == ["/a"]


def test_all_fetches_together_have_a_budget(
    session: Session, cell: xw.Range, server: Server, clock: Clock
) -> None:
    session.spent.append((clock.now, session.budget))
    clock.move(fetching.WINDOW - 1)
    answered = GK_VALUE(server.url("/a"), "new", None, cell)
    assert "批量导入" in answered
    assert server.requests == []
    clock.move(2)
    assert GK_VALUE(server.url("/a"), "new", None, cell) == 455


def test_the_time_that_a_fetch_takes_counts(session: Session, cell: xw.Range, clock: Clock) -> None:
    session.budget = 30.0
    took = [lambda: clock.move(20), *answer(PAGE)]
    with serving({path: [took] for path in ("/a", "/b", "/c")}) as slow:
        assert [GK_VALUE(slow.url(path), "new", None, cell) for path in ("/a", "/b")] == [455, 455]
        assert "批量导入" in str(GK_VALUE(slow.url("/c"), "new", None, cell))
    assert slow.requests == ["/a", "/b"]
    assert [seconds for _, seconds in session.spent] == [20, 20]


def test_a_sheet_waits_no_longer_than_seconds() -> None:
    assert fetching.LIMITS.deadline <= 8
    assert fetching.BUDGET <= 30


def test_an_attachment_is_waited_for_no_longer_than_seconds(
    cell: xw.Range, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what comes after a fetch (LibreOffice, say) its deadline knows nothing."""
    assert LONGEST <= 15
    monkeypatch.setattr(fetching, "LONGEST", 0.5)
    answers = {"/a": [answer(b"<p>x<a href='1.rtf'>1.rtf</a>")], "/1.rtf": [[SILENCE]]}
    with serving(answers) as server:
        answered = {GK_VALUE(server.url("/a"), "new", None, cell) for _ in range(3)}
        wait_until(lambda: len(server.requests) == 2, "the attachment has been asked for")
        assert server.requests == ["/a", "/1.rtf"]
    (sentence,) = answered
    assert "0.5秒内没有读出报告" in str(sentence)
    assert "导入网址" in str(sentence)
