"""The prose of a report -> claims: which figure it gives for which quantity of the tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from gongkai.checks.narrative.context import Context, Said
from gongkai.checks.narrative.grammar import NUMBERED, read_paragraph
from gongkai.checks.narrative.quantities import Quantity, layouts_of, quantity_of
from gongkai.checks.narrative.tables import alike, table_figure
from gongkai.checks.narrative.tokens import tidied
from gongkai.checks.narrative.words import facts
from gongkai.model import Figure, Report

SECTIONS = (1, 6)
LONGEST_SECTION = 50_000  # characters; a report's own sections have a few thousand
LEAST_TELLING = 10  # smaller figures agree by chance
SHORTEST_LINE = 20  # of a line that a page has cut; a shorter one may be a heading
ENDS = "。；;：:！!？?”)）"
Scope = Literal["same", "other", "unknown"]


class Claim(NamedTuple):
    """A figure that prose gives for a quantity; ``figure`` counts, or is in 万元, and is rounded to ``step``.

    ``scope`` tells whether it speaks of what the tables count: "same" only where all words of the clause are
    understood. ``share`` is the part of a body that the prose names, no more than the whole. ``section`` and
    ``paragraph`` (from 1, blank lines left out) say where ``clause`` stands.
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
    """What the prose of sections one and six says about the figures of the tables, in the order of the text."""
    found: list[Claim] = []
    layouts = layouts_of(report)
    for section in SECTIONS:
        context, borne = Context(), Borne(report)
        for number, line in enumerate(paragraphs(text_read(report, section)), 1):
            said, context = read_paragraph(line, context, report.year, report.agency)
            for each in said:
                quantity = quantity_of(each.meaning.picks, layouts)
                if quantity:
                    claim = claim_of(each, quantity, line, section, number, report.agency)
                    found.append(borne.out(claim, each))
    return tuple(found)


class Borne:
    """Scope words whose own figures the tables bear out: 全县…455件 above a table of 455 is what the table counts.

    What goes on from such a sentence without words of its own then speaks of the same scope.
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        self.words: dict[frozenset[str], bool] = {}

    def out(self, claim: Claim, said: Said) -> Claim:
        """The claim with the scope that its sentence has from those before it."""
        if claim.scope != "unknown" or not said.sure:
            return claim
        if said.kept:
            return claim._replace(scope="same") if self.words.get(said.scope) else claim
        readings = [table_figure(cells, self.report) for cells in (claim.quantity.cells, *claim.quantity.others)]
        agrees = any(figure is not None and alike(figure, claim.figure, claim.step) for figure in readings)
        if claim.figure >= LEAST_TELLING or not agrees:
            self.words[said.scope] = self.words.get(said.scope, True) and agrees
        return claim


def text_read(report: Report, section: int) -> str:
    """A section, one beyond all measure up to the end of a sentence: its time grows with its length."""
    text = report.sections.get(section, "")
    if len(text) <= LONGEST_SECTION:
        return text
    end = text.rfind("。", 0, LONGEST_SECTION)
    return text[: (end if end >= 0 else text.rfind("\n", 0, LONGEST_SECTION)) + 1]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a section, tidied: a line that breaks off in a sentence goes on in the next."""
    found: list[str] = []
    broken = False
    for line in filter(None, map(tidied, text.split("\n"))):
        if broken and not NUMBERED.match(line):
            found[-1] += line
        else:
            found.append(line)
        broken = len(line) >= SHORTEST_LINE and line[-1] not in ENDS
    return found


def claim_of(said: Said, quantity: Quantity, line: str, section: int, paragraph: int, agency: str) -> Claim:
    scope: Scope = "other" if said.unit else scope_of(said.scope, agency)
    if scope == "same" and not said.sure:
        scope = "unknown"
    clause = line[said.start : said.end]
    return Claim(quantity, said.figure, scope, clause, section, paragraph, said.meaning.rule, said.step, said.unit)


def scope_of(words: Iterable[str], agency: str) -> Scope:
    """What classes of scope words mean together in the report of this body; none of them is its own scope."""
    kind = kind_of(agency)
    found = {facts()["scope"][word].get(kind, "same") if kind else "unknown" for word in words}
    return "other" if "other" in found else "unknown" if "unknown" in found else "same"


def kind_of(agency: str) -> str:
    """government, office, town or department; "" where the body is not known."""
    name = agency.rstrip("）)")
    if name.endswith(("办公室", "办公厅", "政府办")):
        return "office"
    if name.endswith(("镇", "乡", "镇人民政府", "乡人民政府", "镇政府", "乡政府", "街道", "街道办事处", "街道办")):
        return "town"
    if name.endswith(("政府", "市", "县", "区", "州", "省", "旗", "管委会", "管理委员会")):
        return "government"
    return "department" if name else ""
