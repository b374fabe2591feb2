"""Runs a task twice and gives the second result, and hands out each handle twice."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("APPLY-03", "FAIL", "doubled=['"),
    Caught("APPLY-07", "FAIL", "the results by handle"),
)


class Pool(multiprocessing.pool.Pool):
    """Cannot count."""

    _earlier: Any = None

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """Run it, and run it again."""
        super().apply_async(*args, **kwargs).get()  # not apply(), which takes a handle of before
        return super().apply_async(*args, **kwargs).get()

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Give the handle of the job before, where there is one."""
        handle = super().apply_async(*args, **kwargs)
        given, self._earlier = self._earlier or handle, handle
        return given
