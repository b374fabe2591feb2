"""Never returns from join once it was terminated."""

import multiprocessing.pool
import threading

from ..specimens import Caught

CAUGHT = (Caught("SHUT-08", "HANG", "HANG @ join"),)


class Pool(multiprocessing.pool.Pool):
    """Waits for an end that terminate has forgotten to tell."""

    def join(self) -> None:
        """Wait for an event that nobody sets."""
        super().join()
        threading.Event().wait()
