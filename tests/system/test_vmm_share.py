# SPDX-License-Identifier: BSD-2-Clause
"""Fair shares of the processor, in instructions: the same on any machine."""

import pytest
from guests import boot_guests, number

MS = 200
GOOD = f"do=count ms={MS} vmm.mem=2 tag=good vmm.console=lines"


def share(*neighbours, weight=1):
    """What a computing guest gets done, and the whole result."""
    result = boot_guests(f"{GOOD} vmm.weight={weight}",
                         *[f"{n} vmm.mem=4 vmm.console=lines"
                           for n in neighbours],
                         more=["--icount"], timeout=600)
    assert result.status == 0, result.output
    return number(result, "counted", "good"), result


@pytest.fixture(scope="module")
def alone():
    return share()[0]


@pytest.mark.parametrize("load", [
    "do=count", "do=flood", "do=storm", "do=babble", "do=exhaust"])
def test_a_bad_neighbour_gets_half(alone, load):
    counted, result = share(f"{load} ms={MS}")
    assert counted > 0.47 * alone, result.output


def test_a_crashing_neighbour_gets_half(alone):
    counted, result = share("do=crash kind=6 n=20 vmm.restart=crash")
    assert counted > 0.5 * alone, result.output


def test_a_rebooting_neighbour_gets_half(alone):
    counted, result = share("do=reboot n=400")
    assert counted > 0.47 * alone, result.output


def test_who_slept_does_not_get_all(alone):
    """Half of the time the neighbour sleeps, then it gets no more than half."""
    counted, result = share(f"do=count sleep={MS // 2} ms={MS}")
    assert counted > 0.7 * alone, result.output


@pytest.mark.parametrize("mine,theirs", [(1, 3), (2, 1), (5, 20)])
def test_weights(alone, mine, theirs):
    counted, _ = share(f"do=count ms={2 * MS} vmm.weight={theirs}",
                       weight=mine)
    assert counted / alone == pytest.approx(mine / (mine + theirs), rel=0.1)


def test_three_guests(alone):
    counted, result = share(
        f"do=count ms={2 * MS} vmm.weight=2",
        f"do=flood ms={2 * MS} vmm.weight=2")
    assert counted / alone == pytest.approx(1 / 5, rel=0.15), result.output


@pytest.mark.parametrize("load", ["flood", "storm", "babble"])
def test_a_sleeper_wakes_up_in_time(load):
    result = boot_guests(
        "do=late vmm.mem=2 tag=late vmm.console=lines",
        f"do={load} ms={MS} vmm.mem=4 vmm.console=none",
        more=["--icount"], timeout=600)
    assert number(result, "late-us", "late") < 100
    assert number(result, "late-worst-us", "late") < 2000


def test_paths_of_one_guest():
    """The two paths that people measure, with one guest."""
    result = boot_guests("do=hypercall", more=["--icount"])
    assert number(result, "hypercall") < 420
    result = boot_guests("do=timer", more=["--icount"])
    assert number(result, "timer") < 590
