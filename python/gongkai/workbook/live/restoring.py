"""Where the lines of a table stand after rows or columns were inserted, deleted or sorted, by their
labels.

Nothing is guessed: a label that stands twice, or a line that could be one of two, is a
WorkbookError that names it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gongkai import figures, wording
from gongkai.model import WorkbookError
from gongkai.recognize import labelling, typos
from gongkai.spreadsheets import Spot, letters, seen
from gongkai.workbook import reading
from gongkai.workbook.layout import TableSheet, address, line_text

# Official row or column -> where it stands now; one that was deleted is left out.
Lines = Mapping[int, int]
MOST_INSERTED = 60  # rows or columns; beyond them nothing is looked for
NOWHERE: Spot = (0, 0)
MOST_NAMED = 3  # places that a message names


@dataclass(frozen=True)
class Standing:
    """Where the rows and columns of a table stand on its sheet, and what else stands between
    them.
    """

    sheet: TableSheet
    rows: Lines
    columns: Lines
    strange: tuple[Spot, ...]

    @property
    def official_rows(self) -> Lines:
        return in_place(self.sheet.last_line)

    @property
    def official_columns(self) -> Lines:
        return in_place(self.sheet.size.right + 1)

    @property
    def is_official(self) -> bool:
        """Whether every line is in its place."""
        return self.rows == self.official_rows and self.columns == self.official_columns

    @property
    def missing_rows(self) -> list[int]:
        return sorted(self.official_rows.keys() - self.rows)

    @property
    def missing_columns(self) -> list[int]:
        return sorted(self.official_columns.keys() - self.columns)

    @property
    def kept_rows(self) -> Lines:
        """The same rows in the order in which they stand: what a sort exchanged is put back by its
        figures alone.
        """
        return in_order(self.rows)

    @property
    def kept_columns(self) -> Lines:
        return in_order(self.columns)

    def place(self, spot: Spot) -> Spot | None:
        """Where what belongs into a cell stands now; None where its line is gone."""
        row, column = self.rows.get(spot[0]), self.columns.get(spot[1])
        return (row, column) if row is not None and column is not None else None


def in_place(last: int) -> Lines:
    """The lines down to the last one, none of them moved: 1 -> 1, 2 -> 2."""
    lines = range(1, last + 1)
    return dict(zip(lines, lines, strict=True))


def in_order(lines: Lines) -> Lines:
    return dict(zip(sorted(lines), sorted(lines.values()), strict=True))


def standing(
    sheet: TableSheet, cells: Mapping[Spot, object], formulas: Collection[Spot]
) -> Standing:
    """``formulas`` are the cells whose value is the result of one: none of them is a label.

    Raises WorkbookError where the labels leave open which line is which.
    """
    labels = found_labels(sheet, texts_near(sheet, cells, formulas))
    held_rows: set[int] = set()
    held_columns: set[int] = set()
    for spot in cells:
        if is_near(sheet, spot):
            held_rows.add(spot[0])
            held_columns.add(spot[1])
    known = agreed(sheet, row_pairs(sheet, labels), "行")
    rows = filled_in(sheet, known, sheet.last_line, held_rows, "行")
    known = agreed(sheet, column_pairs(labels), "列")
    columns = filled_in(sheet, known, sheet.size.right + 1, held_columns, "列")
    return Standing(sheet, rows, columns, tuple(strange_cells(cells, rows, columns)))


def row_pairs(sheet: TableSheet, labels: Mapping[Spot, Spot]) -> Iterator[tuple[int, int]]:
    """(row, where it stands), by every label but those over several rows: a sort leaves them where
    they are.
    """
    over_several: set[Spot] = set()
    for label, box in sheet.labels:
        if label.kind == "group":
            over_several.add((box.top, box.left))
    for spot, place in labels.items():
        if spot not in over_several:
            yield spot[0], place[0]


def column_pairs(labels: Mapping[Spot, Spot]) -> Iterator[tuple[int, int]]:
    """(column, where it stands), by every label."""
    for spot, place in labels.items():
        yield spot[1], place[1]


def found_labels(sheet: TableSheet, stands: Mapping[str, Sequence[Spot]]) -> dict[Spot, Spot]:
    """Official place of a label -> where it stands.

    Of labels of one text those that stand are taken in their order, or, where some are missing,
    only the ones in their places.
    """
    found: dict[Spot, Spot] = {}
    for text, places in official_labels(sheet).items():
        at = stands.get(text, [])
        if len(at) > len(places):
            raise WorkbookError(
                f"“{sheet.name}”中“{wording.clipped(text)}”有{len(at)}处，不能确定是哪一行；{BY_HAND}"
            )
        if len(at) == len(places):
            found.update(zip(sorted(places), at, strict=True))
            continue
        for place in at:
            if place in places:
                found[place] = place
    return found


def texts_near(
    sheet: TableSheet, cells: Mapping[Spot, object], formulas: Collection[Spot]
) -> dict[str, list[Spot]]:
    """Text without blanks -> where it stands in and around the table, in reading order."""
    found: dict[str, list[Spot]] = {}
    for spot in sorted(cells.keys() - set(formulas)):
        if is_near(sheet, spot):
            found.setdefault(figures.without_blanks(seen.text_of(cells[spot])), []).append(spot)
    return found


def official_labels(sheet: TableSheet) -> dict[str, list[Spot]]:
    """Text without blanks -> the places that it has in the form: 其他 two in 表三."""
    found: dict[str, list[Spot]] = {}
    for spot, text in (*sheet.guarded, *sheet.captions, *sheet.lane_head):
        found.setdefault(figures.without_blanks(text), []).append(spot)
    return found


BY_HAND = "没有还原，请手工恢复官方表格的行列后再试。"


def is_near(sheet: TableSheet, spot: Spot) -> bool:
    return (
        spot[0] <= sheet.last_line + MOST_INSERTED and spot[1] <= sheet.size.right + MOST_INSERTED
    )


def agreed(sheet: TableSheet, pairs: Iterable[tuple[int, int]], what: str) -> dict[int, int]:
    """Line -> place, by all labels on it.

    The labels of several columns stand on the rows of the head.
    """
    found: dict[int, int] = {}
    for line, place in pairs:
        if found.setdefault(line, place) != place:
            raise WorkbookError(
                f"“{sheet.name}”的行列混在一起，不能按行名和列名还原（第{line}{what}）；{BY_HAND}"
            )
    if len(set(found.values())) < len(found):
        raise WorkbookError(f"“{sheet.name}”有两{what}合成了一{what}，不能还原；{BY_HAND}")
    return found


def filled_in(
    sheet: TableSheet, known: Lines, last: int, held: set[int], what: str
) -> dict[int, int]:
    """The lines without a label that was found, by their neighbours: between line 4 in 4 and line 6
    in 7 the line 5 is the one of 5 and 6 that holds something; between 4 in 4 and 6 in 5 it is
    gone.
    """
    found = dict(known)
    if not found:
        raise WorkbookError(f"“{sheet.name}”中找不到官方表格的行名和列名，不能还原；{BY_HAND}")
    run: list[int] = []
    for line in range(1, max(known) + 1):
        if line not in known:
            run.append(line)
            continue
        if run:
            before = known.get(run[0] - 1)
            places = run_of_lines(run, before, known[line], held)
            if places is None:
                raise WorkbookError(
                    f"“{sheet.name}”第{before}{what}以下的行列不能确定是哪一{what}；{BY_HAND}"
                )
            found |= places
        run = []
    for line in range(max(known) + 1, last + 1):
        found[line] = known[max(known)] + line - max(known)
    return found


def run_of_lines(
    run: Sequence[int], before: int | None, after: int, held: set[int]
) -> dict[int, int] | None:
    """Neighbouring lines without labels -> their places between two that have one.

    None where several might be theirs, or where a sort exchanged the two: what stood between them
    may stand anywhere.
    """
    if before is None:
        return first_lines(run, after)
    if after < before:
        return None
    between = list(range(before + 1, after))
    if len(between) > len(run):
        between = sorted(held.intersection(between))
    if len(between) == len(run):
        return dict(zip(run, between, strict=True))
    return None if between else {}


def first_lines(run: Sequence[int], after: int) -> dict[int, int]:
    """The lines before the first label, the title among them, stand right above it: 1 and 2 in 2
    and 3 where line 3 is in 4.
    """
    places: dict[int, int] = {}
    for line, place in zip(reversed(run), range(after - 1, 0, -1), strict=False):
        places[line] = place
    return places


def strange_cells(cells: Mapping[Spot, object], rows: Lines, columns: Lines) -> list[Spot]:
    """What stands on lines that go, for they are none of the table's: beside and below the table
    too.
    """
    gone_rows, gone_columns = lines_that_go(rows), lines_that_go(columns)
    found: list[Spot] = []
    for spot in sorted(cells):
        if spot[0] in gone_rows or spot[1] in gone_columns:
            found.append(spot)
    return found


def lines_that_go(lines: Lines) -> set[int]:
    own = set(lines.values())
    return set(range(1, max(own))) - own


# --- what stands against it -----------------------------------------------------------------------


def figure_places(found: Standing) -> set[Spot]:
    """Where the figures of a table stand now."""
    places = map(found.place, found.sheet.cells.values())
    return {place for place in places if place is not None}


def refuse_unseen(found: Standing, values: Mapping[Spot, object]) -> None:
    """WorkbookError where a figure is struck, hidden or shown as another one: in its place it would
    be read. ``values`` are those that a person sees: 5（单元格为加了删除线的格式）.
    """
    for place in sorted(figure_places(found)):
        unseen = seen.UNSEEN.search(seen.text_of(values.get(place)))
        if unseen:
            raise WorkbookError(
                f"“{found.sheet.name}”的{address(place)}{unseen[1]}，还原后会照数字采用，没有还原；"
                f"请先恢复常规格式、取消隐藏，或改正、清空这一格。"
            )


def refuse_unsure(found: Standing, cells: Mapping[Spot, object]) -> None:
    """WorkbookError where the words on the sheet say that its figures are others."""
    refuse_other_names(found, cells)
    refuse_other_units(found, cells)


def refuse_other_names(found: Standing, cells: Mapping[Spot, object]) -> None:
    """WorkbookError where a label names another line than that in whose place it stands, or none
    of the form, whatever its number: （一）部分公开 with 20 beside it is no （一）予以公开.
    """
    for spot, text in found.sheet.label_guards:
        place = found.place(spot) or NOWHERE
        told = seen.text_of(cells.get(place))
        if labelling.bare(told) and not is_name_of(found.sheet, told, text):
            raise WorkbookError(
                f"“{found.sheet.name}”的{address(place)}应为“{wording.clipped(text)}”，现为"
                f"“{wording.clipped(told)}”，名称不同，没有还原；请核对其中的数字属于官方表格的"
                f"哪一行（列），改正后再试。"
            )
    for place in found.strange:
        told = seen.text_of(cells.get(place))
        if labelling.bare(told) and is_any_name(found.sheet, told):
            raise WorkbookError(
                f"“{found.sheet.name}”的{address(place)}写作“{wording.clipped(told)}”，是官方表格中的"
                f"名称，所在的行（列）却不是官方表格的，没有还原；请核对其中的数字，改正后再试。"
            )


def is_any_name(sheet: TableSheet, told: str) -> bool:
    """Whether a text is a label in other words; to the letter it was found as one, or stands where
    a sort left it.
    """
    labels = dict(sheet.label_guards).values()
    return told not in labels and any(is_name_of(sheet, told, text) for text in labels)


def is_name_of(sheet: TableSheet, told: str, text: str) -> bool:
    """Whether a text on a sheet is a label of its form, by its words: 予以公开 is （一）予以公开,
    and so is （一）予以公幵; 7.属于行政查询事项 is no 7.属于行政执法案卷.
    """
    words, word = labelling.lexicon(sheet.form), labelling.bare(told)
    number = [label.text for label in words.labels].index(text)
    if word in words.spellings[number]:
        return True
    return typos.stands_out(word, number, typos.likenesses(word, words), words)


def refuse_other_units(found: Standing, cells: Mapping[Spot, object]) -> None:
    """WorkbookError where a text says another unit than the form: 本年收费金额（单位：元） would
    become 万元, and the figures below would stay.
    """
    for spot, told in reading.other_units(found.sheet, cells, found.place):
        other = reading.other_unit_text(found.sheet, spot, told)
        raise WorkbookError(f"{other}，没有还原；{reading.CONVERT}。")


# --- told -----------------------------------------------------------------------------------------


def question_of(sheet: TableSheet, found: Standing | None, lanes: int) -> str:
    """What restoring a table does, for a person to agree to: ``found`` if a label is not in its
    place, and how many lanes were overtyped.
    """
    told = lines_told(found) if found is not None else []
    if lanes:
        told.append(f"恢复“{sheet.name}”被改动的{lanes}格勾稽校验")
    return "，".join(told)


def lines_told(found: Standing) -> list[str]:
    name = found.sheet.name
    if found.is_official:
        return [f"把“{name}”的行名和列名改回官方表格的文字"]
    told = [f"把“{name}”的数字按行名和列名放回官方表格的位置"]
    lost = list(map(line_text, found.missing_rows))
    for column in found.missing_columns:
        lost.append(f"{letters(column)}列")
    if lost:
        told.append(f"{named(lost)}已被删除，还原后为空白")
    if found.strange:
        told.append(f"删去多余的行列，连同其中{named(list(map(address, found.strange)))}的内容")
    return told


def named(places: Sequence[str]) -> str:
    return wording.some_of(places, MOST_NAMED, f"等{len(places)}处")
