# SPDX-License-Identifier: BSD-2-Clause
"""Real work on real input: BusyBox's own source archive in the guest gives
exactly what the same BusyBox gives on the host."""

import subprocess

import pytest
from machine import BUILD, shell

SECTIONS = {
    "list": "find . | sort | xargs ls -ld | awk '{ print $1, $5, $NF }' | "
            "grep -v ^d",
    "lines": "find . -type f | sort | xargs wc -l",
    "grep": "grep -rn 'xmalloc' . | sort",
    "words": "cat libbb/*.c | tr -cs 'A-Za-z_' '\\n' | sort | uniq -c | "
             "sort -k1,1nr -k2,2 | head -n 300",
    "awk": "find . -name '*.c' | sort | xargs awk '{ fields += NF; "
           "if (length($0) > longest) longest = length($0) } "
           "/^[a-z].*\\)$/ { funs++ } "
           "END { print NR, fields, longest, funs }'",
    "sum": "find . -type f | sort | xargs sha256sum",
    "pack": "tar cf - libbb/*.c | wc -c; cat shell/*.c | gzip -9 | gunzip | "
            "md5sum; cat shell/*.c | bzip2 | bunzip2 | md5sum",
    "diff": "sed 's/static/STATIC/' shell/ash.c | diff shell/ash.c - | "
            "md5sum",
}
SCRIPT = "\n".join(
    ["set -e", "tar xjf $ARCHIVE", "cd busybox-*"]
    + [f"echo '== {name}'\n{command}" for name, command in SECTIONS.items()])


def sections(output):
    parts = {}
    for part in output.split("== ")[1:]:
        name, _, text = part.partition("\n")
        parts[name] = text
    return parts


@pytest.fixture(scope="module")
def archive():
    found = sorted((BUILD / "src").glob("busybox_*.orig.tar.bz2"))
    assert found, "build/src has no source archive of BusyBox"
    return found[-1]


@pytest.fixture(scope="module")
def on_host(archive, tmp_path_factory):
    """The script's output with this very BusyBox on the host."""
    directory = tmp_path_factory.mktemp("tarball")
    binaries = directory / "bin"
    binaries.mkdir()
    busybox = BUILD / "busybox" / "busybox"
    for applet in subprocess.run([busybox, "--list"], text=True, check=True,
                                 stdout=subprocess.PIPE).stdout.split():
        (binaries / applet).symlink_to(busybox)
    # BusyBox's own xargs, awk and so on, by this PATH alone
    done = subprocess.run(
        [binaries / "sh", "-c", SCRIPT], cwd=directory, check=True, text=True,
        stdout=subprocess.PIPE, encoding="utf-8", errors="replace",
        env={"PATH": str(binaries), "ARCHIVE": str(archive)})
    return sections(done.stdout)


@pytest.fixture(scope="module")
def in_guest(archive):
    result = shell(f"mkdir /tmp/w; cd /tmp/w; ARCHIVE=/{archive.name}\n"
                   + SCRIPT, add=[archive], timeout=1500)
    assert result.status == 0, result.output[-2000:]
    return sections(result.output)


@pytest.mark.parametrize("name", SECTIONS)
def test_same_as_on_the_host(name, on_host, in_guest):
    expected = on_host[name].replace("\r", "").splitlines()
    assert in_guest.get(name, "").splitlines() == expected
