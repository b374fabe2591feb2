"""Lets all other threads of the program end before it terminates, and lets none of them submit."""

import multiprocessing.pool
import threading
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("THREAD-02", "HANG", "HANG @ terminate"),)


class Pool(multiprocessing.pool.Pool):
    """Waits for threads that wait for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._open = threading.Event()
        self._open.set()
        super().__init__(*args, **kwargs)

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Submit, unless it is about to end."""
        self._open.wait()
        return super().apply_async(*args, **kwargs)

    def terminate(self) -> None:
        """Join whoever is there, then terminate."""
        self._open.clear()
        for thread in threading.enumerate():
            if not thread.daemon and thread is not threading.main_thread():
                thread.join()
        super().terminate()
