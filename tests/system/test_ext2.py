# SPDX-License-Identifier: BSD-2-Clause
"""ext2 in pipux: what it writes is there, on the host and in the next boot;
what e2fsprogs made is read; bad disks and sudden ends do no harm."""

import hashlib
import os
import random
import re
import signal
import struct
import subprocess
import time

import pytest
from machine import BOOT, BUILD, TOP, boot, program, shell

MIB = 1 << 20
BLOCK_SIZES = [1024, 2048, 4096]
MOUNT = "mount -t ext2 /dev/vda /mnt || exit 1\n"


def tool(*words, ok=(0,)):
    """Run a program of e2fsprogs; returns what it prints."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    done = subprocess.run([str(w) for w in words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False,
                          env=dict(os.environ, PATH=path))
    assert done.returncode in ok, done.stdout.decode(errors="replace")
    return done.stdout


def make_disk(path, mib, *options):
    with open(path, "wb") as file:
        file.truncate(mib * MIB)
    tool("mke2fs", "-q", "-F", "-t", "ext2", *options, path)
    return path


def check_clean(path):
    tool("e2fsck", "-f", "-n", path)


def drive(path):
    return ["--append", "vmm.disk=ata0", "--", "-drive",
            f"file={path},format=raw,if=ide"]


def guest(disk, script, add=(), **options):
    return shell(script, *drive(disk), add=add, **options)


def extract(disk, name, to):
    tool("debugfs", "-R", f"dump {name} {to}", disk)
    return to.read_bytes()


def md5(data):
    return hashlib.md5(data).hexdigest()


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_file_survives_power_off(tmp_path, size):
    disk = make_disk(tmp_path / "disk", 16, "-b", size)
    guest(disk, MOUNT + "echo kept >/mnt/file; mkdir /mnt/dir\n"
          "cp /bin/busybox /mnt/dir; ln -s file /mnt/link")
    check_clean(disk)
    assert extract(disk, "/file", tmp_path / "out") == b"kept\n"
    busybox = (BUILD / "busybox" / "busybox").read_bytes()
    assert extract(disk, "/dir/busybox", tmp_path / "out") == busybox
    result = guest(disk, MOUNT + "cat /mnt/link; md5sum /mnt/dir/busybox\n"
                   "umount /mnt")
    assert f"kept\n{md5(busybox)} " in result.output
    check_clean(disk)


def test_file_handles(tmp_path):
    """As facts/handles.txt has it of tmpfs, names in the cache or not."""
    disk = make_disk(tmp_path / "disk", 4)
    result = guest(disk, MOUNT + "/facts_handles /mnt",
                   add=[program("facts_handles")])
    expected = TOP / "tests" / "guest" / "facts" / "handles.txt"
    assert result.output == expected.read_text()
    check_clean(disk)


def test_names(tmp_path):
    disk = make_disk(tmp_path / "disk", 4)
    result = guest(disk, "mount -t ext2 /dev/vda /tmp && chmod 1777 /tmp\n"
                   "/names; umount /tmp", add=[program("names")])
    assert result.output == "names: ok\n"
    check_clean(disk)


def tree(top):
    """Files of all kinds; returns their paths and checksums."""
    sums = {}
    (top / "deep").mkdir(parents=True)
    for n, size in enumerate([0, 1, 1024, 4097, 70_000, 2_000_000]):
        path = top / "deep" / f"file{n}"
        path.write_bytes(random.Random(n).randbytes(size))
        sums[f"deep/file{n}"] = md5(path.read_bytes())
    with open(top / "sparse", "wb") as file:
        file.write(b"begin")
        file.seek(80 * MIB)
        file.write(b"end")
    sums["sparse"] = md5((top / "sparse").read_bytes())
    many = top / "many"
    many.mkdir()
    for n in range(600):
        (many / f"{n:03}-{'x' * (n % 90)}").touch()
    (top / "short").symlink_to("deep/file3")
    (top / "long").symlink_to("./" * 60 + "deep/file4")
    return sums


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_disk_made_by_the_host(tmp_path, size):
    sums = tree(tmp_path / "tree")
    disk = make_disk(tmp_path / "disk", 24, "-b", size, "-d",
                     tmp_path / "tree")
    result = guest(disk, MOUNT + "cd /mnt; md5sum " + " ".join(sums)
                   + " short long; ls many | wc -l; rm -r many deep sparse\n"
                   "ls; cd /; umount /mnt")
    for name, value in sums.items():
        assert f"{value}  {name}\n" in result.output
    assert f"{sums['deep/file3']}  short\n" in result.output
    assert f"{sums['deep/file4']}  long\n600\n" in result.output
    check_clean(disk)


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_same_as_tmpfs(tmp_path, size):
    disk = make_disk(tmp_path / "disk", 24, "-b", size)
    result = guest(disk, MOUNT + f"mkdir /ref; /diskstress /mnt /ref {size} "
                   "1500 || exit 1\numount /mnt", timeout=300,
                   add=[program("diskstress")])
    assert result.output == "diskstress: ok\n"
    assert result.status == 0
    check_clean(disk)


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_holes(tmp_path, size):
    disk = make_disk(tmp_path / "disk", 24, "-b", size)
    result = guest(disk, MOUNT + "/holes /mnt && /holes /tmp || exit 1\n"
                   "umount /mnt", add=[program("holes")])
    assert result.output == "holes: ok\nholes: ok\n"
    assert result.status == 0
    check_clean(disk)


def test_disk_full(tmp_path):
    disk = make_disk(tmp_path / "disk", 8, "-m", "0")
    result = guest(
        disk, MOUNT + "cd /mnt; cp /bin/busybox keep; sync\n"
        "n=0; while cp /bin/busybox copy$n 2>/dev/null; do n=$((n + 1)); done\n"
        "mkdir x 2>&1; echo y >z; cmp keep /bin/busybox && echo same\n"
        "dd if=/dev/zero of=one bs=1k count=16 2>&1 | grep -o 'No space.*'\n"
        "rm copy0; sync; cp /bin/busybox again && cmp again keep && echo room\n"
        "rm copy* again; df . | tail -1; cd /; umount /mnt")
    assert "same\nNo space left on device\nroom\n" in result.output
    check_clean(disk)


def test_no_more_inodes(tmp_path):
    disk = make_disk(tmp_path / "disk", 4, "-N", "64")
    result = guest(disk, MOUNT + "cd /mnt; n=0; while touch f$n 2>/dev/null\n"
                   "do n=$((n + 1)); done; echo $n; touch more\n"
                   "rm f1; touch more && echo more; cd /; umount /mnt")
    assert re.match("5[0-9]\ntouch: more: No space left on device\nmore\n$",
                    result.output)
    check_clean(disk)


def test_deleted_while_open(tmp_path):
    disk = make_disk(tmp_path / "disk", 8)
    result = guest(
        disk, MOUNT + "cp /bin/busybox /mnt/a; exec 5</mnt/a; rm /mnt/a\n"
        "sync; md5sum <&5; md5sum </bin/busybox; ls /mnt | cat")
    first, second, rest = result.output.split("\n", 2)
    assert first == second and rest == "lost+found\n"
    check_clean(disk)       # powered off with the file still open


def test_mount_in_steps(tmp_path):
    """By fsopen and its like; what is wrong shows when it is made."""
    disk = make_disk(tmp_path / "disk", 8)
    result = guest(
        disk, "n='/newmount ext2 /dev/vda /mnt'; /newmount ext2 /none /mnt; "
        "/newmount ext2 / /mnt; /newmount ext2 '' /mnt; $n nothing=1; "
        "$n ro && grep /mnt /proc/mounts; touch /mnt/f; umount /mnt; "
        "$n && echo x >/mnt/f && umount /mnt && $n && cat /mnt/f",
        add=[program("newmount")])
    told = re.sub(r"^\[.*\n", "", result.output, flags=re.MULTILINE)
    assert told == (
        "create: No such file or directory\ncreate: Block device required\n"
        "create: Invalid argument\ncreate: Invalid argument\n"
        "/dev/vda /mnt ext2 ro,relatime 0 0\n"
        "touch: /mnt/f: Read-only file system\nx\n")
    check_clean(disk)


def test_remount(tmp_path):
    disk = make_disk(tmp_path / "disk", 8)
    result = guest(
        disk, MOUNT + "exec 5>/mnt/a; mount -o remount,ro /mnt 2>/dev/null "
        "|| echo busy; exec 5>&-; mount -o remount,ro /mnt || exit 1\n"
        "echo b 2>&1 >/mnt/b | grep -o 'Read-only.*'; grep -c 'ext2 ro' "
        "/proc/mounts; mount -o remount,rw /mnt; echo c >/mnt/c; cat /mnt/c\n"
        "mkdir /ref; mount -t ext2 -o ro /dev/vda /ref 2>&1 "
        "| grep -ci busy\n"
        "mount -t ext2 /dev/vda /ref; echo d >/ref/d; umount /mnt; "
        "cat /ref/c /ref/d; umount /ref")
    assert result.output.startswith("busy\n")
    assert "1\nc\n1\nc\nd\n" in result.output
    check_clean(disk)


@pytest.mark.parametrize("features, words", [
    (["-t", "ext4"], "unknown incompatible features"),
    (["-t", "ext2", "-O", "extents"], "unknown incompatible features"),
])
def test_unknown_features(tmp_path, features, words):
    disk = tmp_path / "disk"
    disk.write_bytes(b"")
    os.truncate(disk, 8 * MIB)
    tool("mke2fs", "-q", "-F", *features, disk)
    result = guest(disk, "mount -t ext2 /dev/vda /mnt; echo $?; "
                   "dmesg | grep -c 'ext2: vda'")
    assert words in result.output
    assert result.output.endswith("1\n")


def test_no_file_system(tmp_path):
    disk = tmp_path / "disk"
    disk.write_bytes(bytes(MIB))
    result = guest(disk, "mount -t ext2 /dev/vda /mnt 2>&1; echo $?\n"
                   "mount -t ext2 /dev/null /mnt 2>&1")
    assert "Invalid argument" in result.output
    assert "ext2: vda: no ext2 file system" in result.output


def corrupt(image, seed):
    """A disk with bytes changed where the file system's own are."""
    dice = random.Random(seed)
    data = bytearray(image)
    areas = [(1024, 2048), (2048, 2048 + 32), (3 << 10, 40 << 10),
             (1024, len(data))]
    for _ in range(dice.choice([1, 3, 30, 300])):
        start, end = areas[seed % 4]
        at = dice.randrange(start, end)
        if dice.randrange(2):
            data[at] = dice.choice([0, 1, 2, 0x7F, 0x80, 0xFF])
        else:
            at &= ~3
            value = dice.choice([0, 1, 2, 0xFFFFFFFF, 0x7FFFFFFF,
                                 dice.randrange(600)])
            data[at:at + 4] = value.to_bytes(4, "little")
    return bytes(data)


class Structures:
    """Where the fields are of a file system of 1 KiB blocks in one group."""

    def __init__(self, image):
        self.image = image
        self.table = self.word(2048 + 8) << 10
        self.inode_size = int.from_bytes(image[1024 + 88:1024 + 90], "little")
        used = [2] + list(range(11, 11 + 40))
        inodes = [self.table + (n - 1) * self.inode_size for n in used]
        inodes = [at for at in inodes if self.word(at) & 0xFFFF]
        self.kinds = [
            [(1024 + n, 4) for n in range(0, 104, 4)],
            [(2048 + n, 4) for n in range(0, 16, 4)],
            [(at + n, 4) for at in inodes for n in range(0, 112, 4)],
            [field for at in inodes if self.word(at) & 0xF000 == 0x4000
             for field in self.entries(self.word(at + 40) << 10)],
        ]

    def word(self, at):
        return int.from_bytes(self.image[at:at + 4], "little")

    def entries(self, block):
        at = block
        while at < block + 1024:
            yield from [(at, 4), (at + 4, 2), (at + 6, 1), (at + 7, 1)]
            at += self.word(at + 4) & 0xFFFF

    def mutant(self, seed):
        dice = random.Random(seed)
        data = bytearray(self.image)
        for _ in range(dice.choice([1, 1, 2, 5])):
            at, size = dice.choice(self.kinds[seed % len(self.kinds)])
            old = int.from_bytes(data[at:at + size], "little")
            new = dice.choice([
                old ^ 1 << dice.randrange(8 * size), old + 1, old - 1,
                dice.randrange(64), dice.randrange(1100), 0,
                1 << 8 * size - 1, (1 << 8 * size - 1) - 1, -1])
            new %= 1 << 8 * size
            data[at:at + size] = new.to_bytes(size, "little")
        return bytes(data)

def small_disk(tmp_path):
    """Half full with directories, files and links, in 1 KiB blocks."""
    top = tmp_path / "tree"
    for n in range(8):
        (top / f"dir{n}").mkdir(parents=True)
        (top / f"dir{n}" / "file").write_bytes(bytes([n]) * 9000 * n)
        (top / f"link{n}").symlink_to("y" * (10 + 20 * n))
    return make_disk(tmp_path / "disk", 1, "-b", "1024", "-N", "64",
                     "-d", top)


@pytest.mark.parametrize("damage", ["bytes", "fields"])
def test_hostile_disks(tmp_path, damage):
    """Each is mounted, walked, written and unmounted, or refused."""
    disk = small_disk(tmp_path)
    image = disk.read_bytes()
    structures = Structures(image)
    assert all(structures.kinds)
    images = tmp_path / "images"
    images.mkdir()
    for n in range(48):
        (images / str(n)).write_bytes(
            corrupt(image, n) if damage == "bytes" else structures.mutant(n))
    script = (
        "n=0; while [ $n -lt 48 ]; do\n"
        "dd if=/images/$n of=/dev/vda bs=64k 2>/dev/null; rm /images/$n\n"
        "if mount -t ext2 /dev/vda /mnt; then\n"
        "find /mnt -maxdepth 6; cat /mnt/*/file; readlink /mnt/*\n"
        "cp /bin/busybox /mnt/new; mkdir /mnt/d; echo x >>/mnt/dir3/file\n"
        "truncate -s 5000 /mnt/dir6/file; ln /mnt/dir4/file /mnt/dir5/two\n"
        "mv /mnt/dir1/file /mnt/dir2; rm -r /mnt/*; sync\n"
        "umount /mnt || echo busy >/kept\n"
        "fi >/dev/null 2>&1; echo done $n; n=$((n + 1)); done\n"
        "test ! -e /kept && ! grep /mnt /proc/mounts")
    result = guest(disk, script, add=[images], mem=256, timeout=300)
    lines = re.findall(r"^done \d+$", result.output, re.MULTILINE)
    assert len(lines) == 48, result.output
    assert result.status == 0, result.output


def test_loop_of_directories(tmp_path):
    """A directory that contains its own parent is refused."""
    disk = make_disk(tmp_path / "disk", 4)
    tool("debugfs", "-w", "-R", "mkdir a", disk)
    tool("debugfs", "-w", "-R", "mkdir a/b", disk)
    tool("debugfs", "-w", "-R", "link a a/b/c", disk)
    result = guest(disk, MOUNT + "ls /mnt/a/b/c 2>&1; ls -R /mnt 2>/dev/null "
                   "| wc -l")
    assert "has two names" in result.output


class Written:
    """What the guest said before it died."""

    def __init__(self, text):
        self.files = {}         # number: (names it may have, size, or None)
        for line in text.split("\n")[:-1]:
            words = line.split()
            if len(words) == 3 and words[0] == "ack":
                self.files[words[1]] = ([words[1]], int(words[2]))
            elif len(words) == 2 and words[0] == "gone":
                self.files.pop(words[1], None)
            elif len(words) == 3 and words[0] == "move":
                names, size = self.files.pop(words[1], ([words[1]], None))
                if size is not None:
                    self.files[words[2]] = (names + [words[2]], size)


def run_and_kill(disk, seed, seconds):
    """Boots, lets the guest write for a time, kills QEMU; the console."""
    command = [BOOT, "--timeout", "100", "--add", str(program("ackwriter")),
               "--exec", f"{MOUNT}/ackwriter /mnt {seed}", *drive(disk)]
    machine = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            start_new_session=True)
    text = b""
    while b"ack " not in text:
        part = os.read(machine.stdout.fileno(), 4096)
        assert part, text
        text += part
    end = time.monotonic() + seconds
    os.set_blocking(machine.stdout.fileno(), False)
    while time.monotonic() < end:
        text += machine.stdout.read() or b""
        time.sleep(0.01)
    os.killpg(machine.pid, signal.SIGKILL)
    os.set_blocking(machine.stdout.fileno(), True)
    text += machine.stdout.read()
    machine.wait()
    return text.decode(errors="replace").replace("\r", "")


def test_killed_while_writing(tmp_path):
    dice = random.Random(30)
    acknowledged = 0
    for round_ in range(30):
        disk = make_disk(tmp_path / "disk", 8, "-b",
                         BLOCK_SIZES[round_ % 3])
        said = Written(run_and_kill(disk, round_ + 1,
                                    dice.uniform(0.05, 0.8)))
        tool("e2fsck", "-y", disk, ok=(0, 1))
        check_clean(disk)
        out = tmp_path / f"out{round_}"
        out.mkdir()
        tool("debugfs", "-R", f"rdump / {out}", disk)
        for names, size in said.files.values():
            found = [out / n for n in names if (out / n).exists()]
            assert found, f"round {round_}: {names} is lost"
            number = int(re.search(r"f(\d+)", names[0]).group(1))
            want = bytes((number + i * 7) & 0xFF for i in range(size))
            assert found[0].read_bytes() == want, (round_, names)
            acknowledged += 1
    assert acknowledged > 30


def test_100_mib(tmp_path):
    data = random.Random(1).randbytes(MIB) * 100
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "big").write_bytes(data)
    disk = make_disk(tmp_path / "disk", 240, "-b", "4096", "-d",
                     tmp_path / "tree")
    result = guest(disk, MOUNT + "cp /mnt/big /mnt/copy && umount /mnt",
                   timeout=400)
    assert result.status == 0
    assert md5(extract(disk, "/copy", tmp_path / "out")) == md5(data)
    check_clean(disk)


@pytest.mark.parametrize("initrd", [True, False])
def test_root_on_disk(tmp_path, initrd):
    top = tmp_path / "tree"
    for name in ("bin", "sbin", "dev", "proc", "sys"):
        (top / name).mkdir(parents=True)
    (top / "bin" / "busybox").write_bytes(
        (BUILD / "busybox" / "busybox").read_bytes())
    (top / "bin" / "busybox").chmod(0o755)
    (top / "bin" / "sh").symlink_to("busybox")
    init = top / "sbin" / "init"
    init.write_text("#!/bin/sh\nbusybox mount -t proc proc /proc\n"
                    "busybox grep ' / ext2' /proc/mounts\n"
                    "echo hello >/made\nexit 9\n")
    init.chmod(0o755)
    disk = make_disk(tmp_path / "disk", 16, "-d", top)
    arguments = [] if initrd else ["--initrd", "none"]
    result = boot(*arguments, "--append", "vmm.disk=ata0 root=/dev/vda rw",
                  "--", "-drive", f"file={disk},format=raw,if=ide")
    assert result.status == 9, result.output
    assert "/dev/vda / ext2 rw" in result.output
    check_clean(disk)
    assert extract(disk, "/made", tmp_path / "out") == b"hello\n"


def test_little_memory(tmp_path):
    """Files of twice the memory's size: the cache gives way to processes."""
    disk = make_disk(tmp_path / "disk", 64)
    result = guest(
        disk, MOUNT + "n=0; while [ $n -lt 20 ]; do cp /bin/busybox /mnt/c$n\n"
        "n=$((n + 1)); done; cat /mnt/c* >/mnt/all; ls /mnt | wc -l\n"
        "md5sum </mnt/c3; md5sum </bin/busybox; umount /mnt", mem=16,
        timeout=300)
    count, first, second = result.output.splitlines()
    assert count == "22" and first == second
    check_clean(disk)


def test_more_names_than_stay(tmp_path):
    """Each name that has to go was the last to keep its directory's."""
    disk = make_disk(tmp_path / "disk", 8, "-N", 2000)
    result = guest(
        disk, MOUNT + "n=0; while [ $n -lt 700 ]; do mkdir /mnt/$n\n"
        ": >/mnt/$n/file; n=$((n + 1)); done; sync\n"
        "echo 2 >/proc/sys/vm/drop_caches; n=0; while [ $n -lt 700 ]; do\n"
        "[ -f /mnt/$n/file ] || exit 1; n=$((n + 1)); done; echo all there",
        timeout=300)
    assert result.output == "all there\n"
    check_clean(disk)


def make_endless(disk):
    """Directory /big: two GiB of one empty block, by way of one map."""
    words = ["mkdir big", "set_inode_field big size 2147482624"]
    words += [f"set_inode_field big block[{i}] 900" for i in range(1, 12)]
    words += [f"set_inode_field big block[{name}] {block}" for name, block in
              (("IND", 901), ("DIND", 902), ("TIND", 903))]
    for word in words:
        tool("debugfs", "-w", "-R", word, disk)
    with open(disk, "r+b") as file:
        for block, data in ((900, struct.pack("<IHH", 0, 1024, 0)),
                            (901, struct.pack("<I", 900) * 256),
                            (902, struct.pack("<I", 901) * 256),
                            (903, struct.pack("<I", 902) * 256)):
            file.seek(block * 1024)
            file.write(data)


def test_endless_directory(tmp_path):
    """Others run while somebody looks for a name in it; listing it ends
    when the program is killed."""
    disk = make_disk(tmp_path / "disk", 1, "-b", 1024)
    make_endless(disk)
    result = guest(
        disk, MOUNT + "(while usleep 20000; do echo tick; done) &\n"
        "echo begin; [ -e /mnt/big/none ]; echo end\n"
        "ls /mnt/big & sleep 1; kill -9 $!; wait $!; echo killed $?\n"
        "kill %1", timeout=300)
    _, looking, listing = re.split("begin|end", result.output)
    assert looking.count("tick") > 3 and "killed 137\n" in listing
    assert listing.count("tick") < looking.count("tick") / 2
