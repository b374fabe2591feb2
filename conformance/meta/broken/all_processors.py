"""Has a worker for each processor of the machine by default, as Python had before 3.13."""

import multiprocessing.pool
import os
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("API-11", "FAIL", "workers by default"),)


class Pool(multiprocessing.pool.Pool):
    """Takes the machine for its own."""

    def __init__(self, processes: int | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(processes or os.cpu_count(), *args, **kwargs)
