"""What each cell of the form counts: one definition for all editions, with its article or
circular.
"""

from __future__ import annotations

import re

import pytest

from gongkai.editions import COUNTS, FOLDER, all_editions, form, read_toml
from gongkai.model import Cell
from gongkai.wording.phrases import counts_text, short_row

# What Excel shows of an input message: https://learn.microsoft.com/office/vba/api/excel.validation
LONGEST_TITLE, LONGEST_PROMPT = 32, 255
ARTICLES = {
    "new": "条例第三十一条",
    "granted": "条例第三十六条第一、二项",
    "partly_granted": "条例第三十七条",
    "refused_secret": "条例第十四条",
    "refused_law": "条例第十四条",
    "refused_stability": "条例第十四条",
    "refused_third_party": "条例第十五条",
    "refused_internal": "条例第十六条第一款",
    "refused_process": "条例第十六条第二款",
    "refused_enforcement": "条例第十六条第二款",
    "refused_inquiry": "条例第三十六条第七项",
    "unavailable_not_held": "条例第三十六条第四、五项",
    "unavailable_needs_making": "条例第三十八条",
    "unavailable_unclear": "条例第三十条",
    "unprocessed_petition": "条例第三十九条第一款",
    "unprocessed_repeat": "条例第三十六条第六项",
    "unprocessed_publication": "条例第三十九条第二款",
    "unprocessed_abuse": "条例第三十五条",
    "other_uncorrected": "条例第三十条",
    "other_unpaid": "条例第四十二条",
}


def all_cells() -> list[Cell]:
    found: list[Cell] = []
    for edition in all_editions().values():
        for each in edition.forms.values():
            found += each.cells.values()
    return found


def test_every_cell_says_what_it_counts() -> None:
    for cell in all_cells():
        said = counts_text(cell)
        assert said, cell.id
        assert len(said) <= LONGEST_PROMPT
        assert len(short_row(cell.row)) <= LONGEST_TITLE


def test_a_source_is_an_article() -> None:
    for cell in all_cells():
        for one in (cell.row, cell.column):
            assert not one.source or re.match("(立法法|条例)第.*条", one.source), one.id


@pytest.mark.parametrize("name", ["2019", "2021"])
def test_articles_of_table_three(name: str) -> None:
    for row in form(name, "applications").rows:
        assert row.source == ARTICLES.get(row.id, "")


def test_rows_of_like_meaning_are_written_once() -> None:
    older = {row.id: row.counts for row in form("2019", "applications").rows}
    newer = {row.id: row.counts for row in form("2021", "applications").rows}
    assert older.keys() - newer.keys() == {"other"}
    for row in older.keys() & newer.keys():
        assert older[row] == newer[row]
    text = (FOLDER / COUNTS).read_text(encoding="utf-8")
    for name in all_editions():
        own = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
        assert not set(re.findall('counts = "(.*?)"', own)) & set(
            re.findall('counts = "(.*?)"', text)
        )


def test_an_edition_may_count_something_else() -> None:
    older, newer = (form(name, "disclosure").cells for name in ("2019", "2021"))
    assert "项目" in counts_text(older["disclosure.fees.previous"])
    assert "万元" in counts_text(newer["disclosure.fees.amount"])


def test_nothing_is_said_of_what_no_form_has() -> None:
    found = {(cell.table, "rows", cell.row.id) for cell in all_cells()}
    found |= {(cell.table, "columns", cell.column.id) for cell in all_cells()}
    for table, kinds in read_toml(FOLDER / COUNTS).items():
        for kind, items in kinds.items():
            for name in items:
                assert (table, kind, name) in found


def test_as_it_is_read() -> None:
    cells = form("2021", "applications").cells
    assert (
        counts_text(cells["applications.refused_enforcement.legal"])
        == "属于行政执法案卷、决定不予公开的。（条例第十六条第二款）"
    )
    cells = form("2021", "disputes").cells
    assert counts_text(cells["disputes.review.pending"]) == (
        "只计因政府信息公开工作被申请行政复议的案件。截至12月31日尚未审结的件数。"
    )
