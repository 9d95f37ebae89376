# SPDX-License-Identifier: BSD-2-Clause
"""Boots for `make bench`, and what the rows they print mean."""
import os
import re
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, "build")
TIMEOUT = "900"
PIP_ROW = re.compile(r"(\S.*?) {2,}(\d+) +(\d+) +[\d.]+")
ROW = re.compile(r"([a-z][\w-]*) (\d+)")


class Failure(Exception):
    """A boot that did not end well."""


def boot(*args, icount=True):
    """The console lines of one boot."""
    command = [os.path.join(TOP, "scripts", "boot"), "--timeout", TIMEOUT]
    if icount:
        command.append("--icount")
    done = subprocess.run(command + list(args), stdin=subprocess.DEVNULL,
                          check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise Failure(f"boot {' '.join(args)} ended with {done.returncode}:\n"
                      + done.stdout[-2000:])
    return done.stdout.replace("\r", "").splitlines()


def values(lines):
    """{row: value}"""
    found = (ROW.fullmatch(line) for line in lines)
    return {match[1]: int(match[2]) for match in found if match}


def latencies(lines):
    """{distribution: [sample, ...]}"""
    found = {}
    for line in lines:
        if line.startswith("latency "):
            _, name, *samples = line.split()
            found[name] = sorted(int(s) for s in samples)
    return found


def in_guest(program, *args, arguments="", **options):
    path = os.path.join(BUILD, "bench", program)
    return boot("--mem", "256", "--add", path + ":/bin/bench",
                "--exec", f"/bin/bench {arguments}", *args, **options)


def tsc_khz(lines):
    return next(int(match[1]) for match in
                (re.search(r"TSC (\d+) kHz", line) for line in lines) if match)


def partition(name, *args):
    return boot("--root", os.path.join(BUILD, "partitions", name + ".bin"),
                *args)


def services(lines):
    """{Pip's service: [instructions here, the original's]}"""
    found = (PIP_ROW.fullmatch(line) for line in lines)
    return {match[1]: [int(match[2]), int(match[3])]
            for match in found if match}
