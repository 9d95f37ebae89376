# SPDX-License-Identifier: BSD-2-Clause
"""The plots of `make bench`: each an SVG element, small enough for a phone.

matplotlib is loaded when the first one is drawn, as that takes seconds.
"""
import io
import re

import bench_rows as rows

SIZE = (5, 3.3)
TALL = (3.4, 7)
ABOVE_1, BELOW_1 = "#c4541a", "#1f5fa8"


def start():
    import matplotlib
    matplotlib.use("svg")
    # words stay words, and two runs draw the same
    matplotlib.rcParams.update({
        "svg.hashsalt": "pipstack", "svg.fonttype": "none", "font.size": 9,
        "axes.grid": True, "grid.color": "#ddd", "axes.axisbelow": True,
        "axes.spines.top": False, "axes.spines.right": False})
    from matplotlib import pyplot
    return pyplot


def svg(pyplot, figure, title):
    """The figure as an element that can stand in HTML."""
    file = io.StringIO()
    figure.savefig(file, format="svg", bbox_inches="tight",
                   metadata={"Date": None, "Title": title})
    pyplot.close(figure)
    text = file.getvalue()
    return "<figure>" + re.sub(
        r'(width|height)="[\d.]+pt" ?', "", text[text.index("<svg"):],
        count=2) + "</figure>"


def thousands(axis):
    axis.yaxis.set_major_formatter("{x:,.0f}")


def lines(pyplot, title, label, curves, unit="instructions", log=False):
    """{legend: [(x, y), ...]} as one plot."""
    figure, axis = pyplot.subplots(figsize=SIZE)
    for legend, points in curves.items():
        axis.plot(*zip(*points), marker=".", label=legend)
    axis.set(title=title, xlabel=label, ylabel=unit)
    if log:
        axis.set(xscale="log", yscale="log")
    else:
        axis.set_ylim(bottom=0)
        thousands(axis)
    if len(curves) > 1:
        axis.legend(framealpha=.7)
    return svg(pyplot, figure, title)


def steps(pyplot, title, label, curves, unit="instructions"):
    """The same with a place for each x, however far apart they are."""
    figure, axis = pyplot.subplots(figsize=SIZE)
    for legend, points in curves.items():
        axis.plot([f"{x:,}" for x, _ in points], [y for _, y in points],
                  marker=".", label=legend)
    axis.set(title=title, xlabel=label, ylabel=unit)
    axis.set_ylim(bottom=0)
    thousands(axis)
    if len(curves) > 1:
        axis.legend(framealpha=.7)
    return svg(pyplot, figure, title)


def histogram(pyplot, title, samples):
    figure, axis = pyplot.subplots(figsize=SIZE)
    axis.hist(samples, bins=60, color=BELOW_1)
    axis.set(title=title, xlabel="instructions", ylabel="samples",
             yscale="log", ylim=(.5, len(samples)))
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.xaxis.set_major_locator(pyplot.MaxNLocator(5))
    return svg(pyplot, figure, title)


def ratios(pyplot, found):
    figure, axis = pyplot.subplots(figsize=TALL)
    names, values = list(found)[::-1], list(found.values())[::-1]
    bars = axis.barh(names, values, color=[
        ABOVE_1 if value > 1 else BELOW_1 for value in values])
    axis.bar_label(bars, fmt=" %.2f")
    axis.axvline(1, color="black", linewidth=1)
    axis.set(title="pipux / Linux: left of 1 is faster",
             xlabel="ratio of instructions")
    return svg(pyplot, figure, "pipux / Linux")


def panels(pyplot, result, words, picture):
    """A plot per title of `picture`: {title: (label, unit, [rows])}"""
    return "".join(
        steps(pyplot, title, label,
              {words[row]: result[row] for row in chosen}, unit)
        for title, (label, unit, chosen) in picture.items())


def fork_sizes(result, linux):
    """{who: [(KiB, instructions), ...]}"""
    curves = {}
    for who, found in (("pipux", result), ("Linux", linux)):
        points = sorted(
            (int(row.rpartition("-")[2]), value)
            for row, value in found.get("growth", {}).items()
            if re.fullmatch(r"fork-kib-\d+", row))
        if points:
            curves[who] = points
    return curves


def draw(result, linux, found):
    """{section: its plots}; `found` are the ratios, by name"""
    pyplot = start()
    return {
        "curves": "".join(
            lines(pyplot, title, label, {
                legend: result["curves"][curve]
                for curve, legend in curves.items()},
                "bytes" if "memory" in title else "instructions")
            for title, (label, curves) in rows.CURVES.items()),
        "latencies": "".join(
            histogram(pyplot, f"{way}\n{load}", result["latencies"][name])
            for name, (way, load) in rows.LATENCIES.items()),
        "calls": ratios(pyplot, found),
        "growth": lines(pyplot, "fork, exit, wait",
                        "KiB that the process touched",
                        fork_sizes(result, linux), log=True),
        "guests": panels(pyplot, result["guests"], rows.GUESTS,
                         rows.GUEST_PLOTS),
        "memory": panels(pyplot, result["memory"], rows.MEMORY,
                         rows.MEMORY_PLOTS),
    }
