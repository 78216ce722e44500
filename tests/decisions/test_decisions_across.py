"""Decisions on what several reports together show: years and levels, on the command line and in a
batch.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any, Literal

import pytest

from gongkai import cli
from gongkai.batch import across_lines, batch_checks, with_years
from gongkai.cli.reading import code_of
from gongkai.compare.bodies import Yearly
from gongkai.compare.children import Child
from gongkai.compare.levels import compare
from gongkai.compare.years import compare_years
from gongkai.decisions import decided_findings, former_keys_of, key_of
from gongkai.decisions.file import decisions_path
from gongkai.model import Decision, Finding, Report, Rule, Severity
from gongkai.output import finding_to_dict
from gongkai.wording.findings import sentence_of
from gongkai.wording.phrases import LONGEST, sentences
from gongkai.wording.rules import rules_of
from gongkai.workbook import layout, read_workbook
from gongkai.workbook.lists import BatchRow, read_summary
from helpers.across import CASES
from helpers.batches import (
    as_older,
    later,
    lines_in,
    page,
    pages,
    run,
    sheets_in,
    write_older,
    years_in,
)
from helpers.families import BODIES, CELLS, GRANTED, family, parent_of, report, saved, summed
from helpers.made import report_of
from helpers.strategies import changed
from helpers.writers.styles import render

NATURAL, TOTAL = "applications.carried_in.natural", "applications.carried_in.total"
BEFORE = {"applications.carried_out.natural": 12, "applications.carried_out.total": 12}
REASON = ["--reason", "上年报告已更正"]


@pytest.fixture
def two(tmp_path: Path) -> tuple[str, str]:
    """A report that does not follow that of the year before, and the latter."""
    late, first, _ = pages(tmp_path / "pages", sound=False)
    return late, first


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A sound page, and the folder of a batch that imported it, to be copied."""
    place = tmp_path_factory.mktemp("imported")
    source, folder = place / "a.html", place / "out"
    source.write_bytes(page())
    run([str(source)], folder)
    return source, folder


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Six reports in 下级 whose sum is one more than the county's in one cell."""
    reports = family()
    wrong = changed(reports[0], GRANTED, int(reports[0].value(GRANTED) or 0) + 1)
    saved(tmp_path / "下级", [wrong, *reports[1:]])
    saved(tmp_path, [summed(reports)])
    return tmp_path


def copied(folder: Path, place: Path) -> Path:
    return Path(shutil.copytree(folder, place / folder.name))


def found_in(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    """The findings of the first report, as JSON has them."""
    capsys.readouterr()
    cli.main([*arguments, "--json"])
    found = json.loads(capsys.readouterr().out)
    return list(
        (found[0] if isinstance(found, list) else found)["findings"]
    )  # levels gives one object


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    cli.main(list(arguments))
    return capsys.readouterr().out


# --- years ----------------------------------------------------------------------------------------


def test_a_difference_between_years_is_dismissed_by_its_key(
    two: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    late, first = two
    keys = [item["key"] for item in found_in(capsys, "check", late, first)]
    plain = told(capsys, "check", late, first)
    assert all(f"    {key}. ! 警告　" in plain for key in keys)
    assert cli.main(["dismiss", late, keys[0], *REASON, "--with", first]) == 0
    assert f"{keys[0]}. ○ 已忽略　" in capsys.readouterr().out
    record = json.loads(decisions_path(Path(late)).read_bytes())["rulings"][0]
    assert (record["key"], record["rule"], record["year"]) == (keys[0], "years.carried", 2022)
    for order in ([late, first], [first, late]):
        shown = told(capsys, "check", *order)
        assert "2022年：与2021年不符1处（另1处已忽略）\n" in shown
        assert re.search(
            rf"    {keys[1]}\. ! 警告.*\n      差.*\n"
            rf"    {keys[0]}\. ○ 已忽略　.*（理由：上年报告已更正）\n",
            shown,
        )
    assert [item["ruling"] for item in found_in(capsys, "check", late, first)] == [
        {"verdict": "dismissed", "reason": "上年报告已更正"},
        None,
    ]
    assert cli.main(["dismiss", late, keys[1], *REASON, "--with", str(Path(first).parent)]) == 0
    assert "2022年：与2021年的2处不符已忽略\n" in told(capsys, "check", late, first)
    assert cli.main(["confirm", late, keys[0], "--with", first]) == 0
    assert "（已确认）" in told(capsys, "check", late, first)
    assert cli.main(["confirm", late, *keys, "--undo", "--with", first]) == 0
    assert told(capsys, "check", late, first) == plain


# Other figures for both years whose sums hold in the same way.
LATE = {NATURAL: 7, TOTAL: 7, "applications.new.natural": 437, "applications.new.total": 456}
FIRST = dict.fromkeys(BEFORE, 15) | {"applications.new.natural": 439, "applications.new.total": 458}


@pytest.mark.parametrize("which", [0, 1])
def test_it_comes_back_with_a_figure_of_either_report(
    two: tuple[str, str], capsys: pytest.CaptureFixture[str], which: int
) -> None:
    late, first = two
    keys = [item["key"] for item in found_in(capsys, "check", late, first)]
    cli.main(["dismiss", late, *keys, *REASON, "--with", first])
    decisions = [item["ruling"] for item in found_in(capsys, "check", late, first)]
    assert [decision["verdict"] for decision in decisions] == ["dismissed"] * 2
    contents = (later("浙江省青溪县政府", LATE), render(report_of(FIRST)).encode())
    Path(two[which]).write_bytes(contents[which])
    found = found_in(capsys, "check", late, first)
    assert [item["ruling"] for item in found if item["rule"] == "years.carried"] == [None, None]


def test_what_the_years_say_of_a_report_is_known_by_both_figures() -> None:
    def outcome_of(before: int, now: int, decisions: dict[str, Decision]) -> Any:
        last = Yearly("甲县", 2020, "a", {"applications.carried_out.total": before})
        return compare_years([Yearly("甲县", 2021, "b", {TOTAL: now}, decisions), last])[0]

    plain = outcome_of(5, 3, {})
    key = key_of(plain.findings[0], plain.report.figures)
    dismissed = outcome_of(5, 3, {key: Decision("dismissed", "甲")})
    assert (dismissed.differs, dismissed.follows, dismissed.text) == (
        False,
        False,
        "与2020年的1处不符已忽略（结转7项，只能核对其中1项；文件件数没有可以核对的数字）",
    )
    for before, now in ((6, 3), (5, 4)):
        assert outcome_of(before, now, {key: Decision("dismissed", "甲")}).differs


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["0123456789ab", "--with", "{first}"], "没有编号0123456789ab的问题"),
        (["{key}"], "跨年核对、上下级核对的，要用 --with 或 --levels 给出其他报告"),
        (["{key}", "--with", "{first}x"], "2021.htmlx"),
        (["{key}", "--names", "{first}"], "--names 只能与 --levels 一起使用"),
        (["{key}", "--with", "{late}"], "没有编号"),
    ],
)
def test_what_cannot_be_found_is_told(
    two: tuple[str, str], capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    late, first = two
    key = found_in(capsys, "check", late, first)[0]["key"]
    assert (
        cli.main(
            [
                "dismiss",
                late,
                *(word.format(key=key, first=first, late=late) for word in words),
                *REASON,
            ]
        )
        == 2
    )
    assert says in capsys.readouterr().err
    assert not decisions_path(Path(late)).exists()


def test_a_folder_with_what_cannot_be_read(
    two: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    late, first = two
    key = found_in(capsys, "check", late, first)[0]["key"]
    (Path(first).parent / "坏.pdf").write_bytes(b"%PDF-1.4 nothing")
    assert cli.main(["dismiss", late, key, *REASON, "--with", str(Path(first).parent)]) == 0
    assert "没有与它核对" in capsys.readouterr().err


# --- a batch --------------------------------------------------------------------------------------


def dismissed_in_batch(
    two: tuple[str, str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> Path:
    late, first = two
    assert cli.main(["batch", str(Path(late).parent), "-o", str(folder)]) == 0
    checks = batch_checks(folder)
    book, other = Path(checks[late]["workbook"]), checks[first]["workbook"]
    key = str(checks[late]["findings"][0]["key"])
    assert cli.main(["dismiss", str(book), key, *REASON, "--with", str(other)]) == 0
    return book


def test_a_batch_says_what_is_dismissed(
    two: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, (late, first) = tmp_path / "out", two
    book = dismissed_in_batch(two, folder, capsys)
    text = "与2021年不符1处（另1处已忽略）：上年结转·总计填8，2021年结转12"
    for turn in range(2):
        shown = told(capsys, "batch", str(Path(late).parent), "-o", str(folder))
        assert "跨年核对：与上一年不符1份，另有提示1份，已忽略的问题1处（逐份" in shown, turn
        assert years_in(folder)["浙江省青溪县政府", "2022"] == text
        rows = {
            row.source: row for row in read_summary(sheets_in(folder / "汇总.xlsx")[layout.SUMMARY])
        }
        assert (rows[late].years, rows[late].dismissed) == (text, 0)
    assert [
        item["ruling"] and item["ruling"]["verdict"]
        for item in batch_checks(folder)[late]["findings"]
    ] == [
        "dismissed",
        None,
    ]
    keys = [item["key"] for item in batch_checks(folder)[late]["findings"]]
    workbooks = [str(book), str(batch_checks(folder)[first]["workbook"])]
    assert [item["key"] for item in found_in(capsys, "check", *workbooks)] == keys
    cli.main(["dismiss", str(book), keys[1], *REASON, "--with", workbooks[1]])
    shown = told(capsys, "batch", str(Path(late).parent), "-o", str(folder))
    assert "跨年核对：不符处都已忽略的1份，另有提示1份，已忽略的问题2处（逐份" in shown
    assert years_in(folder)["浙江省青溪县政府", "2022"] == "与2021年的2处不符已忽略"


def test_the_workbook_carries_what_was_decided_on_the_page(
    two: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It stands in hidden columns there, so the file beside the workbook can say otherwise."""
    folder, (late, first) = tmp_path / "out", two
    key = found_in(capsys, "check", late, first)[0]["key"]
    cli.main(["dismiss", late, key, *REASON, "--with", first])
    cli.main(["batch", str(Path(late).parent), "-o", str(folder)])
    assert "（另1处已忽略）" in years_in(folder)["浙江省青溪县政府", "2022"]
    checks = batch_checks(folder)
    book, other = str(checks[late]["workbook"]), str(checks[first]["workbook"])
    assert read_workbook(Path(book)).decisions[key].kept
    assert "（另1处已忽略）" in told(capsys, "check", book, other)
    assert cli.main(["dismiss", book, key, "--undo", "--with", other]) == 2
    assert "请改用 gongkai confirm" in capsys.readouterr().err
    assert cli.main(["confirm", book, key, "--with", other]) == 0
    assert "2022年：与2021年不符2处\n" in told(capsys, "check", book, other)
    cli.main(["batch", str(Path(late).parent), "-o", str(folder)])
    assert years_in(folder)["浙江省青溪县政府", "2022"].startswith("与2021年不符2处：")


@pytest.mark.parametrize(
    "decided",
    [
        [],
        {"rulings": [1]},
        {"rulings": {"a": ["x", "y"]}},
        {"rulings": {"a": 1}},
        {"dismissed": []},
        5,
    ],
)
def test_a_journal_with_other_things_than_decisions_is_told(
    imported: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], decided: object
) -> None:
    source, folder = imported[0], copied(imported[1], tmp_path)
    lines = lines_in(as_older(folder))
    lines = [{**line, "decided": decided} if "row" in line else line for line in lines]
    write_older(folder, lines)
    assert cli.main(["batch", str(source), "-o", str(folder)]) == 2
    assert "行已损坏" in capsys.readouterr().err


def test_rows_carry_what_was_decided() -> None:
    last = BatchRow("a", "done", "甲县人民政府", 2020, figures=BEFORE)
    row = BatchRow("b", "done", "甲县人民政府", 2021, figures={NATURAL: 3, TOTAL: 12})
    plain = with_years([row, last])[0].years
    assert plain.startswith("与2020年不符1处：")
    outcome = compare_years(
        [Yearly(one.agency, one.year, one.source, one.figures) for one in (row, last)]
    )[0]
    key = key_of(outcome.findings[0], row.figures)
    decided = replace(row, decisions={key: Decision("dismissed", "甲")})
    assert with_years([decided, last])[0].years.startswith("与2020年的1处不符已忽略")
    assert (
        with_years([replace(row, decisions={key: Decision("confirmed")}), last])[0].years == plain
    )


def test_a_dismissed_note_alone_is_counted_too() -> None:
    reports = [Yearly("甲县", 2021, "a", {TOTAL: 1}), Yearly("甲县", 2021, "b", {TOTAL: 2})]
    outcome = compare_years(reports)[0]
    keys = {key_of(finding, {}): Decision("dismissed", "甲") for finding in outcome.findings}
    only = compare_years([replace(reports[0], decisions=keys), reports[1]])[:1]
    assert [*across_lines(only)] == [
        f"跨年核对：已忽略的问题{len(keys)}处（逐份见“汇总”的跨年核对一栏）。"
    ]


# --- the exit code --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "cause", "verdict", "code"),
    [
        ("warning", "reading", "", 1),
        ("warning", "reading", "confirmed", 1),
        ("warning", "reading", "dismissed", 0),
        ("warning", None, "", 0),
        ("error", "report", "dismissed", 0),
    ],
)
def test_check_and_batch_give_one_code(
    imported: tuple[Path, Path],
    tmp_path: Path,
    severity: Severity,
    cause: Literal["reading", "report"] | None,
    verdict: str,
    code: int,
) -> None:
    """What is wrong as we read it: neither command calls that clean, whichever run imported the
    report.
    """
    source, folder = imported[0], copied(imported[1], tmp_path)
    decision = Decision(verdict, "甲") if verdict else None  # type: ignore[arg-type]
    finding = Finding("coverage.year", severity, cause=cause or "", decision=decision)
    lines = lines_in(as_older(folder))
    for line in lines:
        if line.get("check"):
            line["check"]["findings"] = [finding_to_dict(finding, report_of())]
    write_older(folder, lines)
    assert cli.main(["batch", str(source), "-o", str(folder)]) == code == code_of([finding])


# --- levels ---------------------------------------------------------------------------------------


def test_a_difference_between_levels_is_dismissed(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parent, children = str(parent_of(county)), str(county / "下级")
    [item] = found_in(capsys, "levels", parent, children)
    assert f"  {item['key']}. ! 警告　" in told(capsys, "levels", parent, children)
    assert cli.main(["dismiss", parent, item["key"], *REASON]) == 2
    assert cli.main(["dismiss", parent, item["key"], *REASON, "--levels", children]) == 0
    lines = told(capsys, "levels", parent, children).splitlines()
    assert lines[-3].startswith(f"  {item['key']}. ○ 已忽略　")
    assert lines[-3].endswith("（理由：上年报告已更正）")
    assert lines[-1] == f"核对{len(CELLS)}格：相符{len(CELLS) - 1}格、不符1格；另有1处已忽略。"
    [item] = found_in(capsys, "levels", parent, children)
    assert item["ruling"] == {"verdict": "dismissed", "reason": "上年报告已更正"}
    child = changed(family()[0], GRANTED, 99)
    saved(county / "下级", [child])
    assert found_in(capsys, "levels", parent, children)[0]["ruling"] is None


def levels_of(
    figures: list[int], stated: int, other: int = 0, decisions: dict[str, Decision] | None = None
) -> Any:
    """Two cells; the parent lacks or has too much of some child in both."""
    second = "applications.new.natural"
    children = [
        Child(name, name, report(name, {GRANTED: figure, second: figure}))
        for name, figure in zip(BODIES, figures, strict=False)
    ]
    parent: Report = report("青溪县人民政府", {GRANTED: stated, second: stated + other})
    return compare(replace(parent, decisions=decisions or {}), children)


def test_two_bodies_that_may_be_left_out_are_two_findings() -> None:
    found = levels_of([5, 5, 7], 12)
    whole = [finding for finding in found.findings if "每一格" in finding.message]
    assert len({found.keys_of(finding)[0] for finding in found.findings}) == len(found.findings)
    assert len(whole) == 2


def test_what_states_no_figure_is_known_by_its_text_and_the_sums() -> None:
    found = levels_of([5, 6, 7], 13)
    whole = next(finding for finding in found.findings if "每一格" in finding.message)
    decisions = {found.keys_of(whole)[0]: Decision("dismissed", "甲")}
    again = levels_of([5, 6, 7], 13, decisions=decisions)
    assert [finding.decision is not None for finding in again.findings].count(True) == 1
    for figures, stated in (([5, 6, 8], 14), ([5, 6, 7], 11), ([5, 7, 7], 14)):
        assert all(
            finding.decision is None
            for finding in levels_of(figures, stated, decisions=decisions).findings
        )


# --- keys of earlier versions ---------------------------------------------------------------------

FORMER = json.loads((Path(__file__).parent / "former" / "across.json").read_bytes())


@pytest.mark.parametrize("name", CASES)
def test_a_decision_of_an_earlier_version_is_found(name: str) -> None:
    """``former/across.json`` holds what the version of 2026-11-28 said and the keys it made."""
    made = CASES[name]
    kept = [(one["rule"], one["key"]) for one in FORMER[name]["findings"]]
    now = [
        (finding.rule, former_keys_of(finding, held, beside)) for finding, held, beside in made()
    ]
    assert now == [(rule, (key,)) for rule, key in kept]
    assert FORMER[name]["reports"] == made.__doc__


def test_every_sentence_on_several_reports_is_among_them_and_short() -> None:
    found = [finding for made in CASES.values() for finding, _, _ in made()]
    said = {f"{finding.rule}/{finding.says}".rstrip("/") for finding in found}
    assert said == {name for name in sentences() if name.startswith(("years.", "levels."))}
    lengths = [sum(map(len, finding.lines)) for finding in found]
    assert median(lengths) <= 60
    assert max(lengths) <= LONGEST


@pytest.mark.parametrize("rule", [*rules_of("years"), *rules_of("levels")], ids=lambda one: one.id)
def test_the_example_of_a_rule_is_what_it_says(rule: Rule) -> None:
    found = [finding for made in CASES.values() for finding, _, _ in made()]
    messages = {finding.message for finding in found if finding.rule == rule.id}
    assert rule.example in messages


@pytest.mark.parametrize("name", ["years_double", "levels_uncertain"])
def test_what_is_told_by_its_text_is_known_by_its_facts(name: str) -> None:
    """Of an old key or a new one: both are found, and no two findings share one."""
    for finding, held, beside in CASES[name]():
        new, old = key_of(finding, held, beside), former_keys_of(finding, held, beside)[0]
        for key in (new, old):
            decisions = {key: Decision("dismissed", "甲")}
            [decided] = decided_findings([finding], decisions, held, beside)
            assert decided.decision == decisions[key]
        assert (new != old) == ("former" in sentence_of(finding))


def test_a_child_more_that_lacks_is_told_again() -> None:
    def found(errors: list[str], decisions: dict[str, Decision]) -> Any:
        children = [Child(name, name, error="不能读取。") for name in errors]
        children.append(Child(BODIES[0], BODIES[0], report(BODIES[0], {GRANTED: 1})))
        return compare(
            replace(report("青溪县人民政府", {GRANTED: 9}), decisions=decisions), children
        )

    first = found(["a"], {})
    decisions = {
        first.keys_of(finding)[0]: Decision("dismissed", "甲") for finding in first.findings
    }
    assert all(finding.decision for finding in found(["a"], decisions).findings)
    assert any(
        finding.rule == "levels.uncertain" and finding.decision is None
        for finding in found(["a", "b"], decisions).findings
    )
