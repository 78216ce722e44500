"""An older pdfminer.six runs code that a PDF brings along: where one is installed nevertheless, no
PDF is opened.
"""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from gongkai import processes
from gongkai.model import UnreadableDocument
from gongkai.readers.pdf import pdf_blocks
from gongkai.rereading.pdf import pdf_order
from helpers import DOCUMENTS
from helpers.command import run_command

PDF = DOCUMENTS / "pdf-wps-2024" / "source.pdf"


def installed(version: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this Python believe in a version of pdfminer.six; None is one that left no word about
    itself.
    """
    true = importlib.metadata.version

    def told(name: str) -> str:
        if name != "pdfminer.six":
            return true(name)
        if version is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(importlib.metadata, "version", told)


@pytest.mark.parametrize(
    "version", ["20250506", "20251230", "20260106", "20191110", "0.0.0", "", "unknown", None]
)
def test_an_older_one_opens_nothing(version: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(version, monkeypatch)
    for read in (pdf_blocks, pdf_order):
        with pytest.raises(UnreadableDocument, match=r"pdfminer\.six.*升级.*。$") as caught:
            read(PDF.read_bytes())
        assert str(caught.value).count("。") == 1


@pytest.mark.parametrize("version", ["20260107", "20260107.post1", "20270101"])
def test_this_one_and_newer_ones_do(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(version, monkeypatch)
    assert pdf_blocks(PDF.read_bytes())


def test_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that reads PDFs finds an older one first."""
    about = tmp_path / "pdfminer_six-20250506.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: pdfminer.six\nVersion: 20250506\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(processes, "IDLE", [])
    run = run_command("check", PDF)
    processes.end_idle()
    assert run.returncode == 2
    assert "20250506" in run.stderr
    assert len(run.stderr.splitlines()) == 1
