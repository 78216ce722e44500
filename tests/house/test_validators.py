"""The built files, and one filled in, before every independent reader that we have.

In ``make test`` these are openpyxl and pyOpenVBA; programs of others are slow.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from pyopenvba.excel import ExcelFile

from buttons import BUTTONS
from gongkai import __version__
from gongkai.drafts.start import begun
from gongkai.drafts.writing import write_draft
from gongkai.workbook import copy_template, layout, write_workbook
from gongkai.workbook.file import template_path
from helpers import HELPERS, TESTS
from helpers.excel.desk import ADDIN, as_workbook, open_desk
from helpers.made import converted_report, report_of
from helpers.office import PATIENCE
from macros import addin_modules, macro_modules

VALIDATOR = TESTS / "tools" / "node_modules" / ".bin" / "ooxml-validator"
TOOLS = Path(sys.executable).parent
SYSTEM_PYTHON = "/usr/bin/python3"  # the one that has LibreOffice's module
# Words of any macro that does anything; what starts by itself or hides something is not among them.
HARMLESS = {"run", "open", "command", "system", "hex strings", "base64 strings"}
SOURCES = {"template": macro_modules, "addin": addin_modules}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    filled = write_workbook(report_of(), [], tmp_path_factory.mktemp("filled") / "filled.xlsm")
    commented = write_workbook(converted_report(), [], filled.with_name("commented.xlsm"))
    batch = copy_template(filled.with_name("batch.xlsm"), batch=True)
    plain = {
        "plain": write_workbook(report_of(), [], filled.with_name("plain.xlsx")),
        "plain commented": write_workbook(
            converted_report(), [], filled.with_name("commented.xlsx")
        ),
        "plain batch": copy_template(filled.with_name("batch.xlsx"), batch=True),
        "draft": write_draft(begun(report_of()), filled.with_name("draft.xlsx")),
    }
    with_macros = {
        "template": template_path(),
        "addin": ADDIN,
        "filled": filled,
        "commented": commented,
        "batch": batch,
    }
    return with_macros | plain


WITH_MACROS = ("template", "addin", "filled", "commented", "batch")
PLAIN = ("plain", "plain commented", "plain batch", "draft")
EACH = pytest.mark.parametrize("file", WITH_MACROS)


@pytest.mark.slow
@pytest.mark.parametrize("file", [*WITH_MACROS, *PLAIN])
def test_the_validator_of_the_open_xml_sdk(file: str, files: dict[str, Path]) -> None:
    assert VALIDATOR.exists(), "make validator installs it"
    done = subprocess.run([VALIDATOR, files[file]], capture_output=True, text=True)
    assert json.loads(done.stdout)["errors"] == []


@pytest.mark.slow
def test_the_validator_sees_a_fault(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsm"
    broken.write_bytes(b"PK")
    assert subprocess.run([VALIDATOR, broken], capture_output=True).returncode == 1


@pytest.mark.slow
@EACH
def test_olevba_finds_nothing_that_starts_by_itself(file: str, files: dict[str, Path]) -> None:
    done = subprocess.run(
        [TOOLS / "olevba", "--json", files[file]], check=True, capture_output=True
    )
    [report] = [entry for entry in json.loads(done.stdout) if entry.get("type") == "OpenXML"]
    assert {each["code"].split("\n")[0].strip() for each in report["macros"]} != {""}
    found = {(each["type"], each["keyword"].lower()) for each in report["analysis"]}
    assert {word for kind, word in found if kind == "Suspicious"} <= HARMLESS
    assert {kind for kind, _ in found} <= {"Suspicious"}


@pytest.mark.slow
@pytest.mark.parametrize("file", SOURCES)
def test_olevba_reads_the_sources(file: str, files: dict[str, Path]) -> None:
    done = subprocess.run(
        [TOOLS / "olevba", "--json", files[file]], check=True, capture_output=True
    )
    [report] = [entry for entry in json.loads(done.stdout) if entry.get("type") == "OpenXML"]
    read = {each["vba_filename"].rpartition(".")[0]: each["code"] for each in report["macros"]}
    for name, source in SOURCES[file]().items():
        assert code_lines(read[name]) == code_lines(source)


def code_lines(source: str) -> list[str]:
    return [line for line in source.split("\n") if line and not line.startswith("Attribute ")]


def test_a_filled_workbook_has_the_macros_of_the_template(files: dict[str, Path]) -> None:
    with ExcelFile(files["filled"]) as filled, ExcelFile(files["template"]) as template:
        modules = {name: template.get_module(name) for name in template.vba_modules()}
        gone = {"Batch", "Summary"}  # the modules of sheets that it has not
        kept = {name: filled.get_module(name) for name in filled.vba_modules()}
    assert kept == {name: module for name, module in modules.items() if name not in gone}


@pytest.mark.parametrize("file", PLAIN)
def test_one_without_macros_has_none(file: str, files: dict[str, Path]) -> None:
    with ZipFile(files[file]) as archive:
        assert [
            name
            for name in archive.namelist()
            if "vba" in name.lower() or "customui" in name.lower()
        ] == []
    assert layout.TOOL in load_workbook(files[file]).sheetnames


@pytest.mark.slow
@pytest.mark.parametrize("file", ["template", "addin"])
def test_static_analysis_of_the_macros(file: str, files: dict[str, Path]) -> None:
    command = [TOOLS / "pyvbaanalysis", "--fail-level", "error", files[file]]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout.count(" error ")) == (0, 0), done.stdout


@EACH
def test_openpyxl_opens_it_and_keeps_the_macros(
    file: str, files: dict[str, Path], tmp_path: Path
) -> None:
    book = load_workbook(as_workbook(files[file]), keep_vba=True)
    assert layout.TOOL in book.sheetnames
    again = tmp_path / "again.xlsm"
    book.save(again)
    with ExcelFile(again) as saved:
        assert set(macro_modules()) <= set(saved.vba_modules())


@EACH
def test_pyopenvba_opens_it_and_runs_a_function(file: str, files: dict[str, Path]) -> None:
    assert open_desk(files[file]).run("GK_ADDIN_VERSION") == __version__


@pytest.mark.slow
def test_libreoffice_runs_a_function_in_a_cell(files: dict[str, Path]) -> None:
    given = [files[name] for name in WITH_MACROS]
    command = [SYSTEM_PYTHON, HELPERS / "office_macros.py", "=GK_ADDIN_VERSION()", *given]
    done = subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    found = json.loads(done.stdout)
    for name, path in zip(WITH_MACROS, given, strict=True):
        answer = found[path.name]
        assert answer["answer"] == __version__
        assert set(macro_modules()) <= set(answer["modules"])
        sheet = layout.BATCH if name == "batch" else layout.COVER
        captions = [] if name == "addin" else [caption for caption, _ in BUTTONS[sheet]]
        assert answer["buttons"] == captions
    report = [name for name in layout.sheet_names() if name not in (layout.BATCH, layout.SUMMARY)]
    assert found["filled.xlsm"]["sheets"] == report
    assert found[template_path().name]["sheets"] == list(layout.sheet_names())
