"""Starts a spare worker before it looks at its arguments."""

import multiprocessing.pool
import signal
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("API-07", "FAIL", "processes left"),)


class Pool(multiprocessing.pool.Pool):
    """Is quick off the mark."""

    def __init__(self, *args: Any, **options: Any) -> None:
        multiprocessing.Process(target=signal.pause, daemon=True).start()
        super().__init__(*args, **options)
