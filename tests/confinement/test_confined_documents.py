"""Confined processes read what free ones read: the readers' own, and one that does all the rest."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

import gongkai
from gongkai import confinement, pipeline, processes
from gongkai.model import Block, Place, Prose, UnreadableDocument
from gongkai.readers import libreoffice
from gongkai.readers.worker import read_apart
from helpers import DOCUMENTS, TESTS
from helpers.confined import CONFINED, expected, run_code

OFFICE = (".doc", ".wps", ".rtf")  # read by way of LibreOffice
SOURCES = sorted(path for path in DOCUMENTS.glob("*/source.*") if path.suffix not in OFFICE)
ONE_OF_EACH = sorted({path.suffix: path for path in SOURCES}.values())
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forbidden")

# --- the process of a reader ----------------------------------------------------------------------


def escaping(content: bytes) -> tuple[Block, ...]:
    """A parser that a document has taken over: what it can do of what it tries."""
    folder = Path(content.decode())
    attempts = {
        "read": lambda: (folder / "kept.txt").read_bytes(),
        "write": lambda: (folder / "kept.txt").write_bytes(b"gone"),
        "make": lambda: (folder / "made.txt").write_bytes(b"made"),
        "send": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "connect": lambda: socket.create_connection(("127.0.0.1", 9)),
    }
    found = []
    for name, attempt in attempts.items():
        try:
            attempt()
            found.append(name)
        except PermissionError:
            continue
    return (Prose(Place(), "", " ".join(found)),)


def telling(content: bytes) -> tuple[Block, ...]:
    [value] = confinement.CONFINED
    return (Prose(Place(), "", "\n".join(value.how)),)


@pytest.fixture
def readers_of_this_module() -> Iterator[None]:
    processes.end_idle()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(map(str, (Path(__file__).parent, TESTS))))
        yield
    processes.end_idle()


@LINUX
@pytest.mark.usefixtures("readers_of_this_module")
def test_a_reader_that_is_taken_over_can_only_read(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_bytes(b"kept")
    for _ in range(2):  # the process is kept: its second document finds it confined as well
        name = "test_confined_documents:escaping"
        (block,) = read_apart(name, str(tmp_path).encode())
        assert isinstance(block, Prose)
        assert block.text == "read"
    assert len(processes.IDLE) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
    assert (tmp_path / "kept.txt").read_bytes() == b"kept"


@LINUX
@pytest.mark.usefixtures("readers_of_this_module")
def test_a_reader_is_confined_while_it_has_one_thread(tmp_path: Path) -> None:
    """Landlock holds the thread that asks: the worker must not have another yet."""
    (block,) = read_apart("test_confined_documents:telling", b"")
    assert isinstance(block, Prose)
    how = run_code("told(confine().how)", "whole", tmp_path)
    assert block.text.splitlines() == how


# --- a process that does all the rest -------------------------------------------------------------

READS = """
from hashlib import sha256
from gongkai import pipeline
value = confine()
found = {}
for name in json.loads((FOLDER / "names").read_text()):
    report = pipeline.read_report(name)
    found[name] = sha256(repr((report, pipeline.check(report))).encode()).hexdigest()
told([[value.network, value.writing], found])
"""


def sum_of(path: Path) -> str:
    report = pipeline.read_report(str(path))
    return sha256(repr((report, pipeline.check(report))).encode()).hexdigest()


def compared(paths: list[Path], way: str, folder: Path) -> None:
    """Report and findings of each, to the letter; old formats and PDFs in processes that a confined
    one starts, as their second reading.
    """
    (folder / "names").write_text(json.dumps([str(path) for path in paths]))
    value, found = run_code(READS, way, folder)
    assert value == [expected(way).network, expected(way).writing]
    assert found == {str(path): sum_of(path) for path in paths}


@LINUX
def test_a_document_of_each_format_is_read_the_same(tmp_path: Path) -> None:
    assert [path.suffix[1:] for path in sorted(ONE_OF_EACH, key=lambda path: path.suffix)] == [
        "docx",
        "et",
        "html",
        "ods",
        "pdf",
        "txt",
        "xls",
        "xlsx",
    ]
    compared(ONE_OF_EACH, "whole", tmp_path)


@LINUX
@pytest.mark.slow
@pytest.mark.parametrize("way", CONFINED)
def test_every_document_is_read_the_same(way: str, tmp_path: Path) -> None:
    assert len(SOURCES) >= 31
    compared(SOURCES, way, tmp_path)


# --- what needs LibreOffice -----------------------------------------------------------------------


def test_libreoffice_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens sockets and writes beyond its folder: it would only say that a sound file is broken.
    A process without a confinement converts such documents.
    """
    monkeypatch.setattr(libreoffice, "find_program", lambda: "soffice")
    monkeypatch.setattr(confinement, "CONFINED", [confinement.Confinement(True, True)])
    source = DOCUMENTS / "rtf-2020" / "source.rtf"
    with pytest.raises(UnreadableDocument, match=r"：这种文件要由 LibreOffice 转换，.*。$"):
        gongkai.read_report(source)


def test_libreoffice_is_started_where_nothing_was_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""
    monkeypatch.setattr(libreoffice, "find_program", lambda: "soffice")
    monkeypatch.setattr(libreoffice, "run", lambda *arguments: None)
    monkeypatch.setattr(confinement, "CONFINED", [confinement.Confinement(how=("x",))])
    with pytest.raises(UnreadableDocument, match="未能打开"):
        libreoffice.to_docx(b"{\\rtf1}", "rtf")
