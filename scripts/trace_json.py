# SPDX-License-Identifier: BSD-2-Clause
"""A time line as Chrome's trace-event JSON, for ui.perfetto.dev.

One microsecond there is one instruction here.  Tracks are threads of one
process of the format: Pip, the VMM, guest kernels, then each thread of the
guest; between its own stretches a thread has a slice for what it waited for.
Arrows lead from a system call through the guest kernel to the return.  An
arrow's end belongs to the slice that is open at its time, so the last one is
within the call's last instruction: what follows it may be of no length.
"""

import json

MACHINE = 1
FIRST_THREAD = 100


def track_number(tracks, track):
    if isinstance(track, int):
        tracks[track] = FIRST_THREAD + track
    return tracks.setdefault(track, len(tracks) + 1)


def metadata(line, tracks):
    yield {"ph": "M", "pid": MACHINE, "name": "process_name",
           "args": {"name": "Pipstack (1 us = 1 instruction)"}}
    for track, number in tracks.items():
        yield {"ph": "M", "pid": MACHINE, "tid": number,
               "name": "thread_name", "args": {"name": line.label(track)}}
        yield {"ph": "M", "pid": MACHINE, "tid": number,
               "name": "thread_sort_index", "args": {"sort_index": number}}


def slices(line, number):
    """A slice per stretch, an instant per mark."""
    for stretch in line.stretches:
        tid = number(stretch.track)
        yield {"ph": "X", "pid": MACHINE, "tid": tid, "cat": stretch.layer,
               "name": stretch.name or "runs", "ts": stretch.start,
               "dur": stretch.length, "args": {"detail": stretch.detail}}
        for time, text in stretch.marks:
            yield {"ph": "i", "s": "t", "pid": MACHINE, "tid": tid,
                   "cat": "event", "name": text, "ts": time}


def calls(line, number):
    """A slice on the caller's track, and its arrows."""
    for identity, call in enumerate(line.calls):
        steps = line.stretches[call.first:call.last]
        tid, start, end = number(call.thread), steps[0].start, steps[-1].end
        common = {"pid": MACHINE, "cat": "system call", "name": call.name}
        yield {"ph": "X", "tid": tid, "ts": start, "dur": end - start,
               "args": {"arguments": call.arguments,
                        "result": call.result}, **common}
        arrow = {"id": identity, **common}
        yield {"ph": "s", "tid": tid, "ts": start, **arrow}
        yield {"ph": "t", "tid": number(steps[1].track),
               "ts": steps[1].start, **arrow}
        yield {"ph": "f", "bp": "e", "tid": tid, "ts": end - 1, **arrow}


def in_order(event):
    """By time; a slice before what lies in it, arrows behind their slices."""
    return event["ts"], event["ph"] != "X", -event.get("dur", 0)


def write(line, rings, path):
    tracks = {}
    for track in ("Pip", "VMM", "guest kernel"):
        track_number(tracks, track)

    def number(track):
        return track_number(tracks, track)

    events = sorted([*slices(line, number), *calls(line, number)],
                    key=in_order)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"displayTimeUnit": "ms",
                   "otherData": {"events lost": [[ring.layer, ring.lost]
                                                 for ring in rings]},
                   "traceEvents": [*metadata(line, tracks), *events]}, file)
