# SPDX-License-Identifier: BSD-2-Clause
"""Write cpio archives in the "newc" format, as a kernel reads its initrd.

Format: cpio(5).  Every member is owned by root, whoever builds; with a fixed
time, the same input gives the same bytes.
"""

import os
import stat


class Archive:
    """An archive in memory.  Guest paths may be given with a leading /."""

    def __init__(self, mtime=None):
        """mtime: the time of every member; None keeps that of host files."""
        self._mtime = mtime
        self._members = bytearray()
        self._inode = 0
        self._directories = set()

    def add_directory(self, path, mode=0o755, mtime=0):
        path = _clean(path)
        if path and path not in self._directories:
            self._add_parents(path)
            self._directories.add(path)
            self._add(path, stat.S_IFDIR | mode, b"", mtime)

    def add_data(self, path, data, mode=0o644, mtime=0):
        path = _clean(path)
        self._add_parents(path)
        self._add(path, stat.S_IFREG | mode, data, mtime)

    def add_symlink(self, path, target, mtime=0):
        path = _clean(path)
        self._add_parents(path)
        self._add(path, stat.S_IFLNK | 0o777, os.fsencode(target), mtime)

    def add_tree(self, host, path, follow=False):
        """Add a host file, symbolic link or directory with all below it.

        follow: if `host` itself is a symbolic link, add what it points to.
        """
        status = os.stat(host) if follow else os.lstat(host)
        mode, mtime = stat.S_IMODE(status.st_mode), int(status.st_mtime)
        if stat.S_ISLNK(status.st_mode):
            self.add_symlink(path, os.readlink(host), mtime)
        elif stat.S_ISREG(status.st_mode):
            with open(host, "rb") as file:
                self.add_data(path, file.read(), mode, mtime)
        elif stat.S_ISDIR(status.st_mode):
            self.add_directory(path, mode, mtime)
            for name in sorted(os.listdir(host)):
                self.add_tree(os.path.join(host, name), f"{path}/{name}")
        else:
            raise OSError(f"{host}: neither file, directory nor link")

    def to_bytes(self):
        """The whole archive with its trailer, a multiple of 4 bytes."""
        return bytes(self._members) + _member("TRAILER!!!", 0, 0, b"", 0)

    def _add_parents(self, path):
        if "/" in path:
            self.add_directory(path.rsplit("/", 1)[0])

    def _add(self, path, mode, data, mtime):
        if not path:
            raise OSError("the archive's root is no member")
        self._inode += 1
        if self._mtime is not None:
            mtime = self._mtime
        self._members += _member(path, self._inode, mode, data, mtime)


def _clean(path):
    return os.path.normpath("/" + path).lstrip("/")


def _member(path, inode, mode, data, mtime):
    if len(data) > 0xFFFFFFFF:
        raise OSError(f"{path}: too large for a cpio archive")
    name = os.fsencode(path) + b"\0"
    links = 2 if stat.S_ISDIR(mode) else 1
    fields = (inode, mode, 0, 0, links, mtime & 0xFFFFFFFF, len(data),
              0, 0, 0, 0, len(name), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _pad(header + name) + _pad(data)


def _pad(data):
    return data + bytes(-len(data) % 4)
