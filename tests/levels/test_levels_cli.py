"""``gongkai levels`` as its users call it: folders, lists, pages; what it prints, writes and
returns.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gongkai.compare.children import Child
from gongkai.compare.levels import compare
from gongkai.levels import family_of, levels_bytes, levels_lines, read_children
from gongkai.levels.output import HEADS
from gongkai.model import GongkaiError, Report
from gongkai.workbook import write_workbook
from helpers import ROOT
from helpers.batches import LOGIN, run
from helpers.command import run_command
from helpers.families import (
    BODIES,
    CELLS,
    FEES,
    GRANTED,
    PARENT,
    child,
    family,
    parent_of,
    report,
    saved,
    summed,
)
from helpers.strategies import changed
from helpers.web.server import answer, serving
from helpers.writers.styles import render


def levels(*arguments: object) -> subprocess.CompletedProcess[str]:
    return run_command("levels", *arguments)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder 下级 with six reports and the county's own beside it."""
    folder, reports = tmp_path_factory.mktemp("county"), family()
    saved(folder / "下级", reports)
    saved(folder, [summed(reports)])
    return folder


@pytest.fixture
def county(made: Path, tmp_path: Path) -> Path:
    """These, to be changed."""
    return Path(shutil.copytree(made, tmp_path, dirs_exist_ok=True))


# --- folders --------------------------------------------------------------------------------------


def test_a_family_that_adds_up(county: Path) -> None:
    found = levels(parent_of(county), county / "下级")
    assert (found.returncode, found.stderr) == (0, "")
    lines = found.stdout.splitlines()
    assert lines[0].startswith(PARENT)
    assert lines[3:] == ["下级：计入6个机关的6份报告。", f"✓ 核对{len(CELLS)}格，全部相符。"]


def test_a_difference_is_a_warning_and_no_error(county: Path) -> None:
    changed_one = changed(family()[2], GRANTED, 60)
    saved(county / "下级", [changed_one])
    found = levels(parent_of(county), county / "下级")
    assert found.returncode == 0
    told, why, counts = found.stdout.splitlines()[-3:]
    assert re.match(r"  [0-9a-f]{12}\. ", told)
    assert [told[16:], why, counts] == [
        "! 警告　表三 予以公开（自然人）填39，6个下级之和为93",
        "    差54；较大的有青溪县公安局60、青溪县白汀镇人民政府9；请核对",
        f"核对{len(CELLS)}格：相符{len(CELLS) - 1}格、不符1格；1处警告。",
    ]


def test_a_login_page_among_the_children(county: Path) -> None:
    (county / "下级" / f"{BODIES[3]}.html").write_bytes(LOGIN)
    found = levels(parent_of(county), county / "下级")
    assert found.returncode == 2
    assert f"  没有读出　{BODIES[3]}.html：" in found.stdout
    assert f"不能确定{len(CELLS)}格" in found.stdout
    assert "登录" in found.stdout


def test_an_unreadable_parent_is_one_sentence(county: Path) -> None:
    (county / "login.html").write_bytes(LOGIN)
    for source in (county / "login.html", county / "missing.html", county / "下级"):
        found = levels(source, county / "下级")
        assert (found.returncode, found.stdout, found.stderr.count("\n")) == (2, "", 1)


def test_the_parent_and_copies_in_the_folder_count_once(county: Path) -> None:
    place = county / "下级"
    (place / "县政府.html").write_bytes(parent_of(county).read_bytes())
    (place / "教育局 副本.html").write_bytes((place / f"{BODIES[1]}.html").read_bytes())
    found = levels(parent_of(county), place)
    assert found.returncode == 0
    assert f"  没有计入　{PARENT}（县政府.html）：就是上级报告" in found.stdout
    assert "是同一机关的报告，只计一次" in found.stdout
    assert f"核对{len(CELLS)}格：相符{len(CELLS)}格；2处提示。" in found.stdout


def test_names_tell_who_is_missing(county: Path) -> None:
    (county / "下级" / f"{BODIES[3]}.html").unlink()
    names = county / "名单.txt"
    for encoding in ("utf-8-sig", "gbk", "utf-16"):
        names.write_text("# 应当到齐\r\n政府办公室\r\n教育局\r\n\r\n民政局\r\n", encoding=encoding)
        found = levels(parent_of(county), county / "下级", "--names", names)
        assert found.returncode == 0
        assert "  缺少　民政局：没有它的报告" in found.stdout.splitlines()
        assert f"不能确定{len(CELLS)}格" in found.stdout
        assert "青溪县公安局、青溪县城关镇人民政府等3个不在名单上，数字已经计入" in found.stdout


def test_the_list_of_names_in_the_folder_is_no_report(county: Path) -> None:
    names = county / "下级" / "名单.txt"
    names.write_text("\n".join(BODIES), encoding="utf-8")
    assert "全部相符" in levels(parent_of(county), county / "下级", "--names", names).stdout


def test_workbooks_of_a_batch_are_children(county: Path) -> None:
    run([str(path) for path in sorted((county / "下级").iterdir())], county / "批量")
    found = levels(parent_of(county), county / "批量")
    assert (found.returncode, "全部相符" in found.stdout) == (0, True)


def test_a_workbook_is_a_parent_and_a_blank_one_is_none(county: Path) -> None:
    parent = write_workbook(summed(family()), [], county / "县.xlsm")
    assert "全部相符" in levels(parent, county / "下级").stdout
    blank = levels(ROOT / "workbook_template.xlsm", county / "下级")
    assert (blank.returncode, blank.stdout) == (2, "")


def test_what_may_hold_a_report_and_cannot_be_read_makes_uncertain(county: Path) -> None:
    (county / "下级" / "司法局.ofd").write_bytes(b"PK\x03\x04")
    found = levels(parent_of(county), county / "下级")
    assert found.returncode == 2
    assert "没有读出　司法局.ofd：这种格式不能读取" in found.stdout


# --- lists and pages ------------------------------------------------------------------------------


def test_a_list_of_paths_and_names(county: Path) -> None:
    paths = [f"下级/{name}.html" for name in BODIES[:5]]
    place = county / "名单.txt"
    place.write_text("\n".join(["# 下级", *paths, "白汀镇", "教育局"]), encoding="gbk")
    found = json.loads(levels(parent_of(county), place, "--json").stdout)
    assert [one["name"] for one in found["children"] if one["status"] == "missing"] == ["白汀镇"]
    assert {cell["status"] for cell in found["cells"]} == {"uncertain"}
    assert {tuple(cell["missing"]) for cell in found["cells"]} == {("白汀镇",)}


def test_a_list_of_names_alone_and_a_list_that_is_none(county: Path) -> None:
    names, empty = county / "名单.txt", county / "空.txt"
    names.write_text("教育局\n公安局\n", encoding="utf-8")
    empty.write_text("# 无\n", encoding="utf-8")
    with pytest.raises(GongkaiError, match="只有名称"):
        family_of(str(names))
    for wrong in (empty, parent_of(county)):
        with pytest.raises(GongkaiError, match="没有名称"):
            family_of(str(county / "下级"), str(wrong))


def test_a_report_as_text_is_no_list(tmp_path: Path) -> None:
    place = tmp_path / "report.txt"
    place.write_text(
        render(family()[1], "lines") + "\nhttp://www.qingxi.gov.cn/\n", encoding="utf-8"
    )
    assert family_of(str(place)).sources == (str(place),)
    assert family_of(str(place)).names == ()


def test_a_directory_page(county: Path) -> None:
    reports = family()
    pages = {f"/{at}.html": [answer(render(one).encode())] for at, one in enumerate(reports)}
    links = "".join(
        f"<a href='/{at}.html'>{one.agency}2021年政府信息公开年度报告</a>"
        for at, one in enumerate(reports)
    )
    old = "<a href='/old.html'>青溪县教育局2020年政府信息公开年度报告</a>"
    with serving(
        {"/": [answer(f"<html><h1>年报</h1>{links}{old}</html>".encode())], **pages}
    ) as server:
        found = family_of(server.url(), year=2021)
        assert found.sources == tuple(server.url(path) for path in pages)
        assert (found.passed_over, found.names, found.lost) == (1, (), ())
        listed = county / "网址.txt"
        listed.write_text(
            "\n".join([server.url("/0.html"), server.url("/404.html")]), encoding="utf-8"
        )
        children = read_children(family_of(str(listed)).sources)
    assert [bool(one.error) for one in children] == [False, True]
    assert children[0].agency == BODIES[0]


# --- JSON and CSV ---------------------------------------------------------------------------------


def test_json_has_the_documented_shape(county: Path) -> None:
    (county / "下级" / f"{BODIES[3]}.html").write_bytes(LOGIN)
    found = json.loads(levels(parent_of(county), county / "下级", "--json").stdout)
    assert list(found) == ["parent", "children", "findings", "cells"]
    assert list(found["parent"]) == ["title", "agency", "year", "source", "provenance"]
    fields = ("source", "name", "agency", "year", "status", "error", "provenance")
    assert {tuple(one) for one in found["children"]} == {fields}
    assert sorted(one["status"] for one in found["children"]) == ["counted"] * 5 + ["unread"]
    lost = next(one for one in found["children"] if one["status"] == "unread")
    assert (lost["source"], lost["agency"], lost["year"]) == (
        str(county / "下级" / f"{BODIES[3]}.html"),
        "",
        None,
    )
    assert lost["error"].endswith("。")
    assert [cell["cell"] for cell in found["cells"]] == CELLS
    by_cell = {cell["cell"]: cell for cell in found["cells"]}
    assert by_cell[GRANTED] == {
        "cell": GRANTED,
        "parent": 39,
        "sum": 32,
        "difference": -7,
        "status": "uncertain",
        "implied": [],
        "parent_implied": False,
        "missing": [f"{BODIES[3]}.html"],
    }
    assert by_cell[FEES]["parent"] == 19.2
    assert {finding["rule"] for finding in found["findings"]} == {"levels.uncertain"}


def test_csv_holds_every_childs_figure(county: Path) -> None:
    target = county / "核对.csv"
    found = levels(parent_of(county), county / "下级", "-o", target)
    assert found.stdout.splitlines()[-1] == f"已写入 {target}"
    content = target.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    head, *lines = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert head == [*HEADS, *sorted(BODIES)]
    assert [line[3] for line in lines] == CELLS
    fees = lines[CELLS.index(FEES)]
    assert fees[:9] == [
        "表二",
        "行政事业性收费",
        "本年收费金额",
        FEES,
        "19.2",
        "19.2",
        "0",
        "相符",
        "",
    ]
    assert sorted(map(Decimal, fees[9:])) == [Decimal("0.7") + at for at in range(6)]
    assert levels(parent_of(county), county / "下级", "-o", county / "核对.xlsx").returncode == 0
    page = load_workbook(county / "核对.xlsx").active
    shown_there = [[cell.value for cell in row] for row in page]
    assert shown_there[0] == head
    assert [as_text(value) for value in shown_there[1 + CELLS.index(FEES)]] == fees
    assert type(shown_there[1 + CELLS.index(FEES)][4]) is float
    assert levels(parent_of(county), county / "下级", "-o", county / "核对.json").returncode == 0
    said = levels(parent_of(county), county / "下级", "--json").stdout
    assert json.loads((county / "核对.json").read_text(encoding="utf-8")) == json.loads(said)
    again = levels(parent_of(county), county / "下级", "-o", target)
    assert (again.returncode, again.stdout, "已存在" in again.stderr) == (2, "", True)
    assert levels(parent_of(county), county / "下级", "-o", target, "--force").returncode == 0


def as_text(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def test_the_table_never_replaces_what_is_read(county: Path) -> None:
    page = county / "下级" / f"{BODIES[1]}.html"
    before = page.read_bytes(), parent_of(county).read_bytes()
    for target in (page, parent_of(county)):
        found = levels(parent_of(county), county / "下级", "-o", target, "--force")
        assert (found.returncode, "文件名要以.csv、.json或.xlsx结尾" in found.stderr) == (2, True)
    book = write_workbook(summed(family()), [], county / "县.xlsx")
    whole = book.read_bytes()
    found = levels(book, county / "下级", "-o", book, "--force")
    assert (found.returncode, "就是所读的文件" in found.stderr) == (2, True)
    assert book.read_bytes() == whole
    assert (page.read_bytes(), parent_of(county).read_bytes()) == before


def test_hostile_names_are_text_everywhere() -> None:
    evil = [
        '=HYPERLINK("http://x","y")',
        "@SUM(1+1)\u202e",
        "青溪县\x1b[31m教育局",
        "+甲\r\n乙" * 60,
    ]
    children = [child(report(name, {GRANTED: at}), f"{at}.html") for at, name in enumerate(evil)]
    children.append(Child("=1+1\u202e.html", "/x", error="=1\n+1"))
    found = compare(report("=cmd|' /C calc'!A0", {GRANTED: 1}), children, ["-2+3", "../../etc"])
    table = list(csv.reader(io.StringIO(levels_bytes(found, ".csv").decode("utf-8-sig"))))
    assert [
        text
        for line in table
        for text in line
        if text[:1] in "=+-@" and text and not text[1:].isdigit()
    ] == []
    assert len(table) == len(CELLS) + 1
    for line in levels_lines(found):
        assert len(line) < 2_000
        assert all(letter not in line for letter in "\x1b\u202e\r\n")


def test_internal_errors_are_children_that_were_not_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*arguments: object) -> Report:
        raise RecursionError

    monkeypatch.setattr("gongkai.batch.importing.read_report_in", fail)
    monkeypatch.delenv("GONGKAI_DEBUG", raising=False)
    (found,) = read_children([str(tmp_path / "a.html")])
    assert found.error == "程序内部错误（RecursionError）；请把来源发给开发者。"


def test_help_is_chinese() -> None:
    text = levels("--help").stdout
    assert text.startswith("用法：gongkai levels")
    for word in ("上级报告", "下级", "--names", "--json", "--offline", "--insecure", "--force"):
        assert word in text


def test_an_older_copy_of_a_child_is_told_in_the_list(county: Path) -> None:
    older = replace(family()[1], year=2020, title="青溪县教育局2020年政府信息公开工作年度报告")
    (county / "下级" / "older.html").write_text(render(older), encoding="utf-8")
    found = levels(parent_of(county), county / "下级")
    assert f"  没有计入　{BODIES[1]}（older.html）：2020年的报告" in found.stdout
    assert "不能确定" not in found.stdout.splitlines()[-1]


def test_paths_start_in_the_current_folder(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(county)
    assert "全部相符" in levels(f"{PARENT}.html", "下级").stdout
