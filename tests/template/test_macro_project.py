"""The macros' file of both built files holds sources and nothing that was compiled."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from io import BytesIO

import pytest
from olefile import OleFileIO
from pyopenvba.vba import decompress

from gongkai.workbook.file import template_path
from helpers.excel.desk import ADDIN
from macros import addin_modules, macro_modules
from packages import unpacked

FILES = {"template": template_path(), "addin": ADDIN}
SOURCES = {"template": macro_modules, "addin": addin_modules}
EACH = pytest.mark.parametrize("file", FILES)
# [MS-OVBA] 2.3.4.2
VERSION, PROJECT_COOKIE, STREAM_NAME, OFFSET, COOKIE = 0x0009, 0x0013, 0x001A, 0x0031, 0x002C
TERMINATOR, TYPES = 0x0010, (0x0021, 0x0022)
NO_MODULES = ("dir", "_VBA_PROJECT")


@cache
def streams(file: str) -> dict[str, bytes]:
    """The streams of the storage VBA by name."""
    content = unpacked(FILES[file].read_bytes())["xl/vbaProject.bin"]
    with OleFileIO(BytesIO(content)) as project:
        paths = [path for path in project.listdir() if path[0] == "VBA"]
        return {path[1]: project.openstream(path).read() for path in paths}


def records(file: str) -> Iterator[tuple[int, bytes]]:
    """The records of the stream ``dir``: number, content."""
    content = decompress(streams(file)["dir"])
    at, kind = 0, 0
    while kind != TERMINATOR:
        kind, size = struct.unpack_from("<HI", content, at)
        size += 2 * (kind == VERSION)  # says 4 for its 6 bytes
        yield kind, content[at + 6 : at + 6 + size]
        at += 6 + size


def values(file: str, kind: int) -> list[bytes]:
    return [content for found, content in records(file) if found == kind]


@EACH
def test_the_project_is_of_no_version_and_has_no_cache(file: str) -> None:
    assert streams(file)["_VBA_PROJECT"] == b"\xcc\x61\xff\xff\x00\x01\x00"
    modules = {name.decode("ascii") for name in values(file, STREAM_NAME)}
    assert set(streams(file)) == modules | {*NO_MODULES}  # so there is no __SRP_0 either
    assert set(SOURCES[file]()) < modules


@EACH
def test_every_module_is_its_source_from_the_first_byte_on(file: str) -> None:
    count = sum(kind in TYPES for kind, _ in records(file))
    assert values(file, OFFSET) == [bytes(4)] * count
    assert values(file, COOKIE) == [b"\xff\xff"] * count
    assert values(file, PROJECT_COOKIE) == [b"\xff\xff"]
    for name in set(streams(file)) - {*NO_MODULES}:
        source = decompress(streams(file)[name]).decode("ascii")
        assert source.startswith(f'Attribute VB_Name = "{name}"\r\n')
