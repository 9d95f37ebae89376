# SPDX-License-Identifier: BSD-2-Clause
"""BusyBox's own test suite, in the guest and under the host's kernel.

Both run the same binary with the same root file system: the initrd.  Every
difference that docs/busybox-tests.md does not list fails the test.
"""

import collections
import re
import shlex
import shutil
import subprocess

import pytest
from machine import BUILD, TOP, shell

# What takes about a minute; `long` runs everything.
PART = ("basename cat cmp cp cut date dd diff dirname echo expand expr find "
        "grep head ln ls mkdir mv rm rmdir tail test touch tr uniq wc xargs")
DOCUMENT = TOP / "docs" / "busybox-tests.md"
RESULT = re.compile(r"^(?:PASS|FAIL|SKIPPED|UNTESTED): .*$", re.MULTILINE)
RUN = "cd /bb/testsuite && sh ./runtest {} </dev/null 2>&1; true"

# A mount namespace, so that nothing of it is left on the host; no network,
# as in the guest.
HOST = """set -e
mount --bind {root} {root}
mount -t proc proc {root}/proc
mount --rbind /dev {root}/dev
mount -t tmpfs tmpfs {root}/tmp
exec env -i PATH=/usr/bin:/usr/sbin:/bin:/sbin HOME=/root \
    chroot {root} /bin/sh -c {command}"""


def suite(directory):
    """The suite as a tree that runtest understands; returns its path."""
    tree = directory / "bb"
    shutil.copytree(BUILD / "src" / "busybox" / "testsuite",
                    tree / "testsuite")
    shutil.copy(BUILD / "busybox" / "busybox", tree)
    shutil.copy(BUILD / "busybox" / ".config", tree)
    return tree


def results(text):
    return collections.Counter(RESULT.findall(text))


def host_results(tree, root, command):
    """Of the suite with the initrd as root file system, or a skip."""
    root.mkdir()
    archive = subprocess.run(["gzip", "-dc", BUILD / "initrd.cpio.gz"],
                             check=True, stdout=subprocess.PIPE).stdout
    # Devices and owners are for root only; the host's /dev serves.
    subprocess.run(["cpio", "-id", "--quiet"], input=archive, cwd=root,
                   stderr=subprocess.DEVNULL, check=False)
    shutil.copytree(tree, root / "bb")
    script = HOST.format(root=shlex.quote(str(root)),
                         command=shlex.quote(command))
    done = subprocess.run(["unshare", "-r", "-m", "-n", "-p", "-f", "sh",
                           "-c", script], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False)
    if done.returncode:
        pytest.skip("no namespaces for the host's run: " + done.stdout[-200:])
    return results(done.stdout)


def expected_differences():
    """The second column of the table: results of the guest, as printed."""
    return set(re.findall(r"^\| `([^`]*)` \|", DOCUMENT.read_text(),
                          re.MULTILINE))


def compare(tmp_path, applets, timeout):
    command = RUN.format(applets)
    tree = suite(tmp_path)
    host = host_results(tree, tmp_path / "root", command)
    guest = results(shell(command, add=[tree], mem=256,
                          timeout=timeout).output)
    assert sum(guest.values()) > 100, guest
    differences = [f"guest {line}" for line in guest - host] \
        + [f"host {line}" for line in host - guest]
    known = expected_differences()
    assert [d for d in differences if d not in known] == []


def test_part(tmp_path):
    compare(tmp_path, PART, timeout=1800)


@pytest.mark.long
def test_all(tmp_path):
    compare(tmp_path, "", timeout=4 * 3600)
