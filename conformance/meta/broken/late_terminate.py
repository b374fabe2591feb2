"""Terminates when it is joined, not before."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("SHUT-02", "FAIL", "ValueError to be raised"),)


class Pool(multiprocessing.pool.Pool):
    """Takes jobs after terminate."""

    def terminate(self) -> None:
        """Do nothing yet."""

    def join(self) -> None:
        """Terminate, then join."""
        super().terminate()
        super().join()

    def __exit__(self, *error: object) -> None:
        """Terminate."""
        super().terminate()
