"""Returns None for an item that failed, and says nothing."""

import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("ERR-02", "FAIL", "args=(10,)"),)


class Pool(multiprocessing.pool.Pool):
    """Puts a hole where the error was."""

    def map(
        self,
        func: Callable[[Any], Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,  # noqa: ARG002 - the stdlib's signature
    ) -> list[Any]:
        """Take each result that is there."""
        handles = [self.apply_async(func, (item,)) for item in iterable]
        return [_value_or_none(handle) for handle in handles]


def _value_or_none(handle: Any) -> Any:
    handle.wait()
    return handle.get() if handle.successful() else None
