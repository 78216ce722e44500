"""A real server on loopback whose answers are the exact bytes that a test gives."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from helpers.waiting import PATIENCE

SILENCE = None  # nothing more is sent until the test is over, nor is the connection closed
Chunks = Sequence[bytes | Callable[[], object] | None]


@dataclass
class Server:
    """``answers`` maps a path to the answers given in turn (the last one again and again);
    ``requests`` is the log.

    An answer is a list of chunks; then the connection is closed. Among the chunks, what can be
    called is called in its turn (it moves a clock, it waits for an event), and SILENCE is kept.
    ``gap`` is for tests that need time to pass: so many seconds after each chunk. Neither SILENCE
    nor a gap outlasts the test.
    """

    answers: Mapping[str, Sequence[Chunks]]
    gap: float = 0.0
    port: int = 0
    requests: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self, connection: socket.socket) -> None:
        with connection:
            head = b""
            while (
                b"\r\n\r\n" not in head
                and head[:4] in b"GET "
                and (data := connection.recv(65_536))
            ):
                head += data
            if not head.startswith(b"GET "):
                return
            path = head.split(b" ")[1].decode()
            turn = self.requests.count(path)
            self.requests.append(path)
            self.heads.append(head.decode("latin-1"))
            known = self.answers.get(path) or [answer(b"not found", status="404 Not Found")]
            for chunk in known[min(turn, len(known) - 1)]:
                self.play(connection, chunk)

    def play(self, connection: socket.socket, chunk: bytes | Callable[[], object] | None) -> None:
        if chunk is SILENCE:
            self.closing.wait()
        elif callable(chunk):
            chunk()
        else:
            connection.sendall(chunk)
        if self.gap:
            self.closing.wait(self.gap)


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> Chunks:
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
    ]
    return ["\r\n".join([*lines, *headers, "", ""]).encode("utf-8"), body]


def redirect(target: str) -> Chunks:
    return answer(b"", f"Location: {target}", status="302 Found")


@contextmanager
def serving(
    answers: Mapping[str, Sequence[Chunks]],
    gap: float = 0.0,
    wrap: Callable[[socket.socket], socket.socket] = lambda connection: connection,
    host: str = "127.0.0.1",
) -> Iterator[Server]:
    server = Server(answers, gap)
    listener = socket.create_server((host, 0))
    server.port = listener.getsockname()[1]
    running: list[tuple[threading.Thread, socket.socket]] = []

    def one(connection: socket.socket, handle: socket.socket) -> None:
        with handle:
            try:
                server.serve(wrap(connection))
            except (OSError, ssl.SSLError):
                connection.close()

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            # TLS takes the socket for itself; by the second handle it is still ended with the test.
            handle = connection.dup()
            thread = threading.Thread(target=one, args=(connection, handle), daemon=True)
            running.append((thread, handle))
            thread.start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        server.closing.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for thread, handle in running:
            with suppress(OSError):  # it has ended by itself
                handle.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)
