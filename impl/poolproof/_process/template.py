"""The template: under fork, what replaces a worker inherits no lock that is held by then.

A worker that is forked when it is needed comes from a process with threads, and a lock that a
thread of the user's program holds at that moment stays locked in it for ever (gh-90622).
So the constructor forks, beside the first workers, a template: one thread, which holds what the
caller held then, and waits.  Later workers are forked from it.

    parent                                        template                      worker
    request   its number, its channel    ======>  fork ======================>  serve
    answer    its pid, pidfd and status  <======
              exit code, by the status   <======  reap  <====================== exit

The template dies: what it forked lives on, its exit codes are unknown from then on, and
replacements are forked from the parent as the standard library does it.  The parent dies: the
template exits at once, and each worker by itself, for its parent is the pool's process.  The pool
ends: end of file tells the template to exit behind its last worker.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from multiprocessing import util
from multiprocessing.context import BaseContext, ForkProcess, Process
from typing import Any, NamedTuple

from .._front.arguments import start_method_of
from .._wire import descriptors
from .._wire.channel import receive_fds, socket_pair
from . import template_process
from .template_process import (
    ANSWER,
    REQUEST,
    TITLE,
    Seed,
    pidfd_of,
    thread_title,
)

ANSWER_S = 5.0  # for the template to fork; a stopped one does not
EXIT_S = 0.5  # for the template to exit when it is told to
KILL_S = 5.0  # for the kernel to end a process after SIGKILL

#: asked once: it takes longer than all else here but the fork
SIGNALS = signal.valid_signals()


class TemplateLostError(Exception):
    """The template is dead, or does not answer."""


class Forked(NamedTuple):
    """A worker that the template has forked."""

    pid: int
    pidfd: int
    status: socket.socket


def template_of(
    context: BaseContext, target: Callable[..., object], args: tuple[Any, ...]
) -> Template | None:
    """Fork a template of processes that run `target(channel, *args)`.

    None where the context starts its processes in another way, and where there is no pidfd.
    Raises: OSError where no process or no descriptor is to be had.
    """
    if not _forks(context):
        return None
    try:
        parent_fd = os.pidfd_open(os.getpid())
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise
        return None
    try:
        return Template(parent_fd, target, args)
    finally:
        os.close(parent_fd)


def _forks(context: BaseContext) -> bool:
    # By the class: a context of the user's own, and CPython's tests pass a mock, is left its way.
    its_own = getattr(context, "Process", None) not in (ForkProcess, Process)
    return not its_own and start_method_of(context) == "fork"


class Template:
    """The parent's end of a template.

    Guarantees: one thread at a time asks it to fork.  Any thread may retire or end it, meanwhile
    too: that request fails then.  A template that nobody holds ends.
    """

    def __init__(
        self, parent_fd: int, target: Callable[..., object], args: tuple[Any, ...]
    ) -> None:
        _flush()
        #: somebody has told it to exit: the pool ends
        self.retired = False
        self._sock, peer = socket_pair()
        try:
            self._sock.settimeout(ANSWER_S)
            for end in (self._sock, peer):
                descriptors.register(end)
            self._start(peer, parent_fd, target, args)
        except BaseException:
            self._sock.close()
            raise
        finally:
            peer.close()

    def _start(
        self,
        channel: socket.socket,
        parent_fd: int,
        target: Callable[..., object],
        args: tuple[Any, ...],
    ) -> None:
        born: list[int] = []
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())  # as it is
        with thread_title() as title:
            before = title.read().rstrip(b"\n")
            try:
                # No handler may run in the template, not even before its first statement: Ctrl-C
                # would raise in it, in the middle of the caller's code.
                signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
                # Before the fork: whoever looks at processes never takes it for a worker.
                title.write(TITLE)
                seed = Seed(channel, parent_fd, os.getpid(), mask, before, target, args)
                # One call into C: a handler may raise here all the same, for a signal that came
                # before, or to another thread; and nobody would know of the process.
                born.extend(islice(iter(os.fork, None), 1))
                if not born[0]:
                    template_process.run(seed)
                pidfd = select.epoll.fromfd(pidfd_of(born[0]))  # dropped, it closes that in C
                #: ends the template and leaves no zombie; does so once
                self.end = util.Finalize(self, _end, (self._sock, pidfd))
            except BaseException:
                for pid in born:
                    _abort(pid)
                raise
            finally:
                # Each is the first call of its block, and one into C: no handler runs before it.
                try:
                    title.write(before)
                finally:
                    signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def fork(self, number: int, channel: socket.socket) -> Forked:
        """Have a worker forked.

        Raises: TemplateLostError; OSError as fork(2), and then nothing has been forked.
        """
        try:
            socket.send_fds(self._sock, [REQUEST.pack(number)], [channel.fileno()])
            answer, fds = receive_fds(self._sock, ANSWER.size, 2)
        except OSError as error:
            raise TemplateLostError(f"{type(error).__name__}: {error}") from error
        if not answer:
            raise TemplateLostError("end of file")
        (pid,) = ANSWER.unpack(answer)
        if pid < 0:
            raise OSError(-pid, os.strerror(-pid))
        if len(fds) < 2:  # the worker exits: its channel is closed on this error
            for fd in fds:
                os.close(fd)
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return Forked(pid, fds[0], socket.socket(fileno=fds[1]))

    def retire(self) -> None:
        """Tell the template to exit behind its last worker, and do not wait for that."""
        self.retired = True  # first: a request that fails by this must find it so
        # Not only close(): what the user has forked holds this end too.
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)


def _flush() -> None:
    # What is buffered would be written once by each worker.
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # no stream, or a closed one
            stream.flush()


def _abort(pid: int) -> None:
    with suppress(ProcessLookupError, ChildProcessError):  # `pidfd_of` has ended it
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _end(sock: socket.socket, process: select.epoll) -> None:
    pidfd = process.fileno()
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    if not readable(pidfd, EXIT_S):  # it is stopped, or has a worker that lives
        send_signal(pidfd, signal.SIGKILL)
        readable(pidfd, KILL_S)
    with suppress(OSError):  # the user waits for any child, or ignores SIGCHLD; a sandbox
        os.waitid(os.P_PIDFD, pidfd, os.WEXITED | os.WNOHANG)
    process.close()
    sock.close()


def readable(fd: int, timeout_s: float | None = 0.0) -> bool:
    """Tell whether a descriptor is readable, or becomes so in time; a pidfd is, at the death."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(None if timeout_s is None else max(0.0, timeout_s) * 1000))


def send_signal(pidfd: int, number: int) -> bool:
    """Send a signal to a process, if it is not gone; return False where that cannot be done so.

    As where a sandbox forbids it, or the descriptor is none of a process.
    """
    try:
        signal.pidfd_send_signal(pidfd, number)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return True
