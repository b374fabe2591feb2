"""Lets one thread at a time have something applied."""

import multiprocessing.pool
import threading
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("SIG-16", "HANG", "HANG @ apply"),)


class Pool(multiprocessing.pool.Pool):
    """Has a lock around its apply."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._applying = threading.Lock()
        super().__init__(*args, **kwargs)

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """Wait for whoever came first."""
        with self._applying:
            return super().apply(*args, **kwargs)
