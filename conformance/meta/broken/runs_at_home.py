"""Runs single tasks in the process that submits them."""

import multiprocessing.pool
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("APPLY-04", "FAIL", "the process that called"),
    Caught("APPLY-05", "HANG", "HANG @ submit"),
    Caught("MAP-07", "HANG", "HANG @ submit"),
)


class Pool(multiprocessing.pool.Pool):
    """Saves the way to a worker, and lets nobody wait for a handle."""

    def apply(
        self, func: Callable[..., Any], args: Iterable[Any] = (), kwds: Mapping[str, Any] = {}
    ) -> Any:
        """Call the function."""
        return func(*args, **kwds)

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Return when the task has run."""
        handle = super().apply_async(*args, **kwargs)
        handle.wait()
        return handle

    def map_async(self, *args: Any, **kwargs: Any) -> Any:
        """Return when the tasks have run."""
        handle = super().map_async(*args, **kwargs)
        handle.wait()
        return handle
