"""Counts the items of a chunk, not the chunk, as tasks of a worker."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("LIFE-10", "DIFFERS", "the items of each worker"),)


class Pool(multiprocessing.pool.Pool):
    """Sends each item as a task of its own, where workers are counted out."""

    def map(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = None
    ) -> list[Any]:
        """Make chunks where no worker is replaced."""
        limit = self._maxtasksperchild  # type: ignore[attr-defined]  # not in typeshed
        return super().map(func, iterable, 1 if limit else chunksize)
