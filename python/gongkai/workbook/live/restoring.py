"""Where the lines of a table stand after rows or columns were inserted, deleted or sorted, by their
labels.

Nothing is guessed: a label that stands twice, or a line that could be one of two, is a
WorkbookError that names it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gongkai.figures import without_blanks
from gongkai.model import WorkbookError
from gongkai.spreadsheets import Spot, letters
from gongkai.spreadsheets.seen import text_of
from gongkai.wording import clipped
from gongkai.workbook.layout import TableSheet, address

# Official row or column -> where it stands now; one that was deleted is left out.
Lines = Mapping[int, int]
MOST_INSERTED = 60  # rows or columns; beyond them nothing is looked for
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
    def is_official(self) -> bool:
        """Whether every line is in its place."""
        if self.missing_rows or self.missing_columns:
            return False
        return is_unmoved(self.rows) and is_unmoved(self.columns)

    @property
    def missing_rows(self) -> list[int]:
        return missing_lines(self.rows, self.sheet.last_line)

    @property
    def missing_columns(self) -> list[int]:
        return missing_lines(self.columns, self.sheet.size.right + 1)

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


def missing_lines(lines: Lines, last: int) -> list[int]:
    return [line for line in range(1, last + 1) if line not in lines]


def is_unmoved(lines: Lines) -> bool:
    return all(line == place for line, place in lines.items())


def in_order(lines: Lines) -> Lines:
    return dict(zip(sorted(lines), sorted(lines.values()), strict=True))


def standing(
    sheet: TableSheet, cells: Mapping[Spot, object], formulas: Collection[Spot]
) -> Standing:
    """``formulas`` are the cells whose value is the result of one: none of them is a label.

    Raises WorkbookError where the labels leave open which line is which.
    """
    labels = found_labels(sheet, constants_of(cells, formulas))
    near = [spot for spot in cells if is_near(sheet, spot)]
    held_rows = {row for row, _ in near}
    held_columns = {column for _, column in near}
    known = agreed(sheet, row_pairs(sheet, labels), "行")
    rows = filled_in(sheet, known, sheet.last_line, held_rows, "行")
    known = agreed(sheet, [(spot[1], place[1]) for spot, place in labels.items()], "列")
    columns = filled_in(sheet, known, sheet.size.right + 1, held_columns, "列")
    return Standing(sheet, rows, columns, tuple(strange_cells(cells, rows, columns)))


def constants_of(cells: Mapping[Spot, object], formulas: Collection[Spot]) -> dict[Spot, object]:
    return {spot: value for spot, value in cells.items() if spot not in formulas}


def row_pairs(sheet: TableSheet, labels: Mapping[Spot, Spot]) -> list[tuple[int, int]]:
    """(row, where it stands), by every label but those over several rows: a sort leaves them where
    they are.
    """
    groups = [box for label, box in sheet.labels if label.kind == "group"]
    over_several = {(box.top, box.left) for box in groups}
    return [(spot[0], place[0]) for spot, place in labels.items() if spot not in over_several]


def found_labels(sheet: TableSheet, cells: Mapping[Spot, object]) -> dict[Spot, Spot]:
    """Official place of a label -> where it stands.

    Of labels of one text those that stand are taken in their order, or, where some are missing,
    only the ones in their places.
    """
    stands: dict[str, list[Spot]] = {}
    for spot in sorted(cells):
        if is_near(sheet, spot):
            stands.setdefault(without_blanks(text_of(cells[spot])), []).append(spot)
    found: dict[Spot, Spot] = {}
    for text, places in official_labels(sheet).items():
        at = stands.get(text, [])
        if len(at) > len(places):
            raise WorkbookError(
                f"“{sheet.name}”中“{clipped(text)}”有{len(at)}处，不能确定是哪一行；{BY_HAND}"
            )
        if len(at) == len(places):
            found.update(zip(sorted(places), at, strict=True))
        else:
            found.update((place, place) for place in at if place in places)
    return found


def official_labels(sheet: TableSheet) -> dict[str, list[Spot]]:
    """Text without blanks -> the places that it has in the form: 其他 two in 表三."""
    found: dict[str, list[Spot]] = {}
    for spot, text in (*sheet.guarded, *sheet.lane_head):
        found.setdefault(without_blanks(text), []).append(spot)
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

    None where several might be theirs.
    """
    if before is None:  # the first lines of the sheet, the title among them
        first = after - len(run)
        return {line: first + at for at, line in enumerate(run) if first + at > 0}
    between = list(range(before + 1, after))
    if len(between) > len(run):
        between = [place for place in between if place in held]
    if len(between) == len(run):
        return dict(zip(run, between, strict=True))
    return None if between else {}


def strange_cells(cells: Mapping[Spot, object], rows: Lines, columns: Lines) -> list[Spot]:
    """What stands on lines that go, for they are none of the table's: beside and below the table
    too.
    """
    gone_rows, gone_columns = lines_that_go(rows), lines_that_go(columns)
    return [spot for spot in sorted(cells) if spot[0] in gone_rows or spot[1] in gone_columns]


def lines_that_go(lines: Lines) -> set[int]:
    own = set(lines.values())
    return set(range(1, max(own))) - own


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
    lost = [f"第{row}行" for row in found.missing_rows]
    lost += [f"{letters(column)}列" for column in found.missing_columns]
    if lost:
        told.append(f"{named(lost)}已被删除，还原后为空白")
    if found.strange:
        told.append(f"删去多余的行列，连同其中{named(list(map(address, found.strange)))}的内容")
    return told


def named(places: Sequence[str]) -> str:
    more = f"等{len(places)}处" if len(places) > MOST_NAMED else ""
    return f"{'、'.join(places[:MOST_NAMED])}{more}"
