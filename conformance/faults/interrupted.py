"""Ctrl-C: SIGINT as a terminal sends it, to every process of the group, or to some workers."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psutil

from ..harness.bound import BoundSubject
from ..harness.signals import handled
from ..harness.workers import is_gone

AGAIN_S = 2.0  # how long a Ctrl-C may go unnoticed before the main thread is told again


def interruptible() -> AbstractContextManager[None]:
    """Let SIGINT raise KeyboardInterrupt here, and so in workers, whatever was inherited."""
    return handled(signal.SIGINT, signal.default_int_handler)


@contextmanager
def ctrl_c_once(
    subject: BoundSubject, condition: Callable[[], object], what: str, *, until_felt: bool = False
) -> Iterator[None]:
    """Send SIGINT to the whole group, from another thread, as soon as the condition holds.

    until_felt: tell the main thread again while the block is not left. Only for a block
    that is left at once by the interrupt, or the second one hits what comes after it.
    """
    subject.no_script(f"Ctrl-C (SIGINT to the process group) after {what}")
    left = threading.Event()

    def press() -> None:
        subject.eventually(condition, what)
        os.killpg(os.getpgid(0), signal.SIGINT)
        if not until_felt:
            return
        # A signal that comes between CPython's last look at its flag and the wait's system
        # call wakes nobody: the waiting thread alone is told again, the workers are not.
        while not left.wait(AGAIN_S):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=press, name="ctrl-c", daemon=True)
    try:
        thread.start()  # the interrupt may come in here already
        yield
    finally:
        left.set()
        thread.join(subject.longest_s)


def interrupt(subject: BoundSubject, processes: list[psutil.Process], which: str) -> None:
    """Send SIGINT to these processes."""
    subject.no_script(f"kill -INT {which}: {len(processes)} of them")
    for process in processes:
        if not is_gone(process):
            process.send_signal(signal.SIGINT)
