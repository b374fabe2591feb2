"""Ends a worker after every task, whatever the task came to."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("ERR-07", "FAIL", "the same worker"),
    Caught("PICKLE-06", "FAIL", "the same worker"),
    Caught("LIFE-11", "DIFFERS", "at most 4 workers"),
)


class Pool(multiprocessing.pool.Pool):
    """Trusts no worker with a second task."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "maxtasksperchild": 1})
