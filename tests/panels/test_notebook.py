"""The example notebook runs from its first cell to its last, without the network, and stands in the
source tree without what it printed.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import gongkai
from helpers import ROOT

NOTEBOOK = ROOT / "docs" / "panel.ipynb"
PATIENCE = 120  # seconds a cell: only ends a hang


def notebook() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


@cache
def executed() -> Any:
    found = notebook()
    where = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(found, timeout=PATIENCE, resources=where).execute()
    return found


def shown() -> str:
    """All that its cells show, as text and as HTML."""
    told = []
    for cell in executed().cells:
        for output in cell.get("outputs", ()):
            told += output.get("data", {}).values()
            told.append(output.get("text", ""))
    return "\n".join(map(str, told))


def test_it_stands_without_output() -> None:
    nbformat.validate(notebook())
    for cell in notebook().cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize(
    "text",
    [
        "<Panel 5个来源，未读出1个>",
        "文件不存在",
        "<caption>表三</caption>",
        "瑞安市人民政府",
        "32367.144295",
        "['panel.parquet', 'panel-findings.csv', 'panel-sources.csv', 'panel-codebook.csv']",
        "['wide.dta', 'wide-findings.csv', 'wide-sources.csv', 'wide-codebook.csv']",
    ],
)
def test_it_shows_what_it_says(text: str) -> None:
    assert text in shown()


def test_the_citation_names_this_version() -> None:
    told = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {gongkai.__version__}" in told
    assert "license: MIT" in told
