"""Decisions of the command line <-> the file beside a report, 报告.处理.json.

A person can read the file and mend it. One that is damaged or not ours is said to be so and never
replaced. Every decision names the body and year that it is about: another report under the same
name knows nothing of it.
"""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gongkai import decisions, supply, system, wording
from gongkai.model import Decision, Finding, Report, WorkbookError

ENDING = ".处理.json"
KIND, VERSION = "rulings", 1
VERDICTS = ("confirmed", "dismissed")
FIELDS = {"key": str, "verdict": str, "reason": str, "agency": str, "year": int | None}
MOST_BYTES = 10_000_000  # of a file of decisions that is read
LONGEST_WAIT = 10.0  # seconds for another process that writes the same file

DecisionRecord = dict[str, Any]


class DecisionsError(WorkbookError):
    """The file beside a report cannot be read or written; it stays as it is."""


def decisions_path(source: Path) -> Path:
    return source.with_name(source.stem + ENDING)


def source_path(report: Report) -> Path | None:
    """The local file that a report was read from; None for a page of the web and for standard
    input.
    """
    origin = report.document.origin if report.document and not report.document.url else "-"
    if supply.is_given():  # it need not be on the disk of this machine
        return Path(origin) if origin != "-" else None
    try:
        return Path(origin) if origin != "-" and Path(origin).is_file() else None
    except (OSError, ValueError):
        return None


def with_decisions_beside(report: Report, source: Path | None = None) -> Report:
    """A report with what the file beside its source decides; what its workbook itself says goes
    before.

    Raises DecisionsError where that file is there and cannot be read.
    """
    source = source or source_path(report)
    if source is None:
        return report
    return replace(
        report, decisions=decisions.merged(decisions_in_file(report, source), report.decisions)
    )


def decisions_in_file(report: Report, source: Path) -> dict[str, Decision]:
    """Key -> what the file beside a source decides about this report. Raises DecisionsError."""
    records = read_decisions(decisions_path(source))
    fitting = [record for record in records if fits(record, report)]
    return {
        record["key"]: Decision(record["verdict"], record["reason"], kept=True)
        for record in fitting
    }


def fits(record: Mapping[str, Any], report: Report) -> bool:
    return decisions.is_about(report, record["agency"], record["year"])


# --- the file -------------------------------------------------------------------------------------


def read_decisions(path: Path) -> list[DecisionRecord]:
    """The decisions in a file, none where it is not there. Raises DecisionsError."""
    content = decisions_bytes(path)
    if not content and (supply.is_given() or not path.exists()):
        return []
    if len(content) > MOST_BYTES:
        raise damaged(path, f"超过{MOST_BYTES // 1_000_000}MB")
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise damaged(path, "内容不是完整的JSON") from None
    return records_in(found, path)


def decisions_bytes(path: Path) -> bytes:
    """What stands in a file, of one too large its beginning; b"" where it is not there. Raises
    DecisionsError.
    """
    if supply.is_given():
        return supply.decisions_given(str(path))
    try:
        with system.open_plain(path) as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.ENOTDIR):  # then it cannot be there
            return b""
        raise DecisionsError(
            f"{path.name}不能读取（{system.system_reason(error)}），其中的处理没有采用；"
            f"请排除或把它移走再试。"
        ) from error


def records_in(found: Any, path: Path) -> list[DecisionRecord]:
    if (
        not isinstance(found, dict)
        or found.get("gongkai") != KIND
        or not isinstance(found.get("rulings"), list)
    ):
        raise damaged(path, "内容不是处理记录")
    if found.get("version") != VERSION:
        raise damaged(path, "由另一版本的gongkai写成")
    for number, record in enumerate(found["rulings"], 1):
        if not isinstance(record, dict) or not is_record(record):
            raise damaged(path, f"第{number}条记录不完整")
    return list(found["rulings"])


def is_record(record: Mapping[str, Any]) -> bool:
    known = all(name in record and isinstance(record[name], kind) for name, kind in FIELDS.items())
    return (
        known
        and decisions.KEY.fullmatch(record["key"]) is not None
        and record["verdict"] in VERDICTS
    )


def damaged(path: Path, why: str) -> DecisionsError:
    return DecisionsError(
        f"{path.name}不是本工具能读的处理记录（{why}）；其中的处理没有采用，文件也没有改动，"
        f"请改正或移走它再试。"
    )


def save_decisions(
    report: Report,
    source: Path,
    findings: Mapping[str, Finding],
    decision: Decision | None,
    former: Collection[str] = (),
) -> Path:
    """Write one decision about some findings, by their keys, into the file beside a source; None
    takes it back. What stands under their ``former`` keys goes.

    Other decisions stay, those that another process writes meanwhile too. Raises DecisionsError.
    """
    path = decisions_path(source)
    with held(source):
        records = [
            one
            for one in read_decisions(path)
            if one["key"] not in findings.keys() | set(former) or not fits(one, report)
        ]
        if decision is not None:
            records += [
                record_of(key, finding, report, decision) for key, finding in findings.items()
            ]
        text = json.dumps(
            {"gongkai": KIND, "version": VERSION, "rulings": records}, ensure_ascii=False, indent=2
        )
        content = f"{wording.escaped(text)}\n".encode()
        if len(content) > MOST_BYTES:
            raise DecisionsError(
                f"{path.name}已有{len(records)}条处理，太大了，没有写入；请删去不再需要的记录再试。"
            )
        system.write_whole(path, content, overwrite=True)
    return path


def record_of(key: str, finding: Finding, report: Report, decision: Decision) -> DecisionRecord:
    return {
        "key": key,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "rule": finding.rule,
        "message": finding.message,
        "agency": report.agency,
        "year": report.year,
        "at": f"{datetime.now():%Y-%m-%d %H:%M:%S}",
    }


@contextmanager
def held(source: Path) -> Iterator[None]:
    """Hold a source for this process alone while the file beside it is written anew; raises
    DecisionsError.

    The source is locked and not the file, which is replaced. Where the system knows no locks it
    goes on without.
    """
    until = time.monotonic() + LONGEST_WAIT
    try:
        file = system.open_plain(source)
    except OSError as error:
        raise DecisionsError(
            f"{source.name}不能读取（{system.system_reason(error)}），没有写入。"
        ) from error
    with file:
        while True:
            try:
                system.lock_file(file)
                break
            except OSError as error:
                if error.errno not in system.BUSY:
                    break
                if time.monotonic() > until:
                    raise DecisionsError(
                        f"另一个程序正在写{decisions_path(source).name}，没有写入；请稍后再试。"
                    ) from error
            time.sleep(0.02)
        yield
