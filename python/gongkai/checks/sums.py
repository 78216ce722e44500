"""A table -> findings on its stated sums (勾稽关系): broken or impossible, with suspects;
implied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from gongkai.figures import read_figure, shown
from gongkai.model import Entry, Finding, Form, Relation, Suspect, Table, Value
from gongkai.sums import (
    Proposal,
    as_written,
    difference,
    localize,
    stated_and_computed,
    stated_figures,
    table_state,
    total,
)
from gongkai.wording import label_of, official_order, subject_and_names, written

MOST_PARTS = 6  # named one by one in a message; of more only those that are not zero
MOST_RELATIONS = 6  # named in the message about a conflict


@lru_cache(maxsize=4)  # a workbook's functions ask again for the same table
def proposals(form: Form, values: tuple[tuple[str, Value], ...]) -> list[Proposal]:
    """A proposal for each broken relation and each conflict of the solution, in its order."""
    return localize(form, as_written(dict(values)))


def check_sums(table: Table) -> list[Finding]:
    """Errors in the order of the relations, then a note for each blank whose figure is known and
    not zero.

    Rules: that of the broken relation; for a conflict that of its first relation;
    ``coverage.implied`` for a blank. ``stated`` and ``computed`` are the sums over ``whole`` and
    ``parts``; in a conflict, of the cells that are stated, and only where these alone already
    exceed the other side.
    """
    form, values = table.form, table.values
    order = {relation.rule: number for number, relation in enumerate(form.relations)}
    solution = table_state(table).solution
    found = [broken_finding(form, relation, values) for relation in solution.broken]
    found += [conflict_finding(form, conflict, values) for conflict in solution.conflicts]
    if found:
        asked = [(relation,) for relation in solution.broken] + list(solution.conflicts)
        told = proposals(form, tuple(values.items()))
        found = with_suspects(
            form,
            found,
            told,
            [unread_in(form, table.entries, *each) for each in zip(asked, told, strict=True)],
        )
    found.sort(key=lambda finding: order[finding.rule])
    return found + implied_findings(form, table.entries, solution.implied)


def with_suspects(
    form: Form,
    findings: Sequence[Finding],
    proposals: Sequence[Proposal],
    unread: Sequence[Mapping[str, str]],
) -> list[Finding]:
    """Findings with the cells that are likely wrong; ``unread``: for each what stands in its cells
    and was not used.
    """
    return [
        replace(
            finding,
            message=finding.message + ending(form, proposal, texts),
            suspects=proposal.alternatives,
            too_many=not proposal.alternatives,
        )
        for finding, proposal, texts in zip(findings, proposals, unread, strict=True)
    ]


def unread_in(
    form: Form, entries: Mapping[str, Entry], relations: Iterable[Relation], proposal: Proposal
) -> dict[str, str]:
    """Cell -> what stands in it, for cells asked about or suspected without a value, neither blank
    nor with a sign.
    """
    suspected = [suspect.cell for alternative in proposal.alternatives for suspect in alternative]
    asked = official_order(
        form, [cell for relation in relations for cell in relation.cells] + suspected
    )
    texts = {
        cell: entries[cell].raw for cell in asked if cell in entries and entries[cell].value is None
    }
    plain = ("blank", "sign")
    return {
        cell: raw
        for cell, raw in texts.items()
        if read_figure(raw, form.cells[cell].column.unit).state not in plain
    }


# --- all cells stated -----------------------------------------------------------------------------


def broken_finding(form: Form, relation: Relation, values: Mapping[str, Value]) -> Finding:
    sums = stated_and_computed(relation, values)
    assert sums is not None, f"{relation.rule} has blanks"
    stated, computed = sums
    subject, names = subject_and_names(form, relation)
    if len(relation.whole) == 1:
        right = f"{names[relation.whole[0]]}填{shown(stated)}"
    else:
        right = f"{sum_text(relation.whole, names, values)}＝{shown(stated)}"
    apart = difference(computed, stated)
    left = f"{sum_text(relation.parts, names, values)}＝{shown(computed)}"
    message = (
        f"{form.number} {subject}：{left}，{right}，差{shown(difference(max(sums), min(sums)))}。"
    )
    return Finding(
        relation.rule,
        "error",
        message,
        official_order(form, relation.cells),
        stated,
        computed,
        apart,
    )


def sum_text(cells: Sequence[str], names: Mapping[str, str], values: Mapping[str, Value]) -> str:
    """自然人134＋商业企业7; of a long sum the zeros only in a word, and a group's name once for all
    that follow.
    """
    named = cells if len(cells) <= MOST_PARTS else [cell for cell in cells if values[cell] != 0]
    if not named:
        return "各项之和"
    terms: list[str] = []
    last = ""
    for cell in named:
        group, _, name = names[cell].rpartition(" ")
        terms.append(f"{name if group == last else names[cell]}{shown(values[cell])}")
        last = group
    text = "＋".join(terms)
    return text if len(named) == len(cells) else f"{text}（其余为0）"


# --- with blanks ----------------------------------------------------------------------------------


def conflict_finding(
    form: Form, conflict: Sequence[Relation], values: Mapping[str, Value]
) -> Finding:
    """Relations that no filling of the blanks satisfies together."""
    all_cells = [cell for relation in conflict for cell in relation.cells]
    cells = official_order(form, (cell for cell in all_cells if values.get(cell) is not None))
    if len(conflict) == 1:
        return lone_conflict(form, conflict[0], values, cells)
    blanks = sum(1 for cell in set(all_cells) if values.get(cell) is None)
    named = [relation_text(form, relation) for relation in conflict]
    listed = "；".join(named[:MOST_RELATIONS]) + ("等" if len(named) > MOST_RELATIONS else "")
    message = (
        f"{form.number} {len(conflict)}项勾稽关系不能同时成立，无论其中{blanks}格空白填多少都不相"
        f"符：{listed}。"
    )
    return Finding(conflict[0].rule, "error", message, cells)


def relation_text(form: Form, relation: Relation) -> str:
    """自然人列 各项之和＝（七）总计."""
    subject, names = subject_and_names(form, relation)
    parts = (
        names_of(names, relation.parts)
        if len(relation.parts) == len(relation.whole)
        else "各项之和"
    )
    return f"{subject} {parts}＝{names_of(names, relation.whole)}"


def names_of(names: Mapping[str, str], cells: Sequence[str]) -> str:
    return "＋".join(names[cell] for cell in cells)


def lone_conflict(
    form: Form, relation: Relation, values: Mapping[str, Value], cells: tuple[str, ...]
) -> Finding:
    """One relation that blanks cannot mend: as a rule, what is stated on one side is more than the
    other side's sum.
    """
    subject, names = subject_and_names(form, relation)
    blanks = len(relation.cells) - len(cells)
    whole, parts = stated_figures(relation.whole, values), stated_figures(relation.parts, values)
    stated, computed = total(whole), total(parts)
    end = f"（有{blanks}格空白），无论空白填多少都不相符。"
    start = f"{form.number} {subject}："
    if len(whole) == len(relation.whole) and computed > stated:
        named = names_of(names, relation.whole) + ("之和" if len(whole) > 1 else "")
        message = f"{start}已填各项之和{shown(computed)}，已超过{named}{shown(stated)}{end}"
    elif len(parts) == len(relation.parts) and whole and stated > computed:
        named = names_of(names, [cell for cell in relation.whole if values.get(cell) is not None])
        message = f"{start}已填的{named}{shown(stated)}，已超过各项之和{shown(computed)}{end}"
    else:
        return Finding(relation.rule, "error", f"{start}有负数或小数，勾稽关系不能成立{end}", cells)
    return Finding(
        relation.rule, "error", message, cells, stated, computed, difference(computed, stated)
    )


def implied_findings(
    form: Form, entries: Mapping[str, Entry], implied: Mapping[str, int]
) -> list[Finding]:
    """One note for each blank to which the relations leave a single figure other than zero."""
    found = []
    for cell_id in official_order(form, (cell_id for cell_id, figure in implied.items() if figure)):
        cell, figure = form.cells[cell_id], implied[cell_id]
        raw = entries[cell_id].raw if cell_id in entries else ""
        message = (
            f"{form.number} {label_of(cell)} {written(raw, cell.column.unit)}，按勾稽关系应为"
            f"{figure}。"
        )
        found.append(Finding("coverage.implied", "note", message, (cell_id,), computed=figure))
    return found


# --- a proposal as the end of a message -----------------------------------------------------------

MOST_UNREAD = 3


def ending(form: Form, proposal: Proposal, unread: Mapping[str, str]) -> str:
    """疑为 表三 （一）予以公开·自然人 填134，应为143。 Of several ways all are named, or how many
    there are.

    ``unread``: cell -> the text that stands in it and was not used; a figure is blamed only with
    these in sight.
    """
    texts = {cell: written(raw, form.cells[cell].column.unit) for cell, raw in unread.items()}
    suspected = {suspect.cell for alternative in proposal.alternatives for suspect in alternative}
    first = [
        f"{label_of(form.cells[cell])} {text}"
        for cell, text in texts.items()
        if cell not in suspected
    ]
    more = f"等{len(first)}格" if len(first) > MOST_UNREAD else ""
    told = f"请先核对没有读出的格：{'、'.join(first[:MOST_UNREAD])}{more}。" if first else ""
    return f"{proposed(form, proposal, texts)}{told}"


def proposed(form: Form, proposal: Proposal, unread: Mapping[str, str]) -> str:
    others = f"另有{proposal.unlikely}种可能性较小的改法" if proposal.unlikely else ""
    if len(proposal.alternatives) == 1:
        doubt = f"（{others}，请对照原文）" if others else ""
        return (
            f"疑为 {form.number} "
            f"{alternative_text(form, proposal.alternatives[0], '，', unread)}{doubt}。"
        )
    if proposal.alternatives:
        listed = "；或".join(
            alternative_text(form, each, "", unread) for each in proposal.alternatives
        )
        more = f"，{others}" if others else ""
        return f"可能是：{form.number} {listed}（共{proposal.ways}种可能{more}，请对照原文）。"
    known = f"有{proposal.ways}种" if proposal.ways else "太多"
    return f"可能的改法{known}，无法确定是哪一格，请对照原文。"


def alternative_text(
    form: Form, alternative: Sequence[Suspect], comma: str, unread: Mapping[str, str]
) -> str:
    texts = (
        suspect_text(form, suspect, comma, unread.get(suspect.cell, "空白"))
        for suspect in alternative
    )
    return ("；" if comma else "、").join(texts)


def suspect_text(form: Form, suspect: Suspect, comma: str, blank: str) -> str:
    stands = blank if suspect.stated is None else f"填{shown(suspect.stated)}"
    return f"{label_of(form.cells[suspect.cell])} {stands}{comma}应为{suspect.proposed}"
