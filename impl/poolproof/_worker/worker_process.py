"""What makes a process a worker: its signals, its descriptors, its end.

Called once, before any user code runs in the worker.
"""

from __future__ import annotations

import _thread
import multiprocessing
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from .._wire import descriptors

PARENT_GONE = 1  # exit code of a worker whose parent died; nobody is left to read it


class Interrupts:
    """Lets Ctrl-C reach the user's code and nothing else.

    A terminal sends SIGINT to the parent and to every worker.  The standard
    library's idle worker raises KeyboardInterrupt between taking a shared lock
    and its `with` body, and the pool is dead.  Here SIGINT raises only while
    an item runs, at most once an item, and that item reports it.
    """

    def __init__(self) -> None:
        #: True while user code runs; a plain attribute because it is set twice an item
        self.armed = False
        #: the handler that the program has set, where the worker was forked from it
        self.inherited: Callable[[int, FrameType | None], object] | None = None

    def handle(self, signum: int, frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt, or do what the program does, if user code runs; for SIGINT."""
        if not self.armed:
            return
        self.armed = False
        if self.inherited is None:
            raise KeyboardInterrupt
        self.inherited(signum, frame)
        self.armed = True


class Steward:
    """The second thread of a worker: there while the first is in the user's code.

    It ends the process when its parent ends, in the middle of a task too, and calls `answer` when
    the parent rings.

    End of file on the channel would not do for the first: a process that the user forks beside the
    pool inherits the parent's end and keeps it open (gh-111873).
    """

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._answers: dict[int, Callable[[int], None]] = {}

    def start(self) -> None:
        """Watch the parent, if this process has one."""
        parent = multiprocessing.parent_process()
        if parent is None or parent.pid is None:
            return
        try:
            parent_fd = os.pidfd_open(parent.pid)
        except ProcessLookupError:
            os._exit(PARENT_GONE)
        except OSError:  # a kernel or sandbox without pidfd_open(2)
            parent_fd = os.dup(parent.sentinel)
        self._epoll.register(parent_fd, select.EPOLLIN)
        # All signals are the first thread's: what a task blocks there must not arrive here.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            # Not a Thread: that one is waited for until it runs, and takes four times the start.
            _thread.start_new_thread(self._run, (parent_fd,))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def heed(self, bell: int, answer: Callable[[int], None]) -> None:
        """Call `answer` with what the parent rings for; never without the interpreter's lock."""
        if not getattr(sys, "_is_gil_enabled", lambda: True)():
            return
        self._answers[bell] = answer  # first: it may ring at once
        self._epoll.register(bell, select.EPOLLIN)

    def _run(self, parent_fd: int) -> None:
        while True:
            for fd, _ in self._epoll.poll():
                if fd == parent_fd:
                    os._exit(PARENT_GONE)
                asked = os.eventfd_read(fd)
                with suppress(OSError):  # the parent has closed the channel
                    self._answers[fd](asked)


def settle(own: socket.socket, mask: set[int] | None) -> tuple[Interrupts, Steward]:
    """Turn this process into a worker whose channel is `own`, and which blocks the signals `mask`.

    mask: None where they are blocked already, and no others.
    """
    interrupts, steward = Interrupts(), Steward()
    _reset_signals(interrupts)
    if mask is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    descriptors.close_inherited(keep=own)
    steward.start()
    return interrupts, steward


def _reset_signals(interrupts: Interrupts) -> None:
    # A forked worker has its parent's handlers (asyncio's, a server's): under
    # them SIGTERM would not end it (gh-75670, gh-94454).
    signal.set_wakeup_fd(-1)
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    handler = signal.getsignal(signal.SIGINT)
    if handler is not signal.SIG_IGN:
        if callable(handler) and handler is not signal.default_int_handler:
            interrupts.inherited = handler
        signal.signal(signal.SIGINT, interrupts.handle)
