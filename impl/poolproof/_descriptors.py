"""The descriptors of all pools in this process: that there is room for them, and who drops them.

A worker that kept another worker's channel open would outlive its pool, and
two pools would keep each other's workers alive after their parent was killed.
"""

from __future__ import annotations

import os
import socket
import weakref
from contextlib import suppress
from typing import Protocol

A_WORKER = 12  # its channel, process, claims and bell take 8, the files of two frames 4
FEW_WORKERS = 64  # find room under the limit of 1024 that most systems have
SPARE = 256  # left to the program


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


def make_room(workers: int) -> None:
    """Raise the soft limit on open files if so many workers do not fit, up to the hard one.

    The standard library's pool takes two descriptors a worker, and fits.
    """
    if workers <= FEW_WORKERS:
        return
    import resource  # noqa: PLC0415  only large pools need it

    with suppress(OSError):  # no /proc
        needed = len(os.listdir("/proc/self/fd")) + workers * A_WORKER + SPARE  # noqa: PTH208  pathlib takes 4 ms to load
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < needed and soft != resource.RLIM_INFINITY:
            most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
