"""Tasks that tell of their start, and wait for that of others."""

from __future__ import annotations

import mmap
import multiprocessing
from typing import Any

from poolproof import Pool

from .patience import await_

#: a byte a task, which all workers have; set where its task has started
started: mmap.mmap


def pool_of(workers: int, tasks: int, **arguments: Any) -> Pool:
    """Make a pool whose workers know which of so many tasks have started."""
    global started  # noqa: PLW0603  what forked workers find
    started = mmap.mmap(-1, tasks)
    return Pool(workers, context=multiprocessing.get_context("fork"), **arguments)


def start(number: int) -> int:
    """Note that a task has started."""
    started[number] = 1
    return number


def await_start(number: int) -> int:
    """Wait until a task has started."""
    await_(lambda: started[number], f"the start of task {number}")
    return number
