# SPDX-License-Identifier: BSD-2-Clause
"""A command under the host's kernel with another root file system.

It gets namespaces of its own: nothing of it is left on the host, and of the
network there is only the loopback interface, as in the guest.
"""

import shlex
import subprocess

import pytest

SCRIPT = """set -e
ip link set lo up
mount --bind {root} {root}
mount -t proc proc {root}/proc
mount --rbind /dev {root}/dev
mount -t tmpfs tmpfs {root}/tmp
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
    chroot {root} /bin/sh -c {command}"""


def run(root, command):
    """What it prints; skips the test where there are no namespaces."""
    script = SCRIPT.format(root=shlex.quote(str(root)),
                           command=shlex.quote(command))
    done = subprocess.run(["unshare", "-r", "-m", "-n", "-p", "-f", "sh",
                           "-c", script], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False)
    if done.returncode:
        pytest.skip("no namespaces for the host's run: " + done.stdout[-200:])
    return done.stdout
