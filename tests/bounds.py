"""setup.cfg and constraints.txt -> the oldest versions that users may have, as constraints for pip.

``make test-bounds`` runs the tests there: what the package needs stands at its lower bound, the
tools of the tests as constraints.txt pins them, and what these need is left to pip. Run before
anything is installed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from configparser import ConfigParser
from pathlib import Path


def plain(name: str) -> str:
    """``pdfminer.six``, ``RapidFuzz`` -> ``pdfminer-six``, ``rapidfuzz``: one package, one name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(text: str) -> dict[str, str]:
    """constraints.txt -> package -> version."""
    pairs = (line.partition("==") for line in text.splitlines() if not line.startswith("#"))
    return {plain(name): version for name, _, version in pairs}


def asked(root: Path) -> dict[str, list[str]]:
    """``needed`` or the name of an extra -> the lines of setup.cfg."""
    config = ConfigParser()
    config.read(root / "setup.cfg", encoding="utf-8")
    texts = {"needed": config["options"]["install_requires"], **config["options.extras_require"]}
    return {name: text.split() for name, text in texts.items()}


def lowest(needed: Sequence[str], tools: Sequence[str], pins: Mapping[str, str]) -> list[str]:
    """``lxml>=5.0`` -> ``lxml==5.0``; a tool as it is pinned."""
    names = [line.partition(">=")[0] for line in tools]
    return [line.replace(">=", "==") for line in needed] + [
        f"{name}=={pins[plain(name)]}" for name in names
    ]


def requirements(root: Path) -> list[str]:
    lines = asked(root)
    pins = pinned((root / "constraints.txt").read_text(encoding="utf-8"))
    return lowest(lines["needed"], lines["test"], pins)


if __name__ == "__main__":
    print("\n".join(requirements(Path(__file__).resolve().parents[1])))
