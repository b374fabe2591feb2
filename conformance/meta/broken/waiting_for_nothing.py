"""Waits for ever for the first result of an empty input, as bpo-12157 had it."""

import multiprocessing.pool
import threading
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("IMAP-07", "HANG", "HANG @ submit"),)


class Pool(multiprocessing.pool.Pool):
    """Takes it that there is always a first item."""

    def imap(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = 1
    ) -> Any:
        """Wait for an event that nobody sets."""
        items = list(iterable)
        if not items:
            threading.Event().wait()
        return super().imap(func, items, chunksize)
