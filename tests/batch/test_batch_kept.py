"""What a batch must never lose or pass over in silence: a user's changes, other files, further
pages.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from gongkai.batch import batch_checks, plan, run_batch
from gongkai.batch.names import (
    LONGEST_FOLDER,
    LONGEST_PATH,
    fitting_name,
    is_too_deep,
    numbered,
    report_file_name,
)
from gongkai.links import base_of, candidates
from gongkai.model import Document, GongkaiError
from gongkai.output import csv_cell
from gongkai.readers import read_blocks
from gongkai.store import NAME
from gongkai.system import discard_file, move
from gongkai.workbook import copy_template
from helpers.batches import bodies, command, list_file, names_in, page, rows_in, run, served
from helpers.made import report_of
from helpers.waiting import PATIENCE
from helpers.web.server import answer, serving

QUICK = ("--pause", "0", "--per-host", "8")


def saved(folder: Path, count: int = 2) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(bodies(count), 1):
        (folder / f"{number}.html").write_bytes(page(name))
    return [str(folder / f"{number}.html") for number in range(1, count + 1)]


# --- the summary ----------------------------------------------------------------------------------


def test_a_summary_with_the_users_changes_is_kept(tmp_path: Path) -> None:
    place, out = list_file(tmp_path / "list.txt", saved(tmp_path / "pages")), tmp_path / "out"
    assert command(place, "-o", out).returncode == 0
    assert "改动" not in command(place, "-o", out).stderr
    for turn in (1, 2):
        book = openpyxl.load_workbook(out / "汇总.xlsx", keep_vba=True)
        book.create_sheet(f"我的{turn}")
        book.save(out / "汇总.xlsx")
        (out / "汇总.csv").write_text(f"我的{turn}", encoding="utf-8")
        again = command(place, "-o", out)
        assert again.returncode == 0
        assert again.stderr.count("没有覆盖") == 2
        assert f"汇总-改动{turn}.xlsx" in again.stderr
        kept = openpyxl.load_workbook(out / f"汇总-改动{turn}.xlsx", read_only=True)
        assert f"我的{turn}" in kept.sheetnames
        assert (out / f"汇总-改动{turn}.csv").read_text(encoding="utf-8") == f"我的{turn}"
        assert "第1县人民政府" in (out / "汇总.csv").read_text(encoding="utf-8-sig")
    assert "汇总" not in "".join(plan(str(out), tmp_path / "other").sources)
    assert len(batch_checks(out)) == 2


def test_each_part_of_the_summary_is_written_though_the_other_cannot(tmp_path: Path) -> None:
    sources = saved(tmp_path / "pages")
    for blocked, other in (("汇总.csv", "汇总.xlsx"), ("汇总.xlsx", "汇总.csv")):
        out = tmp_path / other
        run(sources[:1], out)
        before = (out / other).read_bytes()
        (out / blocked).unlink()
        (out / blocked).mkdir()
        with pytest.raises(GongkaiError, match=blocked):
            run(sources, out)
        assert (out / other).read_bytes() != before


def test_a_kill_while_the_summary_is_written_leaves_nothing_behind(tmp_path: Path) -> None:
    sources = saved(tmp_path / "pages", 1)
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom gongkai.batch import run_batch\n"
        "os.replace = lambda *paths: os._exit(9)\n"
        "list(run_batch(sys.argv[2:], Path(sys.argv[1])))"
    )
    run(sources, tmp_path / "out")
    (tmp_path / "out" / "汇总.csv").unlink()
    killed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "out"), *sources], check=False
    )
    assert killed.returncode == 9
    run(sources, tmp_path / "out")
    assert names_in(tmp_path / "out") == {
        NAME,
        "汇总.csv",
        "汇总.xlsx",
        "第1县人民政府2021年度报告.xlsx",
    }


def test_a_nul_before_a_formula_does_not_let_it_run() -> None:
    assert csv_cell("\0=1+1") == "' =1+1"
    assert csv_cell("\u200b=1+1") == "'=1+1"
    assert csv_cell("甲\0") == "甲 "


# --- the memory -----------------------------------------------------------------------------------


def test_a_full_disk_leaves_whole_results_only(tmp_path: Path) -> None:
    """What the disk refused must not be there after all when the store is opened again."""
    code = (
        "import resource, signal, sys\nfrom pathlib import Path\n"
        "from gongkai.store import encoded, open_store, row_to_record\n"
        "from gongkai.workbook.lists import BatchRow\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "kept = 0\n"
        "with open_store(Path(sys.argv[1])) as store:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "    try:\n"
        "        for number in range(1000):\n"
        "            row = BatchRow(str(number), 'done', message='m' * 300)\n"
        "            store.keep(encoded(row_to_record(row)))\n"
        "            store.commit()\n"
        "            kept += 1\n"
        "    except Exception as error:\n"
        "        print(type(error).__name__, kept, error)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, check=False, text=True
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    kind, count, said = ended.stdout.split(maxsplit=2)
    assert kind == "StoreError"
    assert said.rstrip().endswith("。")
    assert len(rows_in(tmp_path)) == int(count) > 3


# --- what is no report, and what is not imported --------------------------------------------------


def test_a_blank_workbook_is_no_report(tmp_path: Path) -> None:
    blank = str(copy_template(tmp_path / "blank.xlsx"))
    (one,) = run([blank], tmp_path / "out").values()
    assert (one.row.state, one.row.file) == ("unread", "")
    assert "都是空的" in one.row.message


def test_what_a_folder_holds_besides_pages_is_said(tmp_path: Path) -> None:
    place = tmp_path / "pages"
    saved(place, 1)
    for name in ("b.ofd", "c.ZIP", "d.css", "e.jpg"):
        (place / name).write_bytes(b"x")
    for number, kind in enumerate(("shtm", "xhtml", "jhtml", "aspx"), 5):
        (place / f"{number}.{kind}").write_bytes(page(f"第{number}县人民政府"))
    (place / "saved.mht").write_bytes(
        b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html>"
    )
    found = plan(str(place), tmp_path / "out")
    assert len(found.sources) == 6
    assert found.left_out == ("b.ofd", "c.ZIP")
    imported = command(place, "-o", tmp_path / "out", *QUICK)
    assert (imported.returncode, imported.stdout[:4]) == (2, "完成5份")
    assert "另有2个文件的格式不能读取，没有导入：b.ofd、c.ZIP" in imported.stderr
    assert ".mht" in imported.stderr


def test_further_pages_of_a_directory_are_said_with_yes_too(tmp_path: Path) -> None:
    links = "".join(f"<a href='/{n}.html'>第{n}县2021年政府信息公开年度报告</a>" for n in (1, 2))
    index = f"<meta charset=utf-8>{links}<a href=2.html>下一页</a>".encode()
    with serving({"/": [answer(index)], **served(bodies(2))}) as server:
        imported = command(server.url(), "-o", tmp_path / "out", "--yes", *QUICK)
    assert imported.returncode == 0
    assert "目录还有下一页" in imported.stderr


def test_one_page_under_two_fragments_is_one_source(tmp_path: Path) -> None:
    lines = [
        "https://x.gov.cn/1#a",
        "https://x.gov.cn/1#b",
        "https://x.gov.cn/1",
        "\u200bhttps://x.gov.cn/2\ufeff",
    ]
    place = list_file(tmp_path / "list.txt", lines)
    assert plan(str(place), tmp_path).sources == ("https://x.gov.cn/1#a", "https://x.gov.cn/2")


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("<base href='/other/'>", "https://x.gov.cn/other/1.html"),
        ('<base target="_blank" href="https://y.gov.cn/a/b.html">', "https://y.gov.cn/a/1.html"),
        ("<base href='http://192.168.0.1/'>", "https://x.gov.cn/list/1.html"),
        ("<base href='javascript:x'>", "https://x.gov.cn/list/1.html"),
        ("<base target=_blank>", "https://x.gov.cn/list/1.html"),
    ],
)
def test_links_start_from_the_base_that_a_page_names(base: str, expected: str) -> None:
    content = f"<html><head>{base}</head><a href='1.html'>2021年政府信息公开年度报告</a>".encode()
    document = Document(
        "https://x.gov.cn/list/index.html", "", content, "", url="https://x.gov.cn/list/index.html"
    )
    found = candidates(read_blocks(document), base_of(document))
    assert [link.source for link in found] == [expected]
    saved_page = replace(document, origin="/pages/x/index.html", url="")
    start = "https://y.gov.cn/a/" if "y.gov" in base else "/pages/x/"
    assert [link.source for link in candidates(read_blocks(saved_page), base_of(saved_page))] == [
        f"{start}1.html"
    ]


# --- files on Windows -----------------------------------------------------------------------------


def test_a_file_held_for_a_moment_by_a_scanner_is_moved_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("x")
    held = iter([PermissionError(13, "held")] * 2)

    def rename(source: Path, target: Path) -> None:
        for error in held:
            raise error
        os.rename(source, target)

    with pytest.raises(PermissionError):
        move(tmp_path / "a", tmp_path / "b", rename)
    monkeypatch.setattr("sys.platform", "win32")
    move(tmp_path / "a", tmp_path / "b", rename)
    assert names_in(tmp_path) == {"b"}


def test_paths_that_windows_and_excel_open() -> None:
    report = report_of()
    long = replace(report, agency="长" * 70)
    for depth in (10, 100, 150, LONGEST_FOLDER - 1):
        folder = Path("/" + "深" * depth)
        name = fitting_name(long, folder, "win32")
        assert len(str(folder / numbered(name, 999))) <= LONGEST_PATH
        assert name.endswith(".xlsx")
        assert name.startswith("长" * 20)
        assert not is_too_deep(folder, "win32")
        assert fitting_name(long, folder, "linux") == report_file_name(long)
    assert fitting_name(report, Path("/x"), "win32") == report_file_name(report)
    assert is_too_deep(Path("/" + "深" * 200), "win32")


def test_a_read_only_file_of_ours_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to delete what is read-only."""
    path = tmp_path / "a"
    path.write_text("x")
    path.chmod(0o444)
    unlink = Path.unlink

    def like_windows(self: Path, missing_ok: bool = False) -> None:
        if not self.stat().st_mode & stat.S_IWUSR:
            raise PermissionError(13, "read-only")
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", like_windows)
    discard_file(path)
    assert names_in(tmp_path) == set()


def test_nothing_is_at_work_after_a_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python crashes where it ends while a parser works in another thread.

    One source is held until somebody waits for the thread that is at work on it.
    """
    door = threading.Event()
    threads: list[threading.Thread] = []

    class Awaited(threading.Thread):
        def start(self) -> None:
            threads.append(self)
            super().start()

        def join(self, timeout: float | None = None) -> None:
            door.set()
            super().join(timeout)

    monkeypatch.setattr("gongkai.batch.run.Thread", Awaited)
    # A busy machine may need more than a second.
    monkeypatch.setattr("gongkai.batch.run.LONGEST_STOP", PATIENCE)
    answers = served(bodies(2))
    answers["/2.html"] = [[partial(door.wait, PATIENCE), *answers["/2.html"][0]]]
    with serving(answers) as server:
        sources = [server.url(path) for path in answers]
        with closing(run_batch(sources, tmp_path / "out", pause=0)) as batch:
            next(batch)
            assert any(thread.is_alive() for thread in threads)
        assert len(threads) == 2
        assert not any(thread.is_alive() for thread in threads)


def test_tell_is_optional(tmp_path: Path) -> None:
    sources = saved(tmp_path / "pages", 1)
    run(sources, tmp_path / "out")
    (tmp_path / "out" / "汇总.csv").write_text("mine")
    told: list[str] = []
    list(run_batch(sources, tmp_path / "out", tell=told.append))
    assert len(told) == 1
    (tmp_path / "out" / "汇总.csv").write_text("mine again")
    list(run_batch(sources, tmp_path / "out"))
    assert {"汇总-改动1.csv", "汇总-改动2.csv"} <= names_in(tmp_path / "out")
