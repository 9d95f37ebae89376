# SPDX-License-Identifier: BSD-2-Clause
"""Random system calls: no panic, no page lost, the shell answers."""

import random

import pytest
from machine import program, shell
from test_stress import census, counts

FAILED = "repeat the last seed of this output: fuzz SEED once\n"


def fuzz(seed, seconds):
    """One short run first: what is kept for reuse is kept by then."""
    # In a subshell of its own: what it exports or mounts ends with it.
    result = shell(f"/fuzz {seed} 8 || exit 1; {census()}\n"
                   f"/fuzz {seed + 1000000} {seconds} || exit 1; {census()}\n"
                   "ls / | wc -l; echo answers",
                   add=[program("fuzz")], timeout=300 + 5 * seconds)
    assert result.status == 0, FAILED + result.output[-4000:]
    assert result.output.endswith("answers\n")
    assert result.output.count("fuzz: ok\n") == 2
    return counts(result.output)


def test_fuzz():
    """A fixed seed: the same calls in every run of the suite."""
    before, after = fuzz(1, 25)
    assert before == after


@pytest.mark.long
def test_fuzz_an_hour():
    seed = random.randrange(1 << 30)
    before, after = fuzz(seed, 3600)
    assert before == after, f"seed {seed}"
