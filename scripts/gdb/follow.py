# SPDX-License-Identifier: BSD-2-Clause
"""gdb's own symbols follow the current partition.

Pip's are always there.  At each stop those of the current partition's program
are added, and those of the previous one taken away: they may share addresses.
"""

import gdb

import identity
import memory
import partition

_loaded = []            # (path, distance) of the files that were added


def _change(files):
    global _loaded
    for path, _ in _loaded:
        try:
            gdb.execute(f'remove-symbol-file "{path}"', to_string=True)
        except gdb.error:
            pass        # somebody has taken it away by hand
    _loaded = files
    for path, distance in files:
        gdb.execute(f'add-symbol-file "{path}" -o {distance:#x}',
                    to_string=True)


def follow(_event=None):
    memory.forget()
    try:
        if not memory.register("cr0") & memory.CR0_PG:
            return
        who = identity.identify(partition.current())
    except gdb.GdbError:
        return
    files = who.image.files() if who.image else []
    if files != _loaded:
        _change(files)
        gdb.invalidate_cached_frames()


def register():
    gdb.events.stop.connect(follow)
