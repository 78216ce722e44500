"""Hosts asked so far -> whose turn it is: few requests to a host at a time, a pause between."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Sequence
from threading import Condition
from urllib.parse import urlsplit

LOCAL = ""  # the host of files


def host_of(source: str) -> str:
    try:
        found = urlsplit(source.strip())
        return (found.hostname or LOCAL) if found.scheme.lower() in ("http", "https") else LOCAL
    except ValueError:
        return LOCAL


class SourceQueue:
    """Hands sources to several threads.

    At most ``per_host`` of a host between ``take`` and ``loaded``, and two takes of a host at least
    ``pause`` seconds apart. A source that failed may be put back once; it comes again after all
    others.
    """

    def __init__(self, sources: Sequence[str], per_host: int, pause: float) -> None:
        self.per_host, self.pause = per_host, pause
        self.changed = Condition()
        self.waiting: dict[str, deque[str]] = {}
        self.loading: Counter[str] = Counter()
        self.next_at: dict[str, float] = {}
        self.again: list[str] = []
        self.retried: set[str] = set()
        self.busy = 0
        self.closed = False
        self.queue(sources)

    def queue(self, sources: Sequence[str]) -> None:
        for source in sources:
            self.waiting.setdefault(host_of(source), deque()).append(source)

    def take(self) -> str | None:
        """The next source, as soon as it may be fetched; None when there will be none."""
        with self.changed:
            while not self.closed:
                host, delay = self.next_host()
                if host is not None and delay <= 0:
                    return self.begin(host)
                if not self.waiting and not self.busy:
                    if not self.again:
                        self.close()
                        break
                    self.queue(self.again)
                    self.again = []
                    continue
                self.changed.wait(delay if host is not None else None)
            return None

    def next_host(self) -> tuple[str | None, float]:
        """The host that may be asked soonest, and in how many seconds.

        Those asked longest ago come first.
        """
        now = time.monotonic()
        free = [
            host for host in self.waiting if host == LOCAL or self.loading[host] < self.per_host
        ]
        if not free:
            return None, 0
        host = min(free, key=lambda name: self.next_at.get(name, 0.0))
        return host, self.next_at.get(host, 0.0) - now

    def begin(self, host: str) -> str:
        source = self.waiting[host].popleft()
        if not self.waiting[host]:
            del self.waiting[host]
        self.loading[host] += 1
        self.busy += 1
        if host != LOCAL:
            self.next_at[host] = time.monotonic() + self.pause
        return source

    def loaded(self, source: str) -> None:
        """The request is over; what follows is work of our own."""
        with self.changed:
            self.loading[host_of(source)] -= 1
            self.changed.notify_all()

    def put_back(self, source: str) -> bool:
        """Whether a source gets another turn at the end; it does once."""
        with self.changed:
            if source in self.retried:
                return False
            self.retried.add(source)
            self.again.append(source)
            return True

    def done(self) -> None:
        """A source that was taken is finished, or was put back."""
        with self.changed:
            self.busy -= 1
            self.changed.notify_all()

    def close(self) -> None:
        """No more turns."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()
