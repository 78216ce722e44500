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
    rules = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(Rule(rule_id, **texts) for rule_id, texts in rules.items())


def rules_of(family: str) -> tuple[Rule, ...]:
    """``years`` -> years.carried, years.documents, …"""
    return tuple(rule for rule in written_rules() if rule.id.startswith(f"{family}."))
