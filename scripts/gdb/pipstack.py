# SPDX-License-Identifier: BSD-2-Clause
"""gdb commands for the whole stack.

`source scripts/gdb/pipstack.py` defines them: `help pip`, `help vmm`,
`help pipux`, `help layers`.  scripts/debug does so, and attaches to QEMU.
"""

import os
import sys

import gdb

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)

# pylint: disable=wrong-import-position
import command          # noqa: E402
import follow           # noqa: E402
import layers           # noqa: E402
import partition        # noqa: E402
import pip_break        # noqa: E402
import pip_tree         # noqa: E402
import pip_vidt         # noqa: E402
import pip_walk         # noqa: E402
import pipux_tasks      # noqa: E402
import vmm_guests       # noqa: E402
import vmm_queues       # noqa: E402

partition.pip_path = os.path.join(HERE, "..", "..", "build", "pip.elf")
for setting in ("confirm off", "architecture i386", "style enabled off",
                "breakpoint pending off"):
    gdb.execute(f"set {setting}", to_string=True)
for name, text in (
        ("pip", "Partitions as Pip keeps them: tree, tables, contexts."),
        ("vmm", "Guests as the VMM keeps them."),
        ("pipux", "Tasks of a guest kernel.")):
    command.Group(name, text)
for module in (pip_tree, pip_walk, pip_vidt, pip_break, vmm_guests,
               vmm_queues, pipux_tasks, layers, follow):
    module.register()
