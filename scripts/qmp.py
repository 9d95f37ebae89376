# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's machine protocol (QMP), as far as `boot --dump` needs it: wait until
the machine has ended, save its memory, let QEMU go."""

import json
import socket
import threading
import time


class Dumper(threading.Thread):
    """Saves the memory of a QEMU that was started with arguments()."""

    def __init__(self, directory, mebibytes, file):
        super().__init__(daemon=True)
        self._path = directory + "/qmp"
        self._save = {"val": 0, "size": mebibytes << 20, "filename": file}

    def arguments(self):
        return ["-qmp", f"unix:{self._path},server=on,wait=off",
                "-no-shutdown"]

    def run(self):
        try:
            with self._connect() as link, link.makefile("rw") as stream:
                command(stream, "qmp_capabilities")
                # It may have ended before anybody listened
                while command(stream, "query-status")["status"] != "shutdown":
                    wait_event(stream, "SHUTDOWN")
                command(stream, "pmemsave", **self._save)
                command(stream, "quit")
        except (OSError, ValueError, KeyError):
            pass    # QEMU is gone

    def _connect(self):
        while True:
            link = socket.socket(socket.AF_UNIX)
            try:
                link.connect(self._path)
                return link
            except (FileNotFoundError, ConnectionRefusedError):
                link.close()
                time.sleep(0.01)


def command(stream, name, **arguments):
    """Returns the answer; events on the way are of no interest."""
    json.dump({"execute": name, "arguments": arguments}, stream)
    stream.flush()
    while True:
        answer = json.loads(stream.readline())
        if "return" in answer or "error" in answer:
            return answer["return"]


def wait_event(stream, name):
    while json.loads(stream.readline()).get("event") != name:
        pass
