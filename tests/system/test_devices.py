# SPDX-License-Identifier: BSD-2-Clause
"""pipux's other virtio devices: entropy, balloon, watchdog, terminals."""

import hashlib
import re
import socket
import time

import pexpect.fdpexpect
import pytest
from disks import drive, sparse
from guests import Monitor
from machine import PATIENCE, boot, shell


def test_hwrng():
    result = shell("""
        for i in 1 2 3; do
            dd if=/dev/hwrng bs=1000 count=1 2>/dev/null | md5sum
        done
        head -c 100000 /dev/hwrng | tr -d '\\000' | wc -c
        ls -l /dev/hwrng""")
    sums = re.findall("^[0-9a-f]{32}", result.output, re.MULTILINE)
    assert len(set(sums)) == 3
    # One byte in 256 is zero, give or take
    left = int(re.search(r"^(\d+)$", result.output, re.MULTILINE).group(1))
    assert 99300 < left < 99900
    assert re.search(r"^crw-------.* 10, 183 ", result.output, re.MULTILINE)


def test_machines_differ():
    words = [shell("head -c 16 /dev/urandom | md5sum").output
             for _ in range(2)]
    assert len(words[0]) > 32 and words[0] != words[1]


@pytest.fixture
def monitored(tmp_path, open_terminal):
    """A terminal at the guest's prompt, and the VMM's monitor."""
    monitor = Monitor(tmp_path / "monitor")
    terminal = open_terminal(*monitor.qemu_arguments())
    terminal.prompt()
    monitor.connect()
    return terminal, monitor


def meminfo(terminal, name):
    text = terminal.run("cat /proc/meminfo")
    return int(re.search(rf"{name}: +(\d+) kB", text).group(1))


def wait_for(terminal, name, condition):
    end = time.monotonic() + PATIENCE
    while not condition(meminfo(terminal, name)):
        assert time.monotonic() < end, terminal.run("cat /proc/meminfo")
        time.sleep(0.2)
    return meminfo(terminal, name)


def test_balloon(monitored):
    terminal, monitor = monitored
    total = meminfo(terminal, "MemTotal")
    free = meminfo(terminal, "MemFree")
    assert monitor.ask("balloon 1 5000") == []
    wait_for(terminal, "Balloon", lambda kib: kib == 20000)
    assert meminfo(terminal, "MemTotal") == total - 20000
    assert free - 21000 < meminfo(terminal, "MemFree") < free - 19000
    assert monitor.ask("balloon 1 100") == []
    wait_for(terminal, "Balloon", lambda kib: kib == 400)
    assert monitor.ask("balloon 1 0") == []
    wait_for(terminal, "Balloon", lambda kib: kib == 0)
    assert meminfo(terminal, "MemTotal") == total
    # What came back is memory again
    terminal.run("dd if=/dev/zero of=/tmp/big bs=1M count=50")
    terminal.run("rm /tmp/big")


def test_balloon_asks_for_more_than_there_is(monitored):
    terminal, monitor = monitored
    total = meminfo(terminal, "MemTotal")
    assert monitor.ask("balloon 1 1000000") == []
    most = wait_for(terminal, "Balloon", lambda kib: kib > total // 2)
    assert most < total
    # What is left is enough to work with
    assert "4+0 records out" in terminal.run(
        "dd if=/dev/zero of=/tmp/big bs=1M count=4; rm /tmp/big")
    assert monitor.ask("balloon 1 0") == []
    wait_for(terminal, "Balloon", lambda kib: kib == 0)
    assert meminfo(terminal, "MemTotal") == total


WATCHDOG = """
    [ "$(head -c 2 /dev/vda)" = ok ] && exit 42
    printf ok | dd of=/dev/vda conv=fsync 2>/dev/null
"""


def watchdog(tmp_path, command, **options):
    """Runs it, and if the guest is restarted, ends with status 42."""
    disk = tmp_path / "disk"
    sparse(disk, 1)
    return boot("--append", "vmm.disk=ata0 vmm.restart=crash", "--",
                *drive(disk), exec=WATCHDOG + command, **options)


def test_watchdog_restarts_a_guest_that_hangs(tmp_path):
    result = watchdog(tmp_path, """
        watchdog -t 1 -T 3 /dev/watchdog
        sleep 6
        echo it lives
        kill -9 $(pidof watchdog)
        sleep 1000""")
    assert result.status == 42
    assert "it lives" in result.output
    assert "watchdog: no sign of life for 3000 ms" in result.output


def test_watchdog_that_is_closed_well_bites_nobody(tmp_path):
    result = watchdog(tmp_path, """
        watchdog -F -t 1 -T 2 /dev/watchdog &
        sleep 1
        cat /dev/watchdog && exit 1
        kill $!
        sleep 4""")
    assert result.status == 0
    assert "Resource busy" in result.output


# Says where it is once it is in the foreground
SLEEPER = "sh -c 'tty; exec sleep 1000'\r"


def test_console_port(open_terminal):
    """A program that has /dev/hvc0 open reads what is typed."""
    terminal = open_terminal("--exec", "echo out >/dev/hvc0;"
                             "stty -echo </dev/hvc0;"
                             "{ echo ready >/dev/console; head -n 1; }"
                             "</dev/hvc0 | sed s/^/got:/; exec sh -i")
    terminal.expect("out\r\n")
    terminal.expect("ready")
    terminal.send("typed\r")
    terminal.expect("got:typed")
    # It is closed: input is the console's again
    terminal.expect("# ")
    terminal.send("tty; exit 3\r")
    terminal.expect("/dev/console")
    assert terminal.status() == 3


def test_getty_on_the_console_port(open_terminal):
    terminal = open_terminal(
        "--exec", "setsid getty -n -l /bin/sh 0 hvc0 vt100")
    terminal.expect("# ")
    terminal.send(SLEEPER)
    terminal.expect("/dev/hvc0\r\n")
    # Job control works there
    terminal.send("\x03")
    terminal.send("echo $((6 * 7)); exit 5\r")
    terminal.expect("42\r\n")
    assert terminal.status() == 5


def test_monitor_names_what_virtio_does(monitored):
    _, monitor = monitored
    stat = "\n".join(monitor.ask("stat 1"))
    assert re.search(r"hypercalls: .*\bvirtio-read \d+", stat)
    assert re.search(r"\bvirtio-write \d+ virtio-notify \d+", stat)


def test_getty_on_the_second_port(tmp_path, open_terminal):
    """COM2 as /dev/hvc1: a terminal of its own, with job control."""
    path = tmp_path / "com2"
    machine = open_terminal(
        "--append", "vmm.port=com2", "--exec",
        "readlink /dev/virtio-ports/com2; read go; "
        "setsid getty -n -l /bin/sh 0 hvc1 vt100",
        "--", "-serial", f"unix:{path},server=on,wait=off")
    machine.expect("../hvc1")
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        port = pexpect.fdpexpect.fdspawn(line, timeout=PATIENCE,
                                         encoding="utf-8")
        machine.send("go\r")
        port.expect("# ")
        port.send(SLEEPER)
        port.expect("/dev/hvc1\r\n")
        port.send("\x03")
        port.expect("# ")
        port.send("seq 3000 | md5sum; cat\r")
        port.expect(hashlib.md5(b"".join(
            b"%d\n" % n for n in range(1, 3001))).hexdigest())
        text = "".join(f"word {n} " for n in range(400))
        for start in range(0, len(text), 70):
            port.send(text[start:start + 70] + "\r")
            port.expect_exact(text[start:start + 70])
        port.send("\x04")
        port.expect("# ")
        port.send("echo on the console >/dev/console; exit 6\r")
        machine.expect("on the console")
    assert machine.status() == 6


@pytest.mark.parametrize("words", ["vmm.port=com1", "vmm.port=com2"])
def test_ports_that_are_not_there(words):
    result = boot("--append", words)
    assert result.status == 125
    assert f"vmm: error: guest 1: {words[4:]}: " in result.output


def test_kernel_threads_take_no_signals():
    """Nor anything else that is meant for a program."""
    result = shell("""
        worker=$(pidof kworker)
        for signal in KILL STOP SEGV USR1; do kill -$signal $worker; done
        for file in /proc/$worker/*; do
            [ -f $file ] && cat $file >/dev/null
        done
        ls /proc/$worker/fd /proc/$worker/task
        renice 5 $worker
        grep -E '^(Name|State|PPid)' /proc/$worker/status
        echo works >/dev/hvc0""")
    assert result.status == 0
    assert re.search(r"Name:\s+kworker\nState:\s+S \(sleeping\)\nPPid:\s+0\n",
                     result.output), result.output
    assert "works" in result.output
