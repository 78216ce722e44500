"""What tests stand on; README.md beside this file says what each module is for.

The folders are named here once, so that a test that moves to another folder keeps finding its
documents.
"""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
HELPERS = TESTS / "helpers"
DOCUMENTS = TESTS / "documents"
