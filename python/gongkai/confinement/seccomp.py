"""A machine's name -> the program that the kernel runs at each system call, and its bytes.

Facts are in tables: the calls that no parser needs, by name, with their numbers. The program is
plain values, so that a test can run it without a kernel.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO and the error
OTHER_TABLE = 0x40000000  # numbers of x32, a second table of x86_64


class Machine(NamedTuple):
    """By what name the kernel tells whose table a number is of, the column of ours, seccomp(2)."""

    audit: int
    column: int
    seccomp: int


CallTable = dict[str, tuple[int, int | None]]
MACHINES = {"x86_64": Machine(0xC000003E, 0, 317), "aarch64": Machine(0xC00000B7, 1, 277)}
# arch/x86/entry/syscalls/syscall_64.tbl, and include/uapi/asm-generic/unistd.h for aarch64; from
# 424 on both have the same. None: the machine never had it.
NETWORK: CallTable = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendmsg": (46, 211), "sendmmsg": (307, 269),
}  # fmt: skip
# Other processes of the same user, and ways around this filter.
OTHERS: CallTable = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "pidfd_getfd": (438, 438), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "mq_open": (240, 180),
    "mq_unlink": (241, 181), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188),
    "msgctl": (71, 187), "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191),
    "semtimedop": (220, 192), "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195),
}  # fmt: skip
# What the kernel itself is asked for: no parser does, and much was broken into by these.
KERNEL: CallTable = {
    "bpf": (321, 280), "userfaultfd": (323, 282), "perf_event_open": (298, 241),
    "fanotify_init": (300, 262), "open_by_handle_at": (304, 265), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224),
    "swapoff": (168, 225), "quotactl": (179, 60), "quotactl_fd": (443, 443), "acct": (163, 89),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162),
    "iopl": (172, None), "ioperm": (173, None), "mount": (165, 40), "umount2": (166, 39),
    "move_mount": (429, 429), "open_tree": (428, 428), "open_tree_attr": (467, 467),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268),
}  # fmt: skip
# Rights, owners, times and attributes of files, which no Landlock knows: in no folder at all.
ATTRIBUTES: CallTable = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466), "file_setattr": (469, 469),
}  # fmt: skip
ALWAYS = (NETWORK, OTHERS, KERNEL, ATTRIBUTES)
WRITING: CallTable = {
    "creat": (85, None), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "unlink": (87, None), "unlinkat": (263, 35), "rmdir": (84, None), "mkdir": (83, None),
    "mkdirat": (258, 34), "link": (86, None), "linkat": (265, 37), "symlink": (88, None),
    "symlinkat": (266, 36), "mknod": (133, None), "mknodat": (259, 33), "truncate": (76, 45),
}  # fmt: skip
# Their arguments are in memory that no filter can see; told that there is none, callers take the
# older call.
UNSEEN: CallTable = {"clone3": (435, 435)}
UNSEEN_WRITING: CallTable = {"openat2": (437, 437)}
JUDGED: CallTable = {
    "socketpair": (53, 199), "sendto": (44, 206), "ioctl": (16, 29), "clone": (56, 220),
    "prlimit64": (302, 261), "open": (2, None), "openat": (257, 56),
}  # fmt: skip


class CallRule(NamedTuple):
    """Refused where the 32 bits at ``offset`` of the call's data, under a mask, are this value, or
    where they are not.
    """

    name: str
    offset: int
    mask: int
    value: int
    is_refused: bool


def low_word(argument: int) -> int:
    """Where struct seccomp_data has the lower half of an argument; the upper one is 4 beyond."""
    return 16 + 8 * argument


ALL = 0xFFFFFFFF
NAMESPACES = 0x7E020000  # CLONE_NEW*: in a namespace of its own a process would be its master
OPENED_TO_WRITE = os.O_WRONLY | os.O_RDWR | 0o100 | 0o1000  # O_CREAT, O_TRUNC
TYPE = 0xF  # of a socket, without its flags
# Typing into the terminal (TIOCSTI, TIOCLINUX); a file's flags, by a descriptor that only reads.
COMMANDS = (0x5412, 0x541C, 0x40086602, 0x401C5820)
RULES = (
    # A pair has two ends here; one of datagrams can still send to any name (unix(7)).
    CallRule("socketpair", low_word(0), ALL, 1, False),
    CallRule("socketpair", low_word(1), TYPE, 1, False),
    # An address: what is connected is sent to without one.
    CallRule("sendto", low_word(4), ALL, 0, False),
    CallRule("sendto", low_word(4) + 4, ALL, 0, False),
    CallRule("clone", low_word(0), NAMESPACES, 0, False),
    CallRule("prlimit64", low_word(0), ALL, 0, False),  # of another process
    *(CallRule("ioctl", low_word(1), ALL, command, True) for command in COMMANDS),
)
WRITING_RULES = (
    CallRule("open", low_word(1), OPENED_TO_WRITE, 0, False),
    CallRule("openat", low_word(2), OPENED_TO_WRITE, 0, False),
)

# include/uapi/linux/bpf_common.h
LOAD, MASK, EQUAL, AT_LEAST, ANSWER = 0x20, 0x54, 0x15, 0x35, 0x06
PACKED, PACKED_SIZE = "=HBBI", 8


class Instruction(NamedTuple):
    """What to do, with what number; how many to skip where a comparison holds, and where not."""

    code: int
    number: int
    holds: int = 0
    fails: int = 0


NUMBER, AUDIT = Instruction(LOAD, 0), Instruction(LOAD, 4)
REFUSED = Instruction(ANSWER, REFUSE | errno.EPERM)
UNKNOWN = Instruction(ANSWER, REFUSE | errno.ENOSYS)


def filter_program(machine: Machine, is_writing_refused: bool) -> list[Instruction]:
    """What the kernel runs at each call. A number of another table of calls is always refused."""
    refused, unknown, rules = list(ALWAYS), [UNSEEN], RULES
    if is_writing_refused:
        refused.append(WRITING)
        unknown.append(UNSEEN_WRITING)
        rules += WRITING_RULES
    program = [AUDIT, Instruction(EQUAL, machine.audit, 1, 0), REFUSED, NUMBER]
    program += [Instruction(AT_LEAST, OTHER_TABLE, 0, 1), REFUSED]
    for number in numbers_of(refused, machine):
        program += [Instruction(EQUAL, number, 0, 1), REFUSED]
    for number in numbers_of(unknown, machine):
        program += [Instruction(EQUAL, number, 0, 1), UNKNOWN]
    for rule in rules:
        program += judged(rule, machine)
    return [*program, Instruction(ANSWER, ALLOW)]


def numbers_of(tables: Iterable[CallTable], machine: Machine) -> Iterator[int]:
    for table in tables:
        for numbers in table.values():
            number = numbers[machine.column]
            if number is not None:
                yield number


def judged(rule: CallRule, machine: Machine) -> list[Instruction]:
    """The number of the call is at hand before, and after."""
    number = JUDGED[rule.name][machine.column]
    if number is None:
        return []
    look = [Instruction(LOAD, rule.offset), Instruction(MASK, rule.mask)]
    holds, fails = (0, 1) if rule.is_refused else (1, 0)
    compared = Instruction(EQUAL, rule.value, holds, fails)
    return [Instruction(EQUAL, number, 0, 5), *look, compared, REFUSED, NUMBER]


def packed(program: list[Instruction]) -> bytes:
    """An array of struct sock_filter."""
    found = b""
    for code, number, holds, fails in program:
        found += struct.pack(PACKED, code, holds, fails, number)
    return found
