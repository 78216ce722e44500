"""Where Linux's means are missing the value says so: macOS, and the job object of Windows."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from gongkai import confinement
from gongkai.confinement import (
    ALL_OF_THE_SCREEN,
    EXTENDED_LIMITS,
    FLAGS_AT,
    SCREEN_LIMITS,
    Confinement,
    confine,
    confined_by_job,
    windows_kernel,
)

JOB = 0x1_0000_00AB  # a handle: of 64 bits


class Kernel:
    """What of kernel32 is asked for, with notes; ``refusing`` names what fails."""

    def __init__(self, *refusing: str) -> None:
        self.refusing = refusing
        self.limits: list[dict[int, bytes]] = []
        self.closed = 0

    def CreateJobObjectW(self, attributes: None, name: None) -> int | None:
        if "create" in self.refusing:
            return None
        self.limits.append({})
        return JOB

    def SetInformationJobObject(self, job: int, kind: int, limits: bytes, size: int) -> bool:
        assert (job, size) == (JOB, len(limits))
        self.limits[-1][kind] = limits
        return "limit" not in self.refusing

    def GetCurrentProcess(self) -> int:
        return -1

    def AssignProcessToJobObject(self, job: int, process: int) -> bool:
        """A process that is in a job already enters none with limits on the screen."""
        assert (job, process) == (JOB, -1)
        if "nested" in self.refusing:
            return SCREEN_LIMITS not in self.limits[-1]
        return "assign" not in self.refusing

    def CloseHandle(self, job: int) -> bool:
        self.closed += 1
        return True


def test_a_job_holds_what_it_starts_and_says_what_it_does_not() -> None:
    kernel = Kernel()
    found = confined_by_job(kernel)
    assert (found.network, found.writing) == (False, False)
    assert found.how == (
        "作业对象：进程结束时一并结束其子进程，不能脱离",
        "作业对象：不能使用剪贴板和其他程序的窗口",
        "Windows没有可用的公开接口，未限制联网和写文件",
    )
    [limits] = kernel.limits
    assert limits[SCREEN_LIMITS] == bytes([ALL_OF_THE_SCREEN, 0, 0, 0])
    extended = limits[EXTENDED_LIMITS]
    assert len(extended) == 144
    assert int.from_bytes(extended[FLAGS_AT : FLAGS_AT + 4], "little") == 0x2400
    assert extended.count(0) == 143  # one byte holds both flags
    assert kernel.closed == 0  # or the process would end with it


def test_a_process_that_is_in_a_job_already() -> None:
    kernel = Kernel("nested")
    found = confined_by_job(kernel)
    assert found.how[0].startswith("作业对象")
    assert "剪贴板" not in "".join(found.how)
    assert kernel.closed == 1
    assert [set(limits) for limits in kernel.limits] == [
        {EXTENDED_LIMITS, SCREEN_LIMITS},
        {EXTENDED_LIMITS},
    ]


@pytest.mark.parametrize("refusing", ["create", "limit", "assign"])
def test_a_job_that_is_refused_is_no_error(refusing: str) -> None:
    kernel = Kernel(refusing)
    found = confined_by_job(kernel)
    assert found == Confinement(
        how=("不能建立作业对象", "Windows没有可用的公开接口，未限制联网和写文件")
    )
    assert kernel.closed == len(kernel.limits)


@pytest.mark.parametrize("library", [lambda name: Kernel(), lambda name: object()])
def test_the_library_of_windows(library: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that lacks what is asked for is none; ctypes has no WinDLL elsewhere."""
    assert windows_kernel() is None or sys.platform == "win32"
    monkeypatch.setattr(ctypes, "WinDLL", library, raising=False)
    assert windows_kernel() is None
    assert confined_by_job(None).how[0] == "不能建立作业对象"


@pytest.mark.parametrize("platform", ["darwin", "freebsd14"])
def test_elsewhere_nothing_is_claimed(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(confinement, "CONFINED", [])
    assert confine() == Confinement(how=("本系统没有可用的公开接口，未限制联网和写文件",))
    assert not confinement.is_confined()
    assert confinement.null_device() == subprocess.DEVNULL


def test_windows_is_asked_for_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(confinement, "CONFINED", [])
    monkeypatch.setattr(confinement, "windows_kernel", Kernel)
    assert confine() == confined_by_job(Kernel())
    assert not confinement.is_confined()


def test_the_value_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Confinement().network = True  # type: ignore[misc]
    assert Confinement() == Confinement(False, False, ())
