"""Returns the results of starmap, map_async and starmap_async in the wrong order."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("MAP-04", "FAIL", "the results with chunksize"),
    Caught("MAP-05", "FAIL", "the results of map"),
    Caught("MAP-06", "FAIL", "the results of starmap"),
)


class _Reversed:
    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def get(self, timeout: float | None = None) -> Any:
        return self._handle.get(timeout)[::-1]


class Pool(multiprocessing.pool.Pool):
    """Is right in map only."""

    def starmap(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Turn the results round."""
        return super().starmap(*args, **kwargs)[::-1]

    def map_async(self, *args: Any, **kwargs: Any) -> Any:
        """Turn the results round, later."""
        return _Reversed(super().map_async(*args, **kwargs))

    def starmap_async(self, *args: Any, **kwargs: Any) -> Any:
        """Leave the results as they are: starmap has turned them."""
        return super().starmap_async(*args, **kwargs)
