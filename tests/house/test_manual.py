"""The manual holds what a clerk meets, as it really is: every button, function, sheet and
sentence.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

import gongkai
import manual_page
import ribbon_picture
from gongkai.excel.functions import FUNCTIONS
from gongkai.excel.helping import manual_path
from gongkai.workbook import layout
from helpers import ROOT
from messages import MESSAGES

MANUAL = (ROOT / "docs" / "manual.zh.md").read_text(encoding="utf-8")
RIBBON = ribbon_picture.RIBBON.read_bytes()
PLACEHOLDER = "…"


def tables(head: str) -> Iterator[list[str]]:
    """The cells of every line below a table head that begins with ``head``."""
    inside = False
    for line in MANUAL.splitlines():
        cells = (
            [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        )
        if not cells:
            inside = False
        elif inside and not set(line) <= set("|-"):
            yield cells
        elif cells[0] == head:
            inside = True


SENTENCES = Path(gongkai.__file__).parent / "wording" / "sentences.toml"


@cache
def said() -> str:
    """All texts in the program and in the template's sources; pieces of an f-string stand apart."""
    found = [SENTENCES.read_text(encoding="utf-8")]
    for path in [*Path(gongkai.__file__).parent.rglob("*.py"), *(ROOT / "xlsx_addin").glob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [
            n.value
            for n in ast.walk(tree)
            if isinstance(n, ast.Constant) and isinstance(n.value, str)
        ]
    return "\n".join(found)


def test_the_page_is_made_from_the_manual() -> None:
    assert manual_path() == manual_page.PAGE
    assert manual_page.main(["--check"]) == 0, "make manual"
    page = manual_page.PAGE.read_text(encoding="utf-8")
    assert len(page) < 1_500_000
    assert re.findall(r'src="(?!data:image/(?:png|svg\+xml);base64,)', page) == []
    assert len(re.findall("<img ", page)) == MANUAL.count("![")


def test_text_in_the_manual_is_never_markup() -> None:
    assert "<script" not in manual_page.render("# a\n\n<script>alert(1)</script>\n", ROOT)


def test_the_ribbon_is_drawn_from_its_definition() -> None:
    assert ribbon_picture.main(["--check"]) == 0, "make pictures"
    for name, drawn in ribbon_picture.pictures(RIBBON).items():
        ElementTree.fromstring(drawn)
        assert f"images/{name}" in MANUAL


def test_a_changed_ribbon_changes_its_picture() -> None:
    changed = RIBBON.replace('label="导入网址"'.encode(), 'label="另一个 &lt;b&gt; 标签"'.encode())
    drawn = ribbon_picture.pictures(changed)
    assert "另一个 &lt;b&gt; 标签" in drawn["ribbon.svg"]
    assert (
        drawn["ribbon-gongkaiHelp.svg"] == ribbon_picture.pictures(RIBBON)["ribbon-gongkaiHelp.svg"]
    )


def test_every_label_of_the_ribbon_is_explained() -> None:
    labels = re.findall(r'\blabel="([^"]+)"', RIBBON.decode())
    explained = " ".join(" ".join(cells) for cells in tables("组")) + MANUAL[:2000]
    assert len(labels) > 15
    assert [label for label in labels if label not in explained] == []


def test_every_sheet_has_its_picture() -> None:
    pictures = re.findall(r"!\[([^\]]*)\]\(images/\w+\.png\)", MANUAL)
    sheets = [
        layout.COVER,
        "表二",
        "表三",
        "表四",
        layout.PROSE,
        layout.RESULTS,
        layout.BATCH,
        layout.SUMMARY,
    ]
    assert [name for name in sheets if not any(name in text for text in pictures)] == []


# --- functions ------------------------------------------------------------------------------------


def examples() -> list[tuple[str, list[str]]]:
    """Name and arguments of every formula shown."""
    shown = re.findall(r"`=(GK_\w+)\(([^`]*)\)`", MANUAL)
    return [(name, re.findall(r'"[^"]*"|[^,]+', arguments)) for name, arguments in shown]


def test_every_function_has_an_example() -> None:
    assert {name for name, _ in examples()} == set(FUNCTIONS)
    for name, arguments in examples():
        known = FUNCTIONS[name].arguments
        assert sum(not argument.optional for argument in known) <= len(arguments) <= len(known), (
            name
        )


def test_the_ranges_in_examples_are_those_of_the_template() -> None:
    sheets = {sheet.name: sheet.cells.values() for sheet in layout.table_sheets()}
    ranges = re.findall(r"([^\s(`]+)!([A-Z]+\d+):([A-Z]+\d+)", MANUAL)
    assert len(ranges) >= 3
    for name, first, last in ranges:
        assert (first, last) == (
            layout.address(min(sheets[name])),
            layout.address(max(sheets[name])),
        )


def test_the_answers_shown_are_given() -> None:
    from gongkai.excel.functions import GK_CHECK, GK_RULES

    row = [44, 9, 5, 5, 63, 8, 0, 1, 0, 9, 27, 0, 0, 8, 0]
    assert f"`{GK_CHECK([row])}`" in MANUAL
    rules = {line[0] for line in GK_RULES(2021)}
    assert set(re.findall(r'GK_DIFF\([^`]*"([\w.]+)"', MANUAL)) <= rules


# --- sentences ------------------------------------------------------------------------------------


def first_sentence(text: str) -> str:
    return re.split(r"(?<=[。？])|：$", text.partition("\n")[0])[0]


def test_every_sentence_of_the_macros_is_answered() -> None:
    sentences = [
        first_sentence(text) for text in MESSAGES.values() if re.search(r"[。？：…]$", text.strip())
    ]
    assert len(sentences) >= 15
    listed = [cells[0] for cells in tables("提示")]
    assert [sentence for sentence in sentences if sentence not in listed] == []


@pytest.mark.parametrize("sentence", [cells[0] for cells in tables("提示")])
def test_every_sentence_listed_can_be_met(sentence: str) -> None:
    pieces = [piece for piece in re.split(rf"{PLACEHOLDER}+", sentence) if piece]
    assert [piece for piece in pieces if piece not in said()] == []


def test_every_answer_says_something() -> None:
    lines = [*tables("提示"), *tables("组"), *tables("公式"), *tables("状态")]
    assert len(lines) > 60
    assert [line for line in lines if not all(line)] == []
