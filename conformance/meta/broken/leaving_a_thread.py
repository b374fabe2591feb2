"""Leaves a thread behind when it has ended."""

import multiprocessing.pool
import threading

from ..specimens import Caught

CAUGHT = (Caught("LEFT-02", "FAIL", "the threads left"),)


class Pool(multiprocessing.pool.Pool):
    """Has a thread that nobody stops."""

    def join(self) -> None:
        """Start the thread and forget it."""
        super().join()
        threading.Thread(target=threading.Event().wait, daemon=True).start()
