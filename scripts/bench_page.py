# SPDX-License-Identifier: BSD-2-Clause
"""The page of `make bench`: one HTML file, plots inside, no network."""
import collections
import html
import io
import re

import bench_rows as rows

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 64em;
 padding: 0 1em; color: #222; background: #fff }
h1 { font-size: 1.6em } h2 { font-size: 1.2em; margin-top: 2em }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
td, th { padding: .15em .8em; text-align: right; border-bottom: 1px solid #ddd }
td:first-child, th:first-child { text-align: left }
svg { max-width: 100%; height: auto }
.note { color: #555 }
@media (prefers-color-scheme: dark) {
 body { color: #ddd; background: #181818 } td, th { border-color: #444 }
 svg { background: #eee } .note { color: #aaa } }
"""

# Ratios to native Linux of the same day that their authors published
PUBLISHED = (
    ("L4Linux, L4/Pentium", "null system call", "2.4", "Haertig et al., The "
     "Performance of µ-Kernel-Based Systems, SOSP 1997, table 2 (getpid: "
     "3.95 µs to 1.68 µs)"),
    ("Xen PV", "fork", "1.8", "Barham et al., Xen and the Art of "
     "Virtualization, SOSP 2003, table 3 (lmbench, uniprocessor)"),
    ("Xen PV", "exec", "1.45", "the same"),
    ("Xen PV", "null system call", "1.02", "the same"),
    ("User-mode Linux", "null system call", "55", "the same"),
    ("User-mode Linux", "fork", "190", "the same"),
)


def marks(samples):
    """Median, 99 %, 99.9 % and maximum of sorted samples."""
    last = len(samples) - 1
    return [samples[round(last * part)] for part in (.5, .99, .999, 1)]


def cell(value):
    if value is None:
        return "<td></td>"
    text = f"{value:,}" if isinstance(value, int) else html.escape(str(value))
    return f"<td>{text}</td>"


def table(head, lines):
    return ("<table><tr>" + "".join(f"<th>{html.escape(h)}</th>" for h in head)
            + "</tr>" + "".join("<tr>" + "".join(cell(c) for c in line)
                                + "</tr>" for line in lines) + "</table>")


def svg(figure):
    """The figure as an element that can stand in HTML."""
    file = io.StringIO()
    figure.savefig(file, format="svg", bbox_inches="tight",
                   metadata={"Date": None})
    text = file.getvalue()
    return re.sub(r'(width|height)="[\d.]+pt" ?', "", text[text.index("<svg"):],
                  count=2)


def figures(pyplot, result, linux):
    """{section: its plot}"""
    plots = {}
    panels = [(title, label, curves) for title, (label, curves)
              in rows.CURVES.items()]
    figure, axes = pyplot.subplots(2, 3, figsize=(13, 7))
    for (title, label, curves), axis in zip(panels, axes.flat):
        for curve, legend in curves.items():
            axis.plot(*zip(*result["curves"][curve]), marker=".",
                      label=legend)
        axis.set(title=title, xlabel=label, ylabel="instructions")
        axis.set_ylim(bottom=0)
        axis.legend()
    axes.flat[-1].remove()
    figure.tight_layout()
    plots["curves"] = svg(figure)

    figure, axes = pyplot.subplots(2, 4, figsize=(15, 6))
    for (name, (way, load)), axis in zip(rows.LATENCIES.items(), axes.flat):
        axis.hist(result["latencies"][name], bins=60)
        axis.set(title=f"{way}\n{load}", xlabel="instructions",
                 ylabel="samples", yscale="log")
        axis.title.set_fontsize(9)
    figure.tight_layout()
    plots["latencies"] = svg(figure)

    ratios = {what: result["calls"][row] / linux["calls"][row]
              for row, what in rows.CALLS.items()
              if row in result["calls"] and linux.get("calls", {}).get(row)}
    figure, axis = pyplot.subplots(figsize=(9, 7))
    axis.barh(list(ratios)[::-1], list(ratios.values())[::-1])
    axis.axvline(1, color="black", linewidth=1)
    axis.set(xlabel="pipux / Linux, instructions")
    plots["calls"] = svg(figure)

    figure, axis = pyplot.subplots(figsize=(7, 4))
    for who, found in (("pipux", result), ("Linux", linux)):
        points = [(int(row.rpartition("-")[2]), value) for row, value
                  in found.get("growth", {}).items()
                  if row.startswith("fork-kib-")]
        if points:
            axis.loglog(*zip(*sorted(points)), marker="o", label=who)
    axis.set(title="fork, exit, wait", xlabel="KiB that the process touched",
             ylabel="instructions")
    axis.legend()
    plots["growth"] = svg(figure)
    return plots


def compared(words, ours, theirs, times):
    lines = []
    for row, what in words.items():
        if row in ours:
            linux = theirs.get(row)
            lines.append((what, ours[row], linux,
                          f"{ours[row] / linux:.2f}" if linux else None,
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


def sections(result, linux, plots):
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
    return (
        ("Pip's services", "instructions", services + plots["curves"]),
        ("Interrupt latency", "from the event to the first instruction that "
         "knows of it", latency_table(result, linux) + plots["latencies"]),
        ("System calls of a guest", "instructions; ns from a run without "
         "-icount", compared(rows.CALLS, result["calls"],
                             linux.get("calls", {}), result["calls_ns"])
         + plots["calls"]),
        ("Context switches", "one hop in a ring of pipes, the buffer read",
         compared(rows.CONTEXTS, result["contexts"],
                  linux.get("contexts", {}), result["contexts_ns"])),
        ("Growth", "instructions, but for the last row",
         compared(rows.GROWTH, result["growth"], linux.get("growth", {}), {})
         + plots["growth"]),
        ("Boot", "from the processor's reset under -icount", boots),
        ("Disks", "instructions of all layers for a disk in memory; the "
         "host's disk in time", disks),
        ("ext2", "on a disk in memory", ext2),
        ("Network", "instructions over lo; wget from the host through an "
         f"NE2000: {result['network_mib_s']} MiB/s",
         compared(rows.NETWORK, result["network"], linux.get("network", {}),
                  result["network_ns"])),
        ("Others, as published", "ratios to native Linux on their machines "
         "in their day", table(("system", "what", "ratio", "source"),
                               PUBLISHED)),
    )


def write(path, result, linux):
    import matplotlib                           # slow: only when needed
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "pipstack"
    from matplotlib import pyplot
    plots = figures(pyplot, result, linux)
    body = "".join(
        f"<h2>{html.escape(title)}</h2><p class=note>{html.escape(note)}</p>"
        f"{content}" for title, note, content
        in sections(result, linux, plots))
    with open(path, "w", encoding="utf-8") as file:
        file.write("<!doctype html><html lang=en><meta charset=utf-8>"
                   "<meta name=viewport content='width=device-width'>"
                   f"<title>Pipstack: benchmarks</title><style>{STYLE}"
                   "</style><h1>Pipstack: benchmarks</h1>"
                   "<p class=note>Linux: " + html.escape(
                       linux.get("kernel", "not measured")) +
                   " in a minimal configuration, the same programs in the "
                   f"same QEMU.</p>{body}</html>\n")
