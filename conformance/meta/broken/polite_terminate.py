"""Lets all other threads of the program end before it terminates."""

import multiprocessing.pool
import threading

from ..specimens import Caught

CAUGHT = (Caught("THREAD-02", "HANG", "HANG @ terminate"),)


class Pool(multiprocessing.pool.Pool):
    """Waits until nobody could submit any more."""

    def terminate(self) -> None:
        """Join whoever is there, then terminate."""
        for thread in threading.enumerate():
            if not thread.daemon and thread is not threading.main_thread():
                thread.join()
        super().terminate()
