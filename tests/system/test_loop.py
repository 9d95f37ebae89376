# SPDX-License-Identifier: BSD-2-Clause
"""Loop devices: a file as a disk, and what may become of the file."""

import os

import pytest
from machine import program, shell
from test_ext2 import (MIB, MOUNT, check_clean, drive, extract, guest,
                       make_disk, tool)


def test_mount_loop(tmp_path):
    """`mount -o loop` from a tmpfs; what is in it is on the host, too."""
    image = make_disk(tmp_path / "image", 4)
    disk = tmp_path / "disk"
    disk.write_bytes(bytes(4 * MIB))
    result = guest(disk, "cp /image /tmp/image; mkdir -p /mnt\n"
                   "mount -o loop /tmp/image /mnt || exit 1\n"
                   "losetup -a; grep loop0 /proc/partitions\n"
                   "echo kept >/mnt/file; cp -r /etc /mnt\n"
                   "umount /mnt && losetup -a; cat /tmp/image >/dev/vda\n",
                   add=[f"{image}:/image"])
    assert "/dev/loop0: 0 /tmp/image\n" in result.output
    assert result.output.count("/tmp/image") == 1
    assert "       4096 loop0\n" in result.output
    check_clean(disk)
    assert extract(disk, "/file", tmp_path / "out") == b"kept\n"


def test_memory_that_sleeps(tmp_path):
    """Calls whose memory is read from a slow disk, and others meanwhile."""
    data = tmp_path / "data"
    data.write_bytes(bytes(range(64)) * (24 * MIB // 64))
    disk = make_disk(tmp_path / "disk", 32)
    tool("debugfs", "-w", "-R", f"write {data} file", disk)
    tool("debugfs", "-w", "-R", f"write {program('slowpages')} program", disk)
    tool("debugfs", "-w", "-R", "set_inode_field program mode 0100755", disk)
    result = guest(disk, "losetup /dev/loop0 /dev/vda\n"
                   "mount -t ext2 /dev/loop0 /mnt &&\n"
                   "/slowpages /mnt/file /mnt/program",
                   add=[program("slowpages")])
    assert "slowpages: ok\n" in result.output


def test_power_off_while_mounted(tmp_path):
    """A file system in a file of another: both are clean afterwards."""
    image = make_disk(tmp_path / "image", 2)
    disk = make_disk(tmp_path / "disk", 8)
    guest(disk, MOUNT + "cp /image /mnt/image; mkdir /in\n"
          "mount -o loop /mnt/image /in && echo kept >/in/file",
          add=[f"{image}:/image"])
    check_clean(disk)
    tool("debugfs", "-R", f"dump /image {tmp_path}/out", disk)
    check_clean(tmp_path / "out")
    assert extract(tmp_path / "out", "/file", tmp_path / "file") == b"kept\n"


def test_more_than_memory(tmp_path):
    """Sixteen MiB through a loop device on a disk, with half of memory."""
    disk = make_disk(tmp_path / "disk", 24)
    result = shell(
        MOUNT + "dd if=/dev/urandom of=/tmp/some bs=1M count=1 2>/dev/null\n"
        "truncate -s 16777216 /mnt/image; losetup /dev/loop0 /mnt/image\n"
        "for i in $(seq 0 15); do\n"
        "printf %04d $i | dd of=/tmp/some conv=notrunc 2>/dev/null\n"
        "dd if=/tmp/some of=/dev/loop0 bs=1M seek=$i 2>/dev/null\n"
        "md5sum </tmp/some; done >/tmp/old\n"
        "for i in $(seq 0 15); do\n"
        "dd if=/dev/loop0 bs=1M skip=$i count=1 2>/dev/null | md5sum\n"
        "done >/tmp/new; losetup -d /dev/loop0\n"
        "cmp /tmp/old /tmp/new && uniq /tmp/new | wc -l",
        "--mem", "16", *drive(disk), timeout=300)
    assert result.output.endswith("16\n"), result.output[-1000:]
    check_clean(disk)


def test_no_room_underneath(tmp_path):
    """A sparse image that cannot be filled: errors, and nothing hangs."""
    image = make_disk(tmp_path / "image", 1)
    result = shell("mkdir /small /mnt; mount -t tmpfs -o size=2m n /small\n"
                   "cp /image /small/image; truncate -s 9437184 /small/image\n"
                   "losetup /dev/loop0 /small/image\n"
                   "dd if=/dev/urandom of=/dev/loop0 bs=64k conv=fsync"
                   " || echo failed\n"
                   "losetup -d /dev/loop0; losetup -a; echo answers",
                   add=[f"{image}:/image"])
    assert "failed\n" in result.output
    assert result.output.endswith("answers\n")


def test_cut_under_a_mount(tmp_path):
    """The image is cut while it is mounted: I/O errors and no more."""
    image = make_disk(tmp_path / "image", 4)
    result = shell("cp /image /tmp/image; mkdir -p /mnt\n"
                   "mount -o loop /tmp/image /mnt && cp -r /bin /mnt\n"
                   "sync; echo 3 >/proc/sys/vm/drop_caches\n"
                   ": >/tmp/image; rm /tmp/image\n"
                   "cat /mnt/bin/* >/dev/null || echo failed\n"
                   "ls /mnt/bin /mnt/lost+found; echo x >/mnt/new; sync\n"
                   "umount /mnt || umount -l /mnt; losetup -a; echo answers",
                   add=[f"{image}:/image"])
    assert "I/O error" in result.output and "failed\n" in result.output
    assert result.output.endswith("answers\n")


@pytest.mark.parametrize("kind", ["tcp", "udp", "stream", "dgram", "pty"])
def test_two_readers(tmp_path, kind):
    """One of them receives into pages that the loop device has yet to read."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "file").write_bytes(os.urandom(6 * MIB))
    image = make_disk(tmp_path / "image", 8, "-d", tmp_path / "tree")
    result = shell("mkdir -p /mnt; mount -o loop /image /mnt || exit 1\n"
                   f"/readers /mnt/file {kind}",
                   add=[f"{image}:/image", program("readers")])
    assert result.output == "readers: ok\n"


@pytest.mark.parametrize("remove", ["rmdir /mnt/dir",
                                    "mkdir /mnt/new; mv -T /mnt/new /mnt/dir"])
def test_mount_point_removed(tmp_path, remove):
    """Of a mount that only another namespace has, in a file next to it."""
    disk = make_disk(tmp_path / "disk", 8)
    image = make_disk(tmp_path / "image", 2)
    result = guest(
        disk, MOUNT + "cp /image /mnt/image; mkdir /mnt/dir; mkfifo /tmp/f\n"
        "unshare -m sh -c 'mount -o loop /mnt/image /mnt/dir\n"
        "echo kept >/mnt/dir/file; echo >/tmp/f; exec sleep 1000' &\n"
        f"read line </tmp/f; {remove} && echo removed\n"
        "losetup -a; kill %1; wait; umount /mnt", add=[f"{image}:/image"])
    assert result.output == "removed\n"
    check_clean(disk)
    tool("debugfs", "-R", f"dump /image {tmp_path}/out", disk)
    check_clean(tmp_path / "out")
    assert extract(tmp_path / "out", "/file", tmp_path / "file") == b"kept\n"


def test_memory_that_is_read_from_a_file(tmp_path):
    """Calls sleep while it is, and others run: what they use is safe."""
    image = make_disk(tmp_path / "image", 4)
    (tmp_path / "file").write_bytes(os.urandom(65536))
    tool("debugfs", "-w", "-R", f"write {tmp_path}/file file", image)
    result = shell("mkdir -p /mnt; cp /image /tmp/image\n"
                   "mount -o loop /tmp/image /mnt && /pagedin /mnt/file",
                   add=[f"{image}:/image", program("pagedin")], timeout=300)
    assert result.output == "pagedin: ok\n"
