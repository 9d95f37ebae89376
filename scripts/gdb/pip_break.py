# SPDX-License-Identifier: BSD-2-Clause
"""`pip break`, `pipux exec`: breakpoints of one partition.

Addresses are shared, so one stops only if its partition is current when the
address is reached.  They are hardware ones: those change nobody's memory.
"""

import gdb

import guest
import identity
import memory
import partition
from command import Command


class PartitionBreakpoint(gdb.Breakpoint):
    def __init__(self, name, location, address):
        memory.register("eip")      # complains if there is no machine
        super().__init__(f"*{address:#x}", gdb.BP_HARDWARE_BREAKPOINT)
        self._name, self._location = name, location
        self.silent = True

    def stop(self):
        memory.forget()
        try:
            who = identity.identify(partition.current())
            if not self._wanted(who):
                return False
        except gdb.GdbError:    # before there are partitions
            return False
        print(f"Breakpoint {self.number}, {self._location} in {who.text}")
        return True

    def _wanted(self, who):
        return who.matches(self._name)


class ExecBreakpoint(PartitionBreakpoint):
    """Where pipux has loaded a program: the kernel is current."""

    PLACE = "files_close_on_exec"

    def _wanted(self, who):
        kernel = guest.of_partition(partition.current())
        task = kernel.current() if kernel else None
        return bool(task) and task.comm == self._name


def address_in(programs, name, location):
    """That of the location in the first program that has it."""
    for program in programs:
        try:
            address = program.breakpoint_address(location)
        except gdb.GdbError:
            continue
        if program.movable:
            raise gdb.GdbError(
                f"{program.name} may be anywhere until it runs: first "
                f"`pipux exec {name}` and `continue`")
        return address
    names = ", ".join(program.name for program in programs)
    raise gdb.GdbError(f"no {location} in {names}: see `help pip symbols`")


class Break(Command):
    """Break at a location in one partition only.

PARTITION is a name of `pip tree`, which need not exist yet: `root`, a
guest's name, the number or the name of a process.  LOCATION is a function,
FILE:LINE or *ADDRESS of its program or, in a process that runs, of one of its
libraries; pip:FUNCTION is one of Pip's, reached on behalf of the partition.

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
            address = address_in(identity.programs_of(name), name, location)
        PartitionBreakpoint(name, location, address)


class Exec(Command):
    """Stop when a process has loaded a program, before it runs.

NAME is the program's, as in `pipux tasks`.  From then on `pip break` knows
where a position-independent program is; its libraries come later, so break in
its main() first.

Usage: pipux exec NAME"""

    name = "pipux exec"
    least = most = 1

    def run(self, arguments):
        identity.load_all()
        kernels = identity.programs_of("pipux.elf")
        address = address_in(kernels, "pipux", ExecBreakpoint.PLACE)
        # the kernel knows the first 15 bytes of a name
        ExecBreakpoint(arguments[0][:15], "exec of " + arguments[0], address)


def register():
    Break()
    Exec()
