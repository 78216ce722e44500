"""What the user named -> the sources to be read: a folder is its documents, records of ours beside
them are none.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gongkai.cli.batch import left_out_line
from gongkai.cli.console import tell
from gongkai.model import GongkaiError

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Source:
    """``name`` as it is read and shown; ``lost`` is why it cannot be read, if that is known
    already; ``is_listed`` where a folder gave it, which gives no records of ours.
    """

    name: str
    lost: GongkaiError | None = None
    is_listed: bool = False


def sources_of(named: Sequence[str], *, workbooks: bool = False) -> list[Source]:
    """The sources in their order, never none; standard error is told what is passed over.

    ``workbooks``: of a folder's documents only the workbooks of ours.
    """
    found: list[Source] = []
    for one in named:
        found += in_folder(one, workbooks) if is_folder(one) else [Source(one)]
    return without_records(without_copies(found, "写入" if workbooks else "读取"))


def is_folder(name: str) -> bool:
    from gongkai.batch.listing import is_web

    return name != STANDARD_INPUT and not is_web(name) and os.path.isdir(name)


def in_folder(name: str, workbooks: bool) -> list[Source]:
    """The documents in a folder by name; where there are none, the folder itself, which cannot be
    read.
    """
    from gongkai.batch.listing import plan_of_folder

    try:
        plan = plan_of_folder(Path(name))
    except GongkaiError as error:
        return [Source(name, error, is_listed=True)]
    if workbooks:
        return workbooks_among(name, plan.sources)
    if plan.left_out:
        tell(f"{name}：{left_out_line(plan.left_out, '读取')}")
    return [Source(one, is_listed=True) for one in plan.sources]


def workbooks_among(folder: str, names: Sequence[str]) -> list[Source]:
    found = []
    for name in filter(is_workbook, names):
        found.append(Source(name, is_listed=True))
    if not found:
        lost = GongkaiError(f"文件夹{folder}中没有本工具的工作簿，没有写入；请检查文件夹是否正确。")
        return [Source(folder, lost, is_listed=True)]
    others = len(names) - len(found)
    if others:
        tell(f"{folder}：文件夹中另有{others}个文件不是本工具的工作簿，没有写入。")
    return found


def is_workbook(name: str) -> bool:
    """Whether a file is a workbook of ours; one that cannot be read may be, and is told when it is
    written.
    """
    from gongkai.sources.detect import kind_of
    from gongkai.system import read_plain

    try:
        return kind_of(read_plain(Path(name))).is_ours
    except OSError:
        return True


def without_copies(found: Sequence[Source], done: str) -> list[Source]:
    """``gongkai check out/*`` names what ``check --write`` kept of a workbook too; it is not
    ``done`` once more.
    """
    from gongkai.batch.ours import is_copy

    names = {one.name for one in found}
    others = []
    for one in found:
        if is_copy(one.name, names):
            tell(f"{one.name}：这是 check --write 留下的上一版，没有{done}。")
        else:
            others.append(one)
    return others


def without_records(found: Sequence[Source]) -> list[Source]:
    """``gongkai check out/*`` names 汇总.xlsm, 汇总.csv, the journal and decisions too; where
    nothing else is named, each is refused as before.
    """
    from gongkai.batch.ours import record_of

    if len(found) < 2:
        return list(found)
    others = []
    told = []
    for one in found:
        what = "" if one.is_listed else record_of(Path(one.name))
        if what:
            told.append(f"{one.name}：这是{what}，不是报告，没有读取。")
        else:
            others.append(one)
    if not others:
        return list(found)
    for line in told:
        tell(line)
    return others
