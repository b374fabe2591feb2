"""Waiting for a descriptor in a way that another thread can call off."""

from __future__ import annotations

import os
import select


class Lookout:
    """Waits until a descriptor is readable, or the waiting is called off.

    Without a timeout, which costs a round trip 5 % here: the processor's timer must be set.

    Guarantees: one thread waits at a time.  Any thread may call it off; then every wait returns,
    also one that a signal handler has interrupted and that goes on behind it.
    Raises: OSError when no descriptor can be had for its own.
    """

    def __init__(self, fd: int) -> None:
        self._off = -1
        self._off = os.eventfd(0, os.EFD_CLOEXEC)
        self._poll = select.poll()
        for either in (fd, self._off):
            self._poll.register(either, select.POLLIN)

    def wait(self) -> None:
        """Wait for either."""
        self._poll.poll()

    def call_off(self) -> None:
        """End the waiting, now and later."""
        os.eventfd_write(self._off, 1)

    def close(self) -> None:
        """Close its descriptor, when nobody waits."""
        off, self._off = self._off, -1
        if off >= 0:
            os.close(off)

    #: who waits when it is called off is the last to hold it
    __del__ = close
