"""The registry of rules -> docs/rules.zh.md, for those who fill the reports in; ``--check``
compares.

Nothing on the page is written here but its headings: what a rule means, rests on and asks for
stands with the rule.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gongkai.checks.rules import relation_rules
from gongkai.editions import all_editions, explanations
from gongkai.model import Rule, Severity
from gongkai.wording.rules import written_rules
from made_page import kept

PAGE = Path(__file__).resolve().parent / "rules.zh.md"
SEVERITIES: dict[Severity, str] = {"error": "错误", "warning": "警告", "note": "提示"}
FAMILIES = {
    "coverage": "表格是否齐全、填写是否规范",
    "reading": "是读错了还是报告有误",
    "narrative": "文字与表格是否一致",
    "years": "与上一年的报告是否衔接",
    "levels": "本级与所属单位的合计",
    "plausibility": "不合常理之处",
    "rulings": "人工处理过的结果",
}
INTRO = """# 校验规则

本页列出 gongkai 校验年度报告的全部规则：每条规则的编号、含义、依据、例子，以及处理办法。
编号见于 `GK_FINDINGS` 和命令行的 JSON；在命令行中用 `gongkai rules 编号` 可以看同样的说明。

规则分三级：

- **错误**：一定不对，发布前必须改正。
- **警告**：需要人看一眼，可能是报告有误，也可能是来源没有读清。
- **提示**：值得知道，不一定要改。

未经您采纳，工具不改动报告中的任何数字。

*本页由 `make rules` 根据程序和数据生成，请勿直接修改。*
"""


def main(arguments: list[str]) -> int:
    return kept(PAGE, render(), arguments, "make rules")


def render() -> str:
    relations, others = by_family(relation_rules()), by_family(written_rules())
    kinds = {
        kind: [
            rule for rules in relations.values() for rule in rules if rule.id.split(".")[1] == kind
        ]
        for kind in explanations()
    }
    lines = [INTRO, "## 目录", "", f"- [勾稽关系](#relations)（{sum(map(len, kinds.values()))}项）"]
    lines += [
        f"  - [{explanations()[kind].title}](#{kind})（{len(rules)}项）"
        for kind, rules in kinds.items()
    ]
    for family, rules in others.items():
        lines.append(f"- [{FAMILIES[family]}](#{family})（{len(rules)}项）")
        lines += [f"  - [{rule.title}](#{rule.id})　`{rule.id}`" for rule in rules]
    lines += ["", *relation_part(kinds)]
    for family, rules in others.items():
        lines += [anchor(family), f"## {FAMILIES[family]}", ""]
        for rule in rules:
            lines += rule_section(rule)
    return "\n".join(lines).rstrip() + "\n"


def by_family(rules: Iterator[Rule] | Sequence[Rule]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.id.partition(".")[0], []).append(rule)
    return found


def relation_part(kinds: dict[str, list[Rule]]) -> Iterator[str]:
    """A section for each kind of relation, with a table of all that are of the kind."""
    yield from (anchor("relations"), "## 勾稽关系", "")
    counts = "、".join(
        f"{name}年格式{len(edition.relations)}项"
        for name, edition in reversed(all_editions().items())
    )
    yield from (f"同一份报告的数字之间必须成立的等式：{counts}。不成立就是**错误**。", "")
    for kind, rules in kinds.items():
        explained = explanations()[kind]
        circulars = "、".join(edition.circular for edition in reversed(all_editions().values()))
        yield from (anchor(kind), f"### {explained.title}", "")
        yield from texts(
            explained.meaning,
            f"{circulars}所附年度报告格式，{explained.source}",
            rules[0].example,
            explained.advice,
        )
        yield from ("| 编号 | 应当成立的等式 |", "| --- | --- |")
        for rule in rules:
            yield (
                f"| {anchor(rule.id)}`{rule.id}` | {rule.meaning.removesuffix(explained.meaning)} |"
            )
        yield ""


def rule_section(rule: Rule) -> Iterator[str]:
    yield from (
        anchor(rule.id),
        f"### {rule.title}",
        "",
        f"`{rule.id}`　{SEVERITIES[rule.severity]}",
        "",
    )
    yield from texts(rule.meaning, rule.source, rule.example, rule.advice)


def texts(meaning: str, source: str, example: str, advice: str) -> Iterator[str]:
    yield from (
        f"- **含义**：{meaning}",
        f"- **依据**：{source}",
        f"- **例子**：{example}",
        f"- **处理办法**：{advice}",
        "",
    )


def anchor(name: str) -> str:
    return f'<a id="{name}"></a>'


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
