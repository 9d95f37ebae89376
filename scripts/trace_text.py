# SPDX-License-Identifier: BSD-2-Clause
"""The life of one system call, as text."""

import collections


def show(line, name):
    """The last call of this name, or the last one if it is empty."""
    calls = [call for call in line.calls if name in ("", call.name)]
    if not calls:
        known = ", ".join(sorted({call.name for call in line.calls}))
        raise ValueError(f"no complete {name} in the trace, but {known}")
    life(line, calls[-1])


def life(line, call):
    steps = line.stretches[call.first:call.last]
    start, used = steps[0].start, collections.Counter()
    print(f"\n{call.name}({call.arguments}) = {call.result}, by "
          f"{line.label(call.thread)}\n")
    print(f"{'at':>8} {'instr.':>8}  {'who':16} what")
    for step in steps:
        used[step.layer] += step.length
        print(f"{step.start - start:8} {step.length:8}  "
              f"{line.label(step.track):16} {step.detail or step.name}".rstrip())
        for time, text in step.marks:
            print(f"{time - start:8} {'':8}  {'':16}   {text}")
    total = sum(used.values())
    print(f"{total:8} {total:8}  total: "
          + ", ".join(f"{layer} {n}" for layer, n in used.items()))
