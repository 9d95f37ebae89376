# SPDX-License-Identifier: BSD-2-Clause
"""Random system calls: no panic, nothing lost, the shell answers."""

import random

import pytest
from census import lossless
from machine import program, shell
from test_ext2 import check_clean, drive, make_disk


def fuzz(disk, seed, count):
    """Each child is followed by a census of its own, all by one more.

    The disk has an ext2 file system at the end, whatever was done to it.
    """
    # In a subshell of its own: what it exports or mounts ends with it.
    result = shell(lossless("/fuzz 1 2", f"/fuzz {seed} {count}") +
                   " || exit 1\nls / | wc -l; echo answers",
                   *drive(make_disk(disk, 4)), add=[program("fuzz")],
                   timeout=600 + 5 * count)
    assert result.status == 0, result.output[-4000:]
    assert result.output.count("fuzz: ok\n") == 2
    assert "nothing lost\n" in result.output
    assert result.output.endswith("answers\n")
    check_clean(disk)


def test_fuzz(tmp_path):
    """The same children in every run of the suite, however fast it is."""
    fuzz(tmp_path / "disk", 1, 150)


@pytest.mark.long
def test_fuzz_long(tmp_path):
    """An hour or so, each time with other children."""
    fuzz(tmp_path / "disk", random.randrange(1 << 30), 10000)
