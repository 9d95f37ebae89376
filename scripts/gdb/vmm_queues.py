# SPDX-License-Identifier: BSD-2-Clause
"""`vmm queues`: virtqueues, the device's side beside the driver's rings.

The indexes tell who waits for whom (virtio 1.2, 2.7): `avail` counts what
the driver made available, `next` what the device took of it, `used` what the
device gave back.
"""

import struct

import gdb

import identity
from command import Command

STATUS = ((1, "ACKNOWLEDGE"), (2, "DRIVER"), (4, "DRIVER_OK"),
          (8, "FEATURES_OK"), (0x40, "NEEDS_RESET"), (0x80, "FAILED"))
NEXT, WRITE, INDIRECT = 1, 2, 4
FLAGS = ((WRITE, "write"), (INDIRECT, "indirect"), (NEXT, "next"))


def names(table, value):
    return " ".join(name for bit, name in table if value & bit) or "-"


class Rings:
    """The three areas of a queue, read from the guest's memory."""

    def __init__(self, part, queue):
        self._part, self._queue = part, queue
        self._desc = queue.desc & 0xFFFFFFFF
        self._avail = queue.avail & 0xFFFFFFFF
        self.avail_flags, self.avail_idx = self._half_words(self._avail)
        self.used_flags, self.used_idx = self._half_words(
            queue.used & 0xFFFFFFFF)

    def _half_words(self, address):
        return struct.unpack("<2H", self._part.read(address, 4))

    def head(self, index):
        """First descriptor of what was made available as `index`."""
        place = self._avail + 4 + 2 * (index % self._queue.size)
        return struct.unpack("<H", self._part.read(place, 2))[0]

    def chain(self, number):
        """(number, address, length, flags) of a chain, at most a queue's
        size; ends at a number that does not exist."""
        for _ in range(self._queue.size):
            if number >= self._queue.size:
                print(f"        descriptor {number} does not exist")
                return
            address, length, flags, after = struct.unpack(
                "<QIHH", self._part.read(self._desc + 16 * number, 16))
            yield number, address, length, flags
            if not flags & NEXT:
                return
            number = after


def verdict(queue, rings):
    waiting = (rings.avail_idx - queue.next) & 0xFFFF
    if queue.error:
        return f"broken: {queue.error.string()}"
    if waiting > queue.size:
        return f"avail is {waiting} ahead, more than the queue has"
    if rings.used_idx != queue.used_idx:
        return "the used index is not what the device wrote"
    if waiting:
        return f"{waiting} made available, not taken by the device"
    if queue.next != queue.used_idx:
        return "the device holds what it took"
    return "all taken and given back"


def show_queue(part, number, queue):
    if not queue.ready:
        print(f"    queue {number}: not ready")
        return
    rings = Rings(part, queue)
    print(f"    queue {number}: {queue.size} entries, desc "
          f"{queue.desc:08x} avail {queue.avail:08x} used {queue.used:08x}")
    print(f"      avail {rings.avail_idx}, next {queue.next}, used "
          f"{rings.used_idx}: {verdict(queue, rings)}")
    waiting = (rings.avail_idx - queue.next) & 0xFFFF
    for step in range(min(waiting, queue.size)):
        index = (queue.next + step) & 0xFFFF
        print(f"      avail[{index}]")
        for entry, address, length, flags in rings.chain(rings.head(index)):
            print(f"        {entry:3} {address:08x} + {length} "
                  f"{names(FLAGS, flags)}")


def show_device(part, device):
    kind = getattr(device, "class").get()
    print(f"  device {device.number} {kind.name.string()}: status "
          f"{names(STATUS, device.status)}, interrupt {device.interrupt}, "
          f"features {device.accepted:x}")
    for number in range(device.queues):
        show_queue(part, number, device.queue[number])


class Queues(Command):
    """Show the virtqueues of a guest's virtio devices.

For each queue the addresses of its areas, the indexes of both sides with
what they mean, and the descriptors that wait for the device.

Usage: vmm queues [GUEST]"""

    name = "vmm queues"
    most = 1

    def run(self, arguments):
        vm = identity.find_vm(arguments[0] if arguments else "")
        part = identity.guest_of(vm)
        if not part or not vm.virtio:
            raise gdb.GdbError(f"{vm.config.name} has no devices, or does "
                               "not run")
        print(f"guest {vm.id} {vm.config.name}")
        bus = vm.virtio.get()
        for device in bus.device[:bus.count]:
            show_device(part, device)


def register():
    Queues()
