# SPDX-License-Identifier: BSD-2-Clause
"""What the guest's kernel has in use before and after: a leak is more of it.

Objects of each size (/proc/slabinfo) and pages without objects
(/proc/pipstack), without what is kept for reuse: these numbers are exact.  The
number of free pages is not: it depends on which objects share a page, hence
on the order in which they came and went.

Private pages of processes are not counted: those of the shell that counts grow
with what it does, and of a program's text it gets a copy or the cached page,
as it comes.  `tasks` tells of a process that is left.  `first` below does what
has a lasting effect only once, such as the first use of a file system.
"""

# What ends late, such as a zombie or a closed connection, is given time.
SHELL = r"""
census() {
    echo 3 >/proc/sys/vm/drop_caches
    awk '/^kmalloc/ || /^(other_pages|tasks)/ { print $1, $2 }
        /^vmm_free/ { print $1, -$2 }' /proc/slabinfo /proc/pipstack
}
# Both files are there, each while the other is written.  No census may be redirected twice: an open file is an
# object.
before() {
    census >/before
    nothing_lost 1 >/dev/null
    census >/before
}
grown() {
    awk 'NR == FNR { was[$1] = $2; next }
        $2 > was[$1] { print "grown:", $1, was[$1], "to", $2; n++ }
        END { exit !n }' /before /after
}
nothing_lost() {
    for second in $(seq ${1:-150}); do
        census >/after
        grown >/dev/null || { echo nothing lost; return; }
        sleep 1
    done
    grown; return 1
}
"""


def lossless(first, main):
    """Shell lines: `first` makes what is made once, `main` leaves nothing.

    They end with a status that is not 0 if that is not so.
    """
    return f"{SHELL}\n{first}\nbefore\n{main} || exit 1\nnothing_lost"
