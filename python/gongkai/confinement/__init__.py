"""The folders that may be written -> this process confined for good, and what it can do no more.

A parser of hostile files reads bytes and answers by a pipe that is open already: it needs neither
the network nor a file to write to. ``confine`` gives up both as far as the system can take them;
processes that it starts inherit that. docs/security.md has what stays possible on which system.

Linux alone takes much: Landlock (kernel 5.13) knows folders, a filter of system calls (seccomp)
knows numbers and flags. Where Landlock is missing the filter forbids all writing, or none.
"""

from __future__ import annotations

import errno
import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from gongkai.confinement import seccomp


class Confinement(NamedTuple):
    """What was taken from this process, tried out; ``how`` tells it, and what could not be done.

    ``network``: no socket can be made. ``writing``: no file can be made, changed, renamed or
    removed outside the folders that may be written. What was open before stays open.
    """

    network: bool = False
    writing: bool = False
    how: tuple[str, ...] = ()


KEPT: list[int] = []  # the null device, opened while it may be
CONFINED: list[Confinement] = []  # of this process, in order


def confine(writable: Sequence[Path] = ()) -> Confinement:
    """Confine this process and all that it starts, for good.

    To be called once its modules are loaded and before it has threads: Landlock holds the thread
    that calls. Never raises where the system refuses; a process may be confined again.
    """
    if sys.platform == "win32":
        done = confined_by_job(windows_kernel())
    elif sys.platform == "linux":
        done = confined_on_linux(writable)
    else:
        done = Confinement(how=(NO_MEANS,))
    CONFINED.append(done)
    return done


def is_confined() -> bool:
    """Whether a program started here would lack what most of them need: LibreOffice does."""
    return any(done.network or done.writing for done in CONFINED)


def null_device() -> int:
    """What to give ``subprocess`` for an output that nobody reads.

    DEVNULL opens the device for writing, which a filter without Landlock refuses as any file.
    """
    return KEPT[0] if KEPT else subprocess.DEVNULL


NO_MEANS = "本系统没有可用的公开接口，未限制联网和写文件"
NO_PRIVILEGES = "不能取得更多权限（no_new_privs）"
NO_FIRST_STEP = "系统不允许限制本进程（no_new_privs），未限制联网和写文件"
READ_ONLY = "Landlock第{}版：只能读文件，不能写"
SOME_FOLDERS = "Landlock第{}版：只能写指定的{}个文件夹"
NO_LANDLOCK = "没有Landlock（{}）"
PARTLY = "Landlock不完整（版本较旧，或已有其他线程）"
FILTERED = "seccomp：不能联网，不能修改文件属性"
FILTERED_WRITING = "seccomp：不能联网，不能写文件"
NO_FILTER = "没有seccomp（{}）"
WRITING_LEFT = "未能限制写文件"
NETWORK_LEFT = "未能限制联网"
FOLDER_MISSING = "不能写{}：{}"
JOB = "作业对象：进程结束时一并结束其子进程，不能脱离"
JOB_SCREEN = "作业对象：不能使用剪贴板和其他程序的窗口"
NO_JOB = "不能建立作业对象"
WINDOWS_LEFT = "Windows没有可用的公开接口，未限制联网和写文件"

# --- Linux ----------------------------------------------------------------------------------------

SET_NO_NEW_PRIVILEGES = 38  # of prctl; include/uapi/linux/prctl.h
WRITTEN_AT_WILL = "/proc/self/comm"  # a process's own name: everybody may open his for writing
REFUSALS = (errno.EPERM, errno.EACCES)
STREAM, DATAGRAM, RAW = 1, 2, 3
# Unix, IPv4, IPv6, netlink, packets, VM sockets: each of them would be a way out.
TRIED_SOCKETS = (
    (1, STREAM), (1, DATAGRAM), (2, STREAM), (2, DATAGRAM), (10, STREAM), (10, DATAGRAM), (16, RAW),
    (17, RAW), (40, STREAM),
)  # fmt: skip


def confined_on_linux(writable: Sequence[Path]) -> Confinement:
    libc = c_library()
    if libc is None or libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return Confinement(how=(NO_FIRST_STEP,))
    keep_null_device()
    said = [NO_PRIVILEGES]
    is_whole = apply_landlock(libc, writable, said)
    is_filters_work = not is_whole and not writable
    is_filtered = apply_filter(libc, is_filters_work, said)
    network = is_filtered and are_sockets_refused(libc)
    is_applied = is_whole or (is_filtered and is_filters_work)
    writing = is_applied and is_writing_refused()
    if not network:
        said.append(NETWORK_LEFT)
    if not writing:
        said.append(WRITING_LEFT)
    return Confinement(network, writing, tuple(said))


def c_library() -> Any:
    """The C library of this process with the types of what is called here, None without one."""
    try:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        libc.syscall.restype = ctypes.c_long
        libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    except (ImportError, OSError, AttributeError):
        return None
    return libc


def call(libc: Any, number: int, *arguments: int | bytes) -> int:
    """What the system answers; the number of its error with a minus where it refuses."""
    import ctypes

    words: list[object] = [ctypes.c_long(number)]
    for argument in arguments:
        words.append(argument if isinstance(argument, bytes) else ctypes.c_long(argument))
    answer = int(libc.syscall(*words))
    return answer if answer >= 0 else -ctypes.get_errno()


def name_of_error(answer: int) -> str:
    """-38 -> ENOSYS."""
    return errno.errorcode.get(-answer, str(answer))


def keep_null_device() -> None:
    with suppress(OSError):
        if not KEPT:
            KEPT.append(os.open(os.devnull, os.O_RDWR))


def is_alone() -> bool:
    """Whether this process has no other thread; what cannot be told is not said to be so."""
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def are_sockets_refused(libc: Any) -> bool:
    import ctypes

    for domain, kind in TRIED_SOCKETS:
        made = libc.socket(domain, kind, 0)
        if made >= 0:
            os.close(made)
            return False
        if ctypes.get_errno() != errno.EPERM:  # a kernel without the domain has not refused it
            return False
    return True


def is_writing_refused() -> bool:
    """Tried on a file that no other rule keeps from us, so that it is our rule that refuses."""
    try:
        os.close(os.open(WRITTEN_AT_WILL, os.O_WRONLY))
    except OSError as error:
        return error.errno in REFUSALS
    return False


# --- Landlock -------------------------------------------------------------------------------------

# include/uapi/linux/landlock.h and Documentation/userspace-api/landlock.rst of the kernel; the
# numbers of the three calls are the same on all machines.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
BENEATH_PATH = 1
WRITE_FILE = 1 << 1
REMOVE_AND_MAKE = 0b1_1111_1111 << 4  # folders, files, devices, sockets, pipes, links
REFER = 1 << 13  # rename and link from one folder into another
TRUNCATE = 1 << 14
DEVICE_COMMANDS = 1 << 15
ON_A_FILE = WRITE_FILE | TRUNCATE | DEVICE_COMMANDS
SINCE = ((1, WRITE_FILE | REMOVE_AND_MAKE), (2, REFER), (3, TRUNCATE), (5, DEVICE_COMMANDS))
TCP_SINCE, TCP = 4, 0b11  # bind, connect
SCOPE_SINCE, SCOPE = 6, 0b11  # abstract Unix sockets and signals stay within
TRUNCATE_SINCE = 3  # before, a file that may be read can be emptied


def apply_landlock(libc: Any, writable: Sequence[Path], said: list[str]) -> bool:
    """Whether writing is left in these folders alone, for the whole process."""
    version = landlock_version(libc)
    if version < 1:
        said.append(NO_LANDLOCK.format(name_of_error(version)))
        return False
    ruleset = call(libc, CREATE_RULESET, *ruleset_asked(version), 0)
    if ruleset < 0:
        said.append(NO_LANDLOCK.format(name_of_error(ruleset)))
        return False
    rights = rights_handled(version)
    allow_beneath(libc, ruleset, Path(os.devnull), rights)
    for folder in writable:
        refused = allow_beneath(libc, ruleset, folder, rights)
        if refused:
            said.append(FOLDER_MISSING.format(folder.name, refused))
    answer = call(libc, RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    if answer < 0:
        said.append(NO_LANDLOCK.format(name_of_error(answer)))
        return False
    told = SOME_FOLDERS.format(version, len(writable)) if writable else READ_ONLY.format(version)
    is_whole = version >= TRUNCATE_SINCE and is_alone()
    said.append(told if is_whole else PARTLY)
    return is_whole


def landlock_version(libc: Any) -> int:
    """The kernel's, or its error with a minus: ENOSYS without, EOPNOTSUPP where it is off."""
    return call(libc, CREATE_RULESET, 0, 0, ASK_VERSION)


def rights_handled(version: int) -> int:
    """The rights on files that are taken: all but reading and executing.

    A kernel refuses a right that it does not know, so that each version has its own.
    """
    rights = 0
    for since, added in SINCE:
        if version >= since:
            rights |= added
    return rights


def ruleset_asked(version: int) -> tuple[bytes, int]:
    """struct landlock_ruleset_attr (files, ports, scopes), as long as the version knows it."""
    words = [rights_handled(version)]
    if version >= TCP_SINCE:
        words.append(TCP)
    if version >= SCOPE_SINCE:
        words.append(SCOPE)
    asked = struct.pack(f"={len(words)}Q", *words)
    return asked, len(asked)


def allow_beneath(libc: Any, ruleset: int, path: Path, rights: int) -> str:
    """Leave the rights on a file, or on all below a folder. The name of the error, "" for none."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "")
    if not path.is_dir():
        rights &= ON_A_FILE
    # struct landlock_path_beneath_attr is packed
    answer = call(libc, ADD_RULE, ruleset, BENEATH_PATH, struct.pack("=Qi", rights, opened), 0)
    os.close(opened)
    return name_of_error(answer) if answer < 0 else ""


# --- seccomp --------------------------------------------------------------------------------------

FILTER_MODE = 1
ALL_THREADS = 1  # the filter holds for threads that run already, too


def apply_filter(libc: Any, is_writing_refused: bool, said: list[str]) -> bool:
    """Whether the filter holds, for all threads."""
    import ctypes

    name = os.uname().machine
    machine = seccomp.MACHINES.get(name)
    if machine is None or sys.maxsize < 1 << 32:  # a program of 32 bits calls by another table
        said.append(NO_FILTER.format(name))
        return False
    program = seccomp.packed(seccomp.filter_program(machine, is_writing_refused))
    kept = ctypes.create_string_buffer(program)
    count = len(program) // seccomp.PACKED_SIZE
    asked = struct.pack("@HP", count, ctypes.addressof(kept))  # struct sock_fprog
    answer = call(libc, machine.seccomp, FILTER_MODE, ALL_THREADS, asked)
    if answer != 0:  # above: the thread that has another filter
        said.append(NO_FILTER.format(name_of_error(answer)))
        return False
    said.append(FILTERED_WRITING if is_writing_refused else FILTERED)
    return True


# --- Windows --------------------------------------------------------------------------------------

# winnt.h: JOBOBJECTINFOCLASS and the limits. A process that ends holds the job's last handle, so
# that what it started ends with it. BREAKAWAY is not among them: no child leaves.
SCREEN_LIMITS, EXTENDED_LIMITS = 4, 9
ENDS_WITH_US, NO_DIALOG_ON_A_CRASH = 0x2000, 0x400
ALL_OF_THE_SCREEN = 0xFF  # handles, clipboard, settings, atoms, desktops, ending the session
EXTENDED_SIZE = 144  # bytes of JOBOBJECT_EXTENDED_LIMIT_INFORMATION on 64 bits
FLAGS_AT = 16


def windows_kernel() -> Any:
    """kernel32 with the types of what is called here, None without it."""
    try:
        import ctypes

        kernel = getattr(ctypes, "WinDLL")("kernel32")  # noqa: B009
        kernel.CreateJobObjectW.restype = ctypes.c_void_p
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        kernel.CreateJobObjectW.argtypes = [ctypes.c_void_p, ctypes.c_wchar_p]
        setting = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint32]
        kernel.SetInformationJobObject.argtypes = setting
        kernel.AssignProcessToJobObject.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        kernel.CloseHandle.argtypes = [ctypes.c_void_p]
    except (ImportError, OSError, AttributeError):
        return None
    return kernel


def confined_by_job(kernel: Any) -> Confinement:
    """A job takes neither the network nor files: both stay, and are said to.

    One with limits on the screen takes no process that is in a job already.
    """
    for is_screen_limited in (True, False):
        if kernel is not None and is_in_job(kernel, is_screen_limited):
            screen = (JOB_SCREEN,) if is_screen_limited else ()
            return Confinement(how=(JOB, *screen, WINDOWS_LEFT))
    return Confinement(how=(NO_JOB, WINDOWS_LEFT))


def is_in_job(kernel: Any, is_screen_limited: bool) -> bool:
    """Put this process into a new job; its handle stays open as long as we are."""
    job = kernel.CreateJobObjectW(None, None)
    if not job:
        return False
    limits = bytearray(EXTENDED_SIZE)
    struct.pack_into("<I", limits, FLAGS_AT, ENDS_WITH_US | NO_DIALOG_ON_A_CRASH)
    done = kernel.SetInformationJobObject(job, EXTENDED_LIMITS, bytes(limits), EXTENDED_SIZE)
    if done and is_screen_limited:
        screen = struct.pack("<I", ALL_OF_THE_SCREEN)
        done = kernel.SetInformationJobObject(job, SCREEN_LIMITS, screen, len(screen))
    if done and kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess()):
        return True
    kernel.CloseHandle(job)  # nothing is in it
    return False
