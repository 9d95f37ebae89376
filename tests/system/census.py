# SPDX-License-Identifier: BSD-2-Clause
"""What the guest's kernel has in use before and after: a leak is more of it.

Objects of each size (/proc/slabinfo) and pages without objects
(/proc/pipstack), without what is kept for reuse: these numbers are exact.  The
number of free pages is not: it depends on which objects share a page, hence
on the order in which they came and went.

The shell that counts is counted: its heap grows with what it does, and a page
that fork left to it and its parent becomes two when it writes there, up to
some 20 pages in all (as many as AnonPages of /proc/meminfo shows).  So `first`
below does once whatever `main` does.
"""

# What ends late, such as a zombie or a closed connection, is given time.
SHELL = r"""
census() {
    echo 3 >/proc/sys/vm/drop_caches
    awk '/^kmalloc/ || /^(other_pages|tasks)/ { print $1, $2 }
        /^vmm_free/ { print $1, -$2 }' /proc/slabinfo /proc/pipstack
}
# Both files are there, each while the other is written, and the shell's heap
# is what it will be.  No census may be redirected twice: an open file is an
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
