"""The prose of sections one and six + the tables -> findings where the two differ.

A small grammar (words.toml, tokens, grammar, meaning) finds claims; a claim and the tables then agree or they do not.
"""

from __future__ import annotations

from gongkai.checks.narrative.claims import Claim, claims
from gongkai.checks.narrative.comparing import RULES, check_narrative, place_of
from gongkai.checks.narrative.meaning import Quantity

__all__ = ["RULES", "Claim", "Quantity", "check_narrative", "claims", "place_of"]
