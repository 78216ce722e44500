"""The head of a report -> the body that reports, with the sentence that says so; "" and why where
it does not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from gongkai.bodies import (
    divisions,
    is_certain,
    may_be_one,
    normal,
    parts_of,
    same_body,
    verdicts,
    within,
)
from gongkai.bodies.names import OFFICE
from gongkai.bodies.places import is_relative, lead_of, named_in, places_in, places_of_site
from gongkai.figures import without_blanks
from gongkai.model import Evidence
from gongkai.recognize.cover.names import (
    begins_with_place,
    is_government,
    name_of,
    of_inner_office,
)
from gongkai.recognize.cover.page import FrontPage, tidy_text
from gongkai.recognize.cover.titles import year_in
from gongkai.recognize.cover.witnesses import (
    Witness,
    asked,
    certainty,
    compilers,
    contacts,
    is_area_only,
    mentions,
    witnesses,
)

CONTRADICTED = "“{}”与“{}”中的机关不同，无法确定是哪个机关的报告"
OWN_KIND = re.compile(r"[我本](局|委|厅|办|镇|乡|街道|院|部|署|中心|馆)(?!公室)")
KIND_ENDS = {
    "委": ("委", "委员会"),
    "办": ("办", "办公室"),
    "街道": ("街道", "办事处"),
    "镇": ("镇", "镇人民政府"),
    "乡": ("乡", "乡人民政府"),
}
LONG_ENDS = {"委": "委会"}  # 发改委 is 发展和改革委员会 in full
# Which departments compile a government's report, as the 主管部门 of disclosure.
DAY_BEHIND = re.compile(r"[（(]?(?:20\d\d|二[〇○ＯO0零]).*$")  # of a signature
MANAGES = re.compile(r"办公[室厅]$|政务服务|行政审批|数据")
SAYS_WHO = ("mention", "compiled", "named", "contact", "label")  # besides titles
LONGEST_NAMING = 40  # characters of a line that may say whose page it is
MOST_NAMING = 8  # lines at the head of a page that may
# The voices in the order in which they are believed. What stands below "strong" only proposes.
BYLINES = 2  # lines at the head of an opening that may be a name alone
NAME_ALONE = re.compile(r"[\u4e00-\u9fff（）()\s]{4,40}")  # no sentence: it has no stop
STRONG = ("title", "mention", "compiled")
WEAK = ("named", "contact", "banner", "label", "site", "office", "subject", "crumb", "text")
# Whose office is to be asked, is the government of a report that speaks of all of it; else it may
# be the office's own.
OF_ALL = re.compile(r"全[省市县区州旗镇]|各(?:级|乡镇|镇街|街道|镇办|部门|区县|县区)|汇[总集]")


def agency_of(page: FrontPage) -> tuple[Evidence, str]:
    """The body that reports; and why it has none where its witnesses contradict each other."""
    found = with_areas(without_columns(witnesses(page), page), page)
    strong = of_kinds(found, STRONG)
    weak = of_kinds(found, WEAK)
    if not strong:
        return proposed(page, weak), ""
    lead = strong[0]
    against = first_against(lead, strong[1:]) or beside_banner(page, lead, found)
    if against is not None:
        return Evidence(), CONTRADICTED.format(lead.sentence, against.sentence)
    return chosen(page, lead, [*strong, *weak]), ""


def of_kinds(found: Sequence[Witness], kinds: Collection[str]) -> list[Witness]:
    chosen = []
    for one in found:
        if one.kind in kinds:
            chosen.append(one)
    return chosen


# --- another body ---------------------------------------------------------------------------------
# Two names of one report are of one body as far as ``may_be_one`` does not forbid it. A strong
# witness contradicts the lead only by another body that cannot be a part of it; beside a title that
# may be a site's banner, and for what contacts and labels say, less is enough to doubt the lead.


def first_against(lead: Witness, others: Sequence[Witness]) -> Witness | None:
    """The first strong witness that contradicts the lead."""
    for other in others:
        if contradicts(lead.name, other):
            return other
    return None


def contradicts(name: str, other: Witness) -> bool:
    """Whether a second strong witness names another body: 平阳县 beside 瑞安市; who compiles a
    government's report may be one of its own, as 瑞安市政务服务中心.
    """
    if may_be_one(name, other.name):
        return False
    if may_be_part(name, other.name) and not is_area_only(name):
        return False
    is_manager = other.kind == "compiled" and MANAGES.search(other.name)
    is_of_government = within.governed_area(name) and within.lies_within(other.name, name)
    return not (is_manager and is_of_government)


def may_be_part(name: str, other: str) -> bool:
    """Whether one name goes on with more, or holds the other within it: 瑞安市教育局 and
    瑞安市教育局招生办公室.
    """
    is_inside = name.find(other) > 0
    return is_inside or other.startswith(name)


def others_named(agency: str, opening: str, ending: Sequence[str]) -> list[Witness]:
    """Who compiles or publishes a report by its opening, or signs it below its title or in the last
    lines, and cannot be its body: 本报告由瑞安市人民政府编制 in a report of 瑞安市民政局.
    """
    text = tidy_text(opening)
    below_title = filter(NAME_ALONE.fullmatch, opening.split("\n")[:BYLINES])
    found = [*mentions(text), *compilers(text), *signers(agency, [*below_title, *ending])]
    others: dict[str, Witness] = {}
    for one in of_kinds(found, STRONG):
        if one.name and contradicts(agency, one):
            others.setdefault(one.name, one)
    return list(others.values())


def others_asked(agency: str, opening: str) -> list[Witness]:
    """Who answers questions by an opening, and is of another area: 可向永嘉县人民政府办公室咨询 in
    a report of 瑞安市; no body above or below.
    """
    found: list[Witness] = []
    for one in contacts(tidy_text(opening)):
        if one.name and within.are_apart(agency, one.name):
            found.append(one)
    return found[:1]


def signers(agency: str, ending: Sequence[str]) -> Iterator[Witness]:
    """瑞安市民政局2022年1月30日, or the name alone; the body itself may sign beside another:
    中共瑞安市委 瑞安市人民政府.
    """
    for line in ending:
        signed = DAY_BEHIND.sub("", without_blanks(line))
        if not signed.endswith(agency):
            name = of_inner_office(name_of(signed, alone=True))
            yield Witness("compiled", name, line.strip())


def casts_doubt(lead: Witness, one: Witness) -> bool:
    """Whether a witness may mean another body than the lead, as 瑞安市公安局塘下分局 beside
    瑞安市公安局; a government or its office is named as publisher only.
    """
    if is_government(one.name) or is_said_alike(one.name, lead.name):
        return False
    is_part = one.name.startswith(lead.name)
    if is_part or not may_be_one(lead.name, one.name):
        return True
    is_short = is_relative(one.name) or share_letters(lead.name, one.name)
    return not is_short


def is_said_alike(name: str, lead: str) -> bool:
    """Whether two names say one body, one of them perhaps in full: 市司法局 and 瑞安市司法局."""
    short, long = sorted((name, lead), key=len)
    if long.endswith(short):
        return True
    return is_fuller(name, lead) or same_body(lead, name) is True


def share_letters(one: str, other: str) -> bool:
    """Whether the letters of one name stand in the other in their order."""
    return verdicts.holds_letters(one, other) or verdicts.holds_letters(other, one)


def beside_banner(page: FrontPage, lead: Witness, found: Sequence[Witness]) -> Witness | None:
    """Another body beside a title of two lines: the first may be a site's banner, of a tax bureau
    above, of a bureau whose branch reports. 瑞安市公安局 over 2021年政府信息公开工作年度报告, and
    本报告由瑞安市公安局塘下分局编制 below.
    """
    may_be_banner = lead.kind == "title" and lead.sentence in page.joined
    besides_titles = of_kinds(found, STRONG[1:])
    if not may_be_banner or is_named_by(lead, besides_titles):
        return None
    for one in of_kinds(found, SAYS_WHO):
        if casts_doubt(lead, one):
            return one
    return None


def is_named_by(lead: Witness, others: Sequence[Witness]) -> bool:
    """Whether one of other witnesses has the same name in its one form."""
    return any(normal(one.name) == normal(lead.name) for one in others)


# --- titles that are a site's column --------------------------------------------------------------


def without_columns(found: Sequence[Witness], page: FrontPage) -> list[Witness]:
    """Of titles without a year none that is a site's column: one above a title with a year, or a
    government's above a report of 我局, as 金口河区人民政府政府信息公开年报.
    """
    titles = of_kinds(found, ("title", "banner"))
    undated = []
    for title in titles:
        if not year_in(title.sentence):
            undated.append(title)
    columns = undated
    if len(undated) == len(titles):
        columns = columns_alone(undated, found, own_ends(page))
    left = []
    for one in found:
        if one not in columns:
            left.append(one)
    return left


def columns_alone(
    titles: Sequence[Witness], found: Sequence[Witness], ends: tuple[str, ...]
) -> list[Witness]:
    """Where no title has a year, those of a government whose report it cannot be:
    金口河区人民政府政府信息公开年报 above a report of 我局.
    """
    inner = of_kinds(found, ("compiled", "named"))
    departments = []
    for one in inner:
        if not is_government(one.name):
            departments.append(one.name)
    columns = []
    for title in titles:
        if is_government(title.name) and is_of_column(title, departments, ends):
            columns.append(title)
    return columns


def is_of_column(title: Witness, departments: Sequence[str], ends: tuple[str, ...]) -> bool:
    """Whether a government's title stands above the report of a department of it, or of 我局."""
    if ends and not title.name.endswith(ends):
        return True
    return any(within.lies_within(name, title.name) for name in departments)


def own_ends(page: FrontPage) -> tuple[str, ...]:
    """What a name can end with by what the report calls its body: 我局."""
    ends: list[str] = []
    for kind in set(OWN_KIND.findall(head_text(page))):
        ends += KIND_ENDS.get(kind, (kind,))
    return tuple(ends)


def head_text(page: FrontPage) -> str:
    """The opening and the beginning of the first section."""
    return f"{page.opening}\n{page.text}"


# --- names without their area ---------------------------------------------------------------------


class NamedPlaces(NamedTuple):
    """The divisions that the page names, by where it does; the last are those that its address
    spells.
    """

    texts: Sequence[Sequence[divisions.Division]]
    site: Sequence[divisions.Division]


def with_areas(found: Sequence[Witness], page: FrontPage) -> list[Witness]:
    """The witnesses, names without their area completed where the page tells that."""
    if not any(is_relative(one.name) for one in found):
        return list(found)
    places = places_of(page)
    return [whole(one, places) for one in found]


def places_of(page: FrontPage) -> NamedPlaces:
    short = []
    for line in page.lines[:MOST_NAMING]:
        if len(line) <= LONGEST_NAMING:
            short.append(line)
    head = "\n".join((*page.site, *short))
    texts = (places_in(head), places_in(page.opening), places_in(page.text))
    return NamedPlaces(texts, places_of_site(page.url))


def whole(found: Witness, places: NamedPlaces) -> Witness:
    """A witness whose name has its area, where the page tells that. A name that says of no area at
    all, as 财政局, is only held against the head of the page.
    """
    if not is_relative(found.name):
        return found
    area, _ = parts_of(found.name)
    tells_area = area or lead_of(found.name)
    texts = places.texts if tells_area else places.texts[:1]
    name = named_in(found.name, texts, places.site)
    return found._replace(name=name or found.name, completed=bool(name))


# --- the vote -------------------------------------------------------------------------------------


def chosen(page: FrontPage, lead: Witness, others: Sequence[Witness]) -> Evidence:
    """The first strong witness, or one that says the same body's name in full: 瑞安市司法局 for
    市司法局.
    """
    alike = []
    for one in others:
        goes_on = one.name.endswith(lead.name)
        if goes_on or may_be_one(lead.name, one.name):
            alike.append(one)
    meant = meant_by(page, lead, alike)
    full = fuller_than(meant, alike)
    is_whole = not meant.completed and not is_relative(full.name)
    is_sure = is_whole and not is_doubted(meant, alike, others)
    return Evidence(full.name, full.sentence, certainty(is_sure))


def is_doubted(meant: Witness, alike: Sequence[Witness], others: Sequence[Witness]) -> bool:
    """Whether no title, if only in two lines, names the body, and it is only said to have compiled
    the report, or a contact or label names another.
    """
    if is_named_by(meant, of_kinds(alike, ("title", "banner"))):
        return False
    if is_compiler(meant):
        return True
    return any(casts_doubt(meant, one) for one in of_kinds(others, ("contact", "label")))


def meant_by(page: FrontPage, lead: Witness, alike: Sequence[Witness]) -> Witness:
    """Whose report an office compiles: that which a sentence names, else its government's."""
    if not is_compiler(lead):
        return lead
    mentioned = of_kinds(alike, ("mention",))
    return mentioned[0] if mentioned else of_government(page, lead)


def is_compiler(found: Witness) -> bool:
    """Whether a government's office, or a department that does so for it, is only said to have
    compiled the report.
    """
    if found.kind != "compiled":
        return False
    return is_government(found.name) or MANAGES.search(found.name) is not None


# 县政府办公室认真贯彻…: the office speaks of itself; where it only compiles, the report is the
# government's.
OFFICE_ACTS = re.compile(
    r"(?:^|[。\n,，])(?:20\d\d年度?[,，])?[^,，。\n]{0,10}政?府办(?:公[室厅])?"
    r"(?:认真|严格|坚持|高度|深入|积极|全面|公开|共|始终)|[我本]办|本办公[室厅]",
    re.MULTILINE,
)


def of_government(page: FrontPage, found: Witness) -> Witness:
    """Whose report an office compiles: 由瑞安市人民政府办公室编制 is of 瑞安市人民政府, unless the
    office acts.
    """
    compiles = found.kind in ("compiled", "office") and within.is_office(found.name)
    if not compiles or OFFICE_ACTS.search(head_text(page)):
        return found
    return found._replace(name=asked(found.name))


def fuller_than(lead: Witness, alike: Sequence[Witness]) -> Witness:
    """市供销社 -> 铁岭市供销合作社联合社, 国家药监局 -> 国家药品监督管理局: the same letters and
    more, of one body.
    """
    if not lead.completed and is_full_government(lead.name):
        return lead
    fuller = []
    for one in alike:
        if not one.completed and is_fuller(one.name, lead.name):
            fuller.append(one)
    return max(fuller, key=letters_of_name, default=lead)


def letters_of_name(found: Witness) -> int:
    return len(found.name)


def is_full_government(name: str) -> bool:
    """Whether a name is that of a government or its office, and tells which: 瑞安市人民政府."""
    _, department = parts_of(name)
    is_whole = normal(name) != "" and is_certain(name)
    return is_whole and department in ("", OFFICE)


def is_fuller(name: str, short: str) -> bool:
    """Whether a name is the other one in full; not its department 青溪县教育局|招生办公室, nor the
    same otherwise.
    """
    are_two = within.is_office(name) != within.is_office(short) or normal(name) == normal(short)
    if are_two or name.startswith(short):
        return False
    if name.endswith(short):
        return True
    ends_alike = name[-1] in LONG_ENDS.get(short[-1], short[-1])
    return ends_alike and is_own(name) and verdicts.holds_letters(name, short)


def is_own(name: str) -> bool:
    return not is_relative(name) or begins_with_place(name)


def proposed(page: FrontPage, weak: Sequence[Witness]) -> Evidence:
    """What sentences, labels, contacts and crumbs propose, if it is of the kind that the report
    calls itself: 我局.
    """
    fitting = list(fitting_of(page, weak))
    in_full = []
    for one in fitting:
        if is_own(one.name):
            in_full.append(one)
    lead = first_agreed(in_full)
    if lead is None:
        return Evidence()
    alike = []
    for one in fitting:
        if may_be_one(one.name, lead.name):
            alike.append(one)
    full = fuller_than(lead, alike)
    return Evidence(full.name, full.sentence, "likely")


def first_agreed(found: Sequence[Witness]) -> Witness | None:
    """The first of the voices, in the order in which they are believed, that does not contradict
    itself.
    """
    for kind in WEAK:
        alike = of_kinds(found, (kind,))
        lead = agreed(alike)
        if lead is not None:
            return lead
    return None


def fitting_of(page: FrontPage, weak: Sequence[Witness]) -> Iterator[Witness]:
    """The witnesses of the kind that the report calls itself, 我局; of a government's office only
    where the text tells whether the report is the government's or its own.
    """
    ends = own_ends(page)
    text = head_text(page)
    is_told = OF_ALL.search(text) or OFFICE_ACTS.search(text)
    for one in weak:
        if one.kind == "office" and not is_told:
            continue
        found = of_government(page, one)
        if not ends or found.name.endswith(ends):
            yield found


def agreed(names: Sequence[Witness]) -> Witness | None:
    """The first of witnesses of one kind, one that is no office if there is any; None where they
    cannot all mean one body.
    """
    for one in names:
        if not may_be_one(names[0].name, one.name):
            return None
    return min(names, key=is_of_office, default=None)


def is_of_office(found: Witness) -> bool:
    return within.is_office(found.name)
