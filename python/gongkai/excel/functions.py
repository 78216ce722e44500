"""Arguments of a worksheet function -> its value; what Excel's wizard and the wrappers know of
each.

Every function answers with values for cells and never raises: a failure is a sentence that begins
with ``!`` or ``✗``. A text from a page may begin with ``=``: Excel shows what a function returns
and does not evaluate it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

import xlwings

import gongkai
from gongkai.excel import arrays, conclusions, lookup
from gongkai.model import GongkaiError, Report
from gongkai.system import function_at
from gongkai.wording import cut, plain_text

SheetFunction = Callable[..., Any]

# Loaded by the functions that need them: a range of a sheet is checked without.
REPORT_FOR = "gongkai.excel.fetching:report_for"
EVALUATED = "gongkai.excel.checking:evaluated_report"
CATEGORY = "政府信息公开"


@dataclass(frozen=True)
class Argument:
    """``name`` is ASCII: it stands in VBA."""

    name: str
    description: str
    optional: bool = False


@dataclass(frozen=True)
class Function:
    """``caller``: Python needs the calling cell, as an argument of that name after all others."""

    name: str
    description: str
    arguments: tuple[Argument, ...]
    volatile: bool = False
    caller: bool = False


TABLE = Argument(
    "table",
    f"一张表的区域：{arrays.shapes_text()}。",
)
URL = Argument("url", "年度报告网页的网址，以 http:// 或 https:// 开头。")


def by_name(*functions: Function) -> Mapping[str, Function]:
    return {function.name: function for function in functions}


FUNCTIONS = by_name(
    Function(
        "GK_CHECK",
        "校验勾稽关系，给出一句结论：✓ 全部相符，✗ 有不符，! 有空白或疑问，○ 只剩已忽略的。"
        "不填区域时校验本工作簿中的整份报告。",
        (Argument(TABLE.name, f"{TABLE.description}不填则校验本工作簿。", optional=True),),
        volatile=True,
        caller=True,
    ),
    Function(
        "GK_DIFF",
        "一项勾稽关系的差额：各项之和减去所填的总数，相符为0。",
        (
            TABLE,
            Argument(
                "rule", "勾稽关系的编号，如 applications.across.granted；全部编号见 GK_RULES。"
            ),
        ),
    ),
    Function(
        "GK_FINDINGS",
        "列出一张表的全部问题：规则、位置、填报数、计算数、差额、说明、建议。",
        (TABLE,),
    ),
    Function(
        "GK_SUSPECT",
        (
            "勾稽关系不符时，列出最可能填错的格：问题、方案、位置、填报数、应为。"
            "一个问题有几种改法时，每种一个方案。"
        ),
        (TABLE,),
    ),
    Function(
        "GK_RULES",
        "列出一个格式的全部勾稽关系：编号、表、内容。",
        (Argument("edition", "格式的年份：2019（2019至2020年的报告）或2021（2021年起的报告）。"),),
    ),
    Function(
        "GK_VALUE",
        "从网页上的年度报告取一个数。空白显示“（空）”。须先允许本工作簿使用联网函数。",
        (
            URL,
            Argument(
                "figure", "行名，如（一）予以公开；或单元格编号，如 applications.granted.total。"
            ),
            Argument("applicant", "列名，如自然人或现行有效件数；不填则取总计。", optional=True),
        ),
        caller=True,
    ),
    Function(
        "GK_IMPORT",
        "取网页上的年度报告，按官方表样列出各表的名称和数字。须先允许本工作簿使用联网函数。",
        (URL,),
        caller=True,
    ),
    Function("GK_VERSION", "本加载项的版本。", ()),
)


# --- how Excel calls them -------------------------------------------------------------------------


def worksheet(function: SheetFunction) -> SheetFunction:
    """Make a function known to xlwings as ``FUNCTIONS`` describes it, and let it answer with a
    sentence if it fails.

    Its annotations are ``Any``: xlwings takes them for conversions, and knows no others that leave
    values alone.
    """
    about = FUNCTIONS[function.__name__]

    @wraps(function)
    def answer(*arguments: Any) -> Any:
        try:
            return in_cells(function(*arguments))
        except GongkaiError as error:
            return in_cells(f"! {error}")
        except Exception as error:  # a traceback in a cell helps nobody
            return (
                f"! 程序出错（{type(error).__name__}: {cut(str(error), 80)}）；请用“关于/诊断”"
                f"查看版本并反馈。"
            )

    answer.__doc__ = about.description
    for argument in about.arguments:
        options = (
            {"convert": arrays.Bounded, "ndim": 2, "err_to_str": True}
            if argument.name == TABLE.name
            else {}
        )
        answer = xlwings.arg(argument.name, doc=argument.description, **options)(answer)
    # Last: each decorator resets these.
    return xlwings.func(category=CATEGORY, volatile=about.volatile)(answer)


def in_cells(value: Any) -> Any:
    """What a function answers, in rows or alone, as cells can hold it."""
    if isinstance(value, list):
        return [in_cells(one) for one in value]
    return plain_text(value) if isinstance(value, str) else value


def single(value: object) -> str:
    """An argument that is one text; a number as it would be typed (2021.0 is 2021), "" for none."""
    while isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, list | tuple):
        raise GongkaiError("除表格区域外，每个参数只能是一个单元格或一段文字。")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def calling_book(caller: Any) -> xlwings.Book:
    if caller is None:
        raise GongkaiError("无法确定公式所在的工作簿；请在单元格中使用这个函数。")
    book: xlwings.Book = caller.sheet.book
    return book


def fetched(url: str, book: xlwings.Book) -> Report:
    report_for: Callable[[str, xlwings.Book], Report] = function_at(REPORT_FOR)
    return report_for(url, book)


# --- the functions --------------------------------------------------------------------------------


@worksheet
def GK_CHECK(table: Any = None, caller: Any = None) -> Any:
    if table is None:
        evaluated: Callable[[xlwings.Book], tuple[Any, Report]] = function_at(EVALUATED)
        report = evaluated(calling_book(caller))[1]
        return conclusions.conclusion(list(report.tables.values()), gongkai.check(report))
    placed = conclusions.with_figures(arrays.read_array(table))
    return conclusions.conclusion(
        placed.tables, conclusions.findings_of(placed), conclusions.about_tables(placed.tables)
    )


@worksheet
def GK_DIFF(table: Any, rule: Any) -> Any:
    return conclusions.as_cell(
        conclusions.relation_gap(
            *conclusions.relation_named(arrays.read_array(table).tables, single(rule))
        )
    )


@worksheet
def GK_FINDINGS(table: Any) -> Any:
    placed = conclusions.with_figures(arrays.read_array(table))
    return conclusions.findings_rows(placed, conclusions.findings_of(placed))


@worksheet
def GK_SUSPECT(table: Any) -> Any:
    placed = conclusions.with_figures(arrays.read_array(table))
    return conclusions.suspects_rows(placed, conclusions.findings_of(placed))


@worksheet
def GK_RULES(edition: Any) -> Any:
    return conclusions.rules_rows(single(edition))


@worksheet
def GK_VALUE(url: Any, figure: Any, applicant: Any = None, caller: Any = None) -> Any:
    report = fetched(single(url), calling_book(caller))
    return lookup.figure_in(report, single(figure), single(applicant))


@worksheet
def GK_IMPORT(url: Any, caller: Any = None) -> Any:
    return conclusions.report_rows(fetched(single(url), calling_book(caller)))


@worksheet
def GK_VERSION() -> Any:
    return f"gongkai {gongkai.__version__}"
