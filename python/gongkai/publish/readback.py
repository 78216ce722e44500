"""The bytes of a publication, read by our readers -> the count of figures that are those of the
report, or a WorkbookError that says where they are not.

What is compared is what a reader of the file finds: the text of every line and of every cell in its
place, and what we recognize of them. Nothing is left out to make it fit: body and day, which we
print below section six, are expected there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Literal, NamedTuple

from gongkai import bodies, editions, figures, locate, readers, wording
from gongkai.model import (
    Block,
    Cell,
    Document,
    Grid,
    Prose,
    Report,
    UnreadableDocument,
    Value,
    WorkbookError,
    table_id,
)
from gongkai.publish.content import Publication, PublishedCell, PublishedSection, PublishedTable
from gongkai.recognize import OUTSIDE
from gongkai.recognize.cover.names import names_in
from gongkai.recognize.sections import LONGEST_OPENING, own_lines
from gongkai.sources.documents import document

DIFFERS = "发布稿生成后重新读取核对，与报告不一致，没有保存：{}。{}"
SEND = "请把这份报告发给开发者"
LOOK = "请检查这一处的文字是否含有像标题、附件或表格的行，改写后再试"
REWORD = "请改写正文（或模板）中的这一句，或删去其中的单位，再试"
BARS = re.compile("[|｜]")  # readers part the cells of a table as text by them
TEMPLATE = "请检查模板中这一处前后的文字和表格"
NO_WORD = re.compile(r"\W")
HAS_FIGURE = re.compile(".*(?:[0-9]|[〇○零一二三四五六七八九十百千]{2,}[年月日件份次])")
FIELD = re.compile(r"\{\{[^{}\"']*\}\}")  # one that writes a text of its own is told with it
OF_PAGE = re.compile(rf"{FIELD.pattern}|\{{%.*?%\}}|\{{#.*?#\}}")  # what jinja2 does not print
MOVED = "字段“{{{{{}}}}}”排在“{{{{{}}}}}”之前"
MOVE = "请在模板中把这两个字段移到各自的标题下"
OWN_ROW = "模板自带的表格中有“{}”，与{}中的一行同名"
MISPLACED = "字段“{{{{{}}}}}”没有排在“{}”这个标题下"


class Advice(NamedTuple):
    """What to do where tables stand in another order, a cell differs, a text is read otherwise."""

    move: str
    send: str
    look: str


OF_OURS = Advice(SEND, SEND, LOOK)
OF_OWN = Advice(MOVE, TEMPLATE, TEMPLATE)


class ReadBack(NamedTuple):
    """How much must be equal besides figures, body, year and title: ``lines`` one by one, the cells
    of ``grids``; ``texts`` are the ``sections`` as we recognize them, or lines that stand ``among``
    those of a user's template. A PDF breaks lines and tables anew. ``mark`` is the line above and
    below a page that is a draft.
    """

    lines: bool
    grids: bool
    texts: Literal["sections", "among", ""]
    mark: str = ""


OURS = ReadBack(True, True, "sections")
OURS_AS_PDF = ReadBack(False, False, "sections")
OF_TEMPLATE = ReadBack(False, True, "among")
OF_TEMPLATE_AS_PDF = ReadBack(False, False, "")


class ReadAgain(NamedTuple):
    """What was found in a file: its blocks, and the report that they hold."""

    blocks: Sequence[Block]
    report: Report


def checked_count(
    report: Report, found: Publication, name: str, content: bytes, how: ReadBack
) -> int:
    """The number of figures that were compared, all equal. Raises WorkbookError."""
    page = readers.unpacked(document(name, content))
    again = read_again(page)
    for difference in differences(report, found, again, how):
        raise WorkbookError(f"{DIFFERS.format(difference.where, difference.advice)}。")
    return sum(len(list(table.figures())) for table in found.tables)


def read_again(page: Document) -> ReadAgain:
    try:
        blocks = readers.read_blocks(page)
        return ReadAgain(blocks, locate.report_in(page, blocks=blocks))
    except UnreadableDocument as error:
        raise WorkbookError(f"{DIFFERS.format('未能读出报告', SEND)}。") from error


class Difference(NamedTuple):
    where: str
    advice: str


def differences(
    report: Report, found: Publication, again: ReadAgain, how: ReadBack
) -> Iterator[Difference]:
    """All that is not equal: tables in the order of each other, figures, texts, cells."""
    advice = OF_OURS if how.texts == "sections" else OF_OWN
    if how.grids:
        for where in order_differences(found, again.blocks):
            yield Difference(where, advice.move)
    for where, cell in figure_differences(report, found, again.report):
        yield explained(where, cell, again.report, advice)
    for where in chain(cover_differences(found, again, how), text_differences(found, again, how)):
        yield Difference(where, advice.look)
    if how.grids:
        for where in grid_differences(found, again.blocks):
            yield Difference(where, advice.send)


def text_differences(found: Publication, again: ReadAgain, how: ReadBack) -> Iterator[str]:
    if how.texts == "sections":
        yield from section_differences(found, again.report, how)
    elif how.texts == "among":
        yield from own_rows(found, again.blocks)
        yield from misplaced_fields(found, again.report)
        yield from missing_lines(found, again.blocks)
    if how.lines:
        yield from line_differences(found, again.blocks, how)


# --- what is recognized ---------------------------------------------------------------------------


def figure_differences(
    report: Report, found: Publication, again: Report
) -> Iterator[tuple[str, Cell]]:
    """表三 （一）予以公开·自然人应为134，读出135, and the cell."""
    for table in found.tables:
        for cell in table.figures():
            expected, got = report.value(cell.cell), again.value(cell.cell)
            if expected != got:
                official = table.form.cells[cell.cell]
                name = wording.label_of(official)
                where = f"{table.form.number} {name}应为{told(expected)}，读出{told(got)}"
                yield where, official


def explained(where: str, cell: Cell, again: Report, advice: Advice) -> Difference:
    """With the reader's reason where it has one: that the units differ, for a fee of 12.5 of which
    the prose says 12.5元; that a sentence there says 以上数字以百件计.
    """
    reason = reason_for(cell, again)
    if reason:
        return Difference(f"{where}（{reason}）", advice.look)
    table = again.tables.get(table_id(cell.id))
    entry = table.entries[cell.id] if table else None
    if entry and entry.unit:
        return Difference(f"{where}（{entry.stated}，按{entry.unit}换算）", REWORD)
    return Difference(where, advice.send)


def reason_for(cell: Cell, again: Report) -> str:
    for problem in again.problems:
        is_of_row = (problem.table, problem.row) == (table_id(cell.id), cell.row.id)
        if is_of_row and problem.is_on(cell.column.id):
            return problem.reason
    return ""


def told(value: Value) -> str:
    return figures.shown(value) or "空白"


def cover_differences(found: Publication, again: ReadAgain, how: ReadBack) -> Iterator[str]:
    """Year, body and title; what a draft does not know is not compared.

    In a user's template the title may look as no title does, and of 青溪县12345热线中心 readers
    take a part; there it has to stand in the text. A PDF breaks its lines anew.
    """
    report = again.report
    title = squeezed(report.title)
    if how.lines or how.texts != "sections":
        title = "".join(lines_of(again.blocks))
    if found.year and found.year != report.year:
        yield f"年度应为{found.year}，读出{report.year or '空白'}"
    if found.agency and not is_body_of(found, report, title):
        yield f"机关应为“{wording.clipped(found.agency)}”，读出“{wording.clipped(report.agency)}”"
    if found.year and squeezed(found.name) not in title:
        yield f"标题应为“{wording.clipped(found.name)}”，读出“{wording.clipped(report.title)}”"


def is_body_of(found: Publication, again: Report, title: str) -> bool:
    """Whether the body was read, or a part of it (青溪县水利局（河长办） and “三改一拆”办公室 lose
    their brackets and quotes), or none for certain, since the opening names another one besides
    (安澜区人民政府办公室编制), or its government, 瑞安市人民政府 for 瑞安市; then the title has
    its name.
    """
    body, got = squeezed(found.agency), squeezed(again.agency)
    is_part = NO_WORD.sub("", got) in NO_WORD.sub("", body)
    is_its_government = got == f"{body}{wording.GOVERNMENT}"
    return body == got or ((is_part or is_its_government) and body in title)


def section_differences(found: Publication, again: Report, how: ReadBack) -> Iterator[str]:
    """The texts of the sections that are prose; first the line for which they are read otherwise.
    The opening, where it is not compared line by line.
    """
    unequal = list(unequal_sections(found, again, how))
    if unequal:
        yield from lines_like_titles(found)
    yield from unequal


def lines_like_titles(found: Publication) -> Iterator[str]:
    """A line of prose that is one of the six titles: 一、总体情况 within section one."""
    titles = {squeezed(section.title) for section in found.sections}
    for section in found.sections:
        for line in section.paragraphs:
            if squeezed(line) in titles:
                yield f"“{section.title}”中的“{wording.clipped(line)}”一行"


def unequal_sections(found: Publication, again: Report, how: ReadBack) -> Iterator[str]:
    if not how.lines and not is_opening(squeezed("".join(found.opening)), again.opening):
        yield "引言"
    for section in found.sections:
        if section.table:
            continue
        lines = list(section.paragraphs)
        if section is found.sections[-1]:
            lines = own_lines([*lines, *below_sections(found, how)])
        if without_bars("".join(lines)) != without_bars(again.sections.get(section.number, "")):
            yield f"“{section.title}”的文字"


def is_opening(expected: str, got: str) -> bool:
    """Whether an opening was read; of a very long one only the end is kept."""
    if len(got) >= LONGEST_OPENING:
        return expected.endswith(squeezed(got))
    return without_bars(got) == without_bars(expected)


def without_bars(text: str) -> str:
    """政务公开|政策解读双栏目 as our readers bind it, who part words by bars; what is printed of
    them is compared line by line.
    """
    return BARS.sub("", squeezed(text))


def below_sections(found: Publication, how: ReadBack) -> list[str]:
    """What stands below section six: body, day, on a page the mark of a draft."""
    return list(filter(None, [*found.closing, how.mark]))


def squeezed(text: str) -> str:
    """As readers fold it, without white space: where lines end says nothing of a text."""
    return "".join(figures.fold(text).split())


# --- line by line, cell by cell -------------------------------------------------------------------


def lines_of(blocks: Iterable[Block]) -> list[str]:
    """The lines outside tables, in order; the page's own title is none."""
    found: list[str] = []
    for block in blocks:
        is_page = isinstance(block, Prose) and block.heading.startswith(("title", "meta"))
        if isinstance(block, Prose) and not is_page:
            found += block.text.split("\n")
    return list(filter(None, map(squeezed, found)))


class OwnText(NamedTuple):
    """A text of a template itself, without its fields, and whether it stands between them."""

    text: str
    is_within: bool


def own_texts(texts: Iterable[str]) -> list[OwnText]:
    """What a template writes itself: 本报告由瑞安市民政局编制。; no field, and none of the official
    titles.
    """
    lines = list(map(figures.fold, texts))
    places = [at for at, line in enumerate(lines) if FIELD.search(line)]
    first, last = (places[0], places[-1]) if places else (0, -1)
    found = []
    for at, line in enumerate(lines):
        text = wording.one_line(OF_PAGE.sub("", line))
        if NO_WORD.sub("", text) and squeezed(text) not in official_titles():
            found.append(OwnText(text, first <= at <= last))
    return found


@cache
def official_titles() -> frozenset[str]:
    """一、总体情况, and what {{机关}}{{年度}}年政府信息公开工作年度报告 is without its fields."""
    found = {wording.REPORT, f"年{wording.REPORT}"}
    for edition in editions.all_editions().values():
        for section in edition.sections:
            found.add(squeezed(section.title))
    return frozenset(found)


def told_first(found: Sequence[OwnText], agency: str) -> list[str]:
    """The texts in the order in which they are told: those that name another body than the
    report's, those with a figure, which may be last year's, those between the fields, the others.
    """

    def rank(one: OwnText) -> int:
        ranks = (
            names_another(one.text, agency),
            HAS_FIGURE.match(squeezed(one.text)) is not None,
            one.is_within,
            True,
        )
        return ranks.index(True)

    ordered = sorted(found, key=rank)
    return list(dict.fromkeys(one.text for one in ordered))


def names_another(text: str, agency: str) -> bool:
    """本报告由瑞安市民政局编制。 in the template of another body; nobody's is another than none."""
    return not all(bodies.may_be_one(one.name, agency) for one in names_in(text) if agency)


def texts_of(blocks: Iterable[Block]) -> Iterator[str]:
    """All texts of a page, its title and properties too."""
    for block in blocks:
        if isinstance(block, Prose):
            yield from block.text.split("\n")
        if isinstance(block, Grid):
            for row in block.rows:
                yield from map(attrgetter("text"), row)


def printed_lines(found: Publication, how: ReadBack) -> list[str]:
    lines = [how.mark] if how.mark else []
    lines += [*found.title, *found.opening]
    for section in found.sections:
        lines += [section.title, *section.paragraphs]
    return list(map(squeezed, [*lines, *below_sections(found, how)]))


def line_differences(found: Publication, blocks: Sequence[Block], how: ReadBack) -> Iterator[str]:
    expected, got = printed_lines(found, how), lines_of(blocks)
    for line, other in zip(expected, got, strict=False):
        if line != other:
            yield f"“{wording.clipped(line)}”一行读出“{wording.clipped(other)}”"
    if len(expected) != len(got):
        yield f"应有{len(expected)}行文字，读出{len(got)}行"


def missing_lines(found: Publication, blocks: Sequence[Block]) -> Iterator[str]:
    """The lines that do not stand in a file in their order, among those of a user's template."""
    left = iter(lines_of(blocks))
    for section in found.sections:
        for line in section.paragraphs:
            if not any(squeezed(line) in other for other in left):
                yield f"“{section.title}”中的“{wording.clipped(line)}”"


def misplaced_fields(found: Publication, again: Report) -> Iterator[str]:
    """What stands under the title of another section: {{五}} under 六、其他需要报告的事项. A
    template without any of the titles says nothing of it.
    """
    if not again.headings:
        return
    headed = {heading.section for heading in again.headings}
    for section in found.sections:
        is_there = has_table if section.table else has_text
        if section.number not in headed or not is_there(section, again):
            name = section.table.form.number if section.table else section.title[0]
            yield MISPLACED.format(name, section.title)


def has_table(section: PublishedSection, again: Report) -> bool:
    """Whether a section's table was read in it."""
    outside = {problem.table for problem in again.problems if problem.reason == OUTSIDE}
    return section.table is not None and section.table.form.id not in outside


def has_text(section: PublishedSection, again: Report) -> bool:
    text = squeezed("".join(own_lines(section.paragraphs)))
    return text in squeezed(again.sections.get(section.number, ""))


def grid_differences(found: Publication, blocks: Sequence[Block]) -> Iterator[str]:
    """Every cell with its text and its merges, as the official form has them."""
    grids = grid_places(blocks)
    for table in found.tables:
        if tuple(cells_of_table(table)) not in grids:
            yield f"{table.form.number}的表格"


def own_rows(found: Publication, blocks: Sequence[Block]) -> Iterator[str]:
    """Rows of a template's own tables that are labelled as those of the form: 行政许可 | 9999."""
    own = [tuple(cells_of_table(table)) for table in found.tables]
    labels = {}
    for table in found.tables:
        for cell in filter(is_row_label, chain.from_iterable(table.rows)):
            labels[squeezed(cell.whole)] = table.form.number
    for block in blocks:
        if isinstance(block, Grid) and tuple(cells_of_grid(block)) not in own:
            for place in cells_of_grid(block):
                if place[-1] in labels:
                    yield OWN_ROW.format(place[-1], labels[place[-1]])


def is_row_label(cell: PublishedCell) -> bool:
    return cell.kind == "row"


def order_differences(found: Publication, blocks: Sequence[Block]) -> Iterator[str]:
    """Tables that stand before one that goes before them: 字段“{{表三}}”排在“{{表二}}”之前."""
    grids = grid_places(blocks)
    before, last = "", -1
    for table in found.tables:
        at = grids.get(tuple(cells_of_table(table)))
        if at is None:  # told with its cells
            continue
        if at < last:
            yield MOVED.format(table.form.number, before)
        before, last = table.form.number, at


def grid_places(blocks: Sequence[Block]) -> dict[tuple[GridPlace, ...], int]:
    """The cells of each table of a file -> the first place where it stands among the blocks."""
    found: dict[tuple[GridPlace, ...], int] = {}
    for at, block in enumerate(blocks):
        if isinstance(block, Grid):
            found.setdefault(tuple(cells_of_grid(block)), at)
    return found


GridPlace = tuple[int, int, int, int, str]  # row, column, rows, columns, text


def cells_of_grid(grid: Grid) -> Iterator[GridPlace]:
    for number, row in enumerate(grid.rows, 1):
        for cell in row:
            yield number, cell.column + 1, cell.rowspan, cell.colspan, squeezed(cell.text)


def cells_of_table(table: PublishedTable) -> Iterator[GridPlace]:
    for number, row in enumerate(table.rows, 1):
        for cell in row:
            box = cell.box
            yield number, box.left, box.height, box.width, squeezed(cell.whole)
