"""Closes itself when it is joined though it still runs."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("SHUT-06", "FAIL", "ValueError to be raised"),)


class Pool(multiprocessing.pool.Pool):
    """Guesses what the caller wanted."""

    def join(self) -> None:
        """Close first."""
        self.close()
        super().join()
