"""xlwings for LibreOffice: ``book = xlwings_libreoffice.books.open(path)``.

The README beside this file tells how to use it, the protocol under it, and its limits.
"""

from __future__ import annotations

import xlwings as xw

from xlwings_libreoffice.asking import HostError, over
from xlwings_libreoffice.engine import ENGINE, books, connect, start, together
from xlwings_libreoffice.pipe import Pipe

__all__ = ["ENGINE", "HostError", "Pipe", "app", "books", "connect", "over", "together"]


def app(program: str | None = None, visible: bool = False) -> xw.App:
    """A LibreOffice of its own, until ``app.quit()`` or the end of the script.

    ``program`` is soffice's path where it is not found.
    """
    return xw.App(impl=start(program, visible))
