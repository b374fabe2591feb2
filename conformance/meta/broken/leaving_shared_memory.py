"""Leaves shared memory behind when it has ended."""

import multiprocessing.pool
from multiprocessing.shared_memory import SharedMemory

from ..specimens import Caught

CAUGHT = (Caught("LEFT-03", "LEAK", "shared_memory"),)


class Pool(multiprocessing.pool.Pool):
    """Makes a block and does not unlink it."""

    def join(self) -> None:
        """Make the block."""
        super().join()
        SharedMemory(create=True, size=1).close()
