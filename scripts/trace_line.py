# SPDX-License-Identifier: BSD-2-Clause
"""From events to a time line: stretches, in each of which one layer runs.

Pip's own events are the borders; those of the VMM and of guest kernels lie
within a stretch and name it.
"""

from typing import NamedTuple

from trace_events import (HYPERCALLS, SERVICES, SYSTEM_CALLS, WORD, signed,
                          task_name)

WINDOW = 0xC0000000
ENTRIES = ("PIP_CALL", "PIP_EVENT")
LEAVES = ("PIP_RETURN", "PIP_BACK", "PIP_ENTER")
VECTORS = {7: "x87/SSE wanted", 14: "page fault", 0x80: "int 0x80",
           0xF0: "hypercall"}


class Stretch:
    """[start, end) in `track`, which is "Pip", "VMM", a guest kernel's name,
    or a thread's number."""

    def __init__(self, start, track, name=""):
        self.start, self.end = start, start
        self.track, self.name = track, name
        self.marks = []     # (time, text)

    @property
    def layer(self):
        return "process" if isinstance(self.track, int) else self.track

    @property
    def length(self):
        return self.end - self.start


class Call(NamedTuple):
    """A system call from its INT to the return; stretches [first, last)."""
    name: str
    arguments: tuple
    result: int
    thread: int
    first: int
    last: int


def entry_name(event):
    if event.kind == "PIP_CALL":
        return SERVICES[event.number][0]
    if 32 <= event.number < 48:
        return f"interrupt line {event.number - 32}"
    return VECTORS.get(event.number, f"vector {event.number}")


class TimeLine:
    """`stretches` in order without gaps, `calls` complete system calls,
    `names` {thread: name}, `renamed` [(time, thread, name)]."""

    def __init__(self, events):
        self.stretches, self.calls = [], []
        self.names, self.renamed = {}, []
        self._root = next((event.who for event in events
                           if event.kind.startswith("PIP")
                           and not event.value[3]), None)
        self._kernels = {}      # partition: track of a guest kernel
        self._doing = {}        # thread: what the kernel does for it
        self._open = {}         # thread: its Call so far
        self._thread = {}       # kernel's ring: thread that it returned to
        self._returned = 0
        self._now = None
        for event in events:
            if event.kind.startswith("PIP"):
                self._border(event)
            elif self._now:
                getattr(self, "_" + event.kind.lower())(event)

    def _border(self, event):
        if event.kind in ENTRIES:
            self._begin(event, "Pip", entry_name(event))
        else:
            self._begin(event, self._track(event))
            self._resumed()

    def _begin(self, event, track, name=""):
        if self._now:
            self._now.end = event.time
            self.stretches.append(self._now)
        elif track == "Pip":
            return
        self._now = Stretch(event.time, track, name)

    def _track(self, event):
        """Who runs from here on."""
        parent = event.value[3]
        if not parent:
            return "VMM"
        if (parent + WINDOW) % WORD != self._root:
            return self._returned
        number = len(self._kernels) + 1
        return self._kernels.setdefault(
            event.who, f"guest kernel {number}" if number > 1
            else "guest kernel")

    def _resumed(self):
        """A process goes on: its call, if it made one, is complete."""
        call = self._now and self._open.get(self._now.track)
        if call and call.result is not None:
            self.calls.append(call._replace(last=len(self.stretches)))
            del self._open[self._now.track]

    def _mark(self, event, text, name=None):
        self._now.marks.append((event.time, text))
        if name and not self._now.name:
            self._now.name = name

    # The VMM's events

    def _vmm_line(self, event):
        self._mark(event, f"interrupt line {event.number - 32}",
                   f"line {event.number - 32}")

    def _vmm_call(self, event):
        name = HYPERCALLS.get(event.number, f"hypercall {event.number}")
        arguments = ", ".join(f"{v:#x}" for v in event.value)
        self._mark(event, f"hypercall {name}({arguments})", name)

    def _vmm_fault(self, event):
        self._mark(event, f"fault {event.number}", f"fault {event.number}")

    def _vmm_deliver(self, event):
        self._mark(event, f"injects {event.value[0]:#x}")

    def _vmm_device(self, event):
        self._mark(event, f"device {event.number} interrupts")

    # A guest kernel's

    def _guest_call(self, event):
        name = SYSTEM_CALLS.get(event.number, f"call {event.number}")
        self._mark(event, f"{name} begins", name)
        self._doing[event.who] = name
        # INT 0x80 is the stretch before this one
        self._open[event.who] = Call(name, event.value, None, event.who,
                                     len(self.stretches) - 1, 0)

    def _guest_fault(self, event):
        name = VECTORS.get(event.number, f"vector {event.number}")
        self._mark(event, f"{name} at {event.value[0]:#x}, "
                   f"EIP {event.value[2]:#x}", name)
        self._doing[event.who] = name

    def _guest_irq(self, event):
        self._mark(event, f"interrupts {event.value[0]:#x}", "interrupt")
        self._doing[event.who] = "interrupt"

    def _guest_exit(self, event):
        doing = self._doing.get(event.who, "return")
        self._mark(event, f"back to thread {event.who}", doing)
        self._returned = event.who
        call = self._open.get(event.who)
        if call:
            self._open[event.who] = call._replace(
                result=signed(event.value[0]))

    def _guest_task(self, event):
        name = task_name(event.value)
        self._mark(event, f"thread {event.who} is {name}")
        self.names[event.who] = name
        self.renamed.append((event.time, event.who, name))
