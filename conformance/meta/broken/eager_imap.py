"""Runs imap as map: reads the whole input and waits for every result before it returns."""

import multiprocessing.pool
from collections.abc import Iterator
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("IMAP-04", "HANG", "HANG @ submit"),
    Caught("IMAP-05", "HANG", "HANG @ submit"),
    Caught("IMAP-21", "DIFFERS", "the thread that called"),
    Caught("IMAP-22", "FAIL", "what imap sent of a buffer"),
)


class Pool(multiprocessing.pool.Pool):
    """Is not lazy."""

    def imap(self, *args: Any, **kwargs: Any) -> Iterator[Any]:  # type: ignore[override]
        """Return the results of map, one by one."""
        return iter(self.map(*args, **kwargs))

    def imap_unordered(self, *args: Any, **kwargs: Any) -> Iterator[Any]:  # type: ignore[override]
        """Return the results of map, one by one."""
        return iter(self.map(*args, **kwargs))
