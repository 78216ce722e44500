"""Cells, rows, columns, relations and texts of a source -> how a sentence for people names them.

Here alone stands what no text of a source may carry out of the program: what nobody sees and what
breaks a line, turns its direction or hides its letters, on a terminal, in a sheet, a table, a
file's name or a viewer of JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gongkai.figures import PICTURE, clean, read_figure, shown
from gongkai.model import (
    UNKNOWN_UNIT,
    Cell,
    Column,
    CoverFact,
    Edition,
    Entry,
    Evidence,
    Form,
    NoFigures,
    Problem,
    Relation,
    Report,
    Row,
)

MOST_LOST = 10  # of what was not printed or taken over, named
MOST_REVISED = 3  # of a document's recorded changes, told
LONGEST_RAW = 60  # characters of a source's text in a message
# What ends a line in Python, in a terminal, or in Unicode; "\r\n" is one end.
ENDS = "\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
LINE_ENDS = re.compile(f"\r\n|[\n{ENDS}]")
CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f]")  # the others, but tabs
HALVES = re.compile("[\ud800-\udfff]")  # of characters: no encoding has them
# All of Unicode's category Cf, what programs ignore besides (Default_Ignorable_Code_Point), and
# what is no character. By code point: a Python's own tables know only the characters of its year.
UNSEEN = re.compile(
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
KINDS = (f"[{ENDS}]", CONTROLS.pattern, HALVES.pattern, UNSEEN.pattern)
ESCAPED = re.compile("|".join(KINDS))
MOST_UNITS = 32_767  # UTF-16 units that a cell can hold
CUT = "……"
# Spreadsheets read _x000D_ as a character, so its _ is written _x005F_.
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
REMARK = re.compile(r"(?<=.)（[^（）]*）$")


FACTS: dict[CoverFact, str] = {"agency": "机关", "year": "年度", "published": "发布日期"}


LIKELY = re.compile(rf"({'|'.join(FACTS.values())})“([^“”]*)”据“([^“”]*)”推定，待核。")


# --- the title that people are shown --------------------------------------------------------------

REPORT = "政府信息公开工作年度报告"
GOVERNMENT = "人民政府"
OFFICE = 3  # letters at the end of a department's name that tell it: 教育局
YEAR = re.compile(r"(?:19|20)\d\d|二[〇○零]\w\w年")
MADE_TITLE = re.compile(r"标题“([^“”]*)”按机关和年度拟写，来源(?:没有标题|的标题是“([^“”]*)”)。")


def title_of(report: Report) -> str:
    """What a report is called where people see it: its own title, or one made of body and year
    where it has none, or one that names neither: 政府信息公开年报 ->
    瑞安市人民政府2021年政府信息公开工作年度报告.

    ``Report.title`` and JSON keep what the source says; nobody takes a made title for evidence.
    """
    if not (report.agency and report.year) or names_body_or_year(report.title, report.agency):
        return report.title
    return made_title(report.agency, report.year)


def made_title(agency: str, year: int | None) -> str:
    """As the form words it."""
    return f"{agency}{year}年{REPORT}"


def names_body_or_year(title: str, agency: str) -> bool:
    """青溪县政府信息公开年报 names 青溪县人民政府, 县教育局年报 names 青溪县教育局; 2020年年报
    names a year.
    """
    text, body = "".join(clean(title).split()), "".join(clean(agency).split())
    own = body.removesuffix(GOVERNMENT) if body.endswith(GOVERNMENT) else body[-OFFICE:]
    return own in text or YEAR.search(text) is not None


def title_line(report: Report) -> str:
    """标题“…”按机关和年度拟写，来源的标题是“政府信息公开年报”。 of a made title, else "".

    ``title_in_source`` reads it again.
    """
    made = title_of(report)
    if made == report.title:
        return ""
    source = f"的标题是“{single_quotes(report.title)}”" if report.title else "没有标题"
    return f"标题“{single_quotes(made)}”按机关和年度拟写，来源{source}。"


def title_in_source(said: str, title: str) -> str:
    """The title of the source, by what ``title_line`` says, where the made one still stands on the
    cover.
    """
    found = MADE_TITLE.search(said)
    if found is None or found[1] != single_quotes(title):
        return title
    return found[2] or ""


# --- what is not certain --------------------------------------------------------------------------


def doubted_facts(report: Report) -> str:
    """机关、年度: what of a report's cover is not certain, as lists name it; "" where all is."""
    return "、".join(FACTS[fact] for fact in report.doubts)


def doubts_text(facts: str) -> str:
    """机关、年度 -> 机关、年度待核."""
    return f"{facts}待核" if facts else ""


def evidence_lines(report: Report) -> Iterator[str]:
    """机关、年度据“青溪县教育局2021年…报告”。 where the cover's body, year and day come from; of
    each that is not certain 机关“青溪县教育局”据“来源：青溪县教育局”推定，待核。, which
    ``likely_facts`` reads.
    """
    facts: dict[str, list[str]] = {}
    for fact, found in report.evidence.items():
        source = inside_quotes(found.source)
        if found.certainty == "likely":
            yield f"{FACTS[fact]}“{inside_quotes(found.value)}”据“{source}”推定，待核。"
        elif found.value:
            facts.setdefault(source, []).append(FACTS[fact])
    for source, names in facts.items():
        yield f"{'、'.join(names)}据“{source}”。"


def likely_facts(text: str, cover: Mapping[CoverFact, str]) -> dict[CoverFact, Evidence]:
    """What ``evidence_lines`` says is not certain, and still stands on the cover as it says."""
    facts = {name: fact for fact, name in FACTS.items()}
    said = {facts[match[1]]: match for match in LIKELY.finditer(text)}
    found = {}
    for fact, match in said.items():
        if inside_quotes(cover[fact]) == match[2]:
            found[fact] = Evidence(cover[fact], match[3], "likely")
    return found


def inside_quotes(text: str) -> str:
    """“依申请公开”专栏 -> ‘依申请公开’专栏."""
    return single_quotes(clipped(text))


def single_quotes(text: str) -> str:
    """The whole text on one line, such that it may stand in quotes."""
    return one_line(text).replace("“", "‘").replace("”", "’")


def row_label(row: Row) -> str:
    """The official wording without its closing remark; under its group where its number starts anew
    in each group.
    """
    text = REMARK.sub("", row.label.text)
    if not text[0].isdigit() or not row.groups:
        return text
    nearest = max(row.groups, key=lambda group: group.box.left)
    return f"{nearest.text} {text}"


def column_label(column: Column) -> str:
    return REMARK.sub("", column.label.text)


def label_of(cell: Cell) -> str:
    return f"{row_label(cell.row)}·{column_label(cell.column)}"


def unit_of(entry: Entry, column: Column) -> str:
    """The unit in which the source states a figure, where that is not the form's: 元; "" else, and
    for zero, which is zero in every unit.
    """
    if not entry.value:
        return ""
    if entry.unit:
        return entry.unit
    return read_figure(entry.raw, column.unit).converted if column.decimal else ""


def unit_text(entry: Entry, column: Column) -> str:
    """How a figure came into the form's unit, as the comment on its cell says it:
    原文“2670”以元为单位（见表头“金额（元）”），已换算为0.267万元; "" where it stood in it.
    """
    unit = unit_of(entry, column)
    if not unit:
        return ""
    if unit == UNKNOWN_UNIT:
        return f"填{shown(entry.value)}，来源没有写明单位，按{column.unit}计；请核对单位"
    by = f"（见{clipped(entry.stated)}）" if entry.stated else ""
    figure = f"{shown(entry.value)}{column.unit}"
    return f"原文“{clipped(entry.raw)}”以{unit}为单位{by}，已换算为{figure}"


def revised_text(revised: Sequence[str], done: str) -> str:
    """有2处没有接受的修订（“删30件”、“插3件”），按全部接受修订以后的文字和数字印出, or what else is
    ``done`` with them.
    """
    told = some_of([f"“{clipped(text)}”" for text in revised], MOST_REVISED)
    return f"有{len(revised)}处没有接受的修订（{told}），按全部接受修订以后的文字和数字{done}"


def left_out_text(left_out: Sequence[str], done: str) -> str:
    """这些内容没有印出：“注：数据不含派出所。”、“表格（年份、件数、办结）”, or what else was to be
    ``done`` with them.
    """
    told = some_of([f"“{clipped(text)}”" for text in left_out], MOST_LOST)
    return f"这些内容没有{done}：{told}"


def official_order(form: Form, cells: Iterable[str]) -> tuple[str, ...]:
    wanted = set(cells)
    found = []
    for cell in form.cells:
        if cell in wanted:
            found.append(cell)
    return tuple(found)


def subject_and_names(form: Form, relation: Relation) -> tuple[str, dict[str, str]]:
    """What all cells of a relation share (one row, or one column), and cell id -> what tells it
    from the others.
    """
    cells = [form.cells[cell] for cell in relation.cells]
    rows: dict[str, str] = {}
    columns: dict[str, str] = {}
    for cell in cells:
        rows[cell.id] = row_label(cell.row)
        columns[cell.id] = column_label(cell.column)
    first = cells[0].id
    if is_along_row(cells):
        return rows[first], columns
    return f"{columns[first]}列", rows


def is_along_row(cells: Iterable[Cell]) -> bool:
    """Whether all cells are of one row, as in 横向：各类申请人之和＝总计."""
    return len({cell.row.id for cell in cells}) == 1


def relation_lines(edition: Edition) -> Iterator[tuple[str, str, str, str]]:
    """(rule, table, subject, ``自然人＋商业企业＝总计``) of every relation, in the official
    labels.
    """
    for relation in edition.relations:
        form = edition.forms[relation.table]
        subject, names = subject_and_names(form, relation)
        sides = f"{sum_of(names, relation.parts)}＝{sum_of(names, relation.whole)}"
        yield relation.rule, form.number, subject, sides


def sum_of(names: Mapping[str, str], cells: Iterable[str]) -> str:
    """自然人＋商业企业."""
    return "＋".join(map(names.__getitem__, cells))


# --- texts of a source ----------------------------------------------------------------------------


def plain(text: str) -> str:
    """A text of a source without what nobody sees: lines end in ``\\n``, tabs stay.

    ``甲\\u202e乙\\r\\n1\\x002`` -> ``甲乙\\n1 2``: a control is a blank, so that two figures
    around it are never read as one.
    """
    if text.isascii() and text.isprintable():
        return text
    text = CONTROLS.sub(" ", LINE_ENDS.sub("\n", text))
    return HALVES.sub("\ufffd", UNSEEN.sub("", text))


def one_line(text: str) -> str:
    """The same on one line, all white space as single blanks."""
    return " ".join(plain(text).split())


def cell_text(text: str) -> str:
    """A text as a cell in a file can hold it: plain, and never an escape by chance."""
    return ESCAPE.sub("_x005F_", plain_text(text))


def plain_text(text: str, most: int = MOST_UNITS) -> str:
    """A text without what nobody sees (``wording.plain``) and of at most ``most`` UTF-16 units."""
    text = plain(text)
    if len(text) * 2 > most and len(text.encode("utf-16-le")) > most * 2:
        room = (most - len(CUT)) * 2
        text = text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + CUT
    return text


def escaped(json: str) -> str:
    """JSON with ``\\u202e`` in the place of what nobody sees: a reader gets the text as it was.

    JSON's own line ends stay; those in its texts are escaped already.
    """
    return ESCAPED.sub(lambda found: escapes(found[0]), json)


def escapes(text: str) -> str:
    """``U+E0041`` -> ``\\udb40\\udc41``: JSON counts in units of UTF-16."""
    units = text.encode("utf-16-be", "surrogatepass").hex("-", 2)
    return f"\\u{units}".replace("-", "\\u")


def clipped(text: str) -> str:
    return cut(text, LONGEST_RAW)


def cut(text: str, longest: int) -> str:
    """A text on one line, with … in the place of what is too long."""
    plain = one_line(text)
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def some_of(names: Sequence[str], most: int, more: str = "等") -> str:
    """K7、K8、K9等5格: the first of some names, and ``more`` where that is not all of them."""
    named = "、".join(names[:most])
    if len(names) > most:
        return named + more
    return named


def written(raw: str, unit: str) -> str:
    """What stands in a cell without a value."""
    state = read_figure(raw, unit).state
    if state == "blank":
        return "空白"
    if state == "sign":
        return f"填“{clipped(raw)}”"
    return f"原文“{clipped(raw)}”未采用"


# --- why a report has no figure -------------------------------------------------------------------
# A report -> the one sentence that says why no figure of it was read.
#
# Whether any was is ``Report.is_evaluated``. A report without figures is not clean, has no workbook
# and counts in no comparison: ``evaluated`` lets nothing else through, and every part of the house
# says ``why_no_figures``.


def assumed_text(count: int) -> str:
    """其中39项含推定的0, to go with every count of relations that hold; "" where nothing was
    assumed.
    """
    return f"其中{count}项含推定的0" if count else ""


NO_FIGURES = "没有读出数字"
ASK_FOR_TEXT = "请向发布机关索取文字版，或"  # of pictures and scans
TEXT_VERSION = f"{ASK_FOR_TEXT}手工填表"
TEXT_OR_WORKBOOK = f"{ASK_FOR_TEXT}在工作簿中照原文填写"
OFD_AS_PDF = "用 OFD 阅读器打开后另存（或打印）为 PDF，再导入该文件"
# of a document that is a workbook of ours
WORKBOOK_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.12"
ANOTHER_PART = (
    "要读取其他部分，请单独存成文件再导入，或用命令 gongkai read --parts 查看，再用 --part 指定。"
)
BLANK_FORM = (
    f"表格中只有标签，格都是空的，是空白表格；打开来源能看到数字的，数字是图片或用样式画上的，"
    f"{TEXT_OR_WORKBOOK}。"
)
BLANK_WORKBOOK = "工作簿的三张表都是空的；请先导入一份报告，或在表二、表三、表四中填写数字。"
BLANK_RANGE = "区域中的格都是空的，是空白表格；请填写数字，或选中填有数字的表。"
PICTURES = f"格中的数字是图片，不能读取；{TEXT_OR_WORKBOOK}。"
SIGNS = "格中填的都是{}，不当作0；没有的请填0，再重新读取。"
DOUBTFUL = "{}；请对照原文核对，或在工作簿中照原文填写。"
NO_NUMBERS = "格中的文字都不能确定是数字，如“{}”"
CHOSEN_PART = "所读取的第{}部分中没有数字，文中共有{}部分有表格；"
NO_PART = "文中有{}部分有表格，不能确定哪一部分是所要的报告；"
MOST_SIGNS = 3  # different ones that a message names
EMPTY_ROW = "这一行后面没有数字"  # of a problem whose text is the row's label, not a figure
BARS = " \t\n\u3000\xa0|｜"  # between the cells of a table as text, and blanks


def evaluated(report: Report, blank: str = "") -> Report:
    """The report itself, if any figure of it was read. Raises NoFigures with the sentence that says
    why not.
    """
    if report.is_evaluated:
        return report
    why = why_no_figures(report, blank)
    origin = report.document.origin if report.document else ""
    raise NoFigures(f"{origin}：{why}" if origin else why)


def why_no_figures(report: Report, blank: str = "") -> str:
    """``没有读出数字：表格中只有标签，格都是空的，是空白表格；…。``

    ``blank`` is what to say where all cells are truly empty; "" leaves that to where the report
    comes from.
    """
    reason = parts_reason(report) or text_reason(report) or blank or blank_reason(report)
    return f"{NO_FIGURES}：{reason}"


def parts_reason(report: Report) -> str:
    """Of a document with several parts that another one may be meant; "" where there is one."""
    if len(report.parts) < 2:
        return ""
    told = NO_PART.format(len(report.parts))
    if report.part:
        told = CHOSEN_PART.format(report.part, len(report.parts))
    return told + ANOTHER_PART


def blank_reason(report: Report) -> str:
    """What stands in no cell at all: a sheet that nobody has filled in yet, or the official form as
    it is handed out. Of a workbook whose tables were not taken the reason: another unit, a hidden
    sheet.
    """
    if not is_workbook(report):
        return BLANK_FORM
    for problem in report.problems:
        if problem.table and not (problem.row or problem.column):
            return f"{problem.reason.rstrip('。')}。"
    return BLANK_WORKBOOK


def is_workbook(report: Report) -> bool:
    """Whether a report is what a workbook of ours shows; the one open in Excel has no document."""
    return report.document is None or report.document.media_type == WORKBOOK_TYPE


def text_reason(report: Report) -> str:
    """Why what stands in the cells is no figure; "" where nothing stands there.

    ``/`` in every cell is a sign, ``(134)`` and ``12②`` are texts that are not certainly figures.
    """
    texts = [entry.raw for entry in report.entries() if entry.raw.strip(BARS)]
    doubts = list(filter(is_doubt, report.problems))
    if PICTURE in texts or any(problem.raw == PICTURE for problem in doubts):
        return PICTURES
    if doubts:
        return DOUBTFUL.format(doubt_text(doubts[0]))
    return signs_reason(texts)


def signs_reason(texts: list[str]) -> str:
    """``/`` in every cell, or the first text that is no sign; "" of no texts."""
    for text in texts:
        if not is_signs(text):
            return DOUBTFUL.format(NO_NUMBERS.format(clipped(text)))
    signs = list(dict.fromkeys(map(clean, texts)))[:MOST_SIGNS]
    return SIGNS.format(f"“{'”“'.join(signs)}”") if signs else ""


def is_doubt(problem: Problem) -> bool:
    """Whether a problem speaks of something in a table that may be a figure: not of a whole table
    that is not there, a row after which nothing stands, nor of signs: ``/ / / /``.
    """
    if not problem.table or problem.reason == EMPTY_ROW:
        return False
    if problem.raw.strip():
        return not is_signs(problem.raw)
    return bool(problem.raw or problem.row or problem.column)


def doubt_text(problem: Problem) -> str:
    """The reason with its example: 不是单独的一个数字，未填入，如“(134)”."""
    reason = one_line(problem.reason).rstrip("。")
    raw = clipped(problem.raw)
    if raw and raw not in reason:
        return f"{reason}，如“{raw}”"
    return reason


def is_signs(text: str) -> bool:
    return all(read_figure(word.strip(BARS)).state in ("sign", "blank") for word in text.split())
