# SPDX-License-Identifier: BSD-2-Clause
"""The labs: as they are handed out none passes its check, solved all do."""

import subprocess

import pytest
from machine import TOP

LABS = range(1, 9)


def make_lab(*words):
    return subprocess.run(["make", "-s", "lab", *words], cwd=TOP, check=False,
                          stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.parametrize("number", LABS)
def test_skeleton_fails(number):
    """It builds without a warning, and one line says what is missing."""
    done = make_lab(f"N={number}")
    assert "warning" not in done.stdout, done.stdout
    verdict = [line for line in done.stdout.splitlines()
               if line.startswith("lab ")]
    assert len(verdict) == 1, done.stdout
    assert verdict[0].startswith(f"lab {number}: not yet: ")
    assert done.returncode == 2             # make's


@pytest.mark.parametrize("number", LABS)
def test_solution_passes(number):
    done = make_lab(f"N={number}", "SOLUTION=1")
    assert "warning" not in done.stdout, done.stdout
    assert done.stdout.splitlines()[-1] == f"lab {number}: solved"
    assert "not ok" not in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("words", [[], ["N=9"], ["N=x"]])
def test_unknown_lab(words):
    done = make_lab(*words)
    assert "which one? make lab N=1" in done.stdout
    assert done.returncode == 2
