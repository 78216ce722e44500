"""A finding on broken sums -> its two lines: the repair, then the evidence for it.

表三 新收（自然人、总计）填457，疑应为455
新收＋上年结转比办结＋下年结转多2（自然人列、总计列）；正文第1段写455
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gongkai.figures import shown
from gongkai.model import (
    Alternative,
    BrokenSum,
    Fact,
    Figure,
    Finding,
    FindingLines,
    Form,
    Relation,
    Value,
)
from gongkai.wording.phrases import (
    LONGEST,
    fill,
    sentences,
    short_column,
    short_row,
    subjects_text,
    where,
)

MOST_GAPS = 3  # of sums with the same sides told one by one
MOST_CHOICES = 3  # ways to mend a table that a line names
NUMBERS = "①②③"


def said(name: str, **facts: Fact) -> str:
    return fill(sentences()["sums"][name], facts)


def cause_lines(finding: Finding) -> FindingLines:
    """Of a misreading the two readings stand first; else the repair, or what is certain of it."""
    form = finding.form
    assert form is not None, f"{finding.rule}: a broken sum of no form"
    parts = list(evidence(form, finding))
    readings = triples(finding, "readings")
    if finding.cause == "reading":
        head = "；".join(
            said("misread", where=where(form, (cell,)), first=first, other=other)
            for cell, first, other in readings
        )
        return head, joined([said("ours"), *parts], LONGEST - len(head))
    head = repair_text(form, finding)
    if not head:
        head = said("unknown", number=form.number, gap=parts.pop(0))
    return head, joined([*parts, *others(form, finding)], LONGEST - len(head))


def joined(parts: Sequence[str], room: int) -> str:
    """As many parts as there is room for, the first at least: none is cut in its middle."""
    told = ""
    for part in filter(None, parts):
        longer = f"{told}；{part}" if told else part
        if told and len(longer) > room - 2:
            break
        told = longer
    return told


def triples(finding: Finding, name: str) -> tuple[tuple[str, ...], ...]:
    """A fact that is a list: (cell, first reading, second reading) each."""
    found = finding.facts.get(name, ())
    assert isinstance(found, tuple)
    return tuple(one for one in found if isinstance(one, tuple))


# --- the repair -----------------------------------------------------------------------------------


def repair_text(form: Form, finding: Finding) -> str:
    """What is to be changed, or what is certain of it; "" where nothing is."""
    open_cells = {cell for cell, *_ in triples(finding, "bounds")}
    if len(finding.suspects) == 1 and open_cells >= cells_in(finding.suspects[0]):
        return "；".join(bounds_texts(form, finding))
    if len(finding.suspects) == 1:
        return "；".join(changes(form, finding.suspects[0], dict_of(finding, "unread")))
    if 1 < len(finding.suspects) <= MOST_CHOICES:
        return choices_text(form, finding, "choice", len(finding.suspects))
    if finding.suspects:
        return choices_text(form, finding, "choices", MOST_CHOICES - 1)
    return "；".join(bounds_texts(form, finding))


def cells_in(alternative: Alternative) -> set[str]:
    return {suspect.cell for suspect in alternative}


def dict_of(finding: Finding, name: str) -> dict[str, str]:
    pairs = triples(finding, name)
    return {pair[0]: pair[1] for pair in pairs}


def changes(form: Form, alternative: Alternative, unread: Mapping[str, str]) -> Iterator[str]:
    """表三 新收（自然人、总计）填457，疑应为455: cells of a row with the same figures go together.

    Of several in one row the row is named once: 表三 部分公开：自然人填0，疑应为6; 商业企业填6….
    """
    same: dict[tuple[str, Value, int], list[str]] = {}
    for suspect in alternative:
        row = form.cells[suspect.cell].row.id
        same.setdefault((row, suspect.stated, suspect.proposed), []).append(suspect.cell)
    rows = {row for row, _, _ in same}
    names = list(names_of(form, list(same.values()), len(rows) == 1))
    for name, ((_, stated, proposed), cells) in zip(names, same.items(), strict=True):
        raw = unread.get(cells[0], "")
        if stated is not None:
            yield said("changed", where=name, stated=stated, proposed=proposed)
        elif raw:
            yield said("unread", where=name, raw=raw, proposed=proposed)
        else:
            yield said("filled", where=name, proposed=proposed)


def names_of(form: Form, groups: Sequence[Sequence[str]], is_one_row: bool) -> Iterator[str]:
    """The table is named once, and so is a row to which all belong."""
    for number, cells in enumerate(groups):
        if is_one_row and len(groups) > 1:
            columns = "、".join(short_column(form.cells[cell].column) for cell in cells)
            row = short_row(form.cells[cells[0]].row)
            yield columns if number else f"{form.number} {row}：{columns}"
        else:
            yield without_table(form, where(form, cells)) if number else where(form, cells)


def without_table(form: Form, place: str) -> str:
    return place.removeprefix(f"{form.number} ")


def choices_text(form: Form, finding: Finding, name: str, most: int) -> str:
    """表三有误，2种改法：①予以公开（自然人）134→143；②予以公开（总计）143→134."""
    named = [
        f"{number}{arrows(form, alternative)}"
        for number, alternative in zip(NUMBERS[:most], finding.suspects, strict=False)
    ]
    ways = finding.facts.get("ways") or len(finding.suspects)
    return said(name, number=form.number, ways=ways, choices="；".join(named))


def arrows(form: Form, alternative: Alternative) -> str:
    texts = []
    for suspect in alternative:
        place = without_table(form, where(form, (suspect.cell,)))
        stated = "空白" if suspect.stated is None else shown(suspect.stated)
        texts.append(f"{place}{stated}→{suspect.proposed}")
    return "、".join(texts)


def bounds_texts(form: Form, finding: Finding) -> Iterator[str]:
    """表三 予以公开（总计）填89，至少应为139: which cells are wrong is certain, the figures not."""
    for cell, stated, least, most in triples(finding, "bounds"):
        name = "between" if least and most else "least" if least else "most" if most else "other"
        yield said(name, where=where(form, (cell,)), stated=stated, least=least, most=most)


# --- the evidence ---------------------------------------------------------------------------------


def evidence(form: Form, finding: Finding) -> Iterator[str]:
    """新收＋上年结转比办结＋下年结转多2（自然人列、总计列）、少1（其他列）: each label once."""
    apart: dict[str, dict[str, list[str]]] = {}
    for one in finding.sums:
        start, end = gap_parts(one)
        subjects = apart.setdefault(start, {}).setdefault(end, [])
        subjects += [subject_of(form, relation) for relation in one.relations]
    for start, ends in apart.items():
        told = [f"{end}（{subjects_text(subjects)}）" for end, subjects in ends.items()]
        if not start:
            yield from told
        elif len(told) <= MOST_GAPS:
            yield start + "、".join(told)
        else:
            places = [subject for subjects in ends.values() for subject in subjects]
            yield said("unequal", sides=start, places=subjects_text(places))


def sum_text(form: Form, broken: BrokenSum) -> str:
    """各列之和比总计多1（予以公开行）."""
    subjects = subjects_text(subject_of(form, relation) for relation in broken.relations)
    return f"{''.join(gap_parts(broken))}（{subjects}）"


def further_text(finding: Finding, broken: BrokenSum) -> str:
    """同上　各列之和比总计多1（予以公开行）: below the lines of a cause."""
    form = finding.form
    assert form is not None, f"{finding.rule}: a broken sum of no form"
    return f"同上　{sum_text(form, broken)}"


def gap_parts(broken: BrokenSum) -> tuple[str, str]:
    """What several sums may say alike, and what tells them apart: 各项之和比办结总计, 多2."""
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


def size(figure: Figure) -> Figure:
    return -figure if figure < 0 else figure


def subject_of(form: Form, relation: Relation) -> str:
    """予以公开行 where a relation runs along a row, 自然人列 where it runs down a column."""
    cells = [form.cells[cell] for cell in relation.cells]
    if len({cell.row.id for cell in cells}) == 1:
        return f"{short_row(cells[0].row)}行"
    return f"{short_column(cells[0].column)}列"


def others(form: Form, finding: Finding) -> Iterator[str]:
    """What the prose says, what was not read, a second reading that mends nothing, how sure."""
    for place, figure in triples(finding, "prose"):
        yield said("prose", place=place, figure=figure)
    suspected = {suspect.cell for choice in finding.suspects for suspect in choice}
    unread = [cell for cell in dict_of(finding, "unread") if cell not in suspected]
    if unread:
        yield said("left", where=without_table(form, where(form, unread)))
    for cell, _, other in triples(finding, "readings"):
        place = without_table(form, where(form, (cell,)))
        yield said("apart", where=place, other=other)
    for cell, raw in dict_of(finding, "odd").items():
        place = without_table(form, where(form, (cell,)))
        yield said("source", where=place, raw=raw)
    ways, unlikely = finding.facts.get("ways"), finding.facts.get("unlikely")
    if unlikely:
        yield said("unlikely", count=unlikely)
    if not finding.suspects and ways:
        yield said("ways", count=ways)
