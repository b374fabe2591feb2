"""Raises a timeout error that is the built-in one too: better than the stdlib, and different."""

import multiprocessing
import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("RES-12", "DIFFERS", "no built-in TimeoutError"),)


class _TimeoutError(multiprocessing.TimeoutError, TimeoutError):
    """Caught by either name."""


class _Handle:
    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def get(self, timeout: float | None = None) -> Any:
        try:
            return self._handle.get(timeout)
        except multiprocessing.TimeoutError as error:
            raise _TimeoutError from error


class Pool(multiprocessing.pool.Pool):
    """Hands out handles with the friendlier error."""

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Wrap the handle."""
        return _Handle(super().apply_async(*args, **kwargs))
