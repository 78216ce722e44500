"""What stands in a workbook and is no part of the report: told by whoever publishes or compares,
wherever it stands; what is the template's own is none.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment

from gongkai.readers.libreoffice import converted
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.file import read_file
from gongkai.workbook.remarks import texts_beside
from helpers import ROOT
from helpers.command import run_command
from helpers.counts import some
from helpers.made import converted_report
from helpers.published import plain_report

Change = Callable[[Workbook], object]
BESIDE = "请核对：在表格和正文之外，没有印出："
STRUCK = "请核对：划掉或看不见的文字没有印出："
PROSE = f"C{layout.PROSE_TOP + 1}"


def write(sheet: str, place: str, text: object) -> Change:
    return lambda book: setattr(book[sheet][place], "value", text)


def say(sheet: str, place: str, text: str) -> Change:
    return lambda book: setattr(book[sheet][place], "comment", Comment(text, "张三"))


def head(sheet: str, text: str, part: str = "oddHeader") -> Change:
    return lambda book: setattr(getattr(book[sheet], part).center, "text", text)


def changed(tmp_path: Path, change: Change) -> Path:
    path = write_workbook(plain_report(), [], tmp_path / "a.xlsx", overwrite=True)
    book = load_workbook(path, rich_text=True)
    change(book)
    book.save(tmp_path / "b.xlsx")
    return tmp_path / "b.xlsx"


def published(tmp_path: Path, path: Path) -> tuple[list[str], str]:
    done = run_command("publish", path, "-o", tmp_path / "a.html", "--force")
    return [line for line in done.stdout.splitlines() if line.startswith("请核对")], done.stderr


TITLE = "三、收到和处理政府信息公开申请情况（上半年，不含街道）"
REMARKS = [
    (write("表三", "A1", TITLE), f"“表三”A1的“{TITLE}”"),
    (
        write("表四", "A1", "四、复议、诉讼情况（2021年）"),
        "“表四”A1的“四、复议、诉讼情况（2021年）”",
    ),
    (write("表三", "A32", "注：上半年"), "“表三”A32的“注：上半年”"),
    (write("表四", "A7", "注：上半年"), "“表四”A7的“注：上半年”"),
    (write("表三", "K2", "校验（不含街道）"), "“表三”K2的“校验（不含街道）”"),
    (write("正文", "A1", "正文（送审稿）"), "“正文”A1的“正文（送审稿）”"),
    (write("封面", "B33", "本数待核"), "“封面”B33的“本数待核”"),
    (write("封面", "E6", "本数待核"), "“封面”E6的“本数待核”"),
    (write("封面", "C10", "本数待核"), "“封面”C10的“本数待核”"),
    (head("表三", "&12乐清市"), "“表三”页眉页脚的“乐清市”"),
    (head("正文", "送审稿", "evenFooter"), "“正文”页眉页脚的“送审稿”"),
    (say("表三", "D5", "这个数是去年的，待改"), "“表三”D5批注的“这个数是去年的，待改”"),
    (say("正文", "C7", "此段待改"), "“正文”C7批注的“此段待改”"),
]


@some("remark", REMARKS, 3, ids=[told for _, told in REMARKS])
def test_a_remark_is_told_wherever_it_stands(remark: tuple[Change, str], tmp_path: Path) -> None:
    change, told = remark
    lines, refused = published(tmp_path, changed(tmp_path, change))
    assert (lines, refused) == ([f"{BESIDE}{told}。"], "")


def numbered(book: Workbook) -> None:
    for name in ("表三", "正文"):
        book[name].oddFooter.center.text = "第 &P 页，共 &N 页"
        book[name].oddHeader.center.text = "&A"


def test_what_is_ours_is_no_remark(tmp_path: Path) -> None:
    """Lanes, legend, heads, comments on converted figures; numbers of pages."""
    path = write_workbook(converted_report(), [], tmp_path / "a.xlsx")
    assert not list(texts_beside(read_file(path)))
    assert not list(texts_beside(read_file(changed(tmp_path, numbered))))


@pytest.mark.parametrize("name", sorted((ROOT / "tests/workbook/older").glob("*.xlsm")), ids=str)
def test_texts_of_earlier_versions_are_no_remarks(name: Path) -> None:
    notes = ["注：本表由办公室填写"] if name.stem == "88fddb6" else []
    assert [text for _, text in texts_beside(read_file(name))] == notes


UNITS = [
    (head("表二", "金额单位：元"), "“表二”的页眉页脚写有“金额单位：元”"),
    (head("表三", "乐清市 单位：百件"), "“表三”的页眉页脚写有“乐清市 单位：百件”"),
    (say("表三", "D5", "数字以百件计"), "“表三”的D5批注写有“数字以百件计”"),
    (write("封面", "B33", "数字以百件计"), "“封面”的B33写有“数字以百件计”"),
    (write("封面", "C10", "数字以百件计"), "“封面”的C10写有“数字以百件计”"),
    (say("封面", "C6", "数字以百件计"), "“封面”的C6批注写有“数字以百件计”"),
]


@pytest.mark.parametrize(("change", "told"), UNITS, ids=[told for _, told in UNITS])
def test_a_unit_there_is_one_beside_the_tables(change: Change, told: str, tmp_path: Path) -> None:
    lines, refused = published(tmp_path, changed(tmp_path, change))
    assert lines == []
    assert f"{told}，单位与官方表格不同" in refused


def pieces(**font: object) -> CellRichText:
    usual = {"rFont": "宋体", "sz": 11}
    return CellRichText("工作", TextBlock(InlineFont(**{**usual, **font}), "不"), "合格。")


@pytest.mark.parametrize("font", [{"strike": True}, {"color": "FFFFFFFF"}])
def test_a_word_that_is_struck_or_unseen_is_told(font: dict[str, object], tmp_path: Path) -> None:
    path = changed(tmp_path, write("正文", PROSE, pieces(**font)))
    assert published(tmp_path, path)[0] == [f"{STRUCK}“正文”{PROSE}的“不”。"]
    path = changed(tmp_path, write("正文", PROSE, pieces(color="FFFF0000")))
    assert published(tmp_path, path)[0] == []


def all_of_them(book: Workbook) -> None:
    """A header, a comment, a struck word and a note: what a person put beside the report."""
    head("表三", "&12乐清市")(book)
    say("正文", "C7", "此段待改")(book)
    write("正文", PROSE, pieces(strike=True))(book)
    write("表四", "A7", "注：上半年")(book)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".ods", ".xls"])
def test_the_same_is_told_of_what_libreoffice_saves(suffix: str, tmp_path: Path) -> None:
    sound = write_workbook(plain_report(), [], tmp_path / "a.xlsx").read_bytes()
    (tmp_path / f"a{suffix}").write_bytes(converted(sound, "xlsx", suffix[1:]))
    assert published(tmp_path, tmp_path / f"a{suffix}") == ([], "")
    content = changed(tmp_path, all_of_them).read_bytes()
    (tmp_path / f"b{suffix}").write_bytes(converted(content, "xlsx", suffix[1:]))
    lines, refused = published(tmp_path, tmp_path / f"b{suffix}")
    assert (lines, refused) == published(tmp_path, tmp_path / "b.xlsx")
    assert len(lines) == 2


def test_comparing_tells_remarks_of_either(tmp_path: Path) -> None:
    def remark(book: Workbook) -> None:
        book["表三"]["A33"] = "注：不含街道办。"
        book.create_sheet("说明")["A1"] = "收费单位实为元"

    second = changed(tmp_path, remark)
    done = run_command("compare", tmp_path / "a.xlsx", second, "-o", tmp_path / "c.docx")
    assert [line for line in done.stdout.splitlines() if "没有对比" in line] == [
        "后一份报告：没有对比：“表三”A33的“注：不含街道办。”、工作表“说明”；请核对。"
    ]


# --- what is refused, and what is printed ---------------------------------------------------------


def with_unit(book: Workbook) -> None:
    """A sentence of the clerk's own under the third title, before those of five and six."""
    lines = (("3", "以上数字以百件计"), ("5", "宣传不够。"), ("6", "无。"))
    for row, (number, text) in enumerate(lines, layout.PROSE_TOP + 3):
        for column, held in enumerate((number, None, text), 1):
            book["正文"].cell(row, column).value = held


def test_a_unit_in_prose_is_named(tmp_path: Path) -> None:
    _, refused = published(tmp_path, changed(tmp_path, with_unit))
    assert "“以上数字以百件计”" in refused
    assert "请改写正文" in refused
    assert "开发者" not in refused


@pytest.mark.parametrize("suffix", [".html", ".docx"])
def test_a_bar_in_prose_is_printed(suffix: str, tmp_path: Path) -> None:
    text = "开设政务公开|政策解读双栏目。"
    path = changed(tmp_path, write("正文", PROSE, text))
    done = run_command("publish", path, "-o", tmp_path / f"a{suffix}", "--force")
    assert (done.returncode, done.stderr) == (0, "")
    assert text in read_workbook(path).sections[1]
