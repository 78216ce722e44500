"""What setup.cfg asks for: every package from some version on, none newer than the one that is
tested.
"""

from __future__ import annotations

import re

import pytest
from packaging.version import Version

from bounds import asked, lowest, pinned, plain, requirements
from gongkai.readers.pdf import OLDEST_PDFMINER
from helpers import ROOT

REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)>=([0-9][0-9.]*)")
ASKED = asked(ROOT)
PINS = pinned((ROOT / "constraints.txt").read_text(encoding="utf-8"))


def test_these_are_all_that_is_asked_for() -> None:
    assert sorted(ASKED) == ["cluster", "fuzz", "needed", "panel", "publish", "test"]


@pytest.mark.parametrize("line", [line for lines in ASKED.values() for line in lines])
def test_every_package_has_a_lower_bound_that_is_tested(line: str) -> None:
    found = REQUIREMENT.fullmatch(line)
    assert found, "no lower bound, or more than one"
    assert Version(found[2]) <= Version(PINS[plain(found[1])])


def test_what_is_installed_for_the_lower_bounds() -> None:
    """What users need at its bound, the tools of the tests as constraints.txt has them."""
    assert lowest(
        ["lxml>=5.0", "pdfminer.six>=20260107"], ["pyOpenVBA>=6"], {"pyopenvba": "6.5.0"}
    ) == [
        "lxml==5.0",
        "pdfminer.six==20260107",
        "pyOpenVBA==6.5.0",
    ]
    lines = requirements(ROOT)
    assert len(lines) == len(ASKED["needed"]) + len(ASKED["test"])
    assert all(re.fullmatch(r"[^=]+==[0-9.]+", line) for line in lines)


def test_the_pdf_reader_asks_for_what_it_takes() -> None:
    assert f"pdfminer.six>={OLDEST_PDFMINER}" in ASKED["needed"]
