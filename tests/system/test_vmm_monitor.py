# SPDX-License-Identifier: BSD-2-Clause
"""The VMM's monitor, at the console and by a script on COM2."""

import re
import time

import pytest
from guests import Monitor, arguments
from machine import BUILD

ESCAPE = "\x1d"
PROMPT = "vmm> "
ECHO = "do=echo vmm.name=echo vmm.mem=4"


class Console:
    """A terminal at which the monitor can be used."""

    def __init__(self, terminal):
        self._terminal = terminal

    def open(self):
        self._terminal.send(ESCAPE)
        self._terminal.expect(PROMPT)

    def ask(self, line):
        """The answer, without the echoed command."""
        self._terminal.send(line + "\r")
        self._terminal.expect(re.escape(line) + "\r+\n")
        return self._terminal.expect(PROMPT).replace("\r", "")

    def type(self, text, expected):
        self._terminal.send(text)
        return self._terminal.expect(expected)

    def leave(self, command="quit"):
        self._terminal.send(command + "\r")

    def status(self):
        return self._terminal.status()


@pytest.fixture
def console(open_terminal):
    def open_console(*guests, vmm="", more=()):
        return Console(open_terminal(*arguments(*guests, vmm=vmm), *more))

    return open_console


def test_escape_and_quit(console):
    c = console(ECHO)
    c.type("", "echo\r")
    c.type("a", "<a>")
    c.open()
    assert "list" in c.ask("help")
    assert c.ask("") == ""
    assert "no such command" in c.ask("colour")
    assert "which guest" in c.ask("kill")
    assert "no such guest" in c.ask("kill 2")
    assert "too many words" in c.ask("kill 1 2")
    # Editing: a wrong letter, a line given up
    c.type("lisx\x7ft\r", "idle")
    c.type("garbage\x15list\r", "idle")
    c.leave()
    c.type("b", "<b>")
    c.type(ESCAPE + ESCAPE, f"<{ESCAPE}>")
    c.type("c", "<c>")
    c.type("q", "")
    assert c.status() == 0


def test_another_escape_key(console):
    c = console(ECHO, vmm="escape=^T")
    c.type("", "echo\r")
    c.type(ESCAPE, f"<{ESCAPE}>")
    c.type("\x14", PROMPT)
    c.leave()
    c.type("q", "")
    assert c.status() == 0


def test_no_escape_key(console):
    c = console(ECHO, vmm="escape=none")
    c.type("", "echo\r")
    c.type(ESCAPE + "\x14", f"<{ESCAPE}><\x14>")
    c.type("q", "")
    assert c.status() == 0


def test_switch(console):
    c = console("do=echo vmm.name=one vmm.mem=4",
                "do=echo vmm.name=two vmm.mem=4")
    c.type("", "echo\r")
    c.type("a", "<a>")
    c.open()
    c.leave("switch 2")
    # What it printed while it was not seen
    c.type("", r"console of guest 2 \(two\)\r+\necho\r")
    c.type("b", "<b>")
    c.open()
    c.leave("switch one")
    c.type("c", "<c>")
    # The console goes to a guest that is left
    c.type("q", r"console of guest 2 \(two\)")
    c.type("d", "<d>")
    c.type("q", "")
    assert c.status() == 0


def test_pause_and_resume(console):
    c = console(ECHO, "do=loop vmm.mem=4 vmm.name=loop")
    c.type("", "echo\r")
    c.open()
    assert "not paused" in c.ask("resume 2")
    c.ask("pause 1")
    assert re.search(r"echo +paused", c.ask("list"))
    c.leave()
    c.type("ab", "")
    time.sleep(1)
    c.open()
    c.ask("resume 1")
    c.leave()
    c.type("", "<a><b>")
    c.open()
    c.leave("poweroff")
    assert c.status() == 0


def test_kill_start_restart(console):
    c = console(ECHO, "do=loop vmm.mem=4 vmm.name=loop")
    c.type("", "echo\r")
    c.open()
    assert "it has started" in c.ask("start 2")
    answer = c.ask("kill loop")
    assert "guest 2 killed: by the monitor" in answer
    assert "all of its memory is back" in answer
    assert re.search(r"loop +stopped .* 255\n", c.ask("list"))
    assert "it does not run" in c.ask("kill 2")
    assert "it does not run" in c.ask("dump 2")
    c.ask("start 2")
    c.ask("")
    assert re.search(r"loop +(ready|runs)", c.ask("list"))
    c.ask("restart 2")
    c.ask("")
    assert re.search(r"loop .* 3\n", c.ask("list"))
    # The last one, too: the machine stays
    c.ask("kill 2")
    c.ask("kill 1")
    assert "guest 1 killed: by the monitor" in c.ask("log")
    c.ask("start 1")
    c.leave()
    c.type("", "echo\r")
    c.type("q", "")
    assert c.status() == 0


def test_stat_and_dump(console):
    c = console(ECHO, "do=storm ms=100000 vmm.mem=4 vmm.weight=3")
    c.type("", "echo\r")
    c.type("a", "<a>")
    c.open()
    stat = c.ask("stat 1")
    assert re.search(r"cpu: \d+ ms, \d+\.\d %", stat)
    assert "memory: 4096 KiB" in stat
    assert re.search(r"hypercalls: write 2 read \d+ wait \d+", stat)
    assert "virtual interrupts: console 1" in stat
    stat = c.ask("stat")
    assert "guest 2 (vmm-test.elf)" in stat and "weight 3" in stat
    dump = c.ask("dump 1")
    assert re.search(r"eip 0040[0-9a-f]{4}", dump)
    assert re.search(r"backtrace: 0040[0-9a-f]{4} 0040", dump)
    c.leave("poweroff")
    assert c.status() == 0


@pytest.fixture
def monitor(tmp_path):
    return Monitor(tmp_path / "com2")


def test_script(console, monitor):
    c = console(ECHO, "do=loop vmm.mem=4 vmm.name=loop vmm.start=no",
                more=monitor.qemu_arguments())
    c.type("", "echo\r")
    monitor.connect()
    assert any(line.startswith("list") for line in monitor.ask("help"))
    assert monitor.ask("colour") == ["error: no such command, try help"]
    assert re.search("loop +stopped", "\n".join(monitor.ask("list")))
    assert monitor.ask("start loop") == []
    for _ in range(3):
        assert monitor.ask("restart loop") == []
        assert monitor.ask("stat loop") != []
    assert monitor.ask("pause loop") == []
    assert re.search("loop +paused", "\n".join(monitor.ask("list")))
    assert monitor.ask("kill loop") == []
    assert "by the monitor" in "\n".join(monitor.ask("log"))
    c.type("a", "<a>")
    monitor.send("poweroff")
    assert c.status() == 0


def test_script_during_a_long_write(console, monitor):
    """Interrupts come in the midst of one huge write of a guest."""
    c = console(ECHO, "do=babble ms=0 kib=81920 vmm.mem=88 vmm.name=babble "
                "vmm.start=no", more=monitor.qemu_arguments())
    c.type("", "echo\r")
    monitor.connect()
    assert monitor.ask("start babble") == []
    while not re.search("write [1-9]", "\n".join(monitor.ask("stat babble"))):
        pass
    for _ in range(3):
        assert re.search("babble +runs", "\n".join(monitor.ask("list")))
    monitor.send("poweroff")
    assert c.status() == 0


def test_script_that_does_not_read(console, monitor):
    """Its answers are dropped; nobody waits for it."""
    c = console(ECHO, more=monitor.qemu_arguments())
    c.type("", "echo\r")
    monitor.connect()
    for _ in range(100):
        monitor.send("help")
    c.type("a", "<a>")
    c.type("q", "")
    assert c.status() == 0


def test_two_linux_like_guests(open_terminal):
    """Two shells, one console."""
    machine = open_terminal(
        "--append", "vmm.name=left",
        "--module", f"{BUILD / 'pipux.elf'} vmm.name=right",
        "--module", BUILD / "initrd.cpio.gz")
    machine.prompt()
    assert machine.run("hostname=left; echo $hostname").strip() == "left"
    machine.send(ESCAPE)
    machine.expect(PROMPT)
    machine.send("switch right\r")
    machine.prompt()
    assert machine.run("echo $hostname right").strip() == "right"
    machine.send("exit 3\r")
    machine.expect(r"guest 2 \(right\) ended with status 3\r\n")
    machine.expect(r"console of guest 1 \(left\)\r+\n")
    assert machine.run("echo $hostname").strip() == "left"
    machine.send("exit 5\r")
    assert machine.status() == 5
