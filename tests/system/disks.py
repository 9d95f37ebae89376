# SPDX-License-Identifier: BSD-2-Clause
"""Disk images for tests: contents, partition tables, QEMU's arguments."""

import random
import struct
import zlib

MIB = 1 << 20
SECTOR = 512
BASIC_DATA = bytes.fromhex("a2a0d0ebe5b9334487c068b6b72699c7")


def noise(path, mib):
    """Fills a file with bytes that do not repeat soon; returns their CRC."""
    block = random.Random(mib).randbytes(MIB)
    crc = 0
    with open(path, "wb") as file:
        for n in range(mib):
            part = n.to_bytes(4, "little") + block[4:]
            file.write(part)
            crc = zlib.crc32(part, crc)
    return crc


def sparse(path, mib):
    with open(path, "wb") as file:
        file.truncate(mib * MIB)


def drive(*paths):
    """QEMU's arguments for the ATA disks 0, 1."""
    words = []
    for number, path in enumerate(paths):
        words += ["-drive",
                  f"file={path},format=raw,if=ide,index={number}"]
    return words


def write_at(path, sector, data):
    with open(path, "r+b") as file:
        file.seek(sector * SECTOR)
        file.write(data)


def table_sector(*entries):
    """A sector of an MBR's chain: entries are (type, start, sectors)."""
    sector = bytearray(SECTOR)
    for number, (kind, start, sectors) in enumerate(entries):
        struct.pack_into("<B3xB3xII", sector, 446 + 16 * number, 0, kind,
                         start, sectors)
    sector[510:] = b"\x55\xaa"
    return bytes(sector)


def gpt_header(at, other, table, entries, sectors):
    header = bytearray(struct.pack(
        "<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, at, other, 34,
        sectors - 34, b"disk".ljust(16), table, 128, 128,
        zlib.crc32(entries)))
    struct.pack_into("<I", header, 16, zlib.crc32(header))
    return bytes(header)


def write_gpt(path, sectors, *extents):
    """Both copies of a GPT; an extent is (first, last) or None."""
    entries = b"".join(
        struct.pack("<16s16sQQQ72x", BASIC_DATA, bytes([n + 1] * 16), *extent,
                    0) if extent else bytes(128)
        for n, extent in enumerate(extents)).ljust(128 * 128, b"\0")
    write_at(path, 0, table_sector((0xEE, 1, sectors - 1)))
    write_at(path, 1, gpt_header(1, sectors - 1, 2, entries, sectors))
    write_at(path, 2, entries)
    write_at(path, sectors - 33, entries)
    write_at(path, sectors - 1,
             gpt_header(sectors - 1, 1, sectors - 33, entries, sectors))
