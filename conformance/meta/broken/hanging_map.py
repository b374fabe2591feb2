"""Never returns from map."""

import multiprocessing.pool
import threading
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("MAP-01", "HANG", "HANG @ map"),)


class Pool(multiprocessing.pool.Pool):
    """Loses the wake-up of whoever waits for a list."""

    def map(self, *_args: Any, **_kwargs: Any) -> list[Any]:
        """Wait for an event that nobody sets."""
        threading.Event().wait()
        return []
