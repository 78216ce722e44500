"""The extension at work in LibreOffice's own window -> docs/images, on a virtual screen.

Run as ``make pictures`` with the tests' helpers on the path (tests/libreoffice/test_on_screen.py
clicks through the same).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from gongkai import demo  # noqa: E402
from gongkai.workbook.file import template_path  # noqa: E402
from helpers.extension import Desk, desk_in, readable_by_all  # noqa: E402
from helpers.screen import Screen, in_chinese, screen  # noqa: E402
from helpers.waiting import wait_until  # noqa: E402

IMAGES = ROOT / "docs" / "images"
NAME = "年报"
FORM = "表三"


def main() -> int:
    with TemporaryDirectory() as name, screen() as shown:
        folder = Path(name)
        readable_by_all(folder)
        page = folder / "report.html"
        page.write_bytes(demo.pages()["/2021-broken.html"])
        book = folder / f"{NAME}.xlsm"
        shutil.copyfile(template_path(), book)
        with desk_in(folder, shown.environ, in_chinese) as desk:
            desk.load(NAME, str(book))
            draw(desk, shown, page)
    return 0


def draw(desk: Desk, shown: Screen, page: Path) -> None:
    desk.dispatch(NAME, "import_file")
    wait_until(lambda: "打开" in desk.shown(), "the dialog for files")
    desk.choose(str(page), "文件名:", ["打开"])
    finished(desk)
    desk.show_sheet(NAME, FORM)
    desk.dispatch(NAME, "check")
    wait_until(lambda: "确定" in desk.shown(), "what the check says")
    desk.show_sheet(NAME, FORM)
    take(desk, shown, "libreoffice", (0, 0, 1270, 470))
    finished(desk)
    shown.click(desk.menu(NAME))
    take(desk, shown, "libreoffice-menu", (0, 0, 820, 160))
    shown.key("Escape")
    desk.dispatch(NAME, "import_url")
    wait_until(lambda: "取消" in desk.shown(), "the dialog for an address")
    take(desk, shown, "libreoffice-url", (370, 180, 1000, 390))
    desk.press("取消")


def finished(desk: Desk) -> None:
    wait_until(lambda: "确定" in desk.shown(), "a dialog")
    desk.press("确定")
    wait_until(lambda: not desk.shown(), "it is gone")


def take(desk: Desk, shown: Screen, name: str, box: tuple[int, int, int, int]) -> None:
    """Once two looks in a row are alike: everything is drawn."""
    looks = [shown.seen().tobytes()]

    def is_drawn() -> bool:
        desk.windows()  # answered once the program has done what it was at
        looks.append(shown.seen().tobytes())
        return looks[-1] == looks[-2] and len(looks) > 20

    wait_until(is_drawn, "a picture that stays")
    shown.picture(IMAGES / f"{name}.png", box)


if __name__ == "__main__":
    raise SystemExit(main())
