"""The settings that the add-in shares with others, and the Python that they name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import xlwings
import xlwings.utils

from gongkai.addin import install, uninstall
from gongkai.addin.places import (
    Places,
    console_python,
    places,
    setting_of,
    with_setting,
    without_setting,
)
from gongkai.model import GongkaiError
from helpers.excel.homes import OLD_SETTINGS, home_of, mac, made_home, tree, windows


@pytest.fixture(params=[windows, mac])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    return request.param(made_home(tmp_path, request.param is windows))


# --- the settings ---------------------------------------------------------------------------------


def test_other_settings_stay_byte_for_byte() -> None:
    changed = with_setting(
        OLD_SETTINGS, "INTERPRETER_WIN", "D:\\新\\python.exe".encode("gbk"), "\r\n"
    )
    # The comment has no comma: the VBA takes the next key for its value, so ours has to come before
    # it.
    assert changed == '"INTERPRETER_WIN","D:\\新\\python.exe"\r\n'.encode("gbk") + OLD_SETTINGS
    plain = OLD_SETTINGS.partition(b"\r\n")[2]
    changed = with_setting(plain, "INTERPRETER_WIN", b"new", "\r\n")
    assert changed == plain.replace(plain.splitlines()[1], b'"INTERPRETER_WIN","new"')
    assert without_setting(changed, "INTERPRETER_WIN", b"new", plain.splitlines()[1]) == plain


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'"OTHER","a,b"\n',
        b'"OTHER","1"',
        b"\n\n",
        b'"no comma"\n\n"KEY","1"\n"OTHER","1"\n',
        b'"OTHER","1"\n\n"KEY","1"\n',
        b'\xef\xbb\xbf"OTHER","1"\r\n',
        b'# no comma\n"OTHER","1"\n',
        b'KEY , old\n"OTHER","1"\n',
        b'"key","one"\n"KEY","two"\n',
        b'"OTHER","not closed\n',
        b'"KEY"\n"OTHER","1"\n',
    ],
)
def test_a_setting_is_seen_and_goes_away_again(content: bytes) -> None:
    changed = with_setting(content, "KEY", "值".encode("gbk"), "\r\n")
    assert setting_of(changed, "KEY") == "值".encode("gbk")
    assert [line for line in content.splitlines() if b"OTHER" in line] == [
        line for line in changed.splitlines() if b"OTHER" in line
    ]
    before = next(
        (line for line in content.splitlines() if line.lower().startswith((b'"key",', b"key ,"))),
        None,
    )
    assert without_setting(changed, "KEY", "值".encode("gbk"), before) == content


def test_xlwings_reads_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = mac(tmp_path)
    install(machine)
    monkeypatch.setattr(xlwings, "USER_CONFIG_FILE", str(machine.settings))
    expected = {"interpreter_mac": machine.interpreter, "add_workbook_to_pythonpath": "false"}
    assert xlwings.utils.read_user_config() == expected


def test_python_looks_beside_a_workbook_only_where_the_user_wants_it(tmp_path: Path) -> None:
    machine = mac(tmp_path)
    machine.settings.parent.mkdir(parents=True, exist_ok=True)
    own = b'"ADD_WORKBOOK_TO_PYTHONPATH","true"\n'
    machine.settings.write_bytes(own)
    install(machine)
    assert machine.settings.read_bytes().endswith(own)
    assert machine.settings.read_bytes().count(b"ADD_WORKBOOK") == 1


def test_of_changed_settings_both_lines_of_ours_go(tmp_path: Path) -> None:
    machine = mac(tmp_path)
    install(machine)
    machine.settings.write_bytes(machine.settings.read_bytes() + b'"SHOW CONSOLE","True"\n')
    install(machine)
    list(uninstall(machine))
    assert machine.settings.read_bytes() == b'"SHOW CONSOLE","True"\n'


def test_settings_changed_since_lose_only_our_line(machine: Places) -> None:
    machine.settings.parent.mkdir(parents=True, exist_ok=True)
    machine.settings.write_bytes(f'"{machine.key}","old"\n"A","1"\n'.encode())
    install(machine)
    machine.settings.write_bytes(machine.settings.read_bytes() + b'"B","2"\n')
    list(uninstall(machine))
    assert machine.settings.read_bytes() == f'"{machine.key}","old"\n"A","1"\n"B","2"\n'.encode()


def test_settings_made_by_us_and_added_to(machine: Places) -> None:
    install(machine)
    machine.settings.write_bytes(machine.settings.read_bytes() + b'"B","2"\n')
    list(uninstall(machine))
    assert machine.settings.read_bytes() == b'"B","2"\n'


def test_an_interpreter_that_the_user_chose_since_stays(machine: Places) -> None:
    install(machine)
    machine.settings.write_bytes(f'"{machine.key}","mine"\n'.encode())
    (line,) = (line for line in uninstall(machine) if line.startswith("保留"))
    assert "另设为 mine" in line
    assert machine.settings.read_bytes() == f'"{machine.key}","mine"\n'.encode()


def test_wide_settings_are_refused(machine: Places) -> None:
    machine.settings.parent.mkdir(parents=True, exist_ok=True)
    machine.settings.write_text('"A","1"', encoding="utf-16")
    before = tree(home_of(machine))
    with pytest.raises(GongkaiError, match="另存为时编码选“ANSI”"):
        install(machine)
    assert tree(home_of(machine)) == before


# --- the interpreter ------------------------------------------------------------------------------


def test_the_interpreter_is_never_pythonw(tmp_path: Path) -> None:
    assert (
        windows(tmp_path, Path(r"C:\pythonw\PythonW.exe")).interpreter == r"C:\pythonw\python.exe"
    )
    assert console_python(r"C:\pythonw\python.exe") == r"C:\pythonw\python.exe"


@pytest.mark.parametrize(
    ("python", "base"),
    [
        (
            (
                r"C:\Users\z\AppData\Local\Microsoft\WindowsApps\PythonSoftwareFoundation.Python.3."
                r"12_q\python.exe"
            ),
            "",
        ),
        (
            r"D:\venv\Scripts\python.exe",
            r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.11_3_x64",
        ),
    ],
)
def test_a_python_from_the_store_is_refused(python: str, base: str, tmp_path: Path) -> None:
    with pytest.raises(GongkaiError, match="微软商店"):
        places("win32", tmp_path, {}, python, base, encoding="gbk")


def test_a_path_outside_the_code_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GongkaiError, match="Excel无法读取的字符"):
        places("win32", tmp_path, {}, "C:\\Users\\張三\\python.exe", encoding="cp1252")
    with pytest.raises(GongkaiError, match="Excel无法读取的字符"):
        places("darwin", tmp_path / "家", {}, "/opt/my python/bin/python3")


def test_no_python_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GongkaiError, match="无法确定正在运行的Python的位置"):
        places("win32", tmp_path, {}, "", encoding="gbk")


def test_on_a_mac_a_path_with_spaces_gets_a_launcher(tmp_path: Path) -> None:
    folder = tmp_path / "我的 Python's"
    folder.mkdir()
    python = folder / "python3"
    python.symlink_to(sys.executable)
    machine = mac(tmp_path, python)
    install(machine)
    assert machine.interpreter == str(tmp_path / ".gongkai" / "python")
    run = subprocess.run(
        # as xlwings' script does it
        f"{machine.interpreter} -c 'import sys; print(sys.argv[1:])' 'a b' \"it's\"",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "['a b', \"it's\"]\n"
    assert mac(tmp_path, Path("/usr/bin/python3")).launcher is None
    list(uninstall(machine))
    assert not (tmp_path / ".gongkai").exists()
