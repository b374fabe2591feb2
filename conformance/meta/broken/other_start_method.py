"""Spawns its workers, whatever context it is given."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("API-09", "FAIL", "a worker that was started with"),)


class Pool(multiprocessing.pool.Pool):
    """Knows best."""

    def __init__(self, processes: int | None = None, *, context: Any, **options: Any) -> None:
        del context
        options["context"] = multiprocessing.get_context("spawn")
        super().__init__(processes, **options)
