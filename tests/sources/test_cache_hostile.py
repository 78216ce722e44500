"""A cache in which others have written: what no page of ours can be counts as absent, and ends
soon.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from gongkai.sources import cache
from gongkai.sources.cache import LARGEST_ENTRY, CachedPage, find, keep, sha256, trim
from helpers.web.site import PAGE

KEPT = CachedPage(
    *(
        "http://a.gov.cn/",
        "http://a.gov.cn/b",
        "text/html",
        "gbk",
        "2026-01-02T03:04:05+00:00",
        "",
        "",
        (),
    ),
    sha256(PAGE),
    PAGE,
)


def place() -> Path:
    found = cache.place_of(KEPT.address)
    assert found is not None
    return found


def write(head: bytes) -> None:
    """An entry that is whole by its digests, whatever its head says."""
    place().parent.mkdir(parents=True, exist_ok=True)
    place().write_bytes(b"\n".join((sha256(head).encode(), head, PAGE)))


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"fetched_at": value}
            for value in ("yesterday", "", 5, None, "9999-12-31T23:59:59-14:00")
        ),
        *({"url": value} for value in (5, None, "", "file:///etc/passwd", "javascript:a")),
        *(
            {name: value}
            for name in ("media_type", "charset", "etag", "modified")
            for value in (5, None, [])
        ),
        *({"provenance": value} for value in (5, None, [5], [[]])),
        {"sha256": "0"},
        {"form": 2},
        {"address": "http://b.gov.cn/"},
        {"more": ""},
    ],
)
def test_what_we_would_not_write_counts_as_absent(change: dict[str, object]) -> None:
    values = {name: value for name, value in asdict(KEPT).items() if name != "content"} | {
        "form": cache.FORM
    }
    write(json.dumps(values).encode())
    assert find(KEPT.address) == KEPT
    write(json.dumps(values | change).encode())
    assert find(KEPT.address) is None


@pytest.mark.parametrize(
    "head", [b"", b"{}", b"[]", b"5", b"[" * 200_000, b'{"form": NaN}', b"\xff", b"1e999999999"]
)
def test_heads_that_are_none(head: bytes) -> None:
    write(head)
    assert find(KEPT.address) is None


def test_only_plain_files_of_this_user_and_of_a_page_s_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep(KEPT)
    monkeypatch.setattr(os, "getuid", lambda: place().stat().st_uid + 1)
    assert find(KEPT.address) is None
    monkeypatch.undo()
    keep(KEPT)
    assert find(KEPT.address) == KEPT
    with place().open("ab") as file:
        file.truncate(LARGEST_ENTRY + 1)
    assert find(KEPT.address) is None
    place().unlink()
    os.mkfifo(place())
    assert find(KEPT.address) is None  # a pipe would be read for ever
    place().unlink()
    place().symlink_to("/dev/zero")
    assert find(KEPT.address) is None
    keep(KEPT)
    assert (find(KEPT.address), place().is_symlink()) == (KEPT, False)


def test_links_in_the_cache_lead_to_no_change_elsewhere(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_bytes(b"x" * 100)
    mine.chmod(0o400)
    keep(replace(KEPT, address="http://b.gov.cn/"))
    place().symlink_to(mine)
    trim(place().parent, 0)
    assert not place().is_symlink()
    assert (mine.read_bytes(), stat.S_IMODE(mine.stat().st_mode)) == (b"x" * 100, 0o400)
