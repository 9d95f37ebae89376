# SPDX-License-Identifier: BSD-2-Clause
"""stress-ng's stressors, Debian's i386 build, one after another.

Each checks its own results (`--verify`): none may fail, none may hang, and
the kernel has the same in use afterwards.  What a stressor asks for and a
machine like this has not, on Linux neither, makes it skip itself.
"""

import re

import pytest
from census import lossless
from debian import MOUNT, disk, tree  # noqa: F401
from machine import shell

PATIENCE = 300				# seconds for a stressor of one

CHOSEN = """access dentry epoll fallocate fcntl fork futex get inotify lockf
madvise mmap mprotect mremap pipe procfs pthread ptrace pty sem-sysv sendfile
shm-sysv sigq sock splice timerfd udp vm-rw""".split()

# Their first use mounts file systems that nobody sees and that stay
ONCE = "for name in memfd mq shm-sysv; do stress $name 1; done"

# Not among them: those that need what is not there on purpose (io-uring,
# landlock, modules, other processors), half a gigabyte (shm), the one that makes
# any call at all and so leaves message queues and the like (enosys), those that
# native Linux takes a minute for (resources), and jpeg, which computes for as
# long here.
ALL = """affinity aio aiol alarm atomic bad-altstack bigheap branch brk bsearch
cache cap chattr chdir chown chroot clock clone close context copy-file cpu
crypt daemon dekker dev dev-shm dir dirdeep dirmany dynlib env
exit-group fault fifo file-ioctl filename flock forkheavy fp fp-error fstat
full funccall funcret getdent getrandom goto handle hash hdd heapsort hrtimers
hsearch icache icmp-flood inode-flags io ioprio itimer judy kcmp klog lease
list loadavg locka lockofd longjmp lsearch malloc matrix mcontend membarrier
memcpy memfd memthrash mergesort mincore misaligned mknod mlock mlockmany
mmapaddr mmapfixed mmapfork mmapmany mq msync msyncmany munmap mutex nanosleep
nice nop null opcode open pagemove personality peterson pidfd pipeherd prctl
prefetch qsort race-sched radixsort randlist ramfs rawpkt rawsock rawudp
readahead regs remap rename resched revio ring-pipe rlimit rmap rotate
schedpolicy seal seccomp seek sem session set shellsort sigabrt sigchld
sigfd sigfpe sigio signal signest sigpending sigpipe sigrt sigsegv sigsuspend
sigtrap skiplist""".split()

# `stress NAME SECONDS` says nothing of what went well.  Its directories are
# of a tmpfs that goes with what a killed one leaves there.
STRESS = r"""
stress() {
    mount -t tmpfs stress /mnt/tmp
    chroot /mnt timeout -s KILL %d stress-ng --temp-path /tmp --verify \
        --$1 1 -t $2 </dev/null >/log 2>&1
    status=$?
    umount /mnt/tmp
    case $status in
    0|3|4) grep ' fail: ' /log && echo "$1: a failure" ;;
    *) grep -q 'No stress workers invoked' /log || {
        echo "$1: status $status"; tail -n 20 /log; } ;;
    esac
    grep -q 'successful run completed' /log && ran=$((ran + 1))
    : >/log
}
stress_all() {
    ran=0
    for name in %s; do stress $name %d; done
    echo $ran ran
}
"""


def stress(names, seconds):
    """How many of them ran; none failed, nothing was lost."""
    options, machine = disk()
    script = STRESS % (PATIENCE, " ".join(names), seconds)
    result = shell(MOUNT + script + lossless(ONCE, "stress_all"),
                   *options, *machine, timeout=PATIENCE * len(names))
    match = re.fullmatch(r"(\d+) ran\nnothing lost\n", re.sub(
        r"\[ *\d+\.\d+\] Out of memory: killed .*\n", "", result.output))
    assert match, result.output
    return int(match[1])


def test_chosen():
    assert stress(CHOSEN, 1) == len(CHOSEN)


@pytest.mark.long
@pytest.mark.parametrize("start", range(0, len(ALL), 20))
def test_all(start):
    names = ALL[start:start + 20]
    assert stress(names, 3) > len(names) // 2
