# SPDX-License-Identifier: BSD-2-Clause
"""TCP/IP in the guest: its own programs, BusyBox's, the world outside."""

import hashlib
import http.server
import random
import re
import socket
import struct
import sys
import threading

import pytest
from census import lossless
from machine import BUILD, TOP, boot, program

sys.path.insert(0, str(TOP / "scripts"))
import newc  # noqa: E402

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


@pytest.mark.parametrize("name", ["inet_tcp", "inet_udp", "inet_names",
                                  "inet_raw"])
def test_program(name):
    """Twice, and nothing is left: neither pages nor objects."""
    first = f"/{name}; until {IDLE}; do sleep 1; done"
    result = boot(exec=lossless(first, f"/{name}"), add=[program(name)],
                  timeout=500)
    assert result.output.count(f"{name}: ok\n") == 2, result.output
    assert result.output.count("nothing lost\n") == 1, result.output
    assert result.status == 0, result.output


class Server(http.server.BaseHTTPRequestHandler):
    """Serves server.content whatever is asked for."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *_):
        pass


@pytest.fixture
def web_server():
    """An HTTP server on the host's loopback: 10.0.2.2 for the guest."""
    server = http.server.HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def pseudo_random(size):
    return hashlib.shake_128(b"pipstack").digest(size)


def download(server, mib):
    server.content = pseudo_random(mib << 20)
    result = boot_with_card(
        f"wget -q -O - http://10.0.2.2:{server.server_port}/x | sha256sum")
    digest = hashlib.sha256(server.content).hexdigest()
    assert digest in result.output, result.output


def test_dhcp():
    """The kernel word net=dhcp: address, route and name server by udhcpc."""
    result = boot(*CARD, append="vmm.net=ne2k net=dhcp", timeout=300,
                  exec="ip addr show eth0; ip route; cat /etc/resolv.conf; "
                  "ping -c 1 10.0.2.2; kill $(cat /var/run/udhcpc* "
                  "2>/dev/null) 2>/dev/null; exit 0")
    assert "inet 10.0.2.15/24" in result.output, result.output
    assert "default via 10.0.2.2 dev eth0" in result.output
    assert "nameserver 10.0.2.3" in result.output
    assert "1 packets received" in result.output


def test_wget(web_server):
    download(web_server, 8)


@pytest.mark.long
def test_wget_100_mib(web_server):
    download(web_server, 100)


def test_upload():
    """The guest sends 2 MiB to the host."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        received = []

        def receive():
            connection, _ = server.accept()
            with connection:
                received.extend(iter(lambda: connection.recv(65536), b""))

        thread = threading.Thread(target=receive, daemon=True)
        thread.start()
        result = boot_with_card(
            "dd if=/dev/urandom of=/f bs=64k count=32 2>/dev/null\n"
            f"sha256sum /f; nc 10.0.2.2 {server.getsockname()[1]} </f\n")
        thread.join(60)
    digest = hashlib.sha256(b"".join(received)).hexdigest()
    assert digest in result.output, result.output


def test_refused_and_unreachable():
    """Nobody listens; nobody answers ARP; no way at all."""
    port = free_port()
    result = boot_with_card(
        f"nc -vv -w 20 10.0.2.2 {port} </dev/null\n"
        "route add -host 10.9.9.9 dev eth0\n"
        "nc -v -w 20 10.9.9.9 80 </dev/null\n"
        "route del default; nc -v -w 20 192.0.2.1 80 </dev/null\n")
    assert "Connection refused" in result.output, result.output
    assert "Host is unreachable" in result.output
    assert "Network unreachable" in result.output


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_httpd_reached_from_the_host():
    """QEMU forwards a port of the host's to the guest's httpd."""
    port = free_port()
    card = [word.replace("id=net", f"id=net,hostfwd=tcp:127.0.0.1:{port}-:80")
            for word in CARD]
    got = []

    def fetch():
        # what comes before the guest listens is reset by QEMU
        while not stop.is_set() and not got:
            try:
                with socket.create_connection(("127.0.0.1", port), 5) as c:
                    c.settimeout(60)
                    c.sendall(b"GET /page HTTP/1.0\r\n\r\n")
                    data = b"".join(iter(lambda: c.recv(65536), b""))
                    if b"from the guest" in data:
                        got.append(data)
            except OSError:
                pass
            stop.wait(0.3)

    stop = threading.Event()
    thread = threading.Thread(target=fetch)
    thread.start()
    try:
        result = boot(*card, append="vmm.net=ne2k", timeout=300, exec=STATIC
                      + "mkdir /www; echo from the guest >/www/page\n"
                      "httpd -h /www; i=0\n"
                      "until grep -q '00000000:0050 .* 06 ' /proc/net/tcp ||"
                      " grep -q '0F02000A:0050 .* 0[5-6] ' /proc/net/tcp ||"
                      " [ $((i += 1)) = 100 ]\ndo sleep 1; done\nsleep 1\n")
    finally:
        stop.set()
        thread.join()
    assert got and b"200 OK" in got[0], result.output


def test_name_server():
    """nslookup asks a server in the guest; wget goes by the name."""
    result = boot(exec="echo 'pip.test 10.1.2.3' >/d; dnsd -c /d -p 53 -i 127.0.0.1 "
                  "-d & sleep 1\nnslookup pip.test 127.0.0.1\nkill $!",
                  timeout=300)
    assert "10.1.2.3" in result.output, result.output


def test_loopback_is_up():
    result = boot(exec="ifconfig lo && ping -c 2 127.0.0.1 && "
                  "ping -c 1 127.1.2.3", timeout=300)
    assert "inet addr:127.0.0.1" in result.output, result.output
    assert "2 packets received" in result.output
    assert result.status == 0


def test_ping_the_gateway():
    result = boot_with_card("ping -c 3 10.0.2.2; route -n; arp -a; netstat -rn\n"
                            "arp -d 10.0.2.2; echo left; arp -an; echo none")
    assert "left\nnone\n" in result.output, result.output
    assert "3 packets received" in result.output, result.output
    assert "10.0.2.2" in result.output
    assert "52:55:0a:00:02:02" in result.output


def exchange(tmp_path, kib):
    """A file goes over the VMM's switch by nc and comes back by HTTP."""
    overlay = newc.Archive()
    overlay.add_data("/.exec", b"ifconfig eth0 10.1.0.2 netmask 255.0.0.0 up\n"
                     b"nc -l -p 9 </dev/null >/got\n"
                     b"httpd -h / -p 10; nc -l -p 11 </dev/null\n", 0o755)
    base = (BUILD / "initrd.cpio.gz").read_bytes()
    initrd = tmp_path / "second.cpio"
    initrd.write_bytes(base + bytes(-len(base) % 4) + overlay.to_bytes())
    return boot(
        "--append", "vmm.net=switch vmm.mem=48", "--module",
        f"{BUILD / 'pipux.elf'} vmm.net=switch vmm.mem=48", "--module",
        initrd, timeout=600, exec=f"""
ifconfig eth0 10.1.0.1 netmask 255.0.0.0 up
dd if=/dev/urandom of=/f bs=1024 count={kib} 2>/dev/null
until nc -w 5 10.1.0.2 9 </f; do sleep 1; done
until wget -q -O /back http://10.1.0.2:10/got; do sleep 1; done
until nc -w 5 10.1.0.2 11 </dev/null; do sleep 1; done
sha256sum /f /back; cmp /f /back && echo equal
""")


def test_two_guests_exchange_a_file(tmp_path):
    result = exchange(tmp_path, 2048)
    assert "equal" in result.output, result.output
    digests = re.findall(r"([0-9a-f]{64})  /", result.output)
    assert len(digests) == 2 and len(set(digests)) == 1, result.output


def checksum(data):
    """RFC 1071."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def bad_frame(rng):
    """An Ethernet frame to the guest that is right up to some point."""
    payload = rng.randbytes(rng.choice([0, 1, 8, 20, 40, 200, 1400]))
    protocol = rng.choice([1, 1, 6, 6, 6, 17, 17, rng.randrange(256)])
    if protocol == 6:
        payload = struct.pack(
            "!HHIIBBHHH", rng.choice([7, 9, 80, 1234]), rng.choice([9, 80]),
            rng.getrandbits(32), rng.getrandbits(32), rng.randrange(256),
            rng.randrange(256), rng.getrandbits(16), 0, 0) + payload
    elif protocol == 17:
        payload = struct.pack("!HHHH", 53, rng.choice([9, 69]), rng.choice(
            [len(payload) + 8, rng.getrandbits(16)]), 0) + payload
    elif protocol == 1:
        payload = bytes([rng.choice([0, 3, 8, 11, 13]), rng.randrange(16),
                         0, 0]) + payload
    length = rng.choice([20 + len(payload)] * 3 + [rng.getrandbits(16)])
    source = rng.choice([b"\x0a\0\2\2", b"\x0a\0\2\x0f", rng.randbytes(4)])
    header = struct.pack("!BBHHHBBH", rng.choice([0x45] * 5 + [0x40, 0x4F, 0x65]),
                         0, length, rng.randrange(4),
                         rng.choice([0, 0, 0x2000, rng.getrandbits(16)]), 64,
                         protocol, 0) + source + b"\x0a\0\2\x0f"
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    kind = rng.choice([b"\x08\0"] * 6 + [b"\x08\6", b"\x81\0", b"\x86\xdd"])
    body = bytearray(header + payload)
    if rng.random() < 0.3:
        body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
    frame = b"\x52\x54\0\x12\x34\x56\x52\x55\x0a\0\2\2" + kind + bytes(body)
    return frame[:rng.choice([1514, 1514, 60, 30])]


def test_hostile_packets():
    """Thousands of bad frames: the guest answers, its memory comes back."""
    here, there = free_port(), free_port()
    card = CARD[:2] + [f"socket,id=net,udp=127.0.0.1:{here},"
                       f"localaddr=127.0.0.1:{there}"] + CARD[3:]
    rng = random.Random(1)
    stop = threading.Event()

    def send():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.bind(("127.0.0.1", here))
            while not stop.is_set():
                for _ in range(20):
                    wire.sendto(bad_frame(rng), ("127.0.0.1", there))
                stop.wait(0.02)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        result = boot(*card, append="vmm.net=ne2k", timeout=300, exec=STATIC
                      + "mkdir /w; httpd -h /w; nc -u -l -p 69 >/dev/null &\n"
                      "received() { set -- $(grep eth0 /proc/net/dev); echo $3; }\n"
                      "i=0; until [ $(received) -gt 3000 ]; do sleep 1\n"
                      "[ $((i += 1)) -lt 200 ] || exit 1; done\n"
                      "ping -c 1 127.0.0.1; ping -c 1 10.0.2.15; received\n"
                      "kill %1; ifconfig eth0 down; sleep 1; cat /proc/meminfo")
    finally:
        stop.set()
        thread.join()
    assert result.output.count("1 packets received") == 2, result.output
    free = int(re.search(r"MemFree: +(\d+)", result.output)[1])
    total = int(re.search(r"MemTotal: +(\d+)", result.output)[1])
    assert free > total * 3 // 4
    assert result.status == 0
