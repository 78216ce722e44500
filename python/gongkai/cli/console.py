"""Lines -> the terminal, each whole or the exit code says so; argparse in Chinese."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn, TextIO
from unicodedata import east_asian_width

from gongkai.decisions import is_grave
from gongkai.model import Finding, GongkaiError, NoFigures, Report
from gongkai.wording import one_line, plain

CLEAN, ERRORS, UNREADABLE = 0, 1, 2
INTERRUPTED, READER_GONE = (
    130,
    141,
)  # as a shell reports them: stopped by the user; nobody reads the output any more


def set_streams(encoding: str | None = None) -> None:
    """What an output cannot show becomes a question mark, never a traceback; JSON is UTF-8
    everywhere.
    """
    for stream, code in ((sys.stdout, encoding), (sys.stderr, None)):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=code, errors="replace")


def keep_apart() -> None:
    """Let what libraries in C print go nowhere: one line of a solver's, at its end, broke JSON.

    Python's own output goes on by another descriptor. Nothing is done where standard output is not
    the process's own.
    """
    stream = sys.__stdout__
    if stream is None or sys.stdout is not stream or stream.fileno() != 1:
        return
    stream.flush()
    # stays open: where standard error is closed it takes that place
    nowhere = os.open(os.devnull, os.O_WRONLY)
    encoding, errors = stream.encoding, stream.errors
    own = open(os.dup(1), "w", encoding=encoding, errors=errors, buffering=1)  # noqa: SIM115
    os.dup2(nowhere, 1)
    sys.stdout = own


def put(text: str) -> None:
    """Print to standard output and see that it arrives: an outcome that nobody gets must not pass
    for a clean run.

    GongkaiError where it cannot be written, BrokenPipeError where nobody reads on (``| head -1``).
    """
    if sys.stdout is None:
        raise GongkaiError("结果无法输出：标准输出已关闭，请改变输出的去向后再试。")
    try:
        print(text, flush=True)
    except OSError as error:
        discard(sys.stdout)
        if isinstance(error, BrokenPipeError):
            raise
        from gongkai.system import system_reason

        raise GongkaiError(
            f"结果无法输出：{system_reason(error)}，请改变输出的去向后再试。"
        ) from error


def show(lines: Iterable[str]) -> None:
    """Each on a line of its own, whatever the name of a file or a text of a page in it holds."""
    for line in lines:
        put(plain(line).replace("\n", " ").replace("\t", " "))


@contextmanager
def written(target: Path) -> Iterator[None]:
    """Around the output of a command that has written a file: where the output fails, the file is
    there none the less, and the sentence says so.
    """
    try:
        yield
    except GongkaiError as error:
        raise GongkaiError(f"{target}已写入；但{error}") from error


def tell(sentence: str) -> None:
    """One line on standard error; where that is closed or full, the exit code has to do."""
    if sys.stderr is None:  # print would take standard output instead
        return
    try:
        print(one_line(sentence), file=sys.stderr, flush=True)
    except OSError:
        discard(sys.stderr)


def discard(stream: TextIO) -> None:
    """Let a failed stream lead nowhere: on its way out the interpreter writes again what is left,
    and fails again.
    """
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(sentence: str) -> int:
    tell(sentence)
    return UNREADABLE


def complain_of(error: GongkaiError) -> int:
    """A failure in one line; after that of a directory page the links that it lists."""
    complain(str(error))
    from gongkai.links import Directory

    if isinstance(error, Directory):
        for link in error.found:
            tell(f"{link.title or '（没有标题）'} {link.source}")
    return UNREADABLE


def complain_of_nothing(report: Report) -> int:
    """A report without figures, in the sentence of every command that needs some."""
    from gongkai.wording import evaluated

    try:
        evaluated(report)
    except NoFigures as error:
        return complain(str(error))
    return CLEAN


def code_of(findings: Sequence[Finding]) -> int:
    """A sum that is broken as read is not clean, though the reading may be at fault."""
    return ERRORS if any(map(is_grave, findings)) else CLEAN


# --- the width of a text --------------------------------------------------------------------------


def width_of(text: str) -> int:
    """Columns of a terminal."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def fitting(text: str, columns: int) -> str:
    text = one_line(text)
    while width_of(text) > columns:
        text = text[:-1]
    return text


def reading_of(options: argparse.Namespace) -> dict[str, Any]:
    """How pages are got, and which part of a source is read."""
    return {name: getattr(options, name) for name in ("offline", "refresh", "insecure", "part")}


# --- argparse in Chinese --------------------------------------------------------------------------

MOST_DIGITS = 4  # of the number of a finding


class ChineseParser(argparse.ArgumentParser):
    """argparse with its own few texts in Chinese."""

    def __init__(self, **texts: Any) -> None:
        super().__init__(**{**texts, "add_help": False})
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示帮助")

    def format_usage(self) -> str:
        return super().format_usage().replace("usage: ", "用法：", 1)

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", "用法：", 1)

    def error(self, message: str) -> NoReturn:
        texts = {
            "the following arguments are required": "缺少参数",
            "unrecognized arguments": "多余的参数",
            "invalid choice": "没有这个选项值",
            "expected one argument": "选项后面缺少一个值",
            "not allowed with argument": "这两个选项不能同时使用",
        }
        reason = next((text for english, text in texts.items() if english in message), "参数有误")
        detail = message.rpartition(": ")[2] if ": " in message else message
        self.exit(UNREADABLE, f"{reason}（{detail}）；用 {self.prog} --help 查看用法。")

    def _print_message(self, message: str, file: Any = None) -> None:
        """argparse's own passes over an output that fails; help and version go to standard
        output.
        """
        if file is sys.stdout:
            put(message.rstrip("\n"))
        else:
            tell(message)


def file_name(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("没有给出文件名")
    return Path(text)


def part_number(text: str) -> int:
    if not text.isdecimal() or len(text) > MOST_DIGITS or not int(text):
        raise argparse.ArgumentTypeError(f"“{text}”不是序号，请写成 2")
    return int(text)


def number_and_alternative(text: str) -> tuple[int, int]:
    """``3`` -> (3, 0), ``3=2`` -> (3, 2)."""
    number, sign, alternative = text.partition("=")
    wanted = [number, alternative] if sign else [number]
    if not all(part.isdecimal() and len(part) <= MOST_DIGITS and int(part) for part in wanted):
        raise argparse.ArgumentTypeError(f"“{text}”不是序号，请写成 3 或 3=2")
    return int(number), int(alternative or 0)
