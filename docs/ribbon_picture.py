"""Draws the ribbon from the XML that Excel reads: docs/images/ribbon*.svg. A drawing made so cannot
drift.

No Excel is at hand to take a picture of. Where Excel shows an icon, the drawing shows the keytip:
the letter to press after Alt and the tab's own. ``--check`` only compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
RIBBON = ROOT / "xlsx_addin" / "ribbon" / "customUI14.xml"
IMAGES = ROOT / "docs" / "images"
MINE = "{http://schemas.microsoft.com/office/2009/07/customui}"

TAB, BODY, FOOT = 30, 92, 28
FONT = "Microsoft YaHei UI,PingFang SC,Noto Sans CJK SC,sans-serif"
BOX_WIDTH = 190
COLOURS = ("#2f6fb2", "#2e8b57", "#b5651d", "#6a5acd")  # one for each group, by turns


@dataclass(frozen=True)
class Control:
    """``kind`` is the element's name: button, menu or editBox."""

    kind: str
    label: str
    keytip: str

    @property
    def width(self) -> int:
        return BOX_WIDTH if self.kind == "editBox" else max(58, text_width(self.label) + 20)


@dataclass(frozen=True)
class Group:
    name: str
    label: str
    controls: tuple[Control, ...]

    @property
    def width(self) -> int:
        return max(sum(control.width for control in self.controls), text_width(self.label)) + 12


def main(arguments: list[str]) -> int:
    drawn = {IMAGES / name: text for name, text in pictures(RIBBON.read_bytes()).items()}
    if arguments != ["--check"]:
        for path, text in drawn.items():
            path.write_text(text, encoding="utf-8")
        return 0
    differing = [
        path.name
        for path, text in drawn.items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    if differing:
        print(f"{'、'.join(differing)}与功能区的定义不符，请运行 make pictures", file=sys.stderr)
    return 1 if differing else 0


def pictures(ribbon: bytes) -> dict[str, str]:
    """File name -> SVG: the whole tab, and each group."""
    label, keytip, groups = read_ribbon(ribbon)
    single = {
        f"ribbon-{group.name}.svg": drawing("", "", [group], at) for at, group in enumerate(groups)
    }
    return {"ribbon.svg": drawing(label, keytip, groups), **single}


def read_ribbon(ribbon: bytes) -> tuple[str, str, list[Group]]:
    """The tab's label and keytip, and its groups."""
    tab = next(ElementTree.fromstring(ribbon).iter(f"{MINE}tab"))
    groups = [
        Group(group.get("id", ""), group.get("label", ""), tuple(map(control_of, group)))
        for group in tab.iter(f"{MINE}group")
    ]
    return tab.get("label", ""), tab.get("keytip", ""), groups


def control_of(element: ElementTree.Element) -> Control:
    return Control(
        element.tag.removeprefix(MINE), element.get("label", ""), element.get("keytip", "")
    )


# --- drawing --------------------------------------------------------------------------------------


def text_width(text: str) -> int:
    """In pixels at 12 a character: ASCII takes about half of it."""
    return round(sum(12 if ord(letter) > 0x2E7F else 7 for letter in text))


def drawing(label: str, keytip: str, groups: list[Group], turn: int = 0) -> str:
    top = TAB if label else 0
    width = sum(group.width for group in groups) + 8
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top + BODY + FOOT}"'
        f' viewBox="0 0 {width} {top + BODY + FOOT}" font-family="{FONT}" font-size="12">',
        f'<rect width="{width}" height="{top + BODY + FOOT}" fill="#f3f3f3"/>',
        *tab_lines(label, keytip),
        f'<rect x="3" y="{top + 2}" width="{width - 6}" height="{BODY + FOOT - 5}" rx="6" '
        f'fill="#ffffff"'
        ' stroke="#d0d0d0"/>',
    ]
    left = 4
    for at, group in enumerate(groups, turn):
        lines += group_lines(group, left, top, COLOURS[at % len(COLOURS)])
        left += group.width
        if group is not groups[-1]:
            lines.append(f'<path d="M{left} {top + 10}v{BODY + FOOT - 20}" stroke="#d0d0d0"/>')
    return "\n".join([*lines, "</svg>", ""])


def tab_lines(label: str, keytip: str) -> Iterator[str]:
    if label:
        wide = text_width(label)
        yield f'<text x="16" y="20" font-weight="bold">{escape(label)}</text>'
        yield f'<rect x="16" y="25" width="{wide}" height="3" fill="#217346"/>'
        yield (
            f'<text x="{wide + 26}" y="20" fill="#767676" font-size="11">Alt，'
            f"{escape('、'.join(keytip))}</text>"
        )


def group_lines(group: Group, left: int, top: int, colour: str) -> Iterator[str]:
    at = left + 6
    for control in group.controls:
        draw = box_lines if control.kind == "editBox" else button_lines
        yield from draw(control, at, top, colour)
        at += control.width
    middle = left + group.width // 2
    yield (
        f'<text x="{middle}" y="{top + BODY + 16}" text-anchor="middle" '
        f'fill="#767676">{escape(group.label)}</text>'
    )


def button_lines(control: Control, left: int, top: int, colour: str) -> Iterator[str]:
    middle = left + control.width // 2
    yield f'<rect x="{middle - 16}" y="{top + 16}" width="32" height="32" rx="6" fill="{colour}"/>'
    yield (
        f'<text x="{middle}" y="{top + 38}" text-anchor="middle" fill="#ffffff" font-size="16">'
        f"{escape(control.keytip)}</text>"
    )
    yield f'<text x="{middle}" y="{top + 67}" text-anchor="middle">{escape(control.label)}</text>'
    if control.kind == "menu":
        yield f'<path d="M{middle - 4} {top + 76}h8l-4 5z" fill="#555555"/>'


def box_lines(control: Control, left: int, top: int, colour: str) -> Iterator[str]:
    beside = left + text_width(control.label) + 8
    room = left + control.width - beside - 8
    yield f'<text x="{left + 2}" y="{top + 36}">{escape(control.label)}</text>'
    yield (
        f'<rect x="{beside}" y="{top + 21}" width="{room}" height="22" fill="#ffffff" '
        f'stroke="#8a8a8a"/>'
    )
    yield f'<text x="{beside + 6}" y="{top + 36}" fill="#9a9a9a" font-size="11">https://…</text>'


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
