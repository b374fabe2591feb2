"""Leaves shared memory behind when it has ended."""

import multiprocessing.pool
import os
from multiprocessing.shared_memory import SharedMemory

from ..specimens import Caught

CAUGHT = (Caught("LEFT-03", "FAIL", "the semaphores left"),)


class Pool(multiprocessing.pool.Pool):
    """Makes a block and does not unlink it."""

    def join(self) -> None:
        """Make the block, under a name that tells whose it is."""
        super().join()
        name = f"poolproof-{os.getpid()}-{id(self)}"
        SharedMemory(name, create=True, size=1).close()
