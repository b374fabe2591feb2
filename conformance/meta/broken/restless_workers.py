"""Replaces its workers though nobody asked for it."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("LIFE-05", "FAIL", "the workers"),)


class Pool(multiprocessing.pool.Pool):
    """Has a limit of its own."""

    def __init__(  # the stdlib's signature
        self,
        processes: int | None = None,
        initializer: Any = None,
        initargs: tuple[Any, ...] = (),
        maxtasksperchild: int | None = None,
        context: Any = None,
    ) -> None:
        super().__init__(processes, initializer, initargs, maxtasksperchild or 1, context)
