"""The prose of sections one and six + the tables -> findings where the two differ.

A small grammar (words.toml, tokens, clause, meaning) finds claims; each then agrees with the tables
or does not (comparing).
"""

from __future__ import annotations

from gongkai.checks.narrative.claims import Claim, claims
from gongkai.checks.narrative.comparing import check_narrative, place_of
from gongkai.checks.narrative.meaning import Quantity

__all__ = ["Claim", "Quantity", "check_narrative", "claims", "place_of"]
