"""Word documents: the text of a cell, the numbers of lists, merged cells, pictures, as one sees
them.
"""

from __future__ import annotations

import pytest

from gongkai.model import Grid
from gongkai.readers.word import word_blocks
from helpers.blocks import links, texts
from helpers.writers.words import (
    AUTHOR,
    STYLES,
    boxed,
    cell,
    deleted,
    docx,
    inserted,
    paragraph,
    row,
    run,
    spans,
    strict,
    table,
    texted,
)

# --- the text of a cell ---------------------------------------------------------------------------

SUP = '<w:vertAlign w:val="superscript"/>'
BEGIN, SEPARATE, END = (
    f'<w:r><w:fldChar w:fldCharType="{step}"/></w:r>' for step in ("begin", "separate", "end")
)


def code(text: str) -> str:
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


def shown(content: str, numbering: str = "") -> str:
    """The text of a cell with these paragraphs."""
    made = docx(
        table(row(cell(content) + cell(paragraph(run("x"))))),
        STYLES,
        numbering,
        {"h:hyperlink": "https://a/b"},
    )
    blocks = word_blocks(made)
    assert word_blocks(strict(made)) == blocks
    return texts(blocks)[0][0]


WHITE = '<w:color w:val="FFFFFF"/>'


def size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/>'


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (run("4") + run("36"), "436"),
        (run("4") + "<w:bookmarkStart/><w:r><w:lastRenderedPageBreak/></w:r>" + run("36"), "436"),
        ("<w:r><w:t> 12 </w:t></w:r>" + run("3"), "123"),
        ('<w:r><w:t xml:space="preserve">12 </w:t></w:r>' + run("3"), "12 3"),
        ("<w:r><w:t>1</w:t><w:tab/><w:t>2</w:t></w:r>", "1 2"),
        ("<w:r><w:t>商业</w:t><w:br/><w:t>企业</w:t></w:r>", "商业\n企业"),
        ("<w:r><w:noBreakHyphen/><w:t>5</w:t><w:softHyphen/><w:t>6</w:t></w:r>", "-56"),
        ('<w:r><w:t>12</w:t><w:sym w:font="Wingdings" w:char="F031"/></w:r>', "12\ufffd"),
        ('<w:r><w:t>12</w:t><w:sym w:char="zz"/></w:r>', "12\ufffd"),
        ('<w:r><w:t>12</w:t><w:sym w:font="Symbol" w:char="F031"/></w:r>', "12\ufffd"),
        ('<w:r><w:t>尾</w:t><w:sym w:font="Symbol" w:char="F0B3"/><w:t>5</w:t></w:r>', "尾≥5"),
        ('<w:r><w:t>尾</w:t><w:sym w:font="Symbol" w:char="B4"/><w:t>5</w:t></w:r>', "尾×5"),
        ('<w:r><w:t>尾</w:t><w:sym w:font="宋体" w:char="2260"/></w:r>', "尾≠"),
        ('<w:r><w:t>尾</w:t><w:sym w:font="Wingdings" w:char="B3"/></w:r>', "尾\ufffd"),
        (run("12") + run("1", SUP), "12^1"),
        (run("12") + run("1", '<w:rStyle w:val="Up"/>'), "12^1"),
        (run("12") + run("1", SUP) + run("0", SUP), "12^10"),
        (run("12") + run("1", '<w:position w:val="6"/>') + run("3"), "12^1^3"),
        (run("12", SUP), "12"),
        (run("12") + '<w:r><w:footnoteReference w:id="2"/></w:r>', "12（注1）"),
        ('<w:r><w:endnoteReference w:id="2"/></w:r>', "（注1）"),
        (run("12") + deleted("3") + inserted(run("4")), "124"),
        (
            f"<w:moveFrom {AUTHOR}>{run('1')}</w:moveFrom><w:moveTo {AUTHOR}>{run('2')}</w:moveTo>",
            "2",
        ),
        (run("12") + f"<w:ins {AUTHOR}>{deleted('3')}</w:ins>", "12"),
        (
            (
                "<w:r><w:rPr><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr><w:t>5<"
                "/w:t"
                "></w:r>"
            ),
            "5",
        ),
        (run("12") + run("3", "<w:vanish/>"), "12"),
        (run("12") + run("3", '<w:vanish w:val="0"/>'), "123"),
        (run("12") + run("3", '<w:rStyle w:val="Unseen"/>'), "12"),
        (run("12") + run("3", '<w:rStyle w:val="Unseen"/><w:vanish w:val="false"/>'), "123"),
        (run("12") + run("3", "<w:webHidden/>"), "123"),
        (run("12") + run("3", "<w:strike/>") + run("4", "<w:dstrike/>"), "12"),
        (BEGIN + code(" =1+1 ") + SEPARATE + run("12") + END, "12"),
        (
            BEGIN
            + code(" IF ")
            + BEGIN
            + code("x")
            + SEPARATE
            + run("7")
            + END
            + SEPARATE
            + run("12")
            + END,
            "12",
        ),
        (run("1") + BEGIN + code(" EQ \\o\\ac(○,2) ") + END, "1\ufffc"),
        (run("1") + BEGIN + code(" XE 2 ") + END, "1"),
        (BEGIN + run("12"), "12"),
        (BEGIN + code(" x ") + run("12"), "12"),
        ('<w:fldSimple w:instr=" PAGE ">' + run("12") + "</w:fldSimple>", "12"),
        (run("1") + '<w:fldSimple w:instr=" EQ \\f(1,2) "/>', "1\ufffc"),
        (run("12") + '<w:hyperlink r:id="h">' + run("3") + "</w:hyperlink>", "12^3"),
        ('<w:hyperlink w:anchor="x">' + run("12") + "</w:hyperlink>" + run("3"), "12^3"),
        (run("12") + '<w:hyperlink w:anchor="_ftn1">' + run("3") + "</w:hyperlink>", "12^3"),
        ('<w:hyperlink w:anchor="x">' + run("123") + "</w:hyperlink>", "123"),
        ("<m:oMath><m:r><m:t>1</m:t></m:r><m:r><m:t>2</m:t></m:r></m:oMath>", "12"),
        (
            (
                "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:"
                "r></"
                "m:den></m:f></m:oMath>"
            ),
            "\ufffc1^2",
        ),
        (
            "<w:r><w:ruby><w:rt>"
            + run("3")
            + "</w:rt><w:rubyBase>"
            + run("12")
            + "</w:rubyBase></w:ruby></w:r>",
            "12",
        ),
        (
            "<w:r><w:rPr><w:vanish/></w:rPr><w:fldChar w:fldCharType='begin'/></w:r>"
            + run("9")
            + SEPARATE
            + run("1")
            + END,
            "1",
        ),
        (run("&amp; <1>"), "&amp; <1>"),
        (run("1") + run("2", WHITE), "1\ufffc2"),
        (run("1") + run(" ", WHITE), "1"),
        (run("12", WHITE + '<w:shd w:val="clear" w:fill="1F4E79"/>'), "12"),
        (run("12", WHITE + '<w:shd w:val="clear" w:fill="auto"/>'), "\ufffc12"),
        (run("12", WHITE + '<w:highlight w:val="black"/>'), "12"),
        (run("12", '<w:color w:val="000000"/>'), "12"),
        (run("1") + "<w:r><w:pgNum/></w:r>", "1\ufffc"),
        (BEGIN + code(" FORMDROPDOWN ") + END, "\ufffc"),
        (run("43", size(21)) + run("1", size(10)), "43^1"),
        (run("43") + run("1", size(10)), "43^1"),
        (run("43", size(21)) + run("1", '<w:rStyle w:val="Tiny"/>'), "43^1"),
        (run("43", size(21)) + run("1", size(18)), "431"),
        (run("43", size(21)) + run("1"), "431"),
        (run("43", size(10)) + run("1", size(10)), "431"),
        (run("431", size(10)), "431"),
        (run("（一）") + run("43", size(10)), "（一）^43"),
        (run("43") + run("1", '<w:color w:val="FEFEFE"/>'), "43\ufffc1"),
        (run("12", '<w:color w:val="000000" w:themeColor="background1"/>'), "\ufffc12"),
        (run("12", '<w:color w:val="FFFFFF" w:themeColor="text1"/>'), "12"),
        (run("12", '<w:rStyle w:val="Pale"/>'), "\ufffc12"),
        ('<w:bdo w:val="rtl">' + run("43") + "</w:bdo>", "\ufffc43"),
        ('<w:bdo w:val="ltr">' + run("43") + "</w:bdo>", "43"),
        (run("43") + BEGIN + code(" NOTEREF _Ref1 \\h ") + SEPARATE + run("1") + END, "43^1"),
        (run("43") + BEGIN + code(" REF _Ref1 \\h ") + SEPARATE + run("1") + END, "43^1"),
        (
            run("43") + '<w:fldSimple w:instr=" NOTEREF _Ref1 ">' + run("1") + "</w:fldSimple>",
            "43^1",
        ),
        (BEGIN + code(" REF _Ref1 ") + SEPARATE + run("43") + END, "43"),
        (BEGIN + code(" = SUM(ABOVE) ") + SEPARATE + run("4") + END + run("3"), "43"),
    ],
)
def test_the_text_of_a_cell(markup: str, text: str) -> None:
    assert shown(paragraph(markup)) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (paragraph(run("商业")) + paragraph(run("企业")), "商业\n企业"),
        (paragraph(run("1"), f"<w:rPr><w:del {AUTHOR}/></w:rPr>") + paragraph(run("2")), "12"),
        (paragraph(deleted("1"), f"<w:rPr><w:del {AUTHOR}/></w:rPr>") + paragraph(run("2")), "2"),
        (
            paragraph(run("1"), '<w:pStyle w:val="Note"/>')
            + paragraph(run("2"), '<w:pStyle w:val="Seen"/>'),
            "2",
        ),
        (paragraph(run("1", '<w:rStyle w:val="Unseen"/>'), '<w:pStyle w:val="Note"/>'), "1"),
        (paragraph(run("1"), '<w:pStyle w:val="Loop"/>'), "1"),
        (paragraph(run("12"), '<w:pStyle w:val="1"/>'), "12"),
        (paragraph(run("12")) + boxed(paragraph(run("3"))), "12\n3"),
        (
            paragraph(
                run("1") + "<w:r><w:pict><v:shape><v:textpath string='2'/></v:shape></w:pict></w:r>"
            ),
            "1 2",
        ),
        ("<w:sdt><w:sdtContent>" + paragraph(run("12")) + "</w:sdtContent></w:sdt>", "12"),
        (f"<w:ins {AUTHOR}>{paragraph(run('12'))}</w:ins>", "12"),
        (table(row(cell(paragraph(run("1"))))) + paragraph(run("2")), "1\n2"),
        (run("12"), "12"),
        ("<w:p><w:t>12</w:t></w:p>", "12"),
        ("", ""),
    ],
)
def test_the_paragraphs_of_a_cell(markup: str, text: str) -> None:
    assert shown(markup) == text


# --- lists ----------------------------------------------------------------------------------------


def levels(*said: tuple[str, str]) -> str:
    nodes = (
        (
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{way}"/><w:lvlText '
            f'w:val="{text}"/></w:lvl>'
        )
        for at, (way, text) in enumerate(said)
    )
    shared = f'<w:abstractNum w:abstractNumId="7">{"".join(nodes)}</w:abstractNum>'
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    more = f'<w:num w:numId="2"><w:abstractNumId w:val="7"/>{start}</w:num>'
    return f'{shared}<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>{more}'


def item(text: str, level: int = 0, number: int = 1) -> str:
    return paragraph(
        run(text), f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    )


@pytest.mark.parametrize(
    ("way", "text", "labels"),
    [
        ("decimal", "%1.", ["1. a", "2. b"]),
        ("chineseCounting", "（%1）", ["（一） a", "（二） b"]),
        ("chineseCountingThousand", "%1、", ["一、 a", "二、 b"]),
        ("japaneseCounting", "%1、", ["一、 a", "二、 b"]),
        ("ideographDigital", "%1", ["一 a", "二 b"]),
        ("decimalEnclosedCircle", "%1", ["① a", "② b"]),
        ("bullet", "\uf0b7", ["a", "b"]),
        ("ordinalText", "%1", ["a", "b"]),
    ],
)
def test_numbers_that_a_list_writes(way: str, text: str, labels: list[str]) -> None:
    assert shown(item("a") + item("b"), levels((way, text))) == "\n".join(labels)


def test_numbers_of_several_levels() -> None:
    lists = levels(("chineseCounting", "%1、"), ("decimal", "%1.%2"))
    body = (
        item("a")
        + item("b", 1)
        + item("c", 1)
        + item("d")
        + item("e", 1)
        + item("f", 0, 2)
        + item("g", 0, 0)
    )
    assert shown(body, lists) == "一、 a\n一.1 b\n一.2 c\n二、 d\n二.1 e\n五、 f\ng"
    tens = "".join(item("a") for _ in range(21))
    found = shown(tens, lists).split("\n")
    assert [found[at] for at in (9, 10, 19, 20)] == ["十、 a", "十一、 a", "二十、 a", "二十一、 a"]


def test_a_number_is_never_a_digit_of_a_figure() -> None:
    assert shown(item("12"), levels(("decimal", "%1"))) == "1 12"


# --- tables ---------------------------------------------------------------------------------------


def grid(rows: str) -> list[list[tuple[str, int, int, int]]]:
    (found,) = (block for block in word_blocks(docx(table(rows))) if isinstance(block, Grid))
    return [[(c.text, c.column, c.rowspan, c.colspan) for c in line] for line in found.rows]


START, ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def test_cells_merged_both_ways() -> None:
    rows = row(texted("a", spans(2, START)) + texted("b")) + row(
        texted("", spans(2, ON)) + texted("c")
    )
    assert grid(rows) == [[("a", 0, 2, 2), ("b", 2, 1, 1)], [("c", 2, 1, 1)]]


def test_a_merge_that_fits_nothing_above_is_a_cell_by_itself() -> None:
    rows = row(texted("a", spans(2, START)) + texted("b")) + row(
        texted("1", ON) + texted("2") + texted("3")
    )
    assert grid(rows)[1] == [("1", 0, 1, 1), ("2", 1, 1, 1), ("3", 2, 1, 1)]
    rows = (
        row(texted("a") + texted("b"))
        + row(texted("", ON) + texted("c"))
        + row(texted("", ON) + texted("d"))
    )
    assert grid(rows) == [
        [("a", 0, 1, 1), ("b", 1, 1, 1)],
        [("", 0, 2, 1), ("c", 1, 1, 1)],
        [("d", 1, 1, 1)],
    ]


def test_text_in_a_cell_merged_away_makes_no_figure() -> None:
    rows = row(texted("5", START) + texted("b")) + row(texted("12", ON) + texted("c"))
    assert grid(rows)[0][0] == ("5\n12", 0, 2, 1)
    same = row(texted("规章", START) + texted("b")) + row(texted("规章", ON) + texted("c"))
    assert grid(same)[0][0] == ("规章", 0, 2, 1)


def test_columns_left_out_before_a_row() -> None:
    rows = row(texted("a") + texted("b")) + row(texted("c"), '<w:gridBefore w:val="1"/>')
    assert grid(rows) == [[("a", 0, 1, 1), ("b", 1, 1, 1)], [("c", 1, 1, 1)]]


def test_white_text_in_a_dark_cell_is_seen() -> None:
    dark = cell(
        paragraph(run("12", WHITE)), '<w:shd w:val="clear" w:color="auto" w:fill="002060"/>'
    )
    made = docx(
        table(row(dark + texted("1")) + row(cell(paragraph(run("3", WHITE))) + texted("2")))
    )
    assert texts(word_blocks(made)) == [["12", "1"], ["\ufffc3", "2"]]


def test_hidden_and_deleted_rows_and_cells() -> None:
    gone = cell(paragraph(run("9")), f"<w:cellDel {AUTHOR}/>")
    rows = row(texted("a") + gone + texted("b", f"<w:cellIns {AUTHOR}/>"))
    rows += row(texted("9") + texted("9"), f"<w:del {AUTHOR}/>") + row(
        texted("9") + texted("9"), "<w:hidden/>"
    )
    rows += row(texted("c") + texted("d"), f"<w:ins {AUTHOR}/>")
    assert grid(rows) == [[("a", 0, 1, 1), ("b", 1, 1, 1)], [("c", 0, 1, 1), ("d", 1, 1, 1)]]


def test_a_merge_recorded_as_a_change() -> None:
    first, second = (f'<w:cellMerge {AUTHOR} w:vMerge="{seam}"/>' for seam in ("rest", "cont"))
    rows = row(texted("a", first) + texted("b")) + row(texted("", second) + texted("c"))
    assert grid(rows) == [[("a", 0, 2, 1), ("b", 1, 1, 1)], [("c", 1, 1, 1)]]


def test_a_picture_in_a_cell_is_at_its_place_and_no_blank() -> None:
    inner = '<wp:docPr id="1" descr="数字"/><pic:pic><a:blip r:embed="i"/></pic:pic>'
    drawing = f"<w:drawing><wp:inline>{inner}</wp:inline></w:drawing>"
    rows = row(texted("a") + cell(paragraph(f"<w:r>{drawing}</w:r>"))) + row(
        texted("b") + texted("1")
    )
    blocks = word_blocks(docx(table(rows), links={"i:image": "media/1.png"}))
    assert links(blocks) == [("image", "数字", "word/media/1.png")]
    found = next(block.place for block in blocks if not isinstance(block, Grid))
    assert (found.table, found.row, found.column) == (1, 1, 2)
    shape = "<w:drawing><wps:wsp><a:t>5</a:t></wps:wsp></w:drawing>"
    for markup in (
        "<w:object/>",
        shape,
        "<w:pict><v:shape><v:imagedata r:id='i'/></v:shape></w:pict>",
    ):
        (link,) = links(word_blocks(docx(paragraph(f"<w:r>{markup}</w:r>"))))
        assert link[0] == "image"
    unseen = drawing.replace(' id="1"', ' id="1" hidden="1"')
    assert links(word_blocks(docx(paragraph(f"<w:r>{unseen}</w:r>")))) == []
