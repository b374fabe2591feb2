"""Waiting for a descriptor in a way that another thread can call off."""

from __future__ import annotations

import os
import select

from .._front.waiting import EventFd


class Lookout:
    """Waits until a descriptor is readable, or the waiting is called off.

    Without a timeout, which costs a round trip 5 % here: the processor's timer must be set.

    Guarantees: one thread waits at a time.  Any thread may call it off; then every wait returns,
    also one that a signal handler has interrupted and that goes on behind it.
    Raises: OSError when no descriptor can be had for its own.
    """

    def __init__(self, fd: int) -> None:
        self._off = EventFd()
        self._poll = select.poll()
        for either in (fd, self._off.fd):
            self._poll.register(either, select.POLLIN)

    def wait(self) -> None:
        """Wait for either."""
        self._poll.poll()

    def call_off(self) -> None:
        """End the waiting, now and later."""
        self._off.ring()

    def leave_to_parent(self) -> None:
        """End the waiting in a process that was forked in the midst of it, and in no other."""
        with open("/dev/null", "rb") as always:  # noqa: PTH123  pathlib takes 4 ms to load
            os.dup2(always.fileno(), self._off.fd, inheritable=False)


class Lookouts:
    """What the borrowers of one link wait with: more than one where two come into each other's way.

    Guarantees: as one of them.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._made: list[Lookout] = []

    def last(self) -> Lookout:
        """Return the one that was not called off, or a new one.

        Raises: OSError when no descriptor can be had.
        """
        if not self._made:
            self._made.append(Lookout(self._fd))
        return self._made[-1]

    def call_off(self) -> None:
        """End the waiting; whoever comes next has one of its own."""
        while self._made:
            self._made.pop().call_off()

    def leave_to_parent(self) -> None:
        """End the waiting in a process that was forked in the midst of it."""
        while self._made:
            self._made.pop().leave_to_parent()

    def close(self) -> None:
        """Let go of what nobody waits with."""
        self._made.clear()
