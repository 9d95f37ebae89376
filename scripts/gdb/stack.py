# SPDX-License-Identifier: BSD-2-Clause
"""Return addresses on a stack, without frame pointers or unwind tables.

A word counts if it lies in the program's code, behind a call: a direct one,
or one through a register or memory.  Words left by earlier calls may count,
too.
"""

import gdb

CALL_RELATIVE = 0xE8
CALL_INDIRECT = 0xFF


def after_call(space, address):
    """Is there a call instruction that ends at `address`?"""
    try:
        code = space.read(address - 7, 7)
    except gdb.GdbError:
        return False
    if code[2] == CALL_RELATIVE or code[0] == 0x9A:
        return True
    # FF /2 with 2, 3, 4, 6 or 7 bytes
    return any(code[7 - size] == CALL_INDIRECT
               and code[8 - size] >> 3 & 7 == 2 for size in (2, 3, 4, 6, 7))


def scan(image, space, begin, end, limit=32):
    """(place, return address), innermost first."""
    found = []
    for place in range(begin & ~3, end, 4):
        try:
            word = int.from_bytes(space.read(place, 4), "little")
        except gdb.GdbError:
            break
        if image.has_code(word) and after_call(space, word):
            found.append((place, word))
            if len(found) == limit:
                break
    return found
