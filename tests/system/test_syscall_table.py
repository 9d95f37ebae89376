# SPDX-License-Identifier: BSD-2-Clause
"""docs/syscalls.md says what syscalls.def says."""

import subprocess

from machine import TOP


def test_table_is_current():
    done = subprocess.run([TOP / "scripts" / "syscall-table", "--check"],
                          stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
