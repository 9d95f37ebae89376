# SPDX-License-Identifier: BSD-2-Clause
"""`pip break`: a breakpoint of one partition.

Addresses are shared, so it stops only if that partition is current when the
address is reached.  It is a hardware one: those change nobody's memory.
"""

import gdb

import identity
import memory
import partition
from command import Command


class PartitionBreakpoint(gdb.Breakpoint):
    def __init__(self, name, location, address):
        super().__init__(f"*{address:#x}", gdb.BP_HARDWARE_BREAKPOINT)
        self._name, self._location = name, location
        self.silent = True

    def stop(self):
        memory.forget()
        try:
            who = identity.identify(partition.current())
        except gdb.GdbError:    # before there are partitions
            return False
        if not who.matches(self._name):
            return False
        print(f"Breakpoint {self.number}, {self._location} in {who.text}")
        return True


class Break(Command):
    """Break at a location in one partition only.

PARTITION is a name of `pip tree`, which need not exist yet: `root`, a
guest's name, the number or the name of a process.  LOCATION is a function,
FILE:LINE or *ADDRESS of its program; pip:FUNCTION is one of Pip's, reached on
behalf of the partition.

Usage: pip break PARTITION LOCATION"""

    name = "pip break"
    least = most = 2

    def run(self, arguments):
        name, location = arguments
        identity.load_all()
        if location.startswith("pip:"):
            address = partition.pip().breakpoint_address(location[4:])
        elif location.startswith("*"):
            address = partition.pip().breakpoint_address(location)
        else:
            address = identity.program_of(name).breakpoint_address(location)
        PartitionBreakpoint(name, location, address)


def register():
    Break()
