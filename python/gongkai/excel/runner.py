"""A macro's request -> the command's result: text, question or more; errors as sentences and a
log.
"""

from __future__ import annotations

import platform
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import xlwings as xw

from gongkai import __version__, system, wording
from gongkai.excel.live_book import program_of, put_rows
from gongkai.model import GongkaiError
from gongkai.workbook import layout

# done: show the text, if any; error: show it as a warning; ask: yes or no, and run again with the
# answer "yes"; more: run again at once; save, folder: let the user choose a file to write (the text
# is the suggested name) or a folder (the text is the prompt), and run again with the path as the
# answer.
NextStep = Literal["done", "error", "ask", "more", "save", "folder"]
YES = "yes"
MOST_LOG = 1_000_000  # bytes; a longer log begins anew
LONGEST_TEXT = 900  # characters; a message box of VBA shows about 1,000


@dataclass(frozen=True)
class CommandResult:
    """``fingerprint`` is that of the report which the command left in the workbook.

    None where it stays the same.
    """

    kind: NextStep
    text: str = ""
    fingerprint: str | None = None


@dataclass(frozen=True)
class Request:
    """``argument`` is the same over all runs of a command.

    ``answer`` is to the last run's question, "" if none.

    ``fingerprint`` is that of the report which the last import left in the workbook.
    """

    argument: str = ""
    answer: str = ""
    fingerprint: str = ""


Command = Callable[[xw.Book, Request], CommandResult]


# --- running a command ----------------------------------------------------------------------------

# Where the failures of Excel itself come from: pywin32 on Windows, appscript on a Mac. Those of
# xlwings, and of engines for other programs, are of xlwings' own type.
PLATFORM_MODULES = ("pywintypes", "pythoncom", "win32com", "appscript", "aem", "xlwings")
REFUSED = "{}没有接受这次操作{}；请结束单元格编辑、取消工作表和工作簿的保护后再试。"


def run_command(commands: Mapping[str, Command], name: str) -> None:
    """Run a command on the calling workbook.

    Raises nothing: xlwings would show the user a traceback.
    """
    try:
        book = xw.Book.caller()
        tool = book.sheets[layout.TOOL]
        asked = read_request(tool)
        result = perform(commands, name, book, asked)
        try:
            write_result(tool, result)
        except Exception:
            # The work is done: worth a second try before the user hears nothing of it.
            write_result(tool, result)
    except Exception:
        # Nothing reached the tool sheet, so the macro says that Python gave no answer.
        log_failure(name)


def perform(
    commands: Mapping[str, Command], name: str, book: xw.Book, asked: Request
) -> CommandResult:
    command = commands.get(name)
    if command is None:
        text = (
            f"没有“{wording.clipped(name)}”这个命令：加载项与所装的gongkai版本不一致，"
            f"请重新安装gongkai和加载项。"
        )
        return CommandResult("error", text)
    try:
        return command(book, asked)
    except Exception as error:
        return CommandResult("error", sentence(name, error, book))
    finally:
        tell(book, "")


def sentence(name: str, error: Exception, book: xw.Book) -> str:
    """What went wrong and what to do, for the user.

    What only a developer understands goes to the log.
    """
    if isinstance(error, GongkaiError):
        return str(error)
    log_failure(name)
    if is_platform(error):
        reason = platform_reason(error)
        said = f"（{reason}）" if reason else ""
        return REFUSED.format(program_of(book).name, said)
    if isinstance(error, OSError):
        return f"无法读写文件：{system.system_reason(error)}。"
    return (
        f"程序内部错误（{type(error).__name__}），工作簿没有改动；详情已记在{log_path()}，"
        f"请把它发给开发者。"
    )


def is_platform(error: Exception) -> bool:
    module = type(error).__module__.partition(".")[0]
    return module in PLATFORM_MODULES or isinstance(error, xw.XlwingsError)


def platform_reason(error: Exception) -> str:
    """The program's own words, "" where it has none: the third value of the exception info of a
    COM error, the ``text`` of an engine's.
    """
    info = error.args[2] if len(error.args) > 2 else (None, None, getattr(error, "text", ""))
    text = info[2] if isinstance(info, tuple) and len(info) > 2 else ""
    return wording.clipped(text).rstrip("。.") if isinstance(text, str) else ""


# --- the tool sheet -------------------------------------------------------------------------------


def read_request(tool: xw.Sheet) -> Request:
    first, last = layout.TOOL_SPOTS["argument"], layout.TOOL_SPOTS["fingerprint"]
    cells = tool.range(first, last).options(ndim=1).value
    found: dict[str, str] = {}
    for name in ("argument", "answer", "fingerprint"):
        row, _ = layout.TOOL_SPOTS[name]
        found[name] = text_in(cells[row - first[0]])
    return Request(**found)


def text_in(value: object) -> str:
    """What a macro wrote into a cell: text, or a number where the cell has lost its text format."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def write_result(tool: xw.Sheet, result: CommandResult) -> None:
    """Answer, outcome, text and fingerprint in one write.

    The answer is used up: a yes to this question is none to the next.
    """
    text = wording.plain_text(result.text, LONGEST_TEXT)
    # The kinds are words that Excel leaves alone; a text might not be.
    rows: list[list[object]] = [[None], [result.kind], [f"'{text}" if text else None]]
    if result.fingerprint is not None:
        rows.append([f"'{result.fingerprint}" if result.fingerprint else None])
    put_rows(tool, layout.TOOL_SPOTS["answer"], rows)


# --- the file -------------------------------------------------------------------------------------


def file_of(book: xw.Book) -> Path | None:
    """A workbook's file.

    None for one without, or of which Excel names only the address in a cloud.
    """
    try:
        path = Path(book.fullname)
    except Exception:
        # xlwings raises where OneDrive or SharePoint keeps the file and it finds no copy here.
        return None
    return path if path.is_file() else None


def is_in_cloud(book: xw.Book) -> bool:
    """Whether Excel keeps the workbook at an address that is no path here.

    It can be saved all the same.
    """
    try:
        return "://" in book.fullname
    except Exception:
        return True


# --- progress and log -----------------------------------------------------------------------------


def tell(book: xw.Book, text: str) -> None:
    """A text in the status bar, "" for Excel's own; on a platform without one nothing."""
    with suppress(Exception):
        book.app.status_bar = wording.one_line(text) or False


def log_path() -> Path:
    return system.state_folder() / "gongkai.log"


def log_failure(name: str) -> None:
    """The exception being handled, with its traceback.

    Where not even that can be written, nothing more can be done.
    """
    with suppress(OSError):
        path = log_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = "w" if path.is_file() and path.stat().st_size > MOST_LOG else "a"
        with path.open(mode, encoding="utf-8", errors="backslashreplace") as file:
            head = (
                f"{datetime.now():%Y-%m-%d %H:%M:%S} {name} gongkai {__version__} xlwings "
                f"{xw.__version__}"
            )
            file.write(f"{head} Python {platform.python_version()}\n{traceback.format_exc()}\n")
