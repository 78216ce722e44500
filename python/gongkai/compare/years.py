"""Reports of one body for several years -> what does not continue from one to the next.

Each finding belongs to the later report: its cells are that report's, ``stated`` is what it states
and ``computed`` what follows from the year before. Which of the two reports is wrong is not
certain, so none is an error. A blank is compared only where its report's own relations leave it one
figure; a difference is a note then. Rules: years.carried, .documents (warnings); .jump, .gap,
.double, .unmatched (notes).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gongkai import bodies, decisions, editions, figures, sums
from gongkai.compare.bodies import BodyIndex, Group, Matched, Yearly, groups_of, match
from gongkai.model import (
    Fact,
    Figure,
    Finding,
    Form,
    Report,
    Severity,
    Value,
    table_id,
)
from gongkai.wording import (
    NO_FIGURES,
    column_label,
    doubted_facts,
    doubts_text,
    label_of,
    official_order,
    one_line,
    phrases,
)

FACTOR, LEAST = 5, 20  # a jump: so many times as much, and the larger figure at least so large
NOT_THERE = "没有{}年的报告"
MOST_ALIKE = 5  # reports each of which is told that there is none of the year before
MOST_NAMED = 4  # reports in a fact; a message tells fewer
MOST_TOLD = 4  # differences named in the short text
UNKNOWN_SOURCE = "未注明来源"
LINKED = ("years.carried", "years.documents")


@dataclass(frozen=True, slots=True)
class YearComparison:
    """What came of comparing a report with the year before: in short, ``compared`` relations, and
    the findings.

    What is dismissed counts nowhere, and the short text says that it is.
    """

    report: Yearly
    text: str
    findings: tuple[Finding, ...] = ()
    compared: int = 0
    absent: int | None = None  # the year before, where there is no report of it

    @property
    def differs(self) -> bool:
        return any(map(is_counted, self.findings))

    @property
    def follows(self) -> bool:
        """Whether all that could be compared continues the year before; what was dismissed does
        not.
        """
        return self.compared > 0 and not any(map(is_difference, self.findings))


def yearly(report: Report) -> Yearly:
    held: dict[str, Value] = {}
    for cell in editions.yearly_cells():
        value = report.value(cell)
        if value is not None:
            held[cell] = value
    return Yearly(
        report.agency,
        report.year,
        report.document.origin if report.document else "",
        held,
        report.decisions,
        report.is_evaluated,
        doubted_facts(report),
        sums.implied_in(report),
    )


def compare_years(reports: Sequence[Yearly]) -> list[YearComparison]:
    """A comparison for each report, in their order; thousands take well under a second."""
    found = list(each_compared(reports, match(reports)))
    telling = TellingOnce({one.report.year for one in found}, Counter(one.absent for one in found))
    told = []
    for one in found:
        text = telling.text_of(one.text, one.absent, doubted(one.report))
        told.append(replace(one, text=text))
    return told


def each_compared(reports: Sequence[Yearly], matched: Matched) -> Iterator[YearComparison]:
    """The same one by one, before a look at the texts of all."""
    for report, group in zip(reports, matched.groups, strict=True):
        one = comparison_of(report, group, matched)
        findings = decided(one.findings, report)
        yield replace(one, findings=findings, text=one.text + doubted(report))


class TellingOnce:
    """A year of which there is no report at all is said of the first of many alone:
    没有2020年的报告，共27份没有核对; of the others 未核对. Asked in the order of the reports;
    ``there`` are the years of all, ``absent`` says of how many there is none of the year before.
    """

    def __init__(self, there: Collection[int | None], absent: Mapping[int | None, int]) -> None:
        self.counts: dict[int | None, int] = {}
        for year, count in absent.items():
            if year is not None and year not in there and count > MOST_ALIKE:
                self.counts[year] = count
        self.said: set[int | None] = set()

    def text_of(self, text: str, absent: int | None, doubts: str) -> str:
        count = self.counts.get(absent)
        if count is None:
            return text
        if absent in self.said:
            return f"未核对{doubts}"
        self.said.add(absent)
        return f"{text}，共{count}份没有核对"


def shared(reports: Iterable[Yearly]) -> Iterator[Yearly]:
    """The reports of a body; of figures that are those of the report before there is one dict."""
    last: Mapping[str, Value] = {}
    for report in reports:
        is_alike = report.figures == last and str(report.figures) == str(last)  # 1.0 is 1.00
        one = replace(report, figures=last) if is_alike else report
        last = one.figures
        yield one


class LongComparison:
    """The same of reports that are too many to be held: they are named first, one after the other,
    and asked for again body by body.
    """

    def __init__(self) -> None:
        self.index = BodyIndex()
        self.absent: Counter[int | None] = Counter()

    def close(self) -> None:
        self.index.close()

    def add(self, report: Yearly, number: int) -> None:
        """The next report, without its figures, and the number that it is read again by."""
        self.index.add(report, number)

    def each(self, read: Callable[[int], Yearly]) -> Iterator[YearComparison]:
        """As ``each_compared`` gives them, but in the order of bodies."""
        years = frozenset(self.index.years)
        for part in self.index.parts():
            reports = list(shared(map(read, part.numbers)))
            matched = Matched(groups_of(reports, part.keys), self.index.alike, years)
            found = each_compared(reports, matched)
            for place, one in zip(part.places, found, strict=True):
                self.absent[one.absent] += 1
                self.index.tell(place, one.text, one.absent, doubted(one.report))
                yield one

    def told(self) -> Iterator[tuple[int, str]]:
        """Once all were compared: the number and the text of each in the order of the list."""
        telling = TellingOnce(self.index.years, self.absent)
        for number, text, absent, doubts in self.index.told():
            yield number, telling.text_of(text, absent, doubts)


def doubted(report: Yearly) -> str:
    """What is said of a report that may be of another body or year than it is compared as."""
    known = report.agency and report.year is not None
    return f"（{doubts_text(report.doubts)}）" if report.doubts and known else ""


def decided(findings: Sequence[Finding], report: Yearly) -> tuple[Finding, ...]:
    """The findings with what was decided about them, beside the later report."""
    return tuple(decisions.decided_findings(findings, report.decisions, report.figures))


def comparison_of(report: Yearly, group: Group | None, matched: Matched) -> YearComparison:
    if not report.is_evaluated:
        return without_figures(report, matched)
    if group is None or report.year is None:
        return nameless(report, matched)
    doubles = double_notes(report, group.distinct(report.year))
    change = group.breaks(report.year - 1, report.year)
    before = group.distinct(report.year - 1)
    if change is None and len(before) == 1:
        found = compared_with(report, before[0])
        return replace(found, findings=(*found.findings, *doubles))
    if change is not None:
        found = changed_body(report, report.year - 1, change)
    elif before:
        found = several_before(report, report.year - 1, before)
    elif report.year - 1 in group.years:
        found = unread_before(report, report.year - 1, group.years[report.year - 1])
    else:
        told = missing_notes(report, report.year, group, matched)
        found = YearComparison(report, NOT_THERE.format(report.year - 1), told)
        found = replace(found, absent=report.year - 1)
    return replace(found, findings=(*doubles, *found.findings))


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
    known = known_sides(report, last)
    found: list[Finding] = []
    short: list[str] = []
    for link in editions.links():
        sides = known.get(link)
        if sides is None:
            found += unfilled(link, report, last)
        elif sides.differ:
            [finding] = decided([broken(link, report, last, sides)], report)
            found.append(finding)
            if is_counted(finding):
                short.append(short_text(link, last, sides))
    differing = list(filter(is_difference, found))
    text = f"与{last.year}年没有可比的数字"
    if known:
        remark = limits_text(report, last, known) + guessed_text(known, differing)
        text = outcome_text(last, short, differing, remark)
    return YearComparison(report, text, (*found, *jumps(report, last)), len(known))


def known_sides(report: Yearly, last: Yearly) -> dict[editions.YearLink, Sides]:
    """Both sides of every link that can be compared."""
    known = {}
    for link in editions.links():
        sides = sides_of(link, report, last)
        if sides is not None:
            known[link] = sides
    return known


def short_text(link: editions.YearLink, last: Yearly, sides: Sides) -> str:
    follows = f"{last.year}年结转" if link.rule == "years.carried" else "应为"
    stated, computed = figures.shown(sides.stated), figures.shown(sides.computed)
    return f"{short_name(link)}填{stated}，{follows}{computed}"


def guessed_text(known: Mapping[editions.YearLink, Sides], differing: Sequence[Finding]) -> str:
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


def is_counted(finding: Finding) -> bool:
    """Whether it is a difference between figures that stand there, and nobody has dismissed it."""
    return finding.severity == "warning" and decisions.is_open(finding)


def is_asked(finding: Finding) -> bool:
    """Whether it tells of a difference that counts, but rests on a figure that nobody wrote."""
    return is_difference(finding) and finding.severity == "note" and decisions.is_open(finding)


def sides_of(link: editions.YearLink, report: Yearly, last: Yearly) -> Sides | None:
    """None where any figure is blank and may be more than one."""
    cells = (link.cell, *link.plus, *link.minus)
    own, before = (
        sums.stated_figures(cells, report.known),
        sums.stated_figures((link.last,), last.known),
    )
    if len(own) < len(cells) or not before:
        return None
    added, taken = own[1 : 1 + len(link.plus)], own[1 + len(link.plus) :]
    guessed = []
    for cell in cells:
        if cell not in report.figures:
            guessed.append(cell)
    if link.last not in last.figures:
        guessed.append(link.last)
    return Sides(
        own[0], sums.difference(sums.total([*before, *added]), sums.total(taken)), tuple(guessed)
    )


def broken(link: editions.YearLink, report: Yearly, last: Yearly, sides: Sides) -> Finding:
    """A link that does not hold: a warning, or a note where it rests on what nobody wrote."""
    form = form_of(link.table)
    severity: Severity = "note" if sides.guessed else "warning"
    more, less = max(sides.stated, sides.computed), min(sides.stated, sides.computed)
    facts = facts_of_last(report, last) | {"gap": sums.difference(more, less)}
    if link.rule == "years.documents":
        facts |= document_facts(link, report, last)
    return Finding(
        link.rule,
        severity,
        says_of(link, sides),
        official_order(form, (link.cell, *link.plus, *link.minus)),
        sides.stated,
        sides.computed,
        sums.difference(sides.computed, sides.stated),
        facts=facts,
        form=form,
    )


def says_of(link: editions.YearLink, sides: Sides) -> str:
    """Which of the two figures stands there, and which only the relations of its report leave:
    relations that documents have none of.
    """
    if link.rule == "years.documents" or not sides.guessed:
        return ""
    if len(sides.guessed) > 1:
        return "both_implied"
    return "implied" if link.cell in sides.guessed else "last_implied"


def document_facts(link: editions.YearLink, report: Yearly, last: Yearly) -> dict[str, Fact]:
    """20 in force the year before, 3 made, 1 repealed."""
    return {
        "cell": phrases.where(form_of(link.table), (link.cell,)),
        "before": last.known[link.last],
        "made": report.known[link.plus[0]],
        "repealed": report.known[link.minus[0]],
    }


def unfilled(link: editions.YearLink, report: Yearly, last: Yearly) -> Iterator[Finding]:
    """A note where the year before has carried something out and this year's figure is blank."""
    before = last.figures.get(link.last)
    if link.rule == "years.carried" and before and link.cell not in report.figures:
        yield Finding(
            link.rule,
            "note",
            "blank",
            (link.cell,),
            computed=before,
            facts=facts_of_last(report, last),
            form=form_of(link.table),
        )


def jumps(report: Yearly, last: Yearly) -> Iterator[Finding]:
    for name in editions.jump_cells():
        now, before = report.figures.get(name), last.figures.get(name)
        if now is None or before is None or not is_jump(now, before):
            continue
        yield Finding(
            "years.jump",
            "note",
            "up" if now > before else "down",
            (name,),
            stated=now,
            computed=before,
            facts=facts_of_last(report, last),
            form=form_of(table_id(name)),
        )


def is_jump(now: Figure, before: Figure) -> bool:
    """25.1 -> 251000 is, 1 -> 9 and 0 -> 12 are not."""
    more, less = max(now, before), min(now, before)
    return more >= LEAST and less >= 0 and more >= FACTOR * less


def form_of(table: str) -> Form:
    return list(editions.all_editions().values())[-1].forms[table]


def facts_of_last(report: Yearly, last: Yearly) -> dict[str, Fact]:
    """Which report the figure of the year before stands in, with the name that the body had then
    where it was another.
    """
    name = "" if last.agency == report.agency else last.agency
    return {"last": last.year, "agency": name, "source": source_of(last)}


def source_of(report: Yearly) -> str:
    return report.source if one_line(report.source) else UNKNOWN_SOURCE


# --- in short -------------------------------------------------------------------------------------


def short_name(link: editions.YearLink) -> str:
    form = form_of(link.table)
    cell = form.cells[link.cell]
    if link.rule == "years.carried":
        return f"上年结转·{column_label(cell.column)}"
    return f"{form.number}{label_of(cell)}"


def outcome_text(
    last: Yearly, short: Sequence[str], differing: Sequence[Finding], remark: str
) -> str:
    """``与2020年相符``, or the differences that count; how many are dismissed, and what could not
    be compared.
    """
    dismissed = sum(not decisions.is_open(one) for one in differing)
    if short:
        more = "等" if len(short) > MOST_TOLD else ""
        also = f"（另{dismissed}处已忽略）" if dismissed else ""
        told = "；".join(short[:MOST_TOLD])
        return f"与{last.year}年不符{len(short)}处{also}：{told}{more}{remark}"
    if dismissed:
        return f"与{last.year}年的{dismissed}处不符已忽略{remark}"
    what = "填了的数字相符" if any(map(is_asked, differing)) else "相符"
    return f"与{last.year}年{what}{remark}"


def limits_text(report: Yearly, last: Yearly, known: Collection[editions.YearLink]) -> str:
    """（结转7项只能比1项）: what could not be compared; "" where all could."""
    wanted = Counter(link.rule for link in editions.links())
    compared = Counter(link.rule for link in known)
    limits = []
    if compared["years.carried"] < wanted["years.carried"]:
        limits.append(f"结转{wanted['years.carried']}项，只能核对其中{compared['years.carried']}项")
    if compared["years.documents"] < wanted["years.documents"]:
        number = compared["years.documents"]
        limits.append(documents_limit(report, last, wanted["years.documents"], number))
    told = "；".join(filter(None, limits))
    return f"（{told}）" if told else ""


def documents_limit(report: Yearly, last: Yearly, wanted: int, compared: int) -> str:
    """What to say where documents in force could not all be compared; nothing of two reports in the
    old layout.
    """
    old = list(filter(is_old, (last, report)))
    if len(old) > 1:
        return ""
    if old:
        return f"{old[0].year}年的表二为2019年格式，文件件数不能核对"
    return f"文件{wanted}项，只能核对其中{compared}项" if compared else "文件件数没有可以核对的数字"


def is_old(report: Yearly) -> bool:
    """Whether its table two has the layout of 2019."""
    return not report.figures.keys().isdisjoint(editions.public_cells())


# --- what cannot be compared ----------------------------------------------------------------------


def unmatched(says: str, facts: Mapping[str, Fact]) -> Finding:
    return Finding("years.unmatched", "note", says, facts=facts)


def notes(
    says: str, facts: Mapping[str, Fact], matched: Matched, year: int | None
) -> tuple[Finding, ...]:
    """A note where the other reports are such that there was something to compare with."""
    return (unmatched(says, facts),) if matched.years - {year} else ()


def without_figures(report: Yearly, matched: Matched) -> YearComparison:
    says = "no_figures_nameless"
    facts: dict[str, Fact] = {"source": source_of(report)}
    if report.agency and report.year:
        says = "no_figures"
        facts |= {"agency": report.agency, "year": report.year}
    text = f"{NO_FIGURES}，没有核对"
    return YearComparison(report, text, notes(says, facts, matched, report.year))


def nameless(report: Yearly, matched: Matched) -> YearComparison:
    says, lacking = ("no_year", "年度") if report.year is None else ("no_agency", "机关名称")
    text = f"没有识别出{lacking}"
    return YearComparison(report, text, notes(says, {}, matched, report.year))


def changed_body(report: Yearly, last: int, change: bodies.Succession) -> YearComparison:
    """青溪县国土资源局 went into 青溪县自然资源和规划局: its figures are not of one body alone."""
    says = "split" if change.kind == "split" else "merged"
    facts: dict[str, Fact] = {
        "agency": report.agency,
        "year": report.year,
        "last": last,
        "source": change.source,
    }
    text = f"机构调整，没有与{last}年核对"
    return YearComparison(report, text, (unmatched(says, facts),))


def unread_before(report: Yearly, last: int, before: Sequence[Yearly]) -> YearComparison:
    facts: dict[str, Fact] = {"agency": report.agency, "last": last, "others": named(before)}
    text = f"{last}年的报告{NO_FIGURES}，没有核对"
    return YearComparison(report, text, (unmatched("last_unread", facts),))


def several_before(report: Yearly, last: int, before: Sequence[Yearly]) -> YearComparison:
    facts: dict[str, Fact] = {
        "agency": report.agency,
        "last": last,
        "count": len(before),
        "others": named(before),
    }
    text = f"{last}年有{len(before)}份数字不同的报告，没有核对"
    return YearComparison(report, text, (unmatched("several", facts),))


def double_notes(report: Yearly, distinct: Sequence[Yearly]) -> tuple[Finding, ...]:
    others = []
    for one in distinct[: MOST_NAMED + 1]:
        if one is not report and one.figures != report.figures:
            others.append(one)
    if not others:
        return ()
    facts: dict[str, Fact] = {
        "agency": report.agency,
        "year": report.year,
        "others": named(others),
    }
    return (Finding("years.double", "note", facts=facts),)


def missing_notes(report: Yearly, year: int, group: Group, matched: Matched) -> tuple[Finding, ...]:
    """Why there is no report of the year before: perhaps under a name that does not tell the body,
    or it is missing.
    """
    facts: dict[str, Fact] = {"agency": report.agency, "last": year - 1}
    candidates = matched.candidates(report, year - 1)
    if candidates:
        says = "uncertain" if bodies.is_certain(report.agency, report.year) else "uncertain_short"
        return (unmatched(says, facts | {"others": named(candidates)}),)
    facts["year"] = year
    earlier = max((one for one in group.years if one < year), default=None)
    if earlier is not None:
        source = source_of(group.years[earlier][0])
        facts |= {"earlier": earlier, "source": source}
        return (Finding("years.gap", "note", facts=facts),)
    if len(group.years) > 1 or matched.candidates(report, year + 1):
        return ()
    return notes("alone", {"agency": report.agency, "year": year}, matched, year)


def named(reports: Sequence[Yearly]) -> tuple[tuple[str, ...], ...]:
    """Body, year and source of each of the first few."""
    return tuple(
        (one.agency, figures.shown(one.year), source_of(one)) for one in reports[:MOST_NAMED]
    )
