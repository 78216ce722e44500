"""Old Word documents (.doc, .wps) and RTF -> .docx, a workbook of ours -> .ods, by LibreOffice.

It may be installed or not. It is started anew for each document, with a profile that lasts as long:
no macro runs, nothing is fetched that a document points to, and what it takes in time, memory and
bytes is bounded from outside.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gongkai import confinement, processes, supply, system
from gongkai.model import UnreadableDocument

if TYPE_CHECKING:
    import psutil

PROGRAMS = ("soffice", "libreoffice")
PLACES = {
    "win32": (
        r"{PROGRAMFILES}\LibreOffice\program\soffice.com",
        r"{PROGRAMFILES(X86)}\LibreOffice\program\soffice.com",
    ),
    "darwin": ("/Applications/LibreOffice.app/Contents/MacOS/soffice",),
    "linux": (
        "/usr/lib/libreoffice/program/soffice",
        "/opt/libreoffice/program/soffice",
        "/snap/bin/libreoffice",
    ),
}
QUIET = (
    "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--nofirststartwizard",
)  # fmt: skip
TICK = 0.1  # seconds between two looks at the program at work
ALONE = threading.Lock()  # one document at a time: each takes some 300 MB and a whole processor
CLEARED = 2.0  # seconds in which a thread notices that its program was ended, and clears up
RUNNING: set[subprocess.Popen[bytes]] = set()
LEAVING = threading.Event()

SAVE = "请用 Word 或 WPS 打开，另存为 .docx 后再导入"
MISSING = (
    f"读取这种文件要用 LibreOffice，本机没有找到；请安装 LibreOffice（libreoffice.org），或{SAVE}。"
)
LOCKED = "文件设有打开密码，不能读取；请打开后去掉密码，另存一份再导入。"
FAILED = "LibreOffice 未能打开这个文件，它可能已损坏或设有密码；{}。"
HELD_BACK = "这种文件要由 LibreOffice 转换，而当前进程不能联网或写文件，无法启动它；{}。"
ODS_SAVE = "请改用.xlsx"
ODS_MISSING = (
    "写.ods要用LibreOffice，本机没有找到；请安装LibreOffice（libreoffice.org），或改用.xlsx。"
)

WORD_HEADER = b"\xec\xa5"
WORD_VERSIONS = range(0x65, 0x113)  # nFib, of Word 6 to 2007

# Each is told by LibreOffice's own schema (officecfg): Security/Scripting in Common.xcs,
# Content/Update in Writer.xcs, Settings in Inet.xcs. The proxy is a port on which nothing answers.
SETTINGS = (
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


class ProgramLimits(NamedTuple):
    """Seconds for one document, bytes of memory for the program, bytes of all that it writes."""

    seconds: float = 90.0
    memory: int = 1_500 * processes.MEGABYTE
    output: int = 64 * processes.MEGABYTE


LIMITS = ProgramLimits()


def to_docx(content: bytes, suffix: str, limits: ProgramLimits = LIMITS) -> bytes:
    """A document as LibreOffice saves it in .docx.

    ``suffix`` (doc, rtf) names the copy that it opens. Raises UnreadableDocument, without the
    document's name: no LibreOffice, a password, beyond limits, nothing made.
    """
    if is_locked(content):
        raise UnreadableDocument(LOCKED)
    if supply.is_given():
        return supply.docx_given(content, suffix)
    return converted(content, suffix, "docx", limits)


def converted(  # noqa: PLR0913
    content: bytes,
    suffix: str,
    to: str,
    limits: ProgramLimits = LIMITS,
    missing: str = MISSING,
    save: str = SAVE,
) -> bytes:
    """A file with the ending ``suffix`` as LibreOffice saves it with the ending ``to``.

    Raises UnreadableDocument. ``missing`` is said where there is no LibreOffice; ``save``, in other
    failures, is what to do instead.
    """
    program = find_program()
    if program is None:
        raise UnreadableDocument(missing)
    if (
        confinement.is_confined()
    ):  # it opens sockets and writes beyond its folder, and would only say 未能打开
        raise UnreadableDocument(HELD_BACK.format(save))
    with ALONE, system.document_folder() as folder:
        source, made = folder / f"source.{suffix}", folder / "made" / f"source.{to}"
        source.write_bytes(content)
        made.parent.mkdir()
        call = program_call(program, folder / "profile")
        outcome = ("--convert-to", to, "--outdir", str(made.parent))
        run([*call, *outcome, str(source)], folder, limits, save)
        if not made.is_file() or not 0 < made.stat().st_size <= limits.output:
            raise UnreadableDocument(FAILED.format(save))
        return made.read_bytes()


def find_program() -> str | None:
    """LibreOffice on the path, else where its installer puts it.

    One in the folder at hand could be anybody's.
    """
    for name in PROGRAMS:
        found = shutil.which(name)
        if found and Path(found).parent.resolve() != Path.cwd():
            return found
    for place in PLACES.get(sys.platform, ()):
        with suppress(KeyError):
            path = place.format_map(os.environ)
            if Path(path).is_file():
                return path
    return None


def is_locked(content: bytes) -> bool:
    """Whether the text of a Word 97 file is encrypted.

    Its header says so (fEncrypted in the FIB, [MS-DOC] 2.5.2). The header begins a sector; it is
    looked for, since only a parser of the whole container could say where.
    """
    if not content.startswith(b"\xd0\xcf\x11\xe0"):
        return False
    at = content.find(WORD_HEADER)
    while at >= 0 and not is_word_header(content, at):
        at = content.find(WORD_HEADER, at + 1)
    flags = content[at + 11 : at + 12] if at >= 0 else b""
    return bool(flags) and bool(flags[0] & 0x01)


def is_word_header(content: bytes, at: int) -> bool:
    version = int.from_bytes(content[at + 2 : at + 4], "little")
    return at % 512 == 0 and version in WORD_VERSIONS


def program_call(program: str, profile: Path) -> list[str]:
    """The command without what it is to do, once its profile is written."""
    items = ""
    for path, name, value in SETTINGS:
        items += (
            f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
            f"<value>{value}</value></prop></item>"
        )
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>',
        encoding="utf-8",
    )
    return [program, f"-env:UserInstallation={profile.as_uri()}", *QUIET]


def run(command: Sequence[str], folder: Path, limits: ProgramLimits, save: str = SAVE) -> None:
    """Run a command to its end and leave none of its processes.

    Raises UnreadableDocument beyond the limits.
    """
    # It leaves a folder where temporary files are made, and more than that where it is killed.
    temporary = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(folder))
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **temporary},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise UnreadableDocument(f"LibreOffice 不能启动；请重新安装，或{save}。") from error
    RUNNING.add(process)
    deadline = time.monotonic() + limits.seconds
    try:
        while process.poll() is None and not LEAVING.is_set():
            watch(process.pid, folder, deadline, limits, save)
            with suppress(subprocess.TimeoutExpired):
                process.wait(TICK)
    finally:
        end(process)
        RUNNING.discard(process)


@atexit.register
def end_running() -> None:
    """End what runs, where this program is interrupted while a thread waits for LibreOffice.

    It would go on without it.
    """
    LEAVING.set()
    for process in tuple(RUNNING):
        end(process)
    ALONE.acquire(timeout=CLEARED)


def watch(pid: int, folder: Path, deadline: float, limits: ProgramLimits, save: str) -> None:
    if time.monotonic() > deadline:
        raise UnreadableDocument(
            f"LibreOffice 打开这个文件超过{limits.seconds:g}秒，已停止；{save}。"
        )
    if sum(weights(pid)) > limits.memory or sum(sizes(folder)) > limits.output:
        raise UnreadableDocument(
            f"LibreOffice 打开这个文件所需的内存或磁盘空间过大，已停止；{save}。"
        )


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started, as far as they still run.

    Each knows itself from a later one of its id.
    """
    import psutil

    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return []


def weights(pid: int) -> Iterator[int]:
    import psutil

    for member in family(pid):
        with suppress(psutil.Error):
            yield member.memory_info().rss


def sizes(folder: Path) -> Iterator[int]:
    for place, _, names in os.walk(folder):  # which goes on where a folder has just been removed
        for name in names:
            with suppress(OSError):
                yield os.path.getsize(os.path.join(place, name))


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a process's family.

    All of its session where there are such, then each one that left it. Killed, LibreOffice leaves
    the socket at which it listens, in the system's own folder for such.
    """
    import psutil

    members = family(process.pid)
    left = [path for member in members for path in sockets(member)]
    if sys.platform != "win32":
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    for member in members:
        with suppress(psutil.Error):
            member.kill()
    process.wait()
    for path in left:
        path.unlink(missing_ok=True)


def sockets(member: psutil.Process) -> list[Path]:
    import psutil

    if sys.platform == "win32":
        return []
    try:
        paths = [Path(str(found.laddr)) for found in member.net_connections("unix")]
    except psutil.Error:
        return []
    return [path for path in paths if path.name.startswith("OSL_PIPE_")]
