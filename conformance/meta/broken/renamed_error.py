"""Raises an error of its own instead of the task's."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("ERR-01", "FAIL", "to be raised"),
    Caught("PICKLE-01", "FAIL", "to be raised"),
)


class Pool(multiprocessing.pool.Pool):
    """Wraps what tasks raise."""

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """Run one task, badly told."""
        try:
            return super().apply(*args, **kwargs)
        except Exception as error:
            raise ArithmeticError(str(error)) from error
