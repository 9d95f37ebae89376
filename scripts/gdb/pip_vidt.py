# SPDX-License-Identifier: BSD-2-Clause
"""`pip vidt`: virtual interrupts and the contexts behind them."""

import identity
from command import Command

EVENT_YIELD = 0xFFFFFFFF
SAVE = {48: " save, masked", 49: " save"}
NAMES = ("eax", "ebx", "ecx", "edx", "esi", "edi", "ebp")


def describe_context(part, image, va):
    """Lines about the context at an address of the partition's."""
    context = part.context(va)
    if context is None:
        return [f"{va:08x} not mapped"]
    where = image.locate(context.eip) if image else ""
    lines = [f"{va:08x} eip {context.eip:08x} {where}"]
    regs = context.regs
    saved = f", valid {context.valid}"
    if context.valid == 1:
        vector, error, address, _ = context.nfu
        saved = (", saved by a yield" if vector == EVENT_YIELD else
                 f", saved by vector {vector}"
                 + (f", error {error:x}, address {address:08x}"
                    if vector == 14 else ""))
    lines.append(f"esp {regs.esp:08x} eflags {context.eflags:08x} "
                 f"pipflags {context.pipflags:08x}{saved}")
    if context.valid == 1:
        lines.append(" ".join(f"{name} {getattr(regs, name):08x}"
                              for name in NAMES))
    return lines


def runs(entries):
    """(first, last, value) of equal neighbours that are not zero."""
    first = 0
    for index in range(1, len(entries) + 1):
        if index == len(entries) or entries[index] != entries[first]:
            if entries[first]:
                yield first, index - 1, entries[first]
            first = index


class Vidt(Command):
    """Show a partition's VIDT and the contexts that its entries point to.

Equal entries side by side are one line.  Entries 48 and 49 are where the
partition is saved when it is interrupted.

Usage: pip vidt [PARTITION]"""

    name = "pip vidt"
    most = 1

    def run(self, arguments):
        part = identity.find(arguments[0] if arguments else "")
        who = identity.identify(part)
        entries = part.vidt()
        if entries is None:
            print(f"{who.text} has no VIDT")
            return
        print(f"VIDT of {who.text}")
        for first, last, va in runs(entries):
            span = f"{first}" if first == last else f"{first}-{last}"
            lines = describe_context(part, who.image, va)
            print(f"{span:>9}{SAVE.get(first, '')}: {lines[0]}")
            for line in lines[1:]:
                print(f"{'':11}{line}")


def register():
    Vidt()
