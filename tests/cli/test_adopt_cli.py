"""``gongkai adopt``: the proposals listed, applied to a file, or refused; and the file that
results.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.formatting.rule import Rule
from openpyxl.formula.translate import Translator

from gongkai.checks.misread import weigh
from gongkai.checks.whole import check
from gongkai.cli import main
from gongkai.model import Edit, Problem, Report
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.file import fill_file, template_path
from gongkai.workbook.layout import sheet_of
from helpers.excel.desk import Desk, open_desk, range_of
from helpers.made import report_of
from helpers.office import convert, page_pixels, page_texts, recalculated

NATURAL, COMPANY, REVIEW = (
    "applications.granted.natural",
    "applications.granted.company",
    "disputes.review.total",
)
TOTAL, UPHELD = "applications.granted.total", "disputes.review.upheld"
SPOT = sheet_of("applications", "2021").cells[NATURAL]
ASIDE = 90, 60  # a cell that nothing stands in
HOSTILE = '=HYPERLINK("http://a.cn",1)\u202e\'\n<b>&'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    report = report_of({NATURAL: 143, REVIEW: 10})
    return filled(tmp_path_factory.mktemp("made") / "年报.xlsm", report)


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path))


def filled(path: Path, report: Report) -> Path:
    return write_workbook(report, check(report), path)


def numbers(path: Path) -> dict[str, int]:
    """Cell that a proposal begins with -> its number in the list."""
    return numbers_in(path.read_bytes())


@cache
def numbers_in(content: bytes) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows_of(BytesIO(content), layout.RESULTS, layout.RESULTS_TOP):
        text = row[layout.RESULT_COLUMNS["proposal"] - 1]
        if text:
            found.setdefault(str(text).split()[1].split("·")[0], int(str(row[0])))
    return found


def log_of(path: Path) -> list[tuple[object, ...]]:
    return [row[:7] for row in rows_of(path, layout.LOG, layout.LOG_TOP) if row[0]]


def rows_of(file: Path | BytesIO, sheet: str, top: int) -> list[tuple[object, ...]]:
    """As another program reads them; only these of the whole workbook."""
    return list(load_workbook(file, read_only=True)[sheet].iter_rows(top, values_only=True))


def parts(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_without_numbers_it_lists_and_writes_nothing(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = path.read_bytes()
    assert main(["adopt", str(path)]) == 1
    told = capsys.readouterr().out
    assert "有建议的问题2处" in told
    assert "①表三 （一）予以公开·自然人 143→134" in told
    assert "②表四 行政复议·" in told
    for number in numbers(path).values():
        assert f"\n  {number}. ✗ 错误" in told
    assert path.read_bytes() == before


def test_a_sound_report_has_nothing_to_adopt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = filled(tmp_path / "好.xlsm", report_of())
    assert main(["adopt", str(sound)]) == 0
    assert "没有要采纳的建议" in capsys.readouterr().out
    assert main(["adopt", str(sound), "1"]) == 2
    assert "没有第1条" in capsys.readouterr().err


def test_what_is_adopted_stands_in_the_file(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, listed = parts(path), numbers(path)
    assert main(["adopt", str(path), str(listed["（一）予以公开"]), f"{listed['行政复议']}=1"]) == 0
    told = capsys.readouterr().out
    assert "已把 表三 （一）予以公开·自然人 由143改为134。" in told
    assert "✓ 核对42项勾稽关系，全部相符" in told
    report = read_workbook(path)
    assert report.tables == report_of().tables
    assert check(report) == []
    assert [row[1:6] for row in log_of(path)] == [
        ("表三", "D7", "（一）予以公开·自然人", 143, 134),
        ("表四", "E5", "行政复议·总计", 10, 11),
    ]
    book = load_workbook(path, read_only=True)
    listed_rows = rows_of(path, layout.RESULTS, layout.RESULTS_TOP)[: layout.RESULTS_ROWS]
    assert {row[7] for row in listed_rows} == {None}
    changed = {name for name, content in parts(path).items() if content != before[name]}
    written = ("封面", "表三", "表四", "校验结果", "修改记录")
    places = {f"xl/worksheets/sheet{book.sheetnames.index(name) + 1}.xml" for name in written}
    places.add("xl/workbook.xml")  # the log is shown, and the list of findings printed to its end
    assert changed <= places
    assert list(parts(path)) == list(before)


def test_what_was_dismissed_beside_the_file_does_not_count(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = numbers(path)
    assert main(["dismiss", str(path), str(listed["行政复议"]), "--reason", "已核实"]) == 0
    capsys.readouterr()
    assert main(["adopt", str(path)]) == 1
    told = capsys.readouterr().out
    assert told.index(f"{listed['（一）予以公开']}. ✗ 错误") < told.index(
        f"{listed['行政复议']}. ○ 已忽略"
    )
    assert main(["adopt", str(path), str(listed["（一）予以公开"])]) == 0
    assert "没有其他错误，另有1处已忽略" in capsys.readouterr().out
    assert main(["check", str(path)]) == 0
    assert main(["adopt", str(path)]) == 0


def test_a_damaged_file_beside_it_stops_it(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    beside, before = path.with_name("年报.处理.json"), path.read_bytes()
    beside.write_text("{")
    assert main(["adopt", str(path), str(numbers(path)["（一）予以公开"])]) == 2
    assert "年报.处理.json" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_one_after_the_other(path: Path) -> None:
    assert main(["adopt", str(path), str(numbers(path)["（一）予以公开"])]) == 1
    [number] = numbers(path).values()
    assert main(["adopt", str(path), f"{number}=2"]) == 0
    assert len(log_of(path)) == 2
    assert main(["adopt", str(path), "1"]) == 2


@pytest.mark.parametrize(
    "choice", ["x", "0", "1=", "=1", "1=0", "-1", "1.5", "1=1=1", "99999", "一"]
)
def test_what_is_no_number_is_explained(
    path: Path, choice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["adopt", str(path), choice])
    assert stopped.value.code == 2
    assert "序号" in capsys.readouterr().err or choice.startswith("-")


def refused(path: Path, *choices: str, capsys: pytest.CaptureFixture[str]) -> str:
    before = path.read_bytes()
    assert main(["adopt", str(path), *choices]) == 2
    assert path.read_bytes() == before
    assert [other.name for other in path.parent.iterdir()] == [path.name]
    found = capsys.readouterr()
    assert found.out == ""
    assert len(found.err.splitlines()) == 1
    return found.err


def test_several_ways_want_a_number(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    number = numbers(path)["行政复议"]
    assert f"请先选定一种：写成 序号=方案，如 {number}=1。" in refused(
        path, str(number), capsys=capsys
    )
    assert "只有3种改法" in refused(path, f"{number}=9", capsys=capsys)
    assert "不能同时采纳" in refused(path, f"{number}=1", f"{number}=2", capsys=capsys)


def test_a_finding_without_a_proposal_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = Problem(
        "disputes", "", "", "", "没有找到这张表"
    )  # what only the page could tell: the list says it, the file not
    path = filled(tmp_path / "缺.xlsm", report_of(without="disputes", problems=[lost]))
    assert "第1条没有建议，不能采纳" in refused(path, "1", capsys=capsys)


def test_a_list_older_than_the_figures_is_refused(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = numbers(path)["（一）予以公开"]
    fill_file(path, path, [Edit("表三", *SPOT, 144)], overwrite=True)
    assert "数字或序号已有变动，请重新校验" in refused(path, str(number), capsys=capsys)
    other = report_of({COMPANY: 70})
    fill_file(path, path, [Edit("表三", *SPOT, 134)], overwrite=True)
    fill_file(
        path, path, [Edit("表三", SPOT[0], SPOT[1] + 1, other.value(COMPANY))], overwrite=True
    )
    assert "数字或序号已有变动" in refused(path, str(number), capsys=capsys)


def test_what_was_likely_misread_stands_elsewhere_in_the_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An import lists it after the errors; the workbook alone knows of no second reading, and
    counts it as one.
    """
    misread = report_of({NATURAL: 143, REVIEW: 10})
    second = replace(misread, tables={"applications": report_of().tables["applications"]})
    path, anew = tmp_path / "年报.xlsm", tmp_path / "新.xlsm"
    write_workbook(misread, weigh(misread, check(misread), second), path)
    assert main(["adopt", str(path)]) == 1
    told = capsys.readouterr().out
    assert "前面是“校验结果”中的序号" not in told
    assert "问题或序号与现在的不同，请重新校验后再采纳" in told
    assert "数字或序号已有变动" in refused(path, "1", capsys=capsys)
    assert main(["fill", str(path), "--template", str(path), "-o", str(anew)]) == 1
    assert main(["adopt", str(anew), "1"]) == 1
    assert read_workbook(anew).value(NATURAL) == 134


def test_a_list_that_was_cleared_does_not_matter(path: Path) -> None:
    number = numbers(path)["（一）予以公开"]
    columns = layout.RESULT_COLUMNS.items()
    rows = range(layout.RESULTS_TOP, layout.RESULTS_TOP + layout.RESULTS_ROWS)
    empty = [
        Edit(layout.RESULTS, row, at, None)
        for row in rows
        for name, at in columns
        if name not in ("place", "state")
    ]
    fill_file(path, path, empty, overwrite=True)
    assert main(["adopt", str(path), str(number)]) == 1
    assert read_workbook(path).value(NATURAL) == 134


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("http://a.cn/1.html", "没有这个文件"),
        ("没有.xlsm", "没有这个文件"),
        ("页.html", "不是由本工具生成的工作簿"),
        (".", "不是由本工具生成的工作簿"),
    ],
)
def test_anything_but_a_workbook_of_ours(
    name: str,
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "页.html").write_text("<p>年报", encoding="utf-8")
    assert main(["adopt", name, "1"]) == 2
    told = capsys.readouterr().err
    assert why in told
    assert "请先用 gongkai fill 生成工作簿" in told


def test_a_damaged_workbook_is_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "空.xlsm").write_bytes(b"PK\x03\x04" + b"\0" * 50 + b"xl/workbook.xml")
    assert main(["adopt", "空.xlsm", "1"]) == 2
    assert capsys.readouterr().err == "空.xlsm不完整或已损坏，请重新取得该文件。\n"


def rewritten(path: Path, change: dict[str, tuple[bytes, bytes]]) -> None:
    """Parts whose name ends so, with one text for another."""
    held = parts(path)
    with ZipFile(path, "w") as archive:
        for name, content in held.items():
            for end, (old, new) in change.items():
                if name.endswith(end):
                    assert old in content
                    content = content.replace(old, new)
            archive.writestr(name, content)


def test_an_older_workbook_is_told_so(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    number = str(numbers(path)["（一）予以公开"])
    rewritten(path, {"xl/workbook.xml": ("修改记录".encode(), "旧记录".encode())})
    assert "由旧版本生成，没有“修改记录”表" in refused(path, number, capsys=capsys)
    assert main(["adopt", str(path)]) == 1


@pytest.mark.parametrize("formula", [b"<f>100+43</f>", b'<f t="array" ref="C7:E7">B1:D1</f>'])
def test_a_formula_is_left_alone(
    path: Path, formula: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    number = str(numbers(path)["（一）予以公开"])
    rewritten(
        path, {"sheet3.xml": (b'<v>143</v></c><c r="E7"', formula + b'<v>143</v></c><c r="E7"')}
    )
    assert "D7（表三 （一）予以公开·自然人）是公式" in refused(path, number, capsys=capsys)


def test_a_read_only_folder_leaves_the_file(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gongkai.system.move", full)
    assert "无法写入" in refused(path, str(numbers(path)["（一）予以公开"]), capsys=capsys)


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    report = report_of({NATURAL: None, COMPANY: 70}, raws={NATURAL: HOSTILE})
    path = filled(tmp_path / "=1+1.xlsm", report)
    number = numbers(path)["（一）予以公开"]
    assert main(["adopt", str(path), f"{number}=1"]) in (0, 1)
    for page in load_workbook(path, read_only=True):
        formulas = [c.value for row in page.iter_rows() for c in row if c.data_type == "f"]
        assert not [text for text in formulas if "a.cn" in str(text)]
    assert log_of(path)


def test_the_template_has_an_empty_log() -> None:
    assert log_of(template_path()) == []


def test_a_workbook_saved_by_another_program(path: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.xlsm"
    load_workbook(path, keep_vba=True).save(saved)
    adopt_one(saved, numbers(path)["（一）予以公开"])


@pytest.mark.slow
def test_a_workbook_saved_by_libreoffice(path: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    [saved] = recalculated([path], tmp_path / "out")
    adopt_one(saved, numbers(path)["（一）予以公开"])


def adopt_one(saved: Path, number: int) -> None:
    assert main(["adopt", str(saved), str(number)]) == 1
    assert read_workbook(saved).value(NATURAL) == 134
    assert log_of(saved)[0][1:3] == ("表三", "D7")


# --- marks, as the workbook shows them ------------------------------------------------------------


@cache
def template_book() -> Workbook:
    return load_workbook(template_path())


@cache
def template_rules(sheet: str, place: str) -> list[tuple[str, Rule]]:
    """The conditional formats of a cell in their order.

    Each with the cell that its formula is written for.
    """
    found = []
    for area in template_book()[sheet].conditional_formatting:
        if place in area.sqref:
            corner = str(area.sqref).split(":")[0]
            found += [(corner, rule) for rule in area.rules]
    return sorted(found, key=lambda one: one[1].priority)


def mark_of(desk: Desk, name: str) -> str:
    """The sign that stands before a figure: that of the first rule which holds."""
    sheet = sheet_of(name.partition(".")[0], "2021")
    place = layout.address(sheet.cells[name])
    for corner, rule in template_rules(sheet.name, place):
        formula = Translator(f"={rule.formula[0]}", corner).translate_formula(place)
        aside = range_of(desk, sheet.name, ASIDE)
        aside.vba_set("Formula", formula)
        if aside.vba_get("Value") is True:
            return sign_of(rule)
    return ""


def sign_of(rule: Rule) -> str:
    """The tint of a sum's other parts has none."""
    shown = rule.dxf.numFmt
    return shown.formatCode.split('"')[1].strip() if shown else ""


def correct(desk: Desk, name: str, value: int) -> None:
    sheet = sheet_of(name.partition(".")[0], "2021")
    range_of(desk, sheet.name, sheet.cells[name]).vba_set("Value", value)


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two figures of one row are wrong, and one of another table, where several could be."""
    folder = tmp_path_factory.mktemp("wrong")
    return filled(folder / "figures.xlsm", report_of({NATURAL: 143, COMPANY: 9, REVIEW: 10}))


@pytest.fixture(scope="module")
def in_prose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prose states another figure than the table, which is wrong, and than it should be."""
    report = replace(report_of({TOTAL: 134}), sections={1: "全年予以公开150件。"})
    return filled(tmp_path_factory.mktemp("wrong") / "prose.xlsm", report)


@pytest.mark.slow
def test_the_mark_of_a_suspect_goes_out_with_its_figure(wrong: Path) -> None:
    """The mark of the one that is corrected goes out, that of the other stays."""
    desk = open_desk(wrong)
    seen = [(mark_of(desk, NATURAL), mark_of(desk, COMPANY))]
    for name, value in ((NATURAL, 134), (COMPANY, 7)):
        correct(desk, name, value)
        seen.append((mark_of(desk, NATURAL), mark_of(desk, COMPANY)))
    assert seen == [("疑", "疑"), ("", "疑"), ("", "")]


def test_ties_are_marked_with_a_question(wrong: Path) -> None:
    desk = open_desk(wrong)
    assert [mark_of(desk, name) for name in (UPHELD, REVIEW)] == ["疑?", "✗"]
    correct(desk, REVIEW, 11)
    assert [mark_of(desk, name) for name in (UPHELD, REVIEW)] == ["", ""]


def test_a_note_of_the_prose_shows_once_the_suspect_is_right(in_prose: Path) -> None:
    desk = open_desk(in_prose)
    assert mark_of(desk, TOTAL) == "疑"
    correct(desk, TOTAL, 143)
    assert mark_of(desk, TOTAL) in ("!", "i")


# --- marks, as LibreOffice shows them -------------------------------------------------------------


@pytest.fixture(scope="module")
def printed(
    wrong: Path,
    in_prose: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    """Workbooks before and after their figures were corrected, as pages.

    All in one run of LibreOffice.
    """
    folder = tmp_path_factory.mktemp("printed")
    total = sheet_of("applications", "2021").cells[TOTAL]
    review = sheet_of("disputes", "2021").cells[REVIEW]
    half = fill_file(wrong, folder / "half.xlsm", [Edit("表三", *SPOT, 134)])
    rest = [Edit("表三", SPOT[0], SPOT[1] + 1, 7), Edit("表四", *review, 11)]
    books = [
        *(wrong, half, in_prose),
        fill_file(half, folder / "figures-right.xlsm", rest),
        fill_file(in_prose, folder / "prose-right.xlsm", [Edit("表三", *total, 143)]),
    ]
    return {pdf.stem: pdf for pdf in convert(books, "pdf", folder)}


def dark_dots(pdf: Path, page: int, folder: Path) -> int:
    """Dots in the colour of a suspect."""
    pixels = page_pixels(pdf, page, folder)
    return sum(
        40 < red < 110 and green < 60 and 70 < blue < 130 and blue > red
        for red, green, blue in pixels
    )


@pytest.mark.slow
def test_a_mark_goes_out_in_libreoffice(printed: dict[str, Path], tmp_path: Path) -> None:
    pdfs = [printed[name] for name in ("figures", "half", "figures-right")]
    texts = ["".join(page_texts(pdf)[2].split()) for pdf in pdfs]
    assert [("疑143" in text, "疑9" in text) for text in texts] == [
        (True, True),
        (False, True),
        (False, False),
    ]
    both, one, none = (dark_dots(pdf, 3, tmp_path) for pdf in pdfs)
    assert both > one > none == 0


@pytest.mark.slow
def test_a_note_of_the_prose_shows_in_libreoffice(printed: dict[str, Path]) -> None:
    before, after = (page_texts(printed[name])[2] for name in ("prose", "prose-right"))
    assert "疑 134" in before
    assert "疑" not in after
    assert "! 143" in after or "i 143" in after


@pytest.mark.slow
def test_ties_are_marked_with_a_question_in_libreoffice(printed: dict[str, Path]) -> None:
    before, after = (page_texts(printed[name])[3] for name in ("figures", "figures-right"))
    assert "疑? 10" in before
    assert "✗ 10" in before
    assert "疑" not in after


@pytest.mark.parametrize("mark", ["~$年报.xlsm", ".~lock.年报.xlsm#"])
@pytest.mark.parametrize(
    "words",
    [("adopt", "1"), ("check", "--write", "--yes")],
    ids=lambda words: words[0],
)
def test_a_workbook_that_is_open_elsewhere_is_not_written(
    words: tuple[str, ...], mark: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.with_name(mark).write_bytes(b"")
    before = path.read_bytes()
    command, *others = words
    arguments = [command, str(path), *others]
    assert main(arguments) == 2
    assert f"打开，没有写入；请在该程序中保存并关闭后再运行；如已关闭，请删除旁边的“{mark}”" in (
        capsys.readouterr().err
    )
    assert path.read_bytes() == before
    assert sorted(one.name for one in path.parent.iterdir()) == sorted([path.name, mark])
    path.with_name(mark).unlink()
    assert main(arguments) != 2
