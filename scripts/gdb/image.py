# SPDX-License-Identifier: BSD-2-Clause
"""A program of some layer: its symbols, types and lines.

Partitions share linear addresses, so gdb must not have all programs' symbols
at once.  Each program is the file of an inferior that never runs, from which
types and lines are taken by name; names and addresses come from its symbol
table, read here.
"""

import bisect
import os
import struct

import gdb

ET_DYN = 3
SHT_SYMTAB, SHT_DYNSYM = 2, 11
STT_FUNC = 2
SHN_ABS = 0xFFF1
SHF_EXECINSTR = 4

BEGINNING = 64

_images = {}


def image(path):
    """The image of a file, read once."""
    path = os.path.realpath(path)
    stamp = os.stat(path).st_mtime_ns
    if (path, stamp) not in _images:
        _images[path, stamp] = Image(path)
    return _images[path, stamp]


class Image:
    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path)
        self.addresses = {}
        self._functions = []
        self._code = []
        self._beginning = None  # (address, bytes) of the code
        self._space = None
        self.movable = False    # linked for any address
        with open(path, "rb") as file:
            self._parse(file.read())

    def _parse(self, data):
        if data[:5] != b"\x7fELF\x01":
            raise gdb.GdbError(f"{self.path}: no 32-bit ELF file")
        kind, = struct.unpack_from("<H", data, 16)
        self.movable = kind == ET_DYN
        offset, = struct.unpack_from("<I", data, 32)
        size, count = struct.unpack_from("<HH", data, 46)
        sections = [struct.unpack_from("<10I", data, offset + i * size)
                    for i in range(count)]
        for section in sections:
            if section[2] & SHF_EXECINSTR:
                self._code.append((section[3], section[3] + section[5]))
                self._beginning = self._beginning or (
                    section[3], data[section[4]:section[4] + BEGINNING])
        tables = {section[1]: section for section in sections}
        # a stripped library has the dynamic one
        table = tables.get(SHT_SYMTAB) or tables.get(SHT_DYNSYM)
        if table:
            self._symbols(data, table, sections[table[6]][4])
        self._functions.sort()

    def _symbols(self, data, section, strings):
        for entry in range(section[4], section[4] + section[5], 16):
            name, value, size, info, _, index = struct.unpack_from(
                "<IIIBBH", data, entry)
            if not name or not index or index == SHN_ABS or info & 15 > 2:
                continue
            end = data.index(b"\0", strings + name)
            text = data[strings + name:end].decode(errors="replace")
            # a global one (info >> 4) wins over static ones of its name
            if info >> 4 or text not in self.addresses:
                self.addresses[text] = value
            if self.has_code(value) and not text.startswith("."):
                # of several at one place a function, not a mere label
                self._functions.append(
                    (value, info & 15 == STT_FUNC, text, size))

    def files(self):
        """[(path, how far it is from where it was linked)]"""
        return [(self.path, 0)]

    def lies_in(self, space):
        """Does its code begin in that memory as in the file?"""
        address, code = self._beginning or (0, b"")
        try:
            return bool(code) and space.read(address, len(code)) == code
        except gdb.GdbError:
            return False

    def has_code(self, address):
        return any(begin <= address < end for begin, end in self._code)

    def function(self, address):
        """(name, offset) of the function at an address, or None."""
        if not self.has_code(address):
            return None
        at = bisect.bisect(self._functions, (address, 2, "")) - 1
        if at < 0:
            return None
        start, _, name, size = self._functions[at]
        if size and address > start + size:
            return None
        return name, address - start

    def locate(self, address):
        """`name+offset file:line` for an address, or "?"."""
        return self._describe(address, 0)

    def locate_call(self, address):
        """The same for a return address: the call may be the last
        instruction of its function and is on an earlier line."""
        return self._describe(address - 1, 1)

    def _describe(self, address, after):
        found = self.function(address)
        if not found:
            return "?"
        name, offset = found[0], found[1] + after
        text = f"{name}+{offset:#x}" if offset else name
        line = self.program_space().find_pc_line(address)
        if line.symtab:
            text += f" {line.symtab.filename}:{line.line}"
        return text

    def program_space(self):
        """The program space of an inferior that has only this file.

        gdb gives a breakpoint a place in each space that is made after it,
        so `pip break` calls this for all files first.
        """
        main = gdb.inferiors()[0].progspace
        if main.filename and os.path.realpath(main.filename) == self.path:
            return main
        if self._space is None:
            before = {inferior.num for inferior in gdb.inferiors()}
            quoted = self.path.replace(" ", "\\ ")
            gdb.execute(f"add-inferior -exec {quoted} -no-connection",
                        to_string=True)
            new, = (inferior for inferior in gdb.inferiors()
                    if inferior.num not in before)
            self._space = new.progspace
        return self._space

    def _lookup(self, name, domain):
        for objfile in self.program_space().objfiles():
            symbol = (objfile.lookup_global_symbol(name, domain)
                      or objfile.lookup_static_symbol(name, domain))
            if symbol:
                return symbol
        raise gdb.GdbError(f"{self.name} has no {name}: is it built "
                           "with -g?")

    def type_of(self, name):
        """The type of a variable."""
        return self._lookup(name, gdb.SYMBOL_VAR_DOMAIN).type

    def struct(self, name):
        """The type `struct name`; of several of that name, any."""
        return self._lookup(name, gdb.SYMBOL_STRUCT_DOMAIN).type

    def typedef(self, name):
        return self._lookup(name, gdb.SYMBOL_VAR_DOMAIN).type

    def variable(self, name, space):
        """The variable's value (see value.py) in the given memory."""
        from value import decode
        symbol = self._lookup(name, gdb.SYMBOL_VAR_DOMAIN)
        return decode(space, symbol.type, self.address(name))

    def address(self, name):
        if name not in self.addresses:
            raise gdb.GdbError(f"{self.name} has no symbol {name}")
        return self.addresses[name]

    def breakpoint_address(self, location):
        """The address of NAME, FILE:LINE or *ADDRESS in this program."""
        if location.startswith("*"):
            return int(gdb.parse_and_eval(location[1:])) & 0xFFFFFFFF
        if location in self.addresses:
            return self.addresses[location]
        self.program_space()
        try:
            _, found = gdb.decode_line(location)
        except gdb.error as error:
            raise gdb.GdbError(str(error)) from error
        for line in found or ():
            if line.symtab and os.path.realpath(
                    line.symtab.objfile.filename) == self.path:
                return line.pc
        raise gdb.GdbError(f"{self.name} has no {location}")


class Placed:
    """What a process has mapped: images, each moved by a distance.

    Looks like one image; the first is the program, then its libraries.
    """

    def __init__(self, parts):
        self._parts = parts     # [(Image, distance)]
        self.name = ", ".join(part.name for part, _ in parts)
        self.movable = False

    def files(self):
        return [(part.path, distance) for part, distance in self._parts]

    def _at(self, address):
        """(image, distance) of the code at an address; or the program's."""
        for part, distance in self._parts:
            if part.has_code(address - distance):
                return part, distance
        return self._parts[0]

    def has_code(self, address):
        part, distance = self._at(address)
        return part.has_code(address - distance)

    def function(self, address):
        part, distance = self._at(address)
        return part.function(address - distance)

    def locate(self, address):
        part, distance = self._at(address)
        return part.locate(address - distance)

    def locate_call(self, address):
        part, distance = self._at(address - 1)
        return part.locate_call(address - distance)

    def program_space(self):
        for part, _ in self._parts:
            part.program_space()

    def breakpoint_address(self, location):
        if location.startswith("*"):
            return self._parts[0][0].breakpoint_address(location)
        for part, distance in self._parts:
            try:
                return part.breakpoint_address(location) + distance
            except gdb.GdbError:
                continue
        raise gdb.GdbError(f"{self.name} has no {location}")
