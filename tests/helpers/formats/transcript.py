"""What a command says, as a text that is the same in any folder, at any time, at any port.

``place`` gives the folder in which it runs, ``said`` runs it, ``settled`` takes out what differs
from one run to the next. The reports here are made of two documents, by words and figures replaced.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import gongkai
from helpers import DOCUMENTS
from helpers.command import run_command

CHECKOUT = Path(gongkai.__file__).resolve().parents[2]
TEMPLATE, ADDIN = CHECKOUT / "workbook_template.xlsm", CHECKOUT / "xlsx_addin" / "gongkai.xlam"
TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\+00:00)?)?")
PORT = re.compile(r"(?<=127\.0\.0\.1:)\d+")
TURN = re.compile(r"\[\d+/")  # the number of a line of progress: reports are finished in any order
LONGEST = 100  # characters of JSON in a line, where it can be broken

# --- the place --------------------------------------------------------------------------------


@contextmanager
def place(folder: Path) -> Iterator[None]:
    """``folder`` is the current one, with a home, a cache and a state of its own in ``.own``."""
    own = folder.resolve() / ".own"
    names = {"HOME": "home", "GONGKAI_CACHE": "cache", "XDG_STATE_HOME": "state"}
    environment = {name: str(own / inside) for name, inside in names.items()}
    # Lines of help are as long as they need to be: where argparse breaks them differs by version.
    environment |= {"COLUMNS": "1000", "NO_PROXY": "127.0.0.1"}
    with chdir(folder), patch.dict(os.environ, environment):
        yield


def settled(text: str, folder: Path) -> str:
    """A text without what differs from one run to the next: the folder, the ports, the times."""
    for path in dict.fromkeys((str(folder.resolve()), str(folder))):
        for spelt in (path, json.dumps(path)[1:-1]):
            text = text.replace(spelt, "{here}")
    return TIME.sub("{time}", PORT.sub("{port}", text))


def said(*words: object, stdin: bytes = b"") -> str:
    """What a command prints and returns, as one sees it at a terminal; messages after ``2>``."""
    run = run_command(*words, stdin=stdin)
    shown = " ".join(str(word) or "''" for word in words)
    messages = [f"2> {line}\n" for line in run.stderr.splitlines()]
    messages.sort(key=lambda line: TURN.sub("[n/", line) if TURN.search(line) else "")
    told = TURN.sub("[n/", "".join(messages))
    return f"$ gongkai {shown}\n{shown_output(run.stdout)}{told}exit {run.returncode}\n\n"


def shown_output(text: str) -> str:
    """A text as it is; JSON that is indented by two spaces in fewer lines."""
    if not text.startswith(("{", "[")):
        return text if text.endswith("\n") or not text else f"{text}<no end of line>\n"
    value = json.loads(text)
    if f"{json.dumps(value, ensure_ascii=False, indent=2)}\n" != text:
        return text
    return "".join(f"{line}\n" for line in folded(value, "JSON "))


def folded(value: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    """A line for what is short or holds nothing but values, else one for each thing in it."""
    inside = inside_of(value)
    line = "  " * depth + name + compact(value)
    if len(line) <= LONGEST or not any(isinstance(one, dict | list) for one in inside.values()):
        yield line
        return
    yield "  " * depth + name + type(value).__name__
    for key, one in inside.items():
        yield from folded(one, f"{key}: ", depth + 1)


def inside_of(value: Any) -> dict[Any, Any]:
    """Key or place -> what stands there in an object or a list; nothing for any other value."""
    if isinstance(value, list):
        return dict(enumerate(value))
    return value if isinstance(value, dict) else {}


def printed(*words: object) -> str:
    """Standard output alone."""
    return run_command(*words).stdout


def digest(content: bytes | str) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def shown_file(name: str) -> str:
    """A text file to the byte: how its lines end is seen, a mark at its beginning too."""
    text = Path(name).read_bytes().decode("utf-8")
    lines = text.replace("\ufeff", "<mark>").replace("\r\n", "<cr>\n")
    end = "" if lines.endswith("\n") else "<no end of line>\n"
    return f"--- {name}\n{lines}{end}"


def files_in(folder: str) -> str:
    names = sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*"))
    return f"--- {folder}: {'　'.join(names)}\n"


# --- reports ----------------------------------------------------------------------------------

ROAD = "云岭市交通运输局"
BOOK = f"{ROAD}2023年度报告.xlsx"
LOGIN = "<title>登录</title><form>用户名<input><input type=password></form>".encode()


def broken() -> bytes:
    """A page with six errors, of 2022."""
    return (DOCUMENTS / "broken-2022" / "source.html").read_bytes()


def sound(agency: str = ROAD, year: int = 2023, factor: int = 1) -> bytes:
    """A report without an error, as text, the figures of its tables times ``factor``."""
    text = (DOCUMENTS / "bars-2023" / "source.txt").read_text(encoding="utf-8-sig")
    text = text.replace("2024", f"{year + 1}").replace("2023", f"{year}").replace(ROAD, agency)
    return "\n".join(times(line, factor) for line in text.splitlines()).encode()


def slip(year: int = 2023) -> bytes:
    """The same with a total that upsets three sums."""
    row = "（七）总计 | 12 | 3 | 0 | 0 | 0 | 0 | "
    return sound(year=year).replace(f"{row}15".encode(), f"{row}51".encode())


def times(line: str, factor: int) -> str:
    cells = line.split(" | ")
    return " | ".join(f"{int(cell) * factor}" if cell.isdecimal() else cell for cell in cells)


def write(name: str, content: bytes) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(content)
    return name
