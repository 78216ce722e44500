"""What others get from gongkai by its names: Python, users' workbooks, Excel's start folder.

Macros say ``import gongkai.excel.commands as c; c.run('check')`` and talk with the command by
cells of a hidden sheet; worksheet functions are called in ``gongkai.excel.functions``. Excel is the
one in memory (``helpers.excel.engine``).
"""

from __future__ import annotations

import inspect
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from unittest.mock import patch

import xlwings as xw

import gongkai
from gongkai.excel import commands, functions
from helpers.excel.engine import cell_of, open_book, snapshot
from helpers.excel.grid import Spot
from helpers.formats.transcript import (
    ADDIN,
    TEMPLATE,
    broken,
    compact,
    digest,
    files_in,
    printed,
    said,
    settled,
    shown_file,
    slip,
    write,
)
from helpers.web.server import answer, serving

DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
TOOL = "工具"
MOST_LINES = 40
TOKEN = re.compile(r"\b[0-9a-f]{32}\b")
SPOTS = {"argument": (2, 2), "answer": (3, 2), "outcome": (4, 2), "text": (5, 2)}
Snapshot = dict[str, dict[Spot, tuple[object, str]]]


# --- Python, what is packaged, the add-in --------------------------------------------------


def packaged_text() -> str:
    told = [said("template", "-o", "空白.xlsm"), said("template", "--batch", "-o", "批量.xlsx")]
    for path in (Path("空白.xlsm"), Path("批量.xlsx"), TEMPLATE, ADDIN):
        told.append(f"{path.name} {digest(path.read_bytes())}\n")
    return "".join(told)


def front_door_text() -> str:
    """The public names with what they take and have; a report as a table."""
    told = [f"version {gongkai.__version__}\n", *(public(name) for name in gongkai.__all__)]
    report = gongkai.read_report(write("报告.html", broken()))
    findings = gongkai.check(report)
    told.append(f"{type(report).__name__} {' '.join(finding.rule for finding in findings)}\n")
    table = report.to_frame().to_csv(index=False, lineterminator="\n")
    target = gongkai.fill(report, findings, "报告.xlsm")
    told.append(f"fill {target} {digest(target.read_bytes())}\n")
    return "".join([*told, *table.splitlines(keepends=True)[:5], f"table {digest(table)}\n"])


def public(name: str) -> str:
    found = getattr(gongkai, name)
    if not inspect.isclass(found):
        return f"{name}{parameters(found)}\n"
    bases = [base.__name__ for base in found.__mro__[1:-1]]
    own = [base for base in found.__mro__ if base.__module__.partition(".")[0] == "gongkai"]
    made_by = parameters(found) if any("__init__" in vars(base) for base in own) else ""
    has = sorted(word for base in own for word in vars(base) if not word.startswith("_"))
    return f"class {name}{made_by} bases {bases} has {has}\n"


def parameters(found: Callable[..., object]) -> str:
    signature = inspect.signature(found)
    given = [one.replace(annotation=one.empty) for one in signature.parameters.values()]
    return str(inspect.Signature(given))


def addin_text() -> str:
    """The add-in on a Mac: put in place, looked after, taken out; its record and its settings."""
    home = Path(".own/home")
    (home / "Library/Containers/com.microsoft.Excel/Data").mkdir(parents=True)
    told = []
    with patch.multiple(sys, platform="darwin", executable="/opt/gongkai/python"):
        told += [said("addin", "status"), said("addin", "install"), said("addin", "status")]
        files = [path for path in sorted(home.rglob("*.*")) if path.is_file()]
        told += [f"{path.relative_to(home)} {known(path)}\n" for path in files]
        told += [shown_file(str(path)) for path in files if path.suffix in (".conf", ".json")]
        told += [said("addin", "install"), said("addin", "uninstall"), files_in(str(home))]
    return without_others("".join(told))


def known(path: Path) -> str:
    """Which file of ours this is a copy of."""
    ours = {digest(one.read_bytes()): one.name for one in (TEMPLATE, ADDIN)}
    return ours.get(digest(path.read_bytes()), "")


def without_others(text: str) -> str:
    """Without the versions of other programs, and without digests of what is theirs."""
    ours = {digest(one.read_bytes()): f"<{one.name}>" for one in (TEMPLATE, ADDIN)}
    text = DIGEST.sub(lambda found: ours.get(found[0], "<sha256>"), text)
    text = text.replace(version("xlwings"), "<xlwings>")
    return re.sub(r"Python \d+\.\d+\.\d+", "Python <python>", text)


# --- Excel ---------------------------------------------------------------------------------


def excel_text() -> str:
    """The commands on a live workbook one after the other, each with the cells that it changed."""
    shutil.copyfile(TEMPLATE, "年报.xlsm")
    book = open_book(Path("年报.xlsm").resolve())
    book.set_mock_caller()
    write("报告.txt", slip())
    told = [*steps(book)]
    told += shown_file("导出.csv").splitlines(keepends=True)[:4]
    told += [f"导出.csv {digest(Path('导出.csv').read_bytes())}\n"]
    exported = settled(Path("导出.json").read_bytes().decode(), Path.cwd())
    told += [f"导出.json {list(json.loads(exported))} {digest(exported)}\n"]
    told += [*functions_on_ranges(), *functions_on_pages(book)]
    state = sorted(Path(".own/state").rglob("*.json"))
    return TOKEN.sub("<token>", "".join([*told, *map(shown_file, map(str, state))]))


def steps(book: xw.Book) -> Iterator[str]:
    yield press(book, "import_file", str(Path("报告.txt").resolve()))
    yield press(book, "next_problem")
    yield press(book, "adopt")
    yield press(book, "adopt", answer="yes")
    type_into(book, "校验结果", (4, 11), "忽略")
    yield press(book, "check")
    yield press(book, "summary")
    yield press(book, "rules")
    for name, suffix in (("export_csv", "csv"), ("export_json", "json"), ("save_report", "xlsx")):
        yield press(book, name)
        yield press(book, name, answer=str(Path(f"导出.{suffix}").resolve()))
    yield press(book, "batch")
    yield press(book, "clear_marks")
    yield press(book, "nonsense")


def press(book: xw.Book, name: str, argument: str = "", answer: str = "") -> str:
    """One run of a command as a macro does it, and what it left."""
    asked = {"argument": argument, "answer": answer, "outcome": "", "text": ""}
    for key, word in asked.items():
        type_into(book, TOOL, SPOTS[key], word)
    before = snapshot(book)
    commands.run(name)
    outcome, text = (cell_of(book, TOOL, SPOTS[key]).value for key in ("outcome", "text"))
    changed = "".join(changes(before, snapshot(book)))
    return f"> {name} {argument} {answer}\n{outcome}: {text}\n{changed}"


def type_into(book: xw.Book, sheet: str, spot: Spot, text: str) -> None:
    cell = cell_of(book, sheet, spot)
    cell.value, cell.formula = text or None, ""


def changes(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """A line for each row of a sheet in which cells changed; many rows by their digest."""
    for sheet, cells in after.items():
        old = before.get(sheet, {})
        rows: dict[int, dict[int, object]] = {}
        for spot in sorted({*cells, *old}) if sheet != TOOL else ():
            value, formula = cells.get(spot, ("", ""))
            if (value, formula) != old.get(spot):
                rows.setdefault(spot[0], {})[spot[1]] = formula or str(value)
        lines = [f"  {sheet} {row} {compact(values)}\n" for row, values in rows.items()]
        yield from lines if len(lines) <= MOST_LINES else lines[:2]
        if len(lines) > MOST_LINES:
            yield f"  {sheet} {len(lines)} rows {digest(settled(''.join(lines), Path.cwd()))}\n"


def functions_on_ranges() -> Iterator[str]:
    """The functions on the figures of a table with errors."""
    tables = json.loads(printed("read", "报告.txt", "--json"))[0]["tables"]
    for table in ("applications", "disputes"):
        cells = [[float(value) for value in row["values"]] for row in tables[table]["rows"]]
        yield f"GK_CHECK {functions.GK_CHECK(cells)}\n"
        yield f"GK_DIFF {functions.GK_DIFF(cells, 'applications.sum.natural')}\n"
        for name in ("GK_FINDINGS", "GK_SUSPECT"):
            yield from (f"{name} {row}\n" for row in getattr(functions, name)(cells))
    yield f"GK_RULES {digest(str(functions.GK_RULES(2021)))} {functions.GK_RULES('1999')}\n"
    yield f"GK_VERSION {functions.GK_VERSION()}\n"


def functions_on_pages(book: xw.Book) -> Iterator[str]:
    """The functions that fetch, before and after the user has allowed it."""
    caller = book.sheets[0].range("Z1")
    yield f"GK_CHECK {functions.GK_CHECK(None, caller)}\n"
    with serving({"/2023.txt": [answer(slip())]}) as server:
        url = server.url("/2023.txt")
        yield f"GK_VALUE {functions.GK_VALUE(url, 'granted', None, caller)}\n"
        yield press(book, "allow_fetch")
        yield f"GK_VALUE {functions.GK_VALUE(url, 'granted', None, caller)}\n"
        yield f"GK_VALUE {functions.GK_VALUE(url, '没有这一行', None, caller)}\n"
        yield f"GK_IMPORT {digest(str(functions.GK_IMPORT(url, caller)))}\n"
