"""Sheet values -> Report: every figure placed by its label, anything doubtful blank plus a
problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256

from gongkai import editions, figures, wording
from gongkai.model import Cell, CoverFact, Entry, Place, Problem, Report, Table, Value
from gongkai.recognize.tables import units
from gongkai.spreadsheets import Spot, formats, letters
from gongkai.spreadsheets.seen import HIDDEN_SHEET, OUT_OF_SIGHT, UNSEEN, aside_in, text_of
from gongkai.workbook import layout
from gongkai.workbook.cells import OURS, canonical, with_source
from gongkai.workbook.decisions import about_in, decisions_in, is_about_another

SheetValues = Mapping[Spot, object]
MOST_PLACES = 5  # that a message names
NUMERALS = dict(zip("一二三四五六", "123456", strict=True))  # 一 for 1, as the titles have them
PARTS = (layout.OPENING, "1", "2", "3", "4", "5", "6")
COVER_LABELS = {"title": "标题", "agency": "机关", "year": "年度", "published": "发布日期"}
HIDDEN_PROSE = f"工作表“{layout.PROSE}”已隐藏，其中的文字没有采用；请取消隐藏。"
MARGINS = "页眉页脚"
OF_IMPORT = ("据“", "标题“")  # in what an import says of a report without a source
AS_ABOVE = "这一行按上一节的文字采用；请改为1至6，或清空这一格。"
AS_WRITTEN = "需要保留的，请写入第三列的文字。"
HIDDEN_TABLE = "工作表“{}”已隐藏，其中的数字没有采用，请取消隐藏"
LOST_LINE = f"工作表的{{}}标着“{layout.DOUBTFUL}”，来源中的数字没有读出；请对照原文填写，没有的填0"
HIDDEN_LINE = "工作表的{}已隐藏，其中的数字没有采用，请取消隐藏"
RESTORE = "请用“还原表格”（或运行 gongkai check 文件名 --write）还原"
NOT_TAKEN = "整张表的数字没有采用"
CONVERT = "请先把数字换算成官方表格的单位，再删去这一单位"
ODD_SIGN = "{}的内容“{}”含有看不见的字符或不常用的符号，公式无法识别；请删去后重新填写。"
# No cell: the places of the lanes of a sheet that no longer hold their formulas.
ALTERED: Spot = (0, 1)


def values_to_report(values: Mapping[str, SheetValues]) -> Report:
    """Sheet name -> (row, column) -> value gives the report that the workbook shows.

    A value is a number, a text or None; a formula without a result comes as its text
    (``=SUM(D4:I4)``). Raises nothing: what cannot be read is None with a Problem.
    """
    problems: list[Problem] = []
    cover = values.get(layout.COVER, {})
    tables = {}
    for table in layout.EDITION_SPOTS:
        read = read_table(table, values, problems)
        if read:
            tables[table] = read
    problems += cover_problems(values)
    opening, sections = read_prose(values.get(layout.PROSE, {}), problems)
    named = cover_fields(cover, problems)
    said = text_of(cover.get(layout.COVER_SPOTS["provenance"]))
    report = Report(
        title=wording.title_in_source(said, figures.fold(text_of(named["title"]))),
        agency=figures.fold(text_of(named["agency"])),
        year=read_year(named["year"], problems),
        published=read_date(named["published"], problems),
        tables=tables,
        sections=sections,
        problems=tuple(problems),
        opening=opening,
    )
    return with_decisions(with_doubts(report, said), values.get(layout.RESULTS, {}))


def with_doubts(report: Report, said: str) -> Report:
    """A report whose body, year or day is not certain, by what its cover says (``said``) of what
    stands there.
    """
    cover: dict[CoverFact, str] = {
        "agency": report.agency,
        "year": str(report.year or ""),
        "published": report.published,
    }
    return replace(report, evidence=wording.likely_facts(said, cover))


def with_decisions(report: Report, results: SheetValues) -> Report:
    """A report with what is decided about it.

    Where that was another report's, a problem says so instead.
    """
    decisions = decisions_in(results)
    if not is_about_another(results, report):
        return replace(report, decisions=decisions)
    count = sum(decision.verdict != "" for decision in decisions.values())
    if not count:
        return report
    agency, year = about_in(results) or ("", None)
    whose = f"“{agency or '未写明机关'}”"
    if year:
        whose += f"{year}年"
    reason = (
        f"“{layout.RESULTS}”中有{count}条处理（确认、忽略）是对{whose}的报告作的，没有采用；"
        f"请重新核对后再处理。"
    )
    foreign = Problem("", "", "", "", reason)
    return replace(report, problems=(*report.problems, foreign))


# --- cover ----------------------------------------------------------------------------------------


def cover_fields(cover: SheetValues, problems: list[Problem]) -> dict[str, object]:
    """What the cover says of the report; what a person struck or hid there says nothing."""
    found: dict[str, object] = {}
    for name, label in COVER_LABELS.items():
        value = cover.get(layout.COVER_SPOTS[name])
        if UNSEEN.search(text_of(value)):
            problems.append(unseen_text(f"封面的{label}", text_of(value)))
            value = None
        found[name] = value
    return found


def cover_title(values: Mapping[str, SheetValues]) -> str:
    """The title as it stands on the cover, the source's or a made one."""
    return text_of(values.get(layout.COVER, {}).get(layout.COVER_SPOTS["title"]))


def read_year(value: object, problems: list[Problem]) -> int | None:
    text = text_of(value).strip()
    match = re.fullmatch(r"((?:19|20)\d\d) ?年?度?", text, re.ASCII)
    if match:
        return int(match[1])
    if text:
        problems.append(
            Problem("", "", "", text, f"封面的年度“{text}”不是年份，请填写四位数字，如2021。")
        )
    return None


def read_date(value: object, problems: list[Problem]) -> str:
    """An ISO date, "" where none can be read.

    A bare number is no date: its day depends on the workbook's calendar.
    """
    if isinstance(value, date):
        return value.isoformat()[:10]
    text = text_of(value).strip()
    match = re.fullmatch(r"(\d{4}) ?[-./年] ?(\d{1,2}) ?[-./月] ?(\d{1,2}) ?日?", text, re.ASCII)
    if match:
        try:
            return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        except ValueError:  # 2022-02-30
            pass
    if text:
        reason = f"封面的发布日期“{text}”无法识别，请写作2022-02-20的样式。"
        problems.append(Problem("", "", "", text, reason))
    return ""


# --- tables ---------------------------------------------------------------------------------------


def read_table(
    table: str, values: Mapping[str, SheetValues], problems: list[Problem]
) -> Table | None:
    """The table in the edition that the cover names.

    None where it names none and no figure stands anywhere.
    """
    edition = named_edition(table, values, problems)
    filled = filled_sheets(table, values)
    if not edition and not filled:
        return None
    sheet = layout.sheet_of(table, edition) if edition else filled[0]
    form = editions.all_editions()[edition].forms[table] if edition else sheet.form
    for other in filled:
        if other is not sheet:
            problems.append(other_sheet(sheet, other))
    seen = seen_of(sheet, values.get(sheet.name, {}), problems)
    placed = placed_of(sheet, seen, problems)
    told = next(units_on_cover(sheet, values.get(layout.COVER, {})), None)
    if told:
        problems.append(Problem(table, "", "", "", f"{told}，{NOT_TAKEN}；{CONVERT}"))
        placed = without_figures(sheet, placed)
    return Table(form, read_entries(sheet, placed, problems))


def filled_sheets(table: str, values: Mapping[str, SheetValues]) -> list[layout.TableSheet]:
    """The sheets of a table, one for each edition, on which a figure stands."""
    found: list[layout.TableSheet] = []
    for sheet in layout.table_sheets():
        if sheet.table == table and has_figures(sheet, values):
            found.append(sheet)
    return found


def other_sheet(used: layout.TableSheet, other: layout.TableSheet) -> Problem:
    reason = f"采用的是“{used.name}”，“{other.name}”中也有数字，没有采用，请核对封面的格式一栏。"
    return Problem(used.table, "", "", other.name, reason)


def cover_problems(values: Mapping[str, SheetValues]) -> list[Problem]:
    """What is wrong with the cover's own formulas.

    After lines of a table or its lanes were moved they look at other places, and that is told
    already.
    """
    altered = values.get(layout.COVER, {}).get(ALTERED)
    if not isinstance(altered, tuple) or not altered:
        return []
    for sheet in layout.table_sheets():
        cells = values.get(sheet.name)
        if cells is not None and (cells.get(ALTERED) or displaced(sheet, cells)):
            return []
    reason = (
        f"“{layout.COVER}”的核对公式有{len(altered)}格（{places_text(altered)}）被改动或清除，"
        f"所显示的结论不可靠；"
    )
    return [Problem("", "", "", "", f"{reason}{RESTORE}。")]


def seen_of(sheet: layout.TableSheet, values: SheetValues, problems: list[Problem]) -> SheetValues:
    """What stands on a sheet; of one that is hidden no figure."""
    if not values.get(HIDDEN_SHEET):
        return values
    problems.append(Problem(sheet.table, "", "", "", HIDDEN_TABLE.format(sheet.name)))
    return without_figures(sheet, values)


def without_figures(sheet: layout.TableSheet, values: SheetValues) -> SheetValues:
    left = dict(values)
    for spot in sheet.cells.values():
        left.pop(spot, None)
    return left


def placed_of(
    sheet: layout.TableSheet, values: SheetValues, problems: list[Problem]
) -> SheetValues:
    """What stands on a sheet; of one whose lines are not the official ones no figure."""
    unfit = unfit_text(sheet, values, NOT_TAKEN)
    if unfit:
        problems.append(Problem(sheet.table, "", "", "", unfit))
        return without_figures(sheet, values)
    altered = values.get(ALTERED)
    if isinstance(altered, tuple) and altered:
        reason = (
            f"“{sheet.name}”的勾稽校验有{len(altered)}格（{places_text(altered)}）被改动或清除；"
            f"{RESTORE}。"
        )
        problems.append(Problem("", "", "", "", reason))
    return values


def places_text(places: Sequence[Spot]) -> str:
    """K7、K8、K9等5格."""
    return wording.some_of(list(map(layout.address, places)), MOST_PLACES)


def named_edition(table: str, values: Mapping[str, SheetValues], problems: list[Problem]) -> str:
    text = text_of(values.get(layout.COVER, {}).get(layout.EDITION_SPOTS[table])).strip()
    name = re.sub(r" ?年?版?$", "", text)
    if name in editions.all_editions():
        return name
    if text not in ("", layout.MISSING):
        known = "、".join(editions.all_editions())
        reason = f"封面的格式“{text}”无法识别，可填{known}或“{layout.MISSING}”。"
        problems.append(Problem(table, "", "", text, reason))
    return ""


def has_figures(sheet: layout.TableSheet, values: Mapping[str, SheetValues]) -> bool:
    found = values.get(sheet.name, {})
    return any(text_of(found.get(place)).strip() for place in sheet.cells.values())


def read_entries(
    sheet: layout.TableSheet, values: SheetValues, problems: list[Problem]
) -> dict[str, Entry]:
    """One entry for each cell; a hidden figure is not taken."""
    hidden = cells_where(sheet, values, is_out_of_sight)
    lost = cells_where(sheet, values, is_lost)
    problems += line_problems(sheet, values, hidden, HIDDEN_LINE)
    if len(lost) == len(sheet.cells):
        problems.append(Problem(sheet.table, "", "", "", LOST_LINE.format("数字格都")))
    else:
        problems += line_problems(sheet, values, lost, LOST_LINE)
    entries: dict[str, Entry] = {}
    for cell_id, place in sheet.cells.items():
        value = values.get(place)
        if cell_id in hidden:
            at = Place(row=place[0], column=place[1])
            entries[cell_id] = Entry(cell_id, None, text_of(value), at)
            continue
        cell = sheet.form.cells[cell_id]
        figure, reason = read_value(value, cell, layout.address(place, sheet.name))
        entry = entry_at(cell, place, value, figure)
        entries[cell_id] = with_source(entry, values.get(sheet.sources[cell_id]))
        if reason and cell_id not in lost:
            raw = text_of(value).removeprefix(layout.DOUBTFUL)
            problems.append(Problem(sheet.table, cell.row.id, cell.column.id, raw, reason))
    return entries


def cells_where(
    sheet: layout.TableSheet, values: SheetValues, is_such: Callable[[object], bool]
) -> set[str]:
    found: set[str] = set()
    for cell_id, place in sheet.cells.items():
        if is_such(values.get(place)):
            found.add(cell_id)
    return found


def entry_at(cell: Cell, place: Spot, value: object, figure: Value) -> Entry:
    """The figure in a cell, and whether it stands there as a text: "134", "/" behind a blank that
    nobody sees.
    """
    raw = text_of(value)
    at = Place(row=place[0], column=place[1])
    is_told = figure is not None or is_sign_or_blank(raw, cell)
    if isinstance(value, str) and is_told and figures.is_text(value):
        return Entry(cell.id, figure, raw, at, read_by="text")
    return Entry(cell.id, figure, raw, at)


def is_sign_or_blank(text: str, cell: Cell) -> bool:
    return figures.read_figure(text, cell.column.unit).state in ("blank", "sign")


def is_out_of_sight(value: object) -> bool:
    return isinstance(value, str) and value.endswith(OUT_OF_SIGHT)


def is_lost(value: object) -> bool:
    """The mark of a doubtful text without one: a row or column of the source that was not found."""
    return isinstance(value, str) and value.strip() == layout.DOUBTFUL


def line_problems(
    sheet: layout.TableSheet, values: SheetValues, told: Collection[str], reason: str
) -> Iterator[Problem]:
    """One for each row of which all that it holds is ``told``, and one for each column of what else
    is.
    """
    whole = rows_within(sheet, values, told)
    rows: dict[str, int] = {}
    columns: dict[str, str] = {}
    for cell_id, (row, column) in sheet.cells.items():
        cell = sheet.form.cells[cell_id]
        if cell.row.id in whole:
            rows[cell.row.id] = row
        elif cell_id in told:
            columns[cell.column.id] = letters(column)
    for name, row in rows.items():
        yield Problem(sheet.table, name, "", "", reason.format(f"第{row}行"))
    for name, letter in columns.items():
        yield Problem(sheet.table, "", name, "", reason.format(f"{letter}列"))


def rows_within(sheet: layout.TableSheet, values: SheetValues, told: Collection[str]) -> set[str]:
    """The rows that hold something, and nothing but some cells."""
    held: set[str] = set()
    others: set[str] = set()
    for cell_id, spot in sheet.cells.items():
        if spot in values:
            row = sheet.form.cells[cell_id].row.id
            held.add(row)
            if cell_id not in told:
                others.add(row)
    return held - others


def displaced(sheet: layout.TableSheet, values: SheetValues) -> list[tuple[Spot, str, str]]:
    """(place, official label, what stands there) where a line was inserted, deleted, sorted or
    reworded.

    The same labels as the guards on the sheet have an eye on (gongkai.workbook.live.formulas).
    """
    moved: list[tuple[Spot, str, str]] = []
    for spot, label in sheet.guarded:
        found = text_of(values.get(spot))
        if figures.without_blanks(found) != figures.without_blanks(label):
            moved.append((spot, label, found))
    return sorted(moved, key=lambda each: sheet.guard_number(each[0]))


def displaced_text(sheet: layout.TableSheet, moved: Sequence[tuple[Spot, str, str]]) -> str:
    """“表三”的B9应为“…”，现为“…”，共22处与官方表格不同."""
    spot, label, found = moved[0]
    stands = f"现为“{wording.clipped(found)}”" if found.strip() else "现为空白"
    count = f"，共{len(moved)}处" if len(moved) > 1 else ""
    line = layout.line_text(sheet.guard_number(spot))
    wanted = f"{layout.address(spot)}应为“{label}”"
    return f"“{sheet.name}”的{line}与官方表格不同：{wanted}，{stands}{count}"


def unfit_text(sheet: layout.TableSheet, values: SheetValues, result: str) -> str:
    """Why no figure of a sheet can be taken, or written there, ``result`` being what comes of it,
    and what to do: a label that is not in its place, or another unit; "" for nothing.
    """
    moved = displaced(sheet, values)
    if moved:
        return f"{displaced_text(sheet, moved)}，{result}；{RESTORE}"
    told = next(units_told(sheet, values), None)
    return f"{told}，{result}；{CONVERT}" if told else ""


def units_told(sheet: layout.TableSheet, values: SheetValues) -> Iterator[str]:
    """What says another unit than the form on a sheet: cells, header and footer, comments of
    somebody else.
    """
    for spot, text in other_units(sheet, values):
        yield other_unit_text(sheet, spot, text)
    for place, text in texts_aside(values):
        if units.other_unit(text, units_of(sheet)):
            yield other_unit_text(sheet, place, text)


def texts_aside(values: SheetValues) -> Iterator[tuple[str, str]]:
    """(页眉页脚, 单位：百件), (D5批注, 这个数待改): what somebody else wrote there."""
    aside = aside_in(values)
    for text in aside.margins:
        yield MARGINS, text
    for spot, text in sorted(aside.comments.items()):
        if not text.startswith(OURS):
            yield f"{layout.address(spot)}批注", text


def units_of(sheet: layout.TableSheet) -> frozenset[str]:
    return units.all_units("；".join(sheet.label_texts.values()))


def units_on_cover(sheet: layout.TableSheet, cover: SheetValues) -> Iterator[str]:
    """The same of a note on the cover, which is about all tables."""
    notes = {layout.address(spot): text_of(cover[spot]) for spot in sorted(notes_on_cover(cover))}
    for place, text in (*notes.items(), *texts_aside(cover)):
        if units.other_unit(text, units_of(sheet)):
            yield unit_text(layout.COVER, place, text)


def notes_on_cover(cover: SheetValues) -> Iterator[Spot]:
    """Where the cover holds none of its own fields, formulas and counts: its labels too, which say
    no unit; of what it says of its source, which an import writes, what none can have written.
    """
    ours = layout.rows_of((*layout.EDITION_SPOTS.values(), *layout.COUNTED))
    fields = set(layout.COVER_SPOTS.values())
    if not text_of(cover.get(layout.COVER_SPOTS["source"])).strip():
        said = text_of(cover.get(layout.COVER_SPOTS["provenance"]))
        if not any(sign in said for sign in OF_IMPORT):
            fields.discard(layout.COVER_SPOTS["provenance"])
    for spot in cover:
        if spot[0] > 0 and spot[0] not in ours and spot not in fields:
            yield spot


def as_it_stands(spot: Spot) -> Spot:
    return spot


def other_units(
    sheet: layout.TableSheet,
    values: SheetValues,
    place: Callable[[Spot], Spot | None] = as_it_stands,
) -> Iterator[tuple[Spot, str]]:
    """(place, text) of what says another unit than the form, in the table, above, beside or below
    it: 第二十条第（八）项（单位：元） over an amount in 万元. The hidden columns are ours.

    ``place`` tells where an official cell stands now.
    """
    labels: dict[Spot | None, str] = {}
    for spot, text in sheet.label_guards:
        labels[place(spot)] = text
    every = units_of(sheet)
    figures_at = set(map(place, sheet.cells.values()))
    ours = sheet.hidden_columns
    for spot in sorted(values.keys() - figures_at):
        text = text_of(values[spot])
        official = units.all_units(labels[spot]) if spot in labels else every
        is_seen = spot[0] > 0 and spot[1] not in ours
        if is_seen and units.other_unit(text, official):
            yield spot, text


def other_unit_text(sheet: layout.TableSheet, place: Spot | str, text: str) -> str:
    """“表二”的A13写有“第二十条第（八）项（单位：元）”，单位与官方表格不同."""
    return unit_text(sheet.name, place if isinstance(place, str) else layout.address(place), text)


def unit_text(name: str, place: str, text: str) -> str:
    return f"“{name}”的{place}写有“{wording.clipped(text)}”，单位与官方表格不同"


def read_value(value: object, cell: Cell, place: str) -> tuple[Value, str]:
    """The exact figure in a cell, and why there is none ("" for a figure, a blank and a sign such
    as ``/``).
    """
    figure = formats.as_figure(value)
    if figure is not None or value is None:
        return figure, ""
    text = str(value)
    if text.startswith("="):
        return None, f"{place}的公式没有计算结果，请在表格软件中打开并保存后再试。"
    reading = figures.read_figure(text, cell.column.unit)
    if reading.state == "unreadable":
        told = text.removeprefix(layout.DOUBTFUL)
        return None, f"{place}的内容“{told}”不是可以确定的数，请核对原文后填写。"
    if reading.state in ("blank", "sign") and figures.is_text(text):
        return None, ODD_SIGN.format(place, text)
    return reading.value, ""


# --- prose ----------------------------------------------------------------------------------------


def read_prose(values: SheetValues, problems: list[Problem]) -> tuple[str, dict[int, str]]:
    """(the opening, section number -> text); blank lines at the end of each are dropped."""
    parts: dict[str, list[str]] = {}  # each with its paragraphs
    part = ""
    for row, (first, title, text) in prose_lines(values, problems):
        if first.strip() in PARTS:
            part = first.strip()
            parts.setdefault(part, []).append(text)
        elif part and title == layout.CONTINUED and parts[part]:
            parts[part][-1] += text
        elif part:
            parts[part].append(text)
        elif text.strip():
            reason = (
                f"正文第{row}行不属于任何一节，请在该行第一列填写节号1至6，"
                f"各节之前的写“{layout.OPENING}”。"
            )
            problems.append(Problem("", "", "", text, reason))
    texts = {part: "\n".join(each).rstrip("\n") for part, each in parts.items()}
    opening = texts.pop(layout.OPENING, "")
    return opening, {int(part): text for part, text in texts.items()}


def prose_lines(
    values: SheetValues, problems: list[Problem]
) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """(row, what stands in its three columns), without texts that a person struck or hid; a part
    that begins with one begins with the next.
    """
    columns = layout.PROSE_COLUMNS.values()
    begun = ""  # the number of a part of which nothing was taken yet
    last = max(layout.rows_of(values), default=0)
    if values.get(HIDDEN_SHEET):
        problems.append(Problem("", "", "", "", HIDDEN_PROSE))
        last = 0
    for row in range(layout.PROSE_TOP, last + 1):
        first, title, text = (text_of(values.get((row, column))) for column in columns)
        first = NUMERALS.get(first.strip(), first)
        if first.strip() == layout.CONTINUED:  # written in the first column it means the same
            first, title = "", layout.CONTINUED
        problems += heading_problems(row, first, title)
        first, begun = first if first.strip() else begun, ""
        if UNSEEN.search(text):
            problems.append(unseen_text(f"正文第{row}行的文字", text))
            begun = first
        else:
            yield row, (first, title, text)
    if begun.strip():
        yield row, (begun, "", "")


def unseen_text(place: str, text: str) -> Problem:
    """What a person struck or hid is no part of the report."""
    said, why, _ = UNSEEN.split(text)
    return Problem(
        "", "", "", said, f"{place}没有采用（{why}）；请改为普通文字、恢复显示，或删去这一处。"
    )


def heading_problems(row: int, first: str, title: str) -> Iterator[Problem]:
    """七 or 7 is no section of the form; a heading of one's own, 七、附则 or 一、概述, is none."""
    part = first.strip()
    if part and part not in PARTS:
        reason = f"正文第{row}行的节号“{wording.clipped(part)}”不是1至6，{AS_ABOVE}"
        yield Problem("", "", "", part, reason)
    known = headings_of(part) if part in PARTS else (layout.CONTINUED,)
    if title.strip() and figures.without_blanks(title) not in known:
        told = f"正文第{row}行的标题“{wording.clipped(title)}”不是规定的标题，没有采用"
        yield Problem("", "", "", title, f"{told}；{AS_WRITTEN}")


@cache
def headings_of(part: str) -> tuple[str, ...]:
    """“1” -> what the forms of all years call the first section."""
    found = [layout.OPENING, layout.CONTINUED]
    for edition in editions.all_editions().values():
        for section in edition.sections:
            if str(section.number) == part:
                found.append(figures.without_blanks(section.title))
    return tuple(found)


# --- fingerprint ----------------------------------------------------------------------------------


def fingerprint(values: Mapping[str, SheetValues]) -> str:
    """What tells whether somebody changed a report in its workbook since it was filled in.

    "" where all is blank.

    It covers the cover's fields, all figures and the prose, and is the same for planned edits and
    for the values that any program gives back: numbers by their value, texts without white space,
    blank cells left out. The cover's source is no part of it: there the user writes what to import
    next.
    """
    filled: list[str] = []
    for sheet, row, column, text in content(values):
        filled.append(f"{sheet}:{row}:{column}={text}")
    if not filled:
        return ""
    cover = values.get(layout.COVER, {})
    chosen: list[str] = []
    for table, place in layout.EDITION_SPOTS.items():
        chosen.append(f"{table}={canonical(cover.get(place))}")
    return sha256("\n".join(chosen + sorted(filled)).encode()).hexdigest()[:32]


def content(values: Mapping[str, SheetValues]) -> Iterator[tuple[str, int, int, str]]:
    """(sheet, row, column, text) of every cell filled in by a person or an import, blanks left
    out.
    """
    for sheet, places in places_filled_in(values.get(layout.PROSE, {})).items():
        found = values.get(sheet, {})
        for place in places:
            text = canonical(found.get(place))
            if text:
                yield sheet, *place, text


def places_filled_in(prose: SheetValues) -> dict[str, list[Spot]]:
    """Sheet -> the cells that a person or an import fills in.

    Of the prose those that hold something.
    """
    cover = dict(layout.COVER_SPOTS)
    for name in ("source", "provenance"):
        del cover[name]
    spots: dict[str, list[Spot]] = {layout.COVER: list(cover.values())}
    for sheet in layout.table_sheets():
        spots[sheet.name] = list(sheet.cells.values())
    columns = layout.PROSE_COLUMNS.values()
    spots[layout.PROSE] = []
    for place in prose:
        if place[0] >= layout.PROSE_TOP and place[1] in columns:
            spots[layout.PROSE].append(place)
    return spots
