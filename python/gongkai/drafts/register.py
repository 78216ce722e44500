"""The forms -> the register of applications (台账): its heads, what stands for a row or column of
表三, a blank one with lists to choose from, and what in one that was filled in may change a count.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from gongkai import bodies, editions, figures
from gongkai.model import Form, Label, Relation, Row
from gongkai.spreadsheets import Spot, formats
from gongkai.wording import clipped, phrases, row_label, some_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

TABLE = "applications"
NEW, CARRIED_IN, HANDLED, CARRIED_OUT = "new", "carried_in", "handled", "carried_out"
YES, NO = "是", "否"
# The register's columns: what each is called; the first name is that of the blank register.
HEADS: Mapping[str, tuple[str, ...]] = {
    "received": ("收到日期", "收到申请日期", "收件日期"),
    "kind": ("申请人类型", "申请人类别"),
    "result": ("办理结果", "答复结果", "处理结果"),
    "closed": ("办结日期", "答复日期"),
    "carried": ("是否上年结转", "上年结转"),
}
NEEDED = ("received", "kind", "result", "closed")
NUMBERED = "序号"  # before them; no figure depends on it
# What rows are numbered by, the surest first: a 序号 may begin anew every month.
NUMBERS = ("登记编号", "受理编号", "申请编号", "编号", NUMBERED)
# Behind a head: what tells two columns of it apart (办理结果2, 办结日期_1, 办理结果（最终）) ...
LETTERS = re.compile("[IVX]*|[A-Za-z]")  # II, B, or nothing: behind 办理结果
JOINTS = "-_."
BRACKETS = str.maketrans("([［【〔)]］】〕", "（（（（（）））））")
# ... and, in brackets, what makes another thing of it: 办结日期（期限）, 办理结果（说明）.
OTHERWISE = (
    *("备注", "说明", "代码", "编码"),
    *("期限", "截止", "法定", "应办", "应答", "预计", "计划", "拟"),
)
SHEET, LISTS = "申请台账", "名单"
# Rows of the blank register that have lists: more than any body but a ministry receives in a year.
ROWS = 5_000
NOTES: Mapping[str, str] = {
    "received": "收到申请的日期，如2021-03-05。",
    "kind": "从列表中选，同表三“申请人情况”的各列。",
    "result": "从列表中选，同表三“本年度办理结果”的各行；一件申请只选一项。尚未办结的空着。",
    "closed": "作出答复或者终止办理的日期；尚未办结的空着。",
    "carried": "上年收到、转入本年续办的选“是”，其余选“否”。",
}
WIDTHS: Mapping[str, float] = {
    "received": 14,
    "kind": 16,
    "result": 60,
    "closed": 14,
    "carried": 16,
}
Texts = Mapping[Spot, str]

# 已撤回, 作废, 小计, 样例: in a column of which no figure is made.
MEANS = re.compile(
    r"作[废廢]|撤[回销]|取消|退件|并入|无效|重复|不计|样[例表]|示例|测试|误登|共\d+件"
)
SUM = re.compile("[小合总]计")
# A column of remarks: whatever stands there may say that its row does not count ...
REMARKS = re.compile("备注|附注|^注$|说明|状态")
# ... but for these, which say how an application came, or that it was answered.
HARMLESS = re.compile(
    r"[-—/\\、。*]+|无|没有|否|正常|(?:已|按[期时])?(?:办[结理完]|答复|回复|送达|归档|办结归档)完?"
    r"|(?:通过|经|由)?(?:网[上络站]|平台|信函|邮[寄件政]|电子邮件|当面|现场|窗口|传真|电话|书面|口头)"
    r"(?:申请|提交|告知|答复|回复|送达|受理|收到|领取|寄出)?"
)
STRUCK = formats.doubtful("", formats.STRUCK)  # behind a 序号 that a person struck
# 申请人, 申请内容: what somebody is called or asks for says nothing of the row.
NAMING = re.compile("姓名|名称|申请人|内容|事项|标题|描述|用途|文件")
LONGEST_REMARK = 20  # characters of such a remark; a longer text is what somebody applied for
AMOUNTS = re.compile("件数|数量|份数|申请数|^件$")
SINGLE = ("1", "1件")
WORDS = re.compile(r"[\u4e00-\u9fff]{2}")
SIGNERS = re.compile(
    "(?:填[表报写]|制[表单]|审[核批]|复核|负责|经办|登记|联系)人?|(?:电话|日期)[:：]"
)
TOLD_YEAR = re.compile(r"20\d\d(?=年)")
REGISTER_OF = re.compile(r"^[\u4e00-\u9fff]{2,20}?[省市县区旗镇乡](?!场)")
MOST_NAMED = 8  # sheets or rows that a remark names


# --- heads ----------------------------------------------------------------------------------------


def meaning_of(head: str) -> str:
    """Which column a head without blanks is, "" for none: ``result`` for 办理结果, 答复结果2 and
    办理结果（最终）, none for 收到方式 and 办结日期（期限）.
    """
    for name, texts in HEADS.items():
        for text in texts:
            if head.startswith(text) and tells_apart(head.removeprefix(text)):
                return name
    return ""


def tells_apart(rest: str) -> bool:
    """Whether what stands behind a head leaves it the same: nothing, 2, _1, （二）, 2（最终）; not
    说明, （期限）.
    """
    number, bracket, note = rest.translate(BRACKETS).partition("（")
    if bracket and not note.endswith("）"):
        return False
    return is_number(number.strip(JOINTS)) and not any(word in note for word in OTHERWISE)


def is_number(text: str) -> bool:
    """What columns are numbered by: 2, 二, ②, II, B, or nothing."""
    return text.isnumeric() or LETTERS.fullmatch(text) is not None


# --- names ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RegisterNames:
    """What may stand in a register: text without blanks -> the rows, or the columns, of 表三 that
    it may mean. 予以公开 is one row, 不予公开 eight.
    """

    results: Mapping[str, frozenset[str]]
    kinds: Mapping[str, frozenset[str]]
    every_result: frozenset[str]
    every_kind: frozenset[str]


@cache
def names_of(edition: str) -> RegisterNames:
    official = editions.form(edition, TABLE)
    rows, columns = result_rows(official), applicant_columns(official)
    results: dict[str, set[str]] = {}
    for row in official.rows:
        if row.id in (*rows, CARRIED_OUT):
            add_names(
                results, row.id, [row_label(row), phrases.short_row(row), *texts_of(row.label)]
            )
            for group in row.groups:
                add_names(results, row.id, texts_of(group))
    kinds: dict[str, set[str]] = {}
    for column in official.parts[0].columns:
        if column.id in columns:
            add_names(kinds, column.id, texts_of(column.label))
    return RegisterNames(frozen(results), frozen(kinds), frozenset(rows), frozenset(columns))


def sum_of_kind(official: Form, kind: str) -> Relation:
    return next(relation for relation in official.relations if relation.kind == kind)


def result_rows(official: Form) -> list[str]:
    """granted … other_rest: the parts of （七）总计."""
    return [cell.split(".")[1] for cell in sum_of_kind(official, "sum").parts]


def applicant_columns(official: Form) -> list[str]:
    """natural … other: the parts of 总计."""
    return [cell.split(".")[2] for cell in sum_of_kind(official, "across").parts]


def texts_of(label: Label) -> list[str]:
    """（一）予以公开 -> the same and 予以公开; 1.属于国家秘密 -> the same and 属于国家秘密."""
    found: list[str] = []
    for text in (label.text, *label.aliases):
        found += [text, without_number(text)]
    return found


def without_number(text: str) -> str:
    """（三）不予公开 -> 不予公开, 2.重复申请 -> 重复申请, 四、结转 -> 结转."""
    for sign in ("）", ".", "、"):
        start, found, rest = text.partition(sign)
        if found and len(start) <= 2:
            return rest
    return text


def add_names(found: dict[str, set[str]], meant: str, texts: Iterable[str]) -> None:
    for text in texts:
        found.setdefault(figures.without_blanks(text), set()).add(meant)


def frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {text: frozenset(meant) for text, meant in found.items()}


def named_rows(official: Form) -> list[Row]:
    """The rows that a result may be, in the order of the form."""
    rows = set(result_rows(official))
    return [row for row in official.rows if row.id in rows]


# --- a blank register -----------------------------------------------------------------------------


def blank_register(edition: str = editions.NAMES[-1]) -> bytes:
    """An .xlsx with the heads, lists to choose from in the edition's words, and a note at each
    column of what belongs there.
    """
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = SHEET
    lists = book.create_sheet(LISTS)
    official = editions.form(edition, TABLE)
    columns = {column.id: column for column in official.parts[0].columns}
    choices = {
        "kind": [columns[name].label.text for name in applicant_columns(official)],
        "result": [row_label(row) for row in named_rows(official)],
        "carried": [YES, NO],
    }
    put_heads(page)
    for number, (name, texts) in enumerate(choices.items(), 1):
        lists.cell(1, number).value = HEADS[name][0]
        for row, text in enumerate(texts, 2):
            lists.cell(row, number).value = text
    for name in HEADS:
        add_rule(page, name, choices, len(choices.get(name, ())))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def put_heads(page: Worksheet) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    page.cell(1, 1).value = NUMBERED
    for number, (name, texts) in enumerate(HEADS.items(), 2):
        page.cell(1, number).value = texts[0]
        whole = page.column_dimensions[get_column_letter(number)]
        whole.width = WIDTHS[name]
        whole.number_format = "yyyy-mm-dd" if name in ("received", "closed") else "@"
    for cell in page[1]:
        cell.font = Font(name="宋体", bold=True)
        cell.fill = PatternFill("solid", fgColor="FFC6D9F1")
        cell.alignment = Alignment("center", "center")
    page.freeze_panes = "A2"


def add_rule(page: Worksheet, name: str, choices: Mapping[str, list[str]], last: int) -> None:
    """A list to choose from, or a day; a warning and no refusal: the register is the clerk's."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    if name in choices:
        column = get_column_letter(list(choices).index(name) + 1)
        rule = DataValidation(type="list", formula1=f"'{LISTS}'!${column}$2:${column}${last + 1}")
    else:
        rule = DataValidation(type="date", operator="greaterThan", formula1="1")
    rule.errorStyle, rule.showErrorMessage, rule.showInputMessage = "warning", True, True
    rule.errorTitle, rule.error = "请核对", NOTES[name]
    rule.promptTitle, rule.prompt = HEADS[name][0], NOTES[name]
    at = get_column_letter(list(HEADS).index(name) + 2)
    rule.add(f"{at}2:{at}{ROWS + 1}")
    page.add_data_validation(rule)


# --- what stands beside the applications ----------------------------------------------------------

# Sheets without the heads, rows that are void or sums, rows of several applications: none of it is
# counted or left out for it; a person is told.


class RowRemark(NamedTuple):
    """第5行“已撤回”; one that only ``may`` mean something stands in a column 备注: 同第3行."""

    text: str
    may: bool = False


class Remarks(NamedTuple):
    """The sheets that were not counted, and what is remarked of rows; ``notes`` are rows of words
    alone, 第4行“注：另有5件未登记”, ``titles`` what stands above the heads.
    """

    sheets: tuple[str, ...] = ()
    rows: tuple[RowRemark, ...] = ()
    notes: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    def texts(self, may: bool) -> tuple[str, ...]:
        return tuple(row.text for row in self.rows if row.may == may)


def remarks_text(remarks: Remarks) -> Iterator[str]:
    """What is told of them."""
    if remarks.sheets:
        named = some_of(remarks.sheets, MOST_NAMED, f"等{len(remarks.sheets)}张")
        yield f"台账的工作表{named}没有所需的表头，没有计入；其中如有申请，请补上表头后再试。"
    told, noted = remarks.texts(may=False), remarks.texts(may=True)
    if told:
        named = some_of(told, MOST_NAMED, f"等{len(told)}处")
        yield (
            f"请核对：台账中另有这些内容，这些行仍按一行一件计数：{named}；不应计入的行请先删去，"
            f"一行有几件的请分成几行。"
        )
    if noted:
        named = some_of(noted, MOST_NAMED, "等")
        yield f"请核对：台账备注栏有内容的{len(noted)}行是否应计（都已计入）：{named}。"

    if remarks.notes:
        named = some_of(remarks.notes, MOST_NAMED, f"等{len(remarks.notes)}行")
        yield f"请核对：台账中这些行没有日期、类型和结果，没有计入：{named}。"


def titles_text(remarks: Remarks, agency: str, year: int) -> Iterator[str]:
    """The headings of a register of another year or area: 乐清市2021年申请台账 for 瑞安市."""
    for title in remarks.titles:
        years = TOLD_YEAR.findall(title)
        name = REGISTER_OF.search(without_years(title))
        if years and str(year) not in years:
            yield f"请核对：台账的标题“{clipped(title)}”是其他年度的，新报告是{year}年的。"
        elif name and bodies.are_apart(name[0], agency):
            yield f"请核对：台账的标题“{clipped(title)}”是其他机关的，新报告是{agency}的。"


def without_years(title: str) -> str:
    """乐清市2022年申请台账 -> 乐清市申请台账."""
    return re.sub(r"20\d\d年?度?", "", figures.without_blanks(title))


def titles_above(head_row: int, texts: Texts) -> Iterator[str]:
    for (row, _), text in sorted(texts.items()):
        if row < head_row:
            yield text


def notes_below(head_row: int, used: Collection[int], texts: Texts) -> Iterator[str]:
    """第4行“注：另有5件未登记”: rows with nothing in the columns that count, and words elsewhere;
    neither 填表人：张三 nor 合计.
    """
    rows: dict[int, dict[int, str]] = {}
    for (row, column), text in sorted(texts.items()):
        if row > head_row:
            rows.setdefault(row, {})[column] = text
    for row, held in rows.items():
        told = "，".join(held.values())
        is_told = WORDS.search(told) and not SIGNERS.match(told) and not SUM.match(told)
        if is_told and held.keys().isdisjoint(used):
            yield f"第{row}行“{clipped(told)}”"


def is_of_register(name: str, texts: Texts) -> bool:
    """Whether a sheet without the heads may hold applications; the lists of our own do not."""
    return name != LISTS and len({row for row, _ in texts}) > 1


def beside_rows(head_row: int, used: Collection[int], texts: Texts) -> Iterator[RowRemark]:
    """第5行“已撤回”, 第6行“件数”为3: ``used`` are the columns that count."""
    for (row, column), text in sorted(texts.items()):
        head = texts.get((head_row, column), "")
        if row > head_row and column not in used and text != head:
            yield from remarks_on(f"第{row}行", head, text)


def remarks_on(place: str, head: str, text: str) -> Iterator[RowRemark]:
    """What a text under a head says of its row, if anything."""
    told = f"{place}“{clipped(text)}”"
    if AMOUNTS.search(head) and text not in SINGLE:
        yield RowRemark(f"{place}“{head}”为{clipped(text)}")
    elif text.endswith(STRUCK) or SUM.match(text) or is_remark(head, text):
        yield RowRemark(told)
    elif REMARKS.search(head) and not HARMLESS.fullmatch(text):
        yield RowRemark(told, may=True)


def is_remark(head: str, text: str) -> bool:
    """已撤回, 作 废 in a column 备注, and no applicant of that name."""
    plain = figures.without_blanks(text)
    is_short = len(plain) <= LONGEST_REMARK
    return is_short and MEANS.search(plain) is not None and not NAMING.search(head)
