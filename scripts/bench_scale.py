# SPDX-License-Identifier: BSD-2-Clause
"""What grows with the number of guests, and with the machine's memory.

Each guest is a pipux whose only file is tests/bench/scale.c, its init.  One
measures, the others sleep or compute until it has ended, which is checked.
"""
import os
import re
import tempfile

import newc
from bench_boot import BUILD, Failure, boot, partition, services, values

GUESTS = (1, 2, 4, 8)
MIB_PER_GUEST = 32
NEIGHBOURS_END = 1200       # 10^6 instructions since the reset
MEMORY = (16, 32, 64, 128, 256, 512, 1024)
COSTS = ("null", "fault", "pipe", "fork", "late")


def archive(directory):
    """The initrd of these guests."""
    files = newc.Archive()
    files.add_tree(os.path.join(BUILD, "bench", "scale"), "/init")
    path = os.path.join(directory, "scale.cpio")
    with open(path, "wb") as file:
        file.write(files.to_bytes())
    return path


def beside(initrd, number, how):
    """The console of `number` guests, of which all but one do `how`."""
    words = []
    for _ in range(number - 1):
        words += ["--module", os.path.join(BUILD, "pipux.elf")
                  + f" -- {how} {NEIGHBOURS_END}", "--module", initrd]
    lines = boot("--mem", str(number * MIB_PER_GUEST), "--initrd", initrd, *words)
    if number > 1 and values(lines)["end"] > NEIGHBOURS_END * 1_000_000:
        raise Failure(f"the neighbours ended before guest 1 of {number}")
    return lines


def memory_per_guest(lines):
    """(bytes that Pip and the VMM keep of it, that the kernel and its files
    keep of the rest)"""
    text = "\n".join(lines)
    free = int(re.search(r"(\d+) KiB free for the root", text)[1])
    given = [int(kib) for kib in
             re.findall(r"vmm: guest \d+: .*?(\d+) KiB of memory", text)]
    return ((free - sum(given)) * 1024 // len(given),
            given[0] * 1024 - values(lines)["free"])


def guests():
    curves = {row: [] for row in (
        *COSTS, "late-compute", "pipe-compute", "below", "kernel")}
    with tempfile.TemporaryDirectory() as directory:
        initrd = archive(directory)
        for number in GUESTS:
            lines = beside(initrd, number, "sleep")
            asleep = values(lines)
            busy = values(beside(initrd, number, "compute"))
            found = {row: asleep[row] for row in COSTS}
            found["late-compute"] = busy["late"]
            found["pipe-compute"] = busy["pipe"]
            found["below"], found["kernel"] = memory_per_guest(lines)
            for row, value in found.items():
                curves[row].append([number, value])
    return {"guests": curves}


def memory():
    curves = {row: [] for row in (
        "pip", "boot", "create", "null", "fault", "fork")}
    with tempfile.TemporaryDirectory() as directory:
        initrd = archive(directory)
        for mib in MEMORY:
            size = ("--mem", str(mib))
            found = values(boot(*size, "--initrd", initrd))
            found["pip"] = values(partition("latency", *size))["root-start"]
            found["boot"] = found["start"]
            found["create"] = services(
                partition("bench", *size))["createPartition"][0]
            for row, curve in curves.items():
                curve.append([mib, found[row]])
    return {"memory": curves}
