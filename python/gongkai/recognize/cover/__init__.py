"""Blocks -> who reports, on which year, published when: each with the sentence that says so.

page: what stands at the head of a document; titles, names: which texts are titles, which names;
who, when: the votes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongkai.bodies import may_be_one, places
from gongkai.model import Block, CoverFact, Evidence, Problem, Report, Segment
from gongkai.recognize.cover.page import page_of
from gongkai.recognize.cover.titles import segment_of, title_of
from gongkai.recognize.cover.when import published_of, year_of
from gongkai.recognize.cover.who import agency_of
from gongkai.recognize.cover.witnesses import body_of_title, certainty


@dataclass(frozen=True)
class CoverPage:
    """What a document says of itself. ``problems`` tell what its witnesses contradict each other
    about.
    """

    title: str
    evidence: Mapping[CoverFact, Evidence]
    problems: tuple[Problem, ...] = ()

    @property
    def agency(self) -> str:
        return self.evidence["agency"].value

    @property
    def year(self) -> int | None:
        return int(self.evidence["year"].value or 0) or None

    @property
    def segment(self) -> Segment:
        """The report as its title names it, completed by what else is known: what parts of a
        document are held against. Where the title's year is doubted, it is still that by which
        captions are told apart.
        """
        named = segment_of(self.title)
        agency = self.certain("agency") or named.agency
        year = int(self.certain("year") or 0) or named.year
        return Segment("report", self.title, agency, year)

    def certain(self, fact: CoverFact) -> str:
        """What is certain of a fact, else ""."""
        found = self.evidence[fact]
        return found.value if found.certainty == "certain" else ""

    @property
    def published(self) -> str:
        return self.evidence["published"].value


def cover_of(blocks: Sequence[Block], url: str = "") -> CoverPage:
    """Who reports, on which year, published when, by all that a document says; ``url`` is its
    address.
    """
    page = page_of(blocks, url)
    title = title_of(blocks)
    published = published_of(page)
    agency, unclear = agency_of(page)
    year, undated = year_of(page, title, published)
    told: tuple[tuple[CoverFact, str], ...] = (("agency", unclear), ("year", undated))
    problems = []
    for fact, why in told:
        if why:
            problems.append(Problem("", fact, "", "", why))
    evidence: dict[CoverFact, Evidence] = {"agency": agency, "year": year, "published": published}
    return CoverPage(title, evidence, tuple(problems))


def cover_of_part(part: Segment, whole: CoverPage) -> CoverPage:
    """What the title of one of several reports says of it; the day is that of the document."""
    year = str(part.year or "")
    agency = body_of_title(part.title)
    found = Evidence(agency, part.title, certainty(not places.is_relative(agency)))
    evidence: dict[CoverFact, Evidence] = {
        "agency": found if agency else Evidence(),
        "year": Evidence(year, part.title, "certain") if year else Evidence(),
        "published": whole.evidence["published"],
    }
    return CoverPage(part.title, evidence)


def with_page(report: Report, page: CoverPage) -> CoverPage:
    """What an attachment says of itself, completed by what the page says to which it belongs: the
    day 2022-01-20 of a page whose PDF names none.
    """
    own = {
        "agency": fact_of(report, "agency", report.agency),
        "year": fact_of(report, "year", str(report.year or "")),
        "published": fact_of(report, "published", report.published),
    }
    unclear = {problem.row for problem in report.problems}
    evidence: dict[CoverFact, Evidence] = {}
    for fact, theirs in page.evidence.items():
        evidence[fact] = own[fact] if fact in unclear else better(fact, own[fact], theirs)
    problems = []
    for one in page.problems:
        is_told = one.row in unclear or own[one.row].value
        if not is_told:
            problems.append(one)
    return CoverPage(report.title, evidence, tuple(problems))


def fact_of(report: Report, fact: CoverFact, value: str) -> Evidence:
    """What is known of a report; of a workbook's cover a person is the source."""
    return report.evidence.get(fact) or Evidence(value, "", "certain" if value else "")


def better(fact: CoverFact, own: Evidence, theirs: Evidence) -> Evidence:
    """The page's where the attachment says nothing, or says the same with less certainty: 瑞安市
    司法局, certain, for a likely 市司法局.
    """
    if not own.value:
        return theirs
    is_surer = theirs.certainty == "certain" and own.certainty != "certain"
    is_same = own.value == theirs.value
    if fact == "agency":
        is_same = may_be_one(own.value, theirs.value)
    return theirs if is_surer and is_same else own
