# SPDX-License-Identifier: BSD-2-Clause
"""Pip's own partitions, booted in the VMM's place.

conformance and attack print a line for each check; launcher, nanny and edf
are the examples of "Get Started with Pip".
"""

import json
import re
import socket
import subprocess
import time

import pytest
from machine import BOOT, BUILD, TOP, boot, plain

MEMORY = 16
LONG = 900


def partition(name):
    return BUILD / "partitions" / (name + ".bin")


def boot_partition(name, *arguments, **options):
    options.setdefault("mem", MEMORY)
    return boot("--root", partition(name), "--append-pip",
                "onfatal=poweroff", *arguments, **options)


def tally(result):
    """(passed, failed) as the last line says, which must match the lines."""
    good = re.findall(r"^ok \d+ - ", result.output, re.MULTILINE)
    bad = re.findall(r"^not ok \d+ - .*(?:\n# .*)*", result.output,
                     re.MULTILINE)
    end = re.search(r"^(\d+) passed, (\d+) failed$", result.output,
                    re.MULTILINE)
    assert end, result.output[-2000:]
    assert not bad, "\n".join(bad)
    assert (int(end[1]), int(end[2])) == (len(good), len(bad))
    assert result.status == 0
    return int(end[1]), int(end[2])


@pytest.mark.parametrize("medium", [[], ["--iso"]], ids=["elf", "iso"])
def test_minimal(medium):
    result = boot_partition("minimal", *medium, timeout=20 if medium else 5)
    assert "Hello World !" in result.output
    assert result.status == 124         # it never ends


@pytest.mark.parametrize("how", [[], ["--icount"], ["--iso"]],
                         ids=["plain", "icount", "iso"])
def test_conformance(how):
    passed, _ = tally(boot_partition("conformance", *how, timeout=LONG))
    assert passed > 850


def test_conformance_with_little_and_much_memory():
    for mem in (10, 256):
        tally(boot_partition("conformance", mem=mem, timeout=LONG))


def test_attack():
    passed, _ = tally(boot_partition("attack", timeout=LONG))
    assert passed > 3000


# What a root does to itself stops the machine, with the reason.
FATAL = {
    "kernel-write": "the root partition raised vector 14",
    "window-write": "the root partition raised vector 14",
    "null-write": "the root partition raised vector 14",
    "bad-stack": "the root partition raised vector 13",
    "selector": "the root partition raised vector 13",
    "int": "the root partition raised vector 128",
    "fault": "the root partition raised vector 6",
    "port-dma": "the root partition raised vector 13",
    "port-pic": "the root partition raised vector 13",
    "port-keyboard": "the root partition raised vector 13",
    "port-pci": "the root partition raised vector 13",
    "port-last": "the root partition raised vector 13",
    "step": "the root partition raised vector 1",
    "hlt": "the root partition raised vector 13",
    "cli": "the root partition raised vector 13",
    "read CR3": "the root partition raised vector 13",
    "rdmsr": "the root partition raised vector 13",
    "read the kernel": "the root partition raised vector 14",
    "far jump to the kernel's code": "the root partition raised vector 13",
    "iret with NT": "the root partition raised vector 10",
    "divide by zero": "the root partition raised vector 0",
    "child-fault": "no partition handles vector 13 of a child",
    "child-int": "no partition handles vector 128 of a child",
}


@pytest.mark.parametrize("act", FATAL)
def test_fatal(act):
    result = boot_partition("attack", append="act=" + act, timeout=60)
    fatal = re.findall(r"^pip: fatal: (.*)$", result.output, re.MULTILINE)
    assert fatal == [FATAL[act]]
    assert f"act {act}\n" in result.output
    assert "goes on" not in result.output
    assert result.status not in (0, 1, 124)


def test_fatal_knows_the_difference():
    """An act that stops nothing is told from one that does."""
    result = boot_partition("attack", append="act=rdtsc is harmless",
                            timeout=60)
    assert "not ok 1 - the root goes on after" in result.output
    assert result.status == 1


def test_nanny():
    result = boot_partition("nanny", timeout=LONG)
    pages = re.findall(r"(\d+) free pages", result.output)
    assert len(pages) == 2 and pages[0] == pages[1]
    assert result.output.rstrip().endswith("nanny: PASS")
    assert result.status == 0


def charts(output, name):
    """{task: (period, cost, chart, jobs, missed)} of one set."""
    part = output.split(f"edf: {name} set\n")[1].split(f"edf: {name} set:")[0]
    tasks = re.findall(r"task (\d): period (\d+), cost (\d+)", part)
    lines = re.findall(r"task (\d) \|(.*)\| (\d+) jobs, (\d+) missed", part)
    assert [t[0] for t in tasks] == [n[0] for n in lines]
    return [(int(t[1]), int(t[2]), n[1], int(n[2]), int(n[3]))
            for t, n in zip(tasks, lines)]


def test_edf_feasible():
    """Each job got its ticks within its period, one task at a time."""
    result = boot_partition("edf", timeout=LONG)
    assert result.output.rstrip().endswith("edf: PASS")
    tasks = charts(result.output, "feasible")
    for period, cost, chart, jobs, missed in tasks:
        assert missed == 0 and jobs == len(chart) // period
        for start in range(0, len(chart), period):
            assert chart[start:start + period].count("#") == cost
    for tick in zip(*(task[2] for task in tasks)):
        assert tick.count("#") <= 1
    # preempted at least once: a job whose ticks are not in a row
    assert any(re.search(r"#\.+#", chart[start:start + period])
               for period, cost, chart, _, _ in tasks
               for start in range(0, len(chart), period))


def test_edf_infeasible():
    result = boot_partition("edf", timeout=LONG)
    tasks = charts(result.output, "infeasible")
    assert sum(cost / period for period, cost, *_ in tasks) > 1
    reported = len(re.findall(r"missed its deadline", result.output))
    assert reported == sum(task[4] for task in tasks) > 0
    assert "feasible set: 0 deadlines missed" in result.output


class Monitor:
    """QEMU's control socket."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 30
        while True:
            try:
                self._socket.connect(str(path))
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        self._file = self._socket.makefile("rw")
        self.execute("qmp_capabilities")

    def execute(self, command, **arguments):
        self._file.write(json.dumps({"execute": command,
                                     "arguments": arguments}))
        self._file.flush()
        while "return" not in (answer := json.loads(self._file.readline())):
            assert "error" not in answer, answer

    def press(self, key):
        self.execute("send-key", keys=[{"type": "qcode", "data": key}])


def test_launcher(tmp_path):
    """The child prints, both handlers run, Escape ends it."""
    process = subprocess.Popen(
        [BOOT, "--root", partition("launcher"), "--mem", str(MEMORY),
         "--timeout", "120", "--", "-qmp",
         f"unix:{tmp_path}/qmp,server,nowait"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    monitor = Monitor(tmp_path / "qmp")
    output = b""
    while b"timer interruption was triggered 100 " not in output:
        line = process.stdout.readline()
        assert line, plain(output)
        output += line
    monitor.press("a")
    monitor.press("esc")
    output = plain(output + process.stdout.read())
    assert process.wait() == 0
    assert "Hello from the child, 1\n" in output
    assert "keyboard interruption was triggered: code 0x1e" in output
    assert output.endswith("launcher: end\n")


def test_bochs():
    """The same lines on a machine that forgives less."""
    result = subprocess.run([TOP / "scripts" / "test-bochs"],
                            stdout=subprocess.PIPE, check=False)
    if result.returncode == 77:
        pytest.skip("Bochs is not installed")
    output = plain(result.stdout)
    assert result.returncode == 0, output
    assert re.search(r"^[1-9]\d* passed, 0 failed$", output, re.MULTILINE)
