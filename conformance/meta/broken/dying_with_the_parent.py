"""Has workers that are killed when their parent dies, whatever they are at."""

import multiprocessing.pool
import os
import signal
from typing import Any

from ...harness.processes import die_with_parent
from ..specimens import Caught

CAUGHT = (Caught("LEFT-07", "DIFFERS", "the task of the orphan"),)


class Pool(multiprocessing.pool.Pool):
    """Asks the kernel to see to it."""

    def __init__(
        self, processes: int | None = None, initializer: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(processes, _Tied(initializer), *args, **kwargs)


class _Tied:
    """An initializer that ties the worker to its parent, and then calls the caller's own."""

    def __init__(self, initializer: Any) -> None:
        self._initializer = initializer
        self._parent = os.getpid()

    def __call__(self, *args: Any) -> None:
        die_with_parent(signal.SIGKILL, self._parent)
        if self._initializer:
            self._initializer(*args)
