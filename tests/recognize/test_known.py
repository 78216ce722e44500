"""Tables read by the layout of a page before are those that their labels give, whatever differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.model import Document, Report, UnreadableDocument
from gongkai.readers import read_blocks
from gongkai.recognize import tables
from gongkai.recognize.flat import flattened
from gongkai.recognize.tables import known
from gongkai.recognize.tables.entries import TableReading
from gongkai.recognize.tokenizing import Token, tokenize
from helpers import DOCUMENTS, ROOT
from helpers.counts import counted, many, part, properties
from helpers.pages import read_page
from helpers.ruian import RUIAN
from helpers.strategies import changed, reports
from helpers.truth.document import PAGES, TEXTS, made
from helpers.truth.menu import menu
from helpers.writers.styles import GRIDS, LABELS, LAYOUTS, render

DEMO = (ROOT / "python" / "gongkai" / "demo" / "ruian-2021.html").read_text(encoding="utf-8")
PLAIN = render(RUIAN, "plain")
EDITIONS = ("2021", "2019")
Readings = dict[str, TableReading]


@pytest.fixture(autouse=True)
def empty_memory() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    known.SEEN.clear()
    known.LAYOUTS.clear()


# --- a page read from its labels, and by what is known --------------------------------------------


def outcome(page: str | bytes) -> tuple[object, ...]:
    """All that a page gives: its report with the entries in order, or why there is none."""
    try:
        report = read_page(page)
    except UnreadableDocument as error:
        return type(error), str(error)
    return report, list(report.entries()), report.problems


def tokens_of(page: str | bytes) -> list[Token]:
    content = page if isinstance(page, bytes) else page.encode()
    document = Document(origin="page", media_type="", content=content, sha256="")
    return flattened(tokenize(read_blocks(document)))


def all_of(readings: Readings) -> list[object]:
    """All that readings hold, in order; ``used`` are ids of tokens that both ways are given."""
    return [readings, [list(each.entries) for each in readings.values()]]


def read_by_labels(tokens: list[Token], edition: str) -> list[object]:
    try:
        return all_of(tables.read_from_labels(tokens, edition))
    except UnreadableDocument as error:
        return [str(error)]


def read_by_memory(tokens: list[Token], edition: str) -> list[object]:
    try:
        return all_of(tables.read_tables(tokens, edition))
    except UnreadableDocument as error:
        return [str(error)]


def unlike(pages: Iterable[str | bytes], editions: Iterable[str] = EDITIONS) -> list[str]:
    """The ends of pages that are read differently while all before, and at last they themselves,
    are known.
    """
    found = []
    for page in pages:
        tokens = tokens_of(page)
        for edition in editions:
            expected = read_by_labels(tokens, edition)
            for _ in range(3):
                if read_by_memory(tokens, edition) != expected:
                    found.append(f"{edition}: {page[-2000:]!r}")
    return found


def is_known(page: str | bytes, edition: str = "2021") -> bool:
    found = known.page_of(tokens_of(page), edition)
    return found is not None and known.read_known(found) is not None


def learn(*pages: str | bytes) -> None:
    for page in pages:
        for _ in range(2):
            tables.read_tables(tokens_of(page), "2021")


# --- it is used -----------------------------------------------------------------------------------


def test_the_second_page_of_a_layout_is_learnt() -> None:
    assert not is_known(DEMO)
    read_page(DEMO)
    assert not is_known(DEMO)
    read_page(DEMO)
    assert is_known(DEMO)


def test_the_demo_with_other_figures_is_known() -> None:
    """Two figures of 表二, which are in no sum."""
    learn(DEMO)
    page = figure(1, "7123")(figure(0, "12")(DEMO))
    assert page != DEMO
    assert is_known(page)


@pytest.mark.parametrize("layout", ["plain", "word"])
def test_a_page_that_is_set_alike_is_known(layout: str) -> None:
    learn(render(RUIAN, layout))
    others = []
    for number in range(10):
        case = made(Random(number), (layout,))
        others.append(is_known(case.written()))
    assert others == [True] * 10


def test_the_memory_is_asked_for_the_figures() -> None:
    """Two cells that changed places in the memory are read from each other's."""
    learn(PLAIN)
    (key, layouts), *_ = known.LAYOUTS.items()
    cells = list(layouts[2].cells)
    (one, first), (other, second) = cells[0], cells[1]
    cells[:2] = [(one, second), (other, first)]
    known.LAYOUTS[key] = (*layouts[:2], layouts[2]._replace(cells=tuple(cells)))
    names = "disputes.review.upheld", "disputes.review.corrected"
    read = read_page(PLAIN)
    assert [read.value(name) for name in names] == [RUIAN.value(name) for name in names[::-1]]
    assert RUIAN.value(names[0]) != RUIAN.value(names[1])


def test_what_is_kept_is_bounded() -> None:
    known.LAYOUTS.update(
        dict.fromkeys([(str(number),) for number in range(known.MOST_LAYOUTS)], ())
    )
    known.SEEN.update(dict.fromkeys(range(known.MOST_SEEN)))
    learn(PLAIN)
    assert is_known(PLAIN)
    assert (len(known.LAYOUTS), len(known.SEEN)) == (1, 1)


def test_several_threads_learn_and_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """While layouts are learnt and forgotten all the time."""
    monkeypatch.setattr(known, "MOST_LAYOUTS", 1)
    pages = [tokens_of(page) for page in BASES.values()] * 6
    expected = [read_by_labels(tokens, "2021") for tokens in pages]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(partial(read_by_memory, edition="2021"), pages)) == expected


def test_a_large_page_is_not_kept() -> None:
    learn(PLAIN.replace("信息内容", "信息内容" + "、" * known.MOST_TEXT, 1))
    assert known.LAYOUTS == {}


# --- every document -------------------------------------------------------------------------------


def documents() -> list[bytes]:
    found = [DEMO.encode()]
    for name in ("html", "txt", "md", "xlsx", "docx", "ods"):
        found += [path.read_bytes() for path in sorted(DOCUMENTS.glob(f"*/source.{name}"))]
    return found


def test_every_document_is_read_alike() -> None:
    pages: list[str | bytes] = list(documents())
    pages += [render(RUIAN, layout) for layout in LAYOUTS]
    pages += [render(RUIAN, "plain", labels) for labels in LABELS]
    assert unlike(pages) == []
    assert is_known(DEMO)
    assert is_known(PLAIN)


def with_faults(random: Random, forms: tuple[str, ...] = (*PAGES, *TEXTS)) -> bytes:
    """A document with at most two faults, and one thing more."""
    case = made(random, forms)
    for fault in random.sample(menu(), 2):
        fault.change(case)
    page = case.written().decode()
    return random.choice(list(CHANGES.values()))(page).encode()


@counted
def test_documents_with_faults_are_read_alike() -> None:
    learn(*(render(RUIAN, form) for form in PAGES))
    pages = (with_faults(Random(number)) for number in range(many(640)))
    assert unlike(pages, ["2021"]) == []


@properties(60)
@given(
    report=reports(),
    layout=st.sampled_from(list(GRIDS)),
    figure=st.integers(0, 99_999),
    data=st.data(),
)
def test_whatever_the_figures(
    report: Report, layout: str, figure: int, data: st.DataObject
) -> None:
    learn(render(RUIAN, layout))
    cell = data.draw(st.sampled_from([entry.cell for entry in report.entries()]))
    assert unlike([render(changed(report, cell, figure), layout), render(report, layout)]) == []


# --- a page that differs from one that is known ---------------------------------------------------


def first(before: str, after: str) -> Callable[[str], str]:
    def change(page: str) -> str:
        return page.replace(before, after, 1)

    return change


def figures_of(page: str) -> list[re.Match[str]]:
    """The cells that hold a number, whose digits Word may have parted."""
    found = []
    for cell in re.finditer(r"(<td[^>]*>)(.*?)(</td>)", page, re.DOTALL):
        if re.sub(r"<[^>]*>|[.]", "", cell[2]).strip().isdigit():
            found.append(cell)
    return found


def figure(number: int, text: str) -> Callable[[str], str]:
    """The figure in the cell of that number, counted from 0, written otherwise."""

    def change(page: str) -> str:
        cells = figures_of(page)
        if len(cells) <= abs(number):
            return page
        cell = cells[number]
        return f"{page[: cell.start()]}{cell[1]}{text}{cell[3]}{page[cell.end() :]}"

    return change


def all_figures(text: Callable[[int], str]) -> Callable[[str], str]:
    """All figures written as their numbers, counted from 0, say."""

    def change(page: str) -> str:
        pieces = []
        end = 0
        for number, cell in enumerate(figures_of(page)):
            pieces += [page[end : cell.start()], cell[1], text(number), cell[3]]
            end = cell.end()
        return "".join([*pieces, page[end:]])

    return change


def before_figure(number: int, markup: str) -> Callable[[str], str]:
    """Markup before the cell of a figure."""

    def change(page: str) -> str:
        cells = figures_of(page)
        start = cells[min(number, len(cells) - 1)].start() if cells else 0
        return page[:start] + markup + page[start:]

    return change


def over_two(number: int) -> Callable[[str], str]:
    """The cell of a figure covers two columns."""

    def change(page: str) -> str:
        cells = figures_of(page)
        start = cells[min(number, len(cells) - 1)].start() + len("<td") if cells else 0
        return f'{page[:start]} colspan="2"{page[start:]}'

    return change


def table(number: int, change: Callable[[str], str]) -> Callable[[str], str]:
    """One of the tables changed."""

    def changed_page(page: str) -> str:
        pieces = re.split(r"(<table.*?</table>)", page, flags=re.DOTALL)
        at = 2 * number + 1
        if at < len(pieces):
            pieces[at] = change(pieces[at])
        return "".join(pieces)

    return changed_page


def without_last_row(html: str) -> str:
    start, end = html.rfind("<tr"), html.rfind("</tr>")
    return html[:start] + html[end + 5 :]


def first_row_twice(html: str) -> str:
    row = re.search(r"<tr.*?</tr>", html, re.DOTALL)
    return html.replace(row[0], row[0] * 2, 1) if row else html


def with_row(text: str) -> Callable[[str], str]:
    return lambda html: html.replace("</table>", f"<tr><td>{text}</td></tr></table>")


def first_row(text: str) -> Callable[[str], str]:
    return lambda html: re.sub("(<table[^>]*>)", rf"\1<tr><td>{text}</td></tr>", html, count=1)


SMALL = "<table><tr><td>总计</td><td>3</td></tr></table>"
BETWEEN = re.compile("</table>.*?<table", re.DOTALL)
SUMMARY = "".join(
    f"<p>{line}</p>"
    for line in (
        "自然人 商业企业 科研机构 社会公益组织 法律服务机构 其他 总计",
        "一、本年新收政府信息公开申请数量 7 1 0 0 0 0 8",
        "二、上年结转政府信息公开申请数量 2 1 0 0 0 0 3",
        "（一）予以公开 5 1 0 0 0 0 6",
        "四、结转下年度继续办理 4 1 0 0 0 0 5",
    )
)
PROSE = {
    "a label": "<p>总计</p>",
    "what a label begins with": "<p>行政</p><p>复议</p>",
    "a label with a note": "<p>行政复议（含驳回）</p>",
    "a row": "<p>行政许可 12</p>",
    "a row with a note": "<p>行政许可（含委托）</p>",
    "a summary": SUMMARY,
    "a figure": "<p>134</p>",
    "nothing": "<p>无。</p><p>无</p>",
    "a label over lines": "<p>行政许</p><p>可</p>",
    "a blank": "<p>|</p>",
    "a caption with its unit": "<p>单位：元</p>",
    "a caption of counts": "<p>（单位：千件）</p>",
    "a note on money": "<p>注：收费以元为单位</p>",
    "an amount": "<p>全年收费共计57588.71元。</p>",
    "another year": "<p>附：2020年数据</p>",
    "a heading": "<p>六、其他需要报告的事项</p>",
    "other lines": "<p>情况如下。</p>" * 600,
}
CHANGES: dict[str, Callable[[str], str]] = {
    "a label's slip": first("行政许可", "行政许司"),
    "a label's note": first("行政许可", "行政许可（上年）"),
    "another label": first("商业企业", "企业"),
    "labels swapped": first("（一）予以公开", "（七）总计"),
    "a figure in a label": first("行政处罚", "行政处罚3"),
    "a cell over two": first('colspan="3"', 'colspan="2"'),
    "a unit in a head": first("单位：万元", "单位：元"),
    "a unit in a label": first("行政事业性收费", "行政事业性收费（元）"),
    "a total that is off": figure(-1, "77777"),
    "a blank": figure(4, ""),
    "a blank in 表三": figure(30, ""),
    "a sign": figure(5, "/"),
    "a note behind a figure": figure(20, "12（上年3）"),
    "digits apart": figure(24, "1<br>2"),
    "a figure with a unit": figure(9, "12元"),
    "an amount": figure(9, "57588.71"),
    "an amount with its unit": figure(9, "57588.71元"),
    "a decimal": figure(11, "1.25"),
    "a picture": figure(40, '<img src="7.png">'),
    "a character lost": figure(41, "1\ufffd"),
    "a row cut in two": before_figure(20, "</tr><tr>"),
    "a row cut behind its label": before_figure(17, "</tr><tr>"),
    "a blank more": before_figure(24, "<td></td>"),
    "a figure over two columns": over_two(24),
    "表四 counts": table(2, all_figures(lambda number: str(number + 1))),
    "all zero": all_figures(lambda _: "0"),
    "a row lost": table(1, without_last_row),
    "表四 without figures": table(2, without_last_row),
    "a head twice": table(1, first_row_twice),
    "a note in the grid": table(1, with_row("注：以上数据不含街道")),
    "a label in the grid": table(2, with_row("总计")),
    "a row of figures more": table(2, with_row("</td>".join(["<td>1"] * 15))),
    "a unit in the grid": table(0, lambda html: html.replace("规章", "规章（单位：元）", 1)),
    "a table twice": table(1, lambda html: html + "<p>同上</p>" + html),
    "a table behind": table(0, lambda html: html + SMALL),
    "a table before": table(0, lambda html: SMALL + html),
    "no prose between": lambda page: BETWEEN.sub("</table><table", page),
    "tables exchanged": lambda page: re.sub(
        r"(<table.*?</table>)(.*?)(<table.*?</table>)", r"\3\2\1", page, count=1, flags=re.DOTALL
    ),
    "a table less": table(2, lambda _: ""),
}  # fmt: skip
for name, line in PROSE.items():
    CHANGES[f"{name} above"] = first("<table", f"{line}<table")
    CHANGES[f"{name} below"] = first("</table>", f"</table>{line}")
    CHANGES[f"{name} above 表四"] = table(2, first("<table", f"{line}<table"))
    CHANGES[f"{name} at the end"] = first("</body>", f"{line}</body>")
BASES = {"plain": PLAIN, "word": render(RUIAN, "word"), "demo": DEMO}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", CHANGES)
def test_one_thing_differs(name: str, base: str) -> None:
    page = CHANGES[name](BASES[base])
    expected = outcome(page)
    forget()
    learn(*BASES.values())
    assert [outcome(page) for _ in range(3)] == [expected] * 3


@counted
def test_two_things_differ() -> None:
    learn(*BASES.values())
    for number in range(many(1000)):
        random = Random(number)
        one, other = random.sample(list(CHANGES), 2)
        base = random.choice(list(BASES))
        page = CHANGES[other](CHANGES[one](BASES[base]))
        assert unlike([page], ["2021"]) == [], (one, other, base)


def test_an_amount_is_in_the_unit_that_the_prose_says() -> None:
    """What the prose says of a unit is asked again on each page of a known layout."""
    learn(PLAIN)
    page = CHANGES["an amount"](PLAIN)
    noted = CHANGES["an amount below"](page)
    expected = outcome(noted)
    forget()
    learn(PLAIN)
    assert is_known(page)
    assert outcome(noted) == expected
    assert read_page(page).value("disclosure.fees.amount") == Decimal("57588.71")
    assert read_page(noted).value("disclosure.fees.amount") is None


def test_a_line_above_a_grid_is_no_part_of_a_label_in_it() -> None:
    """行政 above a grid that begins with 复议: together a label of 表四."""
    page = table(2, first_row("复议"))(PLAIN)
    learn(page)
    assert is_known(page)
    assert unlike([table(2, first("<table", "<p>行政</p><table"))(page)]) == []


def test_changes_change_the_page() -> None:
    assert [name for name, change in CHANGES.items() if change(PLAIN) == PLAIN] == []


def test_a_page_cannot_teach_what_another_is_read_by() -> None:
    """What is learnt from pages with two things changed reads the plain page alike."""
    for one, other in part(list(combinations(CHANGES, 2))[::14]):
        learn(CHANGES[other](CHANGES[one](PLAIN)))
        for base in BASES.values():
            tokens = tokens_of(base)
            assert read_by_memory(tokens, "2021") == read_by_labels(tokens, "2021"), (one, other)


@pytest.mark.parametrize("name", ["nothing", "a figure", "a blank", "other lines", "an amount"])
def test_prose_that_says_nothing_of_the_tables(name: str) -> None:
    learn(PLAIN)
    places = ("above", "below", "above 表四", "at the end")
    assert [is_known(CHANGES[f"{name} {place}"](PLAIN)) for place in places] == [True] * 4


@counted
def test_figures_have_no_say_in_where_others_belong() -> None:
    """Whatever rows and columns stand beside those of a page that is learnt, 行次, 同比, other
    figures are read alike there.
    """
    faults = [fault for fault in menu() if fault.kind in ("more", "shape", "label")]
    for number, fault in enumerate(faults):
        case = made(Random(number), ("plain",))
        if fault.change(case):
            page = case.written().decode()
            learn(page)
            others = [all_figures(text)(page) for text in (lambda _: "0", lambda at: str(at + 1))]
            assert unlike(others, ["2021"]) == [], fault.name


def test_another_edition_is_another_layout() -> None:
    learn(PLAIN)
    assert is_known(PLAIN)
    assert not is_known(PLAIN, "2019")


def test_a_report_of_another_place_has_its_own_places() -> None:
    """Lines above a table move its figures' rows, grids and labels."""
    learn(PLAIN)
    page = PLAIN.replace("<body>", "<body><p>第一行</p><p>第二行</p>", 1)
    expected = tables.read_from_labels(tokens_of(page), "2021")
    read = tables.read_tables(tokens_of(page), "2021")
    assert is_known(page)
    assert [each.spots for each in read.values()] == [each.spots for each in expected.values()]
    assert [replace(each, used=set()) for each in read.values()] == [
        replace(each, used=set()) for each in expected.values()
    ]
