"""Says of every error that it was raised in a worker."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("ERR-06", "FAIL", "the cause of the error of map"),)


class Pool(multiprocessing.pool.Pool):
    """Does not tell an error of the input from one of a task."""

    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Give each error a cause."""
        try:
            return super().map(*args, **kwargs)
        except Exception as error:
            remote = multiprocessing.pool.RemoteTraceback("in some worker")  # type: ignore[attr-defined]  # typeshed leaves it out
            raise error from remote
