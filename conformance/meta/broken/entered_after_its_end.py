"""Lets a with block begin though it has ended."""

import multiprocessing.pool
from typing import Self

from ..specimens import Caught

CAUGHT = (Caught("SHUT-12", "FAIL", "ValueError to be raised"),)


class Pool(multiprocessing.pool.Pool):
    """Checks nothing."""

    def __enter__(self) -> Self:
        """Return itself."""
        return self
