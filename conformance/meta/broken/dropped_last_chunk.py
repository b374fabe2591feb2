"""Drops the last chunk of an imap when it is not full."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("IMAP-03", "FAIL", "the results of imap"),)


class Pool(multiprocessing.pool.Pool):
    """Sends whole chunks only."""

    def imap(
        self, func: Callable[[Any], Any], iterable: Iterable[Any], chunksize: int | None = 1
    ) -> Any:
        """Lose what fills no chunk."""
        items = list(iterable)
        return super().imap(func, items[: len(items) - len(items) % (chunksize or 1)], chunksize)
