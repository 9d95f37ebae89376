# SPDX-License-Identifier: BSD-2-Clause
"""`pip tree`, `pip where`, `pip symbols`."""

import gdb

import identity
import memory
import partition
from command import Command


class Tree(Command):
    """Show the tree of partitions.

For each one: the physical address of its descriptor, that descriptor's
address in the parent, prepared regions (4 MiB each), mapped pages, the
interrupt state (0: virtually masked), what it is, and the names by which
other commands know it.  `*` marks the current one.

Usage: pip tree"""

    name = "pip tree"

    def run(self, arguments):
        current = partition.current()
        print("  physical in parent regions  pages state partition")
        for depth, part, who in identity.all_partitions():
            mark = "*" if part == current else " "
            in_parent = "-" if part.va is None else f"{part.va:08x}"
            print(f"{mark} {part.paddr:08x}  {in_parent:>8} "
                  f"{len(part.regions()):7} {part.mapped_pages():6} "
                  f"{part.fields.state:5} {'  ' * depth}{who.text}"
                  f"  ({', '.join(who.names[:3])})")


class Where(Command):
    """Show which partition is current, and where the processor is.

In ring 0 that is Pip, on behalf of the current partition; in ring 3 the
partition itself.  The symbol is looked up in the program of whoever runs.

Usage: pip where"""

    name = "pip where"

    def run(self, arguments):
        ring = memory.register("cs") & 3
        eip = memory.register("eip")
        if not memory.register("cr0") & memory.CR0_PG:
            print(f"ring {ring}, before Pip turned paging on: {eip:08x}")
            return
        part = partition.current()
        who = identity.identify(part)
        print(f"current partition: {who.text}, descriptor {part.paddr:08x}")
        image = who.image if ring else partition.pip()
        print(f"ring {ring}{'' if ring else ', Pip'}: {eip:08x} "
              f"{image.locate(eip) if image else '(no symbols)'}")


class Symbols(Command):
    """Say which file has the symbols of a partition's program.

PARTITION is `root`, a guest's file name as in `vmm guests`, or `process`:
then the file is used for each process whose program has the same name,
_unstripped apart.  Without: build/vmm.elf, build/GUEST, none for processes.

Usage: pip symbols PARTITION FILE"""

    name = "pip symbols"
    least = most = 2

    def run(self, arguments):
        identity.set_symbols(*arguments)


def register():
    for kind in (Tree, Where, Symbols):
        kind()
