"""Descriptors that nobody may lose, and those of all pools: a forked worker drops these.

A worker that kept another worker's channel open would outlive its pool, and
two pools would keep each other's workers alive after their parent was killed.
"""

from __future__ import annotations

import select
import socket
import weakref
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from typing import Protocol


class Held:
    """Descriptors that are closed when nobody holds this any more.

    Guarantees: what was made is held, and closed once, whatever a signal handler raises, and where.
    """

    def __init__(self) -> None:
        # Epoll objects, not for what epoll does: dropped, they close what they hold, in C.  A
        # handler that raises would break off a `__del__`, and the descriptor be lost.
        self._holders: list[select.epoll] = []

    def take(self, made: Iterator[int]) -> None:
        """Hold what `made` makes, which is C's work alone: a call is broken off between two others.

        Raises: OSError when no descriptor can be had.
        """
        self._holders.extend(map(select.epoll.fromfd, made))

    @property
    def last(self) -> int:
        """The descriptor that was taken last."""
        return self._holders[-1].fileno()

    def let_go(self) -> None:
        """Close all."""
        self._holders.clear()


class Closable(Protocol):
    """What is registered here: sockets, and what holds some."""

    def close(self) -> None:
        """Close the descriptor."""


_open: weakref.WeakSet[Closable] = weakref.WeakSet()


def register(resource: Closable) -> None:
    """Have `resource` closed in every worker that is forked from now on."""
    _open.add(resource)


def close_inherited(keep: socket.socket) -> None:
    """Close in a forked worker what belongs to the parent; in a spawned one nothing is there."""
    for resource in list(_open):
        if resource is not keep:
            resource.close()
    _open.clear()


def let_go(process: BaseProcess) -> None:
    """Close what a process object has open, if the process has ended.

    Not by `close()`: somebody else may have it from `active_children()`, and ask how it ended.
    """
    if not process.is_alive():
        process._popen.close()  # type: ignore[attr-defined]  # noqa: SLF001  the rest of `close()`
