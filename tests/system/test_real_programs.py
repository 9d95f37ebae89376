# SPDX-License-Identifier: BSD-2-Clause
"""Programs that others wrote, static and dynamic: see tests/programs."""

import subprocess
import threading
from pathlib import Path

import pytest
from machine import BUILD, TOP, boot, program, shell
from test_network import CARD, STATIC, free_port

PROGRAMS = BUILD / "programs"
SCRIPTS = TOP / "tests" / "programs" / "scripts"
PATIENCE = 900


def built(name):
    """The directory of a program; skips the test if it cannot be had."""
    directory = PROGRAMS / name
    unavailable = directory / "unavailable"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())
    assert (directory / "built").exists(), f"run make programs ({name})"
    return directory


def on_host(*command, **options):
    """Standard output of the same binary under the host's kernel."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          text=True, **options).stdout


def run(command, add, **options):
    options.setdefault("timeout", PATIENCE)
    result = shell(command, add=add, **options)
    assert result.status == 0, result.output
    return result.output


def test_lua():
    output = run("/lua/lua /scripts/workout.lua",
                 [built("lua"), SCRIPTS])
    assert output.endswith("lua: ok\n")


def test_dash():
    """A script prints the same here and under the host's kernel."""
    dash = built("dash") / "dash"
    script = SCRIPTS / "posix.sh"
    expected = on_host(dash, script, stderr=subprocess.STDOUT,
                       stdin=subprocess.DEVNULL)
    assert run("/dash /posix.sh </dev/null 2>&1", [dash, script]) == expected


@pytest.mark.parametrize("database", [":memory:", "file.db",
                                      "--journal wal file.db"])
def test_sqlite(database, tmp_path):
    """speedtest1's results, as a hash over all rows, are the host's."""
    program = built("sqlite") / "speedtest1"
    words = ["--size", "3", "--verify", *database.split()]
    expected = on_host(program, *words, cwd=tmp_path).splitlines()[-1]
    assert expected.startswith("Verification Hash: ")
    output = run(f"cd /tmp && /speedtest1 {' '.join(words)}", [program])
    assert output.splitlines()[-1] == expected


def test_zlib(tmp_path):
    directory = built("zlib")
    expected = on_host(directory / "example", cwd=tmp_path)
    output = run("cd /tmp && /zlib/example", [directory])
    assert output == expected
    run("cd /tmp && for level in -1 -6 -9; do\n"
        "/zlib/minigzip $level </bin/busybox >b.gz &&"
        " /zlib/minigzip -d <b.gz | cmp - /bin/busybox &&"
        " gunzip <b.gz | cmp - /bin/busybox || exit 1\ndone", [directory])


def test_bzip2():
    """What bzip2's own `make test` does."""
    run("""cd /bzip2
        set -e
        ./bzip2 -1 <sample1.ref >sample1.rb2
        ./bzip2 -2 <sample2.ref >sample2.rb2
        ./bzip2 -3 <sample3.ref >sample3.rb2
        ./bzip2 -d <sample1.bz2 >sample1.tst
        ./bzip2 -d <sample2.bz2 >sample2.tst
        ./bzip2 -ds <sample3.bz2 >sample3.tst
        for i in 1 2 3; do
            cmp sample$i.bz2 sample$i.rb2
            cmp sample$i.tst sample$i.ref
        done""", [built("bzip2")])


def test_xz_with_threads():
    run("""cd /tmp
        cat /bin/busybox /bin/busybox /bin/busybox >data
        /xz/xz -0 -T4 --block-size=262144 -k data &&
        /xz/xz -T4 -l data.xz && /xz/xz -dc data.xz | cmp - data""",
        [built("xz")], mem=256)


def test_lmdb():
    """Its own tests: shared mappings, locks, a database that grows."""
    run("""cd /lmdb
        for test in mtest mtest2 mtest3 mtest4 mtest5; do
            rm -rf testdb && mkdir testdb && ./$test >$test.out || {
                echo $test: $?; tail -n 5 $test.out; exit 1; }
        done
        ./mdb_copy testdb >copy && ./mdb_stat -a testdb""",
        [built("lmdb")])


def add_musl(place="/"):
    return f"{built('musl') / 'lib'}:{place}"


def test_tcc():
    """A compiler in the guest: a program, and one that is never a file."""
    output = run("""cd /tmp
        cat >a.c <<END
#include <stdio.h>
#include <math.h>
int main(int argc, char **argv)
{
    printf("%s: sin(0.5) is %f\\\\n", argv[1], sin(0.5));
    return argc;
}
END
        /tcc/tcc a.c -o a && { ./a file; echo $?; }
        /tcc/tcc -run a.c memory; echo $?""",
        [built("tcc"), add_musl(), add_musl("/tcc/")])
    assert output == ("file: sin(0.5) is 0.479426\n2\n"
                      "memory: sin(0.5) is 0.479426\n2\n")


def test_a_library_is_configured_built_and_tested(tmp_path):
    """zlib by dash, bmake -j and tcc, from its sources to its test."""
    tools = [built("tcc"), built("bmake"), built("dash") / "dash",
             add_musl(), add_musl("/tcc/")]
    built("zlib")
    source = BUILD / "src" / "zlib"
    files = [path for path in sorted(source.iterdir()) if path.is_file()]
    adds = [f"{path}:/zlib/" for path in files]
    output = run("""cd /zlib && mkdir /tools && ln -s /bmake/bmake /tools/make
        PATH=$PATH:/tcc:/tools; export CC=tcc SHELL=/dash AR='tcc -ar'
        /dash ./configure --static &&
        make -m / -r -j3 libz.a example minigzip && ./example &&
        ./minigzip <zlib.h | ./minigzip -d | cmp - zlib.h""",
        tools + adds + [f"{source / 'test'}:/zlib/"], mem=256)
    assert "inflate with dictionary: hello, hello!\n" in output


def dynamic(libc):
    """What a dynamic program of this C library needs."""
    if libc == "musl":
        return [PROGRAMS / "dynamic" / "musl", add_musl()]
    return [PROGRAMS / "dynamic" / "glibc"] + [
        f"{glibc_file(name)}:/lib/" for name in
        ("ld-linux.so.2", "libc.so.6", "libm.so.6", "libgcc_s.so.1")]


def glibc_file(name):
    """One of the 32-bit C library's files on the build machine."""
    path = Path("/lib32") / name
    if not path.exists():
        pytest.skip("no 32-bit glibc here (Debian's libc6-i386)")
    return path


LOADERS = {"musl": "/lib/ld-musl-i386.so.1", "glibc": "/lib/ld-linux.so.2"}


@pytest.mark.parametrize("kind", ["main", "main-no-pie"])
@pytest.mark.parametrize("libc", ["musl", "glibc"])
def test_dynamic(libc, kind):
    """Found by RUNPATH and $ORIGIN, from anywhere, by the loader itself,
    through LD_LIBRARY_PATH; lazily bound and not; with LD_PRELOAD."""
    program = f"/{libc}/{kind}"
    output = run(f"""set -e
        {program}
        cd /tmp; LD_BIND_NOW=1 {program}
        LD_PRELOAD=/{libc}/lib/preload.so {program}
        {LOADERS[libc]} {program} direct
        mv /{libc}/lib /elsewhere
        LD_LIBRARY_PATH=/elsewhere {program}
        ! {program} 2>/dev/null""", dynamic(libc))
    assert output.count("dynamic: ok\n") == 5
    assert output.count("plugin: end\n") >= 5


def test_loader_missing():
    """ENOENT, which the shell reports as it does for the program itself."""
    result = shell("/glibc/main", add=[PROGRAMS / "dynamic" / "glibc"])
    assert result.status == 127
    assert "not found" in result.output


@pytest.mark.parametrize("name", ["static", "static-pie"])
def test_static_glibc(name):
    program = PROGRAMS / "dynamic" / "glibc" / name
    output = run(f"/{name}", [program])
    assert output == "sin(1) is 0.841471\nand a shell\n"


def strace(command):
    return run(command, [f"{built('strace')}/strace:/bin/strace"])


def test_strace_follows_children():
    output = strace("strace -f -o /tmp/log sh -c 'ls / | wc -l; echo hi'\n"
                    "cat /tmp/log")
    calls = [line.split(None, 1) for line in output.splitlines()
             if line[:1].isdigit() and " " in line]
    by_name = [call.split("(")[0] for _, call in calls]
    assert len({pid for pid, _ in calls}) == 3
    assert by_name.count("fork") + by_name.count("vfork") >= 1
    assert any(call.startswith('execve("/bin/ls", ["ls", "/"]')
               for _, call in calls)
    assert any(call.startswith('write(1, "hi\\n", 3') for _, call in calls)
    assert sum(call.startswith("+++ exited with 0 +++")
               for _, call in calls) == 3
    assert any("si_code=CLD_EXITED" in call for _, call in calls)


def test_strace_attaches():
    output = strace("""
        (while :; do sleep 0.1; echo x >/dev/null; done) &
        pid=$!
        strace -f -o /tmp/log -p $pid 2>/tmp/messages &
        until grep -q 'write(1, "x' /tmp/log; do sleep 0.1; done
        grep TracerPid /proc/$pid/status
        kill -INT $!
        wait $!
        grep TracerPid /proc/$pid/status
        kill $pid
        cat /tmp/messages""")
    pids = [line.split()[1] for line in output.splitlines()
            if line.startswith("TracerPid:")]
    assert len(pids) == 2 and pids[0] != "0" and pids[1] == "0"
    assert " attached" in output and " detached" in output


def test_strace_counts():
    output = strace("strace -c -o /tmp/log sh -c 'echo hi' && cat /tmp/log")
    row = next(line for line in output.splitlines()
               if line.endswith(" write"))
    assert row.split()[3] == "1"
    assert output.splitlines()[-1].endswith(" total")


def gdb(directory, log, start, *commands):
    """What the host's gdb prints, and the guest where gdbserver `start`s."""
    port = free_port()
    card = [word.replace("id=net", f"id=net,hostfwd=tcp:127.0.0.1:{port}-:99")
            for word in CARD]
    words = ["set remotetimeout 600", f"target remote 127.0.0.1:{port}",
             *commands]
    said = []

    def debug():
        while not (log.exists() and "Listening on" in log.read_text()):
            if ended.wait(0.2):
                return
        said.append(subprocess.run(
            ["gdb", "-nx", "-batch",
             *(part for word in words for part in ("-ex", word)),
             str(program("threads"))], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False,
            timeout=PATIENCE).stdout)

    ended = threading.Event()
    thread = threading.Thread(target=debug)
    thread.start()
    try:
        result = boot("--log", str(log), *card, append="vmm.net=ne2k",
                      timeout=PATIENCE, add=[
                          f"{directory}/gdbserver:/bin/gdbserver",
                          program("threads")], exec=STATIC + start)
    finally:
        ended.set()
        thread.join()
    assert said, result.output
    return said[0], result


def test_gdbserver(tmp_path):
    """Breakpoints, a backtrace, steps and threads; then the program ends."""
    said, result = gdb(
        built("gdbserver"), tmp_path / "log",
        "gdbserver --once :99 /threads; echo status $?",
        "break count", "continue", "bt 1", "info threads", "stepi",
        "p $eip > (long)&count", "p turn_changed", "delete",
        "handle SIG32 SIG33 SIG34 nostop noprint", "continue")
    assert "hit Breakpoint 1, count (argument=" in said, said
    assert "#0  count (argument=" in said
    assert said.count('"threads"') >= 3
    assert "$1 = 1\n" in said
    assert "exited normally" in said
    assert "threads: ok\n" in result.output, result.output


def test_gdbserver_attaches(tmp_path):
    said, result = gdb(
        built("gdbserver"), tmp_path / "log", "sleep 1000 & pid=$!\n"
        "gdbserver --once --attach :99 $pid\n"
        "grep TracerPid /proc/$pid/status; kill $pid; echo killed",
        "file", "p $orig_eax", "detach")
    assert "detached" in said, said
    assert "TracerPid:\t0\n" in result.output, result.output
    assert "killed\n" in result.output
