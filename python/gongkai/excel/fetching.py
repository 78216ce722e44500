"""A URL in a worksheet function -> its report: allowed first, fetched once, never long enough to
hang.

A sheet may hold hundreds of formulas that are calculated one after the other, so what bounds a
single fetch is not enough: a failure is not tried again for a while, nor is its host where the host
was the trouble, and all fetches of a minute together have a budget.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import xlwings

from gongkai import locate, sources, system, wording
from gongkai.excel import live_book
from gongkai.model import FetchError, GongkaiError, Report, WorkbookError
from gongkai.workbook import layout

LIMITS = sources.Limits(connect=3, read=5, deadline=8, size=5_000_000, tries=2, pause=0.2)
LONGEST = 15.0  # seconds for one report, with its attachments and the programs that read them
KEPT = 200  # reports
PAUSE = 60.0  # seconds before a failure is tried again
# Seconds, and of fetching within them as many, after which the next fetch must wait.
WINDOW, BUDGET = 60.0, 24.0
LONGEST_URL = 2_000  # characters
# Stages of failures that another page of the host would share.
OF_THE_HOST = ("connect", "tls", "timeout")
NOT_OURS = "这个工作簿不是用本加载项的模板建立的，不能使用联网函数；请在由模板建立的工作簿中使用。"
NOT_ALLOWED = "请先点{}的“允许联网函数”，再按 {} 重新计算。"
RECALCULATE = "稍后按 {} 重新计算；网址很多时请用“批量导入”"


@dataclass
class Session:
    """What has been fetched while the program ran: reports by URL, failures by URL or host with the
    time until they stand.
    """

    limits: sources.Limits = LIMITS
    budget: float = BUDGET
    reports: OrderedDict[str, Report] = field(default_factory=OrderedDict)
    failures: dict[str, tuple[float, GongkaiError]] = field(default_factory=dict)
    spent: deque[tuple[float, float]] = field(default_factory=deque)  # (end, seconds) of each fetch


SESSION = Session()


def report_for(url: object, book: xlwings.Book) -> Report:
    """The report on a page, if the workbook's functions may fetch.

    Raises GongkaiError with one sentence.
    """
    if layout.TOOL not in book.sheet_names:
        raise GongkaiError(NOT_OURS)
    program = live_book.program_of(book)
    if not allowed(book):
        raise GongkaiError(NOT_ALLOWED.format(program.commands, program.recalculates))
    return fetched(web_address(url), SESSION, program)


def web_address(url: object) -> str:
    """An http or https URL. Raises FetchError: a worksheet function reads no files."""
    text = url.strip() if isinstance(url, str) else ""
    if not text:
        raise FetchError("没有给出网址；请填写以 http:// 或 https:// 开头的网址。", "address")
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or len(text) > LONGEST_URL:
        raise FetchError(
            f"“{text[:60]}”不是网址；只能填写以 http:// 或 https:// 开头的网址。", "address"
        )
    return text


def fetched(url: str, session: Session, program: live_book.Program) -> Report:
    """From the session's memory, or from the web. A failure stands for ``PAUSE`` seconds."""
    if url in session.reports:
        session.reports.move_to_end(url)
        return session.reports[url]
    host = urlsplit(url).netloc.lower()
    now = time.monotonic()
    session.failures = {name: known for name, known in session.failures.items() if known[0] > now}
    for name in (url, host):
        if name in session.failures:
            raise session.failures[name][1]
    refuse_over_budget(session, now, program)
    try:
        report = read_page(url, session.limits)
    except GongkaiError as error:
        of_host = isinstance(error, FetchError) and error.stage in OF_THE_HOST
        session.failures[host if of_host else url] = (time.monotonic() + PAUSE, error)
        raise
    finally:
        session.spent.append((time.monotonic(), time.monotonic() - now))
    session.reports[url] = report
    if len(session.reports) > KEPT:
        session.reports.popitem(last=False)
    return report


def refuse_over_budget(session: Session, now: float, program: live_book.Program) -> None:
    while session.spent and session.spent[0][0] < now - WINDOW:
        session.spent.popleft()
    if sum(seconds for _, seconds in session.spent) >= session.budget:
        raise FetchError(
            f"联网函数一分钟内最多用{session.budget:g}秒取网页，"
            f"其余的网址请{RECALCULATE.format(program.recalculates)}。",
            "timeout",
        )


def read_page(url: str, limits: sources.Limits) -> Report:
    """Without the page's bytes: the session keeps many reports."""
    report = system.in_time(lambda: wording.evaluated(locate.read_source(url, limits)), LONGEST)
    if report is None:
        raise FetchError(f"{url}：{LONGEST:g}秒内没有读出报告，已停止；请用“导入网址”。", "read")
    assert report.document is not None
    return replace(report, document=replace(report.document, content=b""))


# --- who may fetch --------------------------------------------------------------------------------
# The workbook holds a random token, this user's own state the tokens that this user gave. So
# neither a stranger's workbook, whatever token it holds, nor a copy on somebody else's machine
# fetches anything before its user is asked.

MOST_TOKENS = 500  # workbooks; the one allowed longest ago is asked about again


def allowed(book: xlwings.Book) -> bool:
    """Never raises: what cannot be read allows nothing."""
    token = token_of(book)
    return bool(token) and token in read_tokens(tokens_file())


def allow(book: xlwings.Book) -> None:
    """Let this workbook's functions fetch for this user.

    Raises WorkbookError; then nothing is allowed.
    """
    if layout.TOOL not in book.sheet_names:
        raise WorkbookError(NOT_OURS)
    if allowed(book):
        return
    token = secrets.token_hex(16)
    path = tokens_file()
    try:
        write_tokens(path, [*read_tokens(path), token][-MOST_TOKENS:])
    except OSError as error:
        raise WorkbookError(
            f"不能记下您的许可（{system.system_reason(error)}）；"
            f"请检查文件夹 {path.parent} 后重试。"
        ) from error
    # The apostrophe keeps it text: 12e4 would become a number.
    book.sheets[layout.TOOL].range(layout.TOOL_SPOTS["token"]).value = f"'{token}"


def token_of(book: xlwings.Book) -> str:
    """The workbook's token, "" where it has none."""
    if layout.TOOL not in book.sheet_names:
        return ""
    value = book.sheets[layout.TOOL].range(layout.TOOL_SPOTS["token"]).value
    return value.strip() if isinstance(value, str) else ""


def tokens_file() -> Path:
    return system.state_folder() / "allowed.json"


def read_tokens(path: Path) -> list[str]:
    """Oldest first; none where the file is missing, damaged or not to be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    tokens = found.get("tokens") if isinstance(found, dict) else None
    if not isinstance(tokens, list):
        return []
    return [token for token in tokens if isinstance(token, str)]


def write_tokens(path: Path, tokens: list[str]) -> None:
    """All or nothing: a crash in between leaves the file as it was. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"tokens": tokens}, file)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
