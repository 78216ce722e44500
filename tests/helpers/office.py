"""Drives LibreOffice without a screen: formulas recalculated, sheets as pages and as pictures."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

Pixel = tuple[int, int, int]
PATIENCE = 900  # seconds; ends a hang, says nothing of speed


def convert(files: Sequence[Path], kind: str, folder: Path, pages: str = "") -> list[Path]:
    """Files -> ``kind`` (xlsx or pdf) in ``folder``, in one run of the program.

    It has a profile of its own, as another run may go on beside it.
    ``pages`` ("4", "2-5") are those of a PDF that are wanted; a few cost less than all.
    """
    with TemporaryDirectory() as profile:
        command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless"]
        command += ["--convert-to", f"{kind}{page_filter(pages)}", "--outdir", str(folder)]
        subprocess.run([*command, *files], check=True, capture_output=True, timeout=PATIENCE)
    made = [folder / f"{file.stem}.{kind}" for file in files]
    missing = [file.name for file in made if not file.is_file()]
    assert not missing, f"LibreOffice made no {missing}"
    return made


def page_filter(pages: str) -> str:
    choice = {"PageRange": {"type": "string", "value": pages}}
    return f":calc_pdf_Export:{json.dumps(choice)}" if pages else ""


def recalculated(files: Sequence[Path], folder: Path) -> list[Path]:
    """The workbooks as LibreOffice opens, calculates and saves them."""
    return convert(files, "xlsx", folder)


def page_texts(pdf: Path) -> list[str]:
    printed = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True
    ).stdout
    return printed.decode().split("\f")[:-1]


def page_pixels(pdf: Path, page: int, folder: Path) -> list[Pixel]:
    """The colours of one page (counted from 1) at 50 dots an inch."""
    root = folder / f"{pdf.stem}-{page}"
    span = ["-f", str(page), "-l", str(page)]
    subprocess.run(
        ["pdftoppm", "-r", "50", "-singlefile", *span, pdf, root], check=True, capture_output=True
    )
    content = root.with_suffix(".ppm").read_bytes()
    _, width, height, _ = content.split(maxsplit=4)[:4]
    dots = content[-int(width) * int(height) * 3 :]
    return list(zip(dots[::3], dots[1::3], dots[2::3], strict=True))
