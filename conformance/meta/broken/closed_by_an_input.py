"""Closes itself when an input raises."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("MAP-11", "FAIL", "Pool not running"),)


class Pool(multiprocessing.pool.Pool):
    """Takes offence."""

    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Map, for the last time if that fails."""
        try:
            return super().map(*args, **kwargs)
        except Exception:
            self.close()
            raise
