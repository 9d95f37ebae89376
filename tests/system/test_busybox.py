# SPDX-License-Identifier: BSD-2-Clause
"""BusyBox's own test suite, in the guest and under the host's kernel.

Both run the same binary with the same root file system: the initrd.  The
results differ as docs/busybox-tests.md lists, no more and no less.
"""

import collections
import re
import shutil
import subprocess

import hostroot
import pytest
from machine import BUILD, TOP, shell

# What takes about a minute; `long` runs everything.
PART = ("basename cat cmp cp cut date dd diff dirname echo expand expr find "
        "grep head ln ls mkdir mount mv pidof rm rmdir tail test touch tr "
        "uniq wc xargs")
DOCUMENT = TOP / "docs" / "busybox-tests.md"
RESULT = re.compile(r"^(PASS|FAIL|SKIPPED|UNTESTED): (.*?) *$", re.MULTILINE)

# A result should come every while: otherwise the processes at the end of the
# tree, those that the test waits for, are killed, and the test fails.
RUN = """cd /bb/testsuite && {{
sh ./runtest {applets} </dev/null >/tmp/log 2>&1 & suite=$!
seen= still=0
while sleep 5 && kill -0 $suite 2>/dev/null; do
    now=$(wc -c </tmp/log)
    [ "$now" = "$seen" ] && still=$((still + 5)) || still=0
    seen=$now
    [ $still -lt {limit} ] || {{
        still=0
        ps -o pid,ppid | awk -v top=$suite '
            {{ parent[$1] = $2; has_child[$2] = 1 }}
            END {{ for (p in parent) if (!has_child[p])
                for (q = p; q > 1; q = parent[q])
                    if (q == top) print p }}' | xargs kill -9
    }}
done
cat /tmp/log; }}"""


def suite(directory):
    """The suite as a tree that runtest understands; returns its path."""
    tree = directory / "bb"
    shutil.copytree(BUILD / "src" / "busybox" / "testsuite",
                    tree / "testsuite")
    shutil.copy(BUILD / "busybox" / "busybox", tree)
    shutil.copy(BUILD / "busybox" / ".config", tree)
    return tree


def results(text):
    """For each test's name its results, in order: some names come twice."""
    found = collections.defaultdict(list)
    for result, name in RESULT.findall(text):
        found[name].append(result)
    return {name: " ".join(sorted(each)) for name, each in found.items()}


def host_results(tree, root, command):
    """Of the suite with the initrd as root file system, or a skip."""
    root.mkdir()
    archive = subprocess.run(["gzip", "-dc", BUILD / "initrd.cpio.gz"],
                             check=True, stdout=subprocess.PIPE).stdout
    # Devices and owners are for root only; the host's /dev serves.
    subprocess.run(["cpio", "-id", "--quiet"], input=archive, cwd=root,
                   stderr=subprocess.DEVNULL, check=False)
    shutil.copytree(tree, root / "bb")
    return results(hostroot.run(root, command))


def listed_differences():
    """The table's rows: for a test's name its results, guest and host.

    `any` is for a result that depends on the host.
    """
    rows = re.findall(r"^\| `.*", DOCUMENT.read_text(), re.MULTILINE)
    assert rows
    parts = [re.match(r"\| `(.*?)` \| (\w*) *\| (\w*) *\|", r) for r in rows]
    return {part[1]: (part[2], part[3]) for part in parts}


def compare(tmp_path, applets, limit, timeout):
    command = RUN.format(applets=applets, limit=limit)
    tree = suite(tmp_path)
    host = host_results(tree, tmp_path / "root", command)
    guest = results(shell(command, add=[tree], mem=256,
                          timeout=timeout).output)
    assert len(guest) > 100, guest
    names = guest.keys() | host.keys()
    listed = {name: row for name, row in listed_differences().items()
              if name in names}
    differences = {}
    for name in names:
        row = guest.get(name, ""), host.get(name, "")
        if listed.get(name, row)[1] == "any":
            row = row[0], "any"
        if row[0] != row[1]:
            differences[name] = row
    assert differences == listed
    return names


def test_part(tmp_path):
    compare(tmp_path, PART, limit=300, timeout=1800)


@pytest.mark.long
def test_all(tmp_path):
    """Two tests of bc calculate for half an hour each."""
    names = compare(tmp_path, "", limit=7200, timeout=6 * 3600)
    assert listed_differences().keys() <= names
