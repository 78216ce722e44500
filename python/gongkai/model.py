"""The values that rooms hand to each other, and the exceptions; imports nothing of ours.

Every value here is frozen and can be printed, stored and compared. A cell id is
``table.row.column`` (``applications.granted.natural``); it names the same figure in TOML, JSON,
findings, tests and the workbook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import pandas

Figure = int | Decimal
Value = Figure | None
Severity = Literal["error", "warning", "note"]


# --- the official form ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """Cells of a table or sheet that a label or figure covers; 1-based, all four edges included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def width(self) -> int:
        return self.right - self.left + 1

    @property
    def height(self) -> int:
        return self.bottom - self.top + 1


LabelKind = Literal["caption", "head", "group", "row", "column"]


@dataclass(frozen=True, slots=True)
class Label:
    """A printed text of the official form: where it stands, its official wording and other wordings
    in use.

    ``id`` is the row or column id for kinds ``row`` and ``column``, the group's id for ``group``,
    else "". ``short`` is what a message calls it, where that is not simply its wording: 新收.
    """

    id: str
    kind: LabelKind
    text: str
    aliases: tuple[str, ...]
    box: Box
    short: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures. ``unit`` is 件 or 万元; amounts in 万元 may be decimal, ``signed`` ones
    negative. ``counts`` is what is counted in it, ``source`` the article: as of a row.
    """

    id: str
    label: Label
    unit: str
    signed: bool
    counts: str = ""
    source: str = ""

    @property
    def decimal(self) -> bool:
        return self.unit == "万元"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of figures; ``line`` is the line of the form on which they stand, ``groups`` the labels
    it lies under.

    ``counts`` is what is counted in it, a sentence for those who fill the form in, and ``source``
    the article that says so, "" where the edition's circular alone does:
    所申请的信息已依法确定为国家秘密。 条例第十四条.
    """

    id: str
    label: Label
    line: int
    groups: tuple[Label, ...]
    counts: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a table whose rows share their columns (table two has several; table four has
    three).
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure's place in the official form."""

    id: str
    table: str
    row: Row
    column: Column
    box: Box


@dataclass(frozen=True, slots=True)
class Relation:
    """A stated sum (勾稽关系): the figures of ``parts`` together equal the figures of ``whole``
    together.

    ``kind`` is balance, sum, across or total; ``marked`` is the cell that carries the flag when it
    is broken; ``label`` says the relation in the words of those who fill the form in, ``left`` and
    ``right`` are its two sides in a message: 新收＋上年结转, 办结＋下年结转.
    """

    rule: str
    kind: str
    table: str
    parts: tuple[str, ...]
    whole: tuple[str, ...]
    marked: str
    label: str
    left: str = ""
    right: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        return self.parts + self.whole


@dataclass(frozen=True, repr=False)
class Form:
    """The official form of one table in one edition, and the sums that its figures must satisfy.

    ``number`` is 表二, 表三 or 表四; ``labels`` are all printed texts in reading order (row by
    row).
    """

    id: str
    edition: str
    number: str
    title: str
    parts: tuple[Part, ...]
    labels: tuple[Label, ...]
    size: Box
    relations: tuple[Relation, ...] = ()

    def __repr__(self) -> str:
        """As it is had again: ``form('2021', 'applications')``."""
        return f"form({self.edition!r}, {self.id!r})"

    def __hash__(self) -> int:
        return hash((self.edition, self.id))

    @cached_property
    def cells(self) -> Mapping[str, Cell]:
        """Cell id -> cell, in the official order: row by row, columns left to right."""
        found = {}
        for part in self.parts:
            for row in part.rows:
                for column in part.columns:
                    cell_id = f"{self.id}.{row.id}.{column.id}"
                    box = Box(row.line, column.label.box.left, row.line, column.label.box.right)
                    found[cell_id] = Cell(cell_id, self.id, row, column, box)
        return found

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for part in self.parts for row in part.rows)

    def row_cells(self, row_id: str) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells.values() if cell.row.id == row_id)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What all relations of one kind have in common; ``source`` names the place in the form without
    its circular.
    """

    title: str
    meaning: str
    source: str
    advice: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What a finding's rule id stands for, in the words of those who fill the form in.

    ``source`` is the circular and article that it follows from, ``example`` a message, ``advice``
    what to do.
    """

    id: str
    severity: Severity
    title: str
    meaning: str
    source: str
    example: str
    advice: str


@dataclass(frozen=True, slots=True)
class Section:
    """One of the six sections of a report; ``table`` is the id of the table that it holds, or
    "".
    """

    number: int
    title: str
    aliases: tuple[str, ...]
    table: str


class Statement(NamedTuple):
    """What one source says of a cell, or of the sum of some: that it is ``figure``.

    ``price`` is what it costs not to believe it, ``source`` who says so. 表三 itself says
    予以公开·自然人134 (``sums.as_written``); 第一部分 says 不予公开92件, eight rows of 总计.
    A named tuple, as Place is: a table has some hundred and seventy, and they are a key.
    """

    cells: tuple[str, ...]
    figure: Figure
    price: int = 2
    source: str = "table"


@dataclass(frozen=True)
class Edition:
    """An official layout: ``years`` (first, last or None), ``circular`` the number of its
    circular.
    """

    name: str
    years: tuple[int, int | None]
    circular: str
    forms: Mapping[str, Form]
    sections: tuple[Section, ...]

    def covers(self, year: int) -> bool:
        first, last = self.years
        return first <= year and (last is None or year <= last)

    @cached_property
    def relations(self) -> tuple[Relation, ...]:
        """Those of all tables, in the order of the form."""
        return tuple(relation for form in self.forms.values() for relation in form.relations)


# --- a source and what a reader finds in it -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files, named as users know it; ``advice`` says what to do about one that is not
    read. ``office`` is the suffix under which LibreOffice first makes a .docx of it, or "".
    """

    name: str
    advice: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a document is (``sources.detect.identify``); ``opened`` is the archive of a workbook of
    ours, which was opened to find that out and need not be opened again.
    """

    format: Format
    is_ours: bool = False
    opened: object = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of a source. ``origin`` is what the user named, ``url`` where it really came from
    (or "").

    ``provenance`` says what happened between the two that the user did not ask for, a Chinese
    sentence each: an attachment taken instead of its page, a copy from the cache, a certificate
    that was not checked. ``styles`` is what a page's external stylesheets say of a few of its
    figures (CSS), where the page itself does not. ``kind`` is what it is, None where nobody has
    looked yet.
    """

    origin: str
    media_type: str
    content: bytes = field(repr=False)
    sha256: str
    fetched_at: str = ""
    url: str = ""
    charset: str = ""
    provenance: tuple[str, ...] = ()
    styles: str = field(default="", repr=False)
    kind: Kind | None = field(default=None, compare=False, repr=False)


class Place(NamedTuple):
    """Where in a source something stood; 0 where it does not apply. Grid row and column are
    1-based.

    A named tuple, as GridCell is: a page has hundreds, and a frozen dataclass takes three times as
    long to make.
    """

    page: int = 0
    table: int = 0
    row: int = 0
    column: int = 0
    line: int = 0


class GridCell(NamedTuple):
    """A cell as the source wrote it: its text and the spans it claims after clamping to sense."""

    text: str
    column: int
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of the source. ``rows[i]`` holds the cells that start in row i, left to right.

    ``GridCell.column`` is the 0-based grid column once the spans from above are taken into account.
    ``spans`` is False where the source cannot say them (text with bars), so a covered cell may be
    missing or written empty.
    """

    place: Place
    rows: tuple[tuple[GridCell, ...], ...]
    spans: bool = True


@dataclass(frozen=True, slots=True)
class Prose:
    """Text outside tables, its lines and blank lines kept.

    ``heading`` is "" for body text, h1 to h6, ``title`` for the page's title, ``meta:NAME`` for a
    named property, ``sheet`` for the name of one of several worksheets.
    """

    place: Place
    heading: str
    text: str


VERSION = "0.1.0"  # of gongkai
# The headings of what stands in a document and is not read, each text on a line: what nobody sees,
# hidden or struck, and what its recorded changes put in or took away; all changes are accepted.
UNSEEN, REVISED = "meta:unseen", "meta:revised"
MARGIN = "meta:margin"  # what stands above and below the pages: 瑞安市2021年政府信息公开年报
# That of one text that a page's styles hide, below the line that stands before it: whether it is
# the report's or the site's is known where the report is.
HIDDEN = "meta:hidden"
SHEET = "sheet"  # the heading of a Prose that is the name of a worksheet, before what stands on it


@dataclass(frozen=True, slots=True)
class Link:
    """Something the source points to: ``kind`` is link, frame, image, password (a field that asks
    for one), stylesheet (one that may say how figures look; its text names their classes), or data:
    what a page without tables loads; its text is address, script (it loads something), challenge
    (it asks for proof of a browser) or feed.
    """

    place: Place
    kind: Literal["link", "frame", "image", "password", "stylesheet", "data"]
    text: str
    target: str


Block = Grid | Prose | Link


@dataclass(frozen=True, slots=True)
class Segment:
    """One report or annex inside a document, as its title or caption names it; ``year`` None and
    ``agency`` "" where it does not. An annex shows another year, a comparison or a sample: no
    report is read from it.
    """

    kind: Literal["report", "annex"]
    title: str
    agency: str
    year: int | None


Certainty = Literal["certain", "likely", ""]
CoverFact = Literal["agency", "year", "published"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whence a report's body, year or day of publication is known: ``value`` as a text ("" for
    none), the sentence of the source that says it, and how certain that is: ``likely`` is to be
    confirmed by a person, "" is for no value.
    """

    value: str = ""
    source: str = ""
    certainty: Certainty = ""


# What told which segment is the report: it is the only one, the page's title, the latest year, the
# user; "" nothing.
PartChoice = Literal["only", "title", "latest", "part", ""]


# --- a report -------------------------------------------------------------------------------------


UNKNOWN_UNIT = "未注明"  # the unit of an amount where neither the form nor the source states one


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure of a report. ``value`` is exact and in the form's unit, None where nothing certain
    stands; ``raw`` is the source text. ``unit`` is that in which the source writes it, if another
    than the form's: it was converted; ``stated`` quotes what says so, "" for the cell itself.
    ``read_by`` is "text" for a figure that a workbook of ours holds as a text, and for a blank that
    is one to people only: its sheets' formulas know neither. It is "lost" where a row or column of
    the source was not found or not placed: nobody knows what stands there, so it is no blank.
    """

    cell: str
    value: Value
    raw: str = field(default="", compare=False)
    place: Place | None = field(default=None, compare=False)
    unit: str = field(default="", compare=False)
    stated: str = field(default="", compare=False)
    read_by: Literal["", "text", "lost"] = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be placed or read: the table and, where known, row and column ids; the text;
    the reason.

    Of one cause one problem speaks: ``column`` may name several columns, parted by blanks
    (``natural company``).
    """

    table: str
    row: str
    column: str
    raw: str
    reason: str

    def is_on(self, column: str) -> bool:
        """Whether it speaks of a column: of every one where it names none."""
        return not self.column or column in self.column.split()


def table_id(cell: str) -> str:
    """applications.granted.natural -> applications."""
    return cell.partition(".")[0]


@dataclass(frozen=True, repr=False)
class Table:
    """A table of a report: the form whose layout it has, and one entry per cell of that form."""

    form: Form
    entries: Mapping[str, Entry]

    @property
    def id(self) -> str:
        return self.form.id

    @property
    def edition(self) -> str:
        return self.form.edition

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """Cell -> its figure, None for a blank and for what is no figure."""
        return {cell: entry.value for cell, entry in self.entries.items()}

    def to_frame(self) -> pandas.DataFrame:
        """The official layout: a row of figures a line, under the official labels."""
        return SHAPING[0].table_frame(self)

    def __repr__(self) -> str:
        """``<Table 表三 2021年版 174个数字>``."""
        return f"<Table {self.form.number} {self.edition}年版 {count_held(self)}个数字>"


def count_held(table: Table) -> int:
    """How many figures stand in a table, a 0 as well as a 3."""
    return sum(value is not None for value in table.values.values())


class Heading(NamedTuple):
    """The heading of a section as the source words it; ``section`` is the number of the official
    one.
    """

    section: int
    text: str


class ReportShapes(NamedTuple):
    """The other shapes of a report: what makes them stands above this room."""

    frame: Callable[[Report], pandas.DataFrame]
    table_frame: Callable[[Table], pandas.DataFrame]
    html: Callable[[Report], str]
    to_dict: Callable[[Report], dict[str, Any]]
    from_dict: Callable[[Mapping[str, Any]], Report]


SHAPING: list[ReportShapes] = []  # one; the front door (gongkai/__init__) puts it here


@dataclass(frozen=True, repr=False)
class Report:
    """An annual report as read. ``tables`` holds the recognised ones; ``published`` is an ISO date
    or "".

    ``sections`` are the prose ones. ``headings`` are those of all sections in the order of the
    source, ``opening`` the text before the first of them; a workbook keeps neither. ``parts`` are
    the segments of the document that hold tables, ``part`` the number of the one that this report
    is, counted from 1, 0 where that cannot be told, and ``chosen_by`` what told it; a workbook
    keeps none of them. ``decisions`` are what a person has decided about findings on it, by the
    findings' keys. ``evidence`` tells whence body, year and day are known; a workbook's are what
    stands on its cover, and it has none. ``left_out`` is what stands in its sections beside their
    prose and the tables of the form: 注：…。 below 表二, the head of a table within a text, what is
    struck or hidden; ``revised`` are the texts of its recorded changes, which were all accepted.
    """

    title: str
    agency: str
    year: int | None
    published: str
    tables: Mapping[str, Table]
    sections: Mapping[int, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    document: Document | None = field(default=None, compare=False, repr=False)
    headings: tuple[Heading, ...] = field(default=(), compare=False)
    opening: str = field(default="", compare=False)
    parts: tuple[Segment, ...] = field(default=(), compare=False, repr=False)
    part: int = field(default=0, compare=False, repr=False)
    chosen_by: PartChoice = field(default="only", compare=False, repr=False)
    decisions: Mapping[str, Decision] = field(default_factory=dict, compare=False, repr=False)
    evidence: Mapping[CoverFact, Evidence] = field(default_factory=dict, compare=False, repr=False)
    left_out: tuple[str, ...] = field(default=(), compare=False, repr=False)
    revised: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def entries(self) -> Iterator[Entry]:
        for table in self.tables.values():
            yield from table.entries.values()

    @property
    def is_evaluated(self) -> bool:
        """Whether at least one figure was read, a 0 as well as a 3. Nothing can be said of a report
        without any: it is neither right nor wrong.
        """
        return any(entry.value is not None for entry in self.entries())

    @property
    def doubts(self) -> tuple[CoverFact, ...]:
        """Which of body and year nobody can be certain of: none is known, or a person has to
        confirm it.
        """
        values: dict[CoverFact, object] = {"agency": self.agency, "year": self.year}
        return tuple(fact for fact, value in values.items() if not value or self.is_likely(fact))

    def is_likely(self, fact: CoverFact) -> bool:
        found = self.evidence.get(fact)
        return found is not None and found.certainty == "likely"

    def value(self, cell: str) -> Value:
        """The figure in a cell, None where it is blank or its table is missing."""
        entry = self.entry(cell)
        return entry.value if entry else None

    def entry(self, cell: str) -> Entry | None:
        """What stands in a cell, None where its table is missing or has no such cell."""
        table = self.table_of(cell)
        return table.entries.get(cell) if table else None

    def table_of(self, cell: str) -> Table | None:
        """The report's table that a cell belongs to: disputes.review.upheld -> 表四."""
        return self.tables.get(table_id(cell))

    def __getitem__(self, cell: str) -> Value:
        """``report["applications.new.total"]`` -> its figure, None where it is blank.

        Raises KeyError where no table of the report has such a cell: a name mistyped is no blank.
        ``value`` answers None there.
        """
        entry = self.entry(cell)
        if entry is None:
            raise KeyError(cell)
        return entry.value

    def __iter__(self) -> Iterator[str]:
        """The ids of all cells, in official order."""
        for entry in self.entries():
            yield entry.cell

    def __contains__(self, cell: object) -> bool:
        return isinstance(cell, str) and self.entry(cell) is not None

    def to_frame(self) -> pandas.DataFrame:
        """One row per figure: cell, table, edition, row, column, their labels, value, raw, page,
        line, and the exact figure again as count (Int64) and text (exact).
        """
        return SHAPING[0].frame(self)

    def to_dict(self) -> dict[str, Any]:
        """All that was read, ready for JSON; ``from_dict`` gives the same report again.

        The bytes of the document are not in it: whoever checks what comes back cannot have the
        document read a second time.
        """
        return SHAPING[0].to_dict(self)

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Report:
        """The report of a ``to_dict``. Raises GongkaiError for anything else."""
        return SHAPING[0].from_dict(told)

    def __repr__(self) -> str:
        """``<Report '瑞安市人民政府' 2021 表二、表三、表四 191个数字>``; what a page calls itself
        stands in quotes, and what nobody sees in it as an escape.
        """
        numbers = "、".join(table.form.number for table in self.tables.values()) or "没有表格"
        held = sum(map(count_held, self.tables.values()))
        return f"<Report {self.agency!r} {self.year} {numbers} {held}个数字>"

    def _repr_html_(self) -> str:
        """The tables as a notebook shows them, with what is wrong in them marked."""
        return SHAPING[0].html(self)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A cell whose figure is likely wrong: what it states (None for a blank) and what would mend
    the sums.
    """

    cell: str
    stated: Value
    proposed: int


class Bound(NamedTuple):
    """A cell that is certainly wrong, and the least and the most that it should be; ``most`` is
    None where there is no limit.

    A 总计 of 89 under parts of 100, 39 and a blank: at least 139.
    """

    cell: str
    stated: Value
    least: int
    most: int | None


Alternative = tuple[Suspect, ...]  # the cells that are wrong together, in one way to mend a table


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person has decided about a finding: that it is right, or that it is to be left out of
    account.

    ``verdict`` is "" where nothing is decided yet: a reason alone was written, or a ``word`` that
    is no verdict. ``kept`` tells that no workbook shows it: it stands in the file beside, or hidden
    for a finding that is not listed.
    """

    verdict: Literal["confirmed", "dismissed", ""]
    reason: str = ""
    word: str = ""
    kept: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class BrokenSum:
    """A stated sum that does not hold, or several that cannot hold together whatever stands in
    their blanks.

    ``cells`` are those that say so, of several sums the stated ones. ``stated`` is the sum over the
    whole, ``computed`` that over the parts, ``difference`` computed - stated; None where blanks
    leave them open. ``blanks`` counts the cells without a figure.
    """

    relations: tuple[Relation, ...]
    cells: tuple[str, ...]
    stated: Value = None
    computed: Value = None
    difference: Value = None
    blanks: int = 0

    @property
    def rule(self) -> str:
        return self.relations[0].rule


Fact = Figure | str | tuple[str, ...] | tuple[tuple[str, ...], ...] | None
FindingLines = tuple[str, str]
# What says a finding in words stands above this room: the front door puts it here.
SAYING: list[Callable[[Finding], FindingLines]] = []


@dataclass(frozen=True)
class Finding:
    """A violation as a value, one for each cause; ``wording.findings`` puts it into words.

    ``says`` tells which of a rule's sentences it is, ``facts`` are what that sentence names besides
    the figures: texts of the source as they stand there, numbers. ``form`` is the form whose cells
    ``cells`` are, None where they are several tables'. ``sums`` are the stated sums that the cause
    breaks; ``members`` are the findings of one kind that are told as one.

    ``difference`` is computed - stated; all three are None where they do not apply.

    ``suspects`` are the smallest sets of changes that would mend it, the likeliest first, one
    alternative where that is unique; none where nothing can be proposed, and ``too_many`` where
    there are more than can be told. ``cause`` tells whether the report itself is at fault or more
    likely our reading of it; "" where that was not asked. ``cells`` come in official order.
    """

    rule: str
    severity: Severity
    says: str = ""
    cells: tuple[str, ...] = ()
    stated: Value = None
    computed: Value = None
    difference: Value = None
    suspects: tuple[tuple[Suspect, ...], ...] = ()
    too_many: bool = False
    cause: Literal["", "report", "reading"] = ""
    decision: Decision | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    form: Form | None = field(default=None, compare=False, repr=False)
    sums: tuple[BrokenSum, ...] = ()
    members: tuple[Finding, ...] = ()

    @property
    def lines(self) -> FindingLines:
        """What is wrong, the figure first; why, and what to do ("" where the first says all)."""
        return SAYING[0](self)

    @property
    def message(self) -> str:
        """Both lines as one text."""
        return "".join(f"{line}。" for line in self.lines if line)


class Edit(NamedTuple):
    """One cell of the workbook to be written; row and column are 1-based, None empties the cell."""

    sheet: str
    row: int
    column: int
    value: int | Decimal | str | None


# --- failures -------------------------------------------------------------------------------------


class GongkaiError(Exception):
    """Base of all failures. The text is one Chinese sentence: what is wrong and what to do.

    Notes (PEP 678) are lines to be told after it: the links of a directory page.
    """


class FetchError(GongkaiError):
    """A source could not be fetched; worth a retry. ``stage`` names what failed, ``status`` is the
    server's or 0, ``retry_after`` the seconds for which it wants to be left alone.
    """

    def __init__(
        self, message: str, stage: str = "", status: int = 0, retry_after: float = 0
    ) -> None:
        super().__init__(message)
        self.stage, self.status, self.retry_after = stage, status, retry_after


class UnreadableDocument(GongkaiError):
    """A document was fetched but holds no report that can be read; the batch records it and goes
    on.
    """


class NoFigures(UnreadableDocument):
    """A report was read and holds no figure: a blank form, or figures that no text tells."""


class NoReport(UnreadableDocument):
    """A document was read to its end and holds nothing of a report."""


class WorkbookError(GongkaiError):
    """A workbook cannot be read or written; nothing that was there is lost."""


class EditionError(GongkaiError):
    """A bug in our own edition data: stop."""
