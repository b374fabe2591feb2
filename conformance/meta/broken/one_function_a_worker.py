"""Sends the function of a map by itself, and keeps it in the worker."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from multiprocessing.reduction import ForkingPickler
from typing import Any

from ..specimens import Caught
from ._loading import loaded_once

CAUGHT = (
    Caught("PICKLE-21", "FAIL", "what map without chunksize returned"),
    Caught("PICKLE-22", "FAIL", "what map without chunksize found"),
)


class _Kept:
    """A function that a worker loads once."""

    def __init__(self, func: Callable[..., Any]) -> None:
        self._func = func

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[bytes]]:
        return loaded_once, (bytes(ForkingPickler.dumps(self._func)),)


class Pool(multiprocessing.pool.Pool):
    """Saves pickling the function anew with each chunk."""

    def map(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
    ) -> list[Any]:
        """Map a function that is kept, where the chunks are the pool's own."""
        kept: Any = _Kept(func) if chunksize is None else func
        return super().map(kept, iterable, chunksize)
