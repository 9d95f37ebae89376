# SPDX-License-Identifier: BSD-2-Clause
"""The benchmark: counts that do not change, and a clear error."""

import json
import subprocess

from machine import BUILD, TOP

BENCH = TOP / "scripts" / "bench"
RESULTS = BUILD / "bench" / "results.json"
PARTS = ("boot", "ext2")


def counts():
    subprocess.run([BENCH, *PARTS], check=True, stdout=subprocess.DEVNULL)
    result = json.loads(RESULTS.read_text(encoding="ascii"))
    return {part: result[part] for part in PARTS}


def test_two_runs_are_alike():
    first = counts()
    assert all(value > 0 for part in first.values()
               for value in part.values())
    assert counts() == first


def test_unknown_part():
    done = subprocess.run([BENCH, "luck"], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.startswith("bench: no part 'luck'")
    assert done.stderr.count("\n") == 1
