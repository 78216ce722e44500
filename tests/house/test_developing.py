"""docs/developing.md and docs/decisions: what they name exists, the example is what we compute.

Where a value of the example changes, the failure shows it as it is now: put it into the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import gongkai
from flags import flagged_boxes, suspect_flag
from gongkai.demo import pages
from gongkai.editions import form
from gongkai.model import Document, Edit, Entry, Grid, Report
from gongkai.pipeline import check
from gongkai.readers import read_blocks
from gongkai.recognize import recognize
from gongkai.recognize.labelling import exact_matches, lexicon
from gongkai.recognize.tokenizing import tokenize
from gongkai.sums import as_written, localize, table_state
from gongkai.workbook import layout
from gongkai.workbook.adopting import adoption_edits, with_changes
from gongkai.workbook.file import filled, read_file, template_path
from gongkai.workbook.fill import report_to_edits
from gongkai.workbook.live.formulas import mirror_formula
from gongkai.workbook.live.steps import lane_formula
from gongkai.workbook.proposals import Choice, adoptions_of, question_of
from gongkai.workbook.reading import values_to_report
from helpers import ROOT, TESTS

PACKAGE = Path(gongkai.__file__).parent
DEVELOPING = ROOT / "docs" / "developing.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PAGES = [DEVELOPING, *DECISIONS]
EACH = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
LONGEST = {DEVELOPING: 192}  # 190 before reports were begun: a room, and where to add a sentence
LONGEST_DECISION, WIDEST = 40, 120
TERMS = 41
WORDED = (".py", ".toml", ".bas", ".xml")  # files whose official terms count

CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"\b[a-z_]\w*(?:/\w+)+\.(?:py|toml|html|md)\b")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SOURCES = (".py", ".md", ".toml", ".html", ".bas", ".xml", ".xlsm", ".xlam", ".txt", ".json")
ROOM_LINE = re.compile(r"(?P<rooms>\S+(?: \S+)*)(?: {2,}(?P<work>\S.*))?")
TERM_LINE = re.compile(r"\| (?P<official>[^|]+) \| `(?P<word>[^`|]+)` \| `(?P<module>[^`|]+)` \|")


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def squeezed(text: str) -> str:
    return "".join(text.split())


def blocks(kind: str) -> list[str]:
    return [block for name, block in FENCED.findall(text_of(DEVELOPING)) if name == kind]


# --- the pages --------------------------------------------------------------------------------


def test_there_are_six_decisions() -> None:
    assert [page.stem for page in DECISIONS] == [
        "exact-simplex",
        "formulas-are-the-truth",
        "lxml-patches-parts",
        "no-pdfium",
        "two-readings",
        "zeros-in-rounds",
    ]


@EACH
def test_a_page_is_short(page: Path) -> None:
    lines = text_of(page).splitlines()
    assert len(lines) <= LONGEST.get(page, LONGEST_DECISION)
    assert [line for line in lines if len(line) > WIDEST] == []


@EACH
def test_a_page_names_nobodys_machine(page: Path) -> None:
    assert re.findall(r"/tmp/|/work/|/home/|/Users/|[A-Z]:\\|#\d+", text_of(page)) == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: str(page.name))
def test_a_decision_has_its_parts(page: Path) -> None:
    heads = re.findall(r"^\*\*(.+?)\.\*\*", text_of(page), re.MULTILINE)
    assert heads == ["Question", "Tried", "Decision", "Would change our mind", "Held by"]


def test_the_readme_links_them() -> None:
    readme = text_of(ROOT / "README.md")
    links = [page.relative_to(ROOT).as_posix() for page in PAGES]
    assert [link for link in links if f"({link})" not in readme] == []


# --- what they name ---------------------------------------------------------------------------


def names(page: Path) -> set[str]:
    """The words of all that stands in backticks, and what looks like a path in a fenced block."""
    prose = FENCED.sub("", text_of(page))
    fenced = "\n".join(block for _, block in FENCED.findall(text_of(page)))
    words = [word for code in CODE.findall(prose) for word in code.split()]
    return {word.strip(",;:") for word in words} | set(PATH.findall(fenced))


def is_path(name: str) -> bool:
    """``sums/relations.py``, ``tests/house/``, ``test_pdf.py``; not ``tests/<room>/``."""
    plain = re.fullmatch(r"[\w./-]+", name) is not None
    return plain and (name.endswith((*SOURCES, "/")) or name.startswith(("tests/", "docs/")))


def is_module(name: str) -> bool:
    """``sums.relations``; the first word is a room of ours or the package."""
    first = name.removeprefix("gongkai.").partition(".")[0]
    dotted = re.fullmatch(r"[a-z_0-9]+(?:\.[a-z_0-9]+)+", name) is not None
    return dotted and first in rooms_on_disk()


def paths_of(name: str) -> list[Path]:
    """The files or folders that a path may mean; a bare name may stand in any folder of tests."""
    bases = (ROOT, PACKAGE, PACKAGE.parent, ROOT / "xlsx_addin")
    found = [base / name for base in bases if (base / name).exists()]
    return found or ([] if "/" in name else list(TESTS.rglob(name)))


def module_files(name: str) -> list[Path]:
    """``sums.relations`` -> its file; ``editions.2021.toml`` and ``editions/2021.toml`` are
    data.
    """
    if "/" in name or name.endswith(SOURCES):
        return [path for path in paths_of(name) if path.is_file()]
    path = PACKAGE.joinpath(*name.removeprefix("gongkai.").split("."))
    return [found for found in (path.with_suffix(".py"), path / "__init__.py") if found.is_file()]


@EACH
def test_every_path_and_module_exists(page: Path) -> None:
    found = names(page)
    missing = {name for name in found if is_path(name) and not paths_of(name)}
    missing |= {name for name in found if is_module(name) and not is_path(name) and not leads(name)}
    assert missing == set()


def leads(name: str) -> bool:
    """Whether a dotted name is a module, or stands in one: ``sums.suspects.Proposal``."""
    if module_files(name):
        return True
    module, _, last = name.rpartition(".")
    files = module_files(module) if module else []
    return any(re.search(rf"\b{last}\b", text_of(file)) for file in files)


# --- rooms ------------------------------------------------------------------------------------


def rooms_on_disk() -> set[str]:
    found = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    return found | {path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__"}


def test_every_room_stands_once_among_the_rooms() -> None:
    [block] = blocks("rooms")
    lines = [ROOM_LINE.fullmatch(line.strip()) for line in block.splitlines()]
    assert None not in lines
    told = [room for line in lines if line for room in line["rooms"].split(" · ")]
    assert sorted(told) == sorted([*rooms_on_disk(), "front door"])


# --- glossary ---------------------------------------------------------------------------------


def terms() -> list[tuple[str, str, str]]:
    found = map(TERM_LINE.fullmatch, text_of(DEVELOPING).splitlines())
    return [(line["official"], line["word"], line["module"]) for line in found if line]


@cache
def corpus() -> str:
    """The texts of the package, the files for Excel and the manual."""
    files = [ROOT / "docs" / "manual.zh.md"]
    for folder in (PACKAGE, ROOT / "xlsx_addin"):
        files += [path for path in sorted(folder.rglob("*")) if path.suffix in WORDED]
    return "\n".join(text_of(path) for path in files)


def test_the_glossary_has_all_its_terms() -> None:
    officials = [official for official, _, _ in terms()]
    assert len(officials) == TERMS
    assert len(set(officials)) == TERMS


def test_official_terms_are_in_use() -> None:
    words = [word for official, _, _ in terms() for word in official.split("、")]
    assert [word for word in words if word not in corpus()] == []


def test_english_words_stand_in_their_module() -> None:
    missing = []
    for _, word, module in terms():
        files = module_files(module)
        if not any(re.search(rf"\b{re.escape(word)}", text_of(file)) for file in files):
            missing.append((word, module))
    assert missing == []


# --- the figure that is followed --------------------------------------------------------------

CELL = "applications.granted.natural"
RULE, LANE = "applications.sum.natural", "applications.across.granted"
MARKUP = '>1</span><span lang="EN-US" style="font-size:9.0pt;mso-font-kerning:0pt">34<'
SLIP = MARKUP.replace(">34<", ">35<")


def page_of(markup: str) -> Document:
    content = pages()["/2021.html"]
    assert content.count(MARKUP.encode()) == 1
    content = content.replace(MARKUP.encode(), markup.encode())
    return Document("ruian-2021.html", "text/html", content, "")


def read(document: Document) -> Report:
    return recognize(read_blocks(document), document)


def entry_of(report: Report) -> Entry:
    return report.tables["applications"].entries[CELL]


def read_values() -> Iterator[object]:
    """What the figure is on its way from the page to the report."""
    document = page_of(MARKUP)
    found = read_blocks(document)
    entry = entry_of(read(document))
    place = entry.place
    assert place is not None
    grids = {block.place.table: block for block in found if isinstance(block, Grid)}
    cells = grids[place.table].rows[place.row - 1]
    yield next(cell for cell in cells if cell.column == place.column - 1)
    tokens = tokenize(found)
    yield next(token for token in tokens if token.place == place)
    words = lexicon(form("2021", "applications"))
    for match in exact_matches(tokens, words):
        label = words.labels[match.label]
        if label.id == "granted" and tokens[match.start].place.row == place.row:
            yield from (match, label)
    yield entry


def broken_values() -> Iterator[object]:
    """What becomes of it once the page says 135."""
    report = read(page_of(SLIP))
    table = report.tables["applications"]
    solution = table_state(table).solution
    yield [relation.rule for relation in solution.broken]
    yield localize(table.form, as_written(table.values))[1]
    findings = check(report)
    finding = next(finding for finding in findings if finding.rule == RULE)
    yield finding.lines
    sheet = layout.sheet_of("applications", table.edition)
    edits = report_to_edits(report, findings)
    yield from at(edits, sheet.name, sheet.cells[CELL])
    yield from at(edits, sheet.name, sheet.marks[CELL])
    row = layout.RESULTS_TOP + [each.rule for each in findings].index(RULE)
    yield from at(edits, layout.RESULTS, (row, layout.RESULT_COLUMNS["proposal"]))
    changes = adoptions_of([Choice("1", finding, finding.suspects[0])], report)
    yield question_of(changes[0])
    before = read_file(template_path(), filled(template_path(), edits))
    after = values_to_report(with_changes(before, changes))
    adopted = adoption_edits(changes, before, after, check(after))
    yield from at(adopted, sheet.name, sheet.cells[CELL])
    yield from at(adopted, sheet.name, sheet.marks[CELL])
    yield from at(adopted, layout.LOG, (layout.LOG_TOP, layout.LOG_COLUMNS["stated"]))


def at(edits: list[Edit], sheet: str, spot: tuple[int, int]) -> list[Edit]:
    """The one edit of a cell."""
    [edit] = [edit for edit in edits if (edit.sheet, edit.row, edit.column) == (sheet, *spot)]
    return [edit]


def sheet_values() -> Iterator[str]:
    """The formulas of the template that hold the relation and show the mark."""
    sheet = layout.sheet_of("applications", "2021")
    lane = sheet.lanes[LANE]
    spot = sheet.cells[CELL]
    yield f"{layout.address(sheet.image(spot), sheet.name)} {mirror_formula(sheet, spot)}"
    yield f"{layout.address(lane.spot, sheet.name)} {lane_formula(sheet, lane)}"
    corners = {(group.box.top, group.box.left): group for group in flagged_boxes(sheet)}
    yield suspect_flag(corners[sheet.cells[CELL]], "suspect")


def example() -> list[str]:
    found = [MARKUP]
    found += [repr(value) for value in (*read_values(), *broken_values())]
    return [*found, *sheet_values()]


def test_the_followed_figure_is_what_the_code_gives() -> None:
    [block] = blocks("python")
    page = squeezed(block)
    assert [value for value in example() if squeezed(value) not in page] == []


def test_the_followed_cell_is_of_the_form() -> None:
    cell = form("2021", "applications").cells[CELL]
    assert (cell.row.label.text, cell.column.label.text) == ("（一）予以公开", "自然人")
