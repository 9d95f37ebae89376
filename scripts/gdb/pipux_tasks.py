# SPDX-License-Identifier: BSD-2-Clause
"""`pipux tasks`, `pipux task`: the tasks of a guest that runs pipux."""

import gdb

import guest
from command import Command, number


def activity(kernel, task):
    """The system call and the function of the kernel that it sleeps in."""
    asleep = task.enum("state") in ("TASK_SLEEPING", "TASK_BLOCKED",
                                    "TASK_STOPPED")
    waits = kernel.waits_for(task) if asleep else []
    return kernel.syscall(task), waits[0] if waits else ""


class Tasks(Command):
    """Show pipux's tasks.

For each thread: its number, that of its process, state, program name, the
system call it is in and the function of the kernel in which it sleeps.  `*`
marks pipux's current task.

Usage: pipux tasks [GUEST]"""

    name = "pipux tasks"
    most = 1

    def run(self, arguments):
        kernel = guest.find(*arguments)
        current = kernel.current()
        print("    tid   pid state         comm             system call"
              "            sleeps in")
        for task in kernel.tasks():
            mark = ("*" if current and current.address_ == task.address_
                    else " ")
            call, waits = activity(kernel, task)
            print(f"{mark} {task.tid:5} {task.process.get().pid:5} "
                  f"{task.enum('state'):13} {task.comm:16} {call:22} "
                  f"{waits}".rstrip())


def show_memory(kernel, task):
    mm = task.mm.get()
    part = kernel.partition_of(task)
    print(f"partition {part.paddr:08x}, descriptor {mm.desc:08x} in "
          f"{kernel.vm.config.name}, {mm.nr_pages} pages, program "
          f"{kernel.program(task) or '?'}")
    context = kernel.context(task)
    print(f"user eip {context.eip:08x} esp {context.regs.esp:08x} "
          f"eax {context.regs.eax:08x}")


class Task(Command):
    """Show one task of pipux.

Its relations, memory and user registers, and if it sleeps the functions on
its kernel stack.

Usage: pipux task TID [GUEST]"""

    name = "pipux task"
    least, most = 1, 2

    def run(self, arguments):
        kernel = guest.find(*arguments[1:])
        task = kernel.task(number(arguments[0]))
        if not task:
            raise gdb.GdbError(f"no task {arguments[0]}: see `pipux tasks`")
        process = task.process.get()
        parent = process.parent.get().pid if process.parent else 0
        print(f"task {task.tid} {task.comm}, {task.enum('state')}, process "
              f"{process.pid}, parent {parent}, group {process.pgrp}, "
              f"session {process.session}")
        print(f"struct task {task.address_:08x}, kernel stack "
              f"{int(task.kstack):08x}, esp {task.ksp:08x}, system call "
              f"{kernel.syscall(task) or '-'}")
        if task.mm:
            show_memory(kernel, task)
        for address in kernel.callers(task):
            print(f"  {address:08x} {kernel.image.locate_call(address)}")


def register():
    Tasks()
    Task()
