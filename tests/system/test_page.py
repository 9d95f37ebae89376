# SPDX-License-Identifier: BSD-2-Clause
"""The page of `make bench` in Chromium: complete, legible, on its own."""

import json
import subprocess
import sys

import pytest
from browser import Browser, Page
from machine import BUILD, TOP

sys.path.insert(0, str(TOP / "scripts"))
import bench_rows as rows  # noqa: E402

pytestmark = pytest.mark.browser
WRITE = "import bench_page, json, sys; bench_page.write(sys.argv[1], " \
    "json.load(open(sys.argv[2])), json.load(open(sys.argv[3])))"
NATIVE = TOP / "tests" / "native" / "results.json"
TABLES = (rows.CALLS, rows.CONTEXTS, rows.GROWTH, rows.GUESTS, rows.MEMORY,
          rows.BLOCK, rows.EXT2, rows.NETWORK, rows.BOOT)
PLOTS = len(rows.CURVES) + len(rows.LATENCIES) + len(rows.GUEST_PLOTS) \
    + len(rows.MEMORY_PLOTS) + 2
DESKTOP, PHONE = (1280, 900), (360, 740)


def made_up():
    """Results as of `scripts/bench`, whatever their values."""
    def each(words):
        return {row: 1000 + 7 * n for n, row in enumerate(words)}

    def growing(words):
        return {row: [[1, 100], [2, 110 + n]] for n, row in enumerate(words)}

    samples = {name: list(range(1000)) for name in rows.LATENCIES}
    return {
        "services": {"inb": [35, 158]}, "calls": each(rows.CALLS),
        "calls_ns": each(rows.CALLS), "contexts": each(rows.CONTEXTS),
        "contexts_ns": each(rows.CONTEXTS), "growth": each(rows.GROWTH),
        "block": each(rows.BLOCK), "block_mib_s": each(rows.BLOCK),
        "ext2": each(rows.EXT2), "network": each(rows.NETWORK),
        "network_ns": each(rows.NETWORK), "network_mib_s": 1.5,
        "boot": each(rows.BOOT), "latencies": samples,
        "latencies_ns": samples, "guests": growing(rows.GUESTS),
        "memory": growing(rows.MEMORY),
        "curves": growing(curve for _, curves in rows.CURVES.values()
                          for curve in curves)}


@pytest.fixture(scope="module", params=("made up", "measured"))
def url(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp("page")
    results = BUILD / "bench" / "results.json"
    if request.param == "made up":
        results = directory / "results.json"
        results.write_text(json.dumps(made_up()))
    elif not results.exists() or set(made_up()) - set(
            json.loads(results.read_text())):
        pytest.skip("no run of `make bench` yet")
    page = directory / "index.html"
    subprocess.run(["/usr/bin/python3", "-B", "-c", WRITE, page, results,
                    NATIVE], cwd=TOP / "scripts", check=True)
    return page.as_uri()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    chromium = Browser(tmp_path_factory.mktemp("chromium"))
    yield chromium
    chromium.close()


@pytest.fixture(params=(DESKTOP, PHONE), ids=("desktop", "phone"))
def page(request, browser, url):
    opened = Page(browser)
    opened.resize(*request.param, mobile=request.param == PHONE)
    opened.open(url)
    return opened


def test_no_complaint_and_no_network(page, url):
    assert page.complaints == []
    assert page.requests == [url]


def test_a_complaint_and_a_request_are_noticed(browser, tmp_path):
    """What the test above relies on."""
    bad = tmp_path / "bad.html"
    bad.write_text("<img src=none.png><script>nothing()</script>")
    opened = Page(browser)
    opened.open(bad.as_uri())
    assert any("nothing is not defined" in str(complaint)
               for complaint in opened.complaints)
    assert opened.requests == [bad.as_uri(), (tmp_path / "none.png").as_uri()]


def test_every_row_is_there(page):
    text = page.evaluate("document.body.innerText")
    missing = [what for words in TABLES for what in words.values()
               if what not in text]
    for way, load in rows.LATENCIES.values():
        if f"{way}: {load}" not in text:
            missing.append(load)
    assert not missing


def test_every_plot_is_seen(page):
    """Drawn, as wide as a person can read, with words in it."""
    boxes = page.evaluate("""[...document.querySelectorAll('svg')].map(svg => {
        const box = svg.getBoundingClientRect()
        return [box.left, box.right, box.height,
            svg.querySelectorAll('path').length,
            Math.min(...[...svg.querySelectorAll('text')].map(
                text => text.getBoundingClientRect().height))]})""")
    width = page.evaluate("innerWidth")
    assert len(boxes) == PLOTS
    for left, right, height, paths, words in boxes:
        assert 0 <= left and right <= width
        assert right - left >= 250 and height >= 150
        assert paths > 10 and 7 <= words < 100


def test_nothing_sticks_out(page):
    """Wide tables scroll within themselves."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("innerWidth") in (DESKTOP[0], PHONE[0])
    assert page.evaluate("""[...document.querySelectorAll('table')].every(
        table => table.parentElement.className == 'wide')""")


def test_links_lead_to_their_sections(page):
    targets = page.evaluate("""[...document.querySelectorAll('nav a')].map(
        a => [a.textContent, document.querySelector(a.hash)?.textContent])""")
    assert len(targets) >= 12
    assert all(link == title for link, title in targets)
