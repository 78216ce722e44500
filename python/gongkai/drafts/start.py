"""Last year's report -> ReportDraft: the new year's, with what continues from one to the next.

Carried in are the figures that last year's 结转下年度继续办理 has, where last year's own relations
bear it out; documents in force are last year's with those made since and without those repealed.
Nothing else is taken over but the sentence that says whom to ask: a report that repeats last
year's words is marked down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gongkai import bodies, editions, pipeline, sums
from gongkai.drafts.sentences import DraftParagraph, paragraphs_for
from gongkai.model import (
    Edition,
    Entry,
    Figure,
    Finding,
    GongkaiError,
    Report,
    Table,
    Value,
    table_id,
)
from gongkai.wording import (
    FACTS,
    clipped,
    is_signs,
    left_out_text,
    made_title,
    one_line,
    phrases,
    revised_text,
    unit_text,
    unwritten,
)
from gongkai.workbook.layout import sheet_of
from gongkai.workbook.live.sentences import BookCells, sentence_text

FIRST_YEAR = 2021  # of the form that is begun; earlier reports are published long since
LAST_YEAR = 2099
LONGEST_NAME = 60  # characters of a body's name
LONGEST_CONTACT = 300  # characters of the sentence that says whom to ask
IN_FORCE = "2021"  # the edition that counts documents in force
CARRIED_OUT = re.compile(r"applications\.carried_out\.\w+")
CONTACT = re.compile("疑问|联系|咨询")
NOTE = re.compile(r"^\s*(?:注|备注|说明)\s*[:：][^\n]+", re.MULTILINE)
REACHED = re.compile("联系|电话|地址|咨询|邮编")


@dataclass(frozen=True)
class Carried:
    """A figure that last year's report gives: ``value`` in ``cell`` stood in ``last``;
    ``is_implied`` where nothing stood there and last year's relations leave nothing else.
    """

    cell: str
    value: Figure
    last: str
    is_implied: bool = False


@dataclass(frozen=True)
class ReportDraft:
    """A report that is begun. ``source`` is where last year's was read, ``last_year`` its year.

    ``stocks``: cell of documents in force -> how many there were a year ago. ``contact`` is last
    year's sentence on whom to ask. ``converted``: cell -> how last year's figure, which stood in
    another unit, came into the form's. ``open`` says of each thing that was not taken over why,
    ``doubts`` what a person should look at: a sentence each.
    """

    report: Report
    paragraphs: tuple[DraftParagraph, ...] = ()
    carried: tuple[Carried, ...] = ()
    stocks: Mapping[str, int] = field(default_factory=dict)
    converted: Mapping[str, str] = field(default_factory=dict)
    contact: str = ""
    last_year: int | None = None
    source: str = ""
    open: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def started(agency: str, year: int) -> ReportDraft:
    """A report of which nothing is known but its body and year. GongkaiError."""
    return with_prose(ReportDraft(blank_report(agency, year)))


def begun(last: Report, year: int | None = None, agency: str = "") -> ReportDraft:
    """What follows last year's report; ``year`` and ``agency`` where it does not tell, or others
    are wanted. GongkaiError.
    """
    if year is None:
        year = following_year(last)
    report = blank_report(agency or last.agency, year)
    origin = last.document.url or last.document.origin if last.document else ""
    draft = ReportDraft(
        report, last_year=last.year, source=origin, doubts=tuple(doubts_on(last, report))
    )
    draft = replace(draft, contact=contact_in(last.opening))
    if last.year is None:
        told = f"没有读出上年报告的年度，按{year - 1}年处理，请核对。"
        draft = replace(draft, doubts=(*draft.doubts, told))
    elif last.year != year - 1:
        told = f"上年报告是{last.year}年的，不是{year - 1}年的，没有带入数字，请自行填写。"
        return with_prose(replace(draft, open=(told,)))
    draft = with_converted(with_stocks(with_carried(draft, last), last), last)
    return with_prose(draft)


def following_year(last: Report) -> int:
    if last.year is None:
        raise GongkaiError("没有读出上年报告的年度；请补填它的年度，或用 --year 写明新报告的年度。")
    return last.year + 1


def blank_report(agency: str, year: int) -> Report:
    """Body, year and title, and the tables of the year's form without a figure. GongkaiError."""
    agency = one_line(agency)
    if not agency:
        raise GongkaiError("没有读出机关名称；请补填上年报告的机关，或用 --agency 写明。")
    if len(agency) > LONGEST_NAME:
        raise GongkaiError(
            f"机关名称“{clipped(agency)}”过长；请改用规范名称（命令中用 --agency 写明）。"
        )
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise GongkaiError(
            f"不能起草{year}年的报告：只有{FIRST_YEAR}年及以后的报告适用"
            f"国办公开办函〔2021〕30号规定的格式；请改正封面的年度，或用 --year 写明年度。"
        )
    return Report(
        made_title(agency, year), agency, year, "", blank_tables(editions.edition_of_year(year))
    )


def blank_tables(edition: Edition) -> dict[str, Table]:
    return {name: editions.blank_table(form) for name, form in edition.forms.items()}


def with_figures(report: Report, figures: Mapping[str, Figure]) -> Report:
    tables: dict[str, Table] = {}
    for name, table in report.tables.items():
        entries = dict(table.entries)
        for cell in entries.keys() & figures.keys():
            entries[cell] = Entry(cell, figures[cell], str(figures[cell]))
        tables[name] = replace(table, entries=entries)
    return replace(report, tables=tables)


def with_ledger(draft: ReportDraft, values: Mapping[str, Value]) -> ReportDraft:
    """The draft with what a register counts. What last year's report carries in stays; where the
    register counts another figure that is told.
    """
    figures: dict[str, Figure] = {}
    for cell, value in values.items():
        if value is not None:
            figures[cell] = value
    doubts = list(draft.doubts)
    if draft.last_year is not None and not draft.carried:
        doubts.append("表三“上年结转”按台账填写，上年报告的数字没有带入。")
    for one in draft.carried:
        counted = figures.pop(one.cell, one.value)
        if counted != one.value:
            place = phrases.where(draft.report.tables[table_id(one.cell)].form, (one.cell,))
            doubts.append(f"{place}台账中有{counted}件，上年报告为{one.value}件，按上年报告带入。")
    report = with_figures(draft.report, figures)
    return with_prose(replace(draft, report=report, doubts=tuple(doubts)))


# --- what is to be looked at ----------------------------------------------------------------------


def doubts_on(last: Report, report: Report) -> Iterator[str]:
    """Whether last year's is the report that is meant, and whether it is right."""
    for fact in last.doubts:
        if getattr(last, fact):
            yield f"上年报告的{FACTS[fact]}“{clipped(str(getattr(last, fact)))}”为推定，请核对。"
    longer = name_with_bracket(last)
    if longer and last.agency == report.agency:
        yield (
            f"上年报告中机关写作“{clipped(longer)}”，新报告写作“{report.agency}”，请核对；"
            "需要保留括号中的名称的，请改写封面的机关和标题。"
        )
    if last.agency and bodies.normal(last.agency) != bodies.normal(report.agency):
        yield f"上年报告的机关是“{clipped(last.agency)}”，与新报告不同，请核对带入的数字。"
    yield from doubts_on_reading(last)


def doubts_on_reading(last: Report) -> Iterator[str]:
    """Which of several reports was read, its recorded changes, and whether it is right."""
    findings = pipeline.check(last)
    for line in pipeline.part_lines(findings):
        yield f"上年报告：{line}；请核对。"
    if last.revised:
        yield f"上年报告{revised_text(last.revised, '带入')}，请核对。"
    left = [*last.left_out, *notes_in(last)]
    if left:
        yield f"上年报告中的{left_out_text(left, '带入')}。"
    for finding in findings:
        if finding.severity == "warning" and is_on_what_is_taken(finding):
            yield f"上年报告{finding.lines[0].rstrip('。')}，请核对带入的数字。"
    errors = sum(finding.severity == "error" for finding in findings)
    if errors:
        yield f"上年报告有{errors}处错误，只带入了勾稽关系成立的数字，请核对。"


def notes_in(last: Report) -> Iterator[str]:
    """备注：表三不含下属单位 within the text of a section."""
    for text in last.sections.values():
        yield from NOTE.findall(text)


def is_on_what_is_taken(finding: Finding) -> bool:
    """Whether prose contradicts a figure that the next report begins with: 结转下年度31件 of 13."""
    taken = {link.last for link in editions.links()}
    return finding.rule.startswith("narrative.") and not taken.isdisjoint(finding.cells)


def name_with_bracket(last: Report) -> str:
    """青溪县教育局（县语委办） where last year's title or opening says more of its body than 青溪县
    教育局; "" where neither does.
    """
    name = re.compile(rf"{re.escape(last.agency)}[（(](?!以下|下称|简称|盖章|公章)[^（）()]+[）)]")
    found = name.search(f"{last.title}\n{last.opening}")
    return found[0] if found else ""


# --- carried over ---------------------------------------------------------------------------------


def with_carried(draft: ReportDraft, last: Report) -> ReportDraft:
    """The seven figures of 上年结转, all or none."""
    table = last.tables.get("applications")
    if table is None:
        return also_open(draft, "没有读出上年报告的表三，“上年结转”待填。")
    state = sums.table_state(table)
    if not bears_out(table, state):
        return also_open(
            draft,
            "上年报告表三“结转下年度继续办理”所在的勾稽关系不成立或不能确定，“上年结转”没有带入，"
            "请核实上年的数字后填写。",
        )
    carried: list[Carried] = []
    for link in editions.links():
        if link.rule == "years.carried":
            carried.append(carried_figure(link.cell, link.last, table, state))
    report = with_figures(draft.report, {one.cell: one.value for one in carried})
    return replace(draft, report=report, carried=tuple(carried))


def bears_out(table: Table, state: sums.TableState) -> bool:
    """Whether every relation holds that has a figure of 结转下年度继续办理 in it: those of its
    columns, and its own row; with it every such figure is known.
    """
    for cell in table.form.row_cells("carried_out"):
        if state.cells[cell.id] == "open":
            return False
    verdicts: list[str] = []
    for relation in table.form.relations:
        if any(map(CARRIED_OUT.fullmatch, relation.cells)):
            verdicts.append(state.verdicts[relation.rule])
    return set(verdicts) == {"holds"}


def with_converted(draft: ReportDraft, last: Report) -> ReportDraft:
    """Which of the figures that were taken over stood in another unit: 388 below 单位：百件."""
    taken = {one.cell for one in draft.carried} | draft.stocks.keys()
    converted: dict[str, str] = {}
    doubts = list(draft.doubts)
    for link in filter(lambda link: link.cell in taken, editions.links()):
        table = last.tables[table_id(link.last)]
        told = unit_text(table.entries[link.last], table.form.cells[link.last].column)
        if told:
            converted[link.cell] = told
            doubts.append(f"上年报告{phrases.where(table.form, (link.last,))}{told}后带入。")
    return replace(draft, converted=converted, doubts=tuple(doubts))


def carried_figure(cell: str, last: str, table: Table, state: sums.TableState) -> Carried:
    value: Value = table.values.get(last)
    if value is not None:
        return Carried(cell, value, last)
    return Carried(cell, state.figures[last], last, is_implied=True)


def also_open(draft: ReportDraft, why: str) -> ReportDraft:
    return replace(draft, open=(*draft.open, why))


def with_stocks(draft: ReportDraft, last: Report) -> ReportDraft:
    """Documents in force: as many as a year ago, with those made and without those repealed; none
    is known until these are.
    """
    table = last.tables.get("disclosure")
    if table is None:
        return also_open(draft, "没有读出上年报告的表二，“现行有效件数”待填。")
    if table.edition != IN_FORCE:
        return also_open(
            draft,
            "上年报告为2019年格式，其“对外公开总数量”与“现行有效件数”口径不同，没有带入，请自行填写。",
        )
    stocks: dict[str, int] = {}
    blank: list[str] = []
    for link in editions.links():
        if link.rule != "years.documents":
            continue
        entry = table.entries.get(link.last, Entry(link.last, None))
        name = table.form.cells[link.last].row.label.text
        if isinstance(entry.value, int) and entry.value >= 0:
            stocks[link.cell] = entry.value
        elif is_left_blank(entry):
            blank.append(name)
        else:
            draft = also_open(draft, no_stock_text(name, entry))
    if blank:
        draft = also_open(draft, f"上年报告没有填写{'、'.join(blank)}的“现行有效件数”，待填。")
    return replace(draft, stocks=stocks)


def is_left_blank(entry: Entry) -> bool:
    """Nothing stands there, or a sign such as —; what was not found is no blank."""
    return entry.value is None and entry.read_by != "lost" and is_signs(entry.raw)


def no_stock_text(name: str, entry: Entry) -> str:
    """上年报告规章的“现行有效件数”填-5，不是件数，没有带入，请核实上年的数字后填写。"""
    if entry.value is not None:
        return (
            f"上年报告{name}的“现行有效件数”填{phrases.fact_text(entry.value)}，不是件数，没有带入，"
            "请核实上年的数字后填写。"
        )
    source = f"（原文“{clipped(entry.raw)}”）" if entry.raw else ""
    return f"没有读出上年报告{name}的“现行有效件数”{source}，待填。"


# --- prose ----------------------------------------------------------------------------------------


def contact_in(opening: str) -> str:
    """如对本报告有疑问，请与县水利局办公室联系。 of an opening, "" for none."""
    for sentence in re.findall("[^。\n]*。", opening):
        text = one_line(sentence)
        is_told = CONTACT.search(text) and REACHED.search(text)
        # Of a draft that nobody finished.
        is_begun = any(is_marked(text) for is_marked, _ in unwritten.MARKED)
        if is_told and not is_begun and len(text) <= LONGEST_CONTACT:
            return text
    return ""


def with_prose(draft: ReportDraft) -> ReportDraft:
    """The draft with its paragraphs, and with what they show now in its report; sections of
    tables have a heading alone.
    """
    paragraphs = paragraphs_for(draft.report, draft.contact)
    cells = cells_of(draft.report)
    texts: dict[int, list[str]] = {}
    for section in editions.edition_of_year(draft.report.year).sections:
        texts[section.number] = []
    for paragraph in paragraphs:
        shown_text = sentence_text(paragraph.sentence, cells)
        texts.setdefault(paragraph.section, []).append(str(shown_text))
    opening = "\n".join(texts.pop(0, []))
    sections = dict(zip(texts, map("\n".join, texts.values()), strict=True))
    report = replace(draft.report, opening=opening, sections=sections)
    return replace(draft, report=report, paragraphs=tuple(paragraphs))


def cells_of(report: Report) -> BookCells:
    """A report as the sheets of its tables hold it."""
    found: dict[str, dict[tuple[int, int], Value]] = {}
    for table in report.tables.values():
        sheet = sheet_of(table.id, table.edition)
        found[sheet.name] = {}
        for cell, value in table.values.items():
            found[sheet.name][sheet.cells[cell]] = value
    return found


def texts_of(draft: ReportDraft) -> Sequence[str]:
    """What each paragraph shows now."""
    cells = cells_of(draft.report)
    return [str(sentence_text(one.sentence, cells)) for one in draft.paragraphs]
