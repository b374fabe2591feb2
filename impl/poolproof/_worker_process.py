"""What makes a process a worker: its signals, its descriptors, its end.

Called once, before any user code runs in the worker.
"""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import socket
import threading
from types import FrameType

from . import _descriptors

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

    def handle(self, _signum: int, _frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt if user code runs; the handler for SIGINT."""
        if self.armed:
            self.armed = False
            raise KeyboardInterrupt


def settle(own: socket.socket) -> Interrupts:
    """Turn this process into a worker whose channel is `own`."""
    interrupts = Interrupts()
    _reset_signals(interrupts)
    _descriptors.close_inherited(keep=own)
    _die_with_parent()
    return interrupts


def _reset_signals(interrupts: Interrupts) -> None:
    # A forked worker has its parent's handlers (asyncio's, a server's): under
    # them SIGTERM would not end it (gh-75670, gh-94454).
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, interrupts.handle)


def _die_with_parent() -> None:
    """End this process when its parent does, in the middle of a task too.

    End of file on the channel would not do: a process that the user forks
    beside the pool inherits the parent's end and keeps it open (gh-111873).
    """
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid is None:
        return
    try:
        parent_fd = os.pidfd_open(parent.pid)
    except ProcessLookupError:
        os._exit(PARENT_GONE)
    except OSError:  # a kernel or sandbox without pidfd_open(2)
        parent_fd = os.dup(parent.sentinel)
    watcher = threading.Thread(
        target=_exit_after, args=(parent_fd,), name="poolproof-parent-watch", daemon=True
    )
    watcher.start()


def _exit_after(fd: int) -> None:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    poll.poll()
    os._exit(PARENT_GONE)
