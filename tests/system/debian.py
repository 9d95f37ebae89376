# SPDX-License-Identifier: BSD-2-Clause
"""The disk with Debian's own i386 packages (tests/programs/build-debian)."""

import pytest
from machine import BUILD

TREE = BUILD / "programs" / "debian"

MOUNT = """mount -t ext2 /dev/vda /mnt && cd /mnt &&
mount -t proc proc proc && mount -t sysfs sysfs sys &&
mount -t devtmpfs dev dev && mkdir -p dev/pts dev/shm &&
mount -t devpts devpts dev/pts && mount -t tmpfs shm dev/shm &&
mount -t tmpfs tmpfs tmp && mount -t tmpfs run run || exit 1
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TERM=vt100 HOME=/root
"""


@pytest.fixture(autouse=True)
def tree():
    """For modules that import it: without the disk their tests are skipped."""
    unavailable = TREE / "unavailable"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())
    assert (TREE / "built").exists(), "run make programs"


def disk():
    """Options of the machine's, and of QEMU's."""
    return ["--mem", "256", "--append", "vmm.disk=ata0"], ["--", "-drive",
        f"file={TREE / 'disk.img'},format=raw,if=ide,snapshot=on"]
