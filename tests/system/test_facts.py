# SPDX-License-Identifier: BSD-2-Clause
"""What system calls do, line by line as Linux does it.

tests/guest/facts/NAME.txt is what facts_NAME prints on Linux 6.1 as `make
build/linux/bzImage` makes it.  That one lacks asynchronous I/O, file handles,
seccomp, loop devices and directory notification: aio.txt, handles.txt,
seccomp.txt, loop.txt and notify.txt are from a Linux that has them, and hold
nothing that has changed since 6.1.
"""

import difflib

import pytest
from machine import TOP, program, shell

EXPECTED = TOP / "tests" / "guest" / "facts"


@pytest.mark.parametrize("name", sorted(p.stem for p in
                                        EXPECTED.glob("*.txt")))
def test_facts(name):
    expected = (EXPECTED / f"{name}.txt").read_text()
    result = shell(f"/facts_{name}", add=[program(f"facts_{name}")],
                   timeout=300)
    different = list(difflib.unified_diff(
        expected.splitlines(), result.output.splitlines(),
        "linux", "guest", lineterm="", n=1))
    assert not different, "\n".join(different)
    assert result.status == 0
