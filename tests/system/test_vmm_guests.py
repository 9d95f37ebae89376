# SPDX-License-Identifier: BSD-2-Clause
"""Several guests at once: settings, ends, restarts, watchdogs."""

import re

import pytest
from guests import VMM_TEST, boot_guests, number
from machine import boot

# What guests/vmm-test/crash.c does, in its order, and what the VMM says
KINDS = [
    ("reads beyond its memory", "page fault at address 0x[0-9a-f]+00000"),
    ("writes the start info", "page fault at address 0xffffc000"),
    ("reads Pip", "page fault at address 0x100000"),
    ("writes physical memory", "page fault at address 0xc0100000"),
    ("jumps into nothing", "page fault at address 0x80000000"),
    ("divides by zero", "divide error"),
    ("invalid instruction", "invalid opcode"),
    ("int3", "general protection fault"),
    ("into", "general protection fault"),
    ("hlt", "general protection fault"),
    ("cli", "general protection fault"),
    ("in", "general protection fault"),
    ("out", "general protection fault"),
    ("mov to CR3", "general protection fault"),
    ("lidt", "general protection fault"),
    ("loads Pip's segment", "general protection fault"),
    ("single step", "debug exception"),
    ("int 0x99", "int 0x99 means nothing to the VMM"),
    ("int 0x20", "general protection fault"),
    ("int 0x80", "int 0x80 means nothing to the VMM"),
    ("pushes without a stack", "page fault at address 0x3ffffc"),
    ("resets by a service", "general protection fault"),
    ("lends its VIDT", "hypercall without a save context"),
    ("lends its context page", "no access to its save context"),
    ("lends its shared page", "no access to its shared page"),
    ("hypercall without a context", "hypercall without a save context"),
    ("saves itself into Pip", "hypercall without a save context"),
    ("forges a fault", "it yielded to the handler of fault 13"),
    ("yields to nowhere", "it entered the VMM where nothing is"),
    ("forges a timer", r"cannot be entered at VIDT\[64\]: no context there"),
    ("orphans a process", "no handler for an event of its process"),
    ("gives up", "I give up"),
    ("gives up without words", "it crashed"),
    ("forgets the watchdog", "watchdog: no sign of life for 20 ms"),
]


def kills(result, guest):
    return re.findall(f"^vmm: guest {guest} killed: (.*)$", result.output,
                      re.MULTILINE)


def test_every_misbehaviour_beside_a_good_guest():
    """Each kills its guest, with its reason, and costs no page; the other
    guest finds its memory as it was and ends well."""
    result = boot_guests(
        "do=check ms=8000 status=5 vmm.mem=4",
        "do=crash vmm.mem=4 vmm.restart=crash tag=bad "
        "vmm.console=lines", timeout=300)
    reasons = kills(result, 2)
    for (what, pattern), reason in zip(KINDS, reasons):
        assert re.fullmatch(pattern, reason), what
    assert len(reasons) == len(KINDS)
    assert number(result, "crashed", "bad") == len(KINDS)
    assert number(result, "checked") > 0
    assert kills(result, 1) == []
    assert "lost" not in result.output
    assert result.output.count("all of its memory is back") \
        >= len(KINDS) + 1
    assert result.status == 5


def test_settings():
    result = boot_guests(
        "do=hello colour=green vmm.mem=16 vmm.name=first  tail",
        "do=hello vmm.name=second vmm.console=lines status=3",
        "do=hello", vmm="guest3.name=third guest3.console=lines "
        "guest3.mem=8 loglevel=3")
    assert "\ndo=hello colour=green tail\n" in result.output
    # Without its name if the console was left to it
    assert re.search(r"^(\[second\] )?do=hello status=3$", result.output,
                     re.MULTILINE)
    assert re.search(r"^(\[third\] )?do=hello$", result.output,
                     re.MULTILINE)
    assert "guest 1: first, 16384 KiB" in result.output
    assert "guest 3: third, 8192 KiB" in result.output
    assert result.status == 0


def test_memory_is_shared_out():
    result = boot_guests("do=hello", "do=hello vmm.mem=32", "do=hello")
    sizes = [int(n) for n in re.findall(r"guest \d: \S+ (\d+) KiB",
                                        result.output)]
    assert sizes[1] == 32768
    assert abs(sizes[0] - sizes[2]) <= 16
    assert 120000 < sum(sizes) < 128 * 1024


def test_initrds(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"the first initrd\r\n\0")
    two.write_bytes(b"the second initrd\r\n\0" + bytes(10000))
    result = boot("--guest", VMM_TEST, "--initrd", one, append="do=hello",
                  *["--module", f"{VMM_TEST} do=hello vmm.name=two "
                    "vmm.console=lines", "--module", two])
    assert "\nthe first initrd\n" in result.output
    assert "the second initrd\n" in result.output


@pytest.mark.parametrize("word", [
    "vmm.colour=green", "vmm.mem=0", "vmm.mem=much", "vmm.weight=101",
    "vmm.restart=maybe", "vmm.console=", "vmm.name=", "vmm.watchdog=0",
    "vmm.name=" + "x" * 32])
def test_bad_words(word):
    result = boot_guests("do=hello", "do=hello " + word)
    assert result.status == 125
    assert len(re.findall("^vmm: error: unknown option .* for guest 2$",
                          result.output, re.MULTILINE)) == 1


@pytest.mark.parametrize("word", [
    "weight=0", "guest0.mem=1", "guest17.mem=1", "guest1.colour=green",
    "guest1.", "escape=^", "escape=256"])
def test_bad_words_for_the_vmm(word):
    result = boot_guests("do=hello", vmm=word)
    assert result.status == 125


def test_the_first_guest_gives_the_status():
    result = boot_guests("do=hello status=9", "do=count ms=300 status=4")
    assert result.status == 9
    assert "guest 1 (vmm-test.elf) ended with status 9" in result.output


def test_a_guest_that_does_not_start(tmp_path):
    broken = tmp_path / "broken.elf"
    broken.write_bytes(VMM_TEST.read_bytes()[:200])
    result = boot("--guest", VMM_TEST, "--initrd", "none", "--module",
                  broken, append="do=hello status=6")
    assert "vmm: error: broken.elf: truncated" in result.output
    assert result.status == 6
    result = boot_guests("do=hello status=6", "do=hello vmm.mem=2000")
    assert "guest 2: too little memory" in result.output
    assert result.status == 6


def test_reboot_starts_the_guest_anew():
    result = boot_guests("do=count ms=500", "do=reboot vmm.console=lines "
                         "vmm.name=again")
    assert re.findall(r"^(?:\[again\] )?start (\d)$", result.output,
                      re.MULTILINE) == list("0123")


def test_restart_keeps_the_initrd(tmp_path):
    """A restarted guest finds its initrd as it was."""
    initrd = tmp_path / "initrd"
    initrd.write_bytes(b"fresh\r\n\0")
    result = boot("--guest", VMM_TEST, "--initrd", "none",
                  "--module", f"{VMM_TEST} do=hello vmm.restart=always "
                  "vmm.name=again vmm.console=lines vmm.mem=4",
                  "--module", initrd, "--timeout", 20,
                  append="do=count ms=1000", timeout=5)
    # It never ends by itself
    assert result.output.count("[again] fresh\n") > 2
    assert result.output.count("[again] initrd 8\n") > 2


def test_watchdog():
    result = boot_guests("do=watchdog n=3 ms=50 vmm.restart=crash status=8")
    assert result.output.count("pet 0\n") == 3
    assert kills(result, 1) == ["watchdog: no sign of life for 50 ms"]
    assert result.status == 8


def test_watchdog_by_configuration():
    result = boot_guests("do=loop vmm.watchdog=100", "do=count ms=500")
    assert kills(result, 1) == ["watchdog: no sign of life for 100 ms"]
    assert result.status == 255


def test_a_hundred_crashes():
    """Three guests; one crashes a hundred times, and nothing is lost."""
    result = boot_guests(
        "do=check ms=4000 vmm.mem=4", "do=late vmm.mem=2",
        "do=crash n=100 vmm.mem=2 vmm.restart=crash tag=bad "
        "vmm.console=lines", timeout=600)
    assert len(kills(result, 3)) == 100
    assert number(result, "crashed", "bad") == 100
    assert number(result, "checked") > 0
    assert "lost" not in result.output
    assert result.status == 0
