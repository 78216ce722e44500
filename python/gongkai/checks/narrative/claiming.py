"""The prose of a report -> claims: which figure it gives for which quantity of the tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from gongkai import figures, sums
from gongkai.checks.narrative.context import Context, Said
from gongkai.checks.narrative.paragraphs import paragraphs, read_paragraph
from gongkai.checks.narrative.quantities import Quantity, layouts_of, quantity_of
from gongkai.checks.narrative.words import facts
from gongkai.model import Figure, Report
from gongkai.recognize.cover import titles

SECTIONS = (1, 6)
LONGEST_SECTION = 50_000  # characters; a report's own sections have a few thousand
YEARS_ABOUT = 2  # before and after the report's own that prose is held to tell of by mistake
TOLD_YEAR = re.compile(r"(20\d\d)年(?!\d{1,2}月(?:\d{1,2}日)?[前以之])")  # not 2020年12月31日前
CARRIED = re.compile("carried")
LEAST_TELLING = 10  # smaller figures agree by chance
Scope = Literal["same", "other", "unknown"]
WEIGHED: tuple[Scope, ...] = ("other", "unknown")  # one of the first outweighs all
# Classes of scope words -> whether the tables bear out all figures told with them.
BorneOut = Mapping[frozenset[str], bool]


class Claim(NamedTuple):
    """A figure that prose gives for a quantity: a count, or 万元, rounded to ``step``.

    ``scope`` tells whether it speaks of what the tables count: "same" only where all words of the
    clause are understood. ``share`` is the part of a body that the prose names, no more than the
    whole. ``section`` and ``paragraph`` (from 1, blank lines left out) say where ``clause`` stands.
    """

    quantity: Quantity
    figure: Figure
    scope: Scope
    clause: str
    section: int
    paragraph: int
    rule: str = ""
    step: Figure = 1
    share: bool = False


def claims(report: Report) -> tuple[Claim, ...]:
    """What the prose of sections one and six says about the figures of the tables, in its order."""
    found: list[Claim] = []
    for section in SECTIONS:
        borne: BorneOut = {}
        for claim, said in claims_in(report, section):
            found.append(in_scope(claim, said, borne))
            borne = borne_out(borne, claim, said, report)
    return tuple(found)


def misdated(report: Report, said: Iterable[Claim]) -> Iterator[tuple[int, Claim]]:
    """(another year, claim): what prose says of another year and the tables hold for this one:
    2021年新收申请25件 in a report for 2022 with 25 of 新收. ``said`` is what it says of 2022.
    """
    if report.year is None:
        return
    own = {(each.section, each.paragraph, each.quantity.cells) for each in said}
    text = "\n".join(dated_text(report, section) for section in SECTIONS)
    years = set(map(int, TOLD_YEAR.findall(text)))
    for year in range(report.year - YEARS_ABOUT, report.year + YEARS_ABOUT + 1):
        if year == report.year or year not in years:
            continue
        for claim in claims(replace(report, year=year)):
            is_told = (claim.section, claim.paragraph, claim.quantity.cells) in own
            if not is_told and is_of_this_year(claim, report):
                yield year, claim


def is_of_this_year(claim: Claim, report: Report) -> bool:
    """Whether the figure of a claim is what the tables hold, and not by chance: small figures are,
    those carried from year to year, and documents in force of which none came or went.
    """
    cells = claim.quantity.cells
    is_exact = claim.scope == "same" and claim.step == 1 and not claim.share
    if (
        not is_exact
        or figures.size(claim.figure) < LEAST_TELLING
        or CARRIED.search(" ".join(cells))
    ):
        return False
    if claim.figure != table_figure(cells, report):
        return False
    changed = (table_figure(came_or_went(cells, name), report) for name in ("made", "repealed"))
    return len(set(changed)) == 2 or not came_or_went(cells, "made")


def came_or_went(cells: Sequence[str], column: str) -> tuple[str, ...]:
    """The cells beside those of documents in force: disclosure.rules.made for …valid."""
    return tuple(cell.replace(".valid", f".{column}") for cell in cells if cell.endswith(".valid"))


def claims_in(report: Report, section: int) -> Iterator[tuple[Claim, Said]]:
    """The claims of a section, each by its own words, and what was read for it."""
    context, layouts = Context(), layouts_of(report)
    for number, line in enumerate(paragraphs(dated_text(report, section)), 1):
        said, context = read_paragraph(line, context, report.year, report.agency)
        for each in said:
            quantity = quantity_of(each.meaning.picks, layouts)
            if quantity:
                yield claim_of(each, quantity, line, (section, number), report.agency), each


def text_read(report: Report, section: int) -> str:
    """A section; one beyond all measure up to the end of a sentence, as its time grows with it."""
    text = report.sections.get(section, "")
    if len(text) <= LONGEST_SECTION:
        return text
    end = text.rfind("。", 0, LONGEST_SECTION)
    if end < 0:
        end = text.rfind("\n", 0, LONGEST_SECTION)
    return text[: end + 1]


def dated_text(report: Report, section: int) -> str:
    """The same with years in digits: 2021年 for 二〇二一年."""
    return titles.with_digits(text_read(report, section))


def claim_of(
    said: Said, quantity: Quantity, line: str, place: tuple[int, int], agency: str
) -> Claim:
    scope: Scope = "other" if said.unit else scope_of(said.scope, agency)
    if scope == "same" and not said.sure:
        scope = "unknown"
    clause = line[said.start : said.end]
    rule = said.meaning.rule
    return Claim(quantity, said.figure, scope, clause, *place, rule, said.step, said.unit)


# --- scope ----------------------------------------------------------------------------------------
# Whose figures the prose tells, and whether those are what the tables of this body count.

ENDINGS = (  # of a body's name, by its kind; the first that fits
    ("office", ("办公室", "办公厅", "政府办")),
    (
        "town",
        (
            "镇",
            "乡",
            "镇人民政府",
            "乡人民政府",
            "镇政府",
            "乡政府",
            "街道",
            "街道办事处",
            "街道办",
        ),
    ),
    ("government", ("政府", "市", "县", "区", "州", "省", "旗", "管委会", "管理委员会")),
)


def scope_of(words: frozenset[str], agency: str) -> Scope:
    """What classes of scope words mean together in the report of this body; none is its own scope.

    全县 (area) may be what a government's tables count; in the report of a department it is not.
    """
    kind = kind_of(agency)
    if not kind:
        return "unknown" if words else "same"
    found = {facts()["scope"][word].get(kind, "same") for word in words}
    for scope in WEIGHED:
        if scope in found:
            return scope
    return "same"


def kind_of(agency: str) -> str:
    """government, office, town or department; "" where the body is not known."""
    name = agency.rstrip("）)")
    for kind, endings in ENDINGS:
        if name.endswith(endings):
            return kind
    return "department" if name else ""


def in_scope(claim: Claim, said: Said, borne: BorneOut) -> Claim:
    """A claim with the scope of the sentence that it goes on from.

    全县收到455件。办结451件。 Where the table has 455, the second is of the same scope.
    """
    if not is_open(claim, said):
        return claim
    if said.kept and borne.get(said.scope):
        return claim._replace(scope="same")
    return claim


def borne_out(borne: BorneOut, claim: Claim, said: Said, report: Report) -> BorneOut:
    """After a claim with scope words: 全县…455件 above a table of 455 is what the table counts.

    全县…5件 above a table of 5 says nothing, so small a figure agrees by chance.
    """
    if said.kept or not is_open(claim, said):
        return borne
    agrees = is_in_tables(claim, report)
    if agrees and claim.figure < LEAST_TELLING:
        return borne
    before = borne.get(said.scope, True)
    return {**borne, said.scope: before and agrees}


def is_open(claim: Claim, said: Said) -> bool:
    """Whether nothing but the scope of a claim is open."""
    return claim.scope == "unknown" and said.sure


# --- figures of the tables ------------------------------------------------------------------------


def is_in_tables(claim: Claim, report: Report) -> bool:
    """Whether the tables say the figure, in any reading of its words."""
    for cells in (claim.quantity.cells, *claim.quantity.others):
        figure = table_figure(cells, report)
        if figure is None:
            continue
        if alike(figure, claim.figure, claim.step):
            return True
    return False


def table_figure(cells: tuple[str, ...], report: Report) -> Figure | None:
    """The sum over cells; None where any of them is blank, or there are none."""
    if not cells:
        return None
    stated = sums.stated_figures(cells, {cell: report.value(cell) for cell in cells})
    if len(stated) < len(cells):
        return None
    return sums.total(stated)


def alike(figure: Figure, written: Figure, step: Figure) -> bool:
    """Equal, or equal once rounded or cut off as the prose writes it: 3.5万 is alike 35124."""
    apart = figures.size(sums.difference(written, figure))
    if step == 1:
        return apart == 0
    return apart < step
