"""Hosts asked so far -> whose turn it is: few requests to a host at a time, a pause between."""

from __future__ import annotations

import heapq
import time
from collections import Counter, deque
from collections.abc import Sequence
from threading import Condition

from gongkai.store import host_of

LOCAL = ""  # the host of files


class SourceQueue:
    """Hands sources to several threads.

    At most ``per_host`` of a host between ``take`` and ``loaded``, and two takes of a host at least
    ``pause`` seconds apart; a host that wants more (Retry-After) is left alone for so long. A
    source that failed may be put back once; it comes again after all others.
    """

    def __init__(self, sources: Sequence[str], per_host: int, pause: float) -> None:
        self.per_host, self.pause = per_host, pause
        self.changed = Condition()
        self.waiting: dict[str, deque[str]] = {}
        # Hosts that may be asked once their time has come, those asked longest ago first:
        # (0.0, 7, "www.ruian.gov.cn"). Those that are busy come back when one is loaded.
        self.ready: list[tuple[float, int, str]] = []
        self.is_ready: set[str] = set()
        self.turns = 0
        self.loading: Counter[str] = Counter()
        self.next_at: dict[str, float] = {}
        self.again: list[str] = []
        self.retried: set[str] = set()
        self.busy = 0
        self.closed = False
        self.queue(sources)

    def queue(self, sources: Sequence[str]) -> None:
        for source in sources:
            host = host_of(source)
            self.waiting.setdefault(host, deque()).append(source)
            self.make_ready(host)

    def make_ready(self, host: str) -> None:
        """Put a host in the heap that has sources and may be asked for one more."""
        is_free = host == LOCAL or self.loading[host] < self.per_host
        if is_free and host in self.waiting and host not in self.is_ready:
            self.turns += 1
            heapq.heappush(self.ready, (self.next_at.get(host, 0.0), self.turns, host))
            self.is_ready.add(host)

    def take(self) -> str | None:
        """The next source, as soon as it may be fetched; None when there will be none."""
        with self.changed:
            while not self.closed:
                delay = self.ready[0][0] - time.monotonic() if self.ready else None
                if delay is not None and delay <= 0:
                    return self.begin()
                if not self.waiting and not self.busy:
                    if not self.again:
                        self.close()
                        break
                    self.queue(self.again)
                    self.again = []
                    continue
                self.changed.wait(delay)
            return None

    def begin(self) -> str:
        _, _, host = heapq.heappop(self.ready)
        self.is_ready.remove(host)
        source = self.waiting[host].popleft()
        if not self.waiting[host]:
            del self.waiting[host]
        self.loading[host] += 1
        self.busy += 1
        if host != LOCAL:
            self.next_at[host] = time.monotonic() + self.pause
        self.make_ready(host)
        return source

    def loaded(self, source: str) -> None:
        """The request is over; what follows is work of our own."""
        with self.changed:
            host = host_of(source)
            self.loading[host] -= 1
            self.make_ready(host)
            self.changed.notify_all()

    def put_back(self, source: str, wait: float = 0.0) -> bool:
        """Whether a source gets another turn at the end; it does once. ``wait`` are the seconds for
        which its host wants to be left alone.
        """
        with self.changed:
            host = host_of(source)
            if wait:
                self.next_at[host] = max(self.next_at.get(host, 0.0), time.monotonic() + wait)
                self.put_off(host)
            if source in self.retried:
                return False
            self.retried.add(source)
            self.again.append(source)
            return True

    def put_off(self, host: str) -> None:
        """A host's place in the heap, by its new time."""
        if host in self.is_ready:
            self.ready = [entry for entry in self.ready if entry[2] != host]
            heapq.heapify(self.ready)
            self.is_ready.remove(host)
            self.make_ready(host)

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
