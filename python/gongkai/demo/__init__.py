"""A real report, by URL from a server that this starts on loopback -> the main job, shown.

The page holds the figures that Rui'an published for 2021. A second page is the same with two slips
of the kind that real reports have: digits of a total exchanged, and a total of 0 under parts that
are not.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from gongkai import output, pipeline, system
from gongkai.model import WorkbookError

PAGE = "ruian-2021.html"
CONFORMANCE = (
    "conformance.zip"  # made documents with faults, and what may be answered: docs/conformance.md
)
EXPECTED = "expected.json"
SLIPS = ((">85<", ">58<"), (">63<", ">0<"))


def pages() -> dict[str, bytes]:
    """Path -> the page as a site would send it: the published report, and one with slips."""
    page = files("gongkai.demo").joinpath(PAGE).read_bytes()
    broken = page
    for right, wrong in SLIPS:
        if broken.count(right.encode()) != 1:
            raise ValueError(f"{PAGE}: {right} stands {broken.count(right.encode())} times")
        broken = broken.replace(right.encode(), wrong.encode())
    return {"/2021.html": page, "/2021-broken.html": broken}


@contextmanager
def serve(content: Mapping[str, bytes]) -> Iterator[str]:
    """A web server on loopback for as long as the context lasts; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = content.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: standard error is for the user's errors."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run(folder: Path) -> Iterator[str]:
    """Import both pages by URL, check them, write a workbook for each into ``folder``; yields what
    to print.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = pages()
    with serve(content) as address:
        for path in content:
            report = pipeline.read_report(address + path)
            findings = pipeline.check(report)
            target = pipeline.fill(
                report, findings, folder / f"ruian{Path(path).stem}.xlsx", overwrite=True
            )
            yield from output.head_lines(report)
            yield from output.finding_lines(report, findings)
            yield f"  已写入 {target}"
            yield ""


def write_conformance(folder: Path, overwrite: bool) -> int:
    """Documents with known faults and the answers that they allow, for any importer; how many there
    are.

    Raises WorkbookError where a file is there already and ``overwrite`` is False, or cannot be
    written.
    """
    with ZipFile(BytesIO(files("gongkai.demo").joinpath(CONFORMANCE).read_bytes())) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    if folder.exists() and not folder.is_dir():
        raise WorkbookError(f"{folder.name}不是文件夹，没有写入；请另选一个文件夹。")
    for name in contents:
        if (folder / name).is_symlink():
            raise WorkbookError(f"{name}是指向别处的链接，没有写入；请另选一个文件夹。")
        system.refuse_existing(folder / name, overwrite)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkbookError(
            f"无法建立文件夹{folder.name}：{system.system_reason(error)}。"
        ) from error
    for name, content in contents.items():
        system.write_whole(folder / name, content, overwrite)
    return len(contents) - 1
