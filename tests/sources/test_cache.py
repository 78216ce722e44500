"""Pages kept on disk: always confirmed by the server or asked for, never half, never in the way."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import socket
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import trustme

from gongkai.model import Document
from gongkai.sources import Access, cache, load
from gongkai.sources.cache import CachedPage, entry, find, keep, sha256, trim
from gongkai.system import cache_folder
from helpers.web.server import answer, serving
from helpers.web.site import (
    HOST,
    PAGE,
    PATIENT,
    context_of,
    failed,
    gate,
    in_turn,
    moved,
    page,
    refresh,
    self_signed,
    site,
    validated,
)

NEWER = PAGE.replace(b"<p>", b"<p>2025")
OFFLINE, REFRESH = Access(offline=True), Access(refresh=True)
SHA = hashlib.sha256(PAGE).hexdigest()
KEPT = CachedPage(
    "http://a.gov.cn/",
    "http://a.gov.cn/b",
    "text/html",
    "gbk",
    "2026-01-02T03:04:05+00:00",
    "",
    "",
    (),
    SHA,
    PAGE,
)


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


# --- confirmed by the server ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("etag", "modified"), [('"one"', ""), ("", "Wed, 01 Jan 2025 00:00:00 GMT"), ('W/"1"', "x")]
)
def test_the_server_is_always_asked_and_sends_nothing_twice(etag: str, modified: str) -> None:
    with site({"/": validated(PAGE, etag, modified, Cache_Control="max-age=9999")}) as server:
        first = load(server.url(), PATIENT)
        again = load(server.url(), PATIENT)
        assert len(server.asked) == 2
        sent = server.asked[1][1]
    assert (sent.get("If-None-Match", ""), sent.get("If-Modified-Since", "")) == (etag, modified)
    assert replace(again, fetched_at=first.fetched_at) == first
    assert again.provenance == ()
    assert datetime.fromisoformat(again.fetched_at) >= datetime.fromisoformat(first.fetched_at)


def test_a_page_that_changed_is_taken_and_kept() -> None:
    with site({"/": in_turn(validated(PAGE), validated(NEWER, '"two"'))}) as server:
        assert load(server.url(), PATIENT).content == PAGE
        assert load(server.url(), PATIENT).content == NEWER
        assert load(server.url(), PATIENT).content == NEWER
        assert [dict(headers).get("If-None-Match") for _, headers in server.asked] == [
            None,
            '"one"',
            '"two"',
        ]
        assert load(server.url(), PATIENT, OFFLINE).content == NEWER


def test_a_page_without_validators_is_sent_anew() -> None:
    with site({"/": in_turn(page(PAGE), page(NEWER))}) as server:
        assert [load(server.url(), PATIENT).content for _ in "ab"] == [PAGE, NEWER]
        assert "If-None-Match" not in server.asked[1][1]


def test_validators_go_to_the_page_that_gave_them_over_all_hops() -> None:
    pages = {"/": moved("/a"), "/a": refresh("/b"), "/b": gate(412, b"<script>", validated(PAGE))}
    with site(pages) as server:
        first = load(server.url(), PATIENT)
        again = load(server.url(), PATIENT)
        asked = [(path, "If-None-Match" in headers) for path, headers in server.asked[4:]]
    assert asked == [("/", False), ("/a", False), ("/b", True), ("/b", True)]
    assert (again.content, again.url, again.provenance) == (
        PAGE,
        server.url("/b"),
        first.provenance,
    )


def test_a_way_that_now_leads_elsewhere_gives_what_is_there() -> None:
    pages = {"/": in_turn(moved("/a"), moved("/b")), "/a": validated(PAGE), "/b": validated(NEWER)}
    with site(pages) as server:
        assert load(server.url(), PATIENT).content == PAGE
        assert load(server.url(), PATIENT).content == NEWER
        assert "If-None-Match" not in server.asked[-1][1]


@pytest.mark.parametrize("etag", ['"\xff"', '"年"', "\t", '"a"\x7f'])
def test_validators_that_cannot_be_sent_are_not(etag: str) -> None:
    with serving({"/": [answer(PAGE, f"ETag: {etag}")]}) as server:
        assert [load(server.url(), PATIENT).content for _ in "abc"] == [PAGE] * 3
        assert "if-none-match" not in "".join(server.heads).lower()


def test_half_a_page_that_nobody_could_notice_is_never_confirmed() -> None:
    """A body without a length that ends with the connection."""
    half = [b'HTTP/1.1 200 OK\r\nETag: "one"\r\n\r\n' + PAGE[:-20]]
    with serving(
        {"/": [half, answer(PAGE, 'ETag: "one"'), answer(b"", status="304 Not Modified")]}
    ) as server:
        assert load(server.url(), PATIENT).content == PAGE[:-20]
        assert [load(server.url(), PATIENT).content for _ in "ab"] == [PAGE, PAGE]
        assert ["if-none-match" in head.lower() for head in server.heads] == [False, False, True]


def test_a_server_that_confirms_what_it_was_not_asked() -> None:
    with site({"/": page(b"", 304)}) as server:
        assert "304" in str(failed(server.url()))


def test_refresh_asks_for_the_whole_page_and_replaces_it() -> None:
    with site({"/": in_turn(validated(PAGE), page(NEWER))}) as server:
        load(server.url(), PATIENT)
        assert load(server.url(), PATIENT, REFRESH).content == NEWER
        assert "If-None-Match" not in server.asked[1][1]
        assert load(server.url(), PATIENT, OFFLINE).content == NEWER


def test_what_came_without_a_certificate_is_not_confirmed_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    insecure = Access(insecure=True)
    with site({"/": validated(PAGE)}, self_signed(tmp_path)) as server:
        told = load(server.url(), PATIENT, insecure).provenance
        load(server.url(), PATIENT, insecure)
        assert "If-None-Match" in server.asked[1][1]
        assert load(server.url(), PATIENT, OFFLINE).provenance[:1] == told
        kept = find(server.url())
    assert kept is not None
    with site({"/": validated(NEWER)}, context_of(authority.issue_cert(HOST))) as server:
        keep(replace(kept, address=server.url(), url=server.url()))
        found = load(server.url(), PATIENT)
        assert "If-None-Match" not in server.asked[0][1]
    assert (found.content, found.provenance) == (NEWER, ())


# --- without the server ---------------------------------------------------------------------------


def test_nothing_stale_is_given_in_silence() -> None:
    with site(
        {"/": in_turn(page(PAGE), page(b"", 500)), "/gone": in_turn(page(PAGE), page(b"", 404))}
    ) as server:
        for path in ("/", "/gone"):
            load(server.url(path), PATIENT)
            kept = find(server.url(path))
            assert kept is not None
            assert f"缓存中有{kept.when}取得的内容，可在命令行加 --offline 使用" in str(
                failed(server.url(path))
            )
    assert "--offline" in str(failed(server.url()))
    assert "--offline" not in str(failed(server.url("/never")))


def test_the_hint_is_there_also_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with site({"/": page(PAGE)}) as server:
        load(server.url(), PATIENT)
    over = threading.Event()

    def unresolved(*_: object, **__: object) -> None:
        over.wait()
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", unresolved)
    try:
        assert "--offline" in str(failed(server.url(), limits=replace(PATIENT, deadline=0.1)))
    finally:
        over.set()


@pytest.mark.usefixtures("no_sockets")
def test_offline_uses_no_network_and_says_so() -> None:
    keep(replace(KEPT, provenance=("网页自动跳转。",)))
    found = load(" http://a.gov.cn/#top ", PATIENT, OFFLINE)
    told = ("网页自动跳转。", f"取自本机缓存（{KEPT.when}取得），没有联网核对。")
    expected = Document(
        " http://a.gov.cn/#top ", "text/html", PAGE, SHA, KEPT.fetched_at, KEPT.url, "gbk", told
    )
    assert found == expected
    assert "本机缓存中没有这个网址的内容" in str(failed("http://b.gov.cn/", access=OFFLINE))
    assert "MB" in str(failed("http://a.gov.cn/", replace(PATIENT, size=10), OFFLINE))
    with pytest.raises(AssertionError):
        load("http://a.gov.cn/", PATIENT)


def test_offline_reads_files_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    assert load(str(tmp_path / "a.html"), PATIENT, OFFLINE).provenance == ()


def test_offline_starts_without_the_libraries_of_the_network() -> None:
    keep(KEPT)
    code = (
        "import sys; from gongkai.sources import Access, load; load('http://a.gov.cn/', "
        "access=Access(offline=True));"
        "print([name for name in ('httpx', 'ssl', 'brotli') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (found.stdout.strip(), found.stderr) == ("[]", "")


# --- what is kept, and where ----------------------------------------------------------------------


def kept_files() -> list[Path]:
    folder = cache_folder()
    return (
        sorted(path for path in folder.rglob("*") if path.is_file())
        if folder and folder.exists()
        else []
    )


def test_nothing_is_kept_of_files_failures_and_what_may_not_be(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    load(str(tmp_path / "a.html"))
    pages = {
        "/no": page(PAGE, Cache_Control="private, No-Store"),
        "/500": page(PAGE, 500),
        "/ok": page(PAGE),
    }
    with site(pages) as server:
        load(server.url("/no"), PATIENT)
        failed(server.url("/500"))
        failed(server.url("/404"))
        load(server.url("/ok").replace("//", "//user:secret@"), PATIENT)
        assert kept_files() == []
        load(server.url("/ok"), PATIENT)
    assert len(kept_files()) == 1


def test_a_page_that_may_no_longer_be_kept_is_forgotten() -> None:
    with site({"/": in_turn(page(PAGE), page(NEWER, Cache_Control="no-store"))}) as server:
        load(server.url(), PATIENT)
        assert find(server.url()) is not None
        load(server.url(), PATIENT)
        assert find(server.url()) is None


def test_nobody_else_may_read_it() -> None:
    keep(KEPT)
    (file,) = kept_files()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_folder_of_each_system(tmp_path: Path) -> None:
    home = tmp_path / "user"
    assert cache_folder("linux", home, {}) == home / ".cache" / "gongkai"
    assert cache_folder("linux", home, {"XDG_CACHE_HOME": "/x"}) == Path("/x/gongkai")
    assert cache_folder("darwin", home, {}) == home / "Library" / "Caches" / "gongkai"
    assert cache_folder("win32", home, {}) == home / "AppData" / "Local" / "gongkai" / "Cache"
    assert cache_folder("win32", home, {"LOCALAPPDATA": "/l"}) == Path("/l/gongkai/Cache")
    assert cache_folder("linux", home, {"GONGKAI_CACHE": str(tmp_path)}) == tmp_path
    assert cache_folder("linux", home, {"GONGKAI_CACHE": ""}) is None


def test_a_cache_that_is_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GONGKAI_CACHE", "")
    monkeypatch.chdir(tmp_path)
    with site({"/": validated(PAGE)}) as server:
        assert [load(server.url(), PATIENT).content for _ in "ab"] == [PAGE, PAGE]
        assert "If-None-Match" not in server.asked[1][1]
        assert "缓存已关闭" in str(failed(server.url(), access=OFFLINE))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("obstacle", ["file", "no-home", "folder-in-place", "full"])
def test_a_cache_that_cannot_be_written_is_in_nobody_s_way(
    obstacle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site({"/": page(PAGE)}) as server:
        place = cache.place_of(server.url())
        assert place is not None
        if obstacle == "file":
            (tmp_path / "file").touch()
            monkeypatch.setenv("GONGKAI_CACHE", str(tmp_path / "file"))
        elif obstacle == "no-home":
            for name in ("GONGKAI_CACHE", "XDG_CACHE_HOME"):
                monkeypatch.delenv(name, raising=False)

            def homeless() -> Path:
                raise RuntimeError("Could not determine home directory.")

            monkeypatch.setattr(Path, "home", homeless)
        elif obstacle == "folder-in-place":
            place.mkdir(parents=True)
        else:

            def full(*_: object) -> None:
                raise OSError(errno.ENOSPC, "No space left on device")

            monkeypatch.setattr(os, "replace", full)
        assert load(server.url(), PATIENT).content == PAGE
        assert load(server.url(), PATIENT).content == PAGE
    assert list(place.parent.glob("*.new")) == []


# --- damage ---------------------------------------------------------------------------------------


def test_every_damage_counts_as_absent() -> None:
    keep(KEPT)
    place = cache.place_of(KEPT.address)
    assert place is not None
    whole = place.read_bytes()
    assert find(KEPT.address) == KEPT
    for position in range(len(whole)):
        for harmed in (
            whole[:position],
            whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :],
            whole[:position] + b"\n" + whole[position:],
        ):
            assert entry(harmed, KEPT.address) is None
    assert entry(whole, KEPT.address) == KEPT
    assert entry(whole + b" ", KEPT.address) is None
    place.write_bytes(whole[:-1])
    assert find(KEPT.address) is None


@pytest.mark.parametrize(
    "head",
    [
        {},
        {"form": 0},
        {"form": 1},
        {"form": 1, "provenance": 5},
        {"form": 1, "more": 1, "provenance": []},
        [],
        5,
        "x",
    ],
)
def test_entries_of_another_form_count_as_absent(head: object) -> None:
    line = json.dumps(head).encode()
    place = cache.place_of(KEPT.address)
    assert place is not None
    place.parent.mkdir(parents=True)
    place.write_bytes(hashlib.sha256(line).hexdigest().encode() + b"\n" + line + b"\n" + PAGE)
    assert find(KEPT.address) is None


def test_an_entry_in_another_s_place_counts_as_absent() -> None:
    keep(KEPT)
    places = [cache.place_of(address) for address in (KEPT.address, "http://b.gov.cn/")]
    assert places[0] is not None
    assert places[1] is not None
    places[0].rename(places[1])
    assert find("http://b.gov.cn/") is None


def test_a_damaged_entry_is_fetched_anew_and_mended() -> None:
    with site({"/": validated(PAGE)}) as server:
        load(server.url(), PATIENT)
        place = cache.place_of(server.url())
        assert place is not None
        place.write_bytes(place.read_bytes().replace(b"2026", b"2027").replace(b"<p>", b"<q>"))
        assert "没有这个网址" in str(failed(server.url(), access=OFFLINE))
        assert load(server.url(), PATIENT).content == PAGE
        assert "If-None-Match" not in server.asked[1][1]
        assert load(server.url(), PATIENT, OFFLINE).content == PAGE


# --- size, and several at once --------------------------------------------------------------------


def test_the_oldest_go_when_there_is_too_much(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / f"{number}.page").write_bytes(b"x" * 100)
        os.utime(tmp_path / f"{number}.page", (number, number))
    (tmp_path / "note.txt").write_bytes(b"x" * 1_000)  # not ours
    (tmp_path / "died.new").write_bytes(b"x")
    os.utime(tmp_path / "died.new", (1, 1))
    (tmp_path / "writing.new").write_bytes(b"x")
    trim(tmp_path, 350)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["7.page", "8.page", "9.page", "note.txt", "writing.new"]


def test_the_cache_stays_within_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache.trim, "__defaults__", (50_000,))
    for number in range(300):
        keep(replace(KEPT, address=f"http://a.gov.cn/{number}", content=b"x" * 1_000))
    assert 20 < len(kept_files()) < 120


# Each writer's content names its writer: half of one and half of another would be seen.
WRITER = """
import hashlib, sys
from gongkai.sources.cache import CachedPage, find, keep
url = "http://" + sys.argv[1]
content = url.encode() * 10_000
sha = hashlib.sha256(content).hexdigest()
for turn in range(int(sys.argv[2])):
    when = "2026-01-02T03:04:05+00:00"
    keep(CachedPage("http://a.gov.cn/", url, "", "", when, "", "", (), sha, content))
    found = find("http://a.gov.cn/")
    assert found is not None and found.content == found.url.encode() * 10_000, found
"""


def write_often(letter: str) -> None:
    """What WRITER does, on a thread of this process."""
    url = f"http://{letter}"
    content = url.encode() * 10_000
    for _ in range(20):
        keep(replace(KEPT, url=url, sha256=sha256(content), content=content))
        read_whole()


def read_whole() -> None:
    found = find(KEPT.address)
    assert found is None or found.content == found.url.encode() * 10_000


def test_threads_at_once_never_see_half_an_entry() -> None:
    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write_often, letter) for letter in "abc"]
        while not all(writer.done() for writer in writers):
            read_whole()
        for writer in writers:
            writer.result()
    assert len(kept_files()) == 1


@pytest.mark.slow
def test_processes_and_threads_at_once_never_see_half_an_entry() -> None:
    command = [sys.executable, "-c", WRITER]

    def start(letter: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*command, letter, "150"], stderr=subprocess.PIPE, text=True)

    writers = [start(letter) for letter in "abc"]
    with ThreadPoolExecutor(4) as pool:
        while any(writer.poll() is None for writer in writers):
            for reader in [pool.submit(read_whole) for _ in range(20)]:
                reader.result()
    assert [writer.communicate()[1] for writer in writers] == ["", "", ""]
    assert len(kept_files()) == 1


def test_loads_at_once_of_a_page_that_changes() -> None:
    bodies = [PAGE.replace(b"<p>", b"<p>%d" % number) for number in range(5)]
    pages = in_turn(*[validated(body, f'"{number}"') for number, body in enumerate(bodies * 8)])
    with site({"/": pages}) as server, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: load(server.url(), PATIENT).content, range(80)))
        assert set(found) <= set(bodies)
        assert load(server.url(), PATIENT, OFFLINE).content in bodies
