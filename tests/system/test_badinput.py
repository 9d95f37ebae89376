# SPDX-License-Identifier: BSD-2-Clause
"""Bad input: one clear line and a status that is not 0, never a hang."""

import gzip
import re
import struct
import subprocess

import pytest
from machine import BOOT, BUILD, TOP, boot

GUEST = BUILD / "pipux.elf"
INITRD = BUILD / "initrd.cpio.gz"


def check(result, pattern):
    """The machine ended by itself, not with 0, and said why in one line."""
    assert result.status not in (0, 124), result
    # The VMM's note about what it starts is no complaint.
    output = re.sub(r"^vmm: guest \d+: .*\n", "", result.output,
                    flags=re.MULTILINE)
    lines = re.findall(f"^.*(?:{pattern}).*$", output,
                       re.IGNORECASE | re.MULTILINE)
    assert len(lines) == 1, result


def test_no_root():
    check(boot("--root", "none", timeout=30), "no module|no root")


def test_no_guest():
    check(boot("--root", BUILD / "vmm.bin", timeout=30), "no guest kernel")


def test_guest_is_no_elf(tmp_path):
    text = tmp_path / "text"
    text.write_text("This is no kernel.\n" * 100)
    check(boot("--guest", text, timeout=30), "not an ELF")


def test_guest_is_empty(tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    assert boot("--guest", empty, timeout=30).status not in (0, 124)


@pytest.mark.parametrize("size", [20, 60, 200, 5000, -100])
def test_guest_is_truncated(tmp_path, size):
    part = tmp_path / "part.elf"
    part.write_bytes(GUEST.read_bytes()[:size])
    if size < 0:
        # Symbols at the end do not matter: cut a segment instead.
        part.write_bytes(GUEST.read_bytes()[:first_segment_end() - 1])
    check(boot("--guest", part, timeout=30), "truncated")


def first_segment_end():
    data = GUEST.read_bytes()
    table, = struct.unpack_from("<I", data, 28)
    kind, offset, _, _, size = struct.unpack_from("<5I", data, table)
    assert kind == 1
    return offset + size


def test_guest_is_too_large(tmp_path):
    data = bytearray(GUEST.read_bytes())
    table, = struct.unpack_from("<I", data, 28)
    struct.pack_into("<I", data, table + 20, 512 << 20)     # p_memsz
    large = tmp_path / "large.elf"
    large.write_bytes(data)
    check(boot("--guest", large, timeout=30), "too large|overlap|too little")


def test_guest_is_for_another_machine(tmp_path):
    data = bytearray(GUEST.read_bytes())
    struct.pack_into("<H", data, 18, 40)                    # e_machine: Arm
    other = tmp_path / "other.elf"
    other.write_bytes(data)
    check(boot("--guest", other, timeout=30), "not for i386")


def initrd(tmp_path, data):
    path = tmp_path / "initrd"
    path.write_bytes(data)
    return ["--initrd", path]


def test_initrd_is_garbage(tmp_path):
    check(boot(*initrd(tmp_path, b"nothing of value " * 100), timeout=30),
          "initrd|initramfs|cpio")


def test_initrd_is_beyond_the_memory_that_pip_uses(tmp_path):
    path = tmp_path / "initrd"
    with open(path, "wb") as f:
        f.truncate(1100 << 20)
    check(boot("--initrd", path, "--mem", 2048, timeout=300),
          "does not lie in the first")


def test_cpio_is_corrupt(tmp_path):
    data = bytearray(gzip.decompress(INITRD.read_bytes()))
    second = data.index(b"070701", 200)
    data[second:second + 6] = b"080801"
    check(boot(*initrd(tmp_path, data), timeout=30), "cpio|initrd")


def test_cpio_is_truncated(tmp_path):
    data = gzip.decompress(INITRD.read_bytes())
    check(boot(*initrd(tmp_path, data[:len(data) // 2]), timeout=30),
          "cpio|initrd")


def test_gzip_is_corrupt(tmp_path):
    data = bytearray(INITRD.read_bytes())
    for offset in range(len(data) // 2, len(data) // 2 + 64):
        data[offset] ^= 0x55
    check(boot(*initrd(tmp_path, data), timeout=30), "gzip|inflate|initrd")


def test_gzip_is_truncated(tmp_path):
    data = INITRD.read_bytes()
    check(boot(*initrd(tmp_path, data[:len(data) // 2]), timeout=30),
          "gzip|inflate|initrd")


def test_gzip_sum_is_wrong(tmp_path):
    data = bytearray(INITRD.read_bytes())
    data[-8] ^= 1
    check(boot(*initrd(tmp_path, data), timeout=30), "gzip|crc|initrd")


def test_no_init(tmp_path):
    subprocess.run("mkdir d; echo d | cpio -o -H newc --quiet >archive",
                   shell=True, cwd=tmp_path, check=True)
    data = (tmp_path / "archive").read_bytes()
    check(boot(*initrd(tmp_path, data), timeout=30), "init")


def test_no_initrd():
    check(boot("--initrd", "none", timeout=30), "init")


def test_init_is_no_program(tmp_path):
    (tmp_path / "init").write_bytes(b"\x7fELF" + bytes(100))
    check(boot("--initrd", INITRD, add=[tmp_path / "init"], timeout=30),
          "init")


@pytest.mark.parametrize("mem", [3, 5, 6])
def test_too_little_memory(mem):
    check(boot(mem=mem, timeout=60),
          "too little memory|not enough memory|cannot unpack|too large for")


def test_unknown_word_for_the_vmm():
    check(boot("--append-root", "colour=green", timeout=30),
          "vmm: .*unknown option.*colour=green")


def test_unknown_word_for_pip():
    result = boot("--append-pip", "colour=green", exec="exit 6", timeout=60)
    assert len(re.findall("^pip: .*unknown.*colour=green$", result.output,
                          re.MULTILINE)) == 1
    assert result.status == 254


@pytest.mark.parametrize("arguments", [
    ["--colour"], ["--mem", "much"], ["--mem", "0"], ["--timeout", "soon"],
    ["--kernel", "/absent"], ["--root", "/absent"], ["--guest", "/absent"],
    ["--initrd", "/absent"], ["--add", "/absent"],
    ["--initrd", "none", "--exec", "true"], ["--log", "/absent/log"],
    ["--", "-no-such-option"], ["--iso=/absent"], ["--guest", "/"],
])
def test_boot_cannot_start(arguments):
    done = subprocess.run([BOOT] + arguments, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False, timeout=60)
    assert done.returncode == 125
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_boot_without_qemu():
    done = subprocess.run(["/usr/bin/python3", BOOT], cwd=TOP, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False,
                          env={"PATH": "/nonexistent"})
    assert done.returncode == 125
    assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.parametrize("command, message", [
    ([BOOT], "boot: qemu-system-i386 is missing: scripts/install-deps\n"),
    ([BOOT, "--iso"], "boot: grub-mkrescue: No such file or directory "
     "(scripts/install-deps)\n"),
    (["/usr/bin/make", "-s", "tools"], "gcc is missing: run make deps\n"),
    ([TOP / "scripts" / "check"],
     "check: cppcheck is missing: scripts/install-deps check\n")])
def test_missing_tool(command, message, tmp_path):
    """All but what the scripts need to find themselves."""
    for name in ("dirname", "git", "grep"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    done = subprocess.run(command, cwd=TOP, env={"PATH": str(tmp_path)},
                          check=False, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode and not done.stdout
    assert message in done.stderr and "Traceback" not in done.stderr
