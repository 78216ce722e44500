"""A table and its problems -> findings on what is missing, unread or written as no count can be.

Errors are a table, row or column that is not there and a figure that no count can be; warnings what
could not be read; the rest are notes. A blank is never taken for zero, so it is no error by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gongkai.bodies.places import is_relative
from gongkai.editions import editions, problem_cells
from gongkai.figures import clean, read_figure, shown
from gongkai.model import (
    UNKNOWN_UNIT,
    Cell,
    CoverFact,
    Entry,
    Finding,
    Form,
    Problem,
    Report,
    Rule,
    Segment,
    Severity,
    Table,
)
from gongkai.sums import TableState, table_state
from gongkai.wording import (
    ANOTHER_PART,
    BLANK_WORKBOOK,
    FACTS,
    TEXT_OR_WORKBOOK,
    clipped,
    column_label,
    label_of,
    one_line,
    row_label,
    unit_text,
    why_no_figures,
)

EMPTY = Entry("", None)
MANY_CONVERTED = 5


NO_FACT: dict[CoverFact, str] = {
    "agency": "没有识别出是哪个机关的报告，不能与其他年度、其他机关的报告核对",
    "year": "没有识别出报告的年度，无法核对应当使用哪一年的格式",
}
COVER_RULES: dict[CoverFact, str] = {"agency": "coverage.agency", "year": "coverage.year"}


def check_cover(report: Report) -> Iterator[Finding]:
    """Whether body and year are known, and for certain: of each one finding at most."""
    for fact in report.doubts:
        told = next(
            (told for told in report.problems if is_of_cover(told) and told.row == fact), None
        )
        if told or not report.is_likely(fact):
            why = sentence(told.reason) if told else NO_FACT[fact]
            yield Finding(COVER_RULES[fact], "warning", f"{why}。")
        else:
            yield Finding(COVER_RULES[fact], "note", likely_text(report, fact))


def likely_text(report: Report, fact: CoverFact) -> str:
    if fact == "agency" and is_relative(report.agency):
        return (
            f"机关“{clipped(report.agency)}”的名称没有写明所属的市县，报告和网址中也没有；请核对。"
        )
    found = report.evidence[fact]
    return f"{FACTS[fact]}“{clipped(found.value)}”是按“{clipped(found.source)}”推定的；请核对。"


def is_of_cover(problem: Problem) -> bool:
    """Whether a problem is told with the body or the year that it left blank."""
    return not problem.table and problem.row in COVER_RULES


def check_figures(report: Report) -> Finding:
    """The one finding on a report of which no figure was read; it cannot be dismissed."""
    return Finding("coverage.figures", "error", why_no_figures(report))


def check_parts(report: Report) -> list[Finding]:
    """Which of several parts of a document the report is, and what the others are; a warning where
    no title of the page's said so. Nothing for a document with one report.
    """
    if len(report.parts) < 2:
        return []
    number = report.part
    others = "、".join(
        part_text(at, part) for at, part in enumerate(report.parts, 1) if at != number
    )
    if not number:
        told = f"文中有{len(report.parts)}部分有表格（{others}）"
        if report.chosen_by:
            return [parts_warning(f"{told}，其中有同名的几份，表格相同的才采用。")]
        return [parts_warning(f"{told}，无法确定哪一份是所要的报告，没有填入。")]
    taken = part_text(number, report.parts[number - 1])
    if report.chosen_by == "latest":
        why = "文中有几份报告，网页的标题没有说明是哪一份"
        return [parts_warning(f"{why}，按最近的年度读取了{taken}；没有读取的有{others}。")]
    text = f"读取的是{taken}；文中还有{others}，没有读取。{ANOTHER_PART}"
    return [Finding("coverage.parts", "note", text)]


def parts_warning(text: str) -> Finding:
    return Finding("coverage.parts", "warning", f"{text}{ANOTHER_PART}")


def part_text(number: int, part: Segment) -> str:
    """第2部分“2022年数据”。"""
    return f"第{number}部分“{clipped(part.title) or '没有标题'}”"


def missing_table(form: Form, problems: Sequence[Problem]) -> list[Finding]:
    """The error for a table that a report lacks, with the reasons known for it, and what else was
    found of it.
    """
    why, others = reasons_apart(problems)
    lost = Finding("coverage.table", "error", f"缺少{form.number}（{form.title}）{why}。")
    return [lost, *(problem_finding(form, problem, ()) for problem in others)]


def reasons_apart(problems: Sequence[Problem]) -> tuple[str, list[Problem]]:
    """What is told of a table as a whole (：工作表“表三”已隐藏…), and the other problems."""
    whole = [problem for problem in problems if not (problem.row or problem.column or problem.raw)]
    reasons = dict.fromkeys(sentence(problem.reason) for problem in whole)
    return "".join(f"：{reason}" for reason in reasons), [
        problem for problem in problems if problem not in whole
    ]


def check_coverage(year: int | None, table: Table, problems: Sequence[Problem]) -> list[Finding]:
    """The findings on one table; ``problems`` are those that name it."""
    form = table.form
    covered = {cell.id for problem in problems for cell in problem_cells(form, problem)}
    found = check_edition(year, form)
    if problems and all(entry.value is None for entry in table.entries.values()):
        why, problems = reasons_apart(problems)
        found.append(Finding("coverage.table", "error", f"{form.number}没有读出任何数字{why}。"))
    found += [problem_finding(form, problem, problem_cells(form, problem)) for problem in problems]
    left = [cell for cell in form.cells.values() if cell.id not in covered]
    given = {cell: entry for cell, entry in in_order(form, table) if entry.value is not None}
    for cell_id, entry in given.items():
        found += check_figure(form, form.cells[cell_id], entry)
    return (
        found
        + text_warnings(form, given)
        + unit_notes(form, given)
        + check_blanks(form, left, table)
    )


def in_order(form: Form, table: Table) -> Iterator[tuple[str, Entry]]:
    return ((cell, table.entries.get(cell, EMPTY)) for cell in form.cells)


def check_blanks(form: Form, cells: Iterable[Cell], table: Table) -> list[Finding]:
    """The findings on those of some cells that hold no figure: texts each, then signs and blanks
    together.
    """
    found = []
    blanks: list[str] = []
    signs: dict[str, str] = {}
    for cell in cells:
        entry = table.entries.get(cell.id, EMPTY)
        state = read_figure(entry.raw, cell.column.unit).state if entry.value is None else "figure"
        if state == "blank":
            blanks.append(cell.id)
        elif state == "sign":
            signs[cell.id] = clean(entry.raw)
        elif entry.value is None:
            lost = Problem(form.id, cell.row.id, cell.column.id, entry.raw, "没有读成数字，未采用")
            found.append(problem_finding(form, lost, (cell,)))
    return found + blank_notes(form, blanks, signs, table_state(table))


def check_edition(year: int | None, form: Form) -> list[Finding]:
    """A note where the table's layout is not that of the edition in force; none where the two
    editions agree on it.
    """
    force = next(
        (edition for edition in editions().values() if year is not None and edition.covers(year)),
        None,
    )
    if force is None or force.forms[form.id].labels == form.labels:
        return []
    message = (
        f"{form.number}用的是{form.edition}年格式，{year}年的报告应当用{force.name}年格式（"
        f"{force.circular}）。"
    )
    return [Finding("coverage.edition", "note", message)]


# --- what recognition reported --------------------------------------------------------------------


def problem_finding(form: Form, problem: Problem, cells: Sequence[Cell]) -> Finding:
    rule, severity = problem_rule(problem, cells)
    if rule == "coverage.cell":
        what = label_of(cells[0])
    elif problem.row and cells:
        what = f"“{row_label(cells[0].row)}”一行"
    elif problem.column and cells:
        names = list(dict.fromkeys(column_label(cell.column) for cell in cells))
        what = f"“{'”“'.join(names)}”{'一' if len(names) == 1 else len(names)}列"
    else:
        what = ""
    return Finding(
        rule,
        severity,
        problem_message(form.number, what, problem),
        tuple(cell.id for cell in cells),
    )


def problem_rule(problem: Problem, cells: Sequence[Cell]) -> tuple[str, Severity]:
    if cells and problem.row and problem.column:
        return "coverage.cell", "warning"
    if cells and not problem.raw:
        return ("coverage.row" if problem.row else "coverage.column"), "error"
    return "coverage.unplaced", "warning"


def problem_message(number: str, what: str, problem: Problem) -> str:
    """表三 “（一）予以公开”一行，原文“…”：reason。 The text is not repeated where the reason shows
    it.
    """
    raw, reason = clipped(problem.raw), sentence(problem.reason)
    told = f"原文“{raw}”" if raw and raw not in reason else ""
    return f"{number} {'，'.join(filter(None, (what, told)))}".strip() + f"：{reason}。"


def unplaced(problems: Iterable[Problem]) -> list[Finding]:
    """Warnings for problems that belong to no table."""
    return [
        Finding("coverage.unplaced", "warning", problem_message("", "", problem).removeprefix("："))
        for problem in problems
    ]


def sentence(reason: str) -> str:
    return one_line(reason).rstrip("。")


# --- figures and blanks ---------------------------------------------------------------------------


def check_figure(form: Form, cell: Cell, entry: Entry) -> list[Finding]:
    """Findings on a figure: below zero, or not whole."""
    value, column = entry.value, cell.column
    assert value is not None, f"{cell.id} is blank"
    found = []
    if value < 0 and not column.signed:
        message = f"{form.number} {label_of(cell)} 填{shown(value)}，不能小于0。"
        found.append(Finding("coverage.negative", "error", message, (cell.id,), stated=value))
    if not column.decimal and value != int(value):
        message = f"{form.number} {label_of(cell)} 填{shown(value)}，应当是整数。"
        found.append(Finding("coverage.fraction", "error", message, (cell.id,), stated=value))
    return found


def text_warnings(form: Form, cells: Mapping[str, Entry]) -> list[Finding]:
    """One warning on all figures that a workbook of ours holds as texts, ``cells`` those with a
    figure.
    """
    texts = [cell for cell, entry in cells.items() if entry.read_by == "text"]
    if not texts:
        return []
    which = label_of(form.cells[texts[0]])
    count = f"等{len(texts)}格" if len(texts) > 1 else ""
    message = (
        f"{form.number} {which}{count}的数字存成了文本，表中的公式不计算它；请用“文本转数字”"
        f"改成数字。"
    )
    return [Finding("coverage.text", "warning", message, tuple(texts))]


def unit_notes(form: Form, cells: Mapping[str, Entry]) -> list[Finding]:
    """How figures came into the form's unit, ``cells`` those with a figure; one note for many that
    one line tells.
    """
    said: dict[tuple[str, str], dict[str, str]] = {}
    for cell, entry in cells.items():
        text = unit_text(entry, form.cells[cell].column)
        if text:
            said.setdefault((entry.unit, entry.stated), {})[cell] = text
    found = []
    for (unit, stated), texts in said.items():
        rule = "coverage.unit" if unit == UNKNOWN_UNIT else "coverage.converted"
        first, *others = texts
        if stated and len(others) >= MANY_CONVERTED:
            message = (
                f"{form.number} 有{len(texts)}格都是这样换算的，如 {label_of(form.cells[first])} "
                f"{texts[first]}。"
            )
            found.append(Finding(rule, "note", message, tuple(texts)))
            continue
        for cell, text in texts.items():
            found.append(
                Finding(
                    rule, "note", f"{form.number} {label_of(form.cells[cell])} {text}。", (cell,)
                )
            )
    return found


def blank_notes(
    form: Form, blanks: Sequence[str], signs: Mapping[str, str], state: TableState
) -> list[Finding]:
    """One note on the cells filled with signs and one on the empty ones."""
    found = []
    if signs:
        written = "、".join(f"“{sign}”" for sign in dict.fromkeys(signs.values()))
        message = (
            f"{form.number} 有{len(signs)}格填的是{written}，按空白处理，"
            f"{zeros_text(list(signs), state)}。"
        )
        found.append(Finding("coverage.sign", "note", message, tuple(signs)))
    if blanks:
        message = f"{form.number} 有{len(blanks)}格空白，{zeros_text(blanks, state)}。"
        found.append(Finding("coverage.blank", "note", message, tuple(blanks)))
    return found


def zeros_text(cells: Sequence[str], state: TableState) -> str:
    """What the relations say of blanks: 按勾稽关系均为0;
    按勾稽关系30格为0，2格为其他数，其余8格不当作0; 不当作0.
    """
    zeros = sum(state.figures.get(cell) == 0 for cell in cells)
    others = sum(bool(state.figures.get(cell)) for cell in cells)
    if zeros == len(cells):
        return "按勾稽关系均为0" if zeros > 1 else "按勾稽关系为0"
    known = [f"{count}格为{what}" for count, what in ((zeros, "0"), (others, "其他数")) if count]
    left = len(cells) - zeros - others
    if not known:
        return "不当作0"
    return "，".join(
        [f"按勾稽关系{known[0]}", *known[1:], *([f"其余{left}格不当作0"] if left else [])]
    )


# --- what the rules stand for ---------------------------------------------------------------------

FORMS = "国办公开办函〔2021〕30号、〔2019〕60号所附年度报告格式"
OURS = "本工具的提示"
COUNTS = f"{FORMS}：除金额外均按件、项计数。"

RULES: tuple[Rule, ...] = (
    Rule(
        "coverage.figures",
        "error",
        "没有读出数字",
        (
            "整份报告一个数字也没有读出，所以什么也没有校验，既不是没有错误，也不是有错误："
            "不写工作簿，不与别的报告比对，不能忽略。"
        ),
        f"{OURS}：没有校验的不说没有错误。",
        f"没有读出数字：{BLANK_WORKBOOK}",
        (
            f"是空白表格的，请改用填好的报告；数字是图片的，{TEXT_OR_WORKBOOK}；没有的请填0，"
            f"不要用符号。"
        ),
    ),
    Rule(
        "coverage.table",
        "error",
        "缺少一张表",
        "规定的三张表（表二、表三、表四）中有一张没有找到，或找到了但没有读出任何数字。",
        f"{FORMS}第二、三、四节。",
        "缺少表四（四、政府信息公开行政复议、行政诉讼情况）：没有找到这张表。",
        (
            "打开来源核对：报告确实没有这张表，应补上；表是图片的，请在工作簿中照着填写；"
            "是旧格式（2018年及以前）的，本工具不核对。"
        ),
    ),
    Rule(
        "coverage.row",
        "error",
        "表中缺少一行",
        "表中没有找到规定的某一行，这一行的数字都是空白。",
        f"{FORMS}。",
        "表三 “（一）予以公开”一行：没有找到这一行。",
        "核对来源的表格是否删了这一行，或标签改写得太多；按规定的格式补上这一行，没有的填0。",
    ),
    Rule(
        "coverage.column",
        "error",
        "表中缺少一列",
        "表中没有找到规定的某一列，这一列的数字都是空白。",
        f"{FORMS}。",
        "表三 “科研机构”一列：表头中没有找到这一列。",
        "核对来源的表头是否少了这一列；按规定的格式补上这一列，没有的填0。",
    ),
    Rule(
        "coverage.negative",
        "error",
        "数字小于0",
        "件数、项数和金额不能是负数；只有2019年格式的“本年增/减”可以。",
        COUNTS,
        "表三 （一）予以公开·自然人 填-3，不能小于0。",
        "核对这一格；减号多半是误输入，或把“本年增/减”填到了别的列。",
    ),
    Rule(
        "coverage.fraction",
        "error",
        "件数不是整数",
        "件数和项数应当是整数；只有以万元为单位的金额可以有小数。",
        COUNTS,
        "表三 （一）予以公开·自然人 填13.4，应当是整数。",
        "核对这一格是否多了小数点，或把金额填到了件数的列。",
    ),
    Rule(
        "coverage.cell",
        "warning",
        "一格没有读成数字",
        "这一格里有文字，但不能确定是哪个数字，所以留作空白，不猜。",
        f"{OURS}：拿不准的不填。",
        "表三 （一）予以公开·自然人，原文“十二”：没有读成数字，未采用。",
        "看原文，在工作簿的这一格填上正确的数字；一格里写了两个数字或加了注的，请分开。",
    ),
    Rule(
        "coverage.text",
        "warning",
        "数字存成了文本",
        "工作簿的这一格里是文本形式的数字（左上角常有绿色三角）。本工具照样读取和核对，"
        "但表中的公式不计算文本，"
        "工作表上的“勾稽校验”因此不完整。",
        f"{OURS}：表上显示的核对结果应当与本工具的一致。",
        (
            "表三 （一）予以公开·自然人的数字存成了文本，表中的公式不计算它；请用“文本转数字”"
            "改成数字。"
        ),
        (
            "点“文本转数字”，或运行 gongkai numbers 文件名；也可以在这一格重新输入数字。"
            "改动记在“修改记录”。"
        ),
    ),
    Rule(
        "coverage.unplaced",
        "warning",
        "有内容没有放进表里",
        (
            "来源中有一段内容看来是表里的，但不能确定属于哪一格；或者来源本身有疑问（如同一张表出"
            "现两"
            "次而数字不同）。"
        ),
        f"{OURS}：拿不准的不填。",
        "表三 原文“合 计 12”：这一行的标签不在官方表格中，未填入。",
        "看原文，把确定的数字填到工作簿相应的格里；有两份报告混在一起的，请分开后再导入。",
    ),
    Rule(
        "coverage.parts",
        "note",
        "文中不止一份报告",
        "来源中有几部分都有这样的表格，例如附有上一年的报告、两年对比或别的单位的报告；"
        "只读取了其中一份。"
        "网页的标题没有说明是哪一份，所以按最近的年度取的，或者无法确定、一份都没有取的，为警告。",
        f"{OURS}：不把别的年度、别的机关的数字当作本报告的。",
        "读取的是第1部分“青溪县2021年政府信息公开工作年度报告”；文中还有第2部分“2020年数据”，"
        "没有读取。"
        "要读取别的部分，请用命令 gongkai read --parts 查看，再用 --part 指定。",
        "核对读取的是不是所要的那一份；不是的，用 --part 指定，或把要的那一份单独存成文件再导入。",
    ),
    Rule(
        "coverage.agency",
        "warning",
        "没有识别出机关，或机关待核",
        "标题、开头和网页的来源、栏目都没有写明是哪个机关的报告，或者互相矛盾，所以机关一栏空着。"
        "机关是按来源、联系方式、网站推定的，或名称中没有写明所属市县的，为提示。",
        f"{OURS}：本机关、我局、本年度报告不是机关的名称，拿不准的不填；《条例》第五十条。",
        "没有识别出是哪个机关的报告，不能与其他年度、其他机关的报告核对。",
        (
            "在工作簿封面的机关一栏填上全称（如“瑞安市人民政府”），再校验一次；批量导入的，"
            "核对“待核”"
            "一栏写有机关的各行。推定无误的，删去封面“来源说明”中的这一句。"
        ),
    ),
    Rule(
        "coverage.year",
        "warning",
        "没有识别出年度，或年度有矛盾",
        "从标题、开头和统计期限都看不出是哪一年的报告，或者标题的年度与统计期限、发布日期、"
        "索引号相矛盾，"
        "所以年度一栏空着，按最新的格式核对。年度是按发布日期等推定的，为提示。",
        f"{OURS}；各年应当使用的格式见国办公开办函〔2019〕60号、〔2021〕30号。",
        "没有识别出报告的年度，无法核对应当使用哪一年的格式。",
        (
            "在工作簿封面的年度一栏填上四位数字的年份，再校验一次。推定无误的，删去封面“来源说明”"
            "中的这一句。"
        ),
    ),
    Rule(
        "coverage.edition",
        "note",
        "用的不是当年的格式",
        (
            "2019、2020年的报告用2019年格式，2021年起用2021年格式；这张表用的是另一种格式。"
            "数字按表自己的格式核对。"
        ),
        "国办公开办函〔2019〕60号、〔2021〕30号。",
        "表二用的是2019年格式，2021年的报告应当用2021年格式（国办公开办函〔2021〕30号）。",
        "还没有发布的，请改用规定的格式；已经发布的，比较各年数字时请注意两种格式的项目不同。",
    ),
    Rule(
        "coverage.sign",
        "note",
        "用符号代替数字",
        "有的格里填的是“/”“—”“无”等符号。符号可能表示0，也可能表示不适用，所以按空白处理；"
        "按勾稽关系只能是0的，同空白一样计入核对，写明“含推定的0”。",
        f"{OURS}：空白和符号都不是数字。",
        "表二 有1格填的是“/”，按空白处理，不当作0。",
        "没有的请填0，不要用符号或留空。",
    ),
    Rule(
        "coverage.blank",
        "note",
        "有空白的格",
        "有的格是空的。空白可能是0，也可能是漏填。按勾稽关系只能是0的（如一行的总计已等于填了的各"
        "项之和），"
        "计入核对，写明“含推定的0”，但不填入、不导出；能推出不是0的另有提示（coverage.implied）；"
        "其余不当作0。"
        "有关的勾稽关系互相矛盾的，不推定。",
        f"{OURS}：空白和符号都不是数字。",
        "表二 有1格空白，不当作0。",
        "没有的填0，不要空着：点“空白填0”，或运行 gongkai fill-blanks 文件名；漏填的请补上。",
    ),
    Rule(
        "coverage.converted",
        "note",
        "数字换算了单位",
        "格里、标签、表头或表旁写的单位（如元、亿元、万件）与规定的不同；已精确换算，没有四舍五入；"
        "工作簿中这一格有批注，写明原文和换算后的数。",
        f"{FORMS}第二节：本年收费金额（单位：万元）、采购总金额（单位：万元）。",
        "表二 行政事业性收费·本年收费金额 原文“251000元”以元为单位，已换算为25.1万元。",
        "核对单位和换算后的数字；发布的报告应按规定的单位填写。",
    ),
    Rule(
        "coverage.unit",
        "note",
        "金额没有写明单位",
        (
            "2019年格式的“采购总金额”没有印单位，来源里也没有写。数字按万元计；如果来源写的是元，"
            "会差一万倍。"
        ),
        f"{FORMS}第二节第（九）项。",
        "表二 政府集中采购·采购总金额 填3，来源没有写明单位，按万元计；请核对单位。",
        "核对来源的单位：是元的，换算成万元再填；发布时在表头写明单位。",
    ),
    Rule(
        "coverage.implied",
        "note",
        "空白处按勾稽关系只能是一个数",
        (
            "这一格空着，但同一行、同一列的其他数字已定，要使勾稽关系成立，只能填这一个数。"
            "数字没有自动填入。"
        ),
        f"{OURS}；由{FORMS}的勾稽关系推出。",
        "表三 （一）予以公开·总计 空白，按勾稽关系应为143。",
        "核对后把这个数填上；如果实际的数不同，说明同一行或同一列还有别的错误。",
    ),
)
