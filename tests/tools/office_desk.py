"""Run by the system's Python, which has LibreOffice's module: a LibreOffice at work, asked line by
line.

    /usr/bin/python3 tests/tools/office_desk.py PROFILE

Starts LibreOffice with the profile and answers requests on standard input, ``["cell", "doc",
"表三", "D7"]``, on standard output, ``["ok", …]`` or ``["error", "…"]``. What stands in a dialog is
seen and pressed through the interfaces for screen readers.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.accessibility.AccessibleRole import (
    ALERT,
    DIALOG,
    MENU,
    MENU_ITEM,
    TABLE,
    TOOL_BAR,
    TOOL_TIP,
)
from com.sun.star.accessibility.AccessibleStateType import EDITABLE
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException
from com.sun.star.uno import RuntimeException
from com.sun.star.util import URL

BAR = "政府信息公开"  # the toolbar's name and the menu's
NEVER = 0  # MacroExecutionMode: else LibreOffice warns of macros
PATIENCE = 20  # seconds; ends a hang, says nothing of speed
MNEMONIC = re.compile(r"~|_|\([A-Z]\)$")
FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".ods": "calc8",
}


def main(arguments):
    desk = Desk(arguments[0])
    try:
        for line in sys.stdin:
            name, *given = json.loads(line)
            try:
                told = ["ok", getattr(desk, name)(*given)]
            except Exception as error:
                told = ["error", f"{type(error).__name__}: {error}"]
            print(json.dumps(told), flush=True)
    finally:
        desk.end()
    return 0


def properties(**values):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


def address(path):
    return Path(path).resolve().as_uri()


class Desk:
    """``documents``: the open ones by the names that the test gave them."""

    def __init__(self, profile):
        pipe = f"gongkai{time.monotonic_ns()}"
        self.office = subprocess.Popen(
            [
                "soffice",
                f"-env:UserInstallation={address(profile)}",
                "--norestore",
                "--nologo",
                f"--accept=pipe,name={pipe};urp;",
            ],
            start_new_session=True,  # soffice is a script that starts the program
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # Drawn in memory, or on a screen (gen). With --headless every dialog would be given up
            # at once.
            env={"SAL_USE_VCLPLUGIN": "svp", **os.environ},
        )
        self.context = self.connected(pipe)
        self.desktop = self.service("com.sun.star.frame.Desktop")
        self.documents = {}

    def connected(self, pipe):
        here = uno.getComponentContext()
        resolver = here.ServiceManager.createInstanceWithContext(
            "com.sun.star.bridge.UnoUrlResolver", here
        )
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            except NoConnectException:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def service(self, name):
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def end(self):
        """A killed program leaves the lock of its profile behind."""
        try:
            for document in list(self.documents.values()):
                document.close(True)
            self.desktop.terminate()
            self.office.wait(PATIENCE)
        except Exception:
            os.killpg(self.office.pid, signal.SIGKILL)

    # --- documents ------------------------------------------------------------------------------

    def load(self, name, path):
        where = address(path) if path else "private:factory/scalc"
        document = self.desktop.loadComponentFromURL(
            where, "_blank", 0, properties(MacroExecutionMode=NEVER)
        )
        self.documents[name] = document
        return document is not None

    def save_as(self, name, path):
        filter_name = FILTERS[Path(path).suffix]
        self.documents[name].storeAsURL(address(path), properties(FilterName=filter_name))

    def save(self, name):
        self.documents[name].store()

    def close(self, name):
        self.documents.pop(name).close(True)

    def opened(self, name):
        """The document that a command opened, under a name from now on; its title."""
        known = [document.RuntimeUID for document in self.documents.values()]
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for document in self.desktop.Components:
                if getattr(document, "RuntimeUID", known[0]) not in known:
                    self.documents[name] = document
                    return document.Title
            time.sleep(0.1)
        raise TimeoutError(name)

    # --- cells ----------------------------------------------------------------------------------

    def place(self, name, sheet, where):
        sheets = self.documents[name].Sheets
        page = sheets.getByName(sheet) if sheet else sheets.getByIndex(0)
        return page.getCellRangeByName(where)

    def put(self, name, sheet, where, rows):
        self.place(name, sheet, where).setDataArray(tuple(map(tuple, rows)))

    def clear(self, name, sheet, where):
        self.place(name, sheet, where).clearContents(1 + 2 + 4 + 16)

    def enter(self, name, sheet, where, formula):
        self.place(name, sheet, where).setFormula(formula)

    def enter_array(self, name, sheet, where, formula):
        self.place(name, sheet, where).setArrayFormula(formula)

    def enter_all(self, name, sheet, where, formula):
        place = self.place(name, sheet, where)
        rows = place.Rows.Count
        place.setFormulaArray(((formula,),) * rows)

    def cell(self, name, sheet, where):
        """What it shows, its formula, its error's number."""
        cell = self.place(name, sheet, where)
        return [cell.String, cell.Formula, cell.getError()]

    def rows(self, name, sheet, where):
        return [list(row) for row in self.place(name, sheet, where).getDataArray()]

    def recalculate(self, name):
        self.documents[name].calculateAll()

    # --- commands -------------------------------------------------------------------------------

    def dispatch(self, name, tag):
        """As a click does it."""
        frame = self.documents[name].CurrentController.Frame
        url = URL()
        url.Complete = f"org.gongkai:{tag}"
        _, url = self.service("com.sun.star.util.URLTransformer").parseStrict(url)
        found = frame.queryDispatch(url, "", 0)
        found.dispatch(url, ())

    def button(self, name, sheet, caption):
        """The model of a button on a sheet, which is in front from now on; its control."""
        document = self.documents[name]
        page = document.Sheets.getByName(sheet)
        document.CurrentController.setActiveSheet(page)
        form = page.DrawPage.Forms.getByIndex(0)
        models = [form.getByIndex(number) for number in range(form.Count)]
        number = next(at for at, model in enumerate(models) if model.Label == caption)
        return form, number

    def click(self, name, sheet, caption):
        """A button on a sheet, as a click does it."""
        form, number = self.button(name, sheet, caption)
        control = self.documents[name].CurrentController.getControl(form.getByIndex(number))
        control.getAccessibleContext().doAccessibleAction(0)

    def runs(self, name, sheet, caption):
        """What a button on a sheet names: an address, or the script of each event."""
        form, number = self.button(name, sheet, caption)
        scripts = [event.ScriptCode for event in form.getScriptEvents(number)]
        return [form.getByIndex(number).TargetURL, scripts]

    def undo(self, name):
        self.documents[name].UndoManager.undo()

    def redo(self, name):
        self.documents[name].UndoManager.redo()

    def steps(self, name):
        return list(self.documents[name].UndoManager.getAllUndoActionTitles())

    def sheets(self, name):
        return list(self.documents[name].Sheets.ElementNames)

    # --- dialogs --------------------------------------------------------------------------------

    def dialog(self):
        """The texts in the dialog that is shown now, waited for."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = self.shown()
            if found:
                return found
            time.sleep(0.05)
        raise TimeoutError("no dialog")

    def shown(self):
        """The texts of the dialog that is shown, if any; one that is being taken down has none."""
        try:
            window = self.top()
            return texts_in(window) if window is not None else []
        except (AttributeError, DisposedException, RuntimeException):
            return []

    def top(self):
        toolkit = self.service("com.sun.star.awt.Toolkit")
        for number in range(toolkit.getTopWindowCount()):  # the newest first
            window = toolkit.getTopWindow(number)
            try:
                role = window.getAccessibleContext().getAccessibleRole()
            except Exception:
                continue
            if role in (ALERT, DIALOG):
                return window.getAccessibleContext()
        return None

    def press(self, text):
        """A button of the dialog by its text."""
        button = next(one for one in walk(self.top()) if plain(one) == text and acts(one))
        button.doAccessibleAction(0)

    def choose(self, path, label="File name:", buttons=("Open", "Save")):
        """In a dialog for files: a path typed, and the button for it pressed."""
        fields = [one for one in walk(self.top()) if is_field(one) and named(one) == label]
        fields[-1].setText(path)
        button = next(one for one in walk(self.top()) if plain(one) in buttons)
        button.doAccessibleAction(0)

    def fill_in(self, text):
        next(one for one in walk(self.top()) if is_field(one)).setText(text)

    # --- where it is seen on the screen ---------------------------------------------------------

    def tool(self, name, label):
        """The middle of a button on the toolbar, whose tip begins with its label."""
        for bar in walk(self.frame(name), depth=3):
            if bar.getAccessibleRole() == TOOL_BAR and bar.getAccessibleName() == BAR:
                return middle(next(one for one in walk(bar) if plain(one).startswith(label)))
        raise LookupError(label)

    def menu(self, name):
        """The middle of the menu's name in the menu bar."""
        entries = walk(self.frame(name), depth=2)
        return middle(next(one for one in entries if is_menu(one) and plain(one) == BAR))

    def is_free(self, name):
        """Whether the window takes input: no command runs."""
        return self.documents[name].CurrentController.Frame.ContainerWindow.isEnabled()

    def bars(self, name):
        found = []
        for bar in walk(self.frame(name), depth=3):
            if bar.getAccessibleRole() == TOOL_BAR:
                found.append(bar.getAccessibleName())
        return found

    def sheet_button(self, name, sheet, caption):
        """The middle of a button on a sheet."""
        form, number = self.button(name, sheet, caption)
        control = self.documents[name].CurrentController.getControl(form.getByIndex(number))
        return middle(control.getAccessibleContext())

    def frame(self, name):
        window = self.documents[name].CurrentController.Frame.ContainerWindow
        return window.getAccessibleContext()

    def spot(self, text):
        """The middle of a button of the dialog."""
        return middle(next(one for one in walk(self.top()) if plain(one) == text and acts(one)))

    def field(self):
        """The middle of the last field of the dialog: of a dialog for files that of the name."""
        return middle([one for one in walk(self.top()) if is_field(one)][-1])

    def show_sheet(self, name, sheet):
        document = self.documents[name]
        document.CurrentController.setActiveSheet(document.Sheets.getByName(sheet))

    def tip(self):
        """The tip that is shown where the mouse stands, "" without one."""
        return next((name for role, name in self.windows() if role == TOOL_TIP), "")

    def windows(self):
        toolkit = self.service("com.sun.star.awt.Toolkit")
        found = []
        for number in range(toolkit.getTopWindowCount()):
            window = toolkit.getTopWindow(number)
            try:
                context = window.getAccessibleContext()
                found.append([context.getAccessibleRole(), context.getAccessibleName()])
            except Exception as error:  # just closed
                found.append([0, str(error)])
        return found

    def function(self, name):
        """What the function wizard shows: description, arguments."""
        descriptions = self.service("com.sun.star.sheet.FunctionDescriptions")
        for number in range(descriptions.getCount()):
            facts = {one.Name: one.Value for one in descriptions.getByIndex(number)}
            if facts["Name"] == name:
                return [
                    facts["Description"],
                    [
                        [one.Name, one.Description, one.IsOptional]
                        for one in facts["Arguments"] or ()
                    ],
                ]
        return None


def walk(context, depth=99):
    """A sheet has a child for each of its cells: not looked into."""
    yield context
    if not depth or context.getAccessibleRole() == TABLE:
        return
    for number in range(context.getAccessibleChildCount()):
        child = context.getAccessibleChild(number)
        if hasattr(child, "getAccessibleContext"):
            yield from walk(child.getAccessibleContext(), depth - 1)


def middle(context):
    place, size = context.getLocationOnScreen(), context.getSize()
    return [place.X + size.Width // 2, place.Y + size.Height // 2]


def is_menu(context):
    return context.getAccessibleRole() in (MENU, MENU_ITEM)


def plain(context):
    """Without the letter that LibreOffice gives a button of its own accord: 停止(A)."""
    return MNEMONIC.sub("", context.getAccessibleName() or "")


def named(context):
    """文件名: of 文件名(N):"""
    return re.sub(r"\([A-Z]\)", "", plain(context))


def acts(context):
    return hasattr(context, "doAccessibleAction") and context.getAccessibleActionCount() > 0


def is_field(context):
    """Where a name or an address is typed."""
    return hasattr(context, "setText") and EDITABLE in states_of(context)


def states_of(context):
    return context.getAccessibleStateSet().getStates()


def texts_in(context):
    return [plain(one) for one in walk(context) if plain(one)]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
