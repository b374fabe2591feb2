"""Has a worker for each usable processor by default, as Python 3.13 has, not before."""

import multiprocessing.pool
import os
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("API-10", "FAIL", "workers by default"),)


class Pool(multiprocessing.pool.Pool):
    """Looks at the affinity of the process."""

    def __init__(self, processes: int | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(processes or len(os.sched_getaffinity(0)), *args, **kwargs)
