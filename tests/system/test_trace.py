# SPDX-License-Identifier: BSD-2-Clause
"""`make trace`: events of all layers, as JSON and as text."""

import json
import re
import subprocess

import pytest
from machine import BUILD, PATIENCE, TOP, boot, program

COMMAND = "ls /; echo done"


def trace(command, *options, boot_options=()):
    done = subprocess.run(
        [str(TOP / "scripts" / "trace"), *options, "--", command,
         *boot_options],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=PATIENCE, check=False, text=True)
    return done


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """What was printed, and the JSON's events."""
    path = tmp_path_factory.mktemp("trace") / "trace.json"
    done = trace(COMMAND, "--json", str(path), "--text", "write")
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(path.read_text())


def tracks(document):
    return {event["tid"]: event["args"]["name"]
            for event in document["traceEvents"]
            if event["name"] == "thread_name"}


def slices(document):
    return [event for event in document["traceEvents"] if event["ph"] == "X"]


def test_a_track_per_partition(traced):
    names = set(tracks(traced[1]).values())
    assert {"Pip", "VMM", "guest kernel"} <= names
    assert any(re.fullmatch(r"ls \d+", name) for name in names)
    assert any(re.fullmatch(r"sh \d+", name) for name in names)


FIELDS = {
    "M": {"name": str, "args": dict},
    "X": {"name": str, "cat": str, "tid": int, "ts": int, "dur": int,
          "args": dict},
    "i": {"name": str, "cat": str, "tid": int, "ts": int, "s": str},
    "s": {"name": str, "cat": str, "tid": int, "ts": int, "id": int},
    "t": {"name": str, "cat": str, "tid": int, "ts": int, "id": int},
    "f": {"name": str, "cat": str, "tid": int, "ts": int, "id": int,
          "bp": str},
}


def test_every_event_has_the_fields_of_its_kind(traced):
    """Those of the trace-event format, no others, in order of time."""
    document = traced[1]
    assert set(document) == {"displayTimeUnit", "otherData", "traceEvents"}
    last = 0
    for event in document["traceEvents"]:
        fields = dict(FIELDS[event["ph"]], ph=str, pid=int)
        if "tid" in event:
            fields["tid"] = int
        assert {name: type(value) for name, value in event.items()} == fields
        if event["ph"] == "M":
            assert last == 0    # names come first
        else:
            assert event["ts"] >= last
            last = event["ts"]


def test_slices_are_well_nested(traced):
    by_track = {}
    for event in slices(traced[1]):
        by_track.setdefault(event["tid"], []).append(event)
    assert set(by_track) == set(tracks(traced[1]))
    for events in by_track.values():
        events.sort(key=lambda e: (e["ts"], -e["dur"]))
        ends = []
        for event in events:
            start, end = event["ts"], event["ts"] + event["dur"]
            assert event["dur"] >= 0
            while ends and ends[-1] <= start:
                ends.pop()
            assert not ends or end <= ends[-1]
            ends.append(end)


def test_layers_share_the_time_without_gaps(traced):
    layers = sorted((e["ts"], e["dur"]) for e in slices(traced[1])
                    if e["cat"] != "system call")
    for (start, length), (following, _) in zip(layers, layers[1:]):
        assert start + length == following


def test_arrows_from_a_call_to_its_return(traced):
    arrows = {}
    for event in traced[1]["traceEvents"]:
        if event["ph"] in "stf":
            arrows.setdefault(event["id"], []).append(event)
    assert len(arrows) > 50
    names = tracks(traced[1])
    for start, step, end in arrows.values():
        assert [e["ph"] for e in (start, step, end)] == ["s", "t", "f"]
        assert start["tid"] == end["tid"] != step["tid"]
        assert names[step["tid"]] == "guest kernel"
        assert start["ts"] < step["ts"] < end["ts"]


def test_each_end_of_an_arrow_lies_in_a_slice(traced):
    """Viewers tie it to the slice open at its time, and drop it if there is
    none.  On a thread's track that is the call's own."""
    by_track = {}
    for event in slices(traced[1]):
        by_track.setdefault(event["tid"], []).append(event)
    for arrow in traced[1]["traceEvents"]:
        if arrow["ph"] not in "stf":
            continue
        slice_of_it = [e for e in by_track[arrow["tid"]]
                       if e["ts"] <= arrow["ts"] < e["ts"] + e["dur"]]
        assert slice_of_it, arrow
        if arrow["ph"] in "sf":
            assert slice_of_it[-1]["name"] == arrow["name"]
            assert slice_of_it[-1]["cat"] == "system call"


def test_life_of_a_write(traced):
    """The last one is the shell's `done`."""
    text = traced[0].partition("\nwrite(0x1, ")[2]
    assert ") = 5, by sh " in text.splitlines()[0]
    steps = re.findall(r"^ +\d+ +(\d+)  (\w+(?: \w+)?) +(\S.*)?$", text,
                       re.MULTILINE)
    who = [step[1].strip() for step in steps]
    assert who[:2] == ["Pip", "guest kernel"] and who[-1] == "Pip"
    assert "VMM" in who
    assert steps[0][2].startswith("int 0x80, EIP 0x")
    assert steps[1][2] == "write"
    assert 100 < int(steps[0][0]) < 300


def test_lost_events_are_told():
    done = trace("i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo $i; done")
    assert done.returncode == 0, done.stderr
    match = re.search(r"^Pip +(\d+) events, (\d+) lost$", done.stdout,
                      re.MULTILINE)
    assert match and int(match[1]) - int(match[2]) == 65536
    assert int(match[2]) > 0


def test_a_call_that_was_not_made():
    done = trace("true", "--text", "reboot")
    assert done.returncode == 1
    assert re.search(r"^trace: no complete reboot in the trace, but .*brk",
                     done.stderr, re.MULTILINE)


def test_nothing_of_it_is_in_the_normal_images():
    for image in ("pip.elf", "vmm.elf", "pipux.elf"):
        symbols = subprocess.run(["nm", BUILD / image], text=True, check=True,
                                 stdout=subprocess.PIPE).stdout
        assert "trace_put" not in symbols
        symbols = subprocess.run(["nm", BUILD / "trace" / image], text=True,
                                 check=True, stdout=subprocess.PIPE).stdout
        assert "trace_put" in symbols or "trace_pip" in symbols


def test_times_are_those_without_tracing():
    """The INT, two MOV and one RDTSC are the program's own."""
    path = f"{program('period')}:/bin/period"
    normal = boot("--icount", exec="period", add=[path])
    period = int(re.search(r"period (\d+)", normal.output)[1])
    traced = trace("period", "--text", "getppid", boot_options=["--add", path])
    total = re.search(r"^ +(\d+) +\d+  total: Pip (\d+), guest kernel (\d+)$",
                      traced.stdout, re.MULTILINE)
    assert int(total[1]) == int(total[2]) + int(total[3]) == period - 4


def test_every_layer_tells_its_events(tmp_path):
    disk, path = tmp_path / "disk.img", tmp_path / "trace.json"
    disk.write_bytes(bytes(1 << 20))
    done = trace("sleep 0.01; dd if=/dev/vda of=/dev/null count=1 2>/dev/null",
                 "--json", str(path), boot_options=[
                     "--append", "vmm.disk=module:disk.img",
                     "--module", f"{disk} disk"])
    assert done.returncode == 0, done.stderr
    events = json.loads(path.read_text())["traceEvents"]
    marks = "\n".join(event["name"] for event in events if event["ph"] == "i")
    for text in (r"hypercall set_timer\(0x\w+, 0x\w+, .*\)",
                 r"hypercall virtio_notify\(.*\)", r"device \d+ interrupts",
                 r"interrupt line 0", r"injects 0x1", r"thread \d+ is dd",
                 r"page fault at 0x\w+, EIP 0x\w+", r"back to thread \d+",
                 r"open\(0x\w+, 0x\w+, 0x\w+\)"):
        assert re.search(f"^{text}$", marks, re.MULTILINE), text
    pip = {event["args"]["detail"] for event in events
           if event["ph"] == "X" and event["cat"] == "Pip"}
    for text in (r"addVAddr\(0x\w+, 0x\w+, \.\.\.\) = 0x1",
                 r"probe\(0x\w+\) = 0x3", r"yield\(0x\w+, 0x30, \.\.\.\)",
                 r"page fault, EIP 0x\w+, address 0x\w+",
                 r"interrupt line 0, EIP 0x\w+"):
        assert any(re.fullmatch(text, detail) for detail in pip), text


def pip_bench(kernel):
    output = boot("--icount", "--kernel", kernel, "--root",
                  BUILD / "partitions" / "bench.bin").output
    return {name: int(count) for name, count in
            re.findall(r"^(\S.*?) {2,}(\d+) +\d+ +[\d.]+$", output,
                       re.MULTILINE)}


def test_what_an_event_of_pip_costs():
    """What is taken off the times is what the hooks take."""
    off = pip_bench(BUILD / "pip.elf")
    on = pip_bench(BUILD / "trace" / "pip.elf")
    assert on["mappedInChild"] - off["mappedInChild"] == 54 + 52
    assert on["addVAddr"] - off["addVAddr"] == 55 + 52
    fault = "page fault to the parent's handler"
    assert on[fault] - off[fault] == 58 + 55


def test_hooks_are_nothing_in_the_normal_pip(tmp_path):
    """The same object as from a source without them."""
    source = (TOP / "pip/arch/x86/entry.asm").read_text()
    lines = [re.sub(r"^(\S+\s).*", r"\1", line)
             if re.search(r"\bHOOK\s+[A-Z]", line) else line
             for line in source.splitlines()]
    (tmp_path / "without.asm").write_text("\n".join(lines))
    objects = []
    for path in (TOP / "pip/arch/x86/entry.asm", tmp_path / "without.asm"):
        target = tmp_path / (path.stem + ".bin")
        subprocess.run(["nasm", "-f", "elf32", f"-i{BUILD}/pip/", path,
                        "-o", target], check=True)
        subprocess.run(["objcopy", "-O", "binary", "-j", ".text", target],
                       check=True)
        objects.append(target.read_bytes())
    assert len(objects[0]) > 1000 and objects[0] == objects[1]


def test_two_guests_have_their_own_tracks(tmp_path):
    path = tmp_path / "trace.json"
    done = trace("ls /", "--json", str(path), boot_options=[
        "--append", "vmm.mem=60", "--module",
        f"{BUILD}/trace/pipux.elf vmm.mem=40 init=/bin/true",
        "--module", f"{BUILD}/initrd.cpio.gz"])
    assert done.returncode == 0, done.stderr
    names = set(tracks(json.loads(path.read_text())).values())
    assert {"guest kernel", "guest kernel 2"} <= names
    of_true = {name[-1] for name in names if name.startswith("true 1 of")}
    of_ls = {name[-1] for name in names if name.startswith("ls ")}
    assert len(of_true) == len(of_ls) == 1 and of_true != of_ls
