# SPDX-License-Identifier: BSD-2-Clause
"""Random system calls: no panic, nothing lost, the shell answers."""

import random

import pytest
from census import lossless
from machine import program, shell


def fuzz(seed, count):
    """Each child is followed by a census of its own, all by one more."""
    # In a subshell of its own: what it exports or mounts ends with it.
    result = shell(lossless("/fuzz 1 2", f"/fuzz {seed} {count}") +
                   " || exit 1\nls / | wc -l; echo answers",
                   add=[program("fuzz")], timeout=600 + 5 * count)
    assert result.status == 0, result.output[-4000:]
    assert result.output.count("fuzz: ok\n") == 2
    assert "nothing lost\n" in result.output
    assert result.output.endswith("answers\n")


def test_fuzz():
    """The same children in every run of the suite, however fast it is."""
    fuzz(1, 150)


@pytest.mark.long
def test_fuzz_long():
    """An hour or so, each time with other children."""
    fuzz(random.randrange(1 << 30), 10000)
