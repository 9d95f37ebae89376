# SPDX-License-Identifier: BSD-2-Clause
"""TCP/IP in the guest: its own programs, BusyBox's, the world outside."""

import pytest
from machine import boot, program

CARD = ["--", "-netdev", "user,id=net", "-device",
        "ne2k_isa,netdev=net,iobase=0x300,irq=9"]
# No socket and no remains of a connection
IDLE = "[ $(cat /proc/net/tcp /proc/net/udp /proc/net/raw | wc -l) = 3 ]"
STATIC = """ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up
route add default gw 10.0.2.2
"""


def boot_with_card(command, **options):
    """Boots with eth0 at QEMU's user network, its address set by hand."""
    return boot(*CARD, exec=STATIC + command, append="vmm.net=ne2k",
                timeout=300, **options)


@pytest.mark.parametrize("name", ["inet_tcp"])
def test_program(name):
    """Twice, and nothing is left: neither pages nor objects."""
    census = f"until {IDLE}; do sleep 1; done; grep -v vmm /proc/pipstack"
    result = boot(exec=f"/{name}; echo >/b; {census} >/a; /{name} || exit\n"
                  f"{census} >/b; cmp /a /b || {{ cat /a /b; exit 1; }}",
                  add=[program(name)], timeout=300)
    assert result.output.count(f"{name}: ok\n") == 2, result.output
    assert result.status == 0, result.output


def test_loopback_is_up():
    result = boot(exec="ifconfig lo && ping -c 2 127.0.0.1 && "
                  "ping -c 1 127.1.2.3", timeout=300)
    assert "inet addr:127.0.0.1" in result.output, result.output
    assert "2 packets received" in result.output
    assert result.status == 0


def test_ping_the_gateway():
    result = boot_with_card("ping -c 3 10.0.2.2; route -n; arp -a; netstat -rn")
    assert "3 packets received" in result.output, result.output
    assert "10.0.2.2" in result.output
    assert "52:55:0a:00:02:02" in result.output
