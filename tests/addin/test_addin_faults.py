"""Nothing the user had is lost, and nothing is half done, whatever fails on the way."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gongkai.addin import install, uninstall
from gongkai.addin.components import ADDIN, XLWINGS
from gongkai.addin.files import record_path
from gongkai.addin.places import Places
from gongkai.addin.status import examine
from gongkai.model import GongkaiError
from helpers.excel.homes import home_of, mac, made_home, tree, windows

ACCESS = PermissionError(errno.EACCES, "locked")
FULL = OSError(errno.ENOSPC, "full")


@pytest.fixture(params=[windows, mac])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    return request.param(made_home(tmp_path, request.param is windows))


# --- failures -------------------------------------------------------------------------------------


@pytest.fixture(params=[ACCESS, FULL], ids=["locked", "full"])
def refuse(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Lets the system refuse to put a file of a certain name in place, as Windows does while Excel
    has it open.
    """
    replace, unlink = os.replace, Path.unlink

    def start(name: str) -> None:
        def refusing_replace(source: Path, target: Path) -> None:
            if target.name == name:
                raise request.param
            replace(source, target)

        def refusing_unlink(path: Path, missing_ok: bool = False) -> None:
            if path.name == name:
                raise request.param
            unlink(path, missing_ok)

        monkeypatch.setattr(os, "replace", refusing_replace)
        monkeypatch.setattr(Path, "unlink", refusing_unlink)

    return start


NAMES = (ADDIN, XLWINGS, "workbook_template.xlsm", "xlwings.conf", "addin.json")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("earlier", [False, True])
def test_a_failed_install_leaves_all_as_it_was(
    machine: Places, refuse: Callable[[str], None], name: str, earlier: bool
) -> None:
    machine.startup.mkdir(parents=True)
    (machine.startup / XLWINGS).write_bytes(b"an older xlwings")
    if earlier:
        install(machine)
        for path in (machine.startup / ADDIN, machine.startup / XLWINGS, machine.settings):
            path.write_bytes(b"changed")
        (machine.startup / "gongkai" / "workbook_template.xlsm").unlink()
    before = tree(home_of(machine))
    refuse(name)
    with pytest.raises(
        GongkaiError, match=r"没有安装：写入.*已经恢复原状.*gongkai addin install。$"
    ):
        install(machine)
    assert tree(home_of(machine)) == before


def test_the_sentence_names_the_cause(machine: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ACCESS

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(GongkaiError, match="请先关闭所有Excel窗口"):
        install(machine)


def test_a_stop_by_the_user_leaves_all_as_it_was(
    machine: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(home_of(machine))
    replace = os.replace

    def stop(source: Path, target: Path) -> None:
        if target.name == "workbook_template.xlsm":
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        install(machine)
    assert tree(home_of(machine)) == before


def test_what_cannot_be_rolled_back_is_named_and_recorded(
    machine: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.startup.mkdir(parents=True)
    (machine.startup / ADDIN).write_bytes(b"old")
    before = tree(home_of(machine))
    replace, writes = os.replace, []

    def once(source: Path, target: Path) -> None:
        writes.append(target.name)
        if target.name == XLWINGS or writes.count(ADDIN) > 1:
            raise ACCESS
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", once)
        with pytest.raises(GongkaiError, match=f"未能全部恢复原状.*{ADDIN}.*uninstall"):
            install(machine)
    list(uninstall(machine))
    assert tree(home_of(machine)) == before


@pytest.mark.parametrize("name", NAMES)
def test_an_uninstall_goes_on_where_it_stopped(
    machine: Places, refuse: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = tree(home_of(machine))
    install(machine)
    refuse(name)
    with pytest.raises(GongkaiError, match="请"):
        list(uninstall(machine))
    monkeypatch.undo()
    list(uninstall(machine))
    assert tree(home_of(machine)) == before


@pytest.mark.parametrize("after", range(1, 7))
def test_a_kill_at_any_point_can_be_uninstalled(
    machine: Places, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    machine.startup.mkdir(parents=True)
    (machine.startup / XLWINGS).write_bytes(b"an older xlwings")
    before = tree(home_of(machine))
    pid = os.fork()
    if not pid:
        replace, writes = os.replace, iter(range(100))

        def dying(source: Path, target: Path) -> None:
            replace(source, target)
            if next(writes) + 1 == after:
                os._exit(9)

        monkeypatch.setattr(os, "replace", dying)
        try:
            install(machine)
        finally:
            os._exit(0)  # whatever happens: the tests go on in the parent alone
    os.waitpid(pid, 0)
    list(uninstall(machine))
    left = tree(home_of(machine))
    # A kill between the backup and the record leaves the backup; folders that it had just made may
    # stay empty.
    assert {
        name: held for name, held in left.items() if held is not None and "backups" not in name
    } == {name: held for name, held in before.items() if held is not None}


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b'{"format": 2}', b"\xff", b'{"format":1,"version":1}', b"[" * 9999],
)
def test_a_damaged_record_stops_everything(machine: Places, content: bytes) -> None:
    install(machine)
    record_path(machine.state).write_bytes(content)
    before = tree(home_of(machine))
    for action in (install, lambda places: list(uninstall(places)), examine):
        with pytest.raises(GongkaiError, match=r"安装记录.*已损坏"):
            action(machine)
    assert tree(home_of(machine)) == before


def test_a_lost_backup_lets_the_file_stay(machine: Places) -> None:
    machine.startup.mkdir(parents=True)
    (machine.startup / XLWINGS).write_bytes(b"an older xlwings")
    install(machine)
    shutil.rmtree(machine.state / "backups")
    assert any("备份已丢失或被改动" in line for line in uninstall(machine))
    assert (machine.startup / XLWINGS).exists()


def test_a_folder_in_the_way(machine: Places) -> None:
    (machine.startup / ADDIN).mkdir(parents=True)
    before = tree(home_of(machine))
    with pytest.raises(GongkaiError, match="不是普通文件"):
        install(machine)
    assert tree(home_of(machine)) == before


def test_excel_that_never_ran(machine: Places) -> None:
    shutil.rmtree(machine.excel)
    before = tree(home_of(machine))
    with pytest.raises(GongkaiError, match="请先打开一次Excel"):
        install(machine)
    assert tree(home_of(machine)) == before
    assert any("请先打开一次Excel" in line for line in examine(machine)[0])
