"""Gives result handles that do not keep it alive."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("SHUT-19", "HANG", "HANG @ get"),)


class Pool(multiprocessing.pool.Pool):
    """Forgets that somebody waits."""

    def map_async(self, *args: Any, **kwargs: Any) -> Any:
        """Take the pool out of the handle."""
        handle: Any = super().map_async(*args, **kwargs)
        handle._pool = None  # noqa: SLF001 - breaks it
        return handle
