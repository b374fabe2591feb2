"""Loses the last chunk when it is not full, and gives None for an empty list."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("MAP-02", "FAIL", "the results with chunksize"),
    Caught("MAP-08", "FAIL", "map over"),
)


class Pool(multiprocessing.pool.Pool):
    """Divides and forgets the rest."""

    def map(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
    ) -> list[Any]:
        """Map the full chunks."""
        items = list(iterable)
        if chunksize:
            items = items[: len(items) // chunksize * chunksize]
        return super().map(func, items, chunksize) or None  # type: ignore[return-value]  # wrong
