"""Waiting for another thread without a lock that could be left behind.

Guarantees: a waiter queues up, then looks once more; whoever sets the thing
stores it first, then releases the queue.  So no wake-up is lost, in whatever
order the two run.  Neither holds anything while the other waits: a signal
handler may interrupt a wait, raise out of it, or wait itself, which
`threading.Condition` does not allow.
"""

from __future__ import annotations

import os
import threading
import time
from _thread import LockType
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .._wire.descriptors import Held
from .._wording import got


def wait(locks: list[LockType], is_set: Callable[[], bool], timeout: float | None) -> bool:
    """Block until `is_set()` or for `timeout` seconds; return whether it is set.

    Raises: TypeError and OverflowError for a timeout that the standard library does not take.
    """
    deadline = None if timeout is None else time.monotonic() + _seconds(timeout)
    while not is_set():
        lock = threading.Lock()
        lock.acquire()
        locks.append(lock)
        if is_set():
            return True
        left = -1 if deadline is None else max(0.0, deadline - time.monotonic())
        # Woken, but not set: a releasing thread may find the lock of a waiter that came
        # after the thing it announces was taken by somebody else.
        if not lock.acquire(timeout=left):
            _forget(locks, lock)
            return is_set()
    return True


def _forget(locks: list[LockType], lock: LockType) -> None:
    """Leave the queue, which would grow with every wait that is repeated after its timeout."""
    with suppress(ValueError):  # it has just been released
        locks.remove(lock)


def _seconds(timeout: Any) -> float:
    if not isinstance(timeout, (int, float)) and not _is_real(timeout):
        raise TypeError(f"timeout: expected a number of seconds or None, {got(timeout)}")
    seconds = float(timeout)
    if seconds > threading.TIMEOUT_MAX:
        raise OverflowError(
            f"timeout: expected at most {threading.TIMEOUT_MAX:.0f} seconds, or None to wait "
            f"without end, {got(timeout)}"
        )
    return seconds


def _is_real(value: object) -> bool:
    import numbers  # noqa: PLC0415  takes 1 ms to load, and few wait for a Fraction of a second

    return isinstance(value, numbers.Real)


def release(locks: list[LockType]) -> None:
    """Let all waiting threads look again."""
    while locks:
        try:
            locks.pop().release()
        except IndexError:  # another thread was faster
            return


class Latch:
    """Something that happens once."""

    def __init__(self) -> None:
        self._locks: list[LockType] = []
        self._happened = False

    def happened(self) -> bool:
        """Tell whether it has happened."""
        return self._happened

    def happen(self) -> None:
        """Release everyone who waits, now and later."""
        self._happened = True
        release(self._locks)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for it, `timeout` seconds at most; return whether it has happened."""
        return self._happened or wait(self._locks, self.happened, timeout)


class EventFd:
    """An eventfd that is closed when nobody holds it.

    So who rings it never writes into whatever was given the descriptor's number next.
    Raises: OSError when no descriptor can be had.
    """

    def __init__(self) -> None:
        self._held = Held()
        self._held.take(map(os.eventfd, (0,), (os.EFD_CLOEXEC | os.EFD_NONBLOCK,)))

    @property
    def fd(self) -> int:
        """The descriptor."""
        return self._held.last

    def ring(self, value: int = 1) -> None:
        """Make the descriptor readable; what is rung before it is read adds up."""
        os.eventfd_write(self.fd, value)

    def close(self) -> None:
        """Close the descriptor, though somebody holds it."""
        self._held.let_go()


class Alarm:
    """A descriptor that any thread can make readable.

    Guarantees: ring() after close() does nothing.  There is no lock: a signal handler may
    interrupt whoever rings, and wait for a thread that rings or closes.
    """

    def __init__(self) -> None:
        self._event: EventFd | None = EventFd()
        self.fd = self._event.fd

    def ring(self) -> None:
        """Make the descriptor readable."""
        event = self._event  # held while it rings
        if event is not None:
            event.ring()

    def silence(self) -> None:
        """Make the descriptor unreadable."""
        try:
            os.eventfd_read(self.fd)
        except BlockingIOError:  # two rings were one event
            return

    def close(self) -> None:
        """Close the descriptor, once nobody rings it any more."""
        self._event = None
