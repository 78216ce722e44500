"""The lists of the workbook -> their columns: what each is called, how wide it is, what it holds.

One line for each column: its place is its number in the list. Heads, widths, places and looks of
the sheets follow from here, and so does what is read back from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from gongkai.spreadsheets import Spot

# prose: a text that goes on over lines; line: a text on one line; phrase: a text in the middle that
# goes on over lines; word: a text in the middle. In all of these a text stays text whatever it
# begins with. figure: a number, or a word of our own; link: a formula that leads to a cell;
# hidden: for formulas and commands alone.
ColumnKind = Literal["prose", "line", "phrase", "word", "figure", "link", "hidden"]
AS_TEXT: tuple[ColumnKind, ...] = ("prose", "line", "phrase", "word")
GOES_ON: tuple[ColumnKind, ...] = ("prose", "phrase")

PROSE, RESULTS, LOG, BATCH, SUMMARY = "正文", "校验结果", "修改记录", "批量导入", "汇总"
CONTINUED = "续"
# A word on the sheets of today -> what stood there in workbooks that are in use.
FORMER_WORDS: Mapping[str, str] = {"机关": "公开机构", "格式": "版式", "最近一次校验": "写入时"}
OPENING = "引言"  # stands where a section has its number, before the first of them


@dataclass(frozen=True)
class ListColumn:
    """A column of a list; ``width`` in pixels at 100 %, 0 for one that is out of sight."""

    id: str
    kind: ColumnKind
    head: str = ""
    width: int = 0

    @property
    def is_text(self) -> bool:
        return self.kind in AS_TEXT


@dataclass(frozen=True)
class ListSheet:
    """The list on one sheet: its first row, and for how many rows there is room."""

    name: str
    top: int
    rows: int
    columns: tuple[ListColumn, ...]

    @property
    def lines(self) -> range:
        """The rows of the list."""
        return range(self.top, self.top + self.rows)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Column id -> the number of the column."""
        return {column.id: number for number, column in enumerate(self.columns, 1)}

    @cached_property
    def shown(self) -> tuple[ListColumn, ...]:
        return tuple(column for column in self.columns if column.kind != "hidden")

    @cached_property
    def heads(self) -> Mapping[str, str]:
        """Column id -> head, of the columns that are shown."""
        return {column.id: column.head for column in self.shown}

    def ids(self, *kinds: ColumnKind) -> tuple[str, ...]:
        """The ids of the columns of these kinds."""
        return tuple(column.id for column in self.columns if column.kind in kinds)

    def widths(self, *kinds: ColumnKind) -> tuple[tuple[int, int], ...]:
        """(number, pixels) of the columns of these kinds."""
        found = []
        for number, column in enumerate(self.columns, 1):
            if column.kind in kinds:
                found.append((number, column.width))
        return tuple(found)


def is_label(found: str, wanted: str) -> bool:
    """Whether a cell says what it should, in the words of today or in former ones: 表二版式 is
    表二格式.
    """
    if found == wanted:
        return True
    return any(found == wanted.replace(now, was) for now, was in FORMER_WORDS.items())


PROSE_LIST = ListSheet(
    PROSE,
    top=4,
    rows=400,
    columns=(
        ListColumn("number", "figure", "节", 44),
        ListColumn("title", "prose", "标题", 190),
        ListColumn("text", "prose", "内容", 760),
    ),
)
RESULT_LIST = ListSheet(
    RESULTS,
    top=4,
    rows=100,
    columns=(
        ListColumn("number", "figure", "序号", 38),
        ListColumn("severity", "figure", "级别", 62),
        ListColumn("table", "figure", "表", 72),
        ListColumn("place", "link", "位置（点击前往）", 160),
        ListColumn("stated", "figure", "填报数", 62),
        ListColumn("computed", "figure", "应为", 62),
        ListColumn("difference", "figure", "差额", 62),
        ListColumn("message", "prose", "说明", 380),
        ListColumn("proposal", "prose", "建议", 236),
        ListColumn("adopt", "figure", "采纳", 40),
        ListColumn("verdict", "figure", "处理", 52),
        ListColumn("reason", "prose", "理由", 112),
        ListColumn("state", "figure", "现状", 60),
        # next to what is seen, so that a program that sorts the list takes all of a row along
        ListColumn("key", "hidden"),
        ListColumn("link", "hidden"),
        ListColumn("link_text", "hidden"),
        # place in the table's image: row * PLACE_ROW + column
        ListColumn("lane", "hidden"),
        ListColumn("blank", "hidden"),
        # what stands there now
        ListColumn("now", "hidden"),
    ),
)
# What was changed by adopting a proposal: appended to, never cleared.
LOG_LIST = ListSheet(
    LOG,
    top=4,
    rows=9_000,
    columns=(
        ListColumn("time", "word", "时间", 140),
        ListColumn("table", "word", "表", 100),
        ListColumn("cell", "word", "单元格", 100),
        ListColumn("name", "prose", "名称", 260),
        ListColumn("stated", "figure", "原填", 84),
        ListColumn("proposed", "figure", "改为", 84),
        ListColumn("reason", "prose", "依据", 560),
    ),
)
BATCH_LIST = ListSheet(
    BATCH,
    top=6,
    rows=2_000,
    columns=(
        ListColumn("source", "line", "来源（网址、文件或目录页，一行一个）", 330),
        ListColumn("state", "word", "状态", 78),
        ListColumn("agency", "prose", "机关", 160),
        ListColumn("year", "figure", "年度", 52),
        ListColumn("editions", "phrase", "格式", 86),
        ListColumn("errors", "figure", "错误", 52),
        ListColumn("message", "prose", "说明", 400),
        ListColumn("finished", "word", "完成时间", 122),
        ListColumn("file", "line", "保存为", 260),
    ),
)
# What leads each line of the summary; its figures follow (workbook.lists).
SUMMARY_LIST = ListSheet(
    SUMMARY,
    top=15,
    rows=5_000,
    columns=(
        ListColumn("agency", "line", "机关", 176),
        ListColumn("year", "figure", "年度", 72),
        ListColumn("title", "line", "标题", 300),
        ListColumn("source", "line", "来源", 210),
        ListColumn("file", "line", "文件", 210),
        ListColumn("editions", "phrase", "格式", 176),
        ListColumn("errors", "figure", "错误", 52),
        ListColumn("warnings", "figure", "警告", 52),
        ListColumn("notes", "figure", "提示", 52),
        ListColumn("dismissed", "figure", "已忽略", 60),
        ListColumn("years", "line", "跨年核对", 190),
        ListColumn("code", "line", "行政区划代码", 92),
        ListColumn("doubts", "line", "待核", 80),
    ),
)

PROSE_TOP, PROSE_ROWS, PROSE_COLUMNS = PROSE_LIST.top, PROSE_LIST.rows, PROSE_LIST.places
RESULTS_TOP, RESULTS_ROWS, RESULT_COLUMNS = RESULT_LIST.top, RESULT_LIST.rows, RESULT_LIST.places
LOG_TOP, LOG_ROWS, LOG_COLUMNS = LOG_LIST.top, LOG_LIST.rows, LOG_LIST.places
BATCH_TOP, BATCH_ROWS, BATCH_COLUMNS = BATCH_LIST.top, BATCH_LIST.rows, BATCH_LIST.places
SUMMARY_TOP, SUMMARY_ROWS = SUMMARY_LIST.top, SUMMARY_LIST.rows

PLACE_ROW = 1_000
# They tell the columns from others of an older sheet.
DECISION_HEADS: Mapping[str, str] = {
    name: RESULT_LIST.heads[name] for name in ("verdict", "reason")
}
# Decisions on findings that are not shown, hidden beside the results.
KEPT_ROWS = 200
KEPT_COLUMNS: Mapping[str, int] = {"key": 20, "verdict": 21, "reason": 22}
# hidden: whose report the results are about
ABOUT_SPOT: Spot = (RESULTS_TOP - 1, KEPT_COLUMNS["key"])
FOLDER_SPOT: Spot = (3, 2)  # on the batch sheet: the folder for the reports' own workbooks


@dataclass(frozen=True)
class Wrapped:
    """A list whose rows are as high as their texts: (column, pixels) of each text, size of a
    character in pixels.
    """

    columns: tuple[tuple[int, int], ...]
    glyph: float


def wrapped_results() -> Wrapped:
    """The text of a link stands in a hidden column, and is shown by the formula beside it."""
    [(_, width)] = RESULT_LIST.widths("link")
    return Wrapped(
        ((RESULT_COLUMNS["link_text"], width), *RESULT_LIST.widths(*GOES_ON)), glyph=13.5
    )


WRAPPED: Mapping[str, Wrapped] = {
    PROSE: Wrapped(PROSE_LIST.widths(*GOES_ON), glyph=15),
    RESULTS: wrapped_results(),
    LOG: Wrapped(LOG_LIST.widths(*GOES_ON), glyph=13.5),
    BATCH: Wrapped(BATCH_LIST.widths(*GOES_ON), glyph=13.5),
}
