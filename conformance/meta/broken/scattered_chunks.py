"""Sends items one by one, whatever the chunk size, and looks at that of imap too late."""

import multiprocessing.pool
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("CHUNK-01", "FAIL", "to run in one worker"),
    Caught("CHUNK-03", "FAIL", "ValueError to be raised"),
)


class Pool(multiprocessing.pool.Pool):
    """Balances the load its own way."""

    def map(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
    ) -> list[Any]:
        """Ignore the chunk size."""
        del chunksize
        return super().map(func, iterable, 1)

    def imap(self, *args: Any, **kwargs: Any) -> Iterator[Any]:  # type: ignore[override]  # lazy
        """Submit when the first result is asked for."""
        yield from super().imap(*args, **kwargs)
