"""Sends the items of a map two at a time, where one at a time was asked for."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("ORDER-04", "HANG", "HANG @ map"),)


class Pool(multiprocessing.pool.Pool):
    """Saves every other message."""

    def map(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
    ) -> list[Any]:
        """Take two for a task."""
        return super().map(func, iterable, chunksize and max(chunksize, 2))
