"""Opens six files more for each worker."""

import multiprocessing.pool
import os
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("API-21", "FAIL", "Too many open files"),)


class Pool(multiprocessing.pool.Pool):
    """Keeps something about each of its workers."""

    def __init__(self, processes: int | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(processes, *args, **kwargs)
        self._files = [open(os.devnull, "rb") for _ in range(6 * (processes or 1))]  # noqa: PTH123, SIM115 - as a pool would
