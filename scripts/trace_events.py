# SPDX-License-Identifier: BSD-2-Clause
"""Events of all layers, out of the machine's memory and in order of time.

Each layer of a traced image (trace/) has a ring; this finds the rings, takes
the cost of the hooks off the times, and tells what the numbers mean.
"""

import os
import re
import struct
from typing import NamedTuple

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
PAGE = 4096
HEADER = struct.Struct("<8s3I12x")
RECORD = struct.Struct("<QHH5I")
MAGIC = b"PIPTRACE"
RDTSC_IN_C, REST_OF_C = 7, 23       # ring.c, trace_put()
RDTSC_IN_PIP, REST_OF_PIP = 24, 28  # hooks.inc, TRACE_PIP
WORD = 1 << 32
FPU = 7                             # a vector with a way of its own
WITH_ERROR = (8, 10, 11, 12, 13, 14, 17)


class Ring(NamedTuple):
    layer: str
    total: int      # events noted
    kept: int

    @property
    def lost(self):
        return self.total - self.kept


class Event(NamedTuple):
    time: int       # instructions, hooks not counted
    ring: int       # of which ring
    kind: str
    number: int
    who: int
    value: tuple


def source(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def enum(path, name):
    """{value: name} of a C enum without expressions."""
    body = re.search(name + r" \{(.*?)\}", source(path), re.DOTALL)[1]
    names, value = {}, 0
    for item in re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL).split(","):
        word, _, number = item.partition("=")
        if word.strip():
            value = int(number) if number else value
            names[value] = word.strip()
            value += 1
    return names


def services():
    """{selector: (name, arguments)} of Pip's gates."""
    found = {}
    for macro, selector, count, rest in re.findall(
            r"^ +(PORT|GATE|GATE_ENTER) +(\w+)h, (\d)(.*)",
            source("pip/arch/x86/entry.asm"), re.MULTILINE):
        name = {"PORT": " ".join(rest.split(",", 1)[-1].split()),
                "GATE": rest.strip(", "), "GATE_ENTER": "yield"}[macro]
        found[int(selector, 16)] = (name, int(count))
    return found


def system_calls():
    """{number: (name, arguments)}"""
    arguments = dict(re.findall(
        r"^SYSCALL\(__NR_(\w+), \w+, (\d)\)",
        source("guests/pipux/kernel/syscalls.def"), re.MULTILINE))
    numbers = re.findall(r"#define __NR_(\w+) (\d+)",
                         source("build/linux-headers/asm/unistd_32.h"))
    return {int(number): (name, int(arguments.get(name, 6)))
            for name, number in numbers}


KINDS = enum("trace/trace_hook.h", "enum trace_kind")
LAYERS = {1: "Pip", 2: "VMM", 3: "pipux"}
SERVICES = services()
HYPERCALLS = {number: name.removeprefix("VMM_HC_").lower() for number, name
              in enum("guests/include/vmm/guest.h",
                      "enum vmm_hypercall").items()}
SYSTEM_CALLS = system_calls()


def hook_cost(kind, number):
    """Instructions of a hook up to its RDTSC, and behind it."""
    if kind.startswith("PIP"):
        arguments = SERVICES.get(number, ("", 0))[1]
        before = {"PIP_CALL": 1 + min(arguments, 2), "PIP_ENTER": 2,
                  "PIP_EVENT": 1 if number == FPU else 6}.get(kind, 0)
        return (RDTSC_IN_PIP + before,
                REST_OF_PIP + (kind == "PIP_ENTER"))
    before = {"GUEST_CALL": 20, "GUEST_EXIT": 17, "GUEST_FAULT": 13,
              "VMM_CALL": 13, "GUEST_TASK": 12}.get(kind, 9)
    return (RDTSC_IN_C + before,
            REST_OF_C + 3 * (kind in ("GUEST_CALL", "GUEST_EXIT")))


def edge(kind, number, parent):
    """From the hook to the first or last instruction inside Pip."""
    if kind == "PIP_CALL":
        return -9 if SERVICES[number][1] else -5
    if kind == "PIP_RETURN":
        return 9 if parent else 6
    if kind == "PIP_EVENT":
        return -6 if number == FPU else -7 if number in WITH_ERROR else -8
    if kind == "PIP_BACK":
        return 2 if number == FPU else 3
    return 1 if kind == "PIP_ENTER" else 0


def rings(memory):
    """Yields (layer, capacity, next, place of the records)."""
    for place in range(0, len(memory), PAGE):
        if memory[place:place + len(MAGIC)] == MAGIC:
            _, layer, capacity, following = HEADER.unpack_from(memory, place)
            # the file that was loaded has the magic too, and no events
            if following:
                yield layer, capacity, following, place + HEADER.size


def records(memory, capacity, following, place):
    for index in range(max(0, following - capacity), following):
        yield RECORD.unpack_from(
            memory, place + index % capacity * RECORD.size)


def read(memory):
    """Returns ([Ring], [Event]) of a machine's memory."""
    found, raw = [], []
    for number, (layer, capacity, following, place) in enumerate(
            rings(memory)):
        found.append(Ring(LAYERS[layer], following, min(following, capacity)))
        last = 0
        for tsc, kind, *rest in records(memory, capacity, following, place):
            if tsc < last:
                raise ValueError(f"the ring of {LAYERS[layer]} is damaged")
            last = tsc
            raw.append((tsc, number, KINDS[kind], *rest))
    raw.sort(key=lambda record: record[0])
    return found, list(without_hooks(raw))


def without_hooks(raw):
    """The events at the times they would have had without tracing."""
    spent = 0
    for tsc, ring, kind, number, who, *value in raw:
        before, after = hook_cost(kind, number)
        time = tsc - spent - before + edge(kind, number, value[3])
        spent += before + after
        yield Event(time, ring, kind, number, who, tuple(value))


def task_name(value):
    """The name in a GUEST_TASK."""
    return struct.pack("<4I", *value).split(b"\0")[0].decode(errors="replace")


def listed(values, count):
    """Arguments as in C; those that no event holds as dots."""
    shown = [f"{value:#x}" for value in values[:count]]
    return ", ".join(shown + ["..."] * (count > len(shown)))


def signed(value):
    return value - WORD if value >> 31 else value
