"""The filter of system calls as plain data: a small machine runs it, whatever this kernel has."""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest

from gongkai.confinement import rights_handled, ruleset_asked, seccomp
from gongkai.confinement.seccomp import (
    ALLOW,
    ALWAYS,
    JUDGED,
    MACHINES,
    REFUSE,
    UNSEEN,
    UNSEEN_WRITING,
    WRITING,
    CallTable,
    Instruction,
    filter_program,
    packed,
)

NAMES = pytest.mark.parametrize("machine", MACHINES)
FILTERS = pytest.mark.parametrize("is_writing_refused", [False, True])
EPERM, ENOSYS = REFUSE | errno.EPERM, REFUSE | errno.ENOSYS
NOTHING = (0,) * 6
RUN_TO = 470  # the last number of Linux 6.17 and one more
# What Python, its C library and our parsers are seen to call: allowed, whatever else is not.
NEEDED: CallTable = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214),
    "rt_sigaction": (13, 134), "pread64": (17, 67), "sched_yield": (24, 124), "dup": (32, 23),
    "getpid": (39, 172), "recvfrom": (45, 207), "recvmsg": (47, 212), "execve": (59, 221),
    "exit": (60, 93), "wait4": (61, 260), "kill": (62, 129), "fcntl": (72, 25), "fsync": (74, 82),
    "ftruncate": (77, 46), "getcwd": (79, 17), "fork": (57, None), "vfork": (58, None),
    "futex": (202, 98), "getdents64": (217, 61), "exit_group": (231, 94), "newfstatat": (262, 79),
    "pipe2": (293, 59), "getrandom": (318, 278), "memfd_create": (319, 279), "statx": (332, 291),
    "landlock_restrict_self": (446, 446), "seccomp": (317, 277),
}  # fmt: skip


class Call(NamedTuple):
    """struct seccomp_data."""

    number: int
    audit: int
    arguments: tuple[int, ...] = NOTHING

    def word(self, offset: int) -> int:
        data = struct.pack("<IIQ6Q", self.number, self.audit, 0, *self.arguments)
        (found,) = struct.unpack_from("<I", data, offset)
        return int(found)


def verdict(program: list[Instruction], call: Call) -> int:
    """What such a program answers. Raises where the kernel would refuse to take it."""
    at, held = 0, 0
    while True:
        code, number, holds, fails = program[at]
        assert 0 <= holds < 256
        assert 0 <= fails < 256
        at += 1
        match code:
            case seccomp.LOAD:
                held = call.word(number)
            case seccomp.MASK:
                held &= number
            case seccomp.EQUAL:
                at += holds if held == number else fails
            case seccomp.AT_LEAST:
                at += holds if held >= number else fails
            case seccomp.ANSWER:
                return number
            case _:
                raise ValueError(code)


def numbers(table: Mapping[str, tuple[int, int | None]], machine: str) -> Iterator[int]:
    for found in table.values():
        number = found[MACHINES[machine].column]
        if number is not None:
            yield number


def call_of(machine: str, name: str, *arguments: int) -> Call:
    number = JUDGED[name][MACHINES[machine].column]
    assert number is not None
    words = (*arguments, *NOTHING)[:6]
    return Call(number, MACHINES[machine].audit, words)


@NAMES
@FILTERS
def test_every_call_by_number(machine: str, is_writing_refused: bool) -> None:
    """What is in no table is allowed: a kernel's later calls too, as Landlock holds the files."""
    program = filter_program(MACHINES[machine], is_writing_refused)
    wanted = dict.fromkeys(range(RUN_TO), ALLOW)
    for table in ALWAYS:
        wanted |= dict.fromkeys(numbers(table, machine), EPERM)
    wanted |= dict.fromkeys(numbers(UNSEEN, machine), ENOSYS)
    if is_writing_refused:
        wanted |= dict.fromkeys(numbers(WRITING, machine), EPERM)
        wanted |= dict.fromkeys(numbers(UNSEEN_WRITING, machine), ENOSYS)
    for number in numbers({"socketpair": JUDGED["socketpair"]}, machine):
        wanted[number] = EPERM  # of the family 0, as all arguments are 0 here
    audit = MACHINES[machine].audit
    assert {number: verdict(program, Call(number, audit)) for number in wanted} == wanted


@NAMES
@FILTERS
def test_what_a_parser_needs(machine: str, is_writing_refused: bool) -> None:
    program = filter_program(MACHINES[machine], is_writing_refused)
    audit = MACHINES[machine].audit
    for number in numbers(NEEDED, machine):
        assert verdict(program, Call(number, audit, (1, 2, 3, 4, 5, 6))) == ALLOW


@NAMES
@FILTERS
def test_other_tables_are_refused(machine: str, is_writing_refused: bool) -> None:
    program = filter_program(MACHINES[machine], is_writing_refused)
    audit = MACHINES[machine].audit
    others = {other.audit for other in MACHINES.values()} - {audit}
    for other in (*others, 0x40000003, 0x40000028, 0):  # 32 bits of x86 and of ARM
        assert {verdict(program, Call(number, other)) for number in range(RUN_TO)} == {EPERM}
    for number in (0x40000000, 0x40000029, 0x80000000, 0xFFFFFFFF):
        assert verdict(program, Call(number, audit)) == EPERM


HIGH = 1 << 32
ARGUMENTS = (
    ("socketpair", (1, 1), ALLOW),
    ("socketpair", (1, 1 | 0o2000000 | 0o4000), ALLOW),  # SOCK_CLOEXEC, SOCK_NONBLOCK
    ("socketpair", (1, 2), EPERM),
    ("socketpair", (1, 5), EPERM),
    ("socketpair", (2, 1), EPERM),
    ("socketpair", (HIGH | 1, HIGH | 1), ALLOW),  # the kernel too looks at the lower half
    ("sendto", (3, 4, 5, 6, 0, 0), ALLOW),
    ("sendto", (3, 4, 5, 6, 7, 16), EPERM),
    ("sendto", (3, 4, 5, 6, HIGH, 16), EPERM),
    ("clone", (17,), ALLOW),
    ("clone", (0x3D0F00,), ALLOW),  # a thread
    ("clone", (0x10000000 | 17,), EPERM),
    ("clone", (0x40000000 | 17,), EPERM),
    ("clone", (0x00020000 | 17,), EPERM),
    ("prlimit64", (0, 7), ALLOW),
    ("prlimit64", (1234, 7), EPERM),
    ("ioctl", (0, 0x5401), ALLOW),  # TCGETS: isatty
    ("ioctl", (0, 0x5412), EPERM),
    ("ioctl", (0, HIGH | 0x5412), EPERM),
    ("ioctl", (0, 0x541C), EPERM),
    ("ioctl", (3, 0x40086602), EPERM),
)
READING = (0, 0o2000000, 0o200000, 0o4000, 0o10000000)  # and CLOEXEC, DIRECTORY, NONBLOCK, PATH
OPENING = (1, 2, 3, 0o100, 0o1000, 0o101, 0o2000001, 0o20200002)


@NAMES
@pytest.mark.parametrize(("name", "arguments", "wanted"), ARGUMENTS)
def test_calls_that_are_judged_by_arguments(
    machine: str, name: str, arguments: tuple[int, ...], wanted: int
) -> None:
    call = call_of(machine, name, *arguments)
    for is_writing_refused in (False, True):
        program = filter_program(MACHINES[machine], is_writing_refused)
        assert verdict(program, call) == wanted


@NAMES
@pytest.mark.parametrize("flags", [*READING, *OPENING])
def test_opening(machine: str, flags: int) -> None:
    wanted = EPERM if flags in OPENING else ALLOW
    calls = [call_of(machine, "openat", 0xFFFFFF9C, 1, flags, 0o600)]
    if machine == "x86_64":
        calls.append(call_of(machine, "open", 1, flags, 0o600))
    for call in calls:
        assert verdict(filter_program(MACHINES[machine], False), call) == ALLOW
        assert verdict(filter_program(MACHINES[machine], True), call) == wanted


@NAMES
def test_no_number_is_meant_twice(machine: str) -> None:
    tables = (*ALWAYS, WRITING, UNSEEN, UNSEEN_WRITING, JUDGED, NEEDED)
    found = [number for table in tables for number in numbers(table, machine)]
    assert len(found) == len(set(found))


@NAMES
def test_the_kernel_would_take_it(machine: str) -> None:
    """At most 4,096 instructions of eight bytes, no way leads beyond the last, which answers."""
    program = filter_program(MACHINES[machine], True)
    assert len(program) <= 4_096
    assert len(packed(program)) == len(program) * seccomp.PACKED_SIZE
    assert program[-1].code == seccomp.ANSWER
    for at, instruction in enumerate(program[:-1]):
        assert at + 1 + max(instruction.holds, instruction.fails) < len(program)
    first = struct.unpack_from("=HBBI", packed(program))
    assert first == (seccomp.LOAD, 0, 0, 4)


def test_the_rights_of_each_version_of_landlock() -> None:
    """include/uapi/linux/landlock.h: all but executing (0), reading files (2) and folders (3)."""
    versions = {
        1: 0b1_1111_1111_0010,
        2: 0b11_1111_1111_0010,
        3: 0b111_1111_1111_0010,
        4: 0b111_1111_1111_0010,
        5: 0b1111_1111_1111_0010,
        6: 0b1111_1111_1111_0010,
        99: 0b1111_1111_1111_0010,
    }
    assert {version: rights_handled(version) for version in versions} == versions
    sizes = {version: ruleset_asked(version)[1] for version in versions}
    assert sizes == {1: 8, 2: 8, 3: 8, 4: 16, 5: 16, 6: 24, 99: 24}
    asked, size = ruleset_asked(6)
    assert struct.unpack("=QQQ", asked) == (versions[6], 3, 3)
    assert len(asked) == size
