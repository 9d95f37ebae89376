# SPDX-License-Identifier: BSD-2-Clause
"""`vmm guests`: the virtual machines as the VMM sees them."""

import identity
from command import Command
from value import decode


class Guests(Command):
    """Show the VMM's guests.

The state is the VMM's: VM_READY wants the processor, VM_WAITING waits for an
interrupt.  `*` marks the one that runs or ran last; pending are the virtual
interrupts that were raised and not taken yet, by the VMM and in the shared
page.

Usage: vmm guests"""

    name = "vmm guests"

    def run(self, arguments):
        program, root = identity.vmm()
        running = int(program.variable("running", root))
        print("  id name                 state       KiB descriptor pending"
              " virtio calls")
        for vm in identity.virtual_machines():
            mark = "*" if vm.address_ == running else " "
            part = identity.guest_of(vm)
            state = vm.enum("state") + (" paused" if vm.paused else "")
            descriptor = f"{part.paddr:08x}" if part else "-"
            pending = vm.raised
            if part:
                shared = decode(root, program.struct("vmm_shared"), vm.shared)
                pending |= shared.pending
            devices = vm.virtio.get().count if vm.virtio else 0
            print(f"{mark} {vm.id:2} {vm.config.name:20} {state:11} "
                  f"{(vm.ram_size + vm.initrd_size) // 1024:6} "
                  f"{descriptor:>10} {pending:7x} {devices:6} "
                  f"{sum(vm.stat.hypercalls)}")


def register():
    Guests()
