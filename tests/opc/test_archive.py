"""Zip files from elsewhere: what is read of them, and what is refused before it can do harm."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai import opc as module
from gongkai.opc import MOST_BYTES, MOST_PARTS, BadArchive, open_archive
from helpers.counts import properties


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def refusal(content: bytes, name: str = "a") -> str:
    with pytest.raises(BadArchive) as caught:
        open_archive(content).read(name)
    return caught.value.reason


@properties(100)
@given(
    st.dictionaries(
        st.text("abc/._", min_size=1, max_size=9).map(lambda t: "x" + t), st.binary(), max_size=6
    )
)
def test_what_was_packed_comes_back(parts: dict[str, bytes]) -> None:
    archive = open_archive(packed(parts))
    assert {name: archive.read(name) for name in parts} == parts
    assert all(name.upper() in archive for name in parts)


def test_names_are_compared_as_office_does() -> None:
    archive = open_archive(
        packed({"Word\\Document.xml": b"1", "/docProps/core.xml": b"2", "../../etc/x": b"3"})
    )
    assert [
        archive.read(name) for name in ("word/document.xml", "docprops/CORE.xml", "../../etc/x")
    ] == [
        b"1",
        b"2",
        b"3",
    ]
    with pytest.raises(KeyError):
        archive.read("word")


def test_two_parts_of_one_name_are_refused() -> None:
    assert refusal(packed({"a": b"1", "A": b"2"})) == "doubled"
    assert refusal(packed({"x/a": b"1", "x\\a": b"2"})) == "doubled"


def test_a_size_beyond_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1_000)
    assert open_archive(packed({"a": bytes(999), "b": b"1"})).read("b") == b"1"
    assert refusal(packed({"a": bytes(1_000), "b": b"1"})) == "large"
    with pytest.raises(BadArchive, match="large"):
        open_archive(packed({"a": bytes(11)})).read("a", 10)


def test_too_many_parts_are_refused_before_they_are_listed() -> None:
    assert refusal(packed({str(number): b"" for number in range(MOST_PARTS + 1)})) == "large"


def lying(content: bytes, declared: int) -> bytes:
    """An archive with one deflated part that says it is smaller than it is."""
    true = packed({"a": content})
    size, wrong = len(content).to_bytes(4, "little"), declared.to_bytes(4, "little")
    crc = zlib.crc32(content).to_bytes(4, "little")
    return true.replace(size, wrong).replace(
        crc, zlib.crc32(content[:declared]).to_bytes(4, "little")
    )


def test_a_part_gives_no_more_than_it_says_and_takes_no_more_memory() -> None:
    bomb = lying(bytes(20_000_000), 1_000)
    assert len(bomb) < 40_000
    tracemalloc.start()
    assert open_archive(bomb).read("a") == bytes(1_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2_000_000


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_without_bounds_is_refused(method: int) -> None:
    assert refusal(packed({"a": bytes(1_000)}, method)) == "damaged"


def test_a_password_is_seen() -> None:
    content = bytearray(packed({"a": b"secret"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(content)) == "locked"


@properties(100)
@given(st.binary(max_size=200), st.integers(0, 200), st.integers(0, 120))
def test_damage_is_a_reason_or_harmless(noise: bytes, at: int, cut: int) -> None:
    content = packed({"a": b"figures " * 9})
    broken = content[:at] + noise + content[at : len(content) - cut]
    with suppress(BadArchive, KeyError):
        assert len(open_archive(broken).read("a")) <= MOST_BYTES
