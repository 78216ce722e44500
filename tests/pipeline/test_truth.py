"""Documents with faults in pairs: no figure is wrong without a warning, none is lost without a word.

``make truth`` runs as many as are asked for, with any seed.
"""

from __future__ import annotations

import pytest

from helpers.truth.judge import judged, shrunk, totals, trial
from helpers.truth.made import FORMS, PAGES, SLOW, TEXTS
from helpers.truth.menu import menu

QUICK = (*PAGES, *TEXTS)
PACK = 20  # documents of one test


def failures(seed: str, numbers: range, forms: tuple[str, ...]) -> list[str]:
    found = []
    for number in numbers:
        each = trial(seed, number, forms)
        if each.cells["SILENT"] or each.cells["blank, untold"]:
            small = shrunk(seed, number, forms)
            found.append(f"{seed}/{number} {small.case.form}: {small.name}: {small.cells['SILENT'][:3]}")
    return found


@pytest.mark.parametrize("pack", range(6))
def test_faults_in_pairs(pack: int) -> None:
    assert failures("make test", range(pack * PACK, (pack + 1) * PACK), QUICK) == []


@pytest.mark.slow
@pytest.mark.parametrize("pack", range(20))
def test_many_more_of_them(pack: int) -> None:
    assert failures("make test-all", range(pack * 100, (pack + 1) * 100), QUICK) == []


@pytest.mark.slow
@pytest.mark.parametrize("form", SLOW)
def test_files_with_faults_in_pairs(form: str) -> None:
    assert failures(f"make test-all {form}", range(25), (form,)) == []


def test_there_are_enough_faults_and_forms() -> None:
    assert len({(fault.kind, fault.name) for fault in menu()}) >= 90
    assert len(QUICK) >= 9
    assert set(FORMS) == {*QUICK, *SLOW}


def test_the_judge_sees_what_is_wrong() -> None:
    """A document whose truth is changed behind its back: each outcome is found."""
    each = trial("judge", 1, ("plain",), 0)
    assert (each.faults, totals([each])["right"]) == ([], 200)
    case = each.case
    cells = list(case.answers)
    case.answers[cells[0]] = {987_654}
    case.doubtful.add(cells[1])
    found = judged(case)
    assert found["SILENT"] == cells[:2]
