"""ReportDraft -> a workbook of ours: its figures and where they come from, its live formulas and
prose; and what is said of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from gongkai import pipeline, system, wording, workbook
from gongkai.drafts.start import ReportDraft, texts_of
from gongkai.model import Edit, Figure, WorkbookError, table_id
from gongkai.wording.unwritten import TO_FILL, TO_REWRITE
from gongkai.workbook import adopting, derived, file, fill, layout, proposals
from gongkai.workbook.live.sentences import FormulaPlace, Stock, sentence_formula, stock_formula

IMPLIED = "（上年为空白，按勾稽关系推定）"


def write_draft(draft: ReportDraft, target: Path, *, overwrite: bool = False) -> Path:
    """Write the workbook to ``target``, which is returned: .xlsx, .xlsm, or .ods by LibreOffice.

    WorkbookError for any other, where ``target`` exists and ``overwrite`` is False, or cannot be
    written; what was there stays.
    """
    suffix = refuse_undraftable(target, overwrite)
    held = ".xlsx" if suffix == workbook.ODS else suffix
    changes = list(changes_of(draft))
    edits = fill.report_to_edits(draft.report, pipeline.check(draft.report))
    edits += logged(changes)
    told = [edit for edit in edits if edit.value is not None]
    content = file.filled(file.template_path(), told, derived.blank("report", held))
    formulas = {**stock_formulas(draft), **prose_formulas(draft, told)}
    content = file.with_formulas(content, formulas, comments_on(changes))
    refuse_unlike(draft, target, content)
    if suffix == workbook.ODS:
        content = workbook.to_ods(content)
    system.write_whole(target, content, overwrite)
    return target


def refuse_undraftable(target: Path, overwrite: bool) -> str:
    """The suffix of a workbook that may be written. WorkbookError."""
    suffix = workbook.refuse_unwritable(target)
    system.refuse_existing(target, overwrite)
    return suffix


def refuse_unlike(draft: ReportDraft, target: Path, content: bytes) -> None:
    """WorkbookError where the workbook would not be read as the draft that it is."""
    found, wanted = workbook.read_workbook(target, content), draft.report
    if (found.tables, found.sections) != (wanted.tables, wanted.sections):
        raise WorkbookError(
            f"{target.name}写入后读出的内容与起草的不同，没有写入；请把上年报告发给开发者。"
        )


# --- where figures come from ----------------------------------------------------------------------


def changes_of(draft: ReportDraft) -> Iterator[proposals.Adoption]:
    """A line of the log for each figure that comes from last year's report."""
    forms = proposals.forms_of(draft.report.tables)
    whence = f"{draft.last_year or (draft.report.year or 0) - 1}年报告"
    for one in draft.carried:
        reason = f"上年结转：{whence}“{proposals.name_of(one.last, forms)}”为{one.value!s}"
        reason += IMPLIED if one.is_implied else ""
        reason += converted_text(draft, one.cell)
        yield adoption(draft, one.cell, proposals.name_of(one.cell, forms), one.value, reason)
    for cell, before in draft.stocks.items():
        sheet = sheet_with(draft, cell)
        formula = stock_formula(stock_at(sheet, cell, before))
        stood = f"{whence}为{before}件{converted_text(draft, cell)}"
        reason = f"现行有效：{stood}，加本年制发、减本年废止（公式{formula}）"
        told = f"{before}＋本年制发－本年废止"
        yield adoption(draft, cell, proposals.name_of(cell, forms), told, reason)


def converted_text(draft: ReportDraft, cell: str) -> str:
    """［原文“388”以百件为单位，已换算为38800件］, "" for a figure that stood in the form's unit."""
    told = draft.converted.get(cell, "")
    return f"［{told}］" if told else ""


def adoption(
    draft: ReportDraft, cell: str, name: str, value: Figure | str, reason: str
) -> proposals.Adoption:
    sheet = sheet_with(draft, cell)
    source = f"，来源：{wording.clipped(draft.source)}" if draft.source else ""
    return proposals.Adoption(sheet, sheet.cells[cell], name, None, value, f"{reason}{source}")


def sheet_with(draft: ReportDraft, cell: str) -> layout.TableSheet:
    table = draft.report.tables[table_id(cell)]
    return layout.sheet_of(table.id, table.edition)


def logged(changes: Sequence[proposals.Adoption]) -> list[Edit]:
    empty: dict[str, dict[tuple[int, int], object]] = {layout.LOG: {}}
    for change in changes:
        empty[change.sheet.name] = {}
    return list(adopting.log_edits(changes, empty, f"{datetime.now():%Y-%m-%d %H:%M:%S}"))


def comments_on(changes: Sequence[proposals.Adoption]) -> dict[FormulaPlace, str]:
    """The same beside the figure itself."""
    found: dict[FormulaPlace, str] = {}
    for change in changes:
        text = f"{change.reason}。起草时带入，改填后以所填为准。"
        found[change.sheet.name, change.spot] = text
    return found


# --- formulas -------------------------------------------------------------------------------------


def stock_formulas(draft: ReportDraft) -> dict[FormulaPlace, str]:
    found: dict[FormulaPlace, str] = {}
    for cell, before in draft.stocks.items():
        sheet = sheet_with(draft, cell)
        found[sheet.name, sheet.cells[cell]] = stock_formula(stock_at(sheet, cell, before))
    return found


def stock_at(sheet: layout.TableSheet, cell: str, before: int) -> Stock:
    """The cells of what was made and repealed stand in the row of those in force."""
    row = cell.rpartition(".")[0]
    return Stock(before, sheet.cells[f"{row}.made"], sheet.cells[f"{row}.repealed"])


def prose_formulas(draft: ReportDraft, edits: Sequence[Edit]) -> dict[FormulaPlace, str]:
    """Each live paragraph at the place where its text was written."""
    column = layout.PROSE_COLUMNS["text"]
    places: list[tuple[int, int]] = []
    texts: list[object] = []
    for edit in edits:
        if edit.sheet == layout.PROSE and edit.column == column:
            places.append((edit.row, edit.column))
            texts.append(edit.value)
    if texts != list(texts_of(draft)):
        raise WorkbookError("起草的正文过长，一格写不下，没有写入；请缩短机关名称后再试。")
    found: dict[FormulaPlace, str] = {}
    for place, paragraph in zip(places, draft.paragraphs, strict=True):
        if paragraph.is_live:
            found[layout.PROSE, place] = sentence_formula(paragraph.sentence)
    return found


# --- what is said of it ---------------------------------------------------------------------------


def draft_lines(draft: ReportDraft, target: Path) -> Iterator[str]:
    """What was taken over, from where, what stays open, and what to do next."""
    yield f"{draft.report.title}：已起草"
    yield from taken_lines(draft)
    for sentence in draft.doubts:
        yield f"请核对：{sentence}"
    for sentence in draft.open:
        yield f"待填：{sentence}"
    yield f"待填：三张表其余各格，正文中的{TO_FILL}。"
    yield "下一步："
    yield f"  1. 打开{target.name}，填写表二、表三、表四；正文中的数字随表格变动。"
    yield f"  2. 改写“{layout.PROSE}”中标有{TO_REWRITE}的段落，改好一段删去一处标记。"
    yield f"  3. 运行 gongkai check {target} --write 校验。"


def taken_lines(draft: ReportDraft) -> Iterator[str]:
    if draft.carried:
        figures = [str(one.value) for one in draft.carried]
        implied = sum(one.is_implied for one in draft.carried)
        told = f"，其中{implied}格上年为空白，按勾稽关系推定" if implied else ""
        yield f"带入：表三“上年结转”{len(figures)}格（{'、'.join(figures)}）{told}。"
    forms = proposals.forms_of(draft.report.tables)
    for cell, before in draft.stocks.items():
        told = f"{proposals.name_of(cell, forms)}＝{before}＋本年制发－本年废止"
        yield f"带入：{told}（公式，两项都填后即得，可改填）。"
    if draft.contact:
        yield f"带入：引言中的联系方式“{wording.clipped(draft.contact)}”，请核对是否仍然有效。"
    if draft.carried or draft.stocks:
        yield f"各项来源见批注和“{layout.LOG}”表。"
