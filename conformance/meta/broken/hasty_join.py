"""Returns from join before its workers have ended."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("SHUT-05", "FAIL", "the workers alive after join()"),)


class Pool(multiprocessing.pool.Pool):
    """Waits for nobody."""

    def join(self) -> None:
        """Return at once."""
