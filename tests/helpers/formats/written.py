"""What the command writes: workbooks, decisions, a batch's folder, tables, pages in the cache."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

from gongkai.store import Kept, read_store
from gongkai.store.schema import schema_of
from helpers import DOCUMENTS
from helpers.command import run_command
from helpers.formats.transcript import (
    BOOK,
    LOGIN,
    TEMPLATE,
    broken,
    compact,
    digest,
    files_in,
    folded,
    printed,
    said,
    settled,
    shown_file,
    slip,
    sound,
    write,
)
from helpers.web.server import answer, serving

Cells = dict[str, dict[str, str]]
ADDRESS = re.compile(r"([A-Z]+)(\d+)")


# --- workbooks and decisions ---------------------------------------------------------------


def parts_of(name: str, origin: str | Path = TEMPLATE) -> str:
    """Every part of a workbook: as in its template, or its digest and the cells that differ."""
    with ZipFile(origin) as template, ZipFile(name) as book:
        told = [f"--- {name}: {'' if book.namelist() == template.namelist() else 'other '}parts\n"]
        same = [info.filename for info in book.infolist() if is_same(info.filename, template, book)]
        times_of = {info.date_time for info in book.infolist()}
        told.append(f"as in the template: {' '.join(same)}\ntimes: {times_of}\n")
        for part in book.namelist():
            if part not in same:
                if part.endswith(".bin"):
                    told.append(f"{part} {digest(book.read(part))}\n")
                    continue
                content = settled(book.read(part).decode(), Path.cwd())
                told.append(f"{part} {digest(content)}\n")
                told += changed_cells(cells_of(part, template), cells_in(content))
    return "".join(told)


def is_same(part: str, one: ZipFile, other: ZipFile) -> bool:
    return part in one.namelist() and one.read(part) == other.read(part)


def cells_of(part: str, book: ZipFile) -> Cells:
    return cells_in(book.read(part).decode()) if part in book.namelist() else {}


def cells_in(xml: str) -> Cells:
    """Row -> column -> formula and value of each filled cell."""
    rows: Cells = {}
    for cell in ElementTree.fromstring(xml).iterfind(".//{*}c"):
        text = " ".join(node.text for node in cell.iter() if node.text)
        column, row = ADDRESS.findall(cell.get("r", ""))[0]
        if text:
            rows.setdefault(row, {})[column] = text
    return rows


def changed_cells(old: Cells, new: Cells) -> Iterator[str]:
    """A line for each row in which something changed: the new texts, "" for a blank cell."""
    for row in sorted({*old, *new}, key=int):
        was, now = old.get(row, {}), new.get(row, {})
        columns = [column for column in {**was, **now} if was.get(column) != now.get(column)]
        changed = {column: now.get(column, "") for column in columns}
        if changed:
            yield f"  {row} {compact(changed)}\n"


def workbook_text() -> str:
    """A workbook of a page about which something was decided, and one of the older layout."""
    write("报告.html", broken())
    run_command("dismiss", "报告.html", "1", "4", "--reason", "已向填报单位核实")
    run_command("confirm", "报告.html", "2")
    told = [said("fill", "报告.html", "-o", "报告.xlsm"), parts_of("报告.xlsm")]
    told.append(f"check --json {digest(printed('check', '报告.xlsm', '--json'))}\n")
    told.append(said("fill", "报告.html", "-o", "报告.xlsm"))
    told.append(said("fill", "报告.xlsm", "--template", "报告.xlsm", "-o", "新.xlsm"))
    # The fourth is about words that no workbook keeps: its decision goes out of sight there.
    told += [parts_of("新.xlsm", "报告.xlsm"), said("check", "新.xlsm")]
    older = DOCUMENTS / "edition-2019-of-2020" / "source.html"
    write("2020.html", older.read_bytes())
    found = json.loads(printed("fill", "2020.html", "-o", "2020.xlsm", "--json"))
    return "".join([*told, f"{compact(found)}\n", parts_of("2020.xlsm")])


def adopt_text() -> str:
    """Proposals listed, some taken over, the changes in the workbook and its log."""
    write("报告.html", broken())
    run_command("fill", "报告.html", "-o", "报告.xlsm")
    before = sheets_of("报告.xlsm")
    told = [
        said("adopt", "报告.xlsm"),
        said("adopt", "报告.xlsm", "9"),
        said("adopt", "报告.xlsm", "1=2"),
    ]
    told.append(said("adopt", "报告.xlsm", "3", "2=1"))
    for part, cells in sheets_of("报告.xlsm").items():
        told += [f"{part}\n", *changed_cells(before[part], cells)]
    return "".join([*told, said("adopt", "报告.xlsm")])


def sheets_of(name: str) -> dict[str, Cells]:
    with ZipFile(name) as book:
        parts = [part for part in book.namelist() if part.startswith("xl/worksheets/sheet")]
        return {part: cells_in(book.read(part).decode()) for part in parts}


def decisions_text() -> str:
    """What is decided, taken back, and counted; the file after each step."""
    write("报告.txt", slip().replace("2023年1月".encode(), "20231月".encode()))
    write("次年.txt", sound(year=2024))
    key = json.loads(printed("check", "报告.txt", "--json"))[0]["findings"][1]["key"]
    steps: Sequence[Sequence[str]] = (
        ("dismiss", "报告.txt", "1", "２", "--reason", "已核实：“原文”如此"),
        ("confirm", "报告.txt", key, "1"),
        ("dismiss", "报告.txt", "1", "--undo"),
    )
    told = []
    for words in steps:
        told += [said(*words), shown_file("报告.处理.json")]
    both = json.loads(printed("check", "报告.txt", "次年.txt", "--json"))
    key = next(one["key"] for one in both[1]["findings"] if one["rule"].startswith("years"))
    told.append(said("dismiss", "次年.txt", key, "--with", "报告.txt", "--reason", "口径不同"))
    told += [shown_file("次年.处理.json"), said("check", "报告.txt", "次年.txt")]
    findings = json.loads(printed("check", "报告.txt", "--json"))[0]["findings"]
    return "".join([*told, f"{compact([one['ruling'] for one in findings])}\n"])


# --- batches and levels --------------------------------------------------------------------


def batch_text() -> str:
    """A folder imported, again, after a decision and a change; a list of which a name is taken."""
    for name, content in {"2023": slip(), "2024": slip(2024), "空": b""}.items():
        write(f"来源/{name}.txt", content)
    write("来源/其他.ofd", b"PK\x03\x04OFD.xml")
    write("另一份.txt", sound().replace(b"5211", b"5212"))
    write("名单.txt", "# 名单\n另一份.txt\n".encode("gbk"))
    run = ("batch", "来源", "-o", "结果")
    told = [said(*run), files_in("结果"), store_text(), shown_file("结果/汇总.csv")]
    told += [parts_of("结果/汇总.xlsx"), said(*run)]
    told.append(said("dismiss", f"结果/{BOOK}", "1", "--reason", "已核实"))
    with Path("结果/汇总.csv").open("ab") as file:
        file.write("备注\r\n".encode())
    told.append(said(*run))
    # Before the second report of a year: its path is part of a finding, and so of that one's key.
    rows = json.loads(printed(*run, "--json"))
    told += [f"{compact(list(row))} {digest(settled(compact(row), Path.cwd()))}\n" for row in rows]
    told += [said("batch", "名单.txt", "-o", "结果"), files_in("结果"), store_text()]
    return "".join(told)


def store_text() -> str:
    """The store of a batch: what it says of itself, and its sources by name."""
    with read_store(Path("结果")) as store:
        assert store is not None
        asked = "SELECT name, value FROM about ORDER BY name"
        told = [f"--- gongkai-batch.sqlite {compact(list(store.rows_of(asked)))}\n"]
        told += [f"{kind} {name}\n" for kind, name, _ in sorted(schema_of(store.connection))]
        checks = {row.source: check for row, check in store.checks()}
        for row in sorted(store.listed(), key=lambda row: row.source):
            kept = store.kept(row.source)
            assert kept is not None
            told.append(kept_text(kept, checks.get(row.source)))
        written = {digest for (digest,) in store.rows_of("SELECT digest FROM written")}
    now = digests_now()
    told.append(f"written: {' '.join(sorted(now[one] for one in written & set(now)))}\n")
    return "".join(told)


def kept_text(kept: Kept, check: Mapping[str, Any] | None) -> str:
    row = kept.row
    decided = {key: [one.verdict, one.reason] for key, one in row.decisions.items()}
    told = [f"{settled(row.source, Path.cwd())} decided {compact(decided)}\n"]
    for name, value in vars(row).items():
        if name not in ("source", "decisions", "figures"):
            told.append(f"  {name}: {compact(value)}\n")
    figures = {cell: str(value) for cell, value in row.figures.items()}
    told.append(f"  figures: {len(figures)} {digest(compact(figures))}\n")
    told.append(f"  sha256 {whose(kept.file_sha256, row.file)} grave {kept.is_grave}\n")
    if check is not None:
        [own] = json.loads(printed("check", row.source, "--json"))
        found = digest(settled(compact(check), Path.cwd()))
        told.append(f"  check {'as check --json of the source' if check == own else found}\n")
    return "".join(told)


def whose(found: str, name: str) -> str:
    """Of what a digest in an entry is: of the workbook, and of the file of decisions beside it."""
    paths = [Path("结果", name), Path("结果", name).with_suffix(".处理.json")]
    contents = [path.read_bytes() for path in paths if path.is_file()]
    sums = {digest(b"".join(contents[:count])): count for count in range(1, len(contents) + 1)}
    return " and ".join(path.name for path in paths[: sums.get(found, 0)]) or compact(found)


def digests_now() -> dict[str, str]:
    return {digest(Path("结果", name).read_bytes()): name for name in ("汇总.xlsx", "汇总.csv")}


def levels_text() -> str:
    """A city and its two bodies, with two differences; then a name is missing, a page is none."""
    city = sound("云岭市人民政府", factor=3)
    write("市.txt", city.replace(b"15633", b"15634").replace(b" 2439", b" 2430"))
    write("下级/交通.txt", sound())
    write("下级/教育.txt", sound("云岭市教育局", factor=2))
    write("名单.txt", "云岭市交通运输局\n云岭市公安局\n".encode())
    run = ("levels", "市.txt", "下级")
    told = [said(*run, "-o", "核对.csv"), said(*run, "-o", "核对.csv")]
    table = shown_file("核对.csv")
    told += table.splitlines(keepends=True)[:20]
    told += [f"核对.csv {digest(table)}\n", said(*run, "--names", "名单.txt")]
    found = json.loads(printed(*run, "--json"))
    cells = found.pop("cells")
    told += [f"{line}\n" for line in folded(found, "levels --json ")]
    told += [f"{compact(cell)}\n" for cell in cells if cell["difference"]]
    told.append(f"cells {digest(compact(cells))}\n")
    write("下级/登录.html", LOGIN)
    return "".join([*told, said(*run)])


# --- pages that are kept, the demo ---------------------------------------------------------


def cache_text() -> str:
    """A page fetched, confirmed, and taken from the cache; what the cache holds of it."""
    page = answer(broken(), 'ETag: "a1"', "Content-Type: text/html; charset=utf-8")
    with serving({"/2022.html": [page, answer(b"", status="304 Not Modified")]}) as server:
        url = server.url("/2022.html")
        fetched = printed("check", url, "--json")
        again = printed("check", url, "--json")
        asked = [line for line in server.heads[1].splitlines() if line.startswith("If-")]
    told = [f"check --json {digest(settled(fetched, Path.cwd()))}\n"]
    told += [f"again the same {fetched == again}, asked with {asked}\n"]
    told += [said("read", url, "--offline").partition("\n\n")[0], "\n"]
    for path in sorted(Path(".own/cache").rglob("*.*")):
        head_digest, head, content = path.read_bytes().split(b"\n", 2)
        told.append(f"{path.parent.name}/{path.suffix}\n")
        told.append(f"named by its address {path.stem == digest(url)}\n")
        told.append(f"begins with the digest of its head {head_digest.decode() == digest(head)}\n")
        told.append(f"{head.decode()}\nends with the page {content == broken()}\n")
    return "".join(told)


def demo_text() -> str:
    told = [said("demo", "-o", "演示"), files_in("演示")]
    for path in sorted(Path("演示").iterdir()):
        with ZipFile(path) as book:
            parts = [book.read(part).decode("latin-1") for part in book.namelist()]
        told.append(f"{path.name} {digest(settled(''.join(parts), Path.cwd()))}\n")
    return "".join(told)
