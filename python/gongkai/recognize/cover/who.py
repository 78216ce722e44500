"""The head of a report -> the body that reports, with the sentence that says so; "" and why where
it does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gongkai.bodies import is_certain, may_be_one, normal, parts_of, same_body
from gongkai.bodies.divisions import Division
from gongkai.bodies.names import OFFICE
from gongkai.bodies.places import is_relative, lead_of, named_in, places_in, places_of_site
from gongkai.bodies.within import governed_area, is_office, lies_within
from gongkai.model import Evidence
from gongkai.recognize.cover.names import begins_with_place, is_government
from gongkai.recognize.cover.page import FrontPage
from gongkai.recognize.cover.titles import year_in
from gongkai.recognize.cover.witnesses import Witness, asked, is_area_only, witnesses

CONTRADICTED = "“{}”与“{}”中的机关不同，无法确定是哪个机关的报告"
OWN_KIND = re.compile(r"[我本](局|委|厅|办|镇|乡|街道|院|部|署|中心|馆)(?!公室)")
KIND_ENDS = {
    "委": ("委", "委员会"),
    "办": ("办", "办公室"),
    "街道": ("街道", "办事处"),
    "镇": ("镇", "镇人民政府"),
    "乡": ("乡", "乡人民政府"),
}
# Which departments compile a government's report, as the 主管部门 of disclosure.
MANAGES = re.compile(r"办公[室厅]$|政务服务|行政审批|数据")
SAYS_WHO = ("mention", "compiled", "named", "contact", "label")  # besides titles
LONGEST_NAMING = 40  # characters of a line that may say whose page it is
# The voices in the order in which they are believed. What stands below "strong" only proposes.
STRONG = ("title", "mention", "compiled")
WEAK = ("named", "contact", "banner", "label", "site", "office", "subject", "crumb", "text")
# Whose office is to be asked, is the government of a report that speaks of all of it; else it may
# be the office's own.
OF_ALL = re.compile(r"全[省市县区州旗镇]|各(?:级|乡镇|镇街|街道|镇办|部门|区县|县区)|汇[总集]")


def agency_of(page: FrontPage) -> tuple[Evidence, str]:
    """The body that reports; and why it has none where its witnesses contradict each other."""
    found = with_areas(without_columns(witnesses(page), page), page)
    strong = [one for one in found if one.kind in STRONG]
    weak = [one for one in found if one.kind in WEAK]
    if not strong:
        return proposed(page, weak), ""
    lead = strong[0]
    others = (one for one in strong[1:] if is_against(lead.name, one))
    against = next(others, None) or beside_banner(page, lead, found)
    if against is not None:
        return Evidence(), CONTRADICTED.format(lead.sentence, against.sentence)
    return chosen(page, lead, [*strong, *weak]), ""


def beside_banner(page: FrontPage, lead: Witness, found: Sequence[Witness]) -> Witness | None:
    """Another body beside a title of two lines: the first may be a site's banner, of a tax bureau
    above, of a bureau whose branch reports.
    """
    if lead.kind != "title" or lead.sentence not in page.joined:
        return None
    borne_out = any(
        one.kind in STRONG[1:] and normal(one.name) == normal(lead.name) for one in found
    )
    others = (
        one for one in found if not borne_out and one.kind in SAYS_WHO and is_other(lead, one)
    )
    return next(others, None)


def is_other(lead: Witness, one: Witness) -> bool:
    """Whether a witness names another body than the lead, not a government or its office as
    publisher.
    """
    alike = (
        lead.name.endswith(one.name)
        or one.name.endswith(lead.name)
        or is_fuller(one.name, lead.name)
    )
    return (
        not is_government(one.name)
        and not alike
        and same_body(lead.name, one.name) is not True
        and is_apart(lead, one)
    )


def is_apart(lead: Witness, one: Witness) -> bool:
    part = one.name.startswith(lead.name) and one.name != lead.name
    unlike = not holds_letters(one.name, lead.name) and not holds_letters(lead.name, one.name)
    return part or not may_be_one(lead.name, one.name) or (unlike and not is_relative(one.name))


def holds_letters(name: str, short: str) -> bool:
    """铁岭市供销合作社联合社 has the letters of 市供销社 in their order."""
    letters = iter(name)
    return all(letter in letters for letter in short)


def without_columns(found: Sequence[Witness], page: FrontPage) -> list[Witness]:
    """Of titles without a year none that is a site's column: one above a title with a year, or a
    government's above a report of 我局, as 金口河区人民政府政府信息公开年报.
    """
    titles = [one for one in found if one.kind in ("title", "banner")]
    undated = [one for one in titles if not year_in(one.sentence)]
    ends = own_ends(page)
    columns = (
        undated
        if len(undated) < len(titles)
        else [one for one in undated if is_of_column(one, found, ends)]
    )
    return [one for one in found if one not in columns]


def is_of_column(title: Witness, found: Sequence[Witness], ends: tuple[str, ...]) -> bool:
    if not is_government(title.name):
        return False
    others = [one.name for one in found if one.kind in ("compiled", "named")]
    inside = any(not is_government(name) and lies_within(name, title.name) for name in others)
    return inside or (bool(ends) and not title.name.endswith(ends))


def own_ends(page: FrontPage) -> tuple[str, ...]:
    """What a name can end with by what the report calls its body: 我局."""
    own = {match[1] for match in OWN_KIND.finditer(f"{page.opening}\n{page.text}")}
    return tuple(end for kind in own for end in KIND_ENDS.get(kind, (kind,)))


# --- names without their area ---------------------------------------------------------------------


class NamedPlaces(NamedTuple):
    """The divisions that the page names, by where it does; the last are those that its address
    spells.
    """

    texts: Sequence[Sequence[Division]]
    site: Sequence[Division]


def with_areas(found: Sequence[Witness], page: FrontPage) -> list[Witness]:
    """The witnesses, names without their area completed where the page tells that."""
    if not any(is_relative(one.name) for one in found):
        return list(found)
    places = places_of(page)
    return [whole(one, places) for one in found]


def places_of(page: FrontPage) -> NamedPlaces:
    short = [line for line in page.lines[:8] if len(line) <= LONGEST_NAMING]
    head = "\n".join((*page.site, *short))
    texts = tuple(map(places_in, (head, page.opening, page.text)))
    return NamedPlaces(texts, places_of_site(page.url))


def whole(found: Witness, places: NamedPlaces) -> Witness:
    """A witness whose name has its area, where the page tells that."""
    if not is_relative(found.name):
        return found
    texts = places.texts if lead_of(found.name) or parts_of(found.name)[0] else places.texts[:1]
    name = named_in(found.name, texts, places.site)
    return found._replace(name=name or found.name, completed=bool(name))


# --- the vote -------------------------------------------------------------------------------------


def is_against(name: str, other: Witness) -> bool:
    """Whether a second strong witness names another body; who compiles a government's report may be
    one of its own.
    """
    part = other.name.startswith(name) or (other.name in name and not name.startswith(other.name))
    if may_be_one(name, other.name) or (part and not is_area_only(name)):
        return False
    inside = governed_area(name) != "" and lies_within(other.name, name)
    return not (inside and other.kind == "compiled" and MANAGES.search(other.name))


def chosen(page: FrontPage, lead: Witness, others: Sequence[Witness]) -> Evidence:
    """The first strong witness, or one that says the same body's name in full."""
    alike = [
        one for one in others if may_be_one(lead.name, one.name) or one.name.endswith(lead.name)
    ]
    meant = meant_by(page, lead, alike)
    full = fuller_than(meant, alike)
    doubted = not is_titled(meant, alike) and (
        is_compiler(meant) or any(is_other(meant, one) for one in contacts_and_labels(others))
    )
    is_sure = not meant.completed and not is_relative(full.name) and not doubted
    return Evidence(full.name, full.sentence, "certain" if is_sure else "likely")


def contacts_and_labels(found: Sequence[Witness]) -> list[Witness]:
    """Those that say whose report it is, besides titles and sentences on the report."""
    return [one for one in found if one.kind in ("contact", "label")]


def meant_by(page: FrontPage, lead: Witness, alike: Sequence[Witness]) -> Witness:
    """Whose report an office compiles: that which a sentence names, else its government's."""
    if not is_compiler(lead):
        return lead
    mentioned = [one for one in alike if one.kind == "mention"]
    return mentioned[0] if mentioned else of_government(page, lead)


def is_titled(found: Witness, alike: Sequence[Witness]) -> bool:
    """Whether a title, if only in two lines, names the body too."""
    return any(
        one.kind in ("title", "banner") and normal(one.name) == normal(found.name) for one in alike
    )


def is_compiler(found: Witness) -> bool:
    """Whether a government's office, or a department that does so for it, is only said to have
    compiled the report.
    """
    return found.kind == "compiled" and (
        is_government(found.name) or MANAGES.search(found.name) is not None
    )


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
    compiles = found.kind in ("compiled", "office") and is_office(found.name)
    if not compiles or OFFICE_ACTS.search(f"{page.opening}\n{page.text}"):
        return found
    return found._replace(name=asked(found.name))


def fuller_than(lead: Witness, alike: Sequence[Witness]) -> Witness:
    """市供销社 -> 铁岭市供销合作社联合社, 国家药监局 -> 国家药品监督管理局: the same letters and
    more, of one body.
    """
    if (
        normal(lead.name)
        and is_certain(lead.name)
        and not lead.completed
        and parts_of(lead.name)[1] in ("", OFFICE)
    ):
        return lead
    found = [one for one in alike if not one.completed and is_fuller(one.name, lead.name)]
    return max(found, key=lambda one: len(one.name), default=lead)


def is_fuller(name: str, short: str) -> bool:
    """Whether a name is the other one in full; not its department 青溪县教育局|招生办公室, nor the
    same otherwise.
    """
    if (
        is_office(name) != is_office(short)
        or normal(name) == normal(short)
        or name.startswith(short)
    ):
        return False
    if name.endswith(short):
        return True
    alike = name[-1] == short[-1] or (short[-1], name[-1]) == ("委", "会")
    return alike and is_own(name) and holds_letters(name, short)


def is_own(name: str) -> bool:
    return not is_relative(name) or begins_with_place(name)


def proposed(page: FrontPage, weak: Sequence[Witness]) -> Evidence:
    """What sentences, labels, contacts and crumbs propose, if it is of the kind that the report
    calls itself: 我局.
    """
    fitting = list(fitting_of(page, weak))
    groups = [[one for one in fitting if one.kind == kind and is_own(one.name)] for kind in WEAK]
    lead = next(filter(None, map(agreed, groups)), None)
    if lead is None:
        return Evidence()
    alike = [one for one in fitting if may_be_one(one.name, lead.name)]
    full = fuller_than(lead, alike)
    return Evidence(full.name, full.sentence, "likely")


def fitting_of(page: FrontPage, weak: Sequence[Witness]) -> Iterator[Witness]:
    """The witnesses of the kind that the report calls itself; of a government's office only where
    the text tells whether the report is the government's or its own.
    """
    ends, text = own_ends(page), f"{page.opening}\n{page.text}"
    is_told = OF_ALL.search(text) or OFFICE_ACTS.search(text)
    for one in weak:
        found = of_government(page, one)
        if (is_told or one.kind != "office") and (not ends or found.name.endswith(ends)):
            yield found


def agreed(names: Sequence[Witness]) -> Witness | None:
    """The first of witnesses of one kind, if all of them may mean one body."""
    if not names or not all(may_be_one(names[0].name, one.name) for one in names):
        return None
    return next((one for one in names if not is_office(one.name)), names[0])
