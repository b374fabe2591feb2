"""Waits in join until every iterator has been read to its end."""

import multiprocessing.pool
import threading
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("SHUT-16", "HANG", "HANG @ join"),)


class Pool(multiprocessing.pool.Pool):
    """Takes an abandoned iterator for one that is still being read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._iterators: list[Any] = []

    def imap(self, *args: Any, **kwargs: Any) -> Any:
        """Remember the iterator."""
        self._iterators.append(super().imap(*args, **kwargs))
        return self._iterators[-1]

    def join(self) -> None:
        """Join, then wait for the readers."""
        super().join()
        for iterator in self._iterators:
            if iterator._items or iterator._index != iterator._length:  # noqa: SLF001 - its state
                threading.Event().wait()
