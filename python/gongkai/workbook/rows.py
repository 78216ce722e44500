"""Room: workbook. One line for each report of a batch: the sheets 批量导入 and 汇总 as edits, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gongkai.model import Value

State = Literal["", "待确认", "完成", "失败", "目录"]


@dataclass(frozen=True)
class BatchRow:
    """What came of one source; "" and None where nothing is known yet.

    ``figures`` maps the cell ids of the summary to exact figures. ``finished`` is local time, ``2026-11-24 09:30``;
    ``file`` the name of the report's own workbook within the batch's folder.
    """

    source: str
    state: State = ""
    agency: str = ""
    year: int | None = None
    title: str = ""
    editions: str = ""
    errors: int | None = None
    warnings: int | None = None
    notes: int | None = None
    message: str = ""
    finished: str = ""
    file: str = ""
    figures: Mapping[str, Value] = field(default_factory=dict)
