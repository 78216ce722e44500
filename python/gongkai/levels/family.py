"""What the user named -> the children: the sources of their reports, read; who must be there."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gongkai import figures, links, system
from gongkai.batch import importing, listing, run, scheduler
from gongkai.bodies.within import NAME
from gongkai.compare.children import Child
from gongkai.model import GongkaiError, Report
from gongkai.sources import ACCESS, LIMITS, Access, load

UNREADABLE_FORMAT = "这种格式不能读取；其中如有年报，请解压或另存为网页，否则请移出文件夹。"
MORE_PAGES = "目录还有下一页，没有读取；请把其余各页的链接也写进名单。"


@dataclass(frozen=True)
class Family:
    """``sources`` to be read, ``names`` that must be there, ``lost`` what is known already not to
    be readable.

    ``passed_over`` counts a directory's links to reports of other years.
    """

    sources: tuple[str, ...]
    names: tuple[str, ...] = ()
    lost: tuple[Child, ...] = ()
    passed_over: int = 0


def family_of(
    argument: str, names: str = "", year: int | None = None, access: Access = ACCESS
) -> Family:
    """Whose reports are meant. Raises GongkaiError where the argument or the list of names cannot
    be read.

    The argument is a folder, a text file with a source or a body's name a line, a directory page,
    of which only the links of ``year`` or without a year are taken, or a report. ``names`` is a
    text file as well.
    """
    more = entries_of(names, access) if names else Family(())
    if names and not more.names + more.sources:
        raise GongkaiError(f"{names}中没有名称；名单应当是文本文件，每行一个机关名称。")
    own = family_named(argument, names, year, access)
    sources = listing.each_once((*own.sources, *more.sources))
    return replace(own, sources=sources, names=tuple(dict.fromkeys((*own.names, *more.names))))


def family_named(argument: str, names: str, year: int | None, access: Access) -> Family:
    if listing.is_web(argument):
        return of_document(argument.strip(), year, access)
    if os.path.isdir(argument):
        return of_folder(Path(os.path.abspath(argument)), names)
    found = entries_of(argument, access)
    if found.sources and is_list(found):
        return found
    if found.names and is_list(found):
        raise GongkaiError(
            f"{argument}中只有名称，没有一个网址或文件；"
            f"请改给存放报告的文件夹，名称用 --names 给出。"
        )
    return of_document(os.path.abspath(argument), year, access)


def of_folder(place: Path, names: str) -> Family:
    """The readable files in a folder but for the list of names; what may hold a report besides is
    lost.
    """
    found = listing.plan_of_folder(place)
    sources = []
    for source in found.sources:
        if not names or not system.is_same_file(Path(source), Path(names)):
            sources.append(source)
    lost = [Child(name, str(place / name), error=UNREADABLE_FORMAT) for name in found.left_out]
    return Family(tuple(sources), (), tuple(lost))


def of_document(named: str, year: int | None, access: Access) -> Family:
    found = listing.plan_of_document(named, access)
    if not found.candidates:
        return Family(found.sources)
    sources = tuple(link.source for link in found.candidates if may_be_of(link, year))
    lost = (Child("目录的其余各页", named, error=MORE_PAGES),) if found.goes_on else ()
    return Family(sources, (), lost, len(found.candidates) - len(sources))


def may_be_of(link: links.Candidate, year: int | None) -> bool:
    return year is None or link.year in (None, year)


def entries_of(path: str, access: Access) -> Family:
    """The sources and the names in a text file, each once; both empty for a page or a document."""
    place = Path(os.path.abspath(path)).parent
    sources = []
    names = []
    for line in listing.list_lines(load(path, LIMITS, access).content):
        if listing.is_like_source(line, place):
            sources.append(listing.source_named(line, place))
        else:
            names.append(line)
    return Family(listing.each_once(sources), tuple(names))


def is_list(found: Family) -> bool:
    """Whether a text is a list and no report: that has lines with a figure alone, or few names and
    sources.
    """
    if any(figures.read_figure(line).state == "figure" for line in found.names):
        return False
    certain = len(found.sources) + sum(map(is_name, found.names))
    return 2 * certain >= len(found.sources) + len(found.names)


def is_name(line: str) -> bool:
    return NAME.fullmatch(line) is not None


# --- reading --------------------------------------------------------------------------------------
# Sources -> children with their reports, or with the sentence why there is none; one after the
# other.


def read_children(
    sources: Sequence[str],
    access: Access = ACCESS,
    step: Callable[[str], None] = lambda source: None,
) -> list[Child]:
    """A child for each source, in their order. Between two requests to a host there is a pause, as
    in a batch.

    ``step`` is told each source before it is read. Raises nothing: what cannot be read is a child
    with an error.
    """
    queue = scheduler.SourceQueue(sources, 1, 0 if access.offline else run.PAUSE)
    found = {}
    while (source := queue.take()) is not None:
        step(source)
        found[source] = read_child(source, access)
        queue.loaded(source)
        queue.done()
    return [found[source] for source in sources]


def slim(report: Report) -> Report:
    """Without the bytes of its document: hundreds of them would fill the memory."""
    if report.document is None:
        return report
    return replace(report, document=replace(report.document, content=b""))


def read_child(source: str, access: Access) -> Child:
    name = source if listing.is_web(source) else os.path.basename(source)
    try:
        return Child(name, source, slim(importing.read_report_in(source, LIMITS, access)))
    except GongkaiError as error:
        return Child(name, source, error=str(error).removeprefix(f"{source}："))
    except Exception as error:
        if os.environ.get("GONGKAI_DEBUG"):
            raise
        return Child(
            name, source, error=f"程序内部错误（{type(error).__name__}）；请把来源发给开发者。"
        )
