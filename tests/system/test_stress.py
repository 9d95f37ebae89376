# SPDX-License-Identifier: BSD-2-Clause
"""Many processes, exhausted resources, and a census around them."""

import re
import time

import pytest
from census import SHELL, lossless
from machine import program, shell
from test_real_programs import LOADERS, dynamic


@pytest.mark.parametrize("first, main", [
    ("/processes; /processes exec 100; /processes alive 200",
     "/processes && /processes exec 10000 && /processes alive 200"),
    # The largest extent first: what is kept for reuse is kept by then.
    ("/threads; /memory; /pipes", "/threads && /memory && /pipes"),
    ("/recursion; /signals; /files", "/recursion && /signals && /files"),
    ("/tracers", "/tracers 7 && /tracers 9"),
    ("mkdir /m; /facts_propagation /m",
     "for i in 1 2 3 4 5; do /facts_propagation /m >/dev/null; done"),
    ("mkdir /m; /facts_namespaces /m; unshare -m true",
     "for i in 1 2 3 4 5; do /facts_namespaces /m >/dev/null; done; "
     "for i in $(seq 50); do unshare -m sh -c 'mount -t tmpfs n /m && "
     "mount --rbind / /m/ 2>/dev/null; unshare -m ls /m >/dev/null'; done"),
    ("mkdir /m; /facts_mount_api /m",
     "for i in 1 2 3 4 5; do /facts_mount_api /m >/dev/null; done"),
], ids=["processes", "memory", "faults", "tracers", "mounts", "namespaces",
        "descriptors"])
def test_no_page_is_lost(first, main):
    names = ["processes", "threads", "memory", "pipes", "recursion",
             "signals", "files", "tracers", "facts_propagation",
             "facts_namespaces", "facts_mount_api"]
    result = shell(lossless(first, main), add=[program(n) for n in names],
                   timeout=1500)
    assert result.status == 0, result.output
    assert result.output.endswith("nothing lost\n")


@pytest.mark.parametrize("keep, undo, kind", [
    ("sleep 1000 & p=$!", "kill $p; wait $p", "kmalloc-1360"),
    (": >/x", "rm /x", "kmalloc-192"),
    ("echo x >/x", "rm /x", "other_pages"),
    ("mkdir /x; mount -t tmpfs none /x", "umount /x; rmdir /x",
     "kmalloc-192"),
    ("unshare -m sleep 1000 & p=$!; sleep 1", "kill $p; wait $p",
     "kmalloc-192"),
], ids=["process", "file", "page", "mount", "namespace"])
def test_census_sees(keep, undo, kind):
    """What is kept is seen; nothing is when it is gone."""
    result = shell(f"{SHELL}\n{keep}\n{undo}\nbefore\n"
                   f"{keep}\nnothing_lost 1\n{undo}\nnothing_lost")
    assert f"grown: {kind} " in result.output, result.output
    assert result.output.endswith("\nnothing lost\n")
    assert result.output.count("nothing lost\n") == 1
    assert result.status == 0


@pytest.mark.parametrize("what", ["bomb", "hog", "tables", "files", "mounts",
                                  "notices"])
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


SLEEPERS = {
    "static": ("sleep 1000", ""),
    # A shell with mappings, whose partitions are used again
    "shell": ("sleep 1000", "a=$(seq 9999); for i in $(seq 9); do $(:); done"),
    "musl": ("/musl/main sleep", "/musl/main again"),
    "musl-no-pie": ("/musl/main-no-pie sleep", "/musl/main-no-pie again"),
    "glibc": ("/glibc/main sleep", "/glibc/main again"),
}


@pytest.mark.parametrize("kind", SLEEPERS)
def test_memory_of_an_idle_process(kind):
    """Beyond its own pages, with what the rest of the system did meanwhile.
    guests/pipux/README.md has the table."""
    command, before = SLEEPERS[kind]
    libc = kind.partition("-")[0]
    result = shell(f"""free() {{ awk '/^MemFree/ {{ print $2 }}' /proc/meminfo; }}
        {before}
        before=$(free)
        for i in $(seq 50); do {command} & done
        sleep 5
        pids=$(jobs -p)
        each=$(( (before - $(free)) / 50 ))
        own=$(for p in $pids; do cat /proc/$p/statm; done |
            awk '{{ n += $2 * 4 }} END {{ print int(n / 50) }}')
        kill $pids
        echo $each $own""", timeout=300, mem=256,
                   add=dynamic(libc) if libc in LOADERS else [])
    each, own = map(int, result.output.splitlines()[-1].split())
    assert own > 16
    assert 16 < each - own < 100, (each, own)
