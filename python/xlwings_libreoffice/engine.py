"""xlwings' engine over a host: applications and workbooks. Sheets are in ``sheets.py``.

import xlwings_libreoffice
book = xlwings_libreoffice.books.open("accounts.xlsx")
book.sheets[0]["A1"].value = 1
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import xlwings as xw
from xlwings import base_classes

from xlwings_libreoffice.asking import Ask, Asking, HostError
from xlwings_libreoffice.office import Office
from xlwings_libreoffice.ranges import Range
from xlwings_libreoffice.sheets import Names, Sheets
from xlwings_libreoffice.values import clean_rows, prepared


class Engine:
    """xlwings' engine of the name "libreoffice"."""

    name, type = "libreoffice", "desktop"

    def __init__(self) -> None:
        self.running: list[App] = []

    @property
    def apps(self) -> Apps:
        return Apps(self)

    @staticmethod
    def prepare_xl_data_element(value: Any, options: Any) -> Any:
        found = prepared(value)
        return "" if found is None else found

    @staticmethod
    def clean_value_data(
        data: Sequence[Sequence[Any]],
        dates: Callable[..., object],
        empty: object,
        numbers: Any,
        errors: bool,
    ) -> list[list[Any]]:
        return clean_rows(data, dates, empty, numbers, errors)


ENGINE = Engine()


class Apps(base_classes.Apps):
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def keys(self) -> list[int]:
        return [app.pid for app in self.engine.running]

    def add(
        self,
        spec: object = None,
        add_book: object = None,
        xl: object = None,
        visible: object = None,
    ) -> App:
        """A LibreOffice of its own; ``spec`` is the path of its program."""
        app = start(str(spec) if spec else None, visible=bool(visible))
        if add_book:
            app.books.add()
        return app

    def __iter__(self) -> Iterator[App]:
        return iter(list(self.engine.running))

    def __len__(self) -> int:
        return len(self.engine.running)

    def __getitem__(self, pid: int) -> App:
        for app in self.engine.running:
            if app.pid == pid:
                return app
        raise KeyError(pid)


class App(base_classes.App):
    """A LibreOffice; ``office`` is its process where it was started here."""

    def __init__(self, ask: Ask, office: Office | None = None) -> None:
        self.ask, self.office = Asking(ask), office
        self.shown_status: object = False
        self.alerts = self.updating = self.events = True
        self._version = ""
        ENGINE.running.insert(0, self)

    api = property(lambda self: self)
    engine = property(lambda self: ENGINE)
    hwnd = property(lambda self: self.pid)
    path = property(lambda self: "")
    # LibreOffice has none of these; xlwings sets them around its own work.
    display_alerts = property(
        lambda self: self.alerts, lambda self, value: setattr(self, "alerts", value)
    )
    screen_updating = property(
        lambda self: self.updating, lambda self, value: setattr(self, "updating", value)
    )
    enable_events = property(
        lambda self: self.events, lambda self, value: setattr(self, "events", value)
    )
    calculation = property(lambda self: "automatic", lambda self, value: None)

    @property
    def pid(self) -> int:
        return self.office.process.pid if self.office else os.getpid()

    @property
    def is_alive(self) -> bool:
        return self in ENGINE.running and (self.office is None or not self.office.is_ended)

    @property
    def version(self) -> str:
        """LibreOffice's own: 7.4.7.2."""
        if not self._version:
            self._version = self.ask("hello")["version"]
        return self._version

    @property
    def startup_path(self) -> str:
        raise NotImplementedError

    @property
    def visible(self) -> bool:
        return True

    @visible.setter
    def visible(self, value: bool) -> None:
        """Decided where it is started."""

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def selection(self) -> Range | None:
        book = self.books.active
        found = self.ask.once("selection", book.token)
        return None if found is None else Range(book.sheets(found[0]), *found[1:])

    @property
    def status_bar(self) -> object:
        return self.shown_status

    @status_bar.setter
    def status_bar(self, value: object) -> None:
        """False for LibreOffice's own text; said of the active document."""
        if value or self.shown_status:
            self.ask("status", self.books.active.token, str(value or ""))
        self.shown_status = value

    def activate(self, steal_focus: bool = False) -> None:
        """The first of xlwings' applications from now on; the window comes with its document."""
        ENGINE.running.remove(self)
        ENGINE.running.insert(0, self)
        xw.engines[ENGINE.name].activate()
        if steal_focus:
            self.books.active.activate()

    def calculate(self) -> None:
        for book in self.books:
            self.ask("calculate", book.token)

    def quit(self) -> None:
        """Ends a LibreOffice that was started here, without saving; leaves others alone."""
        if self in ENGINE.running:
            ENGINE.running.remove(self)
        if self.office is not None:
            self.office.quit()

    kill = quit


class Books(base_classes.Books):
    def __init__(self, app: App) -> None:
        self.app = app

    api = property(lambda self: self.app)

    def all(self) -> list[Book]:
        return [Book(self.app, *told) for told in self.app.ask.all_books()]

    @property
    def active(self) -> Book:
        found = self.all()
        if not found:
            raise HostError("missing", "no spreadsheet is open")
        return found[0]

    def __call__(self, key: int | str) -> Book:
        """KeyError, as xlwings' own engines raise it, for one that is not open."""
        found = self.all()
        if isinstance(key, int):
            return found[key - 1]
        for book in found:
            if key.lower() in (book.name.lower(), book.fullname.lower()):
                return book
        raise KeyError(key)

    def __len__(self) -> int:
        return len(self.all())

    def __iter__(self) -> Iterator[Book]:
        return iter(self.all())

    def add(self) -> Book:
        return Book(self.app, *self.app.ask("add"))

    def open(
        self, fullname: str, update_links: object = None, read_only: object = None, *others: object
    ) -> Book:
        return Book(self.app, *self.app.ask("open", os.path.abspath(fullname), bool(read_only)))


class Book(base_classes.Book):
    """A document; what is known of it is kept with its application."""

    def __init__(self, app: App, token: str, path: str, title: str) -> None:
        self._app, self.token, self.file, self.title = app, token, path, title
        self.ask = app.ask

    api = property(lambda self: NativeBook(self))
    app = property(lambda self: self._app)
    sheets = property(lambda self: Sheets(self))
    names = property(lambda self: Names(self, None))

    @property
    def name(self) -> str:
        return Path(self.file).name or self.title

    @property
    def fullname(self) -> str:
        return self.file or self.title

    def activate(self) -> None:
        self.ask("activate", self.token)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        if password:
            raise NotImplementedError("password")
        target = None if path is None else os.path.abspath(path)
        _, self.file, self.title = self.ask("save", self.token, target)

    def to_pdf(self, path: str, quality: object = None) -> None:
        self.ask("copy", self.token, os.path.abspath(path))

    def close(self) -> None:
        """Without saving; a LibreOffice that was started for it alone ends with it."""
        self.ask("close", self.token)
        if self._app.office is not None and self._app.office.is_for_books and not self._app.books:
            self._app.quit()


class NativeBook:
    """What stands for Excel's own Workbook."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def SaveCopyAs(self, path: str) -> None:
        self.book.ask("copy", self.book.token, os.path.abspath(path))


# --- how one begins -------------------------------------------------------------------------------


def connect(ask: Ask) -> xw.App:
    """An application over a host that is there already; ``ask(op, args)`` is one round trip."""
    register()
    return xw.App(impl=App(ask))


def start(program: str | None = None, visible: bool = False) -> App:
    """A LibreOffice of its own, with a new profile."""
    register()
    office = Office(program, visible)
    try:
        app = App(office.ask, office)
        app.ask("hello")
    except BaseException:
        office.quit()
        raise
    return app


def register() -> None:
    """Activating a sheet asks xlwings for its engines."""
    if ENGINE.name not in xw.engines.engines_by_name:
        xw.engines.add(xw.Engine(impl=ENGINE))
    if xw.engines.active is None:
        xw.engines[ENGINE.name].activate()


def together(book: xw.Book, title: str | None = None) -> AbstractContextManager[None]:
    """Within, a script works on one picture of the workbook: what it has read is not asked for
    again until it writes. With a title it is one step to undo.

    with together(book, "import"): ...
    """
    found: AbstractContextManager[None] = book.impl.ask.together(book.impl.token, title)
    return found


class Opened:
    """``xlwings_libreoffice.books``: the workbooks of a LibreOffice that is started when needed."""

    def __init__(self) -> None:
        self.started: App | None = None

    def app(self, visible: bool = False) -> App:
        if self.started is None or not self.started.is_alive:
            self.started = start(visible=visible)
            assert self.started.office is not None
            self.started.office.is_for_books = True
        return self.started

    def open(self, path: str | os.PathLike[str], visible: bool = False) -> xw.Book:
        """A file; LibreOffice ends with the last workbook that is closed, or with the script."""
        return xw.Book(impl=self.app(visible).books.open(os.fspath(path)))

    def add(self, visible: bool = False) -> xw.Book:
        return xw.Book(impl=self.app(visible).books.add())

    @property
    def active(self) -> xw.Book:
        return xw.Book(impl=self.app().books.active)

    def __iter__(self) -> Iterator[xw.Book]:
        for book in self.app().books:
            yield xw.Book(impl=book)

    def __len__(self) -> int:
        return len(self.app().books)


books = Opened()
