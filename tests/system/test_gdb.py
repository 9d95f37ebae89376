# SPDX-License-Identifier: BSD-2-Clause
"""The gdb commands of scripts/gdb, driven through scripts/debug.

Each machine has a socket of its own.  Addresses are taken from what the
commands print or from the programs' symbols, never fixed here.
"""

import os
import re
import subprocess
import time

import pytest

from disks import drive
from machine import BOOT, BUILD, PATIENCE, TOP

DEBUG = str(TOP / "scripts" / "debug")
BUSYBOX = BUILD / "busybox" / "busybox_unstripped"
COMMANDS = ("pip tree", "pip where", "pip symbols", "pip walk", "pip shadow",
            "pip vidt", "pip break", "vmm guests", "vmm queues",
            "pipux tasks", "pipux task", "pipux exec", "layers")
SCRIPT = "sleep 1000 & until grep -q sleep /proc/$!/comm; do :; done; " \
    "echo hello; cat /etc/passwd; kill $!"


def gdb(tmp_path, *commands, boot=("--exec", SCRIPT), process=BUSYBOX,
        timeout=PATIENCE):
    """Runs commands in gdb; returns what each one printed."""
    words = [DEBUG, "--batch", "--console", str(tmp_path / "console")]
    if process:
        words += ["--process", str(process)]
    for number, command in enumerate(commands):
        words += ["--command", f"echo @@{number}\\n", "--command", command]
    done = subprocess.run(words + [str(word) for word in boot],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout,
                          check=False, text=True, errors="replace")
    text = re.sub(r"\[Inferior 1 .* detached\]\n", "", done.stdout)
    parts = re.split(r"^@@\d+\n", text, flags=re.MULTILINE)[1:]
    assert len(parts) == len(commands), done.stdout
    assert "Traceback" not in done.stdout, done.stdout
    assert "Python Exception" not in done.stdout, done.stdout
    return parts


def tree(text):
    """Rows of `pip tree`: (physical, in parent, regions, pages, name)."""
    rows = re.findall(r"^[* ] ([0-9a-f]{8}) +(\S+) +(\d+) +(\d+) +\d+ "
                      r"+(.*?)  \(", text, re.MULTILINE)
    return {name: (int(at, 16), where, int(regions), int(pages))
            for at, where, regions, pages, name in rows}


def test_help_of_every_command(tmp_path):
    texts = gdb(tmp_path, *(f"help {name}" for name in COMMANDS),
                boot=("--root", "none"))
    for name, text in zip(COMMANDS, texts):
        assert f"Usage: {name}" in text


def test_before_paging_and_wrong_arguments(tmp_path):
    before, usage, nobody, place, *others = gdb(
        tmp_path, "pip tree", "pip walk", "pip walk 0 nobody",
        "pip break pipux no_such_function", "pip break root *none",
        'pip break root ""', "pip symbols process /etc/passwd",
        "pip symbols process /none", "pip symbols", "pipux exec",
        "pipux tasks", "pip none", "pip walk (")
    assert before == "Pip has not turned paging on yet\n"
    assert usage == "Usage: pip walk ADDRESS [PARTITION]\n"
    assert nobody == "Pip has not turned paging on yet\n"
    assert place == ("no no_such_function in pipux.elf: see "
                     "`help pip symbols`\n")
    assert others[:-1] == [
        'No symbol "none" in current context.\n',
        "Usage: pip break PARTITION LOCATION\n",
        "/etc/passwd: no 32-bit ELF file\n", "/none: no such file\n",
        "Usage: pip symbols PARTITION FILE\n", "Usage: pipux exec NAME\n",
        "Pip has not turned paging on yet\n",
        'Undefined pip command: "none".  Try "help pip".\n']
    assert others[-1].count("\n") == 1


def test_break_in_every_layer(tmp_path):
    out = gdb(tmp_path,
              "pip break root hypercall", "continue", "pip where", "bt 2",
              "delete", "pip break pipux sys_write", "continue", "pip where",
              "bt 1", "delete", "pip break cat cat_main", "continue",
              "pip where", "info symbol $pc", "delete", "break yield",
              "continue", "pip where")
    assert "hypercall in root vmm" in out[1]
    assert re.search(r"ring 3: \w+ hypercall vmm-partition/hypercall.c:\d+",
                     out[2])
    assert "on_hypercall" in out[3]
    assert "sys_write in guest 1 pipux.elf" in out[6]
    assert re.search(r"ring 3: \w+ sys_write guests/pipux/fs/", out[7])
    assert "sys_write (fd=1" in out[8]
    assert re.search(r"cat_main in process \d+ cat", out[11])
    assert re.search(r"ring 3: \w+ cat_main", out[12])
    assert "cat_main in section .text" in out[13]
    assert re.search(r"ring 0, Pip: \w+ yield pip/arch/x86/switch.c:\d+",
                     out[17])


def test_tree_has_root_guest_and_processes(tmp_path):
    text = gdb(tmp_path, "pip break cat cat_main", "continue",
               "pip tree")[2]
    rows = tree(text)
    assert list(rows)[:2] == ["root vmm", "guest 1 pipux.elf"]
    processes = [name for name in rows if name.startswith("process ")]
    assert any(name.endswith(" init") for name in processes)
    assert any(name.endswith(" sleep") for name in processes)
    current, = re.findall(r"^\* .* (process \d+ \w+)", text, re.MULTILINE)
    assert current.endswith(" cat")
    # vertical sharing: nobody has more than its parent
    assert rows["root vmm"][3] > rows["guest 1 pipux.elf"][3]
    assert sum(rows[name][3] for name in processes) \
        < rows["guest 1 pipux.elf"][3]
    assert rows["root vmm"][1] == "-"


def test_walk_tells_rights_and_owners(tmp_path):
    out = gdb(tmp_path, "pip break cat cat_main", "continue",
              "pip walk *(unsigned*)$esp", "pip walk $esp", "pip walk 0xfffff000",
              "pip walk 0", "pip walk 0xc0000000", "pip tree")
    code, stack, vidt, none, window = out[2:7]
    first = code.split(" in guest")[0]
    assert "r- user" in first and "the partition's own" in first
    assert re.search(r"in guest 1 pipux.elf\n.*\n.*\n.*rw user\n"
                     r"  derived to child \w+, process \d+ cat", code)
    assert re.search(r"in root vmm\n.*\n.*\n.*rw user\n"
                     r"  derived to child \w+, guest 1 pipux.elf", code)
    physical = set(re.findall(r"physical (\w+)", code))
    assert len(physical) == 1
    assert "rw user" in stack.split(" in guest")[0]
    assert "r- user" in vidt.split(" in guest")[0]
    assert "Pip" in none and "Pip only" in window
    assert "user" not in window


def test_walk_agrees_with_probe(tmp_path):
    # regparm: EAX is the argument on entry, the result on return
    one = ["continue", "printf \"%x\\n\", $eax", "pip walk $eax",
           "tbreak **(unsigned *)$esp", "continue",
           "printf \"%d\\n\", $eax"]
    out = gdb(tmp_path, "pip break root pip:probe", *one, *one)[1:]
    for va, walk, answer in ((out[1], out[2], out[5]),
                             (out[7], out[8], out[11])):
        assert walk.startswith(f"{int(va, 16):08x} in root vmm")
        rights = {0: "lent to Pip", 1: "r- user", 3: "rw user"}[int(answer)]
        assert rights in walk


def test_shadows_of_descriptor_and_derived_page(tmp_path):
    out = gdb(tmp_path, "pip break cat cat_main", "continue", "pip tree")
    guest = tree(out[2])["guest 1 pipux.elf"]
    out = gdb(tmp_path, "pip break cat cat_main", "continue",
              f"pip shadow root 0x{guest[1]}", "pip shadow pipux 0x400000",
              f"pip walk 0x{guest[1]} root", "pip shadow pipux 0x80000000")
    assert "lent to Pip, a child's descriptor" in out[2]
    assert "the root has no parent" in out[2]
    assert re.search(r"shadow 1 0{8}  the partition's own", out[3])
    parent, = re.findall(r"shadow 2 (\w+)  in the parent", out[3])
    assert parent != "00000000"
    assert "lent to Pip\n" in out[4]
    assert out[5] == "the region is not prepared\n"


def test_vidt_of_kernel_and_process(tmp_path):
    kernel, process = gdb(
        tmp_path, "pip break pipux sys_write", "continue", "pip vidt",
        "pip vidt sh")[2:]
    assert re.search(r"128: \w+ eip \w+ syscall_stub guests/", kernel)
    assert re.search(r"0-31: \w+ eip \w+ fault_stub", kernel)
    assert "48 save, masked:" in process
    assert "saved by vector 128" in process
    assert re.search(r"eax \w+ ebx \w+ ecx \w+ edx", process)


def test_break_in_one_partition_only(tmp_path):
    """main() is at one address in every BusyBox process."""
    out = gdb(tmp_path, "pip break cat main", "continue", "pip where",
              "delete")
    assert re.search(r"main in process \d+ cat", out[1])
    assert re.search(r"current partition: process \d+ cat", out[2])
    # the same address is reached earlier, by others
    address = re.search(r"breakpoint \d+ at (\w+)", out[0]).group(1)
    out = gdb(tmp_path, f"hbreak *{address}", "continue", "pip where")
    assert re.search(r"current partition: process 1 init", out[2])


def test_tasks_and_what_they_wait_for(tmp_path):
    out = gdb(tmp_path, "pip break cat cat_main", "continue", "pipux tasks",
              "pipux task 1", "vmm guests")
    assert re.search(r"^\* +\d+ +\d+ TASK_RUNNING +cat", out[2], re.MULTILINE)
    assert re.search(r"^ +\d+ +\d+ TASK_SLEEPING +sleep +sys_\w*nanosleep",
                     out[2], re.MULTILINE)
    assert re.search(r"^ +1 +1 TASK_SLEEPING +init +sys_wait4 +do_wait",
                     out[2], re.MULTILINE)
    assert "task 1 init, TASK_SLEEPING, process 1" in out[3]
    assert "program busybox" in out[3]
    # perhaps with what else lies on the stack between them
    assert re.search(r"schedule\+.*\n(?:.*\n)? +\w+ do_wait\+", out[3])
    assert re.search(r"^\* +1 pipux.elf +VM_READY", out[4], re.MULTILINE)


def test_layers_from_pip_to_process(tmp_path):
    # not pip:event from the start: the boot has 100,000 of them
    out = gdb(tmp_path, "pip break cat cat_main", "continue", "delete",
              "pip break cat pip:event", "continue", "layers",
              "delete", "pip break root hypercall", "continue", "layers")[3:]
    parts = re.split(r"^(?=\w)", out[2], flags=re.MULTILINE)[1:]
    assert [part.split()[0] for part in parts] \
        == ["Pip", "root", "guest", "process"]
    assert re.search(r"eip \w+ event pip/arch/x86/switch.c", parts[0])
    assert "event_entry+" in parts[0]
    assert "not saved" in parts[1] and "not saved" in parts[2]
    assert "called Pip, or was interrupted" in parts[3]
    parts = re.split(r"^(?=\w)", out[6], flags=re.MULTILINE)[1:]
    assert parts[0].startswith("root vmm *\n  running: eip")
    assert "on_hypercall+" in parts[0]
    assert re.search(r"guest 1 pipux.elf\n  saved: eip \w+ esp \w+ \w+",
                     parts[1])


def test_partition_without_vmm(tmp_path):
    """The names come from the VMM: without it the tree still stands."""
    out = gdb(tmp_path, "break yield", "continue", "pip tree", "pip where",
              "layers", "vmm guests",
              boot=("--root", BUILD / "partitions" / "launcher.bin"),
              process=None)
    assert "root launcher" in out[2]
    assert "unknown" in out[2]
    assert "yield pip/arch/x86/switch.c" in out[3]
    assert out[5] == "the root partition is not the VMM\n"


def test_two_guests_of_one_kernel(tmp_path):
    """Their names are given; which kernel they have, memory tells."""
    out = gdb(tmp_path, "pip break two sys_wait4", "continue", "pip where",
              "vmm guests", "pipux tasks", "pipux tasks two",
              "pipux task 1 2", "vmm queues two", "pip walk 0x400000 two",
              "delete", "pip break guest1 sys_exit_group", "continue",
              "pipux tasks 1",
              boot=("--append", "vmm.mem=40 vmm.name=one", "--module",
                    f"{BUILD}/pipux.elf vmm.mem=40 vmm.name=two", "--module",
                    BUILD / "initrd.cpio.gz", "--exec", "ls"))
    assert "sys_wait4 in guest 2 two" in out[1]
    assert "current partition: guest 2 two, " in out[2]
    assert "sys_wait4 guests/pipux/kernel/wait4.c:" in out[2]
    assert re.search(r"^ +1 one .*\n\* +2 two ", out[3], re.MULTILINE)
    assert out[4] == "which guest? see `vmm guests`\n"
    assert re.search(r"^\* +1 +1 TASK_RUNNING +init +sys_wait4$", out[5],
                     re.MULTILINE)
    assert out[6].startswith("task 1 init, TASK_RUNNING, process 1")
    assert out[7].startswith("guest 2 two\n  device 0 ")
    assert re.match(r"00400000 in guest 2 two\n(.*\n)+\w+ in root", out[8])
    assert "sys_exit_group in guest 1 one" in out[11]
    assert " init " in out[12]


DYNAMIC = BUILD / "programs" / "dynamic" / "musl"
LIBC = BUILD / "programs" / "musl" / "lib"


def test_position_independent_program_and_its_libraries(tmp_path):
    out = gdb(tmp_path, f"pip symbols process {DYNAMIC}/lib/libbase.so",
              f"pip symbols process {LIBC}/ld-musl-i386.so.1",
              "pip break main main", "pipux exec main", "continue",
              "pip where", "pip break main main", "continue", "pip where",
              "bt 1", "delete", "pip break main base_name", "continue",
              "pip where", "bt 1", "delete", "pip break main pthread_create",
              "continue", "pip where", "layers",
              process=DYNAMIC / "main",
              boot=("--add", DYNAMIC, "--add", f"{LIBC}:/", "--exec",
                    "/musl/main"))
    assert out[2] == ("main may be anywhere until it runs: first "
                      "`pipux exec main` and `continue`\n")
    assert "exec of main in guest 1 pipux.elf" in out[4]
    assert re.search(r"main in process \d+ main", out[7])
    assert re.search(r"ring 3: 0804\w+ main \S*dynamic/main.c:\d+", out[8])
    assert re.search(r"#0 +main \(argc=1, ", out[9])
    assert re.search(r"base_name in process \d+ main", out[12])
    assert re.search(r"ring 3: b\w+ base_name \S*libbase.c:\d+", out[13])
    assert re.search(r"#0 +base_name \(", out[14])
    assert re.search(r"ring 3: \w+ \w*pthread_create", out[18])
    assert re.search(r"process \d+ main \*\n  running: eip \w+ esp \w+ \w*pthread_create"
                     r"\n(.*\n)* .*main.c:", out[19])


@pytest.fixture
def disk(tmp_path):
    path = tmp_path / "disk"
    path.write_bytes(b"driver-lab".ljust(1 << 20, b"\0"))
    return path


def test_stuck_queue_of_a_planted_bug(tmp_path, disk):
    """A driver that forgets to notify: the chain waits for the device."""
    out = gdb(tmp_path, "pip break driver-lab-planted planted_do",
              "continue", "vmm queues", "delete",
              "pip break driver-lab-planted wait_for", "continue",
              "vmm queues", "continue", "vmm queues",
              boot=("--initrd", "none", "--guest",
                    BUILD / "driver-lab-planted.elf", "--append",
                    "vmm.disk=ata0", "--", *drive(disk)), process=None)
    block = [text.split(" block: ")[1] for text in (out[2], out[6], out[8])]
    assert "avail 0, next 0, used 0: all taken and given back" in block[0]
    for text in block[1:]:
        assert ("avail 1, next 0, used 0: 1 made available, not taken by "
                "the device") in text
        assert re.search(r"0 \w{8} \+ 16 next\n +1 \w{8} \+ 512 write next\n"
                         r" +2 \w{8} \+ 1 write\n", text)
    # the worked-out driver's queue goes on
    assert re.search(r"entropy: .*\n.*\n +avail \d+, next \d+, used \d+: "
                     "all taken and given back", out[8])


def test_attach_to_a_running_machine(tmp_path):
    socket = tmp_path / "gdb"
    machine = subprocess.Popen(
        [BOOT, "--exec", "sleep 1000", "--", "-S", "-gdb",
         f"unix:{socket},server=on,wait=off"], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while not os.path.exists(socket):
            assert machine.poll() is None and time.monotonic() < end
            time.sleep(0.05)
        out, = gdb(tmp_path, "info registers eip",
                   boot=("--attach", str(socket)))
        assert "0xfff0" in out
    finally:
        machine.terminate()
        machine.wait()


def test_boot_that_fails_is_reported(tmp_path):
    done = subprocess.run(
        [DEBUG, "--batch", "--console", str(tmp_path / "console"), "--root",
         "/no/such"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, check=False, text=True, timeout=PATIENCE)
    assert done.returncode == 125
    assert "no such file" in done.stderr
