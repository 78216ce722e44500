"""A source and the documents that it takes -> what came of it: a pure function, run in a process of
its own.

What goes in and out is JSON: a parser that a document has taken over can say nothing but texts and
numbers, and whoever started it looks at these.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from gongkai import decisions, pipeline, store, supply, wording
from gongkai.batch import importing, names
from gongkai.model import Document, FetchError, GongkaiError, NoFigures, Report, UnreadableDocument
from gongkai.workbook import lists, workbook_bytes

Books = Literal["all", "errors", "none"]  # of which reports a workbook is made
LENGTH = 8  # bytes of the number before the JSON of a task
PASSING = ("connect", "timeout", "read")  # stages whose failures may pass
PASSING_STATUS = (408, 425, 429)


@dataclass(frozen=True)
class Task:
    """A source to be read, with what was fetched and converted for it so far."""

    source: str
    books: Books
    suffix: str  # of the workbook: an earlier version's folder goes on in .xlsm
    given: Mapping[supply.Want, supply.Supplied]


@dataclass(frozen=True)
class Parsed:
    """What came of one report of a source. ``name`` is that of its workbook, ``book`` its bytes,
    both empty where none was asked for.

    ``is_passing`` tells of a failure that the same request may not meet a little later.
    """

    encoded: store.Encoded
    name: str = ""
    book: bytes = b""
    is_passing: bool = False


ParseResult = supply.Want | tuple[Parsed, ...]


# --- in the process of its own --------------------------------------------------------------------


def parse(request: bytes) -> bytes:
    """Called by name. Whatever fails is an outcome; only what must be had first is no such."""
    task = task_of(request)
    supply.GIVEN[:] = [task.given]
    try:
        found: ParseResult = tuple(parsed(task))
    except supply.NotGiven as wanted:
        found = wanted.want
    finally:
        supply.GIVEN.clear()
    return packed(found)


def parsed(task: Task) -> list[Parsed]:
    """What came of each report of a source, the one that is meant first."""
    try:
        reports = importing.reports_in(task.source)
    except GongkaiError as error:
        return [failed(task.source, error)]
    except Exception as error:
        return [unforeseen(task.source, error)]
    return [parsed_report(name, report, task) for name, report in reports]


def parsed_report(source: str, report: Report, task: Task) -> Parsed:
    try:
        findings = pipeline.check(wording.evaluated(report))
        row = lists.report_to_row(report, findings, source, importing.now(), "")
        found = store.encoded(store.report_to_record(report, findings, row))
        is_asked = task.books == "all" or any(map(decisions.is_grave, findings))
        if task.books == "none" or not is_asked:
            return Parsed(found)
        book = workbook_bytes(report, findings, task.suffix)
        return Parsed(found, names.report_file_name(report), book)
    except GongkaiError as error:
        return failed(source, error)
    except Exception as error:
        return unforeseen(source, error)


def failed(source: str, error: GongkaiError) -> Parsed:
    row = importing.failed_row(source, error)
    return Parsed(store.encoded(store.row_to_record(row)), is_passing=is_passing(error))


def unforeseen(source: str, error: Exception) -> Parsed:
    """The program itself failed, which is told of this source alone."""
    return Parsed(store.encoded(store.row_to_record(importing.internal_error(source, error))))


def is_passing(error: GongkaiError) -> bool:
    """Whether the same request may succeed a little later."""
    if not isinstance(error, FetchError):
        return False
    return error.stage in PASSING or error.status >= 500 or error.status in PASSING_STATUS


# --- what is said between the two -----------------------------------------------------------------

ERRORS: Mapping[str, type[GongkaiError]] = {
    "FetchError": FetchError, "UnreadableDocument": UnreadableDocument, "NoFigures": NoFigures,
}  # fmt: skip


def request_of(task: Task) -> bytes:
    """The task's JSON behind its length, then the bytes of all that is given, one after the
    other.
    """
    told: list[list[Any]] = []
    contents: list[bytes] = []
    for want, found in task.given.items():
        content = b""
        if isinstance(found, GongkaiError):
            about: Any = ["error", type(found).__name__, str(found), *facts_of(found)]
        elif isinstance(found, bytes):
            about, content = ["docx"], found
        else:
            content = found.content
            about = ["page", {**fields_of(found), "content": "", "kind": None}]
        told.append([fields_of(want), about, len(content)])
        contents.append(content)
    head = json.dumps([task.source, task.books, task.suffix, told]).encode()
    return b"".join([len(head).to_bytes(LENGTH, "big"), head, *contents])


def fields_of(value: supply.Want | Document) -> dict[str, Any]:
    """What ``asdict`` gives, which copies all that it comes upon: here it is told and let go."""
    return {one.name: getattr(value, one.name) for one in fields(value)}


def facts_of(error: GongkaiError) -> list[Any]:
    return [error.stage, error.status] if isinstance(error, FetchError) else []


def task_of(request: bytes) -> Task:
    at = LENGTH + int.from_bytes(request[:LENGTH], "big")
    source, books, suffix, told = json.loads(request[LENGTH:at])
    given: dict[supply.Want, supply.Supplied] = {}
    for want, about, size in told:
        given[supply.Want(**want)] = supplied(about, request[at : at + size])
        at += size
    return Task(source, books, suffix, given)


def supplied(about: Sequence[Any], content: bytes) -> supply.Supplied:
    kind, *facts = about
    if kind == "error":
        name, text, *more = facts
        error: supply.Supplied = ERRORS.get(name, UnreadableDocument)(text, *more)
        return error
    if kind == "docx":
        return content
    [fields] = facts
    fields["provenance"] = tuple(fields["provenance"])
    return Document(**{**fields, "content": content})


def packed(found: ParseResult) -> bytes:
    if isinstance(found, supply.Want):
        return json.dumps({"want": fields_of(found)}).encode()
    told = []
    for one in found:
        book = b64encode(one.book).decode()
        told.append([one.encoded, one.name, book, one.is_passing])
    return json.dumps({"found": told}).encode()


def outcome_of(answer: bytes) -> ParseResult:
    """Raises ValueError, TypeError or LookupError for what ``packed`` does not make."""
    told = json.loads(answer)
    if "want" in told:
        return want_of(told["want"])
    first, *others = map(parsed_of, told["found"])
    return (first, *others)


def want_of(told: Mapping[str, Any]) -> supply.Want:
    want = supply.Want(**told)
    if not is_bounded(want.size, want.tries) or wording.HALVES.search(want.name + want.referrer):
        raise ValueError(told)
    is_suffix = want.referrer.isascii() and want.referrer.isalnum()  # doc: part of a file's name
    if want.kind != "page" and not (want.kind == "docx" and is_suffix):
        raise ValueError(told)
    return want


def is_bounded(*numbers: object) -> bool:
    """Whether all are counts: of bytes, of tries; those of a .docx are 0."""
    return all(type(number) is int and number >= 0 for number in numbers)


def parsed_of(told: Sequence[Any]) -> Parsed:
    """The name of a workbook is only given by whoever writes it."""
    written, name, book, is_passing = told
    found = Parsed(store.checked(written), name, b64decode(book), is_passing is True)
    if not is_fitting(found):
        raise ValueError(name)
    return found


def is_fitting(found: Parsed) -> bool:
    """Whether a workbook comes with a name and a result, and a result names no file yet."""
    results = found.encoded.results
    if results is None:
        return found.name == "" and found.book == b""
    is_unnamed = results["file"] == results["file_sha256"] == ""
    if not found.book:
        return is_unnamed and found.name == ""
    return is_unnamed and names.is_ours(found.name)
