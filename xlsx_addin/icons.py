"""Strokes -> the pictures of the toolbar's buttons, as PNG: drawn here, so that every build has the
same bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise

SIZES = {"Small": 16, "Big": 26}  # pixels, as LibreOffice asks for them
GRID = 16.0  # what strokes are drawn on: x to the right, y down
THICK = 0.75  # half of a stroke
SAMPLES = 4  # in a row of a pixel
BLUE, GREEN, RED, GREY = (0x1F, 0x4E, 0x79), (0x2E, 0x7D, 0x32), (0xC6, 0x28, 0x28), (0x60,) * 3
Color = tuple[int, int, int]
Point = tuple[float, float]
PAGE = "3,2 10,2 13,5 13,14 3,14 3,2"
TABLE = "2,3 14,3 14,13 2,13 2,3|2,6.5 14,6.5|2,10 14,10|7,3 7,13"
TICK, CROSS = "5,9 7.5,11.5 12,5.5", "5,5 11,11|11,5 5,11"
RING = "8,2 12,3.5 14,8 12,12.5 8,14 4,12.5 2,8 4,3.5 8,2"
TRAY = "2,10 2,14 14,14 14,10"
DOWN, UP = "8,2 8,10|5,7 8,10 11,7", "8,10 8,2|5,5 8,2 11,5"
BACK = "6,3 3,6 6,9|3,6 10,6 13,9 10,13 5,13"
ZERO, SUM = "8,4 10.5,6 10.5,10 8,12 5.5,10 5.5,6 8,4", "11,4 5,4 8.5,8 5,12 11,12"
# Polylines, parted by |, each of points x,y.
STROKES: dict[str, tuple[Color, str]] = {
    "import_url": (BLUE, f"{RING}|2,8 14,8|8,2 6,8 8,14|8,2 10,8 8,14"),
    "import_file": (BLUE, f"{TRAY}|{DOWN}"),
    "new_report": (BLUE, f"{PAGE}|8,6 8,12|5,9 11,9"),
    "batch": (BLUE, "5,2 14,2 14,10|2,5 11,5 11,14 2,14 2,5|4,8 9,8|4,11 9,11"),
    "allow_fetch": (GREEN, f"{RING}|2,8 14,8|8,2 8,14"),
    "check": (GREEN, f"{PAGE}|{TICK}"),
    "next_problem": (RED, "2,8 12,8|8,4 12,8 8,12|14,3 14,13"),
    "adopt": (GREEN, f"{RING}|{TICK}"),
    "numbers": (BLUE, "4,5 6,3 6,13|3,13 9,13|10,4 13,4 13,8 10,8|13,8 13,13 10,13"),
    "fill_blanks": (BLUE, f"2,2 14,2 14,14 2,14 2,2|{ZERO}"),
    "fill_all_blanks": (BLUE, f"2,2 14,2 14,14 2,14 2,2|{ZERO}|2,14 14,2"),
    "fill_signs": (BLUE, "2,8 5,8|6,5 6,11|10,3 13,5 13,11 10,13 8,11 8,5 10,3"),
    "undo_blanks": (GREY, f"{BACK}|12,2 14,2 14,5 12,5 12,2"),
    "fill_totals": (BLUE, f"2,2 14,2 14,14 2,14 2,2|{SUM}"),
    "undo_totals": (GREY, f"{BACK}|14,2 11,2 12.5,3.5 11,5 14,5"),
    "restore": (BLUE, f"{TABLE}|9,13 9,9 13,9"),
    "protect": (GREY, "3,8 13,8 13,14 3,14 3,8|5,8 5,4 8,2 11,4 11,8|8,10 8,12"),
    "clear_marks": (RED, f"{PAGE}|{CROSS}"),
    "summary": (BLUE, TABLE),
    "publish": (BLUE, f"{PAGE}|5,6 9,6|5,9 11,9|5,12 11,12"),
    "compare": (BLUE, "2,3 7,3 7,13 2,13 2,3|9,3 14,3 14,13 9,13 9,3|3.5,8 5.5,8|10.5,8 12.5,8"),
    "export_csv": (GREEN, f"{TRAY}|{UP}"),
    "export_json": (GREEN, "6,2 4,4 4,7 2,8 4,9 4,12 6,14|10,2 12,4 12,7 14,8 12,9 12,12 10,14"),
    "save_report": (BLUE, "2,2 12,2 14,4 14,14 2,14 2,2|5,2 5,6 10,6 10,2|5,14 5,10 11,10 11,14"),
    "print_lanes": (
        GREY,
        "4,6 4,2 12,2 12,6|4,11 2,11 2,6 14,6 14,11 12,11|4,9 12,9 12,14 4,14 4,9",
    ),
    "rules": (BLUE, "2,4 4,4|6,4 14,4|2,8 4,8|6,8 14,8|2,12 4,12|6,12 14,12"),
    "manual": (BLUE, "8,4 3,3 3,12 8,13 13,12 13,3 8,4|8,4 8,13"),
    "about": (BLUE, f"{RING}|8,7 8,12|8,4 8,4.5"),
    "stop": (RED, "4,4 12,4 12,12 4,12 4,4|4,7 12,7|4,9.5 12,9.5"),
}


def icon(tag: str, size: int) -> bytes:
    """The picture of a command, ``size`` pixels wide and high."""
    color, strokes = STROKES[tag]
    lines = list(segments(strokes))
    rows = bytearray()
    for y in range(size):
        rows.append(0)  # no filter
        for x in range(size):
            rows += bytes((*color, opacity(lines, (x, y), size)))
    return png(bytes(rows), size)


def segments(strokes: str) -> Iterator[tuple[Point, Point]]:
    for stroke in strokes.split("|"):
        points = []
        for place in stroke.split():
            x, y = map(float, place.split(","))
            points.append((x, y))
        yield from pairwise(points)


def opacity(lines: list[tuple[Point, Point]], pixel: tuple[int, int], size: int) -> int:
    """0 to 255: how much of a pixel the strokes cover."""
    covered = 0
    for step in range(SAMPLES * SAMPLES):
        down, right = divmod(step, SAMPLES)
        x = (pixel[0] + (right + 0.5) / SAMPLES) * GRID / size
        y = (pixel[1] + (down + 0.5) / SAMPLES) * GRID / size
        covered += any(distance((x, y), line) <= THICK for line in lines)
    return covered * 255 // (SAMPLES * SAMPLES)


def distance(point: Point, line: tuple[Point, Point]) -> float:
    """From a point to a piece of a line."""
    (x, y), ((ax, ay), (bx, by)) = point, line
    wide, high = bx - ax, by - ay
    along = ((x - ax) * wide + (y - ay) * high) / (wide * wide + high * high)
    along = min(1.0, max(0.0, along))
    aside, below = x - ax - along * wide, y - ay - along * high
    return float((aside * aside + below * below) ** 0.5)


def png(rows: bytes, size: int) -> bytes:
    """Not compressed: that the extension's archive does, and every zlib does it its own way."""
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows, 0)), chunk(b"IEND", b"")]
    )


def chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
