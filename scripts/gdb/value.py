# SPDX-License-Identifier: BSD-2-Clause
"""Typed values in the memory of a partition that need not be the loaded one.

gdb's own values are read through the address space that is loaded; these are
read through `space`, anything with read(address, size), when they are asked
for.  Structures have their fields as attributes, arrays are lists, numbers
are int, arrays of char are str.
"""

import gdb


class Struct:
    def __init__(self, space, kind, address):
        self._space = space
        self._kind = kind
        self.address_ = address

    def __getattr__(self, name):
        found = field_of(self._kind, name)
        if not found:
            raise gdb.GdbError(f"{self._kind} has no field {name}")
        kind, offset = found
        return decode(self._space, kind, self.address_ + offset)

    def enum(self, name):
        """The name of an enumeration field's value."""
        kind = field_of(self._kind, name)[0].strip_typedefs()
        value = getattr(self, name)
        for field in kind.fields():
            if field.enumval == value:
                return field.name
        return str(value)


class Pointer(int):
    """An address with the type of what is there."""

    def __new__(cls, address, space, target):
        self = super().__new__(cls, address)
        self._space, self._target = space, target
        return self

    def get(self):
        return decode(self._space, self._target, int(self))

    def string(self):
        return string_at(self._space, int(self))


def field_of(kind, name):
    """(type, offset) of a field, also one of an unnamed member; or None."""
    for field in kind.fields():
        offset = field.bitpos // 8
        if field.name == name:
            return field.type, offset
        if not field.name:
            inner = field_of(field.type.strip_typedefs(), name)
            if inner:
                return inner[0], inner[1] + offset
    return None


def offset_of(kind, name):
    return field_of(kind, name)[1]


def string_at(space, address, limit=256):
    text = b""
    while len(text) < limit:
        byte = space.read(address + len(text), 1)
        if byte == b"\0":
            break
        text += byte
    return text.decode(errors="replace")


def array(space, kind, address):
    target = kind.target().strip_typedefs()
    count = kind.range()[1] + 1
    if target.sizeof == 1 and kind.target().name == "char":
        data = space.read(address, count)
        return data.split(b"\0")[0].decode(errors="replace")
    return [decode(space, target, address + i * target.sizeof)
            for i in range(count)]


def complete(kind):
    """The type without typedefs and, of a structure that is only declared
    where it was met, as its own program defines it."""
    kind = kind.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_STRUCT and not kind.fields():
        symbol = kind.objfile.lookup_static_symbol(
            kind.tag, gdb.SYMBOL_STRUCT_DOMAIN)
        if symbol:
            return symbol.type
    return kind


def decode(space, kind, address):
    kind = complete(kind)
    if kind.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
        return Struct(space, kind, address)
    if kind.code == gdb.TYPE_CODE_ARRAY:
        return array(space, kind, address)
    signed = kind.code == gdb.TYPE_CODE_INT and kind.is_signed
    number = int.from_bytes(space.read(address, kind.sizeof), "little",
                            signed=signed)
    if kind.code == gdb.TYPE_CODE_PTR:
        return Pointer(number, space, kind.target())
    return number


def linked(head, kind, member, space):
    """The structures on a circular list (pipux/list.h) with that head."""
    offset = offset_of(kind, member)
    at = int(head.next)
    seen = set()
    while at != head.address_ and at not in seen:
        seen.add(at)
        item = decode(space, kind, at - offset)
        yield item
        at = int(getattr(item, member).next)
