"""Report, findings -> why it may not be published yet, and what is said of it once it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from gongkai import decisions, editions, figures, pipeline, spreadsheets, sums, system, wording
from gongkai.model import Finding, Report, Section
from gongkai.publish.content import paragraphs_of, title_lines
from gongkai.workbook import file, reading, remarks

FORMULA = re.compile(r"^=", re.MULTILINE)
MOST_BESIDE = 10  # remarks beside the tables, named
MOST_REASONS = 3  # that a refusal names; the others are counted
# What readers of pages and documents leave out of prose, and do not list.
FROM_SOURCE = (
    "请核对：来源不是工作簿，正文由程序读出，其中的图片、附件没有印出；请对照原文逐段核对。"
)
RAISED = re.compile(r"[^\s。，；]{0,4}[\^\ufffc][^\s。，；]{1,6}")  # 积5^2^千米
# What a font of signs shows and nobody can read: 尾□5.
UNREAD = re.compile("[^\\s。，；]{0,4}[\ue000-\uf8ff\ufffd][^\\s。，；]{0,6}")
UNCERTAIN = "请核对：这些格是公式，数字取自文件上次保存的结果：{}。"
SIGNED_OTHERWISE = "请核对：署名照第六部分末尾的文字印出，没有另印机关和日期"
# Notes on what the report is and on figures that are printed in another unit than they stood in.
TOLD_NOTES = (
    "plausibility.period",
    "plausibility.published",
    "plausibility.amount",
    "plausibility.unwritten",
    "coverage.edition",
    "coverage.converted",
    "coverage.unit",
)
TOLD_APART = ("plausibility.named", "title")  # with the title that is printed in its place
OPEN_ELSEWHERE = "请核对：{}可能正在表格软件中打开，没有保存的改动不在发布稿中。"
DONE = "发布稿与{}逐格一致，{}格。已写入 {}"
ADVICE = "请改正，或对确认无误的问题注明理由后忽略，再生成"


# --- why not yet ----------------------------------------------------------------------------------


def refusal(report: Report, findings: Sequence[Finding]) -> str:
    """The sentence that says why a report may not be published, and what to do; "" where it may.

    没有生成发布稿：年度没有填写；表四没有数据；…；另有2项。请改正，…
    """
    told = hindrances(report, findings)
    return f"没有生成发布稿：{told}。{ADVICE}。" if told else ""


def hindrances(report: Report, findings: Sequence[Finding]) -> str:
    """The first things that stand against it, and how many others do; "" for none."""
    reasons = list(reasons_against(report, findings))
    left = len(reasons) - MOST_REASONS
    more = f"；另有{left}处" if left > 0 else ""
    return "；".join(reasons[:MOST_REASONS]) + more


def reasons_against(report: Report, findings: Sequence[Finding]) -> Iterator[str]:
    if not report.agency or wording.unwritten.is_unnamed(report.agency, told_of_itself(report)):
        yield "机关没有填写"
    if not report.year:
        yield "年度没有填写"
    for section in editions.edition_of_year(report.year).sections:
        yield from missing_in(report, section)
    marked = wording.unwritten.parts_marked(wording.unwritten.parts_of(report))
    for mark, parts in marked.items():
        yield f"{wording.some_of(parts, MOST_REASONS)}中还有{mark}"
    yield from unread_in(report)
    if has_formulas(report):
        yield "标题或正文中有公式没有计算结果或者出错（请在表格软件中重新计算、改正后保存）"
    for finding in findings:
        if stands_against(finding):
            yield told_of(finding)


def told_of_itself(report: Report) -> str:
    """Title, opening and the last lines, where it is signed: where its body is named."""
    ending = report.sections.get(wording.prose.LAST, "").rstrip().split("\n")
    last = ending[-wording.prose.LAST_LINES :]
    return "\n".join((report.title, report.opening, *last))


def told_of(finding: Finding) -> str:
    """A finding in one line; of a table that was not read with the cause: 表二没有读出任何数字
    （“表二”的第4行与官方表格不同：…）.
    """
    says, why = (line.rstrip("。") for line in finding.lines)
    return f"{says}（{why}）" if why and finding.rule.startswith("coverage.") else says


def has_formulas(report: Report) -> bool:
    """Whether prose shows the error of a formula, or in the file of a workbook the formula itself:
    ="共"&SUM(B4:B5), which no program has calculated. On a page =1+1 is a text.
    """
    told = "\n".join((report.title, report.opening, *report.sections.values()))
    of_file = report.document is not None and wording.is_workbook(report)
    if of_file and FORMULA.search(told):
        return True
    return any(error in told for error in spreadsheets.ERRORS)


def unread_in(report: Report) -> Iterator[str]:
    """表二 行政许可填“约100”: printed, it would be a blank."""
    for table in report.tables.values():
        for cell in table.form.cells.values():
            entry = table.entries[cell.id]
            if figures.clean(entry.raw) and sums.is_unread(entry, cell.column.unit):
                place = wording.phrases.where(table.form, (cell.id,))
                yield f"{place}的“{wording.clipped(entry.raw)}”没有读作数字"


def missing_in(report: Report, section: Section) -> Iterator[str]:
    if section.table:
        if section.table not in report.tables:
            form = editions.edition_of_year(report.year).forms[section.table]
            yield f"{form.number}没有数据"
    elif not paragraphs_of(wording.prose.own_text(report, section.number)):
        yield f"“{section.title}”没有文字"


def stands_against(finding: Finding) -> bool:
    """Whether a finding keeps a report from being published: it is grave, or it was, and was set
    aside without a reason.
    """
    if decisions.is_open(finding):
        return decisions.is_grave(finding)
    decision = finding.decision
    has_reason = decision is not None and bool(decision.reason.strip())
    return finding.severity == "error" and not has_reason


# --- what is said ---------------------------------------------------------------------------------


def done_lines(
    report: Report, findings: Sequence[Finding], count: int, target: Path
) -> Iterator[str]:
    """What is said once a document is written; ``count`` figures were read back equal."""
    if wording.is_workbook(report):
        yield DONE.format("工作簿", count, target)
        yield from open_elsewhere(report)
    else:
        yield DONE.format("报告", count, target)
        yield from source_lines(report)
        yield from parts_told(findings)
    yield from printed_otherwise(report)
    yield from to_be_checked(report, findings)


def open_elsewhere(report: Report) -> Iterator[str]:
    """What a spreadsheet program that has the file open may not have saved yet."""
    path = Path(report.document.origin) if report.document else None
    if path is not None and system.open_elsewhere(path):
        yield OPEN_ELSEWHERE.format(path.name)


def source_lines(report: Report) -> Iterator[str]:
    """What the prose of a page or document loses, and that raised figures are not: 5^2^千米."""
    yield FROM_SOURCE
    if report.left_out:
        yield f"请核对：来源中的{wording.left_out_text(report.left_out, '印出')}。"
    if report.revised:
        yield f"请核对：来源{wording.revised_text(report.revised, '印出')}。"
    told = "\n".join((report.opening, *report.sections.values()))
    unread = UNREAD.findall(told)
    if unread:
        yield f"请核对：来源中这些地方有不能识别的符号，请对照原文改正：{quoted(unread)}。"
    raised = RAISED.findall(told)
    if raised:
        yield f"请核对：来源中的上标、下标或看不见的字印作普通文字：{quoted(raised)}。"


def parts_told(findings: Sequence[Finding]) -> Iterator[str]:
    """Which of several reports of a source was taken."""
    for line in pipeline.part_lines(findings):
        yield f"请核对：{line}。"


def quoted(texts: Sequence[str], most: int = MOST_REASONS) -> str:
    """“注：数据不含派出所。”、“17”等: the first of some texts."""
    clipped = [f"“{wording.clipped(text)}”" for text in texts]
    return wording.some_of(clipped, most)


def beside_lines(report: Report, values: remarks.SheetsSeen) -> Iterator[str]:
    """What stands outside the tables of a workbook, where a person takes it for a part of them, and
    a title on its cover that names neither body nor year: 关于印发年报的请示.
    """
    title = reading.cover_title(values)
    if not wording.names_body_or_year(title, report.agency):
        yield from title_told(report, title, "没有写明机关和年度")
    told = list(map(quoted_at, remarks.texts_beside(values)))
    if told:
        yield f"请核对：在表格和正文之外，没有印出：{wording.some_of(told, MOST_BESIDE)}。"
    struck = list(map(quoted_at, remarks.struck_texts(values)))
    if struck:
        yield f"请核对：划掉或看不见的文字没有印出：{wording.some_of(struck, wording.MOST_LOST)}。"
    uncertain = list(remarks.uncertain_places(values))
    if uncertain:
        yield UNCERTAIN.format(wording.some_of(uncertain, wording.MOST_LOST))


def quoted_at(told: tuple[str, str]) -> str:
    """“表二”A16的“注：含部门。”."""
    place, text = told
    return f"{place}的“{wording.clipped(text)}”"


def apart_in(report: Report, values: remarks.SheetsSeen | None = None) -> list[str]:
    """What stands in a workbook and is no part of its report: “表三”A33的“注：不含街道办。”,
    工作表“说明”. ``values`` are those of an open one; a file is read for it.
    """
    path = Path(report.document.origin) if report.document else None
    sheets: Sequence[str] = ()
    if path is not None and wording.is_workbook(report) and path.is_file():
        values = file.read_file(path)
        sheets, _ = file.unprinted(path)
    if values is None:
        return []
    told = list(map(quoted_at, (*remarks.texts_beside(values), *remarks.struck_texts(values))))
    return [*told, *map("工作表“{}”".format, sheets)]


def others_lines(sheets: Sequence[str], drawn: Sequence[str]) -> Iterator[str]:
    """The sheets of others, and those with pictures: “补充说明”."""
    if sheets:
        yield f"请核对：另有工作表没有印出：{quoted(sheets)}。"
    if drawn:
        yield f"请核对：这些工作表中的图片或图表没有印出：{quoted(drawn)}。"


def printed_otherwise(report: Report) -> Iterator[str]:
    """A title or a day that is not the report's own, and what a site wrote above it."""
    yield from title_told(report, wording.title_of(report), "与机关、年度不同")
    signed, published = wording.prose.signed(report), wording.prose.day_text(report.published)
    if signed.otherwise:
        yield f"{SIGNED_OTHERWISE}；发布日期是{published or '空白'}。"
    elif published and not signed.day and not wording.is_workbook(report):
        yield f"请核对：署名日期照网页的发布日期印作{published}。"
    elif len({signed.day, published} - {""}) > 1:
        yield f"请核对：署名日期照正文印作{signed.day}；发布日期是{published}。"
    yield from headings_told(report)
    left = list(map(wording.clipped, wording.prose.site_lines(report)))
    if left:
        yield f"网页在报告前面写的{len(left)}行没有印出：{wording.some_of(left, MOST_REASONS)}。"


def headings_told(report: Report) -> Iterator[str]:
    """The headings that are printed as the form has them, and stand otherwise in the report."""
    written = wording.prose.headings_printed(report)
    for section in editions.edition_of_year(report.year).sections:
        text = written.get(section.number, section.title)
        if text != section.title:
            yield f"标题印作“{section.title}”；原文是“{wording.clipped(text)}”。"


def title_told(report: Report, title: str, why: str) -> Iterator[str]:
    """A title that is not the one that is printed."""
    printed = "".join(title_lines(report))
    if title and figures.without_blanks(printed) != figures.without_blanks(title):
        yield f"标题印作“{printed}”；原标题“{wording.clipped(title)}”{why}。"


def to_be_checked(report: Report, findings: Sequence[Finding]) -> Iterator[str]:
    """What is likely and not certain, left to be written, blanks, open warnings, a day or a period
    that is odd, figures in other units: it is printed.
    """
    if report.doubts:
        yield f"请核对：{wording.doubts_text(wording.doubted_facts(report))}。"
    blanks = sum(entry.value is None for entry in report.entries())
    if blanks:
        yield f"有{blanks}格空白，照空白印出；没有的应当填0。"
    is_replaced = any(title_told(report, wording.title_of(report), ""))
    for finding in findings:
        is_told = finding.severity == "warning" or finding.rule in TOLD_NOTES
        is_apart = is_replaced and (finding.rule, finding.says) == TOLD_APART
        if is_told and not is_apart and decisions.is_open(finding):
            yield f"请核对：{told_of(finding)}。"


def set_aside(findings: Sequence[Finding]) -> list[tuple[int, Finding]]:
    """(number, finding) of those that were dismissed, as every list numbers them."""
    found = []
    for number, finding in enumerate(findings, 1):
        if not decisions.is_open(finding):
            found.append((number, finding))
    return found
