"""Arguments -> pipeline -> text, JSON or a workbook; exit code 0 clean, 1 errors found, 2 not
readable.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence

from gongkai import __version__
from gongkai.cli.batch import MOST_PER_HOST, PAUSE, PER_HOST, requests_at_a_time, run_list, seconds
from gongkai.cli.console import (
    CLEAN,
    ERRORS,
    INTERRUPTED,
    READER_GONE,
    ChineseParser,
    code_of,
    complain,
    complain_of,
    file_name,
    keep_apart,
    number_and_alternative,
    part_number,
    put,
    reading_of,
    set_streams,
    show,
    tell,
    written,
)
from gongkai.cli.deciding import run_decision
from gongkai.cli.levels import run_levels, run_years
from gongkai.cli.reading import add_json_forms
from gongkai.model import GongkaiError, WorkbookError

Subcommand = Callable[[argparse.Namespace], int]

SOURCE_HELP = (
    "网址（http、https），网页、PDF、Word、Excel 或文本文件，本工具的工作簿；- 表示标准输入"
)


def build_parser() -> argparse.ArgumentParser:
    parser = ChineseParser(
        prog="gongkai",
        description="政府信息公开工作年度报告：读取、校验勾稽关系、填入工作簿并标出不符的单元格。",
        epilog="退出码：0 没有错误；1 有勾稽错误（包括可能是读取有误的）；2 有来源无法读取，"
        "或没有读出数字；"
        "有几个来源的（文件夹也是），取其中最大的。",
    )
    parser.add_argument(
        "--version", action="version", version=f"gongkai {__version__}", help="显示版本"
    )
    commands = parser.add_subparsers(title="命令", metavar="命令", dest="command", required=True)
    add_reports(commands)
    add_decisions(commands)
    add_batch(commands)
    add_levels(commands)
    add_years(commands)
    add_others(commands)
    return parser


Commands = argparse._SubParsersAction  # argparse has no public name for it


def add_command(
    commands: Commands[ChineseParser], name: str, text: str, run: Subcommand
) -> ChineseParser:
    command = commands.add_parser(name, help=text, description=f"{text}。")
    command.set_defaults(run=run)
    return command


def add_reports(commands: Commands[ChineseParser]) -> None:
    read = add_command(commands, "read", "读取报告，显示三张表的数字", run_read)
    check = add_command(
        commands,
        "check",
        "校验报告的勾稽关系、正文和格式；同一机关连续几年的报告一起给出时，还作跨年核对",
        run_check,
    )
    for command in (read, check):
        command.add_argument(
            "sources", nargs="+", metavar="来源", help=f"{SOURCE_HELP}；存放报告的文件夹"
        )
        add_json_forms(command)
        add_part(command)
        add_access(command)
    check.add_argument(
        "--write", action="store_true", help="来源是本工具的工作簿：校验并写回，上一版另存一份"
    )
    check.add_argument("--yes", action="store_true", help="与 --write 同用：需要还原表格时不再询问")
    read.add_argument(
        "--parts",
        action="store_true",
        help="只列出来源中有表格的各部分（几份报告、附表），不读取数字",
    )

    fill = add_command(commands, "fill", "读取报告，填入工作簿并标出问题", run_fill)
    fill.add_argument("source", metavar="来源", help=SOURCE_HELP)
    fill.add_argument(
        "-o",
        "--output",
        type=file_name,
        required=True,
        metavar="文件",
        help="要写的工作簿：.xlsx，带宏的.xlsm，或.ods",
    )
    fill.add_argument("--force", action="store_true", help="文件已存在时覆盖")
    fill.add_argument(
        "--template", default="", metavar="文件", help="用自己改过的模板（默认用官方格式模板）"
    )
    fill.add_argument("--json", action="store_true", help="输出 JSON")
    add_part(fill)
    add_access(fill)

    export = add_command(
        commands, "export", "读取报告，把三张表的数字写成表格或 JSON，每个数字一行", run_export
    )
    export.add_argument("source", metavar="来源", help=SOURCE_HELP)
    export.add_argument(
        "-o",
        "--output",
        type=file_name,
        required=True,
        metavar="文件",
        help="要写的文件：.csv、.xlsx 或 .json",
    )
    export.add_argument("--force", action="store_true", help="文件已存在时覆盖")
    add_part(export)
    add_access(export)

    adopt = add_command(
        commands, "adopt", "列出工作簿中的改正建议，或采纳其中几条，原来的数记入修改记录", run_adopt
    )
    adopt.add_argument(
        "workbook", metavar="工作簿", help="由 gongkai fill 生成的工作簿（.xlsx、.xlsm）"
    )
    adopt.add_argument(
        "choices",
        nargs="*",
        type=number_and_alternative,
        metavar="序号",
        help="“校验结果”中的序号；有几种改法的写成 序号=方案，如 3=2；不写则只列出建议",
    )

    numbers = add_command(
        commands, "numbers", "把工作簿中存成文本的数字改成数字，原来的文本记入修改记录", run_numbers
    )
    numbers.add_argument(
        "workbook", metavar="工作簿", help="由 gongkai fill 生成的工作簿（.xlsx、.xlsm）"
    )

    blanks = add_command(
        commands,
        "fill-blanks",
        "把工作簿中按勾稽关系只能是0的空白填为0，记入修改记录",
        run_fill_blanks,
    )
    blanks.add_argument("workbook", metavar="工作簿", help="由 gongkai fill 生成的工作簿")
    blanks.add_argument("--all", action="store_true", help="其余空白也填0（请先确认都是没有）")
    blanks.add_argument("--signs", action="store_true", help="填“/”“—”“无”等符号的也算空白")
    blanks.add_argument("--undo", action="store_true", help="撤销上一次填的0")


def add_part(command: ChineseParser) -> None:
    command.add_argument(
        "--part",
        type=part_number,
        default=0,
        metavar="序号",
        help="来源中有几份报告时，读取第几部分（见 read --parts）",
    )


def add_access(command: ChineseParser) -> None:
    """How pages are got; the same for every command that fetches."""
    cache = command.add_mutually_exclusive_group()
    cache.add_argument(
        "--offline", action="store_true", help="不联网，只用以前取过、存在本机缓存中的网页"
    )
    cache.add_argument("--refresh", action="store_true", help="不管缓存，重新取得网页")
    command.add_argument(
        "--insecure",
        action="store_true",
        help="网站的证书不可信或加密方式过时也打开（请先确认网址可信）",
    )


def add_decisions(commands: Commands[ChineseParser]) -> None:
    texts = {
        "dismiss": "忽略校验出的问题：不再计入错误，仍列在最后；有关的数字改动后会重新提出",
        "confirm": "确认校验出的问题属实，并记下理由；有关的数字改动后会重新提出",
    }
    for name, text in texts.items():
        command = add_command(commands, name, text, run_decision)
        command.add_argument(
            "source", metavar="文件", help="报告所在的文件；处理记在它旁边的“….处理.json”中"
        )
        command.add_argument(
            "numbers",
            nargs="+",
            metavar="序号",
            help="check 所列的序号或编号（12位），即 JSON 中的 key",
        )
        command.add_argument(
            "--with",
            dest="others",
            nargs="+",
            default=(),
            metavar="报告",
            help=(
                "处理跨年核对的问题（按编号，记在后一年的报告旁边）时，"
                "给出其他年度的报告或存放它们的文件夹"
            ),
        )
        command.add_argument(
            "--levels", default="", metavar="下级", help="处理 levels 比对的问题时，给出下级的报告"
        )
        command.add_argument("--names", default="", metavar="名单", help="同 levels 的 --names")
        command.add_argument(
            "--reason", default="", metavar="理由", help="为什么这样处理（dismiss 必须写明）"
        )
        command.add_argument("--undo", action="store_true", help="撤销以前所作的处理")


def add_batch(commands: Commands[ChineseParser]) -> None:
    batch = add_command(
        commands, "batch", "批量导入：每份报告存为一个工作簿，并汇总；中断后可接着导入", run_list
    )
    batch.add_argument(
        "list",
        metavar="名单",
        help=(
            "文本文件（每行一个网址或文件路径，# 开头的行是备注）、存放报告的文件夹，"
            "或列有年报的目录页网址"
        ),
    )
    batch.add_argument(
        "-o",
        "--output",
        type=file_name,
        required=True,
        metavar="文件夹",
        help="工作簿和汇总放在哪里",
    )
    batch.add_argument("--yes", action="store_true", help="导入目录页中像年报的全部链接，不再确认")
    batch.add_argument(
        "--per-host",
        type=requests_at_a_time,
        default=PER_HOST,
        metavar="个数",
        help=f"同一网站同时取几个网页（默认 {PER_HOST}，最多 {MOST_PER_HOST}）",
    )
    batch.add_argument(
        "--pause",
        type=seconds,
        default=PAUSE,
        metavar="秒",
        help=f"同一网站两次请求之间的间隔（默认 {PAUSE:g}）",
    )
    batch.add_argument("--json", action="store_true", help="输出 JSON")
    add_access(batch)


def add_levels(commands: Commands[ChineseParser]) -> None:
    levels = add_command(
        commands, "levels", "把政府的报告与所属各机关的报告之和逐格比对", run_levels
    )
    levels.add_argument("parent", metavar="上级报告", help=SOURCE_HELP)
    levels.add_argument(
        "children",
        metavar="下级",
        help="存放下级报告的文件夹（批量导入的结果也可以）、列有年报的目录页网址，"
        "或文本文件（每行一个网址、文件路径或机关名称，# 开头的行是备注）",
    )
    levels.add_argument(
        "--names", default="", metavar="名单", help="必须到齐的机关名称，文本文件，每行一个"
    )
    levels.add_argument(
        "-o",
        "--output",
        type=file_name,
        metavar="文件",
        help="把逐格比对写成表格（.csv、.xlsx、.json）",
    )
    levels.add_argument("--force", action="store_true", help="文件已存在时覆盖")
    levels.add_argument("--json", action="store_true", help="输出 JSON")
    add_access(levels)


def add_years(commands: Commands[ChineseParser]) -> None:
    years = add_command(
        commands, "years", "同一机关连续几年的报告互相核对，逐条列出接不上的数字", run_years
    )
    years.add_argument(
        "sources", nargs="+", metavar="来源", help=f"{SOURCE_HELP}；或存放它们的文件夹"
    )
    years.add_argument(
        "-o",
        "--output",
        type=file_name,
        metavar="文件",
        help="把核对结果写成表格（.csv、.xlsx、.json）",
    )
    years.add_argument("--force", action="store_true", help="文件已存在时覆盖")
    years.add_argument("--json", action="store_true", help="输出 JSON")
    years.set_defaults(part=0)
    add_access(years)


def add_others(commands: Commands[ChineseParser]) -> None:
    rules = add_command(commands, "rules", "列出勾稽关系和其他规则，或说明一项规则", run_rules)
    rules.add_argument(
        "rule", nargs="?", default="", metavar="编号", help="说明这一项：含义、依据、例子、怎么办"
    )
    rules.add_argument("--all", action="store_true", help="勾稽关系之外的检查和提示也列出")
    rules.add_argument(
        "--edition", default="2021", choices=("2019", "2021"), help="格式年版（默认 2021）"
    )
    rules.add_argument("--json", action="store_true", help="输出 JSON")

    template = add_command(commands, "template", "另存一份空白工作簿", run_template)
    template.add_argument(
        "-o",
        "--output",
        type=file_name,
        required=True,
        metavar="文件",
        help="要写的工作簿：.xlsx，或带宏的.xlsm",
    )
    template.add_argument(
        "--batch", action="store_true", help="批量导入用的工作簿：有“批量导入”和“汇总”，没有报告"
    )
    template.add_argument("--force", action="store_true", help="文件已存在时覆盖")

    demo = add_command(commands, "demo", "演示：从本机网页导入一份真实报告", run_demo)
    demo.add_argument(
        "-o",
        "--output",
        type=file_name,
        default="gongkai-demo",
        metavar="文件夹",
        help="结果放在哪里（默认 gongkai-demo）",
    )

    conformance = add_command(
        commands,
        "conformance",
        "写出一套带有差错的文件和应得的结果，检验任何导入程序",
        run_conformance,
    )
    conformance.add_argument("folder", type=file_name, metavar="文件夹", help="写在哪里")
    conformance.add_argument("--force", action="store_true", help="文件已存在时覆盖")

    addin = add_command(
        commands, "addin", "安装、卸载或检查Excel加载项（Windows、苹果电脑）", run_addin
    )
    addin.add_argument(
        "action",
        choices=("install", "uninstall", "status"),
        metavar="操作",
        help="install 安装或更新，uninstall 卸载并恢复原状，status 检查缺什么",
    )


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
        code: int = options.run(options)
        return code
    except GongkaiError as error:
        return complain_of(error)
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
            f"程序内部错误（{type(error).__name__}）；请把来源发给开发者，设环境变量 "
            f"GONGKAI_DEBUG=1 可见详情。"
        )


# --- commands -------------------------------------------------------------------------------------


def run_read(options: argparse.Namespace) -> int:
    from gongkai.cli.reading import run_read

    return run_read(options, reading_of(options))


def run_check(options: argparse.Namespace) -> int:
    from gongkai.cli.reading import run_check

    return run_check(options, reading_of(options))


def run_fill(options: argparse.Namespace) -> int:
    from gongkai.output import check_to_dict, finding_lines, head_lines, to_json
    from gongkai.pipeline import check, fill, read_report, refilled
    from gongkai.wording import evaluated
    from gongkai.workbook import refuse_unwritable

    refuse_unwritable(options.output)  # before anything is read for it
    report = evaluated(read_report(options.source, **reading_of(options)))
    if options.force:
        report, lost = refilled(report, options.output)
        if lost:
            tell(
                f"{options.output.name}中有{lost}条处理（确认、忽略），是对另一份报告作的，"
                f"没有沿用。"
            )
    findings = check(report)
    target = fill(
        report, findings, options.output, overwrite=options.force, template=options.template
    )
    with written(target):
        if options.json:
            put(to_json({**check_to_dict(report, findings), "workbook": str(target)}))
        else:
            show([*head_lines(report), *finding_lines(report, findings), f"已写入 {target}"])
    return code_of(findings)


def run_rules(options: argparse.Namespace) -> int:
    from gongkai.checks.rules import rule_of
    from gongkai.output import rule_lines, rule_to_dict, rules_lines, rules_to_list, to_json

    if options.rule:
        rule = rule_of(options.rule)
        if options.json:
            put(to_json(rule_to_dict(rule)))
        else:
            show(rule_lines(rule))
    elif options.json:
        put(to_json(rules_to_list(options.edition, options.all)))
    else:
        show(rules_lines(options.edition, options.all))
    return CLEAN


def run_adopt(options: argparse.Namespace) -> int:
    from gongkai.cli.adopting import run

    return run(options)


def run_export(options: argparse.Namespace) -> int:
    from gongkai.cli.exporting import run

    return run(options)


def run_numbers(options: argparse.Namespace) -> int:
    from gongkai.cli.adopting import run_numbers

    return run_numbers(options)


def run_fill_blanks(options: argparse.Namespace) -> int:
    from gongkai.cli.adopting import run_fill_blanks

    return run_fill_blanks(options)


def run_template(options: argparse.Namespace) -> int:
    from gongkai.workbook import copy_template

    target = copy_template(options.output, batch=options.batch, overwrite=options.force)
    with written(target):
        show([f"已写入 {target}"])
    return CLEAN


def run_demo(options: argparse.Namespace) -> int:
    from gongkai.demo import run

    if options.output.exists() and not options.output.is_dir():
        raise WorkbookError(f"{options.output.name}不是文件夹，没有写入；请用 -o 另选一个文件夹。")
    show(run(options.output))
    return CLEAN


def run_conformance(options: argparse.Namespace) -> int:
    from gongkai.demo import EXPECTED, write_conformance

    count = write_conformance(options.folder, options.force)
    show([f"已写入{count}份文件和应得的结果（{EXPECTED}）：{options.folder}"])
    return CLEAN


def run_addin(options: argparse.Namespace) -> int:
    from gongkai.addin import run

    lines, complete = run(options.action)
    show(lines)
    return CLEAN if complete else ERRORS
