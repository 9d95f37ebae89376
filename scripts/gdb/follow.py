# SPDX-License-Identifier: BSD-2-Clause
"""gdb's own symbols follow the current partition.

Pip's are always there.  At each stop those of the current partition's program
are added, and those of the previous one taken away: they may share addresses.
"""

import gdb

import identity
import memory
import partition

_loaded = None          # path of the file that was added


def _change(path):
    global _loaded
    if _loaded:
        try:
            gdb.execute(f'remove-symbol-file "{_loaded}"', to_string=True)
        except gdb.error:
            pass        # somebody has taken it away by hand
    _loaded = path
    if path:
        gdb.execute(f'add-symbol-file "{path}"', to_string=True)


def follow(_event=None):
    memory.forget()
    try:
        if not memory.register("cr0") & memory.CR0_PG:
            return
        who = identity.identify(partition.current())
    except gdb.GdbError:
        return
    path = who.image.path if who.image else None
    if path != _loaded:
        _change(path)
        gdb.invalidate_cached_frames()


def register():
    gdb.events.stop.connect(follow)
