# SPDX-License-Identifier: BSD-2-Clause
"""docs/tour cannot rot: its commands print what it says, its links lead
somewhere, its names are in the files beside them, its pictures are current.

A fenced block `console` has commands after `$ `, each with what it prints.
A line `...` stands for any lines or none, `...` in a line for anything.
"""

import re
import subprocess

import pytest
from machine import TOP

TOUR = TOP / "docs" / "tour"
PAGES = sorted([*TOUR.glob("*.md"), *TOUR.glob("labs/*.md"),
                TOP / "labs" / "README.md"])
STEPS = sorted(TOUR.glob("[0-9]*.md"))
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)]+)\)")
ROW = re.compile(r"^\| \[[^\]]*\]\(([^)]+)\) \| (.*) \|$", re.MULTILINE)
NAME = re.compile(r"`(?:struct )?([A-Za-z_]\w*)(?:\(\))?`")
PATIENCE = 300


def name(path):
    return str(path.relative_to(TOP))


def commands(text):
    """(command, lines) of every block."""
    for block in BLOCK.findall(text):
        found = None
        for line in block.splitlines():
            if line.startswith("$ "):
                if found:
                    yield found
                found = (line[2:], [])
            else:
                found[1].append(line)
        yield found


def pattern(lines):
    """A regular expression for all of the output."""
    parts = []
    for line in lines:
        if line == "...":
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            parts.append("[^\n]*?".join(map(re.escape, line.split("...")))
                         + r" *\n")
    return "".join(parts)


def run(command):
    done = subprocess.run(["sh", "-c", command], cwd=TOP, check=False,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = done.stdout.decode(errors="replace").replace("\r", "")
    return output if output.endswith("\n") or not output else output + "\n"


@pytest.mark.parametrize("page", STEPS, ids=lambda p: p.stem)
def test_commands(page):
    """One test for a page: its commands may build on each other."""
    found = list(commands(page.read_text()))
    assert found, "a step without anything to try"
    for command, lines in found:
        assert not lines or set(lines) != {"..."}, command
        output = run(command)
        assert re.fullmatch(pattern(lines), output), \
            f"$ {command}\n{output}\nis not\n" + "\n".join(lines)


def test_the_comparison_compares():
    assert re.fullmatch(pattern(["...", "a ... c"]), "x\ny\na b c\n")
    assert not re.fullmatch(pattern(["...", "a ... c"]), "x\na b c\nz\n")
    assert not re.fullmatch(pattern(["a"]), "b\n")
    assert not re.fullmatch(pattern([]), "b\n")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links(page):
    for link in LINK.findall(page.read_text()):
        if "://" not in link:
            target = page.parent / link.partition("#")[0]
            assert target.exists(), link


@pytest.mark.parametrize("page", STEPS, ids=lambda p: p.stem)
def test_names(page):
    rows = ROW.findall(page.read_text())
    assert rows, "no place to look at"
    for link, names in rows:
        text = (page.parent / link).read_text()
        for word in NAME.findall(names):
            assert re.search(rf"\b{word}\b", text), f"{word} in {link}"


def test_every_step_is_short_and_has_its_parts():
    assert [int(s.stem[:2]) for s in STEPS] == list(range(1, len(STEPS) + 1))
    index = (TOUR / "README.md").read_text()
    for step in STEPS:
        text = step.read_text()
        assert len(text.split()) < 700, "five minutes"
        for part in ("**What.**", "**Why.**", "**Where to look**",
                     "**Try.**"):
            assert part in text, f"{step.stem}: {part}"
        assert f"({step.name})" in index


def test_reference():
    """`make doc` warns of nothing and has what the headers offer."""
    done = subprocess.run(["make", "-s", "doc"], cwd=TOP, check=False,
                          text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0 and not done.stdout, done.stdout
    doc = TOP / "build" / "doc"
    index = (doc / "globals.html").read_text() + "".join(
        page.read_text() for page in doc.glob("*_8h.html"))
    for word in ("Pip_CreatePartition", "Pip_MapPageWrapper",
                 "vmm_start_info", "VMM_HC_WAIT", "virtq_desc"):
        assert word in index, word
    assert "docs/pip-abi.md" in (doc / "index.html").read_text()


def test_pictures():
    done = subprocess.run([TOP / "scripts" / "diagram", "--check"],
                          check=False, text=True, stdout=subprocess.PIPE)
    assert done.returncode == 0, done.stdout


def test_a_stale_picture_is_found(tmp_path):
    text = tmp_path / "x.txt"
    text.write_text("tree\na: b\n  c: d\n")
    diagram = TOP / "scripts" / "diagram"
    subprocess.run([diagram, text], check=True)
    assert subprocess.run([diagram, "--check", text],
                          check=False).returncode == 0
    text.write_text("tree\na: b\n  c: e\n")
    done = subprocess.run([diagram, "--check", text], check=False, text=True,
                          stdout=subprocess.PIPE)
    assert done.returncode == 1 and "run scripts/diagram" in done.stdout
