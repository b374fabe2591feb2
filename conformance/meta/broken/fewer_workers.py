"""Starts one worker, however many are asked for."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("API-02", "FAIL", "tasks running at once"),
    Caught("CHUNK-02", "FAIL", "chunks under way"),
)


class Pool(multiprocessing.pool.Pool):
    """Saves memory."""

    def __init__(self, processes: int | None = None, *args: Any, **kwargs: Any) -> None:
        del processes
        super().__init__(1, *args, **kwargs)
