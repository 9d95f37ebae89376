# SPDX-License-Identifier: BSD-2-Clause
"""The rows that the programs behind `make bench` print, in words."""

# The page's tables: title, {row: what it is}
CALLS = {
    "getppid": "null system call (getppid)",
    "write-null-1": "write 1 byte to /dev/null",
    "read-zero-1": "read 1 byte from /dev/zero",
    "read-zero-4k": "read 4 KiB from /dev/zero",
    "fstat": "fstat",
    "stat": "stat",
    "open-close": "open and close",
    "clock": "clock_gettime",
    "clock-call": "clock_gettime64 by system call",
    "sched-yield": "sched_yield, alone",
    "sigaction": "sigaction",
    "signal": "signal to oneself with handler",
    "mmap-munmap": "mmap and munmap of a page",
    "page-fault": "first touch of an anonymous page",
    "pipe-1": "pipe: write and read 1 byte",
    "pipe-4k": "pipe: write and read 4 KiB",
    "pipe-ping-pong": "pipe ping-pong of two processes",
    "unix-ping-pong": "unix socket ping-pong of two processes",
    "fork-exit": "fork, exit, wait",
    "vfork-exit": "vfork, exit, wait",
    "fork-exec": "fork, exec, exit, wait",
    "vfork-exec": "vfork, exec, exit, wait",
    "fork-sh": "fork, sh -c :, wait",
    "fork-touch-64": "fork, child touches 64 pages, wait",
}
CONTEXTS = {
    f"context-{n}-{kib}": f"{n} processes, {kib} KiB each"
    for n in (2, 8, 16) for kib in (0, 16, 64)
}
GROWTH = {
    **{f"fork-kib-{kib}": f"fork, exit, wait: {kib} KiB touched"
       for kib in (64, 256, 1024, 4096, 16384)},
    **{f"files-{n}": f"create and delete a file beside {n}"
       for n in (0, 100, 1000)},
    **{f"{name}-{n}": f"{what}, {n} sleeping processes"
       for name, what in (("null", "null system call"),
                          ("pipe", "pipe ping-pong"),
                          ("fork", "fork, exit, wait"))
       for n in (0, 64)},
    "process-bytes": "memory of a sleeping process, bytes",
}
# A process with so many dirty pages; a part of them is written
PAGES = (16, 32, 64, 128, 256, 1024, 4096)
FORKS = {
    **{f"{row}-{n}": f"{what}: {n} pages"
       for row, what in (("exit", "fork, exit"), ("exec", "fork, exec, exit"))
       for n in PAGES},
    **{f"{row}-{n // part}-{n}": f"{what} {n // part} of {n}"
       for row, what in (("child", "fork, child writes"),
                         ("parent", "fork, exit, parent writes"),
                         ("both", "fork, both write"))
       for part in (16, 4, 1) for n in PAGES},
}
MAPPINGS = {
    f"{row}-{n}": f"{what}, one of {n:,}"
    for n in (100, 1000, 10000)
    for row, what in (("map", "map and protect"), ("touch", "touch"),
                      ("unmap", "unmap"))}
BLOCK = {
    "block-read": "read, 64 KiB at a time",
    "block-read-again": "the same from memory",
    "block-read-scattered": "read, 4 KiB here and there",
    "block-write": "write, 64 KiB at a time, and fsync",
}
NETWORK = {
    "tcp-stream-4k": "TCP, 4 KiB of a stream over lo",
    "tcp-ping-pong": "TCP, 1 byte there and back over lo",
    "udp-ping-pong": "UDP, 1 byte there and back over lo",
}
EXT2 = {
    "ext2-create": "create a file",
    "ext2-create-sync": "sync after it",
    "ext2-delete": "delete a file",
    "ext2-write": "write 4 KiB of a new file",
    "ext2-write-fsync": "fsync of it",
    "ext2-read": "read 4 KiB, 64 KiB at a time",
    "ext2-read-again": "the same from memory",
}

# By the number of guests; the machine has 32 MiB for each
GUESTS = {
    "null": "null system call, others asleep",
    "pipe": "pipe ping-pong, others asleep",
    "fork": "fork, exit, wait, others asleep",
    "fault": "first touch of a page, others asleep",
    "late": "lateness of a sleeping process, others asleep",
    "late-compute": "lateness of it, others compute",
    "pipe-compute": "pipe ping-pong, others compute",
    "below": "memory per guest: Pip and VMM, bytes",
    "kernel": "memory per guest: its kernel, bytes",
}
# By the machine's memory, one guest
MEMORY = {
    "pip": "firmware, Pip's boot",
    "boot": "boot to init, initrd of 48 KiB",
    "create": "createPartition",
    "null": "null system call",
    "fault": "first touch of a page",
    "fork": "fork, exit, wait",
}

# {plot's title: (label of x, unit, rows)}
GUEST_PLOTS = {
    "costs beside other guests": ("guests", "instructions", (
        "null", "pipe", "fault")),
    "a sleeping process wakes": ("guests", "instructions late", (
        "late", "late-compute")),
    "memory of a guest": ("guests", "bytes", ("below", "kernel")),
}
MEMORY_PLOTS = {
    "boot": ("MiB of memory", "instructions", ("pip", "boot")),
    "costs": ("MiB of memory", "instructions", (
        "create", "null", "fault", "fork")),
}

# {end of a phase, in order: the phase}
BOOT = {
    "root-start": "firmware, Pip",
    "guest-start": "the VMM, a guest of 32 KiB loaded",
    "init-start": "pipux's kernel, its initrd unpacked",
    "command-start": "init's script, to a command",
}

# {distribution: (from the event to ..., on what system)}
LATENCIES = {
    "root-idle": ("clock's line to the root", "a child computes"),
    "root-busy": ("clock's line to the root",
                  "a child creates and deletes partitions"),
    "guest-idle": ("deadline to a guest kernel", "it computes"),
    "guest-asleep": ("deadline to a guest kernel", "it waits"),
    "guest-busy": ("deadline to a guest kernel",
                   "it computes, another floods hypercalls"),
    "guest-asleep-busy": ("deadline to a guest kernel",
                          "it waits, another floods hypercalls"),
    "process-idle": ("deadline to a sleeping process", "nothing else runs"),
    "process-busy": ("deadline to a sleeping process",
                     "another forks, writes and opens"),
}

# Pip's growth: {panel's title: (label of x, {curve: legend})}
CURVES = {
    "yield to a child and back": ("partitions in existence", {
        "yield-last": "last created", "yield-middle": "one in the middle"}),
    "yield, by depth": ("depth of the parent", {"yield-depth": "yield"}),
    "deletePartition, 4 regions": ("pages held", {
        "delete-pages": "deletePartition"}),
    "deletePartition, no page": ("prepared regions", {
        "delete-regions": "deletePartition"}),
    "create and delete, by depth": ("depth of the caller", {
        "create-depth": "createPartition",
        "delete-depth": "deletePartition, empty"}),
    "memory of a partition": ("prepared regions", {
        "memory-regions": "descriptor and tables"}),
}
