"""The warm process behind LibreOffice: the host's requests on standard input -> functions and
commands, answered on standard output (``python -P -m gongkai.excel.serving``).

What it is asked: ``hello`` []; ``function`` [name, arguments, document], its value for the cell;
``command`` [tag, argument, answer, document], the outcome for the dialogs: ``{"kind": "ask",
"text": "…"}``. It ends when standard input does.

An .ods file without a user is written by a LibreOffice of its own: ``rechecked``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import xlwings as xw

import xlwings_libreoffice
from gongkai import WorkbookError, __version__, system, workbook
from gongkai.excel import checking, commands, functions, restoring, runner
from gongkai.workbook import file, layout

NOT_STARTED = (
    "LibreOffice没有启动，没有写入；Linux上还要装有python3-uno，请装好后再试，"
    "或在LibreOffice中打开，另存为.xlsx。"
)
KEPT = "。原来的表先复制一份，名为“备份”。"
NOT_DONE = "LibreOffice没有完成写入，没有改动{}；请在LibreOffice中打开，另存为.xlsx后再试。"

Ask = Callable[[str, Sequence[Any]], Any]
Attach = Callable[[Ask, str], AbstractContextManager[xw.Book]]


def main() -> int:
    serve(*own_streams(), attached)
    return 0


@contextmanager
def attached(ask: Ask, token: str) -> Iterator[xw.Book]:
    """The host's document of this name, of which nothing is asked twice between two writes.
    HostError "closed" where it is no longer open.
    """
    app = xlwings_libreoffice.connect(ask)
    try:
        book = book_of(app, token)
        with xlwings_libreoffice.together(book):
            yield book
    finally:
        app.quit()


def book_of(app: xw.App, token: str) -> xw.Book:
    for book in app.books:
        if book.impl.token == token:
            return book
    raise xlwings_libreoffice.HostError("closed", token)


def own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for the host alone: whatever prints or reads, here or in programs
    that are started from here, finds others in their place.
    """
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return source, sink


def serve(source: BinaryIO, sink: BinaryIO, attach: Attach) -> None:
    """Answer until ``source`` ends. ``attach`` makes the workbook of the host's name for it and of
    what asks the host.
    """

    def answer(op: str, arguments: list[Any], number: int) -> Any:
        if op == "hello":
            return {"version": __version__, "template": str(file.template_path())}
        *given, token = arguments
        with ExitStack() as stack:

            def book() -> xw.Book:
                return stack.enter_context(attach(xlwings_libreoffice.over(line, number), token))

            if op == "function":
                name, values = given
                return function_value(name, values, book)
            if op == "command":
                return command_outcome(book(), *given)
        raise ValueError(op)

    line = xlwings_libreoffice.Pipe(source, sink, answer)
    line.serve()


def function_value(name: str, arguments: list[Any], book: Callable[[], xw.Book]) -> Any:
    """``["GK_DIFF", [[[1, 2, 3]], "applications.across.granted"]]`` -> 0.0, or a sentence."""
    about = functions.FUNCTIONS[name]
    given = [*arguments, *[None] * (len(about.arguments) - len(arguments))]
    if about.caller:
        given.append(SimpleNamespace(sheet=Calling(book)))
    return getattr(functions, name)(*given)


class Calling:
    """The sheet of a formula, of which its workbook alone is asked, and often not even that."""

    def __init__(self, book: Callable[[], xw.Book]) -> None:
        self.made = book

    @property
    def book(self) -> xw.Book:
        return self.made()


def command_outcome(book: xw.Book, tag: str, argument: str, answer: str) -> dict[str, str]:
    """One run of a command. The fingerprint of the report stays on the tool sheet, as in Excel."""
    fingerprint = ""
    tool = book.sheets[layout.TOOL] if layout.TOOL in book.sheet_names else None
    if tool is not None:
        cell = tool.range(layout.TOOL_SPOTS["fingerprint"])
        fingerprint = runner.text_in(cell.value)
    asked = runner.Request(argument, answer, fingerprint)
    result = runner.perform(commands.COMMANDS, tag, book, asked)
    if tool is not None and result.fingerprint is not None and result.fingerprint != fingerprint:
        cell.value = f"'{result.fingerprint}" if result.fingerprint else None
    return {"kind": result.kind, "text": result.text}


# --- a file, without a user -----------------------------------------------------------------------


def rechecked(content: bytes, agree: Callable[[str], None]) -> tuple[bytes, bool]:
    """The file with new marks and results, and whether tables were put back, with a copy of what
    stood there.

    ``agree`` is given what has to be agreed to, and raises where nobody does. GongkaiError.
    """
    with opened(content) as book:
        shown = book.sheets.active.name
        outcome = restoring.restore(book, runner.Request())
        is_restored = outcome.kind == "ask"
        if is_restored:
            agree(f"{outcome.text.removesuffix(restoring.ASK)}{KEPT}")
            restoring.restore(book, runner.Request(answer=runner.YES))
        else:
            checking.check(book, runner.Request())
        book.sheets[shown].activate()
        made = Path(book.fullname).with_name("made.ods")
        book.api.SaveCopyAs(str(made))
        return made.read_bytes(), is_restored


@contextmanager
def opened(content: bytes) -> Iterator[xw.Book]:
    """A copy of the file, open. WorkbookError where LibreOffice is not there or does not do it."""
    with system.document_folder() as folder:
        path = folder / f"source{workbook.ODS}"
        workbook.refuse_unwritable(path)
        path.write_bytes(content)
        app = started()
        try:
            book = app.books.open(str(path))
            with xlwings_libreoffice.together(book):
                yield book
        except xlwings_libreoffice.HostError as error:
            reason = runner.platform_reason(error)
            raise WorkbookError(NOT_DONE.format(f"（{reason}）" if reason else "")) from error
        finally:
            app.quit()


def started() -> xw.App:
    try:
        return xlwings_libreoffice.app()
    except (xlwings_libreoffice.HostError, OSError) as error:
        raise WorkbookError(NOT_STARTED) from error


if __name__ == "__main__":
    sys.exit(main())
