# SPDX-License-Identifier: BSD-2-Clause
"""From events to a time line: stretches, in each of which one layer runs.

Pip's own events are the borders; those of the VMM and of guest kernels lie
within a stretch and name it.
"""

from typing import NamedTuple

from trace_events import (HYPERCALLS, SERVICES, SYSTEM_CALLS, WORD, listed,
                          signed, task_name)

WINDOW = 0xC0000000
ENTRIES = ("PIP_CALL", "PIP_EVENT")
LEAVES = ("PIP_RETURN", "PIP_BACK", "PIP_ENTER")
PAGE_FAULT = 14
THREADS = 1 << 16   # more than a guest has
VECTORS = {7: "x87/SSE wanted", PAGE_FAULT: "page fault", 0x80: "int 0x80",
           0xF0: "hypercall"}


class Stretch:
    """[start, end) in `track`, which is "Pip", "VMM", a guest kernel's name,
    or a thread: its number, from THREADS * n for the guest of ring n.  Stretches of one activity share a list with its
    name, which becomes known in the midst of it."""

    def __init__(self, start, track, activity):
        self.start, self.end = start, start
        self.track, self.activity = track, activity
        self.detail = ""    # with arguments and result
        self.marks = []     # (time, text)

    @property
    def name(self):
        return self.activity[0]

    @property
    def layer(self):
        return "process" if isinstance(self.track, int) else self.track

    @property
    def length(self):
        return self.end - self.start


class Call(NamedTuple):
    """A system call from its INT to the return; stretches [first, last)."""
    name: str
    arguments: str
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


def entry_detail(event):
    eip, *values = event.value
    if event.kind == "PIP_CALL":
        name, count = SERVICES[event.number]
        return f"{name}({listed(values[:2], count)})"
    address = f", address {values[1]:#x}" if event.number == PAGE_FAULT else ""
    return f"{entry_name(event)}, EIP {eip:#x}{address}"


class TimeLine:
    """`stretches` in order without gaps, `calls` complete system calls,
    `names` {thread: its last name}."""

    def __init__(self, events):
        self.stretches, self.calls = [], []
        self.names = {}
        self._root = next((event.who for event in events
                           if event.kind.startswith("PIP")
                           and not event.value[3]), None)
        self._kernels = {}      # partition: track of a guest kernel
        self._guests = {}       # ring: track of its guest kernel
        self._activity = {}     # track: that of its last stretch
        self._doing = {}        # thread: what the kernel does for it
        self._open = {}         # thread: its Call so far
        self._thread = {}       # kernel's ring: thread that it returned to
        self._left = {}         # track: the stretch after its last one
        self._returned = 0
        self._now = None
        for event in events:
            if event.kind.startswith("PIP"):
                self._border(event)
            elif self._now:
                self._noted(event)

    def _border(self, event):
        if event.kind in ENTRIES:
            self._begin(event, "Pip", [entry_name(event)])
            if self._now:
                self._now.detail = entry_detail(event)
        else:
            if self._now and event.kind == "PIP_RETURN":
                self._now.detail += f" = {event.value[0]:#x}"
            track = self._track(event)
            if track == "VMM" and event.kind == "PIP_ENTER":
                self._activity[track] = [""]
            self._begin(event, track,
                        self._activity.setdefault(track, [""]))
            self._resumed()

    def _begin(self, event, track, activity):
        if self._now:
            self._now.end = event.time
            self.stretches.append(self._now)
            self._left[self._now.track] = len(self.stretches)
        elif track == "Pip":
            return
        self._now = Stretch(event.time, track, activity)

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

    def label(self, track):
        """A track's name, for people."""
        if not isinstance(track, int):
            return track
        ring, number = divmod(track, THREADS)
        label = f"{self.names.get(track, '?')} {number}"
        if len(self._kernels) > 1:
            label += " of " + self._guests.get(ring, "?")
        return label

    def _noted(self, event):
        """An event of the layer that runs."""
        if event.kind.startswith("GUEST"):
            self._guests[event.ring] = self._now.track
            event = event._replace(who=event.who + event.ring * THREADS)
        getattr(self, "_" + event.kind.lower())(event)

    def _mark(self, event, text):
        self._now.marks.append((event.time, text))

    # The VMM's events

    def _vmm_does(self, event, name, text):
        self._mark(event, text)
        self._now.activity[0] = name

    def _vmm_line(self, event):
        line = f"line {event.number - 32}"
        self._vmm_does(event, line, "interrupt " + line)

    def _vmm_call(self, event):
        name = HYPERCALLS.get(event.number, f"hypercall {event.number}")
        self._vmm_does(event, name,
                       f"hypercall {name}({listed(event.value, 4)})")

    def _vmm_fault(self, event):
        self._vmm_does(event, "fault", f"fault {event.number}")

    def _vmm_deliver(self, event):
        self._mark(event, f"injects {event.value[0]:#x}")

    def _vmm_device(self, event):
        self._mark(event, f"device {event.number} interrupts")

    # A guest kernel's

    def _guest_does(self, event, name, text):
        """The kernel was entered for this."""
        self._mark(event, text)
        activity = [name]
        self._now.activity = self._doing[event.who] = activity
        self._activity[self._now.track] = activity

    def _guest_call(self, event):
        name, count = SYSTEM_CALLS.get(event.number,
                                       (f"call {event.number}", 6))
        arguments = listed(event.value, count)
        self._guest_does(event, name, f"{name}({arguments})")
        first = self._left.get(event.who)
        if first is not None:
            self._open[event.who] = Call(name, arguments, None, event.who,
                                         first, 0)

    def _guest_fault(self, event):
        name = VECTORS.get(event.number, f"vector {event.number}")
        self._guest_does(event, name, f"{name} at {event.value[0]:#x}, "
                         f"EIP {event.value[2]:#x}")

    def _guest_irq(self, event):
        self._guest_does(event, "interrupt",
                         f"interrupts {event.value[0]:#x}")

    def _guest_exit(self, event):
        self._mark(event, f"back to thread {event.who % THREADS}")
        self._returned = event.who
        call = self._open.get(event.who)
        if call:
            self._open[event.who] = call._replace(
                result=signed(event.value[0]))

    def _guest_task(self, event):
        name = task_name(event.value)
        self._mark(event, f"thread {event.who % THREADS} is {name}")
        self.names[event.who] = name
        self._activity[self._now.track] = self._doing.setdefault(
            event.who, [""])
