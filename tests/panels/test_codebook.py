"""The codebook: a line for every cell, names that Stata, R and SQL take and that never change."""

from __future__ import annotations

import re

import pytest

from gongkai.editions import all_editions
from gongkai.model import EditionError
from gongkai.panels.codebook import codebook_lines, names, refuse_bad_names, short_name
from gongkai.panels.tables import WIDE_COLUMNS, codebook_table, tables_of, wide_table

# Typed: a name that somebody has used in a program stays.
STABLE = {
    "disclosure.rules.made": "t2_rules_made",
    "disclosure.rules.published": "t2_rules_published",
    "disclosure.rules.public": "t2_rules_public",
    "disclosure.normative.valid": "t2_normative_valid",
    "disclosure.other_services.previous": "t2_other_services_previous",
    "disclosure.permits.decisions": "t2_permits_decisions",
    "disclosure.coercion.change": "t2_coercion_change",
    "disclosure.fees.amount": "t2_fees_amount",
    "disclosure.procurement.amount": "t2_procurement_amount",
    "applications.new.total": "t3_new_tot",
    "applications.carried_in.natural": "t3_carried_in_nat",
    "applications.granted.natural": "t3_granted_nat",
    "applications.partly_granted.company": "t3_partly_granted_com",
    "applications.refused_third_party.research": "t3_refused_third_party_res",
    "applications.unavailable_needs_making.welfare": "t3_unavailable_needs_making_wel",
    "applications.unprocessed_publication.legal": "t3_unprocessed_publication_leg",
    "applications.other.other": "t3_other_oth",
    "applications.other_rest.other": "t3_other_rest_oth",
    "applications.carried_out.total": "t3_carried_out_tot",
    "disputes.review.upheld": "t4_review_uph",
    "disputes.direct_litigation.corrected": "t4_direct_litigation_cor",
    "disputes.reviewed_litigation.pending": "t4_reviewed_litigation_pen",
}
# What a variable or column may not be called: Stata [U] 11.3, R ?Reserved, SQLite's keywords that
# are refused without quotes, of those that a name of ours might be.
RESERVED = {
    *("_all", "byte", "double", "float", "if", "in", "int", "long", "str", "using", "with"),
    *("else", "for", "function", "next", "repeat", "while", "true", "false", "null", "inf", "na"),
    *("case", "check", "default", "from", "group", "index", "key", "order", "table", "to", "where"),
}
FALLBACKS = {"key"}  # keywords that SQLite takes for names as well


def test_every_cell_of_every_edition_has_a_line() -> None:
    cells = {
        cell
        for edition in all_editions().values()
        for form in edition.forms.values()
        for cell in form.cells
    }
    assert len(cells) == 224
    assert [line.cell for line in codebook_lines()] == sorted(
        cells, key=[line.cell for line in codebook_lines()].index
    )
    assert len(codebook_table().fixed) == len(cells)


def test_a_line_knows_its_editions() -> None:
    by_cell = {line.cell: line for line in codebook_lines()}
    for cell, line in by_cell.items():
        table = cell.partition(".")[0]
        having = [one.name for one in all_editions().values() if cell in one.forms[table].cells]
        assert list(line.editions) == having
        units = {
            all_editions()[name].forms[table].cells[cell].column.unit for name in line.editions
        }
        assert units == {line.unit}, "one cell, one unit: else years could not be compared"
    permits = by_cell["disclosure.permits.decisions"]
    assert (permits.column_label, permits.before) == (
        "本年处理决定数量",
        "2019：行政许可·处理决定数量",
    )
    refused = by_cell["applications.refused_secret.natural"]
    assert refused.group == "三、本年度办理结果 （三）不予公开"
    assert (refused.counts, refused.source) == (
        "所申请的信息已依法确定为国家秘密。",
        "条例第十四条",
    )


def test_names_are_unique_and_valid_everywhere() -> None:
    tables = [*tables_of(), *tables_of(wide=True, implied=True)]
    every = [name for table in tables for name in table.heads]
    wide = [column.name for column in wide_table(implied=True).columns]
    assert len(set(wide)) == len(wide)
    for name in every:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name), name
        assert name not in RESERVED - FALLBACKS
    assert not RESERVED & {line.name for line in codebook_lines()}
    assert len(names()) == len(set(names().values())) == 224


@pytest.mark.parametrize(("cell", "name"), STABLE.items())
def test_names_are_stable(cell: str, name: str) -> None:
    assert names()[cell] == name


def test_the_same_cells_other_sides() -> None:
    assert short_name("disclosure.fees.amount", "表二", "x") == "x2_fees_amount"
    wide = {column.name: column.kind for column in wide_table(implied=True).columns}
    assert (wide["t2_fees_amount"], wide["x2_fees_amount"]) == ("figure", "text")
    assert (wide["t3_new_tot"], wide["i3_new_tot"]) == ("whole", "whole")
    assert "i2_rules_made" not in wide, "no relation covers it"
    plain = [column.name for column in wide_table().columns]
    assert not [name for name in plain if name.startswith("i3_")]
    assert len(plain) == len(WIDE_COLUMNS) + 224 + 2


def test_labels_tell_variables_apart_in_stata() -> None:
    labels = [column.label for column in wide_table(implied=True).columns]
    assert len(set(labels)) == len(labels)
    assert max(len(label.encode()) for label in labels) <= 80


def test_a_row_whose_id_is_too_long_is_our_own_fault() -> None:
    for bad in (["t3_a", "t3_a"], ["t" * 33], ["T3"], ["3t"]):
        with pytest.raises(EditionError):
            refuse_bad_names(bad)
