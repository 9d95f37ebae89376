# SPDX-License-Identifier: BSD-2-Clause
"""pipux's block devices: /dev/vda and its partitions."""

import hashlib
import re
import zlib

import pytest
from disks import (MIB, SECTOR, drive, noise, sparse, table_sector,
                   write_at, write_gpt)
from machine import PATIENCE, shell

ATA = "vmm.disk=ata0"


def partitions(output):
    """{name: KiB} of /proc/partitions."""
    return {name: int(kib) for kib, name in
            re.findall(r"^ *254 +\d+ +(\d+) (\w+)$", output, re.MULTILINE)}


def run(command, *images, append=ATA, more=(), **options):
    result = shell(command, *more, "--", *drive(*images), append=append,
                   **options)
    assert result.status == 0, result.output
    return result.output


@pytest.mark.parametrize("mib", [
    4, pytest.param(100, marks=pytest.mark.long)])
def test_copy_from_disk_to_disk(tmp_path, mib):
    source, copy = tmp_path / "source", tmp_path / "copy"
    crc = noise(source, mib)
    sparse(copy, mib)
    output = run("dd if=/dev/vda of=/dev/vdb bs=1M && sync &&"
                 "cmp /dev/vda /dev/vdb && md5sum /dev/vdb",
                 source, copy, append=f"{ATA} vmm.disk=ata1",
                 timeout=20 * PATIENCE)
    assert zlib.crc32(copy.read_bytes()) == crc
    assert hashlib.md5(source.read_bytes()).hexdigest() in output


@pytest.mark.parametrize("mib", [
    4, pytest.param(100, marks=pytest.mark.long)])
def test_copy_from_a_module(tmp_path, mib):
    source, copy = tmp_path / "source.img", tmp_path / "copy"
    crc = noise(source, mib)
    sparse(copy, mib)
    run("dd if=/dev/vda of=/dev/vdb bs=1M && sync", copy,
        append=f"vmm.disk=module:source.img {ATA}", mem=128 + mib,
        more=["--module", f"{source} disk"], timeout=20 * PATIENCE)
    assert zlib.crc32(copy.read_bytes()) == crc


def test_several_at_once(tmp_path):
    """Readers and writers share a disk, each of its own part."""
    disk = tmp_path / "disk"
    noise(disk, 8)
    output = run("""
        for i in 0 1 2 3; do
            dd if=/dev/vda of=/dev/vda bs=64k count=16 skip=$((16 * i)) \\
                seek=$((64 + 16 * i)) 2>/dev/null &
        done
        for i in 4 5 6 7; do
            dd if=/dev/vda bs=64k count=16 skip=0 2>/dev/null | md5sum &
        done
        wait; sync""", disk)
    data = disk.read_bytes()
    assert data[:4 * MIB] == data[4 * MIB:]
    digest = hashlib.md5(data[:MIB]).hexdigest()
    assert output.count(digest) == 4


def test_bytes_within_sectors(tmp_path):
    disk = tmp_path / "disk"
    noise(disk, 1)
    expected = bytearray(disk.read_bytes())
    expected[1000:1006] = b"hello\n"
    expected[MIB - 3:] = b"end"
    output = run("""
        echo hello | dd of=/dev/vda bs=1 seek=1000 2>/dev/null
        printf end! | dd of=/dev/vda bs=1 seek=1048573 2>&1 | tail -n 1
        dd if=/dev/vda bs=1 skip=1000 count=5 2>/dev/null
        dd if=/dev/vda bs=1 skip=1048575 2>/dev/null; echo
        dd if=/dev/vda bs=512 skip=2048 2>/dev/null | wc -c
        dd if=/dev/zero of=/dev/vda bs=512 seek=2048 count=1 2>&1; sync""",
                 disk)
    assert disk.read_bytes() == expected
    assert "hellod\n0\n" in output
    assert output.count("No space left on device") == 1


def test_fsync_reaches_the_disk(tmp_path, open_terminal):
    """What fsync has acknowledged survives the machine's sudden end."""
    disk = tmp_path / "disk"
    sparse(disk, 1)
    terminal = open_terminal("--append", ATA, "--", *drive(disk))
    terminal.prompt()
    terminal.run("dd if=/etc/passwd of=/dev/vda conv=fsync")
    terminal.close()
    assert disk.read_bytes().startswith(b"root:")


def test_mbr_with_logical_partitions(tmp_path):
    disk = tmp_path / "disk"
    noise(disk, 4)
    write_at(disk, 0, table_sector((0x83, 64, 1000), (0x0F, 2000, 4000),
                                   (0, 0, 0), (0x82, 7000, 500)))
    write_at(disk, 2000, table_sector((0x83, 8, 800), (0x05, 1000, 1000)))
    write_at(disk, 3000, table_sector((0x83, 16, 900)))
    output = run("cat /proc/partitions; ls -l /dev/vda5; md5sum /dev/vda6;"
                 "blockdev --getsz /dev/vda1;"
                 "echo x | dd of=/dev/vda4 bs=1 seek=255999 2>&1; sync", disk)
    assert partitions(output) == {"vda": 4096, "vda1": 500, "vda2": 1,
                                  "vda4": 250, "vda5": 400, "vda6": 450}
    assert re.search(r"^brw-------.* 254, +5 ", output, re.MULTILINE)
    data = disk.read_bytes()
    assert hashlib.md5(data[3016 * SECTOR:3916 * SECTOR]).hexdigest() in output
    assert "\n1000\n" in output
    # One byte fits, the newline does not
    assert "No space left" in output
    assert data[7500 * SECTOR - 1:7500 * SECTOR] == b"x"
    assert data[7500 * SECTOR] != ord("\n")


@pytest.mark.parametrize("damaged", [None, 1, 2])
def test_gpt(tmp_path, damaged):
    disk = tmp_path / "disk"
    sparse(disk, 4)
    write_gpt(disk, 8192, (34, 133), None, (2048, 4095))
    if damaged:
        write_at(disk, damaged, b"damage")
    output = run("cat /proc/partitions", disk)
    assert partitions(output) == {"vda": 4096, "vda1": 50, "vda3": 1024}


def test_hostile_tables(tmp_path):
    """Loops and places that are not there: what can be used is used."""
    disk = tmp_path / "disk"
    sparse(disk, 1)
    write_at(disk, 0, table_sector((0x83, 1, 0xFFFFFFFF), (0x05, 100, 900),
                                   (0x83, 0xFFFFFFFF, 1),
                                   (0x83, 5000, 10)))
    write_at(disk, 100, table_sector((0x83, 10, 10), (0x05, 0, 900)))
    output = run("cat /proc/partitions; dd if=/dev/vda1 bs=64k 2>/dev/null"
                 " | wc -c", disk)
    assert partitions(output) == {"vda": 1024, "vda1": 1023, "vda2": 1,
                                  "vda5": 5}
    assert "\n1048064\n" in output


def test_fdisk_makes_a_partition(tmp_path):
    disk = tmp_path / "disk"
    sparse(disk, 16)
    output = run(r"""
        printf 'n\np\n1\n2048\n8191\nw\n' | fdisk /dev/vda
        cat /proc/partitions
        echo keep >/dev/vda1
        exec 3</dev/vda1
        blockdev --rereadpt /dev/vda; echo busy: $?
        exec 3<&-
        blockdev --rereadpt /dev/vda; echo idle: $?
        head -c 5 /dev/vda1; fdisk -l /dev/vda; sync""", disk)
    assert partitions(output) == {"vda": 16384, "vda1": 3072}
    assert "busy: 1" in output and "idle: 0" in output
    assert "\nkeep\n" in output
    assert disk.read_bytes()[2048 * SECTOR:][:5] == b"keep\n"


def test_read_only(tmp_path):
    disk = tmp_path / "disk"
    noise(disk, 1)
    before = disk.read_bytes()
    output = run("""
        blockdev --getro /dev/vda
        echo x >/dev/vda || echo refused
        blockdev --setrw /dev/vda || echo stays
        md5sum /dev/vda""", disk, append=ATA + ",ro")
    assert output.startswith("1\n") or "\n1\n" in output
    assert "Read-only file system" in output or "refused" in output
    assert "stays" in output
    assert disk.read_bytes() == before
    assert hashlib.md5(before).hexdigest() in output


def test_sizes_and_counts(tmp_path):
    disk = tmp_path / "disk"
    sparse(disk, 3 * 1024)
    output = run("""
        for what in size64 sz ss; do blockdev --get$what /dev/vda; done
        blockdev --flushbufs /dev/vda && echo flushed
        grep virtblk /proc/devices
        dd if=/dev/vda of=/dev/null bs=1M count=1 2>/dev/null
        dd if=/dev/zero of=/dev/vda bs=1M count=2 2>/dev/null; sync
        dd if=/dev/vda bs=4k skip=786431 2>/dev/null | wc -c
        cat /proc/diskstats""", disk)
    assert "3221225472\n6291456\n512\n" in output
    assert "flushed" in output and "254 virtblk" in output
    assert "\n4096\n" in output
    fields = re.search(r"^ *254 +0 vda (.*)$", output,
                       re.MULTILINE).group(1).split()
    assert int(fields[2]) >= 2048 and int(fields[6]) >= 4096
    assert len(fields) == 17


def test_no_disk():
    result = shell("cat /proc/partitions; mknod /tmp/d b 254 0;"
                   "cat /tmp/d || echo none")
    assert partitions(result.output) == {}
    assert "No such device or address\nnone" in result.output
