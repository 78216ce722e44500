"""A process that reads, at the mercy of its document: what it may answer. Called by name in a
process of its own, in place of ``gongkai.batch.parsing:parse``.
"""

from __future__ import annotations

import json
import os
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gongkai.batch.parsing import parse, task_of

PARSE = "helpers.liars:lying"
Answer = dict[str, Any]
Lie = Callable[[Answer], object]
SOURCES, RESULTS, FINDINGS, FIGURES = 1, 2, 3, 4  # of what is encoded


def first(answer: Answer, at: int) -> Any:
    return answer["found"][0][0][at]


def source(**values: object) -> Lie:
    return lambda answer: first(answer, SOURCES).update(values)


def result(**values: object) -> Lie:
    return lambda answer: first(answer, RESULTS).update(values)


def part(at: int, value: object) -> Lie:
    """Another value in a part of the answer: 1 the name, 2 the workbook, 3 whether it passes."""

    def lie(answer: Answer) -> None:
        answer["found"][0][at] = value

    return lie


def figure(at: int, value: object) -> Lie:
    def lie(answer: Answer) -> None:
        first(answer, FIGURES)[0][at] = value

    return lie


def fact(**values: object) -> Lie:
    """In the JSON of the first finding."""

    def lie(answer: Answer) -> None:
        finding = first(answer, FINDINGS)[0]
        told = json.dumps({**json.loads(finding[-1]), **values}, ensure_ascii=False)
        finding[-1] = told.replace('", "', '","').replace('": ', '":').replace(', "', ',"')

    return lie


def encoded(at: int, value: object) -> Lie:
    def lie(answer: Answer) -> None:
        answer["found"][0][0][at] = value

    return lie


def want(**values: object) -> Lie:
    def lie(answer: Answer) -> None:
        answer.clear()
        answer["want"] = {"kind": "page", "name": "x", "referrer": "", "size": 1, **values}

    return lie


def other(answer: Answer) -> None:
    answer["found"].append(None)


def twice(answer: Answer) -> None:
    first(answer, FIGURES).append(first(answer, FIGURES)[0])


def fewer(answer: Answer) -> None:
    first(answer, FIGURES).pop()


def lost(answer: Answer) -> None:
    first(answer, RESULTS).pop("agency")


LIES: Mapping[str, Lie] = {
    "nothing": lambda answer: answer.clear(),
    "none": lambda answer: answer["found"].clear(),
    "no-list": lambda answer: answer.update(found=5),
    "other": other,
    "more": lambda answer: answer["found"][0].append(1),
    "want-none": want(name=None),
    "want-list": want(name=[]),
    "want-kind": want(kind="file"),
    "want-size": want(size=1.5),
    "want-more": want(more=1),
    "want-half": want(name="http://a.gov.cn/\ud800"),
    "want-suffix": want(kind="docx", referrer="/../../a"),
    "want-no-suffix": want(kind="docx", referrer=""),
    "name-up": part(1, "../a.xlsx"),
    "name-root": part(1, "/etc/a.xlsx"),
    "name-back": part(1, "..\\a.xlsx"),
    "name-hidden": part(1, ".a.xlsx"),
    "name-device": part(1, "NUL.xlsx"),
    "name-com": part(1, "com1.a.xlsx"),
    "name-suffix": part(1, "a.exe"),
    "name-macros": part(1, "a.xlsm"),
    "name-nul": part(1, "a\0.xlsx"),
    "name-line": part(1, "a\n.xlsx"),
    "name-half": part(1, "\ud800.xlsx"),
    "name-turned": part(1, "a\u202exslx.xlsx"),
    "name-long": part(1, "长" * 90 + ".xlsx"),
    "name-formula": part(1, "=a.xlsx"),
    "name-lock": part(1, "~$a.xlsx"),
    "name-none": part(1, ""),
    "name-number": part(1, 5),
    "name-map": part(1, {}),
    "book-none": part(2, ""),
    "book-number": part(2, 5),
    "book-half": part(2, "x"),
    "source-number": encoded(0, 5),
    "sources-none": encoded(SOURCES, None),
    "sources-fewer": encoded(SOURCES, {}),
    "sources-more": source(host="x"),
    "results-none": encoded(RESULTS, None),
    "results-fewer": lost,
    "results-more": result(id=1),
    "state": source(state="x"),
    "state-new": source(state="new"),
    "state-failed": source(state="failed"),
    "message": source(message=None),
    "message-half": source(message="\ud800"),
    "message-long": source(message="x" * 40_000),
    "url": source(url=["x"]),
    "version": source(version=1),
    "year": result(year="2021"),
    "year-far": result(year=2**63),
    "year-part": result(year=1.5),
    "agency": result(agency=None),
    "agency-number": result(agency=5),
    "level": result(level=None),
    "errors": result(errors={}),
    "grave": result(is_grave=None),
    "file": result(file="汇总.xlsx"),
    "file-up": result(file="../a.xlsx"),
    "digest": result(file_sha256="x"),
    "forms": result(forms="[]"),
    "forms-none": result(forms="{}"),
    "forms-other": result(forms='{"disclosure":"2021"}'),
    "decisions": result(decisions="[1]"),
    "decisions-verdict": result(decisions='{"a":["x",""]}'),
    "decisions-half": result(decisions='{"a":["dismissed","\\ud800"]}'),
    "checked": result(checked="x"),
    "checked-none": result(checked=""),
    "checked-list": result(checked="[]"),
    "checked-report": result(checked='{"report":5}'),
    "problems": result(problems="{"),
    "problems-kind": result(problems="[5]"),
    "finding-short": encoded(FINDINGS, [[1, "a", "error", "k", True]]),
    "finding-text": encoded(FINDINGS, [[1, "a", "error", "k", True, "x"]]),
    "finding-severity": fact(severity="x"),
    "finding-rule": fact(rule="other"),
    "finding-key": fact(key=None),
    "finding-cells": fact(cells=[5]),
    "finding-suspects": fact(suspects=[[{}]]),
    "finding-stated": fact(stated="x"),
    "finding-message": fact(message=None),
    "finding-closed": lambda answer: first(answer, FINDINGS)[0].__setitem__(4, False),
    "figures-none": encoded(FIGURES, []),
    "figures-fewer": fewer,
    "figures-twice": twice,
    "figure-short": encoded(FIGURES, [["a", 1, None, None, None]]),
    "figure-cell": figure(0, "nowhere"),
    "figure-text": figure(1, "x"),
    "figure-far": figure(1, 2**63),
    "figure-power": figure(1, "1.0E99999999"),
    "figure-part": figure(1, 1.5),
    "figure-list": figure(1, [1]),
    "figure-state": figure(2, 9),
    "figure-state-below": figure(2, -1),
    "figure-raw": figure(3, 5),
    "figure-raw-half": figure(3, "\ud800"),
    "figure-unit": figure(4, 5),
    "figure-implied": figure(5, "1.5"),
    "deep": lambda answer: answer["found"][0][0].__setitem__(RESULTS, nested()),
}  # fmt: skip


def nested() -> list[Any]:
    found: list[Any] = []
    for _ in range(900):
        found = [found]
    return found


def lying(request: bytes) -> bytes:
    """As the source's name says; any other source is read as it is."""
    task = task_of(request)
    name = Path(task.source).stem
    if name.startswith("dies"):
        os._exit(3)
    if name == "text":
        return b"\xff"
    if name.startswith("asks"):
        asked = want(name=f"https://a.gov.cn/{len(task.given) if name == 'asks-on' else 0}")
        return json.dumps(told(asked, {})).encode()
    if name == "waits":
        time.sleep(600)
    answer = json.loads(parse(request))
    return json.dumps(told(LIES.get(name, lambda same: None), answer)).encode()


def told(lie: Lie, answer: Answer) -> Answer:
    lie(answer)
    return answer


def book(content: bytes) -> Lie:
    return part(2, b64encode(content).decode())
