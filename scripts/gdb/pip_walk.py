# SPDX-License-Identifier: BSD-2-Clause
"""`pip walk`, `pip shadow`: what Pip's tables say about an address."""

import identity
import partition
from command import Command, number
from partition import MASK, PDE_PS, PTE_P, PTE_U, PTE_W


def rights(entry):
    if not entry:
        return "nothing"
    if not entry & PTE_P:
        return "lent to Pip"
    return (("rw" if entry & PTE_W else "r-")
            + (" user" if entry & PTE_U else " Pip only"))


def child_text(part, va):
    child = part.child(va)
    return identity.identify(child).text if child else "no child"


def describe_shadow1(part, word):
    """Shadow 1 in words: what became of the page."""
    va = word & MASK
    if not word:
        return "the partition's own"
    if word & partition.SH1_DERIVED:
        return f"derived to child {va:08x}, {child_text(part, va)}"
    chain = f", next in its chain {va:08x}" if va else ""
    if word & partition.SH1_LENT:
        return "lent to Pip, a table of a child" + chain
    if word & partition.SH1_DYING:
        return "lent to Pip, a child's descriptor, being deleted" + chain
    return "lent to Pip, a child's descriptor" + chain


def walk(part, va):
    """One partition's part of `pip walk`."""
    entry = part.directory_entry(va)
    print(f"  directory[{va >> 22}] {entry:08x}")
    if entry & PTE_P and entry & PDE_PS:
        print(f"  physical {part.translate(va):08x}, 4 MiB page, "
              f"{rights(entry)}")
        return
    pte = part.pte(va)
    if pte is None:
        print("  the region is not prepared" if not entry & PTE_P
              else "  Pip's own region")
        return
    print(f"  table[{va >> 12 & 1023}] {pte:08x}")
    if not pte:
        print("  nothing is mapped")
        return
    print(f"  physical {pte & MASK | va & ~MASK:08x}, {rights(pte)}")
    print(f"  {describe_shadow1(part, part.shadow1(va))}")


class Walk(Command):
    """Walk the page tables of a partition for an address.

Shows the entries, the rights, whether the page was derived to a child or lent
to Pip, and then the same of the page in each ancestor, up to the root.

Usage: pip walk ADDRESS [PARTITION]"""

    name = "pip walk"
    least, most = 1, 2

    def run(self, arguments):
        va = number(arguments[0])
        part = identity.find(arguments[1] if arguments[1:] else "")
        while part:
            print(f"{va:08x} in {identity.identify(part).text}")
            walk(part, va)
            if not part.pte(va) or not part.parent():
                return
            va = part.shadow2(va) & MASK | va & ~MASK
            part = part.parent()


class Shadow(Command):
    """Show the words of shadow 1 and 2 about a partition's page.

Shadow 1 tells what became of the page: derived to a child, lent to Pip as a
child's descriptor or table, or nothing.  Shadow 2 is its address in the
parent.

Usage: pip shadow PARTITION ADDRESS"""

    name = "pip shadow"
    least = most = 2

    def run(self, arguments):
        part = identity.find(arguments[0])
        va = number(arguments[1])
        first = part.shadow1(va)
        if first is None:
            print("the region is not prepared")
            return
        print(f"shadow 1 {first:08x}  {describe_shadow1(part, first)}")
        second = part.shadow2(va)
        meaning = "in the parent" if second else "none"
        if not part.parent():
            meaning = "the root has no parent"
        print(f"shadow 2 {second:08x}  {meaning}")


def register():
    Walk()
    Shadow()
