"""Folders and globs as sources of ``read`` and ``check``: a folder is its documents, our own
records are none.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gongkai.model import Edit
from gongkai.workbook import layout, read_workbook
from gongkai.workbook.file import fill_file, filled, template_path
from gongkai.workbook.fill import report_to_edits
from helpers import DOCUMENTS, ROOT
from helpers.command import run_command
from helpers.formats.transcript import BOOK, ROAD, slip, sound

RUIAN = DOCUMENTS / "ruian-2021-text" / "source.txt"
RECORDS = ("汇总.xlsx", "汇总.csv", "gongkai-batch.sqlite")


@pytest.fixture(scope="module")
def batched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a batch run over two reports."""
    place = tmp_path_factory.mktemp("batch")
    (place / "源").mkdir()
    (place / "源" / "2023.txt").write_bytes(sound())
    (place / "源" / "2024.txt").write_bytes(sound(year=2024))
    run_command("batch", place / "源", "-o", place / "out")
    return place / "out"


@pytest.fixture
def out(batched: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(batched, tmp_path / "out"))


def books(folder: Path) -> list[str]:
    return [str(folder / f"{ROAD}{year}年度报告.xlsx") for year in (2023, 2024)]


def sources(*words: object) -> list[str]:
    """The sources of which ``read --json`` tells."""
    found = json.loads(run_command("read", *words, "--json").stdout)
    return [one["source"] for one in found]


# --- folders --------------------------------------------------------------------------------------


def test_a_folder_stands_for_its_documents_by_name(tmp_path: Path) -> None:
    for name in ("乙.txt", "甲.txt", ".hidden.txt", "~$甲.docx", "甲.处理.json", "logo.svg"):
        (tmp_path / name).write_bytes(sound())
    (tmp_path / "甲.处理.json").unlink()
    (tmp_path / "下级").mkdir()
    (tmp_path / "下级" / "丙.txt").write_bytes(sound())
    assert sources(tmp_path) == [str(tmp_path / name) for name in ("乙.txt", "甲.txt")]


def test_years_in_a_folder_are_compared(tmp_path: Path) -> None:
    (tmp_path / "2023.txt").write_bytes(sound())
    (tmp_path / "2024.txt").write_bytes(slip(2024))
    run = run_command("check", tmp_path)
    assert "跨年核对：" in run.stdout
    assert run.returncode == 1


def test_the_folder_of_a_batch_gives_its_workbooks(out: Path) -> None:
    assert sources(out) == books(out)
    run = run_command("check", out)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_folder_and_a_file_beside_it(out: Path) -> None:
    assert sources(RUIAN, out) == [str(RUIAN), *books(out)]


def test_renamed_summaries_in_a_folder_are_none_of_its_documents(out: Path) -> None:
    (out / "汇总.xlsx").rename(out / "全市年报.xlsx")
    (out / "汇总.csv").rename(out / "全市年报.csv")
    (out / "gongkai-batch.sqlite").rename(out / "记录.txt")
    assert sources(out) == books(out)


def test_what_is_kept_of_a_version_before_is_none_of_a_folders_documents(out: Path) -> None:
    first, _ = books(out)
    shutil.copy(first, first.replace(".xlsx", "（上一版）.xlsx"))
    shutil.copy(first, first.replace(".xlsx", "（还原前2）.xlsx"))
    shutil.copy(first, out / "别的（上一版）.xlsx")  # of which no later version is there
    assert sources(out) == sorted([*books(out), str(out / "别的（上一版）.xlsx")])


@pytest.mark.parametrize("command", [("read",), ("check",), ("check", "--write")])
@pytest.mark.parametrize("names", [(), ("备注.docm", "图.svg")])
def test_a_folder_without_documents(
    command: tuple[str, ...], names: tuple[str, ...], tmp_path: Path
) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    run = run_command(*command, tmp_path)
    assert (run.returncode, run.stdout, len(run.stderr.splitlines())) == (2, "", 1)
    assert "中没有可以读取的文件" in run.stderr
    among = run_command("read", tmp_path, RUIAN, "--json")
    assert among.returncode == 2
    assert [one["source"] for one in json.loads(among.stdout)] == [str(tmp_path), str(RUIAN)]


def test_what_cannot_be_read_in_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "甲.txt").write_bytes(sound())
    (tmp_path / "乙.ofd").write_bytes(b"PK\x03\x04OFD.xml")
    run = run_command("check", tmp_path)
    assert run.returncode == 0
    assert "另有1个文件的格式不能读取，没有读取：乙.ofd" in run.stderr


def test_the_worst_document_of_a_folder_gives_the_code(tmp_path: Path) -> None:
    (tmp_path / "甲.txt").write_bytes(sound())
    assert run_command("check", tmp_path).returncode == 0
    (tmp_path / "乙.txt").write_bytes(slip())
    assert run_command("check", tmp_path).returncode == 1
    (tmp_path / "丙.txt").write_bytes("今天天气很好。".encode())
    assert run_command("check", tmp_path).returncode == 2


# --- globs ----------------------------------------------------------------------------------------


def test_a_glob_with_our_own_records_does_not_fail(out: Path) -> None:
    run_command("dismiss", books(out)[0], "1", "--reason", "已核实")
    named = sorted(out.iterdir())
    run = run_command("check", *named)
    assert run.returncode == 0, run.stderr
    told = run.stderr.splitlines()
    assert [line.partition("：")[0] for line in told] == [
        str(path) for path in named if path.suffix != ".xlsx" or path.name == "汇总.xlsx"
    ]
    assert all("不是报告" in line and line.endswith("没有读取。") for line in told)
    assert len(json.loads(run_command("check", *named, "--json").stdout)) == 2


@pytest.mark.parametrize("name", ["汇总.xlsx", "汇总.csv", "gongkai-batch.sqlite"])
def test_named_alone_a_record_is_refused(name: str, out: Path) -> None:
    run = run_command("check", out / name)
    assert run.returncode == 2
    refused = (
        "没有读出数字",
        "没有找到政府信息公开工作年度报告",
        "是批量导入的工作簿，其中没有报告",
        "这是二进制文件或乱码，不能读取",
    )
    assert any(told in run.stderr for told in refused)


def test_records_alone_are_refused_each(out: Path) -> None:
    run = run_command("check", *(out / name for name in RECORDS))
    assert (run.returncode, len(run.stderr.splitlines())) == (2, 3)
    assert "没有读取" not in run.stderr


def test_renamed_records_are_known_by_what_they_hold(out: Path) -> None:
    for name, other in {
        "汇总.xlsx": "一.xlsx",
        "汇总.csv": "二.txt",
        "gongkai-batch.sqlite": "三",
    }.items():
        (out / name).rename(out / other)
    run = run_command("check", *sorted(out.iterdir()))
    assert (run.returncode, len(run.stderr.splitlines())) == (0, 3)


def test_a_table_saved_by_excel_anew_is_still_a_record(out: Path) -> None:
    table = out / "汇总.csv"
    table.write_bytes(table.read_bytes().decode("utf-8-sig").encode("gb18030"))
    assert run_command("check", *sorted(out.iterdir())).returncode == 0


def test_a_summary_without_tables_is_a_record(out: Path) -> None:
    """As a batch writes it that has no report in its workbook, with macros or without."""
    book = load_workbook(out / "汇总.xlsx")
    for name in set(book.sheetnames) - {layout.BATCH, layout.SUMMARY}:
        del book[name]
    book.save(out / "各县.xlsx")
    assert sources(out) == books(out)
    (out / "gongkai-batch.sqlite").unlink()
    assert sources(out) == books(out)


def test_an_empty_workbook_is_no_record(tmp_path: Path) -> None:
    """Somebody forgot to fill it in: that is told, and passes for nothing else."""
    shutil.copy(ROOT / "workbook_template.xlsm", tmp_path / "空.xlsm")
    run = run_command("check", tmp_path / "空.xlsm", RUIAN)
    assert run.returncode == 2
    assert "空.xlsm：没有读出数字" in run.stderr


def test_a_report_with_a_list_in_its_workbook_is_a_report(out: Path) -> None:
    """The add-in writes list and summary into the workbook that is open, whatever stands in its
    tables.
    """
    book = fill_file(
        template_path(), out / BOOK, report_to_edits(read_workbook(out / BOOK), []), overwrite=True
    )
    book.write_bytes(filled(book, [Edit(layout.BATCH, layout.BATCH_TOP, 1, "a.html")]))
    assert sources(*books(out)) == books(out)


# --- check --write --------------------------------------------------------------------------------


def test_check_write_takes_a_folder_time_and_again(out: Path) -> None:
    for _ in range(2):
        run = run_command("check", "--write", out)
        assert run.returncode == 0, run.stderr
        assert [
            line.partition("，")[0] for line in run.stdout.splitlines() if "已写入" in line
        ] == [f"已写入 {name}" for name in books(out)]
    kept = [f"{ROAD}{year}年度报告（上一版）.xlsx" for year in (2023, 2024)]
    assert sorted(path.name for path in out.iterdir()) == sorted(
        [*RECORDS, *(Path(name).name for name in books(out)), *kept]
    )


def test_check_write_of_a_glob_leaves_the_summary_alone(out: Path) -> None:
    before = (out / "汇总.xlsx").read_bytes()
    run = run_command("check", "--write", *sorted(out.iterdir()))
    assert run.returncode == 0, run.stderr
    assert (out / "汇总.xlsx").read_bytes() == before


def test_check_write_of_a_glob_leaves_what_it_kept_alone(out: Path) -> None:
    for _ in range(2):
        run = run_command("check", "--write", *sorted(out.glob("*.xlsx")))
        assert run.returncode == 0, run.stderr
    kept = out / f"{ROAD}2023年度报告（上一版）.xlsx"
    assert f"{kept}：这是 check --write 留下的上一版，没有写入。" in run.stderr
    assert not list(out.glob("*（上一版）（*"))
    read = run_command("check", books(out)[0], kept, "--json")
    assert len(json.loads(read.stdout)) == 1
    assert read.stderr == f"{kept}：这是 check --write 留下的上一版，没有读取。\n"
    assert len(json.loads(run_command("check", kept, "--json").stdout)) == 1


def test_what_a_spreadsheet_program_leaves_is_passed_over(out: Path) -> None:
    (out / f"~${ROAD}2023年度报告.xlsx").write_bytes(b"\x04Zhao" + b" " * 160)
    run = run_command("check", *sorted(out.iterdir()))
    assert run.returncode == 0
    assert "这是表格软件打开工作簿时的临时文件，不是报告，没有读取。" in run.stderr


def test_a_file_of_somebody_elses_is_no_version_before(out: Path) -> None:
    book = Path(books(out)[0])
    kept = book.with_name(f"{book.stem}（上一版）.xlsx")
    kept.write_text("我的")
    run = run_command("check", "--write", book)
    assert run.returncode == 2
    assert "不是本工具的工作簿，没有覆盖，也没有写入；请先移走或改名。" in run.stderr
    assert kept.read_text() == "我的"


def test_check_write_of_a_folder_takes_the_workbooks_of_ours(tmp_path: Path) -> None:
    """A page beside its workbook cannot be written into; that is no failure of the folder."""
    (tmp_path / "页.txt").write_bytes(sound())
    run_command("fill", tmp_path / "页.txt", "-o", tmp_path / "年报.xlsm")
    run = run_command("check", "--write", tmp_path)
    told = f"{tmp_path}：文件夹中另有1个文件不是本工具的工作簿，没有写入。\n"
    assert (run.returncode, run.stderr) == (0, told)
    for path in tmp_path.glob("*.xlsm"):
        path.unlink()
    assert "没有本工具的工作簿" in run_command("check", "--write", tmp_path).stderr
    run_command("fill", tmp_path / "页.txt", "-o", tmp_path / "年报.xlsm")
    named = run_command("check", "--write", tmp_path / "年报.xlsm", tmp_path / "页.txt")
    assert named.returncode == 2
