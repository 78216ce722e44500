"""What the command prints: help, rules, what it finds in the documents, and its errors."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir
from io import BytesIO
from pathlib import Path
from unittest.mock import patch
from zipfile import ZipFile

from helpers import DOCUMENTS
from helpers.command import run_command
from helpers.formats.transcript import LOGIN, compact, digest, printed, said, slip, sound, write
from helpers.web.server import answer, serving

CHOICES = re.compile(r"(?<=choose from )[^)]*")  # quoted up to Python 3.11
# Python 3.13 names the value of an option once: ``-o, --output FILE``.
TWICE_NAMED = re.compile(r"(-\w) (\S+), (--[\w-]+) \2")
COMMANDS = (
    *("read", "check", "fill", "export", "adopt", "dismiss", "confirm"),
    *("batch", "levels", "rules", "template", "demo", "addin"),
)


def help_text() -> str:
    told = [said("--version"), said("--help"), *(said(name, "--help") for name in COMMANDS)]
    return TWICE_NAMED.sub(r"\1, \3 \2", "".join(told))


def rules_text() -> str:
    """All rules as text; as JSON, by their edition and each explained, by their digests."""
    words = ("--json", "--all --json", "--edition 2019", "--edition 2019 --json")
    found = {word: printed("rules", *word.split()) for word in words}
    one = "applications.balance.natural"
    told = [said("rules", "--all"), said("rules", one), said("rules", one, "--json")]
    rules = [rule["rule"] for rule in json.loads(found["--all --json"])]
    found |= {rule: printed("rules", rule) for rule in rules}
    return "".join([*told, *(f"{name} {digest(text)}\n" for name, text in found.items())])


def check_line(source: Path) -> str:
    """``check --json`` of a document by its digest, with what it finds by rule and severity."""
    with chdir(DOCUMENTS):
        run = run_command("check", source.relative_to(DOCUMENTS).as_posix(), "--json")
    [found] = json.loads(run.stdout)
    findings = found["findings"]
    rules = " ".join(f"{one['severity']}:{one['rule']}" for one in findings)
    return f"{source.parent.name} exit {run.returncode} {digest(run.stdout)} {rules}{run.stderr}"


def documents() -> list[Path]:
    return sorted(DOCUMENTS.glob("*/source.*"))


def documents_text() -> str:
    return "".join(f"{check_line(source)}\n" for source in documents())


def checks_text() -> str:
    """Three documents in full, plain texts, several at once, years against each other."""
    full = ("written-forms-2022/source.html", "docx-tracked-2023/source.docx")
    plain = ("pdf-rotated-2023/source.pdf", "blank-totals-2023/source.html", "bars-2023/source.txt")
    with chdir(DOCUMENTS):
        told = [said("check", name, "--json") for name in (*full, "xls-2021/source.xls")]
        told += [said("check", name) for name in plain]
        told.append(said("read", "bars-2023/source.txt", "--json"))
        for name in ("edition-2019-of-2020", "hongze-2024", "written-forms-2022"):
            told.append(said("read", f"{name}/source.html"))
    write("2023.txt", sound())
    write("2024.txt", slip(2024))
    told.append(said("check", "2023.txt", "2024.txt", "none.txt"))
    both = json.loads(printed("check", "2023.txt", "none.txt", "2024.txt", "--json"))
    told += [f"{compact(list(one))}\n" for one in both]
    told += [f"{compact(one)}\n" for one in both[-1]["findings"] if one["rule"].startswith("years")]
    return "".join([*told, f"{compact(both[1])}\n", said("check", "-", stdin=sound())])


# --- bad input -----------------------------------------------------------------------------

TITLES = {year: f"西汀县自然资源局{year}年政府信息公开工作年度报告" for year in range(2019, 2024)}
LINKS = "".join(f"<a href='/{year}.html'>{title}</a>" for year, title in TITLES.items())
LISTING = f"<html><h1>政府信息公开年报</h1>{LINKS}</html>".encode()


def locked_archive() -> bytes:
    """A Word file of which every part wants a password: the first bit of a part's flags is set."""
    with ZipFile(content := BytesIO(), "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    found = bytearray(content.getvalue())
    for sign, place_of_flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for start in re.finditer(re.escape(sign), bytes(found)):
            found[start.start() + place_of_flags] |= 1
    return bytes(found)


BAD: Mapping[str, bytes] = {
    "empty.html": b"",
    "login.html": LOGIN,
    "prose.txt": "今天天气很好。".encode(),
    "listing.html": LISTING,
    "cut.pdf": b"%PDF-1.7\n1 0 obj <<",
    "locked.docx": locked_archive(),
    "damaged.xlsx": b"PK\x03\x04" + b"\0" * 50,
    "ours.xlsm": b"PK\x03\x04" + b"\0" * 50 + b"xl/workbook.xml",
    "noise.bin": bytes(range(256)) * 40,
    "report.ofd": b"PK\x03\x04OFD.xml",
    "picture.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "unknown.xyz": b"\x00\x01\x02\x03" * 100,
}
WRONG_WORDS: Sequence[Sequence[str]] = (
    (),
    ("nonsense",),
    ("check",),
    ("check", "none.html"),
    ("check", "."),
    ("check", "http://"),
    ("check", "http://127.0.0.1:1/a.html", "--offline"),
    ("check", "a", "--offline", "--refresh"),
    ("fill", "good.txt"),
    ("fill", "good.txt", "-o", "good.txt", "--force"),
    ("fill", "good.txt", "-o", "none/a.xlsm"),
    ("fill", "good.txt", "-o", "prose.txt"),
    ("adopt", "good.txt"),
    ("adopt", "good.txt", "x"),
    ("dismiss", "good.txt", "1"),
    ("dismiss", "good.txt", "9", "--reason", "已核实"),
    ("confirm", "http://127.0.0.1:1/a.html", "1"),
    ("confirm", "good.txt", "0123456789ab"),
    ("batch", "none.txt", "-o", "out"),
    ("batch", "good.txt", "-o", "prose.txt"),
    ("batch", "good.txt", "-o", "out", "--per-host", "9"),
    ("batch", "good.txt", "-o", "out", "--pause", "-1"),
    ("batch", "good.txt", "-o", "out", "--scheduler", "http://10.0.0.1:8786"),
    ("levels", "good.txt", "none"),
    ("rules", "nonsense"),
    ("rules", "--edition", "1999"),
    ("template", "-o", "prose.txt"),
    ("demo", "-o", "prose.txt"),
    ("addin", "nonsense"),
)


def errors_text() -> str:
    for name, content in BAD.items():
        write(name, content)
    write("good.txt", sound())
    write("damaged.txt", sound())
    write("damaged.处理.json", b"{")
    told = [said("check", name) for name in (*BAD, "damaged.txt")]
    told.append(said("check", "empty.html", "login.html", "--json"))
    told += [said(*words) for words in WRONG_WORDS]
    with patch.object(sys, "platform", "linux"):
        told.append(said("addin", "status"))
    pages = {"/": [answer(LISTING)], "/login": [answer(LOGIN)], "/empty": [answer(b"")]}
    with serving(pages) as server:
        told += [said("check", server.url(path)) for path in (*pages, "/none")]
        told.append(said("batch", server.url(), "-o", "out"))
        told.append(said("batch", server.url(), "-o", "out", "--json"))
    return CHOICES.sub(lambda found: found[0].replace("'", ""), "".join(told))
