"""argparse in Chinese."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, NoReturn

from gongkai.cli.console import UNREADABLE, put, tell

MOST_DIGITS = 4  # of the number of a finding


class ChineseParser(argparse.ArgumentParser):
    """argparse with its own few texts in Chinese."""

    def __init__(self, **texts: Any) -> None:
        super().__init__(**{**texts, "add_help": False})
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示帮助")

    def format_usage(self) -> str:
        return super().format_usage().replace("usage: ", "用法：", 1)

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", "用法：", 1)

    def error(self, message: str) -> NoReturn:
        texts = {
            "the following arguments are required": "缺少参数",
            "unrecognized arguments": "多余的参数",
            "invalid choice": "没有这个选项值",
            "expected one argument": "选项后面缺少一个值",
            "not allowed with argument": "这两个选项不能同时使用",
        }
        reason = next((text for english, text in texts.items() if english in message), "参数有误")
        detail = message.rpartition(": ")[2] if ": " in message else message
        self.exit(UNREADABLE, f"{reason}（{detail}）；用 {self.prog} --help 查看用法。")

    def _print_message(self, message: str, file: Any = None) -> None:
        """argparse's own passes over an output that fails; help and version go to standard output."""
        if file is sys.stdout:
            put(message.rstrip("\n"))
        else:
            tell(message)


def file_name(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("没有给出文件名")
    return Path(text)


def number_and_alternative(text: str) -> tuple[int, int]:
    """``3`` -> (3, 0), ``3=2`` -> (3, 2)."""
    number, sign, alternative = text.partition("=")
    wanted = [number, alternative] if sign else [number]
    if not all(part.isdecimal() and len(part) <= MOST_DIGITS and int(part) for part in wanted):
        raise argparse.ArgumentTypeError(f"“{text}”不是序号，请写成 3 或 3=2")
    return int(number), int(alternative or 0)
