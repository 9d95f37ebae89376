# SPDX-License-Identifier: BSD-2-Clause
"""What a partition is: its names, its program.

Pip knows no names.  The VMM tells its guests, pipux its processes, each by
the descriptor's address in its own memory.  Which file holds the symbols of
the root, of a guest or of a process is set by `pip symbols`.
"""

import glob
import os

import gdb

import partition
from image import Placed, image

BUILD = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                     "..", "..", "build")
_files = {"root": os.path.join(BUILD, "vmm.elf"),
          "pipux.elf": os.path.join(BUILD, "pipux.elf")}
_processes = []         # files for processes, in the order they were given


class Identity:
    """`names`: what a command accepts for it, the preferred one first.
    `image` is found when it is asked for: breakpoints need the names only.
    """

    def __init__(self, names, text, program=lambda: None, vm=None,
                 guest=None, process=None):
        self.names, self.text, self._program = names, text, program
        self.vm, self.guest, self.process = vm, guest, process

    @property
    def image(self):
        return self._program()

    def matches(self, name):
        return name in self.names


def set_symbols(name, path):
    if not os.path.isfile(path):
        raise gdb.GdbError(f"{path}: no such file")
    image(path)             # complains of other files than ELF's
    if name == "process":
        _processes.append(path)
    else:
        _files[name] = path


def load_all():
    """Reads every file that is known of."""
    for path in list(_files.values()) + _processes:
        if os.path.isfile(path):
            image(path).program_space()
    for vm in running_machines():
        if guest_image(vm):
            guest_image(vm).program_space()


def _file(name):
    """The image set for a name, or of that name in build/; or None."""
    path = _files.get(name) or os.path.join(BUILD, name)
    for candidate in (path, path + ".elf"):
        if os.path.isfile(candidate):
            return image(candidate)
    return None


def vmm():
    """(image, root partition) if the root is the VMM."""
    program = _file("root")
    if not program or "vms" not in program.addresses:
        raise gdb.GdbError("the root partition is not the VMM")
    return program, partition.root()


def virtual_machines():
    """The VMM's struct vm of each guest, ended ones too."""
    program, root = vmm()
    count = program.variable("nvms", root)
    return program.variable("vms", root)[:count]


def running_machines():
    """The same, or none if the VMM does not run yet."""
    try:
        return virtual_machines()
    except gdb.GdbError:
        return []


def guest_of(vm):
    """The partition of a guest, or None while it has none."""
    root = partition.root()
    return root.child(vm.desc) if vm.desc else None


def find_vm(name):
    """The guest called so (name, number), or the only one without a name."""
    machines = virtual_machines()
    if not name:
        if len(machines) != 1:
            raise gdb.GdbError("which guest? see `vmm guests`")
        return machines[0]
    for vm in machines:
        if name in guest_names(vm) or name == str(vm.id):
            return vm
    raise gdb.GdbError(f"no guest {name}: see `vmm guests`")


def guest_names(vm):
    name = vm.config.name
    names = [os.path.splitext(name)[0], name, f"guest{vm.id}"]
    return list(dict.fromkeys(names))


def guest_image(vm):
    """Of its name; or, for a name given by vmm.name=, the kernel in build/
    whose code is in its memory."""
    found = _file(vm.config.name)
    part = guest_of(vm)
    if found or not part:
        return found
    for path in sorted(glob.glob(os.path.join(BUILD, "*.elf"))):
        # Pip is mapped in every partition
        if image(path) != partition.pip() and image(path).lies_in(part):
            return image(path)
    return None


def given_for(name):
    """The file given for processes that is the one of this name, or None."""
    for path in _processes:
        given = os.path.basename(path)
        behind = os.path.basename(os.path.realpath(path))   # of a link
        if name and name in (given, given.replace("_unstripped", ""),
                             behind):
            return image(path)
    return None


def process_image(kernel, task):
    """The files given that the process has mapped, its program first."""
    exe = kernel.program(task)
    parts = []
    for name, address in kernel.mapped_files(task):
        found = given_for(name)
        if found:
            part = (found, address if found.movable else 0)
            parts.insert(0 if name == exe else len(parts), part)
    if not parts:
        # before anything is mapped, or of a kernel without files
        return given_for(exe)
    return Placed(parts)


def _guest(part):
    for vm in virtual_machines():
        if vm.desc and guest_of(vm) == part:
            names = guest_names(vm)
            return Identity(names, f"guest {vm.id} {vm.config.name}",
                            lambda: guest_image(vm), vm=vm)
    return None


def _process(part, parent):
    import guest
    kernel = guest.of_partition(parent)
    if not kernel:
        return None
    owners = [task for task in kernel.tasks()
              if task.mm and parent.child(task.mm.get().desc) == part]
    if not owners:
        return Identity([], "idle, kept for a process")
    names, texts = [], []
    for task in owners:
        names += [str(task.tid), task.comm]
        texts.append(f"{task.tid} {task.comm}")
    return Identity(names, "process " + ", ".join(texts),
                    lambda: process_image(kernel, owners[0]),
                    guest=kernel, process=owners[0])


def identify(part):
    """Never fails: a partition that nobody knows has its address only."""
    found = None
    parent = part.parent()
    try:
        if parent is None:
            found = Identity(["root"], "root", lambda: _file("root"))
            if found.image:
                name = os.path.splitext(found.image.name)[0]
                found.names.append(name)
                found.text += f" {name}"
        elif parent == partition.root():
            found = _guest(part)
        else:
            found = _process(part, parent)
    except gdb.GdbError:
        pass
    found = found or Identity([], "unknown")
    found.names.append(f"{part.paddr:#x}")
    return found


def all_partitions():
    """(depth, partition, identity) of the whole tree, parents first."""
    def walk(part, depth):
        yield depth, part, identify(part)
        for child in part.children():
            yield from walk(child, depth + 1)
    yield from walk(partition.root(), 0)


def find(name):
    """The partition that a user means; the current one without a name."""
    if not name or name == "current":
        return partition.current()
    for _, part, identity in all_partitions():
        if identity.matches(name):
            return part
    raise gdb.GdbError(f"no partition {name}: see `pip tree`")


def programs_of(name):
    """The images that a name may stand for.  Before it runs that is any
    process's file, or pipux for a guest that vmm.name= names."""
    known = _file(name) if name != "vmm" else _file("root")
    if known:
        return [known]
    try:
        found = identify(find(name)).image
    except gdb.GdbError:
        found = None
    if found:
        return [found]
    return [image(path) for path in _processes] + [_file("pipux.elf")]
