# SPDX-License-Identifier: BSD-2-Clause
"""Partitions as Pip keeps them: descriptor, tables, shadows, contexts.

A partition is known by the physical address of its descriptor.  The layout
is that of pip/core/pip.h, its types are taken from pip.elf.
"""

import gdb

import memory
from image import image
from value import decode

PTE_P, PTE_W, PTE_U, PDE_PS = 1, 2, 4, 0x80
SH1_DERIVED, SH1_PARTITION, SH1_LENT, SH1_DYING = 1, 2, 4, 8
MASK = 0xFFFFF000
VIDT = 0xFFFFF000
CONTEXT_BYTES = 64

pip_path = None         # pip.elf, set by pipstack.py


def pip():
    return image(pip_path)


def _pointer(name):
    """A descriptor that Pip points to, or None."""
    value = pip().variable(name, memory.Physical)
    return Partition(int(value) - memory.WINDOW) if value else None


def root():
    found = _pointer("root")
    if not found:
        raise gdb.GdbError("Pip has no root partition yet")
    return found


def current():
    found = _pointer("current")
    if not found:
        raise gdb.GdbError("Pip has no root partition yet")
    return found


class Partition:
    """`va` is the descriptor's address in the parent where that is known."""

    def __init__(self, paddr, va=None):
        self.paddr = paddr
        self.va = va
        self.fields = decode(memory.Physical, pip().struct("partition"),
                             paddr)

    def __eq__(self, other):
        return isinstance(other, Partition) and self.paddr == other.paddr

    def __hash__(self):
        return self.paddr

    def parent(self):
        return Partition(self.fields.parent) if self.fields.parent else None

    def directory_entry(self, va):
        return memory.words(self.fields.pd)[va >> 22]

    def _slot_word(self, table, va):
        """The word about `va` in the table, shadow 1 or 2, or None."""
        if not self.directory_entry(va) & PTE_U:
            return None
        page = memory.words(getattr(self.fields, table))[va >> 22] & MASK
        return memory.words(page)[va >> 12 & 1023]

    def pte(self, va):
        return self._slot_word("pd", va)

    def shadow1(self, va):
        return self._slot_word("sh1", va)

    def shadow2(self, va):
        return self._slot_word("sh2", va)

    def regions(self):
        """Numbers of the prepared regions."""
        return [region for region, entry
                in enumerate(memory.words(self.fields.pd)) if entry & PTE_U]

    def mapped_pages(self):
        """Pages that are the partition's, with those lent to Pip."""
        tables = memory.words(self.fields.pd)
        return sum(1 for region in self.regions()
                   for pte in memory.words(tables[region] & MASK) if pte)

    def child(self, va):
        """The child whose descriptor is the page `va`, or None."""
        shadow = self.shadow1(va)
        if not shadow or not shadow & (SH1_PARTITION | SH1_DYING):
            return None
        return Partition(self.pte(va) & MASK, va & MASK)

    def children(self):
        """All, found in shadow 1; only who may call Pip has any."""
        if self.fields.restricted:
            return
        roots = memory.words(self.fields.sh1)
        for region in self.regions():
            for index, word in enumerate(memory.words(roots[region] & MASK)):
                if word & (SH1_PARTITION | SH1_DYING):
                    yield self.child(region << 22 | index << 12)

    def translate(self, va):
        """Physical address, or None; a page lent to Pip counts as absent."""
        entry = self.directory_entry(va)
        if entry & PTE_P and entry & PDE_PS:
            return (entry & 0xFFC00000) | (va & 0x3FFFFF)
        pte = self.pte(va)
        if not pte or not pte & PTE_P:
            return None
        return pte & MASK | va & ~MASK

    def read(self, va, size):
        data = b""
        while size:
            paddr = self.translate(va)
            if paddr is None:
                raise gdb.GdbError(f"{va:08x} is not mapped in partition "
                                   f"{self.paddr:08x}")
            part = memory.Physical.read(paddr,
                                        min(size, 4096 - va % 4096))
            data += part
            va += len(part)
            size -= len(part)
        return data

    def word(self, va):
        return int.from_bytes(self.read(va, 4), "little")

    def vidt(self):
        """The 1023 entries, or None if there is no VIDT."""
        paddr = self.translate(VIDT)
        return memory.words(paddr)[:1023] if paddr is not None else None

    def context(self, va):
        """The context at `va`, or None if it is not mapped."""
        last = va + CONTEXT_BYTES - 1
        if self.translate(va) is None or self.translate(last) is None:
            return None
        return decode(self, pip().typedef("user_ctx_t"), va)
