"""Which drives are of another machine, by what Linux and macOS say of them, and what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongkai.store import NAME, encoded, open_store, schema
from gongkai.store.drives import (
    LINUX_MOUNT,
    MAC_MOUNT,
    NETWORK_TYPES,
    drives_here,
    is_on_network,
    type_of_drive,
)
from helpers.batches import names_in
from helpers.made import report_of
from helpers.stores import held, record_of

LINUX = r"""sysfs /sys sysfs rw,nosuid,nodev,noexec,relatime 0 0
/dev/mapper/root-a / ext4 rw,relatime,errors=remount-ro 0 0
tmpfs /tmp tmpfs rw,nosuid,nodev 0 0
//nas/share /mnt/nas cifs rw,vers=3.0,addr=10.0.0.2 0 0
//nas/share\0402 /mnt/nas\0402 smb3 rw,relatime 0 0
nas:/export /home nfs4 rw,relatime,vers=4.2 0 0
/dev/sdb1 /home/local xfs rw,relatime 0 0
user@host:/data /home/u/far fuse.sshfs rw,nosuid,nodev 0 0
gvfsd-fuse /run/user/1000/gvfs fuse.gvfsd-fuse rw,nosuid 0 0
/dev/sdc1 /media/usb fuseblk rw,nosuid 0 0
C:\134 /mnt/c 9p rw,noatime,aname=drvfs;path=C:\134 0 0
https://dav.example.cn /mnt/dav fuse.davfs rw 0 0
"""
MAC = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
//u@nas._smb._tcp.local/share on /Volumes/share (smbfs, nodev, nosuid, mounted by u)
//u@nas/a on b on /Volumes/a on b (smbfs, nodev, nosuid, mounted by u)
/dev/disk4s1 on /Volumes/USB 盘 (msdos, local, nodev, nosuid, noowners)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
nas:/export on /Volumes/nfs (nfs, nodev, nosuid)
https://dav.example.cn/ on /Volumes/dav (webdav, nodev)
"""


@pytest.mark.parametrize(("place", "kind", "is_far"), [
    ("/", "ext4", False),
    ("/var/a", "ext4", False),
    ("/tmp/x", "tmpfs", False),
    ("/mnt/nas", "cifs", True),
    ("/mnt/nas/报告/2021", "cifs", True),
    ("/mnt/nas 2/a", "smb3", True),
    ("/mnt/nas2", "ext4", False),  # another folder, though its name begins alike
    ("/home/u", "nfs4", True),
    ("/home/local/u", "xfs", False),
    ("/home/u/far/a", "fuse.sshfs", True),
    ("/home/u/farther", "nfs4", True),
    ("/run/user/1000/gvfs/smb-share:server=nas", "fuse.gvfsd-fuse", True),
    ("/media/usb/a", "fuseblk", False),
    ("/mnt/c/Users", "9p", True),
    ("/mnt/dav", "fuse.davfs", True),
])  # fmt: skip
def test_drives_of_linux(place: str, kind: str, is_far: bool) -> None:
    found = type_of_drive(place, LINUX_MOUNT.findall(LINUX))
    assert (found, NETWORK_TYPES.match(found) is not None) == (kind, is_far)


@pytest.mark.parametrize(("place", "kind", "is_far"), [
    ("/Users/u", "apfs", False),
    ("/Volumes/share/报告", "smbfs", True),
    ("/Volumes/a on b/x", "smbfs", True),
    ("/Volumes/USB 盘", "msdos", False),
    ("/Volumes/USB", "apfs", False),
    ("/Volumes/nfs/x", "nfs", True),
    ("/Volumes/dav", "webdav", True),
])  # fmt: skip
def test_drives_of_a_mac(place: str, kind: str, is_far: bool) -> None:
    found = type_of_drive(place, MAC_MOUNT.findall(MAC))
    assert (found, NETWORK_TYPES.match(found) is not None) == (kind, is_far)


def test_a_drive_mounted_over_another_counts() -> None:
    """The later line is what is seen."""
    assert type_of_drive("/a/b", [("/a", "ext4"), ("/a", "nfs")]) == "nfs"
    assert type_of_drive("/a/b", []) == ""


def test_a_system_that_does_not_tell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert drives_here() != []
    assert not is_on_network(tmp_path)

    def refused(path: Path, errors: str) -> str:
        raise PermissionError(13, "no")

    monkeypatch.setattr(Path, "read_text", refused)
    assert drives_here() == []
    assert not is_on_network(tmp_path)


def test_a_link_to_a_drive_of_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    far, link = tmp_path / "far", tmp_path / "link"
    far.mkdir()
    link.symlink_to(far)
    drives = [("/", "ext4"), (str(far), "cifs")]
    monkeypatch.setattr("gongkai.store.drives.drives_here", lambda: drives)
    assert is_on_network(link)
    assert not is_on_network(tmp_path)


def test_what_is_told_of_a_drive_of_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There no memory is shared between machines, which WAL needs."""
    record = record_of(report_of({}))
    told: list[str] = []
    monkeypatch.setattr(schema, "is_on_network", lambda folder: folder == tmp_path)
    with open_store(tmp_path, told.append) as store:
        store.keep(encoded(record))
        assert f"{NAME}-wal" not in names_in(tmp_path)
        store.commit()
    assert len(told) == 1
    assert "网络驱动器" in told[0]
    assert told[0].endswith("。")
    assert held(tmp_path) == [record]


def test_nothing_is_told_of_a_disk(tmp_path: Path) -> None:
    told: list[str] = []
    with open_store(tmp_path, told.append):
        pass
    assert told == []
