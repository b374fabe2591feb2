"""Sends the last item of a map first."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("ORDER-01", "HANG", "HANG @ map"),)


class Pool(multiprocessing.pool.Pool):
    """Keeps its tasks on a stack."""

    def map(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
    ) -> list[Any]:
        """Turn the input round, and the results back."""
        return super().map(func, list(iterable)[::-1], chunksize)[::-1]
