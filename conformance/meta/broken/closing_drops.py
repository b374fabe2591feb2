"""Drops what waits when it is closed."""

import multiprocessing.pool

from ..specimens import Caught

CAUGHT = (Caught("SHUT-03", "HANG", "HANG @ get"),)


class Pool(multiprocessing.pool.Pool):
    """Takes close for terminate."""

    def close(self) -> None:
        """Stop at once."""
        self.terminate()
