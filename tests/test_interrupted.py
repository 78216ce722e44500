"""Room: tests. A batch interrupted while LibreOffice works for it: it ends soon and leaves nothing of it behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from helpers import DOCUMENTS
from helpers.batches import COMMAND

SOON = 5.0  # seconds; a second is given to what is being read, two to what is to be cleared away
MARK = "GONGKAI_TEST_MARK"


def marked(mark: str) -> list[str]:
    """The processes that a marked one started, by what they run; its children's too."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        if (process.info["environ"] or {}).get(MARK) == mark:
            found.append(" ".join(process.info["cmdline"] or ()))
    return found


@pytest.mark.parametrize("delay", [0.0, 0.7])
def test_nothing_is_left_of_an_interrupted_batch(delay: float, tmp_path: Path) -> None:
    sources, scratch = tmp_path / "sources", tmp_path / "scratch"
    sources.mkdir()
    scratch.mkdir()
    for number in range(3):
        shutil.copy(DOCUMENTS / "rtf-2020" / "source.rtf", sources / f"{number}.rtf")
    shutil.copy(DOCUMENTS / "pdf-wps-2024" / "source.pdf", sources)
    mark = str(tmp_path)
    process = subprocess.Popen(
        [*COMMAND, str(sources), "-o", str(tmp_path / "out")],
        env={**os.environ, MARK: mark, "TMPDIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    until = time.monotonic() + 30
    while not any("soffice" in command for command in marked(mark)):
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(delay)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate()
    assert time.monotonic() - began < SOON
    assert process.returncode == 130
    assert "已中止" in told.decode()
    time.sleep(0.3)  # for what was killed to be gone
    assert marked(mark) == []
    assert [path.name for path in scratch.iterdir() if path.name.startswith("gongkai")] == []
