# SPDX-License-Identifier: BSD-2-Clause
"""Three guests at once, one of which crashes every few seconds."""

import hashlib
import re
import time
import sys

import pytest
from disks import drive, noise
from guests import Monitor
from machine import BUILD, PATIENCE, TOP

sys.path.insert(0, str(TOP / "scripts"))
import newc  # noqa: E402

MIB = 1 << 20

# Copies one half of the disk onto the other, again and again
DISK = """
    rounds=0 bad=0 want=$(dd if=/dev/vda bs=64k count=32 2>/dev/null | md5sum)
    while [ $(date +%s) -lt $end ]; do
        dd if=/dev/zero of=/dev/vda bs=64k seek=32 count=32 2>/dev/null
        dd if=/dev/vda of=/dev/vda bs=64k seek=32 count=32 2>/dev/null
        blockdev --flushbufs /dev/vda
        got=$(dd if=/dev/vda bs=64k skip=32 count=32 2>/dev/null | md5sum)
        [ "$got" = "$want" ] || bad=$((bad + 1))
        rounds=$((rounds + 1))
    done"""

# Computes, in many processes, something that has one right result
WORK = """
    mkdir /tmp/work
    rounds=0 bad=0 want=$(seq 20000 | md5sum)
    while [ $(date +%s) -lt $end ]; do
        for i in 1 2 3 4; do seq 20000 | md5sum >/tmp/work/$i & done
        seq 20000 >/tmp/work/all
        tar -c -C /tmp work/all | tar -x -O >/tmp/copy
        got=$(md5sum </tmp/copy)
        wait
        for i in 1 2 3 4; do
            [ "$(cat /tmp/work/$i)" = "$want" ] || bad=$((bad + 1))
        done
        [ "$got" = "$want" ] || bad=$((bad + 1))
        rounds=$((rounds + 1))
    done"""

# Uses up what it can, then hangs until its watchdog ends it
CRASH = """
    watchdog -t 1 -T 2 /dev/watchdog
    while :; do :; done &
    while :; do dd if=/dev/zero of=/tmp/$$ bs=1M count=20 2>/dev/null; done &
    while :; do (:); done &
    sleep 1
    kill -9 $(pidof watchdog)
    wait"""


def worker(script, seconds):
    return (f"end=$(($(date +%s) + {seconds}))\n{script}\n"
            "echo rounds $rounds bad $bad\n")


def initrd(path, script):
    """The usual initrd with a command for a guest that is not the first."""
    overlay = newc.Archive()
    overlay.add_data("/.exec", script.encode(), 0o755)
    base = (BUILD / "initrd.cpio.gz").read_bytes()
    path.write_bytes(base + bytes(-len(base) % 4) + overlay.to_bytes())
    return str(path)


def guest(name, archive, words=""):
    return ["--module", f"{BUILD}/pipux.elf vmm.mem=40 vmm.name={name} "
            f"vmm.console=lines {words}", "--module", archive]


def row(monitor, number):
    line, = (line for line in monitor.ask("list")
             if re.match(rf"{number}[ *]", line))
    return line


def starts(monitor, number):
    """How often a guest was started, as the monitor's list has it."""
    return int(re.search(r"%?\s+\d+\.\d+\s+(\d+)",
                         row(monitor, number)).group(1))


@pytest.mark.parametrize("seconds", [
    20, pytest.param(240, marks=pytest.mark.long)])
def test_one_crashes_the_others_finish(tmp_path, open_terminal, seconds):
    disk = tmp_path / "disk"
    noise(disk, 4)
    monitor = Monitor(tmp_path / "monitor")
    machine = open_terminal(
        "--mem", 192, "--append",
        "vmm.mem=40 vmm.name=disk vmm.disk=ata0 vmm.console=lines",
        "--exec", worker(DISK, seconds),
        *guest("crash", initrd(tmp_path / "crash.gz", CRASH),
               "vmm.restart=crash"),
        *guest("work", initrd(tmp_path / "work.gz", worker(WORK, seconds))),
        *monitor.qemu_arguments(), *drive(disk))
    monitor.connect()
    before = ""
    rounds = {}
    for _ in range(2):
        before += machine.expect(r"rounds (\d+) bad (\d+)\r?\n",
                                 timeout=seconds + 3 * PATIENCE)
        good, bad = machine.child.match.groups()
        assert bad == "0"
        rounds[len(rounds)] = int(good)
    assert all(rounds.values()), rounds
    times = starts(monitor, 2)
    print(f"rounds {rounds}, starts {times}")
    end = time.monotonic() + PATIENCE
    while not all("stopped" in row(monitor, n) for n in (1, 3)):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert monitor.ask("kill 2") == []
    monitor.send("poweroff")  # one that the monitor killed has not ended
    assert machine.status() == 0
    before += machine.child.before
    assert times > seconds // 30
    assert before.count("watchdog: no sign of life") >= times - 1
    assert before.count("all of its memory is back") >= times - 1
    assert "are lost" not in before and "panic" not in before
    half = disk.read_bytes()
    assert half[:2 * MIB] == half[2 * MIB:], hashlib.md5(half).hexdigest()
