"""Takes an input that raises for one that ends."""

import multiprocessing.pool
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("IMAP-11", "FAIL", "the outcomes of imap"),
    Caught("IMAP-12", "FAIL", "the outcomes of imap"),
    Caught("IMAP-13", "FAIL", "once and each of"),
)


def _quiet(iterable: Iterable[Any]) -> Iterator[Any]:
    try:
        yield from iterable
    except Exception:  # noqa: BLE001 - it is the flaw
        return


class Pool(multiprocessing.pool.Pool):
    """Makes a broken input look like a short one."""

    def imap(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = 1
    ) -> Any:
        """Read the input without a word."""
        return super().imap(func, _quiet(iterable), chunksize)

    def imap_unordered(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = 1
    ) -> Any:
        """Read the input without a word."""
        return super().imap_unordered(func, _quiet(iterable), chunksize)
