"""Returns before the work is done: apply at once, map at the first error."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("APPLY-06", "FAIL", "tasks that had ended when apply returned"),
    Caught("MAP-12", "FAIL", "the tasks when map raised"),
)


class Pool(multiprocessing.pool.Pool):
    """Fails fast."""

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """Submit and forget."""
        self.apply_async(*args, **kwargs)

    def map(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
    ) -> list[Any]:
        """Take the results as they come, and stop where one is an error."""
        found = dict(super().imap_unordered(_Numbered(func), enumerate(iterable), chunksize or 1))
        return [found[index] for index in sorted(found)]


class _Numbered:
    """Calls a function, and gives the item's number with the result."""

    def __init__(self, func: Callable[[Any], Any]) -> None:
        self._func = func

    def __call__(self, numbered: tuple[int, Any]) -> tuple[int, Any]:
        return numbered[0], self._func(numbered[1])
