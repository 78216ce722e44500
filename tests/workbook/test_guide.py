"""The cover's guide: what it says in each state of a workbook, where its links lead, and that
spreadsheet programs compute what Python stores.
"""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import load_workbook

from gongkai.cli import main
from gongkai.model import Edit
from gongkai.spreadsheets import Spot
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.file import fill_file, read_file, template_path
from gongkai.workbook.layout import address
from gongkai.workbook.live.formulas import COUNTERS, formulas_of
from gongkai.workbook.live.guide import guide_formulas, notes_in, signposts
from gongkai.workbook.reading import ALTERED
from helpers.counts import many
from helpers.engines import calculated
from helpers.lanes import random_edits
from helpers.made import report_of, sound_values

OLDER = sorted((Path(__file__).parent / "older").glob("*.xlsm"))
THREE = layout.newest_sheet("applications")
GUIDE = guide_formulas(COUNTERS)


def told(path: Path) -> dict[str, str]:
    cover = load_workbook(path, data_only=True)[layout.COVER]
    return {name: str(cover.cell(*spot).value) for name, spot in layout.GUIDE_SPOTS.items()}


def full(path: Path) -> Path:
    return write_workbook(report_of(sound_values()), [], path)


def change(path: Path, **figures: int | str | None) -> dict[str, str]:
    """What the guide says after some figures of 表三 have changed; new_total for its cell."""
    edits: list[Edit] = []
    for name, value in figures.items():
        row, _, column = name.rpartition("_")
        edits.append(Edit(THREE.name, *THREE.cells[f"applications.{row}.{column}"], value))
    fill_file(path, path, edits, overwrite=True)
    return told(path)


# --- what it says ---------------------------------------------------------------------------------


def test_an_empty_workbook() -> None:
    assert told(template_path()) == {
        "progress": "已填0/200格",
        "open": "待填200格，从表二“规章”填起",
        "broken": "填数以后即核对勾稽关系",
        "next": "下一步：从表二“规章”填起，没有的填0",
    }


def test_from_blank_to_broken_to_done(tmp_path: Path) -> None:
    path = full(tmp_path / "a.xlsm")
    done = {
        "progress": "已填200/200格",
        "open": "✓ 没有待填的格",
        "broken": "✓ 没有不符的勾稽关系",
        "next": "下一步：写好正文，再点“校验本报告”",
    }
    assert told(path) == done
    wanted = read_workbook(path).value("applications.granted.natural")
    assert isinstance(wanted, int)
    said = change(path, granted_natural=None)
    assert (said["progress"], said["open"]) == (
        "已填199/200格",
        "待填1格，从表三“予以公开”填起",
    )
    assert said["next"] == "下一步：从表三“予以公开”填起，没有的填0"
    said = change(path, granted_natural=wanted + 1)
    assert said["broken"] == "不符2项，先看表三“予以公开”（总计）"
    assert said["next"] == "下一步：点“校验本报告”，逐条核对"
    said = change(path, granted_natural="十二")
    assert said["next"] == "下一步：点“文本转数字”，或改填数字"
    assert change(path, granted_natural=wanted) == done


def test_the_form_of_2019_has_its_own_number_of_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsm"
    edits = [Edit(layout.COVER, *layout.EDITION_SPOTS[table], 2019) for table in ("disclosure",)]
    fill_file(template_path(), path, edits)
    assert told(path)["progress"] == "已填0/212格"
    edits = [Edit(layout.COVER, *layout.EDITION_SPOTS["applications"], 2019)]
    fill_file(path, path, edits, overwrite=True)
    assert told(path)["progress"] == "已填0/198格"


# --- where it leads -------------------------------------------------------------------------------


def test_links_lead_to_names_of_the_workbook() -> None:
    names = load_workbook(template_path()).defined_names
    for posts in signposts():
        for link in (*posts.row_links, *posts.lane_links(posts.lanes)):
            assert names[link].attr_text.startswith(f"'{posts.sheet.name}'!")
    for name, (sheet, spot) in layout.SHEET_NAMES.items():
        assert names[name].attr_text.replace("$", "") == address(spot, sheet)


def test_every_row_and_every_relation_is_looked_at() -> None:
    for posts in signposts():
        mirrors = {spot for row in posts.rows for spot in row}
        assert mirrors == set(map(posts.sheet.image, posts.sheet.cells.values()))
        assert {lane.relation.rule for lane in posts.lanes} == set(posts.sheet.lanes)


# --- engines --------------------------------------------------------------------------------------


def random_file(seed: int, folder: Path) -> Path:
    """Tables as a person may leave them, by turns under the forms of 2021 and 2019."""
    edits = random_edits(seed)
    for number, spot in enumerate(layout.EDITION_SPOTS.values()):
        edits.append(Edit(layout.COVER, *spot, 2019 if (seed >> number) % 2 else 2021))
    return fill_file(template_path(), folder / f"{seed}.xlsm", edits)


def stored(path: Path) -> dict[Spot, object]:
    cover = load_workbook(path, data_only=True)[layout.COVER]
    return {spot: cover.cell(*spot).value or "" for spot in GUIDE}


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["betteroffice", "libreoffice"])
def test_programs_show_what_python_stores(engine: str, tmp_path: Path) -> None:
    files = [template_path(), full(tmp_path / "full.xlsm")]
    files += [random_file(seed, tmp_path) for seed in range(many(40))]
    for file, sheets in zip(files, calculated(engine, files), strict=True):
        shown = {spot: sheets[layout.COVER].get(spot, "") or "" for spot in GUIDE}
        assert shown == stored(file)


# --- workbooks from before it ---------------------------------------------------------------------


@pytest.mark.parametrize("older", OLDER, ids=lambda path: path.stem)
def test_a_note_in_its_place_stays(older: Path, tmp_path: Path) -> None:
    """An older workbook is brought up by the first command that writes; what somebody wrote beside
    the cover stays.
    """
    path = tmp_path / "a.xlsm"
    book = load_workbook(older, keep_vba=True)
    book[layout.COVER]["D16"] = "问过王科长"
    book.save(path)
    edits = [Edit(layout.COVER, *layout.COVER_SPOTS["agency"], "青溪县人民政府")]
    fill_file(path, path, edits, overwrite=True)
    said = told(path)
    assert said["open"] == "问过王科长"
    assert re.fullmatch(r"已填\d+/\d+格", said["progress"])
    assert said["next"].startswith("下一步：")


def test_what_was_pasted_as_values_is_no_note(tmp_path: Path) -> None:
    """A cover pasted as values says what was true then; a command that restores it writes the
    formulas again.
    """
    for text in (*told(template_path()).values(), *told(full(tmp_path / "a.xlsm")).values()):
        assert notes_in({layout.GUIDE_SPOTS["open"]: text}) == set()
    at = layout.GUIDE_SPOTS["open"]
    assert notes_in({at: "问过王科长", (1, 1): "标题"}) == {at}
    assert notes_in({at: None}) == set()


def without_guide(path: Path, target: Path) -> Path:
    """As the version before wrote it: no guide on the cover."""
    with ZipFile(path) as source, ZipFile(target, "w", ZIP_DEFLATED) as file:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = cut_out(content.decode()).encode()
            file.writestr(name, content)
    return target


def cut_out(sheet: str) -> str:
    for spot in GUIDE:
        sheet, count = re.subn(f'<c r="{address(spot)}"[^>]*>.*?</c>', "", sheet, count=1)
        assert count == 1
    return sheet


def test_a_workbook_without_it_works_as_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = without_guide(full(tmp_path / "a.xlsm"), tmp_path / "b.xlsm")
    assert read_file(path)[layout.COVER].get(ALTERED, ()) == ()
    assert main(["check", str(path)]) == 0
    assert "改动" not in capsys.readouterr().out
    edits = [Edit(layout.COVER, *layout.COVER_SPOTS["agency"], "青溪县人民政府")]
    fill_file(path, path, edits, overwrite=True)
    live = load_workbook(path, data_only=True)[layout.COVER].cell(*layout.LIVE_SPOT).value
    assert str(live).startswith("勾稽关系共42项，不符0项（相符42项")


def test_formulas_of_the_cover_hold_the_guide() -> None:
    assert GUIDE.items() <= formulas_of(layout.COVER).items()
    visible = set(layout.GUIDE_SPOTS.values())
    hidden = {column for _, column in GUIDE.keys() - visible}
    assert min(hidden) > max(COUNTERS.values())
