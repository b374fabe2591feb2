"""Replaces a worker that has ended by a process that does nothing."""

import multiprocessing.pool
import signal
import threading
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("LIFE-02", "HANG", "HANG @ map"),
    Caught("LIFE-04", "HANG", "HANG @ join"),
    Caught("LIFE-06", "HANG", "HANG @ map"),
    Caught("DEATH-11", "FAIL", "3 tasks at the same time"),
)


class Pool(multiprocessing.pool.Pool):
    """Has workers at the beginning only."""

    @staticmethod
    def Process(ctx: Any, *args: Any, **kwds: Any) -> Any:  # noqa: N802 - the stdlib's name
        """Make a worker; in the thread that replaces them, a process that waits."""
        if threading.current_thread() is threading.main_thread():
            return ctx.Process(*args, **kwds)
        return ctx.Process(target=signal.pause)
