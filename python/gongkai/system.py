"""Paths -> files opened without waiting and written whole, locks, a user's folders.

What the system refuses -> users' words; the name of a function -> the function, loaded on demand.
"""

from __future__ import annotations

import errno
import os
import queue
import re
import shutil
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from io import BufferedReader, FileIO
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, NamedTuple, TypeVar

from gongkai.model import WorkbookError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

T = TypeVar("T")

# On Windows a virus scanner, an index or a cloud drive holds a file for a moment after it was
# written.
SCANNED = (0.05, 0.1, 0.2, 0.4)  # seconds to wait, one after the other
LOCKED_AT = 1 << 40  # a byte far beyond the end: Windows keeps others from reading what is locked
# Windows takes these for devices whatever follows their first dot: NUL, nul.html, COM1.2021.txt.
DEVICES = r"CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]"
DEVICE = re.compile(rf"(?:{DEVICES})\s*(?:[.:]|$)", re.IGNORECASE)
DEVICE_FOLDERS = ("\\\\.\\", "//./")  # \\.\COM12, \\.\pipe\name: all there are devices and pipes
KINDS = (
    (stat.S_ISFIFO, "管道"),
    (stat.S_ISSOCK, "套接字"),
    (stat.S_ISCHR, "设备"),
    (stat.S_ISBLK, "设备"),
)
# A pipe opened so does not wait for its other end, a terminal does not become this process's own.
AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
FOLDERS, HELD = "gongkai-document-", "held"
JUST_MADE = 60  # seconds in which a folder may not be held yet
BUSY = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)  # what another process holds
REASONS = (
    ("文件或文件夹不存在", ("ENOENT",)),
    ("这是一个文件夹", ("EISDIR",)),
    ("路径中有一段不是文件夹", ("ENOTDIR",)),
    ("已有同名的文件", ("EEXIST",)),
    ("文件名太长", ("ENAMETOOLONG",)),
    ("没有权限，或文件正在其他软件中打开，请关闭后再试", ("EACCES", "EPERM")),
    ("磁盘空间不足", ("ENOSPC", "EDQUOT", "EFBIG")),
    ("磁盘是只读的", ("EROFS",)),
    ("对方拒绝连接", ("ECONNREFUSED", "WSAECONNREFUSED")),
    ("对方断开了连接", ("ECONNRESET", "EPIPE", "WSAECONNRESET")),
    ("网络不通", ("ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "WSAENETUNREACH", "WSAEHOSTUNREACH")),
)


def function_at(place: str) -> Any:
    """``gongkai.readers.text:text_blocks`` -> that function; its module is loaded now."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


class NotPlainFile(OSError):
    """A path that names no file: reading might wait for ever, or never end. ``kind`` says which."""

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(errno.EINVAL, "not a plain file", str(path))
        self.kind = kind


def system_reason(error: BaseException) -> str:
    """Why the system refused, for the people who read it.

    The cause is looked for behind a library's own error.
    """
    found = system_error(error)
    if isinstance(found, NotPlainFile):
        return f"这是{found.kind}，不是普通文件"
    code = errno.errorcode.get(found.errno or 0, "") if found is not None else ""
    for reason, codes in REASONS:
        if code in codes:
            return reason
    return f"读写出错（{code or type(error).__name__}）"


def system_error(error: BaseException) -> OSError | None:
    """The system's own error to which a failure goes back."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError) and found.errno is not None:
            return found
        found = found.__cause__ or found.__context__
    return None


def in_time(work: Callable[[], T], seconds: float) -> T | None:
    """What a piece of work gives, or None after so many seconds: it is left to go on, and whatever
    it gives is lost.

    Raises what the work raises.
    """
    answers: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def put() -> None:
        try:
            answers.put((work(), None))
        except BaseException as error:
            answers.put((None, error))

    threading.Thread(target=put, daemon=True, name="gongkai-work").start()
    try:
        answer, error = answers.get(timeout=seconds)
    except queue.Empty:
        return None
    if error is not None:
        raise error
    return answer


def move(source: Path, target: Path, how: Callable[[Path, Path], object] | None = None) -> None:
    """Rename a file by ``os.replace`` or otherwise, on Windows with some patience.

    Raises OSError.
    """
    how = how or os.replace
    for pause in SCANNED if sys.platform == "win32" else ():
        try:
            how(source, target)
            return
        except PermissionError:
            time.sleep(pause)
    how(source, target)


# --- reading --------------------------------------------------------------------------------------


def open_plain(path: Path, platform: str = sys.platform) -> BufferedReader:
    """A file, or what a link to one leads to, open for reading. What a user names is opened here.

    Raises OSError: NotPlainFile, without opening it, for a pipe, a device or a socket. A shell's
    <(...) and /dev/stdin in a pipeline are pipes as any other: whether somebody will ever write
    there, nothing tells.
    """
    if platform == "win32" and is_device_name(str(path)):
        raise NotPlainFile(path, "设备")
    refuse_special(path, path.stat().st_mode)
    return open(path, "rb", opener=open_at_once)


def open_at_once(path: str, flags: int) -> int:
    """A descriptor, had without waiting: something else may have taken the place of the file."""
    number = os.open(path, flags | AT_ONCE)
    try:
        refuse_special(Path(path), os.fstat(number).st_mode)
    except OSError:
        os.close(number)
        raise
    return number


def read_plain(path: Path) -> bytes:
    """All of a file. Raises OSError as ``open_plain``."""
    with open_plain(path) as file:
        return file.read()


def refuse_special(path: Path, mode: int) -> None:
    """NotPlainFile for what is neither a file nor a folder; a folder the system refuses itself."""
    for is_kind, word in KINDS:
        if is_kind(mode):
            raise NotPlainFile(path, word)


def is_device_name(path: str) -> bool:
    """Whether Windows takes a path for a device: ``C:\\a\\nul.html``, ``\\\\.\\pipe\\a``."""
    name = re.split(r"[\\/]", path)[-1]
    return path.startswith(DEVICE_FOLDERS) or DEVICE.match(name.lstrip()) is not None


# --- writing --------------------------------------------------------------------------------------


def lock_file(file: FileIO | BufferedReader) -> None:
    """Hold a file for this process alone until it is closed.

    OSError, of BUSY where another process holds it.
    """
    if sys.platform == "win32":
        file.seek(LOCKED_AT)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file; a file that is not there is none."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def open_elsewhere(path: Path) -> str:
    """What says that a program may have a document open, with changes that are in no file yet:
    beside it stands ~$年报.xlsx of Excel, .~年报.xlsx of WPS, or .~lock.年报.xlsx# of LibreOffice;
    "" where nothing does.
    """
    for mark in (f"~${path.name}", f".~{path.name}", f".~lock.{path.name}#"):
        if path.with_name(mark).is_file():
            return mark
    return ""


@contextmanager
def document_folder() -> Iterator[Path]:
    """A temporary folder for a document that another program has to open.

    Held until it is removed.
    """
    with (
        TemporaryDirectory(prefix=FOLDERS, ignore_cleanup_errors=True) as name,
        (Path(name) / HELD).open("xb", buffering=0) as file,
    ):
        lock_file(file)
        yield Path(name)


@cache
def remove_left_folders() -> None:
    """Remove the folders of ``document_folder`` whose process was killed; once in a process."""
    with suppress(OSError):  # a full disk has no folder for temporary files
        for folder in Path(gettempdir()).glob(f"{FOLDERS}*"):
            remove_if_left(folder)


def remove_if_left(folder: Path) -> None:
    with suppress(OSError):
        if not folder.is_symlink() and is_left(folder):
            shutil.rmtree(folder)


def is_left(folder: Path) -> bool:
    """Raises OSError, of BUSY where a process still holds it."""
    if time.time() - folder.stat().st_mtime < JUST_MADE:
        return False
    with suppress(FileNotFoundError), (folder / HELD).open("rb", buffering=0) as file:
        lock_file(file)
    return True


def discard_file(path: Path) -> None:
    """Delete a file of ours if it is there and can be deleted.

    Windows deletes none that is read-only.
    """
    with suppress(OSError):
        if not path.is_symlink():  # the mode of what a link leads to is not ours to change
            path.chmod(0o600)
    with suppress(OSError):
        path.unlink(missing_ok=True)


def refuse_existing(target: Path, overwrite: bool) -> None:
    """WorkbookError where a target may not be written: it exists, or is no file (a folder, a
    device, a pipe).
    """
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else "文件名无效"
        raise WorkbookError(f"无法写入{target.name}：{reason}；请另选文件名。") from error
    if not stat.S_ISREG(mode):
        kind = "是文件夹" if stat.S_ISDIR(mode) else "不是普通文件"
        raise WorkbookError(f"{target.name or target}{kind}，没有写入；请另选文件名。")
    if not overwrite:
        raise WorkbookError(f"{target.name}已存在，没有覆盖；如需覆盖请加--force，或另选文件名。")


def refuse_suffix(target: Path, allowed: Sequence[str]) -> str:
    """The ending of a file to be written, in small letters: ``年报.XLSX`` -> ``.xlsx``.
    WorkbookError for one that is not allowed, or none: a file is what its name says.
    """
    suffix = target.suffix.lower()
    real = target
    if os.path.islink(target):  # 年报.xlsx that leads to 报告.docx
        real = Path(os.path.realpath(target))
    for one in (target, real):
        if one.suffix.lower() != suffix or suffix not in allowed:
            *others, last = allowed
            listed = f"{'、'.join(others)}或{last}" if others else last
            name = one.name or one
            raise WorkbookError(f"文件名要以{listed}结尾（所给的是{name}），没有写入。")
    return suffix


def write_whole(target: Path, content: bytes, overwrite: bool, aside: Path | None = None) -> None:
    """Put a file in place at once, as ``written_whole`` does."""
    with written_whole(target, overwrite, aside) as part, part.open("xb") as file:
        file.write(content)


@contextmanager
def written_whole(target: Path, overwrite: bool, aside: Path | None = None) -> Iterator[Path]:
    """A new path beside a target (or in ``aside``, on the same disk) to be written to, which takes
    the target's place in the end; nothing is left behind on failure.

    A link is followed, and a file that was there keeps its permissions. WorkbookError where the
    system refuses.
    """
    try:
        place = target.resolve()
        temporary = (aside or place.parent) / f".gongkai-{os.urandom(6).hex()}.tmp"
        try:
            yield temporary
            refuse_existing(place, overwrite)
            if place.exists():
                shutil.copymode(place, temporary)
            move(temporary, place)
        finally:
            discard_file(temporary)
    except OSError as error:
        raise WorkbookError(f"无法写入{target.name}：{system_reason(error)}。") from error


def state_folder(
    platform: str | None = None, home: Path | None = None, environ: Mapping[str, str] | None = None
) -> Path:
    """Where the system wants a program's state, outside all workbooks.

    The folder may not exist yet.

    The arguments are this machine's where not given, ``platform`` as ``sys.platform`` names it.
    """
    home = home or Path.home()
    return STATE.get(platform or sys.platform, STATE_ELSEWHERE).folder(home, environ)


def cache_folder(
    platform: str | None = None, home: Path | None = None, environ: Mapping[str, str] | None = None
) -> Path | None:
    """Where the system wants what can be fetched again; the folder may not exist yet.

    GONGKAI_CACHE names another folder, and turns the cache off where it is empty: None. Arguments
    as above.
    """
    environ = os.environ if environ is None else environ
    if "GONGKAI_CACHE" in environ:
        return Path(environ["GONGKAI_CACHE"]) if environ["GONGKAI_CACHE"] else None
    home = home or Path.home()
    return CACHE.get(platform or sys.platform, CACHE_ELSEWHERE).folder(home, environ)


class UserFolder(NamedTuple):
    """A folder of ours in one that a variable names ("" for none), else in one below the user's
    own.
    """

    variable: str
    below_home: str
    ours: str = "gongkai"

    def folder(self, home: Path, environ: Mapping[str, str] | None) -> Path:
        environ = os.environ if environ is None else environ
        return Path(environ.get(self.variable) or home / self.below_home) / self.ours


STATE = {
    "win32": UserFolder("APPDATA", "AppData/Roaming"),
    "darwin": UserFolder("", "Library/Application Support"),
}
STATE_ELSEWHERE = UserFolder("XDG_STATE_HOME", ".local/state")
CACHE = {
    "win32": UserFolder("LOCALAPPDATA", "AppData/Local", "gongkai/Cache"),
    "darwin": UserFolder("", "Library/Caches"),
}
CACHE_ELSEWHERE = UserFolder("XDG_CACHE_HOME", ".cache")
