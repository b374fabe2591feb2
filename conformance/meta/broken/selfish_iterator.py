"""Raises a timeout in a thread that asks for a result while another does."""

import multiprocessing
import multiprocessing.pool
import threading
from typing import Any, Self

from ..specimens import Caught

CAUGHT = (
    Caught("THREAD-05", "FAIL", "how the consumers ended"),
    Caught("THREAD-06", "FAIL", "no timeout that nobody asked for"),
)


class _Iterator:
    def __init__(self, values: Any) -> None:
        self._values = values
        self._taken = threading.Lock()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        if not self._taken.acquire(blocking=False):
            raise multiprocessing.TimeoutError
        try:
            return next(self._values)
        finally:
            self._taken.release()


class Pool(multiprocessing.pool.Pool):
    """Hands out iterators for one."""

    def imap(self, *args: Any, **kwargs: Any) -> Any:
        """Wrap the iterator."""
        return _Iterator(super().imap(*args, **kwargs))
