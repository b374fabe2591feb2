"""Waits in join() for a worker that has been set up, even where none can be."""

import functools
import multiprocessing
import multiprocessing.pool
from collections.abc import Callable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("INIT-05", "HANG", "HANG @ join"),)


def _tell(is_set_up: Any, function: Callable[..., object], *args: Any) -> None:
    function(*args)
    is_set_up.set()


class Pool(multiprocessing.pool.Pool):
    """Counts on initializers to succeed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._is_set_up = multiprocessing.Event()
        kwargs["initializer"] = functools.partial(_tell, self._is_set_up, kwargs["initializer"])
        super().__init__(*args, **kwargs)

    def join(self) -> None:
        """Wait for a worker to be set up, then for all to end."""
        self._is_set_up.wait()
        super().join()
