"""A rule id -> what it stands for: the registry, the relations of the editions among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import cache

from gongkai import editions, wording
from gongkai.checks.sums import broken_sum
from gongkai.model import (
    Edition,
    Finding,
    GongkaiError,
    Relation,
    Rule,
    Value,
)
from gongkai.wording.rules import written_rules

CLOSE = 0.5
MOST_PARTS = 6  # named one by one; of more only the ends
MOST_CLOSE = 4  # rules proposed for one that is not known


@cache
def rules() -> tuple[Rule, ...]:
    """The relations of the newest edition, those only older ones have, then the other rules."""
    return (*relation_rules(), *written_rules())


def rule_of(rule_id: str) -> Rule:
    """The rule of an id. Raises GongkaiError, which names the ids that are like it."""
    found = {rule.id: rule for rule in rules()}
    if rule_id in found:
        return found[rule_id]
    near = ids_like(rule_id.lower(), found)
    told = f"相近的有{'、'.join(near)}；" if near else ""
    raise GongkaiError(
        f"没有编号为“{wording.clipped(rule_id)}”的规则；{told}用 gongkai rules --all 查看全部规则。"
    )


def ids_like(asked: str, ids: Iterable[str]) -> list[str]:
    """``fees`` -> plausibility.fees, which it is a part of; else those that are spelt alike."""
    known = list(ids)
    near = []
    for rule_id in known:
        if len(asked) > 2 and asked in (rule_id, *rule_id.split(".")):
            near.append(rule_id)
    near = near or get_close_matches(asked, known, MOST_CLOSE, CLOSE)
    return near[:MOST_CLOSE]


# --- relations ------------------------------------------------------------------------------------


def relation_rules() -> Iterator[Rule]:
    stated: dict[str, list[tuple[Edition, Relation]]] = {}
    for edition in reversed(list(editions.all_editions().values())):
        for relation in edition.relations:
            stated.setdefault(relation.rule, []).append((edition, relation))
    for rule_id, statements in stated.items():
        edition, relation = statements[0]
        kind = editions.explanations()[relation.kind]
        yield Rule(
            rule_id,
            "error",
            kind.title,
            f"{equation(statements)}{kind.meaning}",
            f"{circulars_of(statements)}所附年度报告格式，{kind.source}",
            example_of(edition, relation),
            kind.advice,
        )


def circulars_of(statements: Sequence[tuple[Edition, Relation]]) -> str:
    """国办公开办函〔2021〕30号、国办公开办函〔2019〕60号."""
    return "、".join(edition.circular for edition, _ in statements)


def equation(statements: Sequence[tuple[Edition, Relation]]) -> str:
    """What must be equal, in the official labels; said once where all editions say the same."""
    said: dict[str, list[str]] = {}
    for edition, relation in statements:
        said.setdefault(sides_of(edition, relation), []).append(edition.name)
    if len(said) == 1 and len(statements) == len(editions.all_editions()):
        return f"{next(iter(said))}。"
    told = []
    for text, names in said.items():
        told.append(f"{'、'.join(names)}年格式：{text}")
    return "；".join(told) + "。"


def sides_of(edition: Edition, relation: Relation) -> str:
    """表三 自然人列：…＝（七）总计; of a long sum its ends."""
    form = edition.forms[relation.table]
    subject, names = wording.subject_and_names(form, relation)
    parts = wording.sum_of(names, relation.parts)
    if len(relation.parts) > MOST_PARTS:
        first, last = names[relation.parts[0]], names[relation.parts[-1]]
        parts = f"“{first}”至“{last}”各项之和"
    return f"{form.number} {subject}：{parts}＝{wording.sum_of(names, relation.whole)}"


def example_of(edition: Edition, relation: Relation) -> str:
    """The message where the parts are 12 and 3 and the other side is one less."""
    values: dict[str, Value] = dict.fromkeys(relation.cells, 0)
    values |= {relation.parts[0]: 12, relation.parts[1]: 3, relation.whole[0]: 14}
    form, broken = edition.forms[relation.table], broken_sum(relation, values)
    return Finding(relation.rule, "error", form=form, sums=(broken,)).message
