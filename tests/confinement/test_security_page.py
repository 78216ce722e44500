"""docs/security.md: its numbers are those of the code, and the README leads to it."""

from __future__ import annotations

from gongkai import opc
from gongkai.batch import fetching
from gongkai.processes import BOUNDS, MEGABYTE
from gongkai.publish import page_template
from gongkai.readers import libreoffice
from gongkai.sources import LIMITS
from helpers import ROOT


def test_the_page_has_the_numbers_of_the_code() -> None:
    assert "(docs/security.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    rows = {}
    for line in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| "):
            name, *cells = line.strip("| ").split(" | ")
            rows[name] = " ".join(cells)
    own, template, office = BOUNDS, page_template.BOUNDS, libreoffice.LIMITS
    told = {
        "a document in a process of its own": (own.seconds, own.patience, own.memory / MEGABYTE),
        "one reading of a source of a batch, of 40 at most": (
            fetching.BOUNDS.seconds,
            fetching.BOUNDS.patience,
            fetching.BOUNDS.memory / MEGABYTE,
        ),
        "a page template": (template.seconds, template.memory / MEGABYTE),
        "LibreOffice": (office.seconds, office.memory / MEGABYTE, office.output / MEGABYTE),
        "a fetch": (LIMITS.deadline, LIMITS.size / MEGABYTE),
        "a package (.docx, .xlsx), unpacked": (opc.MOST_BYTES >> 20,),
    }
    for name, numbers in told.items():
        row = f" {rows[name]} "
        assert [number for number in numbers if f" {number:g} " not in row] == [], name
