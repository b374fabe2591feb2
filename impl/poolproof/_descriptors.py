"""The descriptors of all pools in this process, so that a forked worker can drop them.

A worker that kept another worker's channel open would outlive its pool, and
two pools would keep each other's workers alive after their parent was killed.
"""

from __future__ import annotations

import socket
import weakref
from multiprocessing.process import BaseProcess
from typing import Protocol


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
