"""Reports with decisions on their findings: made here, in a workbook, or beside a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import gongkai
from gongkai.checks.whole import check
from gongkai.cli import main
from gongkai.decisions import keys_of
from gongkai.model import Decision, Report
from gongkai.output import check_to_dict
from gongkai.workbook import layout
from helpers.made import only, report_of

TOTAL = "disputes.review.total"
WRONG: dict[str, int] = {TOTAL: 0, "disputes.direct_litigation.total": 99}
AT = layout.RESULT_COLUMNS
CHINESE_SENTENCE = re.compile(r"[\u4e00-\u9fff].*。$")


def decided(
    report: Report, rule: str, verdict: str = "dismissed", reason: str = "已核实"
) -> Report:
    decision = Decision(verdict, reason)  # type: ignore[arg-type]
    keys = keys_of(only(report, rule), report)
    return replace(report, decisions={**report.decisions, **dict.fromkeys(keys, decision)})


def rule_of(total: str) -> str:
    return next(finding.rule for finding in check(report_of(WRONG)) if total in finding.cells)


REVIEW_RULE, DIRECT_RULE = rule_of(TOTAL), rule_of("disputes.direct_litigation.total")


def broken() -> Report:
    return decided(report_of(WRONG), REVIEW_RULE)


def labelled(
    values: Mapping[str, dict[tuple[int, int], object]],
) -> dict[str, dict[tuple[int, int], object]]:
    """Planned cells among the labels of the template."""
    found = {name: dict(cells) for name, cells in values.items()}
    for sheet in layout.table_sheets():
        found[sheet.name] |= {(box.top, box.left): label.text for label, box in sheet.labels}
        found[sheet.name] |= dict(sheet.guards_below)
    for name, head in layout.DECISION_HEADS.items():
        found[layout.RESULTS][layout.RESULTS_TOP - 1, AT[name]] = head
    return found


# --- by the command -------------------------------------------------------------------------------


def errors_of(path: Path) -> list[dict[str, Any]]:
    return errors_in(path, path.read_bytes())


@cache
def errors_in(path: Path, content: bytes) -> list[dict[str, Any]]:
    """Rules and keys do not depend on what stands beside the file."""
    report = gongkai.read_report(path)
    findings = check_to_dict(report, gongkai.check(report))["findings"]
    return [item for item in findings if item["severity"] == "error"]


def dismiss_all(path: Path, name: str = "dismiss") -> None:
    keys = [item["key"] for item in errors_of(path)]
    assert main([name, str(path), *keys, "--reason", "已向填报单位核实"]) == 0


def stderr_line(capsys: pytest.CaptureFixture[str]) -> str:
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert CHINESE_SENTENCE.search(lines[0]), lines[0]
    return lines[0]
