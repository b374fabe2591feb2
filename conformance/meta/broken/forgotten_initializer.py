"""Takes an initializer and never calls it."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("INIT-01", "FAIL", "what the tasks found"),
    Caught("INIT-04", "FAIL", "calls of the initializer"),
    Caught("INIT-07", "FAIL", "to be raised", "spawn"),
)


class Pool(multiprocessing.pool.Pool):
    """Forgets what workers are to do first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initializer": None, "initargs": ()})
