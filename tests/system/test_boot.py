# SPDX-License-Identifier: BSD-2-Clause
"""scripts/boot from end to end: statuses, options, images."""

import re
import signal
import subprocess
import time

import pytest
from machine import BOOT, BUILD, TOP, boot, plain, qemu_tag, running, shell


@pytest.mark.parametrize("medium", [[], ["--iso"]], ids=["elf", "iso"])
def test_command_and_status(medium):
    result = boot(*medium, exec="uname -a; echo $((6*7)); exit 7")
    assert re.search(r"^Linux \S+ .*\bi686\b", result.output, re.MULTILINE)
    assert "\n42\n" in result.output
    assert result.status == 7


@pytest.mark.parametrize("command, status", [
    ("true", 0), ("false", 1), ("exit 200", 200), ("exit 255", 255),
    ("kill -9 $$", 137), ("nonexistent-command", 127), ("poweroff", 0),
])
def test_status(command, status):
    assert boot(exec=command).status == status


def test_timeout_leaves_nothing_behind():
    name, tag = qemu_tag()
    result = boot(*tag, exec="echo started; sleep 1000", timeout=30)
    assert result.status == 124
    assert "started" in result.output
    assert not running(name)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT,
                                    signal.SIGHUP, signal.SIGKILL])
def test_signal_leaves_nothing_behind(number):
    name, tag = qemu_tag()
    child = subprocess.Popen([BOOT, "--exec", "sleep 1000"] + tag,
                             stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL)
    end = time.monotonic() + 30
    while not running(name):
        assert time.monotonic() < end
        time.sleep(0.1)
    child.send_signal(number)
    child.wait(30)
    end = time.monotonic() + 10
    while running(name):
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize("mem", [64, 128, 512])
def test_memory(mem):
    result = shell("free -m | awk '/^Mem:/ { print $2 }'", mem=mem)
    assert result.status == 0
    assert mem // 2 < int(result.output) <= mem


def test_instruction_counting():
    assert boot("--icount", exec="echo counted").status == 0


def test_added_files(tmp_path):
    tree = tmp_path / "tree"
    (tree / "inner").mkdir(parents=True)
    (tree / "inner" / "script").write_text("#!/bin/sh\necho \"ran $1\"\n")
    (tree / "inner" / "script").chmod(0o750)
    (tree / "plain").write_bytes(bytes(range(256)) * 100)
    (tree / "plain").chmod(0o604)
    (tree / "link").symlink_to("inner/script")
    (tree / "empty").touch()
    command = ("cd /opt/tree && ./link here && stat -c %a plain inner/script "
               "&& wc -c <plain && readlink link && md5sum <plain "
               "&& cmp plain /plain && ls --color=never empty")
    result = shell(command, add=[f"{tree}:/opt/tree", tree / "plain"])
    md5 = subprocess.run(["md5sum"], stdin=open(tree / "plain", "rb"),
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    assert result.output.splitlines() == [
        "ran here", "604", "750", "25600", "inner/script", md5.strip(),
        "empty"]
    assert result.status == 0


def test_append_reaches_the_guest():
    result = shell("cat /proc/cmdline; echo \"$COLOUR\"",
                   append="COLOUR=green other.word=1")
    assert "COLOUR=green other.word=1" in result.output.splitlines()[0]
    assert result.output.splitlines()[1] == "green"


def test_log_copies_the_console(tmp_path):
    log = tmp_path / "log"
    result = boot("--log", log, exec="echo logged")
    assert "logged" in result.output
    assert plain(log.read_bytes()) == result.output


def test_piped_input():
    with subprocess.Popen(
            [BOOT, "--timeout", "120", "--exec", "stty -echo; echo ready; "
             "read a; read b; echo \"$b-$a\"; exit 3"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        # What comes before somebody initialises the serial port is lost.
        for line in child.stdout:
            if b"ready" in line:
                break
        output, _ = child.communicate(b"first\nsecond\n")
    assert "second-first" in plain(output)
    assert child.returncode == 3


def test_prompt_within_three_seconds():
    """By the machine's own clock, so that a busy host does not count."""
    result = shell("cat /proc/uptime", "--icount")
    assert float(result.output.split()[0]) < 3


def test_initrd_is_reproducible(tmp_path):
    again = tmp_path / "again.cpio.gz"
    subprocess.run([TOP / "initrd" / "make-archive", TOP / "initrd/rootfs",
                    BUILD / "busybox/busybox", BUILD / "busybox/busybox.links",
                    again], check=True)
    assert again.read_bytes() == (BUILD / "initrd.cpio.gz").read_bytes()


@pytest.mark.parametrize("medium", [[], ["--iso"]], ids=["elf", "iso"])
def test_minimal_partition(open_terminal, medium):
    machine = open_terminal(*medium, "--root",
                            BUILD / "partitions/minimal.bin")
    machine.expect("Hello World")


@pytest.fixture
def menu(open_terminal):
    """A machine at the menu of the image that `make iso` makes."""
    subprocess.run(["make", "-s", "build/pipstack.iso"], cwd=TOP, check=True)
    machine = open_terminal("--iso=" + str(BUILD / "pipstack.iso"))
    machine.expect("Benchmark of Pip")
    return machine


@pytest.mark.parametrize("key, text", [
    ("3", "Hello World"), ("4", r"[Ll]auncher|child"),
    ("5", r"createPartition")])
def test_menu_has_partitions(menu, key, text):
    menu.send(key)
    menu.expect(r"pip: starting the root partition")
    menu.expect(text)


def test_disk_image(open_terminal):
    subprocess.run(["make", "-s", "disk"], cwd=TOP, check=True)
    machine = open_terminal("--disk=" + str(BUILD / "pipstack.img"))
    machine.expect("Two guests")
    machine.send("1")
    machine.prompt()
    machine.send("exit 3\r")
    assert machine.status() == 3


def test_menu_has_two_guests(menu):
    menu.send("2")
    menu.prompt()
    menu.send("\x1d")
    menu.expect("vmm> ")
    menu.send("list\r")
    menu.expect(r"1 \* one")
    menu.expect(r"2 +two")
    menu.send("switch 2\r")
    menu.prompt()
    menu.send("exit 0\r")
    menu.expect(r"guest 2 \(two\) ended with status 0")
    menu.send("\r")
    menu.prompt()
    menu.send("exit 7\r")
    assert menu.status() == 7


def test_menu_boots_by_itself(menu):
    machine = menu
    machine.prompt()
    machine.send("exit 5\r")
    assert machine.status() == 5
