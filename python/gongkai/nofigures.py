"""A report -> the one sentence that says why no figure of it was read.

Whether any was is ``Report.is_evaluated``. A report without figures is not clean, has no workbook and counts in no
comparison: ``evaluated`` lets nothing else through, and every part of the house says ``why_no_figures``.
"""

from __future__ import annotations

from collections.abc import Iterator

from gongkai.figures import PICTURE, clean, read_figure
from gongkai.model import NoFigures, Problem, Report
from gongkai.wording import clipped, one_line

NO_FIGURES = "没有读出数字"
WORKBOOK_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.12"  # of a document that is a workbook of ours
ANOTHER_PART = "要读取别的部分，请用命令 gongkai read --parts 查看，再用 --part 指定。"
BLANK_FORM = (
    "表格中只有标签，格都是空的，是空白表格；打开来源能看到数字的，数字是图片或用样式画上的，"
    "请向发布机关索取文字版，或在工作簿中照着填写。"
)
BLANK_WORKBOOK = "工作簿的三张表都是空的；请先导入一份报告，或在表二、表三、表四中填写数字。"
BLANK_RANGE = "区域中的格都是空的，是空白表格；请填写数字，或选中填有数字的表。"
PICTURES = "格中的数字是图片，不能读取；请向发布机关索取文字版，或在工作簿中照着填写。"
SIGNS = "格中填的都是{}，不当作0；没有的请填0，再重新读取。"
DOUBTFUL = "{}；请对照原文核对，或在工作簿中照着填写。"
NO_NUMBERS = "格中的文字都不能确定是数字，如“{}”"
CHOSEN_PART = "所读取的第{}部分中没有数字，文中共有{}部分有表格；"
NO_PART = "文中有{}部分有表格，不能确定哪一部分是所要的报告；"
MOST_SIGNS = 3
EMPTY_ROW = "这一行后面没有数字"  # of a problem whose text is the row's label, not a figure
BARS = " \t\n\u3000\xa0|｜"  # between the cells of a table as text, and blanks


def evaluated(report: Report, blank: str = "") -> Report:
    """The report itself, if any figure of it was read. Raises NoFigures with the sentence that says why not."""
    if report.is_evaluated:
        return report
    origin = report.document.origin if report.document else ""
    raise NoFigures(f"{f'{origin}：' if origin else ''}{why_no_figures(report, blank)}")


def why_no_figures(report: Report, blank: str = "") -> str:
    """``没有读出数字：表格中只有标签，格都是空的，是空白表格；…。``

    ``blank`` is what to say where all cells are truly empty; "" leaves that to where the report comes from.
    """
    return f"{NO_FIGURES}：{parts_reason(report) or text_reason(report) or blank or blank_reason(report)}"


def parts_reason(report: Report) -> str:
    """Of a document with several parts that another one may be meant; "" where there is one."""
    if len(report.parts) < 2:
        return ""
    told = CHOSEN_PART.format(report.part, len(report.parts)) if report.part else NO_PART.format(len(report.parts))
    return told + ANOTHER_PART


def blank_reason(report: Report) -> str:
    """What stands in no cell at all: a sheet that nobody has filled in yet, or the official form as it is handed out.

    The workbook that is open in Excel has no document.
    """
    is_workbook = report.document is None or report.document.media_type == WORKBOOK_TYPE
    return BLANK_WORKBOOK if is_workbook else BLANK_FORM


def text_reason(report: Report) -> str:
    """Why what stands in the cells is no figure; "" where nothing stands there.

    ``/`` in every cell is a sign, ``(134)`` and ``12②`` are texts that are not certainly figures.
    """
    texts = [entry.raw for entry in report.entries() if entry.raw.strip(BARS)]
    doubts = [problem for problem in report.problems if is_doubt(problem)]
    if PICTURE in (*texts, *(problem.raw for problem in doubts)):
        return PICTURES
    if doubts:
        return DOUBTFUL.format(doubt_text(doubts[0]))
    odd = [text for text in texts if not is_signs(text)]
    if odd:
        return DOUBTFUL.format(NO_NUMBERS.format(clipped(odd[0])))
    if texts:
        return SIGNS.format("".join(f"“{sign}”" for sign in signs_in(texts)))
    return ""


def is_doubt(problem: Problem) -> bool:
    """Whether a problem speaks of something in a table that may be a figure: not of a whole table that is not there, a
    row after which nothing stands, nor of signs: ``/ / / /``."""
    named = (problem.raw or problem.row or problem.column) and problem.reason != EMPTY_ROW
    return bool(problem.table and named) and not (problem.raw.strip() and is_signs(problem.raw))


def doubt_text(problem: Problem) -> str:
    """The reason with its example: 不是单独的一个数字，未填入，如“(134)”."""
    reason, raw = one_line(problem.reason).rstrip("。"), clipped(problem.raw)
    return f"{reason}，如“{raw}”" if raw and raw not in reason else reason


def is_signs(text: str) -> bool:
    return all(read_figure(word.strip(BARS)).state in ("sign", "blank") for word in text.split())


def signs_in(texts: list[str]) -> Iterator[str]:
    """The signs that stand in place of figures, each once, the first few."""
    yield from list(dict.fromkeys(map(clean, texts)))[:MOST_SIGNS]
