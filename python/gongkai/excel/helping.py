"""A question of the user -> relations, manual, what is installed where; the permission to fetch."""

from __future__ import annotations

import platform
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import xlwings as xw

import gongkai
from gongkai import editions, wording
from gongkai.excel import fetching, importing, live_book, runner
from gongkai.model import GongkaiError, WorkbookError
from gongkai.wording.rules import written_rules
from gongkai.workbook import derived, file, layout

RULES = "勾稽规则"
RULES_HEAD = ("格式", "规则", "表", "位置", "应当相等")
OTHERS = "其他检查"
MANUAL = "manual.html"


def allow_fetch(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    fetching.allow(book)
    keys = live_book.program_of(book).recalculates
    return runner.CommandResult(
        "done",
        (
            "已允许本工作簿中的 GK_IMPORT 和 GK_VALUE 从网上读取报告；"
            f"仅在本机对您的用户账户有效。请按 {keys} 重新计算。"
        ),
    )


# --- rules ----------------------------------------------------------------------------------------


def rules(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """All relations and the other rules on a sheet of their own, written anew each time.

    A sheet of the user's of that name stays.
    """
    rows = rules_rows()
    name, sheet = rules_sheet(book)
    live_book.put_rows(sheet, (1, 1), [list(map(live_book.as_entered, row)) for row in rows])
    importing.activate(book, name)
    others = len(written_rules())
    text = f"共{len(rows) - 1 - others}项勾稽关系和{others}项其他检查，列在工作表“{name}”。"
    return runner.CommandResult("done", text)


def rules_rows() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [RULES_HEAD]
    for edition in reversed(list(editions.all_editions().values())):
        for line in wording.relation_lines(edition):
            rows.append((f"{edition.name}年版", *line))
    for rule in written_rules():
        rows.append((OTHERS, rule.id, "", rule.title, rule.meaning))
    return rows


def rules_sheet(book: xw.Book) -> tuple[str, xw.Sheet]:
    """The sheet for the relations: ours if it is there, else a new last one."""
    taken = live_book.sheet_names(book)
    for number in range(1, len(taken) + 2):
        name = RULES if number == 1 else f"{RULES} ({number})"
        if name not in taken:
            return name, book.sheets.add(name, after=live_book.last_visible(book))
        sheet = book.sheets[name]
        if tuple(sheet.range((1, 1), (1, len(RULES_HEAD))).value) == RULES_HEAD:
            sheet.visible = True
            return name, sheet
    raise WorkbookError(f"名为“{RULES}”的工作表太多，请删除几张后再试。")


# --- manual and diagnosis -------------------------------------------------------------------------


def manual(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    path = manual_path()
    if not path.is_file():
        return runner.CommandResult(
            "error",
            f"没有找到使用手册（{path}），请重新安装gongkai。",
        )
    if not webbrowser.open(path.as_uri()):
        return runner.CommandResult("done", f"未能打开浏览器，请自行打开使用手册：{path}")
    return runner.CommandResult("done", "")


def manual_path() -> Path:
    return Path(gongkai.__file__).with_name(MANUAL)


def about(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """Versions, paths, and what is missing."""
    facts = {
        "gongkai": gongkai.__version__,
        "xlwings": xw.__version__,
        "Python": f"{platform.python_version()}　{sys.executable}",
        live_book.program_of(book).name: attempt(lambda: str(book.app.version)),
        "系统": platform.platform(),
        "工作簿": attempt(lambda: book.fullname),
        "模板": attempt(lambda: str(file.template_path())),
        "启动文件夹": attempt(lambda: book.app.startup_path),
        "日志": f"{runner.log_path()}{'' if runner.log_path().is_file() else '（还没有）'}",
        "使用手册": f"{manual_path()}{'' if manual_path().is_file() else '（缺）'}",
        "本工作簿缺少": "、".join(missing_sheets(book)) or "无",
    }
    return runner.CommandResult(
        "done", "\n".join(f"{name}：{value}" for name, value in facts.items())
    )


def missing_sheets(book: xw.Book) -> list[str]:
    """Those of ours that a workbook lacks and should have: a report's has no list of a batch, a
    batch's no report.
    """
    present = set(live_book.sheet_names(book))
    for names in derived.DROPPED.values():
        if not present.intersection(names):
            present.update(names)
            break
    return [name for name in layout.sheet_names() if name not in present]


def attempt(fact: Callable[[], str]) -> str:
    """A fact for the diagnosis; where it cannot be had, that is the fact."""
    try:
        return fact()
    except GongkaiError as error:
        return str(error)
    except Exception as error:
        return f"未知（{type(error).__name__}）"
