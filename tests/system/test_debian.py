# SPDX-License-Identifier: BSD-2-Clause
"""Debian's own i386 programs, as packaged, from an ext2 disk in the guest."""

import hashlib
import re

import hostroot
import pytest
from debian import MOUNT, TREE, disk, tree  # noqa: F401
from machine import TOP, Terminal, shell

SCRIPTS = TOP / "tests" / "programs" / "debian"
PATIENCE = 600
SEQUENCE = b"".join(b"%d\n" % n for n in range(1, 100001))
BASH = r"bash-5\S*# "


def debian(script, add=(), status=0):
    """What bash prints for a script, not at a terminal, in the tree."""
    options, machine = disk()
    result = shell(f"{MOUNT}cp -r /add tmp/ 2>/dev/null\n"
                   "cat >tmp/script <<'DEBIAN'\n"
                   f"{script}\nDEBIAN\n"
                   "chroot /mnt /bin/bash /tmp/script </dev/null >/out 2>&1\n"
                   "s=$?; cat /out; exit $s",
                   *options, *machine, add=[f"{a}:/add/" for a in add],
                   timeout=PATIENCE)
    assert result.status == status, result.output
    return result.output


@pytest.mark.parametrize("command", ["bash tools.sh", "python3 workout.py",
                                     "perl workout.pl"])
def test_as_on_host(command, tmp_path):
    """bash, coreutils, make, git, ...; Python; Perl: prints the same."""
    interpreter, name = command.split()
    script = (SCRIPTS / name).read_text()
    expected = hostroot.run(
        TREE / "root", f"cat >/tmp/{name} <<'END_OF_SCRIPT'\n{script}\n"
        f"END_OF_SCRIPT\n{interpreter} /tmp/{name} </dev/null 2>&1")
    assert expected.count("\n") > 5
    assert debian(f"{interpreter} /tmp/add/{name}",
                  [SCRIPTS / name]) == expected


def test_procps():
    """ps, top, free, vmstat, pgrep and others read /proc."""
    output = debian("""set -eux
        sleep 1000 & pid=$!
        ps -o pid=,ppid=,stat=,args= -p $pid
        ps aux | grep -q '[b]ash /tmp/script'
        ps -ef --forest | grep -q "[_] sleep 1000"
        test "$(pgrep -x sleep)" = $pid
        top -b -n 2 -d 0.2 | grep -c '^MiB Mem'
        free | awk '/^Mem:/ && $2 > 200000 && $4 < $2 { print "free" }'
        vmstat 1 2 | awk 'NR == 4 { print NF, "columns" }'
        uptime | grep -q ' up 0 min' && w -h
        pmap -xp $pid | grep -q /bin/sleep && echo pmap
        test "$(pwdx $pid)" = "$pid: $PWD"
        pkill -TERM sleep
        wait $pid || echo status $?""")
    assert re.search(r"^ *\d+ +\d+ S\+? +sleep 1000$", output, re.MULTILINE)
    for line in ("2", "free", "pmap", "17 columns", "status 143"):
        assert f"\n{line}\n" in output, output


def test_nginx():
    """Its workers over the loopback."""
    output = debian("""set -eu
        mkdir -p /tmp/www && seq 200000 >/tmp/www/index.html
        cat >/tmp/nginx.conf <<END
user root root;
worker_processes 2;
error_log /tmp/error.log;
pid /tmp/nginx.pid;
events { worker_connections 64; }
http { access_log /tmp/access.log;
    sendfile on;
    server { listen 127.0.0.1:8080; root /tmp/www; } }
END
        nginx -c /tmp/nginx.conf
        get() {
            exec 3<>/dev/tcp/127.0.0.1/8080
            printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3
            sed '1,/^\\r$/d' <&3 | cmp - /tmp/www/index.html && echo got
        }
        for n in 1 2 3 4; do get & done; wait
        nginx -c /tmp/nginx.conf -s quit 2>/dev/null
        while [ -e /tmp/nginx.pid ]; do sleep 0.1; done
        wc -l </tmp/access.log""")
    assert output.split() == ["got"] * 4 + ["4"]


@pytest.fixture
def terminal():
    options, machine = disk()
    term = Terminal(*options, *machine)
    term.prompt()
    for line in MOUNT.splitlines():
        term.send(line + "\r")
    term.send("exec chroot /mnt /bin/bash --norc\r")
    term.expect(BASH)
    term.send("export LC_ALL=C.UTF-8; cd /tmp\r")
    term.expect(BASH)
    yield term
    term.close()


def test_editors(terminal):
    """vi and nano: what is on the screen, and in the files."""
    terminal.send("seq 100 >f; vi f\r")
    terminal.wait_screen(lambda s: s[22] == "23" and "100 lines" in s[23])
    terminal.send("50Gdd:s/51/fifty-one/\rggOfirst\x1b")
    terminal.wait_screen(lambda s: s[:2] == ["first", "1"])
    terminal.send(":wq\r")
    terminal.expect(BASH)
    terminal.send("sed -n '1p;51p' f; wc -l <f\r")
    terminal.expect("first\r\nfifty-one\r\n100\r\n")
    terminal.send("nano g\r")
    terminal.wait_screen(lambda s: "GNU nano" in s[0])
    terminal.send("one\rtwo\x0f\r")
    terminal.wait_screen(lambda s: any("Wrote 2 lines" in x for x in s))
    terminal.send("\x18")
    terminal.expect(BASH)
    terminal.send("cat g\r")
    terminal.expect("one\r\ntwo\r\n")


def test_remote_shell(terminal):
    """dropbear: a command's output, then a session with a terminal."""
    terminal.send("dropbearkey -t ed25519 -f key >/dev/null 2>&1\r")
    terminal.expect(BASH)
    terminal.send("dropbear -r ./key -B -p 127.0.0.1:2222\r")
    terminal.expect(BASH)
    terminal.send("alias there='dbclient -y -p 2222 root@127.0.0.1'\r")
    terminal.expect(BASH)
    terminal.send("there 'seq 100000' 2>/dev/null | md5sum\r")
    terminal.expect(hashlib.md5(SEQUENCE).hexdigest())
    terminal.expect(BASH)
    terminal.send("there\r")
    terminal.expect(BASH)
    terminal.send("tty; stty size\r")
    terminal.expect(r"/dev/pts/\d+\r\n24 80\r\n")
    terminal.send("exit\r")
    terminal.expect(BASH)
    terminal.send("tty\r")
    terminal.expect("/dev/console|/dev/ttyS0")
