"""Lets apply_async wait while a hundred tasks are waiting already."""

import multiprocessing.pool
import threading
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("MEM-07", "DIFFERS", "@ submit"),)


class Pool(multiprocessing.pool.Pool):
    """Has back-pressure where the stdlib has none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._places = threading.Semaphore(100)
        super().__init__(*args, **kwargs)

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Wait for a place."""
        self._places.acquire()
        kwargs["callback"] = lambda _: self._places.release()
        return super().apply_async(*args, **kwargs)
