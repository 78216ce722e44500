"""Reports of one body for several years -> what does not continue from one to the next.

Each finding belongs to the later report: its cells are that report's, ``stated`` is what it states
and ``computed`` what follows from the year before. Which of the two reports is wrong is not
certain, so none is an error. A blank is compared only where its report's own relations leave it one
figure; a difference is a note then. Rules: years.carried, .documents (warnings); .jump, .gap,
.double, .unmatched (notes).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gongkai.bodies import Succession, is_certain
from gongkai.compare.bodies import Group, Matched, Yearly, match
from gongkai.decisions import decided_findings, is_open
from gongkai.editions import YearLink, editions, jump_cells, links, public_cells, yearly_cells
from gongkai.figures import shown
from gongkai.model import (
    Cell,
    Figure,
    Finding,
    Form,
    Report,
    Severity,
    table_id,
)
from gongkai.sums import difference, stated_figures, table_state, total
from gongkai.wording import (
    NO_FIGURES,
    clipped,
    column_label,
    doubted_facts,
    doubts_text,
    label_of,
    official_order,
    one_line,
    row_label,
)

FACTOR, LEAST = 5, 20  # a jump: so many times as much, and the larger figure at least so large
MOST_NAMED = 3
MOST_TOLD = 4  # differences named in the short text
LONGEST_SOURCE = 200
LINKED = ("years.carried", "years.documents")


@dataclass(frozen=True)
class YearComparison:
    """What came of comparing a report with the year before: in short, ``compared`` relations, and
    the findings.

    What is dismissed counts nowhere, and the short text says that it is.
    """

    report: Yearly
    text: str
    findings: tuple[Finding, ...] = ()
    compared: int = 0

    @property
    def differs(self) -> bool:
        return any(finding.severity == "warning" and is_open(finding) for finding in self.findings)

    @property
    def follows(self) -> bool:
        """Whether all that could be compared continues the year before; what was dismissed does
        not.
        """
        return self.compared > 0 and not any(map(is_difference, self.findings))


def yearly(report: Report) -> Yearly:
    values = {cell: report.value(cell) for cell in yearly_cells()}
    source = report.document.origin if report.document else ""
    stated = {cell: value for cell, value in values.items() if value is not None}
    doubts = doubted_facts(report)
    known = (
        report.agency,
        report.year,
        source,
        stated,
        report.decisions,
        report.is_evaluated,
        doubts,
    )
    return Yearly(*known, implied=implied_in(report))


def implied_in(report: Report) -> dict[str, int]:
    """The blanks among the figures that years are compared by, to which the report's relations
    leave one figure.
    """
    found: dict[str, int] = {}
    for table in report.tables.values():
        found |= table_state(table).figures
    return {cell: figure for cell, figure in found.items() if cell in yearly_cells()}


def compare_years(reports: Sequence[Yearly]) -> list[YearComparison]:
    """A comparison for each report, in their order; thousands take well under a second."""
    matched = match(reports)
    pairs = zip(reports, matched.groups, strict=True)
    found = (comparison_of(report, group, matched) for report, group in pairs)
    return [
        replace(
            one, findings=decided(one.findings, one.report), text=one.text + doubted(one.report)
        )
        for one in found
    ]


def doubted(report: Yearly) -> str:
    """What is said of a report that may be of another body or year than it is compared as."""
    known = report.agency and report.year is not None
    return f"（{doubts_text(report.doubts)}）" if report.doubts and known else ""


def decided(findings: Sequence[Finding], report: Yearly) -> tuple[Finding, ...]:
    """The findings with what was decided about them, beside the later report."""
    return tuple(decided_findings(findings, report.decisions, report.figures))


def comparison_of(report: Yearly, group: Group | None, matched: Matched) -> YearComparison:
    year = report.year
    if not report.is_evaluated:
        return YearComparison(
            report, f"{NO_FIGURES}，没有核对", notes(without_figures(report), matched, year)
        )
    if group is None or year is None:
        lacking = "年度" if year is None else "机关名称"
        return YearComparison(
            report, f"没有识别出{lacking}", notes(nameless(lacking), matched, year)
        )
    doubles = double_notes(report, group.distinct(year))
    before = group.distinct(year - 1)
    change = group.breaks(year - 1, year)
    if change is not None:
        return YearComparison(
            report,
            f"机构调整，没有与{year - 1}年核对",
            (*doubles, merged_note(report, year - 1, change)),
        )
    if not before and year - 1 in group.years:
        text = f"{year - 1}年的报告{NO_FIGURES}，没有核对"
        told = f"机关“{clipped(report.agency)}”{text}：{named(group.years[year - 1])}。"
        return YearComparison(report, text, (*doubles, unmatched(told)))
    if not before:
        return YearComparison(
            report,
            f"没有{year - 1}年的报告",
            (*doubles, *missing_notes(report, year, group, matched)),
        )
    if len(before) > 1:
        text = f"{year - 1}年有{len(before)}份数字不同的报告，没有核对"
        return YearComparison(
            report,
            text,
            (*doubles, unmatched(f"机关“{clipped(report.agency)}”{text}：{named(before)}。")),
        )
    found = compared_with(report, before[0])
    return YearComparison(report, found.text, (*found.findings, *doubles), found.compared)


# --- two years that follow each other -------------------------------------------------------------


@dataclass(frozen=True)
class Sides:
    """What a report has in a cell, and what follows for it from the year before. ``guessed`` are
    the cells of the report and of the last one that are blank and have one figure only by their own
    relations.
    """

    stated: Figure
    computed: Figure
    guessed: tuple[str, ...] = ()

    @property
    def differ(self) -> bool:
        return self.stated != self.computed


def compared_with(report: Yearly, last: Yearly) -> YearComparison:
    """A report against that of the year before."""
    found: list[Finding] = []
    short: list[str] = []
    sides = {link: sides_of(link, report, last) for link in links()}
    for link, one in sides.items():
        if one is None:
            found += unfilled(link, report, last)
        elif one.differ:
            found += decided([broken(link, report, last, one)], report)
            short += [short_text(link, last, one)] if is_open(found[-1]) and not one.guessed else []
    differing = list(filter(is_difference, found))
    found += jumps(report, last)
    known = {link: one for link, one in sides.items() if one is not None}
    remark = limits_text(report, last, known) + guessed_text(known, differing)
    outcome = outcome_text(last, short, differing, remark) if known else ""
    return YearComparison(
        report, outcome or f"与{last.year}年没有可比的数字", tuple(found), len(known)
    )


def short_text(link: YearLink, last: Yearly, sides: Sides) -> str:
    follows = f"{last.year}年结转" if link.rule == "years.carried" else "应为"
    return f"{short_name(link)}填{shown(sides.stated)}，{follows}{shown(sides.computed)}"


def guessed_text(known: Mapping[YearLink, Sides], differing: Sequence[Finding]) -> str:
    """（其中3项按推定的数核对）（另有1处按推定的数不符，请核对）: what rests on blanks of one
    possible figure.
    """
    equal = sum(bool(one.guessed) and not one.differ for one in known.values())
    asked = sum(map(is_asked, differing))
    told = [f"（其中{equal}项按推定的数核对）"] if equal else []
    told += [f"（另有{asked}处按推定的数不符，请核对）"] if asked else []
    return "".join(told)


def is_difference(finding: Finding) -> bool:
    return finding.rule in LINKED and finding.stated is not None


def is_asked(finding: Finding) -> bool:
    """Whether it tells of a difference that counts, but rests on a figure that nobody wrote."""
    return is_difference(finding) and finding.severity == "note" and is_open(finding)


def sides_of(link: YearLink, report: Yearly, last: Yearly) -> Sides | None:
    """None where any figure is blank and may be more than one."""
    cells = (link.cell, *link.plus, *link.minus)
    own, before = stated_figures(cells, report.known), stated_figures((link.last,), last.known)
    if len(own) < len(cells) or not before:
        return None
    added, taken = own[1 : 1 + len(link.plus)], own[1 + len(link.plus) :]
    guessed = [cell for cell in cells if cell not in report.figures]
    guessed += [] if link.last in last.figures else [link.last]
    return Sides(own[0], difference(total([*before, *added]), total(taken)), tuple(guessed))


def broken(link: YearLink, report: Yearly, last: Yearly, sides: Sides) -> Finding:
    form, cell = form_of(link.table, link.cell)
    stated, computed = sides.stated, sides.computed
    apart = difference(max(stated, computed), min(stated, computed))
    before = form.cells[link.last]
    written = (
        f"空白，按勾稽关系为{shown(stated)}" if link.cell in sides.guessed else f"填{shown(stated)}"
    )
    start = f"{form.number} {label_of(cell)} {written}，{last.year}年报告的"
    figure = shown(last.known[link.last])
    if link.rule == "years.carried":
        blank = "空白，按勾稽关系" if link.last in sides.guessed else ""
        told = f"“{row_label(before.row)}”{blank}为{figure}"
    else:
        plus, minus = (shown(report.known[name]) for name in (link.plus[0], link.minus[0]))
        told = (
            f"{column_label(before.column)}{figure}，加本年制发{plus}，减本年废止{minus}，"
            f"应为{shown(computed)}"
        )
    message = f"{start}{told}，差{shown(apart)}（{former(report, last)}）。"
    cells = official_order(form, (link.cell, *link.plus, *link.minus))
    severity: Severity = "note" if sides.guessed else "warning"
    return Finding(
        link.rule, severity, message, cells, stated, computed, difference(computed, stated)
    )


def unfilled(link: YearLink, report: Yearly, last: Yearly) -> Iterator[Finding]:
    """A note where the year before has carried something out and this year's figure is blank."""
    before = last.figures.get(link.last)
    if link.rule == "years.carried" and before and link.cell not in report.figures:
        form, cell = form_of(link.table, link.cell)
        carried = f"“{row_label(form.cells[link.last].row)}”为{shown(before)}"
        message = (
            f"{form.number} {label_of(cell)} 没有数字，{last.year}年报告的{carried}（"
            f"{former(report, last)}）。"
        )
        yield Finding(link.rule, "note", message, (link.cell,), computed=before)


def jumps(report: Yearly, last: Yearly) -> Iterator[Finding]:
    for name in jump_cells():
        now, before = report.figures.get(name), last.figures.get(name)
        if now is None or before is None or max(now, before) < LEAST or min(now, before) < 0:
            continue
        if max(now, before) >= FACTOR * min(now, before):
            form, cell = form_of(table_id(name), name)
            change = "增" if now > before else "减"
            moved = f"由{last.year}年的{shown(before)}{change}至{shown(now)}"
            message = (
                f"{form.number} {label_of(cell)} {moved}，请核实数字和单位（"
                f"{former(report, last)}）。"
            )
            yield Finding("years.jump", "note", message, (name,), stated=now, computed=before)


def form_of(table: str, cell: str) -> tuple[Form, Cell]:
    form = list(editions().values())[-1].forms[table]
    return form, form.cells[cell]


def former(report: Yearly, last: Yearly) -> str:
    """``2020年报告：SOURCE``, with the name that the body had then where it was another."""
    name = "" if last.agency == report.agency else f"“{clipped(last.agency)}”"
    return f"{last.year}年{name}报告：{source_text(last)}"


def source_text(report: Yearly) -> str:
    plain = one_line(report.source) or "未注明来源"
    return plain if len(plain) <= LONGEST_SOURCE else f"{plain[: LONGEST_SOURCE - 1]}…"


# --- in short -------------------------------------------------------------------------------------


def short_name(link: YearLink) -> str:
    form, cell = form_of(link.table, link.cell)
    return (
        f"上年结转·{column_label(cell.column)}"
        if link.rule == "years.carried"
        else f"{form.number}{label_of(cell)}"
    )


def outcome_text(
    last: Yearly, short: Sequence[str], differing: Sequence[Finding], remark: str
) -> str:
    """``与2020年相符``, or the differences that count; how many are dismissed, and what could not
    be compared.
    """
    dismissed = sum(not is_open(one) for one in differing)
    if short:
        more = "等" if len(short) > MOST_TOLD else ""
        also = f"（另{dismissed}处已忽略）" if dismissed else ""
        return (
            f"与{last.year}年不符{len(short)}处{also}：{'；'.join(short[:MOST_TOLD])}{more}{remark}"
        )
    if dismissed:
        return f"与{last.year}年的{dismissed}处不符已忽略{remark}"
    what = "填了的数字相符" if any(map(is_asked, differing)) else "相符"
    return f"与{last.year}年{what}{remark}"


def limits_text(report: Yearly, last: Yearly, known: Collection[YearLink]) -> str:
    """（结转7项只能比1项）: what could not be compared; "" where all could."""
    limits = []
    wanted = sum(link.rule == "years.carried" for link in links())
    carried = sum(link.rule == "years.carried" for link in known)
    if carried < wanted:
        limits.append(f"结转{wanted}项只能比{carried}项")
    limits += documents_limit(report, last, len(known) - carried)
    return f"（{'；'.join(limits)}）" if limits else ""


def documents_limit(report: Yearly, last: Yearly, compared: int) -> list[str]:
    """What to say where documents in force could not all be compared; nothing of two reports in the
    old layout.
    """
    wanted = sum(link.rule == "years.documents" for link in links())
    old = [one for one in (last, report) if any(cell in one.figures for cell in public_cells())]
    if compared == wanted or len(old) > 1:
        return []
    if old:
        return [f"{old[0].year}年表二是旧格式，文件数不能比"]
    return [f"文件{wanted}项只能比{compared}项" if compared else "文件数没有可比的数字"]


# --- what cannot be compared ----------------------------------------------------------------------


def unmatched(message: str) -> Finding:
    return Finding("years.unmatched", "note", message)


def notes(message: str, matched: Matched, year: int | None) -> tuple[Finding, ...]:
    """A note where the other reports are such that there was something to compare with."""
    return (unmatched(message),) if matched.years - {year} else ()


def without_figures(report: Yearly) -> str:
    who = (
        f"机关“{clipped(report.agency)}”{report.year}年的报告"
        if report.agency and report.year
        else "有一份报告"
    )
    return f"{who}{NO_FIGURES}（{source_text(report)}），没有与其他年度核对。"


def nameless(lacking: str) -> str:
    return (
        f"没有识别出报告的{lacking}，不能与其他年度核对；请在工作簿的封面上补填{lacking}后再核对。"
    )


def merged_note(report: Yearly, last: int, change: Succession) -> Finding:
    how = "拆分" if change.kind == "split" else "合并"
    text = f"机关“{clipped(report.agency)}”经过机构或区划调整（{how}：{change.source}）"
    return unmatched(
        f"{text}，{report.year}年的数字不单是{last}年一个机关的延续，没有与{last}年核对。"
    )


def double_notes(report: Yearly, distinct: Sequence[Yearly]) -> tuple[Finding, ...]:
    others = [one for one in distinct[: MOST_NAMED + 2] if one.figures != report.figures]
    if not others:
        return ()
    message = (
        f"机关“{clipped(report.agency)}”{report.year}年另有数字不同的报告：{named(others)}；"
        f"请核实以哪一份为准。"
    )
    return (Finding("years.double", "note", message),)


def missing_notes(report: Yearly, year: int, group: Group, matched: Matched) -> tuple[Finding, ...]:
    """Why there is no report of the year before: perhaps under a name that does not tell the body,
    or it is missing.
    """
    who = f"机关“{clipped(report.agency)}”"
    candidates = matched.candidates(report, year - 1, group)
    if candidates:
        why = "" if is_certain(report.agency, report.year) else "，名称中没有写明所属的市县"
        text = (
            f"{who}没有{year - 1}年的报告可以核对{why}；可能是同一机关但不能确定的："
            f"{named(candidates)}"
        )
        return (unmatched(f"{text}。如果是，请在工作簿封面上把机关名称补全成一致后再核对。"),)
    earlier = max((one for one in group.years if one < year), default=None)
    if earlier is not None:
        before = f"上一份是{earlier}年的（{source_text(group.years[earlier][0])}）"
        text = f"{who}缺少{year - 1}年的报告，{year}年的上年结转没有核对；{before}。"
        return (Finding("years.gap", "note", text),)
    if len(group.years) > 1 or matched.candidates(report, year + 1, group):
        return ()
    return notes(f"{who}没有其他年度的报告，{year}年的数字没有与其他年度核对。", matched, year)


def named(reports: Sequence[Yearly]) -> str:
    texts = [
        f"“{clipped(one.agency)}”（{one.year}年，{source_text(one)}）"
        for one in reports[:MOST_NAMED]
    ]
    return "、".join(texts) + ("等" if len(reports) > MOST_NAMED else "")


OURS = "本工具的提示。"
