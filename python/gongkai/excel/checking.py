"""The open workbook -> findings and flags; from flag to flag; what checks left cleared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import xlwings as xw

import gongkai
from gongkai import checks, output, sums, wording
from gongkai.decisions import dismissed_text, is_open
from gongkai.excel import blocks, importing, live_book, runner
from gongkai.model import Edit, Finding, Problem, Report, WorkbookError
from gongkai.spreadsheets import Spot, formats
from gongkai.spreadsheets.seen import text_of
from gongkai.workbook import fill, layout, proposals, reading
from gongkai.workbook.decisions import about_in, decision_of, decisions_in
from gongkai.workbook.live.formulas import formulas_of
from gongkai.workbook.live.stored import altered_cover, altered_lanes

FlaggedCell = tuple[str, Spot]
BLANK = Report("", "", None, "", {})
UNTOLD = Problem(
    "",
    "",
    "",
    "",
    (
        "无法从表格程序取得字体和隐藏行列的情况，未检查删除线、上标、白色和隐藏的内容；请保存后用 "
        "gongkai check 核对文件"
    ),
)


def current_report(book: xw.Book) -> tuple[live_book.Values, Report]:
    """What the open workbook shows. WorkbookError where it holds nothing yet."""
    values = live_book.read_values(book)
    if not reading.fingerprint(values):
        raise WorkbookError(
            "工作簿中还没有内容：请先导入一份报告，或在表二、表三、表四中填写数字。"
        )
    seen, told = live_book.as_seen(book, values)
    seen |= altered_sheets(book, values, seen)
    report = reading.values_to_report(seen)
    return seen, report if told else replace(report, problems=(*report.problems, UNTOLD))


def altered_sheets(
    book: xw.Book, values: live_book.Values, seen: live_book.Values
) -> live_book.Values:
    """What is seen of each table in use, and which lanes no longer hold their formulas."""
    found: live_book.Values = {}
    for name, sheet in live_book.TABLES.items():
        cells = values.get(name, {})
        if sheet.lanes and importing.figures_on(sheet, cells):
            formulas = live_book.read_formulas(
                book.sheets[name], cells, [layout.TITLE_SPOT, sheet.is_moved]
            )
            if formulas is not None:
                found[name] = {**seen[name], reading.ALTERED: altered_lanes(sheet, formulas)}
    cover = values.get(layout.COVER, {})
    formulas = live_book.read_formulas(
        book.sheets[layout.COVER], cover, list(formulas_of(layout.COVER))
    )
    if formulas is not None:
        found[layout.COVER] = {**seen[layout.COVER], reading.ALTERED: altered_cover(formulas)}
    return found


def evaluated_report(book: xw.Book) -> tuple[live_book.Values, Report]:
    """``current_report`` with at least one figure. Raises NoFigures for a cover and prose alone."""
    values, report = current_report(book)
    return values, wording.evaluated(report)


def check(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """New marks and results.

    Figures, cover fields and prose stay as they are. Where no figure stands, the marks of earlier
    checks go, and the list says so.
    """
    values, report = current_report(book)
    findings = gongkai.check(report)
    live_book.apply_edits(book, fill.flag_edits(report, findings), values)
    if findings:
        importing.activate(book, layout.RESULTS)
    wording.evaluated(report)
    return runner.CommandResult("done", result_text(report, findings))


def result_text(report: Report, findings: list[Finding]) -> str:
    count, text = f"{checks.checked(report)}项勾稽关系", importing.verdict(report, findings)
    if not checks.checked(report):
        return text
    return text if count in text else f"已{checks.checked_text(report)}：{text}"


def clear_marks(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """No marks and no results; what was decided about findings is kept for the next check."""
    values = live_book.read_values(book, [layout.RESULTS])
    results = values.get(layout.RESULTS, {})
    decisions = decisions_in(results)
    agency, year = about_in(results) or ("", None)
    edits: list[Edit] = []
    for sheet in live_book.TABLES.values():
        edits += fill.mark_edits(sheet, BLANK, (), ())
    blank = replace(BLANK, agency=agency, year=year, decisions=decisions)
    edits += fill.result_edits(blank, (), ())
    for spot in layout.COUNTED:
        edits.append(Edit(layout.COVER, *spot, None))
    live_book.apply_edits(book, edits, values)
    kept = "填过的处理和理由仍保留着，重新校验后随问题一起显示。" if decisions else ""
    return runner.CommandResult(
        "done",
        "已清除标记和校验结果。表中若还有“✗ 差”，那是公式算出的实际差额，改正数字后自行消失；"
        f"如需重新标记，请点“校验本报告”。{kept}",
    )


# --- from flag to flag ----------------------------------------------------------------------------


def next_problem(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """Select the next flagged cell after the selection, from the last one on to the first again."""
    values, report = evaluated_report(book)
    stops = flagged(values, report)
    if not stops:
        return runner.CommandResult("done", nothing_flagged(report))
    places = sorted(stops, key=position)
    place = next_place(places, selected(book))
    sheet = book.sheets[place[0]]
    if not sheet.visible:
        sheet.visible = True
    sheet.activate()
    sheet.range(place[1]).select()
    where = f"第{places.index(place) + 1}处，共{len(places)}处　"
    return runner.CommandResult(
        "done", f"{where}{layout.address(place[1], place[0])}\n{stops[place]}"
    )


def nothing_flagged(report: Report) -> str:
    also = dismissed_text(gongkai.check(report))
    if also:
        return f"没有待处理的问题，{also}，见“校验结果”。"
    if not checks.checked(report):
        return f"各表没有标记，但{checks.NONE_CHECKED}。"
    return "✓ 没有问题：各表没有标记，勾稽关系都相符。"


def next_place(places: Sequence[FlaggedCell], here: FlaggedCell | None) -> FlaggedCell:
    """The first place behind the selected cell; the first of all where none is."""
    if here is None:
        return places[0]
    return next((place for place in places if position(place) > position(here)), places[0])


def position(place: FlaggedCell) -> tuple[int, Spot]:
    names = layout.sheet_names()
    return names.index(place[0]) if place[0] in names else -1, place[1]


def selected(book: xw.Book) -> FlaggedCell | None:
    """The selected cell; None where something else or another workbook is selected."""
    selection = book.app.selection
    if selection is None or selection.sheet.book.name != book.name:
        return None
    return selection.sheet.name, (selection.row, selection.column)


def flagged(values: live_book.Values, report: Report) -> dict[FlaggedCell, str]:
    """Sheet and cell -> what is wrong there.

    Findings on the figures as they stand now that count, each at the cell that it leads to; and the
    marks of the last import or check that still apply where no finding of now speaks of the cell
    (what the source page showed is known no more), unless all that is listed for the cell is
    dismissed.
    """
    stops: dict[FlaggedCell, str] = {}
    named: set[str] = set()
    for finding in gongkai.check(report):
        if finding.rule in fill.SELF_EVIDENT:
            continue
        named.update(finding.cells, sums.suspected_cells(finding.suspects))
        if is_open(finding):
            for place in stops_of(finding, report):
                stops.setdefault(place, f"{output.SEVERITIES[finding.severity]}　{finding.message}")
    for place, message in marked(values, report, named).items():
        stops.setdefault(place, message)
    return stops


def stops_of(finding: Finding, report: Report) -> list[FlaggedCell]:
    """The cell to which a finding leads, and those that are wrong whichever proposal is right."""
    sheet, cell_id = fill.place_of(finding, report)
    if sheet is None:
        return []
    stops: list[FlaggedCell] = []
    for cell in (cell_id, *sums.suspected_cells([proposals.certain_suspects(finding)])):
        if cell in sheet.cells:
            stops.append((sheet.name, sheet.cells[cell]))
    return stops


def marked(
    values: live_book.Values, report: Report, named: Collection[str]
) -> dict[FlaggedCell, str]:
    """The marks that still apply, at cells of which no finding speaks (``named``)."""
    messages = result_messages(values.get(layout.RESULTS, {}))
    found: dict[FlaggedCell, str] = {}
    for table in report.tables.values():
        sheet = layout.sheet_of(table.id, table.edition)
        cells = values.get(sheet.name, {})
        for cell_id, spot in sheet.marks.items():
            place = sheet.cells[cell_id]
            if cell_id in named or not mark_applies(cells.get(spot), cells.get(place)):
                continue
            message = messages.get(sheet.link(cell_id), "此处有标记，请对照原文核实。")
            if message:
                found[sheet.name, place] = message
    return found


def mark_applies(mark: object, value: object) -> bool:
    """A mark for a blank goes out once the cell holds a number, as its conditional format does.

    One that lives by its lanes says nothing that the findings of now do not say, but what stands
    under it may.
    """
    code = formats.as_figure(mark)
    if code is None or code >= layout.MARK_ANY:
        return code is not None and code >= layout.MARK_OVER
    return code < layout.MARK_BLANK or formats.as_figure(value) is None


def result_messages(results: blocks.Cells) -> dict[str, str]:
    """Name of a link -> message, as the sheet of results says; the gravest comes first there.

    "" where all that is listed for the cell is dismissed.
    """
    columns = layout.RESULT_COLUMNS
    found: dict[str, str] = {}
    for row in layout.RESULT_LIST.lines:
        link = text_of(results.get((row, columns["link"])))
        if link and not found.get(link):
            word = text_of(results.get((row, columns["verdict"])))
            message = text_of(results.get((row, columns["message"])))
            found[link] = "" if decision_of(word, "").verdict == "dismissed" else message
    return found
