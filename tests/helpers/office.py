"""Drives LibreOffice without a screen: formulas recalculated, sheets as pages and as pictures."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

Pixel = tuple[int, int, int]


def convert(files: Sequence[Path], kind: str, folder: Path) -> list[Path]:
    """Files -> ``kind`` (xlsx or pdf) in ``folder``, in one run of the program with a profile of its own."""
    with TemporaryDirectory() as profile:
        command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", kind]
        subprocess.run([*command, "--outdir", folder, *files], check=True, capture_output=True, timeout=240)
    made = [folder / f"{file.stem}.{kind}" for file in files]
    missing = [file.name for file in made if not file.is_file()]
    assert not missing, f"LibreOffice made no {missing}"
    return made


def recalculated(files: Sequence[Path], folder: Path) -> list[Path]:
    """The workbooks as LibreOffice opens, calculates and saves them."""
    return convert(files, "xlsx", folder)


def page_texts(pdf: Path) -> list[str]:
    printed = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True).stdout
    return printed.decode().split("\f")[:-1]


def page_pixels(pdf: Path, page: int, folder: Path) -> list[Pixel]:
    """The colours of one page (counted from 1) at 50 dots an inch."""
    root = folder / f"{pdf.stem}-{page}"
    span = ["-f", str(page), "-l", str(page)]
    subprocess.run(["pdftoppm", "-r", "50", "-singlefile", *span, pdf, root], check=True, capture_output=True)
    content = root.with_suffix(".ppm").read_bytes()
    _, width, height, _ = content.split(maxsplit=4)[:4]
    dots = content[-int(width) * int(height) * 3 :]
    return list(zip(dots[::3], dots[1::3], dots[2::3], strict=True))
