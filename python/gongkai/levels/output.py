"""A comparison -> a JSON-ready value, lines of text for a terminal, a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gongkai import decisions, figures, output, wording
from gongkai.compare.children import Child, listed, titles_of
from gongkai.compare.levels import STATUSES, LevelFigure, Levels, numbers
from gongkai.model import Value

# of other kinds: 没有计入
LEFT_OUT = {
    "missing": "缺少",
    "doubtful": "不能确定",
    "unread": "没有读出",
    "no_figures": "没有读出",
}
HEADS = (
    "表",
    "项目",
    "栏目",
    "单元格",
    "上级",
    "下级之和",
    "差（下级之和－上级）",
    "结果",
    "缺数的下级",
)


def levels_to_dict(found: Levels) -> dict[str, Any]:
    """``levels --json``: every child with its part in the sum, every figure of the parent, blank =
    null.
    """
    parent = found.parent
    children = []
    for member in found.roll.members:
        for child in member.children:
            children.append(child_to_dict(child, "counted", ""))
    for one in found.roll.left_out:
        children.append(child_to_dict(one.child, one.kind, one.reason))
    findings = []
    for finding in found.findings:
        told = output.finding_to_dict(finding, parent)
        findings.append({**told, "key": found.keys_of(finding)[0]})
    return {
        "parent": {
            "title": parent.title,
            "agency": parent.agency,
            "year": parent.year,
            "source": output.source_of(parent),
            "provenance": list(output.provenance_of(parent)),
        },
        "children": children,
        "findings": findings,
        "cells": [line_to_dict(found, line) for line in found.lines],
    }


def child_to_dict(child: Child, status: str, error: str) -> dict[str, Any]:
    year = child.report.year if child.report else None
    return {
        "source": child.source,
        "name": child.name,
        "agency": child.agency,
        "year": year,
        "status": status,
        "error": error,
        "provenance": list(output.provenance_of(child.report)) if child.report else [],
    }


def title_of(found: Levels, member: int) -> str:
    return found.roll.members[member].title


def line_to_dict(found: Levels, line: LevelFigure) -> dict[str, Any]:
    """``implied``: whose blank counts as the one figure that its own relations leave it."""
    return {
        "cell": line.cell.id,
        "parent": output.number(line.stated),
        "sum": output.number(line.computed),
        "difference": output.number(line.difference),
        "status": line.status,
        "implied": [title_of(found, at) for at in line.implied],
        "parent_implied": line.is_implied,
        "missing": list(line.lacking),
    }


def levels_lines(found: Levels) -> Iterator[str]:
    """The outcome for people: the parent, who was summed and who not, the findings, and how many
    figures agree.
    """
    yield from output.head_lines(found.parent)
    roll = found.roll
    reports = 0
    for member in roll.members:
        reports += len(member.children)
    left = f"，没有计入{len(roll.left_out)}个" if roll.left_out else ""
    yield f"下级：计入{len(roll.members)}个机关的{reports}份报告{left}。"
    for one in roll.left_out:
        file = f"（{wording.clipped(one.child.name)}）" if one.child.agency else ""
        yield (
            f"  {LEFT_OUT.get(one.kind, '没有计入')}　{one.child.title}{file}："
            f"{wording.one_line(one.reason)}"
        )
    for _, finding in decisions.in_order(found.findings):
        yield from output.listed_finding(found.keys_of(finding)[0], finding, "  ")
    yield outcome_line(found)


def outcome_line(found: Levels) -> str:
    """✓ 核对200格，全部相符，其中30格含推定的数。 or how many figures came out how."""
    counts = found.counts()
    also = guessed_text(found)
    if counts["equal"] == len(found.lines) and not found.findings:
        told = [f"✓ 核对{len(found.lines)}格，全部相符", also]
        return f"{'，'.join(filter(None, told))}。"
    statuses: list[str] = []
    for status, count in counts.items():
        if count:
            remark = f"（{also}）" if also and not statuses else ""  # equal ones come first
            statuses.append(f"{STATUSES[status]}{count}格{remark}")
    if not statuses:
        return "没有可以核对的格。"
    parts = [f"核对{len(found.lines)}格：{'、'.join(statuses)}", findings_text(found)]
    return f"{'；'.join(filter(None, parts))}。"


def guessed_text(found: Levels) -> str:
    """其中30格含推定的数; "" where every figure that agrees was written."""
    guessed = sum(line.status == "equal" and line.is_guessed for line in found.lines)
    return f"其中{guessed}格含推定的数" if guessed else ""


def findings_text(found: Levels) -> str:
    """2处警告，另有1处已忽略; "" without findings."""
    counted = (output.tally(found.findings), decisions.dismissed_text(found.findings))
    return "，".join(filter(None, counted))


def levels_bytes(found: Levels, suffix: str) -> bytes:
    """The comparison as a file: .json as ``levels --json`` has it; .csv and .xlsx with a line for
    each figure of the parent with each child's own.
    """
    if suffix == ".json":
        return output.to_json(levels_to_dict(found)).encode()
    heads: list[object] = [*HEADS, *titles_of(found.roll.members)]
    rows = [heads, *map(csv_line, found.lines)]
    return output.to_xlsx(rows) if suffix == ".xlsx" else output.to_csv(rows)


def csv_line(line: LevelFigure) -> list[object]:
    cell = line.cell
    labels = (
        numbers()[cell.table],
        wording.row_label(cell.row),
        wording.column_label(cell.column),
        cell.id,
    )
    stated = marked(line.stated, line.is_implied)
    sums = (stated, line.computed, line.difference, STATUSES[line.status], listed(line.lacking))
    marks = [marked(figure, at in line.implied) for at, figure in enumerate(line.figures)]
    return [*labels, *sums, *marks]


def marked(figure: Value, is_implied: bool) -> object:
    """0（推定）: a figure that nobody wrote never stands there like one."""
    return f"{figures.shown(figure)}（推定）" if is_implied else figure
