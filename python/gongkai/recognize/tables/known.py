"""The tokens of a page whose tables are laid out as on a page before -> its tables, by position.

Most reports of a batch are set alike. Where only the figures and the prose differ from a page that
was read without a problem, each figure belongs to the cell that stood at its place there: 134 in
the seventh cell of the third grid row is again applications.granted.natural.

What makes that the same as reading the page from its labels, the first two asked of the page that
is learnt (``layouts_of``), the others of every page (``is_inert``, ``key_of``):

- Labels and figures of each table stand in a grid of its own, which nothing else explains: each
  label once, to the letter, in no other grid what would start, end or be a row of that table. So
  its chain of labels stays in its grid, however long the prose between the grids is.
- Each figure and sign of a grid is one cell of the form, and a figure is the last of each grid. No
  figure of a row is passed over, numbers it or is one of several for a cell, which are the ways in
  which figures have a say in where others belong.
- The prose has no label of these tables, and no line that says that counts are not single ones.
  No label of a grid is left over either, so there is none that a figure in the prose may be of.
- All else that is looked at is the same (``key_of``): the texts of labels and notes, what is a
  figure, a sign or blank, grid rows and columns and how many of these a cell covers.

Units that a cell, its head, its label or the prose states are judged anew with each figure. A page
of which a figure is in doubt, or a sum does not hold, is read from its labels, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, TypeVar

from gongkai.editions import all_editions, form
from gongkai.model import Cell, Form, Label
from gongkai.recognize import labelling, tokenizing
from gongkai.recognize.tables import entries, settle, stacks, units

MOST_LAYOUTS = 200  # of pages
MOST_SEEN = 5_000  # pages of which no more is kept than that they were seen
MOST_CELLS = 400  # of a grid: all gaps between its labels weigh less than a label (labelling.FAR)
MOST_TEXT = 6_000  # characters in the labels of a grid
OWN_WEIGHT = 1.0  # of a label to the letter
COUNTING = "1 2 3 4 5"  # a row of 表四 with these may number its columns
NOWHERE = -1  # the place of a cell that the page does not have
LayoutKey = tuple[object, ...]
K = TypeVar("K")
V = TypeVar("V")


class PageGrid(NamedTuple):
    """A grid of a page: its tokens, and the number of the first among the page's."""

    start: int
    tokens: Sequence[tokenizing.Token]

    @property
    def place(self) -> range:
        return range(self.start, self.start + len(self.tokens))


class GridPage(NamedTuple):
    """A page with one grid for each table of an edition; ``prose`` are the tokens outside them."""

    key: LayoutKey
    edition: str
    tokens: Sequence[tokenizing.Token]
    grids: Sequence[PageGrid]
    prose: Sequence[tokenizing.Token]


class TableLayout(NamedTuple):
    """Where the figures of a table stand, in cells of the grid ``number`` counted from 0: the
    figure of each cell of the form, the tokens that were ``used``, the labels. ``units`` are what
    the grid's texts around each amount of money say of its unit.
    """

    form: Form
    number: int
    cells: tuple[tuple[Cell, int], ...]
    used: tuple[int, ...]
    labels: tuple[int, ...]
    units: Mapping[str, Sequence[units.UnitPlace]]


SEEN: dict[int, None] = {}
LAYOUTS: dict[LayoutKey, tuple[TableLayout, ...]] = {}


# --- what is the same on two pages ----------------------------------------------------------------


def page_of(tokens: Sequence[tokenizing.Token], preferred: str) -> GridPage | None:
    """The page, if it has a grid for each table of the edition and prose between them; its prose
    may still say more than it should (``is_inert``).
    """
    forms = all_editions()[preferred].forms
    grids: list[PageGrid] = []
    prose: list[tokenizing.Token] = []
    at = end = 0
    for number, group in groupby(tokens, key=attrgetter("grid")):
        run = list(group)
        if not number:
            prose += run
        elif is_large(run) or len(grids) == len(forms) or (grids and at == end):
            return None
        else:
            grids.append(PageGrid(at, run))
            end = at + len(run)
        at += len(run)
    numbers = {grid.tokens[0].grid for grid in grids}
    if len(numbers) < len(forms):
        return None
    key = (preferred, *map(key_of, grids))
    return GridPage(key, preferred, tokens, grids, prose)


def is_large(run: Sequence[tokenizing.Token]) -> bool:
    size = sum([len(token.text) for token in run])
    return len(run) > MOST_CELLS or size > MOST_TEXT


def key_of(grid: PageGrid) -> LayoutKey:
    """All that is looked at of a grid's tokens but the figures' own texts, and the places."""
    tokens = grid.tokens
    first = tokens[0].row
    texts = ["" if token.kind == "figure" else token.text for token in tokens]
    rows = [token.row - first for token in tokens]
    looks = map(attrgetter("kind", "squash", "column", "colspan", "spans"), tokens)
    return (*texts, *rows, *looks)


def is_inert(page: GridPage, lines: Sequence[int]) -> bool:
    """Whether neither the prose nor the figures tell where figures belong: no label in the prose
    and nothing that one of 表四 begins with, none of the ``lines`` that state a unit is of counts
    (单位：千件), and nothing numbers columns. 无。 and 134 in the prose belong to no label.
    """
    begun = labelling.lexicon(form(page.edition, "disputes")).prefixes
    if not begun.isdisjoint([token.squash for token in page.prose]):
        return False
    for official in all_editions()[page.edition].forms.values():
        if labelling.exact_matches(page.prose, labelling.lexicon(official)):
            return False
    said = [("", page.tokens[at].text) for at in lines]
    return not units.scaled_note(said) and not any(map(may_count, page.grids))


def may_count(grid: PageGrid) -> bool:
    """Whether 1, 2, 3, 4, 5 stand side by side: numbers of columns, no figures (disputes)."""
    return COUNTING in tokenizing.text_of(tokenizing.written(grid.tokens))


# --- by position ----------------------------------------------------------------------------------


def read_known(page: GridPage) -> dict[str, entries.TableReading] | None:
    """The tables of a page whose layout is known; None where they are to be read from their
    labels.
    """
    layouts = LAYOUTS.get(page.key)
    if not layouts:
        return None
    lines = units.unit_lines(page.tokens)
    return read_as(page, layouts, lines) if is_inert(page, lines) else None


def read_as(
    page: GridPage, layouts: Sequence[TableLayout], lines: Sequence[int]
) -> dict[str, entries.TableReading] | None:
    """The tables of a page by their layouts; None where a figure or a sum speaks against it."""
    found = {}
    for layout in layouts:
        reading = read_at(page, layout, lines)
        if is_doubtful(reading):
            return None
        found[layout.form.id] = reading
    return found


def read_at(page: GridPage, layout: TableLayout, lines: Sequence[int]) -> entries.TableReading:
    """The table that stands in a grid, its figures by their positions; ``lines`` are the tokens of
    lines that state a unit.
    """
    start, tokens = page.grids[layout.number]
    reading = entries.TableReading(layout.form)
    reading.spots = tuple([start + at for at in layout.labels])
    reading.start = reading.spots[0]
    reading.used = {id(tokens[at]) for at in layout.used}
    notes = notes_beside(page, reading.spots, lines) if layout.units else []
    for cell, places in layout.units.items():
        if places or notes:
            reading.units[cell] = [*places, *notes]
    for place, at in layout.cells:
        entries.place_figure(reading, place, None if at == NOWHERE else tokens[at])
    return reading


def notes_beside(
    page: GridPage, labels: Sequence[int], lines: Sequence[int]
) -> list[units.UnitPlace]:
    """What lines of the prose say of the units of a table with these labels."""
    return units.note_places(page.tokens, lines, labels[0], labels[-1] + 1, labels)


def is_doubtful(reading: entries.TableReading) -> bool:
    """Whether a figure was not read, or a sum does not hold."""
    if reading.problems:
        return True
    values = reading.values
    held = [settle.holds(relation, values) for relation in reading.form.relations]
    return False in held


# --- learning -------------------------------------------------------------------------------------


def learn(page: GridPage, readings: Mapping[str, entries.TableReading]) -> None:
    """Keep the layout of a page that was read from its labels, if it is one by which any page that
    is set alike can be read, this one first; () where it is not. To find that out takes half of
    what it saves each time, so it is asked for the second page of a layout.
    """
    is_new = kept(SEEN, hash(page.key), None, MOST_SEEN)
    if is_new or page.key in LAYOUTS or any(map(is_doubtful, readings.values())):
        return
    lines = units.unit_lines(page.tokens)
    if is_inert(page, lines):
        layouts = layouts_of(page, readings, lines)
        is_same = read_as(page, layouts, lines) == readings
        kept(LAYOUTS, page.key, layouts if is_same else (), MOST_LAYOUTS)


def kept(known: dict[K, V], key: K, value: V, most: int) -> bool:
    """Whether a key is new; then it is kept. Too many are all forgotten, which is one step for
    other threads, too.
    """
    if key in known:
        return False
    if len(known) >= most:
        known.clear()
    known[key] = value
    return True


def layouts_of(
    page: GridPage, readings: Mapping[str, entries.TableReading], lines: Sequence[int]
) -> tuple[TableLayout, ...]:
    """The layout of each table, () where another page that is set alike may be read differently."""
    forms = all_editions()[page.edition].forms
    is_stated = any(page.tokens[at].grid for at in lines)
    if is_stated or {name: each.form for name, each in readings.items()} != forms:
        return ()
    layouts = []
    for reading in readings.values():
        layout = layout_of(page, reading, lines)
        if layout is not None:
            layouts.append(layout)
    numbers = {layout.number for layout in layouts}
    return tuple(layouts) if len(numbers) == len(forms) else ()


def layout_of(
    page: GridPage, reading: entries.TableReading, lines: Sequence[int]
) -> TableLayout | None:
    """The layout of a table that stands in a grid of its own, with nothing in doubt, else None."""
    number = grid_with(page, reading.spots)
    if number is None or reading.short_rows:
        return None
    grid = page.grids[number]
    if not has_all_labels(page, grid, reading):
        return None
    cells = cells_in(grid, reading)
    used = []
    for at, token in enumerate(grid.tokens):
        if id(token) in reading.used:
            used.append(at)
    labels = [at - grid.start for at in reading.spots]
    said = units_without(notes_beside(page, reading.spots, lines), reading)
    layout = TableLayout(reading.form, number, cells, tuple(used), tuple(labels), said)
    return layout if is_settled(grid, layout, reading) else None


def cells_in(grid: PageGrid, reading: entries.TableReading) -> tuple[tuple[Cell, int], ...]:
    """The cells of the form in the order in which they were entered, with where in the grid the
    figure of each stands; those without a figure stand nowhere, and so does one in another grid.
    """
    places = {token.place: at for at, token in enumerate(grid.tokens)}
    found = []
    for name, entry in reading.entries.items():
        at = NOWHERE if entry.place is None else places.get(entry.place, NOWHERE)
        found.append((reading.form.cells[name], at))
    return tuple(found)


def units_without(
    notes: Sequence[units.UnitPlace], reading: entries.TableReading
) -> dict[str, tuple[units.UnitPlace, ...]]:
    """Cell -> what a grid says of its unit, for amounts of money: what was found but the notes of
    the prose, which stand behind it (rows.state_units).
    """
    found = {}
    for part in reading.form.parts:
        if units.is_money(part.columns[-1].unit):
            for row in part.rows:
                for cell in reading.form.row_cells(row.id):
                    places = reading.units.get(cell.id, notes)
                    found[cell.id] = tuple(places[: len(places) - len(notes)])
    return found


def grid_with(page: GridPage, spots: Sequence[int]) -> int | None:
    """The number of the grid that all labels of a table stand in."""
    for number, grid in enumerate(page.grids):
        if spots and all(at in grid.place for at in spots):
            return number
    return None


def is_settled(grid: PageGrid, layout: TableLayout, reading: entries.TableReading) -> bool:
    """Whether each figure of a grid is that of one cell of the form, the last token one of them,
    and no cell was passed over or placed twice.
    """
    placed = [at for _, at in layout.cells if at != NOWHERE]
    is_once = len(set(placed)) == len(placed) == reading.placed
    if not is_once or layout.used not in ((), tuple(sorted(placed))):
        return False
    if not reading.units.keys() <= layout.units.keys():
        return False
    for at, token in enumerate(grid.tokens):
        if token.kind in ("figure", "sign") and at not in placed:
            return False
    last = len(grid.tokens) - 1
    return grid.tokens[last].kind == "figure" and last in placed


def has_all_labels(page: GridPage, grid: PageGrid, reading: entries.TableReading) -> bool:
    """Whether a table has each label of its form to the letter, in the heaviest wording that the
    page has of it, so that no chain of labels leaves the grid for another.
    """
    labels, own = reading.form.labels, reading.spots
    words = labelling.lexicon(reading.form)
    heaviest = dict.fromkeys(range(len(labels)), OWN_WEIGHT)
    weights: dict[int, float] = {}
    elsewhere: list[labelling.Match] = []
    for match in matches_on(page, reading):
        number = match.label
        heaviest[number] = max(match.weight, heaviest[number])
        if match.start not in own:
            elsewhere.append(match)
        elif number < len(own) and own[number] == match.start:
            weights[number] = match.weight
    is_own = weights == heaviest and are_no_table(elsewhere, grid, labels)
    if not is_of_rows(reading):
        return is_own
    # Else another edition is tried (find_best), or a head is looked for in the prose (read_parts).
    is_full = sum(weights.values()) >= words.full
    return is_own and is_full and labels[0].kind not in ("row", "column")


def matches_on(page: GridPage, reading: entries.TableReading) -> Iterator[labelling.Match]:
    """All places of a form's labels; one of 表四 that is a pile of cells stands at the first."""
    labels = reading.form.labels
    words = labelling.lexicon(reading.form)
    if is_of_rows(reading):
        yield from labelling.exact_matches(page.tokens, words)
        return
    cells, spots = stacks.stacked(page.tokens, labelling.names_of(labels))
    for match in labelling.exact_matches(cells, words):
        yield match._replace(start=spots[match.start])


def is_of_rows(reading: entries.TableReading) -> bool:
    """Whether a table was read by the labels of its rows (rows), not as 表四 is."""
    return bool(reading.used)


def are_no_table(
    matches: Iterable[labelling.Match], grid: PageGrid, labels: Sequence[Label]
) -> bool:
    """Whether texts beside a table's labels, 总计 in the next grid, are no other table of the kind
    nor a summary of its rows, no certain row, and neither begin a chain of its labels above the
    grid nor end one below.
    """
    rows = set()
    for match in matches:
        is_first = match.label == 0 and match.start < grid.place.start
        is_last = match.label == len(labels) - 1 and match.start >= grid.place.stop
        if is_first or is_last:
            return False
        if labels[match.label].kind == "row":
            rows.add(match.label)
            if match.weight >= labelling.CERTAIN_ROW:
                return False
    return len(rows) <= 1
