# SPDX-License-Identifier: BSD-2-Clause
"""Several guests at once: guests/vmm-test, told by words what to do."""

import re
import socket
import time

from machine import BUILD, PATIENCE, boot

VMM_TEST = BUILD / "vmm-test.elf"


def arguments(*guests, vmm=""):
    """scripts/boot's arguments for guests given by their words."""
    first, *others = guests
    words = ["--guest", VMM_TEST, "--initrd", "none", "--append", first]
    for other in others:
        words += ["--module", f"{VMM_TEST} {other}"]
    if vmm:
        words += ["--append-root", vmm]
    return words


def boot_guests(*guests, vmm="", more=(), timeout=PATIENCE):
    return boot(*arguments(*guests, vmm=vmm), *more, timeout=timeout)


def number(result, what, guest=None):
    """The number that a guest printed, `guest` the one with this tag."""
    prefix = r"(?:\[\S+\] )?" + (guest + " " if guest else "")
    found = re.findall(f"^{prefix}{what} ([0-9]+)$", result.output,
                       re.MULTILINE)
    assert len(found) == 1, result.output
    return int(found[0])


class Monitor:
    """The VMM's monitor on COM2, behind a socket."""

    def __init__(self, path):
        self._path = path
        self._file = None

    def qemu_arguments(self):
        return ["--", "-serial", f"unix:{self._path},server=on,wait=off"]

    def connect(self):
        connection = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                connection.connect(str(self._path))
                break
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.1)
        connection.settimeout(PATIENCE)
        self._file = connection.makefile("rw", newline="\n")

    def send(self, line):
        self._file.write(line + "\n")
        self._file.flush()

    def ask(self, line):
        """The lines of the answer; an error is its only line."""
        self.send(line)
        lines = []
        while True:
            lines.append(self._file.readline().rstrip("\n"))
            assert lines[-1] or len(lines) < 1000
            if lines[-1] == "ok":
                return lines[:-1]
            if lines[-1].startswith("error: "):
                return lines
