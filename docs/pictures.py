"""Room: docs. Renders the sheets of the demo's flagged workbook into docs/images, with LibreOffice and pdftoppm.

Run as ``make pictures`` after a change to the looks of the workbook.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from gongkai.demo import run

IMAGES = Path(__file__).parent / "images"
# Name -> page, and the part of it that is not white: left, top, width, height in pixels at 100 dots an inch.
SHEETS = {
    "cover": (1, (40, 60, 1000, 640)),
    "disclosure": (2, (40, 40, 1100, 440)),
    "flagged": (3, (30, 50, 1110, 660)),
    "disputes": (4, (30, 50, 1110, 160)),
    "results": (6, (30, 40, 1110, 290)),
}


def main() -> int:
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        list(run(Path(folder)))
        profile = f"-env:UserInstallation=file://{folder}/profile"
        book = f"{folder}/ruian2021-broken.xlsm"
        subprocess.run(["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, book], check=True)
        for name, (page, (left, top, width, height)) in SHEETS.items():
            crop = ["-x", str(left), "-y", str(top), "-W", str(width), "-H", str(height)]
            only = ["-png", "-singlefile", "-r", "100", "-f", str(page), "-l", str(page)]
            subprocess.run(["pdftoppm", *only, *crop, f"{folder}/ruian2021-broken.pdf", IMAGES / name], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
