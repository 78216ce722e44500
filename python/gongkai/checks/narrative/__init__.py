"""The prose of sections one and six + the tables -> findings where the two differ.

A small grammar (words.toml, words, tokens) finds the words of a text; paragraphs are read clause by
clause (paragraphs, clause), each figure is explained by words near it (spans, counting) and is then
a quantity of the tables (meaning, quantities): a claim, which agrees with them or not (comparing).
"""

from __future__ import annotations

from gongkai.checks.narrative.claiming import Claim, claims
from gongkai.checks.narrative.comparing import check_narrative, place_of
from gongkai.checks.narrative.quantities import Quantity

__all__ = ["Claim", "Quantity", "check_narrative", "claims", "place_of"]
