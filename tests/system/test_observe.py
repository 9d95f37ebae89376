# SPDX-License-Identifier: BSD-2-Clause
"""Looking into the guest kernel: traces, requests by key, panics, the log."""

import re

from machine import boot, shell

STATUS_KILLED = 255


def traced(words, command):
    """The traced lines, without time and colours."""
    output = boot(exec=command, append=words).output
    return re.findall(r"^\[ *\d+\.\d+\] (\S+\[\d+\]: .*)$", output,
                      re.MULTILINE)


def test_trace_of_chosen_calls():
    lines = traced("strace=open,write,exit_group",
                   "cat /none; echo 'a\"b'; exit 3")
    calls = {re.sub(r"^\S+: (\w+).*", r"\1", line) for line in lines}
    assert calls == {"open", "write", "exit_group"}
    text = re.sub(r"\[\d+\]", "[]", "\n".join(lines))
    assert 'cat[]: open("/none", 0x8000, 0) = -1 ENOENT\n' in text
    assert 'cat[]: exit_group(1) = ?\n' in text
    assert 'sh[]: write(1, "a\\"b\\n", 4) = 4\n' in text
    assert re.search(r'write\(2, "cat: can\'t open \'/none\': No such"\.\.\., '
                     r'\d+\) = \d+\n', text)


def test_trace_of_one_process_or_program():
    lines = traced("strace.pid=1", "cat /etc/hostname")
    assert lines and all("[1]: " in line for line in lines)
    lines = traced("strace.comm=cat strace=open",
                   "cat /etc/hostname; wc /.exec")
    assert lines
    assert all(re.match(r"cat\[\d+\]: open\(", line) for line in lines)


def test_unknown_call_is_named():
    output = boot(exec="echo alive", append="strace=opne").output
    assert "strace: no system call opne\n" in output
    assert "alive\n" in output


def test_task_dump():
    result = shell("sleep 1000 &\n"
                   "until grep -q sleep /proc/$!/comm; do :; done\n"
                   "echo t >/proc/sysrq-trigger; kill $!")
    assert re.search(r"\d+ +\d+ S sleep\n.*\+0x.*\n"
                     r"(.*\n)*?.*\+0x", result.output)
    assert re.search(r" 1 +1 S init\n", result.output)


def test_requests_by_key(terminal):
    terminal.run("sleep 1000 &")
    terminal.run("until grep -q sleep /proc/$!/comm; do :; done")
    terminal.send("\x1et")
    terminal.expect(r"S sleep\r\n.*\+0x")
    terminal.send("\x1em")
    terminal.expect(r"memory: \d+ KiB, \d+ KiB free")
    terminal.send("\x1eh")
    terminal.expect("t tasks\r\n")
    terminal.send("cat -v\r")
    terminal.expect("cat -v\r\n")
    terminal.send("<\x1e\x1e>\r")
    terminal.expect(r"<\^\^>\r\n<\^\^>\r\n")
    terminal.send("\x03")
    terminal.prompt()
    terminal.send("\x1eo")
    assert terminal.status() == 0


def test_panic_of_a_fault():
    """Registers and names; the machine ends with the status of a crash."""
    result = boot(exec="echo c >/proc/sysrq-trigger; echo not reached")
    assert result.status == STATUS_KILLED
    assert "Kernel panic: page fault of the kernel at address 0x10\n" in \
        result.output
    assert re.search(r"task \d+ \(sh\)\n", result.output)
    assert re.search(r"eip \[<[0-9a-f]{8}>\] sysrq\+0x", result.output)
    assert "sys_write+0x" in result.output
    assert re.search(r"guest 1 killed: page fault of the kernel",
                     result.output)
    assert "not reached" not in result.output


def test_only_root_may_ask():
    result = shell("ls -l /proc/sysrq-trigger | cut -c 1-10\n"
                   "setuidgid 1:1 sh -c 'echo c >/proc/sysrq-trigger' "
                   "|| echo refused")
    assert "--w-------\n" in result.output
    assert "refused\n" in result.output


def test_log_level_and_clearing():
    result = shell("dmesg | grep -c 'KiB of memory'\n"
                   "dmesg -c >/dev/null; dmesg | wc -l\n"
                   "dmesg -n 8; echo x >/proc/sysrq-trigger; dmesg -n 1\n"
                   "dmesg | grep -c sysrq:")
    assert re.match(r"1\n0\n\[.*sysrq: .*\n1\n$", result.output), result.output
