"""What runs in a template (see `template`): a loop that forks workers and reaps them.

It calls no code of the user's but what `os.register_at_fork` was given.  All signals are blocked
that can be: Ctrl-C and what else reaches the whole process group is for the workers, which get the
caller's mask back; no disposition is ever changed.  Garbage is not collected, for finalizers are
user code.
"""

from __future__ import annotations

import atexit
import errno
import gc
import io
import os
import select
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import util
from multiprocessing.context import ForkProcess
from typing import Any, NamedTuple, NoReturn

from .._wire import descriptors
from .._wire.channel import receive_fds, socket_pair

REQUEST = struct.Struct("=q")  # the number of the worker among the processes of its parent
ANSWER = struct.Struct("=q")  # its pid, or an errno below zero
STATUS = struct.Struct("=i")  # an exit code

TITLE = b"pool-forkserver"  # the kernel keeps 15 bytes
_COMM = "/proc/thread-self/comm"
_RUNS_ATEXIT = sys.version_info >= (3, 13)  # in forked processes, since gh-83856


class Seed(NamedTuple):
    """What a template is forked with."""

    channel: socket.socket
    parent_fd: int
    parent_pid: int
    mask: set[int]
    title: bytes
    target: Callable[..., object]
    args: tuple[Any, ...]


def run(seed: Seed) -> NoReturn:
    """Serve requests; the life of the template."""
    try:
        collects = gc.isenabled()
        gc.disable()
        descriptors.close_inherited(keep=seed.channel)
        descriptors.register(seed.channel)
        Server(seed, collects=collects).serve()
    except BaseException:  # noqa: BLE001  nothing may unwind into the caller's code
        traceback.print_exc()
    finally:
        os._exit(0)


class Server:
    """Forks workers and tells how each ended."""

    def __init__(self, seed: Seed, *, collects: bool) -> None:
        self._seed = seed
        self._collects = collects
        self._children: dict[int, _Child] = {}
        self._poll = select.poll()

    def serve(self) -> None:
        """Return when the parent is dead, or the pool has ended and the last worker too."""
        channel, parent_fd = self._seed.channel.fileno(), self._seed.parent_fd
        for fd in (channel, parent_fd):
            self._poll.register(fd, select.POLLIN)
        retired = False
        while not retired or self._children:
            for fd, _ in self._poll.poll():
                if fd == parent_fd:
                    return
                if fd != channel:
                    self._poll.unregister(fd)
                    self._children.pop(fd).report()
                elif not self._answer():
                    self._poll.unregister(fd)
                    retired = True

    def _answer(self) -> bool:
        """Answer a request; return False when the pool has ended."""
        try:
            request, fds = receive_fds(self._seed.channel, REQUEST.size, 1)
        except ConnectionResetError:  # it has ended without reading the last answer
            return False
        if not request:
            return False
        (number,) = REQUEST.unpack(request)
        try:
            with _received(fds) as sock:
                child, theirs = self._fork(number, sock)
        except OSError as error:
            return self._send(-(error.errno or errno.EIO), [])
        self._children[child.pidfd] = child
        self._poll.register(child.pidfd, select.POLLIN)
        with theirs:
            return self._send(child.pid, [child.pidfd, theirs.fileno()])

    def _send(self, word: int, fds: list[int]) -> bool:
        try:
            socket.send_fds(self._seed.channel, [ANSWER.pack(word)], fds)
        except (BrokenPipeError, ConnectionResetError):
            return False  # what was forked is to be reaped all the same
        return True

    def _fork(self, number: int, sock: socket.socket) -> tuple[_Child, socket.socket]:
        status, theirs = socket_pair()
        for end in (sock, status, theirs):
            descriptors.register(end)
        try:
            pid = os.fork()
            if not pid:
                self._be_worker(number, sock)
            return _Child(pid, pidfd_of(pid), status), theirs
        except OSError:
            status.close()
            theirs.close()
            raise

    def _be_worker(self, number: int, sock: socket.socket) -> NoReturn:
        code = 1
        try:
            worker = _Worker(self._seed, number, sock, self._restore)
            code = worker.start_here()
        finally:
            os._exit(code)

    def _restore(self) -> None:
        """Make a worker what it would be, had the parent forked it."""
        with thread_title() as title:
            title.write(self._seed.title)
        if self._collects:
            gc.enable()
        signal.pthread_sigmask(signal.SIG_SETMASK, self._seed.mask)


class _Child:
    """A worker, seen from the template."""

    def __init__(self, pid: int, pidfd: int, status: socket.socket) -> None:
        self.pid = pid
        self.pidfd = pidfd
        self._status = status
        descriptors.register(self)

    def report(self) -> None:
        """Reap it and tell the parent."""
        with suppress(OSError):  # SIGCHLD is ignored: the status is lost; the parent has dropped it
            _, status = os.waitpid(self.pid, 0)
            self._status.send(STATUS.pack(os.waitstatus_to_exitcode(status)))
        self.close()

    def close(self) -> None:
        """Close what belongs to it here."""
        os.close(self.pidfd)
        self._status.close()


class _Worker(ForkProcess):
    """The worker as it sees itself: a child of the pool's process, and as such numbered."""

    def __init__(
        self, seed: Seed, number: int, sock: socket.socket, restore: Callable[[], None]
    ) -> None:
        super().__init__(target=seed.target, args=(sock, *seed.args), daemon=True)
        self._identity = (*self._identity[:-1], number)
        self.name = worker_name(self._identity)
        self._parent_pid = seed.parent_pid
        self._parent_fd = seed.parent_fd
        self._restore = restore

    def start_here(self) -> int:
        """Run as `multiprocessing.popen_fork` runs the child of a fork; return the exit code."""
        if _RUNS_ATEXIT:
            atexit._clear()  # noqa: SLF001  as popen_fork does
            atexit.register(util._exit_function)  # type: ignore[attr-defined]  # noqa: SLF001  as popen_fork does
        try:
            # Its parent's pidfd for a sentinel: a pipe would tell of the template's end.
            code: int = self._bootstrap(parent_sentinel=self._parent_fd)  # type: ignore[attr-defined]  # what popen_fork calls
        finally:
            if _RUNS_ATEXIT:
                atexit._run_exitfuncs()  # noqa: SLF001  as popen_fork does
        return code

    def run(self) -> None:
        """Run what the pool's workers run."""
        self._restore()
        super().run()


def _received(fds: list[int]) -> socket.socket:
    if not fds:  # the template's own table is full
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    sock = socket.socket(fileno=fds[0])
    sock.settimeout(None)  # whatever the user's default is
    return sock


def worker_name(identity: tuple[int, ...]) -> str:
    """Return the name that a process of this identity has in a pool."""
    return "ForkPoolWorker-" + ":".join(map(str, identity))


def pidfd_of(child: int) -> int:
    """Return a pidfd of a process that has just been forked.

    Raises: OSError where no descriptor is to be had, and then the process is gone.
    """
    try:
        return os.pidfd_open(child)
    except OSError:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise


def thread_title() -> io.IOBase:
    """Return the name of this thread for ps and top, as a file; a fork inherits it."""
    try:
        return open(_COMM, "r+b", buffering=0)  # noqa: PTH123  pathlib takes 4 ms to load; the caller closes it
    except OSError:  # no /proc
        return io.BytesIO()
