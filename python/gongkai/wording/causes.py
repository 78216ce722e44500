"""A finding on broken sums -> its two lines: the repair, then the evidence for it.

表三 新收（自然人、总计）填457，疑应为455
新收＋上年结转比办结＋下年结转多2（自然人列、总计列）；正文第1段写455
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gongkai.figures import shown, size
from gongkai.model import (
    Alternative,
    BrokenSum,
    Fact,
    Finding,
    FindingLines,
    Form,
    Relation,
    Value,
)
from gongkai.wording import is_along_row, phrases

MOST_GAPS = 3  # of sums with the same sides told one by one
MOST_CHOICES = 3  # ways to mend a table that a line names
NUMBERS = "①②③"
# (whether a least is known, whether a most is) -> the sentence
BOUNDS = {
    (True, True): "between",
    (True, False): "least",
    (False, True): "most",
    (False, False): "other",
}

# the signs of sums that differ each by another figure -> the sentence
UNEQUAL = {
    frozenset((True,)): "all_more",
    frozenset((False,)): "all_less",
    frozenset((True, False)): "unequal",
}


def said(name: str, **facts: Fact) -> str:
    return phrases.fill(phrases.sentences()["sums"][name], facts)


def cause_lines(finding: Finding) -> FindingLines:
    """Of a misreading the two readings stand first; else the repair, or what is certain of it."""
    form = finding.form
    assert form is not None, f"{finding.rule}: a broken sum of no form"
    gaps = list(evidence(form, finding))
    if finding.cause == "reading":
        head, ours = "；".join(misread_texts(form, finding)), said("ours")
        told = joined(finding, gaps, [], phrases.LONGEST - len(head) - len(ours) - 1)
        return head, f"{ours}；{told}"
    head = repair_text(form, finding)
    if not head:
        head = said("unknown", number=form.number, gap=gaps.pop(0))
    return head, joined(finding, gaps, list(others(form, finding)), phrases.LONGEST - len(head))


def misread_texts(form: Form, finding: Finding) -> Iterator[str]:
    for cell, first, other in triples(finding, "readings"):
        yield said("misread", where=phrases.where(form, (cell,)), first=first, other=other)


def joined(finding: Finding, gaps: Sequence[str], needed: Sequence[str], room: int) -> str:
    """As many of the gaps as there is room for, none cut in its middle, and how many sums there are
    where these are not all; then what must be in sight of whoever mends a figure: what was not
    read, what the prose says. The gaps stand in the list of findings, each in a row, and in JSON.
    """
    told: list[str] = []
    count = said("sums", count=len(finding.sums))
    for at, gap in enumerate(gaps, 1):
        rest = needed if at == len(gaps) else [count, *needed]
        longer = "；".join([*told, gap, *rest])
        is_alone = len(gaps) == 1 and not needed
        if len(longer) > room - 2 and not is_alone:
            break
        told.append(gap)
    if len(told) < len(gaps):
        told.append(count)
    return "；".join([*told, *needed])


def triples(finding: Finding, name: str) -> tuple[tuple[str, ...], ...]:
    """A fact that is a list: (cell, first reading, second reading) each."""
    found = finding.facts.get(name, ())
    assert isinstance(found, tuple)
    return tuple(one for one in found if isinstance(one, tuple))


# --- the repair -----------------------------------------------------------------------------------


def repair_text(form: Form, finding: Finding) -> str:
    """What is to be changed, or what is certain of it; "" where nothing is."""
    ways = len(finding.suspects)
    if ways > MOST_CHOICES:
        return choices_text(form, finding, "choices", MOST_CHOICES - 1)
    if ways > 1:
        return choices_text(form, finding, "choice", ways)
    if ways == 1 and not is_open_everywhere(finding):
        return "；".join(changes(form, finding.suspects[0], dict_of(finding, "unread")))
    return "；".join(bounds_texts(form, finding))


def is_open_everywhere(finding: Finding) -> bool:
    """Whether of no cell that the one repair changes the figure is certain: at least 139."""
    bounds = dict_of(finding, "bounds")
    return all(suspect.cell in bounds for suspect in finding.suspects[0])


def dict_of(finding: Finding, name: str) -> dict[str, str]:
    """The first and second part of each item of such a list."""
    return {cell: text for cell, text, *_ in triples(finding, name)}


def changes(form: Form, alternative: Alternative, unread: Mapping[str, str]) -> Iterator[str]:
    """表三 新收（自然人、总计）填457，疑应为455: cells of a row with the same figures go together.

    Of several in one row the row is named once: 表三 部分公开：自然人填0，疑应为6; 商业企业填6….
    """
    same: dict[tuple[str, Value, str, int], list[str]] = {}
    for suspect in alternative:
        row, raw = form.cells[suspect.cell].row.id, unread.get(suspect.cell, "")
        alike = row, suspect.stated, raw, suspect.proposed
        same.setdefault(alike, []).append(suspect.cell)
    rows = {row for row, *_ in same}
    names = names_of(form, list(same.values()), len(rows) == 1)
    for name, (_, stated, raw, proposed) in zip(names, same, strict=True):
        if stated is not None:
            yield said("changed", where=name, stated=stated, proposed=proposed)
        elif raw:
            yield said("unread", where=name, raw=raw, proposed=proposed)
        else:
            yield said("filled", where=name, proposed=proposed)


def names_of(form: Form, groups: Sequence[Sequence[str]], is_one_row: bool) -> Iterator[str]:
    """The table is named once, and so is a row to which all belong."""
    before = f"{form.number} "
    is_row_named = is_one_row and len(groups) > 1
    if is_row_named:
        before += f"{phrases.short_row(form.cells[groups[0][0]].row)}："
    for cells in groups:
        columns = "、".join(phrases.short_column(form.cells[cell].column) for cell in cells)
        yield before + (
            columns if is_row_named else without_table(form, phrases.where(form, cells))
        )
        before = ""


def place_in(form: Form, cell: str) -> str:
    """予以公开（自然人）, the table having been named."""
    return without_table(form, phrases.where(form, (cell,)))


def without_table(form: Form, place: str) -> str:
    return place.removeprefix(f"{form.number} ")


def choices_text(form: Form, finding: Finding, name: str, most: int) -> str:
    """表三有误，2种改法：①予以公开（自然人）134→143；②予以公开（总计）143→134."""
    named = []
    for number, alternative in zip(NUMBERS, finding.suspects[:most], strict=False):
        named.append(f"{number}{arrows(form, alternative)}")
    ways = finding.facts.get("ways") or len(finding.suspects)
    return said(name, number=form.number, ways=ways, choices="；".join(named))


def arrows(form: Form, alternative: Alternative) -> str:
    texts = []
    for suspect in alternative:
        place = place_in(form, suspect.cell)
        stated = "空白" if suspect.stated is None else shown(suspect.stated)
        texts.append(f"{place}{stated}→{suspect.proposed}")
    return "、".join(texts)


def bounds_texts(form: Form, finding: Finding) -> Iterator[str]:
    """表三 予以公开（总计）填89，至少应为139: which cells are wrong is certain, the figures not."""
    for cell, stated, least, most in triples(finding, "bounds"):
        name = BOUNDS[bool(least), bool(most)]
        yield said(name, where=phrases.where(form, (cell,)), stated=stated, least=least, most=most)


# --- the evidence ---------------------------------------------------------------------------------


def evidence(form: Form, finding: Finding) -> Iterator[str]:
    """新收＋上年结转比办结＋下年结转多2（自然人列、总计列）、少1（其他列）: each label once."""
    apart: dict[str, dict[str, list[str]]] = {}
    signs: dict[str, set[bool]] = {}
    for one in finding.sums:
        start, end = gap_parts(one)
        signs.setdefault(start, set()).add((one.difference or 0) > 0)
        subjects = apart.setdefault(start, {}).setdefault(end, [])
        subjects += [subject_of(form, relation) for relation in one.relations]
    for start, ends in apart.items():
        told = []
        places = []
        for end, subjects in ends.items():
            told.append(f"{end}（{phrases.subjects_text(subjects)}）")
            places += subjects
        if not start:
            yield from told
        elif len(told) <= MOST_GAPS:
            yield start + "、".join(told)
        else:
            name = UNEQUAL[frozenset(signs[start])]
            yield said(name, sides=start, places=phrases.subjects_text(places))


def sum_text(form: Form, broken: BrokenSum) -> str:
    """各列之和比总计多1（予以公开行）."""
    subjects = phrases.subjects_text(subject_of(form, relation) for relation in broken.relations)
    return f"{''.join(gap_parts(broken))}（{subjects}）"


def gap_parts(broken: BrokenSum) -> tuple[str, str]:
    """What several sums may say alike, and what tells them apart: 各项之和比办结, 多2."""
    first = broken.relations[0]
    sides: dict[str, Fact] = {"left": first.left, "right": first.right}
    blanks = said("blanks", count=broken.blanks) if broken.blanks else ""
    if len(broken.relations) > 1:
        together = said("together", count=len(broken.relations))
        return "", f"{together}，{blanks}" if blanks else together
    if broken.difference is None:
        return "", f"{said('never', **sides)}，{blanks}"
    if blanks:
        name = "above" if broken.difference > 0 else "below"
        text = said(name, **sides, stated=broken.stated, computed=broken.computed)
        return "", f"{text}，{blanks}"
    name = "more" if broken.difference > 0 else "less"
    return said("sides", **sides), said(name, gap=size(broken.difference))


def subject_of(form: Form, relation: Relation) -> str:
    """予以公开行 where a relation runs along a row, 自然人列 where it runs down a column."""
    cells = [form.cells[cell] for cell in relation.cells]
    if is_along_row(cells):
        return f"{phrases.short_row(cells[0].row)}行"
    return f"{phrases.short_column(cells[0].column)}列"


def others(form: Form, finding: Finding) -> Iterator[str]:
    """What was not read, what the prose says, a second reading that mends nothing, how sure."""
    unread = unread_besides(finding)
    if unread:
        yield said("left", where=without_table(form, phrases.where(form, unread)))
    for place, figure in triples(finding, "prose"):
        yield said("prose", place=place, figure=figure)
    for place, figure in triples(finding, "prose_too"):
        yield said("prose_too", place=place, figure=figure)
    for cell, _, other in triples(finding, "readings"):
        yield said("apart", where=place_in(form, cell), other=other)
    yield from how_sure(finding)
    for cell, raw in dict_of(finding, "odd").items():
        yield said("source", where=place_in(form, cell), raw=raw)


def unread_besides(finding: Finding) -> list[str]:
    """The cells that were not read, of which no repair speaks."""
    unread = dict_of(finding, "unread")
    for alternative in finding.suspects:
        for suspect in alternative:
            unread.pop(suspect.cell, None)
    return list(unread)


def how_sure(finding: Finding) -> Iterator[str]:
    """How many unlikely ways there are besides, and how many in all where none is named."""
    ways, unlikely = finding.facts.get("ways"), finding.facts.get("unlikely")
    if unlikely:
        yield said("unlikely", count=unlikely)
    if not finding.suspects and ways:
        yield said("ways", count=ways)
