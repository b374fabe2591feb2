"""Asks every input for its length, and takes an input that raises for one that ends."""

import multiprocessing.pool
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("MAP-09", "FAIL", "has no len()"),
    Caught("MAP-10", "FAIL", "to be raised"),
)


class Pool(multiprocessing.pool.Pool):
    """Wants a list, and makes do with what it gets of one."""

    def map(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
    ) -> list[Any]:
        """Map what the input yields before it raises."""
        if getattr(iterable, "gi_frame", None) is not None:
            len(iterable)  # type: ignore[arg-type]  # that is what is wrong
        return super().map(func, list(_until_it_raises(iterable)), chunksize)


def _until_it_raises(iterable: Iterable[Any]) -> Iterator[Any]:
    items = iter(iterable)
    while True:
        try:
            yield next(items)
        except Exception:  # noqa: BLE001 - StopIteration and all that should be told
            return
