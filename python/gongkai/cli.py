"""Room: cli. Arguments -> pipeline -> text, JSON or a workbook; exit code 0 clean, 1 errors found, 2 not readable."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TextIO

from gongkai import __version__
from gongkai.checks.wording import one_line
from gongkai.model import Finding, GongkaiError, Report, WorkbookError

CLEAN, ERRORS, UNREADABLE = 0, 1, 2
INTERRUPTED, READER_GONE = 130, 141  # as a shell reports them: stopped by the user; nobody reads the output any more
# Breaks a line, or turns it around: a file name or a text of a page may hold such characters.
UNRULY = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
SOURCE_HELP = "网址（http、https）、网页或文本文件、本工具的工作簿；- 表示标准输入"


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


def build_parser() -> argparse.ArgumentParser:
    parser = ChineseParser(
        prog="gongkai",
        description="政府信息公开工作年度报告：读取、校验勾稽关系、填入工作簿并标出不符的单元格。",
        epilog="退出码：0 没有错误；1 有勾稽错误；2 有来源无法读取。",
    )
    parser.add_argument("--version", action="version", version=f"gongkai {__version__}", help="显示版本")
    commands = parser.add_subparsers(title="命令", metavar="命令", dest="command", required=True)

    read = commands.add_parser("read", help="读取报告，显示三张表的数字", description="读取报告，显示三张表的数字。")
    check = commands.add_parser("check", help="校验报告的勾稽关系", description="校验报告的勾稽关系。")
    for command, run in ((read, run_read), (check, run_check)):
        command.add_argument("sources", nargs="+", metavar="来源", help=SOURCE_HELP)
        command.add_argument("--json", action="store_true", help="输出 JSON")
        command.set_defaults(run=run)

    fill = commands.add_parser(
        "fill", help="读取报告，填入工作簿并标出问题", description="读取报告，填入工作簿并标出问题。"
    )
    fill.add_argument("source", metavar="来源", help=SOURCE_HELP)
    fill.add_argument("-o", "--output", type=file_name, required=True, metavar="文件", help="要写的工作簿（.xlsm）")
    fill.add_argument("--force", action="store_true", help="文件已存在时覆盖")
    fill.add_argument("--template", default="", metavar="文件", help="用自己改过的模板（默认用官方格式模板）")
    fill.add_argument("--json", action="store_true", help="输出 JSON")
    fill.set_defaults(run=run_fill)

    rules = commands.add_parser("rules", help="列出勾稽关系", description="列出勾稽关系。")
    rules.add_argument("--edition", default="2021", choices=("2019", "2021"), help="格式年版（默认 2021）")
    rules.add_argument("--json", action="store_true", help="输出 JSON")
    rules.set_defaults(run=run_rules)

    template = commands.add_parser("template", help="另存一份空白工作簿", description="另存一份空白工作簿。")
    template.add_argument("-o", "--output", type=file_name, required=True, metavar="文件", help="要写的工作簿（.xlsm）")
    template.add_argument("--force", action="store_true", help="文件已存在时覆盖")
    template.set_defaults(run=run_template)

    demo = commands.add_parser(
        "demo", help="演示：从本机网页导入一份真实报告", description="演示：从本机网页导入一份真实报告。"
    )
    demo.add_argument(
        "-o",
        "--output",
        type=file_name,
        default="gongkai-demo",
        metavar="文件夹",
        help="结果放在哪里（默认 gongkai-demo）",
    )
    demo.set_defaults(run=run_demo)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; every failure becomes one Chinese line on standard error and an exit code."""
    try:
        set_streams()
        options = build_parser().parse_args(arguments)
        if getattr(options, "json", False):
            set_streams(encoding="utf-8")
        code: int = options.run(options)
        return code
    except GongkaiError as error:
        return complain(str(error))
    except KeyboardInterrupt:
        complain("已中止。")
        return INTERRUPTED
    except BrokenPipeError:
        return READER_GONE
    except OSError as error:
        from gongkai.system import system_reason

        return complain(f"无法读写文件：{system_reason(error)}。")
    except Exception as error:
        if os.environ.get("GONGKAI_DEBUG"):
            raise
        return complain(
            f"程序内部错误（{type(error).__name__}）；请把来源发给开发者，设环境变量 GONGKAI_DEBUG=1 可见详情。"
        )


# --- output -------------------------------------------------------------------------------------------------------


def set_streams(encoding: str | None = None) -> None:
    """What an output cannot show becomes a question mark, never a traceback; JSON is UTF-8 everywhere."""
    for stream, code in ((sys.stdout, encoding), (sys.stderr, None)):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=code, errors="replace")


def put(text: str) -> None:
    """Print to standard output and see that it arrives: an outcome that nobody gets must not pass for a clean run.

    GongkaiError where it cannot be written, BrokenPipeError where nobody reads on (``| head -1``).
    """
    if sys.stdout is None:
        raise GongkaiError("结果无法输出：标准输出已关闭，请改变输出的去向后再试。")
    try:
        print(text, flush=True)
    except OSError as error:
        discard(sys.stdout)
        if isinstance(error, BrokenPipeError):
            raise
        from gongkai.system import system_reason

        raise GongkaiError(f"结果无法输出：{system_reason(error)}，请改变输出的去向后再试。") from error


def show(lines: Iterable[str]) -> None:
    for line in lines:
        put(UNRULY.sub(" ", line))


def tell(sentence: str) -> None:
    """One line on standard error; where that is closed or full, the exit code has to do."""
    if sys.stderr is None:  # print would take standard output instead
        return
    try:
        print(one_line(sentence), file=sys.stderr, flush=True)
    except OSError:
        discard(sys.stderr)


def discard(stream: TextIO) -> None:
    """Let a failed stream lead nowhere: on its way out the interpreter writes again what is left, and fails again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(sentence: str) -> int:
    tell(sentence)
    return UNREADABLE


# --- commands -----------------------------------------------------------------------------------------------------


def each_report(sources: Sequence[str]) -> Iterator[tuple[str, Report | GongkaiError]]:
    """Every source with its report or its failure; progress on standard error where several are read at a terminal."""
    from gongkai.pipeline import read_report

    for number, source in enumerate(sources, 1):
        if len(sources) > 1 and sys.stderr is not None and sys.stderr.isatty():
            tell(f"[{number}/{len(sources)}] {source}")
        try:
            yield source, read_report(source)
        except GongkaiError as error:
            complain(str(error))
            yield source, error


def run_sources(
    options: argparse.Namespace,
    judge: Callable[[Report], list[Finding]],
    as_dict: Callable[[Report, list[Finding]], dict[str, Any]],
    as_lines: Callable[[Report, list[Finding]], Iterable[str]],
) -> int:
    """Read each source, judge it and print it; one source gives one JSON object, several give a list."""
    from gongkai.output import to_json

    results: list[dict[str, Any]] = []
    codes = [CLEAN]
    for source, report in each_report(options.sources):
        if isinstance(report, GongkaiError):
            results.append({"source": source, "error": str(report)})
            codes.append(UNREADABLE)
            continue
        findings = judge(report)
        codes.append(code_of(findings))
        results.append(as_dict(report, findings) if options.json else {})
        if not options.json:
            show(["", *as_lines(report, findings)] if len(results) > 1 else as_lines(report, findings))
    if options.json:
        put(to_json(results[0] if len(options.sources) == 1 else results))
    return max(codes)


def code_of(findings: Sequence[Finding]) -> int:
    return ERRORS if any(finding.severity == "error" for finding in findings) else CLEAN


def run_read(options: argparse.Namespace) -> int:
    from gongkai.output import report_lines, report_to_dict

    return run_sources(
        options, lambda report: [], lambda report, _: report_to_dict(report), lambda report, _: report_lines(report)
    )


def run_check(options: argparse.Namespace) -> int:
    from gongkai.output import check_to_dict, finding_lines, head_lines
    from gongkai.pipeline import check

    def lines(report: Report, findings: list[Finding]) -> Iterator[str]:
        yield from head_lines(report)
        yield from finding_lines(report, findings)

    return run_sources(options, check, check_to_dict, lines)


def run_fill(options: argparse.Namespace) -> int:
    from gongkai.output import check_to_dict, finding_lines, head_lines, to_json
    from gongkai.pipeline import check, fill, read_report

    report = read_report(options.source)
    findings = check(report)
    target = fill(report, findings, options.output, overwrite=options.force, template=options.template)
    if options.json:
        put(to_json({**check_to_dict(report, findings), "workbook": str(target)}))
    else:
        show([*head_lines(report), *finding_lines(report, findings), f"已写入 {target}"])
    return code_of(findings)


def run_rules(options: argparse.Namespace) -> int:
    from gongkai.output import rules_lines, rules_to_list, to_json

    if options.json:
        put(to_json(rules_to_list(options.edition)))
    else:
        show(rules_lines(options.edition))
    return CLEAN


def run_template(options: argparse.Namespace) -> int:
    from gongkai.workbook import copy_template

    show([f"已写入 {copy_template(options.output, overwrite=options.force)}"])
    return CLEAN


def run_demo(options: argparse.Namespace) -> int:
    from gongkai.demo import run

    if options.output.exists() and not options.output.is_dir():
        raise WorkbookError(f"{options.output.name}不是文件夹，没有写入；请用 -o 另选一个文件夹。")
    show(run(options.output))
    return CLEAN


if __name__ == "__main__":
    sys.exit(main())
