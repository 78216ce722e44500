"""Edits -> a workbook file, and a workbook file -> its values. All other parts stay byte for
byte.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import chain, product, repeat
from pathlib import Path
from typing import TYPE_CHECKING

from gongkai import opc, system, wording
from gongkai.model import Edit, Kind, UnreadableDocument, WorkbookError
from gongkai.opc.comments import Comment, NewParts, has_comments, patch_comments
from gongkai.opc.package import (
    Content,
    is_on,
    main_part,
    package_bytes,
    part_bytes,
    parts_bytes,
    read_xml,
    related,
    tabs_of,
)
from gongkai.readers.worker import sheets_apart
from gongkai.spreadsheets import Area, Sheet, Spot, area_of, files, seen
from gongkai.workbook import cells, decisions, fill, layout, printing, reading
from gongkai.workbook.live import (
    computed,
    fittings,
    foreign,
    guide,
    rebuild,
    restoring,
    sentences,
    steps,
    stored,
)
from gongkai.workbook.live.formulas import formulas_of, sheets_with_formulas
from gongkai.workbook.parts import (
    deselect,
    patch_author,
    patch_chain,
    patch_workbook,
    without_chain,
)
from gongkai.workbook.sheet import Patched, drop_dimension, fit_rows, in_pieces, patch_sheet

if TYPE_CHECKING:
    from lxml.etree import _Element

TEMPLATE = "workbook_template.xlsm"
REFUSED: dict[opc.Reason, str] = {
    "damaged": "不完整或已损坏，请重新取得该文件",
    "large": "解压后过大，不像是年报工作簿，没有打开",
    "doubled": "的内部结构有误，不是正常的工作簿，没有打开；请重新取得该文件",
    "locked": "的压缩包设有密码，请先取消密码后再试",
    "entities": "含有不安全的内容，没有打开；请重新取得该文件",
    "deep": "的内容嵌套层数过多，不是正常的工作簿，没有打开；请重新取得该文件",
}
ODS_PART = "content.xml"
PROTECTED = "工作表{}设有保护，没有改动；请先取消保护（“审阅”中的“撤销工作表保护”）再试。"
NOT_OURS = "不是工作簿，请选择由本工具生成的.xlsx、.xlsm或.ods文件。"


def template_path() -> Path:
    """The template beside an installed package, else the one at the top of a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package, package.parents[1]):
        if (folder / TEMPLATE).is_file():
            return folder / TEMPLATE
    raise WorkbookError(f"找不到模板{TEMPLATE}，请重新安装gongkai。")


# --- writing --------------------------------------------------------------------------------------


def fill_file(
    template: Path, target: Path, edits: Sequence[Edit], *, overwrite: bool = False
) -> Path:
    """Write a copy of ``template`` with the edits to ``target``; ``template`` may be a workbook
    already filled.

    Only sheets with edits change, those whose formulas show something else then, and what the
    workbook says of itself (and the list of formulas, where an edit replaces one). WorkbookError
    where ``target`` exists and ``overwrite`` is False, or anything fails; what was there stays.
    """
    system.refuse_existing(target, overwrite)
    system.write_whole(target, filled(template, edits), overwrite)
    return target


def refuse_unfit(template: Path) -> None:
    """WorkbookError for a template of one's own, or a workbook, whose list of findings has other
    columns, or of which a table has other lines than the official one: figures would stand beside
    other labels.
    """
    tables = layout.tables_by_name()
    wanted = {layout.RESULTS, *tables}
    with refused(template.name):
        found = files.read_sheets(b"", lambda name, _: name in wanted, opened(template))
    for sheet in found:
        if sheet.name == layout.RESULTS:
            decisions.refuse_older_results(sheet.cells, template.name)
            continue
        unfit = reading.unfit_text(tables[sheet.name], sheet.cells, "没有写入")
        if unfit:
            raise WorkbookError(f"{template.name}的{unfit}。")


def filled(
    template: Path,
    edits: Sequence[Edit],
    content: bytes | None = None,
    lines: Mapping[str, cells.ListLines] | None = None,
) -> bytes:
    """The workbook that ``template`` and the edits make; ``content`` is what it holds, if known.
    WorkbookError.

    One from before the images of the tables gets the formulas of today with them. ``lines`` are
    those of long lists by sheet, below all that stands there: the same as their edits, in a tenth
    of the memory.
    """
    with refused(template.name):
        book = stored.OpenFile(opened(template, content))
        if is_older(book):
            book = stored.OpenFile(opc.open_archive(restored(template, (), content)))
        for name, below in (lines or {}).items():
            if below.has_any:
                book.lines[name] = below
        return package_bytes(book.archive, patch_package(book, edits, template.name))


def filled_blank(content: bytes, edits: Sequence[Edit]) -> bytes:
    """``filled`` for a blank workbook of ours, whose sheets are read once in a process."""
    book = stored.BlankCopy(stored.blank_file(content))
    return package_bytes(book.archive, patch_package(book, edits, TEMPLATE))


def is_older(book: stored.OpenFile) -> bool:
    """Whether the lanes of a workbook of ours were written by an earlier version: they have no
    steps.
    """
    for sheet in layout.table_sheets():
        if sheet.lanes and sheet.name in book.parts:
            found = book.sheet(sheet.name)
            return found is not None and not has_steps(sheet, found)
    return False


def has_steps(sheet: layout.TableSheet, found: stored.OpenSheet) -> bool:
    if sheet.struck in found.ours:
        return True
    return any(steps.is_lane_formula(text) for text, _ in found.foreign.values())


def restored(
    path: Path,
    moved: Sequence[restoring.Standing],
    content: bytes | None = None,
    *,
    strays: bool = False,
) -> bytes:
    """The workbook with the tables in ``moved`` put back, and with all our formulas, flags and
    names; ``strays``: and with no lane beside its place. WorkbookError.

    Results of formulas are not stored: what is written next stores those that it can tell.
    """
    with refused(path.name):
        book = stored.OpenFile(opened(path, content))
        refuse_protected(book)
        model = stored.OpenFile(opc.open_archive(template_path().read_bytes()))
        refuse_shifted(book, model)
        parts = NewParts(book.archive)
        for standing in moved:
            rebuild.put_back(book, model, parts, standing)
        if moved:
            for name, spot in stored.foreign_formulas(book):
                stored.forget(book, name, spot)
        for sheet in layout.table_sheets() if strays else ():
            if sheet.name in book.parts:
                rebuild.drop_strays(book, sheet)
        printing.put_areas_back(book, [standing.sheet.name for standing in moved])
        changed = refitted(book, model)
        dropped, without = without_chain(book)
        return package_bytes(book.archive, parts.changed | changed | without, dropped)


def refitted(book: stored.OpenFile, model: stored.OpenFile) -> dict[str, bytes]:
    """Part -> content, with every formula, flag and name of ours where the template has it."""
    styles = related(book.archive, book.main, "styles")
    looks = fittings.Looks(
        (styles, read_xml(book.archive, styles, keeping=True)) if styles else None, model
    )
    for sheet in layout.table_sheets():
        if sheet.name in book.parts:
            fittings.hide_image(book.root(sheet.name), sheet)
            fittings.put_rules(book.root(sheet.name), model.root(sheet.name), sheet, looks)
    put_our_formulas(book)
    fittings.hide_helpers(book)
    fittings.put_names(book.workbook)
    roots = {book.main: book.workbook}
    for name, root in book.roots.items():
        roots[book.parts[name]] = root
    if looks.root is not None and looks.numbers:
        roots[looks.part] = looks.root
    return parts_bytes(roots)


def put_our_formulas(book: stored.OpenFile) -> None:
    """Those of tables, cover and findings; a note that somebody wrote on the cover before there was
    a guide stays.
    """
    for name in sheets_with_formulas():
        if name in book.parts and name != layout.SUMMARY:
            held = book.sheet(name) if name == layout.COVER else None
            fittings.put_formulas(
                book.root(name), formulas_of(name), guide.notes_in(held.cells) if held else ()
            )


def standings(path: Path, content: bytes | None = None) -> list[restoring.Standing]:
    """Where the lines of each table stand of which a label is not in its place. WorkbookError."""
    with refused(path.name):
        book = stored.OpenFile(opened(path, content))
        found = []
        for sheet in layout.table_sheets():
            held = book.sheet(sheet.name)
            if held is not None and reading.displaced(sheet, held.cells):
                found.append(restoring.standing(sheet, held.cells, held.foreign))
                refuse_joined(held.root, found[-1])
                restoring.refuse_unsure(found[-1], held.cells)
                restoring.refuse_unseen(found[-1], seen_of(book.archive, found[-1]))
    return found


def seen_of(archive: opc.Archive, found: restoring.Standing) -> dict[Spot, object]:
    """What a person sees in the cells of a table whose lines were moved."""
    [sheet] = files.read_sheets(b"", lambda name, _: name == found.sheet.name, archive)
    return seen.figures_seen(sheet, restoring.figure_places(found))


def refuse_joined(root: _Element, found: restoring.Standing) -> None:
    """WorkbookError where figures are merged: which of them is meant nobody can tell."""
    figures = set(map(found.place, found.sheet.cells.values()))
    for node in root.iterfind("{*}mergeCells/{*}mergeCell"):
        area = area_of(node.get("ref", ""))
        if area and sum(is_within(spot, area) for spot in figures) > 1:
            raise WorkbookError(
                f"“{found.sheet.name}”的{node.get('ref')}合并了几个数字格，没有还原；请先取消合并。"
            )


def is_within(spot: Spot | None, area: Area) -> bool:
    if spot is None:
        return False
    return area[0] <= spot[0] <= area[2] and area[1] <= spot[1] <= area[3]


def refuse_shifted(book: stored.OpenFile, model: stored.OpenFile) -> None:
    """WorkbookError where cover or list of findings have other lines than the template: what is
    written would stand beside other words, and what was decided would not be found.
    """
    fields = layout.rows_of((*layout.COVER_SPOTS.values(), *layout.EDITION_SPOTS.values()))
    refuse_other_texts(book, model, layout.COVER, product(fields, [2]))
    columns = range(1, layout.RESULT_COLUMNS["state"] + 1)
    refuse_other_texts(book, model, layout.RESULTS, product([layout.RESULTS_TOP - 1], columns))


def refuse_other_texts(
    book: stored.OpenFile, model: stored.OpenFile, name: str, spots: Iterable[Spot]
) -> None:
    held, official = book.sheet(name), model.sheet(name)
    if held is None or official is None:
        return
    for spot in spots:
        wanted, found = seen.text_of(official.cells.get(spot)), seen.text_of(held.cells.get(spot))
        if not layout.is_label(found.strip(), wanted.strip()):
            place = layout.address(spot, name)
            raise WorkbookError(
                f"{place}应为“{wanted}”，现为“{found}”，没有写入；请先恢复“{name}”的行列。"
            )


def refuse_protected(book: stored.OpenFile) -> None:
    """WorkbookError that names those of our sheets that a user has protected."""
    names: list[str] = []
    for name in layout.sheet_names():
        if b"sheetProtection" not in book.content(name):
            continue
        mark = book.root(name).find("{*}sheetProtection")
        if mark is not None and is_on(mark.get("sheet")):
            names.append(f"“{name}”")
    if names:
        raise WorkbookError(PROTECTED.format("、".join(names)))


def patch_package(book: stored.OpenFile, edits: Sequence[Edit], file: str) -> dict[str, Content]:
    """Part -> new content, for the parts that the edits change. Raises BadArchive,
    WorkbookError.
    """
    refuse_protected(book)
    shown = fill.shown_sheets(edits)
    parts = NewParts(book.archive)
    done: dict[str, Patched] = {}
    planned = cells.by_sheet(edits)
    for name in book.lines:
        planned.setdefault(name, [])
    for name, wanted in planned.items():
        if name in book.parts:
            done[name] = patch_one(parts, book, name, wanted, shown.get(name, True))
        elif name != layout.TOOL:
            # A template from before the macros lacks that sheet, which nothing but they read.
            raise WorkbookError(f"{file}没有工作表“{name}”，请使用gongkai的模板。")
    written: list[Iterator[foreign.SheetSpot]] = []
    overwritten: dict[str, set[Spot]] = {}
    for name, patched in done.items():
        written.append(product([name], patched.changed))
        overwritten[name] = patched.formulas
    for name, below in book.lines.items():
        written.append(zip(repeat(name), below.spots(), strict=False))
    complete = stored.renew(book, chain.from_iterable(written))
    changed: dict[str, Content] = dict(parts.changed)
    for name in book.touched:
        changed[book.parts[name]] = sheet_content(book, name)
    is_said = patch_workbook(book.workbook, shown, complete)
    if printing.put_areas(book) or is_said:
        changed[book.main] = part_bytes(book.workbook)
    return changed | patch_chain(book, overwritten) | patch_author(book.archive)


def sheet_content(book: stored.OpenFile, name: str) -> Content:
    """A sheet that was changed, with the lines that come below it."""
    below = book.lines.get(name)
    if below is None:
        return part_bytes(book.roots[name])
    return in_pieces(book.roots[name], below.edits(name), layout.WRAPPED.get(name))


def patch_one(
    parts: NewParts, book: stored.OpenFile, name: str, wanted: Sequence[Edit], is_shown: bool
) -> Patched:
    """Change one sheet and what is said on its cells."""
    root, part = book.root(name), book.parts[name]
    table = layout.tables_by_name().get(name)
    before = comments_before(parts.archive, part, table) if table is not None else {}
    done = patch_sheet(root, wanted)
    book.take_values(name, done.changed)
    touched = bool(done.changed)
    if name in layout.WRAPPED:
        fit_rows(root, wanted, layout.WRAPPED[name])
    if name in book.lines:
        drop_dimension(root)
        touched = True
    if not is_shown:
        touched = deselect(root) or touched
    if table is not None:
        comments = cell_comments(cells.comments_of(table, wanted), before)
        touched = patch_comments(parts, part, root, comments) or touched
    if touched:
        book.touched.add(name)
    return done


def comments_before(archive: opc.Archive, part: str, sheet: layout.TableSheet) -> dict[Spot, str]:
    """What we said on the cells of a sheet, by what it keeps; {} for one without comments."""
    if not has_comments(archive, part):
        return {}
    (found,) = files.read_sheets(b"", lambda name, _: name == sheet.name, archive)
    return cells.comments_of(sheet, cells.kept_edits(sheet, found.cells))


def cell_comments(wanted: Mapping[Spot, str], before: Mapping[Spot, str]) -> list[Comment]:
    found: list[Comment] = []
    for spot, text in wanted.items():
        stood = wording.cell_text(before.get(spot, ""))
        found.append(Comment(layout.address(spot), *spot, wording.cell_text(text), stood))
    return found


def with_formulas(
    content: bytes,
    formulas: Mapping[foreign.SheetSpot, str],
    comments: Mapping[foreign.SheetSpot, str],
) -> bytes:
    """A workbook of ours with formulas (beginning with =), each over what it shows already, and
    with comments on cells; what the formulas show is stored with them. Raises BadArchive.

    The texts of a fill are never formulas, so those of a report that is begun come by themselves.
    """
    book = stored.OpenFile(opc.open_archive(content))
    parts = NewParts(book.archive)
    wanted, said = on_sheets(formulas), on_sheets(comments)
    for name in dict.fromkeys([*wanted, *said]):
        root = book.root(name)
        fittings.put_formulas(root, wanted.get(name, {}))
        told = {spot: f"{cells.OURS}{text}" for spot, text in said.get(name, {}).items()}
        patch_comments(parts, book.parts[name], root, cell_comments(told, {}))
        book.touched.add(name)
    changed = fittings.general_cells(book, wanted)
    complete = stored.renew(book, formulas)
    roots = {book.main: book.workbook}
    for name in book.touched:
        roots[book.parts[name]] = book.roots[name]
    patch_workbook(book.workbook, {}, complete)
    dropped, without = without_chain(book)
    changed |= parts.changed | without | parts_bytes(roots)
    return package_bytes(book.archive, changed, dropped)


def on_sheets(texts: Mapping[foreign.SheetSpot, str]) -> dict[str, dict[Spot, str]]:
    found: dict[str, dict[Spot, str]] = {}
    for (name, spot), text in texts.items():
        found.setdefault(name, {})[spot] = text
    return found


# --- reading --------------------------------------------------------------------------------------


@contextmanager
def refused(name: str) -> Iterator[None]:
    """Says of a file that cannot be read what is wrong with it. WorkbookError."""
    try:
        yield
    except opc.BadArchive as error:
        raise WorkbookError(f"{name}{REFUSED[error.reason]}。") from error
    except UnreadableDocument as error:
        raise WorkbookError(f"{name}：{error}") from error


def unprinted(path: Path) -> tuple[list[str], list[str]]:
    """The sheets of others that a person sees, and those of ours with a picture or chart on them: a
    document that is made of the report has neither. Of an .ods or .xls nothing is said.
    """
    content = content_of(path)
    if is_old_format(path, content):
        return [], []
    archive = archive_of(path.name, content)
    if ODS_PART in archive:
        return [], []
    workbook = read_xml(archive, main_part(archive))
    sheets, drawn = [], []
    for tab in tabs_of(archive, workbook):
        if tab.visible and layout.is_of_others(tab.name):
            sheets.append(tab.name)
        elif tab.name in layout.report_names() and related(archive, tab.part, "drawing"):
            drawn.append(tab.name)
    return sheets, drawn


def opened(path: Path, content: bytes | None = None) -> opc.Archive:
    """The archive of a workbook that can be written to.

    WorkbookError for any other file; raises BadArchive.
    """
    content = content_of(path) if content is None else content
    if content.startswith(opc.OLE2):
        refuse_sealed(path.name, content)
        raise WorkbookError(f"{path.name}是旧版格式（.xls），请另存为.xlsx或.xlsm后再试。")
    archive = archive_of(path.name, content)
    if ODS_PART in archive:
        raise WorkbookError(f"{path.name}是OpenDocument格式（.ods），请另存为.xlsx或.xlsm后再试。")
    return archive


def is_ods(name: str, content: bytes) -> bool:
    """Raises WorkbookError for what is no archive of a workbook, and BadArchive."""
    return content.startswith(b"PK") and ODS_PART in archive_of(name, content)


def archive_of(name: str, content: bytes) -> opc.Archive:
    """The archive that a workbook is. WorkbookError for what is none; raises BadArchive."""
    archive = opc.open_archive(content) if content.startswith(b"PK") else None
    if archive is None or not (ODS_PART in archive or main_part(archive)):
        raise WorkbookError(f"{name}{NOT_OURS}")
    return archive


def refuse_sealed(name: str, content: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise WorkbookError(f"{name}设有打开密码，请先取消密码后再试。")


def refuse_damaged(path: Path, content: bytes) -> None:
    """WorkbookError that says what is wrong with an archive that cannot be opened.

    Nothing for anything else.
    """
    if content.startswith(b"PK"):
        with refused(path.name):
            opc.open_archive(content)


def content_of(path: Path) -> bytes:
    try:
        return system.read_plain(path)
    except OSError as error:
        raise WorkbookError(f"无法读取{path.name}：{system.system_reason(error)}。") from error
    except ValueError as error:  # a name that no system takes
        raise WorkbookError(f"无法读取{path.name}：文件名无效。") from error


def read_file(
    path: Path,
    content: bytes | None = None,
    kind: Kind | None = None,
    names: Sequence[str] = (),
) -> dict[str, dict[Spot, object]]:
    """A workbook of ours -> sheet name -> (row, column) -> value, for those named (all of ours)
    that it has.

    Values are int, Decimal or text, as a person sees them; saved by whichever program, as .xls and
    .ods too. ``kind`` is what the content is, if that is known. WorkbookError for anything that is
    no such workbook.
    """
    wanted = names or layout.sheet_names()
    found: dict[str, Sheet] = {}
    for sheet in our_sheets(path, content, kind, wanted):
        found[sheet.name] = sheet
    refuse_other(path, content, kind, found)
    values: dict[str, dict[Spot, object]] = {}
    with refused(path.name):
        for name, sheet in found.items():
            values[name] = seen.figures_seen(
                sheet, layout.reported_spots(name, sheet.cells), prose=name == layout.PROSE
            )
    tell_formulas_in(values, found)
    return values if is_old_format(path, content) else with_altered(values, found)


def tell_formulas_in(values: Mapping[str, dict[Spot, object]], found: Mapping[str, Sheet]) -> None:
    """Put what formulas show in the place of what a program has stored, as far as it can be told:
    openpyxl drops all results, one that is told to calculate by hand keeps old ones, and a person
    may write any. Of the others with a result it is put aside that nobody knows whether it is true.
    """
    computing = computed.Computing(found)
    told: list[tuple[str, Spot, str]] = []
    for name, spot, text in seen_formulas(values, found):
        if sentences.is_told(name, text):
            told.append((name, spot, text))
        elif not seen.text_of(values[name].get(spot)).startswith("="):  # a formula without a result
            put_result(values[name], spot, computing.result(name, spot))
    sentences.put_told(values, told)


def put_result(values: dict[Spot, object], spot: Spot, value: object) -> None:
    """Put what a formula shows over what is stored, or aside that it cannot be told; a text is not
    put over an empty one, for no figure is lost with it.
    """
    is_told = isinstance(value, int | Decimal | str) and not isinstance(value, bool)
    if is_told and (spot in values or not isinstance(value, str)):
        values[spot] = value
    elif not is_told and spot in values:
        aside = seen.aside_in(values)
        values[seen.ASIDE] = aside._replace(uncertain=(*aside.uncertain, spot))


def seen_formulas(
    values: Mapping[str, Mapping[Spot, object]], found: Mapping[str, Sheet]
) -> Iterator[tuple[str, Spot, str]]:
    """(sheet, place, formula) of what a report takes from formulas; of a format that writes them
    otherwise than Excel nothing.
    """
    if not any(any(sheet.formulas.values()) for sheet in found.values()):
        return
    for name, sheet in found.items():
        spots = layout.reported_spots(name, {**sheet.cells, **sheet.formulas})
        for spot in sorted(spots & sheet.formulas.keys()):
            if is_plainly_seen(sheet, spot, values[name].get(spot)):
                yield name, spot, computed.formula_of(sheet, spot)


def is_plainly_seen(sheet: Sheet, spot: Spot, shown: object) -> bool:
    """Whether a person sees what a cell holds: not of one that is struck, hidden or a percentage.

    For a formula without a result what is seen is the formula.
    """
    is_formula = shown == computed.formula_of(sheet, spot)
    return is_formula or seen.text_of(shown) == seen.text_of(sheet.cells.get(spot))


def refuse_other(
    path: Path, content: bytes | None, kind: Kind | None, found: Collection[str]
) -> None:
    """WorkbookError for a workbook without the sheets that every report of ours has."""
    needed = layout.needed_sheets()
    missing = [name for name in needed if name not in found]
    if len(missing) == len(needed):
        refuse_batch(path, content, kind)
    if missing:
        raise WorkbookError(
            f"{path.name}没有工作表“{missing[0]}”，不是本工具的工作簿；请选择由本工具生成的文件。"
        )


class BatchWorkbook(WorkbookError):
    """A workbook of ours for a list of reports, and not for one."""


def refuse_batch(path: Path, content: bytes | None, kind: Kind | None) -> None:
    """BatchWorkbook for a workbook without the sheets of a report that has the list of a batch."""
    if our_sheets(path, content, kind, (layout.BATCH,)):
        raise BatchWorkbook(
            f"{path.name}是批量导入的工作簿，其中没有报告；请选择各份年报自己的工作簿。"
        )


def with_altered(
    values: dict[str, dict[Spot, object]], found: Mapping[str, Sheet]
) -> dict[str, dict[Spot, object]]:
    """The same, and for each sheet where formulas of ours no longer stand."""
    for table in layout.table_sheets():
        if table.name in found:
            values[table.name][reading.ALTERED] = stored.altered_lanes(
                table, found[table.name].formulas
            )
    if layout.COVER in found:
        values[layout.COVER][reading.ALTERED] = stored.altered_cover(found[layout.COVER].formulas)
    return values


def is_old_format(path: Path, content: bytes | None) -> bool:
    """Whether a file does not say where formulas stand."""
    return (content_of(path) if content is None else content).startswith(opc.OLE2)


def our_sheets(
    path: Path, content: bytes | None, kind: Kind | None, names: Sequence[str]
) -> list[Sheet]:
    """Those of the named sheets that a file has. WorkbookError."""
    content = content_of(path) if content is None else content
    with refused(path.name):
        if content.startswith(opc.OLE2):
            refuse_sealed(path.name, content)
            return [sheet for sheet in sheets_apart(content) if sheet.name in names]
        known = kind.opened if kind is not None else None
        archive = known if isinstance(known, opc.Archive) else archive_of(path.name, content)
        steps: dict[str, Area] = {}
        for table in layout.table_sheets():
            steps[table.name] = table.hidden_steps
        return files.read_sheets(content, lambda name, visible: name in names, archive, steps)


def read_formulas(path: Path, content: bytes) -> dict[str, set[Spot]]:
    """Sheet of a table -> where a formula stands or puts its result."""
    tables = layout.tables_by_name()
    with refused(path.name):
        sheets = files.read_sheets(content, lambda name, _: name in tables, opened(path, content))
    found: dict[str, set[Spot]] = {}
    for sheet in sheets:
        found[sheet.name] = set(sheet.formulas)
    return found
