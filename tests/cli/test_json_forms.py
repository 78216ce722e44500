"""``--json`` is a list for every number of sources, ``--jsonl`` an object a line, ``--json-object``
the form before.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from helpers import DOCUMENTS
from helpers.command import run_command
from helpers.formats.transcript import slip, sound

RUIAN = str(DOCUMENTS / "ruian-2021-text" / "source.txt")
BROKEN = str(DOCUMENTS / "broken-2022" / "source.html")
COMMANDS = [("read",), ("read", "--parts"), ("check",)]


class Watched(StringIO):
    """A reader of lines who does something once the first has come."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self.act = act

    def flush(self) -> None:
        if self.getvalue().count("\n") == 1:
            self.act()


def lines_of(*words: object) -> list[dict[str, Any]]:
    """What ``--jsonl`` prints: every line of it is an object, and there is nothing else."""
    text = run_command(*words, "--jsonl").stdout
    assert text.endswith("\n")
    return [json.loads(line) for line in text.removesuffix("\n").split("\n")]


@pytest.mark.parametrize("command", COMMANDS)
def test_one_source_gives_a_list_of_one(command: tuple[str, ...]) -> None:
    found = json.loads(run_command(*command, RUIAN, "--json").stdout)
    assert isinstance(found, list)
    assert len(found) == 1
    assert json.loads(run_command(*command, RUIAN, "--json-object").stdout) == found[0]
    assert lines_of(*command, RUIAN) == found


@pytest.mark.parametrize("command", COMMANDS)
def test_all_forms_say_the_same_of_several(command: tuple[str, ...], tmp_path: Path) -> None:
    sources = (RUIAN, tmp_path / "missing.html", BROKEN)
    found = json.loads(run_command(*command, *sources, "--json").stdout)
    assert [list(one)[:2] == ["source", "error"] for one in found] == [False, True, False]
    assert json.loads(run_command(*command, *sources, "--json-object").stdout) == found
    assert lines_of(*command, *sources) == found


def test_a_source_that_cannot_be_read_is_a_list_too(tmp_path: Path) -> None:
    run = run_command("check", tmp_path / "missing.html", "--json")
    assert run.returncode == 2
    assert [list(one) for one in json.loads(run.stdout)] == [["source", "error"]]


@pytest.mark.parametrize("other", ["--jsonl", "--json-object"])
def test_the_forms_exclude_each_other(other: str) -> None:
    run = run_command("check", RUIAN, "--json", other)
    assert (run.returncode, run.stdout) == (2, "")
    assert "这两个选项不能同时使用" in run.stderr


def test_a_line_of_read_is_put_out_before_the_next_source_is_read(tmp_path: Path) -> None:
    """The second source is written only by whoever reads the first line."""
    late = tmp_path / "late.txt"
    output = Watched(lambda: late.write_bytes(Path(RUIAN).read_bytes()))
    run = run_command("read", RUIAN, late, "--jsonl", stdout=output)
    assert run.returncode == 0, run.stderr
    assert len(output.getvalue().splitlines()) == 2


def test_lines_of_check_bear_what_came_of_the_comparison_over_years(tmp_path: Path) -> None:
    for name, content in {"2023.txt": sound(), "2024.txt": slip(2024)}.items():
        (tmp_path / name).write_bytes(content)
    found = lines_of("check", tmp_path / "2023.txt", tmp_path / "2024.txt")
    across = [any(one["rule"].startswith("years.") for one in each["findings"]) for each in found]
    assert across == [False, True]


def test_a_line_of_json_is_one_line_and_valid_whatever_the_texts_hold(tmp_path: Path) -> None:
    name = tmp_path / "年\u2028报\x85.txt"
    name.write_bytes(Path(RUIAN).read_bytes())
    [found] = lines_of("check", name)
    assert found["report"]["source"] == str(name)
    text = run_command("check", name, "--jsonl", encoding="gbk").stdout
    assert len(text.splitlines()) == 1


def test_check_write_gives_a_list_and_lines(tmp_path: Path) -> None:
    book = tmp_path / "年报.xlsm"
    run_command("fill", RUIAN, "-o", book)
    [found] = json.loads(run_command("check", book, "--write", "--json").stdout)
    assert found["workbook"] == str(book)
    assert lines_of("check", book, "--write") == [found]


def test_one_thing_stays_one_object(tmp_path: Path) -> None:
    """One source with one workbook, one government with those below it, one rule: no list of
    sources.
    """
    filled = json.loads(run_command("fill", RUIAN, "-o", tmp_path / "a.xlsm", "--json").stdout)
    assert filled["workbook"] == str(tmp_path / "a.xlsm")
    assert "cells" in json.loads(run_command("levels", RUIAN, RUIAN, "--json").stdout)
    assert isinstance(json.loads(run_command("rules", "years.carried", "--json").stdout), dict)
