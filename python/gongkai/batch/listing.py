"""What the user named -> what is to be imported: a list, a folder, one report, or a directory's
links.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

from gongkai import links, locate, readers, store, system
from gongkai.batch import folders, importing, ours, summary
from gongkai.model import FetchError, GongkaiError
from gongkai.sources import ACCESS, LIMITS, Access, detect, load

WEB = re.compile(r"https?:", re.IGNORECASE)
PAGES = (".html", ".htm", ".shtml", ".txt", ".xlsm")
DOCUMENTS = (".pdf", ".docx", ".doc", ".wps", ".rtf", ".xlsx", ".xls", ".et", ".ods")
OTHER_PAGES = (
    ".shtm",
    ".xhtml",
    ".xht",
    ".jhtml",
    ".asp",
    ".aspx",
    ".jsp",
    ".php",
    ".mht",
    ".mhtml",
    ".csv",
    ".tsv",
)
UNREAD = (".ofd", ".zip", ".rar", ".7z")  # may hold a report too, but nothing that can be read yet
INVISIBLE = "\ufeff\u200b\u200e\u200f\u2060"  # pasted along, and seen by nobody


@dataclass(frozen=True)
class Plan:
    """``sources`` in their order.

    Where they are a directory's links, ``candidates`` shows them to be confirmed, and ``goes_on``
    tells that the directory has further pages, which were not read. ``left_out`` are files in a
    folder that may hold reports and are not imported.
    """

    sources: tuple[str, ...]
    candidates: tuple[links.Candidate, ...] = ()
    goes_on: bool = False
    left_out: tuple[str, ...] = ()


def plan(argument: str, folder: Path, access: Access = ACCESS) -> Plan:
    """What to import into ``folder``.

    Raises GongkaiError where the argument cannot be read or names nothing.

    The argument is a text file with a source a line, a folder of saved pages, a directory page, or
    a report itself; what it is, its content says. Files are named by their whole path, so that a
    later run knows them again.
    """
    named = argument.strip() if is_web(argument) else os.path.abspath(argument)
    if not is_web(argument) and os.path.isdir(named):
        return plan_of_folder(Path(named), folder)
    return plan_of_document(named, access)


def plan_of_document(named: str, access: Access) -> Plan:
    document = load(named, LIMITS, access)
    if detect.identify(document).is_ours:
        return Plan((named,))
    if not is_web(named):
        sources = listed(document.content, Path(named).parent)
        if sources:
            return Plan(sources)
    try:
        locate.report_of(document, LIMITS, access)
    except links.Directory as error:
        return Plan(
            tuple(candidate.source for candidate in error.found), error.found, error.goes_on
        )
    return Plan((named,))


def is_web(source: str) -> bool:
    return WEB.match(source.strip()) is not None


def without_own(names: Sequence[str], place: Path, folder: Path | None) -> list[str]:
    """The names in a folder but for those of the batch that was run there, and for hidden and
    temporary files.
    """
    beginnings = [".", "~$"]
    own: set[str] = set()
    with store.read_store(place) as held:
        if held and held.about("summary"):
            own |= set(summary.names_of(held))
            beginnings.append(folders.changed_stem(held.about("summary")))
        if held and folder and system.is_same_file(place, folder):
            own |= set(held.files())
    return [name for name in names if name not in own and not name.startswith(tuple(beginnings))]


def plan_of_folder(place: Path, folder: Path | None = None) -> Plan:
    """The pages, documents and workbooks in a folder, by name.

    No record of ours, whatever its name, no version before that ``check --write`` kept, and nothing
    that the batch of ``folder`` itself wrote there.

    What has such a name and is no file (a pipe, a link to nothing) is among them: reading it says
    so.
    """
    names = names_in(place)
    others = without_own(names, place, folder)
    found: list[str] = []
    left_out: list[str] = []
    for name in others:
        if name.lower().endswith(UNREAD):
            left_out.append(name)
        elif is_document(place, name, names):
            found.append(str(place / name))
    if not found:
        raise GongkaiError(
            f"文件夹{place}中没有可以读取的文件（{'、'.join(PAGES + DOCUMENTS)}）；"
            f"请检查文件夹是否正确。"
        )
    return Plan(tuple(found), left_out=tuple(left_out))


def names_in(place: Path) -> list[str]:
    """What lies in a folder besides folders. FetchError."""
    try:
        return sorted(entry.name for entry in os.scandir(place) if not entry.is_dir())
    except OSError as error:
        raise FetchError(
            f"无法读取文件夹{place}：{system.system_reason(error)}。", "read"
        ) from error


def is_document(place: Path, name: str, names: Sequence[str]) -> bool:
    """Whether a file may hold a report and is neither a record of ours nor what ``check --write``
    kept of another.
    """
    if not name.lower().endswith(PAGES + DOCUMENTS + OTHER_PAGES):
        return False
    return not ours.is_copy(name, names) and not ours.record_of(place / name)


# --- a list ---------------------------------------------------------------------------------------


def listed(content: bytes, place: Path) -> tuple[str, ...]:
    """The sources in a text with one a line, each once; () where the content is no such list.

    Two addresses that differ in nothing but what follows # are one page.
    A path is looked for beside the list first, then in the current folder.
    """
    lines = list_lines(content)
    alike = sum(is_like_source(line, place) for line in lines)
    if not alike or 2 * alike < len(lines):  # a report may hold an address on a line of its own
        return ()
    return each_once(source_named(line, place) for line in lines)


def list_lines(content: bytes) -> list[str]:
    """What stands on the lines of a text but for remarks, which begin with #; [] for a page or a
    document.
    """
    if detect.kind_of(content).format is not detect.TEXT:
        return []
    text = detect.decode(content, "")
    if readers.HTML.search(text):
        return []
    lines: list[str] = []
    for raw in text.splitlines():
        line = raw.strip(INVISIBLE).strip().strip('"').strip()
        if line and not line.startswith("#"):
            lines.append(line)
    return lines


def each_once(sources: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for source in sources:
        found.setdefault(page_of(source), source)
    return tuple(found.values())


def page_of(source: str) -> str:
    """HTTP://A.gov.cn/b#c is http://a.gov.cn/b, but for the part of a document that it names."""
    if not is_web(source):
        return source
    address, part = importing.source_and_part(source)
    try:
        found = urlsplit(urldefrag(address)[0].strip())
    except ValueError:
        return source
    page = found._replace(scheme=found.scheme.lower(), netloc=found.netloc.lower()).geturl()
    return f"{page}#part={part}" if part else page


def is_like_source(line: str, place: Path) -> bool:
    address, _ = importing.source_and_part(line)
    if is_web(line) or address.lower().endswith(PAGES + DOCUMENTS):
        return True
    named = path_named(address, place)
    # a pipe too: reading it says what it is
    return os.path.exists(named) and not os.path.isdir(named)


def source_named(line: str, place: Path) -> str:
    """A path is a whole one: 报告.html#part=2 beside the list is /年报/报告.html#part=2."""
    if is_web(line):
        return line
    address, part = importing.source_and_part(line)
    return f"{path_named(address, place)}#part={part}" if part else path_named(line, place)


def path_named(line: str, place: Path) -> str:
    beside = os.path.join(place, line)
    return os.path.abspath(beside if os.path.exists(beside) else line)
