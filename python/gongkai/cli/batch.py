"""``gongkai batch``: sources -> shown and confirmed, progress on the way, then the outcome."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from gongkai.batch import (
    Imported,
    Plan,
    batch_across,
    batch_checks,
    batch_rows,
    has_grave,
    plan,
    run_batch,
    summary_files,
)
from gongkai.cli.console import (
    CLEAN,
    ERRORS,
    INTERRUPTED,
    UNREADABLE,
    complain,
    discard,
    fitting,
    put,
    show,
    tell,
    width_of,
)
from gongkai.model import GongkaiError
from gongkai.output import links_to_list, to_json
from gongkai.sources import Access
from gongkai.workbook.lists import BatchRow

YES = ("y", "yes", "是", "好", "要")
GOES_ON = "目录还有下一页，这里只有本页的链接；其余各页请另行导入。"
SHOWN_NAMES = 5
BAR = 20  # characters
REDRAWN = 0.1  # seconds between two pictures of the bar


def run_list(options: argparse.Namespace) -> int:
    access = Access(options.offline, options.refresh, options.insecure)
    found = plan(options.list, options.output, access)
    if found.candidates and not options.yes and not confirmed(found, options.json):
        return UNREADABLE
    if found.left_out:
        tell(left_out_line(found.left_out, "导入"))
    if found.goes_on and options.yes:
        tell(GOES_ON)
    return import_all(found.sources, options, access)


# --- a directory's links --------------------------------------------------------------------------


def confirmed(found: Plan, json: bool) -> bool:
    """Ask at a terminal whether to import a directory's links; elsewhere print them as a list that
    can be edited.
    """
    count = len(found.candidates)
    asks = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
    if asks:
        for line in candidate_lines(found):
            tell(line)
        tell(f"目录页中有{count}个链接像年度报告，是否全部导入？输入 y 导入，直接回车不导入。")
        if sys.stdin.readline().strip().lower() in YES:
            return True
        complain("没有导入；可以把要导入的网址逐行写进文本文件，作为名单导入。")
        return False
    if json:
        put(to_json(links_to_list(found.candidates)))
    else:
        show(candidate_lines(found))
    complain(
        f"目录页中有{count}个链接像年度报告，没有导入；确认后请加 --yes，或把以上名单存为文件、"
        f"修改后导入。"
    )
    return False


def candidate_lines(found: Plan) -> Iterator[str]:
    for link in found.candidates:
        yield f"# {link.title or '（没有标题）'}"
        yield link.source
    if found.goes_on:
        yield f"# {GOES_ON}"


def left_out_line(names: Sequence[str], what: str) -> str:
    """``what`` is 导入 or 读取: what was not done with these files of a folder."""
    shown = "、".join(names[:SHOWN_NAMES]) + ("等" if len(names) > SHOWN_NAMES else "")
    return (
        f"文件夹中另有{len(names)}个文件的格式不能读取，没有{what}：{shown}；其中如有年报，"
        f"请解压或另存为网页再{what}。"
    )


# --- the run --------------------------------------------------------------------------------------


def import_all(sources: Sequence[str], options: argparse.Namespace, access: Access) -> int:
    progress = Progress(sources)
    failure: GongkaiError | None = None
    batch = run_batch(
        sources,
        options.output,
        per_host=options.per_host,
        pause=options.pause,
        access=access,
        books=options.workbooks,
        cluster_at=options.scheduler,
        tell=progress.tell,
    )
    try:
        with closing(batch):
            for imported in batch:
                progress.step(imported)
    except KeyboardInterrupt:
        progress.end()
        complain("已中止；已完成的都已保存，重新运行同一命令即可接着导入。")
        return INTERRUPTED
    except GongkaiError as error:
        failure = error
    progress.end()
    report_outcome(sources, progress, options)
    if failure is not None:
        return complain(str(failure))
    return code_of(progress, options.output)


def report_outcome(sources: Sequence[str], progress: Progress, options: argparse.Namespace) -> None:
    if options.json:
        put(to_json(list(outcome_dicts(sources, progress, options.output))))
        tell(progress.tally())
    elif progress.seen:
        across = batch_across(options.output)
        files = "、".join(map(str, summary_files(options.output)))
        show([progress.tally(), *across, *[f"汇总：{files}"] * bool(files)])


def outcome_dicts(
    sources: Sequence[str], progress: Progress, folder: Path
) -> Iterator[dict[str, Any]]:
    """Every source that is finished, in the list's order, other reports of a document below it."""
    checks = batch_checks(folder) if progress.seen else {}
    rows = {row.source: row for row in batch_rows(folder) if row.source in progress.seen}
    for source in dict.fromkeys([*sources, *rows]):
        if source in rows:
            yield row_to_dict(rows[source], checks)


def row_to_dict(row: BatchRow, checks: Mapping[str, Any]) -> dict[str, Any]:
    """As ``check --json``, with the workbook's path as ``fill --json`` has it."""
    if row.is_done and row.source in checks:
        return {**checks[row.source], "evaluated": True}  # which an earlier version did not say
    told = {"source": row.source, "error": row.message}
    return {**told, "evaluated": False} if row.is_unread else told


def code_of(progress: Progress, folder: Path) -> int:
    """As ``check``: a sum that is broken as read is not clean, though the reading may be at
    fault.
    """
    if progress.failed:
        return UNREADABLE
    return ERRORS if progress.wrong or has_grave(folder) else CLEAN


# --- progress -------------------------------------------------------------------------------------


class Progress:
    """How far the run is, on standard error: a bar at a terminal, else a line for each source that
    was imported.
    """

    def __init__(self, sources: Collection[str]) -> None:
        self.known = set(sources)
        self.seen: set[str] = set()
        self.skipped = self.failed = self.unread = 0
        self.wrong = self.doubtful = self.dismissed = 0
        self.began = time.monotonic()
        self.drawn_at = 0.0
        self.width = 0
        self.bar = sys.stderr is not None and sys.stderr.isatty()

    def step(self, imported: Imported) -> None:
        row = imported.row
        self.known.add(
            row.source
        )  # a source may hold other reports, which are listed as sources of their own
        self.count(imported)
        failed = not row.is_done
        if self.bar:
            if failed:
                self.tell(f"{row.state_text}　{row.source}：{row.message}")
            if time.monotonic() - self.drawn_at >= REDRAWN:
                self.draw(self.picture())
        elif failed or not imported.skipped:
            doubts = f"，警告{row.warnings}处" if row.warnings else ""
            also = f"，已忽略{row.dismissed}处" if row.dismissed else ""
            told = f"{row.agency} {row.year or ''}　错误{row.errors}处{doubts}{also}　{row.file}"
            outcome = row.message if failed else told
            tell(f"[{len(self.seen)}/{self.total}] {row.state_text}　{row.source}　{outcome}")

    def count(self, imported: Imported) -> None:
        """Once for each source: one that a document holds and the list names too comes twice."""
        row = imported.row
        if row.source in self.seen:
            return
        self.seen.add(row.source)
        self.skipped += imported.skipped
        self.failed += not row.is_done
        self.unread += row.is_unread
        self.wrong += bool(row.errors)
        # A figure that could not be read is a warning: no error, but nothing to pass over either.
        self.doubtful += bool(row.warnings)
        self.dismissed += row.dismissed or 0

    @property
    def total(self) -> int:
        return len(self.known)

    def tell(self, sentence: str) -> None:
        """A line of its own above the bar."""
        if self.bar:
            self.draw("")
        tell(sentence)
        if self.bar:
            self.draw(self.picture())

    def end(self) -> None:
        if self.bar and self.width:
            self.draw(self.picture())
            self.write("\n")
            self.width = 0

    def tally(self) -> str:
        left = self.total - len(self.seen)
        rest = f"，未导入{left}份" if left else ""
        doubts = ""
        if self.doubtful:
            doubts = f"，有内容没有读出或需核实的{self.doubtful}份（见“汇总”的警告一栏）"
        also = f"，已忽略的问题{self.dismissed}处" if self.dismissed else ""
        told = f"有勾稽错误的报告{self.wrong}份{doubts}{also}。"
        unread = f"，未读出数字{self.unread}份" if self.unread else ""
        done = len(self.seen) - self.failed - self.skipped
        return (
            f"完成{done}份，跳过已完成的{self.skipped}份，失败{self.failed - self.unread}份"
            f"{unread}{rest}；{told}"
        )

    def picture(self) -> str:
        count = len(self.seen)
        filled = BAR * count // max(1, self.total)
        rate = (count - self.skipped) / max(0.1, time.monotonic() - self.began)
        bar = "#" * filled + "-" * (BAR - filled)
        told = f"失败{self.failed}　有错误{self.wrong}　{rate:.1f}个/秒"
        return f"[{bar}] {count}/{self.total}　{told}"

    def draw(self, text: str) -> None:
        """Replace the line at hand by a text, cut to the terminal's width."""
        text = fitting(text, shutil.get_terminal_size().columns - 1)
        width = width_of(text)
        blanks = " " * (self.width - width)
        self.write(f"\r{text}{blanks}\r{text}" if blanks else f"\r{text}")
        self.width = width
        self.drawn_at = time.monotonic()

    def write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            discard(sys.stderr)
