# SPDX-License-Identifier: BSD-2-Clause
"""The VMM's virtio devices, checked by guests/virtio-test from inside and by
checksums from outside."""

import re
import zlib

import pytest
from disks import MIB, drive, noise
from guests import Monitor
from machine import BUILD, PATIENCE, boot

VIRTIO_TEST = BUILD / "virtio-test.elf"
NE2K = "ne2k_isa,netdev=user,iobase=0x300,irq=9"


def run(words="", *more, modules=(), timeout=PATIENCE, **options):
    arguments = ["--initrd", "none", "--guest", VIRTIO_TEST,
                 "--append", words]
    for module in modules:
        arguments += ["--module", module]
    return boot(*arguments, *more, timeout=timeout, **options)


def check(result):
    """All checks of the guest passed, and there were some."""
    assert not re.findall("^.*not ok .*$", result.output, re.MULTILINE), (
        result.output)
    assert re.search("^[1-9][0-9]* passed, 0 failed$", result.output,
                     re.MULTILINE), result.output
    assert result.status == 0


def note(result, name):
    found = re.search(f"# {name} ([0-9a-f]{{8}})$", result.output,
                      re.MULTILINE)
    assert found, result.output
    return int(found.group(1), 16)


def pattern_crc(mib):
    """Of what the guest writes: word n is n * 0x9e3779b9."""
    crc = 0
    for start in range(0, mib * MIB // 4, 1 << 14):
        words = b"".join((n * 0x9e3779b9 & 0xffffffff).to_bytes(4, "little")
                         for n in range(start, start + (1 << 14)))
        crc = zlib.crc32(words, crc)
    return crc


def test_every_guest_has_these():
    result = run()
    check(result)
    assert "this line went through the console device" in result.output
    assert "# emergency" in result.output


def test_malformed_rings_are_named():
    result = run("", "--append-root", "loglevel=3")
    check(result)
    for reason in ("available index out of range", "descriptor loop",
                   "buffer outside memory", "chain too long",
                   "indirect table within another"):
        assert f"(entropy) needs a reset: {reason}" in result.output


@pytest.mark.parametrize("mib", [
    8, pytest.param(100, marks=pytest.mark.long)])
def test_ata_disk(tmp_path, mib):
    disk = tmp_path / "disk.img"
    crc = noise(disk, mib)
    result = run(f"vmm.disk=ata0 mib={mib}", "--", *drive(disk),
                 timeout=10 * PATIENCE)
    check(result)
    assert note(result, "read crc32") == crc
    assert note(result, "written crc32") == pattern_crc(mib)
    assert zlib.crc32(disk.read_bytes()) == pattern_crc(mib)


def test_two_disks_one_read_only(tmp_path):
    first, second = tmp_path / "a.img", tmp_path / "b.img"
    crcs = [noise(first, 1), noise(second, 2)]
    result = run("vmm.disk=ata0,ro vmm.disk=ata1 mib=1", "--",
                 *drive(first, second))
    check(result)
    assert note(result, "read crc32") == crcs[0]
    assert zlib.crc32(first.read_bytes()) == crcs[0]
    assert zlib.crc32(second.read_bytes()[:MIB]) == pattern_crc(1)


@pytest.mark.parametrize("mode", ["", ",ro"])
def test_module_as_disk(tmp_path, mode):
    disk = tmp_path / "memory.img"
    crc = noise(disk, 1)
    result = run(f"vmm.disk=module:memory.img{mode} mib=1",
                 modules=[f"{disk} disk"])
    check(result)
    assert note(result, "read crc32") == crc
    assert ("written crc32" in result.output) == (not mode)


@pytest.mark.parametrize("word", [
    "vmm.disk=ata0", "vmm.disk=ata2", "vmm.disk=floppy", "vmm.disk=",
    "vmm.disk=module:none", "vmm.net=ne2k", "vmm.net=wireless"])
def test_devices_that_are_not_there(word):
    result = run(word)
    assert result.status == 125
    assert f"vmm: error: guest 1: {word[4:]}: " in result.output


def test_a_disk_has_one_guest(tmp_path):
    disk = tmp_path / "disk.img"
    noise(disk, 1)
    result = run("vmm.disk=ata0", "--", *drive(disk),
                 modules=[f"{VIRTIO_TEST} vmm.disk=ata0"])
    assert result.status == 125
    assert "guest 2: disk=ata0: another guest has it" in result.output


@pytest.mark.parametrize("mib", [
    1, pytest.param(60, marks=pytest.mark.long)])
def test_file_from_the_user_network(tmp_path, mib):
    crc = noise(tmp_path / "file", mib)
    result = run("vmm.net=ne2k only-net=1 tftp=1", "--",
                 "-netdev", f"user,id=user,tftp={tmp_path}", "-device", NE2K,
                 timeout=10 * PATIENCE)
    check(result)
    assert note(result, "bytes") == mib * MIB
    assert note(result, "file crc32") == crc


@pytest.mark.parametrize("kib", [
    1024, pytest.param(102400, marks=pytest.mark.long)])
def test_file_over_the_switch(kib):
    result = run(
        f"vmm.net=switch only-net=1 role=1 kib={kib}",
        "--append-root", "console=none",
        modules=[f"{VIRTIO_TEST} vmm.net=switch only-net=1 role=2"],
        timeout=10 * PATIENCE)
    check(result)
    assert note(result, "sent crc32")
    # The receiver has the console once the sender has ended
    assert result.output.count(", 0 failed") >= 1


def test_console_input(open_terminal):
    text = "".join(f"word {n}, " for n in range(100))
    terminal = open_terminal(
        "--initrd", "none", "--guest", VIRTIO_TEST, "--append",
        f"input={len(text)}")
    terminal.expect("# type now")
    terminal.send(text)
    terminal.expect(f"# input crc32 {zlib.crc32(text.encode()):08x}")
    terminal.expect(" passed, 0 failed")
    assert terminal.status() == 0


def test_second_console_port(tmp_path):
    output = tmp_path / "com2"
    result = run("vmm.port=com2 ports=1", "--", "-serial", f"file:{output}")
    check(result)
    assert "what port 1 is" in result.output
    assert output.read_bytes() == b"on port 1\r\n"


def test_watchdog_ends_the_guest():
    result = run("starve=1")
    assert result.status == 255
    assert "watchdog: no sign of life for 400 ms" in result.output
    assert "all of its memory is back" in result.output


def test_balloon(tmp_path, open_terminal):
    monitor = Monitor(tmp_path / "monitor")
    terminal = open_terminal(
        "--initrd", "none", "--guest", VIRTIO_TEST, "--append", "ask=1",
        *monitor.qemu_arguments())
    terminal.expect("# ask me")
    monitor.connect()
    assert monitor.ask("balloon 1") == ["error: which guest, and how many?"]
    assert monitor.ask("balloon 1 x") == ["error: a number of pages"]
    assert monitor.ask("balloon 1 7") == []
    terminal.expect("# pages 00000007")
    terminal.expect(" passed, 0 failed")
    assert terminal.status() == 0


@pytest.mark.parametrize("solved", [False, True])
def test_driver_lab(tmp_path, solved):
    disk = tmp_path / "disk.img"
    disk.write_bytes(b"driver-lab".ljust(MIB, b"\0"))
    guest = BUILD / f"driver-lab{'-solved' if solved else ''}.elf"
    result = boot("--initrd", "none", "--guest", guest, "--append",
                  "vmm.disk=ata0", "--", *drive(disk))
    assert result.status == (0 if solved else 1)
    assert "ok entropy: different bytes" in result.output
    assert ("10 passed, 0 failed" in result.output) == solved
