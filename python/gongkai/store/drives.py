"""A folder -> whether it lies on a drive of another machine, as far as the system tells."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

NETWORK_TYPES = re.compile(
    r"(?:fuse\.)?(?:nfs|cifs|smb|afp|webdav|davfs|9p$|afs$|ceph|gluster|lustre|ncp)"
    r"|fuse\.(?:sshfs|rclone|s3|gvfs|curlftpfs)"
)
REMOTE_DRIVE = 4  # what Windows calls a drive of another machine
MAC_MOUNT = re.compile(r"^.+? on (/.*) \((\w+)", re.MULTILINE)  # //u@nas/a on /Volumes/a (smbfs
LINUX_MOUNT = re.compile(r"^\S+ (\S+) (\S+)", re.MULTILINE)


def is_on_network(folder: Path) -> bool:
    """\\\\nas\\share, a letter that stands for one, a place where one is mounted."""
    place = os.path.realpath(folder)
    if sys.platform == "win32":
        import ctypes

        root = os.path.splitdrive(place)[0]
        asked = ctypes.windll.kernel32.GetDriveTypeW
        return root.startswith("\\\\") or asked(f"{root}\\") == REMOTE_DRIVE
    return NETWORK_TYPES.match(type_of_drive(place, drives_here())) is not None


def drives_here() -> list[tuple[str, str]]:
    """Each drive's place and type: ("/mnt/nas", "cifs"); [] where the system does not tell."""
    try:
        if sys.platform == "darwin":
            told = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False)
            return MAC_MOUNT.findall(told.stdout)
        return LINUX_MOUNT.findall(Path("/proc/self/mounts").read_text(errors="replace"))
    except OSError:
        return []


def type_of_drive(place: str, drives: Iterable[tuple[str, str]]) -> str:
    """cifs for /mnt/nas/a where /mnt/nas is such a drive: that of the longest place above it."""
    best, found = "", ""
    for written, kind in drives:
        above = written.replace("\\040", " ").rstrip("/")
        if len(above) >= len(best) and f"{place}/".startswith(f"{above}/"):
            best, found = above, kind
    return found
