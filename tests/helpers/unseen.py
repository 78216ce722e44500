"""Characters that nobody sees and that turn, hide or break what stands around them; the parts of
files as texts.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path
from zipfile import ZipFile

from hypothesis import strategies as st
from lxml import etree

# Ignored by whatever shows a text (Unicode's Default_Ignorable_Code_Point), and in no category that
# says so.
IGNORED = {
    *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0),
    *(
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xFFF0, 0xFFF9),
        *range(0xE0000, 0xE1000),
        *range(0x13430, 0x13440),
    ),
}
CATEGORIES = (
    "Cc",
    "Cf",
    "Cs",
    "Zl",
    "Zp",
)  # controls, formats, halves of characters, ends of lines and paragraphs


def is_unseen(code: int) -> bool:
    is_no_character = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return code in IGNORED or is_no_character or unicodedata.category(chr(code)) in CATEGORIES


UNSEEN = frozenset(chr(code) for code in range(sys.maxunicode + 1) if is_unseen(code))
# Of each kind some, those that people have been deceived with first.
LIKELY = (
    *(
        "\u202e",
        "\u202d",
        "\u2066",
        "\u2067",
        "\u2069",
        "\u200e",
        "\u200f",
        "\u061c",
        "\u200b",
        "\u200d",
        "\u2060",
    ),
    *(
        "\ufeff",
        "\u00ad",
        "\x00",
        "\x07",
        "\x08",
        "\x1b",
        "\x1b[2K\x1b[1A",
        "\x7f",
        "\x85",
        "\x9b31m",
        "\x9d",
        "\x0b",
    ),
    *(
        "\x0c",
        "\x1c",
        "\u2028",
        "\u2029",
        "\ufff9",
        "\ufffe",
        "\uffff",
        "\ud800",
        "\udfff",
        "\U000e0041",
        "\U000e0100",
    ),
    *(
        "\u034f",
        "\u115f",
        "\u3164",
        "\uffa0",
        "\u180e",
        "\ufe0f",
        "\U0001d173",
        "\U0001bca0",
        "\r",
        "\r\n",
        "\n",
        "\t",
    ),
)
SEEN = (
    *(
        "青溪县",
        "人民政府",
        "2021",
        "12",
        "=1+1",
        "@A1",
        "-",
        " ",
        "，",
        '"',
        "'",
        "\\",
        "<b>",
        "&",
    ),
    *("𠀀", "é", "\u3000"),
)


def texts() -> st.SearchStrategy[str]:
    """Texts in which such characters stand among others."""
    piece = st.one_of(
        st.sampled_from(LIKELY), st.sampled_from(SEEN), st.sampled_from(sorted(UNSEEN))
    )
    return st.lists(piece, max_size=8).map("".join)


def unseen_in(text: str, allowed: str = "\n") -> list[str]:
    """Their code points, in order."""
    return [f"U+{ord(letter):04X}" for letter in text if letter in UNSEEN and letter not in allowed]


def part_texts(workbook: Path) -> dict[str, str]:
    """Part of a workbook -> all text and attributes in its XML."""
    found = {}
    with ZipFile(workbook) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                root = etree.fromstring(archive.read(name))
                attributes = [str(value) for node in root.iter() for value in node.attrib.values()]
                found[name] = "\n".join([*map(str, root.itertext()), *attributes])
    return found
