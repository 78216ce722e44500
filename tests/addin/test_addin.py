"""The add-in on a fake home of either kind: what comes where, and that all of it goes away
again.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest
import xlwings
import xlwings.utils

from gongkai import cli
from gongkai.addin import checks_of, install, uninstall
from gongkai.addin.components import ADDIN, XLWINGS, packaged, packaged_file
from gongkai.addin.files import digest_of, record_path
from gongkai.addin.places import MAC_STARTUP, Places, places, setting_of
from gongkai.addin.status import examine
from gongkai.workbook.file import template_path
from helpers.excel.homes import OLD_SETTINGS, home_of, mac, made_home, settings_of, tree, windows


@pytest.fixture(params=[windows, mac])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    return request.param(made_home(tmp_path, request.param is windows))


# --- putting in place and taking away -------------------------------------------------------------


def test_everything_comes_where_excel_and_xlwings_look(machine: Places) -> None:
    lines = install(machine)
    start = machine.startup
    assert (start / ADDIN).read_bytes() == packaged_file(ADDIN).read_bytes()
    assert (
        start / "gongkai" / "workbook_template.xlsm"
    ).read_bytes() == template_path().read_bytes()
    assert (start / XLWINGS).read_bytes() == Path(xlwings.__file__).with_name("addin").joinpath(
        XLWINGS
    ).read_bytes()
    assert machine.settings.read_bytes() == settings_of(machine)
    # Excel opens every file in its start folder: no other may lie there.
    assert sorted(path.name for path in start.iterdir()) == ["gongkai", ADDIN, XLWINGS]
    named = [
        line
        for line in lines
        if any(str(path) in line for path in start.parent.rglob("*") if path.is_file())
    ]
    assert len(named) == 3
    assert any(f"{machine.key} = {machine.interpreter}" in line for line in lines)


def test_windows_folders(tmp_path: Path) -> None:
    machine = windows(tmp_path)
    assert machine.startup == tmp_path / "Roaming" / "Microsoft" / "Excel" / "XLSTART"
    assert machine.settings == tmp_path / "用户 张三" / ".xlwings" / "xlwings.conf"
    assert machine.state == tmp_path / "Roaming" / "gongkai"
    bare = places("win32", tmp_path, {}, r"C:\Python\python.exe", encoding="gbk")
    assert bare.excel == tmp_path / "AppData" / "Roaming" / "Microsoft" / "Excel"
    assert bare.settings == tmp_path / ".xlwings" / "xlwings.conf"


def test_mac_folders(tmp_path: Path) -> None:
    machine = mac(tmp_path)
    install(machine)
    assert machine.startup == tmp_path / MAC_STARTUP
    assert machine.settings == tmp_path / "Library/Containers/com.microsoft.Excel/Data/xlwings.conf"
    script = f"xlwings-{version('xlwings')}.applescript"
    placed = tmp_path / "Library" / "Application Scripts" / "com.microsoft.Excel" / script
    assert placed.read_bytes() == Path(xlwings.__file__).with_name(script).read_bytes()


def test_uninstall_leaves_nothing(machine: Places) -> None:
    before = tree(home_of(machine))
    install(machine)
    assert tree(home_of(machine)) != before
    lines = list(uninstall(machine))
    assert tree(home_of(machine)) == before
    assert lines[-1].startswith("卸载完成。")


def test_what_was_there_comes_back(machine: Places) -> None:
    machine.startup.mkdir(parents=True)
    (machine.startup / XLWINGS).write_bytes(b"an older xlwings")
    (machine.startup / "personal.xlsb").write_bytes(b"the user's own")
    machine.settings.parent.mkdir(exist_ok=True, parents=True)
    machine.settings.write_bytes(
        OLD_SETTINGS.replace(b"interpreter_win", machine.key.lower().encode())
    )
    before = tree(home_of(machine))
    lines = install(machine)
    assert sum("原有的文件已备份到" in line for line in lines) == 2
    install(machine)
    list(uninstall(machine))
    assert tree(home_of(machine)) == before


def test_a_second_install_says_that_all_is_new(machine: Places) -> None:
    install(machine)
    before = tree(home_of(machine))
    assert all(line.startswith("已是最新") for line in install(machine)[:-1])
    assert tree(home_of(machine)) == before


def pretend_older(machine: Places) -> None:
    """Let an older version of ours have put the add-in there, as its record says."""
    data = json.loads(record_path(machine.state).read_text(encoding="utf-8"))
    data["version"] = "0.0.9"
    next(entry for entry in data["entries"] if entry["path"].endswith(ADDIN))["ours"] = [
        digest_of(b"0.0.9")
    ]
    record_path(machine.state).write_text(json.dumps(data), encoding="utf-8")
    (machine.startup / ADDIN).write_bytes(b"0.0.9")


def test_an_upgrade_keeps_the_first_backup(machine: Places) -> None:
    machine.startup.mkdir(parents=True)
    (machine.startup / XLWINGS).write_bytes(b"an older xlwings")
    before = tree(home_of(machine))
    install(machine)
    pretend_older(machine)
    (line,) = (check.text for check in checks_of(machine) if not check.ok)
    assert "是旧版（0.0.9）" in line
    (line,) = (line for line in install(machine) if line.startswith("已放入"))
    assert "备份" not in line
    list(uninstall(machine))
    assert tree(home_of(machine)) == before


def test_a_changed_file_is_kept_and_named(machine: Places) -> None:
    install(machine)
    template = machine.startup / "gongkai" / "workbook_template.xlsm"
    template.write_bytes(b"with the logo of the bureau")
    lines = list(uninstall(machine))
    assert template.read_bytes() == b"with the logo of the bureau"
    assert [line for line in lines if line.startswith("保留")] == [
        f"保留　　{template}（安装以后有改动，没有删除；不需要时请自行删除）"
    ]
    assert not (machine.startup / ADDIN).exists()
    assert not record_path(machine.state).exists()


def test_a_changed_file_is_copied_before_an_upgrade(machine: Places) -> None:
    install(machine)
    template = machine.startup / "gongkai" / "workbook_template.xlsm"
    template.write_bytes(b"with the logo of the bureau")
    (line,) = (line for line in install(machine) if str(template) in line)
    copy = Path(line.partition("备份到 ")[2].rstrip("）"))
    assert copy.read_bytes() == b"with the logo of the bureau"
    assert template.read_bytes() == template_path().read_bytes()
    list(uninstall(machine))
    assert copy.read_bytes() == b"with the logo of the bureau"


def test_a_deleted_file_is_no_obstacle(machine: Places) -> None:
    before = tree(home_of(machine))
    install(machine)
    shutil.rmtree(machine.startup)
    machine.settings.unlink()
    list(uninstall(machine))
    assert {name for name in tree(home_of(machine)) if "Excel" not in name} == {
        name for name in before if "Excel" not in name
    }


def test_links_are_followed(machine: Places) -> None:
    home = home_of(machine)
    real = home / "dotfiles"
    (real / "start").mkdir(parents=True)
    (real / "xlwings.conf").write_bytes(b'"OTHER","1"\n')
    machine.startup.parent.mkdir(parents=True, exist_ok=True)
    machine.startup.symlink_to(real / "start")
    machine.settings.parent.mkdir(parents=True, exist_ok=True)
    machine.settings.symlink_to(real / "xlwings.conf")
    before = tree(home)
    install(machine)
    assert machine.settings.is_symlink()
    assert setting_of(
        (real / "xlwings.conf").read_bytes(), machine.key
    ) == machine.interpreter.encode(machine.encoding)
    list(uninstall(machine))
    assert tree(home) == before


def test_uninstall_without_a_record(machine: Places) -> None:
    before = tree(home_of(machine))
    assert list(uninstall(machine)) == ["没有安装记录，没有要卸载的东西。"]
    machine.startup.mkdir(parents=True)
    (machine.startup / ADDIN).write_bytes(b"copied by hand")
    (line,) = uninstall(machine)
    assert "没有删除" in line
    assert (machine.startup / ADDIN).read_bytes() == b"copied by hand"
    shutil.rmtree(machine.startup)
    assert machine.platform == "darwin" or tree(home_of(machine)) == before


def test_other_things_in_the_state_folder_stay(machine: Places) -> None:
    install(machine)
    (machine.state / "gongkai.log").write_text("log")
    assert "日志等个人数据留在" in list(uninstall(machine))[-1]
    assert [path.name for path in machine.state.iterdir()] == ["gongkai.log"]


# --- status ---------------------------------------------------------------------------------------


def test_status_of_a_whole_installation(machine: Places) -> None:
    before = tree(home_of(machine))
    lines, complete = examine(machine)
    assert not complete
    assert sum(line.startswith("✗") for line in lines) == len([*packaged(machine)]) + 1
    assert tree(home_of(machine)) == before
    install(machine)
    lines, complete = examine(machine)
    assert (complete, lines[-1]) == (True, "全部就绪。")
    assert f"xlwings {version('xlwings')}" in lines[0]


def broken(machine: Places) -> Iterator[tuple[str, Callable[[], object]]]:
    """What a line of the status must say, and what brings that about."""
    settings = machine.settings
    line = f'"{machine.key}","%s"\n'
    yield "缺少", (machine.startup / ADDIN).unlink
    yield "可能被改过", lambda: (machine.startup / XLWINGS).write_bytes(b"other")
    yield "不存在", lambda: settings.write_text(line % "/gone/python")
    yield "不是运行本命令的Python", lambda: settings.write_text(line % sys.executable)
    yield f"没有{machine.key}", lambda: settings.write_text('"A","1"')
    yield "没有", settings.unlink


@pytest.mark.parametrize("number", range(6))
def test_status_says_what_is_wrong_and_install_mends_it(machine: Places, number: int) -> None:
    install(machine)
    said, damage = list(broken(machine))[number]
    damage()
    lines, complete = examine(machine)
    (line,) = (line for line in lines if line.startswith("✗"))
    assert not complete
    assert said in line
    assert "gongkai addin install" in line
    install(machine)
    assert examine(machine)[1]


def test_status_misses_the_library_of_the_functions(tmp_path: Path) -> None:
    machine = windows(tmp_path)
    install(machine)
    next(Path(machine.python).parent.glob("*.dll")).unlink()
    (line,) = (line for line in examine(machine)[0] if line.startswith("✗"))
    assert "工作表函数不能用" in line
    (tmp_path / f"xlwings64-{version('xlwings')}.dll").touch()  # where a virtual environment has it
    assert examine(machine)[1]


# --- the command ----------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["install", "uninstall", "status"])
def test_on_linux_it_says_what_works_there(
    action: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert cli.main(["addin", action]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "gongkai check" in err
    assert "LibreOffice" in err
    assert tree(tmp_path) == {}


@pytest.fixture
def pretend_mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A process that takes itself for one on a Mac."""
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setenv("HOME", str(tmp_path))
    return mac(tmp_path, Path(sys.executable))


def test_the_command_and_its_exit_codes(
    pretend_mac: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [
        cli.main(["addin", action]) for action in ("status", "install", "status", "uninstall")
    ] == [1, 0, 0, 0]
    out, err = capsys.readouterr()
    assert err == ""
    for said in ("有缺漏", "安装完成", "全部就绪", "卸载完成"):
        assert said in out


def test_parts_are_what_they_are_called() -> None:
    with ZipFile(packaged_file(ADDIN)) as archive:
        assert b"addin.macroEnabled.main+xml" in archive.read("[Content_Types].xml")
