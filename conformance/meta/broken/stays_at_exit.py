"""Has a thread that keeps the program from ending."""

import multiprocessing.pool
import threading
from typing import Any

from ..specimens import Caught

CAUGHT = (Caught("SHUT-20", "HANG", "HANG @ the program's end"),)


class Pool(multiprocessing.pool.Pool):
    """Starts a thread that waits for a close that need not come."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._closed = threading.Event()
        threading.Thread(target=self._closed.wait).start()

    def close(self) -> None:
        """Let the thread go."""
        self._closed.set()
        super().close()

    def terminate(self) -> None:
        """Let the thread go."""
        self._closed.set()
        super().terminate()
