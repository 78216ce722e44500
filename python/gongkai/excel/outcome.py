"""What a macro asks of a command, and what the command asks of the macro."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import xlwings as xw

# done: show the text, if any; error: show it as a warning; ask: yes or no, and run again with the answer "yes";
# more: run again at once; save, folder: let the user choose a file to write (the text is the suggested name) or a
# folder (the text is the prompt), and run again with the path as the answer.
Kind = Literal["done", "error", "ask", "more", "save", "folder"]
YES = "yes"


@dataclass(frozen=True)
class Outcome:
    """``fingerprint`` is that of the report which the command left in the workbook; None where it stays the same."""

    kind: Kind
    text: str = ""
    fingerprint: str | None = None


@dataclass(frozen=True)
class Asked:
    """``argument`` is the same over all runs of a command; ``answer`` is to the last run's question, "" if none.

    ``fingerprint`` is that of the report which the last import left in the workbook.
    """

    argument: str = ""
    answer: str = ""
    fingerprint: str = ""


Command = Callable[[xw.Book, Asked], Outcome]
