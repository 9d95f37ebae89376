# SPDX-License-Identifier: BSD-2-Clause
"""What programs leave behind: nothing; BusyBox's ip and udhcpc."""

import re

from census import lossless
from machine import boot, program, shell

PROGRAMS = ["sockets", "unix_sockets", "unix_rights", "netlink", "packets"]


def test_nothing_is_left_behind():
    """The second run finds what the first one left in caches, no more."""
    everything = " && ".join(f"/{name}" for name in PROGRAMS)
    result = shell(lossless(everything, everything)
                   + " && wc -l </proc/net/unix",
                   add=[program(name) for name in PROGRAMS], timeout=300)
    assert result.status == 0, result.output
    for name in PROGRAMS:
        passed = re.findall(f"^{name}: ok$", result.output, re.MULTILINE)
        assert len(passed) == 2, result.output
    assert result.output.endswith("nothing lost\n1\n")


def test_killed_in_the_middle():
    """Processes that sleep in a call on a socket can be killed."""
    result = shell(
        "for i in 1 2 3; do\n"
        "  /unix_rights & r=$!; /unix_sockets & s=$!; sleep 0.0$i\n"
        "  kill -9 $r $s; wait $r $s\n"
        "done; /unix_rights && /unix_sockets",
        add=[program(name) for name in PROGRAMS], timeout=300)
    assert result.output.endswith("unix_rights: ok\nunix_sockets: ok\n")


def test_netlink_group():
    """A change of an interface is told to those who listen."""
    result = boot(exec="/netlink change", add=[program("netlink")],
                  timeout=300)
    assert result.output.endswith("netlink: ok\n"), result.output


CARD = ["--", "-netdev", "user,id=net", "-device",
        "ne2k_isa,netdev=net,iobase=0x300,irq=9"]


def with_card(command, **options):
    """Boots with eth0, which is down, at QEMU's user network."""
    return boot(*CARD, exec=command, append="vmm.net=ne2k", timeout=300,
                **options)


def test_a_peer_that_never_answers():
    """A card whose cable leads nowhere: time-outs, and a group on it."""
    result = boot("--", "-netdev", "hubport,id=net,hubid=0", *CARD[3:],
                  exec="ifconfig eth0 10.9.0.1 netmask 255.255.255.0 up\n"
                  "arp -s 10.9.0.2 02:00:00:00:00:02 && /timeouts",
                  add=[program("timeouts")], append="vmm.net=ne2k",
                  timeout=300)
    assert result.output.endswith("timeouts: ok\n"), result.output


def test_ip_shows_and_changes():
    """BusyBox's ip, all by way of NETLINK_ROUTE."""
    result = with_card(
        "set -e; ip link set eth0 up\n"
        "ip addr add 10.0.2.15/24 broadcast + dev eth0\n"
        "ip route add default via 10.0.2.2; ip addr; ip route\n"
        "ip route get 8.8.8.8; echo @; ip route del default; ip route\n"
        "ip addr flush dev eth0; ip addr show eth0; ip route\n")
    assert result.status == 0, result.output
    shown, left = result.output.split("@\n")
    for line in ["1: lo: <LOOPBACK,UP", "inet 127.0.0.1/8 scope host lo",
                 "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500",
                 "inet 10.0.2.15/24 brd 10.0.2.255 scope global eth0",
                 "10.0.2.0/24 dev eth0 scope link  src 10.0.2.15",
                 "default via 10.0.2.2 dev eth0",
                 "8.8.8.8 via 10.0.2.2 dev eth0  src 10.0.2.15"]:
        assert line in shown, shown
    assert "default" not in left and "inet" not in left, left
    assert left.count("10.0.2.0/24") == 1, left


def test_ip_errors():
    """What the kernel refuses, ip tells, and nothing has changed."""
    result = with_card(
        "ip addr >/before\n"
        "ip addr del 1.2.3.4/8 dev eth0; ip addr add 127.0.0.1/8 dev lo\n"
        "ip route add 1.0.0.0/8 via 9.9.9.9; ip route del 1.0.0.0/8\n"
        "ip link show nothing; ip addr >/after; cmp /before /after && "
        "echo same")
    for text in ["Address not available", "File exists",
                 "Network unreachable", "No such process",
                 "can't find device 'nothing'", "same"]:
        assert text in result.output, result.output


def test_udhcpc_gets_a_lease():
    """By AF_PACKET with a filter: there is no address yet."""
    result = with_card("ip link set eth0 up\n"
                       "udhcpc -i eth0 -n -q -s /bin/true")
    assert "lease of 10.0.2.15 obtained from 10.0.2.2" in result.output
    assert result.status == 0
