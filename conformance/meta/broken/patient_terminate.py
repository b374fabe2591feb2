"""Completes all outstanding work before it terminates."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (
    Caught("SHUT-07", "HANG", "HANG @ terminate"),
    Caught("SHUT-10", "HANG", "HANG @ exit"),
    Caught("SHUT-14", "HANG", "HANG @ terminate"),
    Caught("SIG-05", "HANG", "HANG @ exit"),
)


class Pool(multiprocessing.pool.Pool):
    """Takes terminate for close and join."""

    def terminate(self) -> None:
        """Wait for everything."""
        self.close()
        self.join()
