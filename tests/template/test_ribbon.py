"""The ribbon, the macros and the commands, held against each other."""

from __future__ import annotations

import re
from collections import Counter

from buttons import BUTTONS
from gongkai.excel.commands import COMMANDS
from helpers.excel.ribbon import BUTTON_MACROS, CONTROLS, TAB, TAGS
from macros import macro_modules

# Names from Office's own lists of icons; any other shows nothing, without a word.
KNOWN_ICONS = {
    "CalculateNow",
    "Delete",
    "AutoSum",
    "ChartInsert",
    "ClearFormats",
    "ConvertTableToText",
    "ConvertTextToTable",
    "CopyToFolder",
    "FileNew",
    "FileOpen",
    "FileSaveAs",
    "FileSaveAsWordDocx",
    "FillDown",
    "FillRight",
    "FillUp",
    "FindNext",
    "FunctionWizard",
    "Help",
    "HyperlinkInsert",
    "Info",
    "Lock",
    "PrintAreaMenu",
    "RefreshAll",
    "ReplaceDialog",
    "ReviewAcceptChange",
    "ReviewCompareTwoVersions",
    "SheetProtect",
    "TableExcelSpreadsheetInsert",
    "Undo",
    "ViewVisualBasicCode",
}
EXPORTS = ["导出", "CSV文件", "JSON文件"]
BLANKS = ["空白填0", "填推定的0", "全部空白填0", "空白和符号填0", "撤销空白填0"]
TOTALS = ["填总计", "撤销填总计"]
PRESSED = [node for node in CONTROLS if node.get("onAction")]
# What Office passes to a callback: (control), (control, text), (control, ByRef returnedVal).
CALLBACKS = {
    "onLoad": "ribbon As IRibbonUI",
    "onAction": "control As IRibbonControl",
    "onChange": "control As IRibbonControl, text As String",
    "getText": "control As IRibbonControl, ByRef returnedVal",
    "getVisible": "control As IRibbonControl, ByRef returnedVal",
}


def test_tags_macros_and_commands_agree() -> None:
    assert sorted(TAGS) == sorted(COMMANDS)
    assert sorted(BUTTON_MACROS.values()) == sorted(COMMANDS)
    [listed] = re.findall(
        r'Const TASKS As String = ((?:"[^"]*"(?: & _\s+)?)+)', macro_modules()["GkSeam"]
    )
    tasks = "".join(re.findall(r'"([^"]*)"', listed))
    assert sorted(tasks.split()) == sorted(COMMANDS)
    assert tasks == f" {' '.join(tasks.split())} "


def test_a_macro_is_called_as_its_command() -> None:
    special = {"batch": "GkBatchImport"}
    for macro, tag in BUTTON_MACROS.items():
        assert macro == special.get(
            tag, "Gk" + "".join(word.capitalize() for word in tag.split("_"))
        )


def test_the_buttons_of_the_sheets_run_macros() -> None:
    for buttons in BUTTONS.values():
        for _, macro in buttons:
            assert macro in BUTTON_MACROS


def test_every_callback_is_there_as_office_calls_it() -> None:
    source = macro_modules()["GkRibbon"]
    for node in [TAB.getroottree().getroot(), TAB, *CONTROLS]:
        for attribute, parameters in CALLBACKS.items():
            if name := node.get(attribute):
                assert f"Public Sub {name}({parameters})\n" in source
        assert {name for name in node.attrib if name.startswith(("on", "get"))} <= set(CALLBACKS)


def test_the_groups_are_those_of_the_manual() -> None:
    groups = {
        group.get("label"): [
            node.get("label") for node in group.iter("{*}editBox", "{*}button", "{*}menu")
        ]
        for group in TAB.iterfind("{*}group")
    }
    assert TAB.get("label") == "政府信息公开"
    assert groups == {
        "导入": ["网址", "导入网址", "导入文件", "新建年报", "批量导入", "允许联网函数"],
        "校验": [
            "校验本报告",
            "下一处问题",
            "采纳建议",
            "文本转数字",
            *BLANKS,
            *TOTALS,
            "还原表格",
            "保护表格",
            "清除标记",
        ],
        "结果": ["汇总", "生成发布稿", "对比", *EXPORTS, "另存报告", "打印勾稽校验"],
        "帮助": ["勾稽规则", "使用手册", "关于/诊断"],
    }


def test_ids_and_keytips_are_unique() -> None:
    for attribute in ("id", "keytip"):
        counted = Counter(node.get(attribute) for node in CONTROLS if node.get(attribute))
        assert max(counted.values()) == 1
    keytips = [node.get("keytip") for node in CONTROLS if node.get("keytip")]
    # A keytip that begins another one would shut it out.
    assert not [
        (one, other)
        for one in keytips
        for other in keytips
        if one != other and other.startswith(one)
    ]


def test_every_control_explains_itself() -> None:
    for node in CONTROLS:
        if node.tag.endswith(("}tab", "}group")):
            continue
        assert node.get("keytip")
        assert node.get("screentip")
        assert len(node.get("supertip", "")) >= 10
        in_menu = node.getparent().tag.endswith("}menu")
        if not node.tag.endswith("}editBox") and not in_menu:
            assert node.get("size") == "large"


def test_every_icon_is_one_of_offices() -> None:
    icons = [
        node.get("imageMso") for node in CONTROLS if node.get("tag") or node.tag.endswith("}menu")
    ]
    assert set(icons) == KNOWN_ICONS
    assert max(Counter(icons).values()) == 1


def test_one_callback_takes_every_button() -> None:
    assert {node.get("onAction") for node in PRESSED} == {"GkAction"}
    assert len(PRESSED) == len(TAGS)
