# SPDX-License-Identifier: BSD-2-Clause
"""Pseudo-terminals as programs use them: `script`, shells, job control."""

from census import lossless
from machine import program, shell


def test_script_gives_its_command_a_terminal():
    result = shell("script -q -c 'tty; stat -c %a:%g $(tty)' /log"
                   " </dev/null; grep -c /dev/pts/0 /log")
    assert "/dev/pts/0\n" in result.output
    assert "620:5\n" in result.output
    assert result.output.endswith("1\n")


def test_nothing_is_left_behind():
    """The second run finds what the first one left in caches, no more."""
    result = shell(lossless("/ptys", "/ptys") + " && echo /dev/pts/*",
                   add=[program("ptys")], timeout=300)
    assert result.status == 0, result.output
    assert result.output.count("ptys: ok\n") == 2
    assert result.output.endswith("nothing lost\n/dev/pts/ptmx\n")


def test_shell_with_jobs_in_a_pseudo_terminal(terminal):
    terminal.send("script -q -c 'sh -l' /dev/null\r")
    terminal.prompt()
    assert terminal.run("tty").strip() == "/dev/pts/0"
    terminal.send("sleep 1000\r")
    terminal.expect("sleep 1000\r\n")
    terminal.send("\x1a")
    terminal.expect("Stopped")
    terminal.prompt()
    assert "sleep 1000" in terminal.run("jobs")
    terminal.send("fg\r")
    terminal.expect("sleep 1000\r\n")
    terminal.send("\x03")
    terminal.prompt()
    terminal.send("exit\r")
    terminal.prompt()
    assert terminal.run("tty").strip() == "/dev/console"
    assert terminal.run("echo /dev/pts/*").strip() == "/dev/pts/ptmx"
