"""The texts that the build has put beside the component: sentences, commands, functions."""

from __future__ import annotations

import json
from pathlib import Path

TEXTS = json.loads(Path(__file__).with_name("texts.json").read_text(encoding="utf-8"))


def sentence(key, **facts):
    """``sentence("no_gongkai", python="/usr/bin/python3")``."""
    text = TEXTS["sentences"][key]
    for name, value in facts.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def label(tag):
    """check -> 校验本报告."""
    return TEXTS["commands"][tag]
