# SPDX-License-Identifier: BSD-2-Clause
"""What the programs that use sockets leave behind: nothing."""

import re

from machine import program, shell

PROGRAMS = ["sockets", "unix_sockets", "unix_rights"]


def test_nothing_is_left_behind():
    """The second run finds what the first one left in caches, no more."""
    result = shell(
        "tasks() { grep tasks /proc/pipstack; }; n=$(tasks)\n"
        "for i in 1 2 3; do\n"
        "  for p in " + " ".join(PROGRAMS) + "; do /$p; done\n"
        "  until [ \"$(tasks)\" = \"$n\" ]; do sleep 0.01; done\n"
        "  cat /proc/pipstack\n"
        "done; wc -l </proc/net/unix",
        add=[program(name) for name in PROGRAMS], timeout=300)
    for name in PROGRAMS:
        passed = re.findall(f"^{name}: ok$", result.output, re.MULTILINE)
        assert len(passed) == 3, result.output
    census = re.findall(r"guest_free_pages \d+\nvmm_free_pages \d+\n"
                        r"kmalloc_bytes \d+\n", result.output)
    assert len(census) == 3 and census[1] == census[2], census
    assert result.output.endswith("\n1\n")


def test_killed_in_the_middle():
    """Processes that sleep in a call on a socket can be killed."""
    result = shell(
        "for i in 1 2 3; do\n"
        "  /unix_rights & r=$!; /unix_sockets & s=$!; sleep 0.0$i\n"
        "  kill -9 $r $s; wait $r $s\n"
        "done; /unix_rights && /unix_sockets",
        add=[program(name) for name in PROGRAMS], timeout=300)
    assert result.output.endswith("unix_rights: ok\nunix_sockets: ok\n")
