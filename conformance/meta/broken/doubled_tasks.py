"""Runs every task twice when workers are replaced."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("LIFE-03", "FAIL", "doubled=['"),
    Caught("MAP-03", "FAIL", "doubled=['"),
)


class Pool(multiprocessing.pool.Pool):
    """Gives a task to a second worker when in doubt, and is always in doubt."""

    def map(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Run all tasks, then once more."""
        super().map(*args, **kwargs)
        return super().map(*args, **kwargs)
