"""Raises the error of a task without saying where in the worker it was raised."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("ERR-03", "FAIL", "a RemoteTraceback as the cause"),
    Caught("ERR-04", "FAIL", "a printed traceback with the line"),
)


class Pool(multiprocessing.pool.Pool):
    """Sends the exception and forgets its traceback."""

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """Run one task, and drop what its error brought along."""
        try:
            return super().apply(*args, **kwargs)
        except Exception as error:
            raise error from None
