"""Returns the results of map in the wrong order."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("MAP-01", "FAIL", "expected: what multiprocessing:Pool does"),)


class Pool(multiprocessing.pool.Pool):
    """Gives results by arrival, the last first."""

    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Turn the results round."""
        return super().map(*args, **kwargs)[::-1]
