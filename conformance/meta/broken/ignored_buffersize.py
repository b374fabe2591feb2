"""Takes a buffersize and pays no heed to it."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("MEM-03", "FAIL", "items drawn of which no result was taken"),
    Caught("MEM-05", "FAIL", "items drawn of which no result was taken"),
)


class Pool(multiprocessing.pool.Pool):
    """Is up to date by signature only."""

    def imap(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = 1,
        buffersize: int | None = None,  # noqa: ARG002 - it is the flaw
    ) -> Any:
        """Read ahead without a bound."""
        return super().imap(func, iterable, chunksize)

    def imap_unordered(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = 1,
        buffersize: int | None = None,  # noqa: ARG002 - it is the flaw
    ) -> Any:
        """Read ahead without a bound."""
        return super().imap_unordered(func, iterable, chunksize)
