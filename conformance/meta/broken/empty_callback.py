"""Calls the callback of an empty map_async: better than the stdlib, and different."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("CB-11", "DIFFERS", "what the callbacks were given"),)


class Pool(multiprocessing.pool.Pool):
    """Misses no callback."""

    def map_async(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
        callback: Callable[[list[Any]], object] | None = None,
        error_callback: Callable[[BaseException], object] | None = None,
    ) -> Any:
        """Call it here, if there is nothing to do."""
        items = list(iterable)
        if callback is not None and not items:
            callback([])
        return super().map_async(func, items, chunksize, callback, error_callback)
