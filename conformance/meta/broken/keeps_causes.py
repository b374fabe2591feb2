"""Gives back the cause that a task gave its error, in the place of the remote traceback."""

import multiprocessing.pool
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("ERR-12", "DIFFERS", "only the remote traceback as a cause"),)


class _WithCause:
    """Calls a function; its error is returned with its cause, as values."""

    def __init__(self, func: Callable[..., Any]) -> None:
        self._func = func

    def __call__(self, /, *args: Any, **kwds: Any) -> tuple[Any, Exception | None, Any]:
        try:
            return self._func(*args, **kwds), None, None
        except Exception as error:  # noqa: BLE001 - whatever the task raised
            return None, error, error.__cause__


class Pool(multiprocessing.pool.Pool):
    """Lets the task have the last word."""

    def apply(
        self, func: Callable[..., Any], args: Iterable[Any] = (), kwds: Mapping[str, Any] = {}
    ) -> Any:
        """Raise the error as the task raised it."""
        value, error, cause = super().apply(_WithCause(func), args, kwds)
        if error is not None:
            raise error from cause
        return value
