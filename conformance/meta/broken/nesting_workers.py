"""Has workers that are not daemonic: their tasks may make pools of their own."""

import multiprocessing.pool
import multiprocessing.process
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("LIFE-12", "DIFFERS", "AssertionError to be raised"),)


class Pool(multiprocessing.pool.Pool):
    """Starts the workers of its context, and then says to them that they are no daemons."""

    def __init__(
        self, processes: int | None = None, initializer: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(processes, _Freed(initializer), *args, **kwargs)


class _Freed:
    """An initializer that frees the worker, and then calls the caller's own."""

    def __init__(self, initializer: Any) -> None:
        self._initializer = initializer

    def __call__(self, *args: Any) -> None:
        multiprocessing.process.current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # noqa: SLF001 - its setter refuses
        if self._initializer:
            self._initializer(*args)
