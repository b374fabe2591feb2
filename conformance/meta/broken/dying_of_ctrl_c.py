"""Has workers that end at once on Ctrl-C, and leave locked what they had locked."""

import multiprocessing.pool
import signal
from collections.abc import Callable, Iterable
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("SIG-04", "HANG", "HANG @ get"),)


class _Abrupt:
    """An initializer that has SIGINT end the worker, and then calls the caller's own."""

    def __init__(self, initializer: Callable[..., Any] | None) -> None:
        self._initializer = initializer

    def __call__(self, *args: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if self._initializer:
            self._initializer(*args)


class Pool(multiprocessing.pool.Pool):
    """An idle worker waits for a task while it holds the lock of the task pipe."""

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., Any] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
        context: Any = None,
    ) -> None:
        super().__init__(processes, _Abrupt(initializer), initargs, maxtasksperchild, context)
