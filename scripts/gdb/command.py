# SPDX-License-Identifier: BSD-2-Clause
"""What the commands have in common."""

import gdb


class Group(gdb.Command):
    """A word that others follow: `pip`, `vmm`, `pipux`."""

    def __init__(self, name, text):
        self.__doc__ = text
        super().__init__(name, gdb.COMMAND_DATA, prefix=True)
        self._name = name

    def invoke(self, argument, from_tty):
        if argument:
            raise gdb.GdbError(f'Undefined {self._name} command: "{argument}"'
                               f'.  Try "help {self._name}".')
        gdb.execute(f"help {self._name}")


class Command(gdb.Command):
    """Subclasses have `name`, a doc string, run(arguments)."""

    name = None
    least = most = 0        # number of arguments

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        arguments = gdb.string_to_argv(argument)
        if not self.least <= len(arguments) <= self.most \
                or "" in arguments:
            usage = self.__doc__.strip().splitlines()[-1].strip()
            raise gdb.GdbError(usage)
        try:
            self.run(arguments)
        except gdb.error as error:      # one line, no traceback
            raise gdb.GdbError(str(error)) from error

    def run(self, arguments):
        raise NotImplementedError


def number(text):
    """An address or number, any expression of gdb's."""
    try:
        return int(gdb.parse_and_eval(text)) & 0xFFFFFFFF
    except gdb.error as error:
        raise gdb.GdbError(str(error)) from error
