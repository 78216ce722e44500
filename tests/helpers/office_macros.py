"""Run by the system's Python, which has LibreOffice's module: files with macros -> what a cell
answers.

    /usr/bin/python3 tests/helpers/office_macros.py FORMULA FILE...

Opens each file in LibreOffice with its macros allowed, puts the formula into a free cell of its
first sheet, and prints the sheets and the answers as JSON.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

ALWAYS_RUN = 4  # MacroExecutionMode: without asking
ADDIN_FILTER = "Calc MS Excel 2007 VBA XML"
FREE_CELL = "AZ90"
PATIENCE = 600  # seconds; ends a hang, says nothing of speed


def main(arguments: list[str]) -> int:
    formula, *files = arguments
    with running_office() as desktop:
        print(json.dumps({Path(file).name: answer(desktop, formula, Path(file)) for file in files}))
    return 0


@contextmanager
def running_office() -> Iterator:
    """The desktop of a LibreOffice with a profile of its own, ended afterwards."""
    pipe = f"gongkai{time.monotonic_ns()}"
    with TemporaryDirectory() as profile:
        command = [
            "soffice",
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--norestore",
        ]
        office = subprocess.Popen(
            [*command, f"--accept=pipe,name={pipe};urp;"], stdout=subprocess.DEVNULL
        )
        try:
            desktop = connected(pipe)
            yield desktop
            desktop.terminate()
            office.wait(PATIENCE)
        finally:
            office.kill()


def connected(pipe: str):
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", context
    )
    end = time.monotonic() + PATIENCE
    while True:
        try:
            found = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return found.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", found
            )
        except NoConnectException:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def answer(desktop, formula: str, path: Path) -> dict[str, object]:
    settings = {"Hidden": True, "MacroExecutionMode": ALWAYS_RUN}
    if path.suffix == ".xlam":
        settings["FilterName"] = ADDIN_FILTER
    properties = tuple(PropertyValue(name, 0, value, 0) for name, value in settings.items())
    document = desktop.loadComponentFromURL(path.resolve().as_uri(), "_blank", 0, properties)
    if document is None:
        return {"sheets": [], "answer": "not loaded"}
    try:
        cell = document.Sheets.getByIndex(0).getCellRangeByName(FREE_CELL)
        cell.setFormula(formula)
        document.calculateAll()
        page = document.Sheets.getByIndex(0).getDrawPage()
        return {
            "sheets": list(document.Sheets.ElementNames),
            "answer": cell.getString(),
            "modules": list(document.BasicLibraries.getByName("VBAProject").getElementNames()),
            "buttons": [
                page.getByIndex(number).getControl().Label for number in range(page.getCount())
            ],
        }
    finally:
        document.close(True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
