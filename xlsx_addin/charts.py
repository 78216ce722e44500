"""The charts of the summary, as native charts over the block of figures beside them."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart, Reference, Series
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)
from openpyxl.worksheet.worksheet import Worksheet

from gongkai.model import Box
from gongkai.spreadsheets import letters
from gongkai.workbook.live.overview import YEARS, YEARS_TOP, YearBlock
from looks import HEI, SONG

RECEIVED = "历年新收申请（件）"
SHARES = "历年办理结果占比"
# Apart for every kind of colour blindness: two blues, vermilion, amber, two greys; white or black
# labels on them.
COLOURS = (
    ("0072B2", "FFFFFF"),
    ("8EC3E8", "000000"),
    ("C83C00", "FFFFFF"),
    ("F0B64A", "000000"),
    ("7A7A7A", "FFFFFF"),
    ("D0D0D0", "000000"),
)
FRAME = "D9D9D9"
LEAST_SHARE = 0.055  # a smaller one has no room for its label


def add_charts(page: Worksheet, block: YearBlock) -> None:
    """Applications received on the left, shares of the outcomes on the right, above the list."""
    place_chart(page, received_chart(page), Box(2, 3, block.total_row, 4))
    place_chart(page, shares_chart(page, block), Box(2, 5, block.total_row, 9))


def place_chart(page: Worksheet, chart: BarChart, box: Box) -> None:
    first = AnchorMarker(col=box.left - 1, colOff=60_000, row=box.top - 1, rowOff=0)
    last = AnchorMarker(col=box.right, colOff=-60_000, row=box.bottom, rowOff=-40_000)
    chart.anchor = TwoCellAnchor(  # type: ignore[assignment]
        editAs="twoCell", _from=first, to=last
    )
    page.add_chart(chart)


def received_chart(page: Worksheet) -> BarChart:
    chart = new_chart(RECEIVED, "col")
    chart.gapWidth = 55
    chart.legend = None
    series = new_series(page, 2, "0072B2", 2)
    series.dLbls = labels("#,##0;;", "404040", "outEnd")
    chart.series.append(series)
    return chart


def shares_chart(page: Worksheet, block: YearBlock) -> BarChart:
    chart = new_chart(SHARES, "bar")
    chart.grouping, chart.overlap, chart.gapWidth = "percentStacked", 100, 22
    chart.x_axis.scaling.orientation = "maxMin"
    assert chart.legend is not None
    chart.legend.position = "r"
    chart.legend.txPr = words(800)
    for (name, column), (fill, ink) in zip(block.shares.items(), COLOURS, strict=True):
        series = new_series(page, column, fill, block.counts[name])
        series.dLbls = labels(f"[>={LEAST_SHARE}]0%;;", ink, "ctr")
        chart.series.append(series)
    return chart


def new_chart(title: str, kind: str) -> BarChart:
    chart = BarChart()
    chart.type = kind
    chart.title = chart_title(title)
    chart.roundedCorners = False
    chart.visible_cells_only = False
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(solidFill=FRAME))
    for axis in (chart.x_axis, chart.y_axis):
        axis.title = None
        axis.majorTickMark = "none"
        axis.majorGridlines = None
        axis.txPr = words(800)
    chart.x_axis.delete = False
    chart.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill="BFBFBF"))
    chart.y_axis.delete = True
    chart.y_axis.scaling.min = 0
    return chart


def chart_title(text: str) -> Title:
    look = character(1000, HEI, bold=True)
    run = RegularTextRun(rPr=look, t=text)
    return Title(
        tx=Text(rich=RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), r=[run])])),
        overlay=False,
    )


def character(
    size: int, name: str = SONG, *, bold: bool = False, color: str = "404040"
) -> CharacterProperties:
    face = Font(typeface=name)
    return CharacterProperties(sz=size, b=bold, solidFill=color, latin=face, ea=face)


def words(size: int, color: str = "404040") -> RichText:
    look = character(size, color=color)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])


def new_series(page: Worksheet, column: int, fill: str, named_by: int) -> Any:
    """A column of the block. Years are categories by their text, so that none is taken for an
    amount.
    """
    last = YEARS_TOP + YEARS - 1
    series = Series(Reference(page, min_col=column, min_row=YEARS_TOP, max_row=last))
    series.tx = SeriesLabel(strRef=StrRef(f=f"'{page.title}'!${letters(named_by)}${YEARS_TOP - 1}"))
    series.cat = AxDataSource(strRef=StrRef(f=f"'{page.title}'!$A${YEARS_TOP}:$A${last}"))
    series.graphicalProperties = GraphicalProperties(solidFill=fill)
    series.invertIfNegative = False
    return series


def labels(code: str, color: str, position: str) -> DataLabelList:
    """Values beside or in the bars; none for zero."""
    found = DataLabelList(numFmt=code, dLblPos=position, txPr=words(800, color))
    found.showVal = True
    found.showSerName = found.showCatName = found.showLegendKey = found.showPercent = False
    plain = found.to_tree

    def to_tree(*arguments: Any, **named: Any) -> Any:
        tree = plain(*arguments, **named)
        for node in tree:
            if node.tag.endswith("numFmt"):
                node.set(
                    "sourceLinked", "0"
                )  # openpyxl leaves open whether the cells' own format wins
        return tree

    found.to_tree = to_tree  # type: ignore[method-assign]
    return found
