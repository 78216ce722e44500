"""What the macros say: VBA source holds no Chinese, so its texts stand on the hidden sheet.

Each sentence says what is wrong and what to do. The text of an error from Excel follows a colon at
the end.
"""

from __future__ import annotations

from collections.abc import Mapping

ESC, STOP = "按Esc键停下", "点“停止”停下"  # how a person stops in Excel, and in LibreOffice

MESSAGES: Mapping[str, str] = {
    "title": "政府信息公开年报",
    "no_xlwings": "没有找到xlwings加载项，按钮不能运行，工作簿没有改动。"
    "请在命令行运行 gongkai addin install，"
    "然后关闭所有Excel窗口，重新打开再试。",
    "no_python": "Python没有运行，这一步没有做。请在命令行运行 gongkai addin status，"
    "按它的提示装好所缺的部分，"
    "然后重新打开Excel再试。",
    "no_workbook": "没有可以使用的工作簿。"
    "窗口上方如有“启用编辑”，请在此选“否”，点“启用编辑”后再试。"
    "是否新建一个年报工作簿？",
    "not_report": "当前工作簿不是本工具的年报工作簿，没有改动。是否新建一个年报工作簿？",
    "no_template": "没有找到年报工作簿的模板，不能新建。"
    "请在命令行运行 gongkai addin install 后再试，"
    "或运行 gongkai template 生成一个空白工作簿。",
    "protected": (
        "工作簿是只读的，或处在“受保护的视图”，不能写入。请先点“启用编辑”，或另存一份后再试。"
    ),
    "python_error": (
        "运行出错，这一步没有完成。请再试一次；如果仍然出错，请点“关于/诊断”查看缺什么。出错信息："
    ),
    "stopped": "已经停下，做完的部分都已保留。再点一次同一个按钮，就从停下的地方继续。",
    "busy": "上一个操作还没有结束。要停下它吗？做完的部分都会保留。",
    "unsafe": "这个工作簿或它所在的文件夹带有xlwings的设置，可能运行别人的程序，所以没有运行。"
    "请把xlwings.conf移走，或在由模板新建的工作簿中操作；"
    "您自己的设置请写在用户文件夹的.xlwings中。",
    "odd_name": (
        "工作簿的文件名中有等号，Python找不到它，这一步没有做。请另存为不含等号的文件名，再试一次。"
    ),
    "too_long": "网址或路径太长，没有导入。请检查“网址”框中粘贴的是不是一个网址。",
    "mac_functions": "苹果电脑上的Excel不能使用这些函数，请改用“政府信息公开”选项卡中的按钮。",
    "function_error": (
        "函数没有算出结果，请核对参数后再试；如果仍然出错，请点“关于/诊断”查看缺什么。出错信息："
    ),
    "function_cell": "这个函数只能写在单元格里，请在单元格中输入公式。",
    "function_no_xlwings": (
        "没有找到xlwings加载项，函数不能计算。请在命令行运行 gongkai addin install，重新打开Excel。"
    ),
    "automation": (
        "Excel由其他程序启动，没有载入加载项。请关闭Excel，从开始菜单或桌面重新打开，再试一次。"
    ),
    "choose_file": "选择年报文件（网页、PDF、Word、Excel、文本，或由本工具生成的工作簿）",
    "save_as": "另存为",
    "file_filter": "年报文件（网页、PDF、Word、Excel、文本）,"
    "*.htm;*.html;*.pdf;*.docx;*.doc;*.wps;*.rtf;*.xlsx;*.xlsm;*.xls;*.et;*.ods;"
    "*.txt;*.csv;*.mht;*.mhtml,"
    "所有文件 (*.*),*.*",
    "save_workbook": "Excel工作簿，不含宏 (*.xlsx),*.xlsx,启用宏的工作簿 (*.xlsm),*.xlsm",
    "save_csv": "CSV文件 (*.csv),*.csv",
    "save_json": "JSON文件 (*.json),*.json",
    "save_document": "Word文档 (*.docx),*.docx,网页 (*.html),*.html,PDF (*.pdf),*.pdf,"
    "Excel工作簿 (*.xlsx),*.xlsx",
    "save_any": "所有文件 (*.*),*.*",
    "running": "正在运行，请稍候；按Esc键停下……",
    # A sign, and its likeness among the characters that a message box can show.
    "signs": "✓√✗×",
    # Of the diagnosis what is known without Python; the words in braces are put in by the macro.
    "facts": "不经过Python能知道的情况：\n宏的版本：{version}\n宏所在的文件：{file}\n"
    "Excel：{excel}　{system}\n"
    "xlwings加载项：{xlwings}",
    "facts_only": "要看Python方面的情况，请打开一个年报工作簿后再点“关于/诊断”。",
    "not_loaded": "没有载入",
}

# What the extension for LibreOffice says: sentences of the macros where they are true there, and
# its own. The words in braces are put in by the extension.
# By the suffix of a suggested name, the sentence with the formats to choose from; of others
# "save_any". GkSavePath's cases are made of it too.
SAVE_FILTERS: Mapping[str, str] = {
    "xlsx": "save_workbook",
    "xlsm": "save_workbook",
    "csv": "save_csv",
    "json": "save_json",
    "docx": "save_document",
}
SHARED = (
    "title", "not_report", "python_error", "stopped", "busy", "too_long",
    "function_error", "choose_file", "save_as", "file_filter", "save_workbook", "save_csv",
    "save_json", "save_document", "save_any",
)  # fmt: skip
CHECK_STATUS = "请在命令行运行 gongkai addin status --libreoffice，按它的提示处理后再试。"
OFFICE_MESSAGES: Mapping[str, str] = {
    **{key: MESSAGES[key] for key in SHARED},
    "no_template": "没有找到年报工作簿的模板，不能新建。请重新安装gongkai后再试。",
    "protected": "工作簿是只读的，不能写入。请先点窗口上方的“编辑文档”，或另存一份后再试。",
    "no_settings": "没有找到gongkai的设置（{file}），这一步没有做。"
    "请在命令行运行 gongkai addin install --libreoffice，再试一次。",
    "no_python_file": f"Python（{{python}}）不能启动，这一步没有做。{CHECK_STATUS}",
    "no_gongkai": f"Python（{{python}}）没有运行gongkai，这一步没有做。{CHECK_STATUS}",
    "slow_start": "gongkai在15秒内没有启动（{python}），这一步没有做。"
    f"请再试一次；仍然这样，{CHECK_STATUS}",
    "running": "正在运行，请稍候；要停下，请点“停止”。",
    "stop": "停止",
    "stop_tip": "停下正在运行的命令。",
    "undone": "已经停下，工作簿恢复原样。",
    "died": "gongkai意外中止，这一步没有做完。已写入的内容可以用“撤销”一次恢复；请再试一次。",
    "facts": "不经过Python能知道的情况：\n扩展的版本：{version}\n"
    "LibreOffice：{office}\n设置：{file}",
}
