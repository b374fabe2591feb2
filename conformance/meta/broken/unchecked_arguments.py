"""Takes a worker count below one for one, and calls whatever it is given as an initializer."""

import multiprocessing.pool
from collections.abc import Callable
from functools import partial
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("API-04", "FAIL", "ValueError to be raised"),
    Caught("API-06", "FAIL", "TypeError to be raised"),
)


class Pool(multiprocessing.pool.Pool):
    """Leaves mistakes for later."""

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        if processes is not None:
            processes = max(1, processes)
        if initializer is not None:
            initializer = partial(_call, initializer)
        super().__init__(processes, initializer, *args, **kwargs)


def _call(function: Callable[..., object], *args: Any) -> object:
    return function(*args)
