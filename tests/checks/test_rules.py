"""The registry of rules: whole, none unknown, every example a message of ours, the page as
generated.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import gongkai
import rules_page
from gongkai import cli
from gongkai.checks.rules import rule_of, rules
from gongkai.checks.whole import check
from gongkai.editions import all_editions, explanations
from gongkai.model import Entry, GongkaiError, Rule, Table
from gongkai.wording.causes import sum_text
from gongkai.wording.rules import written_rules
from helpers import DOCUMENTS
from helpers.examples import MADE
from helpers.made import report_of
from helpers.pages import CASES, typed

RULES = rules()
REGISTERED = {rule.id for rule in RULES}
RELATIONS = {relation.rule for edition in all_editions().values() for relation in edition.relations}
OTHERS = {rule.id for rule in written_rules()}
FAMILIES = {rule_id.partition(".")[0] for rule_id in OTHERS}


# --- whole ----------------------------------------------------------------------------------------


def test_ids_are_unique() -> None:
    assert len(RULES) == len(REGISTERED)
    assert REGISTERED == RELATIONS | OTHERS
    assert not RELATIONS & OTHERS
    assert all(re.fullmatch(r"[a-z]+(?:\.[a-z_]+){1,2}", rule_id) for rule_id in REGISTERED)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_texts_are_sentences_for_clerks(rule: Rule) -> None:
    for text in (rule.meaning, rule.source, rule.example, rule.advice):
        assert text.endswith("。")
        assert not re.search(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]", text)
    assert rule.title
    assert not rule.title.endswith("。")
    assert re.search("《|〔|本工具", rule.source)


def test_every_rule_of_the_documents_is_registered() -> None:
    stated = {item["rule"] for case in CASES for item in typed(case, "findings.json")}
    sources = [
        path
        for case in CASES
        for path in (DOCUMENTS / case).glob("source.*")
        if path.suffix in (".txt", ".html")
    ]
    stated |= {
        finding.rule for path in sources for finding in check(gongkai.read_report(str(path)))
    }
    assert stated
    assert stated <= REGISTERED


def literals(tree: ast.AST) -> Iterator[str]:
    """The texts of a module outside its rules; of a text with figures in it the start with a
    star.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Rule":
            continue
        if isinstance(node, ast.JoinedStr):
            first = node.values[0] if node.values else None
            yield f"{first.value}*" if isinstance(first, ast.Constant) else ""
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        else:
            yield from literals(node)


PACKAGE = Path(gongkai.__file__).parent
CHECKS = PACKAGE / "checks"


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}


@cache
def texts() -> dict[Path, set[str]]:
    return {path: set(literals(tree)) for path, tree in trees().items()}


def used(folder: Path) -> set[str]:
    """The ids of rules that stand in the code."""
    found = {text for path, own in texts().items() if path.is_relative_to(folder) for text in own}
    form = re.compile(rf"(?:{'|'.join(sorted(FAMILIES))})\.(?:[a-z_.]+|\*)")
    return {text for text in found if form.fullmatch(text)}


def test_every_rule_in_the_code_is_registered_and_no_other() -> None:
    assert {text for text in used(CHECKS) if not text.endswith("*")} <= OTHERS
    everywhere = used(PACKAGE)
    starts = tuple(text[:-1] for text in everywhere if text.endswith("*"))
    assert {
        rule_id for rule_id in OTHERS - everywhere if not (starts and rule_id.startswith(starts))
    } == set()


def first_arguments() -> Iterator[str]:
    for tree in trees().values():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).rpartition(".")[2] == "Finding"
                and node.args
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)


def test_every_finding_made_is_of_a_known_rule() -> None:
    made = set(first_arguments())
    assert "coverage.table" in made
    assert made <= OTHERS


# --- examples -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule_id", MADE)
def test_an_example_is_what_the_check_says(rule_id: str) -> None:
    rule = rule_of(rule_id)
    messages = [finding.message for finding in check(MADE[rule_id]()) if finding.rule == rule_id]
    assert rule.example in messages
    assert {finding.severity for finding in check(MADE[rule_id]()) if finding.rule == rule_id} == {
        rule.severity
    }


def test_coverage_and_plausibility_have_an_example_each() -> None:
    assert set(MADE) == {
        rule_id for rule_id in OTHERS if rule_id.startswith(("coverage.", "plausibility."))
    }


@pytest.mark.parametrize("rule_id", sorted(RELATIONS))
def test_the_example_of_a_relation_is_what_the_check_says(rule_id: str) -> None:
    found = [
        (edition, item)
        for edition in reversed(all_editions().values())
        for item in edition.relations
        if item.rule == rule_id
    ]
    edition, relation = found[0]
    figures = {relation.parts[0]: 12, relation.parts[1]: 3, relation.whole[0]: 14}
    tables = {
        name: Table(
            all_editions()[edition.name].forms[name],
            {cell: Entry(cell, figures.get(cell, 0)) for cell in form.cells},
        )
        for name, form in edition.forms.items()
    }
    broken = check(replace(report_of(year=int(edition.name)), tables=tables))
    rule = rule_of(rule_id)
    # What the check says first, the repair, depends on the rest of the table; its evidence not.
    form = edition.forms[relation.table]
    said = [
        sum_text(form, one) for finding in broken for one in finding.sums if one.rule == rule_id
    ]
    assert [f"{form.number}{text}" in rule.example for text in said] == [True]
    assert rule.advice == explanations()[relation.kind].advice
    assert edition.circular in rule.source


def test_a_relation_of_one_edition_says_so() -> None:
    assert rule_of("applications.across.other").meaning.startswith(
        "2019年格式：表三 （六）其他处理："
    )
    assert rule_of("applications.across.granted").meaning.startswith(
        "表三 （一）予以公开：自然人＋"
    )
    assert "；2019年格式：" in rule_of("applications.sum.total").meaning


# --- the page -------------------------------------------------------------------------------------

PAGE = rules_page.PAGE.read_text(encoding="utf-8") if rules_page.PAGE.is_file() else ""


def test_the_page_is_as_generated() -> None:
    assert rules_page.main(["--check"]) == 0, "make rules"


def test_a_page_that_differs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_page, "PAGE", tmp_path / "rules.zh.md")
    assert rules_page.main(["--check"]) == 1
    assert rules_page.main([]) == 0
    assert rules_page.main(["--check"]) == 0


def test_every_rule_has_its_place_on_the_page() -> None:
    places = re.findall(r'<a id="([^"]+)"></a>', PAGE)
    assert len(places) == len(set(places))
    assert set(places) >= REGISTERED
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= set(places)
    for rule in written_rules():
        section = PAGE.partition(f'<a id="{rule.id}"></a>')[2].partition("<a id=")[0]
        assert all(
            text in section
            for text in (rule.title, rule.meaning, rule.source, rule.example, rule.advice)
        )


# --- the command ----------------------------------------------------------------------------------


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["rules", *arguments]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "rule_id", ["applications.across.granted", "coverage.implied", "plausibility.fees"]
)
def test_one_rule_is_explained(rule_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    rule = rule_of(rule_id)
    text = said(capsys, rule_id)
    heads = (
        f"含义：{rule.meaning}",
        f"依据：{rule.source}",
        f"例子：{rule.example}",
        f"处理办法：{rule.advice}",
    )
    assert all(line in text for line in heads)
    found = json.loads(said(capsys, rule_id, "--json"))
    assert (found["rule"], found["advice"], found["severity"]) == (
        rule.id,
        rule.advice,
        rule.severity,
    )


def test_all_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    short, whole = said(capsys), said(capsys, "--all")
    assert not [rule_id for rule_id in OTHERS if rule_id in short]
    assert not [rule_id for rule_id in OTHERS if rule_id not in whole]
    assert "gongkai rules --all" in short
    listed = json.loads(said(capsys, "--all", "--json"))
    assert [item["rule"] for item in listed[42:]] == [rule.id for rule in written_rules()]
    assert set(listed[0]) == {"rule", "table", "parts", "whole"}


@pytest.mark.parametrize(
    ("rule_id", "near"),
    [
        ("coverage.tabel", "coverage.table"),
        ("applications.acros.granted", "applications.across.granted"),
        ("granted", "applications.across.granted"),
        ("PLAUSIBILITY.FEES", "plausibility.fees"),
        ("不知道", ""),
        ("=1+1\n\u202e", ""),
        ("x" * 5000, ""),
    ],
)
def test_an_unknown_rule_is_told_with_those_near(
    rule_id: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["rules", rule_id]) == 2
    text = capsys.readouterr().err
    assert text.startswith("没有编号为“")
    assert near in text
    assert len(text) < 300
    with pytest.raises(GongkaiError):
        rule_of(rule_id)
