"""The menu of faults: each changes a made document, and says what may be answered then.

A fault returns False where the document has no place for it (markup in a PDF).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from gongkai.model import Value
from helpers.made import report_of
from helpers.truth.document import FIRST_MARK, SLOW, Made, made, values
from helpers.writers.mutations import (
    drop_column,
    drop_line,
    insert_column,
    insert_line,
    swap_columns,
    swap_lines,
    without,
)
from helpers.writers.styles import (
    TABLES,
    Spot,
    bars_text,
    lines_text,
    report_sheets,
    report_title,
    table_html,
    title_of,
)

Change = Callable[[Made], bool]


@dataclass(frozen=True)
class Fault:
    kind: str
    name: str
    change: Change


# --- what stands in one cell ----------------------------------------------------------------------


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def chosen(case: Made, table: str = "") -> tuple[str, Spot]:
    table = table or case.random.choice(TABLES)
    return table, case.random.choice(case.spots(table))


def in_cell(case: Made, text: str, *, truth: bool = True, blank: bool = False) -> bool:
    """A figure written otherwise: {} stands for its digits. ``truth``: it can still be read."""
    if "\u202e" in text and case.form in SLOW:
        return False  # a PDF knows no direction of text
    table, spot = chosen(case)
    if not spot.text or spot.id not in case.answers:
        return False
    case.rewrite(table, spot, text.replace("{}", spot.text))
    case.answers[spot.id] &= case.answers[spot.id] if truth else set()
    if blank:
        case.blank.add(spot.id)
    return True


def another_figure(case: Made) -> bool:
    """A slip of the pen of the body's own: that is what the document says."""
    table, spot = chosen(case)
    wrong = str(case.random.randint(2001, 9000))
    case.rewrite(table, spot, wrong)
    case.answers[spot.id] = {int(wrong)}
    case.blank.discard(spot.id)
    return True


def markup_behind(case: Made, markup: str) -> bool:
    """A note behind a figure, or something that nobody sees."""
    if not case.is_page:
        return False
    table, spot = chosen(case)
    if not is_number(spot.text):
        return False
    case.rewrite(table, spot, spot.text + case.mark(markup))
    return True


def markup_around(case: Made, opening: str, closing: str, *, seen: bool = False) -> bool:
    """All of a cell, and of no other one, is raised, moved or white. ``seen``: it can still be
    read.
    """
    if not case.is_page or case.form in ("paragraphs", "word"):
        return False  # Word writes a run for each piece of a cell, and no element around them
    table, spot = chosen(case)
    if not is_number(spot.text) or spot.id not in case.answers:
        return False
    case.rewrite(table, spot, case.mark(opening) + spot.text + case.mark(closing))
    case.answers[spot.id] &= case.answers[spot.id] if seen else set()
    if not seen:
        case.blank.add(spot.id)
    return True


CELLS = {
    "blank": partial(in_cell, text="", truth=False, blank=True),
    "slash": partial(in_cell, text="/", truth=False, blank=True),
    "dash": partial(in_cell, text="—", truth=False, blank=True),
    "minus": partial(in_cell, text="-", truth=False, blank=True),
    "none": partial(in_cell, text="无", truth=False, blank=True),
    "box": partial(in_cell, text="□", truth=False),
    "stars": partial(in_cell, text="***", truth=False),
    "word": partial(in_cell, text="暂未统计", truth=False),
    "counted": partial(in_cell, text="{}件"),
    "zeros": partial(in_cell, text="{}.00"),
    "leading zeros": partial(in_cell, text="00{}"),
    "about": partial(in_cell, text="约{}"),
    "in brackets": partial(in_cell, text="（{}）"),
    "circled note": partial(in_cell, text="{}①"),
    "raised note": partial(in_cell, text="{}²"),
    "star note": partial(in_cell, text="{}*"),
    "bracket note": partial(in_cell, text="{}（注1）"),
    "last year in brackets": partial(in_cell, text="{}（上年3）"),
    "of which": partial(in_cell, text="{}（其中网上5）"),
    "range": partial(in_cell, text="{}-99", truth=False),
    "fraction": partial(in_cell, text="{}/3", truth=False),
    "two figures": partial(in_cell, text="{} 7", truth=False),
    "two lines": partial(in_cell, text="{}\n7", truth=False),
    "percent": partial(in_cell, text="{}%", truth=False),
    "a year": partial(in_cell, text="{}（2020年）"),
    "turned digits": partial(in_cell, text="1\u202e{}", truth=False),
    "invisible": partial(in_cell, text="{}\u200b"),
    "formula": partial(in_cell, text="={}+1", truth=False),
    "another figure": another_figure,
}
MARKUP = {
    "sup": "<sup>1</sup>",
    "sub": "<sub>1</sub>",
    "small": "<small>1</small>",
    "relative": "<span style='position:relative;top:-5px'>1</span>",
    "text raise": "<span style='mso-text-raise:4.0pt'>1</span>",
    "vertical align super": "<span style='vertical-align:super'>1</span>",
    "vertical align length": "<span style='vertical-align:4px'>1</span>",
    "text top": "<span style='vertical-align:text-top;font-size:60%'>1</span>",
    "smaller": "<span style='font-size:smaller'>1</span>",
    "translated": "<span style='transform:translateY(-4px)'>1</span>",
    "white": "<span style='color:#fff'>1</span>",
    "footnote class": "<span class=MsoFootnoteReference>1</span>",
    "unknown class": "<span class=zhu>1</span>",
    "font class": "<font class='note'>1</font>",
    "link": "<a href='#n'>1</a>",
    "hidden": "<span style='display:none'>1</span>",
    "invisible element": "<span style='visibility:hidden'>1</span>",
    "no size": "<span style='font-size:0'>1</span>",
    "no opacity": "<span style='opacity:0'>1</span>",
    "struck": "<s>1</s>",
    "deleted": "<del>1</del>",
    "line through": "<span style='text-decoration:line-through'>1</span>",
    "off screen": "<span style='position:absolute;left:-9999px'>1</span>",
    "clipped": "<span style='position:absolute;clip:rect(0,0,0,0)'>1</span>",
    "no height": "<span style='display:inline-block;max-height:0;overflow:hidden'>1</span>",
    "scaled away": "<span style='transform:scale(0)'>1</span>",
    "progress": "<progress value=1>1</progress>",
    "video": "<video>1</video>",
    "comment": "<!-- 1 -->",
    "script": "<script>1</script>",
}
AROUND = {
    "white cell": partial(markup_around, opening="<span style='color:#fff'>", closing="</span>"),
    "white font": partial(markup_around, opening="<font color=white>", closing="</font>"),
    "faint cell": partial(
        markup_around, opening="<span style='color:rgba(0,0,0,.02)'>", closing="</span>"
    ),
    "cell moved up": partial(
        markup_around, opening="<b style='position:relative;top:-40px'>", closing="</b>"
    ),
    "cell moved away": partial(
        markup_around, opening="<b style='position:absolute;top:9px'>", closing="</b>"
    ),
    "raised cell": partial(markup_around, opening="<sup>", closing="</sup>", seen=True),
    "small cell": partial(markup_around, opening="<small>", closing="</small>", seen=True),
}


# --- rows, columns, labels ------------------------------------------------------------------------


def unreadable(case: Made, cells: list[str]) -> None:
    """Nobody can say what stands there: a figure only with a warning."""
    case.doubtful.update(cells)


def lose_a_figure(case: Made) -> bool:
    table, spot = chosen(case)
    case.sheets[table] = without(case.sheets[table], spot)
    case.answers[spot.id] = set()
    if case.form in SLOW:
        case.blank.add(spot.id)  # where nothing moves up, it looks like an empty cell
    return True


def double_a_figure(case: Made) -> bool:
    table, spot = chosen(case)
    at = case.sheets[table].index(spot)
    case.sheets[table].insert(at, Spot(spot.box, spot.text, "extra", ""))
    return True


def shift_a_row(case: Made) -> bool:
    """An empty cell comes before the first figure of a row, which loses its last one."""
    table, spot = chosen(case)
    row = [
        each for each in case.spots(table) if each.box.top == spot.box.top and each.box.width == 1
    ]
    if len(row) < 3:
        return False
    for each, text in zip(row, ["", *(cell.text for cell in row[:-1])], strict=True):
        case.rewrite(table, each, text)
        digits = "".join(letter for letter in text if letter < chr(FIRST_MARK))
        case.answers[each.id] |= {int(digits)} if is_number(digits) else set()
        case.blank.add(each.id)
    return True


def lose_a_label(case: Made, kind: str, *, empty: bool = False) -> bool:
    table = case.random.choice(TABLES)
    labels = case.spots(table, kind)
    if not labels:
        return False
    spot = case.random.choice(labels)
    if empty:
        case.rewrite(table, spot, "")
    else:
        case.sheets[table] = without(case.sheets[table], spot)
    return True


def slip_in_a_label(case: Made, *, lost: bool) -> bool:
    table = case.random.choice(TABLES)
    spot = case.random.choice(
        [spot for spot in case.sheets[table] if spot.kind in ("row", "column")]
    )
    if len(spot.text) < 4:
        return False
    at = case.random.randrange(1, len(spot.text) - 1)
    case.rewrite(table, spot, spot.text[:at] + ("" if lost else "某") + spot.text[at + 1 :])
    return True


def exchange(case: Made, answers: list[tuple[str, str]]) -> None:
    """Cells whose labels, or figures, have changed places: by the labels the other's figure."""
    held = {cell: set(case.answers[cell]) for pair in answers for cell in pair}
    for one, other in answers:
        case.answers[one] |= held[other]
        case.answers[other] |= held[one]


def swap_labels(case: Made) -> bool:
    rows = [spot for spot in case.spots("applications", "row") if spot.box.height == 1]
    one, other = case.random.sample(rows, 2)
    case.rewrite("applications", one, other.text)
    case.rewrite("applications", other, one.text)
    columns = ("natural", "company", "research", "welfare", "legal", "other", "total")
    pairs = [
        (f"applications.{one.id}.{name}", f"applications.{other.id}.{name}") for name in columns
    ]
    exchange(case, [pair for pair in pairs if pair[0] in case.answers and pair[1] in case.answers])
    return True


def swap_two_lines(case: Made) -> bool:
    rows = [spot for spot in case.spots("applications", "row") if spot.box.height == 1]
    one, other = case.random.sample(rows, 2)
    sheet = case.sheets["applications"]
    cuts = [
        [s.box.left for s in sheet if s.box.top == s.box.bottom == each.box.top]
        for each in (one, other)
    ]
    if cuts[0] != cuts[1]:
        return False
    case.sheets["applications"] = swap_lines(sheet, one.box.top, other.box.top)
    return True


def swap_two_columns(case: Made) -> bool:
    columns = [
        s for s in case.spots("applications", "column") if s.box.width == 1 and s.box.height == 1
    ]
    one, other = case.random.sample(columns, 2)
    case.sheets["applications"] = swap_columns(
        case.sheets["applications"], one.box.left, other.box.left
    )
    return True


def drop_a_line(case: Made) -> bool:
    table = case.random.choice(("disclosure", "applications"))
    spot = case.random.choice(case.spots(table, "row"))
    gone = [s.id for s in case.spots(table) if s.box.top == spot.box.top]
    case.sheets[table] = drop_line(case.sheets[table], spot.box.top)
    for cell in gone:
        case.answers[cell] = set()
    return True


def drop_a_column(case: Made) -> bool:
    columns = [s for s in case.spots("applications", "column") if s.box.width == 1]
    spot = case.random.choice(columns)
    for cell in case.spots("applications"):
        if cell.box.left == spot.box.left:
            case.answers[cell.id] = set()
    case.sheets["applications"] = drop_column(case.sheets["applications"], spot.box.left)
    return True


def more_lines(case: Made, label: str) -> bool:
    rows = [spot for spot in case.spots("applications", "row") if spot.box.height == 1]
    spot = case.random.choice(rows)
    texts = [str(case.random.randint(0, 50)) for _ in range(7)]
    case.sheets["applications"] = insert_line(
        case.sheets["applications"], spot.box.top, label, texts
    )
    return True


def more_columns(case: Made, head: str, numbered: bool = False) -> bool:
    sheet = case.sheets["applications"]
    lines = sorted({spot.box.top for spot in case.spots("applications")})
    texts = [str(at if numbered else case.random.randint(0, 50)) for at, _ in enumerate(lines, 1)]
    column = 4 if numbered else case.random.choice((4, 10, 11))
    case.sheets["applications"] = insert_column(sheet, column, head, texts)
    return True


def ten_columns(case: Made) -> bool:
    """表四 with one block less in its head: nobody can say whose the figures are."""
    block = case.random.choice((1, 6, 11))
    sheet = [
        s
        for s in case.sheets["disputes"]
        if s.kind == "figure" or not block <= s.box.left <= block + 4
    ]
    lost = [s.id for s in case.spots("disputes") if block <= s.box.left <= block + 4]
    case.sheets["disputes"] = sheet
    # As three small tables each block but that one has a head of its own.
    unreadable(case, lost if case.form == "small" else case.cells("disputes"))
    return True


def says_otherwise(case: Made, label: str, other: str) -> bool:
    """A label that says another thing: its figures are not the report's."""
    for table in TABLES:
        spot = next((s for s in case.sheets[table] if s.text == label), None)
        if spot is None:
            continue
        case.rewrite(table, spot, other)
        rows = [c for c in case.cells(table) if c.split(".")[1] == spot.id]
        columns = [c for c in case.cells(table) if c.split(".")[2] == spot.id]
        unreadable(case, rows if spot.kind == "row" else columns)
        return True
    return False


OTHERWISE = (
    ("行政许可", "非行政许可"),
    ("（一）予以公开", "（一）不予以公开"),
    ("一、本年新收政府信息公开申请数量", "一、上年新收政府信息公开申请数量"),
    ("一、本年新收政府信息公开申请数量", "一、2020年新收政府信息公开申请数量"),
    ("二、上年结转政府信息公开申请数量", "二、本年结转政府信息公开申请数量"),
    ("现行有效件数", "失效件数"),
    ("本年制发件数", "累计制发件数"),
    ("商业企业", "非商业企业"),
)


# --- beside the tables, and other tables ----------------------------------------------------------


def captioned(case: Made, line: str) -> bool:
    if not (case.is_page or case.is_text) or case.form == "glued":
        return False
    table = case.random.choice(TABLES)
    case.beside(table, line)
    unreadable(case, case.cells(table))
    return True


def harmless_line(case: Made, line: str) -> bool:
    if not (case.is_page or case.is_text):
        return False
    case.beside(case.random.choice(TABLES), line)
    return True


def other_report(case: Made, *, year: int = 2021, agency: str = "") -> Made:
    other = made(case.random, (case.form,))
    report = report_of(values(case.random), year=year)
    other.report = replace(report, agency=agency or report.agency)
    other.sheets = report_sheets(other.report)
    return other


def tables_text(case: Made, other: Made, names: tuple[str, ...], headings: bool) -> str:
    lines = []
    for name in names:
        if headings:
            lines.append(f"<p>{title_of(name)}</p>" if case.is_page else title_of(name))
        sheet = other.sheets[name]
        lines.append(
            table_html(sheet)
            if case.is_page
            else (bars_text if "bar" in case.form else lines_text)(sheet)
        )
    return "\n\n".join(lines)


def appended(
    case: Made,
    line: str,
    names: tuple[str, ...],
    *,
    headings: bool,
    first: bool = False,
    **other: object,
) -> bool:
    """Tables of another year or body, before or behind the report."""
    if not (case.is_page or case.is_text):
        return False
    theirs = other_report(case, **other)  # type: ignore[arg-type]
    line = line.format(title=report_title(theirs.report))
    text = (
        (f"<p>{line}</p>" if case.is_page else line)
        + "\n\n"
        + tables_text(case, theirs, names, headings)
    )
    if case.is_page:
        case.changes.append(
            lambda page: (
                page.replace("<body>", f"<body>{text}")
                if first
                else page.replace("</body>", f"{text}</body>")
            )
        )
    else:
        case.changes.append(lambda page: f"{text}\n\n{page}" if first else f"{page}\n\n{text}\n")
    return True


def hidden_twin(case: Made) -> bool:
    """The same table with other figures, which nobody sees."""
    if not case.is_page:
        return False
    name = case.random.choice(TABLES)
    text = table_html(other_report(case).sheets[name])
    title = title_of(name)
    case.changes.append(
        lambda page: page.replace(title, f"{title}</p><div style='display:none'>{text}</div><p>", 1)
    )
    return True


def in_unit(case: Made, unit: str, factor: Decimal, place: str) -> bool:
    """The amount in another unit, said in its head, its label, its cell or a line."""
    cell = "disclosure.fees.amount"
    spot = next((s for s in case.spots("disclosure") if s.id == cell), None)
    head = next((s for s in case.sheets["disclosure"] if s.text.startswith("本年收费金额")), None)
    label = next((s for s in case.sheets["disclosure"] if s.text == "行政事业性收费"), None)
    if (
        spot is None
        or head is None
        or label is None
        or not is_number(spot.text)
        or cell in case.blank
    ):
        return False
    value = Decimal(spot.text) * factor
    converted: Value = int(value) if value == int(value) else value.normalize()
    if place == "head":
        case.rewrite("disclosure", head, f"本年收费金额（单位：{unit}）")
        case.answers[cell] = {converted}
    elif place == "cell":
        case.rewrite("disclosure", spot, f"{spot.text}{unit}")
        case.answers[cell] = {converted}
    elif unit == "亿元":
        return False  # head and label say the same
    else:
        case.rewrite("disclosure", head, f"本年收费金额（单位：{unit}）")
        case.rewrite("disclosure", label, "行政事业性收费（亿元）")
        case.answers[cell] = {0} & case.answers[cell]  # zero is zero in every unit
    return True


def scaled(case: Made, table: str, scale: str) -> bool:
    if not (case.is_page or case.is_text):
        return False
    case.beside(table, f"（单位：{scale}）")
    for cell in case.cells(table):
        if cell != "disclosure.fees.amount":
            case.answers[cell] = {
                value * 1000 for value in case.answers[cell] if isinstance(value, int)
            }
    return True


CAPTIONS = (
    "2020年数据",
    "（附：上一年度）",
    "瑞安市教育局",
    "2021年上半年数据",
    "累计数",
    "样表",
    "附件",
    "二〇二〇年度",
)
HARMLESS = ("单位：件", "2021年度", "（续表）", "政府信息公开申请情况表")
EVERY = TABLES


def menu() -> list[Fault]:
    faults = [Fault("cell", name, change) for name, change in CELLS.items()]
    faults += [
        Fault("markup", name, partial(markup_behind, markup=text)) for name, text in MARKUP.items()
    ]
    faults += [Fault("around", name, change) for name, change in AROUND.items()]
    faults += [
        Fault("shape", "figure lost", lose_a_figure),
        Fault("shape", "figure doubled", double_a_figure),
        Fault("shape", "row shifted", shift_a_row),
        Fault("shape", "row lost", drop_a_line),
        Fault("shape", "column lost", drop_a_column),
        Fault("shape", "rows swapped", swap_two_lines),
        Fault("shape", "columns swapped", swap_two_columns),
        Fault("shape", "ten columns", ten_columns),
    ]
    faults += [
        Fault("label", f"{kind} lost", partial(lose_a_label, kind=kind))
        for kind in ("row", "column", "head")
    ]
    faults += [
        Fault("label", f"{kind} emptied", partial(lose_a_label, kind=kind, empty=True))
        for kind in ("row", "column")
    ]
    faults += [
        Fault("label", "misspelt", partial(slip_in_a_label, lost=False)),
        Fault("label", "character lost", partial(slip_in_a_label, lost=True)),
        Fault("label", "labels swapped", swap_labels),
    ]
    faults += [
        Fault("label", f"{label} → {other}", partial(says_otherwise, label=label, other=other))
        for label, other in OTHERWISE
    ]
    faults += [
        Fault("more", f"row {label}", partial(more_lines, label=label))
        for label in ("备注", "其中：网络申请", "小计")
    ]
    faults += [
        Fault("more", f"column {head}", partial(more_columns, head=head))
        for head in ("同比", "占比", "上年", "备注", "小计")
    ]
    faults += [
        Fault("more", f"column {head}", partial(more_columns, head=head, numbered=True))
        for head in ("行次", "序号")
    ]
    faults += [Fault("caption", line, partial(captioned, line=line)) for line in CAPTIONS]
    faults += [Fault("harmless", line, partial(harmless_line, line=line)) for line in HARMLESS]
    faults += [
        Fault(
            "report",
            "last year's behind",
            partial(appended, line="{title}", names=EVERY, headings=True, year=2020),
        ),
        Fault(
            "report",
            "last year's before",
            partial(appended, line="{title}", names=EVERY, headings=True, first=True, year=2020),
        ),
        Fault(
            "report",
            "a department's behind",
            partial(appended, line="{title}", names=EVERY, headings=True, agency="青溪县教育局"),
        ),
        Fault(
            "report",
            "last year's table behind",
            partial(
                appended, line="2020年数据", names=("applications",), headings=False, year=2020
            ),
        ),
        Fault(
            "report",
            "a comparison behind",
            partial(
                appended, line="近两年数据对比", names=("applications",), headings=False, year=2020
            ),
        ),
        Fault(
            "report",
            "a sample behind",
            partial(appended, line="样表", names=("applications",), headings=False, year=2020),
        ),
        Fault("report", "hidden twin", hidden_twin),
    ]
    units = (
        ("元", Decimal("0.0001")),
        ("千元", Decimal("0.1")),
        ("百万元", Decimal(100)),
        ("亿元", Decimal(10000)),
    )
    faults += [
        Fault("unit", f"{unit} in {place}", partial(in_unit, unit=unit, factor=factor, place=place))
        for unit, factor in units
        for place in ("head", "cell", "both")
    ]
    faults += [
        Fault("unit", f"{table} in 千件", partial(scaled, table=table, scale="千件"))
        for table in ("applications", "disputes")
    ]
    return faults
