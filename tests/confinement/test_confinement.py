"""A confined process, a real one, tries all that a parser could be made to do.

Each attempt is made by a free process too: there it must succeed, or it would prove nothing.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongkai.confinement import SCOPE_SINCE, TRUNCATE_SINCE
from helpers.confined import CONFINED, WAYS, expected, flags, has_filter, landlock_here, run_code

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere see test_platforms.py")
EACH = pytest.mark.parametrize("way", CONFINED)
ALL = pytest.mark.parametrize("way", WAYS)
REFUSED = {"EPERM", "EACCES"}

# Each has a folder of its own with a file kept.txt.
WRITES = """
import subprocess, struct
def at(name):
    return FOLDER / name

def opened(name, flags, made="kept.txt"):
    os.close(os.open(at(name) / made, flags, 0o600))

def shell(name):
    done = subprocess.run(["/bin/sh", "-c", f"echo gone > '{at(name) / 'kept.txt'}'"],
                          stderr=subprocess.PIPE)
    if done.returncode:
        raise PermissionError(errno.EPERM, "refused by the shell")

def reopened(name):
    held = os.open(at(name) / "kept.txt", os.O_RDONLY)
    with open(f"/proc/self/fd/{held}", "wb") as file:
        file.write(b"gone")

def by_openat2(name):
    how = struct.pack("QQQ", os.O_RDWR | os.O_CREAT, 0o600, 0)
    numbered(437, -100, str(at(name) / "made").encode() + b"\\0", how, len(how))

ATTEMPTS = {
    "create": lambda: (at("create") / "made").write_bytes(b"made"),
    "overwrite": lambda: (at("overwrite") / "kept.txt").write_bytes(b"gone"),
    "append": lambda: opened("append", os.O_WRONLY | os.O_APPEND),
    "read and write": lambda: opened("read and write", os.O_RDWR),
    "empty": lambda: opened("empty", os.O_RDONLY | os.O_TRUNC),
    "make by reading": lambda: opened("make by reading", os.O_RDONLY | os.O_CREAT, "made"),
    "nameless": lambda: opened("nameless", os.O_TMPFILE | os.O_RDWR, "."),
    "openat2": lambda: by_openat2("openat2"),
    "reopen": lambda: reopened("reopen"),
    "truncate": lambda: os.truncate(at("truncate") / "kept.txt", 1),
    "rename": lambda: os.rename(at("rename") / "kept.txt", at("rename") / "made"),
    "move": lambda: os.rename(at("move") / "kept.txt", FOLDER / "made"),
    "unlink": lambda: os.unlink(at("unlink") / "kept.txt"),
    "mkdir": lambda: os.mkdir(at("mkdir") / "made"),
    "rmdir": lambda: os.rmdir(at("rmdir") / "empty"),
    "symlink": lambda: os.symlink("kept.txt", at("symlink") / "made"),
    "link": lambda: os.link(at("link") / "kept.txt", at("link") / "made"),
    "pipe": lambda: os.mkfifo(at("pipe") / "made"),
    "shell": lambda: shell("shell"),
}
ATTRIBUTES = {
    "chmod": lambda: os.chmod(at("chmod") / "kept.txt", 0o777),
    "chmod open": lambda: os.chmod(os.open(at("chmod open") / "kept.txt", os.O_RDONLY), 0o777),
    "chown": lambda: os.chown(at("chown") / "kept.txt", os.getuid(), os.getgid()),
    "utime": lambda: os.utime(at("utime") / "kept.txt", (1, 1)),
}
"""
WRITE_NAMES = (
    "create", "overwrite", "append", "read and write", "empty", "make by reading", "nameless",
    "openat2", "reopen", "truncate", "rename", "move", "unlink", "mkdir", "rmdir", "symlink",
    "link", "pipe", "shell",
)  # fmt: skip
ATTRIBUTE_NAMES = ("chmod", "chmod open", "chown", "utime")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*WRITE_NAMES, *ATTRIBUTE_NAMES):
        (tmp_path / name / "empty").mkdir(parents=True)
        (tmp_path / name / "kept.txt").write_bytes(b"kept")
    return tmp_path


def state(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """All below a folder, with mode, time of change and content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        place = path.relative_to(folder).as_posix()
        found[place] = (status.st_mode, status.st_mtime_ns, status.st_ctime_ns, content)
    return found


def outcome(found: dict[str, str]) -> set[str]:
    """What came of all attempts: {"done"}, or the errors."""
    return {"refused" if answer in REFUSED else answer for answer in found.values()}


@ALL
def test_nothing_is_written(way: str, folder: Path) -> None:
    before = state(folder)
    found = run_code(f"{WRITES}\nconfine()\ntold(tried(ATTEMPTS))", way, folder)
    assert set(found) == set(WRITE_NAMES)
    if expected(way).writing:
        assert outcome(found) == {"refused"} or found["openat2"] == "ENOSYS"
        assert state(folder) == before
    else:
        assert outcome(found) == {"done"}


@ALL
def test_nothing_of_a_file_is_changed(way: str, folder: Path) -> None:
    """Rights and times: the filter alone knows them."""
    before = state(folder)
    found = run_code(f"{WRITES}\nconfine()\ntold(tried(ATTRIBUTES))", way, folder)
    refuses = expected(way).network
    assert outcome(found) == ({"refused"} if refuses else {"done"})
    assert (state(folder) == before) == refuses


def test_what_a_filter_cannot_see_is_said_to_be_unknown(folder: Path) -> None:
    """openat2 has its flags in memory: a library that meets ENOSYS takes openat, which is seen."""
    found = run_code(f"{WRITES}\nconfine()\ntold(tried(ATTEMPTS))", "filter", folder)
    assert found.pop("openat2") == ("ENOSYS" if has_filter() else "done")


@EACH
def test_the_value_is_what_this_kernel_can_do(way: str, tmp_path: Path) -> None:
    code = "found = confine()\ntold([found.network, found.writing, found.how])"
    *can, how = run_code(code, way, tmp_path)
    assert tuple(can) == flags(expected(way))
    assert "不能取得更多权限（no_new_privs）" in how
    assert any("Landlock第" in line for line in how) == (way != "filter" and landlock_here() > 2)
    assert any(line.startswith("没有Landlock") for line in how) == (
        way == "filter" or not landlock_here()
    )
    assert ("未能限制联网" in how) == (not expected(way).network)
    assert ("未能限制写文件" in how) == (not expected(way).writing)


# --- what goes on ---------------------------------------------------------------------------------

ALLOWED = """
import socket, subprocess, multiprocessing
FILE = open(FOLDER / "open.txt", "wb", buffering=0)
READ, WRITE = os.pipe()
confine()

def by_a_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(Path(os.__file__).read_bytes()))
    thread.start()
    thread.join()
    assert found[0]

def by_a_pair():
    one, other = socket.socketpair()
    one.send(b"x")
    assert other.recv(1) == b"x"

def by_asyncio():
    import asyncio, wsgiref.util  # modules that are loaded now
    assert asyncio.run(asyncio.sleep(0, "x")) == "x"

def by_a_program():
    assert subprocess.run(["/bin/sh", "-c", "cat /dev/null; echo x"], stdout=subprocess.PIPE,
                          stderr=confinement.null_device(), check=True).stdout == b"x\\n"
    assert os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)[1] == 0

def by_a_pipe():
    one, other = multiprocessing.Pipe()
    one.send(b"x")
    assert other.recv() == b"x"
    os.write(WRITE, b"x")
    assert os.read(READ, 1) == b"x"

def by_memory():
    held = os.memfd_create("x")
    os.write(held, b"x")

told(tried({
    "file": lambda: FILE.write(b"x"), "pipe": by_a_pipe, "thread": by_a_thread,
    "pair": by_a_pair, "asyncio": by_asyncio, "program": by_a_program, "memory": by_memory,
    "null": lambda: open(os.devnull, "wb").close(),
}))
"""


@ALL
def test_what_a_parser_needs_goes_on(way: str, tmp_path: Path) -> None:
    """Modules that are loaded now, threads, pipes, programs, and what was open before."""
    found = run_code(ALLOWED, way, tmp_path)
    null = found.pop("null")
    assert set(found.values()) == {"done"}, found
    assert (tmp_path / "open.txt").read_bytes() == b"x"
    # Only Landlock tells the null device from a file.
    is_filter = expected("landlock").writing is False or way == "filter"
    assert null == ("EPERM" if is_filter and expected(way).writing else "done")


# --- the network ----------------------------------------------------------------------------------

SOCKETS = """
import socket, select
PORT, DATAGRAMS, NAME = json.loads((FOLDER / "ports").read_text())
BEFORE = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
BOUND = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
STREAM = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
confine()

def sent():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", DATAGRAMS))

def by_unix():
    socket.socket(socket.AF_UNIX).connect(NAME)

def by_a_pair():
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"x", NAME + ".datagrams")

told(tried({
    "tcp": lambda: socket.create_connection(("127.0.0.1", PORT)),
    "udp": sent,
    "unix": by_unix,
    "pair": by_a_pair,
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "open before, sendto": lambda: BEFORE.sendto(b"x", ("127.0.0.1", DATAGRAMS)),
    "open before, sendmsg": lambda: BEFORE.sendmsg([b"x"], [], 0, ("127.0.0.1", DATAGRAMS)),
    "open before, bind": lambda: BOUND.bind(("127.0.0.1", 0)),
    "open before, connect": lambda: BEFORE.connect(("127.0.0.1", DATAGRAMS)),
    "open before, tcp": lambda: STREAM.connect(("127.0.0.1", PORT)),
}))
"""


class Listening:
    """A server of each kind on this machine that notes whoever comes."""

    def __init__(self, folder: Path) -> None:
        self.name = os.path.relpath(folder / "s")
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.unix = socket.socket(socket.AF_UNIX)
        self.unix.bind(self.name)
        self.unix.listen()
        self.datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.datagrams.bind(f"{self.name}.datagrams")
        ports = [self.tcp.getsockname()[1], self.udp.getsockname()[1]]
        (folder / "ports").write_text(f'[{ports[0]}, {ports[1]}, "{self.name}"]')
        for one in self.all():
            one.setblocking(False)

    def all(self) -> tuple[socket.socket, ...]:
        return self.tcp, self.udp, self.unix, self.datagrams

    def heard(self) -> int:
        """How many of them were reached."""
        count = 0
        for one in self.all():
            try:
                one.accept() if one in (self.tcp, self.unix) else one.recv(1)
            except BlockingIOError:
                continue
            count += 1
        return count


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    found = Listening(tmp_path)
    yield found
    for one in found.all():
        one.close()


@ALL
def test_nothing_is_sent(way: str, tmp_path: Path, listening: Listening) -> None:
    found = run_code(SOCKETS, way, tmp_path)
    if expected(way).network:
        assert outcome(found) == {"refused"}
        assert listening.heard() == 0
    elif way == "free":
        assert outcome(found) == {"done"}
        assert listening.heard() == 4
    elif landlock_here() >= 4:
        assert found["tcp"] == "EACCES"
        assert found["open before, tcp"] == "EACCES"


def test_no_name_is_asked_for(tmp_path: Path) -> None:
    code = (
        "import socket\nconfine()\ntold(tried({'dns': "
        "lambda: socket.getaddrinfo('gongkai.example', 80)}))"
    )
    if has_filter():
        assert run_code(code, "whole", tmp_path) == {"dns": "gaierror"}


# --- system calls by number -----------------------------------------------------------------------

BY_NUMBER = """
confine()
COLUMN = seccomp.MACHINES[os.uname().machine].column
def by_name(name, *arguments):
    for table in (*seccomp.ALWAYS, seccomp.JUDGED):
        if name in table:
            return lambda: numbered(table[name][COLUMN], *arguments)

SPACE = b"\\0" * 256
told(tried({
    "io_uring_setup": by_name("io_uring_setup", 1, SPACE),
    "ptrace": by_name("ptrace", 16, os.getppid(), 0, 0),
    "process_vm_writev": by_name("process_vm_writev", os.getppid(), SPACE, 1, SPACE, 1, 0),
    "pidfd_getfd": by_name("pidfd_getfd", 0, 0, 0),
    "bpf": by_name("bpf", 0, SPACE, 32),
    "userfaultfd": by_name("userfaultfd", 0),
    "perf_event_open": by_name("perf_event_open", SPACE, 0, -1, -1, 0),
    "keyctl": by_name("keyctl", 0, -3, 0),
    "mount": by_name("mount", b"none\\0", b"/mnt\\0", b"tmpfs\\0", 0, 0),
    "unshare": by_name("unshare", 0x10000000),
    "setns": by_name("setns", 0, 0),
    "clone": by_name("clone", 0x10000000 | 17, 0, 0, 0, 0),
    "shmget": by_name("shmget", 0, 4096, 0o1600),
    "prlimit64": by_name("prlimit64", os.getppid(), 7, 0, SPACE),
    "ioctl": by_name("ioctl", 0, 0x5412, SPACE),
    "ioctl of 64 bits": by_name("ioctl", 0, 0x7700005412, SPACE),
}))
"""


@pytest.mark.parametrize("way", ["whole", "filter"])
def test_calls_that_no_parser_needs(way: str, tmp_path: Path) -> None:
    if has_filter():
        found = run_code(BY_NUMBER, way, tmp_path)
        assert set(found.values()) == {"EPERM"}, found
        assert len(found) == 16


# Root may look at every process, so that a user without a name does it here.
ENVIRONMENT = """
if not os.getuid():
    os.setuid(65534)
    LIBC.prctl(4, 1)  # PR_SET_DUMPABLE: as every process of a user is
if not os.fork():
    confine()
    found = tried({"read": Path(f"/proc/{os.getppid()}/environ").read_bytes})["read"]
    told(found)
    sys.stdout.flush()
    os._exit(0)
os.wait()
"""


@ALL
def test_the_environment_of_another_process(way: str, tmp_path: Path) -> None:
    """A token of the process that started it: Landlock alone keeps it, as docs/security.md says."""
    keeps = landlock_here() and way in ("whole", "landlock")
    found = run_code(ENVIRONMENT, way, tmp_path)
    assert found in (REFUSED if keeps else {"done"})


@EACH
def test_a_signal_to_another_process(way: str, tmp_path: Path) -> None:
    code = (
        "import subprocess\nconfine()\nown = subprocess.Popen(['/bin/sleep', '60'])\n"
        "told(tried({'other': lambda: os.kill(os.getppid(), 0), 'own': own.kill}))"
    )
    keeps = landlock_here() >= SCOPE_SINCE and way != "filter"
    assert run_code(code, way, tmp_path) == {"other": "EPERM" if keeps else "done", "own": "done"}


OTHER_TABLE = """
import mmap
# mov eax, 359 (socket, of 32 bits); mov ebx, 2; mov ecx, 1; xor edx, edx; int 0x80; ret
MACHINE = bytes.fromhex("53 b8 67010000 bb 02000000 b9 01000000 31 d2 cd 80 5b c3")
PAGE = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
PAGE.write(MACHINE)
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(PAGE)))
confine()
if not os.fork():
    os._exit(42 if call() == -errno.EPERM else 43)
# A kernel without calls of 32 bits ends the process by a signal.
status = os.waitstatus_to_exitcode(os.wait()[1])
told([status, tried({"x32": lambda: numbered(0x40000000 | 41, 2, 1, 0)})])
"""


@pytest.mark.parametrize("way", ["free", "whole", "filter"])
def test_the_other_tables_of_a_machine(way: str, tmp_path: Path) -> None:
    """int 0x80 calls by the numbers of 32 bits, x32 by those beyond: a filter that looks at numbers
    alone would take 359 for another call.
    """
    if os.uname().machine == "x86_64":
        status, found = run_code(OTHER_TABLE, way, tmp_path)
        assert status in ((43, -11) if way == "free" else (42, -11))
        assert found["x32"] in (("ENOSYS", "done") if way == "free" else ("EPERM",))


# --- threads, folders, older kernels --------------------------------------------------------------

IN_A_THREAD = """
import socket, time
GO, FOUND = threading.Event(), {}
def later():
    GO.wait()
    FOUND.update(tried({"write": lambda: (FOLDER / "made").write_bytes(b""), "net": socket.socket}))
thread = threading.Thread(target=later)
thread.start()
value = confine()
GO.set()
thread.join()
told([[value.network, value.writing], FOUND])
"""


@pytest.mark.parametrize("way", ["whole", "filter"])
def test_a_thread_from_before_is_held_too(way: str, tmp_path: Path) -> None:
    """Landlock holds only who asks: where there are others the filter forbids writing."""
    if has_filter():
        value, found = run_code(IN_A_THREAD, way, tmp_path)
        assert value == [True, True]
        assert outcome(found) == {"refused"}
        assert not (tmp_path / "made").exists()


def test_a_thread_from_before_may_write_where_folders_are_asked_for(tmp_path: Path) -> None:
    """It is out of Landlock's reach, and the value does not claim otherwise."""
    inside = tmp_path / "inside"
    inside.mkdir()
    value, found = run_code(IN_A_THREAD, "whole", tmp_path, (inside,))
    assert value == [has_filter(), False]
    assert found["write"] == "done"


FOLDERS = """
value = confine()
told([[value.network, value.writing], tried({
    "create": lambda: (FOLDER / "inside" / "made").write_bytes(b"x"),
    "overwrite": lambda: (FOLDER / "inside" / "made").write_bytes(b"y"),
    "mkdir": lambda: os.mkdir(FOLDER / "inside" / "deep"),
    "move": lambda: os.rename(FOLDER / "inside" / "made", FOLDER / "inside" / "deep" / "made"),
    "truncate": lambda: os.truncate(FOLDER / "inside" / "deep" / "made", 0),
    "unlink": lambda: os.unlink(FOLDER / "inside" / "deep" / "made"),
}), tried({
    "create": lambda: (FOLDER / "made").write_bytes(b"x"),
    "up": lambda: (FOLDER / "inside" / ".." / "made").write_bytes(b"x"),
    "by a link": lambda: (FOLDER / "inside" / "out" / "made").write_bytes(b"x"),
    "take": lambda: os.rename(FOLDER / "kept.txt", FOLDER / "inside" / "kept.txt"),
})])
"""


@EACH
def test_folders_that_may_be_written(way: str, tmp_path: Path) -> None:
    """Without Landlock nothing can tell a folder from another: the value says that."""
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "out").symlink_to(tmp_path)
    (tmp_path / "kept.txt").write_bytes(b"kept")
    value, within, outside = run_code(FOLDERS, way, tmp_path, (inside,))
    lands = way != "filter" and landlock_here() >= TRUNCATE_SINCE
    assert value == [expected(way).network, lands]
    assert set(within.values()) == {"done"}
    if lands:
        assert set(outside.values()) <= {*REFUSED, "EXDEV"}
        assert [path.name for path in sorted(tmp_path.iterdir())] == ["inside", "kept.txt"]
    else:
        assert outcome(outside) == {"done"}


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    how = run_code("told(confine().how)", "whole", tmp_path, (tmp_path / "none",))
    assert ("不能写none：ENOENT" in how) == bool(landlock_here())


OLDER = """
VERSION = int((FOLDER / "version").read_text())
confinement.landlock_version = lambda libc: VERSION
value = confine()
told([[value.network, value.writing], tried({
    "create": lambda: (FOLDER / "made").write_bytes(b"x"),
    "truncate": lambda: os.truncate(FOLDER / "version", 0),
    "empty": lambda: os.open(FOLDER / "version", os.O_RDONLY | os.O_TRUNC),
    "move": lambda: os.rename(FOLDER / "version", FOLDER / "deep" / "version"),
})])
"""


@pytest.mark.parametrize("version", range(1, 8))
def test_older_versions_of_landlock(version: int, tmp_path: Path) -> None:
    """A kernel takes a list of rights of any version up to its own."""
    (tmp_path / "version").write_text(str(min(version, max(1, landlock_here()))))
    (tmp_path / "deep").mkdir()
    value, found = run_code(OLDER, "whole", tmp_path)
    assert value == list(flags(expected("whole")))
    assert set(found.values()) <= {*REFUSED, "EXDEV"}
    assert (tmp_path / "version").read_text()


# --- what is claimed ------------------------------------------------------------------------------


def test_nothing_is_claimed_that_was_not_tried(tmp_path: Path) -> None:
    """The system says yes and does nothing."""
    code = (
        "confinement.apply_landlock = confinement.apply_filter = lambda *arguments: True\n"
        "found = confine()\ntold([found.network, found.writing, found.how[1:]])"
    )
    found = run_code(code, "whole", tmp_path)
    assert found == [False, False, ["未能限制联网", "未能限制写文件"]]


@pytest.mark.parametrize("refused", ["prctl", "calls", "library"])
def test_a_system_that_refuses_raises_nothing(refused: str, tmp_path: Path) -> None:
    code = {
        "prctl": "real = confinement.c_library\ndef library():\n    found = real()\n"
        "    del found.prctl\n    found.prctl = lambda *words: -1\n    return found\n"
        "confinement.c_library = library",
        "calls": "confinement.call = lambda *words: -22",
        "library": "confinement.c_library = lambda: None",
    }[refused]
    code += "\nfound = confine()\ntold([found.network, found.writing, found.how])"
    network, writing, how = run_code(code, "whole", tmp_path)
    assert (network, writing) == (False, False)
    assert how[-1].startswith(("未能限制", "系统不允许"))
    if refused == "calls":
        assert how[1] == "没有Landlock（EINVAL）"


def test_a_process_may_be_confined_again(tmp_path: Path) -> None:
    """As a reader's is that a confined one starts."""
    code = "confine()\nfound = confine()\ntold([found.network, found.writing])"
    for way in CONFINED:
        assert run_code(code, way, tmp_path) == list(flags(expected(way)))
