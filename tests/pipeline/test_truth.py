"""Documents with faults in pairs: no figure is wrong without a warning, none is lost without a
word.

``make truth`` runs as many as are asked for, with any seed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gongkai.cli import main
from gongkai.demo import EXPECTED
from helpers import ROOT
from helpers.truth import conformance
from helpers.truth.document import FORMS, PAGES, SLOW, TEXTS
from helpers.truth.judge import judged, shrunk, totals, trial
from helpers.truth.menu import menu

QUICK = (*PAGES, *TEXTS)
PACK = 20  # documents of one test


def failures(seed: str, numbers: range, forms: tuple[str, ...]) -> list[str]:
    found = []
    for number in numbers:
        each = trial(seed, number, forms)
        if each.cells["SILENT"] or each.cells["blank, untold"]:
            small = shrunk(seed, number, forms)
            found.append(
                f"{seed}/{number} {small.case.form}: {small.name}: {small.cells['SILENT'][:3]}"
            )
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


# --- the published set ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("conformance")
    assert main(["conformance", str(folder)]) == 0
    return folder


@pytest.mark.slow
def test_the_published_set_is_what_make_conformance_makes(published: Path) -> None:
    told = json.loads((published / EXPECTED).read_text(encoding="utf-8"))
    made = conformance.trials()
    assert told["documents"] == json.loads(json.dumps(list(map(conformance.expected, made))))
    for each in made:
        path = published / conformance.name_of(each)
        assert path.is_file()
        if each.case.form not in SLOW:  # the others hold the time at which they were made
            assert path.read_bytes() == each.case.written()
    assert len(list(published.iterdir())) == len(made) + 1 == 153


@pytest.mark.slow
def test_readme_shows_what_the_benchmark_prints() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "conformance.py"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stdout in (ROOT / "README.md").read_text(encoding="utf-8")


def test_files_that_are_there_are_kept(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", str(published)]) == 2
    assert "已存在，没有覆盖" in capsys.readouterr().err
    assert main(["conformance", "--force", str(published)]) == 0
    (file,) = [path for path in published.iterdir() if path.name == EXPECTED]
    assert main(["conformance", str(file)]) == 2


def test_nothing_is_written_through_a_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "060-vertical.html").symlink_to(precious)
    (folder / EXPECTED).symlink_to(tmp_path / "nowhere")
    assert main(["conformance", "--force", str(folder)]) == 2
    assert "指向别处的链接" in capsys.readouterr().err
    assert precious.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["precious.txt", "set"]
