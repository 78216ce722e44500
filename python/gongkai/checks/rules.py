"""A rule id -> what it stands for: the registry, the relations of the editions among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache

from gongkai.checks.sums import MOST_PARTS, broken_finding
from gongkai.editions import editions, explanations
from gongkai.model import Edition, GongkaiError, Relation, Rule, Value
from gongkai.wording import clipped, subject_and_names
from gongkai.wording.rules import written_rules

CLOSE = 0.5
MOST_CLOSE = 4


@cache
def rules() -> tuple[Rule, ...]:
    """The relations of the newest edition, those only older ones have, then the other rules."""
    return (*relation_rules(), *written_rules())


def rule_of(rule_id: str) -> Rule:
    """The rule of an id. Raises GongkaiError, which names the ids that are like it."""
    found = {rule.id: rule for rule in rules()}
    if rule_id in found:
        return found[rule_id]
    near = [
        known
        for known in found
        if len(rule_id) > 2 and rule_id.lower() in (known, *known.split("."))
    ]
    near = near or get_close_matches(rule_id.lower(), found, MOST_CLOSE, CLOSE)
    told = f"相近的有{'、'.join(near[:MOST_CLOSE])}；" if near else ""
    raise GongkaiError(
        f"没有编号为“{clipped(rule_id)}”的规则；{told}用 gongkai rules --all 查看全部规则。"
    )


# --- relations ------------------------------------------------------------------------------------


def relation_rules() -> Iterator[Rule]:
    stated: dict[str, list[tuple[Edition, Relation]]] = {}
    for edition in reversed(list(editions().values())):
        for relation in edition.relations:
            stated.setdefault(relation.rule, []).append((edition, relation))
    for rule_id, statements in stated.items():
        edition, relation = statements[0]
        kind = explanations()[relation.kind]
        yield Rule(
            rule_id,
            "error",
            kind.title,
            f"{equation(statements)}{kind.meaning}",
            f"{'、'.join(one.circular for one, _ in statements)}所附年度报告格式，{kind.source}",
            example_of(edition, relation),
            kind.advice,
        )


def equation(statements: Sequence[tuple[Edition, Relation]]) -> str:
    """What must be equal, in the official labels; said once where all editions say the same."""
    said: dict[str, list[str]] = {}
    for edition, relation in statements:
        said.setdefault(sides_of(edition, relation), []).append(edition.name)
    if len(said) == 1 and len(statements) == len(editions()):
        return f"{next(iter(said))}。"
    return "；".join(f"{'、'.join(names)}年格式：{text}" for text, names in said.items()) + "。"


def sides_of(edition: Edition, relation: Relation) -> str:
    """表三 自然人列：…＝（七）总计; of a long sum its ends."""
    form = edition.forms[relation.table]
    subject, names = subject_and_names(form, relation)
    parts = [names[cell] for cell in relation.parts]
    named = "＋".join(parts) if len(parts) <= MOST_PARTS else f"“{parts[0]}”至“{parts[-1]}”各项之和"
    return f"{form.number} {subject}：{named}＝{'＋'.join(names[cell] for cell in relation.whole)}"


def example_of(edition: Edition, relation: Relation) -> str:
    """The message where the parts are 12 and 3 and the other side is one less."""
    values: dict[str, Value] = dict.fromkeys(relation.cells, 0)
    values |= {relation.parts[0]: 12, relation.parts[1]: 3, relation.whole[0]: 14}
    return broken_finding(edition.forms[relation.table], relation, values).message
