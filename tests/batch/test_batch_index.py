"""What a list, a folder and a directory page say is to be imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongkai.batch import Candidate, candidates, import_report, plan
from gongkai.links import directory_of
from gongkai.model import Document, GongkaiError
from gongkai.readers import read_blocks
from helpers import DOCUMENTS
from helpers.batches import LOGIN, bodies, page, run
from helpers.web.server import answer, serving

BASE = "https://www.qingxi.gov.cn/zwgk/nb/index.html"
MENU = (
    '<a href="/">首页</a><a href="/zwgk/zn/">信息公开指南</a><a href="/zwgk/ml/index.'
    'html">信息公开目录</a>'
    '<a href="/zwgk/nb/">政府信息公开年报</a><a href="index.html#top">政府信息公开年度报告</a>'
    '<a href="javascript:void(0)">2021年政府信息公开年度报告</a><a href="mailto:a@b.'
    'cn">年报信箱</a>'
    '<a href="/tz/t2022_1.html">关于做好2021年政府信息公开年度报告工作的通知</a>'
    '<a href="/fz/1234567.html">2021年法治政府建设年度报告</a><a href="/nb/wz2021.'
    'html">2021年政府网站工作年度报表</a>'
)


def blocks_of(body: str) -> tuple:
    return read_blocks(Document("page", "", f"<html><body>{body}</body></html>".encode(), ""))


def found(body: str, base: str = BASE) -> list[tuple[str, int | None]]:
    return [(link.source, link.year) for link in candidates(blocks_of(body), base)]


def test_a_menu_is_no_directory() -> None:
    assert found(MENU) == []


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (
            "<a href='a_1.html'>青溪县2021年政府信息公开工作年度报告</a>",
            "https://www.qingxi.gov.cn/zwgk/nb/a_1.html",
        ),
        ("<a href='//x.gov.cn/1'>教育局2021年度政府信息公开年报</a>", "https://x.gov.cn/1"),
        ("<a href='/art/2022/1/30/art_1_22.html'>县教育局政府信息公开年度报告</a>", None),
        ("<a href='/col/'>县教育局政府信息公开年度报告</a>", ""),
        ("<a href='/1.pdf'>2021年报</a>", None),
        ("<a href='/1.html'>青溪县人民政府2021年政府信息公开…</a>", None),
        ("<a href='/zfxxgknb/1234567.html'>县教育局</a>", None),
        ("<a href='/zfxxgknb/1234567.html'>2021年</a>", None),
        ("<a href='/1234567.html'>县教育局</a>", ""),
        ("<a href='http://192.168.1.1/1.html'>2021年政府信息公开年度报告</a>", ""),
        ("<a href='http://localhost/1.html'>2021年政府信息公开年度报告</a>", ""),
        ("<a href='http://[::1]/1.html'>2021年政府信息公开年度报告</a>", ""),
        ("<a href='http://[::1/1.html'>2021年政府信息公开年度报告</a>", ""),
        ("<a href='file:///etc/passwd'>2021年政府信息公开年度报告</a>", ""),
        ("<a href='C:\\x.html'>2021年政府信息公开年度报告</a>", ""),
    ],
)
def test_links(link: str, expected: str | None) -> None:
    sources = [source for source, _ in found(link)]
    assert len(sources) == (expected != "")
    assert not expected or sources == [expected]


def test_links_on_a_private_site_stay_on_it() -> None:
    body = "".join(
        f"<a href='http://{host}/1.html'>2021年政府信息公开年度报告</a>"
        for host in ("10.0.0.1", "10.0.0.2")
    )
    assert [source for source, _ in found(body, "http://10.0.0.1/")] == ["http://10.0.0.1/1.html"]


def test_order_and_copies() -> None:
    body = (
        "<a href='/1.html'>2019年年报</a><a href='/2.html#a'>甲局2020年政府信息公开年度报告</a>"
        "<a href='/3.html'>甲局2021年政府信息公开年度报告</a><a href='/2.html'><img alt=x>2020</a>"
        "<a href='/0.html'>2022年度</a>"
    )
    assert found(body) == [(f"https://www.qingxi.gov.cn/{n}.html", year) for n, year in
                           ((3, 2021), (2, 2020), (1, 2019), (0, 2022))]  # fmt: skip


def test_links_of_a_saved_page() -> None:
    text = "2021年政府信息公开年度报告"
    targets = (
        "b.html",
        "./sub/c.html#x",
        "../d.html",
        "/etc/passwd",
        "https://x.gov.cn/1",
        "%2e%2e/e.html",
        "f%00.html",
    )
    body = "".join(f"<a href='{target}'>{text}</a>" for target in targets)
    assert [source for source, _ in found(body, "/pages/nb/index.html")] == [
        "/pages/nb/b.html",
        "/pages/nb/sub/c.html",
        "https://x.gov.cn/1",
    ]


def listing(body: str, head: str = "") -> list[Candidate]:
    document = Document("/x/index.html", "", f"{head}<html><body>{body}".encode(), "")
    return directory_of(read_blocks(document), document)


def test_which_pages_are_directories() -> None:
    years = "".join(
        f"<a href='/{year}.html'>甲局{year}年政府信息公开年度报告</a>" for year in range(2018, 2024)
    )
    head = "<!-- saved from url=(0030)https://www.qingxi.gov.cn/nb/ -->"
    assert [link.source for link in listing(MENU + years, head)][:1] == [
        "https://www.qingxi.gov.cn/2023.html"
    ]
    assert listing(years + LOGIN.decode(), head) == []
    assert listing("<h1>甲局2021年政府信息公开年度报告</h1><img src=1.jpg>" + years, head) == []
    same = "".join(
        f"<a href='/{n}.html'>{name}2021年政府信息公开年度报告</a>"
        for n, name in enumerate(bodies(5))
    )
    assert len(listing("<h1>各部门2021年政府信息公开年度报告</h1>" + same, head)) == 5
    pdfs = "".join(f"<a href='/{n}.pdf'>2021年政府信息公开年度报告</a>" for n in range(3))
    assert listing(pdfs, head) == []


# --- the live workbook's import -------------------------------------------------------------------


def test_a_directory_becomes_rows_to_be_confirmed(tmp_path: Path) -> None:
    body = "".join(
        f"<a href='/{n}.html'>{name}2021年政府信息公开年度报告</a>"
        for n, name in enumerate(bodies(3), 1)
    )
    with serving(
        {"/": [answer(body.encode(), "Content-Type: text/html; charset=utf-8")]}
    ) as server:
        own, *rows = import_report(server.url(), tmp_path)
    assert (own.state, own.source, "3个链接" in own.message) == ("directory", server.url(), True)
    assert [(row.state, row.source, row.year) for row in rows] == [
        ("proposed", server.url(f"/{n}.html"), 2021) for n in (1, 2, 3)
    ]
    assert rows[0].message == rows[0].title == "第1县人民政府2021年政府信息公开年度报告"
    assert list(tmp_path.iterdir()) == []


def test_import_report_never_overwrites_and_never_raises(tmp_path: Path) -> None:
    source, folder = tmp_path / "a.html", tmp_path / "books"
    source.write_bytes(page(wrong=True))
    folder.mkdir()
    (folder / "青溪县人民政府2021年度报告.XLSM").write_text("mine")
    rows = [import_report(str(source), folder)[0] for _ in range(2)]
    assert [(row.state, row.errors, row.file) for row in rows] == [
        ("done", 1, f"青溪县人民政府2021年度报告（{n}）.xlsx") for n in (2, 3)
    ]
    assert (folder / "青溪县人民政府2021年度报告.XLSM").read_text() == "mine"
    for bad in (
        "",
        "-",
        "x\0y",
        str(tmp_path),
        str(tmp_path / "none.html"),
        "http://",
        "http://[::1",
        "ftp://x/y",
    ):
        (row,) = import_report(bad, folder)
        assert (row.state, row.source, row.message[-1]) == ("failed", bad, "。")
    (row,) = import_report(str(source), tmp_path / "missing")
    assert (row.state, "文件或文件夹不存在" in row.message) == ("failed", True)


# --- plans ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_list(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "网页").mkdir()
    (tmp_path / "网页" / "一.html").write_bytes(page())
    lines = [
        "# 备注：2021年",
        "",
        " https://x.gov.cn/1.html#年报 ",
        "网页/一.html",
        '"网页/一.html"',
        "没有.txt",
    ]
    names = tmp_path / "名单.txt"
    names.write_text("\r\n".join([*lines, "HTTP://x.gov.cn/2"]), encoding=encoding)
    assert plan(str(names), tmp_path / "out").sources == (
        "https://x.gov.cn/1.html#年报",
        str(tmp_path / "网页" / "一.html"),
        str(Path("没有.txt").absolute()),
        "HTTP://x.gov.cn/2",
    )


def test_a_report_is_a_batch_of_one(tmp_path: Path) -> None:
    ruian = str(DOCUMENTS / "ruian-2021-text" / "source.txt")
    saved = tmp_path / "a.html"
    saved.write_bytes(page())
    run([str(saved)], tmp_path / "books")
    book = str(tmp_path / "books" / "青溪县人民政府2021年度报告.xlsx")
    for source in (ruian, str(saved), book):
        assert plan(source, tmp_path).sources == (source,)
    with serving({"/1.html": [answer(page())]}) as server:
        assert plan(server.url("/1.html"), tmp_path).sources == (server.url("/1.html"),)


def test_a_folder_of_saved_pages(tmp_path: Path) -> None:
    for name in ("b.html", "a.htm", "c.TXT", ".hidden.html", "~$x.xlsx", "~$x.xlsm", "d.png"):
        (tmp_path / name).write_bytes(page(name))
    (tmp_path / "b_files").mkdir()
    expected = tuple(str(tmp_path / name) for name in ("a.htm", "b.html", "c.TXT"))
    assert plan(str(tmp_path), tmp_path).sources == expected
    assert {one.row.state for one in run(expected, tmp_path).values()} == {"done"}
    assert plan(str(tmp_path), tmp_path).sources == expected  # its own workbooks are no sources
    books = plan(
        str(tmp_path), tmp_path / "other"
    ).sources  # for another batch they are, but not the summary
    assert [Path(book).suffix for book in books].count(".xlsx") == 3
    assert "汇总" not in "".join(books)


def test_a_directory_page(tmp_path: Path) -> None:
    body = "".join(
        f"<a href='/{n}.html'>{name}2021年政府信息公开年度报告</a>"
        for n, name in enumerate(bodies(3), 1)
    )
    with serving(
        {
            "/": [
                answer(
                    (body + "<a href=2>下一页</a>").encode(),
                    "Content-Type: text/html; charset=utf-8",
                )
            ]
        }
    ) as server:
        found = plan(server.url(), tmp_path)
        assert found.sources == tuple(server.url(f"/{n}.html") for n in (1, 2, 3))
    assert found.goes_on
    saved = tmp_path / "index.html"
    saved.write_text(body.replace("href='/", "href='"), encoding="utf-8")
    assert plan(str(saved), tmp_path).sources == tuple(
        str(tmp_path / f"{n}.html") for n in (1, 2, 3)
    )
    assert not plan(str(saved), tmp_path).goes_on


@pytest.mark.parametrize(
    "content",
    [b"", b"# only a remark\n", LOGIN, b"%PDF-1.7", "今天天气很好。".encode(), b"\0" * 99],
)
def test_what_names_nothing(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "x.txt"
    place.write_bytes(content)
    for argument in (place, tmp_path / "none", tmp_path / "empty", "-"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(GongkaiError, match=r"。$"):
            plan(str(argument), tmp_path)
