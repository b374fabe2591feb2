"""Leaves a file descriptor open when it ends."""

import multiprocessing.pool
import os

from ..specimens import Caught

CAUGHT = (Caught("MAP-01", "LEAK", "1 fds"),)


class Pool(multiprocessing.pool.Pool):
    """Opens a pipe's worth more than it closes."""

    def __exit__(self, *error: object) -> None:
        """Forget one descriptor."""
        os.open(os.devnull, os.O_RDONLY)
        super().__exit__(*error)
