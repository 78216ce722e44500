"""What README and manual say can be done exists: commands, make targets, pictures, figures,
names.
"""

from __future__ import annotations

import re
import shlex

import pytest

import bounds_page
import gongkai
from gongkai.cli.parser import build_parser
from gongkai.editions import all_editions
from gongkai.output import SEVERITIES
from gongkai.workbook import layout
from helpers import ROOT

NAMES = ("README.md", "README.zh.md", "docs/manual.zh.md")
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
EACH = pytest.mark.parametrize("name", TEXTS)


@EACH
def test_every_command_shown_is_understood(name: str) -> None:
    commands = (
        "read|check|new|fill|publish|compare|batch|levels|adopt|dismiss|confirm|rules|template|demo|"
        "conformance|"
        "addin"
    )
    pattern = rf"(?:^|`)(?:py(?:thon3)? -m )?gongkai ((?:{commands})\b[^`#\n]*)"
    shown = re.findall(pattern, TEXTS[name], re.MULTILINE)
    assert len(shown) >= 6
    for command in shown:
        build_parser().parse_args(shlex.split(command))


@EACH
def test_pictures_and_links_exist(name: str) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXTS[name])
    assert targets
    assert [
        target for target in targets if not (ROOT / name).parent.joinpath(target).is_file()
    ] == []


@EACH
def test_make_targets_exist(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = (
        "demo|truth|conformance|test-all|test-busy|test|template|bench|accuracy|fuzz|pictures|"
        "manual|rules"
    )
    for target in re.findall(rf"make ({targets})\b", TEXTS[name]):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_readme_counts_the_relations() -> None:
    assert [len(edition.relations) for edition in all_editions().values()] == [40, 42]
    assert "42 relations of the layout of 2021 (40 of 2019)" in TEXTS["README.md"]


def test_readme_python_uses_the_front_door() -> None:
    names = set(re.findall(r"gongkai\.([a-z_]+)\(", TEXTS["README.md"]))
    assert names == {"read_report", "check", "fill", "panel", "same_body", "body"}
    assert names <= set(gongkai.__all__)
    assert len(gongkai.__all__) <= 17  # 11 before many reports were read at once


def test_every_bound_is_on_its_page_with_what_it_bounds() -> None:
    bounds = list(bounds_page.bounds())
    assert len(bounds) >= 120
    assert [bound for bound in bounds if not bound.comment] == []
    assert bounds_page.main(["--check"]) == 0, "make rules"


def test_manual_names_every_sheet_and_severity() -> None:
    manual = TEXTS["docs/manual.zh.md"]
    sheets = [
        layout.COVER,
        layout.PROSE,
        layout.RESULTS,
        *(sheet.name for sheet in layout.table_sheets()),
    ]
    assert [name for name in [*sheets, *SEVERITIES.values()] if name not in manual] == []
