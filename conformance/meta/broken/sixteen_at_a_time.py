"""Sends the items of an imap sixteen at a time, whatever the chunksize."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("PICKLE-20", "FAIL", "what the tasks of imap took"),
    Caught("PICKLE-21", "FAIL", "what the tasks of imap returned"),
    Caught("PICKLE-23", "FAIL", "what the results of imap kept"),
    Caught("RES-14", "HANG", "HANG @ iterate"),
)

_TOGETHER = 16


class Pool(multiprocessing.pool.Pool):
    """Saves pickles, and messages."""

    def imap(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = 1
    ) -> Any:
        """Take a chunk for a task."""
        return super().imap(func, iterable, max(chunksize or 1, _TOGETHER))

    def imap_unordered(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = 1
    ) -> Any:
        """Take a chunk for a task."""
        return super().imap_unordered(func, iterable, max(chunksize or 1, _TOGETHER))
