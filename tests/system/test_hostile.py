# SPDX-License-Identifier: BSD-2-Clause
"""Partitions isolation from the top: hostile processes, hostile kernels."""

import re

import pytest
from census import lossless
from machine import boot, program, shell

STOPPED = 255       # the VMM killed the guest
REFUSED = 44        # a hypercall answered with an error
KERNEL_ATTACKS = {
    "a": "hlt", "b": "cli", "c": "in", "d": "out", "e": "cr3", "f": "lidt",
    "g": "read Pip", "h": "write Pip", "i": "jump wild", "j": "divide error",
    "k": "invalid instruction", "l": "forged timer", "m": "unknown int",
    "n": "stack overflow", "o": "no VIDT", "p": "VIDT into Pip",
    "q": "hypercall on Pip's memory", "r": "unknown hypercall",
    "s": "power off by service", "t": "mask by service", "u": "nested task",
    "v": "single step", "w": "no stack", "x": "no handlers",
    "y": "jump through a gate",
}


def test_hostile_process():
    result = boot(exec="/hostile; s=$?; echo shell lives; exit $s",
                  add=[program("hostile")], timeout=900)
    assert "hostile: ok\n" in result.output, result.output
    assert "shell lives\n" in result.output
    assert result.status == 0


def test_random_system_calls():
    result = boot(exec="/badcalls random; echo shell lives; ls /bin | wc -l",
                  add=[program("badcalls")], timeout=600)
    assert "badcalls: ok\n" in result.output, result.output
    assert "shell lives\n" in result.output
    assert result.status == 0


def test_mutated_programs():
    """execve of damaged ELF files harms their processes only."""
    files = "/period /bin/busybox /elfmutants"
    result = shell(lossless(f"/elfmutants 1 30 {files}",
                            f"/elfmutants 2 900 {files}"),
                   add=[program("elfmutants"), program("period")],
                   timeout=900)
    assert result.status == 0, result.output
    ends = re.findall(r"(\d+) ran, (\d+) killed, (\d+) refused\n",
                      result.output)[-1]
    assert all(int(n) > 90 for n in ends), result.output
    assert result.output.endswith("nothing lost\n")


@pytest.mark.parametrize("letter", KERNEL_ATTACKS,
                         ids=list(KERNEL_ATTACKS.values()))
def test_hostile_kernel(letter):
    result = boot("--guest", program("hostile.elf"), "--initrd", "none",
                  append=letter, timeout=60)
    if letter in "qr" and result.status == REFUSED:
        return
    reports = re.findall(r"^vmm: .*killed: .+$", result.output, re.MULTILINE)
    assert len(reports) == 1, result.output
    assert result.status == STOPPED


def test_the_same_kernel_may_be_good():
    result = boot("--guest", program("hostile.elf"), "--initrd", "none",
                  append="z", timeout=60)
    assert result.status == 9
    assert "killed" not in result.output
