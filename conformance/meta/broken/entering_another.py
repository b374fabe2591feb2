"""Binds something else than itself in a with block."""

import multiprocessing.pool
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("SHUT-09", "FAIL", "the pool itself to be bound"),)


class Pool(multiprocessing.pool.Pool):
    """Enters and says nothing."""

    def __enter__(self) -> Any:
        """Return None."""
        super().__enter__()
