"""A proposal as the end of a finding's message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gongkai.figures import shown
from gongkai.model import Form, Suspect
from gongkai.sums.localize import Proposal
from gongkai.wording import label_of, written

MOST_UNREAD = 3


def ending(form: Form, proposal: Proposal, unread: Mapping[str, str]) -> str:
    """疑为 表三 （一）予以公开·自然人 填134，应为143。 Of several ways all are named, or how many there are.

    ``unread``: cell -> the text that stands in it and was not used; a figure is blamed only with these in sight.
    """
    texts = {cell: written(raw, form.cells[cell].column.unit) for cell, raw in unread.items()}
    suspected = {suspect.cell for alternative in proposal.alternatives for suspect in alternative}
    first = [f"{label_of(form.cells[cell])} {text}" for cell, text in texts.items() if cell not in suspected]
    more = f"等{len(first)}格" if len(first) > MOST_UNREAD else ""
    told = f"请先核对没有读出的格：{'、'.join(first[:MOST_UNREAD])}{more}。" if first else ""
    return f"{proposed(form, proposal, texts)}{told}"


def proposed(form: Form, proposal: Proposal, unread: Mapping[str, str]) -> str:
    others = f"另有{proposal.unlikely}种可能性较小的改法" if proposal.unlikely else ""
    if len(proposal.alternatives) == 1:
        doubt = f"（{others}，请对照原文）" if others else ""
        return f"疑为 {form.number} {alternative_text(form, proposal.alternatives[0], '，', unread)}{doubt}。"
    if proposal.alternatives:
        listed = "；或".join(alternative_text(form, each, "", unread) for each in proposal.alternatives)
        more = f"，{others}" if others else ""
        return f"可能是：{form.number} {listed}（共{proposal.ways}种可能{more}，请对照原文）。"
    known = f"有{proposal.ways}种" if proposal.ways else "太多"
    return f"可能的改法{known}，无法确定是哪一格，请对照原文。"


def alternative_text(form: Form, alternative: Sequence[Suspect], comma: str, unread: Mapping[str, str]) -> str:
    texts = (suspect_text(form, suspect, comma, unread.get(suspect.cell, "空白")) for suspect in alternative)
    return ("；" if comma else "、").join(texts)


def suspect_text(form: Form, suspect: Suspect, comma: str, blank: str) -> str:
    stands = blank if suspect.stated is None else f"填{shown(suspect.stated)}"
    return f"{label_of(form.cells[suspect.cell])} {stands}{comma}应为{suspect.proposed}"
