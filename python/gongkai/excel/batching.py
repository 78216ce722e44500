"""The list on 批量导入 -> its reports, in slices of time; a folder -> its reports side by side on
汇总.

Which question is open can be read off the rows, so that a yes to one is never a yes to another:
with rows that wait to be confirmed it is whether to import them, with none of these it is whether
to try the failed ones again. It is asked only when no row is new. An answer counts for one run.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

import xlwings as xw

import gongkai
from gongkai import system, wording
from gongkai.batch import import_report, with_years
from gongkai.decisions.file import with_decisions_beside
from gongkai.excel import checking, exporting, importing, live_book, runner
from gongkai.model import Edit, GongkaiError, NoFigures, Report
from gongkai.sources.detect import kind_of
from gongkai.spreadsheets.seen import text_of
from gongkai.workbook import copy_template, derived, layout, lists, reading
from gongkai.workbook.file import BatchWorkbook, content_of, read_file, refuse_damaged

SLICE = 20.0  # seconds of one run; between two runs Excel hears the user, who may want to stop
SAVE_EVERY = 10  # rows
NO_SOURCE = "“批量导入”的A列还没有来源：请从第6行起每行粘贴一个网址或文件路径，再点“批量导入”。"
ONE_SUMMED = (
    "已汇总本工作簿中的报告。要比较多份报告，请先“批量导入”，或在“批量导入”表中填写文件夹。"
)


@dataclass
class Work:
    """The list as it stands on the sheet; ``values`` is what was read from it."""

    book: xw.Book
    values: live_book.Values
    rows: list[lists.BatchRow]

    def waiting(self, *states: lists.RowState) -> list[int]:
        places: list[int] = []
        for place, row in enumerate(self.rows):
            if row.source and row.state in states:
                places.append(place)
        return places

    def write(self, place: int, rows: Sequence[lists.BatchRow]) -> None:
        """Put rows in the list and on the sheet."""
        self.rows[place : place + len(rows)] = rows
        self.apply(lists.batch_edits(rows, layout.BATCH_TOP + place))

    def take_in(self, place: int, rows: Sequence[lists.BatchRow]) -> None:
        """What came of a row.

        The links of a directory go below the list, each once, in the same write.
        """
        known = {row.source for row in self.rows}
        links = [row for row in rows[1:] if row.source not in known]
        end = len(self.rows)
        self.rows[place] = rows[0]
        self.rows += links
        edits = lists.batch_edits(rows[:1], layout.BATCH_TOP + place)
        self.apply(edits + lists.batch_edits(links, layout.BATCH_TOP + end))

    def apply(self, edits: Sequence[Edit]) -> None:
        """Write, and know from then on what stands there: what equals the values is not written
        again.
        """
        live_book.apply_edits(self.book, edits, self.values)
        for edit in edits:
            self.values[edit.sheet].pop((edit.row, edit.column), None)
            if edit.value is not None:
                self.values[edit.sheet][edit.row, edit.column] = edit.value


def batch(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """Import the new rows for a while; ``more`` until none is left, then what came of them."""
    if lacks_batch(book):
        return to_batch_workbook(book, asked)
    work = read_work(book)
    if not any(row.source for row in work.rows):
        return runner.CommandResult("error", NO_SOURCE)
    folder = chosen_folder(book, work.values, asked.answer)
    if isinstance(folder, runner.CommandResult):
        return folder
    if asked.answer == runner.YES and not work.waiting("new"):
        take_up(work)
    if work.waiting("new"):
        work_on(work, folder)
        if work.waiting("new"):
            return runner.CommandResult("more", progress(work))
    fill_summary(book, folder)
    importing.activate(book, layout.BATCH)
    return question_left(work, progress(work) + saved(book))


def question_left(work: Work, text: str) -> runner.CommandResult:
    """The question that the rows ask, behind what came of them; without one, that alone."""
    proposed = work.waiting("proposed")
    if proposed:
        question = f"目录页中找到的{len(proposed)}个链接已列在表中，是否全部导入？"
        return runner.CommandResult("ask", text + question)
    if work.waiting(*lists.RETRIED):
        return runner.CommandResult("ask", f"{text}是否重试失败的来源？")
    return runner.CommandResult("done", text)


# --- which workbook -------------------------------------------------------------------------------

NEW_BATCH = "批量导入.xlsx"
HOW_TO_BEGIN = "请在A列每行粘贴一个来源，填写保存到的文件夹，再点“批量导入”。"


def lacks_batch(book: xw.Book) -> bool:
    """Whether it is a report's own workbook, in which there is no list and no summary."""
    return not {layout.BATCH, layout.SUMMARY} <= set(live_book.sheet_names(book))


def to_batch_workbook(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """A workbook with list and summary in front: one that is open, else a new one, saved where the
    user says.
    """
    for other in book.app.books:
        if not lacks_batch(other) and layout.TOOL in live_book.sheet_names(other):
            bring_to_front(other)
            return runner.CommandResult(
                "done", f"本工作簿没有批量导入的表，已转到打开着的“{other.name}”。{HOW_TO_BEGIN}"
            )
    if not asked.answer:
        return runner.CommandResult("save", NEW_BATCH)
    target = exporting.chosen(asked.answer, *derived.SUFFIXES)
    exporting.refuse_to_replace(target)
    copy_template(target, batch=True)
    bring_to_front(book.app.books.open(str(target)))
    return runner.CommandResult("done", f"已新建批量导入的工作簿 {target}。{HOW_TO_BEGIN}")


def bring_to_front(book: xw.Book) -> None:
    book.activate()
    importing.activate(book, layout.BATCH)


def read_work(book: xw.Book) -> Work:
    values = live_book.read_values(book, [layout.BATCH])
    return Work(book, values, lists.read_batch(values[layout.BATCH]))


# --- folder and answers ---------------------------------------------------------------------------


def folder_in(values: live_book.Values) -> str:
    return text_of(values.get(layout.BATCH, {}).get(layout.FOLDER_SPOT)).strip()


def chosen_folder(
    book: xw.Book, values: live_book.Values, answer: str
) -> Path | runner.CommandResult:
    """The folder named on the sheet, or the one just chosen, which is then named there.

    Else the question for it.
    """
    named = folder_in(values)
    if named and Path(named).is_dir():
        return Path(named)
    if answer and answer != runner.YES:
        if not Path(answer).is_dir():
            text = f"“{wording.one_line(answer)}”不是文件夹，请重新选择保存各份年报的文件夹"
            return runner.CommandResult("folder", text)
        live_book.apply_edits(book, [Edit(layout.BATCH, *layout.FOLDER_SPOT, answer)], values)
        return Path(answer)
    if named:
        text = f"文件夹“{wording.one_line(named)}”不存在，请重新选择保存各份年报的文件夹"
        return runner.CommandResult("folder", text)
    return runner.CommandResult("folder", "请选择保存各份年报的文件夹")


def take_up(work: Work) -> None:
    """The user said yes to the question that the rows ask: those rows are new again."""
    taken = work.waiting("proposed") or work.waiting(*lists.RETRIED)
    for places in neighbours(taken):
        work.write(places[0], [lists.BatchRow(work.rows[place].source) for place in places])


def neighbours(places: Sequence[int]) -> list[list[int]]:
    """Places that follow each other, together: one write for each."""
    groups: list[list[int]] = []
    for place in places:
        if groups and groups[-1][-1] == place - 1:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


# --- rows -----------------------------------------------------------------------------------------


def work_on(work: Work, folder: Path) -> None:
    """Import new rows until the time is up; each stands on the sheet as soon as it is done."""
    started = monotonic()
    for place in work.waiting("new"):
        row = work.rows[place]
        runner.tell(
            work.book,
            f"批量导入：第{place + 1}行，共{len(work.rows)}行　{wording.clipped(row.source)}",
        )
        work.take_in(place, import_report(row.source, folder))
        if finished(work) % SAVE_EVERY == 0:
            saved(work.book)
        if monotonic() - started > SLICE:
            break


def finished(work: Work) -> int:
    return len(work.waiting(*lists.FINISHED))


def progress(work: Work) -> str:
    """已导入3份报告，失败1个（如第7行：网页打不开），还有2个。"""
    done, new = work.waiting("done"), work.waiting("new")
    text = f"已导入{len(done)}份报告"
    for state in lists.RETRIED:
        places = work.waiting(state)
        if places:
            row = layout.BATCH_TOP + places[0]
            why = wording.clipped(work.rows[places[0]].message)
            text += f"，{lists.STATE_TEXTS[state]}{len(places)}份（如第{row}行：{why}）"
    return f"{text}，还有{len(new)}份。" if new else f"{text}。"


def saved(book: xw.Book) -> str:
    """Save a workbook that has a file; what to tell the user where that fails."""
    try:
        if runner.file_of(book) or runner.is_in_cloud(book):
            book.save()
    except Exception:
        return "本工作簿未能保存，请自行保存。"
    return ""


# --- summary --------------------------------------------------------------------------------------


def summary(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """All reports of the batch's folder.

    Without a folder and a batch the report in this workbook alone.
    """
    if lacks_batch(book):
        return to_batch_workbook(book, asked)
    work = read_work(book)
    if not folder_in(work.values) and not work.waiting("done") and not asked.answer:
        values, report = checking.evaluated_report(book)
        write_summary(book, [current_row(report, values, book.name)])
        importing.activate(book, layout.SUMMARY)
        return runner.CommandResult("done", ONE_SUMMED)
    folder = chosen_folder(book, work.values, asked.answer)
    if isinstance(folder, runner.CommandResult):
        return folder
    summed = fill_summary(book, folder)
    importing.activate(book, layout.SUMMARY)
    text = f"已汇总文件夹“{folder}”中的{summed.count}份报告。"
    if summed.unread:
        text += f"另有{len(summed.unread)}个文件没有读出，如：{summed.unread[0]}"
    return runner.CommandResult("done", text)


@dataclass(frozen=True)
class Summed:
    """How many reports the summary shows, and the sentences about workbooks that could not be
    read.
    """

    count: int
    unread: tuple[str, ...]


def fill_summary(book: xw.Book, folder: Path) -> Summed:
    """One row for each workbook of ours in the folder, by their names; earlier rows go."""
    known = listed_by_file(book)
    rows: list[lists.BatchRow] = []
    unread: list[str] = []
    for path in books_in(folder):
        if is_open(book, path):
            continue
        runner.tell(book, f"正在汇总 {path.name}")
        try:
            values = values_in(path)
            # A blank one holds no report, such as the summary that an earlier version wrote.
            if reading.fingerprint(values):
                rows.append(file_row(values, path, known.get(path.name)))
        except GongkaiError as error:
            unread.append(str(error))
    write_summary(book, with_years(rows))
    return Summed(len(rows), tuple(unread))


def listed_by_file(book: xw.Book) -> dict[str, lists.BatchRow]:
    """The rows of the list that have a workbook, by its name."""
    cells = live_book.read_values(book, [layout.BATCH]).get(layout.BATCH, {})
    found: dict[str, lists.BatchRow] = {}
    for row in lists.read_batch(cells):
        if row.file:
            found[row.file] = row
    return found


def books_in(folder: Path) -> list[Path]:
    """What may be workbooks of ours, by name; not what Excel puts beside an open one."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        is_hidden = path.name.startswith(("~$", "."))
        if path.suffix.lower() in derived.SUFFIXES and not is_hidden:
            found.append(path)
    return found


def values_in(path: Path) -> live_book.Values:
    """What a workbook shows.

    {} for a batch's, and for a sheet of somebody else's, of which a folder may hold many.
    WorkbookError.
    """
    content = content_of(path)
    refuse_damaged(path, content)
    kind = kind_of(content)
    if path.suffix.lower() == ".xlsx" and not kind.is_ours:
        return {}
    with suppress(BatchWorkbook):
        return read_file(path, content, kind)
    return {}


def is_open(book: xw.Book, path: Path) -> bool:
    """The workbook that shows the summary may lie in the folder too."""
    own = runner.file_of(book)
    return own is not None and system.is_same_file(path, own)


def file_row(values: live_book.Values, path: Path, known: lists.BatchRow | None) -> lists.BatchRow:
    finished = known.finished if known else ""
    source = known.source if known else source_in(values) or str(path)
    report = reading.values_to_report(values)
    if not report.is_evaluated:
        raise NoFigures(f"{path.name}：{wording.why_no_figures(report)}")
    return row_of(with_decisions_beside(report, path), source, finished, path.name)


def row_of(report: Report, source: str, finished: str, file: str) -> lists.BatchRow:
    return lists.report_to_row(report, gongkai.check(report), source, finished, file)


def source_in(values: live_book.Values) -> str:
    return text_of(values.get(layout.COVER, {}).get(layout.COVER_SPOTS["source"])).strip()


def current_row(report: Report, values: live_book.Values, file: str) -> lists.BatchRow:
    """The row of the report in the open workbook."""
    return row_of(report, source_in(values) or file, f"{datetime.now():%Y-%m-%d %H:%M}", file)


def write_summary(book: xw.Book, rows: Sequence[lists.BatchRow]) -> None:
    """The rows from the top of the sheet; what longer lists left below is cleared."""
    old = live_book.read_values(book, [layout.SUMMARY])
    lists.refuse_older_summary(old[layout.SUMMARY])
    width = len(lists.summary_heads())
    edits = lists.summary_edits(rows)
    below = max((edit.row for edit in edits), default=layout.SUMMARY_TOP - 1)
    last = max((row for row, column in old[layout.SUMMARY] if column <= width), default=0)
    for row in range(below + 1, last + 1):
        for column in range(1, width + 1):
            edits.append(Edit(layout.SUMMARY, row, column, None))
    live_book.apply_edits(book, edits, old)
