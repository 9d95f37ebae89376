# SPDX-License-Identifier: BSD-2-Clause
"""What Python programs ask of a kernel; prints the same on any Linux."""
import asyncio
import ctypes
import errno
import fcntl
import hashlib
import mmap
import multiprocessing
import os
import queue
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading


def threads():
    work, results = queue.Queue(), []
    lock = threading.Lock()

    def worker():
        while (n := work.get()) is not None:
            with lock:
                results.append(n * n)

    crew = [threading.Thread(target=worker) for _ in range(8)]
    for one in crew:
        one.start()
    for n in list(range(1000)) + [None] * 8:
        work.put(n)
    for one in crew:
        one.join()
    return sum(results)


def square(n):
    return n * n


def processes():
    with multiprocessing.get_context("fork").Pool(3) as pool:
        return sum(pool.map(square, range(200), chunksize=7))


def commands():
    done = subprocess.run(["sh", "-c", "cat; echo error >&2; exit 5"],
                          input=b"input", capture_output=True, check=False)
    try:
        subprocess.run(["sleep", "60"], timeout=0.2, check=False)
    except subprocess.TimeoutExpired:
        late = "late"
    return done.returncode, done.stdout, done.stderr, late


def sockets():
    server = socket.create_server(("127.0.0.1", 0))
    chooser = selectors.DefaultSelector()
    chooser.register(server, selectors.EVENT_READ)
    client = socket.create_connection(server.getsockname())
    assert chooser.select(10)
    peer = server.accept()[0]
    client.sendall(bytes(range(256)) * 40)
    client.shutdown(socket.SHUT_WR)
    digest = hashlib.md5()
    while data := peer.recv(65536):
        digest.update(data)
    a, b = socket.socketpair()
    read, write = os.pipe()
    socket.send_fds(a, [b"fd"], [write])
    _, fds, _, _ = socket.recv_fds(b, 10, 1)
    os.write(fds[0], b"passed")
    return digest.hexdigest(), os.read(read, 10)


async def echo(reader, writer):
    writer.write((await reader.readline()).upper())
    await writer.drain()
    writer.close()


async def ask(port, n):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"client {n}\n".encode())
    answer = await reader.readline()
    writer.close()
    return answer


async def loop():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answers = await asyncio.gather(*(ask(port, n) for n in range(20)))
    child = await asyncio.create_subprocess_exec(
        "wc", "-c", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    out, _ = await child.communicate(b"x" * 100000)
    server.close()
    return b"".join(answers), out


def files():
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "file")
        with open(path, "w+b", buffering=0) as file:
            file.truncate(3 * mmap.PAGESIZE)
            with mmap.mmap(file.fileno(), 0) as view:
                view[5000:5005] = b"hello"
                view.flush()
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = os.pread(file.fileno(), 5, 5000)
        os.symlink("file", path + ".link")
        os.utime(path, ns=(1, 2))
        names = sorted(e.name for e in os.scandir(place) if e.is_symlink())
        try:
            os.rmdir(place)
        except OSError as error:
            failure = errno.errorcode[error.errno]
        return found, names, os.stat(path).st_mtime_ns, failure


def signals():
    got = []
    signal.signal(signal.SIGALRM, lambda number, _: got.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    while len(got) < 3:
        signal.pause()
    signal.setitimer(signal.ITIMER_REAL, 0)
    child = os.fork()
    if not child:
        os.kill(os.getpid(), signal.SIGSEGV)
    return got[:3], os.WTERMSIG(os.waitpid(child, 0)[1])


def libraries():
    libc = ctypes.CDLL(None, use_errno=True)
    libc.qsort.restype = None
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int),
                               ctypes.POINTER(ctypes.c_int))
    numbers = (ctypes.c_int * 5)(5, 1, 4, 2, 3)
    libc.qsort(numbers, 5, 4, compare(lambda a, b: a[0] - b[0]))
    return list(numbers), libc.close(-1), errno.errorcode[ctypes.get_errno()]


def numbers():
    a, b = 0, 1
    for _ in range(5000):
        a, b = b, a + b
    return hashlib.sha256(str(a).encode()).hexdigest(), 2 ** 0.5, 1e300 * 1e10


sys.stdout.reconfigure(line_buffering=True)
for test in (threads, processes, commands, sockets, files, signals, libraries,
             numbers):
    print(test.__name__, test())
print(asyncio.run(loop()))
