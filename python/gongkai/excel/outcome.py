"""Room: excel. What a command asks of the macro that ran it: to say something, to ask the user, to run it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# done: show the text, if any; error: show it as a warning; ask: yes or no, and run again with the answer "yes";
# more: run again at once; save, folder: let the user choose a file to write (the text is the suggested name) or a
# folder (the text is the prompt), and run again with the path as the answer.
Kind = Literal["done", "error", "ask", "more", "save", "folder"]


@dataclass(frozen=True)
class Outcome:
    kind: Kind
    text: str = ""
