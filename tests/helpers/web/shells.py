"""Pages around a report that stands in a frame or an attachment, served and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from gongkai import Report, UnreadableDocument, read_report
from helpers.batches import BODY
from helpers.made import report_of
from helpers.pages import figures
from helpers.web.server import Chunks, Server, answer, serving

TITLE = f"{BODY}2021年政府信息公开工作年度报告"
HTML = "Content-Type: text/html; charset=utf-8"
NO_TABLES = "今天没有表格。" * 20
WHOLE = figures(report_of())


def shell(body: str, title: str = TITLE) -> bytes:
    """A page around a report: its title, a date of publication, and ``body``."""
    head = f"<title>{title}</title><meta name=PubDate content='2022-01-28 10:00'>"
    return f"<html><head>{head}</head><body><h1>{title}</h1>{body}</body></html>".encode()


def answers(
    body: str, others: Mapping[str, bytes], title: str = TITLE
) -> dict[str, Sequence[Chunks]]:
    return {"/a/1.html": [answer(shell(body, title), HTML)]} | {
        path: [answer(it, HTML)] for path, it in others.items()
    }


def followed(body: str, others: Mapping[str, bytes], title: str = TITLE) -> tuple[Report, Server]:
    with serving(answers(body, others, title)) as server:
        return read_report(server.url("/a/1.html")), server


def refused(body: str, others: Mapping[str, bytes], title: str = TITLE) -> tuple[str, Server]:
    with (
        serving(answers(body, others, title)) as server,
        pytest.raises(UnreadableDocument) as caught,
    ):
        read_report(server.url("/a/1.html"))
    assert str(caught.value).startswith(server.url("/a/1.html"))
    assert str(caught.value).endswith("。")
    return str(caught.value), server
