"""Twenty varied reports to be published: both layouts, long sections, blanks, hostile texts."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from gongkai.editions import all_editions, form
from gongkai.model import Entry, Report, Table, Value
from helpers.made import consistent, older, report_of

BODIES = ("青溪县人民政府", "青溪县教育局", "云阳市安澜区人民政府", "平阳县万全镇人民政府")
SENTENCES = (
    "（一）主动公开。全年主动公开政府信息{0}条，其中规范性文件{1}件。",
    "（二）依申请公开",
    "收到申请{0}件，上年结转{1}件，均按时答复；答复率100%。",
    "1.公开平台：网站、微信公众号“青溪发布”，阅读量１２３４５次。",
    "建立①审核、②发布、③检查三项制度，Ⅱ类信息{0}条。",
    "年内未因政府信息公开工作受到责任追究 。　考核结果为“优秀”。",
)
HOSTILE = (
    "<script>alert(1)</script><b>不足</b>&amp;&lt;i&gt;",
    "{{ 表二 }}{% raw %}{{机关}}",
    "=1+1 @SUM(A1) HYPERLINK(1)",
    '"><td>9</td><w:t>9</w:t>]]>&#x31;',
    "甲\u202e乙\u200b丙\x00丁\x1b[31m\ufffe",
    "_x000D_ \\o {PAGE} INCLUDETEXT",
)

# Field of a template -> the heading above it.
HEADINGS = {
    "一": "一、总体情况",
    "表二": "二、主动公开政府信息情况",
    "表三": "三、收到和处理政府信息公开申请情况",
    "表四": "四、政府信息公开行政复议、行政诉讼情况",
    "五": "五、存在的主要问题及改进情况",
    "六": "六、其他需要报告的事项",
}


def sections_of(random: Random, longest: int) -> dict[int, str]:
    found = {}
    for number in (1, 5, 6):
        lines = []
        for _ in range(random.randint(1, longest)):
            sentence = random.choice((*SENTENCES, *HOSTILE))
            if sentence in SENTENCES:
                sentence = sentence.format(random.randint(0, 900), random.randint(0, 9))
            lines.append(sentence * random.choice((1, 1, 3)))
        found[number] = "\n".join(lines)
    return found


def varied(seed: int) -> Report:
    """Report number ``seed``: every second one of 2019's layout, every third one long, every fourth
    one with blanks.
    """
    random = Random(seed)
    edition, year = ("2019", 2020) if seed % 2 else ("2021", 2021 + seed % 4)
    body = random.choice(BODIES)
    report = older() if edition == "2019" else report_of(year=year)
    values: dict[str, Value] = dict(consistent(random, edition, 10 ** random.randint(1, 6)))
    if seed % 4 == 0:
        for cell in random.sample(sorted(values), 40):
            values[cell] = None
    layout = form(edition, "applications")
    tables = dict(report.tables)
    tables["applications"] = Table(layout, {cell: Entry(cell, values[cell]) for cell in values})
    return replace(
        report,
        title=random.choice(("", f"{body}{year}年政府信息公开工作年度报告", "年报")),
        agency=body,
        year=year,
        tables=tables,
        sections=sections_of(random, 40 if seed % 3 == 0 else 4),
        opening=random.choice(("", "根据《中华人民共和国政府信息公开条例》第五十条，编制本报告。")),
        published=random.choice(("", f"{year + 1}-01-05", f"{year + 1}-12-31")),
    )


def plain_report() -> Report:
    """A sound report against which nothing stands."""
    texts = {1: "（一）主动公开。全年公开123条。\n运转正常。", 5: "宣传不够。", 6: "无。"}
    return replace(report_of(), sections=texts, opening="现公布本机关年度报告。")


def figure_cells(report: Report) -> int:
    """The number of figures of the three tables, blanks among them."""
    return sum(
        len(all_editions()[one.edition].forms[one.id].cells) for one in report.tables.values()
    )
