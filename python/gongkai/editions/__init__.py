"""editions/*.toml -> the official forms, refused where they contradict themselves; links of
years.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from gongkai.model import (
    Box,
    Cell,
    Column,
    Edition,
    EditionError,
    Entry,
    Explanation,
    Form,
    Label,
    LabelKind,
    Part,
    Problem,
    Relation,
    Row,
    Section,
    Table,
)

FOLDER = Path(__file__).parent
NAMES = ("2019", "2021")  # oldest first
COUNTS = "counts.toml"  # what each row and column counts, in all editions
UNITS = ("件", "项", "万元")
BothSides = tuple[list[str], list[str]]  # what is added, and the sum
# Text that speaks of annual reports, those of other kinds among it: 信息公开年报, 2023年年报.
ABOUT_REPORTS = re.compile(r"信息公开.{0,12}(?:报告|年报)|年报|年度报告")


@cache
def all_editions() -> Mapping[str, Edition]:
    """All editions by name, oldest first. Raises EditionError where our data contradicts itself."""
    sources: dict[str, Mapping[str, Any]] = {}
    for name in NAMES:
        sources[name] = read_toml(FOLDER / f"{name}.toml")
    found: dict[str, Edition] = {}
    for name, source in sources.items():
        found[name] = load_edition(source, sources)
    return found


@cache
def explanations() -> Mapping[str, Explanation]:
    """What the relations of each kind say and rest on. Raises EditionError where a kind is not
    explained.
    """
    found = {}
    for kind, texts in read_toml(FOLDER / "relations.toml").items():
        found[kind] = Explanation(**texts)
    for edition in all_editions().values():
        for relation in edition.relations:
            if relation.kind not in found:
                raise EditionError(f"relations.toml: 勾稽关系 {relation.kind} 没有说明")
    return found


def edition_of_year(year: int | None) -> Edition:
    """The edition in force for reports of ``year``; the newest where the year is unknown or before
    all.
    """
    if year is not None:
        for edition in all_editions().values():
            if edition.covers(year):
                return edition
    return all_editions()[NAMES[-1]]


def form(edition: str, table: str) -> Form:
    return all_editions()[edition].forms[table]


def problem_cells(form: Form, problem: Problem) -> tuple[Cell, ...]:
    """The cells that a problem speaks of; none where it names no row and no column of the form."""
    if not problem.row and not problem.column:
        return ()
    found = []
    for cell in form.cells.values():
        if problem.row in ("", cell.row.id) and problem.is_on(cell.column.id):
            found.append(cell)
    return tuple(found)


def read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise EditionError(f"{path.name}: {error}") from error


def load_edition(source: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> Edition:
    """A parsed TOML file -> Edition; ``others`` are the files that ``same_as`` may name."""
    name = source["name"]
    sections = tuple(map(load_section, source["section"]))
    titles = {section.table: section.title for section in sections}
    forms: dict[str, Form] = {}
    for table in source["table"]:
        if table["id"] in forms:
            raise EditionError(f"{name}: 表 {table['id']} 重复")
        if table["id"] not in titles:
            raise EditionError(f"{name}: 表 {table['id']} 不属于任何一节")
        table = resolve(name, table, others)
        table = with_counts(table, shared_counts().get(table["id"], {}))
        loaded = load_form(name, titles[table["id"]], table)
        relations: list[Relation] = []
        for rule in table.get("relation", ()):
            relations += load_relations(loaded, rule)
        forms[loaded.id] = replace(loaded, relations=tuple(relations))
    years = source["years"]
    return Edition(
        name,
        (years["first"], years.get("last")),
        source["circular"],
        forms,
        sections,
    )


def load_section(item: Mapping[str, Any]) -> Section:
    aliases = tuple(item.get("aliases", ()))
    return Section(item["number"], item["title"], aliases, item.get("table", ""))


def resolve(
    name: str, table: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """A table, or the one of another edition that ``same_as`` names."""
    if "same_as" not in table:
        return table
    for other in others.get(table["same_as"], {}).get("table", ()):
        if other["id"] == table["id"] and "same_as" not in other:
            return other  # type: ignore[no-any-return]
    raise EditionError(f"{name}: {table['id']} 所指的 same_as = {table['same_as']} 不存在")


@cache
def shared_counts() -> Mapping[str, Any]:
    """Table -> rows or columns -> id -> what it counts, in all editions."""
    return read_toml(FOLDER / COUNTS)


def with_counts(table: Mapping[str, Any], counted: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table with what each of its rows and columns counts, and by which article.

    What the edition itself says of one comes before what all editions say: 行政事业性收费 of 2019
    counts items, that of 2021 money.
    """
    parts: list[dict[str, Any]] = []
    for part in table["part"]:
        told = dict(part)
        for kind in ("rows", "columns"):
            shared = counted.get(kind, {})
            told[kind] = [counted_item(item, shared) for item in part[kind]]
        parts.append(told)
    return {**table, "part": parts}


def counted_item(item: Mapping[str, Any], shared: Mapping[str, Any]) -> Mapping[str, Any]:
    return item if "counts" in item else {**shared.get(item["id"], {}), **item}


def load_form(edition: str, title: str, table: Mapping[str, Any]) -> Form:
    """A table of a TOML file -> Form: its labels in reading order, and the size of its sheet."""
    where = f"{edition}.{table['id']}"
    groups = load_labels(where, "group", table)
    parts = tuple(load_part(where, part, groups) for part in table["part"])
    labels = [*load_labels(where, "caption", table), *load_heads(where, table), *groups]
    lines = []
    for part in parts:
        for column in part.columns:
            labels.append(column.label)
        for row in part.rows:
            labels.append(row.label)
            lines.append(row.line)
    labels.sort(key=lambda label: (label.box.top, label.box.left))
    bottom = right = 1
    for label in labels:
        bottom, right = max(bottom, label.box.bottom), max(right, label.box.right)
    size = Box(1, 1, max(bottom, *lines), right)
    loaded = Form(table["id"], edition, table["number"], title, parts, tuple(labels), size)
    validate(where, loaded)
    return loaded


def load_labels(where: str, kind: LabelKind, table: Mapping[str, Any]) -> list[Label]:
    """The captions or groups of a table, each of which stands in one place."""
    labels: list[Label] = []
    for item in table.get(kind, ()):
        labels.append(load_label(where, kind, item, item["at"]))
    return labels


def load_heads(where: str, table: Mapping[str, Any]) -> list[Label]:
    """The heads of a table, which may stand in several places: 总计."""
    heads = []
    for item in table.get("head", ()):
        for at in item["at"]:
            heads.append(load_label(where, "head", item, at))
    return heads


def load_part(where: str, part: Mapping[str, Any], groups: list[Label]) -> Part:
    columns = []
    for item in part["columns"]:
        if item["unit"] not in UNITS:
            raise EditionError(f"{where}.{item['id']}: 未知单位 {item['unit']}")
        label = load_label(where, "column", item, item["at"])
        signed, said = item.get("signed", False), (item.get("counts", ""), item.get("source", ""))
        columns.append(Column(item["id"], label, item["unit"], signed, *said))
    rows = []
    for item in part["rows"]:
        label = load_label(where, "row", item, item["at"])
        above = tuple(group for group in groups if lies_under(label.box, group.box))
        line = item.get("line", label.box.top)
        said = item.get("counts", ""), item.get("source", "")
        rows.append(Row(item["id"], label, line, above, *said))
    return Part(tuple(columns), tuple(rows))


def lies_under(box: Box, group: Box) -> bool:
    """Whether a label stands beside a group's label (to its right) or below it (in a head)."""
    beside = group.top <= box.top and box.bottom <= group.bottom and group.right < box.left
    below = group.left <= box.left and box.right <= group.right and group.bottom < box.top
    return beside or below


def load_label(where: str, kind: LabelKind, item: Mapping[str, Any], at: str) -> Label:
    box = parse_range(at)
    if box is None:
        raise EditionError(f"{where}: {item['text']} 的位置 {at} 无法识别")
    aliases = tuple(item.get("aliases", ()))
    return Label(item.get("id", ""), kind, item["text"], aliases, box, item.get("short", ""))


def parse_range(at: str) -> Box | None:
    """``B6`` or ``B6:D6`` -> Box; None for anything else."""
    match = re.fullmatch(r"([A-Z])(\d+)(?::([A-Z])(\d+))?", at)
    if match is None:
        return None
    left, top, right, bottom = match.groups()
    first_row, first_column = int(top), column_number(left)
    last_row, last_column = int(bottom or top), column_number(right or left)
    if not (0 < first_row <= last_row and first_column <= last_column):
        return None
    return Box(first_row, first_column, last_row, last_column)


def column_number(letter: str) -> int:
    return ord(letter) - ord("A") + 1


def validate(where: str, loaded: Form) -> None:
    """Refuse two cells with one id and any two boxes that overlap."""
    taken: dict[tuple[int, int], str] = {}
    refuse_twice(where, ids_of(loaded))
    boxes: list[tuple[str, Box]] = []
    for label in loaded.labels:
        boxes.append((label.text, label.box))
    for cell in loaded.cells.values():
        boxes.append((cell.id, cell.box))
    for name, box in boxes:
        for spot in product(range(box.top, box.bottom + 1), range(box.left, box.right + 1)):
            if spot in taken:
                raise EditionError(f"{where}: {taken[spot]} 与 {name} 的位置重叠")
            taken[spot] = name


def ids_of(loaded: Form) -> list[str]:
    """The ids of all cells, without their table, as the file has them: one may come twice."""
    ids = []
    for part in loaded.parts:
        for row, column in product(part.rows, part.columns):
            ids.append(f"{row.id}.{column.id}")
    return ids


def refuse_twice(where: str, names: Sequence[str], within: str = "") -> None:
    """Raises EditionError where a name comes twice."""
    for name, count in Counter(names).items():
        if count > 1:
            raise EditionError(f"{where}: {within}单元格 {name} 重复")


def load_relations(loaded: Form, rule: Mapping[str, Any]) -> list[Relation]:
    """One rule of a table -> one relation for each of its columns or rows."""
    where = f"{loaded.edition}.{loaded.id}.{rule['kind']}"
    found = []
    for part in loaded.parts:
        rows = [row.id for row in part.rows]
        columns = [column.id for column in part.columns]
        if rule["each"] == "column":
            along, patterns = rows, [f"{{}}.{name}" for name in columns]
        else:
            along, patterns = columns, [f"{name}.{{}}" for name in rows]
        sides = sides_of(where, rule, along)
        for pattern in patterns:
            found.append(relation_of(loaded, rule, sides, pattern))
    return found


def sides_of(where: str, rule: Mapping[str, Any], along: list[str]) -> BothSides:
    """The rows or columns that a rule adds, and those that are their sum; checked against what
    there is.
    """
    parts, whole = expand(where, rule["parts"], along), expand(where, rule["whole"], along)
    refuse_twice(where, parts + whole, "勾稽关系中的")
    if rule["marked"] not in parts + whole:
        raise EditionError(f"{where}: 所标的单元格 {rule['marked']} 不在勾稽关系中")
    return parts, whole


def relation_of(loaded: Form, rule: Mapping[str, Any], sides: BothSides, pattern: str) -> Relation:
    """One relation; ``pattern`` makes the id of a cell of a name: {}.natural, granted.{}."""
    cell = f"{loaded.id}.{pattern}"
    parts, whole = (tuple(map(cell.format, side)) for side in sides)
    return Relation(
        f"{loaded.id}.{rule['kind']}.{pattern.replace('{}', '').strip('.')}",
        rule["kind"],
        loaded.id,
        parts,
        whole,
        cell.format(rule["marked"]),
        rule["label"],
        *rule["sides"],
    )


def expand(where: str, names: list[str], along: list[str]) -> list[str]:
    """Names with ``"..."`` standing for all that lie between its neighbours."""
    for name in names:
        if name != "..." and name not in along:
            raise EditionError(f"{where}: 勾稽关系中的单元格 {name} 不存在")
    if "..." not in names:
        return names
    gap = names.index("...")
    before, after = names[:gap], names[gap + 1 :]
    if not before or not after or along.index(before[-1]) >= along.index(after[0]):
        raise EditionError(f"{where}: 省略号 ... 的前后应是按官方次序的两个单元格")
    between = along[along.index(before[-1]) + 1 : along.index(after[0])]
    return [*before, *between, *after]


# --- from year to year ----------------------------------------------------------------------------
# What ties the reports of one body for two years that follow each other, and what is compared.


@dataclass(frozen=True, slots=True)
class YearLink:
    """The figure in ``cell`` of a year is that in ``last`` of the year before, plus and minus
    figures of its own.
    """

    rule: str
    table: str
    cell: str
    last: str
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()


@cache
def links() -> tuple[YearLink, ...]:
    """Carried in = carried out of the year before; documents in force = those in force before +
    made - repealed.

    The second holds between reports in the layout of 2021 only: that of 2019 counts what is open to
    the public.
    """
    found = []
    for cell in all_editions()[NAMES[-1]].forms["applications"].row_cells("carried_in"):
        before = cell.id.replace(".carried_in.", ".carried_out.")
        found.append(YearLink("years.carried", "applications", cell.id, before))
    for row in ("disclosure.rules", "disclosure.normative"):
        valid, made, repealed = f"{row}.valid", f"{row}.made", f"{row}.repealed"
        found.append(YearLink("years.documents", "disclosure", valid, valid, (made,), (repealed,)))
    return tuple(found)


@cache
def public_cells() -> tuple[str, ...]:
    """The documents of the layout of 2019 that stand in place of those in force, and cannot be
    compared with them.
    """
    return cells_ending(all_editions()[NAMES[0]].forms["disclosure"], ".public")


def blank_table(form: Form) -> Table:
    """The form as it is handed out: not a figure in it."""
    return Table(form, {cell: Entry(cell, None) for cell in form.cells})


@cache
def jump_cells() -> tuple[str, ...]:
    """Yearly counts and amounts that every edition words alike: those whose jump from one year to
    the next may tell a slip of the pen. Not what is carried over, for that is compared exactly.
    """
    newest = all_editions()[NAMES[-1]].forms
    return (
        *cells_ending(newest["disclosure"], ".decisions", ".amount"),
        "applications.new.total",
        "applications.handled.total",
        *cells_ending(newest["disputes"], ".total"),
    )


def cells_ending(form: Form, *ends: str) -> tuple[str, ...]:
    """The cells of a form in columns of some names."""
    found: list[str] = []
    for cell in form.cells:
        if cell.endswith(ends):
            found.append(cell)
    return tuple(found)


@cache
def yearly_cells() -> frozenset[str]:
    """All cells that a comparison over years reads."""
    found = {*public_cells(), *jump_cells()}
    for link in links():
        found.update((link.cell, link.last, *link.plus, *link.minus))
    return frozenset(found)
