"""editions/*.toml -> the official forms, refused where they contradict themselves; links of
years.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
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
    Explanation,
    Form,
    Label,
    LabelKind,
    Part,
    Problem,
    Relation,
    Row,
    Section,
)

FOLDER = Path(__file__).parent
NAMES = ("2019", "2021")
UNITS = ("件", "项", "万元")
# Text that speaks of annual reports, those of other kinds among it: 信息公开年报, 2023年年报.
ABOUT_REPORTS = re.compile(r"信息公开.{0,12}(?:报告|年报)|年报|年度报告")


@cache
def editions() -> Mapping[str, Edition]:
    """All editions by name, oldest first. Raises EditionError where our data contradicts itself."""
    sources = {name: read_toml(FOLDER / f"{name}.toml") for name in NAMES}
    return {name: load_edition(source, sources) for name, source in sources.items()}


@cache
def explanations() -> Mapping[str, Explanation]:
    """What the relations of each kind say and rest on. Raises EditionError where a kind is not
    explained.
    """
    found = {
        kind: Explanation(**texts) for kind, texts in read_toml(FOLDER / "relations.toml").items()
    }
    for relation in (relation for edition in editions().values() for relation in edition.relations):
        if relation.kind not in found:
            raise EditionError(f"relations.toml: 勾稽关系 {relation.kind} 没有说明")
    return found


def edition_of_year(year: int | None) -> Edition:
    """The edition in force for reports of ``year``; the newest where the year is unknown or before
    all.
    """
    newest = editions()[NAMES[-1]]
    return next(
        (edition for edition in editions().values() if year is not None and edition.covers(year)),
        newest,
    )


def form(edition: str, table: str) -> Form:
    return editions()[edition].forms[table]


def problem_cells(form: Form, problem: Problem) -> tuple[Cell, ...]:
    """The cells that a problem speaks of; none where it names no row and no column of the form."""
    if not problem.row and not problem.column:
        return ()
    return tuple(
        cell
        for cell in form.cells.values()
        if problem.row in ("", cell.row.id) and problem.is_on(cell.column.id)
    )


def read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise EditionError(f"{path.name}: {error}") from error


def load_edition(source: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> Edition:
    """A parsed TOML file -> Edition; ``others`` are the files that ``same_as`` may name."""
    name = source["name"]
    forms: dict[str, Form] = {}
    sections = tuple(
        Section(
            item["number"], item["title"], tuple(item.get("aliases", ())), item.get("table", "")
        )
        for item in source["section"]
    )
    titles = {section.table: section.title for section in sections}
    for table in source["table"]:
        if table["id"] in forms:
            raise EditionError(f"{name}: 表 {table['id']} 重复")
        if table["id"] not in titles:
            raise EditionError(f"{name}: 表 {table['id']} 不属于任何一节")
        table = resolve(name, table, others)
        loaded = load_form(name, titles[table["id"]], table)
        rules = table.get("relation", ())
        relations = tuple(found for rule in rules for found in load_relations(loaded, rule))
        forms[loaded.id] = replace(loaded, relations=relations)
    years = source["years"]
    return Edition(
        name,
        (years["first"], years.get("last")),
        source["circular"],
        forms,
        sections,
    )


def resolve(
    name: str, table: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """A table, or the one of another edition that ``same_as`` names."""
    if "same_as" not in table:
        return table
    found = [
        other
        for other in others.get(table["same_as"], {}).get("table", ())
        if other["id"] == table["id"]
    ]
    if not found or "same_as" in found[0]:
        raise EditionError(f"{name}: {table['id']} 所指的 same_as = {table['same_as']} 不存在")
    return found[0]  # type: ignore[no-any-return]


def load_form(edition: str, title: str, table: Mapping[str, Any]) -> Form:
    where = f"{edition}.{table['id']}"
    plain = [load_label(where, "caption", item, item["at"]) for item in table.get("caption", ())]
    plain += [
        load_label(where, "head", item, at) for item in table.get("head", ()) for at in item["at"]
    ]
    groups = [load_label(where, "group", item, item["at"]) for item in table.get("group", ())]
    parts = tuple(load_part(where, part, groups) for part in table["part"])
    labels = plain + groups
    labels += [column.label for part in parts for column in part.columns]
    labels += [row.label for part in parts for row in part.rows]
    labels.sort(key=lambda label: (label.box.top, label.box.left))
    bottom = max(
        [label.box.bottom for label in labels] + [row.line for part in parts for row in part.rows]
    )
    size = Box(1, 1, bottom, max(label.box.right for label in labels))
    loaded = Form(table["id"], edition, table["number"], title, parts, tuple(labels), size)
    validate(where, loaded)
    return loaded


def load_part(where: str, part: Mapping[str, Any], groups: list[Label]) -> Part:
    columns = []
    for item in part["columns"]:
        if item["unit"] not in UNITS:
            raise EditionError(f"{where}.{item['id']}: 未知单位 {item['unit']}")
        label = load_label(where, "column", item, item["at"])
        columns.append(Column(item["id"], label, item["unit"], item.get("signed", False)))
    rows = []
    for item in part["rows"]:
        label = load_label(where, "row", item, item["at"])
        above = tuple(group for group in groups if lies_under(label.box, group.box))
        rows.append(Row(item["id"], label, item.get("line", label.box.top), above))
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
    box = Box(int(top), ord(left) - 64, int(bottom or top), ord(right or left) - 64)
    return box if box.top <= box.bottom and box.left <= box.right and box.top > 0 else None


def validate(where: str, loaded: Form) -> None:
    """Refuse two cells with one id and any two boxes that overlap."""
    ids = [
        f"{row.id}.{column.id}"
        for part in loaded.parts
        for row in part.rows
        for column in part.columns
    ]
    if len(set(ids)) < len(ids):
        twice = next(cell_id for cell_id in ids if ids.count(cell_id) > 1)
        raise EditionError(f"{where}: 单元格 {twice} 重复")
    taken: dict[tuple[int, int], str] = {}
    boxes = [(label.text, label.box) for label in loaded.labels]
    boxes += [(cell.id, cell.box) for cell in loaded.cells.values()]
    for name, box in boxes:
        for spot in product(range(box.top, box.bottom + 1), range(box.left, box.right + 1)):
            if spot in taken:
                raise EditionError(f"{where}: {taken[spot]} 与 {name} 的位置重叠")
            taken[spot] = name


def load_relations(loaded: Form, rule: Mapping[str, Any]) -> list[Relation]:
    """One rule of a table -> one relation for each of its columns or rows."""
    where = f"{loaded.edition}.{loaded.id}.{rule['kind']}"
    found = []
    for part in loaded.parts:
        rows, columns = [row.id for row in part.rows], [column.id for column in part.columns]
        along, each = (rows, columns) if rule["each"] == "column" else (columns, rows)
        sides = [expand(where, rule[side], along) for side in ("parts", "whole")]
        names = sides[0] + sides[1]
        if len(set(names)) < len(names):
            raise EditionError(
                f"{where}: 勾稽关系中的单元格 {next(n for n in names if names.count(n) > 1)} 重复"
            )
        if rule["marked"] not in names:
            raise EditionError(f"{where}: 所标的单元格 {rule['marked']} 不在勾稽关系中")
        for item in each:
            pattern = (
                f"{loaded.id}.{{}}.{item}"
                if rule["each"] == "column"
                else f"{loaded.id}.{item}.{{}}"
            )
            parts, whole = (tuple(pattern.format(name) for name in side) for side in sides)
            marked = pattern.format(rule["marked"])
            name = f"{loaded.id}.{rule['kind']}.{item}"
            said = rule["label"], *rule["sides"]
            found.append(Relation(name, rule["kind"], loaded.id, parts, whole, marked, *said))
    return found


def expand(where: str, names: list[str], along: list[str]) -> list[str]:
    """Names with ``"..."`` standing for all that lie between its neighbours."""
    for name in names:
        if name != "..." and name not in along:
            raise EditionError(f"{where}: 勾稽关系中的单元格 {name} 不存在")
    if "..." not in names:
        return names
    gap = names.index("...")
    around = names[max(0, gap - 1) : gap] + names[gap + 1 : gap + 2]
    if len(around) < 2 or along.index(around[0]) >= along.index(around[1]):
        raise EditionError(f"{where}: 省略号 ... 的前后应是按官方次序的两个单元格")
    first, last = (along.index(name) for name in around)
    return names[: gap - 1] + along[first : last + 1] + names[gap + 2 :]


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
    newest = list(editions().values())[-1]
    carried = [
        YearLink(
            "years.carried",
            "applications",
            cell.id,
            cell.id.replace(".carried_in.", ".carried_out."),
        )
        for cell in newest.forms["applications"].row_cells("carried_in")
    ]
    documents = [
        YearLink(
            "years.documents",
            "disclosure",
            f"{row}.valid",
            f"{row}.valid",
            (f"{row}.made",),
            (f"{row}.repealed",),
        )
        for row in ("disclosure.rules", "disclosure.normative")
    ]
    return (*carried, *documents)


@cache
def public_cells() -> tuple[str, ...]:
    """The documents of the layout of 2019 that stand in place of those in force, and cannot be
    compared with them.
    """
    older = next(iter(editions().values())).forms["disclosure"]
    return tuple(cell for cell in older.cells if cell.endswith(".public"))


@cache
def jump_cells() -> tuple[str, ...]:
    """Yearly counts and amounts that every edition words alike: those whose jump from one year to
    the next may tell a slip of the pen. Not what is carried over, for that is compared exactly.
    """
    newest = list(editions().values())[-1].forms
    decided = [
        cell for cell in newest["disclosure"].cells if cell.endswith((".decisions", ".amount"))
    ]
    disputes = [cell for cell in newest["disputes"].cells if cell.endswith(".total")]
    return (*decided, "applications.new.total", "applications.handled.total", *disputes)


@cache
def yearly_cells() -> frozenset[str]:
    """All cells that a comparison over years reads."""
    linked = {cell for link in links() for cell in (link.cell, link.last, *link.plus, *link.minus)}
    return frozenset(linked.union(public_cells(), jump_cells()))
