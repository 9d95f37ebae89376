# SPDX-License-Identifier: BSD-2-Clause
"""Static i386 programs of one's own: those of tests/guest and a fresh one."""

import subprocess

import pytest
from machine import BUILD, boot, program

PROGRAMS = ["threads", "signals", "floating", "jumps", "memory", "recursion",
            "images",
            "files", "pipes", "clocks", "processes", "badcalls",
            "names", "descriptors", "events", "realtime", "ptys", "mounts",
            "procfiles", "watches", "sysvipc", "mqueues", "sockets",
            "unix_sockets", "unix_rights", "netlink", "packets", "calls", "settings"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name):
    result = boot(exec=f"/{name}", add=[program(name)], timeout=300)
    assert f"{name}: ok\n" in result.output, result.output
    assert result.status == 0


def test_inotifyd():
    """BusyBox's daemon hears of a file's life; it ends with the file."""
    result = boot(exec="mkdir /w; inotifyd - /w:ndmyx & p=$!\n"
                  "until ls -l /proc/$p/fd | grep -q inotify; do :; done\n"
                  "sleep 1; echo x >/w/a; mv /w/a /w/b; rm /w/b\n"
                  "rmdir /w; wait $p", timeout=300)
    for event in ["n\t/w\ta", "m\t/w\ta", "y\t/w\tb", "d\t/w\tb", "x\t/w"]:
        assert event in result.output, result.output
    assert result.status == 0


def test_vdso():
    """With "set" it also sets the clock, for a process that has a copy."""
    result = boot(exec="/vdso set", add=[program("vdso")], timeout=300)
    assert "vdso: ok\n" in result.output, result.output
    assert result.status == 0


def test_ipcs():
    """BusyBox's ipcs sees what is there; nothing is left of what went."""
    result = boot(exec="grep kmalloc /proc/pipstack >/a; >/b; /sysvipc\n"
                  "grep kmalloc /proc/pipstack >/a; /sysvipc\n"
                  "grep kmalloc /proc/pipstack >/b; cmp /a /b || exit 1\n"
                  "ipcs -a; ipcs -l; cat /proc/sysvipc/*", add=[program("sysvipc")],
                  timeout=300)
    for text in ["Message Queues", "nsems", "Semaphore Limits", "shmid"]:
        assert text in result.output, result.output
    assert result.status == 0


def test_deep_recursion_is_a_segmentation_fault():
    result = boot(exec="exec /recursion die", add=[program("recursion")])
    assert result.status == 128 + 11


def test_new_program(tmp_path):
    """As in the README: compile, add, execute."""
    source = tmp_path / "a.c"
    source.write_text(
        '#include <stdio.h>\n'
        'int main(int c, char **v) {'
        ' printf("%s has %d\\n", v[0], c); return 11; }\n')
    subprocess.run([BUILD / "i386-musl-gcc", source, "-o",
                    tmp_path / "a.out"], check=True)
    result = boot(exec="/a.out x y", add=[tmp_path / "a.out"])
    assert "/a.out has 3\n" in result.output
    assert result.status == 11


def test_all_at_once():
    """Programs do not disturb one another."""
    names = ["threads", "signals", "floating", "jumps", "pipes"]
    command = "\n".join(f"/{name} & p_{name}=$!" for name in names)
    command += "\n" + "\n".join(f"wait $p_{name} || exit 1"
                                for name in names)
    result = boot(exec=command, add=[program(name) for name in names],
                  timeout=300)
    for name in names:
        assert f"{name}: ok\n" in result.output, result.output
    assert result.status == 0
