"""rules.toml -> what each rule stands for. The stated sums are explained by their editions."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from gongkai.model import Rule

FILE = Path(__file__).with_name("rules.toml")


@cache
def written_rules() -> tuple[Rule, ...]:
    """All rules but the stated sums, in the order in which pages and commands list them."""
    rules = []
    for rule_id, texts in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        rules.append(Rule(rule_id, **texts))
    return tuple(rules)


@cache
def titles() -> dict[str, str]:
    return {rule.id: rule.title for rule in written_rules()}


def title_of_rule(rule_id: str) -> str:
    """coverage.unplaced -> 有数字没有填入 (its title in rules.toml); the id of a stated sum."""
    return titles().get(rule_id, rule_id)


def rules_of(family: str) -> tuple[Rule, ...]:
    """``years`` -> years.carried, years.documents, …"""
    rules = []
    for rule in written_rules():
        if rule.id.startswith(f"{family}."):
            rules.append(rule)
    return tuple(rules)
