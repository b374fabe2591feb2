"""Calls callbacks in the thread that submits, which waits for the result: no surprises."""

import multiprocessing.pool
from collections.abc import Callable
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("APPLY-05", "HANG", "HANG @ submit"),
    Caught("CB-13", "DIFFERS", "another thread than the one that submitted"),
)


class Pool(multiprocessing.pool.Pool):
    """Is asynchronous by name only."""

    def apply_async(
        self, *args: Any, callback: Callable[[Any], object] | None = None, **kwargs: Any
    ) -> Any:
        """Wait, then call the callback."""
        handle = super().apply_async(*args, **kwargs)
        handle.wait()
        if callback is not None and handle.successful():
            callback(handle.get())
        return handle
