"""This user's LibreOffice -> the extension put in place, taken out again, its state told.

LibreOffice's own program ``unopkg`` unpacks the extension into the user's profile. Beside it a file
names the Python that the extension starts: LibreOffice's own has no gongkai.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from gongkai import system
from gongkai.addin import components, files, places, status
from gongkai.model import VERSION, GongkaiError
from gongkai.readers.libreoffice import find_program

EXTENSION = "gongkai.oxt"
IDENTIFIER = "org.gongkai.calc"
SETTINGS = Path("user", "gongkai.json")  # in the profile; xlsx_addin/oxt/gongkai_office/process.py
CACHE = Path("user", "uno_packages", "cache")  # in the profile
# Of LibreOffice's list of a user's extensions: identifier, folder, name of the file.
LISTED = re.compile(rb"org\.gongkai\.calc\n([^\xff\n]+)\xff([^\xff\n]+)\xff")
PATIENCE = 300  # seconds for unopkg
PROFILES = {
    "win32": system.UserFolder("APPDATA", "AppData/Roaming", "LibreOffice/4"),
    "darwin": system.UserFolder("", "Library/Application Support", "LibreOffice/4"),
}
PROFILE_ELSEWHERE = system.UserFolder("XDG_CONFIG_HOME", ".config", "libreoffice/4")
MISSING = (
    "没有找到LibreOffice，没有安装任何东西；请先安装LibreOffice（libreoffice.org）7.0或更新的版本。"
)
BY_HAND = (
    "LibreOffice没有接受扩展{reason}。请关闭所有LibreOffice窗口后再试；"
    "仍然不行，请在LibreOffice的“工具—扩展管理器”中点“添加”，选择{path}。"
)
AS_ROOT = (
    "LibreOffice不接受以root身份安装扩展，没有安装任何东西；请以平时使用LibreOffice的用户运行。"
)
RESTART = (
    "安装完成。请关闭所有LibreOffice窗口后重新打开，Calc的菜单和工具栏上会出现“政府信息公开”。"
)
MEND = "请关闭所有LibreOffice窗口，运行 gongkai addin install --libreoffice"


@dataclass(frozen=True)
class Office:
    """``unopkg``: the command, empty where there is no LibreOffice. ``profile``: what LibreOffice
    calls UserInstallation.
    """

    unopkg: tuple[str, ...]
    profile: Path
    python: str

    @property
    def settings(self) -> Path:
        return self.profile / SETTINGS


def here() -> Office:
    """This machine's. Raises GongkaiError where the extension could not start this Python."""
    if not sys.executable:
        raise GongkaiError(places.UNNAMED)
    if places.FROM_STORE.search(sys.executable) or places.FROM_STORE.search(sys.base_prefix):
        raise GongkaiError(places.STORE)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        raise GongkaiError(AS_ROOT)
    profile = profile_folder(sys.platform, Path.home(), os.environ)
    return Office(unopkg_of(find_program()), profile, places.console_python(sys.executable))


def profile_folder(platform: str, home: Path, environ: Mapping[str, str]) -> Path:
    """~/.config/libreoffice/4"""
    return PROFILES.get(platform, PROFILE_ELSEWHERE).folder(home, environ)


def unopkg_of(program: str | None) -> tuple[str, ...]:
    """/usr/lib/libreoffice/program/unopkg, which stands beside soffice; on Windows unopkg.com."""
    if program is None:
        return ()
    real = Path(program).resolve()
    found = real.with_name(f"unopkg{real.suffix}")
    named = str(found) if found.is_file() else shutil.which("unopkg")
    return (named,) if named else ()


# --- in and out -----------------------------------------------------------------------------------


def install(office: Office) -> list[str]:
    """Put the extension and the settings in place, or update them. Raises GongkaiError."""
    if not office.unopkg:
        raise GongkaiError(MISSING)
    path = components.packaged_file(EXTENSION)
    was = files.current(office.settings)
    content = json.dumps({"python": office.python}, ensure_ascii=False, indent=1)
    put_settings(office, content.encode())
    if unpacked(office) is not None:
        # Added over an older one, 7.4 may find its own registry damaged.
        run_unopkg(office, ["remove", IDENTIFIER])
    failure = run_unopkg(office, ["add", "--force", "--suppress-license", str(path)])
    if failure is not None:
        put_settings(office, was)
        raise GongkaiError(BY_HAND.format(reason=failure, path=path))
    return [f"已安装　gongkai {VERSION} 扩展", f"已写入　{office.settings}", RESTART]


def uninstall(office: Office) -> list[str]:
    is_there = unpacked(office) is not None
    if not is_there and not office.settings.is_file():
        return ["LibreOffice中没有安装gongkai的扩展。"]
    if is_there:
        if not office.unopkg:
            raise GongkaiError(MISSING)
        failure = run_unopkg(office, ["remove", IDENTIFIER])
        if failure is not None:
            raise GongkaiError(
                f"LibreOffice没有删除扩展{failure}。请关闭所有LibreOffice窗口后再试。"
            )
    put_settings(office, None)
    return ["已删除　gongkai的扩展", f"已删除　{office.settings}"]


def put_settings(office: Office, content: bytes | None) -> None:
    path = office.settings
    try:
        if content is None:
            system.discard_file(path)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        system.write_whole(path, content, overwrite=True)
    except OSError as error:
        raise GongkaiError(f"无法写入{path}：{system.system_reason(error)}。") from error


def run_unopkg(office: Office, arguments: Sequence[str]) -> str | None:
    """None where it did its work, else the reason in brackets, "" where it tells none."""
    profile = f"-env:UserInstallation={office.profile.resolve().as_uri()}"
    command = [*office.unopkg, *arguments[:1], profile, *arguments[1:]]
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except OSError as error:
        return f"（{system.system_reason(error)}）"
    except subprocess.TimeoutExpired:
        return f"（{PATIENCE}秒内没有完成）"
    if run.returncode == 0:
        return None
    for line in run.stderr.decode("utf-8", "replace").splitlines():
        if line.startswith("ERROR:"):
            return f"（{line.removeprefix('ERROR:').strip().rstrip('.')}）"
    return ""


# --- what is there --------------------------------------------------------------------------------


def examine(office: Office) -> tuple[list[str], bool]:
    """The lines to show, and whether all is in place."""
    checks = [check_program(office), check_extension(office), check_python(office)]
    complete = all(check.ok for check in checks)
    end = "全部就绪。" if complete else "有缺漏，请按上面标✗的各行处理。"
    return [*(check.line() for check in checks), end], complete


def check_program(office: Office) -> status.Check:
    if office.unopkg:
        return status.Check(True, f"LibreOffice：{Path(office.unopkg[0]).parent}")
    return status.Check(False, MISSING)


def check_extension(office: Office) -> status.Check:
    name, folder = f"gongkai {VERSION} 扩展", unpacked(office)
    if folder is None:
        return status.Check(False, f"{name}：没有安装在{office.profile}；{MEND}。")
    if is_current(folder):
        return status.Check(True, f"{name}：{folder}")
    return status.Check(False, f"{name}：{folder}与本版不同；{MEND}。")


def unpacked(office: Office) -> Path | None:
    """Where LibreOffice keeps the extension; what it has removed may lie there for a while."""
    listed = LISTED.search(files.current(office.profile / CACHE / "uno_packages.pmap") or b"")
    if listed is None:
        return None
    folder, name = (part.decode("utf-8", "replace") for part in listed.groups())
    return office.profile / CACHE / "uno_packages" / f"{folder}_" / name


def is_current(folder: Path) -> bool:
    with ZipFile(components.packaged_file(EXTENSION)) as archive:
        for name in archive.namelist():
            if files.current(folder / name) != archive.read(name):
                return False
    return True


def check_python(office: Office) -> status.Check:
    """Whether the settings name a Python that is there, and this one."""
    named = python_in(files.current(office.settings) or b"")
    if not named:
        return status.Check(False, f"Python的位置：{office.settings}中没有；{MEND}。")
    if named == office.python:
        return status.Check(True, f"Python的位置：{named}（正是运行本命令的Python）")
    told = "，不是运行本命令的Python" if Path(named).is_file() else "，这个文件不存在"
    return status.Check(False, f"Python的位置：{named}{told}；{MEND}。")


def python_in(content: bytes) -> str:
    try:
        found = json.loads(content)
    except ValueError:
        return ""
    named = found.get("python") if isinstance(found, dict) else None
    return named if isinstance(named, str) else ""
