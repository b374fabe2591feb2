"""Keeps every argument and every result for as long as it lives."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("MEM-01", "FAIL", "the arguments of apply to go"),
    Caught("MEM-02", "FAIL", "the results of apply to go"),
)


class Pool(multiprocessing.pool.Pool):
    """Throws nothing away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._kept: list[Any] = []
        super().__init__(*args, **kwargs)

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task and keep all of it."""
        result = super().apply(*args, **kwargs)
        self._kept.append((args, kwargs, result))
        return result
