"""Its map_async returns a handle that can be waited for and asked nothing."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("RES-11", "FAIL", "without ready, successful"),)


class _Bare:
    def __init__(self, handle: Any) -> None:
        self.get = handle.get
        self.wait = handle.wait


class Pool(multiprocessing.pool.Pool):
    """Has a lesser handle for lists."""

    def map_async(self, *args: Any, **kwargs: Any) -> Any:
        """Hand out the lesser one."""
        return _Bare(super().map_async(*args, **kwargs))
