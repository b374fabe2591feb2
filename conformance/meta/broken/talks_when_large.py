"""Warns on standard error when it has many workers."""

import multiprocessing.pool
import sys
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("API-15", "FAIL", "more workers than can be waited for"),)


class Pool(multiprocessing.pool.Pool):
    """Has heard of a limit."""

    def __init__(self, processes: int | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(processes, *args, **kwargs)
        if (processes or 0) > 62:
            sys.stderr.write("more workers than can be waited for\n")
