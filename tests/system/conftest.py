# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures of the system tests."""

import pytest

from machine import Terminal


@pytest.fixture
def terminal():
    """A booted machine at its prompt."""
    machine = Terminal()
    machine.prompt()
    yield machine
    machine.close()


@pytest.fixture
def open_terminal():
    """Makes machines that are taken away at the end of the test."""
    machines = []

    def open_one(*arguments):
        machines.append(Terminal(*arguments))
        return machines[-1]

    yield open_one
    for machine in machines:
        machine.close()
