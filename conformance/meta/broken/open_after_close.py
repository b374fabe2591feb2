"""Takes jobs after it was closed."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (
    Caught("SHUT-01", "FAIL", "ValueError to be raised"),
    Caught("SHUT-04", "FAIL", "the workers to exit"),
)


class Pool(multiprocessing.pool.Pool):
    """Closes when it is joined, not before."""

    def close(self) -> None:
        """Do nothing yet."""

    def join(self) -> None:
        """Close, then join."""
        super().close()
        super().join()
