"""What a process at the mercy of its document may answer and ask for: nothing of it gets into the
store or the folder, and it gets nothing that its page does not lead to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from gongkai import processes
from gongkai.batch import batch_checks, fetching, run_batch
from gongkai.batch.fetching import MOST_WANTS, Errand
from gongkai.batch.names import is_ours, report_file_name
from gongkai.batch.parsing import Parsed, Task, outcome_of, parse, request_of
from gongkai.decisions.file import decisions_path
from gongkai.model import Document, FetchError, UnreadableDocument
from gongkai.sources import ACCESS, LIMITS
from gongkai.store import NAME, stored_records
from gongkai.supply import Want
from helpers import TESTS
from helpers.batches import GARBAGE, bodies, names_in, outcome, page, request_for, rows_of, run
from helpers.clock import fake_clock
from helpers.command import run_command
from helpers.liars import LIES, PARSE, part, told
from helpers.made import report_of
from helpers.stores import HALVES, HOSTILE
from helpers.waiting import wait_until

AGENCY = "青溪县人民政府"
BOOK = f"{AGENCY}2021年度报告.xlsx"


@pytest.fixture
def liar(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sources are read by ``helpers.liars``, in processes that nobody else uses."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS), prepend=":")
    bounds = replace(fetching.BOUNDS, memory=fetching.BOUNDS.memory + 1)
    monkeypatch.setattr(fetching, "PARSE", PARSE)
    monkeypatch.setattr(fetching, "BOUNDS", bounds)
    yield
    while (process := processes.idle_process(bounds)) is not None:
        process.end()


def pages_in(folder: Path, names: list[str], wrong: bool = True) -> list[str]:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.html").write_bytes(page(wrong=wrong))
    return [str(folder / f"{name}.html") for name in names]


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    [source] = pages_in(tmp_path_factory.mktemp("pages"), ["1"])
    return parse(request_for(source))


def test_the_truth_is_taken(answer: bytes) -> None:
    [found] = outcome_of(answer)
    assert not isinstance(found, str)
    assert found.name == BOOK
    assert found.encoded.results


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_not_taken(name: str, answer: bytes) -> None:
    lie = json.dumps(told(LIES[name], json.loads(answer))).encode()
    with pytest.raises((ValueError, TypeError, LookupError, AttributeError)):
        outcome_of(lie)


@pytest.mark.parametrize(
    "said", [b"", b"\xff", b"5", b"[]", b'"want"', b'{"want":1}', b"[" * 10**5]
)
def test_what_is_no_answer_at_all(said: bytes) -> None:
    with pytest.raises((ValueError, TypeError, LookupError, RecursionError)):
        outcome_of(said)


@pytest.mark.slow
def test_liars_fail_alone(liar: None, tmp_path: Path) -> None:
    """Among them sound pages; some liars are enough: each costs two processes."""
    lies = ["name-up", "name-map", "figures-twice", "none"]
    sources = pages_in(tmp_path / "pages", [*lies, "text", "dies", "1", "2"])
    found = rows_of(run(sources, tmp_path / "out"))
    states = {Path(source).stem: row.state for source, row in found.items()}
    assert states == {**dict.fromkeys([*lies, "text", "dies"], "failed"), "1": "done", "2": "done"}
    for row in found.values():
        assert row.state == "done" or row.message.endswith("。")
    books = {BOOK, BOOK.replace(".", "（2）.")}
    assert names_in(tmp_path / "out") == {NAME, "汇总.xlsx", "汇总.csv", *books}
    assert len(list(stored_records(tmp_path / "out" / NAME))) == len(sources)
    assert len(batch_checks(tmp_path / "out")) == 2


def test_the_name_of_the_summary_is_taken(
    tmp_path: Path, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook gets a name beside it."""
    lie = json.dumps(told(part(1, "汇总.xlsx"), json.loads(answer))).encode()
    monkeypatch.setattr(processes, "made_apart", lambda name, content, take, bounds: take(lie))
    (row,) = rows_of(run(pages_in(tmp_path / "pages", ["1"]), tmp_path / "out")).values()
    assert (row.state, row.file) == ("done", "汇总（2）.xlsx")
    assert names_in(tmp_path / "out") == {NAME, "汇总.xlsx", "汇总.csv", "汇总（2）.xlsx"}


ODD_NAMES = (
    *HOSTILE, *HALVES, "甲" * 500, "a" * 500, "é" * 300, "CON", "~$a", "-a", " a ", "\u202e甲", ".",
    "甲" * 79 + " 乙", "甲\u0301" * 60,
)  # fmt: skip


def test_every_name_of_ours_is_ours() -> None:
    for text in (
        "甲" * 500,
        "a" * 500,
        "é" * 300,
        "CON",
        "~$a",
        "-a",
        " a ",
        "",
        "😀" * 99,
        "\u202e甲",
    ):
        for doubts in ("", "机关", "机关、年度"):
            report = replace(report_of({}), agency=text, title=text)
            assert is_ours(report_file_name(report)), (text, doubts)
            unknown = replace(report, year=None)
            assert is_ours(report_file_name(unknown))


# --- what may be asked for ------------------------------------------------------------------------


def errand(source: str, *pages: str) -> Errand:
    given = {
        Want("page", address, "", 1): Document(address, "", b"x", "", url=address)
        for address in pages
    }
    return Errand(source, LIMITS, ACCESS, dict(given))


SITE = "https://www.qingxi.gov.cn/a/1.html"
FILE = "/年报/1.html"


@pytest.mark.parametrize(("source", "name", "referrer", "may"), [
    (SITE, "https://www.qingxi.gov.cn/a/1.pdf", SITE, True),
    (SITE, "https://files.qingxi.gov.cn/1.pdf", SITE, True),
    (SITE, "https://files.zj.gov.cn/1.pdf", SITE, True),
    (SITE, "https://example.com/?secret", SITE, False),
    (SITE, "https://www.qingxi.gov.cn.example.com/", SITE, False),
    (SITE, "https://www.qingxi.gov.cn@example.com/", SITE, False),
    (SITE, "http://127.0.0.1/", SITE, False),
    (SITE, "http://169.254.169.254/latest", SITE, False),
    (SITE, "/etc/passwd", SITE, False),
    (SITE, "file:///etc/passwd", SITE, False),
    (SITE, "-", SITE, False),
    (SITE, "", SITE, False),
    (SITE, "https://www.qingxi.gov.cn/a/1.pdf", "https://www.qingxi.gov.cn/other", False),
    (SITE, "https://example.com/1.pdf", "https://example.com/", False),
    (SITE, "https://www.qingxi.gov.cn/a/1.pdf", "", False),
    (SITE, "/etc/passwd", "", False),
    (FILE, "https://www.qingxi.gov.cn/a/1.pdf", "", True),  # a saved page has its site's links
    (FILE, "http://127.0.0.1:8000/", "", False),
    (FILE, "http://localhost/", "", False),
    (FILE, "http://192.168.0.1/", "", False),
    (FILE, "http://2130706433/", "", False),
    (FILE, "/etc/passwd", "", False),
    (FILE, "/年报/2.html", "", True),
    (FILE, "/年报/1.files/2.css", "", True),
    (FILE, "/年报/../2.html", "", False),
    (FILE, "/年报/1.files/../../2.html", "", False),
    (FILE, "/年报2/1.html", "", False),
    (FILE, "/年报/", "", False),
    (SITE, "/年报/2.html", "", False),
    (FILE, "2.html", "", False),
    (FILE, "file:///etc/passwd", "", False),
    (FILE, "ftp://a.gov.cn/", "", False),
    (FILE, "-", "", False),
    (FILE, "", "", False),
    (FILE, "http://[::1", "", False),
    (FILE, "https://www.qingxi.gov.cn/a/1.pdf", SITE, False),
])  # fmt: skip
def test_what_a_page_may_have(source: str, name: str, referrer: str, may: bool) -> None:
    asked = errand(source, *([source] if source == SITE else []))
    assert asked.may_have(Want("page", name, referrer, 1)) is may


def test_what_may_not_be_had_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*arguments: object) -> Document:
        raise AssertionError(arguments)

    monkeypatch.setattr(fetching, "load", load)
    found = errand(FILE).supplied(Want("page", "/etc/passwd", "", 1))
    assert isinstance(found, FetchError)
    assert "没有取" in str(found)


def test_a_document_that_we_do_not_have_is_not_converted(tmp_path: Path) -> None:
    found = errand(str(tmp_path / "1.doc")).supplied(Want("docx", "0" * 64, "doc"))
    assert isinstance(found, UnreadableDocument)


@pytest.mark.parametrize(("name", "times"), [("asks", 1), ("asks-on", MOST_WANTS)])
def test_who_asks_for_ever_ends(
    name: str, times: int, liar: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same again, or another each time."""
    asked: list[str] = []

    def load(address: str, *others: object) -> Document:
        asked.append(address)
        return Document(address, "", b"x", "", url=address)

    monkeypatch.setattr(fetching, "load", load)
    sources = pages_in(tmp_path / "pages", [name])
    (row,) = rows_of(run(sources, tmp_path / "out")).values()
    assert asked[0] == sources[0]
    assert (row.state, len(asked[1:])) == ("failed", times)
    assert "太多" in row.message
    assert row.message.endswith("。")


def test_an_odd_address_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https://www.qingxi.gov.cn/\0", "https://www.qingxi.gov.cn:99999/", f"{SITE}\n"):
        found = errand(SITE, SITE).supplied(Want("page", name, SITE, -5))
        assert isinstance(found, FetchError), name


# --- processes that end ---------------------------------------------------------------------------


def test_a_document_that_ends_its_process_fails_alone(liar: None, tmp_path: Path) -> None:
    names = ["dies-1", *(f"{number}" for number in range(6)), "dies-2"]
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "broken.pdf").write_bytes(GARBAGE)
    sources = [*pages_in(tmp_path / "pages", names), str(tmp_path / "pages" / "broken.pdf")]
    found = rows_of(run(sources, tmp_path / "out"))
    failed = [Path(source).stem for source, row in found.items() if row.state != "done"]
    assert sorted(failed) == ["broken", "dies-1", "dies-2"]


@pytest.mark.slow
def test_a_process_that_is_killed_loses_nothing(liar: None, tmp_path: Path) -> None:
    """From outside, amid a document, again and again: each document is tried twice."""
    sources = pages_in(tmp_path / "pages", [])
    for number, name in enumerate(bodies(30)):
        (tmp_path / "pages" / f"{number}.html").write_bytes(page(name))
        sources.append(str(tmp_path / "pages" / f"{number}.html"))
    before = {child.pid for child in psutil.Process().children()}
    killed: set[int] = set()
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetching, "TRIES", 5)
        for one in run_batch(sources, tmp_path / "out", pause=0):
            found[one.row.source] = one.row.state
            for child in psutil.Process().children():
                if child.pid not in before | killed and len(killed) < 4:
                    killed.add(child.pid)
                    child.kill()
    wait_until(lambda: not any(map(psutil.pid_exists, killed)), "what was killed is gone")
    assert len(killed) == 4
    assert found == dict.fromkeys(sources, "done")
    run(sources, tmp_path / "undisturbed")
    assert outcome(tmp_path / "out") == outcome(tmp_path / "undisturbed")


def test_all_that_a_page_leads_to_has_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one each: forty attachments that never come would keep a source for forty minutes."""
    clock = fake_clock(monkeypatch, fetching)
    asked = errand(SITE, SITE)
    asked.until = clock.now + 60
    clock.move(60)
    found = asked.supplied(Want("page", f"{SITE}/1.pdf", SITE, 1, 1))
    assert isinstance(found, FetchError)
    assert found.stage == "timeout"


# --- a reader on another machine ------------------------------------------------------------------


def read_elsewhere(source: str, folder: Path) -> Parsed:
    """What a reader makes of a source by what it is given, while the files are gone."""
    asked = Errand(source, LIMITS, ACCESS)
    asked.fetch_source()
    while True:
        request = request_of(Task(source, "none", ".xlsx", asked.given))
        away = folder.rename(folder.with_name("away"))
        try:
            found = outcome_of(parse(request))
        finally:
            away.rename(folder)
        if not isinstance(found, Want):
            return found[0]
        asked.given[found] = asked.supplied(found)


def test_what_lies_beside_a_page_is_given(tmp_path: Path) -> None:
    """Its frame, and what was decided about it; the reader sees no disk of ours."""
    folder = tmp_path / "pages"
    (folder / "1.files").mkdir(parents=True)
    (folder / "1.files" / "report.html").write_bytes(page(wrong=True))
    frame = "<title>年度报告</title><iframe src='1.files/report.html'></iframe>"
    (folder / "1.html").write_text(frame, encoding="utf-8")
    source = str(folder / "1.html")
    found = read_elsewhere(source, folder)
    assert (found.encoded.row.state, found.encoded.row.errors) == ("done", 1)
    assert run_command("dismiss", source, "1", "--reason", "机关的口径").returncode == 0
    assert read_elsewhere(source, folder).encoded.row.errors == 0
    decisions_path(Path(source)).write_bytes(b"")
    told = read_elsewhere(source, folder).encoded.row
    assert (told.state, "1.处理.json" in told.message) == ("failed", True)
