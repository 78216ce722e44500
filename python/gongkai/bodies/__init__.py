"""Names of bodies -> who is who: whether two are one, what a body is, what it became.

divisions: the country's divisions since 2008, and what became of them; names: a name's parts and
its one form; verdicts: two names, one body or not, and successions; within: lists of one
government's bodies. Facts stand in tables: divisions.tsv, departments.tsv, changes.tsv, zones.tsv.
"""

from __future__ import annotations

from gongkai.bodies.names import is_certain, normal
from gongkai.bodies.verdicts import Succession, may_be_one, same_body, successions_of
from gongkai.bodies.within import Body, are_apart, body, last_day_of, parts_of, tail, why_no_rules

__all__ = [
    "Body",
    "Succession",
    "are_apart",
    "body",
    "is_certain",
    "last_day_of",
    "may_be_one",
    "normal",
    "parts_of",
    "same_body",
    "successions_of",
    "tail",
    "why_no_rules",
]
