# SPDX-License-Identifier: BSD-2-Clause
"""Physical memory, read through Pip's window.

Every page directory maps all managed memory at 0xC0000000, supervisor only,
and QEMU reads for gdb without regard to privilege: so this works whichever
partition is loaded, once Pip has turned paging on.
"""

import struct

import gdb

WINDOW = 0xC0000000
PAGE = 4096
CR0_PG = 1 << 31

_pages = {}


def forget(_event=None):
    """The machine ran: what was read may no longer be there."""
    _pages.clear()


def register(name):
    """A register of the processor itself, whichever frame is selected."""
    if gdb.selected_inferior().pid == 0:
        raise gdb.GdbError("no machine: use scripts/debug, or `target "
                           "remote`")
    return int(gdb.newest_frame().read_register(name)) & 0xFFFFFFFF


def page(paddr):
    """The 4096 bytes of the physical page that holds `paddr`."""
    number = paddr // PAGE
    if number not in _pages:
        if not register("cr0") & CR0_PG:
            raise gdb.GdbError("Pip has not turned paging on yet")
        data = gdb.selected_inferior().read_memory(
            WINDOW + number * PAGE, PAGE)
        _pages[number] = bytes(data)
    return _pages[number]


def words(paddr):
    """The page at `paddr` as 1024 words."""
    return struct.unpack("<1024I", page(paddr))


class Physical:
    """Memory by physical address; Pip's own image is loaded where it is
    linked."""

    @staticmethod
    def read(address, size):
        data = b""
        while size:
            offset = address % PAGE
            part = page(address)[offset:offset + size]
            data += part
            address += len(part)
            size -= len(part)
        return data


gdb.events.cont.connect(forget)
gdb.events.memory_changed.connect(forget)
