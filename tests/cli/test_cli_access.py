"""The command's options on how pages are got, attachments and directories, as a user sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.batches import BODY, bodies, page
from helpers.command import run_command
from helpers.web.server import answer, serving
from helpers.web.site import page as served
from helpers.web.site import self_signed, site, validated

UNCHECKED = "没有核对网站的安全证书（--insecure）。"


def test_offline_takes_what_was_fetched_before_and_says_so(tmp_path: Path) -> None:
    with serving({"/1.html": [answer(page())]}) as server:
        url = server.url("/1.html")
        assert run_command("check", url, "--offline").returncode == 2
        assert server.requests == []
        online = run_command("check", url)
        assert (online.returncode, "取得经过" in online.stdout) == (0, False)
    gone = run_command("check", url)
    assert (gone.returncode, "可在命令行加 --offline 使用" in gone.stderr) == (2, True)
    offline = run_command("check", url, "--offline")
    assert (offline.returncode, "  取得经过：取自本机缓存（" in offline.stdout) == (0, True)
    [found] = json.loads(run_command("read", url, "--offline", "--json").stdout)
    [step] = found["provenance"]
    assert step.startswith("取自本机缓存（")
    filled = run_command("fill", url, "--offline", "-o", str(tmp_path / "a.xlsm"))
    assert (filled.returncode, (tmp_path / "a.xlsm").is_file()) == (0, True)
    batch = run_command("batch", url, "--offline", "-o", str(tmp_path / "b"))
    assert (batch.returncode, "完成1份" in batch.stdout) == (0, True)


def test_refresh_asks_without_saying_what_is_kept() -> None:
    with site({"/": validated(page(), '"one"', "")}) as server:
        for options in ((), (), ("--refresh",)):
            assert run_command("check", server.url(), *options).returncode == 0
        assert [head.get("If-None-Match") for _, head in server.asked] == [None, '"one"', None]


def test_insecure_opens_a_site_that_signed_for_itself(tmp_path: Path) -> None:
    with site({"/": served(page())}, self_signed(tmp_path)) as server:
        refused = run_command("check", server.url())
        assert (refused.returncode, "自签名" in refused.stderr, server.asked) == (2, True, [])
        opened = run_command("check", server.url(), "--insecure")
    assert (opened.returncode, f"  取得经过：{UNCHECKED}" in opened.stdout) == (0, True)


@pytest.mark.parametrize("command", ["check", "read", "fill", "batch"])
def test_offline_and_refresh_exclude_each_other(command: str) -> None:
    run = run_command(command, "x", "-o", "y", "--offline", "--refresh")
    assert (run.returncode, "这两个选项不能同时使用" in run.stderr, run.stderr.count("\n")) == (
        2,
        True,
        1,
    )
    for option in ("--offline", "--refresh", "--insecure"):
        assert option in run_command(command, "--help").stdout


def test_an_attachment_is_read_and_the_choice_printed() -> None:
    body = f"<h1>{BODY}2021年政府信息公开工作年度报告</h1><a href='1.doc'>报告全文.doc</a>".encode()
    with serving({"/": [answer(body)], "/1.doc": [answer(page(wrong=True))]}) as server:
        run = run_command("check", server.url())
    assert run.returncode == 1
    assert (
        f"报告取自其附件“报告全文.doc”（页面上唯一的文档附件）：{server.url('/1.doc')}。"
        in run.stdout
    )


def test_a_directory_lists_its_candidates() -> None:
    links = "".join(
        f"<a href='/{n}.pdf'>{name}2021年政府信息公开年度报告</a>"
        for n, name in enumerate(bodies(3), 1)
    )
    with serving({"/": [answer(f"<html><h1>各县年报</h1>{links}</html>".encode())]}) as server:
        urls = [server.url(f"/{n}.pdf") for n in (1, 2, 3)]
        run = run_command("check", server.url())
        [found] = json.loads(run_command("read", server.url(), "--json").stdout)
    first, *listed = run.stderr.splitlines()
    assert (run.returncode, run.stdout, "列有3个像年度报告的链接" in first) == (2, "", True)
    assert [line.split()[-1] for line in listed] == urls
    assert [link["source"] for link in found["candidates"]] == urls
    assert found["candidates"][0]["title"] == "第1县人民政府2021年政府信息公开年度报告"
