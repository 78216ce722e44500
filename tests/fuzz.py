"""Fuzzing of readers and recognition by coverage: whatever the bytes, only GongkaiError gets out.

Run as ``make fuzz`` or ``python tests/fuzz.py SECONDS [SUFFIX ...]``; needs atheris. The documents
of the cases are the first corpus. Of zip archives the parts are changed and packed again, for a
changed archive is only a damaged one. A reader is called as its process calls it, so that what a
library raises counts as what a user would be told.
"""

from __future__ import annotations

import io
import random
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import atheris

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "python"))

with atheris.instrument_imports(include=["gongkai"]):
    from gongkai.model import Document, GongkaiError
    from gongkai.processes import FAILED, HEAVY, MADE, REFUSED, answer_to
    from gongkai.readers import READERS, blocks_of, html, text  # noqa: F401
    from gongkai.readers.worker import PACKED, unpacked
    from gongkai.recognize import recognize
    from gongkai.sources.detect import kind_of

LONGEST = 300_000
# Another program's work comes before ours, or the library for them aborts, which only a process
# apart outlives.
OUTSIDE = ".doc", ".wps", ".rtf", ".xls", ".et"


def one(content: bytes) -> None:
    """Read and recognise a document; anything but GongkaiError ends the run with the input that did
    it.
    """
    document = Document("fuzz", "", content, "")
    try:
        reader = READERS.get(kind_of(content).format, "")
        if reader:
            answer = answer_to(PACKED, f"{reader}\n".encode() + content)
            assert answer[:1] in (MADE, REFUSED, HEAVY, FAILED), answer[:1]
            blocks = unpacked(answer[1:]) if answer[:1] == MADE else ()
        else:
            blocks = blocks_of(document)
        recognize(blocks, document)
    except GongkaiError:
        return


def changed(content: bytes, size: int, seed: int) -> bytes:
    """A mutant: of a zip archive one part is changed, of anything else the bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {info.filename: archive.read(info) for info in archive.infolist()}
    except Exception:
        return bytes(atheris.Mutate(content, size))
    if not parts:
        return bytes(atheris.Mutate(content, size))
    name = random.Random(seed).choice(sorted(parts))
    parts[name] = bytes(atheris.Mutate(parts[name], max(1, min(size, 2 * len(parts[name]) + 64))))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, body in parts.items():
            archive.writestr(part, body)
    return packed.getvalue() if packed.tell() <= size else content[:size]


def seeds(suffixes: Iterable[str]) -> list[Path]:
    sources = sorted((ROOT / "tests" / "documents").glob("*/source.*"))
    return [
        path
        for path in sources
        if path.suffix not in OUTSIDE and (not suffixes or path.suffix[1:] in suffixes)
    ]


def main() -> None:
    seconds, suffixes = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as corpus:
        for path in seeds(suffixes):
            Path(corpus, f"{path.parent.name}{path.suffix}").write_bytes(path.read_bytes())
        options = [
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST}",
            "-timeout=60",
            "-rss_limit_mb=4000",
        ]
        atheris.Setup([sys.argv[0], *options, corpus], one, custom_mutator=changed)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
