"""What a fetch may take, and how it may be made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for connecting, for each read, and for the whole fetch; bytes; tries; seconds before the second try."""

    connect: float = 10
    read: float = 20
    deadline: float = 60
    size: int = 20_000_000
    tries: int = 3
    pause: float = 0.5


@dataclass(frozen=True, slots=True)
class Access:
    """How web pages are fetched; files and standard input are read all the same.

    ``offline``: from the cache alone, without the network. ``refresh``: the whole page anew, whatever the cache holds.
    ``insecure``: certificates are not checked and outdated encryption is let through.
    """

    offline: bool = False
    refresh: bool = False
    insecure: bool = False


LIMITS = Limits()
ACCESS = Access()
