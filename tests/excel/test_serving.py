"""The warm process behind LibreOffice: asked over its pipe, with the workbook in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import xlwings as xw

import gongkai
from gongkai.excel import serving
from gongkai.workbook import layout
from helpers.excel.live import open_live, set_cell
from xlwings_libreoffice import pipe

PACKAGE = Path(gongkai.__file__).parents[1]
TABLE = [[1.0, 1, 1, 1, 1, 1, 6]] * 25


def refuse(op: str, arguments: list[Any], number: int) -> Any:
    raise pipe.Refused("closed", op)


@contextmanager
def host_of(attach: serving.Attach) -> Iterator[pipe.Pipe]:
    """The host's end of two pipes, and the process's loop at the other."""
    (theirs, ours), (mine, yours) = os.pipe(), os.pipe()
    source, sink = os.fdopen(theirs, "rb"), os.fdopen(yours, "wb")
    server = Thread(target=serving.serve, args=(source, sink, attach))
    server.start()
    host = pipe.Pipe(os.fdopen(mine, "rb"), os.fdopen(ours, "wb"), refuse)
    Thread(target=host.serve, daemon=True).start()
    try:
        yield host
    finally:
        host.sink.close()
        server.join()
        sink.close()


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    return open_live(tmp_path)


@pytest.fixture
def host(book: xw.Book) -> Iterator[pipe.Pipe]:
    @contextmanager
    def attach(ask: serving.Ask, token: str) -> Iterator[xw.Book]:
        yield book

    with host_of(attach) as host:
        yield host


def test_a_function_has_its_value(host: pipe.Pipe) -> None:
    said = host.ask("function", "GK_CHECK", [TABLE], "1")
    assert said.startswith("✗ 7项不符")
    rule = "applications.sum.natural"
    assert host.ask("function", "GK_DIFF", [TABLE, rule], "1") == 20
    assert host.ask("function", "GK_CHECK", [], "1").startswith("! 工作簿中还没有内容")


def test_a_command_asks_and_is_answered(host: pipe.Pipe, book: xw.Book) -> None:
    for column, value in enumerate([1, 2, 0, 0, 0, 0, 4], 4):
        set_cell(book, "表三", (6, column), value)
    asked = host.ask("command", "fill_all_blanks", "", "", "1")
    assert asked["kind"] == "ask"
    done = host.ask("command", "fill_all_blanks", "", "yes", "1")
    assert (done["kind"], done["text"][:10]) == ("done", "已把184格空白填为")


def test_the_fingerprint_stays_on_the_tool_sheet(host: pipe.Pipe, book: xw.Book) -> None:
    page = Path(gongkai.__file__).parent / "demo" / "ruian-2021.html"
    assert host.ask("command", "import_file", str(page), "", "1")["kind"] == "done"
    spot = layout.TOOL_SPOTS["fingerprint"]
    assert book.sheets[layout.TOOL].range(spot).value


def test_what_the_host_refuses_is_its_error() -> None:
    @contextmanager
    def attach(ask: serving.Ask, token: str) -> Iterator[xw.Book]:
        ask("books", [])
        yield xw.Book()

    with host_of(attach) as host, pytest.raises(pipe.Refused, match="books") as refused:
        host.ask("command", "check", "", "", "1")
    assert refused.value.kind == "closed"


def test_a_host_that_is_gone_ends_who_waits() -> None:
    inner, outer = os.pipe()
    line = pipe.Pipe(os.fdopen(inner, "rb"), os.fdopen(os.dup(outer), "wb"), refuse)
    os.close(outer)
    line.sink.close()
    line.serve()
    with pytest.raises(pipe.Ended):
        line.ask("hello")


@pytest.mark.slow
def test_nothing_printed_breaks_the_pipe_and_its_end_ends_it() -> None:
    """A command that prints, and one that a program of the system's writes for."""
    code = (
        "import os, sys; from gongkai.excel import serving; streams = serving.own_streams();"
        "print('noise'); sys.stdout.flush(); os.system('echo more');"
        "serving.serve(*streams, serving.attached)"
    )
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b'{"id": 1, "op": "hello", "args": []}\n')
    process.stdin.flush()
    told = json.loads(process.stdout.readline())
    assert (told["id"], told["ok"]["version"]) == (1, gongkai.__version__)
    process.stdin.close()
    assert process.wait() == 0
    assert process.stdout.read() == b""
