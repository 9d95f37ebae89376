# SPDX-License-Identifier: BSD-2-Clause
"""Booting the stack for a test: without a person, or at a terminal.

Both go through scripts/boot.  Time-outs are for a guest that hangs, not for a
slow machine: under emulation on a busy host everything may take long.
"""

import os
import re
import subprocess
import time
import uuid
from pathlib import Path
from typing import NamedTuple

import pexpect
import pyte

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / "build"
BOOT = str(TOP / "scripts" / "boot")
GUEST_PROGRAMS = BUILD / "tests" / "guest"

ROWS, COLUMNS = 24, 80
PROMPT = r"root@pipstack:[^\r\n]*# "
PATIENCE = 120

BEGIN, END = "@@begin@@", "@@end@@"


class Result(NamedTuple):
    status: int
    output: str     # the whole console, line ends as \n
    errors: str     # standard error of scripts/boot


def boot(*arguments, exec=None, add=(), append=None, mem=None,
         timeout=PATIENCE, stdin=subprocess.DEVNULL):
    """Boot, wait for the end and return a Result."""
    command = [BOOT, "--timeout", str(timeout)]
    for item in add:
        command += ["--add", str(item)]
    if exec is not None:
        command += ["--exec", exec]
    if append is not None:
        command += ["--append", append]
    if mem is not None:
        command += ["--mem", str(mem)]
    done = subprocess.run(command + [str(a) for a in arguments], stdin=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    return Result(done.returncode, plain(done.stdout), plain(done.stderr))


def shell(command, *arguments, **options):
    """Run shell lines in the guest; `output` is only what they print."""
    wrapped = f"echo {BEGIN}\n(\n{command}\n)\ns=$?\necho {END}\nexit $s"
    result = boot(*arguments, exec=wrapped, **options)
    match = re.search(f"^{BEGIN}\n(.*?)^{END}$", result.output,
                      re.DOTALL | re.MULTILINE)
    assert match, f"status {result.status}, console:\n{result.output}"
    return result._replace(output=match.group(1))


def program(name):
    """Path of a program of tests/guest as built."""
    return GUEST_PROGRAMS / name


def plain(data):
    return data.decode(errors="replace").replace("\r", "")


def qemu_tag():
    """Arguments for QEMU by which running() finds this one machine."""
    name = "test-" + uuid.uuid4().hex
    return name, ["--", "-name", name]


def running(name):
    """True if a process with this word on its command line is left."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if name.encode() in words and b"qemu" in words[0]:
            return True
    return False


class Terminal:
    """scripts/boot at a terminal of 24 x 80, with what its screen shows."""

    def __init__(self, *arguments):
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.Stream(self._screen)
        self.child = pexpect.spawn(
            BOOT, [str(a) for a in arguments], timeout=PATIENCE,
            dimensions=(ROWS, COLUMNS), encoding="utf-8",
            codec_errors="replace", env=dict(os.environ, TERM="vt100"))
        self.child.logfile_read = self

    # What pexpect reads also goes to the screen.
    def write(self, text):
        self._stream.feed(text)

    def flush(self):
        pass

    def send(self, text):
        self.child.send(text)

    def expect(self, pattern, timeout=PATIENCE):
        self.child.expect(pattern, timeout=timeout)
        return self.child.before

    def prompt(self):
        """Wait for the prompt; returns what came before it."""
        return self.expect(PROMPT)

    def run(self, command):
        """Run a command; returns its output without the echoed line."""
        self.send(command + "\r")
        return self.prompt().replace("\r", "").partition("\n")[2]

    def screen(self):
        return [line.rstrip() for line in self._screen.display]

    def wait_screen(self, condition, timeout=PATIENCE):
        """Read until `condition`, given the lines on screen, holds."""
        end = time.monotonic() + timeout
        while not condition(self.screen()):
            assert time.monotonic() < end, "\n".join(self.screen())
            try:
                self.child.expect(r".+", timeout=0.5)
            except pexpect.TIMEOUT:
                pass
        return self.screen()

    def status(self):
        """Wait for the end of scripts/boot; returns its exit status."""
        self.child.expect(pexpect.EOF, timeout=PATIENCE)
        self.child.close()
        return self.child.exitstatus

    def close(self):
        self.child.close(force=True)
