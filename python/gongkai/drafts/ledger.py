"""The rows of a register of applications -> the figures of 表三, each with the rows that it counts;
what could not be counted, and which figures it leaves open.

An application counts twice: as received or carried in, and by its result or as carried out. What a
row leaves in doubt is never guessed: the figures in which it may count stay blank. A row with an
unknown kind of applicant still counts in 总计, for that is certain.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import filterfalse, product
from typing import NamedTuple

from gongkai import editions, figures, spreadsheets
from gongkai.drafts.register import (
    CARRIED_IN,
    CARRIED_OUT,
    HANDLED,
    HEADS,
    NEEDED,
    NEW,
    NO,
    NUMBERS,
    TABLE,
    YES,
    RegisterNames,
    Remarks,
    RowRemark,
    beside_rows,
    is_of_register,
    meaning_of,
    names_of,
    notes_below,
    titles_above,
)
from gongkai.model import Form, UnreadableDocument, Value
from gongkai.readers.worker import every_sheet_apart
from gongkai.recognize.cover.when import day_in
from gongkai.sources import detect
from gongkai.spreadsheets.seen import UNSEEN, hidden_texts, seen_values, text_of
from gongkai.wording import clipped, phrases, some_of

# 台账.csv, 台账.html
NO_SPREADSHEET = "不是工作簿；请用表格软件打开台账，另存为.xlsx后再试。"
HEAD_ROWS = 20  # the heads stand in one of the first rows: titles and notes may stand above them
MOST_NAMED = 3  # rows of 表三 that a problem names
NOT_OURS = ""  # in the place of a row: the application is not of this year
Ways = frozenset[str]  # the rows, or the columns, in which an application may count


class Application(NamedTuple):
    """A row of the register as a person sees it; ``place`` is 第5行, ``number`` its 登记编号 and
    ``beside`` what else stands on it.
    """

    place: str
    received: str
    kind: str
    result: str
    closed: str
    carried: str = ""
    number: str = ""
    beside: str = ""


class Counting(NamedTuple):
    """Where an application counts: each with one way is certain, with several open."""

    incoming: Ways
    outgoing: Ways
    kinds: Ways
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class LedgerProblem:
    """What is wrong with a row of the register, and the figures that it leaves open."""

    place: str
    doubts: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class LedgerCount:
    """The figures of 表三, None for those left open; the rows that each counts; problems; how many
    rows are of the year and of others.
    """

    form: Form
    values: Mapping[str, Value]
    traces: Mapping[str, tuple[str, ...]]
    problems: tuple[LedgerProblem, ...]
    counted: int
    others: int


# --- reading --------------------------------------------------------------------------------------


class Register(NamedTuple):
    """The applications of a register, and what stands beside them."""

    applications: tuple[Application, ...]
    remarks: Remarks


def read_register(content: bytes) -> Register:
    """The applications on the sheets that have the heads. Raises UnreadableDocument where there is
    none, where a head is missing or stands twice, or where rows, columns or sheets of them are
    hidden: they would be left out unseen.
    """
    if detect.kind_of(content).format is detect.TEXT:
        raise UnreadableDocument(NO_SPREADSHEET)
    found: list[tuple[spreadsheets.Sheet, list[Application]]] = []
    sheets: list[str] = []
    beside: list[RowRemark] = []
    notes: list[str] = []
    titles: list[str] = []
    for sheet in every_sheet_apart(content):
        seen = texts_on(sheet)
        heads = heads_in(seen)
        if not sheet.visible:
            refuse_hidden_sheet(sheet, heads, seen)
            continue
        refuse_hidden_columns(sheet, seen)
        if heads is not None:
            refuse_doubled(sheet, heads)
            refuse_hidden(sheet, heads)
            found.append((sheet, list(rows_below(heads, seen))))
            beside += beside_rows(heads.row, heads.counting, seen)
            notes += notes_below(heads.row, heads.counting, seen)
            titles += titles_above(heads.row, seen)
        elif is_of_register(sheet.name, seen):
            sheets.append(f"“{clipped(sheet.name)}”")
    if not found:
        raise UnreadableDocument(
            f"没有找到台账的表头（{'、'.join(HEADS[name][0] for name in NEEDED)}应在同一行）；"
            "请用 gongkai new --ledger-template 另存一份空白台账，按它的表头整理后再试。"
        )
    remarks = Remarks(tuple(sheets), tuple(beside), tuple(notes), tuple(titles))
    return Register(tuple(placed_rows(found)), remarks)


def placed_rows(
    found: Sequence[tuple[spreadsheets.Sheet, list[Application]]],
) -> Iterator[Application]:
    """The rows of all sheets, of several each with the sheet's name: “一季度”第5行."""
    for sheet, rows in found:
        named = f"“{clipped(sheet.name)}”" if len(found) > 1 else ""
        for row in rows:
            yield row._replace(place=f"{named}{row.place}")


def sheets_text(applications: Iterable[Application]) -> str:
    """Of a register on several sheets which were counted, and how many rows stand on two of them:
    those of 一季度 may stand in 全年 again. "" for one sheet.
    """
    sheets: dict[str, None] = {}
    held: dict[Application, set[str]] = {}
    for one in applications:
        sheet = sheet_of(one)
        sheets[sheet] = None
        held.setdefault(one._replace(place="", number="", beside=""), set()).add(sheet)
    if len(sheets) < 2:
        return ""
    doubled = sum(len(places) > 1 for places in held.values())
    told = f"台账的{len(sheets)}张工作表（{'、'.join(sheets)}）都计入了"
    if not doubled:
        return f"{told}。"
    return f"{told}，其中有{doubled}行在几张表上相同；请核对是否重复登记。"


def repeats_text(applications: Iterable[Application]) -> str:
    """How many rows have the number of one above them on the same sheet; "" for none. They are
    counted: numbers may begin anew every month.

    台账有2行的编号与前面的行相同（如第9行与第5行的7）；请核对是否重复登记。
    """
    again = doubled(filter(has_number, applications), number_of)
    if not again:
        return ""
    one, above = again[0]
    example = f"{one.place}与{above.place}的{clipped(one.number)}"
    return f"台账有{len(again)}行的编号与前面的行相同（如{example}）；请核对是否重复登记。"


def alike_text(applications: Iterable[Application]) -> str:
    """How many rows without a number are in all columns what one above them on the same sheet is.

    台账有2行没有编号，各列与前面的行完全相同（如第9行与第5行）；请核对是否重复登记。
    """
    again = doubled(filterfalse(has_number, applications), all_of)
    if not again:
        return ""
    one, above = again[0]
    told = f"台账有{len(again)}行没有编号，各列与前面的行完全相同（如{one.place}与{above.place}）"
    return f"{told}；请核对是否重复登记。"


def doubled(
    applications: Iterable[Application], key: Callable[[Application], Hashable]
) -> list[tuple[Application, Application]]:
    """Each row that has the key of one above it, and that one."""
    first: dict[Hashable, Application] = {}
    found: list[tuple[Application, Application]] = []
    for one in applications:
        above = first.setdefault(key(one), one)
        if above is not one:
            found.append((one, above))
    return found


def has_number(one: Application) -> bool:
    return one.number != ""


def number_of(one: Application) -> tuple[str, str]:
    return sheet_of(one), one.number


def all_of(one: Application) -> Application:
    return one._replace(place=sheet_of(one))


def sheet_of(one: Application) -> str:
    """“一季度”第5行 -> 一季度; "" in a register on one sheet."""
    return one.place.rpartition("”")[0].removeprefix("“")


def texts_on(sheet: spreadsheets.Sheet) -> dict[spreadsheets.Spot, str]:
    """What a person sees in the columns that are not hidden."""
    found: dict[spreadsheets.Spot, str] = {}
    for spot, value in seen_values(sheet).items():
        text = figures.fold(text_of(value)).strip()
        if text and spot[1] not in sheet.hidden_columns:
            found[spot] = text
    for spot, why in hidden_texts(sheet, found.keys()):
        found[spot] += why
    return found


class Heads(NamedTuple):
    """The row of the heads, the column of each; the first that stands twice, by its text."""

    row: int
    columns: Mapping[str, int]
    doubled: str = ""

    @property
    def counting(self) -> set[int]:
        """The columns of which figures are made: not that of the numbers."""
        return {column for name, column in self.columns.items() if name in HEADS}


def heads_in(seen: Mapping[spreadsheets.Spot, str]) -> Heads | None:
    """The row on which all heads stand that are needed, and their columns; None where none is."""
    for row, texts in head_texts(seen).items():
        heads = heads_of_row(row, texts)
        if heads.columns.keys() >= set(NEEDED):
            return heads
    return None


def head_texts(seen: Mapping[spreadsheets.Spot, str]) -> dict[int, list[tuple[int, str]]]:
    """What may be a head: row -> column and text without blanks; what a person struck is none."""
    found: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in sorted(seen.items()):
        if row <= HEAD_ROWS and not UNSEEN.search(text):
            found.setdefault(row, []).append((column, figures.without_blanks(text)))
    return found


def heads_of_row(row: int, texts: Sequence[tuple[int, str]]) -> Heads:
    columns: dict[str, int] = {}
    doubled = ""
    for column, text in texts:
        name = meaning_of(text)
        if name in columns:
            doubled = doubled or text
        elif name:
            columns[name] = column
    columns_of_text = {text: column for column, text in reversed(texts)}
    for text in NUMBERS:
        if text in columns_of_text:
            columns.setdefault("number", columns_of_text[text])
    return Heads(row, columns, doubled)


def rows_below(heads: Heads, seen: Mapping[spreadsheets.Spot, str]) -> Iterator[Application]:
    """Rows with nothing in the columns that count are none: notes, sums at the end. Nor are heads
    that stand once more, as on every page of a register that was printed.
    """
    ours = {*heads.columns.values()}
    others: dict[int, list[str]] = {}
    for (row, column), text in sorted(seen.items()):
        if row > heads.row:
            others.setdefault(row, []).append("" if column in ours else text)
    for row, beside in others.items():
        held: dict[str, str] = {}
        for name in HEADS:
            column = heads.columns.get(name, 0)
            held[name] = seen.get((row, column), "")
        is_head = all(meaning_of(figures.without_blanks(held[name])) == name for name in NEEDED)
        if any(held.values()) and not is_head:
            number = seen.get((row, heads.columns.get("number", 0)), "")
            yield Application(f"第{row}行", **held, number=number, beside="\t".join(beside))


def refuse_doubled(sheet: spreadsheets.Sheet, heads: Heads) -> None:
    """办结日期 and 答复日期, or 办理结果 and 办理结果2: which of them counts, nobody has said."""
    if heads.doubled:
        raise UnreadableDocument(
            f"台账“{clipped(sheet.name)}”中有两列的表头意思相同（如“{clipped(heads.doubled)}”），"
            "无法确定按哪一列计数；请修改其中一列的表头后再试。"
        )


def refuse_hidden_sheet(
    sheet: spreadsheets.Sheet, heads: Heads | None, seen: Mapping[spreadsheets.Spot, str]
) -> None:
    first = next(rows_below(heads, seen), None) if heads is not None else None
    if first is not None:
        raise UnreadableDocument(
            f"台账的工作表“{clipped(sheet.name)}”已隐藏，其中有申请（如{first.place}），无法计入；"
            "请取消隐藏，或删去这张工作表后再试。"
        )


def refuse_hidden(sheet: spreadsheets.Sheet, heads: Heads) -> None:
    columns = heads.columns.values()
    for row, column in sheet.cells:
        if row > heads.row and row in sheet.hidden_rows and column in columns:
            raise UnreadableDocument(
                f"台账“{clipped(sheet.name)}”有隐藏的行（如第{row}行），无法计入；"
                "请取消筛选、显示全部行后再试。"
            )


def refuse_hidden_columns(sheet: spreadsheets.Sheet, seen: Mapping[spreadsheets.Spot, str]) -> None:
    """台账“申请台账”有隐藏的列（E列“办结日期”）: a head that stands on no column that is seen."""
    if not sheet.hidden_columns:
        return
    texts = texts_on(replace(sheet, hidden_columns=()))
    heads = heads_in(texts)
    if heads is None:
        return
    shown = heads_of_row(heads.row, head_texts(seen).get(heads.row, ())).columns
    hidden: list[str] = []
    for name, column in heads.columns.items():
        if name in HEADS and name not in shown:
            text = clipped(texts[heads.row, column])
            hidden.append(f"{spreadsheets.letters(column)}列“{text}”")
    if hidden:
        raise UnreadableDocument(
            f"台账“{clipped(sheet.name)}”有隐藏的列（{'、'.join(hidden)}），无法计入；"
            "请取消隐藏后再试。"
        )


# --- one application ------------------------------------------------------------------------------


class Days(NamedTuple):
    """The day on which an application was received and closed, as 2021-03-05; "" for none."""

    received: str
    closed: str


def counting_of(one: Application, year: int, names: RegisterNames) -> Counting:
    """Where an application counts in a year, and what leaves that open."""
    days = Days(day_in(one.received), day_in(one.closed))
    incoming, doubts = incoming_of(one, days, year)
    if incoming == {NOT_OURS}:
        return Counting(incoming, incoming, frozenset(), tuple(doubts))
    outgoing, more = outgoing_of(one, days, year, names)
    if NOT_OURS in incoming:
        outgoing |= {NOT_OURS}
    kinds = names.kinds.get(figures.without_blanks(one.kind), frozenset())
    doubts += more
    if not kinds:
        doubts.append(unknown("申请人类型", one.kind))
        kinds = names.every_kind
    return Counting(incoming, outgoing, kinds, tuple(doubts))


def unknown(head: str, text: str) -> str:
    """申请人类型“个体户”不在名单中; 申请人类型空白."""
    return f"{head}“{clipped(text)}”不在名单中" if text else f"{head}空白"


def incoming_of(one: Application, days: Days, year: int) -> tuple[Ways, list[str]]:
    """Received in the year, carried in, or not of the year."""
    if one.carried not in ("", YES, NO):
        return ways(NEW, CARRIED_IN, NOT_OURS), [unknown("是否上年结转", one.carried)]
    if not days.received:
        return without_day(one)
    when = int(days.received[:4])
    if when > year:
        return later_than(one)
    if when == year:
        if one.carried == YES:
            return ways(NEW, CARRIED_IN), ["收到日期在本年，又填为上年结转"]
        return ways(NEW), []
    return earlier_than(one, days, year)


def ways(*rows: str) -> Ways:
    return frozenset(rows)


def without_day(one: Application) -> tuple[Ways, list[str]]:
    doubt = f"收到日期“{clipped(one.received)}”不是日期" if one.received else "收到日期空白"
    if one.carried == YES:  # of what was carried in the register may not have the day
        return ways(CARRIED_IN), [doubt] if one.received else []
    if one.carried == NO:
        return ways(NEW, NOT_OURS), [doubt]
    return ways(NEW, CARRIED_IN, NOT_OURS), [doubt]


def later_than(one: Application) -> tuple[Ways, list[str]]:
    if one.carried == YES:
        return ways(CARRIED_IN, NOT_OURS), ["收到日期在本年以后，又填为上年结转"]
    return ways(NOT_OURS), []


def earlier_than(one: Application, days: Days, year: int) -> tuple[Ways, list[str]]:
    """Received before the year: carried in, unless it was closed before the year too."""
    is_closed = bool(days.closed) and int(days.closed[:4]) < year
    if one.carried == YES:
        if is_closed:
            return ways(CARRIED_IN, NOT_OURS), ["办结日期在本年以前，又填为上年结转"]
        return ways(CARRIED_IN), []
    if is_closed:
        return ways(NOT_OURS), []
    if one.carried == NO:
        return ways(NEW, CARRIED_IN), ["收到日期在本年以前，又填为不是上年结转"]
    return ways(CARRIED_IN), []


def outgoing_of(
    one: Application, days: Days, year: int, names: RegisterNames
) -> tuple[Ways, list[str]]:
    """By its result, or carried out: what was open on 31 December."""
    meant = names.results.get(figures.without_blanks(one.result), frozenset())
    either = (meant or names.every_result) | {CARRIED_OUT}
    if not one.closed:
        if not one.result or meant == {CARRIED_OUT}:
            return ways(CARRIED_OUT), []
        return either, ["有办理结果，办结日期空白"]
    if not days.closed:
        return either, [f"办结日期“{clipped(one.closed)}”不是日期"]
    when = int(days.closed[:4])
    if when > year:
        return ways(CARRIED_OUT), []
    if when < year or days.closed < days.received:
        return either, ["办结日期早于收到日期或本年"]
    return closed_in_year(one, meant, names)


def closed_in_year(one: Application, meant: Ways, names: RegisterNames) -> tuple[Ways, list[str]]:
    if not meant:
        return names.every_result, [unknown("办理结果", one.result)]
    if CARRIED_OUT in meant:
        return names.every_result | {CARRIED_OUT}, ["填为结转，又有办结日期"]
    if len(meant) > 1:
        return meant, [f"办理结果“{clipped(one.result)}”没有写到细项"]
    return meant, []


# --- all of them ----------------------------------------------------------------------------------


def counted(applications: Iterable[Application], year: int) -> LedgerCount:
    """The figures of 表三 for a year, out of a whole register."""
    edition = editions.edition_of_year(year).name
    official, names = editions.form(edition, TABLE), names_of(edition)
    rows_of: dict[str, list[str]] = {cell: [] for cell in official.cells}
    problems: list[LedgerProblem] = []
    left_open: set[str] = set()
    ours = others = 0
    for one in applications:
        counting = counting_of(one, year, names)
        if counting.incoming == {NOT_OURS}:
            others += 1
            continue
        ours += 1
        certain, doubtful = cells_of(counting, names)
        for cell in certain:
            rows_of[cell].append(one.place)
        left_open |= doubtful
        if counting.doubts:
            problems.append(LedgerProblem(one.place, counting.doubts, ordered(official, doubtful)))
    values: dict[str, Value] = {}
    for cell, rows in rows_of.items():
        values[cell] = None if cell in left_open else len(rows)
    traces = {cell: tuple(rows) for cell, rows in rows_of.items()}
    return LedgerCount(official, values, traces, tuple(problems), ours, others)


def ordered(official: Form, cells: Collection[str]) -> tuple[str, ...]:
    return tuple(cell for cell in official.cells if cell in cells)


def cells_of(counting: Counting, names: RegisterNames) -> tuple[set[str], set[str]]:
    """The cells in which an application counts, and those in which it may."""
    certain: set[str] = set()
    doubtful: set[str] = set()
    for rows in (counting.incoming, counting.outgoing, handled_of(counting.outgoing, names)):
        is_sure = len(rows) == 1
        named = rows - {NOT_OURS}
        (certain if is_sure else doubtful).update(f"{TABLE}.{row}.total" for row in named)
        is_sure = is_sure and len(counting.kinds) == 1
        for row, kind in product(named, counting.kinds):
            (certain if is_sure else doubtful).add(f"{TABLE}.{row}.{kind}")
    return certain, doubtful


def handled_of(outgoing: Ways, names: RegisterNames) -> Ways:
    """Whether an application counts in （七）总计: whatever its result, it was closed."""
    if outgoing <= names.every_result:
        return ways(HANDLED)
    if outgoing & names.every_result:
        return ways(HANDLED, NOT_OURS)
    return ways(NOT_OURS)


# --- what comes of it -----------------------------------------------------------------------------


def problem_text(problem: LedgerProblem, official: Form) -> str:
    """第5行：申请人类型“个体户”不在名单中。表三新收、予以公开、办结总计共18格待填。"""
    told = f"{problem.place}：{'；'.join(problem.doubts)}。"
    if not problem.cells:
        return told
    rows: list[str] = []
    for cell in problem.cells:
        rows.append(phrases.short_row(official.cells[cell].row))
    named = some_of(list(dict.fromkeys(rows)), MOST_NAMED, f"等{len(set(rows))}行")
    return f"{told}{official.number}{named}共{len(problem.cells)}格待填。"


TRACE_HEADS = ("行", "列", "数字", "件数", "台账中的行")


def trace_rows(count: LedgerCount) -> list[Sequence[object]]:
    """A line for each figure that counts a row or is left open: 新收, 自然人, 2, 2, 第3行、第5行"""
    found: list[Sequence[object]] = [TRACE_HEADS]
    for cell in count.form.cells.values():
        value, rows = count.values[cell.id], count.traces[cell.id]
        if rows or value is None:
            shown = "待填" if value is None else value
            names = phrases.short_row(cell.row), phrases.short_column(cell.column)
            found.append((*names, shown, len(rows), "、".join(rows)))
    return found


def summary_text(count: LedgerCount) -> str:
    left = sum(value is None for value in count.values.values())
    certain = "能确定的已计入表三" if left else "已计入表三"
    told = f"台账中本年的申请{count.counted}件，{certain}。"
    if count.others:
        told = f"台账中本年的申请{count.counted}件，{certain}；另有{count.others}件不属本年。"
    if left:
        told += f"有{len(count.problems)}行拿不准，{left}格空着待填："
    return told
