"""The folder that the version before the redesign wrote, and what is said about such a folder.

It holds a report and the decisions about it beside it (报告.处理.json); ``结果``, a batch of the
same report at a server's address, its workbook filled once more so that the decisions stand in it,
one of them out of sight, for the finding is about words that no workbook keeps; the batch's list;
``cache``, the page of that server. When the folder is read, nobody listens there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from unittest.mock import patch

from helpers.command import run_command
from helpers.formats.transcript import ROAD, digest, files_in, printed, said, slip, sound, write
from helpers.web.server import answer, serving

BATCH = ("batch", "名单.txt", "-o", "结果")
BOOK = f"{ROAD}2023年度报告.xlsm"  # of that version
State = dict[str, tuple[int, bytes]]


def write_before() -> None:
    """All of it, in the current folder."""
    report = slip().replace("2023年1月".encode(), "20231月".encode())
    page = answer(report, "Content-Type: text/plain")
    with serving({"/2023.txt": [page]}) as server, kept_here():
        write("名单.txt", f"{server.url('/2023.txt')}\n".encode())
        run_command(*BATCH)
    write("报告.txt", report)
    run_command("dismiss", "报告.txt", "1", "4", "--reason", "已向填报单位核实")
    run_command("confirm", "报告.txt", "2")
    run_command("fill", "报告.txt", "-o", "报告.xlsm")
    run_command("fill", "报告.xlsm", "--template", "报告.xlsm", "-o", f"结果/{BOOK}", "--force")
    Path("报告.xlsm").unlink()
    run_command(*BATCH)


def kept_here() -> AbstractContextManager[object]:
    """The cache in the current folder."""
    return patch.dict(os.environ, {"GONGKAI_CACHE": str(Path("cache").resolve())})


def said_of_before() -> str:
    """What commands say of such a folder, the current one, and what they change in it."""
    url = Path("名单.txt").read_text(encoding="utf-8").strip()
    book = f"结果/{BOOK}"
    told = [said("check", "报告.txt"), said("check", book, "--json"), said("adopt", book)]
    told.append(f"read --json {digest(printed('read', book, '--json'))}\n")
    told += [*resumed(), *resumed()]
    told.append(f"batch --json {digest(printed(*BATCH, '--json'))}\n")
    with kept_here():
        told.append(said("check", url, "--offline"))
    write("2022.txt", sound(year=2022))
    told.append(said("check", "2022.txt", book))
    told += [said("dismiss", "报告.txt", "2", "--undo"), said("dismiss", book, "1", "--undo")]
    told.append(said("fill", "报告.txt", "-o", book, "--force"))
    return "".join(told)


def resumed() -> Iterator[str]:
    """A batch that has nothing to do: what it says, and each file that is another than before."""
    before = state()
    yield said(*BATCH)
    yield files_in("结果")
    for name, (number, content) in state().items():
        if name not in before:
            yield f"{name} is new\n"
        elif content != before[name][1]:
            yield f"{name} has another content\n"
        elif number != before[name][0]:
            yield f"{name} was written anew\n"


def state() -> State:
    """Name -> number on the disk, which another file has, and content of each file of the batch."""
    paths = sorted(Path("结果").iterdir())
    return {path.name: (path.stat().st_ino, path.read_bytes()) for path in paths}
