# SPDX-License-Identifier: BSD-2-Clause
"""`layers`: where every layer between the root and a process stands.

Of the partition that is loaded the registers are the processor's, or, in
ring 0, those that it left on Pip's stack.  A partition above it was saved in
the context of its VIDT; one below may have given the processor away without
being saved, and is entered anew by the next event.
"""

import gdb

import guest
import identity
import memory
import partition
import stack
from command import Command

SEL_USER_CS = 0x1B
SCAN_BYTES = 8192
FRAMES = 12
SAVE_SLOTS = (48, 49)


def user_frame():
    """(eip, esp) that the current partition left on Pip's stack, or None.

    EIP and CS are below the arguments of a gate, or below EFLAGS.
    """
    top = partition.pip().address("kernel_stack_top")
    words = [int.from_bytes(memory.Physical.read(top - 4 * n, 4), "little")
             for n in range(1, 12)]
    for n in range(2, 10):
        if words[n] == SEL_USER_CS:
            return words[n + 1], words[1]
    return None


def saved(part):
    """The context in which the partition was saved, or None."""
    for slot in SAVE_SLOTS:
        vidt = part.vidt()
        context = part.context(vidt[slot]) if vidt and vidt[slot] else None
        if context is not None and context.valid == 1:
            return context
    return None


def show(part, who, text, eip, esp):
    image = who.image
    print(f"  {text}: eip {eip:08x} esp {esp:08x} "
          f"{image.locate(eip) if image else ''}")
    if not image:
        return
    end = min(esp + SCAN_BYTES, 1 << 32)
    for _, address in stack.scan(image, part, esp, end, FRAMES):
        print(f"    {address:08x} {image.locate_call(address)}")


def show_current(part, who):
    if memory.register("cs") & 3:
        show(part, who, "running", memory.register("eip"),
             memory.register("esp"))
        return
    frame = user_frame()
    if frame:
        show(part, who, "called Pip, or was interrupted", *frame)
    else:
        print("  has not run yet")


def show_other(part, who):
    context = saved(part)
    if context:
        show(part, who, "saved", context.eip, context.regs.esp)
    else:
        print("  not saved: it is entered anew by the next event")


def above(part):
    """The partition that runs, or ran last, on top of this one, or None."""
    if part == partition.root():
        program, root = identity.vmm()
        running = program.variable("running", root)
        return identity.guest_of(running.get()) if running else None
    kernel = guest.of_partition(part)
    task = kernel.current() if kernel else None
    return kernel.partition_of(task) if task else None


def chain(current):
    """From the root to the current partition and those above it."""
    parts = [current]
    while parts[0].parent():
        parts.insert(0, parts[0].parent())
    for _ in range(2):
        try:
            upper = above(parts[-1])
        except gdb.GdbError:            # no VMM
            break
        if not upper:
            break
        parts.append(upper)
    return parts


class Layers(Command):
    """Show a backtrace across all layers, from Pip up to the process.

For each layer: whether it runs, was saved or waits to be entered anew, its
EIP with the symbol, and the return addresses on its stack.  The stack is
scanned for them: an address that an earlier call left there may be among
them.

Usage: layers"""

    name = "layers"

    def run(self, arguments):
        current = partition.current()
        if not memory.register("cs") & 3:
            pip = partition.pip()
            print("Pip")
            print(f"  running: eip {memory.register('eip'):08x} "
                  f"{pip.locate(memory.register('eip'))}")
            for _, address in stack.scan(
                    pip, memory.Physical, memory.register("esp"),
                    pip.address("kernel_stack_top"), FRAMES):
                print(f"    {address:08x} {pip.locate_call(address)}")
        for part in chain(current):
            who = identity.identify(part)
            mark = "*" if part == current else " "
            print(f"{who.text} {mark}".rstrip())
            if part == current:
                show_current(part, who)
            else:
                show_other(part, who)


def register():
    Layers()
