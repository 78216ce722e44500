"""Report <-> a dict of plain values, ready for JSON: all of the report but its document's bytes.

The form is not in it: a table names its edition. What stands at its default is left out of an
entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from gongkai import editions, output
from gongkai.model import (
    VERSION,
    Decision,
    Document,
    Entry,
    Evidence,
    GongkaiError,
    Heading,
    Place,
    Problem,
    Report,
    Segment,
    Table,
)

T = TypeVar("T")
NOT_OURS = "这不是 Report.to_dict 得到的数据（{why}），没有读取；请用 to_dict 的结果。"
# What a report has, and of which type each is in JSON.
KINDS: Mapping[str, Any] = {
    "title": str,
    "agency": str,
    "year": int | None,
    "published": str,
    "tables": dict,
    "sections": dict,
    "problems": list,
    "document": dict | None,
    "headings": list,
    "opening": str,
    "parts": list,
    "part": int,
    "chosen_by": str,
    "decisions": dict,
    "evidence": dict,
    "left_out": list,
    "revised": list,
}
KEPT_APART = ("content", "kind")  # of a document: its bytes, and what was found out about them


def report_to_plain(report: Report) -> dict[str, Any]:
    """Figures are numbers, or digits as a text where a double does not hold them."""
    return {
        "gongkai": VERSION,
        "title": report.title,
        "agency": report.agency,
        "year": report.year,
        "published": report.published,
        "tables": all_of(table_to_plain, report.tables),
        "sections": dict(zip(map(str, report.sections), report.sections.values(), strict=True)),
        "problems": list(map(asdict, report.problems)),
        "document": document_to_plain(report.document),
        "headings": list(map(Heading._asdict, report.headings)),
        "opening": report.opening,
        "parts": list(map(asdict, report.parts)),
        "part": report.part,
        "chosen_by": report.chosen_by,
        "decisions": all_of(asdict, report.decisions),
        "evidence": all_of(asdict, report.evidence),
        "left_out": list(report.left_out),
        "revised": list(report.revised),
    }


def table_to_plain(table: Table) -> dict[str, Any]:
    return {"edition": table.edition, "entries": all_of(entry_to_plain, table.entries)}


def entry_to_plain(entry: Entry) -> dict[str, Any]:
    """``{"value": 134, "raw": "134", "place": {"table": 2, "row": 6, "column": 4}}``."""
    told: dict[str, Any] = {"value": output.number(entry.value)}
    if entry.place is not None:
        told["place"] = without_defaults(entry.place._asdict())
    for name in ("raw", "unit", "stated", "read_by"):
        told[name] = getattr(entry, name)
    return without_defaults(told)


def without_defaults(told: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is 0 of a place or "" of an entry; a figure that is 0 and a blank stay."""
    found = {}
    for name, value in told.items():
        if name == "value" or value not in ("", 0):
            found[name] = value
    return found


def document_to_plain(document: Document | None) -> dict[str, Any] | None:
    if document is None:
        return None
    told: dict[str, Any] = {}
    for field in fields(document):
        if field.name not in KEPT_APART:
            told[field.name] = getattr(document, field.name)
    return {**told, "provenance": list(document.provenance)}


def all_of(shape: Callable[[Any], T], found: Mapping[Any, Any]) -> dict[str, T]:
    return {name: shape(one) for name, one in found.items()}


# --- and back -------------------------------------------------------------------------------------


def plain_to_report(told: Mapping[str, Any]) -> Report:
    """Raises GongkaiError for what is no ``report_to_plain``; EditionError, which is one, where it
    names a form that this version does not know.
    """
    try:
        refuse_wrong_types(told)
        tables = {}
        for name, table in told["tables"].items():
            tables[name] = plain_to_table(name, table)
        sections = told["sections"]
        evidence: Any = all_of(value_of(Evidence), told["evidence"])
        return Report(
            told["title"],
            told["agency"],
            told["year"],
            told["published"],
            tables,
            dict(zip(map(int, sections), sections.values(), strict=True)),
            tuple(map(value_of(Problem), told["problems"])),
            plain_to_document(told["document"]),
            tuple(map(value_of(Heading), told["headings"])),
            told["opening"],
            tuple(map(value_of(Segment), told["parts"])),
            told["part"],
            told["chosen_by"],
            all_of(value_of(Decision), told["decisions"]),
            evidence,
            tuple(told["left_out"]),
            tuple(told["revised"]),
        )
    except KeyError as error:
        raise GongkaiError(NOT_OURS.format(why=f"没有{error}")) from error
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        raise GongkaiError(NOT_OURS.format(why=type(error).__name__)) from error


def refuse_wrong_types(told: Mapping[str, Any]) -> None:
    """KeyError where a part is missing, TypeError where it is something else."""
    for name, kind in KINDS.items():
        if not isinstance(told[name], kind):
            raise TypeError(name)


def value_of(kind: Callable[..., T]) -> Callable[[Mapping[str, Any]], T]:
    """What makes a value of its fields: ``{"section": 1, "text": "一、总体情况"}`` -> Heading."""
    return lambda told: kind(**told)


def plain_to_table(name: str, told: Mapping[str, Any]) -> Table:
    """Every cell of the form has an entry, or it is no table of ours."""
    form = editions.form(told["edition"], name)
    entries = {}
    for cell in form.cells:
        entries[cell] = plain_to_entry(cell, told["entries"][cell])
    return Table(form, entries)


def plain_to_entry(cell: str, told: Mapping[str, Any]) -> Entry:
    found = dict(told)
    value = output.figure_of(found.pop("value"))
    place = Place(**found.pop("place")) if "place" in found else None
    return Entry(cell, value, place=place, **found)


def plain_to_document(told: Mapping[str, Any] | None) -> Document | None:
    if told is None:
        return None
    return Document(**{**told, "content": b"", "provenance": tuple(told["provenance"])})
