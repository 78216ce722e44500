"""Arguments -> pipeline -> text, JSON or a workbook; exit code 0 clean, 1 errors found, 2 not
readable.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence

from gongkai.cli.console import (
    INTERRUPTED,
    READER_GONE,
    complain,
    complain_of,
    keep_apart,
    set_streams,
)
from gongkai.cli.parser import CHECK_WRITE, build_parser
from gongkai.model import GongkaiError
from gongkai.system import function_at, system_reason

# A command -> the function that runs it, whose module is loaded for that command alone: what shows
# the help loads no other.
COMMANDS: Mapping[str, str] = {
    "read": "gongkai.cli.reading:run_read",
    "check": "gongkai.cli.reading:run_check",
    CHECK_WRITE: "gongkai.cli.rechecking:run_check_write",
    "new": "gongkai.cli.drafting:run_new",
    "fill": "gongkai.cli.writing:run_fill",
    "export": "gongkai.cli.exporting:run_export",
    "publish": "gongkai.cli.writing:run_publish",
    "compare": "gongkai.cli.writing:run_compare",
    "template": "gongkai.cli.writing:run_template",
    "adopt": "gongkai.cli.adopting:run_adopt",
    "numbers": "gongkai.cli.adopting:run_numbers",
    "fill-blanks": "gongkai.cli.adopting:run_fill_blanks",
    "totals": "gongkai.cli.adopting:run_totals",
    "dismiss": "gongkai.cli.deciding:run_decision",
    "confirm": "gongkai.cli.deciding:run_decision",
    "batch": "gongkai.cli.batch:run_list",
    "levels": "gongkai.cli.levels:run_levels",
    "years": "gongkai.cli.levels:run_years",
    "rules": "gongkai.cli.rules:run_rules",
    "demo": "gongkai.cli.writing:run_demo",
    "conformance": "gongkai.cli.writing:run_conformance",
    "addin": "gongkai.cli.writing:run_addin",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; every failure becomes one Chinese line on standard error and an exit
    code.
    """
    try:
        keep_apart()
        set_streams()
        options = build_parser().parse_args(arguments)
        if getattr(options, "json", False):
            set_streams(encoding="utf-8")
        run: Callable[[argparse.Namespace], int] = function_at(COMMANDS[options.command])
        return run(options)
    except GongkaiError as error:
        return complain_of(error)
    except KeyboardInterrupt:
        complain("已中止。")
        return INTERRUPTED
    except BrokenPipeError:
        return READER_GONE
    except OSError as error:
        return complain(f"无法读写文件：{system_reason(error)}。")
    except Exception as error:
        if os.environ.get("GONGKAI_DEBUG"):
            raise
        return complain(
            f"程序内部错误（{type(error).__name__}）；请把来源发给开发者，设环境变量 "
            f"GONGKAI_DEBUG=1 可见详情。"
        )
