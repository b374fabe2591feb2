"""Copies the arguments of a task when it is submitted."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("PICKLE-18", "DIFFERS", "as the argument that the task saw"),)


class Pool(multiprocessing.pool.Pool):
    """Lets nobody change a task that waits."""

    def apply_async(
        self, func: Callable[..., Any], args: Iterable[Any] = (), *more: Any, **kwargs: Any
    ) -> Any:
        """Submit a copy."""
        return super().apply_async(func, deepcopy(args), *more, **kwargs)
