# SPDX-License-Identifier: BSD-2-Clause
"""Many processes, exhausted resources, and a page census around them."""

import re
import time

import pytest
from machine import program, shell

CENSUS = "grep -iE '^(MemFree|VmmFree)' /proc/meminfo"


def counts(output):
    """The censuses in the output, each a list of (name, KiB)."""
    found = re.findall(r"^census\n(.*?)^end$", output,
                       re.DOTALL | re.MULTILINE)
    return [re.findall(r"(\w+):\s+(\d+)", text) for text in found]


def census():
    return f"echo census; {CENSUS}; echo end"


@pytest.mark.parametrize("first, main", [
    ("/processes exec 100; /processes alive 200",
     "/processes exec 10000 && /processes alive 200"),
    # The largest extent first: what is kept for reuse is kept by then.
    ("/threads; /memory; /pipes", "/threads && /memory && /pipes"),
    ("/recursion; /signals; /files", "/recursion && /signals && /files"),
], ids=["processes", "memory", "faults"])
def test_no_page_is_lost(first, main):
    names = ["processes", "threads", "memory", "pipes", "recursion",
             "signals", "files"]
    result = shell(f"{first}; {first}; {census()}; {main} || exit 1; "
                   f"{census()}", add=[program(n) for n in names],
                   timeout=1500)
    assert result.status == 0, result.output
    before, after = counts(result.output)
    assert before and before == after


@pytest.mark.parametrize("what", ["bomb", "hog", "files"])
def test_exhaustion(what):
    result = shell(f"/limits {what}; echo status $?\n"
                   "ls / | wc -l; ps >/dev/null; echo survived",
                   add=[program("limits")], timeout=300)
    assert f"limits {what}: ok\nstatus 0\n" in result.output, result.output
    assert result.output.endswith("survived\n")
    assert result.status == 0


def test_fork_of_more_than_half_the_memory():
    result = shell("/cow large 61440", add=[program("cow")], timeout=300)
    assert result.output == "cow large: ok\n"
    assert result.status == 0


def test_copies_that_do_not_fit():
    """Parent and two children write 60 MiB each: the children are killed,
    with a message each, and nobody else."""
    result = shell("sleep 1000 & /cow eat 61440; echo $?; kill $! && ls / | "
                   "wc -l; dmesg", add=[program("cow")], timeout=300)
    assert re.search(r"^2 killed\ncow eat: ok\n0\n\d+\n", result.output,
                     re.MULTILINE), result.output
    killed = re.findall(r"killed process \d+ \((\w+)\)", result.output)
    assert killed and set(killed) == {"cow"}


def test_shell_fork_bomb(open_terminal):
    """The classic, from the shell; its user interrupts it."""
    machine = open_terminal()
    machine.prompt()
    machine.run("b() { sleep 1; b | b; }")
    machine.send("b\r")
    time.sleep(15)
    machine.send("\x03")
    machine.prompt()
    assert machine.run("echo $((6*7))").endswith("42\n")
    machine.send("exit 4\r")
    assert machine.status() == 4


def test_hog_spares_the_shell():
    """A hog in the shell's own language."""
    result = shell("sh -c 'a=x; while :; do a=$a$a; done'; echo status $?; "
                   "echo survived; ls /bin | wc -l", timeout=300)
    assert "survived\n" in result.output
    assert result.status == 0


def test_memory_of_an_idle_process():
    """Beyond its own pages: 87 KiB, or 103 with a third region, and what the
    rest of the system did meanwhile.  guests/pipux/README.md has the table."""
    result = shell("""free() { awk '/^MemFree/ { print $2 }' /proc/meminfo; }
        before=$(free)
        for i in $(seq 50); do sleep 1000 & done
        sleep 1
        each=$(( (before - $(free)) / 50 ))
        own=$(awk '{ print $2 * 4 }' /proc/$!/statm)
        kill $(jobs -p)
        echo $each $own""", timeout=300)
    each, own = map(int, result.output.splitlines()[-1].split())
    assert own > 16
    assert 16 < each - own < 108, (each, own)
