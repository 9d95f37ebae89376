# SPDX-License-Identifier: BSD-2-Clause
"""What a person at the console sees and does."""

import re
import time

CTRL_C, CTRL_D, CTRL_U, CTRL_Z = "\x03", "\x04", "\x15", "\x1a"
UP, LEFT = "\x1b[A", "\x1b[D"
BACKSPACE, TAB, ESCAPE = "\x7f", "\t", "\x1b"


def test_exit_powers_off(terminal):
    terminal.send("exit 3\r")
    assert terminal.status() == 3


def test_end_of_file_powers_off(terminal):
    terminal.send(CTRL_D)
    assert terminal.status() == 0


def test_size_and_type(terminal):
    assert terminal.run("stty size").strip() == "24 80"
    assert terminal.run("echo $TERM; tty").split() == ["vt100",
                                                       "/dev/console"]


def test_line_editing(terminal):
    # The editor may draw the prompt again: wait for the output first.
    terminal.send("echo hxllo" + LEFT * 3 + BACKSPACE + "e" + "\r")
    terminal.expect(r"\nhello\r\n")
    terminal.prompt()
    terminal.send("garbage that is dropped" + CTRL_U + "echo kept\r")
    terminal.expect(r"\nkept\r\n")
    terminal.prompt()
    terminal.send("cat /proc/ver" + TAB + "\r")
    terminal.expect(r"\nLinux version")
    terminal.prompt()


def test_history(terminal):
    terminal.run("echo one")
    terminal.run("echo two")
    terminal.send(UP + UP + "\r")
    terminal.expect(r"\none\r\n")
    terminal.prompt()
    assert "echo two" in terminal.run("history")


def test_interrupt(terminal):
    terminal.send("sleep 100\r")
    terminal.expect("sleep 100\r\n")
    time.sleep(1)
    terminal.send(CTRL_C)
    terminal.prompt()
    assert terminal.run("echo $?").strip() == "130"
    # Also what only computes
    terminal.send("while :; do :; done\r")
    time.sleep(1)
    terminal.send(CTRL_C)
    terminal.prompt()
    terminal.send("yes >/dev/null\r")
    time.sleep(1)
    terminal.send(CTRL_C)
    terminal.prompt()


def test_interrupt_reaches_a_pipeline(terminal):
    terminal.send("sleep 100 | cat | cat\r")
    time.sleep(1)
    terminal.send(CTRL_C)
    terminal.prompt()
    assert "sleep" not in terminal.run("ps | grep -v grep | grep sleep")


def test_job_control(terminal):
    terminal.send("sleep 1000\r")
    terminal.expect("sleep 1000\r\n")
    time.sleep(1)
    terminal.send(CTRL_Z)
    terminal.expect("Stopped")
    terminal.prompt()
    assert re.search(r"\[1\]\+\s+Stopped\s+sleep 1000", terminal.run("jobs"))
    terminal.run("bg")
    assert re.search(r"\[1\]\+\s+Running\s+sleep 1000", terminal.run("jobs"))
    terminal.send("fg\r")
    terminal.expect("sleep 1000")
    time.sleep(1)
    terminal.send(CTRL_C)
    terminal.prompt()
    assert terminal.run("jobs").strip() == ""


def test_background_reader_stops(terminal):
    terminal.run("cat &")
    time.sleep(1)
    assert re.search(r"Stopped \(tty input\)", terminal.run("jobs"))
    terminal.run("kill %1; kill -CONT %1")


def test_vi(terminal):
    terminal.send("vi /tmp/text\r")
    lines = terminal.wait_screen(lambda s: s[1:22] == ["~"] * 21
                                 and "/tmp/text" in s[23])
    assert lines[0] == "" or lines[0] == "~"
    terminal.send("ifirst line\rsecond line" + ESCAPE)
    terminal.wait_screen(lambda s: s[:2] == ["first line", "second line"]
                         and s[2:23] == ["~"] * 21)
    # Up, delete a word, duplicate the line below, undo nothing
    terminal.send("1Gdwjyyp")
    terminal.wait_screen(
        lambda s: s[:3] == ["line", "second line", "second line"]
        and s[3:23] == ["~"] * 20)
    terminal.send(":wq\r")
    terminal.prompt()
    assert terminal.run("cat /tmp/text").splitlines() == [
        "line", "second line", "second line"]


def test_vi_scrolls(terminal):
    terminal.run("seq 1 200 >/tmp/numbers")
    terminal.send("vi /tmp/numbers\r")
    terminal.wait_screen(lambda s: s[:23] == [str(n) for n in range(1, 24)])
    terminal.send("G")
    terminal.wait_screen(
        lambda s: "200" in s[:23] and s[s.index("200") + 1] in ("~", "")
        and s[:3] == [str(n) for n in range(int(s[0]), int(s[0]) + 3)])
    terminal.send("1G")
    terminal.wait_screen(lambda s: s[:23] == [str(n) for n in range(1, 24)])
    terminal.send(":q!\r")
    terminal.prompt()


def test_top(terminal):
    def drawn(lines):
        return (lines[0].startswith("Mem:") and lines[1].startswith("CPU:")
                and lines[2].startswith("Load average:")
                and lines[3].split()[:2] == ["PID", "PPID"]
                and sum("PPID" in line for line in lines) == 1
                and any(line.endswith("top -d 1") for line in lines[4:]))

    terminal.send("top -d 1\r")
    terminal.wait_screen(drawn)
    # Redrawn in place, again and again
    time.sleep(4)
    terminal.wait_screen(drawn)
    terminal.send("q")
    terminal.prompt()


def test_less(terminal):
    terminal.run("seq 1 100 >/tmp/numbers")
    terminal.send("less /tmp/numbers\r")
    terminal.wait_screen(lambda s: s[:23] == [str(n) for n in range(1, 24)])
    terminal.send(" ")
    terminal.wait_screen(lambda s: s[22] == "46")
    terminal.send("q")
    terminal.prompt()


def test_raw_and_back(terminal):
    terminal.send("stty raw -echo; dd bs=1 count=3 2>/dev/null | od -c; "
                  "stty sane\r")
    time.sleep(2)
    terminal.send("\x03\x1a\r")
    assert re.search(r"003\s+032\s+\\r", terminal.prompt())
    assert terminal.run("echo sane").strip() == "sane"


def test_long_paste(terminal):
    """Input faster than the shell reads it is not lost."""
    words = " ".join(f"w{n}" for n in range(150))
    assert terminal.run(f"echo {words} | wc -w").split()[-1] == "150"
