"""Requests and answers over a pipe, a JSON object a line, both ways at once; both sides are alike.

A request has ``id``, ``op`` and ``args``; one that is made in the course of answering another has
``of``, the other's id, and is answered where that one is waited for: the host may hold its main
thread meanwhile. An answer has the ``id`` and ``ok`` or ``error``. For example, a script asks for
two cells while it answers the host's request 7:

    {"id": 7, "op": "command", "args": ["check", "1"]}
    {"id": 3, "of": 7, "op": "read", "args": ["1", ["表三", 7, 4, 1, 2]]}
    {"id": 3, "ok": [[134, null]]}
    {"id": 7, "ok": "done"}

An extension may carry a copy, so this is Python 3.8 and imports the standard library alone.
"""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import count
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import IO, Any, Callable  # noqa: UP035

Answering = Callable[[str, list, int], Any]  # type: ignore[type-arg]


class Ended(Exception):
    """The other side is gone."""


class Late(Exception):
    """The other side has not answered in time."""


class Refused(Exception):
    """The other side's error: what kind it is, and its text."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind, self.text = kind, text


class Pipe:
    """``answer`` is called with a request's name, arguments and id, in a thread of its own."""

    def __init__(self, source: IO[bytes], sink: IO[bytes], answer: Answering) -> None:
        self.source, self.sink, self.answer = source, sink, answer
        self.writing, self.counting = Lock(), Lock()
        self.ids = count(1)
        self.waiting: dict[int, Any] | None = {}  # None: it has ended

    @property
    def is_ended(self) -> bool:
        return self.waiting is None

    def ask(
        self,
        op: str,
        *arguments: Any,
        of: int = 0,
        answer: Answering | None = None,
        seconds: float | None = None,
    ) -> Any:
        """The value that the other side answers with.

        What it asks in the course of that is answered here, by ``answer``. Raises Ended, Refused,
        and Late where the next word takes longer than ``seconds``.
        """
        mail: Any = SimpleQueue()
        request: dict[str, Any] = {"op": op, "args": list(arguments)}
        if of:
            request["of"] = of
        with self.counting:
            if self.waiting is None:
                raise Ended(op)
            request["id"] = number = next(self.ids)
            self.waiting[number] = mail
        try:
            self.send(request)
            return self.answered(mail, answer or self.answer, seconds)
        finally:
            with self.counting:
                if self.waiting is not None:
                    self.waiting.pop(number, None)

    def answered(self, mail: Any, answer: Answering, seconds: float | None) -> Any:
        while True:
            try:
                message = mail.get(timeout=seconds)
            except Empty:
                raise Late() from None
            if message is None:
                raise Ended()
            if "op" in message:
                self.reply(message, answer)
            elif "error" in message:
                raise Refused(message["error"]["kind"], message["error"]["text"])
            else:
                return message["ok"]

    def serve(self) -> None:
        """Read until the other side closes the pipe."""
        try:
            for line in self.source:
                self.take(json.loads(line.decode("utf-8")))
        except (OSError, ValueError):
            pass  # killed in the middle of a line
        with self.counting:
            waiting, self.waiting = self.waiting or {}, None
        for mail in waiting.values():
            mail.put(None)

    def take(self, message: dict[str, Any]) -> None:
        """An answer, or a request in the course of one, to whom it is for; a new one is begun."""
        awaited = message.get("of") if "op" in message else message["id"]
        with self.counting:
            mail = (self.waiting or {}).get(awaited or 0)
        if mail is not None:
            mail.put(message)
        elif "op" in message:
            Thread(target=self.reply, args=(message, self.answer), daemon=True).start()

    def reply(self, message: dict[str, Any], answer: Answering) -> None:
        told: dict[str, Any] = {"id": message["id"]}
        try:
            told["ok"] = answer(message["op"], message["args"], message["id"])
        except Exception as error:
            kind = getattr(error, "kind", "host")
            told["error"] = {"kind": kind, "text": str(error) or type(error).__name__}
        with suppress(Ended):  # nobody is left to be told
            self.send(told)

    def send(self, message: dict[str, Any]) -> None:
        line = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with self.writing:
            try:
                self.sink.write(line)
                self.sink.flush()
            except (OSError, ValueError):
                raise Ended() from None
