# SPDX-License-Identifier: BSD-2-Clause
"""What /proc and /sys show of the machine; reading all of it is harmless."""

import re

from census import lossless
from disks import MIB, drive, sparse
from machine import shell

READ_ALL = ("find /proc /sys -type f ! -name kmsg ! -name sysrq-trigger "
            "-print0 | xargs -0 cat >/dev/null 2>&1")


def test_devices_in_sysfs(tmp_path):
    disk = tmp_path / "disk.img"
    sparse(disk, 1)
    result = shell(
        "cd /sys/class/net/eth0; cat address mtu type\n"
        "cd /sys/block/vda; cat size ro dev; echo /sys/class/block/v*",
        "--append", "vmm.disk=ata0 vmm.net=ne2k", "--",
        *drive(disk), "-nic", "user,model=ne2k_isa,mac=52:54:00:12:34:56")
    sectors = MIB // 512
    assert result.output == (f"52:54:00:12:34:56\n1500\n1\n{sectors}\n0\n"
                             "254:0\n/sys/class/block/vda\n")


def test_reading_everything_leaves_nothing():
    # A process that ends meanwhile, or a file only for writing, is no fault.
    result = shell(lossless(READ_ALL, f"{{ {READ_ALL}; true; }}"),
                   timeout=300)
    assert result.status == 0, result.output
    assert result.output == "nothing lost\n"


def test_slabinfo_counts_objects():
    """Version 2.1, which slabtop(1) reads; a pipe is objects, then none."""
    result = shell("cat /proc/slabinfo; echo @\n"
                   "sleep 1000 | sleep 1000 & cat /proc/slabinfo")
    assert result.output.startswith("slabinfo - version: 2.1\n# name")
    idle, busy = (
        {row[0]: [int(n) for n in row[1].split()[:5]] for row in
         re.findall(r"^(kmalloc-\S+)(.*?) : tunables +0 +0 +0 : slabdata",
                    text, re.MULTILINE)}
        for text in result.output.split("@\n"))
    assert idle["kmalloc-64"][2:] == [64, 64, 1]
    assert idle["kmalloc-8k"][2:] == [8192, 1, 2]
    assert all(0 <= used <= there for used, there, *_ in busy.values())
    # At least the shell that waits for both has a struct process.
    assert busy["kmalloc-1360"][0] > idle["kmalloc-1360"][0]


def test_tools_read_what_they_need():
    result = shell("ps -o pid,stat,tty,comm | grep -c .\n"
                   "top -b -n 1 | grep -c '/sh'\n"
                   "free | grep -c Mem:\nuptime | grep -c load\n"
                   "pidof sh >/dev/null && echo found\n"
                   "lsof | grep -c /dev/console\n"
                   "pmap $$ | grep -c /bin/busybox")
    counts = result.output.split()
    assert counts[4] == "found"
    del counts[4]
    assert all(int(n) > 0 for n in counts), result.output


def test_host_name_by_sysctl():
    result = shell("echo there >/proc/sys/kernel/hostname; hostname\n"
                   "sysctl -w kernel.hostname=here >/dev/null; uname -n\n"
                   "sysctl -n kernel.hostname")
    assert result.output == "there\nhere\nhere\n"
