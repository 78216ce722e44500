"""The published set of documents: made by ``make conformance``, carried by the package, written by
``gongkai conformance``. Its format is told in docs/conformance.md."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from gongkai.demo import CONFORMANCE, EXPECTED
from gongkai.model import Value
from helpers import ROOT
from helpers.truth.document import FORMS, SLOW
from helpers.truth.judge import Trial, trial

SEED = "conformance 1"
EACH, SLOW_EACH = 8, 2  # documents of each form
SUFFIXES = {"docx": "docx", "xlsx": "xlsx", "pdf": "pdf", "pdf-unruled": "pdf"}


def trials() -> list[Trial]:
    forms = [form for form in FORMS for _ in range(SLOW_EACH if form in SLOW else EACH)]
    return [trial(SEED, number, (form,)) for number, form in enumerate(forms)]


def name_of(each: Trial) -> str:
    suffix = "html" if each.case.is_page else SUFFIXES.get(each.case.form, "txt")
    return f"{each.number:03d}-{each.case.form}.{suffix}"


def expected(each: Trial) -> dict[str, Any]:
    case = each.case
    return {
        "file": name_of(each),
        "form": case.form,
        "faults": [f"{fault.kind}: {fault.name}" for fault in each.faults],
        "answers": {cell: sorted(map(number, case.answers[cell])) for cell in case.answers},
        "blank": sorted(case.blank),
        "doubtful": sorted(case.doubtful),
    }


def number(value: Value) -> int | float:
    assert value is not None
    return float(value) if isinstance(value, Decimal) else value


def packed() -> bytes:
    buffer = io.BytesIO()
    made = trials()
    texts = {
        EXPECTED: json.dumps(
            {"format": 1, "documents": list(map(expected, made))}, ensure_ascii=False
        ).encode()
    }
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in (
            texts | {name_of(each): each.case.written() for each in made}
        ).items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED, 9)
    return buffer.getvalue()


def path() -> Path:
    return ROOT / "python" / "gongkai" / "demo" / CONFORMANCE


if __name__ == "__main__":
    path().write_bytes(packed())
