"""A private server and one that is taken for public, and names that stand for what a test says.

All of this machine's addresses are private, so 127.0.0.2 is taken for a public one.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from gongkai.sources import guard
from helpers.web.server import Server, answer, serving

PAGE = "<p>政府信息公开工作年度报告</p>".encode()
PUBLIC = "127.0.0.2"
Names = dict[str, Sequence[list[str]]]


def only_public(patch: pytest.MonkeyPatch) -> None:
    """PUBLIC is a public address, and no other is."""
    patch.setattr(guard, "is_private", lambda address: address != PUBLIC)


def resolved(patch: pytest.MonkeyPatch) -> Names:
    """Name -> the addresses that the system's resolver gives in turn (the last ones again and
    again).
    """
    known: Names = {}
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *rest: int, **options: int) -> list[object]:
        if host not in known:
            return [*real(host, port, *rest, **options)]
        turn = asked.count(host)
        asked.append(host)
        return [
            entry
            for each in known[host][min(turn, len(known[host]) - 1)]
            for entry in real(each, port, type=1)
        ]

    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


@contextmanager
def both(
    open_paths: Callable[[int], dict[str, list[Sequence[bytes]]]],
) -> Iterator[tuple[Server, Server]]:
    """A private server with a page at /secret, and a public one whose answers are made for the
    private one's port.
    """
    with (
        serving({"/secret": [answer(PAGE)]}) as private,
        serving(open_paths(private.port), host=PUBLIC) as public,
    ):
        yield private, public
