"""Workers are no children of what the program forks by itself.

A process that comes out of `os.fork()` has `multiprocessing`'s list of its parent's children.
Where it ends by `sys.exit()`, the exit handler of `multiprocessing` terminates the daemonic ones:
the workers of a pool that is none of its business, in the middle of their tasks.
"""

from __future__ import annotations

import os
import weakref
from multiprocessing import process

_workers: weakref.WeakSet[process.BaseProcess] = weakref.WeakSet()


def register(worker: object) -> None:
    """Have a worker struck off the list in every process that is forked from now on."""
    if isinstance(worker, process.BaseProcess):  # what else a context may make is on no list
        _workers.add(worker)


def forget(worker: process.BaseProcess) -> None:
    """Strike a worker off the list that is dead, whatever its process object says."""
    process._children.discard(worker)  # type: ignore[attr-defined]  # noqa: SLF001  as below


def _disown() -> None:
    process._children.difference_update(_workers)  # type: ignore[attr-defined]  # noqa: SLF001  has no public name


os.register_at_fork(after_in_child=_disown)
