"""The extension put into a user's LibreOffice, taken out again, and what is told of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gongkai.addin import libreoffice
from gongkai.addin.libreoffice import Office, examine, install, profile_folder, uninstall
from gongkai.model import GongkaiError
from helpers.extension import office_in, readable_by_all


def office(folder: Path, *unopkg: str) -> Office:
    return Office(unopkg, folder / "profile", "/opt/python")


@pytest.mark.parametrize(
    ("platform", "environ", "place"),
    [
        ("linux", {}, ".config/libreoffice/4"),
        ("linux", {"XDG_CONFIG_HOME": "/elsewhere"}, "/elsewhere/libreoffice/4"),
        ("win32", {"APPDATA": "/roaming"}, "/roaming/LibreOffice/4"),
        ("darwin", {}, "Library/Application Support/LibreOffice/4"),
    ],
)
def test_where_libreoffice_keeps_a_user(platform: str, environ: dict[str, str], place: str) -> None:
    assert profile_folder(platform, Path("/home/张三"), environ) == Path("/home/张三") / place


def test_without_libreoffice_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(GongkaiError, match="没有找到LibreOffice"):
        install(office(tmp_path))
    assert list(tmp_path.iterdir()) == []
    lines, complete = examine(office(tmp_path))
    assert not complete
    assert [line[0] for line in lines] == ["✗", "✗", "✗", "有"]


def test_what_libreoffice_refuses_is_undone_and_told(tmp_path: Path) -> None:
    settings = tmp_path / "profile" / libreoffice.SETTINGS
    settings.parent.mkdir(parents=True)
    settings.write_text('{"python": "/old/python"}')
    with pytest.raises(GongkaiError, match="扩展管理器"):
        install(office(tmp_path, "false"))
    assert json.loads(settings.read_text()) == {"python": "/old/python"}


def test_nothing_is_there_to_be_taken_out(tmp_path: Path) -> None:
    assert uninstall(office(tmp_path)) == ["LibreOffice中没有安装gongkai的扩展。"]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"python": 1}'])
def test_damaged_settings_name_no_python(content: str) -> None:
    assert libreoffice.python_in(content.encode()) == ""


@pytest.mark.slow
def test_in_again_and_out(tmp_path: Path) -> None:
    readable_by_all(tmp_path)
    place = office_in(tmp_path)
    for _ in range(2):
        assert install(place)[-1] == libreoffice.RESTART
        assert examine(place)[1]
    other = Office(place.unopkg, place.profile, "/opt/python")
    assert not examine(other)[1]
    assert len(uninstall(place)) == 2
    assert not examine(place)[1]
    assert not place.settings.exists()
