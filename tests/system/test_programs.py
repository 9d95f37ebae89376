# SPDX-License-Identifier: BSD-2-Clause
"""Static i386 programs of one's own: those of tests/guest and a fresh one."""

import base64
import gzip
import re
import subprocess

import pytest
from machine import BUILD, boot, program

PROGRAMS = ["threads", "signals", "floating", "jumps", "memory", "mappings",
            "cow",
            "recursion", "images", "files", "pipes", "clocks", "processes",
            "badcalls", "names", "descriptors", "events", "realtime",
            "inheritance", "ptys", "mounts",
            "procfiles", "watches", "xattrs", "sysvipc", "mqueues", "sockets",
            "unix_sockets", "unix_rights", "netlink", "packets", "calls", "settings",
            "tracers", "coredump", "steps", "rights"]


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


def test_core_file_in_gdb(tmp_path):
    """A debugger finds the threads, the place and the signal of the end."""
    result = boot(exec="cd /tmp; /coredump crash; gzip -c core | base64",
                  add=[program("coredump")], timeout=300)
    core = tmp_path / "core"
    text = re.search(r"\n(H4sI[A-Za-z0-9+/=\s]+)", result.output).group(1)
    core.write_bytes(gzip.decompress(base64.b64decode(text)))
    seen = subprocess.run(
        ["gdb", "-batch", "-nx", "-ex", "info threads", "-ex", "bt",
         "-ex", "p $_siginfo._sifields._sigfault.si_addr",
         program("coredump"), core],
        capture_output=True, text=True, timeout=300, check=True).stdout
    assert "terminated with signal SIGSEGV" in seen, seen
    assert seen.count("__kernel_vsyscall") == 3, seen
    assert re.search(r"#0 .* crash_here.*\n#1 .* crash_with_threads", seen), seen
    assert "(void *) 0x10" in seen, seen


def test_message_queues_as_files():
    """The file system that mq_overview(7) describes."""
    result = boot(exec="mkdir /q /r; mount -t mqueue none /q; touch /q/a\n"
                  "mount -t mqueue none /r; ls /r | cat; cat /r/a; rm /r/a\n"
                  "ls /q | wc -l; umount /q; umount /r; mkdir /q/b && ls /q | cat",
                  timeout=300)
    assert re.search(r"^a\nQSIZE:0 +NOTIFY:0 +SIGNO:0 +NOTIFY_PID:0 +\n0\nb$",
                     result.output, re.MULTILINE), result.output
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
