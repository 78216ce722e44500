"""The installed wheel, away from the checkout: all it needs is inside, and what users run first
runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from helpers import ROOT

pytestmark = pytest.mark.slow

SOURCES = (
    "python",
    "xlsx_addin",
    "setup.py",
    "setup.cfg",
    "pyproject.toml",
    "MANIFEST.in",
    "README.md",
    "LICENSE",
)
TEMPLATE = "workbook_template.xlsm"
# The add-in on a fake home of either kind; what the command does there, with nothing of this
# machine in it.
INSTALL = """
import sys
from pathlib import Path
from gongkai.addin import examine, install, uninstall
from gongkai.addin.places import places

home = Path.cwd()
excels = {
    "win32": "Roaming/Microsoft/Excel",
    "darwin": "Library/Containers/com.microsoft.Excel/Data",
}
for platform, excel in excels.items():
    (home / excel).mkdir(parents=True)
    settings = {"APPDATA": str(home / "Roaming")}
    machine = places(platform, home, settings, sys.executable, encoding="gbk")
    before = sorted(home.rglob("*"))
    print(*install(machine), sep="\\n")
    print(*examine(machine)[0], sep="\\n")
    print(*uninstall(machine), sep="\\n")
    assert sorted(home.rglob("*")) == before
"""


def run(*command: str | Path, folder: Path) -> str:
    """Standard output of a command that must succeed, run in a folder, with nothing of this
    environment's Python.
    """
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env=environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: setuptools leaves its traces where it builds, and takes old ones for
    sources.
    """
    copy = tmp_path_factory.mktemp("copy")
    ignore = shutil.ignore_patterns("*.egg-info", "__pycache__")
    for name in (*SOURCES, TEMPLATE):
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, copy / name, ignore=ignore)
        else:
            shutil.copy2(place, copy / name)
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "wheel",
        "--quiet",
        "--no-deps",
    )
    run(*pip, "--wheel-dir", copy / "dist", ".", folder=copy)
    (built,) = (copy / "dist").glob("gongkai-*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an empty environment with the wheel, its requirements and nothing else."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False, symlinks=True)
    found = folder / "bin" / "python"
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        found,
        "install",
        "--quiet",
        "--no-compile",
    )
    run(*pip, "-c", ROOT / "constraints.txt", wheel, folder=folder)
    return found


def test_everything_is_inside(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        inside = {info.filename: info.file_size for info in archive.infolist()}
        template, addin = (archive.read(f"gongkai/{name}") for name in (TEMPLATE, "gongkai.xlam"))
    folder = ROOT / "python"
    packages = ("gongkai", "xlwings_libreoffice")
    wanted = [path for name in packages for path in (folder / name).rglob("*") if path.is_file()]
    names = {path.relative_to(folder).as_posix() for path in wanted if path.suffix != ".pyc"}
    assert names - set(inside) == set()
    assert {
        "gongkai/manual.html",
        "gongkai/editions/2021.toml",
        "gongkai/bodies/divisions.tsv",
        "gongkai/demo/ruian-2021.html",
    } <= set(inside)
    assert template == (ROOT / TEMPLATE).read_bytes()
    assert addin == (ROOT / "xlsx_addin" / "gongkai.xlam").read_bytes()
    assert all(name.startswith(("gongkai/", "gongkai-", "xlwings_libreoffice/")) for name in inside)


def test_the_demo_runs_from_an_empty_folder(python: Path, tmp_path: Path) -> None:
    said = run(python.with_name("gongkai"), "demo", folder=tmp_path)
    made = sorted(path.name for path in (tmp_path / "gongkai-demo").iterdir())
    assert made == ["ruian2021-broken.xlsx", "ruian2021.xlsx"]
    assert "2处错误" in said
    again = run(
        python,
        "-m",
        "gongkai",
        "check",
        tmp_path / "gongkai-demo" / "ruian2021.xlsx",
        folder=tmp_path,
    )
    assert "瑞安市人民政府" in again


def test_nothing_comes_from_the_checkout(python: Path, tmp_path: Path) -> None:
    code = (
        "import gongkai; from gongkai.workbook.file import template_path;"
        "from gongkai.addin.components import ADDIN, packaged_file;"
        "from gongkai.excel.helping import manual_path;"
        "print(gongkai.__file__, template_path(), packaged_file(ADDIN), manual_path(), sep='\\n')"
    )
    places = [Path(line) for line in run(python, "-c", code, folder=tmp_path).splitlines()]
    assert len(places) == 4
    assert [
        place for place in places if not place.is_file() or python.parents[1] not in place.parents
    ] == []


def test_the_addin_goes_into_fake_homes(python: Path, tmp_path: Path) -> None:
    said = run(python, "-c", INSTALL, folder=tmp_path)
    assert said.count("安装完成") == said.count("卸载完成") == 2
    assert said.count("xlwings.xlam") >= 6
    # On Linux there is no library of xlwings for Windows; everything else is in place.
    (missing,) = (line for line in said.splitlines() if line.startswith("✗"))
    assert missing.startswith("✗ 函数所需的文件")


def test_commands_of_excel_can_be_imported(python: Path, tmp_path: Path) -> None:
    """What RunPython and the worksheet functions import."""
    run(
        python,
        "-c",
        "import gongkai.excel.commands as c, gongkai.excel.functions as f; f.GK_VERSION()",
        folder=tmp_path,
    )
