"""Calls the initializer twice in each worker."""

import functools
import multiprocessing.pool
from collections.abc import Callable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("INIT-02", "FAIL", "calls a worker"),)


def _twice(function: Callable[..., object], *args: Any) -> None:
    function(*args)
    function(*args)


class Pool(multiprocessing.pool.Pool):
    """Makes sure."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initializer"] = functools.partial(_twice, kwargs["initializer"])
        super().__init__(*args, **kwargs)
