"""Bounds its read-ahead, and cannot end while nobody consumes, as gh-155477 has it."""

import multiprocessing.pool
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("MEM-06", "HANG", "HANG @ join"),)
_AHEAD = 10


def _held_back(iterable: Iterable[Any], places: threading.Semaphore) -> Iterator[Any]:
    for item in iterable:
        places.acquire()
        yield item


def _making_room(stream: Any, places: threading.Semaphore) -> Iterator[Any]:
    for result in stream:
        places.release()
        yield result


class Pool(multiprocessing.pool.Pool):
    """Draws an item for each result that is taken, and waits for ever for the taker."""

    def imap(  # type: ignore[override]
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = 1
    ) -> Iterator[Any]:
        """Draw some items ahead."""
        places = threading.Semaphore(_AHEAD)
        return _making_room(super().imap(func, _held_back(iterable, places), chunksize), places)
