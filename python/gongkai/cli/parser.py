"""The words of a command line -> its options; argparse in Chinese."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

from gongkai import __version__
from gongkai.cli.console import UNREADABLE, put, tell

LIST, LINES, OBJECT = "list", "lines", "object"  # what ``options.json`` says; "" for people

CHECK_WRITE = "check --write"  # what ``options.command`` says of it: a command of its own
# As gongkai.batch has them; the command must not import it to show its help.
PER_HOST, PAUSE = 2, 1.0
MOST_BOOKS = 2_000  # sources of a list, beyond which fewer workbooks are made
MOST_PER_HOST, LONGEST_PAUSE = 8, 600  # that may be asked for; seconds
SOURCE_HELP = (
    "网址（http、https），网页、PDF、Word、Excel 或文本文件，本工具的工作簿；- 表示标准输入"
)


def build_parser() -> argparse.ArgumentParser:
    parser = ChineseParser(
        prog="gongkai",
        description="政府信息公开工作年度报告：读取、校验勾稽关系、填入工作簿并标出不符的单元格。",
        epilog="退出码：0 没有错误；1 有勾稽错误（包括可能是读取有误的）；2 有来源无法读取，"
        "或没有读出数字；"
        "来源不止一个的（包括文件夹中的文件），取其中最大的退出码。",
    )
    parser.add_argument(
        "--version", action="version", version=f"gongkai {__version__}", help="显示版本"
    )
    commands = parser.add_subparsers(title="命令", metavar="命令", dest="command", required=True)
    add_reports(commands)
    add_new(commands)
    add_decisions(commands)
    add_batch(commands)
    add_levels(commands)
    add_years(commands)
    add_others(commands)
    return parser


Commands = argparse._SubParsersAction  # argparse has no public name for it


def add_command(commands: Commands[ChineseParser], name: str, text: str) -> ChineseParser:
    return commands.add_parser(name, help=text, description=f"{text}。")


def add_reports(commands: Commands[ChineseParser]) -> None:
    read = add_command(commands, "read", "读取报告，显示三张表的数字")
    check = add_command(
        commands,
        "check",
        "校验报告的勾稽关系、正文和格式；同一机关连续几年的报告一起给出时，还作跨年核对",
    )
    for command in (read, check):
        command.add_argument(
            "sources", nargs="+", metavar="来源", help=f"{SOURCE_HELP}；存放报告的文件夹"
        )
        add_json_forms(command)
        add_part(command)
        add_access(command)
    check.add_argument(
        "--write",
        dest="command",
        action="store_const",
        const=CHECK_WRITE,
        default=argparse.SUPPRESS,
        help="来源是本工具的工作簿：校验并写回，上一版另存一份",
    )
    check.add_argument("--yes", action="store_true", help="与 --write 同用：需要还原表格时不再询问")
    read.add_argument(
        "--parts",
        action="store_true",
        help="只列出来源中有表格的各部分（几份报告、附表），不读取数字",
    )

    fill = add_command(commands, "fill", "读取报告，填入工作簿并标出问题")
    fill.add_argument("source", metavar="来源", help=SOURCE_HELP)
    add_output(fill, "生成的工作簿：.xlsx，带宏的.xlsm，或.ods")
    add_force(fill)
    fill.add_argument(
        "--template",
        default="",
        metavar="文件",
        help="使用自行修改过的模板（默认使用官方格式的模板）",
    )
    fill.add_argument("--json", action="store_true", help="输出 JSON")
    add_part(fill)
    add_access(fill)

    add_export(commands)
    add_publish(commands)

    beside = add_command(commands, "compare", "两年或两个版本的报告逐格、逐句对比，写成表格或文档")
    beside.add_argument("first", metavar="甲", help=f"前一份；{SOURCE_HELP}")
    beside.add_argument("second", metavar="乙", help="后一份")
    add_output(beside, "要写的文件：.docx或.xlsx")
    add_force(beside)
    add_access(beside)

    adopt = add_command(
        commands, "adopt", "列出工作簿中的改正建议，或采纳其中几条，原来的数记入修改记录"
    )
    add_workbook(adopt)
    adopt.add_argument(
        "choices",
        nargs="*",
        type=number_and_alternative,
        metavar="序号",
        help="“校验结果”中的序号；有几种改法的写成 序号=方案，如 3=2；不写则只列出建议",
    )

    numbers = add_command(
        commands, "numbers", "把工作簿中存成文本的数字改成数字，原来的文本记入修改记录"
    )
    add_workbook(numbers)

    blanks = add_command(
        commands, "fill-blanks", "把工作簿中按勾稽关系只能是0的空白填为0，记入修改记录"
    )
    add_workbook(blanks)
    blanks.add_argument("--all", action="store_true", help="其余空白也填0（请先确认实际均为0）")
    blanks.add_argument("--signs", action="store_true", help="填“/”“—”“无”等符号的也算空白")
    blanks.add_argument("--undo", action="store_true", help="撤销上一次填的0")

    totals = add_command(
        commands, "totals", "把工作簿中空白的总计填为各项之和（各项都已填写的），记入修改记录"
    )
    add_workbook(totals)
    totals.add_argument("--undo", action="store_true", help="撤销上一次填的总计")


def add_new(commands: Commands[ChineseParser]) -> None:
    new = add_command(commands, "new", "起草新一年的报告：由上年报告带入数字，或从空白开始")
    new.add_argument("--from", dest="source", default="", metavar="上年报告", help=SOURCE_HELP)
    new.add_argument(
        "--ledger", default="", metavar="台账", help="依申请公开的台账（.xlsx等）：表三按它计数"
    )
    new.add_argument(
        "--ledger-template", action="store_true", help="只写一份空白的台账，各栏可从列表选择"
    )
    new.add_argument(
        "--agency", default="", metavar="机关", help="机关名称（没有上年报告，或名称已变更时写明）"
    )
    new.add_argument(
        "--year",
        type=year_number,
        default=None,
        metavar="年度",
        help="新报告的年度（默认为上年报告的下一年）",
    )
    add_output(new, "生成的工作簿：.xlsx，带宏的.xlsm，或.ods")
    add_force(new)
    add_part(new)
    add_access(new)


def add_publish(commands: Commands[ChineseParser]) -> None:
    publish = add_command(
        commands,
        "publish",
        "生成发布稿：Word文档、网页或PDF，生成后重新读取，与报告逐格核对，一致的才保存",
    )
    publish.add_argument("source", metavar="来源", help=SOURCE_HELP)
    add_output(publish, "要写的文件：.docx、.html或.pdf（要用LibreOffice）")
    publish.add_argument(
        "--draft", action="store_true", help="还有错误或待改写的文字时也生成，每页标明“草稿”"
    )
    publish.add_argument(
        "--fragment", action="store_true", help="只生成网页的正文部分，供粘贴到网站的编辑器"
    )
    publish.add_argument(
        "--template",
        default="",
        metavar="文件",
        help="用自己的模板（.docx；.html要装jinja2），其中{{标题}}、{{表二}}等字段换成报告的内容",
    )
    add_force(publish)
    add_part(publish)
    add_access(publish)


def add_output(command: ChineseParser, text: str, metavar: str = "文件") -> None:
    command.add_argument(
        "-o", "--output", type=file_name, required=True, metavar=metavar, help=text
    )


def add_force(command: ChineseParser) -> None:
    command.add_argument("--force", action="store_true", help="文件已存在时覆盖")


def add_workbook(command: ChineseParser) -> None:
    command.add_argument(
        "workbook", metavar="工作簿", help="由 gongkai fill 或 new 生成的工作簿（.xlsx、.xlsm）"
    )


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
    cache.add_argument("--refresh", action="store_true", help="不使用缓存，重新取得网页")
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
        command = add_command(commands, name, text)
        command.add_argument(
            "source", metavar="文件", help="报告所在的文件；处理记在它旁边的“….处理.json”中"
        )
        command.add_argument(
            "numbers",
            nargs="+",
            metavar="序号",
            help="check 所列的序号或编号（12位）",
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
            "--levels", default="", metavar="下级", help="处理 levels 核对的问题时，给出下级的报告"
        )
        command.add_argument("--names", default="", metavar="名单", help="同 levels 的 --names")
        command.add_argument(
            "--reason", default="", metavar="理由", help="为什么这样处理（dismiss 必须写明）"
        )
        command.add_argument("--undo", action="store_true", help="撤销以前所作的处理")


def add_batch(commands: Commands[ChineseParser]) -> None:
    batch = add_command(
        commands, "batch", "批量导入：每份报告存为一个工作簿，并汇总；中断后可接着导入"
    )
    batch.add_argument(
        "list",
        metavar="名单",
        help=(
            "文本文件（每行一个网址或文件路径，# 开头的行是备注）、存放报告的文件夹，"
            "或列有年报的目录页网址"
        ),
    )
    add_output(batch, "存放工作簿和汇总的文件夹", "文件夹")
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
    batch.add_argument(
        "--workbooks",
        choices=("all", "errors", "none"),
        metavar="哪些",
        help="生成哪些报告的工作簿：all 全部、errors 有错误的、none 不生成"
        f"（默认全部；名单超过{MOST_BOOKS}行时只生成有错误的）",
    )
    batch.add_argument(
        "--scheduler",
        default="",
        metavar="地址",
        help="由几台电脑一起读取：dask 调度器的地址，如 tcp://10.0.0.1:8786；"
        "各台电脑都要先运行 pip install gongkai[cluster]",
    )
    batch.add_argument("--json", action="store_true", help="输出 JSON")
    add_access(batch)


def add_export(commands: Commands[ChineseParser]) -> None:
    export = add_command(
        commands, "export", "把报告、或批量导入的全部结果的数字写成表格，每个数字一行"
    )
    export.add_argument("source", metavar="来源", help=f"{SOURCE_HELP}；或批量导入的文件夹")
    export.add_argument(
        "body", nargs="?", metavar="机关", help="只取其中这个机关的报告，写成工作簿"
    )
    export.add_argument("--year", type=int, metavar="年度", help="机关有几年的报告时，取哪一年的")
    add_output(
        export,
        "生成的文件：.csv、.xlsx 或 .json；批量导入的结果：.csv、.xlsx、.sqlite、.parquet 或 .dta",
    )
    export.add_argument("--wide", action="store_true", help="批量导入的结果每份报告一行")
    add_force(export)
    add_part(export)
    add_access(export)


def add_levels(commands: Commands[ChineseParser]) -> None:
    levels = add_command(commands, "levels", "把政府的报告与所属各机关的报告之和逐格核对")
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
        help="把逐格核对写成表格（.csv、.xlsx、.json）",
    )
    add_force(levels)
    levels.add_argument("--json", action="store_true", help="输出 JSON")
    add_access(levels)


def add_years(commands: Commands[ChineseParser]) -> None:
    years = add_command(commands, "years", "同一机关连续几年的报告互相核对，逐条列出不符的数字")
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
    add_force(years)
    years.add_argument("--json", action="store_true", help="输出 JSON")
    years.set_defaults(part=0)
    add_access(years)


def add_others(commands: Commands[ChineseParser]) -> None:
    rules = add_command(commands, "rules", "列出勾稽关系和其他规则，或说明一项规则")
    rules.add_argument(
        "rule", nargs="?", default="", metavar="编号", help="说明这一项：含义、依据、例子、处理办法"
    )
    rules.add_argument("--all", action="store_true", help="勾稽关系之外的检查和提示也列出")
    rules.add_argument(
        "--edition", default="2021", choices=("2019", "2021"), help="格式的年份（默认 2021）"
    )
    rules.add_argument("--json", action="store_true", help="输出 JSON")

    template = add_command(commands, "template", "另存一份空白工作簿")
    add_output(template, "生成的工作簿：.xlsx，或带宏的.xlsm")
    template.add_argument(
        "--batch", action="store_true", help="批量导入用的工作簿：有“批量导入”和“汇总”，没有报告"
    )
    add_force(template)

    demo = add_command(commands, "demo", "演示：从本机网页导入一份真实报告")
    demo.add_argument(
        "-o",
        "--output",
        type=file_name,
        default="gongkai-demo",
        metavar="文件夹",
        help="存放结果的文件夹（默认 gongkai-demo）",
    )

    conformance = add_command(
        commands, "conformance", "写出一套带有差错的文件和应得的结果，用于校验导入程序"
    )
    conformance.add_argument(
        "folder", type=file_name, metavar="文件夹", help="存放这套文件的文件夹"
    )
    add_force(conformance)

    addin = add_command(commands, "addin", "安装、卸载或检查Excel加载项或LibreOffice扩展")
    addin.add_argument(
        "action",
        choices=("install", "uninstall", "status"),
        metavar="操作",
        help="install 安装或更新，uninstall 卸载并恢复原状，status 检查缺什么",
    )
    addin.add_argument(
        "--libreoffice",
        action="store_true",
        help="LibreOffice的扩展（Windows、苹果电脑、Linux），不写则是Excel的加载项",
    )


def add_json_forms(command: ChineseParser) -> None:
    forms = command.add_mutually_exclusive_group()
    texts = {
        "--json": (LIST, "输出 JSON：一个列表，每个来源一项，只有一个来源时也是列表"),
        "--jsonl": (
            LINES,
            "输出 JSON，每个来源一行（check 有几个来源时，各行在跨年核对之后一并输出）",
        ),
        "--json-object": (
            OBJECT,
            "同 --json，但只有一个来源时不用列表（旧写法，下一版取消，请改用 --json）",
        ),
    }
    for name, (form, text) in texts.items():
        forms.add_argument(
            name, dest="json", action="store_const", const=form, default="", help=text
        )


def requests_at_a_time(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_PER_HOST:
        raise argparse.ArgumentTypeError(f"“{text}”不是1到{MOST_PER_HOST}的整数")
    return int(text)


def year_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise argparse.ArgumentTypeError(f"“{text}”不是四位数字的年度")
    return int(text)


def seconds(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1
    if not 0 <= found <= LONGEST_PAUSE:
        raise argparse.ArgumentTypeError(f"“{text}”不是0到{LONGEST_PAUSE}的秒数")
    return found


# --- argparse in Chinese --------------------------------------------------------------------------

MOST_DIGITS = 4  # of the number of a finding
NUMBER = re.compile(rf"(?!0+(?:=|$))\d{{1,{MOST_DIGITS}}}")  # 3; not 0
NUMBERS = re.compile(f"{NUMBER.pattern}(?:={NUMBER.pattern})?")  # 3, 3=2


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
        """argparse's own passes over an output that fails; help and version go to standard
        output.
        """
        if file is sys.stdout:
            put(message.rstrip("\n"))
        else:
            tell(message)


def file_name(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("没有给出文件名")
    return Path(text)


def part_number(text: str) -> int:
    if not NUMBER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"“{text}”不是序号；请写数字，如 2")
    return int(text)


def number_and_alternative(text: str) -> tuple[int, int]:
    """``3`` -> (3, 0), ``3=2`` -> (3, 2)."""
    if not NUMBERS.fullmatch(text):
        raise argparse.ArgumentTypeError(f"“{text}”不是序号；请写数字，如 3 或 3=2")
    number, _, alternative = text.partition("=")
    return int(number), int(alternative or 0)
