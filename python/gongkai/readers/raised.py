"""Raised and struck out pieces of the texts in a workbook: 12 with a raised 2 is 12^2, never 122."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element


def set_apart(root: _Element) -> None:
    """Change the rich texts of a part in place: a sign before and after what is raised, nothing of what is struck."""
    for item in [*root.iter("{*}si"), *root.iter("{*}is")]:
        before, pending = "", False
        for run in item.iterchildren("{*}r"):
            node = run.find("{*}t")
            if node is None or not node.text:
                continue
            if is_set(run, "strike"):
                node.text, raised = "", True
            else:
                raised = (value := run.find("{*}rPr/{*}vertAlign")) is not None and value.get("val") != "baseline"
                if before.strip() and node.text.strip() and raised != pending:
                    node.text = "^" + node.text
                before += node.text
            pending = raised


def is_set(run: _Element, name: str) -> bool:
    node = run.find("{*}rPr/{*}" + name)
    return node is not None and node.get("val", "1") not in ("0", "false")
