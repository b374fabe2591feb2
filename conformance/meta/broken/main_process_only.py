"""Refuses to work in a child process."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (
    Caught("API-13", "FAIL", "the exit code of the process"),
    Caught("API-14", "FAIL", "only in the main process"),
)


class Pool(multiprocessing.pool.Pool):
    """Wants to be the only one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if multiprocessing.parent_process() is not None:
            raise RuntimeError("only in the main process")
        super().__init__(*args, **kwargs)
