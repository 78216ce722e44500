"""A virtual screen (Xvfb) with a person's hand on it (xdotool), and pictures of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageGrab

SIZE = (1366, 768)  # pixels, of the notebooks in offices
COLORS = 100  # in a picture, which keeps it small
CHINESE = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item
 oor:path="/org.openoffice.Office.Linguistic/General"><prop oor:name="UILocale" oor:op="fuse"><value
>zh-CN</value></prop></item></oor:items>
"""


@dataclass(frozen=True)
class Screen:
    """``name``: as programs call it, :1."""

    name: str

    @property
    def environ(self) -> dict[str, str]:
        """LibreOffice draws without a desktop's toolkit, so that it looks alike everywhere."""
        return {"DISPLAY": self.name, "SAL_USE_VCLPLUGIN": "gen"}

    def hand(self, *arguments: object) -> None:
        command = ["xdotool", *map(str, arguments)]
        subprocess.run(command, check=True, env={**os.environ, **self.environ})

    def point(self, place: Sequence[int]) -> None:
        self.hand("mousemove", *place)

    def click(self, place: Sequence[int]) -> None:
        self.hand("mousemove", *place, "click", 1)

    def type(self, text: str) -> None:
        """ASCII alone."""
        self.hand("type", "--delay", 20, text)

    def key(self, name: str) -> None:
        """Return, ctrl+z"""
        self.hand("key", name)

    def seen(self) -> Image.Image:
        return ImageGrab.grab(xdisplay=self.name).convert("RGB")

    def picture(self, path: Path, box: tuple[int, int, int, int] = (0, 0, *SIZE)) -> None:
        """What is seen now, or a part of it (left, top, right, bottom), as a small PNG."""
        few = (
            self.seen()
            .crop(box)
            .quantize(COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        )
        few.save(path, optimize=True)


@contextmanager
def screen() -> Iterator[Screen]:
    """The first number that is free."""
    given, taken = os.pipe()
    server = subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            str(taken),
            "-screen",
            "0",
            "{}x{}x24".format(*SIZE),
            "-nolisten",
            "tcp",
        ],
        pass_fds=[taken],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(taken)
    try:
        with os.fdopen(given) as number:
            yield Screen(f":{number.readline().strip()}")
    finally:
        server.terminate()
        server.wait()


def in_chinese(profile: Path) -> None:
    """LibreOffice's own menus, for a profile that has not been used."""
    (profile / "user" / "registrymodifications.xcu").write_text(CHINESE, encoding="utf-8")
