"""Sends the items of an imap one by one, whatever the chunksize."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("IMAP-12", "FAIL", "the outcomes of imap"),
    Caught("IMAP-19", "DIFFERS", "while the chunk was not done"),
    Caught("IMAP-20", "DIFFERS", "which has it"),
)


class Pool(multiprocessing.pool.Pool):
    """Knows no chunks here."""

    def imap(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = 1,  # noqa: ARG002 - it is the flaw
    ) -> Any:
        """Forget the chunksize."""
        return super().imap(func, iterable)

    def imap_unordered(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = 1,  # noqa: ARG002 - it is the flaw
    ) -> Any:
        """Forget the chunksize."""
        return super().imap_unordered(func, iterable)
