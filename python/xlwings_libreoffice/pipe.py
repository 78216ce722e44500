"""The protocol's side that asks: JSON lines over two streams, both ways; what a host refuses.

{"id": 1, "op": "used", "args": ["1", "Sheet1"]}  ->  {"id": 1, "ok": [1, 1, 30, 10]}
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from typing import IO, Any

import xlwings as xw

Ask = Callable[[str, Sequence[Any]], Any]
Answer = Callable[[str, Sequence[Any]], Any]
ENDED = "LibreOffice has been closed"
MOST_AT_ONCE = 4  # requests of the host's that are answered at a time


class HostError(xw.XlwingsError):
    """A host's refusal: ``kind`` is "protected", "merged", "missing", "closed", "editing", "file"
    or "host", ``text`` what LibreOffice said.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind, self.text = kind, text


class Pipe:
    """Asks over two text streams, and answers what the other side asks by ``answer``.

    A thread reads; requests may be asked from several threads.
    """

    def __init__(self, reader: IO[str], writer: IO[str], answer: Answer | None = None) -> None:
        self.reader, self.writer, self.answer = reader, writer, answer
        self.numbers = count(1)
        self.waiting: dict[int, Future[Any]] = {}
        self.lock = threading.Lock()
        self.is_ended = False
        self.workers = ThreadPoolExecutor(MOST_AT_ONCE) if answer else None
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def ask(self, op: str, args: Sequence[Any]) -> Any:
        """What the host answers. HostError for what it refuses, and when it has ended."""
        number, future = next(self.numbers), Future[Any]()
        with self.lock:
            if self.is_ended:
                raise HostError("closed", ENDED)
            self.waiting[number] = future
        self.send({"id": number, "op": op, "args": list(args)})
        return future.result()

    def send(self, message: dict[str, Any]) -> None:
        line = json.dumps(message) + "\n"
        try:
            with self.lock:
                self.writer.write(line)
                self.writer.flush()
        except (OSError, ValueError):
            self.end()

    def read(self) -> None:
        """Lines until the stream ends, in a thread of its own."""
        with suppress(OSError, ValueError):
            for line in self.reader:
                message = json.loads(line)
                if "op" in message:
                    self.serve(message)
                else:
                    self.settle(message)
        self.end()

    def settle(self, message: dict[str, Any]) -> None:
        future = self.waiting.pop(message["id"], None)
        if future is None:
            return
        if "error" in message:
            error = message["error"]
            future.set_exception(HostError(error["kind"], error["text"]))
        else:
            future.set_result(message.get("ok"))

    def serve(self, message: dict[str, Any]) -> None:
        if self.workers is None:
            error = {"kind": "host", "text": f"nothing answers {message['op']}"}
            self.send({"id": message["id"], "error": error})
        else:
            self.workers.submit(self.answered, message)

    def answered(self, message: dict[str, Any]) -> None:
        assert self.answer is not None
        try:
            answer = {"ok": self.answer(message["op"], message["args"])}
        except Exception as error:
            kind = getattr(error, "kind", "host")
            answer = {"error": {"kind": kind, "text": f"{type(error).__name__}: {error}"}}
        self.send({"id": message["id"], **answer})

    def end(self) -> None:
        """Nobody waits any longer."""
        with self.lock:
            self.is_ended = True
            waiting = list(self.waiting.values())
            self.waiting.clear()
        for future in waiting:
            with suppress(Exception):
                future.set_exception(HostError("closed", ENDED))
        if self.workers is not None:
            self.workers.shutdown(wait=False)
