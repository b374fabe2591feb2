"""Makes as many chunks as it has workers, where no chunksize is given."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("CHUNK-08", "DIFFERS", "the items that began the first two chunks"),)


class Pool(multiprocessing.pool.Pool):
    """Sends each worker its share at once."""

    def map_async(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
        *callbacks: Any,
    ) -> Any:
        """Divide by the number of workers."""
        items = list(iterable)
        workers = len(self._pool)  # type: ignore[attr-defined]  # not in typeshed
        share = -(-len(items) // workers) or 1
        return super().map_async(func, items, chunksize or share, *callbacks)
