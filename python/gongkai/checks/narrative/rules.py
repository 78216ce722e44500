"""What the findings on the prose stand for, in the words of those who write it (rules.toml)."""

from __future__ import annotations

import tomllib
from pathlib import Path

from gongkai.model import Rule


def load_rules() -> tuple[Rule, ...]:
    facts = tomllib.loads((Path(__file__).parent / "rules.toml").read_text(encoding="utf-8"))
    source, meaning, advice = (facts[name] for name in ("source", "meaning", "advice"))
    return tuple(
        Rule(
            f"narrative.{each['id']}",
            each.get("severity", "warning"),
            each["title"],
            each.get("meaning") or meaning.format(what=each["what"]),
            each.get("source", source),
            each["example"],
            each.get("advice", advice),
        )
        for each in facts["rule"]
    )


RULES = load_rules()
