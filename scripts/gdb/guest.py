# SPDX-License-Identifier: BSD-2-Clause
"""A guest kernel that is pipux: its tasks and what they do."""

import gdb

import identity
from value import decode, linked

SYSCALL_MAX = 512
# Functions that a sleeping task is in whatever it waits for
SLEEPING = {"schedule", "sleep_on", "context_switch", "switch_finish",
            "task_start", "mutex_lock", "sched_point"}


def of_partition(part):
    """The Guest running in a partition, or None if it is no pipux."""
    for vm in identity.virtual_machines():
        if vm.desc and identity.guest_of(vm) == part:
            return of_vm(vm)
    return None


def of_vm(vm):
    image = identity.guest_image(vm)
    part = identity.guest_of(vm)
    if not part or not image or "all_processes" not in image.addresses:
        return None
    return Guest(image, part, vm)


class Guest:
    def __init__(self, image, part, vm):
        self.image, self.partition, self.vm = image, part, vm

    def variable(self, name):
        return self.image.variable(name, self.partition)

    def processes(self):
        head = self.variable("all_processes")
        if not head.next:
            return
        yield from linked(head, self.image.struct("process"), "all_link",
                          self.partition)

    def tasks(self):
        kind = self.image.struct("task")
        for process in self.processes():
            yield from linked(process.threads, kind, "thread_link",
                              self.partition)

    def current(self):
        """The struct task that runs, or None before there is one."""
        pointer = self.variable("current")
        return pointer.get() if pointer else None

    def task(self, number):
        for task in self.tasks():
            if task.tid == number:
                return task
        return None

    def program(self, task):
        """Base name of the file that the task executes, or ""."""
        if not task.mm or not task.mm.get().exe:
            return ""
        return task.mm.get().exe.get().path.dentry.get().name.string()

    def mapped_files(self, task):
        """[(base name, address)] of the beginnings of mapped files."""
        if not task.mm:
            return []
        found = []
        kind = self.image.struct("vma")
        for vma in linked(task.mm.get().vmas, kind, "link", self.partition):
            if vma.file and vma.offset == 0:
                name = vma.file.get().path.dentry.get().name.string()
                if name not in (known for known, _ in found):
                    found.append((name, vma.start))
        return found

    def partition_of(self, task):
        return self.partition.child(task.mm.get().desc) if task.mm else None

    def syscall(self, task):
        """Name of the system call that the task is in, or ""."""
        number = task.orig_eax
        if number >= SYSCALL_MAX:
            return ""
        entry = self.image.address("syscall_table") + 4 * number
        found = self.image.function(self.partition.word(entry))
        return found[0] if found else f"system call {number}"

    def context(self, task):
        """Where the user registers are: kernel/ctx.c, task_ctx()."""
        if not task.mm:
            return None
        # block/ has a struct partition, too: the right one by a variable
        kind = self.image.type_of("current_part").target()
        part = decode(self.partition, kind, int(task.mm.get().part))
        if int(part.ctx_owner) == task.address_:
            return part.ctx.get()
        return task.saved_ctx

    def callers(self, task):
        """Return addresses on the kernel stack of a task that sleeps."""
        import stack
        if self.current() and self.current().address_ == task.address_:
            return []
        begin = int(task.ksp)
        end = int(task.kstack) + 8192
        return [address for _, address in
                stack.scan(self.image, self.partition, begin, end)]

    def waits_for(self, task):
        """The functions it sleeps in, innermost first, without sleep's."""
        names = []
        for address in self.callers(task):
            found = self.image.function(address - 1)
            if found and found[0] not in SLEEPING:
                names.append(found[0])
        return names


def find(name=""):
    """The pipux that a user means."""
    found = of_vm(identity.find_vm(name))
    if not found:
        raise gdb.GdbError("this guest is no pipux, or has not started")
    return found
