"""Runs every item of a job whatever fails, and then raises the error of the first that failed."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught
from ._wrapped import Handle

CAUGHT = (
    Caught("MAP-16", "DIFFERS", "the error raised"),
    Caught("MAP-17", "DIFFERS", "the items run of a chunk"),
)


class _Tried:
    """Calls a function and returns its error, where there is one, as a value."""

    def __init__(self, func: Callable[[Any], Any]) -> None:
        self._func = func

    def __call__(self, item: Any) -> tuple[Any, Exception | None]:
        try:
            return self._func(item), None
        except Exception as error:  # noqa: BLE001 - whatever the task raised
            return None, error


class _Handle(Handle):
    def get(self, timeout: float | None = None) -> list[Any]:
        """Raise the first error in the order of the items."""
        tried = super().get(timeout)
        for _, error in tried:
            if error is not None:
                raise error
        return [value for value, _ in tried]


class Pool(multiprocessing.pool.Pool):
    """Looks at nothing before everything is done."""

    def map(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = None
    ) -> list[Any]:
        """Try every item."""
        results: list[Any] = self.map_async(func, iterable, chunksize).get()
        return results

    def map_async(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
        *callbacks: Any,
    ) -> Any:
        """Try every item."""
        return _Handle(super().map_async(_Tried(func), iterable, chunksize, *callbacks))
