"""The ribbon and the macros of the sources, as tables."""

from __future__ import annotations

import re

from lxml import etree

from build import RIBBON
from macros import macro_modules

[TAB] = etree.parse(RIBBON).iter("{*}tab")
CONTROLS = [node for node in TAB.iter("{*}*") if node.get("id")]
TAGS = tuple(node.get("tag") for node in CONTROLS if node.get("tag"))
BUTTON_MACROS = dict(
    re.findall(
        r'^Public Sub (\w+)\(\)\n    GkStart "(\w+)", ""$',
        macro_modules()["GkButtons"],
        re.MULTILINE,
    )
)
