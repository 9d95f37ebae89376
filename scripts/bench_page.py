# SPDX-License-Identifier: BSD-2-Clause
"""The page of `make bench`: one HTML file, plots inside, no network."""
import collections
import html
import math

import bench_plots
import bench_rows as rows

STYLE = """
:root { color-scheme: light dark; --ink: #222; --paper: #fff; --line: #ddd;
 --note: #555; --less: #14682e; --more: #a8390b }
@media (prefers-color-scheme: dark) { :root { --ink: #ddd; --paper: #181818;
 --line: #444; --note: #aaa; --less: #6fce8b; --more: #f0996c } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; padding: 0 1em;
 max-width: 68em; color: var(--ink); background: var(--paper) }
h1 { font-size: 1.6em } h2 { font-size: 1.2em; margin-top: 2.5em }
nav a { margin-right: 1em; white-space: nowrap } a { color: inherit }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
td, th { padding: .15em .8em; text-align: right;
 border-bottom: 1px solid var(--line) }
td:first-child, th:first-child, .words { text-align: left }
.less { color: var(--less) } .more { color: var(--more) }
.less, .more { font-weight: 600 }
.plots { display: grid; gap: 1em; margin-top: 1em;
 grid-template-columns: repeat(auto-fit, minmax(min(20em, 100%), 1fr)) }
figure { margin: 0; background: #fff; max-width: 36em }
svg { width: 100%; height: auto }
.note { color: var(--note) }
@media (max-width: 40em) { body { font-size: 13px; margin: 1em auto }
 td, th { padding: .15em .3em } }
"""

# What authors published of their systems, each beside what it is to be
# compared with: the ratio to native Linux of the same day, or cycles
IPC = ("Heiser, Microkernel Performance Metrics, trustworthy.systems, with "
       "Elphinstone and Heiser, From L3 to seL4, SOSP 2013")
PUBLISHED = (
    ("L4Linux, L4/Pentium", "null system call", "2.4 x Linux",
     "Haertig et al., The Performance of µ-Kernel-Based Systems, SOSP 1997, "
     "table 2 (getpid: 3.95 µs to 1.68 µs)"),
    ("Xen PV", "fork", "1.8 x Linux", "Barham et al., Xen and the Art of "
     "Virtualization, SOSP 2003, table 3 (lmbench, uniprocessor)"),
    ("Xen PV", "exec", "1.45 x Linux", "the same"),
    ("Xen PV", "null system call", "1.02 x Linux", "the same"),
    ("User-mode Linux", "null system call", "55 x Linux", "the same"),
    ("User-mode Linux", "fork", "190 x Linux", "the same"),
    ("gVisor", "system call", "2.2 x runc", "Young et al., The True Cost of "
     "Containing: A gVisor Case Study, HotCloud 2019"),
    ("gVisor", "file open", "216 x runc", "the same"),
    ("seL4, Core i7-4770", "IPC, one way", "301 cycles", IPC),
    ("NOVA, Core i7-920", "IPC, one way", "288 cycles", "the same, of "
     "Steinberg and Kauer, NOVA, EuroSys 2010"),
)


def marks(samples):
    """Median, 99 %, 99.9 % and maximum of sorted samples."""
    last = len(samples) - 1
    return [samples[round(last * part)] for part in (.5, .99, .999, 1)]


class Ratio(float):
    """To Linux: less is better."""


def cell(value):
    if value is None:
        return "<td></td>"
    if isinstance(value, Ratio):
        kind = "less" if value < .995 else "more" if value >= 1.005 else ""
        return f"<td class='{kind}'>{value:.2f}</td>"
    if isinstance(value, int):
        return f"<td>{value:,}</td>"
    return f"<td class=words>{html.escape(str(value))}</td>"


def table(head, lines):
    return ("<div class=wide><table><tr>"
            + "".join(f"<th>{html.escape(h)}</th>" for h in head)
            + "</tr>" + "".join("<tr>" + "".join(cell(c) for c in line)
                                + "</tr>" for line in lines)
            + "</table></div>")


def plots(svgs):
    return f"<div class=plots>{svgs}</div>"


def compared(words, ours, theirs, times):
    lines = []
    for row, what in words.items():
        if row in ours:
            linux = theirs.get(row)
            lines.append((what, ours[row], linux,
                          Ratio(ours[row] / linux) if linux else None,
                          times.get(row)))
    return table(("", "pipux", "Linux", "ratio", "ns"), lines)


def latency_table(result, linux):
    lines = []
    for unit, found in (("instructions", result["latencies"]),
                        ("instructions, Linux", linux.get("latencies", {})),
                        ("ns", result["latencies_ns"])):
        for name, (way, load) in rows.LATENCIES.items():
            if name in found:
                samples = found[name]
                common = collections.Counter(samples).most_common(1)[0][0]
                lines.append((f"{way}: {load}", unit, common,
                              *marks(samples)))
    return table(("", "", "most often", "median", "99 %", "99.9 %", "most"),
                 lines)


def growth_table(label, words, curves):
    places = [place for place, _ in next(iter(curves.values()))]
    return table((label, *(f"{place:,}" for place in places)),
                 [(what, *(value for _, value in curves[row]))
                  for row, what in words.items()])


def call_ratios(result, linux):
    """{what: instructions here for one of Linux}"""
    theirs = linux.get("calls", {})
    return {what: result["calls"][row] / theirs[row]
            for row, what in rows.CALLS.items()
            if row in result["calls"] and theirs.get(row)}


def summary(ratios):
    if not ratios:
        return "Linux has not been measured: make bench-native."
    mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
    fewer = sum(ratio < 1 for ratio in ratios.values())
    return (f"{fewer} of {len(ratios)} system calls take fewer instructions "
            "than on Linux; the geometric mean of their ratios is "
            f"{mean:.2f}.")


def sections(result, linux, drawn):
    services = table(("", "here", "original", "times"), [
        (what, here, original, f"{original / here:.1f}")
        for what, (here, original) in result["services"].items()])
    disks = table(("", "4 KiB of a module", "ATA, MiB/s"), [
        (what, result["block"][row], result["block_mib_s"][row])
        for row, what in rows.BLOCK.items()])
    ext2 = table(("", "instructions"), [
        (what, result["ext2"][row]) for row, what in rows.EXT2.items()])
    boots = table(("", "instructions"),
                  [(what, result["boot"][row])
                   for row, what in rows.BOOT.items()])

    def against(key, words):
        return compared(words, result[key], linux.get(key, {}),
                        result.get(key + "_ns", {}))

    return (
        ("System calls", "of a guest: instructions; ns from a run without "
         "-icount", against("calls", rows.CALLS) + plots(drawn["calls"])),
        ("Context switches", "one hop in a ring of pipes, the buffer read",
         against("contexts", rows.CONTEXTS)),
        ("Interrupt latency", "from the event to the first instruction that "
         "knows of it", latency_table(result, linux)
         + plots(drawn["latencies"])),
        ("Growth", "with a process's size and with their number: "
         "instructions, but for rows of bytes",
         against("growth", rows.GROWTH) + plots(drawn["growth"])),
        ("Guests", "one measured, the others asleep or computing; a machine "
         "of 32 MiB for each",
         growth_table("guests", rows.GUESTS, result["guests"])
         + plots(drawn["guests"])),
        ("Memory", "one guest, by the machine's size: instructions",
         growth_table("MiB", rows.MEMORY, result["memory"])
         + plots(drawn["memory"])),
        ("Boot", "from the processor's reset under -icount", boots),
        ("Disks", "instructions of all layers for a disk in memory; the "
         "host's disk in time", disks),
        ("ext2", "on a disk in memory", ext2),
        ("Network", "instructions over lo; wget from the host through an "
         f"NE2000: {result['network_mib_s']} MiB/s",
         against("network", rows.NETWORK)),
        ("Pip's services", "instructions, beside those of the original",
         services + plots(drawn["curves"])),
        ("Others, as published", "on their machines in their day",
         table(("system", "what", "figure", "source"), PUBLISHED)),
    )


def write(path, result, linux):
    ratios = call_ratios(result, linux)
    parts = sections(result, linux, bench_plots.draw(result, linux, ratios))
    links = "".join(f"<a href='#s{number}'>{html.escape(title)}</a> "
                    for number, (title, _, _) in enumerate(parts))
    body = "".join(
        f"<h2 id=s{number}>{html.escape(title)}</h2>"
        f"<p class=note>{html.escape(note)}</p>{content}"
        for number, (title, note, content) in enumerate(parts))
    with open(path, "w", encoding="utf-8") as file:
        file.write("<!doctype html><html lang=en><meta charset=utf-8>"
                   "<meta name=viewport "
                   "content='width=device-width,initial-scale=1'>"
                   f"<title>Pipstack: benchmarks</title><style>{STYLE}"
                   "</style><h1>Pipstack: benchmarks</h1>"
                   f"<p>{summary(ratios)}</p><p class=note>Linux: "
                   + html.escape(linux.get("kernel", "not measured"))
                   + " in a minimal configuration, the same programs in the "
                   "same QEMU. An instruction is one under -icount shift=0, "
                   f"in all layers together.</p><nav>{links}</nav>"
                   f"{body}</html>\n")
