"""Pages whose report is in a frame or an attachment: which one is taken, why, and what is left
alone.
"""

from __future__ import annotations

import io
from html import escape
from pathlib import Path

import pytest
from docx import Document as DocxDocument

from gongkai import FetchError, GongkaiError, UnreadableDocument, check, read_report
from gongkai.links import Directory, base_of, leads_of
from gongkai.links.addresses import is_of_file_host, is_of_site, site_of
from gongkai.locate import read_source
from gongkai.model import Document, NoFigures
from gongkai.output import head_lines, report_to_dict
from gongkai.readers import read_blocks
from gongkai.sources import LIMITS, Limits
from gongkai.workbook import copy_template, layout, write_workbook
from gongkai.workbook.fill import cover_edits
from helpers import DOCUMENTS
from helpers.batches import BODY, page
from helpers.clock import fake_clock
from helpers.emptied import AS_WRITTEN, BLANK, FORMATS, ZEROS, changed_sheets, page_of
from helpers.made import report_of
from helpers.pages import figures, typed, typed_figures
from helpers.web.server import answer, serving
from helpers.web.shells import NO_TABLES, TITLE, WHOLE, answers, followed, refused, shell
from helpers.web.site import FETCHING
from helpers.writers.styles import render


def test_the_only_attachment_is_read_and_the_choice_explained() -> None:
    path = "/files/%E5%B9%B4%E6%8A%A5.doc"
    report, server = followed(f"<a href='..{path}'>附件.doc</a>", {path: page()})
    assert figures(report) == WHOLE
    assert report.document is not None
    assert (report.document.origin, report.document.url) == (
        server.url("/a/1.html"), server.url(path),
    )  # fmt: skip
    (step,) = report.document.provenance
    assert step == (
        f"网页{server.url('/a/1.html')}中没有三张表，报告取自其附件“附件.doc”"
        f"（页面上唯一的文档附件）："
        f"{server.url(path)}。"
    )
    assert f"  取得经过：{step}" in list(head_lines(report))
    assert report_to_dict(report)["provenance"] == [step]
    cover = {(edit.row, edit.column): edit.value for edit in cover_edits(report, check(report))}
    told = str(cover[layout.COVER_SPOTS["provenance"]])
    assert told.startswith(f"{step}机关、年度据“青溪县人民政府2021年政府信息公开工作年度报告”。")
    assert cover[layout.COVER_SPOTS["source"]] == report.document.url


def test_a_report_in_a_frame() -> None:
    report, server = followed(
        "<iframe src='/b/2.html'></iframe><a href='/x.pdf'>2021年年报.pdf</a>",
        {"/b/2.html": page()},
    )
    assert figures(report) == WHOLE
    assert server.requests == ["/a/1.html", "/b/2.html"]
    assert report.document is not None
    assert "内嵌网页" in report.document.provenance[0]


def test_a_viewer_in_a_frame_shows_a_file() -> None:
    body = "<iframe src='/pdfjs/viewer.html?v=1&file=%2Fup%2F2021.doc'></iframe>"
    report, server = followed(body, {"/up/2021.doc": page()})
    assert (figures(report), server.requests[-1]) == (WHOLE, "/up/2021.doc")


def test_frames_around_the_content_are_left_alone() -> None:
    body = "".join(
        f"<iframe src='/{name}.html'></iframe>" for name in ("head", "left", "main", "foot_new")
    )
    report, server = followed(body, {"/main.html": page()})
    assert (figures(report), server.requests) == (WHOLE, ["/a/1.html", "/main.html"])


def test_the_report_among_other_attachments() -> None:
    names = (
        "2020年政府信息公开年度报告",
        "2021年政府信息公开年度报告",
        "2021年年度报告解读",
        "财务报表",
        "公开指南",
    )
    body = "".join(f"<a href='/{n}.doc'>{name}</a>" for n, name in enumerate(names))
    report, server = followed(body, {f"/{n}.doc": page(wrong=n != 1) for n in range(5)})
    assert (figures(report), server.requests) == (WHOLE, ["/a/1.html", "/1.doc"])
    assert report.document is not None
    assert "（名称是该年度的报告）" in report.document.provenance[0]


def test_one_report_in_several_forms_is_read_once_in_the_most_exact() -> None:
    name = "2021年政府信息公开年度报告"
    body = "".join(f"<a href='/1.{form}'>{name}.{form}</a>" for form in ("pdf", "doc", "docx"))
    report, server = followed(
        body, {f"/1.{form}": page(wrong=form != "docx") for form in ("pdf", "doc", "docx")}
    )
    assert (figures(report), server.requests) == (WHOLE, ["/a/1.html", "/1.docx"])


def test_two_attachments_that_differ_are_refused_and_two_that_agree_taken() -> None:
    body = "<a href='/1.doc'>甲.doc</a><a href='/2.doc'>乙.doc</a><a href='/3.doc'>丙.doc</a>"
    message, _ = refused(
        body, {"/1.doc": page(), "/2.doc": page(wrong=True), "/3.doc": NO_TABLES.encode()}
    )
    assert "2个附件都是年度报告而内容不同" in message
    message, _ = refused(body, {"/1.doc": page(), "/2.doc": page(year=2020)})
    assert "2个附件都是年度报告而内容不同" in message
    report, _ = followed(body, {"/1.doc": page(), "/2.doc": page()})
    assert figures(report) == WHOLE


def test_more_attachments_than_can_be_told_apart_are_not_opened() -> None:
    body = "".join(f"<a href='/{n}.doc'>附件{n}.doc</a>" for n in range(4))
    message, server = refused(body, {f"/{n}.doc": page() for n in range(4)})
    assert server.requests == ["/a/1.html"]
    assert "附件“附件0.doc”" in message


def test_an_attachment_without_a_report_or_that_is_gone() -> None:
    message, _ = refused("<a href='/1.doc'>年报.doc</a>", {"/1.doc": NO_TABLES.encode()})
    assert "其附件“年报.doc”也没有读出报告：没有找到" in message
    with (
        serving(answers("<a href='/1.doc'>年报.doc</a>", {})) as server,
        pytest.raises(GongkaiError) as caught,
    ):
        read_report(server.url("/a/1.html"))
    assert getattr(caught.value, "status", 0) == 404


def test_frames_are_followed_two_levels() -> None:
    frames = {
        f"/{name}.html": shell(f"<iframe src='/{other}.html'></iframe>")
        for name, other in ("bc", "cd", "de")
    }
    message, server = refused("<iframe src='/b.html'></iframe>", frames)
    assert server.requests == ["/a/1.html", "/b.html", "/c.html"]
    assert "内嵌网页" in message


@pytest.mark.parametrize(
    "target",
    [
        "http://192.168.7.7/1.doc",
        "http://other.example/1.doc",
        "file:///etc/1.doc",
        "javascript:open('1.doc')",
        "//[::1/1.doc",
    ],
)
def test_what_lies_elsewhere_is_not_opened(target: str) -> None:
    message, server = refused(
        f'<a href="{target}">2021年年报.doc</a><iframe src="{target}"></iframe>', {}
    )
    assert server.requests == ["/a/1.html"]
    assert message.count("；") >= 1


def test_what_the_page_says_completes_its_attachment() -> None:
    bare = (
        render(report_of()).replace(TITLE, "附表").replace("2021年", "").replace("2022-01-20", "")
    )
    report, _ = followed("<a href='/1.doc'>附表.doc</a>", {"/1.doc": bare.encode()})
    assert (report.title, report.agency, report.year, report.published) == (
        TITLE,
        BODY,
        2021,
        "2022-01-28",
    )


def test_an_attachment_of_another_year_is_a_problem() -> None:
    report, _ = followed("<a href='/1.doc'>附件.doc</a>", {"/1.doc": page(year=2020)})
    assert report.year == 2020
    (problem,) = [problem for problem in report.problems if "年度" in problem.reason]
    assert (problem.raw, "2021" in problem.reason, "2020" in problem.reason) == (TITLE, True, True)
    assert any(
        finding.severity != "note" and "2021年" in finding.message for finding in check(report)
    )


def test_a_page_with_some_tables_takes_the_fuller_attachment() -> None:
    part = render(report_of(without="applications"))
    whole = page().decode()
    assert "<body>" in part
    body = part.partition("<body>")[2].partition("</body>")[0] + "<a href='/1.doc'>全文.doc</a>"
    report, _ = followed(body, {"/1.doc": whole.encode()})
    assert figures(report) == WHOLE
    assert report.document is not None
    assert "中只有2张表" in report.document.provenance[0]
    report, _ = followed(body, {"/1.doc": NO_TABLES.encode()})
    assert list(report.tables) == ["disclosure", "disputes"]
    assert report.document is not None
    assert report.document.provenance == ()


def test_a_whole_report_is_not_left_for_its_attachment() -> None:
    body = (
        page().decode().partition("<body>")[2]
        + "<a href='/1.doc'>2021年政府信息公开年度报告.doc</a>"
    )
    report, server = followed(body, {"/1.doc": page(wrong=True)})
    assert (figures(report), server.requests) == (WHOLE, ["/a/1.html"])


@pytest.mark.slow
def test_an_old_format_says_that_it_was_converted() -> None:
    report = read_report(DOCUMENTS / "rtf-2020" / "source.rtf")
    assert report.document is not None
    assert report.document.provenance == ("旧格式的文件，由 LibreOffice 转换后读取。",)


@pytest.mark.parametrize("case", ["pdf-wps-2024", "docx-official-2022", "xlsx-one-sheet-2022"])
def test_an_attachment_of_every_kind(case: str) -> None:
    (source,) = (DOCUMENTS / case).glob("source.*")
    path = f"/files/1{source.suffix}"
    report, _ = followed(
        f"<a href='{path}'>年报{source.suffix}</a>", {path: source.read_bytes()}, "某局2030年公告"
    )
    assert figures(report) == typed_figures(typed(case, "report.json"))


def test_a_filled_workbook_as_attachment(tmp_path: Path) -> None:
    book = write_workbook(report_of(), [], tmp_path / "a.xlsm")
    report, _ = followed(
        "<a href='/1.xlsm'>年报.xlsm</a><a href='/1.xlsx'>年报.xlsx</a>",
        {"/1.xlsx": book.read_bytes()},
    )
    assert figures(report) == WHOLE


def test_a_document_with_links_leads_nowhere() -> None:
    document = DocxDocument()
    document.add_paragraph("政府信息公开工作年度报告见 http://127.0.0.1:1/1.pdf")
    packed = io.BytesIO()
    document.save(packed)
    with serving({"/1.docx": [answer(packed.getvalue())]}) as server:
        with pytest.raises(UnreadableDocument, match="没有找到政府信息公开工作年度报告的三张表"):
            read_report(server.url("/1.docx"))
        assert server.requests == ["/1.docx"]


def test_an_index_lists_its_candidates() -> None:
    body = "".join(
        f"<a href='/{n}.pdf'>第{n}县{2010 + n}年政府信息公开年度报告.pdf</a>" for n in range(10, 14)
    )
    with serving(answers(body, {}, "政府信息公开年报")) as server:
        with pytest.raises(Directory) as caught:
            read_report(server.url("/a/1.html"))
        assert [link.source for link in caught.value.found] == [
            server.url(f"/{n}.pdf") for n in (13, 12, 11, 10)
        ]
        assert server.requests == ["/a/1.html"]


def test_leads_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The third attachment is not asked for: the two before it took all the time there is."""
    clock = fake_clock(monkeypatch, *FETCHING)
    names = [f"/{n}.doc" for n in range(3)]
    links = "".join(f"<a href='{name}'>附件{name[1:]}</a>" for name in names)
    slow = {name: [[lambda: clock.move(350), *answer(NO_TABLES.encode())]] for name in names}
    with serving({**answers(links, {}), **slow}) as server, pytest.raises(GongkaiError):
        read_source(server.url("/a/1.html"), Limits(connect=60, read=60, deadline=600, tries=1))
    assert server.requests == ["/a/1.html", "/0.doc", "/1.doc"]


def test_the_host_is_free_once_nothing_more_is_asked() -> None:
    calls: list[int] = []
    with serving(answers("<a href='/1.doc'>附件.doc</a>", {"/1.doc": page()})) as server:
        read_source(
            server.url("/a/1.html"), Limits(), loaded=lambda: calls.append(len(server.requests))
        )
        assert calls == [2]
        with pytest.raises(GongkaiError):
            read_source(
                server.url("/none"),
                Limits(tries=1),
                loaded=lambda: calls.append(len(server.requests)),
            )
    assert calls == [2, 3]


# --- sites ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.qingxi.gov.cn", "qingxi.gov.cn"),
        ("qingxi.gov.cn", "qingxi.gov.cn"),
        ("a.b.qingxi.gov.cn", "qingxi.gov.cn"),
        ("www.qingxi.zj.cn", "qingxi.zj.cn"),
        ("www.example.cn", "example.cn"),
        ("files.example.com", "example.com"),
        ("10.0.0.1", "10.0.0.1"),
        ("::1", "::1"),
        ("localhost", "localhost"),
    ],
)
def test_the_site_of_a_host(host: str, site: str) -> None:
    assert site_of(host) == site


def test_sites_and_file_hosts() -> None:
    base = "https://www.qingxi.gov.cn/1.html"
    assert is_of_site("https://file.qingxi.gov.cn/1.pdf", base)
    assert not is_of_site("https://file.zj.gov.cn/1.pdf", base)
    assert is_of_file_host("https://file.zj.gov.cn/1.pdf", base)
    assert not is_of_file_host("https://file.gov.cn.example/1.pdf", base)
    assert not is_of_file_host("https://x.example/1.pdf", base)
    assert not is_of_file_host("/etc/1.pdf", base)
    assert is_of_site("/pages/1.pdf", "/pages/1.html")


def test_a_saved_page_leads_only_to_files_beside_it() -> None:
    body = "".join(
        f"<a href='{target}'>年报.doc</a>"
        for target in ("x_files/1.doc", "../2.doc", "https://www.qingxi.gov.cn/3.doc")
    )
    saved = b"<!-- saved from url=(0030)https://www.qingxi.gov.cn/a/ -->" + shell(body)
    for content, expected in ((shell(body), ["/pages/x_files/1.doc"]), (saved, [])):
        document = Document("/pages/x.html", "", content, "")
        blocks = read_blocks(document)
        assert [lead.source for lead in leads_of(blocks, document)] == expected, base_of(document)


def test_an_empty_workbook_is_not_clean(tmp_path: Path) -> None:
    blank = copy_template(tmp_path / "空白.xlsm")
    read = read_source(str(blank), LIMITS)
    assert not read.is_evaluated
    assert "都是空的" in check(read)[0].message


@pytest.mark.parametrize("kind", ["sound", "blank", "gone"])
def test_a_blank_form_beside_its_attachment(kind: str, tmp_path: Path) -> None:
    """A page that shows the form as it is handed out, with the report itself in an attachment: that
    one is read, and a second blank form is no report.
    """
    page = page_of(changed_sheets(BLANK)).replace(
        b"</body>", "<a href='a.docx'>年度报告.docx</a></body>".encode()
    )
    (tmp_path / "page.html").write_bytes(page)
    if kind != "gone":
        change = BLANK if kind == "blank" else AS_WRITTEN
        (tmp_path / "a.docx").write_bytes(FORMATS["docx"](changed_sheets(change)))
    if kind == "gone":
        with pytest.raises(FetchError, match="页面中的表没有数字"):
            read_source(str(tmp_path / "page.html"), LIMITS)
        return
    read = read_source(str(tmp_path / "page.html"), LIMITS)
    assert read.is_evaluated == (kind == "sound")
    assert read.document is not None
    assert [step for step in read.document.provenance if "中的表没有数字" in step] == (
        [*read.document.provenance] if kind == "sound" else []
    )


def test_a_blank_form_beside_two_different_reports(tmp_path: Path) -> None:
    """Which of them is meant is not certain, and the form is not all that there is to say."""
    links = "<a href='a.docx'>年度报告一.docx</a><a href='b.docx'>年度报告二.docx</a></body>"
    page = page_of(changed_sheets(BLANK)).replace(b"</body>", links.encode())
    (tmp_path / "page.html").write_bytes(page)
    for name, change in (("a", AS_WRITTEN), ("b", ZEROS)):
        (tmp_path / f"{name}.docx").write_bytes(FORMATS["docx"](changed_sheets(change)))
    with pytest.raises(UnreadableDocument, match="2个附件都是年度报告而内容不同"):
        read_source(str(tmp_path / "page.html"), LIMITS)


def test_an_attachment_that_is_a_blank_form(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(shell("<a href='a.docx'>年度报告.docx</a>"))
    (tmp_path / "a.docx").write_bytes(FORMATS["docx"](changed_sheets(BLANK)))
    with pytest.raises(NoFigures, match=r"没有读出数字.*空白表格"):
        read_source(str(tmp_path / "page.html"), LIMITS)


# --- frames and what a page hides -----------------------------------------------------------------

OTHER = page().replace(b">436<", b">437<")


def textarea(text: bytes) -> str:
    body = text.decode().partition("<body>")[2].partition("</body>")[0]
    return f"<textarea>{escape(body)}</textarea>"


def test_two_frames_that_differ_are_refused() -> None:
    frames = "<iframe src='/1.html'></iframe><iframe src='/2.html'></iframe>"
    message, _ = refused(frames, {"/1.html": page(), "/2.html": OTHER})
    assert "2个内嵌网页都是年度报告而内容不同" in message


def test_a_frame_onto_itself_is_not_followed() -> None:
    message, server = refused("<iframe src='/a/1.html'></iframe>", {})
    assert server.requests == ["/a/1.html"]
    assert "也没有读出报告" not in message


def test_what_a_frame_shows_comes_before_what_a_page_hides() -> None:
    report, server = followed(
        f"<iframe src='/1.html'></iframe>{textarea(OTHER)}", {"/1.html": page()}
    )
    assert (figures(report), server.requests[1:]) == (WHOLE, ["/1.html"])


def test_what_a_page_hides_is_read_where_its_frame_holds_nothing() -> None:
    report, _ = followed(
        f"<iframe src='/1.html'></iframe>{textarea(page())}", {"/1.html": b"<p>x</p>"}
    )
    assert figures(report) == WHOLE
    assert any("没有直接显示" in problem.reason for problem in report.problems)
