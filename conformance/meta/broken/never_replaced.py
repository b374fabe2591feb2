"""Never replaces a worker that has ended."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("LIFE-02", "HANG", "HANG @ map"),
    Caught("LIFE-04", "HANG", "HANG @ join"),
    Caught("LIFE-06", "HANG", "HANG @ map"),
    Caught("DEATH-11", "FAIL", "3 tasks at the same time"),
)


class Pool(multiprocessing.pool.Pool):
    """Shrinks."""

    @staticmethod
    def _maintain_pool(*args: Any) -> None:
        pass
