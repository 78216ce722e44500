"""Builds the template, the add-in, the extension for LibreOffice and the macros of what is taken
out of the template; ``--check`` only compares.

The same sources give the same bytes: no time, no name of a machine or a user goes in.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "xlsx_addin"), str(ROOT / "python")]

from openpyxl import Workbook  # noqa: E402
from openpyxl.packaging.custom import StringProperty  # noqa: E402
from openpyxl.workbook.defined_name import DefinedName  # noqa: E402
from openpyxl.workbook.properties import CalcProperties  # noqa: E402

from batch_sheets import add_batch, add_summary  # noqa: E402
from buttons import RIBBON, with_buttons  # noqa: E402
from extension import IDL_FILE, build_extension, idl  # noqa: E402
from gongkai.model import Box  # noqa: E402
from gongkai.opc import open_archive  # noqa: E402
from gongkai.opc.package import package_bytes  # noqa: E402
from gongkai.sources.detect import MARK  # noqa: E402
from gongkai.workbook import layout  # noqa: E402
from gongkai.workbook.derived import DROPPED, without_sheets  # noqa: E402
from gongkai.workbook.file import patch_package  # noqa: E402
from gongkai.workbook.live.stored import OpenFile  # noqa: E402
from gongkai.workbook.parts import CALCULATOR  # noqa: E402
from looks import font  # noqa: E402
from macros import PROJECT_PART, addin_modules, macro_modules, of_addin, with_macros  # noqa: E402
from messages import MESSAGES  # noqa: E402
from packages import ADDIN, WORKBOOK, Parts, packed, repaired, unpacked, with_ribbon  # noqa: E402
from plain_sheets import add_cover, add_log, add_prose, add_results  # noqa: E402
from tables import add_table_sheet  # noqa: E402
from tool_sheet import add_settings_sheet, add_tool_sheet  # noqa: E402
from wrappers import function_texts  # noqa: E402

TEMPLATE = ROOT / "workbook_template.xlsm"
ADDIN_FILE = ROOT / "xlsx_addin" / "gongkai.xlam"
EXTENSION = ROOT / "xlsx_addin" / "gongkai.oxt"
MACROS = ROOT / "python" / "gongkai" / "workbook" / "macros"
HIDES = b' getVisible="GkTabVisible"'
TITLE = "政府信息公开工作年度报告数据核对"


def main(arguments: list[str]) -> int:
    built = {TEMPLATE: build_template(), ADDIN_FILE: build_addin()}
    built |= {EXTENSION: build_extension(), IDL_FILE: idl().encode()}
    built |= {MACROS / f"{kind}.bin": build_macros(names) for kind, names in DROPPED.items()}
    if arguments != ["--check"]:
        for path, content in built.items():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        return 0
    differing = [path.name for path, content in built.items() if not same(path, content)]
    if differing:
        print(
            f"{'、'.join(differing)}与其来源不符，请运行 python xlsx_addin/build.py",
            file=sys.stderr,
        )
    return 1 if differing else 0


def same(path: Path, content: bytes) -> bool:
    """A workbook by its parts: another zlib packs them in other bytes."""
    if path.suffix in (".bin", ".idl"):
        return path.is_file() and path.read_bytes() == content
    return path.is_file() and list(unpacked(path.read_bytes()).items()) == list(
        unpacked(content).items()
    )


def build_template() -> bytes:
    """The whole template as bytes."""
    workbook = lay_out()
    parts = with_macros(saved(workbook, WORKBOOK), macro_modules())
    whole = packed(with_buttons(with_ribbon(parts, RIBBON.read_bytes()), workbook))
    book = OpenFile(open_archive(whole))
    shown = patch_package(book, (), TEMPLATE.name)  # what its formulas show
    return packed(unpacked(package_bytes(book.archive, shown)))


def build_macros(dropped: Collection[str]) -> bytes:
    """The template's macros in a workbook without some of its sheets."""
    parts = unpacked(without_sheets(packed(saved(lay_out(), WORKBOOK)), dropped))
    return with_macros(parts, macro_modules())[PROJECT_PART]


def build_addin() -> bytes:
    """The whole add-in. Its tab is always shown: only a workbook's tab gives way."""
    ribbon = RIBBON.read_bytes()
    assert ribbon.count(HIDES) == 1
    parts = with_macros(saved(lay_out_addin(), ADDIN), addin_modules())
    return packed(with_ribbon(parts, of_addin(ribbon.replace(HIDES, b"").decode()).encode()))


def saved(workbook: Workbook, main_type: bytes) -> Parts:
    buffer = BytesIO()
    workbook.save(buffer)
    return repaired(unpacked(buffer.getvalue()), main_type)


def new_workbook() -> Workbook:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.code_name = "ThisWorkbook"
    workbook.properties.creator = "gongkai"
    workbook.properties.title = TITLE
    # Without openpyxl's order to calculate all on loading, for which Excel asks to save on closing.
    workbook.calculation = CalcProperties(calcId=CALCULATOR, fullCalcOnLoad=None)
    workbook._named_styles["Normal"].font = font()  # type: ignore[attr-defined]
    return workbook


def lay_out() -> Workbook:
    workbook = new_workbook()
    workbook.custom_doc_props.append(StringProperty(name=MARK, value="1"))  # type: ignore[attr-defined]
    add_cover(workbook)
    for sheet in layout.table_sheets():
        add_table_sheet(workbook, sheet, hidden=sheet is not layout.newest_sheet(sheet.table))
    add_prose(workbook)
    add_results(workbook)
    add_log(workbook)
    add_batch(workbook)
    add_summary(workbook)
    add_tool_sheet(workbook, sayings())
    add_settings_sheet(workbook)
    for goal, (name, begins) in layout.SHEET_NAMES.items():
        place = layout.absolute(Box(*begins, *begins), name)
        workbook.defined_names.add(DefinedName(goal, attr_text=place))
    workbook.active = 0
    return workbook


def lay_out_addin() -> Workbook:
    """Excel shows no sheet of an add-in; a file must have one that is not hidden all the same."""
    workbook = new_workbook()
    page = workbook.create_sheet("gongkai")
    page.sheet_properties.codeName = "Start"
    page["A1"] = (
        "这是政府信息公开年报的Excel加载项。请不要直接打开，请用 gongkai addin install 安装。"
    )
    add_tool_sheet(workbook, sayings())
    workbook.active = 0
    return workbook


def sayings() -> Mapping[str, str]:
    return {**MESSAGES, **function_texts()}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
