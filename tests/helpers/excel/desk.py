"""Excel in memory with our macros in it, a user who answers its dialogs, and xlwings' side of the
seam.

pyOpenVBA runs the macros. What it lacks of Excel itself (file dialogs, the timer, the function
wizard) stands here, and so does a memory: a file is read once and copied for each desk, macros and
formulas are parsed once.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from pyopenvba import _a1
from pyopenvba.apps.excel import ExcelApplication, Workbook, _io, _model
from pyopenvba.apps.excel._bridge import ExcelBridge
from pyopenvba.apps.excel._engine_book import EngineBook
from pyopenvba.formula._values import BLANK
from pyopenvba.interpreter import _preprocess, _runtime
from pyopenvba.interpreter._intrinsics import INTRINSICS
from pyopenvba.interpreter._objects import VBAObject, member, method, setter
from pyopenvba.interpreter._runtime import Interpreter
from pyopenvba.interpreter._values import (
    EMPTY,
    MISSING,
    NOTHING,
    NULL,
    VBAArray,
    VBAErrorValue,
    error,
)

from gongkai.workbook import layout
from helpers import ROOT
from macros import of_addin
from packages import ADDIN as ADDIN_TYPE
from packages import TYPES, WORKBOOK, packed, unpacked

ADDIN = ROOT / "xlsx_addin" / "gongkai.xlam"
YES, NO = 6, 7
QUESTION, WARNING, INFORMATION = 36, 48, 64
XLWINGS = "xlwings.xlam!"
NO_MACRO = (
    "Cannot run the macro 'xlwings.xlam!RunPython'. The macro may not be available in this "
    "workbook."
)
Python = Callable[["Desk"], None]


def attributes(interpreter: Interpreter, args: list[object], named: dict[str, object]) -> object:
    """GetAttr, which pyOpenVBA leaves to Excel: error 53 for what is not there."""
    path = Path(str(args[0]))
    if not path.exists():
        raise error(53)
    return 16 if path.is_dir() else 32


INTRINSICS["getattr"] = attributes


# --- what is read and parsed once ---------------------------------------------------------------

# Compared by ``is``: a copy of one would be none.
SINGLES = {repr(value): value for value in (EMPTY, NULL, NOTHING, MISSING, BLANK)}
READ: dict[tuple[bytes, str], bytes] = {}  # a file's bytes and its kind -> the workbook, pickled
load_workbook = _io.load_workbook
parse_module = _runtime.parse_module
read_formula = EngineBook.read


class Writer(pickle.Pickler):
    """A workbook without the application that it is open in."""

    def persistent_id(self, value: object) -> str | None:
        if isinstance(value, _model.Application):
            return "application"
        return next((name for name, single in SINGLES.items() if value is single), None)


class Reader(pickle.Unpickler):
    def __init__(self, content: bytes, application: _model.Application) -> None:
        super().__init__(BytesIO(content))
        self.known = {**SINGLES, "application": application}

    def persistent_load(self, name: str) -> object:
        return self.known[name]


def copied_workbook(application: _model.Application, path: Path) -> Workbook:
    """As pyOpenVBA's ``load_workbook``; of a file that was read before it is a copy."""
    if not path.is_file():
        return load_workbook(application, path)
    key = path.read_bytes(), path.suffix.lower()
    if key not in READ:
        content = BytesIO()
        Writer(content, pickle.HIGHEST_PROTOCOL).dump(load_workbook(application, path))
        READ[key] = content.getvalue()
    book: Workbook = Reader(READ[key], application).load()
    book.name, book.path = path.name, str(path.parent)
    book.links_folder = str(path.resolve().parent)
    return book


@cache
def module_once(source: str, name: str, kind: str, is_mac: object) -> Any:
    """``is_mac``: a Mac's macros are others than those of Windows."""
    return parse_module(source, name=name, kind=kind)


def parsed_module(source: str, *, name: str = "", kind: str = "standard") -> Any:
    return module_once(source, name, kind, _preprocess.DEFAULT_CONSTANTS["Mac"])


@cache
def formula_once(formula: str) -> Any:
    return read_formula(NO_TABLES, formula)


def parsed_formula(book: EngineBook, formula: str) -> Any:
    """Where a workbook has no tables, as ours, a formula's tree depends on its text alone."""
    return read_formula(book, formula) if book.table_names() else formula_once(formula)


class NoTables:
    def table_names(self) -> list[str]:
        return []


NO_TABLES: Any = NoTables()
_io.load_workbook = copied_workbook
_runtime.parse_module = parsed_module
EngineBook.read = parsed_formula  # type: ignore[method-assign]
_a1.split_sheet = cache(_a1.split_sheet)


# --- what pyOpenVBA lacks -----------------------------------------------------------------------


class Control(VBAObject):
    """A control of the ribbon, as its callbacks see it."""

    vba_type_name = "IRibbonControl"

    def __init__(self, tag: str = "") -> None:
        self.tag = tag

    @member
    def Tag(self) -> object:
        return self.tag


class Chosen(VBAObject):
    """The folder picker; ``path`` is "" where the user cancels."""

    vba_type_name = "FileDialog"

    def __init__(self, path: str, asked: list[tuple[str, ...]]) -> None:
        self.path, self.title, self.asked = path, "", asked

    @member
    def Title(self) -> object:
        return self.title

    @setter("Title")
    def _set_title(self, value: object) -> None:
        self.title = str(value)

    @member
    def AllowMultiSelect(self) -> object:
        return False

    @setter("AllowMultiSelect")
    def _set_multi(self, value: object) -> None:
        assert not value

    @method
    def Show(self) -> object:
        self.asked.append(("folder", self.title))
        return -1 if self.path else 0

    @method
    def SelectedItems(self, Index: object = MISSING) -> object:
        return self.path


class Books(_model.Workbooks):
    @method
    def Add(self, Template: object = MISSING) -> object:
        if Template is MISSING:
            return super().Add()
        path = Path(str(Template))
        if not path.is_file():
            raise error(1004, f"{path}?")
        book = self.Open(Filename=str(path))
        book.name, book.path = f"{path.stem}1", ""
        return book


class Excel(_model.Application):
    """The application, with what pyOpenVBA lacks of it."""

    vba_type_name = "Application"

    def __init__(self) -> None:
        super().__init__()
        self.workbooks_ = Books(self)
        self.cancel_key = 1
        self.user_control = True
        self.chosen: list[str] = []  # what the user chooses in the next file dialogs; "" cancels
        self.asked: list[tuple[str, ...]] = []  # what these dialogs were asked
        self.has_picker = True
        self.described: dict[str, tuple[str, str, list[str]]] = {}
        self.descriptions = 0  # how often it was described
        self.refuses_descriptions = False
        self.timers: list[str] = []
        self.in_cell = True  # whether a formula in a cell calls the function

    @member
    def EnableCancelKey(self) -> object:
        return self.cancel_key

    @setter("EnableCancelKey")
    def _set_cancel_key(self, value: object) -> None:
        self.cancel_key = int(value)  # type: ignore[call-overload]

    @member
    def UserControl(self) -> object:
        return self.user_control

    @member
    def OperatingSystem(self) -> object:
        return "Windows (64-bit) NT 10.00"

    @member
    def PathSeparator(self) -> object:
        return "/"

    @member
    def Caller(self) -> object:
        return self.vba_get("Range", ["A1"]) if self.in_cell else VBAErrorValue(2023)

    @method
    def GetOpenFilename(
        self, FileFilter: object = "", FilterIndex: object = 1, Title: object = ""
    ) -> object:
        self.asked.append(("open", given(Title), given(FileFilter)))
        return self.chosen.pop(0) or False

    @method
    def GetSaveAsFilename(
        self,
        InitialFileName: object = "",
        FileFilter: object = "",
        FilterIndex: object = 1,
        Title: object = "",
    ) -> object:
        self.asked.append(("save", given(Title), given(FileFilter), given(InitialFileName)))
        return self.chosen.pop(0) or False

    @member
    def FileDialog(self, DialogType: object = MISSING) -> object:
        if not self.has_picker:
            raise error(445)
        assert DialogType == 4
        return Chosen(self.chosen.pop(0), self.asked)

    @method
    def InputBox(self, Prompt: object = "", Title: object = "", Type: object = MISSING) -> object:
        self.asked.append(("input", given(Title), given(Prompt)))
        return self.chosen.pop(0) or False

    @method
    def MacroOptions(
        self,
        Macro: object = "",
        Description: object = "",
        Category: object = "",
        ArgumentDescriptions: object = MISSING,
    ) -> object:
        if self.refuses_descriptions:
            raise error(1004, "Cannot edit a macro on a hidden workbook.")
        array = (
            ArgumentDescriptions.elements() if isinstance(ArgumentDescriptions, VBAArray) else ()
        )
        texts = [str(text) for text in array]
        self.descriptions += 1
        self.described[str(Macro)] = (str(Description), str(Category), texts)
        return EMPTY

    @method
    def OnTime(self, EarliestTime: object = MISSING, Procedure: object = "") -> object:
        self.timers.append(str(Procedure))
        return EMPTY


class Desk(ExcelApplication):
    """Excel with one of our files open. ``python`` plays what RunPython runs; None: xlwings' add-in
    is missing.
    """

    application: Excel
    of_addin = False  # whether the macros are the add-in's

    def __init__(self) -> None:
        self.application = Excel()
        self.interpreter = Interpreter(ExcelBridge(self.application))
        self.application.interpreter = self.interpreter
        self.sent: list[str] = []  # every source that went to RunPython
        self.seen: list[dict[str, str]] = []  # the cells of the seam at each of these times
        self.called: list[tuple[object, ...]] = []  # every call of a worksheet function
        self.python: Python | None = None
        self.server: VBAObject | Exception | None = None
        run = self.interpreter.run

        def seam(name: str, args: Sequence[object] = (), *, module: str = "") -> object:
            return (
                self.xlwings(name, list(args))
                if name.startswith(XLWINGS)
                else run(name, args, module=module)
            )

        self.interpreter.run = seam  # type: ignore[method-assign]
        self.add_module("Public Function DoEvents() As Integer\nEnd Function\n", name="Vba")

    def xlwings(self, name: str, args: list[object]) -> object:
        if name == f"{XLWINGS}XLPy":
            if isinstance(self.server, Exception):
                raise self.server
            if self.server is None:
                raise error(1004, NO_MACRO)
            return self.server
        assert name == f"{XLWINGS}RunPython"
        if self.python is None:
            raise error(1004, NO_MACRO)
        self.sent.append(str(args[0]))
        names = ("gk_argument", "gk_answer", "gk_outcome", "gk_text")
        self.seen.append({cell: self.cell(cell) for cell in names} | {"book": self.workbook.name})
        self.python(self)
        return EMPTY

    # --- cells ------------------------------------------------------------------------------------

    def named(self, name: str, book: Workbook | None = None) -> VBAObject:
        found = (book or self.workbook).vba_get("Names", [name])
        target = found.vba_get("RefersToRange")
        assert isinstance(target, VBAObject)
        return target

    def cell(self, name: str) -> str:
        value = self.named(name).vba_get("Value")
        assert value is EMPTY or isinstance(value, str), repr(value)
        return "" if value is EMPTY else value

    def answer(self, outcome: str, text: str = "") -> None:
        """Write as the Python side does: what was answered to the last question is used up."""
        for name, value in (
            ("gk_answer", EMPTY),
            ("gk_outcome", outcome),
            ("gk_text", f"'{text}" if text else EMPTY),
        ):
            self.named(name).vba_set("Value", value)

    # --- the user ---------------------------------------------------------------------------------

    def press(self, tag: str) -> None:
        self.run(self.named_here("GkAction"), Control(tag))

    def type_url(self, text: str) -> None:
        self.run(self.named_here("GkUrlChanged"), Control(), text)

    def named_here(self, callback: str) -> str:
        """The callback's name in the file whose macros run."""
        return of_addin(callback) if self.of_addin else callback

    def callback(self, name: str) -> object:
        """What a callback of the ribbon gives back, which it does in its second argument."""
        self.add_module(
            (
                f"Function Ask(control)\n Dim given As Variant\n {name} control, given\n Ask = "
                f"given\nEnd Function\n"
            ),
            name=f"Ask{len(self.interpreter.modules)}",
        )
        return self.run(f"Ask{len(self.interpreter.modules) - 1}.Ask", Control())

    @property
    def shown(self) -> list[tuple[str, int]]:
        """Every message box: its text and its kind."""
        return [(prompt, style) for _, prompt, _, style in self.dialogs]


def as_workbook(path: Path) -> BytesIO:
    """A file for openpyxl, which reads an add-in only under the type of a workbook."""
    parts = unpacked(path.read_bytes())
    return BytesIO(packed({**parts, TYPES: parts[TYPES].replace(ADDIN_TYPE, WORKBOOK)}))


def given(argument: object) -> str:
    return "" if argument is MISSING else str(argument)


def open_desk(path: Path, *, report: Path | None = None) -> Desk:
    """Excel with a file of ours and its macros; ``report`` is another workbook, opened after it and
    active.
    """
    desk = Desk.open(path)
    assert isinstance(desk, Desk)
    book = desk.workbook
    desk.of_addin = path.suffix == ".xlam"
    desk.application._this_workbook = book
    if report:
        desk.open_workbook(report)
    return desk


def answers(*outcomes: tuple[str, str]) -> Python:
    """Python that answers so on its first run, its second and so on."""
    left = list(outcomes)

    def python(desk: Desk) -> None:
        desk.answer(*left.pop(0))

    return python


def quiet(desk: Desk) -> bool:
    """Nothing of a command is left behind: status bar, screen and Esc are Excel's own again."""
    excel = desk.application
    return (excel.status_bar, excel.screen_updating, excel.cancel_key) == (False, True, 1)


def range_of(desk: Desk, sheet: str, spot: tuple[int, int]) -> VBAObject:
    page = desk.workbook.vba_get("Worksheets", [sheet])
    assert isinstance(page, VBAObject)
    found = page.vba_get("Range", [layout.address(spot)])
    assert isinstance(found, VBAObject)
    return found


def calculated(desk: Desk, sheet: str, spot: tuple[int, int]) -> object:
    """What a cell shows; a formula without a figure shows an empty text."""
    value = range_of(desk, sheet, spot).vba_get("Value")
    return None if value == "" else value
