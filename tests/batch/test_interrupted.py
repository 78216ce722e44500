"""A batch interrupted while LibreOffice works for it: it ends and leaves nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from helpers import DOCUMENTS
from helpers.waiting import PATIENCE, wait_until

MARK = "GONGKAI_TEST_MARK"
MANY = 60  # documents for LibreOffice, so that it is at work however late it is interrupted
# The command, with all the time that a busy machine may need to notice that LibreOffice was ended.
COMMAND = (
    "import sys\nfrom gongkai import cli\nfrom gongkai.readers import libreoffice\n"
    f"libreoffice.CLEARED = {PATIENCE}\nsys.exit(cli.main(sys.argv[1:]))"
)


def marked(mark: str) -> list[str]:
    """The processes that a marked one started, by what they run; its children's too."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        if (process.info["environ"] or {}).get(MARK) == mark:
            found.append(" ".join(process.info["cmdline"] or ()))
    return found


@pytest.mark.slow
@pytest.mark.process
# As soon as it starts, and when it is at work.
@pytest.mark.parametrize("stage", ["soffice", "soffice.bin"])
def test_nothing_is_left_of_an_interrupted_batch(stage: str, tmp_path: Path) -> None:
    sources, scratch = tmp_path / "sources", tmp_path / "scratch"
    sources.mkdir()
    scratch.mkdir()
    for number in range(MANY):
        shutil.copy(DOCUMENTS / "rtf-2020" / "source.rtf", sources / f"{number}.rtf")
    shutil.copy(DOCUMENTS / "pdf-wps-2024" / "source.pdf", sources)
    mark = str(tmp_path)
    python = [sys.executable, "-X", "utf8", "-c", COMMAND]
    process = subprocess.Popen(
        [*python, "batch", str(sources), "-o", str(tmp_path / "out")],
        env={**os.environ, MARK: mark, "TMPDIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        wait_until(lambda: any(stage in command for command in marked(mark)), f"{stage} runs")
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "已中止" in told.decode()
    wait_until(lambda: marked(mark) == [], "what was killed is gone")
    assert [path.name for path in scratch.iterdir() if path.name.startswith("gongkai")] == []
